"""The plan of a subject: what is due when, what was done in time, and what is missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from petrial.protocol.events import Due, Event
from petrial.protocol.model import Protocol
from petrial.subjects.completeness import Filled, MissingForm, fillings_of
from petrial.subjects.facts import Absent, Fact
from petrial.subjects.happened import Ended, Happened, all_happenings, ended, statements
from petrial.subjects.judged import Judged, Outcome
from petrial.subjects.judging import judge_rule
from petrial.subjects.spans import days_of
from petrial.subjects.state import SubjectState
from petrial.vocabulary.errors import ProtocolError

__all__ = ["DONE", "Planned", "Status", "Window", "plan_of", "window_of"]


class Status(StrEnum):
    """Where a planned event stands on a day.

    ``overdue``: its window is over and nobody said anything. ``missing``: it is stated that it was
    not done. ``lapsed``: either of them, of an event that is not required.
    """

    NOT_PLANNED = "not yet planned"
    UPCOMING = "upcoming"
    DUE = "due"
    OVERDUE = "overdue"
    MISSING = "missing"
    LAPSED = "lapsed"
    DONE = "done"
    DONE_EARLY = "done early"
    DONE_LATE = "done late"
    NOT_APPLICABLE = "not applicable"
    UNDECIDED = "undecided"


DONE = (Status.DONE, Status.DONE_EARLY, Status.DONE_LATE)
"""The statuses of what took place."""


@dataclass(frozen=True, slots=True)
class Window:
    """When an event is due and the first and last day on which it may take place, both included.

    >>> Window(date(2024, 5, 21), date(2024, 5, 20), date(2024, 5, 22)).holds(date(2024, 5, 22))
    True
    """

    due: date
    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Return whether a day lies in the window."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One event of a subject, once for each of its repeats.

    Attributes
    ----------
    event, repeat, title, required
        Which event of the protocol, its repeat from 1, its title, whether its absence is a
        deviation.
    status
        Where it stands.
    reason
        Why, where the days alone do not say: which anchor is absent, which rule left it out.
    anchor, anchored
        Name of the event it is counted from and the day of that; empty and None without one.
    window
        When it is due; None while the anchor is absent.
    happened
        The day on which it took place.
    facts
        What the entry derives from: the anchor's fact, its own.
    missing
        Forms that are not filled in, of an event that took place.
    """

    event: str
    repeat: int
    title: str
    required: bool
    status: Status
    reason: str = ""
    anchor: str = ""
    anchored: date | None = None
    window: Window | None = None
    happened: date | None = None
    facts: tuple[Fact, ...] = ()
    missing: tuple[MissingForm, ...] = ()


def window_of(event: Event, anchored: date, repeat: int = 1) -> Window:
    """Return the window of an event, counted from the day of its anchor.

    Raises
    ------
    ProtocolError
        The event has no due day, or a figure of it is no whole number of days.
    """
    due, where = event.due, f"events.{event.name}.due"
    if due is None:
        raise ProtocolError(
            where="protocol",
            field=where,
            got=None,
            wanted="when the event is due",
            do="give the event a due day, or plan it by choosing its day",
        )
    offset = days_of(due.offset, f"{where}.offset")
    if due.every is not None:
        offset += (repeat - 1) * _period(due, where)
    target = anchored + timedelta(days=offset)
    return Window(
        target,
        target - timedelta(days=days_of(due.before, f"{where}.before")),
        target + timedelta(days=days_of(due.after, f"{where}.after")),
    )


def _period(due: Due, where: str) -> int:
    period = 0 if due.every is None else days_of(due.every, f"{where}.every")
    if period < 1:
        raise ProtocolError(
            where="protocol",
            field=f"{where}.every",
            got=due.every,
            wanted="at least one day",
            do="give the time from one repeat to the next",
        )
    return period


def plan_of(protocol: Protocol, state: SubjectState, on: date) -> tuple[Planned, ...]:
    """Return the plan of a subject as it stands on a day, in the order of the protocol.

    Parameters
    ----------
    protocol, state
        What should happen, and what is stated to have happened.
    on
        The day of the judgement. An event that repeats at intervals is planned up to what is due
        by then, and once more.

    Notes
    -----
    An event is counted from the same repeat of its anchor where that took place, else from the
    first; one that repeats at intervals always from the first.

    Raises
    ------
    ProtocolError
        A window of the protocol cannot be counted in days.
    """
    course = _Course(
        protocol,
        state,
        on,
        all_happenings(protocol, state),
        ended(protocol, state),
        Filled(protocol, state, on, fillings_of(state)),
    )
    return tuple(
        course.planned(event, repeat, concerned)
        for event in protocol.events
        for concerned in (course.concerned(event),)
        for repeat in course.repeats(event)
    )


@dataclass(frozen=True)
class _Course:
    """What the planning of all events of a subject shares."""

    protocol: Protocol
    state: SubjectState
    on: date
    happened: Mapping[str, dict[int, Happened]]
    ended: Ended | None
    filled: Filled

    def concerned(self, event: Event) -> Judged:
        if event.when is None:
            return Judged(Outcome.MET)
        return judge_rule(event.when, self.state, self.protocol, self.on)

    def anchor(self, event: Event, repeat: int) -> Happened | None:
        if event.due is None:
            return None
        found = self.happened.get(event.due.anchor, {})
        first = next(iter(found.values()), None)
        return first if event.due.every is not None else found.get(repeat, first)

    def repeats(self, event: Event) -> list[int]:
        numbers = {1, *self.happened[event.name]}
        if event.due is None:
            return sorted(numbers)
        if event.due.every is not None:
            numbers.update(self._recurring(event))
        elif event.repeats:
            numbers.update(self.happened.get(event.due.anchor, {}))
        return sorted(numbers)

    def _recurring(self, event: Event) -> Iterator[int]:
        anchor = self.anchor(event, 1)
        if anchor is None:
            return
        horizon = self.on if self.ended is None else min(self.on, self.ended.day)
        number = 1
        while window_of(event, anchor.day, number).due <= horizon:
            yield number
            number += 1
        yield number

    def planned(self, event: Event, repeat: int, concerned: Judged) -> Planned:
        anchor = self.anchor(event, repeat)
        window = None if anchor is None else window_of(event, anchor.day, repeat)
        done = self.happened[event.name].get(repeat)
        absent = self._absent(event, repeat)
        if done is not None:
            status, reason = _judged(done.day, window), ""
        else:
            status, reason = self._open(event, window, absent, concerned)
        own = done.fact if done is not None else absent
        return Planned(
            event=event.name,
            repeat=repeat,
            title=event.title,
            required=event.required,
            status=status,
            reason=reason,
            anchor="" if event.due is None else event.due.anchor,
            anchored=None if anchor is None else anchor.day,
            window=window,
            happened=None if done is None else done.day,
            facts=(*(() if anchor is None else (anchor.fact,)), *(() if own is None else (own,))),
            missing=() if done is None else self.filled.missing(event, repeat),
        )

    def _absent(self, event: Event, repeat: int) -> Fact | None:
        """Return the fact that says why the event has no day."""
        reasons = (Absent.NOT_DONE, Absent.UNKNOWN, Absent.NOT_APPLICABLE)
        found = (f for f in statements(event, self.state) if f.event_repeat == repeat)
        return next((f for f in found if f.value is None and f.absent in reasons), None)

    def _open(
        self, event: Event, window: Window | None, absent: Fact | None, concerned: Judged
    ) -> tuple[Status, str]:
        """Return where an event stands that did not take place, and why."""
        left_out = self._left_out(event, window, absent, concerned)
        if left_out:
            return Status.NOT_APPLICABLE, left_out
        if concerned.outcome is Outcome.UNKNOWN:
            gaps = "; ".join(str(gap) for gap in concerned.gaps)
            return Status.UNDECIDED, f"events.{event.name}.when is not known: {gaps}"
        if absent is not None:
            status = Status.MISSING if event.required else Status.LAPSED
            return status, f"stated as {absent.absent}"
        if window is None:
            return Status.NOT_PLANNED, self._unanchored(event)
        return _waiting(event, window, self.on), ""

    def _left_out(
        self, event: Event, window: Window | None, absent: Fact | None, concerned: Judged
    ) -> str:
        """Return why an event does not concern the subject, or no longer; empty where it does."""
        if concerned.outcome is Outcome.NOT_MET:
            return f"events.{event.name}.when is not met"
        if absent is not None and absent.absent == Absent.NOT_APPLICABLE:
            return f"stated as {absent.absent}"
        if self.ended is not None and (window is None or self.ended.day <= window.last):
            return str(self.ended)
        return ""

    def _unanchored(self, event: Event) -> str:
        if event.due is None:
            return "comes when it comes"
        anchor = self.protocol.event(event.due.anchor)
        title = event.due.anchor if anchor is None else anchor.title
        return f"counted from {title} ({event.due.anchor}), which has no day yet"


def _judged(day: date, window: Window | None) -> Status:
    if window is None or window.holds(day):
        return Status.DONE
    return Status.DONE_EARLY if day < window.first else Status.DONE_LATE


def _waiting(event: Event, window: Window, on: date) -> Status:
    if on < window.first:
        return Status.UPCOMING
    if on <= window.last:
        return Status.DUE
    return Status.OVERDUE if event.required else Status.LAPSED
