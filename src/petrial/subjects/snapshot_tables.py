"""The tables of a snapshot, derived from the protocol: keys, columns, units, sentences."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from petrial.protocol.forms import KINDS, Form, FormKind, Item, ItemType
from petrial.protocol.model import Protocol
from petrial.subjects.snapshot_rows import subject_columns, visit_columns
from petrial.vocabulary.errors import ProtocolError
from petrial.vocabulary.tables import Column, Schema

__all__ = [
    "ABSENCES",
    "FILLED_IN",
    "FINDINGS",
    "SUBJECTS",
    "VISITS",
    "Slot",
    "SnapshotTable",
    "sealed_items",
    "snapshot_schemas",
    "snapshot_tables",
]

SUBJECTS: Final = "subjects"
VISITS: Final = "visits"
ABSENCES: Final = "absences"
FINDINGS: Final = KINDS[FormKind.FINDING].table

FILLED_IN: Final = (
    Column("subject", "str", "", "the subject's number in the study"),
    Column("event", "str", "", "name of the event in the protocol"),
    Column("event_repeat", "int", "1", "which time the event took place, from 1"),
    Column("form", "str", "", "name of the form in the protocol"),
    Column("form_repeat", "int", "1", "which copy of the form at that event, from 1"),
)
"""The key of tables whose rows are filled-in forms."""

_SECONDS: Final = "seconds since midnight, on the subject's clock of study day 1"
"""One clock all year: the time between two moments is right across a change to summer time."""

_KEY: Final = tuple(column.name for column in FILLED_IN)
_STATUS: Final = Column("form_status", "str", "", "whether the form was open, signed or locked", ())
_TYPES: Final = {
    ItemType.INTEGER: "int | None",
    ItemType.NUMBER: "float | None",
    ItemType.BOOLEAN: "bool | None",
    ItemType.CODE: "str | None",
    ItemType.LABEL: "str | None",
}
_TIMES: Final = {ItemType.DATE: "_on", ItemType.MOMENT: "_at"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Where the values of one item go.

    Attributes
    ----------
    form, item, kind
        The item, and the kind of its form.
    versions
        Versions of the protocol that define it so. Where an amendment changed type, unit or code
        list, the older definition has a slot and columns of its own.
    type, unit, codes
        What it holds, in which unit, and the name of its code list.
    base
        What its columns are called; days and seconds have their endings added.
    title
        Its question.
    values
        The codes of its list.
    """

    form: str
    item: str
    kind: FormKind
    versions: tuple[str, ...]
    type: ItemType
    unit: str
    codes: str
    base: str
    title: str
    values: tuple[str, ...]

    @property
    def meaning(self) -> tuple[object, ...]:
        """What must be the same where two forms share a column."""
        return (self.item, self.type, self.unit, self.codes)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns: one, or for a moment two."""
        if self.type not in _TIMES:
            return (Column(self.base, _TYPES[self.type], self.unit, self.title, self.values),)
        day = Column(f"{self.base}_day", "int | None", "d", f"{self.title} (study day)")
        if self.type is ItemType.DATE:
            return (day,)
        second = f"{self.title} ({_SECONDS})"
        return (day, Column(f"{self.base}_s", "int | None", "s", second))


@dataclass(frozen=True, slots=True)
class SnapshotTable:
    """A table of a snapshot: name, sentence, schema, and the items whose values it holds."""

    name: str
    sentence: str
    schema: Schema
    slots: tuple[Slot, ...] = ()


def snapshot_schemas(protocol: Protocol, *earlier: Protocol) -> dict[str, Schema]:
    """Return the schema of each table by its name; as ``snapshot_tables``."""
    return {table.name: table.schema for table in snapshot_tables(protocol, *earlier)}


def snapshot_tables(protocol: Protocol, *earlier: Protocol) -> tuple[SnapshotTable, ...]:
    """Return the tables of a snapshot.

    Parameters
    ----------
    protocol
        The newest version.
    earlier
        The versions before it, the newer first. What only they ask for has columns too.

    Raises
    ------
    ProtocolError
        Two items of one form would get a column of the same name.
    """
    protocols = (protocol, *earlier)
    slots = tuple(_slots(protocols))
    tables = [
        SnapshotTable(
            SUBJECTS,
            "One row for each subject.",
            Schema(("subject",), tuple(told.column for told in subject_columns(protocols))),
        ),
        SnapshotTable(
            VISITS,
            "One row for each event that took place or was planned.",
            Schema(
                ("subject", "event", "event_repeat"), tuple(told.column for told in visit_columns())
            ),
        ),
    ]
    for kind, what in KINDS.items():
        own = tuple(slot for slot in slots if slot.kind is kind)
        if kind is FormKind.FINDING:
            tables.append(SnapshotTable(what.table, what.sentence, _LONG, _apart(own)))
        else:
            tables.append(_wide(kind, own))
    tables.append(
        SnapshotTable(ABSENCES, "One row for each item that has a reason for no value.", _NONE)
    )
    return tuple(tables)


_LONG: Final = Schema(
    (*_KEY, "item"),
    (
        *FILLED_IN,
        Column(
            "item", "str", "", "name of the item; with _day a study day, with _s seconds of a day"
        ),
        Column("value_text", "str | None", "", "the value of a code, label, or yes and no"),
        Column("value_number", "float | None", "", "the value of a number, day or time"),
        Column("unit", "str", "", "UCUM unit of the number"),
        Column("day", "int | None", "d", "study day at which it was observed, where stated"),
    ),
)

_NONE: Final = Schema(
    (*_KEY, "item"),
    (
        *FILLED_IN,
        Column("item", "str", "", "name of the item in the protocol"),
        Column(
            "reason",
            "str",
            "",
            "why there is no value",
            ("not-done", "unknown", "not-applicable"),
        ),
    ),
)


def sealed_items(protocols: Iterable[Protocol]) -> frozenset[tuple[str, str]]:
    """Return form and name of each item that is free text or personal in any version."""
    return frozenset(
        (form.name, item.name)
        for protocol in protocols
        for form in protocol.forms
        for item in form.items
        if item.sealed
    )


def _slots(protocols: Sequence[Protocol]) -> Iterator[Slot]:
    """Yield a slot for each definition of each item that is not sealed, the newest first."""
    sealed = sealed_items(protocols)
    found: dict[tuple[object, ...], Slot] = {}
    for protocol in protocols:
        version = protocol.identity.version
        for form, item in _items(protocol):
            if (form.name, item.name) in sealed:
                continue
            slot = _slot(protocol, form, item)
            known = found.setdefault((form.name, form.kind, *slot.meaning), slot)
            if version not in known.versions:
                found[form.name, form.kind, *slot.meaning] = replace(
                    known,
                    versions=(*known.versions, version),
                    values=tuple(dict.fromkeys((*known.values, *slot.values))),
                )
    seen: set[tuple[str, str]] = set()
    for slot in found.values():
        older = (slot.form, slot.item) in seen
        seen.add((slot.form, slot.item))
        suffix = "_v" + slot.versions[0].replace(".", "_") if older else ""
        yield replace(slot, base=slot.base + suffix)


def _items(protocol: Protocol) -> Iterator[tuple[Form, Item]]:
    for form in protocol.forms:
        for item in form.items:
            yield form, item


def _slot(protocol: Protocol, form: Form, item: Item) -> Slot:
    codes = None if item.codes is None else protocol.code_list(item.codes)
    return Slot(
        form=form.name,
        item=item.name,
        kind=form.kind,
        versions=(protocol.identity.version,),
        type=item.type,
        unit=item.unit,
        codes=item.codes or "",
        base=item.name.removesuffix(_TIMES.get(item.type, "")),
        title=item.title,
        values=() if codes is None else tuple(code.code for code in codes.codes),
    )


def _apart(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """Return the slots with the full name of a time whose column another item of the form has.

    Such as ``scan_on`` beside ``scan_at``, or ``scan_at`` beside ``scan_day``.
    """
    slots = tuple(slots)
    taken = Counter((slot.form, column.name) for slot in slots for column in slot.columns)
    return tuple(
        replace(slot, base=slot.item)
        if slot.type in _TIMES and any(taken[slot.form, c.name] > 1 for c in slot.columns)
        else slot
        for slot in slots
    )


def _wide(kind: FormKind, own: Iterable[Slot]) -> SnapshotTable:
    slots = _prefixed(_apart(own))
    columns: dict[str, Column] = {}
    for column in _FIXED:
        columns[column.name] = column
    for slot in slots:
        for column in slot.columns:
            columns[column.name] = _shared(columns.get(column.name), column)
    _refuse_clashes(slots)
    what = KINDS[kind]
    return SnapshotTable(what.table, what.sentence, Schema(_KEY, tuple(columns.values())), slots)


_FIXED: Final = (*FILLED_IN, _STATUS)
_RESERVED: Final = frozenset(column.name for column in _FIXED)


def _prefixed(slots: Sequence[Slot]) -> tuple[Slot, ...]:
    """Return the slots with the form's name before columns that do not mean the same everywhere."""
    meanings: dict[str, set[tuple[object, ...]]] = {}
    for slot in slots:
        for column in slot.columns:
            meanings.setdefault(column.name, set()).add(slot.meaning)
    return tuple(
        replace(slot, base=f"{slot.form}_{slot.base}")
        if any(len(meanings[c.name]) > 1 or c.name in _RESERVED for c in slot.columns)
        else slot
        for slot in slots
    )


def _shared(known: Column | None, column: Column) -> Column:
    if known is None:
        return column
    titles = known.sentence if column.sentence in known.sentence.split("; ") else None
    return replace(
        known,
        sentence=titles or f"{known.sentence}; {column.sentence}",
        values=tuple(dict.fromkeys((*known.values, *column.values))),
    )


def _refuse_clashes(slots: Iterable[Slot]) -> None:
    owner: dict[str, Slot] = {}
    for slot in slots:
        for column in slot.columns:
            other = owner.setdefault(column.name, slot)
            same = other is slot or (other.form != slot.form and other.meaning == slot.meaning)
            if not same or column.name in _RESERVED:
                raise ProtocolError(
                    where=f"form {slot.form}, item {slot.item}",
                    field="column of the snapshot",
                    got=f"{column.name}, as of form {other.form}, item {other.item}",
                    wanted="a name of its own",
                    do="rename one of the two items",
                )
