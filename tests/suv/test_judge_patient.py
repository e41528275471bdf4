"""Patient, nuclide, units and tracer: what each statement of a header comes to."""

import pytest

from made_headers import ZR89, header, problems, record, scaled
from made_headers import facts as series
from petrial.images.series import SeriesFacts
from petrial.images.suv.choice import choose_record
from petrial.images.suv.statements import AdministrationRecord, Assumptions, Sex
from petrial.vocabulary.errors import RecordError
from petrial.vocabulary.knowledge import Known, Unknown, Verdict
from petrial.vocabulary.provenance import Source


def value(verdict: Verdict[float]) -> float:
    assert isinstance(verdict, Known)
    return verdict.value


@pytest.mark.parametrize("weight", [None, 0.0, -5.0, 19.9, 350.1, 999.0])
def test_an_implausible_weight_is_refused(weight: float | None) -> None:
    assert "PatientWeight" in problems(header(patient_weight=weight))


def test_a_weight_over_a_thousand_is_in_grams() -> None:
    found = scaled(header(patient_weight=70_000.0))
    assert found.weight_kilogram == 70.0
    assert any("grams" in note for note in found.notes)


def test_a_light_patient_is_believed_to_the_record() -> None:
    assert scaled(header(patient_weight=0.0), record(weight_kilogram=12.0)).weight_kilogram == 12.0


@pytest.mark.parametrize(
    ("size", "metre"), [(1.75, 1.75), (175.0, 1.75), (None, None), (0.0, None), (66.0, None)]
)
def test_height_in_metres_or_surely_in_centimetres(size: float | None, metre: float | None) -> None:
    """66 may be inches or a child's centimetres: then no lean mass, but SUVbw all the same."""
    ratios = scaled(header(patient_size=size)).ratios
    if metre is None:
        assert isinstance(ratios.lean_james, Unknown)
    else:
        by_hand = (1.07 * 70 - 148 * (70 / (100 * metre)) ** 2) / 70
        assert value(ratios.lean_james) == pytest.approx(by_hand)


def test_percent_of_injected_dose_per_kg_is_a_hundred_over_the_weight() -> None:
    """SUV 1 in 70 kg: 1/70 of the dose in each kg, 1.4286 %."""
    assert value(scaled(header()).ratios.injected_percent_per_kg) == pytest.approx(100 / 70)


def test_james_of_the_very_obese_is_refused_or_warned_of() -> None:
    """At 200 kg and 1.40 m the formula gives a negative mass: 214 - 302."""
    heavy = scaled(header(patient_weight=200.0, patient_size=1.40)).ratios
    assert isinstance(heavy.lean_james, Unknown)
    assert isinstance(heavy.lean_janmahasatian, Known)
    obese = scaled(header(patient_weight=120.0, patient_size=1.60))
    assert any("James" in note for note in obese.notes)


@pytest.mark.parametrize("sex", [None, "", "O"])
def test_lean_mass_needs_a_sex_and_suv_does_not(sex: str | None) -> None:
    found = scaled(header(patient_sex=sex))
    assert isinstance(found.ratios.lean_james, Unknown)
    decided = scaled(header(patient_sex=sex), record(sex=Sex.MALE))
    by_hand = (1.10 * 70 - 128 * (70 / 175) ** 2) / 70
    assert value(decided.ratios.lean_james) == pytest.approx(by_hand)
    assert decided.factor_bw == found.factor_bw


def test_nuclides_of_record_and_header_that_differ_are_refused() -> None:
    assert "one nuclide" in problems(header(), record(nuclide="89Zr"))


@pytest.mark.parametrize(
    ("second", "outcome"),
    [(6586.2, "quiet"), (6600.0, "quiet"), (6700.0, "said"), (4062.0, "refused")],
)
def test_a_half_life_off_the_table_is_said_or_refused(second: float, outcome: str) -> None:
    stated = header(half_life_second=second)
    if outcome == "refused":
        assert "RadionuclideHalfLife" in problems(stated)
    else:
        notes = scaled(stated).notes
        assert any("off the" in note for note in notes) is (outcome == "said")


def test_a_missing_half_life_comes_from_the_table_and_both_missing_is_refused() -> None:
    found = scaled(header(half_life_second=None))
    assert next(i.source for i in found.inputs if i.name == "half-life") is Source.TABLE
    assert "half-life" in problems(header(half_life_second=None, nuclide=None))
    assert scaled(header(half_life_second=None, nuclide=None), None, "nuclide=18F").nuclide == "18F"


def test_an_assumed_half_life_is_printed_as_an_assumption() -> None:
    found = scaled(header(), None, "half_life_s=6500")
    assert next(i.source for i in found.inputs if i.name == "half-life") is Source.ASSUMPTION


@pytest.mark.parametrize("units", [None, "", "PROPCNTS", "PROPCPS", "1CM", "HU"])
def test_units_that_are_not_quantitative_are_refused(units: str | None) -> None:
    assert "Units (0054,1001)" in problems(header(units=units))


def test_counts_per_second_need_their_calibration() -> None:
    assert "DoseCalibrationFactor" in problems(header(units="CPS"))
    calibrated = scaled(header(units="CPS", dose_calibration_factor=2.5))
    nominal = scaled(header()).factor_bw
    assert nominal is not None
    assert calibrated.factor_bw == pytest.approx(2.5 * nominal)


def test_suv_by_another_mass_is_divided_by_it_and_multiplied_by_weight() -> None:
    """LBMJAMES128, woman, 70 kg, 1.75 m: lean mass 74.9 - 23.68 = 51.22 kg."""
    found = scaled(header(units="GML", suv_type="LBMJAMES128"))
    assert found.factor_bw == pytest.approx(70 / (1.07 * 70 - 148 * 0.16))
    assert "SUVType" in problems(header(units="GML", suv_type="XYZ"))
    assert "PatientSize" in problems(header(units="GML", suv_type="LBM", patient_size=None))


def test_suv_by_body_surface_uses_du_bois() -> None:
    surface = 70**0.425 * 175**0.725 * 71.84
    for stated in (header(units="CM2ML"), header(units="GML", suv_type="BSA")):
        assert scaled(stated).factor_bw == pytest.approx(70_000 / surface)


def test_suv_by_the_scanner_is_corrected_to_the_record() -> None:
    """Weight 77 for 70, activity 185 for 370 MBq: SUV times 1.1 and times 2."""
    stated = header(units="GML")
    weight = scaled(stated, record(weight_kilogram=77.0))
    assert weight.factor_bw == pytest.approx(1.1)
    injected = scaled(header()).injected_at
    dose = scaled(stated, record(activity_becquerel=185e6, activity_measured_at=injected))
    assert dose.factor_bw == pytest.approx(2.0)


def test_a_scanners_suv_of_unknown_dose_is_left_as_it_is_and_said() -> None:
    stated = header(units="GML", total_dose=None, patient_weight=None)
    injected = scaled(header()).injected_at
    sheet = record(activity_becquerel=185e6, activity_measured_at=injected, weight_kilogram=77.0)
    found = scaled(stated, sheet)
    assert found.factor_bw == 1.0
    assert sum("could not be held against it" in note for note in found.notes) == 2


def test_philips_factors_are_compared() -> None:
    """Counts of 2 Bq/mL each: SUV per count is twice the factor for Bq/mL."""
    nominal = scaled(header()).factor_bw
    assert nominal is not None
    both = {"units": "CNTS", "philips_activity_factor": 2.0}
    agree = header(philips_suv_factor=2 * nominal, **both)
    assert scaled(agree).factor_bw == pytest.approx(2 * nominal)
    assert "two factors that agree" in problems(header(philips_suv_factor=3 * nominal, **both))
    assert scaled(header(**both)).factor_bw == pytest.approx(2 * nominal)
    assert "Philips" in problems(header(units="CNTS", philips_suv_factor=0.0))
    weighed = scaled(agree, record(weight_kilogram=77.0))
    assert weighed.factor_bw == pytest.approx(2.2 * nominal)
    undated = header(philips_suv_factor=0.5, injected=None, **both)
    assert scaled(undated).factor_bw == 0.5


@pytest.mark.parametrize(
    ("corrected", "method", "words"),
    [
        ({"ATTN", "DECY"}, None, ()),
        (None, "measured, CT", ()),
        (None, None, ("attenuation_corrected=yes",)),
    ],
)
def test_attenuation_correction_that_is_stated_is_believed(
    corrected: set[str] | None, method: str | None, words: tuple[str, ...]
) -> None:
    stated = None if corrected is None else frozenset(corrected)
    scaled(header(corrected_image=stated, attenuation_method=method), None, *words)


@pytest.mark.parametrize(
    ("corrected", "method", "words"),
    [
        ({"DECY"}, None, ()),
        (None, "NONE", ()),
        (None, None, ()),
        ({"ATTN", "DECY"}, None, ("attenuation_corrected=no",)),
    ],
)
def test_attenuation_correction_that_is_absent_or_unknown_is_refused(
    corrected: set[str] | None, method: str | None, words: tuple[str, ...]
) -> None:
    stated = None if corrected is None else frozenset(corrected)
    text = problems(header(corrected_image=stated, attenuation_method=method), None, *words)
    assert "ttenuation" in text or "ATTN" in text


def test_an_activity_far_from_the_protocol_is_said_with_its_factor() -> None:
    found = scaled(header(radiopharmaceutical="FES", total_dose=50e6))
    assert found.tracer == "18F-FES"
    assert any("0.25 times" in note for note in found.notes)


def test_the_tracer_of_the_record_rules_and_a_difference_is_said() -> None:
    found = scaled(header(), record(tracer="18F-FES"))
    assert found.tracer == "18F-FES"
    assert any("18F-FDG" in note for note in found.notes)
    assert scaled(header(radiopharmaceutical="choline")).tracer == "choline"


@pytest.mark.parametrize(
    "words",
    [
        "weight_kg",
        "weight=70",
        "weight_kg=heavy",
        "weight_kg=-1",
        "sex=X",
        "injected_at=2024-05-14",
    ],
)
def test_an_assumption_that_is_written_wrongly_says_what_is_wanted(words: str) -> None:
    with pytest.raises(RecordError) as caught:
        Assumptions.parse([words])
    assert caught.value.problem.wanted


def test_an_assumption_comes_once() -> None:
    with pytest.raises(RecordError, match="each field once"):
        Assumptions.parse(["weight_kg=70", "weight_kg=71"])


def chosen(facts: SeriesFacts, *records: AdministrationRecord) -> str | None:
    verdict = choose_record(facts, records)
    assert isinstance(verdict, Known)
    return None if verdict.value is None else verdict.value.origin


def test_a_record_goes_to_its_series_its_study_or_the_tracer_it_fits() -> None:
    fdg = series(header())
    zirconium = series(header(nuclide=ZR89, radiopharmaceutical="trastuzumab"))
    of_fdg = record(tracer="18F-FDG", nuclide="18F")
    of_zirconium = AdministrationRecord(origin="zr.toml", tracer="89Zr-trastuzumab", nuclide="89Zr")
    assert chosen(fdg) is None
    assert chosen(fdg, of_fdg, of_zirconium) == "sheet.toml"
    assert chosen(zirconium, of_fdg, of_zirconium) == "zr.toml"
    assert chosen(fdg, record(series_uid="1.2.3")) == "sheet.toml"
    assert chosen(fdg, record(study_uid="1.2")) == "sheet.toml"
    assert chosen(fdg, record(series_uid="other")) is None


def test_a_record_that_fits_no_series_or_several_that_fit_are_refused() -> None:
    fdg = series(header())
    wrong = choose_record(fdg, [record(nuclide="89Zr")])
    assert isinstance(wrong, Unknown)
    assert "89Zr" in wrong.reason
    double = choose_record(fdg, [record(), record()])
    assert isinstance(double, Unknown)
    assert "one record" in double.reason
