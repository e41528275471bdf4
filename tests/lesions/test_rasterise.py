"""From outlines to voxels: areas by hand, matplotlib as another program, and laws."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as Outline
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.lesions.contours import Outlines, plane_distance
from petrial.lesions.rasterise import rasterise
from petrial.lesions.region import Region
from petrial.vocabulary.errors import ContourError

Points = NDArray[np.float64]

GRID = Grid.axial((12, 40, 50), (3.0, 1.0, 1.0), (0.0, 0.0, 0.0))


def flat(xy: list[tuple[float, float]] | Points, z: float) -> Points:
    points = np.asarray(xy, dtype=np.float64)
    return np.column_stack([points, np.full(len(points), z)])


def box(x0: float, y0: float, x1: float, y1: float) -> list[tuple[float, float]]:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def star(seed: int, corners: int = 17) -> Points:
    """A random star-shaped polygon about (25, 20), 4 to 15 mm in radius."""
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0.0, 2.0 * math.pi, corners))
    radius = rng.uniform(4.0, 15.0, corners)
    return np.column_stack([25.0 + radius * np.cos(angle), 20.0 + radius * np.sin(angle)])


def outlines(*polygons: Points, label: str = "node") -> Outlines:
    return Outlines(label, "rs.dcm", tuple(polygons))


def full(region: Region) -> NDArray[np.bool_]:
    mask = np.zeros(region.grid.shape, dtype=np.bool_)
    mask[region.box] = region.mask
    return mask


def refusal(error: pytest.ExceptionInfo[ContourError]) -> str:
    problem = error.value.problem
    assert all((problem.where, problem.field, problem.got, problem.wanted, problem.do))
    assert "node" in problem.where
    return str(problem)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_voxels_agree_with_matplotlib_away_from_the_edges(seed: int) -> None:
    polygon = star(seed)
    region = rasterise(outlines(flat(polygon, 9.0)), GRID)
    y, x = np.mgrid[:40, :50]
    centres = np.column_stack([x.ravel(), y.ravel()]).astype(np.float64)
    path = Outline(polygon)
    sure_in = path.contains_points(centres, radius=1e-9) & path.contains_points(
        centres, radius=-1e-9
    )
    np.testing.assert_array_equal(full(region)[3], sure_in.reshape(40, 50))
    assert full(region).any(axis=(1, 2)).tolist() == [z == 3 for z in range(12)]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.integers(0, 16), step=st.sampled_from([1, -1]))
def test_first_point_and_sense_of_turning_do_not_matter(seed: int, shift: int, step: int) -> None:
    polygon = np.round(star(seed))  # whole coordinates: many centres lie exactly on the edges
    other = np.roll(polygon, shift, axis=0)[::step]
    one = rasterise(outlines(flat(polygon, 9.0)), GRID)
    two = rasterise(outlines(flat(other, 9.0)), GRID)
    np.testing.assert_array_equal(full(one), full(two))


@settings(max_examples=40, deadline=None)
@given(
    cuts=st.lists(st.integers(6, 33), min_size=1, max_size=4, unique=True),
    lean=st.integers(-5, 5),
)
def test_touching_regions_neither_share_nor_lose_a_voxel(cuts: list[int], lean: int) -> None:
    """A rectangle of 39 x 30 steps, cut into strips by leaning lines through voxel centres."""
    ends = [(0, 0), *((cut, cut + lean) for cut in sorted(cuts)), (39, 39)]
    total = np.zeros(GRID.shape, dtype=np.int64)
    for (left, left_end), (right, right_end) in itertools.pairwise(ends):
        strip = np.array([(left, 0), (right, 0), (right_end, 30), (left_end, 30)]) + 5.0
        total += full(rasterise(outlines(flat(strip, 9.0)), GRID))
    whole = full(rasterise(outlines(flat(box(5, 5, 44, 35), 9.0)), GRID))
    np.testing.assert_array_equal(total, whole.astype(np.int64))
    assert whole.sum() == 39 * 30


def test_a_square_with_corners_on_centres_holds_its_lower_edges_only() -> None:
    """By hand: half-open, so 4 x 4 centres of the 5 x 5 that it touches."""
    region = rasterise(outlines(flat(box(10, 10, 14, 14), 9.0)), GRID)
    assert region.start == (3, 10, 10)
    assert region.mask.shape == (1, 4, 4)
    assert region.voxels == 16


def test_an_inner_outline_is_a_hole_and_one_within_it_is_solid_again() -> None:
    """By hand: 20 x 20 - 10 x 10 + 4 x 4."""
    rings = [box(9.5, 9.5, 29.5, 29.5), box(14.5, 14.5, 24.5, 24.5), box(17.5, 17.5, 21.5, 21.5)]
    region = rasterise(outlines(*(flat(ring, 9.0) for ring in rings)), GRID)
    assert region.voxels == 400 - 100 + 16


def test_a_keyhole_contour_gives_the_same_voxels_as_two_outlines() -> None:
    """The channel runs along voxel centres, the worst place for it."""
    outer, inner = box(10, 10, 30, 30), box(15, 15, 25, 25)
    keyhole = [(10, 20), (15, 20), (15, 25), (25, 25), (25, 15), (15, 15), (15, 20), (10, 20)]
    keyhole += [(10, 10), (30, 10), (30, 30), (10, 30)]
    one = rasterise(outlines(flat(outer, 9.0), flat(inner, 9.0)), GRID)
    two = rasterise(outlines(flat(np.asarray(keyhole, dtype=np.float64), 9.0)), GRID)
    np.testing.assert_array_equal(full(one), full(two))


def test_a_contour_plane_stands_for_the_slab_half_way_to_its_neighbours() -> None:
    """Planes of 5 mm on slices of 3 mm: slices 6, 9, 12, 15, 18 have z in [5.5, 20.5)."""
    squares = [flat(box(9.5, 9.5, 9.5 + n, 19.5), z) for n, z in ((10, 8.0), (11, 13.0), (12, 18))]
    region = rasterise(outlines(*squares), GRID)
    assert region.start[0] == 2
    assert region.mask.sum(axis=(1, 2)).tolist() == [100, 100, 110, 110, 120]


def test_slices_on_contour_planes_take_exactly_those_planes() -> None:
    """Planes 0.02 mm beside the slices: 10, 11 and 12 voxels across, by hand."""
    squares = [flat(box(9.5, 9.5, 9.5 + n, 19.5), z) for n, z in ((10, 6.02), (11, 9.0), (12, 12))]
    region = rasterise(outlines(*squares), GRID)
    assert region.start[0] == 2
    assert region.mask.sum(axis=(1, 2)).tolist() == [100, 110, 120]


def test_one_plane_alone_stands_for_one_slice_of_the_grid() -> None:
    region = rasterise(outlines(flat(box(9.5, 9.5, 19.5, 19.5), 10.0)), GRID)
    assert (region.start[0], region.mask.shape[0]) == (3, 1)


def test_one_plane_alone_takes_the_distance_of_planes_that_the_file_tells() -> None:
    """12 mm thick about z = 12: slices 6, 9, 12, 15."""
    drawn = Outlines("node", "rs.dcm", (flat(box(9.5, 9.5, 19.5, 19.5), 12.0),), 12.0)
    region = rasterise(drawn, GRID)
    assert (region.start[0], region.mask.shape[0]) == (2, 4)


def test_a_gap_between_outlines_over_each_other_is_refused_and_named() -> None:
    squares = [flat(box(9.5, 9.5, 19.5, 19.5), z) for z in (3.0, 6.0, 9.0, 15.0, 18.0)]
    with pytest.raises(ContourError) as error:
        rasterise(outlines(*squares), GRID)
    text = refusal(error)
    assert "missing contour planes" in text
    assert "z = 9.00 mm and z = 15.00 mm, 6.00 mm apart where 3.00 mm is regular" in text


def test_two_parts_beside_each_other_are_two_stacks_with_nothing_between() -> None:
    low = [flat(box(9.5, 9.5, 19.5, 19.5), z) for z in (3.0, 6.0, 9.0)]
    high = [flat(box(29.5, 9.5, 39.5, 19.5), z) for z in (15.0, 18.0)]
    region = rasterise(outlines(*low, *high), GRID)
    assert region.mask.sum(axis=(1, 2)).tolist() == [100, 100, 100, 0, 100, 100]


def test_two_parts_far_over_each_other_are_two_stacks() -> None:
    squares = [flat(box(9.5, 9.5, 19.5, 19.5), z) for z in (3.0, 6.0, 9.0, 24.0, 27.0)]
    region = rasterise(outlines(*squares), GRID)
    assert region.voxels == 500


def test_a_region_partly_outside_is_refused_with_its_share() -> None:
    """By hand: 10 columns of 20 have x < -0.5 or so, half of the volume."""
    squares = [flat(box(-10.5, 9.5, 9.5, 19.5), z) for z in (3.0, 6.0, 9.0)]
    with pytest.raises(ContourError) as error:
        rasterise(outlines(*squares), GRID)
    assert "50.0 % of its volume outside the image" in refusal(error)


def test_planes_beyond_the_last_slice_are_refused_with_their_share() -> None:
    """One plane of four lies 3 mm past the last slice at 33 mm."""
    squares = [flat(box(9.5, 9.5, 19.5, 19.5), z) for z in (27.0, 30.0, 33.0, 36.0)]
    with pytest.raises(ContourError) as error:
        rasterise(outlines(*squares), GRID)
    assert "25.0 % of its volume outside the image" in refusal(error)


@pytest.mark.parametrize("shift", [1e3, 9e4])
def test_a_region_elsewhere_is_refused_as_wholly_outside(shift: float) -> None:
    squares = [flat(box(9.5, 9.5, 19.5, 19.5), z) + shift for z in (3.0, 6.0, 9.0)]
    with pytest.raises(ContourError) as error:
        rasterise(outlines(*squares), GRID)
    assert "100 % of its outline points outside the image" in refusal(error)


def test_an_outline_that_reaches_a_little_past_the_image_face_loses_nothing() -> None:
    region = rasterise(outlines(flat(box(-0.9, -0.9, 9.5, 9.5), 0.0)), GRID)
    assert region.voxels == 100


def test_a_region_between_voxel_centres_is_too_small_by_name() -> None:
    with pytest.raises(ContourError) as error:
        rasterise(outlines(flat(box(9.2, 9.2, 9.8, 9.8), 9.0)), GRID)
    assert "too small for the grid" in refusal(error)


def test_a_region_between_the_face_of_the_image_and_its_first_centres_is_too_small() -> None:
    with pytest.raises(ContourError) as error:
        rasterise(outlines(flat(box(-0.4, 9.2, -0.1, 9.8), 9.0)), GRID)
    assert "too small for the grid" in refusal(error)


@pytest.mark.parametrize(
    ("polygon", "words"),
    [
        (np.zeros((2, 3)), "three or more points"),
        (np.full((4, 3), np.nan), "no number"),
        (np.full((4, 3), 1e9), "over 100 m away"),
        (flat([(1.0, 1.0), (5.0, 5.0), (9.0, 9.0)], 9.0), "area of the outlines"),
        (np.array([[5, 5, 9.0], [15, 5, 9], [15, 15, 12], [5, 15, 9]]), "leaves its plane"),
    ],
)
def test_a_malformed_outline_is_refused_by_name(polygon: Points, words: str) -> None:
    with pytest.raises(ContourError) as error:
        rasterise(outlines(polygon), GRID)
    assert words in refusal(error)


def test_a_region_without_outlines_is_refused_by_name() -> None:
    with pytest.raises(ContourError) as error:
        rasterise(outlines(), GRID)
    assert error.value.problem.field == "outlines"


def test_outlines_in_two_directions_are_refused() -> None:
    axial = flat(box(9.5, 9.5, 19.5, 19.5), 9.0)
    sagittal = axial[:, [2, 0, 1]]
    with pytest.raises(ContourError) as error:
        rasterise(outlines(axial, sagittal), GRID)
    assert "parallel" in refusal(error)


def sphere(radius: float, planes: Points, middle: Points, frame: Points) -> tuple[Points, ...]:
    """Circles of 720 points on planes at heights along frame[2] through a sphere."""
    angle = np.linspace(0.0, 2.0 * math.pi, 720, endpoint=False)
    drawn = []
    for height in planes:
        across = math.sqrt(radius**2 - height**2)
        circle = np.column_stack(
            [across * np.cos(angle), across * np.sin(angle), np.full(720, height)]
        )
        drawn.append(middle + circle @ frame)
    return tuple(drawn)


def rotation(seed: int) -> Points:
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return np.asarray(q * np.sign(np.linalg.det(q)))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), other=st.integers(0, 1000))
def test_planes_drawn_in_any_direction_give_the_voxels_of_their_slabs(
    seed: int, other: int
) -> None:
    """Straight from the definition: height gives the plane, distance from its axis the circle."""
    frame, axes = rotation(seed), rotation(other)
    middle = np.array([3.0, -2.0, 8.0])
    grid = Grid(
        (46, 45, 44), (1.1, 1.0, 0.9), (0, 0, 0), (tuple(axes[0]), tuple(axes[1]), tuple(axes[2]))
    )
    corner = middle - grid.to_patient(np.array([[22.5, 22.0, 21.5]]))[0]
    grid = Grid(grid.shape, grid.spacing, (corner[0], corner[1], corner[2]), grid.axes)
    heights = np.arange(-7.0, 8.0, 2.0)
    region = rasterise(outlines(*sphere(8.0, heights, middle, frame)), grid)
    index = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)
    local = (grid.to_patient(index.reshape(-1, 3).astype(np.float64)) - middle) @ frame.T
    plane = np.clip(np.round((local[:, 2] + 7.0) / 2.0), 0, 7).astype(int)
    radius = np.sqrt(64.0 - heights[plane] ** 2)
    from_axis = np.hypot(local[:, 0], local[:, 1])
    inside = (np.abs(local[:, 2] - heights[plane]) < 1.0) & (from_axis < radius)
    unsure = (np.abs(from_axis - radius) < 1e-3) | (
        np.abs(np.abs(local[:, 2] - heights[plane]) - 1.0) < 0.021
    )
    wrong = (full(region).ravel() != inside) & ~unsure
    assert not wrong.any()
    assert unsure.mean() < 0.03


def test_a_sphere_has_its_volume_whatever_the_directions() -> None:
    """4/3 pi r^3 = 14.137 mL for 15 mm; drawn obliquely on planes of 1 mm."""
    frame, axes = rotation(5), rotation(9)
    grid = Grid(
        (80, 80, 80), (0.7, 0.6, 0.5), (0, 0, 0), (tuple(axes[0]), tuple(axes[1]), tuple(axes[2]))
    )
    middle = grid.to_patient(np.array([[40.2, 40.1, 39.7]]))[0]
    region = rasterise(outlines(*sphere(15.0, np.arange(-14.5, 15.0, 1.0), middle, frame)), grid)
    assert region.voxels * grid.voxel_volume_ml == pytest.approx(4 / 3 * math.pi * 3.375, rel=2e-3)


def test_sagittal_outlines_on_axial_slices_give_the_box_that_they_draw() -> None:
    """10 x 15 mm in y and z on planes x = 20, 22, 24: 6 columns of 1 mm, 5 slices of 3 mm."""
    rectangle = np.array([[0, 9.5, 7.6], [0, 19.5, 7.6], [0, 19.5, 22.6], [0, 9.5, 22.6]])
    region = rasterise(
        outlines(*(rectangle + np.array([x, 0, 0]) for x in (20.4, 22.4, 24.4))), GRID
    )
    assert region.start == (3, 10, 20)
    assert region.mask.shape == (5, 10, 6)
    assert region.mask.all()


def test_a_flipped_grid_holds_the_same_places() -> None:
    """Slices from the head down and columns from the left: the set of positions is the same."""
    polygon = star(7)
    region = rasterise(outlines(flat(polygon, 9.0), flat(polygon, 12.0)), GRID)
    flipped = Grid(GRID.shape, GRID.spacing, (49.0, 0.0, 33.0), ((0, 0, -1), (0, 1, 0), (-1, 0, 0)))
    other = rasterise(outlines(flat(polygon, 9.0), flat(polygon, 12.0)), flipped)
    np.testing.assert_array_equal(full(region), full(other)[::-1, :, ::-1])


def test_plane_distance_is_the_smallest_one_and_needs_three_planes() -> None:
    square = flat(box(0, 0, 4, 4), 0.0)
    up = np.array([0.0, 0.0, 1.0])
    assert plane_distance((square, square + 3 * up)) is None
    assert plane_distance((square, square + 3 * up, square + 9 * up)) == pytest.approx(3.0)
    assert plane_distance((square, square + 0.01 * up, square + 3 * up)) is None
