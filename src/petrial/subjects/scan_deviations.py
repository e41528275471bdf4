"""Deviations of injections and scans: activity outside its tolerance, uptake outside its time."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from petrial.protocol.figures import Figure
from petrial.protocol.model import Protocol, StudyTracer, TracerUse
from petrial.subjects.deviation import Deviation, DeviationKind, sources_of
from petrial.subjects.doses import Administration, administrations, injections_of, scans_of
from petrial.subjects.facts import Fact
from petrial.subjects.spans import counted_by_day, day, span_of, when_of
from petrial.subjects.state import SubjectState
from petrial.vocabulary.knowledge import Known

__all__ = ["activity_deviations", "uptake_deviations"]

_ROUNDING: Final = 1e-9
"""Relative error that arithmetic with decays may leave at a limit."""


def activity_deviations(protocol: Protocol, state: SubjectState) -> Iterator[Deviation]:
    """Yield injections whose net activity lies outside the tolerance; its limits are inside."""
    for given in administrations(protocol, state):
        prescribed, tolerance = given.tracer.activity, given.tracer.tolerance
        if prescribed is None or tolerance is None or not isinstance(given.net, Known):
            continue
        margin = prescribed.value * tolerance.value / 100.0
        low, high = prescribed.value - margin, prescribed.value + margin
        net = given.net.value.megabecquerel
        edge = math.isclose(net, low, rel_tol=_ROUNDING) or math.isclose(
            net, high, rel_tol=_ROUNDING
        )
        if not (low <= net <= high or edge):
            yield _of_activity(protocol, given, net, f"{low:g} to {high:g} MBq")


def _of_activity(protocol: Protocol, given: Administration, net: float, allowed: str) -> Deviation:
    prescribed, tolerance = given.tracer.activity, given.tracer.tolerance
    return Deviation(
        kind=DeviationKind.ACTIVITY,
        event=given.use.injection,
        repeat=given.repeat,
        title=_title(protocol, given.use.injection),
        rule=f"tracers.{given.tracer.name}.tolerance",
        found=f"{net:.4g} MBq injected",
        allowed=allowed,
        unconfirmed=_unconfirmed(prescribed, tolerance),
        sources=sources_of(given.facts),
    )


def _unconfirmed(*figures: Figure | None) -> bool:
    return any(figure is not None and not figure.confirmed for figure in figures)


def _title(protocol: Protocol, event: str) -> str:
    found = protocol.event(event)
    return event if found is None else found.title


def uptake_deviations(protocol: Protocol, state: SubjectState) -> Iterator[Deviation]:
    """Yield scans that started too early or too late after the injection of the same repeat.

    The first series of a scan counts. An uptake time in days counts days of the calendar.
    """
    for tracer in protocol.tracers:
        for use in tracer.uses:
            injected = _first(state, injections_of(state, tracer, use))
            for repeat, (start, scan) in _first(state, scans_of(state, tracer, use)).items():
                if repeat in injected:
                    found = _outside(tracer, injected[repeat][0], start)
                    if found is not None:
                        facts = (injected[repeat][1], scan)
                        yield _of_uptake(protocol, tracer, use, found, facts)


def _first(state: SubjectState, facts: tuple[Fact, ...]) -> dict[int, tuple[datetime, Fact]]:
    """Return the earliest moment of each repeat of an event, with its fact."""
    found: dict[int, tuple[datetime, Fact]] = {}
    for fact in facts:
        when = when_of(str(state.text(fact)))
        if not isinstance(when, datetime):
            continue
        if fact.event_repeat not in found or when < found[fact.event_repeat][0]:
            found[fact.event_repeat] = (when, fact)
    return found


def _outside(tracer: StudyTracer, injected: datetime, start: datetime) -> str | None:
    """Return the uptake time as text where it is outside; None where it is inside."""
    uptake, where = tracer.uptake, f"tracers.{tracer.name}.uptake"
    target = span_of(uptake.target, f"{where}.target")
    low = target - span_of(uptake.before, f"{where}.before")
    high = target + span_of(uptake.after, f"{where}.after")
    by_day = counted_by_day(uptake.target)
    taken = day(start) - day(injected) if by_day else start - injected
    if low <= taken <= high:
        return None
    return f"{taken.days} d" if by_day else f"{taken / timedelta(minutes=1):g} min"


def _of_uptake(
    protocol: Protocol,
    tracer: StudyTracer,
    use: TracerUse,
    found: str,
    facts: tuple[Fact, Fact],
) -> Deviation:
    uptake = tracer.uptake
    return Deviation(
        kind=DeviationKind.UPTAKE,
        event=use.scan,
        repeat=facts[1].event_repeat,
        title=_title(protocol, use.scan),
        rule=f"tracers.{tracer.name}.uptake",
        found=f"scan {found} after injection",
        allowed=f"{uptake.target}, {uptake.before} less to {uptake.after} more",
        unconfirmed=_unconfirmed(uptake.target, uptake.before, uptake.after),
        sources=sources_of(facts),
    )
