"""Values that the scanner already normalised: SUV of some kind, or Philips counts."""

from typing import Final, TypeVar

from petrial.images.suv.activity import header_activity, settle_activity
from petrial.images.suv.case import Case, Settled, assumed_input, effect_text, renamed
from petrial.images.suv.findings import Findings
from petrial.images.suv.injection import plausible_header_injection, settle_injection
from petrial.images.suv.masses import MASS_BY_SUV_TYPE, body_surface_cm2
from petrial.images.suv.nuclide import settle_nuclide
from petrial.images.suv.patient import (
    WEIGHT_TAG,
    header_height,
    header_sex,
    header_weight,
    settle_height,
    settle_sex,
    settle_weight,
)
from petrial.images.suv.reference import REFERENCE_FIELD
from petrial.images.suv.routes import DECAY_TAG, Route, by_activity, scan_moment
from petrial.vocabulary.knowledge import Unknown, Verdict
from petrial.vocabulary.moments import elapsed_second
from petrial.vocabulary.provenance import Input, Source

__all__ = ["by_body_surface", "by_counts", "by_suv"]

T = TypeVar("T")

SUV_TYPE_TAG: Final = "SUVType (0054,1006)"
SUV_FACTOR_TAG: Final = "Philips private (7053,1000)"
ACTIVITY_FACTOR_TAG: Final = "Philips private (7053,1009)"
FACTORS_AGREE_PERCENT: Final = 1.0
"""Two factors of one header are rounded; beyond this they contradict each other."""


def by_suv(case: Case, findings: Findings) -> Route | None:
    """Return the route of values in GML: divided by the mass of their SUVType, times weight."""
    if case.assumed.suv_type is not None:
        suv_type = case.assumed.suv_type
        findings.inputs.append(assumed_input("SUV type", suv_type, ""))
    else:
        written = (case.header.suv_type or "").strip().upper()
        suv_type = written or "BW"
        detail = SUV_TYPE_TAG if written else f"{SUV_TYPE_TAG} is empty, which stands for BW"
        findings.inputs.append(Input("SUV type", suv_type, "", Source.HEADER, detail))
    if suv_type == "BSA":
        return by_body_surface(case, findings)
    if suv_type not in MASS_BY_SUV_TYPE:
        do = "ask the site; then --assume suv_type=TYPE"
        wanted = "one of " + ", ".join(MASS_BY_SUV_TYPE)
        findings.take(case.unknown(SUV_TYPE_TAG, suv_type, wanted, do))
        return None
    if suv_type == "BW":
        return _normalised(case, findings, "GML, SUV by body weight", 1.0)
    ratio = _weight_over_mass(case, findings, suv_type)
    if ratio is None:
        return None
    return _normalised(case, findings, f"GML, SUV by {suv_type} converted to body weight", ratio)


def _weight_over_mass(case: Case, findings: Findings, suv_type: str) -> float | None:
    """Return body weight over the mass that the scanner used, from what the header states."""
    weight = header_weight(case)
    height = header_height(case)
    used_weight = findings.take(_used(weight, settle_weight(case), "weight"))
    used_height = findings.take(_used(height, settle_height(case), "height"))
    sex = findings.take(_used(header_sex(case), settle_sex(case), "sex"))
    if used_weight is None or used_height is None or sex is None:
        return None
    mass = MASS_BY_SUV_TYPE[suv_type](used_weight, used_height, sex)
    if mass <= 0.0:
        field = f"mass of {suv_type}"
        wanted = "a positive mass; the formula fails for this weight and height"
        do = "check weight and height, or reconstruct in BQML"
        findings.take(case.unknown(field, f"{mass:.1f} kg", wanted, do))
        return None
    findings.inputs.append(
        Input(f"mass of {suv_type}", mass, "kg", Source.TABLE, "formula in docs/understand/suv.md")
    )
    return used_weight.kilogram / mass


def _used(
    stated: Verdict[Settled[T]], otherwise: Verdict[Settled[T]], name: str
) -> Verdict[Settled[T]]:
    """Return what the header states as used by the scanner; ``otherwise`` where it is silent."""
    if isinstance(stated, Unknown):
        return otherwise
    return renamed(stated, f"{name} used by the scanner")


def by_body_surface(case: Case, findings: Findings) -> Route | None:
    """Return the route of values in CM2ML: divided by body surface (cm2), times weight (g)."""
    weight = header_weight(case)
    height = header_height(case)
    used_weight = findings.take(_used(weight, settle_weight(case), "weight"))
    used_height = findings.take(_used(height, settle_height(case), "height"))
    if used_weight is None or used_height is None:
        return None
    surface = body_surface_cm2(used_weight, used_height)
    findings.inputs.append(Input("body surface", surface, "cm2", Source.TABLE, "Du Bois 1916"))
    factor = used_weight.gram / surface
    return _normalised(case, findings, "CM2ML, SUV by body surface converted", factor)


def by_counts(case: Case, findings: Findings) -> Route | None:
    """Return the route of Philips counts: the factor to SUV, the factor to Bq/mL, or both."""
    to_suv = _positive(case.header.philips_suv_factor)
    to_activity = _positive(case.header.philips_activity_factor)
    if to_suv is None and to_activity is None:
        got = f"{case.header.philips_suv_factor} and {case.header.philips_activity_factor}"
        findings.take(
            case.unknown(
                f"{SUV_FACTOR_TAG} and {ACTIVITY_FACTOR_TAG}",
                "" if got == "None and None" else got,
                "a positive factor from counts to SUV or to Bq/mL",
                "send the files with these private elements kept by de-identification",
            )
        )
        return None
    if to_activity is None:
        return _by_suv_factor(case, findings, to_suv or 0.0)
    aside = Findings()
    route = by_activity(case, aside, to_activity, "CNTS by factor to Bq/mL")
    if to_suv is None:
        findings.take_all(aside)
        _note_factor(findings, "factor to Bq/mL", to_activity, ACTIVITY_FACTOR_TAG)
        return route
    if route is None:
        contradictions = [p for p in aside.problems if p.got and p.field != REFERENCE_FIELD]
        if contradictions:
            findings.problems.extend(contradictions)
            return None
        findings.notes.append(
            f"{ACTIVITY_FACTOR_TAG} could not be held against {SUV_FACTOR_TAG}: "
            + "; ".join(p.field for p in aside.problems)
            + "."
        )
        return _by_suv_factor(case, findings, to_suv)
    return _both_factors(case, (aside, findings), route, to_suv, to_activity)


def _both_factors(
    case: Case,
    findings: tuple[Findings, Findings],
    route: Route,
    to_suv: float,
    to_activity: float,
) -> Route | None:
    """Compare the two factors as the header alone states them; the record then decides."""
    aside, into = findings
    alone = Case(case.where, case.header, None, case.assumed)
    plain = by_activity(alone, Findings(), to_activity, "CNTS")
    if plain is not None:
        effect = 100.0 * (to_suv / plain.factors[0] - 1.0)
        if abs(effect) > FACTORS_AGREE_PERCENT:
            into.take(
                case.unknown(
                    f"{SUV_FACTOR_TAG} and {ACTIVITY_FACTOR_TAG}",
                    f"SUV per count {to_suv:.6g} by the first, {plain.factors[0]:.6g} by the "
                    f"second with dose, decay and weight ({effect_text(effect)})",
                    "two factors that agree within 1 %",
                    "give the administration record, and ask the site which one is right",
                )
            )
            return None
        into.notes.append(
            f"{SUV_FACTOR_TAG} and {ACTIVITY_FACTOR_TAG} agree: {effect_text(effect)}."
        )
    if case.record is None and not case.assumed.stated:
        _note_factor(into, "factor to SUV", to_suv, SUV_FACTOR_TAG)
        return Route(
            "CNTS by factor to SUV, confirmed by factor to Bq/mL",
            (to_suv,) * len(case.header.slices),
            route.reference_moment,
            route.injected_at,
            route.activity_becquerel,
            route.candidates,
        )
    into.take_all(aside)
    _note_factor(into, "factor to Bq/mL", to_activity, ACTIVITY_FACTOR_TAG)
    return route


def _by_suv_factor(case: Case, findings: Findings, factor: float) -> Route | None:
    _note_factor(findings, "factor to SUV", factor, SUV_FACTOR_TAG)
    return _normalised(case, findings, "CNTS by factor to SUV", factor)


def _note_factor(findings: Findings, name: str, factor: float, tag: str) -> None:
    findings.inputs.append(Input(name, factor, "per count", Source.HEADER, tag))


def _positive(value: float | None) -> float | None:
    return value if value is not None and value > 0.0 else None


def _normalised(case: Case, findings: Findings, method: str, factor: float) -> Route | None:
    """Return the route of SUV by the scanner, corrected to what was stated beside the header."""
    claims = case.header.corrected_image is not None and "DECY" in case.header.corrected_image
    written = (case.header.decay_correction or "").strip().upper()
    if written == "NONE" and not claims and case.assumed.decay_correction is None:
        findings.take(
            case.unknown(
                DECAY_TAG,
                "NONE, for values that are said to be SUV",
                "SUV of an image whose decay was corrected",
                "ask the site; if decay was corrected, --assume decay_correction=START",
            )
        )
        return None
    record, assumed = case.record, case.assumed
    correction = 1.0
    if (record and record.weight_kilogram) or assumed.weight_kilogram:
        correction *= _weight_correction(case, findings)
    dose = record and (record.activity_becquerel or record.injected_at or record.residual_becquerel)
    if dose or assumed.activity_becquerel or assumed.injected_at:
        correction *= _dose_correction(case, findings)
    if abs(correction - 1.0) > 1e-9:  # noqa: PLR2004  equal but for rounding
        method += ", corrected to what was stated beside the header"
    return Route(method, (factor * correction,) * len(case.header.slices))


def _cannot_compare(findings: Findings, what: str, tag: str) -> float:
    findings.notes.append(
        f"The scanner normalised by a {what} that the header does not state rightly ({tag}): "
        "what was stated beside it could not be held against it, and SUV is the scanner's."
    )
    return 1.0


def _weight_correction(case: Case, findings: Findings) -> float:
    """Return the stated body weight over the one that the scanner used."""
    used = header_weight(case)
    stated = findings.take(settle_weight(case))
    if isinstance(used, Unknown) or stated is None:
        return _cannot_compare(findings, "weight", WEIGHT_TAG)
    findings.take(renamed(used, "weight used by the scanner"))
    return stated.kilogram / used.value.value.kilogram


def _dose_correction(case: Case, findings: Findings) -> float:
    """Return SUV by the stated activity and injection over SUV by the header's."""
    scan = scan_moment(case)
    nuclide = settle_nuclide(case)
    if scan is None or isinstance(nuclide, Unknown):
        return _cannot_compare(findings, "dose", "times of the series or half-life")
    half_life = nuclide.value.value.half_life
    dose = header_activity(case)
    began = plausible_header_injection(case, scan, nuclide.value.value)
    if isinstance(dose, Unknown) or isinstance(began, Unknown):
        tag = "RadiopharmaceuticalInformationSequence (0054,0016)"
        return _cannot_compare(findings, "dose", tag)
    injected = findings.take(settle_injection(case, scan, nuclide.value.value))
    activity = findings.take(settle_activity(case, injected, half_life))
    if injected is None or activity is None:
        return 1.0
    findings.take(nuclide)
    findings.take(renamed(dose, "activity used by the scanner"))
    findings.take(renamed(began, "injection used by the scanner"))
    by_header = dose.value.value * half_life.remaining(elapsed_second(began.value.value, scan))
    return by_header / (activity * half_life.remaining(elapsed_second(injected, scan)))
