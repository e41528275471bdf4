"""Acts of the study as a whole: founding, protocol versions, roles, analysis plan, unblinding."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from petrial.conduct.desk import VIA, Decision, Desk, Done, View, named_via, perform
from petrial.conduct.drafts import own, text_digest
from petrial.conduct.filling import checked_reason
from petrial.conduct.ledger import Ledger, Stamp
from petrial.conduct.permissions import CLINICAL, Act
from petrial.protocol.model import Protocol, Role
from petrial.subjects.facts import STUDY, Draft, Fact
from petrial.subjects.reconsent import TAKING_PART
from petrial.subjects.records import (
    CONSENT,
    GRANT,
    PROTOCOL,
    SUBJECT,
    Given,
)
from petrial.subjects.study import (
    ALL_SITES,
    adoptions,
    grants,
    in_force,
    next_repeat,
)
from petrial.vocabulary.errors import RefusedError

__all__ = [
    "Amendment",
    "adopt",
    "end_grant",
    "found",
    "grant",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A protocol version to bring into force.

    Attributes
    ----------
    text
        The protocol file.
    protocol
        What it holds.
    site
        Where; ``*`` for all.
    in_force_from
        First day.
    consent_again
        Names of the consents that subjects must be asked for anew.
    reason
        Why, as the ethics committee was told.
    """

    text: str
    protocol: Protocol
    site: str
    in_force_from: date
    consent_again: tuple[str, ...]
    reason: str


def found(
    ledger: Ledger,
    text: str,
    protocol: Protocol,
    administrator: str,
    now: datetime,
    *,
    via: str = "",
) -> tuple[Fact, ...]:
    """State the first facts of a study: its protocol, and who administers it.

    ``via`` is the account that acts; it stands beside the administrator where it is another.

    Raises
    ------
    RefusedError
        The ledger has facts already, or the administrator's name cannot be recorded.
    """
    _usable(administrator)
    with ledger.unit() as unit:
        if unit.current(STUDY):
            raise RefusedError(
                where=ledger.study,
                field="ledger",
                got="a study that was founded before",
                wanted="an empty ledger",
                do="choose another folder",
            )
        digest = unit.keep_protocol(text)
        drafts = (
            own(PROTOCOL, "version", protocol.identity.version),
            own(PROTOCOL, "hash", digest),
            own(PROTOCOL, "site", ALL_SITES),
            own(PROTOCOL, "in_force_from", now.date().isoformat()),
            own(PROTOCOL, "consent_again", ""),
            *_granted(1, administrator, Role.ADMINISTRATOR, ALL_SITES),
        )
        stamp = Stamp(
            act=Act.FOUND.value,
            site="",
            author=named_via(administrator, via),
            role=Role.ADMINISTRATOR.value,
            protocol=protocol.identity.version,
            recorded=now,
        )
        facts = tuple(unit.append(STUDY, drafts, stamp))
        unit.commit()
    return facts


def adopt(desk: Desk, amendment: Amendment, *, dry_run: bool = False) -> Done:
    """Bring a protocol version into force at a site, or everywhere, from a day on.

    Facts keep the version under which they were recorded. Who must consent again is told by
    ``petrial.conduct.overview.due_list``.

    Raises
    ------
    RefusedError
        Another protocol than this study's; a version that was adopted with another content; a
        day before an adoption that is in force there; a site or consent that it does not have;
        the same adoption once more; or no reason.
    """

    def decide(view: View) -> Decision:
        _fits(amendment, view)
        said = checked_reason(amendment.reason, f"adopt {amendment.protocol.identity.version}")
        repeat = next_repeat(view.study, PROTOCOL)
        day = amendment.in_force_from.isoformat()
        return Decision(
            drafts=(
                own(PROTOCOL, "version", amendment.protocol.identity.version, repeat),
                own(PROTOCOL, "hash", text_digest(amendment.text), repeat),
                own(PROTOCOL, "site", amendment.site, repeat),
                own(PROTOCOL, "in_force_from", day, repeat),
                own(PROTOCOL, "consent_again", " ".join(amendment.consent_again), repeat),
                own(PROTOCOL, "reason", said, repeat, sealed=True),
            ),
            keep=(amendment.text,),
            notes=_whom_to_ask(desk.ledger, amendment),
        )

    site = None if amendment.site == ALL_SITES else amendment.site
    return perform(desk, Act.ADOPT, STUDY, decide, site=site, dry_run=dry_run)


def _whom_to_ask(ledger: Ledger, amendment: Amendment) -> tuple[str, ...]:
    """Return for each consent to be asked anew the subjects who had given it by now."""
    told = []
    taking_part = {
        fact.subject
        for fact in ledger.across(SUBJECT, "status")
        if fact.value in TAKING_PART and amendment.site in {ALL_SITES, fact.site}
    }
    for name in amendment.consent_again:
        newest = {
            fact.subject: fact.value
            for fact in ledger.across(CONSENT, name)
            if fact.subject in taking_part
        }
        whom = [subject for subject, answer in newest.items() if answer == Given.GIVEN.value]
        told.append(f"Consent {name} is to be asked again of: {', '.join(whom) or 'nobody'}.")
    return tuple(told)


def _fits(amendment: Amendment, view: View) -> None:
    """Refuse an amendment that contradicts what was adopted before."""
    new, old = amendment.protocol, view.protocol
    where = f"adopt {new.identity.version}"
    if new.identity.name != old.identity.name:
        raise RefusedError(
            where=where,
            field="identity.name",
            got=new.identity.name,
            wanted=f"{old.identity.name}, the trial of this study",
            do="another trial is another study: `petrial study init`",
        )
    digest = text_digest(amendment.text)
    there = in_force(view.study, amendment.site, amendment.in_force_from)
    same = (new.identity.version, digest, amendment.site)
    if there is not None and (there.version, there.digest, there.site) == same:
        raise RefusedError(
            where=where,
            field="version",
            got=f"{there.version}, adopted there from {there.in_force_from} on",
            wanted="a version that is not in force there",
            do="nothing: there is nothing to change",
        )
    for one in adoptions(view.study):
        if one.version == new.identity.version and one.digest != digest:
            raise RefusedError(
                where=where,
                field="identity.version",
                got=f"{one.version} with another content than the one adopted before",
                wanted="a new version number for a new content",
                do="raise identity.version in the file",
            )
        overlaps = ALL_SITES in {one.site, amendment.site} or one.site == amendment.site
        if overlaps and amendment.in_force_from < one.in_force_from <= view.now.date():
            raise RefusedError(
                where=where,
                field="in force from",
                got=amendment.in_force_from.isoformat(),
                wanted=f"not before {one.in_force_from}, when {one.version} came into force",
                do="choose a day from then on: what was recorded keeps its version",
            )
    codes = {site.code for site in new.sites} | {ALL_SITES}
    unknown = [c for c in amendment.consent_again if new.consent(c) is None]
    if amendment.site not in codes or unknown:
        raise RefusedError(
            where=where,
            field="consent" if unknown else "site",
            got=", ".join(unknown) or amendment.site,
            wanted="one of: "
            + ", ".join(sorted(c.name for c in new.consents) if unknown else sorted(codes)),
            do="correct the name, or add it to the file",
        )


def grant(desk: Desk, user: str, role: Role, site: str, *, dry_run: bool = False) -> Done:
    """Give a person a role at a site; ``*`` for all.

    Raises
    ------
    RefusedError
        The site does not exist, the person has that role there, the name cannot be recorded or
        could be taken for another; or a reader would see clinical data by another role.
    """

    def decide(view: View) -> Decision:
        if site != ALL_SITES and view.protocol.site(site) is None:
            raise RefusedError(
                where=f"grant to {user}",
                field="site",
                got=site,
                wanted="one of: " + ", ".join([s.code for s in view.protocol.sites] + [ALL_SITES]),
                do="choose a site of the protocol in force",
            )
        if any((g.user, g.role, g.site) == (user, role, site) for g in grants(view.study)):
            raise RefusedError(
                where=f"grant to {user}",
                field="role",
                got=f"{role.value} at {site}, held already",
                wanted="a role that is not held yet",
                do="nothing: there is nothing to change",
            )
        _alike(view, user)
        _blind(view, user, role, site)
        own_grant = user == view.person.user
        note = f"{user} grants this role to themselves: let someone else confirm that it is right."
        drafts = _granted(next_repeat(view.study, GRANT), user, role, site)
        return Decision(drafts=drafts, notes=(note,) if own_grant else ())

    _usable(user)
    return perform(desk, Act.GRANT, STUDY, decide, dry_run=dry_run)


def end_grant(desk: Desk, user: str, role: Role, site: str, *, dry_run: bool = False) -> Done:
    """End a role of a person at a site.

    Raises
    ------
    RefusedError
        The person does not have it; or it is the last administrator of the whole study.
    """

    def decide(view: View) -> Decision:
        held = grants(view.study)
        found = [g for g in held if (g.user, g.role, g.site) == (user, role, site)]
        if not found:
            raise RefusedError(
                where=f"end the role of {user}",
                field="role",
                got=f"{role.value} at {site}, not held",
                wanted="a role that is held",
                do="look at the roles: `petrial study info`",
            )
        leaders = [g for g in held if (g.role, g.site) == (Role.ADMINISTRATOR, ALL_SITES)]
        if found == leaders:
            raise RefusedError(
                where=f"end the role of {user}",
                field="role",
                got="the last administrator",
                wanted="one administrator at least",
                do="grant the role to someone else first",
            )
        return Decision(drafts=(own(GRANT, "status", "ended", found[0].repeat),))

    return perform(desk, Act.END_GRANT, STUDY, decide, dry_run=dry_run)


_USER: Final = re.compile(r"[A-Za-z0-9._@-]{1,64}")


def _usable(user: str) -> None:
    """Refuse a name that could read as another: the ledger says ``NAME via ACCOUNT``."""
    if _USER.fullmatch(user) is None or user == VIA.strip():
        raise RefusedError(
            where="grant",
            field="name of the person",
            got=ascii(user),
            wanted="a name of unaccented letters, digits, points, hyphens, _ and @, but not via",
            do="take the name that the person signs in with",
        )


def _alike(view: View, user: str) -> None:
    """Refuse a name that differs from one that was ever granted a role by capitals only."""
    names = {view.study.own(GRANT, "user", repeat) for repeat in view.study.repeats_of(GRANT)}
    other = next((n for n in sorted(filter(None, names)) if n.lower() == user.lower()), user)
    if user not in names and other != user:
        raise RefusedError(
            where=f"grant to {user}",
            field="name of the person",
            got=user,
            wanted=f"a name that differs from {other} by more than capital letters",
            do=f"write {other}, or give the other person a name of their own",
        )


def _blind(view: View, user: str, role: Role, site: str) -> None:
    """Refuse that a reader sees clinical data at a site by another role."""
    against = CLINICAL if role is Role.READER else {Role.READER} if role in CLINICAL else set()
    held = next(
        (
            one
            for one in grants(view.study)
            if one.user == user
            and one.role in against
            and (one.site == site or ALL_SITES in {one.site, site})
        ),
        None,
    )
    if held is not None:
        raise RefusedError(
            where=f"grant to {user}",
            field="blinding of readers",
            got=f"{role.value} at {site} beside {held.role.value} at {held.site}",
            wanted="a reader who sees no clinical data at the same site",
            do="let another person read; or end the other role: `petrial study end-grant`",
        )


def _granted(repeat: int, user: str, role: Role, site: str) -> tuple[Draft, ...]:
    return (
        own(GRANT, "user", user, repeat),
        own(GRANT, "role", role.value, repeat),
        own(GRANT, "site", site, repeat),
        own(GRANT, "status", "granted", repeat),
    )
