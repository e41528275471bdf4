"""Placing one event on one day: window, closed days, conflicts, and clock times within the day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from petrial.protocol.events import Effect, Event
from petrial.protocol.forms import FormKind
from petrial.protocol.model import Protocol, StudyTracer, TracerUse
from petrial.protocol.rules import split_path
from petrial.subjects.conflicts import Broken, Plans, Timeline
from petrial.subjects.doses import injections_of
from petrial.subjects.routine import ClosedDays, Routine
from petrial.subjects.schedule import Window, window_of
from petrial.subjects.spans import When, counted_by_day, span_of, when_of
from petrial.subjects.state import SubjectState

__all__ = ["Basis", "Blocked", "Board", "Candidate", "Placed"]


class Basis(StrEnum):
    """Why an event stands on its day."""

    HAPPENED = "took place"
    CHOSEN = "chosen"
    PROPOSED = "proposed"


@dataclass(frozen=True, slots=True)
class Blocked:
    """A day that was tried for an event, and the rule that forbids it.

    ``rule`` is a path in the protocol, or names the site's closed days.
    """

    event: str
    day: date
    rule: str
    why: str

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.event} on {self.day:%A %Y-%m-%d}: {self.why} ({self.rule})"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that is to be placed; ``day`` where it is settled already."""

    event: Event
    basis: Basis
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An event on its day.

    Attributes
    ----------
    window
        In which it must lie; None where nothing sets one.
    moments
        What it would state, by item; empty for what took place, which facts state.
    starts
        Moment of injection or of scan; None where no clock time is known.
    not_before
        Earliest moment on that day, where something must come first.
    notes
        What to heed on the day.
    """

    event: Event
    basis: Basis
    day: date
    window: Window | None
    moments: Plans = field(default_factory=dict)
    starts: datetime | None = None
    not_before: datetime | None = None
    notes: tuple[str, ...] = ()


_Placements = Mapping[str, Placed]


@dataclass(frozen=True)
class Board:
    """What all placements share.

    ``first_day``: days before it are not proposed. ``heeds_warnings``: whether conflicts that only
    warn forbid a day as well.
    """

    protocol: Protocol
    state: SubjectState
    timeline: Timeline
    closed: ClosedDays
    routine: Routine
    first_day: date
    heeds_warnings: bool

    def placements(
        self, candidate: Candidate, placed: _Placements, blocked: dict[Blocked, None]
    ) -> Iterator[Placed]:
        """Yield each way to place an event beside what is placed, the best first.

        The due day comes first, then the nearest, of two the earlier. Days that cannot be are
        added to ``blocked``.
        """
        event, window = candidate.event, self._window(candidate.event, placed)
        if candidate.basis is Basis.HAPPENED and candidate.day is not None:
            yield Placed(event=event, basis=candidate.basis, day=candidate.day, window=window)
            return
        for day in self._days(candidate, window):
            found = self._tried(candidate, window, day, placed)
            if isinstance(found, Placed):
                yield found
            else:
                blocked.update(dict.fromkeys(found))

    def _window(self, event: Event, placed: _Placements) -> Window | None:
        anchor = None if event.due is None else placed.get(event.due.anchor)
        return None if anchor is None else window_of(event, anchor.day)

    @staticmethod
    def _days(candidate: Candidate, window: Window | None) -> list[date]:
        if candidate.day is not None:
            return [candidate.day]
        if window is None:
            return []
        length = (window.last - window.first).days + 1
        days = [window.first + timedelta(days=number) for number in range(length)]
        return sorted(days, key=lambda day: (abs(day - window.due), day))

    def _tried(
        self, candidate: Candidate, window: Window | None, day: date, placed: _Placements
    ) -> Placed | list[Blocked]:
        event = candidate.event
        forbidden = list(self._forbidden(candidate, window, day))
        if forbidden:
            return forbidden
        known = {path: whens for one in placed.values() for path, whens in one.moments.items()}
        clock = _Clock(self, event, day, placed, known)
        usual, notes = clock.injection()
        if usual.date() != day:
            why = f"possible from {usual:%Y-%m-%d %H:%M} only: {'; '.join(notes)}"
            return [Blocked(event.name, day, "conflicts", why)]
        earliest, _ = clock.pushed(time.min)
        moments, starts, remarks = clock.moments(usual)
        broken = [
            Blocked(event.name, day, f"conflicts.{one.conflict.name}", str(one))
            for one in self._newly_broken(known, moments)
        ]
        if broken:
            return broken
        return Placed(
            event=event,
            basis=candidate.basis,
            day=day,
            window=window,
            moments=moments,
            starts=starts,
            not_before=None if earliest.time() == time.min else earliest,
            notes=(*notes, *remarks),
        )

    def _newly_broken(self, known: Plans, moments: Plans) -> list[Broken]:
        """Return the rules that forbid a day for these moments, not those broken without them."""
        found = [
            one
            for one in self.timeline.broken_by({**known, **moments})
            if one.conflict.effect is Effect.REFUSE or self.heeds_warnings
        ]
        before = self.timeline.broken_by(known) if found else ()
        return [one for one in found if one not in before]

    def _forbidden(
        self, candidate: Candidate, window: Window | None, day: date
    ) -> Iterator[Blocked]:
        """Yield what forbids a day before anything else is looked at."""
        name = candidate.event.name
        if window is not None and not window.holds(day):
            why = f"its window is {window.first} to {window.last}"
            yield Blocked(name, day, f"events.{name}.due", why)
        if candidate.basis is Basis.PROPOSED and day < self.first_day:
            yield Blocked(name, day, f"events.{name}.due", f"it lies before {self.first_day}")
        closed = self.closed.why(day)
        if closed:
            yield Blocked(name, day, "closed days of the site", closed)


@dataclass(frozen=True)
class _Clock:
    """The clock times of one event on one day."""

    board: Board
    event: Event
    day: date
    placed: _Placements
    known: Plans

    def _uses(self) -> Iterator[tuple[StudyTracer, TracerUse]]:
        for tracer in self.board.protocol.tracers:
            for use in tracer.uses:
                if self.event.name in {use.injection, use.scan}:
                    yield tracer, use

    def injection(self) -> tuple[datetime, tuple[str, ...]]:
        """Return when the event's tracer can be injected, from its usual time of the day on."""
        own = (tracer for tracer, use in self._uses() if self._injects(use))
        usual = (self.board.routine.injected.get(tracer.name) for tracer in own)
        return self.pushed(next((clock for clock in usual if clock is not None), time.min))

    def pushed(self, clock: time) -> tuple[datetime, tuple[str, ...]]:
        """Return the first moment from a clock time on at which an injection keeps the conflicts.

        With the texts of those that it had to wait for. It can lie on a later day.
        """
        paths = [_at(u.injected, u.injection) for _, u in self._uses() if self._injects(u)]
        moment = datetime.combine(self.day, clock, self.board.routine.zone)
        texts: dict[str, None] = {}
        while paths and moment.date() == self.day:
            plans = {**self.known, **dict.fromkeys(paths, (moment,))}
            later = [
                (one.free_from.astimezone(self.board.routine.zone), one.conflict.text)
                for one in self.board.timeline.broken_by(plans)
                if one.later is moment
                and isinstance(one.free_from, datetime)
                and one.free_from > moment
            ]
            if not later:
                break
            moment = max(free for free, _ in later)
            texts.update(dict.fromkeys(text for _, text in later))
        return moment, tuple(texts)

    def _injects(self, use: TracerUse) -> bool:
        return use.injection == self.event.name

    def moments(self, usual: datetime) -> tuple[Plans, datetime | None, tuple[str, ...]]:
        """Return what the event would state, when it starts, and what to heed."""
        found: dict[str, tuple[When, ...]] = {
            _at(self.event.happened, self.event.name): (self.day,)
        }
        starts: datetime | None = None
        notes: tuple[str, ...] = ()
        for tracer, use in self._uses():
            injection = self._injection(tracer, use, usual)
            if self._injects(use):
                found[_at(use.injected, use.injection)] = (injection or self.day,)
                starts = injection
            if use.scan == self.event.name:
                scan = _scan_of(tracer, injection)
                found[_at(use.scanned, use.scan)] = (scan or self.day,)
                found |= self._scan_end(tracer, use, scan)
                starts = starts or scan
                if scan is not None and tracer.name not in self.board.routine.scanned_for:
                    notes = (f"how long a scan of {tracer.name} takes is not stated",)
        return found, starts, notes

    def _injection(self, tracer: StudyTracer, use: TracerUse, usual: datetime) -> datetime | None:
        """Return when the tracer is injected: as stated, as planned, or as usual on this day."""
        if not self._injects(use):
            planned = self.placed.get(use.injection)
            if planned is not None and planned.basis is not Basis.HAPPENED:
                return planned.starts
            texts = (self.board.state.text(f) for f in injections_of(self.board.state, tracer, use))
            stated = [when_of(text) for text in texts if text is not None]
            return next((when for when in stated if isinstance(when, datetime)), None)
        return usual if tracer.name in self.board.routine.injected else None

    def _scan_end(
        self, tracer: StudyTracer, use: TracerUse, scan: datetime | None
    ) -> dict[str, tuple[When, ...]]:
        """Return the end of the scan; its start where nobody said how long it takes."""
        form, _, _ = split_path(use.scanned)
        found = self.board.protocol.form(form)
        if found is None or found.kind is not FormKind.SERIES:
            return {}
        takes = self.board.routine.scanned_for.get(tracer.name, timedelta(0))
        return {f"{form}.scan_ended_at@{use.scan}": (self.day if scan is None else scan + takes,)}


def _scan_of(tracer: StudyTracer, injection: datetime | None) -> datetime | None:
    """Return when the scan starts; None where the uptake time counts days."""
    target = tracer.uptake.target
    if injection is None or counted_by_day(target):
        return None
    return injection + span_of(target, f"tracers.{tracer.name}.uptake.target")


def _at(path: str, event: str) -> str:
    return path if "@" in path else f"{path}@{event}"
