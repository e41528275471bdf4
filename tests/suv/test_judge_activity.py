"""Record against header, by hand: what enters the factor, and what is refused."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from made_headers import DAY, ZR89, header, problems, record, scaled, timing
from petrial.vocabulary.moments import ClockReading
from petrial.vocabulary.provenance import Source

HALF_LIFE = 6586.2
BY_HAND = 70_000.0 / (370e6 * 2 ** (-3600.0 / HALF_LIFE))
INJECTED = datetime.fromisoformat("2024-05-14T11:00")


def test_the_nominal_factor_is_weight_over_the_activity_left() -> None:
    """70 kg, 370 MBq, one hour of 18F: 2.7638e-4 by hand."""
    assert scaled(header()).factor_bw == pytest.approx(BY_HAND, rel=1e-12)
    assert pytest.approx(2.7634e-4, rel=1e-3) == BY_HAND


def test_residual_and_measurement_are_decayed_to_injection() -> None:
    """400 MBq half an hour before, 20 MBq half an hour after injection, by hand."""
    sheet = record(
        activity_becquerel=400e6,
        activity_measured_at=INJECTED - timedelta(minutes=30),
        residual_becquerel=20e6,
        residual_measured_at=INJECTED + timedelta(minutes=30),
        injected_at=INJECTED,
    )
    half = 2 ** (-1800.0 / HALF_LIFE)
    net = 400e6 * half - 20e6 / half
    found = scaled(header(), sheet)
    assert found.activity_becquerel == pytest.approx(net, rel=1e-12)
    assert found.factor_bw == pytest.approx(BY_HAND * 370e6 / net, rel=1e-12)
    effects = {d.field: d.effect_percent for d in found.differences}
    assert effects["injected activity"] == pytest.approx(100 * (net / 370e6 - 1))
    assert effects["SUV factor altogether"] == pytest.approx(100 * (net / 370e6 - 1))


def test_the_effect_of_a_wrong_injection_time_is_that_of_decay() -> None:
    """The record says ten minutes later: by the header SUV would be 2^(600 s / T) higher."""
    found = scaled(header(), record(injected_at=INJECTED + timedelta(minutes=10)))
    (injection, altogether) = found.differences
    by_hand = 100 * (2 ** (600.0 / HALF_LIFE) - 1)
    assert injection.effect_percent == pytest.approx(by_hand)
    assert altogether.effect_percent == pytest.approx(by_hand)


def test_the_weight_of_the_record_is_the_authority() -> None:
    found = scaled(header(), record(weight_kilogram=77.0))
    assert found.factor_bw == pytest.approx(1.1 * BY_HAND)
    assert found.weight_kilogram == 77.0
    weight = next(i for i in found.inputs if i.name == "weight")
    assert (weight.source, weight.detail) == (Source.RECORD, "sheet.toml")
    assert found.differences[0].effect_percent == pytest.approx(100 * (1 / 1.1 - 1))


def test_an_activity_without_its_moment_is_refused() -> None:
    assert "activity_measured_at" in problems(header(), record(activity_becquerel=400e6))
    sheet = record(activity_becquerel=400e6, activity_measured_at=INJECTED, residual_becquerel=20e6)
    assert "residual_measured_at" in problems(header(), sheet)


def test_more_residual_than_activity_is_refused() -> None:
    sheet = record(
        activity_becquerel=20e6,
        activity_measured_at=INJECTED,
        residual_becquerel=21e6,
        residual_measured_at=INJECTED,
    )
    assert "more activity than residual" in problems(header(), sheet)


def test_administration_corrected_values_need_no_moment_of_injection() -> None:
    stated = header(decay_correction="ADMIN", injected=None)
    assert scaled(stated).factor_bw == pytest.approx(70_000.0 / 370e6)


def test_administration_corrected_values_move_with_the_injection_of_the_record() -> None:
    """The scanner corrected from 11:00; injected at 11:30 half an hour of decay was too much.

    By hand: SUV = value x W / A x 2^((header - record) / T).
    """
    found = scaled(
        header(decay_correction="ADMIN"), record(injected_at=INJECTED + timedelta(minutes=30))
    )
    by_hand = 70_000.0 / 370e6 * 2 ** (-1800.0 / HALF_LIFE)
    assert found.factor_bw == pytest.approx(by_hand, rel=1e-9)


def test_values_without_decay_correction_have_a_factor_for_each_slice() -> None:
    """Mean activity of a 120 s frame, series expansion: T/2 - l T^2 / 24 after its start."""
    second = ClockReading(DAY, time(12, 30))
    stated = header(
        decay_correction="NONE",
        corrected_image=frozenset({"ATTN"}),
        slices=(timing(), timing(second)),
    )
    found = scaled(stated)
    constant = 0.693147180559945 / HALF_LIFE
    wait = 60.0 - constant * 120.0**2 / 24.0
    by_hand = [
        70_000.0 / (370e6 * 2 ** (-(seconds + wait) / HALF_LIFE)) for seconds in (3600.0, 5400.0)
    ]
    assert found.factor_bw is None
    assert found.factors_bw == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize(
    ("corrected", "stated"), [({"ATTN"}, "START"), ({"ATTN", "DECY"}, "NONE"), ({"ATTN"}, "ADMIN")]
)
def test_decay_elements_that_contradict_each_other_are_refused(
    corrected: set[str], stated: str
) -> None:
    changed = header(corrected_image=frozenset(corrected), decay_correction=stated)
    assert "CorrectedImage" in problems(changed)


def test_a_missing_decay_correction_is_refused_until_it_is_assumed() -> None:
    stated = header(decay_correction=None)
    assert "ADMIN, START or NONE" in problems(stated)
    assert scaled(stated, None, "decay_correction=START").factor_bw == pytest.approx(BY_HAND)


def test_an_offset_on_the_injection_is_a_difference_of_clocks() -> None:
    """Injected 11:00 at +02:00, scanned 11:00 at +01:00 (the night of the change): two hours."""
    summer, winter = timedelta(hours=2), timedelta(hours=1)
    scan = ClockReading(DAY, time(12, 0), winter)
    stated = header(
        slices=(timing(scan),),
        series_started=scan,
        injected=ClockReading(DAY, time(11, 0), summer),
    )
    left = 2 ** (-7200.0 / HALF_LIFE)
    assert scaled(stated).factor_bw == pytest.approx(70_000.0 / (370e6 * left))


def test_an_injection_with_offset_beside_a_scan_without_is_refused_or_confirmed() -> None:
    """Refused alone; confirmed by a clock time that says the same; unlocked by the offset."""
    stated = header(injected=ClockReading(DAY, time(11, 0), timedelta(hours=2)))
    assert "TimezoneOffsetFromUTC" in problems(stated)
    confirmed = header(
        injected=stated.injected, injected_clock=ClockReading(None, time(11, 0), None)
    )
    assert scaled(confirmed).factor_bw == pytest.approx(BY_HAND)
    assert scaled(stated, None, "utc_offset=+02:00").factor_bw == pytest.approx(BY_HAND)


def test_a_record_in_utc_is_placed_on_the_scanners_clock_or_refused() -> None:
    sheet = record(injected_at=datetime(2024, 5, 14, 9, 0, tzinfo=UTC))
    assert "TimezoneOffsetFromUTC" in problems(header(), sheet)
    zone = timedelta(hours=2)
    scan = ClockReading(DAY, time(12, 0), zone)
    aware = header(
        slices=(timing(scan),), series_started=scan, injected=ClockReading(DAY, time(11), zone)
    )
    found = scaled(aware, sheet)
    assert found.factor_bw == pytest.approx(BY_HAND)
    naive = record(injected_at=INJECTED)
    assert scaled(aware, naive).injected_at == INJECTED.replace(tzinfo=timezone(zone))


def test_contradictory_injection_elements_are_refused_with_their_effect() -> None:
    changed = header(injected_clock=ClockReading(None, time(10, 30)))
    text = problems(changed)
    assert "RadiopharmaceuticalStartDateTime" in text
    assert f"{100 * (2 ** (1800 / HALF_LIFE) - 1):+.2f}"[:3] in text or "factor 1.2" in text


def test_a_clock_time_of_a_long_lived_nuclide_is_refused_with_what_each_day_gives() -> None:
    """89Zr: four days are a factor of 2.34."""
    stated = header(
        nuclide=ZR89,
        half_life_second=282276.0,
        injected=None,
        injected_clock=ClockReading(None, time(11, 0)),
        radiopharmaceutical="",
    )
    text = problems(stated)
    assert "factor 2.34" in text
    assert "a date and a time" in text
    found = scaled(stated, None, "injected_at=2024-05-10T11:00")
    by_hand = 70_000.0 / (370e6 * 2 ** (-(4 * 86400 + 3600) / 282276.0))
    assert found.factor_bw == pytest.approx(by_hand)


def test_a_day_without_a_clock_is_joined_to_the_clock_of_the_other_element() -> None:
    stated = header(
        injected=ClockReading(date(2024, 5, 14), None),
        injected_clock=ClockReading(None, time(11, 0)),
    )
    assert scaled(stated).factor_bw == pytest.approx(BY_HAND)


def test_an_injection_after_the_scan_is_refused() -> None:
    changed = header(injected=ClockReading(DAY, time(12, 30)))
    assert "an injection before the scan" in problems(changed)


def test_missing_injection_is_refused_by_both_its_elements() -> None:
    text = problems(header(injected=None))
    assert "(0018,1078)" in text
    assert "(0018,1072)" in text


@pytest.mark.parametrize(("dose", "megabecquerel"), [(370.0, 370.0), (37.0, 37.0)])
def test_a_dose_too_small_for_an_image_is_in_megabecquerel(
    dose: float, megabecquerel: float
) -> None:
    found = scaled(header(total_dose=dose))
    assert found.activity_becquerel == pytest.approx(megabecquerel * 1e6)
    source = next(i.source for i in found.inputs if i.name == "injected activity")
    assert source is Source.INFERENCE


@pytest.mark.parametrize("dose", [None, 0.0, -1.0, 1e3, 370e3, 999_999.0])
def test_a_dose_that_has_two_readings_or_none_is_refused(dose: float | None) -> None:
    assert "RadionuclideTotalDose" in problems(header(total_dose=dose))


def test_years_before_pet_are_refused() -> None:
    stated = header(series_started=ClockReading(date(1, 1, 1), time(12)))
    assert "years from 1950" in problems(stated)


def test_record_and_assumption_cannot_both_state_a_fact() -> None:
    text = problems(header(), record(weight_kilogram=71.0), "weight_kg=72")
    assert "71.0 in the record, 72.0 with --assume" in text
