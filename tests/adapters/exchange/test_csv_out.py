"""CSV goes out without sealed values and without formulas, and comes in again as it was.

What a spreadsheet takes for a formula: OWASP, "CSV Injection": fields that begin with = + - @,
tabulator or carriage return.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_facts import Said, made_facts
from made_intake import PROTOCOL, made_ledger, take
from petrial.adapters.exchange.csv_in import read_csv
from petrial.adapters.exchange.csv_out import (
    LONG_HEADER,
    defused,
    long_mapping,
    write_form_csv,
    write_long_csv,
)
from petrial.adapters.store.ledger import DjangoLedger
from petrial.conduct.intake import Cell
from petrial.conduct.mapping import Mapping
from petrial.subjects.facts import Fact

FACTS = made_facts(
    Said("screening/history.bilirubin", "12.50", "2024-05-20", "", "umol/L"),
    ("screening/history.performance", None, "", "not-done"),
    ("therapy/history.performance", None, "", "removed"),
    Said("screening/history.born_on", "1960-05-21", sealed=True),
    Said("screening/history.remark", "lives alone", sealed=True),
    ("screening/history.@status", "signed"),
    ("injection/injection.batch", "=cmd|' /C calc'!A0"),
    ("scan/scan[2].corrected", "yes"),
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[DjangoLedger]:
    with made_ledger(tmp_path, "S-001") as made:
        yield made


def anything(_fact: Fact) -> bool:
    return True


def test_the_long_file_has_a_row_for_each_open_value_that_stands() -> None:
    file = io.StringIO()
    assert write_long_csv(file, FACTS, PROTOCOL, anything) == 4
    assert file.getvalue().splitlines() == [
        ",".join(LONG_HEADER),
        "S-001,groningen,screening,1,history,1,bilirubin,12.50,umol/L,,2024-05-20",
        "S-001,groningen,screening,1,history,1,performance,,,not-done,",
        "S-001,groningen,injection,1,injection,1,batch,'=cmd|' /C calc'!A0,,,",
        "S-001,groningen,scan,1,scan,2,corrected,yes,,,",
    ]


def test_neither_sealed_values_nor_their_commitments_go_out() -> None:
    file = io.StringIO()
    write_long_csv(file, FACTS, PROTOCOL, anything)
    assert "sealed" not in file.getvalue()
    assert "born_on" not in file.getvalue()


def test_a_value_in_clear_of_an_item_that_is_personal_now_does_not_go_out() -> None:
    file = io.StringIO()
    facts = made_facts(("screening/history.born_on", "1960-05-21"))
    assert write_long_csv(file, facts, PROTOCOL, anything) == 0


def test_what_the_caller_may_not_see_does_not_go_out() -> None:
    file = io.StringIO()
    assert write_long_csv(file, FACTS, PROTOCOL, lambda fact: fact.form == "scan") == 1
    assert "12.50" not in file.getvalue()


def test_a_form_has_a_row_for_each_time_it_was_filled_in() -> None:
    file = io.StringIO()
    form = PROTOCOL.form("history")
    assert form is not None
    assert write_form_csv(file, FACTS, form, PROTOCOL, anything) == 1
    header, row = csv.reader(io.StringIO(file.getvalue()))
    found = dict(zip(header, row, strict=True))
    assert found["bilirubin (umol/L)"] == "12.50"
    assert found["performance"] == "[not-done]"
    assert (found["event"], found["form_repeat"]) == ("screening", "1")
    assert not {"born_on", "remark"} & found.keys()


@given(st.text())
def test_no_cell_begins_as_a_formula_does(text: str) -> None:
    """Law: only numbers keep a sign in front; the rest of the text is untouched."""
    safe = defused(text)
    assert safe.removeprefix("'") == text.removeprefix("'")
    if safe[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        assert float(safe) <= 0


@pytest.mark.parametrize("text", ["-5", "-0.5", "7"])
def test_numbers_stay_numbers(text: str) -> None:
    assert defused(text) == text


def test_the_long_file_comes_in_again_as_it_was(tmp_path: Path, ledger: DjangoLedger) -> None:
    """Written for programs, without apostrophes: the same values, units, reasons, moments."""
    take(
        ledger,
        [
            Cell(
                "a", "S-001", "screening", 1, "history", 1, "bilirubin", "12.50", "", "2024-05-20"
            ),
            Cell("b", "S-001", "screening", 1, "history", 1, "performance", "", absent="not-done"),
            Cell("c", "S-001", "injection", 1, "injection", 1, "batch", "=1+1"),
            *(Cell("d", "S-001", "scan", 1, "scan", n, "corrected", "no") for n in (1, 2, 3)),
        ],
    )
    path = tmp_path / "long.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        assert write_long_csv(file, ledger.current("S-001"), PROTOCOL, anything, safe=False) == 6
    mapping = Mapping.model_validate(long_mapping())
    assert take(ledger, read_csv(path, mapping), mapping).unchanged == 6
    (tmp_path / "other").mkdir()
    with made_ledger(tmp_path / "other", "S-001") as other:
        assert take(other, read_csv(path, mapping), mapping).new == 6
        facts = [
            {(f.place, f.value, f.unit, f.absent, f.observed) for f in one.current("S-001")}
            for one in (ledger, other)
        ]
    assert facts[0] == facts[1]
