"""The data dictionary of snapshots: each table, its key, and each column, for people."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from petrial.protocol.model import Protocol
from petrial.subjects.snapshot_tables import FINDINGS, SnapshotTable
from petrial.vocabulary.tables import Column

__all__ = ["dictionary_markdown"]

_TYPES: Final = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}
_MANY: Final = 12
"""So many codes stand in a row; the rest are counted, the manifest has them all."""


def dictionary_markdown(tables: Sequence[SnapshotTable], protocol: Protocol) -> str:
    """Return the dictionary in Markdown, a section for each table.

    Parameters
    ----------
    tables
        From ``petrial.subjects.snapshot_tables.snapshot_tables``.
    protocol
        The newest version, whose titles the forms have.
    """
    return "\n\n".join("\n\n".join(_section(table, protocol)) for table in tables)


def _section(table: SnapshotTable, protocol: Protocol) -> Iterator[str]:
    yield f"## {table.name}"
    keys = ", ".join(f"`{name}`" for name in table.schema.key)
    yield f"{table.sentence} Key: {keys}."
    forms = dict.fromkeys(slot.form for slot in table.slots)
    if forms:
        yield f"Forms: {', '.join(_form(name, protocol) for name in forms)}."
    yield _grid(table.schema.columns)
    if table.name == FINDINGS and table.slots:
        yield "Its items:"
        yield _grid(column for slot in table.slots for column in slot.columns)


def _form(name: str, protocol: Protocol) -> str:
    form = protocol.form(name)
    return f"`{name}`" if form is None else f"`{name}` ({form.title})"


def _grid(columns: Iterable[Column]) -> str:
    lines = ["| column | type | unit | what it is | values |", "| --- | --- | --- | --- | --- |"]
    lines += [
        "| " + " | ".join(cell.replace("|", "\\|") for cell in _cells(column)) + " |"
        for column in columns
    ]
    return "\n".join(lines)


def _cells(column: Column) -> tuple[str, ...]:
    kind, _, none = column.type.partition(" | ")
    type_ = _TYPES[kind] + (", or empty" if none else "")
    values = ", ".join(f"`{value}`" for value in column.values[:_MANY])
    if len(column.values) > _MANY:
        values += f" and {len(column.values) - _MANY} more"
    return (f"`{column.name}`", type_, column.unit, column.sentence, values)
