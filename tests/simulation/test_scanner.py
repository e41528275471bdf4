"""The simulated scanner against a real one, against integration by hand, and against formulas."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from scipy.integrate import quad

from petrial.simulation.case import CASE_GRID, case_suv, plain_spec
from petrial.simulation.scanner import cropped, mass_kg, state_pet, true_decay_factor
from petrial.simulation.series import Beds, InjectionClock, Vendor, Wording

REAL_GE = {
    0.0: 1.01268,
    243.0: 1.0389,
    486.0: 1.06581,
    729.0: 1.09341,
    972.0: 1.12172,
    1215.0: 1.15077,
}
"""FrameReferenceTime in s and DecayFactor of the beds of STS_001, a real GE series: 18F, 240 s."""


def test_decay_factors_are_those_that_a_real_ge_scanner_wrote() -> None:
    beds = Beds(6, timedelta(seconds=240), timedelta(seconds=3))
    spec = replace(plain_spec("18F", Wording(vendor=Vendor.GE)), beds=beds)
    slices = state_pet(spec, case_suv(), CASE_GRID).slices
    found = {float(str(s["FrameReferenceTime"])) / 1000.0: s["DecayFactor"] for s in slices}
    assert found == {t: pytest.approx(f, rel=5e-5) for t, f in REAL_GE.items()}


@pytest.mark.parametrize("nuclide", ["18F", "68Ga", "64Cu", "89Zr"])
@pytest.mark.parametrize("bed", [0, 2])
def test_stored_activity_is_the_mean_over_the_frame_by_numerical_integration(
    nuclide: str, bed: int
) -> None:
    """Without decay correction the stored value is the mean of the decaying concentration."""
    spec = replace(
        plain_spec(nuclide, Wording(decay_correction="NONE")), beds=Beds(3, timedelta(minutes=20))
    )
    start = (spec.bed_started(bed) - spec.injected_at).total_seconds()
    duration = 1200.0
    rate = np.log(2.0) / spec.half_life_second
    total, _ = quad(lambda t: np.exp(-rate * t), start, start + duration, epsabs=0.0, epsrel=1e-12)
    expected = 2.0 * 1e6 * spec.activity_mbq / (1000.0 * spec.weight_kg) * total / duration
    values = state_pet(spec, case_suv(), CASE_GRID).values
    assert values[4 * bed, 0, 0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("nuclide", ["18F", "89Zr"])
def test_correction_to_the_start_undoes_decay_within_the_scan(nuclide: str) -> None:
    """All beds then show A 2^(-uptake / half-life) / weight times SUV, the same value."""
    spec = plain_spec(nuclide)
    uptake = (spec.scan_started - spec.injected_at).total_seconds()
    expected = (
        2.0 * 1e3 * spec.activity_mbq / spec.weight_kg * 2.0 ** (-uptake / spec.half_life_second)
    )
    values = state_pet(spec, case_suv(), CASE_GRID).values
    np.testing.assert_allclose(values[:, 0, 0], expected, rtol=1e-12)


def test_correction_to_the_injection_leaves_activity_per_gram() -> None:
    spec = plain_spec("89Zr", Wording(decay_correction="ADMIN"))
    values = state_pet(spec, case_suv(), CASE_GRID).values
    np.testing.assert_allclose(values[:, 0, 0], 2.0 * 37e6 / 68e3, rtol=1e-12)
    assert true_decay_factor(spec, 0) == pytest.approx(2.0 ** (97.0 / 78.41), rel=1e-3)


def test_zirconium_read_without_its_date_would_be_wrong_by_the_known_factor() -> None:
    """Four lost days of 89Zr are a factor of 2 ** (96 / 78.41) = 2.34 (table of the project)."""
    four_days = 2.0 ** (4 * 86400.0 / plain_spec("89Zr").half_life_second)
    assert four_days == pytest.approx(2.34, abs=0.005)


@pytest.mark.parametrize(
    ("kind", "sex", "kilogram"),
    [
        ("BW", "F", 80.0),
        ("LBM", "F", 1.07 * 80 - 148 * (80 / 170) ** 2),
        ("LBM", "M", 1.10 * 80 - 120 * (80 / 170) ** 2),
        ("LBMJAMES128", "M", 1.10 * 80 - 128 * (80 / 170) ** 2),
        ("LBMJANMA", "M", 9270 * 80 / (6680 + 216 * 80 / 1.7**2)),
        ("LBMJANMA", "F", 9270 * 80 / (8780 + 244 * 80 / 1.7**2)),
        ("IBW", "M", 48.0 + 1.06 * 18),
        ("IBW", "F", 45.5 + 0.91 * 18),
    ],
)
def test_masses_follow_the_published_formulas(kind: str, sex: str, kilogram: float) -> None:
    assert mass_kg(kind, 80.0, 1.7, sex) == pytest.approx(kilogram, rel=1e-12)


def test_a_moved_calendar_moves_every_date_but_those_that_are_forgotten() -> None:
    wording = Wording(
        vendor=Vendor.GE,
        injection=InjectionClock.DATE_TIME,
        shift=timedelta(days=-10),
        unshifted=("AcquisitionDate",),
    )
    found = state_pet(plain_spec("18F", wording), case_suv(), CASE_GRID)
    assert str(found.series["SeriesDate"]) == "20240504"
    assert str(found.dose["RadiopharmaceuticalStartDateTime"]).startswith("20240504")
    assert found.private[0].value.startswith("20240504")
    assert {s["AcquisitionDate"] for s in found.slices} == {"20240514"}


def test_clocks_are_written_in_the_stated_offset() -> None:
    """09:30 at +02:00 is 07:30 UTC, and 13:00 at +05:30."""
    spec = replace(
        plain_spec("18F", Wording(utc_offset=timedelta(hours=5, minutes=30))),
        injected_at=datetime.fromisoformat("2024-05-14T09:30:00+02:00"),
        scan_started=datetime.fromisoformat("2024-05-14T10:30:00+02:00"),
    )
    found = state_pet(spec, case_suv(), CASE_GRID)
    assert found.dose["RadiopharmaceuticalStartTime"] == "130000.000000"
    assert found.series["TimezoneOffsetFromUTC"] == "+0530"
    assert str(found.series["SeriesTime"]).startswith("1400")


def test_a_crop_keeps_values_times_and_places_together() -> None:
    whole = state_pet(plain_spec("18F"), case_suv(), CASE_GRID)
    part = cropped(whole, 5, 9)
    assert part.slices == whole.slices[5:9]
    np.testing.assert_array_equal(part.values, whole.values[5:9])
    assert part.grid.origin[2] == pytest.approx(-80.0)
    assert part.series["NumberOfSlices"] == 4
    assert cropped(whole, 5, 9, recounted=False).series["NumberOfSlices"] == 12
