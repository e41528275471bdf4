"""Maximum intensity projections: what is seen where, by the anatomy of a patient in LPS."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.images.projections import View, layout_of, project_mask, project_maximum

Triple = tuple[float, float, float]
PATIENT_AXES = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))  # to the head, back, left
ORIENTATIONS = [
    (order, signs)
    for order in itertools.permutations(range(3))
    for signs in itertools.product((1.0, -1.0), repeat=3)
]
EXTENT = (60.0, 40.0, 20.0)  # of the body along head, back, left


def oriented(order: tuple[int, ...], signs: tuple[float, ...]) -> Grid:
    """Return a grid over the same body, 0 to EXTENT, with array axes in any order and direction."""
    spacing = (4.0, 2.0, 1.0)
    shape = [round(EXTENT[k] / spacing[i]) for i, k in enumerate(order)]
    origin = np.zeros(3)
    axes = []
    for i, k in enumerate(order):
        axis = signs[i] * np.asarray(PATIENT_AXES[k])
        axes.append((float(axis[0]), float(axis[1]), float(axis[2])))
        start = spacing[i] / 2.0 if signs[i] > 0 else EXTENT[k] - spacing[i] / 2.0
        origin += start * np.asarray(PATIENT_AXES[k])
    x, y, z = origin.tolist()
    return Grid((shape[0], shape[1], shape[2]), spacing, (x, y, z), (axes[0], axes[1], axes[2]))


def spot(grid: Grid, head: float, back: float, left: float) -> NDArray[np.float32]:
    image = np.zeros(grid.shape, dtype=np.float32)
    z, y, x = np.rint(grid.to_index([[left, back, head]])[0]).astype(int)
    image[z, y, x] = 7.0
    return image


@pytest.mark.parametrize(("order", "signs"), ORIENTATIONS)
def test_a_spot_is_seen_where_a_reader_expects_it(
    order: tuple[int, ...], signs: tuple[float, ...]
) -> None:
    """By hand: 50 of 60 mm up, 10 of 40 mm back, 16 of 20 mm left, whatever the array's axes."""
    grid = oriented(order, signs)
    image = spot(grid, 50.0, 10.0, 16.0)
    front, side = project_maximum(image, grid, (View.ANTERIOR, View.LEFT_LATERAL))
    for view, flat, across in ((View.ANTERIOR, front, 16.0), (View.LEFT_LATERAL, side, 10.0)):
        height, width = layout_of(grid, view).pixel_mm
        ((row, column),) = np.argwhere(flat == 7.0).tolist()
        assert abs((row + 0.5) * height - (60.0 - 50.0)) <= height
        assert abs((column + 0.5) * width - across) <= width


def test_the_patients_right_is_on_the_viewers_left_and_the_nose_too() -> None:
    grid = Grid.axial((4, 5, 6), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    image = np.zeros((4, 5, 6), dtype=np.float32)
    image[3, 0, 0] = 1.0  # head, front, patient's right
    for flat in project_maximum(image, grid):
        assert np.argwhere(flat).tolist() == [[0, 0]]


@given(hnp.arrays(np.float32, (4, 5, 6), elements=st.floats(-5.0, 50.0, width=32)))
def test_each_pixel_is_the_largest_value_on_its_line(image: NDArray[np.float32]) -> None:
    """Expected: numpy's maximum along the axis, head up."""
    grid = Grid.axial((4, 5, 6), (3.0, 2.0, 1.0), (0.0, 0.0, 0.0))
    front, side = project_maximum(image, grid)
    np.testing.assert_array_equal(front, image.max(axis=1)[::-1])
    np.testing.assert_array_equal(side, image.max(axis=2)[::-1])


@given(st.integers(0, 10**6), st.sampled_from(ORIENTATIONS), st.sampled_from(list(View)))
def test_the_shadow_of_a_region_is_the_projection_of_its_voxels(
    seed: int, orientation: tuple[tuple[int, ...], tuple[float, ...]], view: View
) -> None:
    grid = oriented(*orientation)
    rng = np.random.default_rng(seed)
    start = tuple(int(rng.integers(0, n - 3)) for n in grid.shape)
    mask = rng.random((3, 2, 3)) < 0.5
    whole = np.zeros(grid.shape, dtype=np.float32)
    whole[tuple(slice(a, a + n) for a, n in zip(start, mask.shape, strict=True))] = mask
    (expected,) = project_maximum(whole, grid, (view,))
    shadow = project_mask(mask, (start[0], start[1], start[2]), grid, view)
    np.testing.assert_array_equal(shadow, expected > 0.0)


def test_an_oblique_grid_counts_as_the_nearest_upright_one() -> None:
    """Turned by 40 degrees about x: still transverse slices, head up."""
    c, s = np.cos(np.radians(40.0)), np.sin(np.radians(40.0))
    grid = Grid(
        (4, 5, 6), (3.0, 2.0, 1.0), (0.0, 0.0, 0.0), ((0.0, -s, c), (0.0, c, s), (1.0, 0.0, 0.0))
    )
    layout = layout_of(grid, View.ANTERIOR)
    assert (layout.along, layout.rows, layout.columns, layout.flip_rows) == (1, 0, 2, True)
    assert layout.pixel_mm == (3.0, 1.0)
