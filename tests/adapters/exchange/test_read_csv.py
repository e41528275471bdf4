"""CSV files come in as their map says, or are refused with row, column and remedy.

Expected times are those of the clocks of the Netherlands: +02:00 in May, +01:00 in January; on 31
March 2024 02:30 did not exist, on 27 October 2024 it came twice (EU Directive 2000/84).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_intake import PROTOCOL, made_ledger, problems, take
from petrial.adapters.exchange.csv_in import read_csv
from petrial.adapters.exchange.map_file import parse_mapping
from petrial.adapters.store.ledger import DjangoLedger
from petrial.conduct.cells import Cell
from petrial.conduct.mapping import Mapping
from petrial.conduct.readings import Refusal, read_date
from petrial.conduct.rows import Table, cells_of
from petrial.vocabulary.errors import ReadError, RefusedError

MAP = """
format: 1
delimiter: ";"
subject: {column: patient}
event: {column: visit, values: {V1: screening, inj: injection}}
observed: {column: date, dates: "%d-%m-%Y"}
time_zone: Europe/Amsterdam
dates: "%d-%m-%Y"
decimal: ","
missing: {"-999": unknown, ND: not-done}
nothing: ["."]
conversions:
  history.bilirubin: {mg/dL: 17.1}
  injection.weight_kg: {g: 0.001}
columns:
  bili: {to: history.bilirubin, unit: mg/dL}
  who: history.performance
  pregnant: {to: history.pregnancy, codes: {0: no, 1: yes, 2: feeding}}
  weight: {to: injection.weight_kg@injection, unit: g}
  injected: {to: injection.injected_at@injection, time: at}
ignore: [initials]
"""
HEADER = "patient;visit;date;bili;who;pregnant;weight;injected;at;initials\n"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[DjangoLedger]:
    with made_ledger(tmp_path, "N-1", "N-2") as made:
        yield made


def mapping(text: str = MAP) -> Mapping:
    return parse_mapping(text, "m.yaml")


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "values.csv"
    path.write_bytes(text.encode(encoding))
    return path


def read(folder: Path, text: str, said: str = MAP) -> list[Cell | str]:
    """Return the cells of a CSV file, and problems as text."""
    made = mapping(said)
    cells = cells_of(read_csv(written(folder, text), made), made, PROTOCOL)
    return [cell if isinstance(cell, Cell) else str(cell) for cell in cells]


def test_every_option_of_a_map_does_what_it_says(tmp_path: Path) -> None:
    rows = HEADER + 'N-1;V1;20-05-2024;0,75;1;2;70500;21-05-2024;10:42;"A;B"\n'
    where = "row 2, column "
    assert read(tmp_path, rows) == [
        Cell(
            where + "bili",
            "N-1",
            "screening",
            1,
            "history",
            1,
            "bilirubin",
            "12.825",
            "umol/L",
            "2024-05-20",
        ),
        Cell(
            where + "who", "N-1", "screening", 1, "history", 1, "performance", "1", "", "2024-05-20"
        ),
        Cell(
            where + "pregnant",
            "N-1",
            "screening",
            1,
            "history",
            1,
            "pregnancy",
            "feeding",
            "",
            "2024-05-20",
        ),
        Cell(
            where + "weight",
            "N-1",
            "injection",
            1,
            "injection",
            1,
            "weight_kg",
            "70.500",
            "kg",
            "2024-05-20",
        ),
        Cell(
            where + "injected",
            "N-1",
            "injection",
            1,
            "injection",
            1,
            "injected_at",
            "2024-05-21T10:42:00+02:00",
            "",
            "2024-05-20",
        ),
    ]


def test_empty_cells_state_nothing_and_codes_say_why_there_is_no_value(tmp_path: Path) -> None:
    rows = HEADER + "N-1;V1;;-999;ND;.; ;;;\n;;;;;;;;;\n\n"
    found = [cell for cell in read(tmp_path, rows) if isinstance(cell, Cell)]
    assert [(c.item, c.text, c.absent) for c in found] == [
        ("bilirubin", "", "unknown"),
        ("performance", "", "not-done"),
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (";V1;;1;;;;;;", "row 2, column patient: subject: found nothing, wanted the subject"),
        ("N-1;V2;;1;;;;;;", "row 2, column visit: event: found V2, wanted one of: V1, inj"),
        ("N-1;;;1;;;;;;", "row 2, column visit: event: found nothing, wanted one of: V1, inj"),
        (
            "N-1;V1;2024-05-20;1;;;;;;",
            (
                "row 2, column date: moment of observation: found 2024-05-20, "
                "wanted a date such as %d-%m-%Y"
            ),
        ),
        (
            "N-1;V1;;1.234,5;;;;;;",
            (
                "row 2, column bili: bilirubin: found 1.234,5, "
                "wanted a number with a decimal comma and no point"
            ),
        ),
        (
            "N-1;V1;;many;;;;;;",
            "row 2, column bili: bilirubin: found many, wanted a number in mg/dL",
        ),
        ("N-1;V1;;;;3;;;;", "row 2, column pregnant: pregnancy: found 3, wanted one of: 0, 1, 2"),
        (
            "N-1;V1;;;;;;21-05-2024;;",
            ("row 2, column injected: injected_at: found no time, wanted a time such as 10:42"),
        ),
        (
            "N-1;V1;;;;;;31-03-2024;02:30;",
            (
                "row 2, column injected: injected_at: found 2024-03-31 02:30:00, "
                "wanted a time that the clocks of Europe/Amsterdam show once that day"
            ),
        ),
        (
            "N-1;V1;;;;;;27-10-2024;02:30;",
            (
                "row 2, column injected: injected_at: found 2024-10-27 02:30:00, "
                "wanted a time that the clocks of Europe/Amsterdam show once that day"
            ),
        ),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_by_row_column_found_and_wanted(
    tmp_path: Path, row: str, said: str
) -> None:
    found = read(tmp_path, HEADER + row + "\n")
    assert [str(line).partition(". Do:")[0] for line in found] == [said]


def test_the_whole_file_goes_in_and_the_same_file_twice_adds_nothing(
    tmp_path: Path, ledger: DjangoLedger
) -> None:
    rows = HEADER + "".join(f"N-{number};V1;20-05-2024;{number},5;1;0;;;;\n" for number in (1, 2))
    path, timed = written(tmp_path, rows), mapping()
    assert take(ledger, read_csv(path, timed), timed).new == 6
    before = list(ledger.facts())
    again = take(ledger, read_csv(path, timed), timed)
    assert (again.new, again.unchanged) == (0, 6)
    assert list(ledger.facts()) == before
    stated = {f.subject: f.value for f in before if f.item == "bilirubin"}
    assert stated == {"N-1": "25.65", "N-2": "42.75"}  # 1.5 and 2.5 mg/dL times 17.1


def test_all_bad_cells_of_a_file_are_named_at_once(tmp_path: Path, ledger: DjangoLedger) -> None:
    rows = HEADER + "N-1;V1;;;8;;;;;\nN-2;V1;;x;1;9;;;;\nN-3;V1;;;1;;;;;\n"
    path, made = written(tmp_path, rows), mapping()
    with pytest.raises(RefusedError) as caught:
        take(ledger, read_csv(path, made), made)
    assert sorted(line.partition(":")[0] for line in problems(caught.value)) == [
        "row 2, column who",
        "row 3, column bili",
        "row 3, column pregnant",
        "row 4",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, "patiënt,x\nN-1,1\n", encoding)
    table = read_csv(path)
    assert table.header == ("patiënt", "x")
    assert list(table.rows) == [(2, ("N-1", "1"))]


@pytest.mark.parametrize(
    ("content", "where", "field"),
    [
        (b"", "values.csv, row 1", "header"),
        (b"a,,c\n", "values.csv, row 1", "name of column 2"),
        (b"a,b,a\n", "values.csv, row 1", "header"),
        (b"a,b\n1,2\n3\n", "values.csv, row 3", "number of fields"),
        (b"a,b\n1,2,3\n", "values.csv, row 2", "number of fields"),
        (b'a,b\n"1,2\n', "values.csv, row 2", "quotation marks"),
        (b'a,b\n"1"x,2\n', "values.csv, row 2", "quotation marks"),
        (b"a,b\n" + b"x" * 100_001 + b",2\n", "values.csv, row 2", "quotation marks"),
        (b"a,b\n1,\xe9\n", "values.csv, after row 0", "encoding"),
    ],
)
def test_a_broken_csv_file_is_refused_where_it_breaks(
    tmp_path: Path, content: bytes, where: str, field: str
) -> None:
    path = tmp_path / "values.csv"
    path.write_bytes(content)
    with pytest.raises(ReadError) as caught:
        list(read_csv(path).rows)
    assert (caught.value.problem.where, caught.value.problem.field) == (where, field)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="No such file"):
        read_csv(tmp_path / "nothing.csv")


def test_a_column_that_the_map_does_not_name_is_refused_before_any_row(tmp_path: Path) -> None:
    header = HEADER.replace(";at;", ";At;").replace("initials", "initials;extra")
    found = [str(line).partition(". Do:")[0] for line in read(tmp_path, header + "broken\n")]
    assert found == [
        "values.csv: column at: found nothing, wanted this column, which the map names",
        (
            "values.csv: column At: found a column that the map does not name, "
            "wanted its item, or its name under `ignore`"
        ),
        (
            "values.csv: column extra: found a column that the map does not name, "
            "wanted its item, or its name under `ignore`"
        ),
    ]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("x: history.height", "map, x: found history.height, wanted an item of the protocol"),
        ("x: history.performance@monday", "found history.performance@monday, wanted an event"),
        ("x: history.performance", "found history.performance, wanted the event"),
        (
            "x: {to: history.pregnancy@screening, codes: {J: ja}}",
            "map, codes of x: found J: ja, wanted one of: no, yes, feeding",
        ),
        (
            "x: {to: history.bilirubin@screening, unit: mg/dL}",
            "map, unit of x: found mg/dL, wanted umol/L, or a factor under `conversions`",
        ),
    ],
)
def test_a_map_that_does_not_fit_the_protocol_is_refused(
    tmp_path: Path, columns: str, said: str
) -> None:
    text = f"{{format: 1, subject: {{column: id}}, columns: {{{columns}}}}}"
    assert said in str(read(tmp_path, "id,x\nN-1,1\n", text)[0])


def test_a_column_without_a_map_entry_goes_by_its_name_only_where_asked(tmp_path: Path) -> None:
    text = "{format: 1, subject: {column: id}, event: {constant: screening}, same_names: true}"
    cells = read(tmp_path, "id,history.performance\nN-1,1\n", text)
    assert [c.item for c in cells if isinstance(c, Cell)] == ["performance"]


def test_a_long_layout_finds_the_item_of_each_row_by_its_key(tmp_path: Path) -> None:
    text = """
    format: 1
    subject: {column: id}
    event: {constant: screening}
    long: {key: test, value: result, unit: unit}
    conversions: {history.bilirubin: {mg/dL: 17.1}}
    columns: {BILI: history.bilirubin, WHO: history.performance}
    ignore: [CREA]
    """
    rows = "id,test,result,unit\nN-1,BILI,1,mg/dL\nN-1,WHO,1,\nN-1,CREA,70,\nN-1,ALAT,9,U/L\n"
    found = read(tmp_path, rows, text)
    cells = [(c.where, c.item, c.text, c.unit) for c in found if isinstance(c, Cell)]
    assert cells == [
        ("row 2, column result", "bilirubin", "17.1", "umol/L"),
        ("row 3, column result", "performance", "1", ""),
    ]
    assert str(found[2]).startswith("row 5, column test: item: found ALAT, wanted a key")


def test_a_unit_without_a_factor_is_refused(tmp_path: Path) -> None:
    text = """
    {format: 1, subject: {column: id}, event: {constant: screening},
     long: {key: test, value: result, unit: unit}, columns: {BILI: history.bilirubin}}
    """
    found = read(tmp_path, "id,test,result,unit\nN-1,BILI,1,mg/dL\n", text)
    assert "found 1 mg/dL, wanted umol/L" in str(found[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("format: 2\nsubject: {column: a}", "format"),
        ("format: 1", "subject"),
        ("format: 1\nsubject: {column: a, constant: b}", "a column or a constant, and not both"),
        ("format: 1\nsubject: {column: a}\ndates: '%d-%m-%y'", "a year of two digits"),
        ("format: 1\nsubject: {column: a}\ndates: '%m-%Y'", "must name the day"),
        ("format: 1\nsubject: {column: a}\ntime_zone: Amsterdam", "no IANA time zone"),
        ("format: 1\nsubject: {column: a}\nignore: a", "a is used and ignored"),
        ("format: 1\nsubject: {column: a}\nmissing: {x: lost}", "missing.x"),
        ("format: 1\nsubject: {column: a}\ncolumns: {b: weight}", "columns.b.to"),
        ("format: 1\nsubject: {column: a}\ncolour: red", "colour"),
        ("format: 1\nsubject: {column: a}\nconversions: {a.b: {g: 0}}", "a number above 0"),
        ("format: 1\nsubject: {column: a}\nsubject: {column: b}", "stands there twice"),
        ("format: 1\nsubject: &s {column: a}\nevent: *s", "an alias"),
        ("format: 1\nsubject: {column: TODO}", "found TODO, wanted what a person decided"),
        ("format: [", "YAML"),
    ],
)
def test_a_map_that_is_wrong_says_where(text: str, said: str) -> None:
    with pytest.raises(ReadError) as caught:
        mapping(text)
    assert said in str(caught.value)


def test_two_formats_that_read_one_text_as_two_days_are_refused() -> None:
    refusal = read_date("03-04-2024", ("%d-%m-%Y", "%m-%d-%Y"), "")
    assert isinstance(refusal, Refusal)
    assert "2024-03-04 00:00 or 2024-04-03 00:00" in refusal.wanted
    assert read_date("03-03-2024", ("%d-%m-%Y", "%m-%d-%Y"), "") == "2024-03-03"
    assert read_date("13-04-2024", ("%d-%m-%Y", "%m-%d-%Y"), "") == "2024-04-13"


def test_a_time_without_offset_needs_its_zone_named() -> None:
    refusal = read_date("2024-05-21 10:42", (), "")
    assert isinstance(refusal, Refusal)
    assert "time_zone" in refusal.do
    assert read_date("2024-01-21 10:42", (), "Europe/Amsterdam") == "2024-01-21T10:42:00+01:00"


@given(st.integers(0, 30 * 366 * 86_400))
def test_a_moment_read_by_its_zone_shows_the_same_clock(seconds: int) -> None:
    """Law: the text read back has the day and time that were written, or it is refused."""
    moment = datetime(2000, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001  clocks on a wall
    text = f"{moment:%d-%m-%Y %H:%M:%S}"
    said = read_date(text, ("%d-%m-%Y %H:%M:%S",), "Europe/Amsterdam")
    if isinstance(said, Refusal):
        assert moment.hour in {2, 3}
        assert moment.month in {3, 10}
    else:
        assert datetime.fromisoformat(said).replace(tzinfo=None) == moment


def test_rows_may_come_from_any_program_that_makes_a_table() -> None:
    made = mapping(
        "{format: 1, subject: {constant: N-1}, event: {constant: screening}, "
        "columns: {a: history.performance}}"
    )
    table = Table("made", ("a",), iter([(7, ["1"])]))
    assert [c.where for c in cells_of(table, made, PROTOCOL) if isinstance(c, Cell)] == [
        "row 7, column a"
    ]
