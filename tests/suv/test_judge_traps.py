"""Headers and records made to mislead: each is refused, or comes out right by hand."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from made_headers import DAY, ZR89, header, problems, record, scaled
from made_headers import facts as series
from petrial.images.series import Code, PetHeader, SliceTiming
from petrial.images.suv.choice import choose_record
from petrial.images.suv.statements import Sex
from petrial.protocol.tracers import tracer_of
from petrial.vocabulary.knowledge import Unknown
from petrial.vocabulary.moments import ClockReading

HALF_LIFE = 6586.2
CONSTANT = 0.693147180559945 / HALF_LIFE
BED = 180.0
WAIT = BED / 2 - CONSTANT * BED**2 / 24
"""Time to mean activity of a bed, series expansion."""
START = datetime.fromisoformat("2024-05-14T12:00")


def at(second: float, start: datetime = START) -> ClockReading:
    moment = start + timedelta(seconds=second)
    return ClockReading(moment.date(), moment.time())


def beds(*starts: float, factor: bool = True, reference: bool = True) -> tuple[SliceTiming, ...]:
    """Return slices of beds that began so many seconds after noon, in the manner of Siemens."""
    return tuple(
        SliceTiming(
            at(begin),
            begin + WAIT if reference else None,
            BED,
            2 ** ((begin + WAIT) / HALF_LIFE) if factor else None,
        )
        for begin in starts
    )


def multi(**changes: object) -> PetHeader:
    return header(**{"slices": beds(0.0, 180.0, 360.0), **changes})


BY_HAND = 70_000.0 / (370e6 * 2 ** (-3600.0 / HALF_LIFE))


def test_three_beds_are_corrected_to_the_start_of_the_first() -> None:
    found = scaled(multi())
    assert found.factor_bw == pytest.approx(BY_HAND)
    assert not any("verified" in note for note in found.notes)


def test_a_scanners_injection_shifted_by_years_is_not_undone_by_the_record() -> None:
    """De-identification moved the header's injection: no ratio can be taken from it."""
    sheet = record(injected_at=datetime.fromisoformat("2024-05-14T11:00"))
    shifted = ClockReading(date(2019, 12, 28), time(11, 0))
    gml = scaled(header(units="GML", injected=shifted), sheet)
    assert gml.factor_bw == 1.0
    assert any("could not be held against it" in note for note in gml.notes)
    assert "2019-12-28" in problems(header(decay_correction="ADMIN", injected=shifted), sheet)


@pytest.mark.parametrize("stated", ["2024-05-15T11:00", "2024-05-14T11:00+01:00"])
def test_a_record_that_cannot_be_used_is_not_dropped(stated: str) -> None:
    """Injected a day after the scan; on a clock that the header does not know."""
    sheet = record(injected_at=datetime.fromisoformat(stated))
    for way in ("START", "ADMIN"):
        problems(header(decay_correction=way), sheet)


def test_the_tracer_of_a_record_implies_its_nuclide() -> None:
    sheet = record(tracer="89Zr-trastuzumab")
    stated = header(radiopharmaceutical="Solution")
    assert isinstance(choose_record(series(stated), [sheet]), Unknown)
    for units in ({}, {"units": "GML"}, {"units": "CNTS", "philips_suv_factor": 0.5}):
        assert "one nuclide" in problems(header(radiopharmaceutical="", **units), sheet)


def test_a_half_life_of_another_nuclide_is_refused_whoever_names_the_nuclide() -> None:
    stated = header(nuclide=None, radiopharmaceutical="")
    assert "RadionuclideHalfLife" in problems(stated, record(nuclide="89Zr"))
    assert "RadionuclideHalfLife" in problems(stated, None, "nuclide=89Zr")


def test_an_antibody_with_another_nuclide_is_another_tracer() -> None:
    assert tracer_of("64Cu-DOTA-trastuzumab") is None
    assert tracer_of("Zr89 trastuzumab") is not None


def test_a_stated_decay_correction_moment_is_not_outvoted() -> None:
    """Enhanced object without its injection: series and acquisition agree on another moment."""
    stated = header(
        decay_correction_moment=ClockReading(DAY, time(11, 0)),
        injected=None,
        injected_clock=ClockReading(None, time(10, 58)),
    )
    assert "0018,9701" in problems(stated)


def test_an_injection_of_the_record_beside_a_correction_to_the_headers() -> None:
    """Corrected to 11:00, injected at 11:02: the activity is taken back to 11:00, by hand."""
    stated = header(decay_correction_moment=ClockReading(DAY, time(11, 0)))
    found = scaled(stated, record(injected_at=datetime.fromisoformat("2024-05-14T11:02")))
    assert found.factor_bw == pytest.approx(70_000.0 / (370e6 * 2 ** (120.0 / HALF_LIFE)))


def test_a_decay_correction_moment_of_another_year_is_refused() -> None:
    moment = ClockReading(date(2015, 1, 1), time(11, 0))
    problems(header(decay_correction_moment=moment, injected=moment))


def test_decay_factor_alone_unmasks_a_cropped_series_with_its_time_rewritten() -> None:
    """First bed missing, series time set to the second, no FrameReferenceTime."""
    cropped = beds(900.0, 1080.0, reference=False)
    problems(header(slices=cropped, series_started=at(900.0)))
    found = scaled(header(slices=cropped))
    assert found.factor_bw == pytest.approx(BY_HAND)


def test_a_private_moment_unmasks_it_where_nothing_else_can() -> None:
    cropped = beds(900.0, 1080.0, reference=False, factor=False)
    text = problems(header(slices=cropped, series_started=at(900.0), ge_scan_started=at(0.0)))
    assert "GE private" in text


def test_frame_times_that_contradict_acquisition_times_are_refused() -> None:
    contradictory = tuple(
        replace(t, frame_reference_second=5000.0 * n, decay_factor=None)
        for n, t in enumerate(beds(0.0, 180.0, 360.0))
    )
    problems(header(slices=contradictory))


def test_one_repeated_acquisition_time_is_accepted_and_said_to_verify_nothing() -> None:
    """As in STS_001: the acquisition time of the series stands in every slice."""
    repeated = tuple(replace(t, acquired=at(0.0)) for t in beds(0.0, 180.0, 360.0))
    found = scaled(header(slices=repeated))
    assert found.factor_bw == pytest.approx(BY_HAND)
    assert any("do not tell the beds apart" in note for note in found.notes)


@pytest.mark.parametrize("nuclide", ["18F", "89Zr"])
def test_a_slice_of_another_day_is_refused(nuclide: str) -> None:
    wandering = (*beds(0.0, 180.0), replace(beds(360.0)[0], acquired=at(2 * 86400.0)))
    changes = {"nuclide": ZR89, "half_life_second": 282276.0} if nuclide == "89Zr" else {}
    assert "slices" in problems(header(slices=wandering, **changes))


def test_a_date_that_was_inferred_is_no_second_witness() -> None:
    """89Zr with clock times only in its slices, and a vendor's element on another day."""
    clocks = tuple(
        SliceTiming(ClockReading(None, t.acquired.clock), None, None, None)
        for t in beds(0.0, 180.0)
    )
    stated = header(
        slices=clocks,
        nuclide=ZR89,
        half_life_second=282276.0,
        radiopharmaceutical="",
        injected=ClockReading(date(2024, 5, 10), time(12, 0)),
        siemens_decay_reference=at(-86400.0),
    )
    assert "Siemens private" in problems(stated)


def test_residual_without_activity_is_refused() -> None:
    assert "residual_mbq" in problems(header(), record(residual_becquerel=5e6))


@pytest.mark.parametrize("moment", ["2024-05-13T11:00", "2030-01-01T11:00"])
def test_an_activity_measured_on_another_day_is_refused(moment: str) -> None:
    sheet = record(activity_becquerel=400e6, activity_measured_at=datetime.fromisoformat(moment))
    assert "activity_measured_at" in problems(header(), sheet)


def test_an_impossible_dose_is_refused() -> None:
    assert "RadionuclideTotalDose" in problems(header(total_dose=3.7e11))


def test_two_injection_elements_on_different_clocks_are_compared_in_time() -> None:
    """09:00 at UTC and 09:00 at +01:00 are an hour apart."""
    zone = timedelta(hours=1)
    scan = ClockReading(DAY, time(12, 0), zone)
    stated = header(
        slices=tuple(replace(t, acquired=scan) for t in header().slices),
        series_started=scan,
        injected=ClockReading(DAY, time(10, 0), timedelta(0)),
        injected_clock=ClockReading(None, time(10, 0), zone),
    )
    assert "one moment of injection" in problems(stated)


@pytest.mark.parametrize(
    "clock", [time(0, 0), time(12, 2), time(2, 0)], ids=["placeholder", "after the scan", "10 h"]
)
def test_a_clock_time_alone_is_placed_only_shortly_before_the_scan(clock: time) -> None:
    stated = header(injected=None, injected_clock=ClockReading(None, clock))
    assert "clock time" in problems(stated)


@pytest.mark.parametrize("factor", [1.4, 1.0])
def test_values_without_correction_have_no_decay_factor(factor: float) -> None:
    slices = tuple(replace(t, decay_factor=factor) for t in beds(0.0, 180.0))
    stated = header(slices=slices, decay_correction="NONE", corrected_image=frozenset({"ATTN"}))
    if factor == 1.0:
        scaled(stated)
    else:
        assert "DecayFactor" in problems(stated)


def test_values_without_correction_need_the_duration_of_their_frames() -> None:
    slices = tuple(replace(t, frame_duration_second=0.0, decay_factor=None) for t in beds(0.0))
    stated = header(slices=slices, decay_correction="NONE", corrected_image=frozenset({"ATTN"}))
    assert "ActualFrameDuration" in problems(stated)


def test_administration_with_decay_factors_of_start_is_refused() -> None:
    """The factors count from noon; from the injection an hour before they would be 1.46."""
    assert "ADMIN" in problems(multi(decay_correction="ADMIN"))
    from_injection = tuple(
        replace(t, decay_factor=(t.decay_factor or 1.0) * 2 ** (3600.0 / HALF_LIFE))
        for t in beds(0.0, 180.0, 360.0)
    )
    found = scaled(header(slices=from_injection, decay_correction="ADMIN"))
    assert found.factor_bw == pytest.approx(70_000.0 / 370e6)


def test_a_scanners_suv_of_an_uncorrected_image_is_refused() -> None:
    stated = header(units="GML", decay_correction="NONE", corrected_image=frozenset({"ATTN"}))
    assert "DecayCorrection" in problems(stated)


def test_a_scanners_lean_mass_is_that_of_the_headers_sex() -> None:
    """The scanner divided by the mass of a man, whatever the record says of her since."""
    stated = header(units="GML", suv_type="LBM", patient_sex="M")
    by_hand = 70 / (1.10 * 70 - 120 * 0.16)
    assert scaled(stated, record(sex=Sex.FEMALE)).factor_bw == pytest.approx(by_hand)


def test_an_assumed_weight_corrects_a_scanners_suv_too() -> None:
    found = scaled(header(units="GML"), None, "weight_kg=77")
    assert found.factor_bw == pytest.approx(1.1)
    assert found.weight_kilogram == 77.0
    names = [entry.name for entry in found.inputs]
    assert "weight used by the scanner" in names


def test_a_contradiction_is_not_hidden_behind_a_philips_factor() -> None:
    stated = header(
        units="CNTS",
        philips_suv_factor=0.5,
        philips_activity_factor=2.0,
        injected_clock=ClockReading(None, time(10, 0)),
    )
    assert "one moment of injection" in problems(stated)


@pytest.mark.parametrize("method", ["NAC", "OFF", "uncorrected", "no", "not applied"])
def test_a_method_that_says_no_is_believed(method: str) -> None:
    problems(header(corrected_image=None, attenuation_method=method))
    problems(header(attenuation_method=method))


def test_a_late_frame_of_a_scan_that_began_before_the_injection_is_right() -> None:
    """List mode from 12:00:00, injected at 12:00:15, frame from 12:50, corrected to 12:00:00."""
    late = beds(3000.0)
    stated = header(slices=late, injected=ClockReading(DAY, time(12, 0, 15)))
    by_hand = 70_000.0 / (370e6 * 2 ** (15.0 / HALF_LIFE))
    assert scaled(stated).factor_bw == pytest.approx(by_hand)


def test_the_effect_of_one_statement_leaves_the_others_as_recorded() -> None:
    """The activity was measured at its own moment: the header's injection changes nothing."""
    sheet = record(
        injected_at=datetime.fromisoformat("2024-05-14T11:20"),
        activity_becquerel=370e6,
        activity_measured_at=datetime.fromisoformat("2024-05-14T11:20"),
    )
    effects = {d.field: d.effect_percent for d in scaled(header(), sheet).differences}
    assert effects["injection"] == pytest.approx(0.0, abs=1e-9)
    shift = 100 * (2 ** (1200.0 / HALF_LIFE) - 1)
    assert effects["SUV factor altogether"] == pytest.approx(shift)


def test_height_and_sex_are_compared_by_their_effect_on_lean_mass() -> None:
    found = scaled(header(), record(height_metre=1.60))
    (difference,) = found.differences

    def mass(height: float) -> float:
        return 9270 * 70 / (8780 + 244 * 70 / height**2)

    assert difference.effect_percent == pytest.approx(100 * (mass(1.75) / mass(1.60) - 1))


def test_a_nuclide_outside_the_table_keeps_its_own_half_life() -> None:
    stated = header(nuclide=Code("X", "99X", "^38^K"), half_life_second=458.0, total_dose=370e6)
    injected = header(nuclide=stated.nuclide, half_life_second=458.0, injected=at(-600.0))
    assert scaled(injected).factor_bw == pytest.approx(70_000.0 / (370e6 * 2 ** (-600 / 458.0)))
