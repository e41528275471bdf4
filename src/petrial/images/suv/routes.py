"""From stored values to body-weight SUV, by the unit in which they are stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from petrial.images.suv.acquisition import Acquisition, acquisition_of, clock_of
from petrial.images.suv.activity import settle_activity
from petrial.images.suv.case import Case, assumed_input, effect_text, moment_text, renamed
from petrial.images.suv.decay import mean_activity_second
from petrial.images.suv.findings import Findings
from petrial.images.suv.injection import (
    AGREE_PERCENT,
    MOST_HALF_LIVES,
    plausible_header_injection,
    settle_injection,
    suv_effect_percent,
)
from petrial.images.suv.nuclide import Radionuclide, settle_nuclide
from petrial.images.suv.patient import settle_weight
from petrial.images.suv.reference import settle_reference
from petrial.images.suv.scaling import Candidate
from petrial.vocabulary.knowledge import Known, Unknown
from petrial.vocabulary.moments import elapsed_second
from petrial.vocabulary.provenance import Input, Source

__all__ = ["DECAY_TAG", "Route", "by_activity", "scan_moment", "settle_decay_correction"]

DECAY_TAG: Final = "DecayCorrection (0054,1102)"
CORRECTED_TAG: Final = "CorrectedImage (0028,0051)"
SHORTEST_SECOND: Final = 0.1
LONGEST_SECOND: Final = 43200.0
"""Frames of another duration are no frames of a patient."""
FACTOR_FITS: Final = 0.02
"""Clocks of dose sheet and scanner apart, a factor from the injection fits within 2 %."""


@dataclass(frozen=True, slots=True)
class Route:
    """How values become SUV: one factor per slice, and what it rests on."""

    method: str
    factors: tuple[float, ...]
    reference_moment: datetime | None = None
    injected_at: datetime | None = None
    activity_becquerel: float | None = None
    candidates: tuple[Candidate, ...] = ()


def by_activity(case: Case, findings: Findings, scale: float, units: str) -> Route | None:
    """Return the route of values that are ``scale`` times Bq/mL; None with problems noted.

    SUVbw = value x scale x weight (g) / activity at the moment to which decay was corrected.
    """
    decay_correction = settle_decay_correction(case, findings)
    weight = findings.take(settle_weight(case))
    ways = {
        "START": _corrected_to_start,
        "ADMIN": _corrected_to_administration,
        "NONE": _not_corrected,
    }
    if decay_correction is None:
        return None
    route = ways[decay_correction](case, findings)
    if route is None or weight is None:
        return None
    return Route(
        method=f"{units}, {route.method}",
        factors=tuple(scale * weight.gram / activity for activity in route.factors),
        reference_moment=route.reference_moment,
        injected_at=route.injected_at,
        activity_becquerel=route.activity_becquerel,
        candidates=route.candidates,
    )


def settle_decay_correction(case: Case, findings: Findings) -> str | None:
    """Return ADMIN, START or NONE; None with the problem noted."""
    if case.assumed.decay_correction is not None:
        findings.inputs.append(assumed_input("decay correction", case.assumed.decay_correction, ""))
        return case.assumed.decay_correction
    written = (case.header.decay_correction or "").strip().upper()
    do = "ask the site; then --assume decay_correction=ADMIN, START or NONE"
    if written not in {"ADMIN", "START", "NONE"}:
        findings.take(case.unknown(DECAY_TAG, written, "ADMIN, START or NONE", do))
        return None
    corrected = case.header.corrected_image
    claims = corrected is not None and "DECY" in corrected
    moves = _factor_moves(case)
    lacking = corrected is not None and not (claims or moves)
    if (written == "NONE" and (claims or moves)) or (written != "NONE" and lacking):
        factors = "DecayFactor other than 1" if moves else "no DecayFactor other than 1"
        findings.take(
            case.unknown(
                f"{DECAY_TAG}, {CORRECTED_TAG}, DecayFactor (0054,1321)",
                f"{written}, with{'' if claims else 'out'} DECY, {factors}",
                "elements that agree on whether decay was corrected",
                do,
            )
        )
        return None
    if corrected is not None and not claims and written != "NONE":
        findings.notes.append(
            f"{CORRECTED_TAG} lacks DECY, but DecayFactor shows that decay was corrected."
        )
    findings.inputs.append(Input("decay correction", written, "", Source.HEADER, DECAY_TAG))
    return written


def _factor_moves(case: Case) -> bool:
    """Whether the decay factors testify that some correction was applied."""
    factors = [t.decay_factor for t in case.header.slices]
    return any(factor is not None and factor != 1.0 for factor in factors)


def _corrected_to_start(case: Case, findings: Findings) -> Route | None:
    """Return the activity (Bq) left at the reference moment, for every slice the same."""
    nuclide = findings.take(settle_nuclide(case))
    if nuclide is None:
        return None
    reference = findings.take(settle_reference(case, nuclide))
    if reference is None:
        findings.take(settle_activity(case, None, nuclide.half_life))
        return None
    scan = _began_after(case, reference.moment, nuclide)
    injected = findings.take(settle_injection(case, scan, nuclide))
    activity = _activity(case, findings, injected, nuclide)
    if injected is None or activity is None:
        return None
    left = activity * nuclide.half_life.remaining(elapsed_second(injected, reference.moment))
    return Route(
        method="decay corrected to START",
        factors=(left,) * len(case.header.slices),
        reference_moment=reference.moment,
        injected_at=injected,
        activity_becquerel=activity,
        candidates=reference.candidates,
    )


def _began_after(case: Case, reference: datetime, nuclide: Radionuclide) -> datetime:
    """Return the earliest acquisition where it follows the reference moment, else that moment.

    A list-mode scan may be corrected to its start, seconds before the injection.
    """
    scan = scan_moment(case)
    if scan is None or (scan.tzinfo is None) != (reference.tzinfo is None):
        return reference
    wait = elapsed_second(reference, scan)
    return scan if 0.0 <= wait <= MOST_HALF_LIVES * nuclide.half_life.second else reference


def _activity(
    case: Case, findings: Findings, injected: datetime | None, nuclide: Radionuclide
) -> float | None:
    """Return the activity at injection; silent where only the missing injection hinders it."""
    recorded = case.record is not None and case.record.activity_becquerel is not None
    if injected is None and recorded:
        return None
    return findings.take(settle_activity(case, injected, nuclide.half_life))


def _corrected_to_administration(case: Case, findings: Findings) -> Route | None:
    """Return the injected activity (Bq); its moment matters only where it was stated twice.

    The scanner multiplied by 2^((scan - header's injection) / half-life). Believing an injection
    that was stated beside the header, the image must be corrected from there instead.
    """
    aside = Findings()
    nuclide = aside.take(settle_nuclide(case))
    scan = scan_moment(case)
    injected = by_header = None
    if nuclide is not None and scan is not None:
        injected = aside.take(settle_injection(case, scan, nuclide))
        by_header = plausible_header_injection(case, scan, nuclide)
    half_life = None if nuclide is None else nuclide.half_life
    activity = findings.take(settle_activity(case, injected, half_life))
    if _states_time(case):
        findings.take_all(aside)
    if nuclide is not None and injected is not None:
        _check_administration(case, findings, injected, nuclide)
    if activity is None or findings.problems:
        return None
    method = "decay corrected to ADMIN"
    left = activity
    if _states_time(case) and injected and nuclide and by_header is not None:
        used = findings.take(renamed(by_header, "injection used by the scanner"))
        if used is None:
            return None
        if used != injected:
            method += ", moved to the injection stated beside the header"
            left *= nuclide.half_life.remaining(elapsed_second(injected, used))
    return Route(
        method=method,
        factors=(left,) * len(case.header.slices),
        reference_moment=injected,
        injected_at=injected,
        activity_becquerel=activity,
    )


def _states_time(case: Case) -> bool:
    """Whether a moment of injection was stated beside the header."""
    recorded = case.record is not None and case.record.injected_at is not None
    return recorded or case.assumed.injected_at is not None


def _check_administration(
    case: Case, findings: Findings, injected: datetime, nuclide: Radionuclide
) -> None:
    """Refuse decay factors that are not those of a correction to the injection."""
    acquisition = acquisition_of(case)
    factors = [t.decay_factor for t in case.header.slices if t.decay_factor is not None]
    if isinstance(acquisition, Unknown) or len(factors) < len(case.header.slices):
        return
    began = acquisition.value
    if began.single and set(factors) == {1.0}:
        return
    ratios = [
        factor * nuclide.half_life.remaining(elapsed_second(injected, moment) + wait)
        for factor, moment, wait in zip(factors, began.moments, _waits(case, nuclide), strict=True)
    ]
    if began.single:  # one time for all beds is that of the first, whose factor is the least
        ratios = [min(ratios)]
    worst = max(ratios, key=lambda ratio: abs(ratio - 1.0))
    if abs(worst - 1.0) > FACTOR_FITS:
        findings.take(
            case.unknown(
                f"{DECAY_TAG} and DecayFactor (0054,1321)",
                f"ADMIN, with decay factors that are {worst:.3g} of those from the injection",
                "decay factors from the injection to each frame",
                "ask the site to which moment decay was corrected; then --assume decay_correction",
            )
        )


def _waits(case: Case, nuclide: Radionuclide) -> list[float]:
    """Return seconds from the start of each frame to its mean activity; 0 where unstated."""
    durations = [t.frame_duration_second or 0.0 for t in case.header.slices]
    return [mean_activity_second(max(d, 0.0), nuclide.half_life) for d in durations]


def _not_corrected(case: Case, findings: Findings) -> Route | None:
    """Return the activity (Bq) left at the mean-activity moment of each slice."""
    nuclide = findings.take(settle_nuclide(case))
    acquisition = acquisition_of(case)
    if isinstance(acquisition, Unknown):
        findings.problems.extend(acquisition.problems)
        return None
    acquired = acquisition.value
    findings.notes.extend(acquired.notes)
    if nuclide is None:
        return None
    injected = findings.take(settle_injection(case, acquired.earliest, nuclide))
    activity = _activity(case, findings, injected, nuclide)
    durations = [t.frame_duration_second for t in case.header.slices]
    if any(d is None or not SHORTEST_SECOND <= d <= LONGEST_SECOND for d in durations):
        findings.take(
            case.unknown(
                "ActualFrameDuration (0018,1242)",
                None,
                "the duration of each frame, for decay within it is not corrected",
                "send the files with their durations",
            )
        )
        return None
    if injected is None or activity is None or not _beds_told_apart(case, acquired, findings):
        return None
    half_life = nuclide.half_life
    left = [
        activity
        * half_life.remaining(
            elapsed_second(injected, began) + mean_activity_second(duration or 0.0, half_life)
        )
        for began, duration in zip(acquired.moments, durations, strict=True)
    ]
    detail = "acquisition time plus time to mean activity of each slice"
    moment = moment_text(acquired.earliest)
    findings.inputs.append(Input("earliest acquisition", moment, "", Source.HEADER, detail))
    longest = max(duration or 0.0 for duration in durations)
    tag = "ActualFrameDuration (0018,1242), the longest"
    findings.inputs.append(Input("frame duration", longest, "s", Source.HEADER, tag))
    return Route(
        method="not decay corrected: each slice from its own mean-activity moment",
        factors=tuple(left),
        injected_at=injected,
        activity_becquerel=activity,
    )


def _beds_told_apart(case: Case, acquired: Acquisition, findings: Findings) -> bool:
    """Refuse one acquisition time for slices whose frame reference times differ."""
    references = [t.frame_reference_second for t in case.header.slices]
    known = [r for r in references if r is not None]
    nuclide = settle_nuclide(case)
    if not acquired.single or not known or isinstance(nuclide, Unknown):
        return True
    effect = suv_effect_percent(max(known) - min(known), nuclide.value.value.half_life)
    if effect <= AGREE_PERCENT:
        return True
    findings.take(
        case.unknown(
            "AcquisitionTime (0008,0032) and FrameReferenceTime (0054,1300)",
            f"one acquisition time for slices whose frames lie {max(known) - min(known):g} s "
            f"apart (SUV {effect_text(effect)} between first and last)",
            "the acquisition time of each bed",
            "send the original files, or reconstruct with decay correction",
        )
    )
    return False


def scan_moment(case: Case) -> datetime | None:
    """Return about when the scan was: earliest acquisition, else start of the series."""
    match acquisition_of(case):
        case Known(value=acquired):
            return acquired.earliest
        case Unknown():
            return clock_of(case, case.header.series_started).moment()
