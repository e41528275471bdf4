"""The tables of a snapshot as Polars frames: typed, in study days, in the order of their keys."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from petrial.adapters.store.snapshot_facts import Gathered
from petrial.conduct.snapshot import SnapshotOrder
from petrial.protocol.forms import ItemType
from petrial.subjects.facts import Absent
from petrial.subjects.records import STATUS, Form
from petrial.subjects.snapshot_rows import subject_columns, visit_columns, visits_of
from petrial.subjects.snapshot_tables import (
    ABSENCES,
    FILLED_IN,
    FINDINGS,
    SUBJECTS,
    VISITS,
    Slot,
    SnapshotTable,
)
from petrial.subjects.study_day import holds_a_date
from petrial.vocabulary.errors import LedgerError
from petrial.vocabulary.tables import Schema

__all__ = ["Frames", "frames_of", "polars_schema"]

_POLARS: Final = {"str": pl.String, "int": pl.Int64, "float": pl.Float64, "bool": pl.Boolean}
_KEY: Final = [column.name for column in FILLED_IN]
_SLOT: Final = ("form", "item", "protocol", "table", "base", "type", "wanted")
_MOMENT: Final = "%Y-%m-%dT%H:%M:%S%:z"


@dataclass(frozen=True, slots=True)
class Frames:
    """The tables by name, and how many different labels were replaced by tokens."""

    tables: dict[str, pl.DataFrame]
    hidden_labels: int


def polars_schema(schema: Schema) -> pl.Schema:
    """Return a declared schema as Polars knows it."""
    return pl.Schema({c.name: _POLARS[c.type.partition(" ")[0]] for c in schema.columns})


def frames_of(found: Gathered, order: SnapshotOrder, tables: Sequence[SnapshotTable]) -> Frames:
    """Return the frames of the tables.

    Raises
    ------
    LedgerError
        A fact is not of the type or unit that its protocol says, or of an item that none has.
    """
    by_name = {table.name: table for table in tables}
    facts, hidden = _placed(found, tables)
    frames = {
        SUBJECTS: _subjects(found, order, by_name[SUBJECTS]),
        VISITS: _visits(found, by_name[VISITS]),
        FINDINGS: _findings(facts.filter(pl.col("table") == FINDINGS)),
        ABSENCES: facts.filter(pl.col("absent") != "").rename({"absent": "reason"}),
    }
    status = found.facts.filter(pl.col("item") == STATUS).select(
        *_KEY, pl.col("value").alias("form_status")
    )
    for table in tables:
        if table.name not in frames:
            part = facts.filter(pl.col("table") == table.name)
            frames[table.name] = (
                _wide(part, table.slots)
                .join(status, on=_KEY, how="left", maintain_order="left")
                .with_columns(pl.col("form_status").fill_null(Form.OPEN.value))
            )
    return Frames({name: _finished(frames[name], by_name[name].schema) for name in by_name}, hidden)


def _finished(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """Return the columns of the schema in its order, the rows in the order of the key."""
    types = polars_schema(schema)
    return frame.select(types.names()).cast(types).sort(schema.key).rechunk()


def _subjects(found: Gathered, order: SnapshotOrder, table: SnapshotTable) -> pl.DataFrame:
    told = subject_columns(order.versions)
    rows = [[one.tell(seen) for one in told] for seen in found.subjects]
    return pl.DataFrame(rows, schema=polars_schema(table.schema), orient="row")


def _visits(found: Gathered, table: SnapshotTable) -> pl.DataFrame:
    told = visit_columns()
    rows = [
        [one.tell(visit) for one in told] for seen in found.subjects for visit in visits_of(seen)
    ]
    return pl.DataFrame(rows, schema=polars_schema(table.schema), orient="row")


def _placed(found: Gathered, tables: Iterable[SnapshotTable]) -> tuple[pl.DataFrame, int]:
    """Return the facts with their slots, units checked, labels without dates, study day one."""
    slots = pl.DataFrame(
        [
            (slot.form, slot.item, version, table.name, slot.base, slot.type.value, slot.unit)
            for table in tables
            for slot in table.slots
            for version in slot.versions
        ],
        schema=dict.fromkeys(_SLOT, pl.Categorical),
        orient="row",
    )
    facts = found.facts.filter(
        pl.col("item") != STATUS, pl.col("absent") != Absent.REMOVED.value
    ).join(slots, on=["form", "item", "protocol"], how="left", maintain_order="left")
    _refuse(facts.filter(pl.col("table").is_null()), "item", "an item of a form of its protocol")
    other = facts.filter(pl.col("value").is_not_null(), pl.col("unit") != pl.col("wanted"))
    _refuse(other, "unit", "the unit of the item, as its protocol says")
    days = pl.DataFrame(
        [
            (seen.state.subject, seen.day_one, found.offsets.get(seen.state.subject))
            for seen in found.subjects
        ],
        schema={"subject": pl.Categorical, "day_one": pl.Date, "offset": pl.Int64},
        orient="row",
    )
    facts, hidden = _without_dates(facts, found.salt)
    return facts.join(days, on="subject", how="left", maintain_order="left"), hidden


def _without_dates(facts: pl.DataFrame, salt: str) -> tuple[pl.DataFrame, int]:
    """Return the facts with a token in place of each label that can be read as holding a date.

    The token is the same for the same label within a study, so that tables can be joined by it.
    """
    is_label = (pl.col("type") == ItemType.LABEL.value) & pl.col("value").is_not_null()
    labels = facts.filter(is_label)["value"].unique().sort().to_list()
    tokens = {
        label: "hidden-" + hashlib.sha256(f"{salt} {label}".encode()).hexdigest()[:12]
        for label in labels
        if holds_a_date(label)
    }
    if not tokens:
        return facts, 0
    value = pl.col("value")
    shown = pl.when(is_label).then(value.replace(tokens)).otherwise(value)
    return facts.with_columns(shown.alias("value")), len(tokens)


def _refuse(bad: pl.DataFrame, field: str, wanted: str) -> None:
    if bad.is_empty():
        return
    row = bad.row(0, named=True)
    raise LedgerError(
        where=f"{row['subject']}, {row['event']}/{row['form']}.{row['item']}",
        field=field,
        got=f"{row[field]}, recorded under protocol {row['protocol']}",
        wanted=wanted,
        do="run `petrial audit verify`, and correct the fact",
    )


def _day(text: pl.Expr) -> pl.Expr:
    """Return the study day of a date or moment in canonical text."""
    day = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    days = (day - pl.col("day_one")).dt.total_days()
    return pl.when(days >= 0).then(days + 1).otherwise(days)


def _second(text: pl.Expr) -> pl.Expr:
    """Return seconds since midnight of that day, on the clock of study day 1."""
    moment = text.str.to_datetime(_MOMENT, time_unit="ms", time_zone="UTC", strict=False)
    midnight = text.str.slice(0, 10).str.to_datetime("%Y-%m-%d", time_unit="ms", strict=False)
    return (moment.dt.epoch("s") - midnight.dt.epoch("s")) + pl.col("offset")


def _readable(type_: ItemType, text: pl.Expr) -> pl.Expr:
    """Return something that is null where a value is not of its type."""
    match type_:
        case ItemType.INTEGER:
            return text.cast(pl.Int64, strict=False)
        case ItemType.NUMBER:
            return text.cast(pl.Float64, strict=False)
        case ItemType.BOOLEAN:
            return text.replace_strict({"yes": True, "no": False}, default=None)
        case ItemType.DATE:
            return text.str.to_date("%Y-%m-%d", strict=False)
        case ItemType.MOMENT:
            return text.str.to_datetime(_MOMENT, time_unit="ms", time_zone="UTC", strict=False)
        case _:
            return text


def _wide(part: pl.DataFrame, slots: Iterable[Slot]) -> pl.DataFrame:
    """Return one row for each filled-in form, a column or two for each item."""
    kinds = {slot.base: slot for slot in slots}
    valued = part.filter(pl.col("value").is_not_null())
    _refuse_unreadable(valued)
    rows = part.select(*_KEY, "day_one", "offset").unique(_KEY, maintain_order=True)
    if not valued.is_empty():
        texts = valued.pivot(on="base", index=_KEY, values="value")
        rows = rows.join(texts, on=_KEY, how="left", maintain_order="left")
    absent = [pl.lit(None, pl.String).alias(base) for base in kinds if base not in rows.columns]
    rows = rows.with_columns(absent)
    return rows.select(
        *_KEY, *(expr for base, slot in kinds.items() for expr in _columns(base, slot))
    )


def _columns(base: str, slot: Slot) -> list[pl.Expr]:
    text = pl.col(base)
    names = [column.name for column in slot.columns]
    if slot.type is ItemType.DATE:
        return [_day(text).alias(names[0])]
    if slot.type is ItemType.MOMENT:
        return [_day(text).alias(names[0]), _second(text).alias(names[1])]
    return [_readable(slot.type, text).alias(names[0])]


def _refuse_unreadable(valued: pl.DataFrame) -> None:
    for kind in ItemType:
        some = valued.filter(pl.col("type") == kind.value)
        bad = some.filter(_readable(kind, pl.col("value")).is_null())
        _refuse(bad.with_columns(pl.lit("another text").alias("value")), "value", f"a {kind.value}")


def _findings(part: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each value, a moment as two: its day, and its seconds."""
    valued = part.filter(pl.col("value").is_not_null())
    _refuse_unreadable(valued)
    value, base = pl.col("value"), pl.col("base").cast(pl.String)
    nothing = pl.lit(None, pl.Float64)
    number, text = "value_number", "value_text"
    columns = [*_KEY, "item", text, number, "unit", "day"]
    observed = pl.when(pl.col("observed") != "").then(pl.col("observed"))
    valued = valued.with_columns(_day(observed).alias("day"))

    def some(*kinds: ItemType) -> pl.DataFrame:
        return valued.filter(pl.col("type").is_in([kind.value for kind in kinds]))

    def numbers(
        frame: pl.DataFrame, ending: str, unit: pl.Expr, number_of: pl.Expr
    ) -> pl.DataFrame:
        return frame.with_columns(
            (base + ending).alias("item"),
            pl.lit(None, pl.String).alias(text),
            number_of.cast(pl.Float64).alias(number),
            unit.cast(pl.Categorical).alias("unit"),
        ).select(columns)

    times = some(ItemType.DATE, ItemType.MOMENT)
    return pl.concat(
        [
            some(ItemType.CODE, ItemType.LABEL, ItemType.BOOLEAN)
            .with_columns(base.alias("item"), value.alias(text), nothing.alias(number))
            .select(columns),
            numbers(some(ItemType.INTEGER, ItemType.NUMBER), "", pl.col("unit"), value),
            numbers(times, "_day", pl.lit("d"), _day(value)),
            numbers(some(ItemType.MOMENT), "_s", pl.lit("s"), _second(value)),
        ]
    )
