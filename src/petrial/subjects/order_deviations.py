"""Deviations of order: what lies after the end of a course, or on the wrong side of a showing."""

from collections.abc import Iterator

from petrial.protocol.figures import UNCONFIRMED
from petrial.protocol.model import Disclosure, Protocol
from petrial.subjects.conflicts import moments_of
from petrial.subjects.deviation import Deviation, DeviationKind, sources_of
from petrial.subjects.facts import Fact, Place, is_system
from petrial.subjects.happened import endings
from petrial.subjects.records import DISCLOSURE, OWN
from petrial.subjects.spans import day
from petrial.subjects.state import SubjectState

__all__ = ["contradictions_of_ends", "disclosure_deviations"]


def contradictions_of_ends(protocol: Protocol, state: SubjectState) -> Iterator[Deviation]:
    """Yield what cannot lie after the end of a course and does, such as being seen alive.

    A statement of the day of the end itself is none.
    """
    for ending in protocol.ends:
        if ending.denied_by is None:
            continue
        denied = tuple(moments_of(ending.denied_by, state))
        said = " or ".join(ending.denied_by.values) or ending.denied_by.item
        for end in endings(ending, state):
            for when, fact in denied:
                if day(when) > end.day:
                    event = protocol.event(fact.event)
                    yield Deviation(
                        kind=DeviationKind.CONTRADICTION,
                        event=fact.event,
                        repeat=fact.event_repeat,
                        title=fact.event if event is None else event.title,
                        rule=f"ends.{ending.name}",
                        found=f"{end}, and {said} on {day(when)}",
                        allowed="one of the two; correct the one that is wrong",
                        unconfirmed=False,
                        sources=sources_of((end.fact, fact)),
                    )


def disclosure_deviations(protocol: Protocol, state: SubjectState) -> Iterator[Deviation]:
    """Yield filled-in forms that stand on the wrong side of a disclosure.

    What was to be stated without knowing (``Disclosure.requires``) and was stated or changed
    knowing, and what was to be stated knowing (``then``) and was stated before. The order in the
    subject's chain shows it: what was corrected counts from the fact that it replaces.
    """
    for disclosure in protocol.disclosures:
        shown = _shown(disclosure, state)
        for name in disclosure.requires if shown is not None else ():
            for facts in _filled_in(state, name):
                late = [fact for fact in facts if shown is not None and fact.seq > shown.seq]
                if late:
                    anew = all(fact.replaces is not None for fact in late)
                    how = "changed after" if anew else "stated after"
                    yield _misplaced(protocol, disclosure, "requires", how, (late, shown))
        for name in disclosure.then:
            for facts in _filled_in(state, name):
                early = [fact for fact in facts if shown is None or _first_seq(fact) < shown.seq]
                if early:
                    yield _misplaced(protocol, disclosure, "then", "stated before", (early, shown))


def _shown(disclosure: Disclosure, state: SubjectState) -> Fact | None:
    """Return the fact by which a group was first disclosed; None where it was not."""
    found = [
        state.facts[Place(OWN, 1, DISCLOSURE, repeat, "group")]
        for repeat in state.repeats_of(DISCLOSURE)
        if state.own(DISCLOSURE, "group", repeat) == disclosure.group
        and state.own(DISCLOSURE, "to", repeat) in disclosure.to
    ]
    return min(found, key=lambda fact: fact.seq, default=None)


def _filled_in(state: SubjectState, name: str) -> Iterator[list[Fact]]:
    """Yield the values of each filled-in form of this name, in the order of their numbers."""
    forms: dict[tuple[str, int, str, int], list[Fact]] = {}
    for place, fact in state.facts.items():
        if place.form == name and fact.value is not None and not is_system(place.item):
            forms.setdefault(place[:4], []).append(fact)
    for facts in forms.values():
        yield sorted(facts, key=lambda fact: fact.seq)


def _first_seq(fact: Fact) -> int:
    return fact.seq if fact.replaces is None else fact.replaces


def _misplaced(
    protocol: Protocol,
    disclosure: Disclosure,
    field: str,
    how: str,
    facts: tuple[list[Fact], Fact | None],
) -> Deviation:
    stated, shown = facts
    first = stated[0]
    event = protocol.event(first.event)
    before = field == "requires"
    return Deviation(
        kind=DeviationKind.DISCLOSURE,
        event=first.event,
        repeat=first.event_repeat,
        title=first.event if event is None else event.title,
        rule=f"disclosures.{disclosure.group} {disclosure.at}.{field}",
        found=f"{first.form}: {how} {disclosure.group} was disclosed",
        allowed=f"stated {'before' if before else 'after'} the disclosure",
        unconfirmed=disclosure.source == UNCONFIRMED,
        sources=sources_of((*stated, *(() if shown is None else (shown,)))),
    )
