"""Which events a proposal places, in which order, and the search for their days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from petrial.protocol.events import Event
from petrial.protocol.model import Protocol
from petrial.protocol.rules import split_path
from petrial.subjects.happened import all_happenings
from petrial.subjects.judged import Outcome
from petrial.subjects.judging import judge_rule
from petrial.subjects.placing import Basis, Blocked, Board, Candidate, Placed
from petrial.subjects.spans import counted_by_day
from petrial.subjects.state import SubjectState

__all__ = ["LeftOut", "Planner", "added", "search"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An event that the proposal does not place, why, and which days were tried."""

    event: str
    title: str
    why: str
    blocked: tuple[Blocked, ...] = ()


@dataclass(frozen=True)
class Planner:
    """Which events are to be placed, in which order, and which are left out.

    ``chosen`` are settled days by event; rules are judged ``on`` a day.
    """

    protocol: Protocol
    state: SubjectState
    chosen: Mapping[str, date]
    on: date

    def is_firm(self, candidate: Candidate) -> bool:
        """Return whether a plan without this event is none: it hangs on a chosen day."""
        if candidate.basis is not Basis.PROPOSED or not self.chosen:
            return True
        above = set(self._line(candidate.event.name))
        return bool(above & set(self.chosen)) or any(
            candidate.event.name in self._line(name) for name in self.chosen
        )

    def _line(self, name: str) -> list[str]:
        """Return an event and all that it is counted from."""
        line: list[str] = []
        event = self.protocol.event(name)
        while event is not None and event.name not in line:
            line.append(event.name)
            event = None if event.due is None else self.protocol.event(event.due.anchor)
        return line

    def candidates(self) -> tuple[list[Candidate], list[LeftOut]]:
        """Return what is to be placed, each after what it is counted from, and what is not."""
        names = [n for t in self.protocol.tracers for u in t.uses for n in (u.injection, u.scan)]
        wanted = {above for name in (*names, *self.chosen) for above in self._line(name)}
        happened = all_happenings(self.protocol, self.state)
        found: dict[str, Candidate] = {}
        left_out: list[LeftOut] = []
        for event in self._ordered([e for e in self.protocol.events if e.name in wanted]):
            first = next(iter(happened[event.name].values()), None)
            why = self._left_out(event, found)
            if first is not None:
                found[event.name] = Candidate(event, Basis.HAPPENED, first.day)
            elif event.name in self.chosen:
                found[event.name] = Candidate(event, Basis.CHOSEN, self.chosen[event.name])
            elif why:
                left_out.append(LeftOut(event.name, event.title, why))
            else:
                found[event.name] = Candidate(event, Basis.PROPOSED)
        return list(found.values()), left_out

    def _left_out(self, event: Event, found: Mapping[str, Candidate]) -> str:
        if event.when is not None:
            judged = judge_rule(event.when, self.state, self.protocol, self.on)
            if judged.outcome is not Outcome.MET:
                gaps = "".join(f"; {gap}" for gap in judged.gaps)
                return f"events.{event.name}.when is {judged.outcome}{gaps}"
        if not event.required:
            return "it is optional; choose a day for it"
        if event.due is None:
            return "it comes when it comes; choose a day for it"
        if event.due.anchor not in found:
            return f"{event.due.anchor}, from which it is counted, has no day"
        return ""

    def _ordered(self, events: list[Event]) -> list[Event]:
        """Return the events so that each follows what it is counted from or must come after."""
        ordered: list[Event] = []
        waiting = {event.name: event for event in events}
        while waiting:
            free = [e for e in waiting.values() if not self._before(e, waiting, clock=False)]
            first = [e for e in free if not self._before(e, waiting, clock=True)]
            ordered.append(next(iter(first or free or waiting.values())))
            del waiting[ordered[-1].name]
        return ordered

    def _before(self, event: Event, waiting: Mapping[str, Event], *, clock: bool) -> set[str]:
        """Return which waiting events go before: the anchor; by the clock, what it must follow."""
        if not clock:
            return {event.due.anchor} & set(waiting) if event.due is not None else set()
        return {
            other
            for conflict in self.protocol.conflicts
            if not counted_by_day(conflict.gap) and split_path(conflict.later.item)[2] == event.name
            for other in (split_path(conflict.earlier.item)[2],)
            if other is not None and other in waiting and other != event.name
        }


def search(
    board: Board,
    candidates: list[Candidate],
    placed: Mapping[str, Placed],
    blocked: dict[Blocked, None],
    dead: set[object] | None = None,
) -> Mapping[str, Placed] | None:
    """Return the first way to place all candidates, in their order; None where there is none.

    What later candidates can see of a partial plan that failed is kept in ``dead``, so that no
    such plan is tried twice.
    """
    if not candidates:
        return placed
    dead = set() if dead is None else dead
    seen = (len(candidates), _seen(board.protocol, candidates, placed))
    if seen in dead:
        return None
    for one in board.placements(candidates[0], placed, blocked):
        whole = search(board, candidates[1:], {**placed, one.event.name: one}, blocked, dead)
        if whole is not None:
            return whole
    dead.add(seen)
    return None


def _seen(
    protocol: Protocol, candidates: list[Candidate], placed: Mapping[str, Placed]
) -> frozenset[object]:
    """Return what the placing of the remaining candidates can depend on."""
    anchors = {one.event.due.anchor for one in candidates if one.event.due is not None}
    injections = {use.injection for tracer in protocol.tracers for use in tracer.uses}
    items = {
        split_path(moments.item)[:2]
        for conflict in protocol.conflicts
        for moments in (conflict.earlier, conflict.later)
    }
    return frozenset(
        (name, one.day, tuple(sorted((path, str(when)) for path, when in one.moments.items())))
        for name, one in placed.items()
        if name in anchors | injections
        or any(split_path(path)[:2] in items for path in one.moments)
    )


def added(
    board: Board, candidates: list[Candidate], placed: Mapping[str, Placed]
) -> tuple[Mapping[str, Placed], list[LeftOut]]:
    """Place what hangs on no chosen day beside the others, each on its first free day."""
    left_out: list[LeftOut] = []
    for one in candidates:
        blocked: dict[Blocked, None] = {}
        found = next(board.placements(one, placed, blocked), None)
        if found is not None:
            placed = {**placed, one.event.name: found}
        else:
            rules = ", ".join(dict.fromkeys(one.rule for one in blocked))
            why = f"no day of its window is free: {rules}" if blocked else "its anchor has no day"
            left_out.append(LeftOut(one.event.name, one.event.title, why, tuple(blocked)))
    return placed, left_out
