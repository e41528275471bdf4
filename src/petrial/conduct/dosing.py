"""Read models of doses and of proposed days."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from petrial.conduct.desk import Desk, study_state
from petrial.conduct.overview import noted, opened_subject
from petrial.protocol.model import Role
from petrial.subjects.doses import DosePart, effective_doses
from petrial.subjects.proposal import Proposal, propose
from petrial.subjects.routine import ClosedDays, Routine
from petrial.subjects.study import unblinded
from petrial.subjects.visibility import shown
from petrial.vocabulary.errors import RefusedError, UsageError
from petrial.vocabulary.knowledge import Known

__all__ = ["DoseRow", "DoseView", "Wish", "dose_list", "proposal_for"]


@dataclass(frozen=True, slots=True)
class DoseRow:
    """One administration; figures as text, empty where they are not known."""

    tracer: str
    injected_at: str
    net_mbq: str
    effective_msv: str
    note: str


@dataclass(frozen=True, slots=True)
class DoseView:
    """The administrations of a subject and the sum of their effective doses."""

    rows: tuple[DoseRow, ...]
    total_msv: str

    def as_data(self) -> dict[str, object]:
        """Return it as data."""
        return asdict(self)


def dose_list(desk: Desk, subject: str) -> DoseView:
    """Return the administrations of a subject: net activity, effective dose, and their sum.

    Raises
    ------
    RefusedError
        There is no such subject at the person's sites, or its role does not see injections.
    """
    state, person, protocol = opened_subject(desk, subject)
    opened = unblinded(study_state(desk.ledger))
    facts = shown(state, person.role, protocol, unblinded=opened)
    visible = {fact.seq for fact in facts}
    doses = effective_doses(protocol, state)
    if any(fact.seq not in visible for part in doses.parts for fact in part.administration.facts):
        raise _unseen(subject, person.role, "injections of tracers")
    noted(desk, person, subject, "doses")
    total = f"{doses.total.millisievert:.2f} mSv"
    if doses.problems:
        total += f", without {len(doses.problems)} that cannot be computed"
    if doses.unconfirmed:
        total += "; coefficients not confirmed: " + ", ".join(doses.unconfirmed)
    return DoseView(tuple(_row(part) for part in doses.parts), total)


def _row(part: DosePart) -> DoseRow:
    given = part.administration
    net = f"{given.net.value.megabecquerel:.2f}" if isinstance(given.net, Known) else ""
    dose = f"{part.dose.value.millisievert:.2f}" if isinstance(part.dose, Known) else ""
    note = "" if isinstance(part.dose, Known) else part.dose.reason
    if part.coefficient is not None and not part.coefficient.confirmed:
        note = "; ".join(filter(None, (note, f"coefficient {part.coefficient} is not confirmed")))
    injected = given.facts[0].value or "" if given.facts else ""
    return DoseRow(given.tracer.name, injected, net, dose, note)


def _unseen(subject: str, role: Role, what: str) -> RefusedError:
    return RefusedError(
        where=f"show {subject}",
        field=f"permission to see {what}",
        got=role.value,
        wanted="a role to whom the protocol shows them",
        do="ask someone who has such a role",
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """Days that are settled, by event, or by the injection of a tracer."""

    events: Mapping[str, date]
    tracers: Mapping[str, date]


def proposal_for(
    desk: Desk, subject: str, wish: Wish, closed: ClosedDays, routine: Routine
) -> Proposal:
    """Return days for all tracer events of a subject.

    Parameters
    ----------
    desk, subject
        Who asks, and for whom.
    wish
        Days that are settled.
    closed, routine
        Of the subject's site.

    Raises
    ------
    RefusedError
        No such subject, no days keep all rules (what forbids which day is named), or a reader
        asks: the plan tells of therapy.
    UsageError
        The protocol has no such tracer.
    """
    state, person, protocol = opened_subject(desk, subject)
    if person.role is Role.READER:
        raise _unseen(subject, person.role, "the plan of all days")
    noted(desk, person, subject, "proposal of days")
    chosen = dict(wish.events)
    for short, day in wish.tracers.items():
        found = [t for t in protocol.tracers if short.lower() in t.name.lower()]
        if len(found) != 1:
            raise UsageError(
                where="schedule propose",
                field="tracer",
                got=short,
                wanted="one of: " + ", ".join(t.name for t in protocol.tracers),
                do="name the event instead: --day EVENT=DATE",
            )
        chosen[found[0].injection] = day
    return propose(protocol, state, closed, chosen, routine, desk.clock().date())
