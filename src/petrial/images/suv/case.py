"""One series under judgement, and what a settled input looks like."""

from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Generic, TypeVar

from petrial.images.series import PetHeader
from petrial.images.suv.statements import AdministrationRecord, Assumptions
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.knowledge import Known, Unknown, Verdict
from petrial.vocabulary.provenance import Input, Source

__all__ = [
    "Case",
    "Settled",
    "assumed_input",
    "effect_text",
    "moment_text",
    "renamed",
    "unify_zone",
]

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Settled(Generic[T_co]):
    """A value that was decided: with its origin and remarks."""

    value: T_co
    input: Input
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one PET series.

    Attributes
    ----------
    where
        The series, for messages.
    header
        What its files state.
    record
        The administration record that belongs to it, if there is one.
    assumed
        What the user decided.
    """

    where: str
    header: PetHeader
    record: AdministrationRecord | None
    assumed: Assumptions

    def unknown(self, field: str, got: object, wanted: str, do: str) -> Unknown:
        """Return the refusal of one field of this series."""
        found = "" if got is None else str(got)
        return Unknown((Problem(self.where, field, found, wanted, do),))

    def from_record(self, name: str, value: float | str, unit: str, detail: str = "") -> Input:
        """Return an input whose source is the record."""
        origin = "record" if self.record is None else self.record.origin
        return Input(name, value, unit, Source.RECORD, detail or origin)


def renamed(verdict: Verdict[Settled[T_co]], name: str) -> Verdict[Settled[T_co]]:
    """Return the same verdict with its input under another name."""
    match verdict:
        case Known(value=settled):
            return Known(replace(settled, input=replace(settled.input, name=name)))
        case Unknown() as unknown:
            return unknown


def assumed_input(name: str, value: float | str, unit: str) -> Input:
    """Return an input whose source is ``--assume``."""
    return Input(name, value, unit, Source.ASSUMPTION, "decided by the user with --assume")


def effect_text(percent: float) -> str:
    """Return an effect on SUV in words, a factor where percent would be unreadable.

    >>> effect_text(0.84), effect_text(-0.00123), effect_text(-57.2), effect_text(134.0)
    ('+0.84 %', '-0.0012 %', 'factor 0.428', 'factor 2.34')
    """
    if abs(percent) < 20.0:  # noqa: PLR2004  where a factor reads better than percent
        return f"{percent:+.2g} %" if abs(percent) < 1.0 else f"{percent:+.2f} %"
    return f"factor {1.0 + percent / 100.0:.3g}"


def moment_text(moment: datetime) -> str:
    """Return a moment as ISO 8601 text to the second, fractions only where there are any.

    >>> moment_text(datetime(2020, 1, 1, 23, 30))
    '2020-01-01T23:30:00'
    """
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def unify_zone(moment: datetime, like: datetime) -> datetime | None:
    """Return ``moment`` so that it can be compared with ``like``; None where that is a guess.

    A naive moment is on the clock of ``like``. An aware moment beside a naive clock cannot be
    placed.
    """
    if like.tzinfo is not None and moment.tzinfo is None:
        offset = like.utcoffset()
        return None if offset is None else moment.replace(tzinfo=timezone(offset))
    if like.tzinfo is None and moment.tzinfo is not None:
        return None
    return moment
