"""Sheets of Excel workbooks come in as Excel types their cells; what hides a fault is refused."""

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest

from made_intake import PROTOCOL, made_ledger, take
from petrial.adapters.exchange.map_file import parse_mapping
from petrial.adapters.exchange.xlsx_in import read_xlsx
from petrial.adapters.store.ledger import DjangoLedger
from petrial.conduct.cells import Cell
from petrial.conduct.mapping import Mapping
from petrial.conduct.rows import cells_of
from petrial.vocabulary.errors import ReadError, RefusedError


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[DjangoLedger]:
    with made_ledger(tmp_path, "N-1", "N-2") as made:
        yield made


def mapping(text: str) -> Mapping:
    return parse_mapping(text, "m.yaml")


SHEET = """
format: 1
sheet: Values
subject: {column: patient}
event: {constant: injection}
time_zone: Europe/Amsterdam
columns:
  weight: injection.weight_kg
  injected: injection.injected_at
  day: {to: injection.measured_at, time: clock}
  batch: injection.batch
"""


def workbook(folder: Path, *rows: tuple[object, ...]) -> Path:
    book = openpyxl.Workbook()
    book.create_sheet("Values")
    sheet = book["Values"]
    sheet.append(["patient", "weight", "injected", "day", "clock", "batch"])
    for row in rows:
        sheet.append(list(row))
    path = folder / "values.xlsx"
    book.save(path)
    return path


def sheet_cells(path: Path) -> list[Cell | str]:
    made = mapping(SHEET)
    found = cells_of(read_xlsx(path, made), made, PROTOCOL)
    return [cell if isinstance(cell, Cell) else str(cell) for cell in found]


def test_cells_of_a_workbook_keep_what_excel_says_they_are(tmp_path: Path) -> None:
    moment = datetime(2024, 5, 21, 10, 42)  # noqa: DTZ001  Excel has no offsets
    path = workbook(tmp_path, ("N-1", 70.5, moment, date(2024, 5, 21), time(9, 30), "007"))
    found = [cell for cell in sheet_cells(path) if isinstance(cell, Cell)]
    assert [(cell.where, cell.text) for cell in found] == [
        ("row 2, column weight", "70.5"),
        ("row 2, column injected", "2024-05-21T10:42:00+02:00"),
        ("row 2, column day", "2024-05-21T09:30:00+02:00"),
        ("row 2, column batch", "007"),
    ]


def test_a_number_has_the_digits_that_excel_shows(tmp_path: Path) -> None:
    """0.1 + 0.2 is 0.30000000000000004 in binary; Excel counts 15 digits: 0.3. 70.0 is 70."""
    path = workbook(tmp_path, ("N-1", 0.1 + 0.2, None), ("N-2", 70.0, None))
    assert [cell.text for cell in sheet_cells(path) if isinstance(cell, Cell)] == ["0.3", "70"]


def test_a_date_where_excel_made_one_of_a_label_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, ("N-1", None, None, None, None, date(2024, 2, 1)))
    assert "where the workbook holds a date" in str(sheet_cells(path)[0])


def test_a_day_without_time_is_no_moment(tmp_path: Path, ledger: DjangoLedger) -> None:
    path, made = workbook(tmp_path, ("N-1", None, date(2024, 2, 1))), mapping(SHEET)
    with pytest.raises(RefusedError, match="row 2, column injected: injected_at: found 2024-02-01"):
        take(ledger, read_xlsx(path, made), made)


def test_a_formula_without_stored_value_and_an_error_are_no_empty_cells(tmp_path: Path) -> None:
    """openpyxl writes formulas without values; the library would read both as empty."""
    path = workbook(tmp_path, ("N-1", "=35*2"), ("N-2", "#DIV/0!"))
    with pytest.raises(ReadError) as caught:
        sheet_cells(path)
    lines = [str(caught.value.problem), *caught.value.__notes__]
    assert [line.partition(". Do:")[0] for line in lines] == [
        (
            "values.xlsx, sheet Values, cell B2: value: found a formula whose value is not stored, "
            "wanted a value, or an empty cell"
        ),
        (
            "values.xlsx, sheet Values, cell B3: value: found an error, such as #N/A or #DIV/0!, "
            "wanted a value, or an empty cell"
        ),
    ]


def test_a_workbook_goes_into_the_ledger_and_a_second_time_adds_nothing(
    tmp_path: Path, ledger: DjangoLedger
) -> None:
    path, made = workbook(tmp_path, ("N-1", 70.5), ("N-2", 61)), mapping(SHEET)
    assert take(ledger, read_xlsx(path, made), made).new == 2
    assert take(ledger, read_xlsx(path, made), made).unchanged == 2


def test_a_sheet_is_named_where_there_are_several(tmp_path: Path) -> None:
    path = workbook(tmp_path)
    with pytest.raises(ReadError, match="found 2 sheets, wanted one of: Sheet, Values"):
        read_xlsx(path)
    with pytest.raises(ReadError, match="found Other, wanted one of"):
        read_xlsx(path, mapping(SHEET.replace("Values", "Other")))


@pytest.mark.parametrize("content", [b"", b"patient,weight\n", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "values.xlsx"
    path.write_bytes(content)
    with pytest.raises(ReadError, match="an Excel workbook"):
        read_xlsx(path)
