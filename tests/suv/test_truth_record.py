"""The administration record against the header, on files of known truth."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from petrial.images.suv.statements import AdministrationRecord
from petrial.simulation.case import plain_spec, right
from petrial.simulation.series import InjectionClock, PetSeriesSpec, Wording
from petrial.vocabulary.knowledge import Known, Unknown
from truth_bench import attempt

TOLERANCE = 1e-3


def whole_record(spec: PetSeriesSpec) -> AdministrationRecord:
    return AdministrationRecord(
        origin="dose sheet",
        nuclide=spec.nuclide,
        activity_becquerel=1e6 * spec.activity_mbq,
        activity_measured_at=spec.injected_at,
        injected_at=spec.injected_at,
        weight_kilogram=spec.weight_kg,
        height_metre=spec.height_m,
    )


WRONG_OR_MISSING = {
    "injection by clock alone": Wording(injection=InjectionClock.CLOCK),
    "injection four days late": Wording(
        injection=InjectionClock.DATE_TIME,
        changed=(("RadiopharmaceuticalStartDateTime", "20240518093000.000000"),),
    ),
    "no injection": Wording(
        missing=("RadiopharmaceuticalStartDateTime", "RadiopharmaceuticalStartTime")
    ),
    "dose a tenth": Wording(dose_factor=0.1),
    "dose in kBq": Wording(dose_factor=1e-3),
    "dose missing": Wording(missing=("RadionuclideTotalDose",)),
    "weight missing": Wording(missing=("PatientWeight",)),
    "weight in grams": Wording(weight_factor=1000.0),
    "weight of another": Wording(changed=(("PatientWeight", 91.0),)),
    "injection date not moved": Wording(
        injection=InjectionClock.DATE_TIME,
        changed=(("RadiopharmaceuticalStartDateTime", "20110514093000.000000"),),
    ),
}


@pytest.mark.parametrize("nuclide", ["18F", "68Ga", "64Cu", "89Zr"])
@pytest.mark.parametrize("wording", WRONG_OR_MISSING.values(), ids=WRONG_OR_MISSING)
def test_the_record_gives_the_true_suv_whatever_the_header_says(
    nuclide: str, wording: Wording, tmp_path: Path
) -> None:
    spec = plain_spec(nuclide, wording)
    outcome = attempt(right("record", spec), tmp_path, record=whole_record(spec))
    assert isinstance(outcome.verdict, Known), outcome.verdict.reason
    assert outcome.error < TOLERANCE


@pytest.mark.parametrize("nuclide", ["18F", "89Zr"])
def test_activity_and_residual_of_other_moments_are_decayed_to_the_injection(
    nuclide: str, tmp_path: Path
) -> None:
    """A syringe of A at t1 and a rest of R at t2 put A 2^-(t0-t1)/T - R 2^-(t0-t2)/T in at t0."""
    spec = plain_spec(nuclide)
    before, after, rest = timedelta(minutes=25), timedelta(minutes=7), 9.0
    half_life = spec.half_life_second
    rest_at_injection = rest * 2.0 ** (after.total_seconds() / half_life)
    syringe = (spec.activity_mbq + rest_at_injection) * 2.0 ** (before.total_seconds() / half_life)
    record = replace(
        whole_record(spec),
        activity_becquerel=1e6 * syringe,
        activity_measured_at=spec.injected_at - before,
        residual_becquerel=1e6 * rest,
        residual_measured_at=spec.injected_at + after,
    )
    outcome = attempt(right("residual", spec), tmp_path, record=record)
    assert isinstance(outcome.verdict, Known), outcome.verdict.reason
    assert outcome.error < TOLERANCE


def test_a_difference_to_the_header_is_listed_with_its_effect(tmp_path: Path) -> None:
    """Believing a weight of 91 kg instead of 68 kg would raise SUV by 91 / 68 - 1 = 33.8 %."""
    spec = plain_spec("18F", WRONG_OR_MISSING["weight of another"])
    outcome = attempt(right("weight", spec), tmp_path, record=whole_record(spec))
    assert isinstance(outcome.verdict, Known)
    effects = {d.field: d.effect_percent for d in outcome.verdict.value.differences}
    assert effects["weight"] == pytest.approx(33.8, abs=0.05)


def test_another_nuclide_in_the_record_than_in_the_header_is_refused(tmp_path: Path) -> None:
    spec = plain_spec("18F")
    record = replace(whole_record(spec), nuclide="68Ga")
    outcome = attempt(right("nuclide", spec), tmp_path, record=record)
    assert isinstance(outcome.verdict, Unknown)
    assert any("uclide" in problem.field for problem in outcome.verdict.problems)
