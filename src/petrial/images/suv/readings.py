"""Every reading of the moment to which a scanner corrected decay."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from petrial.images.suv.acquisition import Acquisition, clock_of
from petrial.images.suv.case import Case, effect_text, moment_text
from petrial.images.suv.decay import mean_activity_second
from petrial.images.suv.injection import AGREE_PERCENT, suv_effect_percent
from petrial.images.suv.scaling import Candidate
from petrial.images.suv.witness import Witness, seconds_since_reference
from petrial.vocabulary.moments import ClockReading, elapsed_second
from petrial.vocabulary.quantities import HalfLife

__all__ = ["Kind", "Reading", "candidates", "listed", "readings_of"]

SERIES: Final = "series time (0008,0031)"
ACQUISITION: Final = "earliest acquisition (0008,0032)"
LONGEST_SECOND: Final = 366.0 * 86400.0
"""A frame that claims to lie farther from its reference moment is not computed with."""


class Kind(Enum):
    """What stands behind a reading."""

    STATED = auto()
    """DecayCorrectionDateTime, which by its definition is the moment asked for."""
    PRIVATE = auto()
    """A vendor's own element."""
    SERIES = auto()
    """Date and time of the series."""
    ACQUISITION = auto()
    """The earliest acquisition; wrong where the first slices are missing."""
    BACK = auto()
    """Computed back from acquisition by the times of the frames."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One rule's answer, and the statement on which its date rests."""

    kind: Kind
    name: str
    moment: datetime
    date_source: str


def readings_of(
    case: Case, acquired: Acquisition | None, witness: Witness, half_life: HalfLife
) -> tuple[Reading, ...]:
    """Return all readings, the most explicit statement first."""
    header = case.header
    stated: tuple[tuple[Kind, str, ClockReading | None], ...] = (
        (Kind.STATED, "DecayCorrectionDateTime (0018,9701)", header.decay_correction_moment),
        (Kind.PRIVATE, "Siemens private (0071,1022)", header.siemens_decay_reference),
        (Kind.PRIVATE, "GE private (0009,100D)", header.ge_scan_started),
        (Kind.SERIES, SERIES, header.series_started),
    )
    found = [
        Reading(kind, name, moment, name)
        for kind, name, reading in stated
        if reading is not None and (moment := clock_of(case, reading).moment()) is not None
    ]
    if acquired is not None:
        source = ACQUISITION if acquired.dated else SERIES
        found.append(Reading(Kind.ACQUISITION, ACQUISITION, acquired.earliest, source))
        found.extend(_back_computed(case, acquired, witness, half_life))
    return tuple(found)


def _back_computed(
    case: Case, acquired: Acquisition, witness: Witness, half_life: HalfLife
) -> list[Reading]:
    """Return acquisition + time to mean activity - time since the reference moment.

    By DecayFactor where it testifies, else by FrameReferenceTime in both conventions. Nothing
    where slices disagree, as they do where the header repeats one acquisition time for all beds.
    """
    name = "back computation from acquisition"
    if witness.confirms:
        ways = {f"{name} and DecayFactor": False}
    else:
        ways = {
            f"{name} and frame times (mean activity)": False,
            f"{name} and frame times (frame start)": True,
        }
    found = []
    for way, starts_frame in ways.items():
        moment = _back(case, acquired, witness, half_life, starts_frame=starts_frame)
        if moment is not None:
            source = ACQUISITION if acquired.dated else SERIES
            found.append(Reading(Kind.BACK, way, moment, source))
    return found


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


def candidates(
    readings: tuple[Reading, ...],
    chosen: tuple[Reading, ...],
    accepted: datetime,
    half_life: HalfLife,
) -> tuple[Candidate, ...]:
    """Return the readings as candidates, each with the effect of taking it for ``accepted``."""
    return tuple(
        Candidate(
            name=r.name,
            moment=r.moment,
            effect_percent=suv_effect_percent(elapsed_second(accepted, r.moment), half_life),
            accepted=r in chosen,
        )
        for r in readings
    )


def listed(readings: tuple[Reading, ...], half_life: HalfLife, against: datetime) -> str:
    """Return the readings in words, each with its effect on SUV against a moment."""
    parts = []
    for reading in readings:
        shift = elapsed_second(against, reading.moment)
        effect = effect_text(suv_effect_percent(shift, half_life)) if shift else "the same"
        parts.append(f"{reading.name} {moment_text(reading.moment)} (SUV {effect})")
    return f"against {moment_text(against)}: " + "; ".join(parts)
