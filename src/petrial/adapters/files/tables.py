"""The lesion table as CSV and Parquet, typed by its schema."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import polars as pl

from petrial.lesions.table import LESION_TABLE, LesionRow
from petrial.vocabulary.tables import Column

__all__ = ["lesion_frame", "write_csv", "write_parquet"]

TYPES: Final = {"str": pl.String, "int": pl.Int64, "float": pl.Float64, "bool": pl.Boolean}


def lesion_frame(rows: Sequence[LesionRow]) -> pl.DataFrame:
    """Return the rows as a data frame with the columns and types of ``LESION_TABLE``.

    >>> lesion_frame([]).columns[:3]
    ['series_uid', 'id', 'label']
    """
    schema = {column.name: _type_of(column) for column in LESION_TABLE.columns}
    return pl.DataFrame([asdict(row) for row in rows], schema=schema, orient="row")


def _type_of(column: Column) -> type[pl.DataType]:
    return TYPES[column.type.removesuffix(" | None")]


def write_csv(rows: Sequence[LesionRow], path: Path) -> None:
    """Write the lesion table as CSV in UTF-8; a column's unit stands in the documents."""
    lesion_frame(rows).write_csv(path)


def write_parquet(rows: Sequence[LesionRow], path: Path) -> None:
    """Write the lesion table as Parquet."""
    lesion_frame(rows).write_parquet(path)
