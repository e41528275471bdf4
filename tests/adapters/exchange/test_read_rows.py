"""Rows whose repeats, moments, reasons and days stand in columns of their own.

Expected texts are by hand; clocks of the Netherlands in May are at +02:00.
"""

from collections.abc import Sequence
from datetime import date, datetime, time

import pytest

from made_intake import PROTOCOL
from petrial.adapters.exchange.map_file import parse_mapping
from petrial.conduct.cells import Cell
from petrial.conduct.readings import Entered
from petrial.conduct.rows import Table, cells_of

NOON = datetime(2024, 5, 21, 12)  # noqa: DTZ001  as a workbook holds it
BASE = "{format: 1, subject: {column: id}, event: {column: visit}, time_zone: Europe/Amsterdam, "


def rows(text: str, header: str, *row: Entered, optional: Sequence[str] = ()) -> list[Cell | str]:
    """Return what one row of a table states, under a map that begins with ``BASE``."""
    names = tuple(header.split())
    table = Table("made", names, iter([(2, row)]), optional=frozenset(optional))
    found = cells_of(table, parse_mapping(BASE + text + "}", "m.yaml"), PROTOCOL)
    return [one if isinstance(one, Cell) else str(one).partition(". Do:")[0] for one in found]


def only(found: list[Cell | str]) -> Cell:
    assert len(found) == 1
    assert isinstance(found[0], Cell)
    return found[0]


def test_repeats_stand_in_columns_or_in_the_map() -> None:
    text = (
        "form_repeat: {column: n}, columns: {a: scan.corrected, "
        "b: {to: scan.corrected, form_repeat: 7}}"
    )
    found = rows(text, "id visit n a b", "N-1", "scan", "3", "yes", "no")
    assert [(c.form_repeat, c.text) for c in found if isinstance(c, Cell)] == [
        (3, "yes"),
        (7, "no"),
    ]


@pytest.mark.parametrize("repeat", ["0", "-1", "1.5", "two", "²"])
def test_a_repeat_is_a_whole_number_from_one_on(repeat: str) -> None:
    text = "form_repeat: {column: n}, columns: {a: scan.corrected}"
    assert rows(text, "id visit n a", "N-1", "scan", repeat, "yes") == [
        f"row 2, column n: repeat of the form: found {repeat}, wanted a whole number from 1 on"
    ]


def test_each_column_can_have_its_own_moment_of_observation() -> None:
    text = (
        "observed: {column: day}, columns: {a: history.performance, "
        "b: {to: history.bilirubin, observed: {column: drawn, dates: '%d-%m-%Y'}}}"
    )
    header = "id visit day drawn a b"
    row = ("N-1", "screening", "2024-05-20", "21-05-2024", "1", "9")
    found = [c for c in rows(text, header, *row) if isinstance(c, Cell)]
    assert [c.observed for c in found] == ["2024-05-20", "2024-05-21"]
    wrong = rows(text, header, *row[:3], "2024-05-21", *row[4:])
    assert wrong[1] == (
        "row 2, column drawn: moment of observation: found 2024-05-21, "
        "wanted a date such as %d-%m-%Y"
    )


def test_moments_of_a_workbook_need_no_format() -> None:
    text = "observed: {column: day}, dates: '%d-%m-%Y', columns: {a: history.performance}"
    cell = only(rows(text, "id visit day a", "N-1", "screening", NOON, "1"))
    assert cell.observed == "2024-05-21T12:00:00+02:00"


def test_a_row_may_leave_the_event_to_the_columns_that_name_it() -> None:
    text = "columns: {a: history.performance@screening, b: history.performance}"
    header = "id visit a b"
    assert only(rows(text, header, "N-1", "", "1", "")).event == "screening"
    assert rows(text, header, "N-1", "", "", "1") == [
        "row 2, column b: event: found nothing, wanted the event of this value"
    ]


LONG = "long: {key: what, value: value, absent: why}, columns: {WHO: history.performance}"


def test_a_reason_in_a_column_stands_for_a_value_that_is_not_there() -> None:
    header = "id visit what value why"
    cell = only(rows(LONG, header, "N-1", "screening", "WHO", "", "not-done"))
    assert (cell.text, cell.absent) == ("", "not-done")
    assert rows(LONG, header, "N-1", "screening", "WHO", "", "") == []
    assert rows(LONG, header, "N-1", "screening", "WHO", "1", "not-done") == [
        (
            "row 2, column value: performance: found a value, and not-done as the reason why there "
            "is none, wanted one of both"
        )
    ]


def test_a_long_row_without_subject_is_refused() -> None:
    assert rows(LONG, "id visit what value why", "", "screening", "WHO", "1", "") == [
        "row 2, column id: subject: found nothing, wanted the subject"
    ]


@pytest.mark.parametrize(
    ("day", "at", "said"),
    [
        (date(2024, 5, 21), time(10, 42), "2024-05-21T10:42:00+02:00"),
        ("21-05-2024", "10:42:30", "2024-05-21T10:42:30+02:00"),
        (datetime(2024, 5, 21), "10:42", "2024-05-21T10:42:00+02:00"),  # noqa: DTZ001  as in a workbook
        (NOON, "10:42", "found 2024-05-21T12:00:00, wanted a day without a time"),
        ("21-05-24", "10:42", "found 21-05-24, wanted a date such as %d-%m-%Y"),
        ("21-05-2024", "10.42", "found the time 10.42, wanted a time such as 10:42"),
        ("21-05-2024", date(2024, 5, 21), "found 2024-05-21, wanted a time of day"),
    ],
)
def test_day_and_time_in_two_columns_make_one_moment(day: Entered, at: Entered, said: str) -> None:
    text = "dates: '%d-%m-%Y', columns: {day: {to: injection.injected_at, time: at}}"
    found = rows(text, "id visit day at", "N-1", "injection", day, at)
    assert said in (found[0].text if isinstance(found[0], Cell) else found[0])


@pytest.mark.parametrize(
    ("entered", "said"),
    [
        (datetime(2024, 5, 21), "2024-05-21"),  # noqa: DTZ001  as in a workbook
        (NOON, "found 2024-05-21T12:00:00+02:00, wanted a day without a time"),
        (NOON.replace(microsecond=5), "wanted a moment in whole seconds"),
        (time(10, 42), "found 10:42:00, wanted a day"),
    ],
)
def test_a_day_is_a_day(entered: Entered, said: str) -> None:
    found = rows("columns: {a: history.visited_on}", "id visit a", "N-1", "screening", entered)
    assert said in (found[0].text if isinstance(found[0], Cell) else found[0])


@pytest.mark.parametrize("entered", ["1960-05-21", "03-04-1960", NOON.replace(year=1960)])
def test_what_cannot_be_read_of_a_sealed_item_is_not_shown(entered: Entered) -> None:
    """Neither as it was found, nor as one of two readings."""
    text = "dates: ['%d-%m-%Y', '%m-%d-%Y'], columns: {born: history.born_on}"
    assert rows(text, "id visit born", "N-1", "screening", entered) == [
        (
            "row 2, column born: born_on: found something that is not shown here, for it is "
            "sealed, wanted a date that the map can read"
        )
    ]


def test_a_text_that_the_map_does_not_list_is_not_shown_of_a_sealed_item() -> None:
    coded = "columns: {r: {to: history.remark, codes: {1: fine}}}"
    found = rows(coded, "id visit r", "N-1", "screening", "secret")
    assert len(found) == 1
    assert "secret" not in str(found)
