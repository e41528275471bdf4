"""Which events took place, on which day, by which fact; and when a subject's course ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from petrial.protocol.events import Ending, Event
from petrial.protocol.model import Protocol
from petrial.protocol.rules import split_path
from petrial.subjects.facts import Fact, Place
from petrial.subjects.records import OWN, SUBJECT, Subject
from petrial.subjects.state import SubjectState, day_of

__all__ = [
    "Ended",
    "Happened",
    "all_happenings",
    "ended",
    "endings",
    "happenings",
    "said_on",
    "statements",
]

_ENDS: Final = (Subject.WITHDRAWN, Subject.SCREEN_FAILED, Subject.COMPLETED)


@dataclass(frozen=True, slots=True)
class Happened:
    """That an event took place: which repeat, on which day, and the fact that says so."""

    repeat: int
    day: date
    fact: Fact


def statements(event: Event, state: SubjectState) -> tuple[Fact, ...]:
    """Return the facts of the item that says when an event took place, valued or not.

    Of a form of the event only what was stated at that event counts; another form's item, such as
    the day of a treatment, counts from wherever it was stated, unless its path names an event.
    """
    path = event.happened
    form, _, at = split_path(path)
    if at is None and form in event.forms:
        path = f"{path}@{event.name}"
    return state.all_of(path)


def happenings(event: Event, state: SubjectState) -> dict[int, Happened]:
    """Return by repeat when an event took place: the earliest day that is stated for it."""
    found: dict[int, Happened] = {}
    for fact in statements(event, state):
        text = state.text(fact)
        if text is None:
            continue
        known = found.get(fact.event_repeat)
        if known is None or day_of(text) < known.day:
            found[fact.event_repeat] = Happened(fact.event_repeat, day_of(text), fact)
    return dict(sorted(found.items()))


def all_happenings(protocol: Protocol, state: SubjectState) -> Mapping[str, dict[int, Happened]]:
    """Return for each event of the protocol, by its name, when it took place."""
    return {event.name: happenings(event, state) for event in protocol.events}


def said_on(fact: Fact) -> date:
    """Return the day at which a fact was observed; where that is not stated, was recorded."""
    return day_of(fact.observed or fact.recorded)


@dataclass(frozen=True, slots=True)
class Ended:
    """That a subject's course ended: how, on which day, and the fact that says so."""

    how: str
    day: date
    fact: Fact

    def __str__(self) -> str:
        """Return it as people read it."""
        return f"{self.how} on {self.day}"


def ended(protocol: Protocol, state: SubjectState) -> Ended | None:
    """Return how and when a subject's course ended first; None while it goes on.

    After a withdrawal, a failed screening or completion nothing more is due, nor after what the
    protocol says ends a course (``Protocol.ends``), such as death.
    """
    found = [one for ending in protocol.ends for one in endings(ending, state)]
    fact = state.facts.get(Place(OWN, 1, SUBJECT, 1, "status"))
    if fact is not None and state.status in _ENDS:
        found.append(Ended(str(fact.value), said_on(fact), fact))
    return min(found, key=lambda one: one.day, default=None)


def endings(ending: Ending, state: SubjectState) -> tuple[Ended, ...]:
    """Return each statement that a subject's course ended in this way."""
    texts = ((fact, state.text(fact)) for fact in state.valued(ending.item))
    return tuple(Ended(ending.text, day_of(text), fact) for fact, text in texts if text)
