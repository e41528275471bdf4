"""To which moment did the scanner correct decay? All readings, reconciled."""

from dataclasses import dataclass
from datetime import datetime
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
from petrial.images.suv.injection import AGREE_PERCENT, MOST_HALF_LIVES, suv_effect_percent
from petrial.images.suv.nuclide import Radionuclide
from petrial.images.suv.readings import Kind, Reading, candidates, listed, readings_of
from petrial.images.suv.scaling import Candidate
from petrial.images.suv.witness import Testimony, Witness, question_decay_factor
from petrial.vocabulary.knowledge import Known, Unknown, Verdict
from petrial.vocabulary.moments import elapsed_second
from petrial.vocabulary.provenance import Input, Source
from petrial.vocabulary.quantities import HalfLife

__all__ = ["REFERENCE_FIELD", "Reference", "settle_reference"]

REFERENCE_FIELD: Final = "moment to which decay was corrected (START)"
REMEDY: Final = "ask the site how this scanner states it; then --assume reference_moment=DATE-TIME"


@dataclass(frozen=True, slots=True)
class Reference:
    """The accepted moment, and every candidate beside it."""

    moment: datetime
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What is known of the times of one series."""

    readings: tuple[Reading, ...]
    acquired: Acquisition | None
    witness: Witness
    nuclide: Radionuclide

    @property
    def backs(self) -> tuple[Reading, ...]:
        """The readings computed back from the frames."""
        return tuple(r for r in self.readings if r.kind is Kind.BACK)


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
    readings = readings_of(case, acquired, witness, nuclide.half_life)
    if case.assumed.reference_moment is not None:
        return _assumed(case, case.assumed.reference_moment, readings, nuclide.half_life)
    dated = all(t.acquired.moment() is not None for t in case.header.slices)
    if isinstance(acquisition, Unknown) and (dated or not readings):
        return acquisition
    if len({r.moment.tzinfo is None for r in readings}) > 1:
        return case.unknown(
            "TimezoneOffsetFromUTC (0008,0201)",
            "stated for some moments only",
            "one clock for series and acquisition",
            "--assume utc_offset=+HH:MM",
        )
    if witness.contradicts:
        return case.unknown(
            REFERENCE_FIELD,
            f"{witness.sentence} Candidates {_all(readings, nuclide.half_life)}",
            "a DecayFactor that agrees with the timing of the slices",
            REMEDY,
        )
    evidence = _Evidence(readings, acquired, witness, nuclide)
    at_injection = _corrected_to_injection(case, evidence)
    return Known(at_injection) if at_injection is not None else _reconciled(case, evidence)


def _all(readings: tuple[Reading, ...], half_life: HalfLife) -> str:
    return listed(readings, half_life, readings[0].moment)


def _corrected_to_injection(case: Case, evidence: _Evidence) -> Settled[Reference] | None:
    """Return the moment of injection where DecayCorrectionDateTime states just that."""
    half_life = evidence.nuclide.half_life
    stated = next((r for r in evidence.readings if r.kind is Kind.STATED), None)
    if stated is None or case.header.injected is None:
        return None
    injected = clock_of(case, case.header.injected).moment()
    if injected is None or (moment := unify_zone(injected, stated.moment)) is None:
        return None
    apart = suv_effect_percent(elapsed_second(stated.moment, moment), half_life)
    if abs(apart) > AGREE_PERCENT:
        return None
    if evidence.acquired is not None:
        wait = elapsed_second(stated.moment, evidence.acquired.earliest)
        if not 0.0 <= wait <= MOST_HALF_LIVES * half_life.second:
            return None
    detail = f"{stated.name}, which is the moment of injection"
    source = Input("reference moment", moment_text(stated.moment), "", Source.HEADER, detail)
    beside = candidates(evidence.readings, (stated,), stated.moment, half_life)
    return Settled(Reference(stated.moment, beside), source)


def _reconciled(case: Case, evidence: _Evidence) -> Verdict[Settled[Reference]]:
    readings, half_life = evidence.readings, evidence.nuclide.half_life
    agreeing = [cluster for cluster in _clusters(readings, half_life) if len(cluster) > 1]
    if len(agreeing) == 1:
        chosen = agreeing[0]
    elif len(readings) == 1:
        chosen = readings
    else:
        wanted = "two candidates that agree within 0.2 % of SUV, and no others that do"
        return case.unknown(REFERENCE_FIELD, _all(readings, half_life), wanted, REMEDY)
    objection = _objection(case, evidence, chosen)
    if objection is not None:
        return case.unknown(REFERENCE_FIELD, _all(readings, half_life), objection, REMEDY)
    accepted = chosen[0]
    names = ", ".join(r.name for r in chosen)
    detail = f"agreed: {names}" if len(chosen) > 1 else names
    source = Input("reference moment", moment_text(accepted.moment), "", Source.HEADER, detail)
    notes = (
        *(evidence.acquired.notes if evidence.acquired else ()),
        *_doubts(case, evidence, chosen),
    )
    beside = candidates(readings, chosen, accepted.moment, half_life)
    return Known(Settled(Reference(accepted.moment, beside), source, notes))


def _objection(case: Case, evidence: _Evidence, chosen: tuple[Reading, ...]) -> str | None:
    """Return what is missing although some candidates agree; None when nothing is.

    Series time and earliest acquisition agree wrongly where a series was cropped and its time
    rewritten: the frame times know better, and without them a vendor's own element does. A
    long-lived nuclide gives plausible SUV for the wrong day too: its date must be stated twice.
    """
    outside = [r for r in evidence.readings if r not in chosen]
    stated = [r for r in outside if r.kind is Kind.STATED]
    if stated:
        return f"candidates that agree with {stated[0].name}, which states this very moment"
    if evidence.backs:
        if not any(r in chosen for r in evidence.backs):
            return "candidates that agree with the frame times too"
    else:
        if _beds_contradict(case, evidence.acquired):
            return "frame times that agree with the acquisition times of the slices"
        private = [r for r in outside if r.kind is Kind.PRIVATE]
        if private:
            return f"candidates that agree with {private[0].name}"
    dates = {r.date_source for r in chosen}
    if evidence.nuclide.long_lived and len(dates) == 1:
        name = evidence.nuclide.symbol or "the nuclide"
        if len({r.date_source for r in evidence.readings}) > 1:
            return f"two dates, independently stated, that agree: {name} outlives a day"
    return None


def _beds_contradict(case: Case, acquired: Acquisition | None) -> bool:
    """Whether slices state different frame times that do not follow their acquisition times."""
    stated = [t.frame_reference_second for t in case.header.slices]
    return (
        acquired is not None and not acquired.single and None not in stated and len(set(stated)) > 1
    )


def _doubts(case: Case, evidence: _Evidence, chosen: tuple[Reading, ...]) -> tuple[str, ...]:
    """Return what remains to be said of an accepted moment."""
    witness, half_life = evidence.witness, evidence.nuclide.half_life
    doubts = []
    if len(chosen) == 1:
        doubts.append(f"The reference moment rests on {chosen[0].name} alone: unverified.")
    if not witness.confirms:
        unverified = f"The reference moment is not verified by DecayFactor: {witness.sentence}"
        if witness.testimony is Testimony.PLACEHOLDER:
            seconds = [t.frame_reference_second or 0.0 for t in case.header.slices]
            effect = suv_effect_percent(max(seconds, default=0.0), half_life)
            unverified += f" Were decay not corrected, SUV would be {effect_text(effect)}."
        doubts.append(unverified)
    elif not evidence.backs:
        doubts.append(
            "The acquisition times do not tell the beds apart, so that the frame times cannot "
            "verify the reference moment."
        )
    outside = tuple(r for r in evidence.readings if r not in chosen)
    if outside:
        aside = listed(outside, half_life, chosen[0].moment)
        doubts.append(f"Set aside as reference moment, {aside}.")
    return tuple(doubts)


def _clusters(readings: tuple[Reading, ...], half_life: HalfLife) -> list[tuple[Reading, ...]]:
    """Group readings in order of time so that within a group all agree within the tolerance."""
    groups: list[list[Reading]] = []
    for reading in sorted(readings, key=lambda r: r.moment):
        if groups:
            shift = elapsed_second(groups[-1][0].moment, reading.moment)
            if suv_effect_percent(shift, half_life) <= AGREE_PERCENT:
                groups[-1].append(reading)
                continue
        groups.append([reading])
    return [tuple(sorted(group, key=readings.index)) for group in groups]


def _assumed(
    case: Case, stated: datetime, readings: tuple[Reading, ...], half_life: HalfLife
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
    return Known(Settled(Reference(moment, candidates(alike, (), moment, half_life)), source))
