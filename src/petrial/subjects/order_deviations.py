"""Deviations of order: what was stated of a time after the end of a subject's course."""

from collections.abc import Iterator

from petrial.protocol.model import Protocol
from petrial.subjects.conflicts import moments_of
from petrial.subjects.deviation import Deviation, DeviationKind, sources_of
from petrial.subjects.happened import endings
from petrial.subjects.spans import day
from petrial.subjects.state import SubjectState

__all__ = ["contradictions_of_ends"]


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
