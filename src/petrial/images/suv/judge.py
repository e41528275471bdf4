"""The judgement on one PET series: a scaling to SUV with all its inputs, or a refusal."""

import math
import re
from typing import Final

from petrial.images.series import SeriesFacts
from petrial.images.suv.activity import settle_activity
from petrial.images.suv.case import Case, assumed_input
from petrial.images.suv.comparison import compare_with_header
from petrial.images.suv.findings import Findings
from petrial.images.suv.injection import settle_injection
from petrial.images.suv.normalised import by_body_surface, by_counts, by_suv
from petrial.images.suv.nuclide import header_nuclide, recorded_nuclide, settle_nuclide
from petrial.images.suv.patient import settle_weight
from petrial.images.suv.ratios import mass_ratios
from petrial.images.suv.routes import Route, by_activity, scan_moment
from petrial.images.suv.scaling import SuvScaling
from petrial.images.suv.statements import AdministrationRecord, Assumptions
from petrial.protocol.tracers import Tracer, tracer_of
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.knowledge import Known, Unknown, Verdict
from petrial.vocabulary.provenance import Input, Source

__all__ = ["judge", "label_of"]

UNITS_TAG: Final = "Units (0054,1001)"
CORRECTED_TAG: Final = "CorrectedImage (0028,0051)"
METHOD_TAG: Final = "AttenuationCorrectionMethod (0054,1101)"
NOT_CORRECTED: Final = r"(none|no|nac|off|uncorrected|not\b.*)\s*$"
CORRECTED_BY: Final = r"ct|measured|calculated|mr|transmission|segment|model|ge-?68|cs-?137"
FAR_FROM_USUAL: Final = 2.0
"""An injected activity beyond this factor from the protocol's is remarked upon."""
YEARS: Final = range(1950, 2201)
"""Clocks that state another year are wrong, whatever else the header says."""


def label_of(facts: SeriesFacts) -> str:
    """Return how messages name a series: its description and the end of its UID."""
    name = facts.description or facts.modality or "series"
    return f"{name} (series ...{facts.series_uid[-12:]})"


def judge(
    facts: SeriesFacts,
    record: AdministrationRecord | None = None,
    assumed: Assumptions | None = None,
) -> Verdict[SuvScaling]:
    """Return how the values of a PET series become SUV, or every reason why they cannot.

    Parameters
    ----------
    facts
        A series with a PET header.
    record
        The administration record that belongs to the series; it is the authority.
    assumed
        What the user decided with ``--assume``; used where the record is silent.
    """
    if facts.problems:
        return Unknown(facts.problems)
    if facts.pet is None:
        modality = Problem(
            label_of(facts), "Modality (0008,0060)", facts.modality, "PT", "choose a PET series"
        )
        return Unknown((modality,))
    case = Case(label_of(facts), facts.pet, record, assumed or Assumptions())
    findings = Findings()
    _check_clocks(case, findings)
    _check_statements(case, findings)
    if findings.problems:
        return Unknown(tuple(findings.problems))
    _check_attenuation(case, findings)
    if case.assumed.utc_offset is not None:
        findings.inputs.append(
            assumed_input("offset from UTC", str(case.assumed.utc_offset), "h:mm:ss")
        )
    if record is not None and header_nuclide(case) and recorded_nuclide(record):
        nuclide = settle_nuclide(case)
        findings.problems.extend(nuclide.problems if isinstance(nuclide, Unknown) else ())
    route = _route(case, findings)
    if route is None or findings.problems:
        return Unknown(tuple(findings.problems))
    bad = [factor for factor in route.factors if not 0.0 < factor < math.inf]
    if bad:
        do = "check calibration, activity and weight"
        return case.unknown("SUV factor", f"{bad[0]:g}", "a finite number above 0", do)
    return Known(_scaling(case, findings, route))


def _check_clocks(case: Case, findings: Findings) -> None:
    """Refuse years in which no PET was made, before any arithmetic on dates."""
    header = case.header
    readings = [
        header.series_started,
        header.ge_scan_started,
        header.siemens_decay_reference,
        header.decay_correction_moment,
        header.injected,
        *(timing.acquired for timing in header.slices),
    ]
    record = case.record
    moments = [
        case.assumed.injected_at,
        case.assumed.reference_moment,
        *(
            (record.injected_at, record.activity_measured_at, record.residual_measured_at)
            if record
            else ()
        ),
    ]
    years = {r.day.year for r in readings if r is not None and r.day is not None}
    years |= {m.year for m in moments if m is not None}
    wrong = sorted(year for year in years if year not in YEARS)
    if wrong:
        wanted = f"years from {YEARS.start} to {YEARS.stop - 1}"
        do = "correct the dates at their source"
        findings.take(case.unknown("dates", ", ".join(map(str, wrong)), wanted, do))


def _check_statements(case: Case, findings: Findings) -> None:
    """Refuse a fact that record and ``--assume`` both state: one of them has to go."""
    record, assumed = case.record, case.assumed
    if record is None:
        return
    pairs = {
        "nuclide": (record.nuclide, assumed.nuclide),
        "tracer": (record.tracer, assumed.tracer),
        "activity_mbq": (record.activity_becquerel, assumed.activity_becquerel),
        "injected_at": (record.injected_at, assumed.injected_at),
        "weight_kg": (record.weight_kilogram, assumed.weight_kilogram),
        "height_cm": (record.height_metre, assumed.height_metre),
        "sex": (record.sex, assumed.sex),
    }
    for name, (recorded, decided) in pairs.items():
        if recorded is not None and decided is not None and recorded != decided:
            findings.take(
                case.unknown(
                    name,
                    f"{recorded} in the record, {decided} with --assume",
                    "one statement",
                    "correct the record, or leave the assumption out",
                )
            )


def _check_attenuation(case: Case, findings: Findings) -> None:
    """Note how it is known that attenuation was corrected, or refuse."""
    name = "attenuation correction"
    if case.assumed.attenuation_corrected is not None:
        if case.assumed.attenuation_corrected:
            findings.inputs.append(assumed_input(name, "yes", ""))
            return
        findings.take(case.unknown(name, "no (assumed)", "an attenuation-corrected image", "none"))
        return
    corrected = case.header.corrected_image
    method = (case.header.attenuation_method or "").strip()
    denied = re.match(NOT_CORRECTED, method, re.IGNORECASE) is not None
    if corrected is not None and "ATTN" in corrected and not denied:
        findings.inputs.append(Input(name, "yes", "", Source.HEADER, CORRECTED_TAG))
        return
    if corrected is None and not denied and re.search(CORRECTED_BY, method, re.IGNORECASE):
        findings.inputs.append(Input(name, method, "", Source.HEADER, METHOD_TAG))
        return
    found = "nothing" if corrected is None else ", ".join(sorted(corrected)) or "an empty list"
    findings.take(
        case.unknown(
            f"{CORRECTED_TAG} and {METHOD_TAG}",
            f"{found}; {method or 'nothing'}",
            "ATTN among the corrections: without it no value is a concentration",
            "choose the corrected series; if it is corrected, --assume attenuation_corrected=yes",
        )
    )


def _route(case: Case, findings: Findings) -> Route | None:
    if case.assumed.units is not None:
        units = case.assumed.units
        findings.inputs.append(assumed_input("units", units, ""))
    else:
        units = (case.header.units or "").strip().upper()
        if units:
            findings.inputs.append(Input("units", units, "", Source.HEADER, UNITS_TAG))
    match units:
        case "BQML":
            return by_activity(case, findings, 1.0, "BQML")
        case "GML":
            return by_suv(case, findings)
        case "CM2ML":
            return by_body_surface(case, findings)
        case "CNTS":
            return by_counts(case, findings)
        case "CPS":
            return _by_counts_per_second(case, findings)
        case _:
            known = units in {"PROPCNTS", "PROPCPS", "1CM"}
            wanted = "a quantitative unit" if known else "BQML, GML, CM2ML, CNTS or CPS"
            do = (
                "choose a quantitative series, or reconstruct in BQML"
                if known
                else "ask the site; then --assume units=UNIT"
            )
            findings.take(case.unknown(UNITS_TAG, units, wanted, do))
            return None


def _by_counts_per_second(case: Case, findings: Findings) -> Route | None:
    factor = case.header.dose_calibration_factor
    tag = "DoseCalibrationFactor (0054,1322)"
    if factor is None or factor <= 0.0:
        do = "send the series in BQML"
        findings.take(case.unknown(tag, factor, "the factor from counts/s to Bq/mL", do))
        return None
    findings.inputs.append(Input("calibration", factor, "Bq/mL per counts/s", Source.HEADER, tag))
    return by_activity(case, findings, factor, "CPS by dose calibration")


def _scaling(case: Case, findings: Findings, route: Route) -> SuvScaling:
    ratios = mass_ratios(case, findings)
    aside = Findings()
    nuclide = aside.take(settle_nuclide(case))
    symbol = nuclide.symbol if nuclide else None
    injected, activity = route.injected_at, route.activity_becquerel
    scan = scan_moment(case)
    if injected is None and nuclide is not None and scan is not None:
        injected = aside.take(settle_injection(case, scan, nuclide))
    if activity is None:
        activity = aside.take(
            settle_activity(case, injected, nuclide.half_life if nuclide else None)
        )
    weight = aside.take(settle_weight(case))
    differences, remarks = compare_with_header(case, route, findings, _route)
    tracer = _tracer(case, symbol, findings)
    if tracer is not None and activity is not None:
        _remark_on_activity(tracer, activity, findings)
    one = route.factors[0]
    alike = all(factor == one for factor in route.factors)
    return SuvScaling(
        method=route.method,
        factors_bw=route.factors,
        factor_bw=one if alike else None,
        reference_moment=route.reference_moment,
        injected_at=injected,
        activity_becquerel=activity,
        weight_kilogram=None if weight is None else weight.kilogram,
        ratios=ratios,
        tracer=tracer.name if tracer else _said_tracer(case),
        nuclide=symbol,
        inputs=tuple(findings.inputs),
        candidates=route.candidates,
        differences=differences,
        notes=tuple(dict.fromkeys((*findings.notes, *remarks))),
    )


def _tracer(case: Case, symbol: str | None, findings: Findings) -> Tracer | None:
    """Return the tracer as stated by record, assumption or header, in this order."""
    code = case.header.radiopharmaceutical_code
    in_header = tracer_of(
        *((code.value, code.meaning) if code else ()),
        case.header.radiopharmaceutical,
        nuclide=symbol,
    )
    stated = case.record.tracer if case.record and case.record.tracer else case.assumed.tracer
    if stated is None:
        if in_header is not None:
            tag = "RadiopharmaceuticalInformationSequence (0054,0016)"
            findings.inputs.append(Input("tracer", in_header.name, "", Source.HEADER, tag))
        return in_header
    if case.record is not None and case.record.tracer:
        findings.inputs.append(case.from_record("tracer", stated, ""))
    else:
        findings.inputs.append(assumed_input("tracer", stated, ""))
    found = tracer_of(stated, nuclide=symbol)
    if in_header is not None and found is not in_header:
        findings.notes.append(f"The header states {in_header.name}; {stated} was stated for it.")
    return found


def _said_tracer(case: Case) -> str | None:
    """Return what was said of a tracer that petrial has no rules for."""
    code = case.header.radiopharmaceutical_code
    said = (
        (case.record.tracer if case.record else None)
        or case.assumed.tracer
        or case.header.radiopharmaceutical.strip()
        or (code.meaning.strip() if code else "")
    )
    return said or None


def _remark_on_activity(tracer: Tracer, activity: float, findings: Findings) -> None:
    if tracer.usual_megabecquerel is None:
        return
    factor = activity / 1e6 / tracer.usual_megabecquerel
    if not 1.0 / FAR_FROM_USUAL <= factor <= FAR_FROM_USUAL:
        findings.notes.append(
            f"The injected activity of {activity / 1e6:.4g} MBq is {factor:.3g} times the "
            f"{tracer.usual_megabecquerel:g} MBq of the protocol for {tracer.name}."
        )
