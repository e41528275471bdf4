"""What comes too close to what: the protocol's rules of time over facts and planned moments."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from petrial.protocol.events import Conflict, Moments
from petrial.protocol.model import Protocol
from petrial.protocol.rules import ItemPath, split_path
from petrial.subjects.facts import Fact
from petrial.subjects.spans import When, counted_by_day, day, span_of, when_of
from petrial.subjects.state import SubjectState

__all__ = ["Broken", "Plans", "Timeline", "conflicts_of", "moments_of"]

Plans = Mapping[ItemPath, Sequence[When]]
"""Planned days or moments by the item that would state them, ``form.item@event``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A rule of time that two moments break.

    Attributes
    ----------
    conflict
        The rule.
    since, earlier
        What the later one is too close to: a moment, or what lasts from ``since`` on; ``earlier``
        is None where it goes on.
    later
        The moment that is too close.
    free_from
        The first day or moment at which the later one keeps the rule; None where nobody can say.
    planned
        Whether a planned moment takes part; else facts alone break it.
    facts
        What is stated of it.
    """

    conflict: Conflict
    since: When | None
    earlier: When | None
    later: When
    free_from: When | None
    planned: bool
    facts: tuple[Fact, ...]

    def __str__(self) -> str:
        """Return the rule and what breaks it in one line."""
        if self.earlier is None:
            cause = f"what started on {self.since} goes on"
        else:
            cause = f"{_plain(self.earlier)} and {_plain(self.later)}"
        free = "" if self.free_from is None else f"; possible from {_plain(self.free_from)}"
        return f"{self.conflict.text} ({self.conflict.name}: {cause}{free})"


def _plain(when: When) -> str:
    return f"{when:%Y-%m-%d %H:%M}" if isinstance(when, datetime) else when.isoformat()


def conflicts_of(protocol: Protocol, state: SubjectState, planned: Plans) -> tuple[Broken, ...]:
    """Return every rule of time that facts and planned moments break.

    Parameters
    ----------
    protocol, state
        The rules, and what is stated.
    planned
        Moments that are not stated yet, by item. Where a rule looks at forms of one tracer only,
        that of the event named in the path decides; other conditions a plan cannot meet.

    Notes
    -----
    A gap in days or weeks counts days of the calendar, one in hours or minutes time on the clock. A
    positive gap forbids the time that follows the earlier moment; what lies before it is free. Gap
    0 says which comes first. A negative one forbids the time just before. Where of two moments
    only the days are known, a gap in hours is broken only if no hours of these days keep it.

    Raises
    ------
    ProtocolError
        A gap is no time of fixed length.
    """
    return Timeline.of(protocol, state).broken(planned)


@dataclass(frozen=True, slots=True)
class _Point:
    when: When
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What must be kept away from: from ``start`` (None: ever) to ``end`` (None: it goes on)."""

    start: When | None
    end: When | None
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """What facts say about each conflict, read once, to judge many plans against."""

    protocol: Protocol
    stretches: Mapping[str, tuple[_Stretch, ...]]
    points: Mapping[str, tuple[_Point, ...]]

    @classmethod
    def of(cls, protocol: Protocol, state: SubjectState) -> "Timeline":
        """Return the timeline of a subject."""
        return cls(
            protocol,
            {c.name: tuple(_stretches(c, state)) for c in protocol.conflicts},
            {c.name: tuple(_points(c.later, state)) for c in protocol.conflicts},
        )

    def broken(self, planned: Plans) -> tuple[Broken, ...]:
        """Return the rules that facts and plans break, in the order of the protocol."""
        return (*self.broken_by_facts(), *self.broken_by(planned))

    def broken_by_facts(self) -> tuple[Broken, ...]:
        """Return the rules that facts alone break."""
        return tuple(
            broken
            for conflict in self.protocol.conflicts
            for stretch in self.stretches[conflict.name]
            for point in self.points[conflict.name]
            for broken in _judged(conflict, stretch, point, planned=False)
        )

    def broken_by(self, planned: Plans) -> tuple[Broken, ...]:
        """Return the rules that planned moments break, with facts and with one another."""
        return tuple(
            broken
            for conflict in self.protocol.conflicts
            for stretch, point in self._pairs(conflict, planned)
            for broken in _judged(conflict, stretch, point, planned=True)
        )

    def _pairs(self, conflict: Conflict, planned: Plans) -> Iterator[tuple[_Stretch, _Point]]:
        ends = self._planned(conflict.earlier, planned)
        points = [_Point(when) for when in self._planned(conflict.later, planned)]
        stated = self.stretches[conflict.name]
        foreseen = [_stretch(conflict, None, when, ()) for when in ends]
        for point in points:
            yield from ((stretch, point) for stretch in (*stated, *foreseen))
        for point in self.points[conflict.name]:
            yield from ((stretch, point) for stretch in foreseen)

    def _planned(self, moments: Moments, planned: Plans) -> list[When]:
        form, item, at = split_path(moments.item)
        found: list[When] = []
        for path, whens in planned.items():
            its_form, its_item, event = split_path(path)
            if (its_form, its_item) == (form, item) and at in {None, event}:
                found.extend(whens if self._meets(moments, event) else ())
        return found

    def _meets(self, moments: Moments, event: str | None) -> bool:
        if moments.where is None:
            return True
        found = None if event is None else self.protocol.event(event)
        names_tracer = split_path(moments.where)[1] == "tracer"
        return names_tracer and found is not None and found.tracer in moments.values


def moments_of(moments: Moments, state: SubjectState) -> Iterator[tuple[When, Fact]]:
    """Yield the days or moments that are stated and meet the condition, each with its fact."""
    for fact in state.valued(moments.item):
        text = state.text(fact)
        if text is not None and _where(moments, state, fact):
            yield when_of(text), fact


def _points(moments: Moments, state: SubjectState) -> Iterator[_Point]:
    return (_Point(when, (fact,)) for when, fact in moments_of(moments, state))


def _where(moments: Moments, state: SubjectState, fact: Fact) -> bool:
    """Return whether the condition holds: in the same filled-in form where it is of that form."""
    if moments.where is None:
        return True
    form, item, _ = split_path(moments.where)
    beside: Iterable[Fact] = state.valued(moments.where)[-1:]
    if form == fact.form:
        same = state.facts.get(fact.place._replace(item=item))
        beside = () if same is None else (same,)
    return any(state.text(other) in moments.values for other in beside)


def _stretches(conflict: Conflict, state: SubjectState) -> Iterator[_Stretch]:
    ends = {_filling(p.facts[0]): p for p in _points(conflict.earlier, state)}
    starts: dict[tuple[object, ...], _Point] = {}
    if conflict.since is not None:
        starts = {_filling(p.facts[0]): p for p in _points(conflict.since, state)}
    for filling in dict.fromkeys((*starts, *ends)):
        start, end = starts.get(filling), ends.get(filling)
        facts = (*(start.facts if start else ()), *(end.facts if end else ()))
        if end is None:
            yield _Stretch(start.when if start else None, None, facts)
        else:
            yield _stretch(conflict, start.when if start else None, end.when, facts)


def _filling(fact: Fact) -> tuple[object, ...]:
    """Return which filled-in form a fact is of."""
    return fact.place[:-1]


def _stretch(
    conflict: Conflict, start: When | None, end: When, facts: tuple[Fact, ...]
) -> _Stretch:
    """Return the stretch to keep away from.

    What has no start of its own starts with the moment itself, but gap 0 forbids all before it;
    so does what was stopped and whose start nobody stated.
    """
    if start is None and conflict.since is None and conflict.gap.value != 0.0:
        return _Stretch(end, end, facts)
    return _Stretch(start, end, facts)


def _judged(
    conflict: Conflict, stretch: _Stretch, point: _Point, *, planned: bool
) -> Iterator[Broken]:
    where, later = f"conflicts.{conflict.name}.gap", point.when
    span = span_of(conflict.gap, where)
    by_day = counted_by_day(conflict.gap)
    free_from = None if stretch.end is None else _after(stretch.end, span, by_day=by_day)
    if span < timedelta(0) and stretch.end is not None:
        free_from = None
        broken = not _before(stretch.end, later) and _too_close(
            later, stretch.end, -span, by_day=by_day
        )
    elif stretch.start is not None and _before(later, stretch.start):
        broken = False
    else:
        broken = stretch.end is None or _too_close(stretch.end, later, span, by_day=by_day)
    if broken:
        yield Broken(
            conflict=conflict,
            since=stretch.start if stretch.start is not stretch.end else None,
            earlier=stretch.end,
            later=later,
            free_from=free_from,
            planned=planned,
            facts=(*stretch.facts, *point.facts),
        )


def _before(one: When, other: When) -> bool:
    """Return whether ``one`` lies before ``other``; of days, on an earlier day."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one < other
    return day(one) < day(other)


def _too_close(earlier: When, later: When, span: timedelta, *, by_day: bool) -> bool:
    if by_day:
        return day(later) - day(earlier) < span
    if isinstance(earlier, datetime) and isinstance(later, datetime):
        return later - earlier < span
    return _at(later, time.max) - _at(earlier, time.min) < span


def _at(when: When, clock: time) -> datetime:
    """Return the clock on the spot: of a moment its own, of a day the given one."""
    if isinstance(when, datetime):
        return when.replace(tzinfo=None)
    return datetime.combine(when, clock)


def _after(end: When, span: timedelta, *, by_day: bool) -> When:
    if by_day:
        return day(end) + span
    return end + span
