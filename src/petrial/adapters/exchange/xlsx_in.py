"""A sheet of an Excel workbook as a table: typed cells, the values of formulas.

The reading library gives an error (``#N/A``) and a formula whose value was never stored as an
empty cell. Neither is empty, so the sheet's XML is searched for them, and they are refused.
"""

import zipfile
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Attributes
from datetime import date, datetime, time
from pathlib import Path
from posixpath import join, normpath
from typing import IO, Any, Final

from python_calamine import CalamineError, CalamineWorkbook

from petrial.adapters.exchange.csv_in import checked_header
from petrial.adapters.exchange.safe_xml import parse
from petrial.conduct.mapping import Mapping
from petrial.conduct.readings import Entered
from petrial.conduct.rows import Table
from petrial.vocabulary.errors import ReadError

__all__ = ["read_xlsx"]

LARGEST_BYTES: Final = 1_000_000_000
"""Unpacked. A workbook that says it is larger is refused before it fills the memory."""

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_LINK: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"


def read_xlsx(path: Path, mapping: Mapping | None = None) -> Table:
    """Return the table of one sheet, its first row the header.

    Parameters
    ----------
    path
        An ``.xlsx`` file.
    mapping
        Names the sheet; without a name the workbook must have only one.

    Raises
    ------
    ReadError
        It is no workbook; the sheet is not there, or not named among several; the header lacks a
        name or has one twice; a cell holds an error, or a formula without a stored value.

    Notes
    -----
    A cell with a date format is a day or a moment. A number has the 15 digits that Excel counts
    with, a whole one no point: 7, not 7.0.
    """
    asked = "" if mapping is None else mapping.sheet
    try:
        parts = _sheet_parts(path)
        sheet = _chosen(path.name, asked, tuple(parts))
        _refuse_hidden_faults(path, sheet, parts[sheet])
        with CalamineWorkbook.from_path(path) as workbook:
            rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (OSError, zipfile.BadZipFile, KeyError, CalamineError) as error:
        raise ReadError(
            where=path.name,
            field="workbook",
            got=str(error) or type(error).__name__,
            wanted="an Excel workbook (.xlsx) without password",
            do="open it in Excel and save it as .xlsx",
        ) from error
    names = [_text(cell) for cell in rows[0]] if rows else []
    header = checked_header(path.name, [str(name) for name in names])
    body = ((number, [_text(cell) for cell in row]) for number, row in enumerate(rows[1:], 2))
    return Table(path.name, header, body)


def _text(cell: Any) -> Entered:  # noqa: ANN401  whatever the library gives
    """Return a cell as text; days and moments as they are."""
    if isinstance(cell, str | date | datetime | time):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float | int):
        return f"{cell:.15g}"
    return str(cell)


def _chosen(name: str, asked: str, sheets: Sequence[str]) -> str:
    if asked in sheets:
        return asked
    if not asked and len(sheets) == 1:
        return sheets[0]
    raise ReadError(
        where=name,
        field="sheet",
        got=asked or f"{len(sheets)} sheets",
        wanted="one of: " + ", ".join(sheets),
        do="name it in the map: `sheet: NAME`",
    )


def _sheet_parts(path: Path) -> dict[str, str]:
    """Return the name of the part of the file that holds each sheet, by name of the sheet."""
    links: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(element: str, attributes: Attributes[str, str]) -> None:
        if element == f"{_MAIN}sheet":
            links[attributes["name"]] = attributes[_LINK]

    def link(element: str, attributes: Attributes[str, str]) -> None:
        if element.endswith(" Relationship"):
            targets[attributes["Id"]] = normpath(join("xl", attributes["Target"])).lstrip("/")

    with zipfile.ZipFile(path) as archive:
        size = sum(part.file_size for part in archive.infolist())
        if size > LARGEST_BYTES:
            raise ReadError(
                where=path.name,
                field="size",
                got=f"{size} bytes unpacked",
                wanted=f"at most {LARGEST_BYTES} bytes",
                do="split the workbook, or export the sheet as CSV",
            )
        for part, started in (("xl/workbook.xml", sheet), ("xl/_rels/workbook.xml.rels", link)):
            with archive.open(part) as file:
                _run(parse(file, f"{path.name}, {part}", started, _skip, _skip))
    return {name: targets[identifier] for name, identifier in links.items()}


def _run(steps: Iterator[None]) -> None:
    for _ in steps:
        pass


def _skip(_text: str) -> None:
    pass


class _Faults:
    """Finds cells that hold an error, or a formula whose value is not stored."""

    def __init__(self) -> None:
        self._cell = ""
        self._error = self._formula = self._valued = self._reading = False
        self.found: list[tuple[str, str]] = []

    def started(self, element: str, attributes: Attributes[str, str]) -> None:
        """Take the beginning of an element."""
        if element == f"{_MAIN}c":
            self._cell, self._error = attributes.get("r", "?"), attributes.get("t") == "e"
            self._formula = self._valued = False
        elif element == f"{_MAIN}f":
            self._formula = True
        elif element == f"{_MAIN}v":
            self._reading = True

    def said(self, text: str) -> None:
        """Take a piece of text."""
        if self._reading and text:
            self._valued = True

    def ended(self, element: str) -> None:
        """Take the end of an element."""
        self._reading = False
        if element != f"{_MAIN}c":
            return
        if self._error:
            self.found.append((self._cell, "an error, such as #N/A or #DIV/0!"))
        elif self._formula and not self._valued:
            self.found.append((self._cell, "a formula whose value is not stored"))


def _refuse_hidden_faults(path: Path, sheet: str, part: str) -> None:
    faults = _Faults()
    with zipfile.ZipFile(path) as archive, archive.open(part) as file:
        stream: IO[bytes] = file
        _run(parse(stream, f"{path.name}, {part}", faults.started, faults.ended, faults.said))
    errors = [
        ReadError(
            where=f"{path.name}, sheet {sheet}, cell {cell}",
            field="value",
            got=got,
            wanted="a value, or an empty cell",
            do="correct it in Excel, and save the workbook there, so that values are stored",
        )
        for cell, got in faults.found
    ]
    if errors:
        for other in errors[1:]:
            errors[0].add_note(str(other.problem))
        raise errors[0]
