"""Deviations of consent: what took place before, or without, the consent that it needs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from petrial.protocol.events import Event
from petrial.protocol.model import Protocol
from petrial.protocol.rules import All, Consented, Rule
from petrial.subjects.deviation import Deviation, DeviationKind, sources_of
from petrial.subjects.facts import Fact
from petrial.subjects.happened import Happened, all_happenings
from petrial.subjects.records import CONSENT, Given
from petrial.subjects.spans import When, day, when_of
from petrial.subjects.state import SubjectState

__all__ = ["consent_deviations"]


def consent_deviations(protocol: Protocol, state: SubjectState) -> Iterator[Deviation]:
    """Yield events that took place without a consent that they need.

    All required consents must stand at the first procedure: the event of study day 1, or an
    earlier injection of a tracer whose activity the protocol prescribes. What an event's
    ``consents`` name, or its ``when`` asks for, must stand at that event. An
    answer of the same day counts as given before, unless clock times say otherwise.
    """
    happened = all_happenings(protocol, state)
    required = tuple(consent.name for consent in protocol.consents if consent.required)
    first = _first_procedure(protocol, happened)
    for event in protocol.events:
        named = dict.fromkeys((*event.consents, *_named(event.when)))
        for repeat, one in happened[event.name].items():
            needed = dict.fromkeys(named, f"events.{event.name}.consents")
            if first is not None and one.fact == first.fact:
                needed |= {name: f"consents.{name}.required" for name in required}
            for name, rule in needed.items():
                yield from _judged(state, event, one, _Need(name, rule, repeat))


def _named(rule: Rule | None) -> tuple[str, ...]:
    """Return the consents without which a rule cannot be met."""
    if isinstance(rule, Consented):
        return (rule.consent,)
    if isinstance(rule, All):
        return tuple(name for inner in rule.rules for name in _named(inner))
    return ()


def _first_procedure(
    protocol: Protocol, happened: Mapping[str, dict[int, Happened]]
) -> Happened | None:
    names = {event.name for event in protocol.events if event.day_one}
    for tracer in protocol.tracers:
        if tracer.activity is not None:
            names |= {use.injection for use in tracer.uses}
    found = [one for name in sorted(names) for one in happened.get(name, {}).values()]
    return min(found, key=lambda one: (one.day, one.fact.seq), default=None)


@dataclass(frozen=True, slots=True)
class _Need:
    consent: str
    rule: str
    repeat: int


def _judged(
    state: SubjectState, event: Event, happened: Happened, need: _Need
) -> Iterator[Deviation]:
    at = when_of(str(state.text(happened.fact)))
    answers = _answers(state, need.consent)
    before = [fact for fact in answers if _precedes(fact, at)]
    newest = max(before, key=lambda f: (day(when_of(f.observed)), f.seq), default=None)
    good = [newest, *(fact for fact in answers if _may_precede(fact, at))]
    if any(fact is not None and fact.value == Given.GIVEN for fact in good):
        return
    facts = (happened.fact, *answers)
    yield Deviation(
        kind=DeviationKind.CONSENT,
        event=event.name,
        repeat=need.repeat,
        title=event.title,
        rule=need.rule,
        found=f"{happened.day}; {_told(need.consent, newest, answers)}",
        allowed=f"consent {need.consent} given before",
        unconfirmed=False,
        sources=sources_of(facts),
    )


def _told(name: str, newest: Fact | None, answers: list[Fact]) -> str:
    if newest is not None:
        return f"consent {name} {newest.value} on {day(when_of(newest.observed))}"
    if not answers:
        return f"consent {name} never asked for"
    later = min(answers, key=lambda fact: fact.seq)
    if not later.observed:
        return f"consent {name} {later.value}, day not stated"
    return f"consent {name} {later.value} only on {day(when_of(later.observed))}"


def _answers(state: SubjectState, consent: str) -> list[Fact]:
    """Return all answers to a consent, in the order in which they were recorded."""
    found = (
        fact
        for place, fact in state.facts.items()
        if (place.form, place.item) == (CONSENT, consent)
    )
    return sorted((f for f in found if f.value is not None), key=lambda fact: fact.seq)


def _precedes(answer: Fact, event: When) -> bool:
    """Return whether an answer was surely given before an event."""
    if not answer.observed:
        return False
    when = when_of(answer.observed)
    if isinstance(when, datetime) and isinstance(event, datetime):
        return when <= event
    return day(when) < day(event)


def _may_precede(answer: Fact, event: When) -> bool:
    """Return whether an answer of the same day may have been given before an event."""
    if not answer.observed:
        return False
    when = when_of(answer.observed)
    clocks = isinstance(when, datetime) and isinstance(event, datetime)
    return not clocks and day(when) == day(event)
