"""Which forms of an event that took place are not filled in, and what they lack."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from petrial.protocol.events import Event
from petrial.protocol.forms import Form, FormKind
from petrial.protocol.model import Protocol
from petrial.subjects.facts import Absent, Place, is_system
from petrial.subjects.state import SubjectState
from petrial.subjects.values import missing_items

__all__ = ["MAY_BE_EMPTY", "Filled", "Fillings", "MissingForm", "fillings_of"]

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


Fillings = Mapping[tuple[str, int, str], tuple[int, ...]]
"""Which repeats of a form hold anything, by event, its repeat, and the form's name."""


def fillings_of(state: SubjectState) -> Fillings:
    """Return which forms hold anything, read once for all events of a subject."""
    found: dict[tuple[str, int, str], set[int]] = {}
    for place, fact in state.facts.items():
        if fact.absent != Absent.REMOVED and not is_system(place.item):
            found.setdefault(place[:3], set()).add(place.form_repeat)
    return {where: tuple(sorted(repeats)) for where, repeats in found.items()}


@dataclass(frozen=True, slots=True)
class Filled:
    """The filled-in forms of a subject, judged on a day."""

    protocol: Protocol
    state: SubjectState
    on: date
    fillings: Fillings

    def missing(self, event: Event, repeat: int) -> tuple[MissingForm, ...]:
        """Return the forms of one event that lack required items, in the order of the event.

        ``petrial.subjects.values.missing_items`` says what each lacks. A form of which nothing is
        filled in lacks what is always required.
        """
        found = (self.protocol.form(name) for name in event.forms)
        return tuple(
            missing
            for form in found
            if form is not None
            for missing in self._lacking(form, Place(event.name, repeat, form.name, 1, ""))
        )

    def _lacking(self, form: Form, first: Place) -> Iterator[MissingForm]:
        repeats = self.fillings.get(first[:3], ())
        if not repeats and form.repeats and form.kind in MAY_BE_EMPTY:
            return
        for number in repeats or (1,):
            at = first._replace(form_repeat=number)
            lacking = missing_items(self.protocol, self.state, at, self.on)
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
