"""From the rows of a table to the values that they state, as a map says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from petrial.conduct.cells import Cell
from petrial.conduct.mapping import ColumnMap, Mapping, Source
from petrial.conduct.readings import NOTHING, Entered, Read, Reader, Refusal, read_date
from petrial.protocol.forms import ItemType
from petrial.protocol.model import Protocol
from petrial.protocol.rules import split_path
from petrial.vocabulary.errors import Problem

__all__ = ["Table", "cells_of"]

MOST_KEPT: Final = 50_000
"""Texts of one column whose reading is kept, so that one that comes often is read once."""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file.

    Attributes
    ----------
    name
        Of the file.
    header
        Names of the columns.
    rows
        Number of each row as people count, and its cells, as many as the header has.
    row
        What a row is called: ``row``.
    optional
        Columns that the map need not name.
    """

    name: str
    header: tuple[str, ...]
    rows: Iterator[tuple[int | str, Sequence[Entered]]]
    row: str = "row"
    optional: frozenset[str] = frozenset()


def cells_of(table: Table, mapping: Mapping, protocol: Protocol) -> Iterator[Cell | Problem]:
    """Yield every value that the rows state, and a problem for each that cannot be read.

    Where map, header and protocol do not fit together, only those problems come: no row is read.
    An empty cell states nothing.
    """
    plan = _Plan(table, mapping, protocol)
    problems = plan.problems()
    if problems:
        yield from problems
        return
    read = plan.wide if mapping.long is None else plan.long
    for number, row in table.rows:
        if any(cell != "" for cell in row):
            yield from read(f"{table.row} {number}", row)


class _Who(NamedTuple):
    """What a row says of all its values; ``observed`` may be refused by itself."""

    subject: str
    event: str
    event_repeat: int
    form_repeat: int
    observed: str


class _Target:
    """Where the values of one column or key go."""

    def __init__(self, column: ColumnMap, reader: Reader) -> None:
        self.form, self.item, self.event = split_path(column.to)
        self.column = column
        self._reader = reader
        self._paired = column.time is not None
        self._kept: dict[tuple[Entered, str], Read | Refusal] = {}

    def read(self, entered: Entered, at: Entered, unit: str) -> Read | Refusal:
        """Return what a cell says."""
        if self._paired:
            return self._reader.read(entered, at, unit)
        kept = self._kept.get((entered, unit))
        if kept is None:
            kept = self._reader.read(entered, at, unit)
            if len(self._kept) < MOST_KEPT:
                self._kept[entered, unit] = kept
        return kept


class _Plan:
    """How the rows of one table are read; made once, for all of them."""

    def __init__(self, table: Table, mapping: Mapping, protocol: Protocol) -> None:
        self._table = table
        self._mapping = mapping
        self._protocol = protocol
        self._at = {name: index for index, name in enumerate(table.header)}
        self._targets: dict[str, _Target] = {}
        self._wrong: list[Problem] = []
        names = dict(mapping.columns)
        if mapping.same_names and mapping.long is None:
            for name in table.header:
                if self._is_path(name) and name not in {*mapping.used, *mapping.ignore}:
                    names[name] = ColumnMap(to=name)
        for name, column in names.items():
            self._add(name, column)

    def problems(self) -> list[Problem]:
        """Return where map, header and protocol do not fit together."""
        used, header = self._mapping.used, self._table.header
        known = {*used, *self._mapping.ignore, *self._table.optional}
        known |= self._targets.keys() if self._mapping.long is None else set()
        absent = [
            self._problem(
                f"column {name}",
                "",
                "this column, which the map names",
                "check its name in the header of the file and in the map",
            )
            for name in sorted(used)
            if name not in self._at
        ]
        unnamed = [
            self._problem(
                f"column {name}",
                "a column that the map does not name",
                "its item, or its name under `ignore`",
                "say in the map where it goes, or that it is ignored",
            )
            for name in header
            if name not in known
        ]
        return [*self._wrong, *absent, *unnamed]

    def _problem(self, field: str, got: str, wanted: str, do: str) -> Problem:
        return Problem(self._table.name, field, got, wanted, do)

    def _is_path(self, name: str) -> bool:
        form, _, item = name.partition("@")[0].partition(".")
        return self._protocol.item(form, item) is not None

    def _add(self, name: str, column: ColumnMap) -> None:
        form, item_name, event = split_path(column.to)
        item = self._protocol.item(form, item_name)
        if item is None or (event is not None and self._protocol.event(event) is None):
            what = "an item of the protocol: form.item" if item is None else "an event"
            do = "correct the map; `petrial protocol show` lists events, forms and items"
            self._wrong.append(self._problem(f"map, {name}", column.to, what, do))
            return
        if event is None and self._mapping.event is None:
            wanted = "the event: `event` for all columns, or form.item@event"
            do = "say in the map at which event these values were found"
            self._wrong.append(self._problem(f"map, {name}", column.to, wanted, do))
            return
        codes = None if item.codes is None else self._protocol.code_list(item.codes)
        listed = () if codes is None else tuple(code.code for code in codes.codes)
        self._wrong += [
            self._problem(
                f"map, codes of {name}",
                f"{text}: {code}",
                "one of: " + ", ".join(listed),
                "correct `codes` in the map",
            )
            for text, code in column.codes.items()
            if item.type is ItemType.CODE and code not in listed
        ]
        factors = self._mapping.conversions.get(column.to.partition("@")[0], {})
        if column.unit not in {"", item.unit, *factors}:
            wanted = f"{item.unit or 'no unit'}, or a factor under `conversions`"
            do = "add the factor to the map"
            self._wrong.append(self._problem(f"map, unit of {name}", column.unit, wanted, do))
        self._targets[name] = _Target(column, Reader(self._mapping, column, item))

    def _entered(self, source: Source, row: Sequence[Entered]) -> Entered | Refusal:
        """Return what a row holds for its subject, event, repeat or moment."""
        entered = (source.constant or "") if source.column is None else row[self._at[source.column]]
        if not isinstance(entered, str):
            return entered
        text = entered.strip()
        if source.values and text not in source.values:
            do = "add it to `values` of the map, or correct it"
            return Refusal(text, "one of: " + ", ".join(source.values), do)
        return source.values.get(text, text)

    def _said(self, source: Source, row: Sequence[Entered]) -> str | Refusal:
        entered = self._entered(source, row)
        if isinstance(entered, str | Refusal):
            return entered
        return read_date(entered, source.dates, self._mapping.time_zone)

    def _who(self, where: str, row: Sequence[Entered]) -> _Who | list[Problem]:
        mapping = self._mapping
        problems: list[Problem] = []

        def said(source: Source, field: str, *, needed: bool = True) -> str:
            found = self._said(source, row)
            if found == "" and needed:
                found = Refusal("", f"the {field}", "fill it in, or take the row out of the file")
            if isinstance(found, Refusal):
                problems.append(Problem(_named(where, source.column), field, *found))
                return ""
            return found

        subject = said(mapping.subject, "subject")
        event = "" if mapping.event is None else said(mapping.event, "event", needed=False)
        repeats = []
        for source, field in (
            (mapping.event_repeat, "repeat of the event"),
            (mapping.form_repeat, "repeat of the form"),
        ):
            text = said(source, field, needed=False) or "1"
            if not (text.isascii() and text.isdigit() and text.strip("0")):
                refusal = Refusal(text, "a whole number from 1 on", "correct it")
                problems.append(Problem(_named(where, source.column), field, *refusal))
                text = "1"
            repeats.append(int(text))
        observed = "" if mapping.observed is None else self._observed(mapping.observed, where, row)
        if isinstance(observed, Problem):
            problems.append(observed)
        if problems or isinstance(observed, Problem):
            return problems
        return _Who(subject, event, repeats[0], repeats[1], observed)

    def _observed(self, source: Source, where: str, row: Sequence[Entered]) -> str | Problem:
        entered = self._entered(source, row)
        if isinstance(entered, Refusal) or entered == "":
            read: str | Refusal = entered if isinstance(entered, Refusal) else ""
        else:
            formats = source.dates or self._mapping.dates
            read = read_date(entered, formats, self._mapping.time_zone)
        if isinstance(read, Refusal):
            return Problem(_named(where, source.column), "moment of observation", *read)
        return read

    def wide(self, where: str, row: Sequence[Entered]) -> Iterator[Cell | Problem]:
        """Yield what a row states that has one column for each item."""
        who = self._who(where, row)
        if isinstance(who, list):
            yield from who
            return
        for name, target in self._targets.items():
            entered = row[self._at[name]]
            if entered != "":
                yield from self._cell(
                    f"{where}, column {name}", target, who, row, (entered, "", "")
                )

    def long(self, where: str, row: Sequence[Entered]) -> Iterator[Cell | Problem]:
        """Yield what a row states that has one value."""
        layout = self._mapping.long
        assert layout is not None  # noqa: S101  chosen by the caller
        key = ".".join(str(row[self._at[name]]).strip() for name in layout.key)
        if key in self._mapping.ignore:
            return
        if key not in self._targets and self._mapping.same_names and self._is_path(key):
            self._add(key, ColumnMap(to=key))
        target = self._targets.get(key)
        if target is None:
            wanted = "a key of `columns` or `ignore` of the map"
            do = "say in the map where it goes, or that it is ignored"
            yield Problem(_named(where, layout.key[-1]), "item", key, wanted, do)
            return
        who = self._who(where, row)
        if isinstance(who, list):
            yield from who
            return
        unit, absent = (
            "" if name is None else str(row[self._at[name]]).strip()
            for name in (layout.unit, layout.absent)
        )
        entered = row[self._at[layout.value]]
        at = f"{where}, column {layout.value}"
        yield from self._cell(at, target, who, row, (entered, unit, absent))

    def _cell(
        self,
        where: str,
        target: _Target,
        who: _Who,
        row: Sequence[Entered],
        stated: tuple[Entered, str, str],
    ) -> Iterator[Cell | Problem]:
        """Yield the cell of one value, with the unit and the reason for none that the row names."""
        column = target.column
        entered, unit, absent = stated
        at = "" if column.time is None else row[self._at[column.time]]
        read = target.read(entered, at, unit)
        if isinstance(read, Refusal):
            yield Problem(where, target.item, *read)
            return
        if absent and read != NOTHING:
            got = f"a value, and {absent} as the reason why there is none"
            yield Problem(where, target.item, got, "one of both", "correct the row")
            return
        if read == NOTHING and not absent:
            return
        observed = who.observed
        if column.observed is not None:
            found = self._observed(column.observed, where.partition(", column ")[0], row)
            if isinstance(found, Problem):
                yield found
                return
            observed = found
        event = target.event or who.event
        if not event:
            do = "fill it in, or name it in the map: form.item@event"
            yield Problem(where, "event", "", "the event of this value", do)
            return
        yield Cell(
            where,
            who.subject,
            event,
            column.event_repeat or who.event_repeat,
            target.form,
            column.form_repeat or who.form_repeat,
            target.item,
            read.text,
            read.unit,
            observed,
            absent or read.absent,
        )


def _named(where: str, column: str | None) -> str:
    return where if column is None else f"{where}, column {column}"
