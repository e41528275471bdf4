"""Regions from a seed point."""

import numpy as np
import pytest
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.images.volumes import SuvVolume
from petrial.lesions.growing import grow, grow_percent, voxel_at
from petrial.vocabulary.errors import ContourError, MethodError


def image(values: NDArray[np.float64]) -> SuvVolume:
    z, y, x = values.shape
    grid = Grid.axial((z, y, x), (10.0, 10.0, 10.0), (-50.0, 30.0, 100.0))
    return SuvVolume(values.astype(np.float32), grid)


def line(*values: float) -> SuvVolume:
    return image(np.array([[values]]))


def at(x: int) -> tuple[float, float, float]:
    return (-50.0 + 10.0 * x, 30.0, 100.0)


def test_grow_takes_what_is_connected_to_the_seed() -> None:
    found = grow(line(5.0, 1.0, 4.0, 6.0, 4.0, 3.9, 8.0), at(3), 4.0)
    assert (found.start[2], found.voxels, found.method) == (2, 3, "grow:4.0")
    assert found.source == "seed (-20.0, 30.0, 100.0) mm"


def test_a_seed_below_the_threshold_is_refused() -> None:
    with pytest.raises(MethodError, match=r"found 1\.000, wanted at least the threshold of 4\.000"):
        grow(line(5.0, 1.0, 5.0), at(1), 4.0)


def test_a_threshold_of_zero_is_refused() -> None:
    with pytest.raises(MethodError, match="over 0"):
        grow(line(5.0, 1.0), at(1), 0.0)


@pytest.mark.parametrize(
    "point", [(-56.0, 30.0, 100.0), (0.0, 30.0, 100.0), (-50.0, 36.0, 100.0), (np.nan, 30.0, 100.0)]
)
def test_a_seed_outside_the_image_is_refused(point: tuple[float, float, float]) -> None:
    with pytest.raises(ContourError) as refusal:
        grow(line(5.0, 5.0), point, 4.0)
    assert refusal.value.problem.wanted == "inside the image of (1, 1, 2) voxels"


def test_the_voxel_of_a_point_is_right_on_an_oblique_grid() -> None:
    """By hand: turned by 90 degrees about z, columns run to the back and rows to the right."""
    axes = ((0.0, 0.0, 1.0), (-1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    grid = Grid((4, 5, 6), (3.0, 2.0, 1.0), (10.0, 20.0, 30.0), axes)
    assert voxel_at(grid, (10.0 - 2.0 * 3, 20.0 + 1.0 * 4, 30.0 + 3.0 * 2)) == (2, 3, 4)


def test_percent_from_a_seed_is_of_the_local_maximum_above_it() -> None:
    found = grow_percent(line(1.0, 5.0, 7.0, 10.0, 6.0, 1.0, 20.0), at(1), 50.0)
    assert (found.start[2], found.voxels, found.method) == (1, 4, "percent:50")


def test_the_climb_goes_over_corners() -> None:
    values = np.zeros((3, 3, 3))
    values[0, 0, 0], values[1, 1, 1], values[2, 2, 2] = 4.0, 6.0, 8.0
    assert grow_percent(image(values), at(0), 50.0).voxels == 3


def test_a_seed_that_its_own_region_does_not_hold_is_refused() -> None:
    """The seed has 3 of the local maximum 10 above it: under 50 %."""
    with pytest.raises(MethodError, match=r"3\.000, local maximum 10\.000"):
        grow_percent(line(1.0, 3.0, 6.0, 10.0), at(1), 50.0)


def test_percent_from_a_seed_refuses_a_hotter_neighbour() -> None:
    with pytest.raises(MethodError, match="hotter neighbour"):
        grow_percent(line(8.0, 10.0, 7.0, 20.0), at(0), 50.0)


def test_a_seed_in_air_is_refused() -> None:
    with pytest.raises(MethodError, match="at least the threshold"):
        grow_percent(line(0.0, 0.0), at(0), 50.0)


def test_a_region_that_fills_the_image_ends_at_its_edge() -> None:
    assert grow(image(np.full((3, 3, 3), 5.0)), at(0), 4.0).voxels == 27
