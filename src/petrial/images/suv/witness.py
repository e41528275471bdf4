"""DecayFactor as a witness: which convention of FrameReferenceTime it speaks for, if any."""

import math
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from petrial.images.series import SliceTiming
from petrial.images.suv.decay import mean_activity_second
from petrial.vocabulary.quantities import HalfLife

__all__ = ["Testimony", "Witness", "question_decay_factor", "seconds_since_reference"]

FIT: Final = 0.002
"""A decay factor fits when it is off by no more than 0.2 % of SUV."""


class Testimony(Enum):
    """What DecayFactor (0054,1321) says of FrameReferenceTime (0054,1300)."""

    MEAN_ACTIVITY = auto()
    """FrameReferenceTime is the moment of mean activity (Siemens)."""
    FRAME_START = auto()
    """FrameReferenceTime is the start of the frame (GE)."""
    EITHER = auto()
    """Frames are so short against the half-life that both fit."""
    NEITHER = auto()
    """It fits no convention: something in the header is wrong."""
    ALONE = auto()
    """FrameReferenceTime is missing, and DecayFactor tells the time by itself."""
    SILENT = auto()
    """It is absent, or its neighbours needed to hear it are."""
    PLACEHOLDER = auto()
    """It is 1 for every slice of a single bed: that cannot be told from no statement."""
    DENIAL = auto()
    """It is 1 for every slice of beds at different times: it denies any correction."""


@dataclass(frozen=True, slots=True)
class Witness:
    """The testimony, and a sentence on it for people."""

    testimony: Testimony
    sentence: str

    @property
    def contradicts(self) -> bool:
        """Whether the testimony forbids to go on."""
        return self.testimony in {Testimony.NEITHER, Testimony.DENIAL}

    @property
    def confirms(self) -> bool:
        """Whether the testimony supports a convention."""
        return self.testimony in {
            Testimony.MEAN_ACTIVITY,
            Testimony.FRAME_START,
            Testimony.EITHER,
            Testimony.ALONE,
        }


def question_decay_factor(
    slices: tuple[SliceTiming, ...], half_life: HalfLife, *, single_bed: bool
) -> Witness:
    """Return what the decay factors of all slices say together.

    log2(DecayFactor) times the half-life is the time from the reference moment to the moment of
    mean activity: FrameReferenceTime in one convention, FrameReferenceTime plus the time to mean
    activity in the other.
    """
    heard = [
        (t.decay_factor, t.frame_reference_second, t.frame_duration_second)
        for t in slices
        if t.decay_factor is not None and t.decay_factor > 0.0
    ]
    if not heard or len(heard) < len(slices):
        return Witness(Testimony.SILENT, "DecayFactor (0054,1321) is not stated by every slice.")
    starts = {reference for _, reference, _ in heard}
    if all(factor == 1.0 for factor, _, _ in heard):
        if single_bed and len(starts) == 1:
            return Witness(
                Testimony.PLACEHOLDER,
                "DecayFactor (0054,1321) is 1 in every slice, a placeholder that verifies nothing.",
            )
        return Witness(
            Testimony.DENIAL,
            "DecayFactor (0054,1321) is 1 in every slice although beds differ in time: "
            "it denies that decay was corrected.",
        )
    mean = start = True
    for factor, reference, duration in heard:
        if reference is None and duration is not None and duration > 0.0:
            return Witness(
                Testimony.ALONE,
                "DecayFactor (0054,1321) tells the time since the reference moment.",
            )
        if reference is None or duration is None or duration < 0.0:
            return Witness(
                Testimony.SILENT,
                "FrameReferenceTime or ActualFrameDuration is missing, so that DecayFactor "
                "cannot be held against them.",
            )
        wait = mean_activity_second(duration, half_life)
        mean = mean and _fits(factor, reference, half_life)
        start = start and _fits(factor, reference + wait, half_life)
    return _said(mean=mean, start=start)


def _fits(factor: float, second: float, half_life: HalfLife) -> bool:
    return abs(factor * half_life.remaining(second) - 1.0) <= FIT


def _said(*, mean: bool, start: bool) -> Witness:
    match (mean, start):
        case (True, True):
            return Witness(
                Testimony.EITHER,
                "DecayFactor (0054,1321) agrees with FrameReferenceTime (0054,1300).",
            )
        case (True, False):
            return Witness(
                Testimony.MEAN_ACTIVITY,
                "DecayFactor (0054,1321) agrees with FrameReferenceTime (0054,1300) as the "
                "moment of mean activity.",
            )
        case (False, True):
            return Witness(
                Testimony.FRAME_START,
                "DecayFactor (0054,1321) agrees with FrameReferenceTime (0054,1300) as the "
                "start of the frame.",
            )
        case _:
            return Witness(
                Testimony.NEITHER,
                "DecayFactor (0054,1321) fits FrameReferenceTime (0054,1300) in no known "
                "convention.",
            )


def seconds_since_reference(
    timing: SliceTiming, witness: Witness, half_life: HalfLife, *, starts_frame: bool
) -> float | None:
    """Return seconds from the reference moment to the slice's mean activity; None if unstated.

    Parameters
    ----------
    timing
        The slice.
    witness
        What DecayFactor said; it decides the convention where it can.
    half_life
        Of the nuclide.
    starts_frame
        The convention to take where the witness cannot tell: FrameReferenceTime is the start of
        the frame (GE), not the moment of mean activity.
    """
    if witness.confirms and timing.decay_factor is not None:
        return math.log2(timing.decay_factor) * half_life.second
    if timing.frame_reference_second is None or timing.frame_duration_second is None:
        return None
    wait = mean_activity_second(timing.frame_duration_second, half_life)
    return timing.frame_reference_second + (wait if starts_frame else 0.0)
