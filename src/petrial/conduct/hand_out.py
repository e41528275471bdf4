"""What goes out: the facts that a person may export, and the access noted beside."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from petrial.conduct.desk import (
    Desk,
    Person,
    author_of,
    enter,
    protocol_for,
    study_state,
)
from petrial.conduct.filling import checked_reason
from petrial.conduct.ledger import Access
from petrial.conduct.permissions import Act
from petrial.protocol.model import Protocol
from petrial.subjects.facts import STUDY, Fact
from petrial.subjects.state import SubjectState
from petrial.subjects.study import ALL_SITES, adoptions, unblinded
from petrial.subjects.visibility import shown

__all__ = ["Parcel", "hand_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What may go out.

    Attributes
    ----------
    protocol
        In force now.
    protocols
        All that were adopted, oldest first, each version once.
    created
        Moment of the export.
    current
        Yields the newest visible fact at each place, by subject.
    history
        Yields every visible fact in the order of its chain; can be called again.
    reasons
        Texts of reasons for change, by commitment.
    """

    protocol: Protocol
    protocols: tuple[Protocol, ...]
    created: datetime
    current: Callable[[], Iterator[Fact]]
    history: Callable[[], Iterator[Fact]]
    reasons: Callable[[], Mapping[str, str]]


def hand_out(desk: Desk, what: str, purpose: str) -> Parcel:
    """Return what the person may export, after noting that they do and why.

    Parameters
    ----------
    desk
        Who asks.
    what
        The kind of file.
    purpose
        Why; it stands in the access chain.

    Raises
    ------
    RefusedError
        The role may not export, or no purpose is given.
    """
    study = study_state(desk.ledger)
    person = enter(desk, study, Act.EXPORT)
    why = checked_reason(purpose, "export")
    now = desk.clock()
    desk.ledger.saw(
        Access(
            act="exported",
            author=author_of(desk),
            role=person.role.value,
            subject=STUDY,
            what=f"{what}, sites {' '.join(sorted(person.sites))}",
            why=why,
        )
    )
    texts = {
        one.version: desk.parse(desk.ledger.protocol_text(one.digest), f"protocol {one.version}")
        for one in adoptions(study)
    }
    home = next(iter(sorted(person.sites)), ALL_SITES)
    pins = {head.subject: head.seq for head in desk.ledger.heads()}
    sight = _Sight(desk, person, pins)
    return Parcel(
        protocol=protocol_for(desk, study, home, now),
        protocols=tuple(texts.values()),
        created=now,
        current=lambda: sight.facts(whole=False),
        history=lambda: sight.facts(whole=True),
        reasons=sight.reasons,
    )


@dataclass(frozen=True, slots=True)
class _Sight:
    """What a person sees of the subjects of their sites, up to pinned numbers."""

    desk: Desk
    person: Person
    pins: Mapping[str, int]

    def facts(self, *, whole: bool) -> Iterator[Fact]:
        study = study_state(self.desk.ledger)
        opened = unblinded(study)
        for subject, site in self.desk.ledger.subjects().items():
            if subject not in self.pins or not self.person.at(site):
                continue
            chain = tuple(self.desk.ledger.facts(subject, {subject: self.pins[subject]}))
            targets = [fact for fact in chain if fact.item == "target"]
            state = SubjectState.of(subject, chain, self.desk.ledger.opened(targets))
            protocol = protocol_for(self.desk, study, site, self.desk.clock())
            facts = chain if whole else None
            yield from shown(state, self.person.role, protocol, facts, unblinded=opened)

    def reasons(self) -> Mapping[str, str]:
        """Return the texts of the reasons for change that may go out, by commitment."""
        changed = [fact for fact in self.facts(whole=True) if fact.reason]
        opened = self.desk.ledger.opened(changed)
        return {fact.reason: opened[fact.reason] for fact in changed if fact.reason in opened}
