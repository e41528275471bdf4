"""What a deviation is: what was found, what the protocol allows, and the facts behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from petrial.subjects.facts import Fact, Place

__all__ = ["Deviation", "DeviationKind", "Source", "sources_of"]


class DeviationKind(StrEnum):
    """What a deviation is about."""

    EARLY = "event before its window"
    LATE = "event after its window"
    MISSING_EVENT = "event missing"
    ACTIVITY = "injected activity"
    UPTAKE = "uptake time"
    GLUCOSE = "blood glucose"
    FASTING = "time without food"
    ANTIBODY = "mass of antibody"
    EXTRAVASATION = "activity left beside the vein"
    CONFLICT = "rule of time broken"
    WORK_UP = "work-up too old"
    MISSING_SAMPLE = "sample missing"
    MISSING_FORM = "form not filled in"
    CONSENT = "consent"
    REPORT = "serious adverse event reported late"
    DISCLOSURE = "stated on the wrong side of a disclosure"
    CONTRADICTION = "statements that cannot both be true"


class Source(NamedTuple):
    """A fact that a deviation derives from: its place and its number in the subject's chain."""

    place: Place
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """Where the trial ran otherwise than the protocol says.

    Attributes
    ----------
    kind, event, repeat, title
        What it is about; no event for what belongs to none.
    rule
        Path in the protocol.
    found, allowed
        What is the case, and what should be, each as a person reads it.
    unconfirmed
        Whether a figure of what is allowed has no confirmed source.
    sources
        The facts it derives from; none where all that is wrong is that nothing is stated.
    """

    kind: DeviationKind
    event: str
    repeat: int
    title: str
    rule: str
    found: str
    allowed: str
    unconfirmed: bool
    sources: tuple[Source, ...]


def sources_of(facts: Iterable[Fact]) -> tuple[Source, ...]:
    """Return where facts stand."""
    return tuple(Source(fact.place, fact.seq) for fact in facts)
