"""SUVpeak: sphere weights against geometry, definitions against brute force and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.images.volumes import SuvVolume
from petrial.lesions.peak import (
    ONE_ML_RADIUS_MM,
    PeakDefinition,
    peak,
    peak_definition,
    sphere_fractions,
)
from petrial.lesions.region import Region
from petrial.vocabulary.errors import MethodError

SPACINGS = st.tuples(*[st.floats(1.0, 6.0)] * 3)


def place(
    values: NDArray[np.floating], mask: NDArray[np.bool_], spacing: tuple[float, float, float]
) -> tuple[SuvVolume, Region]:
    z, y, x = values.shape
    grid = Grid.axial((z, y, x), spacing, (-30.0, 40.0, 500.0))
    region = Region.from_crop(grid, (0, 0, 0), mask, label="", source="", method="drawn")
    return SuvVolume(values.astype(np.float32), grid), region


def box(shape: tuple[int, int, int], margin: int) -> NDArray[np.bool_]:
    return np.pad(np.ones([n - 2 * margin for n in shape], dtype=bool), margin)


def brute_mean(
    suv: SuvVolume, centre: tuple[int, ...], weights: NDArray[np.float64]
) -> float | None:
    reach = [n // 2 for n in weights.shape]
    low = [c - r for c, r in zip(centre, reach, strict=True)]
    high = [c + r + 1 for c, r in zip(centre, reach, strict=True)]
    if min(low) < 0 or any(h > n for h, n in zip(high, suv.grid.shape, strict=True)):
        return None
    crop = suv.g_per_ml[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    return float((crop * weights).sum() / weights.sum())


@given(SPACINGS)
@settings(max_examples=30)
def test_the_shares_of_the_voxels_add_up_to_the_sphere(
    spacing: tuple[float, float, float],
) -> None:
    """Geometry: 4/3 pi r^3 to 0.1 %, here 1 cm3 and 0.905 cm3."""
    for radius in (ONE_ML_RADIUS_MM, 6.0):
        shares = sphere_fractions(radius, spacing)
        volume = float(shares.sum()) * math.prod(spacing)
        assert volume == pytest.approx(4.0 / 3.0 * math.pi * radius**3, rel=1e-3)
        assert shares.min() >= 0.0
        assert shares.max() <= 1.0 + 1e-12


def test_the_radius_is_that_of_one_cubic_centimetre() -> None:
    assert 4.0 / 3.0 * math.pi * ONE_ML_RADIUS_MM**3 == pytest.approx(1000.0, rel=1e-12)


@given(SPACINGS)
@settings(max_examples=20)
def test_the_shares_are_symmetric(spacing: tuple[float, float, float]) -> None:
    """A law: mirrored along any axis the sphere is the same."""
    shares = sphere_fractions(ONE_ML_RADIUS_MM, spacing)
    for axis in range(3):
        np.testing.assert_allclose(shares, np.flip(shares, axis), atol=1e-12)


def test_a_sphere_within_one_voxel_counts_that_voxel_alone() -> None:
    assert sphere_fractions(6.0, (20.0, 20.0, 20.0)).shape == (1, 1, 1)


def test_the_middle_voxel_of_a_sphere_has_the_share_by_hand() -> None:
    """A slab of 4 mm through the middle of a 6 mm sphere: pi h (r^2 - h^2 / 12) = 435.6 mm3."""
    shares = sphere_fractions(6.0, (4.0, 40.0, 40.0))
    slab = float(shares[shares.shape[0] // 2].sum()) * 4.0 * 1600.0
    assert slab == pytest.approx(math.pi * 4.0 * (36.0 - 16.0 / 12.0), rel=1e-3)


@given(
    seed=st.integers(0, 10**6),
    spacing=st.tuples(*[st.sampled_from([2.0, 3.0, 4.0, 5.5])] * 3),
    smooth=st.booleans(),
)
@settings(max_examples=40)
def test_giving_up_early_never_changes_the_peak(
    *, seed: int, spacing: tuple[float, float, float], smooth: bool
) -> None:
    """Expected: the largest mean over all centres, each computed in full."""
    rng = np.random.default_rng(seed)
    shape = (13, 14, 15)
    values = rng.normal(1.0, 2.0, shape)
    if smooth:
        z, y, x = np.indices(shape)
        values = values * 0.1 + 9.0 * np.exp(-((z - 6) ** 2 + (y - 8) ** 2 + (x - 7) ** 2) / 9.0)
    suv, region = place(values, (rng.random(shape) < 0.3) & box(shape, 4), spacing)
    centres = [tuple(c) for c in (np.argwhere(region.mask) + np.asarray(region.start)).tolist()]
    for definition, radius in (
        (PeakDefinition.SPHERE_1CM3, ONE_ML_RADIUS_MM),
        (PeakDefinition.SPHERE_12MM, 6.0),
    ):
        weights = sphere_fractions(radius, spacing)
        means = [brute_mean(suv, centre, weights) for centre in centres]
        found = peak(suv, region, definition)
        assert found.value == pytest.approx(max(m for m in means if m is not None), rel=1e-6)
        assert found.reason == ""


@pytest.mark.parametrize("definition", PeakDefinition)
def test_uniform_uptake_has_its_own_value_as_peak(definition: PeakDefinition) -> None:
    shape = (15, 15, 15)
    suv, region = place(np.full(shape, 3.0), box(shape, 3), (3.0, 3.0, 3.0))
    assert peak(suv, region, definition).value == pytest.approx(3.0, rel=1e-6)


@given(st.integers(-3, 3), st.sampled_from(list(PeakDefinition)))
def test_the_peak_scales_with_suv_and_stays_in_its_place(
    power: int, definition: PeakDefinition
) -> None:
    """A law; powers of two scale without rounding."""
    shape = (15, 15, 15)
    values = np.random.default_rng(1).uniform(0.0, 5.0, shape)
    suv, region = place(values, box(shape, 4), (3.0, 3.0, 3.0))
    scaled, _ = place(values * 2.0**power, box(shape, 4), (3.0, 3.0, 3.0))
    one, other = peak(suv, region, definition), peak(scaled, region, definition)
    assert one.value is not None
    assert other.value == pytest.approx(one.value * 2.0**power, rel=1e-6)
    assert other.centre_mm == one.centre_mm


@pytest.mark.parametrize("definition", PeakDefinition)
def test_the_peak_does_not_depend_on_the_crop_of_the_image(definition: PeakDefinition) -> None:
    """A law: what lies far from the region does not matter."""
    shape = (20, 21, 22)
    values = np.random.default_rng(2).uniform(0.0, 5.0, shape)
    mask = box(shape, 6)
    suv, region = place(values, mask, (3.0, 3.0, 3.0))
    part = (slice(2, -2),) * 3
    small = SuvVolume(
        np.ascontiguousarray(suv.g_per_ml[part]), suv.grid.crop((2, 2, 2), (16, 17, 18))
    )
    inner = Region.from_crop(small.grid, (0, 0, 0), mask[part], label="", source="", method="drawn")
    one, other = peak(suv, region, definition), peak(small, inner, definition)
    assert other.value == one.value
    assert other.centre_mm == pytest.approx(one.centre_mm, abs=1e-9)


def test_the_centre_of_the_peak_is_in_patient_millimetres() -> None:
    values = np.zeros((11, 11, 11))
    values[4, 5, 6] = 10.0
    suv, region = place(values, box((11, 11, 11), 4), (4.0, 4.0, 4.0))
    found = peak(suv, region)
    assert found.centre_mm == pytest.approx((-30.0 + 24.0, 40.0 + 20.0, 500.0 + 16.0), abs=1e-9)


def test_ibsi_local_is_around_the_largest_voxel_and_global_anywhere() -> None:
    """By hand: a lone 9 gives 9 / 7 with six zeros around; a block of fours gives 4 in its middle.

    With voxels of 6 mm the sphere of 6.2 mm holds a voxel and its six face neighbours.
    """
    values = np.zeros((9, 9, 15))
    values[4, 4, 4] = 9.0
    values[3:6, 3:6, 9:12] = 4.0
    suv, region = place(values, box((9, 9, 15), 1), (6.0, 6.0, 6.0))
    assert peak(suv, region, PeakDefinition.IBSI_LOCAL).value == pytest.approx(9.0 / 7.0, rel=1e-6)
    assert peak(suv, region, PeakDefinition.IBSI_GLOBAL).value == pytest.approx(4.0, rel=1e-6)


def test_ibsi_local_takes_the_highest_of_several_largest_voxels() -> None:
    values = np.zeros((9, 9, 15))
    values[4, 4, 4] = values[4, 4, 10] = 7.0
    values[4, 4, 11] = 3.5
    suv, region = place(values, box((9, 9, 15), 1), (6.0, 6.0, 6.0))
    found = peak(suv, region, PeakDefinition.IBSI_LOCAL)
    assert found.value == pytest.approx(10.5 / 7.0, rel=1e-6)


def test_ibsi_counts_the_voxels_that_exist() -> None:
    """By hand: in a corner a voxel and three neighbours remain: (8 + 4 + 0 + 0) / 4."""
    values = np.zeros((4, 4, 4))
    values[0, 0, 0], values[0, 0, 1] = 8.0, 4.0
    suv, region = place(values, values == 8.0, (6.0, 6.0, 6.0))
    found = peak(suv, region, PeakDefinition.IBSI_LOCAL)
    assert found.value == pytest.approx(3.0, rel=1e-6)


def test_a_peak_at_the_edge_of_the_image_is_refused_with_the_reason() -> None:
    values = np.zeros((12, 12, 12))
    values[:3] = 5.0
    suv, region = place(values, values > 0.0, (4.0, 4.0, 4.0))
    found = peak(suv, region)
    assert found.value is None
    assert found.centre_mm is None
    assert "reaches out of the image" in found.reason


def test_a_peak_inside_stands_where_the_edge_of_the_image_is_colder() -> None:
    values = np.full((15, 15, 15), 1.0)
    values[7, 7, 7] = 20.0
    suv, region = place(values, np.ones((15, 15, 15), dtype=bool), (4.0, 4.0, 4.0))
    found = peak(suv, region)
    assert found.value is not None
    assert found.centre_mm == pytest.approx((-30.0 + 28.0, 40.0 + 28.0, 500.0 + 28.0), abs=1e-9)


def test_a_sphere_inside_the_region_is_never_above_one_that_may_leave_it() -> None:
    shape = (17, 17, 17)
    values = np.random.default_rng(3).uniform(0.0, 5.0, shape)
    suv, region = place(values, box(shape, 4), (3.0, 3.0, 3.0))
    inside = peak(suv, region, PeakDefinition.SPHERE_1CM3_INSIDE).value
    outside = peak(suv, region, PeakDefinition.SPHERE_1CM3).value
    assert inside is not None
    assert outside is not None
    assert inside <= outside


def test_a_sphere_inside_the_region_touches_no_voxel_outside_it() -> None:
    """Voxels of 3 mm: a sphere of 6.2 mm radius needs five in a row, and 5 x 5 x 5 just hold it."""
    shape = (15, 15, 15)
    values = np.full(shape, 100.0)
    values[5:10, 5:10, 5:10] = 2.0
    suv, region = place(values, values == 2.0, (3.0, 3.0, 3.0))
    found = peak(suv, region, PeakDefinition.SPHERE_1CM3_INSIDE)
    assert found.value == pytest.approx(2.0, rel=1e-6)
    smaller = values == 2.0
    smaller[5] = False
    suv, region = place(values, smaller, (3.0, 3.0, 3.0))
    found = peak(suv, region, PeakDefinition.SPHERE_1CM3_INSIDE)
    assert (found.value, found.reason) == (None, "no sphere of 1 cm3 fits inside the region")


def test_an_unknown_definition_is_refused_with_the_list() -> None:
    with pytest.raises(MethodError, match="sphere-1cm3, sphere-1cm3-inside, ibsi-local"):
        peak_definition("peak")
