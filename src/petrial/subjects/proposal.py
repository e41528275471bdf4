"""A plan of all tracer days of a subject, and what to order for them; or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from petrial.protocol.events import Effect
from petrial.protocol.model import Protocol, StudyTracer
from petrial.subjects.conflicts import Broken, Timeline
from petrial.subjects.doses import half_life_of, order_activity
from petrial.subjects.happened import all_happenings, ended
from petrial.subjects.placing import Basis, Blocked, Board, Placed
from petrial.subjects.planner import LeftOut, Planner, added, search
from petrial.subjects.routine import Calibration, ClosedDays, Routine
from petrial.subjects.schedule import Window
from petrial.subjects.state import SubjectState
from petrial.vocabulary.errors import RefusedError
from petrial.vocabulary.knowledge import Unknown
from petrial.vocabulary.quantities import Activity, HalfLife

__all__ = [
    "Basis",
    "Blocked",
    "Calibration",
    "ClosedDays",
    "LeftOut",
    "NoPlanError",
    "Order",
    "Proposal",
    "ProposedDay",
    "Routine",
    "propose",
]


@dataclass(frozen=True, slots=True)
class Order:
    """The activity to order so that the prescribed one is there at injection.

    ``ordered`` is stated for the calibration moment; ``confirmed`` says whether a source stands
    behind the prescribed activity.
    """

    tracer: str
    prescribed: Activity
    ordered: Activity
    half_life: HalfLife
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedDay:
    """One event of a proposal.

    Attributes
    ----------
    event, title, tracer
        Which; no tracer for what only others are counted from.
    basis
        Whether the day was proposed, chosen, or is when it took place.
    day, window
        When, and within what; no window where nothing sets one.
    starts
        Moment of injection or scan by the site's usual times; None where no clock time is known.
    not_before
        Earliest moment on that day, where something must come first.
    order
        What to order for an injection.
    notes
        What to heed, and why there is no order where one is wanted.
    """

    event: str
    title: str
    tracer: str
    basis: Basis
    day: date
    window: Window | None
    starts: datetime | None
    not_before: datetime | None
    order: Order | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Days that keep every window, closed day and conflict; in order of time.

    ``warnings`` are rules of time that only warn and could not all be kept.
    """

    subject: str
    days: tuple[ProposedDay, ...]
    left_out: tuple[LeftOut, ...]
    warnings: tuple[Broken, ...]

    def day_of(self, event: str) -> date | None:
        """Return the day of an event; None where it is left out."""
        return next((one.day for one in self.days if one.event == event), None)


class NoPlanError(RefusedError):
    """No days keep all rules; ``blocked`` holds every day that was tried and what forbids it."""

    blocked: tuple[Blocked, ...] = ()

    @classmethod
    def because(cls, subject: str, blocked: tuple[Blocked, ...]) -> "NoPlanError":
        """Return the refusal with its reasons."""
        error = cls(
            where=f"{subject}, plan",
            field="days of the tracers",
            got="; ".join(str(one) for one in blocked),
            wanted="days inside their windows, on which the site is open, with no conflict",
            do="choose another first day, or another day for what is forbidden",
        )
        error.blocked = blocked
        return error


def propose(
    protocol: Protocol,
    state: SubjectState,
    closed: ClosedDays,
    chosen: Mapping[str, date],
    routine: Routine,
    on: date,
) -> Proposal:
    """Return days for all tracer events, and for those that they are counted from.

    Parameters
    ----------
    closed
        Days on which the site neither injects nor scans; they hold for chosen days too.
    chosen
        Days that are settled, by event, such as that of the first injection.
    routine
        Usual clock times of the site, for moments and orders.
    on
        Today: days before it are not proposed, nor before the first chosen day where that is
        earlier.

    Notes
    -----
    Each event takes the free day nearest to its due day, of two the earlier; an event that others
    are counted from goes first and gives way where they find no day. Conflicts that only warn are
    kept where that is possible. What does not hang together with a chosen day (the standard
    work-up beside a chosen first injection) is placed afterwards, on a day that keeps the conflicts
    that only warn as well; or it is left out with its reasons.

    Raises
    ------
    NoPlanError
        What hangs together with the chosen days cannot all be placed; with no chosen day: any.
    RefusedError
        The subject's course has ended, or a chosen event is unknown or took place already.
    ProtocolError
        A window or a gap of the protocol cannot be counted.
    """
    _check(protocol, state, chosen)
    planner = Planner(protocol, state, chosen, on)
    candidates, left_out = planner.candidates()
    bound = min((on, *chosen.values()))
    timeline = Timeline.of(protocol, state)
    warnings = {f"conflicts.{c.name}" for c in protocol.conflicts if c.effect is Effect.WARN}
    blocked: dict[Blocked, None] = {}
    for heeds_warnings in (True, False):
        board = Board(protocol, state, timeline, closed, routine, bound, heeds_warnings)
        blocked = {}
        firm = [one for one in candidates if planner.is_firm(one)]
        placed = search(board, firm, {}, blocked)
        if placed is not None:
            loose = [one for one in candidates if not planner.is_firm(one)]
            placed, without = added(replace(board, heeds_warnings=True), loose, placed)
            return _proposal(board, placed, (*left_out, *without))
        if not any(one.rule in warnings for one in blocked):
            break
    order = [event.name for event in protocol.events]
    tried = sorted(blocked, key=lambda one: (order.index(one.event), one.day))
    raise NoPlanError.because(state.subject, tuple(tried))


def _check(protocol: Protocol, state: SubjectState, chosen: Mapping[str, date]) -> None:
    over = ended(protocol, state)
    if over is not None:
        raise RefusedError(
            where=state.subject,
            field="state of the subject",
            got=str(over),
            wanted="a subject whose course goes on",
            do="plan nothing more",
        )
    happened = all_happenings(protocol, state)
    for name, day in chosen.items():
        if name not in happened or happened[name]:
            took = [one.day.isoformat() for one in happened.get(name, {}).values()]
            raise RefusedError(
                where=f"{state.subject}, plan",
                field=f"chosen day of {name}",
                got=f"{day}; it took place on {took[0]}" if took else str(day),
                wanted="a day for an event of the protocol that has not taken place",
                do="leave it out" if took else "correct the name of the event",
            )


def _proposal(
    board: Board, placed: Mapping[str, Placed], left_out: tuple[LeftOut, ...]
) -> Proposal:
    planned = {path: whens for one in placed.values() for path, whens in one.moments.items()}
    days = sorted(placed.values(), key=lambda one: one.day)
    return Proposal(
        board.state.subject,
        tuple(_proposed(board, one) for one in days),
        left_out,
        board.timeline.broken_by(planned),
    )


def _proposed(board: Board, one: Placed) -> ProposedDay:
    tracers = [
        tracer
        for tracer in board.protocol.tracers
        for use in tracer.uses
        if one.event.name in {use.injection, use.scan}
    ]
    proposed = ProposedDay(
        event=one.event.name,
        title=one.event.title,
        tracer=tracers[0].name if tracers else "",
        basis=one.basis,
        day=one.day,
        window=one.window,
        starts=one.starts,
        not_before=one.not_before,
        order=None,
        notes=one.notes,
    )
    injected = [t for t in tracers if one.event.name in {use.injection for use in t.uses}]
    if not injected or one.basis is Basis.HAPPENED:
        return proposed
    order = _order(board.routine, injected[0], one)
    if isinstance(order, Order):
        return replace(proposed, order=order)
    return replace(proposed, notes=(*one.notes, order))


def _order(routine: Routine, tracer: StudyTracer, injection: Placed) -> Order | str:
    """Return the order of an injection, or why there is none."""
    half_life, calibration = half_life_of(tracer), routine.calibrated.get(tracer.name)
    if tracer.activity is None:
        return "nothing to order by: the protocol prescribes no activity"
    if isinstance(half_life, Unknown):
        return f"nothing to order by: {half_life.reason}"
    if injection.starts is None or calibration is None:
        missing = "usual time of injection" if injection.starts is None else "calibration moment"
        return f"nothing to order by: the site's {missing} for {tracer.name} is not stated"
    prescribed = Activity.megabecquerels(tracer.activity.value, injection.starts)
    ordered = order_activity(
        prescribed,
        calibration.on(injection.day, routine.zone),
        half_life.value,
        routine.residual.get(tracer.name, 0.0),
    )
    return Order(tracer.name, prescribed, ordered, half_life.value, tracer.activity.confirmed)
