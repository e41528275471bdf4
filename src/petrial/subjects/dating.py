"""The day that a fact is about: as stated, else the day of its form, else that of its event."""

import re
from functools import cached_property
from typing import Final

from petrial.protocol.forms import FormKind
from petrial.protocol.model import Protocol
from petrial.protocol.rules import split_path
from petrial.subjects.facts import Fact, Place
from petrial.subjects.state import SubjectState

__all__ = ["Days"]

_DATED_BY: Final = {
    FormKind.ADMINISTRATION: "injected_at",
    FormKind.SERIES: "scan_started_at",
    FormKind.PATHOLOGY: "sampled_on",
    FormKind.SAMPLE: "collected_at",
    FormKind.LABORATORY: "sampled_on",
    FormKind.RESPONSE: "assessed_on",
    FormKind.QUESTIONNAIRE: "answered_on",
}
"""The item that says on which day all other items of a form of this kind were found."""

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Days:
    """Tells the days of the facts of one subject.

    Parameters
    ----------
    state
        The subject.
    protocol
        Says which item dates a form and an event.
    """

    def __init__(self, state: SubjectState, protocol: Protocol) -> None:
        self._state = state
        self._protocol = protocol

    def of(self, fact: Fact) -> str:
        """Return the day a fact is about, as YYYY-MM-DD; empty where nothing says it.

        That is the day stated with it, on the calendar on the spot; without one, the day that
        its form states for all of its items (such as the day on which blood was taken); without
        that, the day of the event at which the form was filled in.
        """
        return fact.observed[:10] or self._of_form(fact) or self._of_event(fact)

    @cached_property
    def _form_items(self) -> dict[str, str]:
        return {
            form.name: _DATED_BY[form.kind]
            for form in self._protocol.forms
            if form.kind in _DATED_BY
        }

    @cached_property
    def _event_items(self) -> dict[str, tuple[str, str]]:
        return {event.name: split_path(event.happened)[:2] for event in self._protocol.events}

    def _of_form(self, fact: Fact) -> str:
        item = self._form_items.get(fact.form)
        return "" if item is None else self._day_at(fact.place._replace(item=item))

    def _of_event(self, fact: Fact) -> str:
        happened = self._event_items.get(fact.event)
        if happened is None:
            return ""
        form, item = happened
        return self._day_at(Place(fact.event, fact.event_repeat, form, 1, item))

    def _day_at(self, place: Place) -> str:
        fact = self._state.facts.get(place)
        text = None if fact is None else self._state.text(fact)
        return "" if text is None or _DAY.match(text) is None else text[:10]
