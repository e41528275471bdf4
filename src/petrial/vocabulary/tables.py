"""Tables whose columns carry unit and sentence; one declaration serves every other list."""

from dataclasses import dataclass, field, fields
from typing import Any

__all__ = ["Column", "Schema", "column", "schema_of"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: name, Python type as text, unit ("" for none), one sentence.

    ``values`` are the only ones it can hold; empty where they are not listed.
    """

    name: str
    type: str
    unit: str
    sentence: str
    values: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of a table and the names of those that form its key."""

    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)


def column(unit: str, sentence: str) -> Any:  # noqa: ANN401  as dataclasses.field, whose kin it is
    """Return a dataclass field that is a column with ``unit`` and ``sentence``."""
    return field(metadata={"unit": unit, "sentence": sentence})


def schema_of(row: type, key: tuple[str, ...]) -> Schema:
    """Return the schema of a dataclass whose fields were made by ``column``.

    >>> from dataclasses import dataclass
    >>> @dataclass
    ... class Row:
    ...     volume_ml: float = column("mL", "size of the region")
    >>> schema_of(Row, key=("volume_ml",)).columns[0]
    Column(name='volume_ml', type='float', unit='mL', sentence='size of the region')
    """
    columns = tuple(
        Column(
            name=f.name,
            type=f.type if isinstance(f.type, str) else getattr(f.type, "__name__", str(f.type)),
            unit=f.metadata["unit"],
            sentence=f.metadata["sentence"],
        )
        for f in fields(row)
    )
    return Schema(key, columns)
