"""Who may see what of a subject: groups of the protocol, disclosures, and petrial's own forms."""

from collections.abc import Iterable, Iterator
from typing import Final

from petrial.protocol.forms import Form, Item
from petrial.protocol.model import Disclosure, Protocol, Role
from petrial.subjects.facts import Fact, is_system, place_of
from petrial.subjects.records import (
    CONSENT,
    DISCLOSURE,
    QUERY,
    SCREENING,
    STATUS,
    SUBJECT,
)
from petrial.subjects.state import SubjectState
from petrial.vocabulary.errors import Problem, UsageError

__all__ = ["disclosed_groups", "may_disclose", "not_yet_disclosed", "sees", "shown"]

_EVERYONE: Final = frozenset(Role)
_TREATING: Final = frozenset({Role.SITE_NURSE, Role.TECHNOLOGIST, Role.ONCOLOGIST})
_KEEPING: Final = frozenset({Role.DATA_MANAGER, Role.MONITOR, Role.STATISTICIAN})
_NOBODY: Final[frozenset[Role]] = frozenset()

_OWN_ITEMS: Final = {
    (SUBJECT, "status"): _EVERYONE,
    (SUBJECT, "pseudonym"): _TREATING | {Role.DATA_MANAGER},
    (SUBJECT, "date_shift"): _NOBODY,
}
_OWN_FORMS: Final = {
    SUBJECT: frozenset({Role.SITE_NURSE, Role.ONCOLOGIST, Role.DATA_MANAGER, Role.MONITOR}),
    CONSENT: _TREATING | _KEEPING | {Role.LABORATORY},
    SCREENING: _KEEPING | {Role.SITE_NURSE, Role.ONCOLOGIST},
    DISCLOSURE: _KEEPING | {Role.SITE_NURSE, Role.ONCOLOGIST},
}
"""Who sees petrial's own forms, where an item has no rule of its own. Readers see where a subject
stands and no more: a criterion or a consent would tell them of the patient. Who handles a subject
or a sample must know the consents. What is not listed is shown to nobody."""


def sees(
    role: Role,
    form: Form,
    item: Item,
    protocol: Protocol,
    disclosed: frozenset[str] = frozenset(),
    *,
    unblinded: bool = False,
) -> bool:
    """Return whether a role may see the values of an item.

    Parameters
    ----------
    role
        Who looks.
    form, item
        What; the item's own group goes before that of its form.
    protocol
        Which groups each role sees always.
    disclosed
        Groups that were disclosed to this role for this subject (``disclosed_groups``).
    unblinded
        Whether the study's results are open: the statistician sees all groups from then on, but
        nothing that tells who a subject is.
    """
    if unblinded and role is Role.STATISTICIAN and not item.personal:
        return True
    group = item.group or form.group
    return role in protocol.visibility.get(group, ()) or group in disclosed


def disclosed_groups(state: SubjectState, role: Role) -> frozenset[str]:
    """Return the groups of items that were disclosed to a role for this subject.

    What was disclosed stays so, whatever later versions of the protocol say: it is known.
    """
    return frozenset(
        group
        for repeat in state.repeats_of(DISCLOSURE)
        if state.own(DISCLOSURE, "to", repeat) == role.value
        and (group := state.own(DISCLOSURE, "group", repeat)) is not None
    )


def shown(
    state: SubjectState,
    role: Role,
    protocol: Protocol,
    facts: Iterable[Fact] | None = None,
    *,
    unblinded: bool = False,
) -> tuple[Fact, ...]:
    """Return those facts of a subject that a role may see, in the order of their numbers.

    Parameters
    ----------
    state
        The subject, with what was disclosed for it.
    role
        Who looks.
    protocol
        The version in force; an item that it does not have is shown to nobody, for nothing says
        who may see it. The ledger still has it.
    facts
        Facts of its chain to choose from, such as an audit trail; None for the newest at each
        place.
    unblinded
        As of ``sees``.

    Notes
    -----
    The state of a form (open, signed, locked) is shown to who sees any item of it. A query is
    shown to who sees what it is about.
    """
    sight = _Sight(state, role, protocol, unblinded=unblinded)
    chosen = state.facts.values() if facts is None else facts
    return tuple(sorted(filter(sight.of, chosen), key=lambda fact: fact.seq))


class _Sight:
    """What one role sees of one subject; each item of the protocol is looked up once."""

    def __init__(
        self, state: SubjectState, role: Role, protocol: Protocol, *, unblinded: bool
    ) -> None:
        self._state = state
        self._role = role
        disclosed = disclosed_groups(state, role)
        self._items = {
            (form.name, item.name)
            for form in protocol.forms
            for item in form.items
            if sees(role, form, item, protocol, disclosed, unblinded=unblinded)
        }
        self._items |= {(form, STATUS) for form, _ in self._items}

    def of(self, fact: Fact) -> bool:
        """Return whether a fact is seen."""
        if fact.form == QUERY:
            return self._query(fact)
        return self._named(fact.form, fact.item)

    def _named(self, form: str, item: str) -> bool:
        if not is_system(form):
            return (form, item) in self._items
        return self._role in _OWN_ITEMS.get((form, item), _OWN_FORMS.get(form, _NOBODY))

    def _query(self, fact: Fact) -> bool:
        target = self._state.facts.get(fact.place._replace(item="target"))
        text = None if target is None else self._state.text(target)
        try:
            about = None if text is None else place_of(text)
        except UsageError:
            return False
        return about is not None and self._named(about.form, about.item)


def may_disclose(
    protocol: Protocol, state: SubjectState, group: str, role: Role
) -> tuple[Problem, ...]:
    """Return why a group of items may not be disclosed to a role now; nothing where it may.

    The protocol must disclose this group to this role, and every form that it requires before (such
    as the therapy that the oncologist intends without the scan) must be filled in at some event.
    A disclosure is made once.
    """
    where = f"{state.subject}, disclosure of {group}"
    planned = [d for d in protocol.disclosures if d.group == group and role in d.to]
    if not planned:
        return (_unplanned(protocol, where, group, role),)
    if group in disclosed_groups(state, role):
        return (
            Problem(
                where,
                "disclosure",
                f"disclosed to {role.value} already",
                "a group that this role does not see yet",
                "nothing; who saw what and when is in `petrial audit show`",
            ),
        )
    filled = {
        place.form
        for place, fact in state.facts.items()
        if fact.value is not None and not is_system(place.item)
    }
    lacking = [tuple(_lacking(protocol, one, filled, where)) for one in planned]
    return () if () in lacking else lacking[0]


def not_yet_disclosed(
    protocol: Protocol, state: SubjectState, form: str, where: str
) -> tuple[Problem, ...]:
    """Return why a form cannot be filled in yet: it is for after a disclosure that is to come.

    Nothing where one disclosure that opens it has been made, to any of its roles.
    """
    waiting = [d for d in protocol.disclosures if form in d.then]
    if any(d.group in disclosed_groups(state, role) for d in waiting for role in d.to):
        return ()
    return tuple(
        Problem(
            where,
            f"form {form}",
            f"{one.group} is not disclosed yet to {', '.join(role.value for role in one.to)}",
            "what is stated after the disclosure",
            "state what is asked before it, then disclose: `petrial subjects disclose`",
        )
        for one in waiting[:1]
    )


def _lacking(
    protocol: Protocol, disclosure: Disclosure, filled: set[str], where: str
) -> Iterator[Problem]:
    event = protocol.event(disclosure.at)
    moment = disclosure.at if event is None else event.title
    for name in disclosure.requires:
        if name not in filled:
            form = protocol.form(name)
            yield Problem(
                where,
                f"form {name}",
                "not filled in",
                f"{name if form is None else form.title}, stated before ({moment})",
                "fill in the form first: what is stated after the disclosure is no longer blind",
            )


def _unplanned(protocol: Protocol, where: str, group: str, role: Role) -> Problem:
    if role in protocol.visibility.get(group, ()):
        return Problem(
            where,
            "disclosure",
            f"{role.value}, who sees it always",
            "a role that the protocol discloses this group to",
            "nothing; there is nothing to disclose",
        )
    possible = sorted(f"{one.group} to {to.value}" for one in protocol.disclosures for to in one.to)
    return Problem(
        where,
        "disclosure",
        f"{group} to {role.value}",
        "one of: " + ", ".join(possible)
        if possible
        else "nothing: this protocol discloses nothing",
        "look at what is disclosed to whom, and when: `petrial protocol show`",
    )
