"""How every act takes place: who acts, what they see, decide, store; or a refusal and nothing.

An act is a function that hands ``perform`` a pure decision. ``perform`` checks permission and
site, loads the state, lets the decision be made, and appends its facts in one unit of work. An
act that is refused, or fails on the way, leaves no trace in the ledger.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple, NoReturn

from petrial.conduct.identity import numbers_of, twins
from petrial.conduct.ledger import Clock, Ledger, Stamp, UnitOfWork
from petrial.conduct.permissions import AFTER_ERASURE, OF_STUDY, PERMITTED, Act
from petrial.protocol.model import Protocol, Role
from petrial.subjects.facts import STUDY, Draft, Fact
from petrial.subjects.records import SUBJECT
from petrial.subjects.state import SubjectState
from petrial.subjects.study import ALL_SITES, grants, in_force
from petrial.vocabulary.errors import Problem, RefusedError

__all__ = [
    "VIA",
    "Decision",
    "Desk",
    "Done",
    "Person",
    "View",
    "author_of",
    "enter",
    "named_via",
    "perform",
    "protocol_for",
    "refuse",
    "study_state",
]


VIA: Final = " via "
"""Stands between a person and the account that acted for them; in no person's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where someone acts.

    Attributes
    ----------
    ledger
        The study's ledger.
    clock
        Tells now.
    user
        Who acts; the entry point vouches for it.
    via
        The account of the operating system that acts for them; it stands beside the name in the
        ledger where it is another.
    role
        In which role; None where the person has only one.
    parse
        Turns the text of a protocol file into a protocol; its second argument says where.
    draw
        Returns a random whole number between its two arguments, both included.
    """

    ledger: Ledger
    clock: Clock
    user: str
    via: str
    role: Role | None
    parse: Callable[[str, str], Protocol]
    draw: Callable[[int, int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who acts, in which role, at which sites (``*`` for all)."""

    user: str
    role: Role
    sites: frozenset[str]

    def at(self, site: str) -> bool:
        """Return whether the role holds at ``site``."""
        return ALL_SITES in self.sites or site in self.sites


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a decision is made from.

    Attributes
    ----------
    state
        The subject's, or the study's own where the act is of the study.
    study
        What the study's own chain says.
    protocol
        In force at the site, or in the whole study.
    person, now
        Who acts, and when.
    numbers
        For a registration, and where the hospital's number is stated: those of the site, as
        ``identity.numbers_of`` gives them.
    sealed
        For an erasure: commitments to all texts that were ever sealed in the chain.
    """

    state: SubjectState
    study: SubjectState
    protocol: Protocol
    person: Person
    now: datetime
    numbers: dict[str, str] = field(default_factory=dict)
    sealed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be stated, and what the person should be told beside.

    ``keep`` are texts of protocol files to be kept with it, ``erase`` commitments whose sealed
    texts are to be erased.
    """

    drafts: tuple[Draft, ...]
    notes: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    erase: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an act did, or with ``dry_run`` would have done; ``facts`` is empty then."""

    act: Act
    subject: str
    drafts: tuple[Draft, ...]
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    dry_run: bool


def refuse(problems: Sequence[Problem]) -> NoReturn:
    """Raise the first problem as a refusal, with the others as its notes."""
    error = RefusedError.of(problems[0])
    for other in problems[1:]:
        error.add_note(str(other))
    raise error


def author_of(desk: Desk) -> str:
    """Return the name that is recorded: the person, and the account that acted for them."""
    return named_via(desk.user, desk.via)


def named_via(user: str, account: str) -> str:
    """Return a person's name with the account that acted, where that is another.

    >>> named_via("anna", "anna"), named_via("anna", "clinic")
    ('anna', 'anna via clinic')
    """
    return user if account in {"", user} else f"{user}{VIA}{account}"


def study_state(ledger: Ledger) -> SubjectState:
    """Return the state of the study's own chain."""
    return SubjectState.of(STUDY, ledger.current(STUDY))


def enter(desk: Desk, study: SubjectState, act: Act) -> Person:
    """Return who acts, after checking that they have a role that may.

    Raises
    ------
    RefusedError
        Nobody of this name has a role; the role asked for is not theirs; several roles fit and
        none was named; or the role may not do this.
    """
    held = [grant for grant in grants(study) if grant.user == desk.user]
    where = f"{act.value} by {desk.user}"
    roles = sorted({grant.role for grant in held})
    allowed = PERMITTED[act]
    fit = [role for role in roles if role in allowed] if desk.role is None else [desk.role]
    if not held or (desk.role is not None and desk.role not in roles):
        raise RefusedError(
            where=where,
            field="role",
            got=", ".join(roles) or "no role in this study",
            wanted="a role in this study" if desk.role is None else desk.role.value,
            do="let an administrator grant it: `petrial study grant USER ROLE`",
        )
    if not fit or fit[0] not in allowed:
        raise RefusedError(
            where=where,
            field=f"permission to {act.value}",
            got=", ".join(roles if desk.role is None else fit),
            wanted="one of: " + ", ".join(allowed),
            do="ask someone who has that role",
        )
    if len(fit) > 1:
        raise RefusedError(
            where=where,
            field="role",
            got=", ".join(fit),
            wanted="one role, for it is recorded with the act",
            do=f"add --role {fit[0]}",
        )
    sites = frozenset(grant.site for grant in held if grant.role is fit[0])
    return Person(user=desk.user, role=fit[0], sites=sites)


def protocol_for(desk: Desk, study: SubjectState, site: str, now: datetime) -> Protocol:
    """Return the protocol in force at a site (``*`` for the whole study).

    Raises
    ------
    RefusedError
        None is in force there yet.
    """
    adoption = in_force(study, site, now.date())
    if adoption is None:
        raise RefusedError(
            where=f"site {site}",
            field="protocol in force",
            got=None,
            wanted=f"a version adopted for {now.date()}",
            do="let an administrator adopt one: `petrial protocol adopt`",
        )
    where = f"protocol {adoption.version}"
    return desk.parse(desk.ledger.protocol_text(adoption.digest), where)


def perform(  # noqa: PLR0913  three of them are given by name only
    desk: Desk,
    act: Act,
    subject: str,
    decide: Callable[[View], Decision],
    *,
    site: str | None = None,
    alone: bool = False,
    dry_run: bool = False,
) -> Done:
    """Let an act take place, whole or not at all.

    Parameters
    ----------
    desk
        Where, and by whom.
    act
        Which.
    subject
        Whose chain it is recorded in; ``@study`` for acts of the study.
    decide
        The decision: pure, from what stands now. It raises RefusedError to refuse.
    site
        The site, for a subject that is being registered and for acts about one site; otherwise
        the subject's own.
    alone
        Whether nobody may act in the study meanwhile, for the act tells who a subject is.
    dry_run
        Only say what would happen.

    Raises
    ------
    RefusedError
        Permission, site, protocol or state forbid it; or the texts of the subject were erased.
    LedgerError
        Someone else changed the same in the meantime, or the ledger cannot be written.
    """
    with desk.ledger.unit() as unit:
        view, place = _viewed(desk, act, subject, unit, _Asked(site or "", alone))
        decision = decide(view)
        stamp = Stamp(
            act=act.value,
            site="" if subject == STUDY else place,
            author=author_of(desk),
            role=view.person.role.value,
            protocol=view.protocol.identity.version,
            recorded=view.now,
        )
        stated: tuple[Fact, ...] = ()
        if not dry_run and decision.drafts:
            for text in decision.keep:
                unit.keep_protocol(text)
            unit.erase(decision.erase)
            stated = tuple(unit.append(subject, decision.drafts, stamp))
            unit.commit()
    return Done(
        act=act,
        subject=subject,
        drafts=decision.drafts,
        facts=stated,
        notes=decision.notes,
        dry_run=dry_run,
    )


class _Asked(NamedTuple):
    """The site that was named, and whether the act takes place alone."""

    site: str
    alone: bool


def _viewed(
    desk: Desk, act: Act, subject: str, unit: UnitOfWork, asked: _Asked
) -> tuple[View, str]:
    """Return what is to be decided from, and the site, after checking role, subject and site."""
    new = act is Act.REGISTER  # the study's chain is locked for it: two cannot register at once
    locked = subject == STUDY or new or asked.alone
    # Otherwise it is shared: no role ends, no batch is rejected meanwhile.
    stated = unit.current(STUDY) if locked else unit.shared(STUDY)
    study = SubjectState.of(STUDY, stated)
    person = enter(desk, study, act)
    if subject == STUDY:
        state, place = study, asked.site or ALL_SITES
    else:
        facts = unit.current(subject)
        state = SubjectState.of(subject, facts, unit.opened(facts))
        place = state.site or asked.site
    now = desk.clock()  # after waiting for others, so that no fact is recorded before theirs
    _known(state, act, subject)
    if not person.at(place):
        _elsewhere(person, act, place)
    if new and (alike := twins(desk.ledger.subjects(), subject)):
        refuse(alike)
    if subject != STUDY and act not in AFTER_ERASURE and state.own(SUBJECT, "erased") is not None:
        _forgotten(act, subject)
    protocol = protocol_for(desk, study, place, now)
    view = View(
        state=state,
        study=study,
        protocol=protocol,
        person=person,
        now=now,
        numbers=numbers_of(desk.ledger, protocol, place) if new or asked.alone else {},
        sealed=_sealed(unit.facts(subject)) if act is Act.ERASE else (),
    )
    return view, place


def _sealed(facts: Sequence[Fact]) -> tuple[str, ...]:
    values = [fact.value for fact in facts if fact.sealed and fact.value is not None]
    return (*values, *(fact.reason for fact in facts if fact.reason))


def _known(state: SubjectState, act: Act, subject: str) -> None:
    new = act is Act.REGISTER
    if (subject == STUDY) != (act in OF_STUDY):
        raise RefusedError(
            where=f"{act.value} {subject}",
            field="subject",
            got="the study itself" if subject == STUDY else subject,
            wanted="the study itself" if act in OF_STUDY else "a subject",
            do="check the number: `petrial subjects list`",
        )
    if subject == STUDY or (state.status is None) == new:
        return
    raise RefusedError(
        where=f"{act.value} {subject}",
        field="subject",
        got=f"{subject}, already registered" if new else f"{subject}, not registered",
        wanted="a new subject" if new else "a registered subject",
        do="choose another number" if new else "check the number: `petrial subjects list`",
    )


def _forgotten(act: Act, subject: str) -> NoReturn:
    raise RefusedError(
        where=f"{act.value} {subject}",
        field="subject",
        got="erased",
        wanted="a subject whose texts were not erased",
        do="after an erasure nothing is added: the person asked to be forgotten",
    )


def _elsewhere(person: Person, act: Act, place: str) -> NoReturn:
    raise RefusedError(
        where=f"{act.value} by {person.user}",
        field="site",
        got=place if place != ALL_SITES else "the whole study",
        wanted=f"{person.role.value} at: " + ", ".join(sorted(person.sites)),
        do="each site sees and changes its own subjects only; ask someone of that site",
    )
