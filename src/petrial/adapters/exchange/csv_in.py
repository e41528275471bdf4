"""CSV files as tables: UTF-8, strict quotes, every row as long as the header."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from petrial.conduct.mapping import Mapping
from petrial.conduct.readings import Entered
from petrial.conduct.rows import Table
from petrial.vocabulary.errors import ReadError

__all__ = ["checked_header", "delimiter_of", "read_csv"]

DELIMITERS: Final = ",;\t"
"""Signs between fields that a header is searched for; a map may name any other."""

LONGEST_FIELD: Final = 100_000
"""Characters of one field; more means that a quotation mark is not closed."""


def read_csv(path: Path, mapping: Mapping | None = None) -> Table:
    """Return the table of a CSV file; its rows are read as they are asked for.

    Parameters
    ----------
    path
        The file: UTF-8, with or without byte order mark.
    mapping
        Says the sign between fields. Without a map, which is for drafting one, ``delimiter_of``.

    Raises
    ------
    ReadError
        It cannot be read, is not UTF-8, has no header, a column without a name or with the name
        of another; while rows are read: one has another number of fields, or a quotation mark is
        not closed.
    """
    delimiter = delimiter_of(path) if mapping is None else mapping.delimiter
    lines = _lines(path, delimiter)
    try:
        _, header = next(lines)
    except StopIteration:
        header = ()
    return Table(path.name, checked_header(path.name, header), _rows(path, lines, len(header)))


def delimiter_of(path: Path) -> str:
    """Return the sign that comes most often in the first line, a comma where none does.

    A guess, for drafting a map only: the draft names it, and a person reads the draft.

    Raises
    ------
    ReadError
        The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            line = file.readline(LONGEST_FIELD)
    except OSError as error:
        raise _unreadable(path, error) from error
    return max(DELIMITERS, key=lambda sign: line.count(sign.encode()))


def checked_header(name: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns without spaces around them.

    Raises
    ------
    ReadError
        There are none, one is empty, or two are the same.
    """
    header = tuple(column.strip() for column in names)
    twice = next((column for column in header if header.count(column) > 1), None)
    if not header or "" in header or twice is not None:
        index = header.index("") + 1 if "" in header else 0
        raise ReadError(
            where=f"{name}, row 1",
            field=f"name of column {index}" if index else "header",
            got=twice or "",
            wanted="a name for every column, each once",
            do="correct the first row of the file",
        )
    return header


def _lines(path: Path, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file, delimiter=delimiter, strict=True):
                number += 1
                too_long = max(map(len, row), default=0) > LONGEST_FIELD
                if too_long:
                    raise _broken(path, number, "a field of more than 100 000 characters")
                if row:
                    yield number, tuple(row)
    except OSError as error:
        raise _unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise ReadError(
            where=f"{path.name}, after row {number}",
            field="encoding",
            got=f"a byte that is not UTF-8: 0x{error.object[error.start]:02x}",
            wanted="text in UTF-8",
            do="save it as CSV UTF-8; Excel has this in the list of file types",
        ) from error
    except csv.Error as error:
        raise _broken(path, number + 1, str(error)) from error


def _unreadable(path: Path, error: OSError) -> ReadError:
    return ReadError(
        where=str(path),
        field="file",
        got=error.strerror,
        wanted="a file that can be read",
        do="check the path and its rights",
    )


def _broken(path: Path, number: int, got: str) -> ReadError:
    return ReadError(
        where=f"{path.name}, row {number}",
        field="quotation marks",
        got=got,
        wanted="fields in double quotes, a quote in them doubled",
        do="export the file again, or check the map's `delimiter`",
    )


def _rows(
    path: Path, lines: Iterator[tuple[int, tuple[str, ...]]], width: int
) -> Iterator[tuple[int | str, Sequence[Entered]]]:
    for number, row in lines:
        if len(row) != width:
            raise ReadError(
                where=f"{path.name}, row {number}",
                field="number of fields",
                got=len(row),
                wanted=f"{width}, as the header has",
                do="put fields that hold the delimiter in quotes; check the map's `delimiter`",
            )
        yield number, row
