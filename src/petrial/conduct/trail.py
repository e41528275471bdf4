"""The audit trail as rows: who entered, changed, saw or exported what, when and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from petrial.conduct.desk import (
    VIA,
    Desk,
    Person,
    enter,
    protocol_for,
    study_state,
)
from petrial.conduct.listings import Row
from petrial.conduct.overview import noted
from petrial.conduct.permissions import Act
from petrial.subjects.facts import STUDY, Fact, is_system
from petrial.subjects.state import SubjectState
from petrial.subjects.visibility import shown
from petrial.vocabulary.errors import RefusedError

__all__ = ["AccessRow", "TrailRow", "accesses", "audited", "trail"]


@dataclass(frozen=True, slots=True)
class TrailRow(Row):
    """One fact of a history.

    ``was`` is the value that it replaced; sealed values are shown as such unless the place is one
    of petrial's own. ``reason`` is why it changed; empty where none was asked.
    """

    seq: int
    recorded: str
    author: str
    role: str
    act: str
    place: str
    value: str
    was: str
    reason: str
    protocol: str
    hash: str


@dataclass(frozen=True, slots=True)
class AccessRow(Row):
    """One access: who saw or exported what of whom."""

    moment: str
    author: str
    role: str
    act: str
    subject: str
    what: str
    why: str


def audited(desk: Desk, what: str, subject: str = STUDY) -> Person:
    """Return who audits, after checking that they may; the access is noted.

    Raises
    ------
    RefusedError
        The role may not.
    """
    person = enter(desk, study_state(desk.ledger), Act.AUDIT)
    noted(desk, person, subject, what)
    return person


def trail(desk: Desk, subject: str = "", place: str = "", by: str = "") -> tuple[TrailRow, ...]:
    """Return the facts of a chain in their order, each with what it replaced and why.

    Parameters
    ----------
    desk
        Who asks: data manager, monitor or administrator, at the subject's site. All see that
        something was stated, by whom and when; the value, and why it changed, only who may see
        the item: experimental reads stay hidden from the monitor, all values from the
        administrator.
    subject
        Whose; empty for the study's own chain.
    place
        Only the history of this place, such as ``fes_injection/administration.weight_kg``, or
        ``@subject.status`` for one of petrial's own.
    by
        Only what this person stated.

    Raises
    ------
    RefusedError
        The role may not, or there is no such subject at its sites.
    """
    chain = subject or STUDY
    person = enter(desk, study_state(desk.ledger), Act.AUDIT)
    facts = tuple(desk.ledger.facts(chain))
    if not facts or (subject and not person.at(facts[0].site)):
        raise RefusedError(
            where="audit show",
            field="subject",
            got=subject,
            wanted="a subject of the sites of this role",
            do="look at the subjects that you may see: `petrial subjects list`",
        )
    noted(desk, person, chain, "audit trail")
    hidden = _Hidden(desk, person, chain)
    texts = desk.ledger.opened([fact for fact in facts if fact.reason])
    numbered = {fact.seq: fact for fact in facts}
    return tuple(
        TrailRow(
            seq=fact.seq,
            recorded=fact.recorded,
            author=fact.author,
            role=fact.role,
            act=fact.act,
            place=_named(fact),
            value=hidden.shown(fact),
            was="" if fact.replaces is None else hidden.shown(numbered[fact.replaces]),
            reason=hidden.reason(fact, texts),
            protocol=fact.protocol,
            hash=fact.hash,
        )
        for fact in facts
        if place in {"", _named(fact), str(fact.place)}
        and by in {"", fact.author.partition(VIA)[0]}
    )


def _named(fact: Fact) -> str:
    return str(fact.place).removeprefix("@own/")


class _Hidden:
    """What an auditing role sees of the values of one chain."""

    def __init__(self, desk: Desk, person: Person, subject: str) -> None:
        self._all = subject == STUDY
        self._seen: frozenset[int] = frozenset()
        if self._all:
            return
        study = study_state(desk.ledger)
        facts = tuple(desk.ledger.facts(subject))
        state = SubjectState.of(subject, facts)
        protocol = protocol_for(desk, study, state.site, desk.clock())
        self._seen = frozenset(f.seq for f in shown(state, person.role, protocol, facts))

    def shown(self, fact: Fact) -> str:
        """Return the value as text; where it is sealed or hidden, that it is."""
        if fact.sealed:
            return "(sealed)"
        if self._kept(fact):
            return "(hidden)"
        return f"{fact.value if fact.value is not None else fact.absent} {fact.unit}".strip()

    def reason(self, fact: Fact, texts: Mapping[str, str]) -> str:
        """Return why a value changed; where the value is hidden, that this is too."""
        if not fact.reason:
            return ""
        return "(hidden)" if self._kept(fact) else texts.get(fact.reason, "(erased)")

    def _kept(self, fact: Fact) -> bool:
        own = self._all or is_system(fact.form) or is_system(fact.item)
        return not own and fact.seq not in self._seen


def accesses(desk: Desk, subject: str = "", by: str = "") -> tuple[AccessRow, ...]:
    """Return who saw or exported what, in order.

    Parameters
    ----------
    desk
        Who asks.
    subject
        Of whom; empty for all.
    by
        Only what this person did.

    Raises
    ------
    RefusedError
        The role may not.
    """
    person = audited(desk, "access chain")
    sites = desk.ledger.subjects()
    return tuple(
        AccessRow(
            one.moment,
            one.access.author,
            one.access.role,
            one.access.act,
            one.access.subject,
            one.access.what,
            one.access.why,
        )
        for one in desk.ledger.seen()
        if subject in {"", one.access.subject}
        and by in {"", one.access.author.partition(VIA)[0]}
        and (one.access.subject == STUDY or person.at(sites.get(one.access.subject, "")))
    )
