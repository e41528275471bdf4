"""ODM 1.3.2 files: petrial's own back to the facts, anybody's to a table of values."""

import json
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Attributes
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

from petrial.adapters.exchange import odm_names as names
from petrial.adapters.exchange.draft import DraftedColumn, drafted, written_map
from petrial.adapters.exchange.odm_out import SOURCE
from petrial.adapters.exchange.safe_xml import parse
from petrial.conduct.mapping import TODO, Mapping
from petrial.conduct.readings import Entered
from petrial.conduct.rows import Table
from petrial.protocol.model import Protocol
from petrial.subjects.facts import Absent, Fact, is_system
from petrial.vocabulary.errors import ReadError

__all__ = ["HEADER", "draft_odm_map", "read_odm", "read_odm_facts"]

HEADER: Final = (
    "SubjectKey",
    "StudyEventOID",
    "StudyEventRepeatKey",
    "FormOID",
    "FormRepeatKey",
    "ItemGroupOID",
    "ItemGroupRepeatKey",
    "ItemOID",
    "Value",
    "Unit",
    "Absent",
    "Observed",
)
"""Columns of the table that an ODM file is read as."""

_ODM: Final = "http://www.cdisc.org/ns/odm/v1.3 "
_ABOVE: Final = ("ClinicalData", "SubjectData", "StudyEventData", "FormData", "ItemGroupData")
_SAID: Final = ("DateTimeStamp", "ReasonForChange", "SourceID", "FlagValue", "FlagType")


@dataclass(slots=True)
class _Datum:
    """One ``ItemData``, with the attributes of all elements above it."""

    keys: dict[str, str]
    value: str | None
    unit: str = ""
    user: str = ""
    location: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)

    @property
    def transaction(self) -> str:
        """What it does: empty in a snapshot."""
        return self.keys.get("TransactionType", "")


class _Collector:
    """Puts together what the parser tells; ``done`` has the data that are complete."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.done: list[_Datum] = []
        self.transactional = False
        self._begun = False
        self.items: dict[str, str] = {}
        self._units: dict[str, str] = {}
        self._unit = ""
        self._above: list[Attributes[str, str]] = []
        self._datum: _Datum | None = None
        self._audited = False
        self._text: list[str] | None = None

    def started(self, tag: str, attributes: Attributes[str, str]) -> None:
        """Take the beginning of an element."""
        element = tag.removeprefix(_ODM)
        if not self._begun:
            self._begun = True
            if tag != f"{_ODM}ODM":
                do = "export it as CDISC ODM 1.3.2"
                self._refuse("first element", tag, "ODM of version 1.3", do)
        if element in _ABOVE:
            if attributes.get("TransactionType") == "Remove":
                do = "export a snapshot, which holds the present values only"
                self._refuse(element, "its removal as a whole", "one for each item", do)
            self._above.append(attributes)
        elif element.startswith("ItemData"):
            keys = {k: v for above in self._above for k, v in above.items()} | dict(attributes)
            self._datum = _Datum(keys, attributes.get("Value"))
            if element != "ItemData" and attributes.get("IsNull") != "Yes":
                self._text = []
        elif self._datum is not None:
            self._within(element, attributes, self._datum)
        else:
            self._head(element, attributes)

    def _within(self, element: str, attributes: Attributes[str, str], datum: _Datum) -> None:
        if element == "AuditRecord":
            self._audited = True
        elif element == "UserRef" and self._audited:
            datum.user = attributes["UserOID"]
        elif element == "LocationRef" and self._audited:
            datum.location = attributes["LocationOID"]
        elif element == "MeasurementUnitRef":
            oid = attributes["MeasurementUnitOID"]
            datum.unit = self._units.get(oid, oid)
        elif element in _SAID:
            self._text = []

    def _head(self, element: str, attributes: Attributes[str, str]) -> None:
        if element == "ODM":
            self.transactional = attributes.get("FileType") == "Transactional"
        elif element == "ItemDef":
            self.items[attributes["OID"]] = attributes.get("Name", "")
        elif element == "MeasurementUnit":
            self._unit = attributes["OID"]
            self._units[self._unit] = attributes.get("Name", self._unit)
        elif element == "Symbol":
            self._text = []

    def said(self, text: str) -> None:
        """Take a piece of text."""
        if self._text is not None:
            self._text.append(text)

    def ended(self, tag: str) -> None:
        """Take the end of an element."""
        element = tag.removeprefix(_ODM)
        text = "" if self._text is None else "".join(self._text)
        if element in _ABOVE:
            self._above.pop()
        elif element == "Symbol":
            if text.strip():
                self._units[self._unit] = text.strip()
            self._text = None
        elif self._datum is not None:
            self._close(element, text, self._datum)

    def _close(self, element: str, text: str, datum: _Datum) -> None:
        if element == "AuditRecord":
            self._audited = False
        elif element == "Flag":
            kind = datum.texts.pop("FlagType", "")
            datum.flags[kind] = datum.texts.pop("FlagValue", "")
        elif element in _SAID:
            datum.texts[element] = text
            self._text = None
        elif element.startswith("ItemData"):
            if self._text is not None:
                datum.value = text
            self.done.append(datum)
            self._datum, self._text = None, None

    def _refuse(self, field: str, got: str, wanted: str, do: str) -> NoReturn:
        raise ReadError(where=self.name, field=field, got=got, wanted=wanted, do=do)


def _data(path: Path, collector: _Collector) -> Iterator[_Datum]:
    with path.open("rb") as file:
        for _ in parse(file, path.name, collector.started, collector.ended, collector.said):
            found, collector.done = collector.done, []
            yield from found


def read_odm_facts(path: Path) -> Iterator[Fact]:
    """Yield the facts of an ODM file that petrial wrote, in its order, each as it was.

    Their hashes can be verified as those of the ledger; sealed values come as commitments.

    Raises
    ------
    ReadError
        It is no such file.
    """
    for number, datum in enumerate(_data(path, _Collector(path.name)), 1):
        try:
            yield _fact(datum)
        except (KeyError, ValueError, TypeError) as error:
            raise ReadError(
                where=f"{path.name}, ItemData {number}",
                field="SourceID",
                got=datum.texts.get("SourceID", ""),
                wanted="what petrial writes there",
                do="read files of other programs as values, with a map",
            ) from error


def _fact(datum: _Datum) -> Fact:
    keys, flags = datum.keys, datum.flags
    source: dict[str, Any] = json.loads(datum.texts["SourceID"])
    form = keys["FormOID"].removeprefix(names.form(""))
    site = datum.location.removeprefix(names.location("x").removesuffix("x"))
    return Fact(
        **{name: source[name] for name in SOURCE},
        site="" if datum.location == names.STUDY_PLACE else site,
        subject=keys["SubjectKey"],
        event=keys["StudyEventOID"].removeprefix(names.event("")),
        event_repeat=int(keys["StudyEventRepeatKey"]),
        form=form,
        form_repeat=int(keys["FormRepeatKey"]),
        item=keys["ItemOID"].removeprefix(names.item(form, "")),
        value=flags.get(names.SEALED_AS, datum.value),
        unit=datum.unit,
        absent=flags.get(names.ABSENT, ""),
        observed=flags.get(names.OBSERVED, ""),
        recorded=datum.texts["DateTimeStamp"],
        author=datum.user.removeprefix(names.user("")),
        role=flags[names.ROLE],
        protocol=keys["MetaDataVersionOID"].removeprefix(names.metadata("")),
    )


def read_odm(path: Path, mapping: Mapping | None = None) -> Table:  # noqa: ARG001  as the other readers
    """Return the table of the values of an ODM file: one row for each ``ItemData``.

    Of a transactional file the last value at each place comes, ``removed`` where it was removed.
    What is null without a reason, or sealed, states nothing.

    Raises
    ------
    ReadError
        While rows are read: it is no XML, has a document type declaration, or removes whole forms.
    """
    collector = _Collector(path.name)
    return Table(path.name, HEADER, _rows(path, collector), "ItemData", frozenset(HEADER))


def _rows(path: Path, collector: _Collector) -> Iterator[tuple[int | str, Sequence[Entered]]]:
    latest: dict[tuple[str, ...], tuple[str, tuple[str, ...]]] = {}
    for number, datum in enumerate(_data(path, collector), 1):
        row = _row(datum)
        if datum.transaction == "Context":
            continue
        label = f"{number} ({row[0]}, {row[1]}, {row[7]})"
        if collector.transactional:
            latest.pop(row[:8], None)
            latest[row[:8]] = label, row
        else:
            yield label, row
    yield from latest.values()


def _row(datum: _Datum) -> tuple[str, ...]:
    absent = datum.flags.get(names.ABSENT, "")
    if datum.transaction == "Remove":
        absent = Absent.REMOVED.value
    sealed = names.SEALED_AS in datum.flags
    value = "" if datum.value is None or sealed or absent else datum.value
    if value == "" and not absent and not sealed and datum.transaction == "Update":
        absent = Absent.REMOVED.value
    observed = datum.flags.get(names.OBSERVED, "")
    return (
        *(datum.keys.get(name, "") for name in HEADER[:8]),
        *(value, datum.unit, absent, observed),
    )


def draft_odm_map(path: Path, protocol: Protocol) -> str:
    """Return the text of a map for an ODM file, drafted from the items that its data name.

    Raises
    ------
    ReadError
        As ``read_odm``.
    """
    collector = _Collector(path.name)
    seen: dict[str, None] = {}
    events: dict[str, None] = {}
    for datum in _data(path, collector):
        seen[datum.keys.get("ItemOID", "")] = None
        events[datum.keys.get("StudyEventOID", "")] = None
    columns: list[DraftedColumn] = []
    ignored: list[str] = []
    for oid in seen:
        path_of = oid.removeprefix("IT.")
        if any(is_system(part) for part in path_of.split(".")):
            ignored.append(oid)
            continue
        known = drafted(path_of, protocol)
        named = known if known.to else drafted(collector.items.get(oid, oid), protocol)
        columns.append(named._replace(name=oid, remark=collector.items.get(oid, "")))
    meant = {oid: oid.removeprefix(names.event("")) for oid in events}
    pairs = ", ".join(
        f"{json.dumps(oid)}: {name if protocol.event(name) else TODO}"
        for oid, name in meant.items()
        if not is_system(name)
    )
    head = [
        "subject: {column: SubjectKey}",
        f"event: {{column: StudyEventOID, values: {{{pairs}}}}}",
        "event_repeat: {column: StudyEventRepeatKey}",
        "form_repeat: {column: FormRepeatKey}",
        "observed: {column: Observed}",
        "long: {key: [ItemOID], value: Value, unit: Unit, absent: Absent}",
    ]
    return written_map(head, columns, ignored, protocol)
