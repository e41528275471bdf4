"""What judging a rule yields: one of three outcomes, the facts looked at, what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from petrial.protocol.rules import ItemPath
from petrial.subjects.facts import Place

__all__ = ["Evidence", "Gap", "Judged", "Outcome", "joined", "turned"]


class Outcome(StrEnum):
    """What a rule comes to."""

    MET = "met"
    NOT_MET = "not met"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact that a rule looked at.

    Attributes
    ----------
    path
        As the rule names it.
    place
        Where it stands.
    value
        What may be shown of it: of a date of birth the age, of other sealed values nothing.
    unit
        UCUM unit of the value.
    day
        The day it is about (``Days.of``); None where nothing says it.
    age_days
        Whole days from that day to the day of judgement.
    seq
        Its number in the chain of the subject.
    """

    path: ItemPath
    place: Place
    value: str
    unit: str
    day: date | None
    age_days: int | None
    seq: int

    def __str__(self) -> str:
        """Return it as people read it."""
        value = f"{self.value} {self.unit}" if self.unit not in {"", "1"} else self.value
        if self.day is None:
            return f"{self.path} {value}, day not stated"
        age = f"{self.age_days} day" if self.age_days == 1 else f"{self.age_days} days"
        return f"{self.path} {value}, of {self.day.isoformat()}, {age} old"


@dataclass(frozen=True, slots=True)
class Gap:
    """A fact that is missing and could decide, and why it counts as missing."""

    path: ItemPath
    why: str

    def __str__(self) -> str:
        """Return it as people read it."""
        return f"{self.path} {self.why}"


@dataclass(frozen=True, slots=True)
class Judged:
    """What a rule came to: all facts that it looked at, and what is missing where it is unknown.

    Where it is met or not met nothing is missing: no fact could change it.
    """

    outcome: Outcome
    evidence: tuple[Evidence, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def why(self) -> str:
        """What is missing where it is unknown, and the facts that led there; one line."""
        reasons: tuple[object, ...] = (*self.gaps, *self.evidence)
        return "; ".join(str(reason) for reason in reasons) or "nothing was looked at"

    @property
    def missing(self) -> tuple[ItemPath, ...]:
        """Paths of the missing facts; a consent is ``@consent.`` and its name."""
        return tuple(gap.path for gap in self.gaps)


_TURNED: Final = {
    Outcome.MET: Outcome.NOT_MET,
    Outcome.NOT_MET: Outcome.MET,
    Outcome.UNKNOWN: Outcome.UNKNOWN,
}


def turned(judged: Judged) -> Judged:
    """Return the negation: unknown stays unknown.

    >>> turned(Judged(Outcome.MET)).outcome.value
    'not met'
    """
    return Judged(_TURNED[judged.outcome], judged.evidence, judged.gaps)


def joined(parts: Iterable[Judged], decisive: Outcome) -> Judged:
    """Return the conjunction (``decisive`` NOT_MET) or the disjunction (MET) of ``parts``.

    Kleene's strong logic: one decisive part decides, whatever the others are; else an unknown
    part leaves it unknown.

    >>> unknown = Judged(Outcome.UNKNOWN, (), (Gap("laboratory.asat", "is not stated"),))
    >>> joined([unknown, Judged(Outcome.NOT_MET)], Outcome.NOT_MET).outcome.value
    'not met'
    >>> joined([unknown, Judged(Outcome.MET)], Outcome.NOT_MET).missing
    ('laboratory.asat',)
    """
    judged = tuple(parts)
    outcomes = {part.outcome for part in judged}
    evidence = tuple(dict.fromkeys(e for part in judged for e in part.evidence))
    if decisive in outcomes:
        return Judged(decisive, evidence)
    if Outcome.UNKNOWN in outcomes:
        gaps = tuple(dict.fromkeys(gap for part in judged for gap in part.gaps))
        return Judged(Outcome.UNKNOWN, evidence, gaps)
    return Judged(_TURNED[decisive], evidence)
