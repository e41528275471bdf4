"""What all acts that state values share: which form, whether it may change, what it may hold."""

from collections.abc import Collection, Mapping
from typing import Final

from petrial.conduct.desk import View
from petrial.conduct.permissions import AFTER_WITHDRAWAL, FILLS
from petrial.conduct.remarks import other_tracer
from petrial.protocol.forms import Form, FormKind, Item, ItemType
from petrial.protocol.model import Protocol
from petrial.subjects.contradictions import contradictions
from petrial.subjects.facts import Draft, Place
from petrial.subjects.records import (
    FORM_MOVES,
    STATUS,
    FormHappening,
    Subject,
    moved,
)
from petrial.subjects.records import Form as FormState
from petrial.subjects.state import SubjectState
from petrial.subjects.study import TracerBatch, batches
from petrial.subjects.values import LONGEST_TEXT, canonical_value
from petrial.subjects.visibility import disclosed_groups, sees
from petrial.vocabulary.errors import Problem, RefusedError
from petrial.vocabulary.knowledge import Known

__all__ = [
    "changed",
    "checked_reason",
    "filled_form",
    "no_longer_blind",
    "observed_text",
    "stated_before",
    "stated_values",
    "stock",
    "together",
    "unseen",
]

SHORTEST_REASON: Final = 5
"""Characters of a reason for change; fewer say nothing."""


def filled_form(
    view: View,
    event: str,
    event_repeat: int,
    form: str,
    form_repeat: int | None,
    *,
    correcting: bool = False,
) -> tuple[Form, int]:
    """Return the form that is meant and its repeat, after checking that it may be changed now.

    After a withdrawal adverse events are still recorded, and what stands is corrected.

    Raises
    ------
    RefusedError
        The event does not hold the form or does not repeat; the role does not fill it in; it is
        locked; the subject has withdrawn.
    """
    where = f"{view.state.subject}, {event}"
    planned = view.protocol.event(event)
    found = view.protocol.form(form)
    if planned is None or found is None or form not in planned.forms:
        events = ", ".join(one.name for one in view.protocol.events)
        raise RefusedError(
            where=where,
            field="event" if planned is None else "form",
            got=event if planned is None else form,
            wanted="one of: " + (events if planned is None else ", ".join(planned.forms)),
            do="look at events and forms: `petrial protocol show`",
        )
    if view.person.role not in FILLS[found.kind]:
        raise RefusedError(
            where=where,
            field=f"permission to fill in {form}",
            got=view.person.role.value,
            wanted="one of: " + ", ".join(FILLS[found.kind]),
            do="ask someone who has that role",
        )
    repeats = planned.repeats or (planned.due is not None and planned.due.every is not None)
    if event_repeat < 1 or (event_repeat > 1 and not repeats):
        raise RefusedError(
            where=where,
            field="repeat of the event",
            got=event_repeat,
            wanted="1 or more" if repeats else "1, for this event does not repeat",
            do="leave the repeat out",
        )
    repeat = _repeat(view, found, Place(event, event_repeat, form, 1, ""), form_repeat)
    if view.state.status is Subject.WITHDRAWN and not correcting:
        _only_safety(found, where)
    state = view.state.form_status(event, event_repeat, form, repeat)
    if state is FormState.LOCKED:
        raise RefusedError(
            where=f"{where}, {form}",
            field="state of the form",
            got="locked",
            wanted="an open or signed form",
            do="let a data manager unlock it, with the reason: `petrial forms unlock`",
        )
    return found, repeat


def _only_safety(form: Form, where: str) -> None:
    if form.kind in AFTER_WITHDRAWAL:
        return
    raise RefusedError(
        where=where,
        field="subject",
        got="withdrawn",
        wanted="a subject who takes part; of others adverse events and corrections only",
        do="leave it out: after withdrawal nothing else is added, and what was stated stays",
    )


def _repeat(view: View, form: Form, place: Place, asked: int | None) -> int:
    taken = {p.form_repeat for p in view.state.facts if p[:3] == place[:3]}
    if asked is None:
        return max(taken, default=0) + 1 if form.repeats else 1
    if asked < 1 or (asked > 1 and not form.repeats) or asked > max(taken, default=0) + 1:
        raise RefusedError(
            where=f"{view.state.subject}, {place.event}, {form.name}",
            field="repeat of the form",
            got=asked,
            wanted=f"1 to {max(taken, default=0) + 1}" if form.repeats else "1: it does not repeat",
            do="leave the repeat out for a new one",
        )
    return asked


def stated_values(
    view: View, form: Form, entered: Mapping[str, str], where: str
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return canonical texts by item, and the problems of those that cannot be."""
    values: dict[str, str] = {}
    problems: tuple[Problem, ...] = ()
    for name, text in entered.items():
        item = form.item(name)
        if item is None:
            values[name] = text  # named as a problem where the drafts are made
            continue
        verdict = canonical_value(item, text, view.protocol, where, view.now.date())
        if isinstance(verdict, Known):
            values[name] = verdict.value
        else:
            problems += verdict.problems
    return values, problems


def observed_text(view: View, entered: str, where: str) -> str:
    """Return the canonical day or moment of observation; empty where none is stated.

    Raises
    ------
    RefusedError
        It is no day and no moment, or lies in the future.
    """
    if not entered:
        return ""
    kind = ItemType.MOMENT if ":" in entered else ItemType.DATE
    item = Item(name="observed", title="moment of observation", type=kind)
    verdict = canonical_value(item, entered, view.protocol, where, view.now.date())
    if isinstance(verdict, Known):
        return verdict.value
    raise RefusedError.of(verdict.problems[0])


def unseen(view: View, form: Form, item: Item, where: str) -> tuple[Problem, ...]:
    """Return a problem where the role does not see an item: nobody states what they may not see.

    Without it whoever fills in a form could find out what stands there by trying.
    """
    role = view.person.role
    if sees(role, form, item, view.protocol, disclosed_groups(view.state, role)):
        return ()
    roles = view.protocol.visibility.get(item.group or form.group, ())
    return (
        Problem(
            where,
            item.name,
            f"{role.value}, who does not see it",
            "one of: " + ", ".join(role.value for role in roles),
            "ask someone who sees it",
        ),
    )


def no_longer_blind(
    protocol: Protocol, state: SubjectState, form: Form, where: str
) -> tuple[Problem, ...]:
    """Return a problem where an intention is stated that a disclosure asked for before it.

    Neither is one corrected: analyses need what was intended before.
    """
    if form.kind is not FormKind.INTENTION:
        return ()
    return tuple(
        Problem(
            where,
            f"form {form.name}",
            f"stated after {one.group} was disclosed to {role.value}",
            "what was intended before the disclosure",
            "say it in the form for after the disclosure: what stood before it stays",
        )
        for one in protocol.disclosures
        for role in one.to
        if form.name in one.requires and one.group in disclosed_groups(state, role)
    )[:1]


def stock(view: View) -> tuple[str, tuple[TracerBatch, ...]]:
    """Return the site of the subject, and the tracer batches that were received there."""
    site = view.state.site
    return site, tuple(batch for batch in batches(view.study) if batch.site == site)


def stated_before(view: View, at: Place) -> dict[str, str]:
    """Return the texts that stand in a form, by item; not that of ``at`` itself."""
    return {
        place.item: text
        for place, fact in view.state.facts.items()
        if place[:4] == at[:4] and place != at and (text := view.state.text(fact)) is not None
    }


def together(
    view: View, form: Form, at: Place, values: Mapping[str, str], new: Collection[str]
) -> tuple[Problem, ...]:
    """Return what the values of a form at a place contradict in each other, and in its event.

    ``new`` names the items that are stated now: what stands does not hinder other items.
    """
    where = f"{view.state.subject}, {at.event}, {at.form}"
    stated = {name: values[name] for name in new}
    wrong = other_tracer(view.protocol, form, at.event, stated, where)
    return (*wrong, *contradictions(form.kind, values, where))


def changed(view: View, at: Place) -> tuple[Draft, ...]:
    """Return the draft that takes a signature away where the form is signed."""
    state = view.state.form_status(*at[:4])
    after = moved(FORM_MOVES, state, FormHappening.CHANGED, f"{view.state.subject}, {at.form}")
    if after is state:
        return ()
    return (Draft(place=at._replace(item=STATUS), value=after.value),)


def checked_reason(reason: str, where: str) -> str:
    """Return a reason, question or purpose without spaces around it.

    Raises
    ------
    RefusedError
        It says nothing, is longer than a free text, or holds characters that cannot be printed.
    """
    said = reason.strip()
    hidden = [c for c in said if not c.isprintable() and c not in "\n\t"]
    if not SHORTEST_REASON <= len(said) <= LONGEST_TEXT or hidden:
        raise RefusedError(
            where=where,
            field="reason",
            got=f"a character {hidden[0]!a}" if hidden else f"{len(said)} characters",
            wanted=f"why, in {SHORTEST_REASON} to {LONGEST_TEXT} printable characters",
            do="say why in a few words; name no person",
        )
    return said
