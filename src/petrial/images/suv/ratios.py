"""From body-weight SUV to its relatives: by lean mass, by body surface, percent injected dose."""

from typing import Final

from petrial.images.suv.case import Case
from petrial.images.suv.findings import Findings
from petrial.images.suv.masses import (
    body_surface_cm2,
    lean_mass_james_kg,
    lean_mass_janmahasatian_kg,
)
from petrial.images.suv.patient import HEIGHT_TAG, settle_height, settle_sex, settle_weight
from petrial.images.suv.scaling import MassRatios
from petrial.images.suv.statements import Sex
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.knowledge import Known, Unknown, Verdict
from petrial.vocabulary.quantities import BodyHeight, BodyWeight

__all__ = ["mass_ratios"]

JAMES_TURNS_AT_BMI: Final = {Sex.FEMALE: 36.1, Sex.MALE: 43.0, Sex.MEAN: 36.1}
"""Above this body mass index the lean mass of James falls as weight rises: its derivative,
1.07 - 296 W/H2 for women and 1.10 - 256 W/H2 for men (kg, cm), changes sign."""


def mass_ratios(case: Case, findings: Findings) -> MassRatios:
    """Return what SUVbw is multiplied by; Unknown where height, weight or sex is missing.

    Inputs that were used are noted in ``findings``; what is missing is no problem of SUVbw, and
    stays in the verdicts.
    """
    weight, height, sex = settle_weight(case), settle_height(case), settle_sex(case)
    if isinstance(weight, Unknown):
        return MassRatios(weight, weight, weight, weight)
    kilogram = weight.value.value.kilogram
    per_kg: Verdict[float] = Known(100.0 / kilogram)
    _note_once(findings, case)
    if isinstance(height, Unknown):
        return MassRatios(height, height, height, per_kg)
    body = (weight.value.value, height.value.value)
    surface: Verdict[float] = Known(body_surface_cm2(*body) / (kilogram * 1000.0))
    if isinstance(sex, Unknown):
        return MassRatios(sex, sex, surface, per_kg)
    of = sex.value.value
    janmahasatian = lean_mass_janmahasatian_kg(*body, of) / kilogram
    return MassRatios(Known(janmahasatian), _james(case, body, of, findings), surface, per_kg)


def _note_once(findings: Findings, case: Case) -> None:
    """Note weight, height and sex with their origin, unless the route already did."""
    have = {entry.name for entry in findings.inputs}
    for settled in (settle_weight(case), settle_height(case), settle_sex(case)):
        if isinstance(settled, Known) and settled.value.input.name not in have:
            findings.inputs.append(settled.value.input)
            findings.notes.extend(n for n in settled.value.notes if n not in findings.notes)


def _james(
    case: Case, body: tuple[BodyWeight, BodyHeight], sex: Sex, findings: Findings
) -> Verdict[float]:
    weight, height = body
    mass = lean_mass_james_kg(weight, height, sex)
    bmi = weight.kilogram / height.metre**2
    if mass <= 0.0:
        problem = Problem(
            case.where,
            f"lean mass of James from {HEIGHT_TAG}",
            f"{mass:.1f} kg at a body mass index of {bmi:.1f}",
            "a positive mass",
            "use the lean mass of Janmahasatian",
        )
        return Unknown((problem,))
    if bmi > JAMES_TURNS_AT_BMI[sex]:
        findings.notes.append(
            f"SUL by James: at a body mass index of {bmi:.1f} its lean mass falls as weight rises; "
            "prefer Janmahasatian."
        )
    return Known(mass / weight.kilogram)
