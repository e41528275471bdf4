"""A value that a file states, and the place that a protocol has for it."""

from datetime import date
from typing import Final, NamedTuple

from petrial.protocol.forms import Form, Item, ItemType
from petrial.protocol.model import Protocol, Role
from petrial.subjects.values import canonical_value
from petrial.subjects.visibility import sees
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.knowledge import Known

__all__ = ["Cell", "Slot", "Slots"]

MOST_KEPT: Final = 200_000
"""Canonical texts that are kept, so that a value that comes often is judged once."""

_OBSERVED: Final = {
    kind: Item(name="observed", title="Moment of observation", type=kind)
    for kind in (ItemType.DATE, ItemType.MOMENT)
}


class Cell(NamedTuple):
    """One value that a file states, and where it stood there.

    ``where`` is such as ``row 12, column weight``. ``text`` is as it is to be judged, ``unit`` its
    unit, empty for the protocol's; ``observed`` a day or a moment with offset, empty where the
    file does not say it; ``absent`` why there is no value.
    """

    where: str
    subject: str
    event: str
    event_repeat: int
    form: str
    form_repeat: int
    item: str
    text: str
    unit: str = ""
    observed: str = ""
    absent: str = ""

    @property
    def row(self) -> str:
        """Where its row stands.

        >>> Cell("row 12, column weight", "S-1", "visit", 1, "vital", 1, "weight", "70").row
        'row 12'
        """
        return self.where.partition(", column ")[0]


class Slot(NamedTuple):
    """An item of a form at an event, and whether event and form repeat."""

    item: Item
    form: str
    event_repeats: bool
    form_repeats: bool


class _Refused(NamedTuple):
    field: str
    got: str
    wanted: str
    do: str


class Slots:
    """The places of one protocol, each looked up once.

    Parameters
    ----------
    protocol
        In force.
    latest
        Last day that a value may have.
    """

    def __init__(self, protocol: Protocol, latest: date | None) -> None:
        self._protocol = protocol
        self._latest = latest
        self._slots: dict[tuple[str, str, str], Slot | _Refused] = {}
        self._texts: dict[tuple[str, str, str], str] = {}
        self._forms = {form.name: form for form in protocol.forms}
        self._hidden: dict[tuple[Role, frozenset[str]], frozenset[tuple[str, str]]] = {}

    @property
    def protocol(self) -> Protocol:
        """The protocol."""
        return self._protocol

    def slot(self, cell: Cell) -> Slot | Problem:
        """Return the place of a cell, or why there is none."""
        key = (cell.event, cell.form, cell.item)
        slot = self._slots.get(key)
        if slot is None:
            slot = self._slots[key] = self._looked_up(*key)
        if isinstance(slot, _Refused):
            return Problem(cell.where, *slot)
        if cell.event_repeat != 1 and not (cell.event_repeat > 1 and slot.event_repeats):
            return _repeat(cell.where, "event", cell.event_repeat, repeats=slot.event_repeats)
        if cell.form_repeat != 1 and not (cell.form_repeat > 1 and slot.form_repeats):
            return _repeat(cell.where, "form", cell.form_repeat, repeats=slot.form_repeats)
        if cell.unit not in {"", slot.item.unit}:
            wanted = slot.item.unit or "no unit"
            do = "name the factor between the two units under `conversions` of the map"
            return Problem(cell.where, f"unit of {cell.item}", cell.unit, wanted, do)
        return slot

    def form(self, name: str) -> Form:
        """Return a form of the protocol."""
        return self._forms[name]

    def hidden(self, role: Role, disclosed: frozenset[str]) -> frozenset[tuple[str, str]]:
        """Return form and item of what a role does not see, to whom some groups were disclosed."""
        key = role, disclosed
        if key not in self._hidden:
            self._hidden[key] = frozenset(
                (form.name, item.name)
                for form in self._protocol.forms
                for item in form.items
                if not sees(role, form, item, self._protocol, disclosed)
            )
        return self._hidden[key]

    def text(self, slot: Slot, text: str, where: str) -> str | tuple[Problem, ...]:
        """Return the canonical text, or what is wrong with the one given."""
        key = (slot.form, slot.item.name, text)
        kept = self._texts.get(key)
        if kept is not None:
            return kept
        verdict = canonical_value(slot.item, text, self._protocol, where, self._latest)
        if not isinstance(verdict, Known):
            return verdict.problems
        if len(self._texts) < MOST_KEPT:
            self._texts[key] = verdict.value
        return verdict.value

    def observed(self, text: str, where: str) -> str | tuple[Problem, ...]:
        """Return the canonical day or moment of observation, or what is wrong with it."""
        item = _OBSERVED[ItemType.MOMENT if ":" in text else ItemType.DATE]
        return self.text(Slot(item, "", event_repeats=False, form_repeats=False), text, where)

    def _looked_up(self, event: str, form: str, item: str) -> Slot | _Refused:
        protocol = self._protocol
        planned, asked = protocol.event(event), protocol.form(form)
        if planned is None:
            names = ", ".join(one.name for one in protocol.events)
            return _Refused("event", event, f"one of: {names}", "correct the event in file or map")
        if asked is None or form not in planned.forms:
            wanted = f"a form of {event}: " + ", ".join(planned.forms)
            return _Refused("form", form, wanted, "correct the form or the event in file or map")
        found = asked.item(item)
        if found is None:
            names = ", ".join(one.name for one in asked.items)
            return _Refused("item", item, f"an item of {form}: {names}", "correct the item")
        repeats = planned.repeats or (planned.due is not None and planned.due.every is not None)
        return Slot(found, form, event_repeats=repeats, form_repeats=asked.repeats)


def _repeat(where: str, what: str, got: int, *, repeats: bool) -> Problem:
    wanted = "1 or more" if repeats else f"1, for this {what} does not repeat"
    do = "correct the number in the file, or where the map takes it from"
    return Problem(where, f"repeat of the {what}", str(got), wanted, do)
