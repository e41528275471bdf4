"""From voxels on one grid to voxels on another: by hand, by the definition, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.lesions.labelmap import LabelMap, carried, labelled_regions
from petrial.lesions.region import Region
from petrial.vocabulary.errors import ContourError

Mask = NDArray[np.bool_]


def drawn(grid: Grid, mask: Mask) -> Region:
    return Region.from_crop(grid, (0, 0, 0), mask, label="node", source="seg.dcm", method="drawn")


def full(region: Region) -> Mask:
    mask = np.zeros(region.grid.shape, dtype=np.bool_)
    mask[region.box] = region.mask
    return mask


def blob(grid: Grid, seed: int) -> Mask:
    """A random ellipsoid well inside ``grid``."""
    rng = np.random.default_rng(seed)
    index = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)
    middle = np.asarray(grid.shape) / 2.0 + rng.uniform(-1, 1, 3)
    radius = np.asarray(grid.shape) * rng.uniform(0.1, 0.25, 3) + 1.0
    return np.asarray((((index - middle) / radius) ** 2).sum(axis=-1) < 1.0)


def rotated(seed: int, shape: tuple[int, int, int], middle: NDArray[np.float64]) -> Grid:
    """A grid of 1 mm, turned at random, whose centre is at ``middle``."""
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    axes = (tuple(q[0]), tuple(q[1]), tuple(q[2]))
    corner = middle - (np.asarray(shape) - 1.0) / 2.0 @ q
    return Grid(shape, (1.0, 1.0, 1.0), (corner[0], corner[1], corner[2]), axes)


COARSE = Grid.axial((14, 16, 18), (3.0, 2.0, 2.0), (-17.0, -16.0, -20.0))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000))
def test_turned_grids_take_the_voxel_in_which_each_centre_lies(seed: int) -> None:
    """The definition, voxel by voxel, with SimpleITK's conventions left aside."""
    region = drawn(COARSE, blob(COARSE, seed))
    target = rotated(seed, (44, 42, 46), np.array([0.0, -1.0, 2.5]))
    index = np.stack(np.meshgrid(*map(np.arange, target.shape), indexing="ij"), axis=-1)
    own = COARSE.to_index(target.to_patient(index.reshape(-1, 3).astype(np.float64)))
    nearest = np.rint(own).astype(int)
    inside = ((nearest >= 0) & (nearest < COARSE.shape)).all(axis=1)
    expected = np.zeros(len(own), dtype=np.bool_)
    expected[inside] = full(region)[tuple(nearest[inside].T)]
    sure = (np.abs(own - np.floor(own) - 0.5) > 1e-5).all(axis=1)
    got = full(carried(region, target)).ravel()
    np.testing.assert_array_equal(got[sure], expected[sure])
    assert sure.mean() > 0.99


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    order=st.permutations([0, 1, 2]),
    flips=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_the_order_and_direction_of_the_axes_of_the_file_do_not_matter(
    seed: int, order: list[int], flips: tuple[bool, bool, bool]
) -> None:
    """The same voxels stored with other axes come out on the same places, voxel for voxel."""
    mask = blob(COARSE, seed)
    moved = mask.transpose(order)
    corner = [0.0, 0.0, 0.0]
    axes = [COARSE.axes[axis] for axis in order]
    for i, flip in enumerate(flips):
        if flip:
            moved = np.flip(moved, i)
            corner[order[i]] = mask.shape[order[i]] - 1.0
            axes[i] = (-axes[i][0], -axes[i][1], -axes[i][2])
    z, y, x = (COARSE.spacing[axis] for axis in order)
    origin = COARSE.to_patient(np.array([corner]))[0]
    shape = (moved.shape[0], moved.shape[1], moved.shape[2])
    other = Grid(shape, (z, y, x), (origin[0], origin[1], origin[2]), (axes[0], axes[1], axes[2]))
    np.testing.assert_array_equal(full(carried(drawn(other, moved), COARSE)), mask)


def test_a_centre_between_two_voxels_goes_the_same_way_for_a_flipped_file() -> None:
    """Voxels of 1 mm onto centres exactly between them: the one of higher place, by the rule."""
    own = Grid.axial((1, 1, 8), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    mask = np.zeros((1, 1, 8), dtype=np.bool_)
    mask[0, 0, 4] = True
    target = Grid.axial((1, 1, 4), (1.0, 1.0, 2.0), (1.5, 0.0, 0.0))  # centres 1.5, 3.5, 5.5, 7.5
    flipped = Grid(own.shape, own.spacing, (7.0, 0.0, 0.0), ((0, 0, 1), (0, 1, 0), (-1, 0, 0)))
    assert carried(drawn(own, mask), target).start == (0, 0, 1)
    assert carried(drawn(flipped, mask[:, :, ::-1]), target).start == (0, 0, 1)


def test_grids_in_the_same_places_hand_the_mask_over_untouched() -> None:
    region = drawn(COARSE, blob(COARSE, 3))
    same = Grid.axial(COARSE.shape, COARSE.spacing, (-17.0, -16.0, -20.001))
    placed = carried(region, same)
    assert placed.grid is same
    assert placed.mask is region.mask


def test_a_region_that_the_image_cuts_is_refused_with_its_share() -> None:
    """By hand: a box of 8 slices, 2 of them beyond the target."""
    mask = np.zeros(COARSE.shape, dtype=np.bool_)
    mask[4:12, 4:8, 4:8] = True
    with pytest.raises(ContourError) as error:
        carried(drawn(COARSE, mask), COARSE.crop((0, 0, 0), (10, 16, 18)))
    assert error.value.problem.got == "25.0 % of its volume outside the image"
    assert error.value.problem.where == "seg.dcm, region node"


def test_a_region_elsewhere_is_refused_as_wholly_outside() -> None:
    far = Grid.axial(COARSE.shape, COARSE.spacing, (5000.0, 0.0, 0.0))
    with pytest.raises(ContourError) as error:
        carried(drawn(COARSE, blob(COARSE, 1)), far)
    assert error.value.problem.got == "100.0 % of its volume outside the image"


def test_a_region_between_the_centres_of_the_image_is_too_small_and_stops_no_other() -> None:
    labels = np.zeros((10, 10, 10), dtype=np.uint8)
    labels[5, 5, 5] = 1
    labels[2:8, 2:4, 2:8] = 2
    fine = Grid.axial((10, 10, 10), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    regions = labelled_regions(labels, fine, {}, "organs.nii")
    target = Grid.axial((2, 2, 2), (4.0, 4.0, 4.0), (3.0, 3.0, 3.0))
    placed = LabelMap("organs.nii", None, regions, ()).on(target)
    assert [region.label for region in placed.regions] == ["label 2"]
    assert [problem.where for problem in placed.problems] == ["organs.nii, region label 1"]
    assert "too small" in placed.problems[0].got


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int64, np.uint64])
@pytest.mark.parametrize("largest", [200, 60_000, 5_000_000_000])
def test_each_label_becomes_the_region_of_its_voxels(dtype: type, largest: int) -> None:
    if largest > np.iinfo(dtype).max:
        largest = 100
    labels: NDArray[np.integer] = np.zeros(COARSE.shape, dtype=dtype)
    labels[2:5, 3:6, 4:9] = 7
    labels[8, 1, 2] = largest
    labels[9, 1, 2] = largest
    regions = labelled_regions(labels, COARSE, {7: "liver"}, "organs.nii")
    assert [region.label for region in regions] == ["liver", f"label {largest}"]
    for region, value in zip(regions, (7, largest), strict=True):
        np.testing.assert_array_equal(full(region), labels == value)


@pytest.mark.parametrize("labels", [-np.ones((2, 2, 2), int), np.arange(1331).reshape(11, 11, 11)])
def test_an_image_is_refused_as_a_label_map(labels: NDArray[np.int64]) -> None:
    shape = (labels.shape[0], labels.shape[1], labels.shape[2])
    with pytest.raises(ContourError) as error:
        labelled_regions(labels, Grid.axial(shape, (1, 1, 1), (0, 0, 0)), {}, "ct.nii")
    assert "different values" in error.value.problem.got


def test_an_empty_label_map_has_no_region() -> None:
    labels = np.zeros(COARSE.shape, dtype=np.int16)
    assert labelled_regions(labels, COARSE, {}, "organs.nii") == ()
