"""Reference regions: geometry, values by hand, and each quality limit."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.images.volumes import SuvVolume
from petrial.lesions.reference import (
    BLOOD_POOL,
    BLOOD_POOL_DIAMETER_MM,
    LIVER,
    LIVER_DIAMETER_MM,
    cylinder,
    measure_reference,
    sphere,
)
from petrial.vocabulary.errors import ContourError

GRID = Grid.axial((40, 40, 40), (2.0, 2.0, 2.0), (-40.0, -40.0, 800.0))
CENTRE = (0.0, 0.0, 840.0)


def image(values: NDArray[np.float64]) -> SuvVolume:
    return SuvVolume(values.astype(np.float32), GRID)


def noise(sd: float) -> NDArray[np.float64]:
    return 2.0 + sd * np.clip(np.random.default_rng(7).standard_normal(GRID.shape), -3.5, 3.5)


def fields(values: NDArray[np.float64], diameter: float = LIVER_DIAMETER_MM) -> list[str]:
    found = measure_reference(image(values), sphere(GRID, CENTRE, diameter), LIVER)
    return [problem.field for problem in found.problems]


@pytest.mark.parametrize("diameter", [30.0, 50.0, 70.0])
def test_a_sphere_has_its_volume(diameter: float) -> None:
    """Geometry: pi d^3 / 6, to 2 % on voxels of 2 mm."""
    volume = sphere(GRID, CENTRE, diameter).voxels * GRID.voxel_volume_ml
    assert volume == pytest.approx(math.pi * diameter**3 / 6000.0, rel=0.02)


def test_a_sphere_of_one_centimetre_holds_81_voxels_of_2_mm() -> None:
    """By hand: whole steps with z^2 + y^2 + x^2 up to 6: 1 + 6 + 12 + 8 + 6 + 24 + 24."""
    assert sphere(GRID, CENTRE, 10.0).voxels == 81


def test_a_sphere_holds_the_voxels_whose_centre_is_within_its_radius() -> None:
    """Expected: the distance of every voxel of the image, by brute force, oblique too."""
    turn = math.radians(20.0)
    axes = (
        (0.0, math.sin(turn), math.cos(turn)),
        (0.0, math.cos(turn), -math.sin(turn)),
        (1.0, 0.0, 0.0),
    )
    grid = Grid((20, 25, 30), (4.0, 3.0, 2.0), (-30.0, -30.0, 0.0), axes)
    centre = (1.0, 15.0, 30.0)
    found = sphere(grid, centre, 22.0)
    mask = np.zeros(grid.shape, dtype=bool)
    mask[found.box] = found.mask
    places = grid.to_patient(np.argwhere(np.ones(grid.shape, dtype=bool)).astype(float))
    inside = np.linalg.norm(places - centre, axis=1) <= 11.0
    np.testing.assert_array_equal(mask.ravel(), inside)


def test_a_cylinder_stands_upright_with_its_volume() -> None:
    """By hand: 81 whole steps lie in a circle of radius 5, and 11 slices within 20 mm."""
    found = cylinder(GRID, CENTRE, 20.0, 20.0)
    assert found.mask.shape[0] == 11
    assert found.mask[0].sum() == 81
    assert (found.mask == found.mask[0]).all()


def test_the_liver_sphere_is_measured() -> None:
    found = measure_reference(image(noise(0.2)), sphere(GRID, CENTRE, LIVER_DIAMETER_MM), LIVER)
    assert (found.organ, found.voxels) == ("liver", 1791)
    assert found.source == "sphere of 30 mm at (0.0, 0.0, 840.0) mm"
    assert found.suv_mean == pytest.approx(2.0, abs=0.03)
    assert found.suv_sd == pytest.approx(0.2, abs=0.02)
    assert found.problems == ()


def test_a_small_blood_pool_sphere_is_fit() -> None:
    found = measure_reference(
        image(noise(0.2)), sphere(GRID, CENTRE, BLOOD_POOL_DIAMETER_MM), BLOOD_POOL
    )
    assert found.problems == ()
    assert found.volume_ml == pytest.approx(81 * 0.008, rel=1e-9)


def test_too_small_a_liver_region_is_unfit() -> None:
    assert fields(noise(0.1), diameter=28.0) == ["volume"]


def test_a_sphere_cut_by_the_edge_of_the_image_is_unfit() -> None:
    found = measure_reference(
        image(noise(0.1)), sphere(GRID, (0.0, 0.0, 805.0), LIVER_DIAMETER_MM), LIVER
    )
    assert [problem.field for problem in found.problems] == ["volume"]
    assert found.problems[0].wanted == "at least 12.72 mL"


def test_a_noisy_or_mixed_region_is_unfit() -> None:
    values = np.full(GRID.shape, 2.0)
    values[:20] = 1.0
    assert fields(values) == ["SD over mean"]


def test_a_hot_spot_makes_the_region_unfit() -> None:
    values = noise(0.1)
    values[20, 20, 20] = 4.0
    assert fields(values) == ["largest voxel over mean"]


def test_a_cold_spot_makes_the_region_unfit() -> None:
    values = noise(0.1)
    values[20, 20, 20] = 0.1
    assert fields(values) == ["smallest voxel over mean"]


def test_a_region_without_uptake_is_unfit() -> None:
    assert fields(np.zeros(GRID.shape)) == ["mean SUV"]


@pytest.mark.parametrize("centre", [(500.0, 0.0, 840.0), (0.0, 0.0, 0.0), (0.0, np.nan, 840.0)])
def test_a_centre_outside_the_image_is_refused(centre: tuple[float, float, float]) -> None:
    with pytest.raises(ContourError):
        sphere(GRID, centre, 30.0)


@pytest.mark.parametrize("size", [0.0, -1.0, np.nan, np.inf])
def test_a_size_that_is_not_over_zero_is_refused(size: float) -> None:
    with pytest.raises(ContourError, match="over 0 mm"):
        sphere(GRID, CENTRE, size)
    with pytest.raises(ContourError, match="length"):
        cylinder(GRID, CENTRE, 10.0, size)
