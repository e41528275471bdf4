"""Connected components: laws, and agreement with connected-components-3d."""

import cc3d
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.lesions.components import Naming, components, components_from, connected_to
from petrial.vocabulary.errors import GeometryError, MethodError

MASKS = hnp.arrays(
    np.bool_, hnp.array_shapes(min_dims=3, max_dims=3, max_side=9), elements=st.booleans()
)


def cubes(shape: tuple[int, ...]) -> Grid:
    z, y, x = shape
    return Grid.axial((z, y, x), (10.0, 10.0, 10.0), (0.0, 0.0, 0.0))


@given(MASKS)
def test_parts_are_those_of_connected_components_3d(mask: NDArray[np.bool_]) -> None:
    """Expected: the labels of cc3d with 26 neighbours, an independent program."""
    labels, count = cc3d.connected_components(mask, connectivity=26, return_N=True)
    found = components(mask, cubes(mask.shape), minimum_ml=0.0)
    assert len(found) == count
    for region in found:
        own = np.zeros(mask.shape, dtype=bool)
        own[region.box] = region.mask
        label = labels[own][0]
        assert label > 0
        np.testing.assert_array_equal(own, labels == label)


@given(MASKS)
def test_parts_come_largest_first_and_make_up_the_mask(mask: NDArray[np.bool_]) -> None:
    found = components(mask, cubes(mask.shape), minimum_ml=0.0)
    sizes = [region.voxels for region in found]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) == np.count_nonzero(mask)
    for region in found:
        assert all(region.mask.any(axis=a).any() for a in range(3))
        for axis in range(3):
            edge = np.moveaxis(region.mask, axis, 0)
            assert edge[0].any()
            assert edge[-1].any()


def test_corner_neighbours_are_connected() -> None:
    """By definition of 26 neighbours."""
    mask = np.zeros((2, 2, 2), dtype=bool)
    mask[0, 0, 0] = mask[1, 1, 1] = True
    assert [r.voxels for r in components(mask, cubes(mask.shape), 0.0)] == [2]


def test_equal_parts_are_ordered_by_position() -> None:
    mask = np.zeros((1, 3, 5), dtype=bool)
    mask[0, 2, 0] = mask[0, 0, 4] = mask[0, 0, 0] = True
    found = components(mask, cubes(mask.shape), 0.0)
    assert [r.start for r in found] == [(0, 0, 0), (0, 0, 4), (0, 2, 0)]


@pytest.mark.parametrize(("minimum_ml", "kept"), [(0.0, 2), (1.0, 2), (1.1, 1), (2.0, 1), (2.1, 0)])
def test_parts_under_the_smallest_volume_are_left_out(minimum_ml: float, kept: int) -> None:
    """By hand: voxels of 1 mL, parts of two voxels and of one."""
    mask = np.array([[[True, True, False, True]]])
    assert len(components(mask, cubes(mask.shape), minimum_ml)) == kept


def test_three_voxels_of_a_third_fill_one_millilitre() -> None:
    """Rounding of the voxel volume must not lose a part that has exactly the smallest volume."""
    side = (1000.0 / 3.0) ** (1.0 / 3.0)
    grid = Grid.axial((1, 1, 3), (side, side, side), (0.0, 0.0, 0.0))
    assert len(components(np.ones((1, 1, 3), dtype=bool), grid, 1.0)) == 1


@given(
    hnp.arrays(np.float32, (5, 6, 7), elements=st.floats(0.0, 9.0, width=32)),
    st.floats(0.5, 8.5),
)
def test_a_threshold_gives_the_parts_of_its_mask(
    image: NDArray[np.float32], threshold: float
) -> None:
    direct = components_from(image, threshold, cubes(image.shape), 0.0, Naming("a", "b", "c"))
    masked = components(image >= np.float32(threshold), cubes(image.shape), 0.0)
    assert [r.start for r in direct] == [r.start for r in masked]
    for one, other in zip(direct, masked, strict=True):
        np.testing.assert_array_equal(one.mask, other.mask)


def test_a_voxel_of_the_threshold_itself_is_in() -> None:
    """0.41 x 10 is a little over float32 4.1; a voxel of 4.1 still belongs to the 41 % region."""
    image = np.array([[[4.1]]], dtype=np.float32)
    assert len(components_from(image, 0.41 * 10.0, cubes((1, 1, 1)), 0.0, Naming("", "", ""))) == 1


def test_nothing_is_connected_to_a_voxel_below_the_threshold() -> None:
    assert connected_to(np.array([[[1.0, 3.0]]]), 2.0, (0, 0, 0)) is None


def test_an_empty_mask_has_no_parts() -> None:
    assert components(np.zeros((3, 3, 3), dtype=bool), cubes((3, 3, 3)), 0.0) == ()


def test_a_mask_of_another_shape_is_refused() -> None:
    with pytest.raises(GeometryError) as refusal:
        components(np.ones((2, 2, 2), dtype=bool), cubes((2, 2, 3)), 0.0)
    assert refusal.value.problem.got == "(2, 2, 2)"


@pytest.mark.parametrize("minimum_ml", [-1.0, float("nan")])
def test_a_smallest_volume_below_zero_is_refused(minimum_ml: float) -> None:
    with pytest.raises(MethodError, match="smallest volume"):
        components(np.ones((1, 1, 1), dtype=bool), cubes((1, 1, 1)), minimum_ml)
