"""Acts that state values: fill in a form, register a dose, a sample or a result, correct."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from petrial.conduct.desk import (
    Decision,
    Desk,
    Done,
    View,
    perform,
    protocol_for,
    refuse,
    study_state,
)
from petrial.conduct.filling import (
    changed,
    checked_reason,
    filled_form,
    no_longer_blind,
    observed_text,
    stated_before,
    stated_values,
    stock,
    together,
    unseen,
)
from petrial.conduct.foreseen import deviation_notes
from petrial.conduct.identity import HOSPITAL_NUMBER, same_person
from petrial.conduct.permissions import FILLING, Act
from petrial.conduct.remarks import batch_problems, remarks, without_consent
from petrial.conduct.stating import Stated, new_drafts, reason_problems
from petrial.protocol.forms import Form, FormKind, Item, ItemType
from petrial.subjects.facts import Absent, Draft, Fact, Place
from petrial.subjects.state import moment_of
from petrial.subjects.study import ALL_SITES
from petrial.subjects.values import canonical_value
from petrial.subjects.visibility import not_yet_disclosed
from petrial.vocabulary.errors import Problem, RefusedError
from petrial.vocabulary.knowledge import Known, Unknown

__all__ = ["Change", "Correction", "Entry", "change_treatment", "correct", "fill", "record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A form as it is filled in, whole or in part.

    Attributes
    ----------
    event, form
        Names in the protocol.
    values
        Entered text by item.
    absent
        Why there is no value, by item.
    event_repeat
        Which repeat of the event.
    form_repeat
        Which repeat of the form at the event; None for a new one where the form repeats.
    observed
        Day, or moment with offset, at which it was seen; empty where it is not stated.
    """

    event: str
    form: str
    values: Mapping[str, str]
    absent: Mapping[str, Absent] = field(default_factory=dict)
    event_repeat: int = 1
    form_repeat: int | None = None
    observed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A value in the place of another.

    Attributes
    ----------
    place
        Where.
    value
        Entered text; None where ``absent`` says why there is none.
    absent
        Why there is none: ``removed`` where it should never have been stated.
    reason
        Why; it is kept, sealed.
    was
        The value that the person saw, where they did; another one by now is refused.
    observed
        Day or moment at which it was seen, where that is corrected too.
    """

    place: Place
    value: str | None
    reason: str
    absent: Absent | None = None
    was: str | None = None
    observed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A treatment that ends, and the one that takes its place, if any."""

    event: str
    form: str
    form_repeat: int
    stopped_on: str
    next_treatment: Mapping[str, str] | None = None
    event_repeat: int = 1


def fill(desk: Desk, subject: str, entry: Entry, *, dry_run: bool = False) -> Done:
    """Fill in a form by the act that its kind asks for; see ``record``.

    Raises
    ------
    RefusedError
        As of ``record``.
    """
    study = study_state(desk.ledger)
    site = desk.ledger.subjects().get(subject, ALL_SITES)
    form = protocol_for(desk, study, site, desk.clock()).form(entry.form)
    act = Act.RECORD if form is None else FILLING.get(form.kind, Act.RECORD)
    return record(desk, act, subject, entry, dry_run=dry_run)


def record(desk: Desk, act: Act, subject: str, entry: Entry, *, dry_run: bool = False) -> Done:
    """Fill in a form, whole or in part.

    What is stated already with the same value adds nothing.

    Parameters
    ----------
    desk, subject
        Where and whose.
    act
        ``RECORD``, or the act of the form's kind (``FILLING``): register an administration, a
        sample or a result, start a treatment, report an adverse event.
    entry
        What is stated.
    dry_run
        Only say what would happen.

    Raises
    ------
    RefusedError
        Nothing is stated; a value cannot be (all such are named), contradicts another, or differs
        from one that is stated; the form is unknown, of another act, locked, or not this role's;
        an item is not seen by this role; the hospital's number is another subject's; the subject
        has withdrawn, and it is no adverse event.
    """

    def decide(view: View) -> Decision:
        form, repeat = filled_form(
            view, entry.event, entry.event_repeat, entry.form, entry.form_repeat
        )
        _right_act(act, form, view)
        where = f"{view.state.subject}, {entry.event}, {entry.form}"
        values, problems = stated_values(view, form, entry.values, where)
        observed = observed_text(view, entry.observed, where)
        at = Place(entry.event, entry.event_repeat, entry.form, repeat, "")
        problems += reason_problems(entry.values, entry.absent, where)
        drafts, clashes = new_drafts(view, form, at, Stated(values, entry.absent, observed))
        problems += clashes
        whole = {**stated_before(view, at), **values}
        new = {draft.place.item for draft in drafts if draft.value is not None}
        if not problems:
            problems = batch_problems(stock(view), form, whole, new, where)
            problems += together(view, form, at, whole, new)
            problems += _who(view, {n: whole[n] for n in new}, where)
            problems += no_longer_blind(view.protocol, view.state, form, where) if drafts else ()
            problems += not_yet_disclosed(view.protocol, view.state, form.name, where)
        if problems:
            refuse(problems)
        if drafts:
            drafts = (*drafts, *changed(view, at))
        notes = remarks(view.protocol, form, whole, new)
        if repeat > 1 and entry.form_repeat is None:
            notes += (_one_more(at),)
        if drafts:
            notes += without_consent(view.protocol, view.state, view.now.date())
            notes += deviation_notes(view, drafts)
        return Decision(drafts=drafts, notes=notes)

    alone = HOSPITAL_NUMBER in entry.values
    return perform(desk, act, subject, decide, alone=alone, dry_run=dry_run)


def _one_more(at: Place) -> str:
    """Return what to tell who may have meant a form that stands, and began another."""
    return (
        f"This is number {at.form_repeat} of {at.form} at {at.event}; "
        "--form-repeat 1 adds to the first."
    )


def _who(view: View, new: Mapping[str, str], where: str) -> tuple[Problem, ...]:
    """Return a problem where the hospital's number that is stated is another subject's."""
    number = new.get(HOSPITAL_NUMBER)
    if number is None:
        return ()
    return same_person(view.numbers, view.state.subject, number, where)


def _right_act(act: Act, form: Form, view: View) -> None:
    right = FILLING.get(form.kind, Act.RECORD)
    if act is not right:
        raise RefusedError(
            where=f"{act.value} {view.state.subject}",
            field="form",
            got=f"{form.name}, a form of kind {form.kind.value}",
            wanted=f"a form whose filling in is to {act.value}",
            do=f"this one is filled in by the act {right.value}",
        )


def correct(desk: Desk, subject: str, correction: Correction, *, dry_run: bool = False) -> Done:
    """State another value in the place of one, with the reason; both stay in the ledger.

    A signature on the form is taken away: it covered what stood there.

    Raises
    ------
    RefusedError
        There is nothing to correct, no reason, no difference; the value has changed since the
        person saw it, cannot be, or contradicts others; the form is locked or not this role's, or
        the item is not seen by it; or it is an intention of before a disclosure that has happened.
    """

    def decide(view: View) -> Decision:
        place = correction.place
        form, _ = filled_form(view, *place[:4], correcting=True)
        where = f"{view.state.subject}, {place}"
        item = form.item(place.item)
        before = view.state.facts.get(place)
        if item is None or before is None:
            raise RefusedError(
                where=where,
                field=place.item,
                got="nothing stated" if item is not None else "no such item",
                wanted="a value to correct",
                do="look at what is stated: `petrial forms show`",
            )
        if hidden := unseen(view, form, item, where):
            refuse(hidden)
        draft = _corrected(view, item, before, correction, where)
        new = {place.item: draft.value} if draft.value is not None else {}
        whole = {**stated_before(view, place), **new}
        clashes = batch_problems(stock(view), form, whole, new, where)
        clashes += together(view, form, place, whole, new)
        clashes += no_longer_blind(view.protocol, view.state, form, where)
        clashes += _who(view, new, where)
        if clashes:
            refuse(clashes)
        notes = (*remarks(view.protocol, form, whole, new), *deviation_notes(view, (draft,)))
        return Decision(drafts=(draft, *changed(view, place)), notes=notes)

    alone = correction.place.item == HOSPITAL_NUMBER
    return perform(desk, Act.CORRECT, subject, decide, alone=alone, dry_run=dry_run)


def _corrected(view: View, item: Item, before: Fact, correction: Correction, where: str) -> Draft:
    """Return the draft that takes the place of a fact, after checking that it says another."""
    reason = checked_reason(correction.reason, where)
    if correction.value is not None and correction.absent is not None:
        raise RefusedError(
            where=where,
            field=item.name,
            got=f"a value, and {correction.absent.value}",
            wanted="one of them",
            do="leave one out",
        )
    value: str | None = None
    if correction.value is not None:
        verdict = canonical_value(item, correction.value, view.protocol, where, view.now.date())
        if isinstance(verdict, Unknown):
            refuse(verdict.problems)
        value = verdict.value
    observed = observed_text(view, correction.observed, where) or before.observed
    _still(view, item, correction, view.state.text(before), where)
    why = "" if value is not None else (correction.absent or Absent.REMOVED).value
    if (view.state.text(before), before.absent, before.observed) == (value, why, observed):
        raise RefusedError(
            where=where,
            field=item.name,
            got="the value that is stated already",
            wanted="another value",
            do="nothing: there is nothing to correct",
        )
    return Draft(
        place=correction.place,
        value=value,
        unit=item.unit if value is not None else "",
        absent=why,
        observed=observed,
        reason=reason,
        replaces=before.seq,
        sealed=item.sealed and value is not None,
    )


def _still(view: View, item: Item, said: Correction, now: str | None, where: str) -> None:
    """Refuse where the value is not the one the person saw, however they wrote it."""
    if said.was is None or said.was == now:
        return
    verdict = canonical_value(item, said.was, view.protocol, where)
    if now is not None and isinstance(verdict, Known) and _alike(item, verdict.value, now):
        return
    raise RefusedError(
        where=where,
        field=item.name,
        got="another value than stated",
        wanted="the value that stands, as the one that was seen",
        do="look at it again, for it was misread or someone changed it: `petrial forms show`",
    )


def _alike(item: Item, one: str, other: str) -> bool:
    """Return whether canonical texts of an item say the same; 72.40 is 72.4."""
    if item.type in {ItemType.INTEGER, ItemType.NUMBER}:
        return Decimal(one) == Decimal(other)
    if item.type is ItemType.MOMENT:
        return moment_of(one) == moment_of(other)
    return one == other


def change_treatment(desk: Desk, subject: str, change: Change, *, dry_run: bool = False) -> Done:
    """End a treatment, and start the one that takes its place, in one act.

    Raises
    ------
    RefusedError
        As of ``record``; or there is no such treatment going on.
    """

    def decide(view: View) -> Decision:
        form, repeat = filled_form(
            view, change.event, change.event_repeat, change.form, change.form_repeat
        )
        where = f"{view.state.subject}, {change.event}, {change.form}"
        if form.kind is not FormKind.TREATMENT:
            _right_act(Act.CHANGE_TREATMENT, form, view)
        at = Place(change.event, change.event_repeat, change.form, repeat, "")
        _goes_on(stated_before(view, at), repeat, where)
        both: list[Draft] = []
        problems: tuple[Problem, ...] = ()
        parts = [(at, {"stopped_on": change.stopped_on})]
        if change.next_treatment is not None:
            parts.append((_next_of(view, form, at, where), dict(change.next_treatment)))
        for place, entered in parts:
            values, wrong = stated_values(view, form, entered, where)
            drafts, clashes = new_drafts(view, form, place, Stated(values, {}))
            whole = {**stated_before(view, place), **values}
            problems += wrong + clashes + together(view, form, place, whole, values)
            both += [*drafts, *changed(view, place)]
        if problems:
            refuse(problems)
        return Decision(drafts=tuple(both), notes=deviation_notes(view, both))

    return perform(desk, Act.CHANGE_TREATMENT, subject, decide, dry_run=dry_run)


def _goes_on(treatment: Mapping[str, str], repeat: int, where: str) -> None:
    """Refuse a treatment that was never started or has ended."""
    if "started_on" in treatment and "stopped_on" not in treatment:
        return
    raise RefusedError(
        where=where,
        field="treatment",
        got="one that has ended" if "stopped_on" in treatment else f"no treatment number {repeat}",
        wanted="a treatment that goes on",
        do="look at the treatments: `petrial forms show`",
    )


def _next_of(view: View, form: Form, at: Place, where: str) -> Place:
    """Return the place of the treatment that follows; refuse where the form does not repeat."""
    if not form.repeats:
        raise RefusedError(
            where=where,
            field="next treatment",
            got=f"a second treatment in {form.name}",
            wanted="none: this form does not repeat at an event",
            do="end this one only, and state the next one at its own event",
        )
    taken = [place.form_repeat for place in view.state.facts if place[:3] == at[:3]]
    return at._replace(form_repeat=max(taken) + 1)
