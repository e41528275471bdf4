"""To which moment did the scanner correct decay? All candidates, reconciled."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from petrial.images.suv.acquisition import Acquisition, acquisition_of, clock_of
from petrial.images.suv.case import (
    Case,
    Settled,
    assumed_input,
    effect_text,
    moment_text,
    unify_zone,
)
from petrial.images.suv.decay import mean_activity_second
from petrial.images.suv.injection import AGREE_PERCENT, suv_effect_percent
from petrial.images.suv.nuclide import Radionuclide
from petrial.images.suv.scaling import Candidate
from petrial.images.suv.witness import (
    Testimony,
    Witness,
    question_decay_factor,
    seconds_since_reference,
)
from petrial.vocabulary.knowledge import Known, Unknown, Verdict
from petrial.vocabulary.moments import ClockReading, elapsed_second
from petrial.vocabulary.provenance import Input, Source
from petrial.vocabulary.quantities import HalfLife

__all__ = ["Reference", "settle_reference"]

FIELD: Final = "moment to which decay was corrected (START)"
ACQUISITION: Final = "earliest acquisition (0008,0032)"
BACK: Final = "back computation from acquisition, frame times"
LONGEST_SECOND: Final = 366.0 * 86400.0
"""A frame that claims to lie farther from its reference moment is not computed with."""
REMEDY: Final = "ask the site how this scanner states it; then --assume reference_moment=DATE-TIME"


@dataclass(frozen=True, slots=True)
class Reference:
    """The accepted moment, and every candidate beside it."""

    moment: datetime
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """One rule's answer; ``stated`` for a header element, not a computation."""

    name: str
    moment: datetime


def settle_reference(case: Case, nuclide: Radionuclide) -> Verdict[Settled[Reference]]:
    """Return the reference moment of a series with DecayCorrection START, or why it is unknown.

    Accepted where two candidates agree within 0.2 % of SUV and DecayFactor does not contradict;
    a lone candidate is taken and marked unverified; anything else is refused with the list.
    """
    acquisition = acquisition_of(case)
    acquired = acquisition.value if isinstance(acquisition, Known) else None
    witness = question_decay_factor(
        case.header.slices,
        nuclide.half_life,
        single_bed=acquired is not None and acquired.single,
    )
    readings = _readings(case, acquired, witness, nuclide.half_life)
    notes = acquired.notes if acquired else ()
    if case.assumed.reference_moment is not None:
        return _assumed(case, case.assumed.reference_moment, readings, nuclide.half_life)
    if (at_injection := _corrected_to_injection(case, readings, nuclide.half_life)) is not None:
        return Known(at_injection)
    if not readings:
        return acquisition if isinstance(acquisition, Unknown) else _no_reading(case)
    if len({r.moment.tzinfo is None for r in readings}) > 1:
        return case.unknown(
            "TimezoneOffsetFromUTC (0008,0201)",
            "stated for some moments only",
            "one clock for series and acquisition",
            "--assume utc_offset=+HH:MM",
        )
    if witness.contradicts:
        return case.unknown(
            FIELD,
            f"{witness.sentence} {_listed(readings, readings[0].moment, nuclide.half_life)}",
            "a DecayFactor that agrees with the timing of the slices",
            REMEDY,
        )
    return _reconciled(case, readings, (witness, notes), nuclide)


def _corrected_to_injection(
    case: Case, readings: tuple[_Reading, ...], half_life: HalfLife
) -> Settled[Reference] | None:
    """Return the moment of injection where DecayCorrectionDateTime states just that."""
    if case.header.decay_correction_moment is None or case.header.injected is None:
        return None
    stated = clock_of(case, case.header.decay_correction_moment).moment()
    injected = clock_of(case, case.header.injected).moment()
    if stated is None or injected is None or (moment := unify_zone(injected, stated)) is None:
        return None
    if abs(suv_effect_percent(elapsed_second(stated, moment), half_life)) > AGREE_PERCENT:
        return None
    detail = "DecayCorrectionDateTime (0018,9701), which is the moment of injection"
    source = Input("reference moment", moment_text(stated), "", Source.HEADER, detail)
    alike = tuple(r for r in readings if (r.moment.tzinfo is None) == (stated.tzinfo is None))
    chosen = tuple(r for r in alike if r.moment == stated)
    return Settled(Reference(stated, _candidates(alike, chosen, stated, half_life)), source)


def _no_reading(case: Case) -> Unknown:
    return case.unknown(FIELD, None, "series time or acquisition times", REMEDY)


def _readings(
    case: Case, acquired: Acquisition | None, witness: Witness, half_life: HalfLife
) -> tuple[_Reading, ...]:
    """Return all candidates, the most explicit statement first."""
    header = case.header
    stated: tuple[tuple[str, ClockReading | None], ...] = (
        ("DecayCorrectionDateTime (0018,9701)", header.decay_correction_moment),
        ("Siemens private (0071,1022)", header.siemens_decay_reference),
        ("GE private (0009,100D)", header.ge_scan_started),
        ("series time (0008,0031)", header.series_started),
    )
    found = [
        _Reading(name, moment)
        for name, reading in stated
        if reading is not None and (moment := clock_of(case, reading).moment()) is not None
    ]
    if acquired is not None:
        found.append(_Reading(ACQUISITION, acquired.earliest))
        found.extend(_back_computed(case, acquired, witness, half_life))
    return tuple(found)


def _back_computed(
    case: Case, acquired: Acquisition, witness: Witness, half_life: HalfLife
) -> list[_Reading]:
    """Return acquisition + time to mean activity - time since the reference moment.

    By DecayFactor where it testifies, else by FrameReferenceTime in both conventions. Nothing
    where slices disagree, as they do where the header repeats one acquisition time for all beds.
    """
    if witness.confirms:
        ways = {f"{BACK} and DecayFactor": False}
    else:
        ways = {f"{BACK} (mean activity)": False, f"{BACK} (frame start)": True}
    return [
        _Reading(name, moment)
        for name, starts_frame in ways.items()
        if (moment := _back(case, acquired, witness, half_life, starts_frame=starts_frame))
        is not None
    ]


def _back(
    case: Case, acquired: Acquisition, witness: Witness, half_life: HalfLife, *, starts_frame: bool
) -> datetime | None:
    moments = []
    for timing, began in zip(case.header.slices, acquired.moments, strict=True):
        since = seconds_since_reference(timing, witness, half_life, starts_frame=starts_frame)
        duration = timing.frame_duration_second
        if since is None or duration is None or abs(since) > LONGEST_SECOND:
            return None
        wait = mean_activity_second(duration, half_life)
        moments.append(began + timedelta(seconds=wait - since))
    moments.sort()
    spread = suv_effect_percent(elapsed_second(moments[0], moments[-1]), half_life)
    return moments[len(moments) // 2] if spread <= AGREE_PERCENT else None


def _reconciled(
    case: Case,
    readings: tuple[_Reading, ...],
    heard: tuple[Witness, tuple[str, ...]],
    nuclide: Radionuclide,
) -> Verdict[Settled[Reference]]:
    witness, notes = heard
    half_life = nuclide.half_life
    agreeing = [cluster for cluster in _clusters(readings, half_life) if len(cluster) > 1]
    if len(agreeing) == 1:
        chosen = agreeing[0]
    elif len(readings) == 1:
        chosen = readings
        notes = (*notes, f"The reference moment rests on {readings[0].name} alone: unverified.")
    else:
        wanted = "two candidates that agree within 0.2 % of SUV, and no others that do"
        return case.unknown(FIELD, _listed(readings, readings[0].moment, half_life), wanted, REMEDY)
    objection = _objection(readings, chosen, nuclide)
    if objection is not None:
        listed = _listed(readings, chosen[0].moment, half_life)
        return case.unknown(FIELD, listed, objection, REMEDY)
    accepted = chosen[0]
    if not witness.confirms:
        unverified = f"The reference moment is not verified by DecayFactor: {witness.sentence}"
        if witness.testimony is Testimony.PLACEHOLDER:
            unverified += _placeholder_effect(case, half_life)
        notes = (*notes, unverified)
    outside = [r for r in readings if r not in chosen]
    if outside:
        listed = _listed(tuple(outside), accepted.moment, half_life)
        notes = (*notes, f"Set aside as reference moment: {listed}.")
    names = ", ".join(r.name for r in chosen)
    source = Input(
        "reference moment", moment_text(accepted.moment), "", Source.HEADER, f"agreed: {names}"
    )
    candidates = _candidates(readings, chosen, accepted.moment, half_life)
    return Known(Settled(Reference(accepted.moment, candidates), source, notes))


def _objection(
    readings: tuple[_Reading, ...], chosen: tuple[_Reading, ...], nuclide: Radionuclide
) -> str | None:
    """Return what is missing although some candidates agree; None when nothing is.

    Series time and earliest acquisition agree wrongly where a series was cropped and its time
    rewritten: the frame times know better. And a long-lived nuclide gives plausible SUV for the
    wrong day too, so that its date must be stated twice over.
    """
    backs = [r for r in readings if r.name.startswith(BACK)]
    if backs and not any(r in chosen for r in backs):
        return "candidates that agree with the frame times too"
    if nuclide.long_lived and len(_dates(chosen)) == 1 and len(_dates(readings)) > 1:
        name = nuclide.symbol or "the nuclide"
        return f"two dates, independently stated, that agree: {name} outlives a day"
    return None


def _dates(readings: tuple[_Reading, ...]) -> set[str]:
    """Return which independently stated dates stand behind readings: acquisition counts once."""
    acquisition = (ACQUISITION, BACK)
    return {ACQUISITION if r.name.startswith(acquisition) else r.name for r in readings}


def _placeholder_effect(case: Case, half_life: HalfLife) -> str:
    seconds = [t.frame_reference_second or 0.0 for t in case.header.slices]
    effect = suv_effect_percent(max(seconds, default=0.0), half_life)
    return f" Were decay not corrected, SUV would be {effect_text(effect)}."


def _clusters(readings: tuple[_Reading, ...], half_life: HalfLife) -> list[tuple[_Reading, ...]]:
    """Group readings in order of time so that within a group all agree within the tolerance."""
    groups: list[list[_Reading]] = []
    for reading in sorted(readings, key=lambda r: r.moment):
        if groups:
            shift = elapsed_second(groups[-1][0].moment, reading.moment)
            if suv_effect_percent(shift, half_life) <= AGREE_PERCENT:
                groups[-1].append(reading)
                continue
        groups.append([reading])
    return [tuple(sorted(group, key=readings.index)) for group in groups]


def _candidates(
    readings: tuple[_Reading, ...],
    chosen: tuple[_Reading, ...],
    accepted: datetime,
    half_life: HalfLife,
) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            name=r.name,
            moment=r.moment,
            effect_percent=suv_effect_percent(elapsed_second(accepted, r.moment), half_life),
            accepted=r in chosen,
        )
        for r in readings
    )


def _listed(readings: tuple[_Reading, ...], against: datetime, half_life: HalfLife) -> str:
    parts = []
    for reading in readings:
        effect = suv_effect_percent(elapsed_second(against, reading.moment), half_life)
        parts.append(f"{reading.name} {moment_text(reading.moment)} (SUV {effect_text(effect)})")
    return "; ".join(parts)


def _assumed(
    case: Case, stated: datetime, readings: tuple[_Reading, ...], half_life: HalfLife
) -> Verdict[Settled[Reference]]:
    moment = unify_zone(stated, readings[0].moment) if readings else stated
    if moment is None:
        return case.unknown(
            "reference_moment",
            moment_text(stated),
            "a moment on the scanner's clock, without offset",
            "leave the offset out, or --assume utc_offset=+HH:MM too",
        )
    alike = tuple(r for r in readings if (r.moment.tzinfo is None) == (moment.tzinfo is None))
    source = assumed_input("reference moment", moment_text(moment), "")
    return Known(Settled(Reference(moment, _candidates(alike, (), moment, half_life)), source))
