"""Which forms of an event that took place are not filled in, and what they lack."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from petrial.protocol.events import Event
from petrial.protocol.forms import Form, FormKind
from petrial.protocol.model import Protocol
from petrial.subjects.facts import Absent, Place
from petrial.subjects.state import SubjectState
from petrial.subjects.values import missing_items

__all__ = ["MAY_BE_EMPTY", "MissingForm", "missing_forms"]

MAY_BE_EMPTY: Final = (
    FormKind.ADVERSE_EVENT,
    FormKind.RESOURCE,
    FormKind.RESPONSE,
    FormKind.TREATMENT,
)
"""Kinds of which a repeating form may rightly have no entry: nothing happened, nothing was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingForm:
    """A form that an event asks for and that lacks something.

    Attributes
    ----------
    form, title, repeat
        Which form, and which of its repeats.
    kind
        What it is about.
    assumed
        Whether the trial record does not ask for it, so that its absence is no deviation.
    whole
        Whether nothing of it was filled in.
    items
        Titles, with units, of the required items that have neither a value nor a reason for its
        absence.
    """

    form: str
    title: str
    repeat: int
    kind: FormKind
    assumed: bool
    whole: bool
    items: tuple[str, ...]


def missing_forms(
    protocol: Protocol, state: SubjectState, event: Event, repeat: int, on: date
) -> tuple[MissingForm, ...]:
    """Return the forms of one event that lack required items, in the order of the event.

    ``petrial.subjects.values.missing_items`` says what each lacks. A form of which nothing is
    filled in lacks what is always required.
    """
    found = (protocol.form(name) for name in event.forms)
    return tuple(
        missing
        for form in found
        if form is not None
        for missing in _missing(protocol, state, Place(event.name, repeat, form.name, 1, ""), on)
    )


def _missing(
    protocol: Protocol, state: SubjectState, first: Place, on: date
) -> Iterator[MissingForm]:
    form = protocol.form(first.form)
    if form is None:
        return
    repeats = _repeats(form, state, first)
    if not repeats and form.repeats and form.kind in MAY_BE_EMPTY:
        return
    for number in repeats or (1,):
        lacking = missing_items(protocol, state, first._replace(form_repeat=number), on)
        if lacking:
            yield MissingForm(
                form=form.name,
                title=form.title,
                repeat=number,
                kind=form.kind,
                assumed=form.assumed,
                whole=not repeats,
                items=tuple(problem.wanted for problem in lacking),
            )


def _repeats(form: Form, state: SubjectState, first: Place) -> tuple[int, ...]:
    """Return which repeats of a form hold anything at one event, in order."""
    found = {
        fact.form_repeat
        for item in form.items
        for fact in state.all_of(f"{form.name}.{item.name}@{first.event}")
        if fact.event_repeat == first.event_repeat and fact.absent != Absent.REMOVED
    }
    return tuple(sorted(found))
