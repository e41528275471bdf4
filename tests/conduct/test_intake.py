"""What a file states is taken in whole or not at all; every bad cell is named by where it stands.

The wanted texts are the five parts that STYLE.md, rule 8, asks for; counts are by hand.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from databases import DATABASES
from made_facts import made_facts
from made_intake import NOON, PROTOCOL, append, made_ledger, problems, stamp, take
from petrial.adapters.store.ledger import DjangoLedger
from petrial.conduct.intake import Cell, Order, Setting, import_cells, judge_cells
from petrial.subjects.facts import Draft, Fact, Place
from petrial.subjects.records import OWN, STATUS, SUBJECT
from petrial.subjects.state import SubjectState
from petrial.vocabulary.errors import Problem, RefusedError

REASON = "typing error, source sheet seen"


@pytest.fixture(params=DATABASES)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DjangoLedger]:
    with made_ledger(tmp_path, "N-1", "N-2", "S-1", kind=request.param) as made:
        yield made


def cell(item: str, text: str, row: int = 2, subject: str = "N-1", **more: Any) -> Cell:  # noqa: ANN401  fields of Cell
    """Return a cell of the history at screening, or of the form that ``item`` names."""
    form, _, name = item.rpartition(".")
    form = form or "history"
    event = "screening" if form == "history" else form
    where = f"row {row}, column {name}"
    return Cell(where, subject, event, 1, form, 1, name, text)._replace(**more)


def values(ledger: DjangoLedger, subject: str = "N-1") -> dict[str, str | None]:
    state = SubjectState.of(
        subject, ledger.current(subject), ledger.opened(ledger.current(subject))
    )
    return {str(place): state.text(fact) for place, fact in state.facts.items()}


def refused(ledger: DjangoLedger, *cells: Cell, order: Order | None = None) -> list[str]:
    """Return the problems of a refused import, after checking that it left nothing behind."""
    before = list(ledger.facts())
    with pytest.raises(RefusedError) as caught:
        take(ledger, cells, order=order)
    assert list(ledger.facts()) == before
    return problems(caught.value)


def test_values_of_a_file_become_facts_with_unit_author_and_moment(ledger: DjangoLedger) -> None:
    done = take(
        ledger, [cell("bilirubin", "12.50", observed="2024-05-20"), cell("performance", " 1 ")]
    )
    assert (done.subjects, done.cells, done.new, done.unchanged) == (("N-1",), 2, 2, 0)
    facts = [fact for fact in ledger.facts("N-1") if fact.form == "history"]
    assert [(f.item, f.value, f.unit, f.observed) for f in facts] == [
        ("bilirubin", "12.50", "umol/L", "2024-05-20"),
        ("performance", "1", "", ""),
    ]
    assert {(f.act, f.author, f.role, f.site, f.protocol) for f in facts} == {
        ("import", "dm", "data-manager", "north", "1.0")
    }
    assert {f.recorded for f in facts} == {NOON.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}


def test_the_same_cells_twice_add_nothing(ledger: DjangoLedger) -> None:
    cells = [
        cell("bilirubin", "12.5"),
        cell("born_on", "1960-05-21"),
        cell("remark", "walks with a stick"),
        cell("pregnancy", "", absent="not-applicable"),
    ]
    take(ledger, cells)
    before = list(ledger.facts())
    again = take(ledger, cells)
    assert (again.subjects, again.new, again.unchanged) == ((), 0, 4)
    assert list(ledger.facts()) == before


def test_each_subject_gets_its_own_site(ledger: DjangoLedger) -> None:
    take(ledger, [cell("performance", "1"), cell("performance", "2", subject="S-1")])
    sites = {f.subject: f.site for f in ledger.facts() if f.form == "history"}
    assert sites == {"N-1": "north", "S-1": "south"}


def test_every_bad_cell_is_named_not_the_first_only(ledger: DjangoLedger) -> None:
    found = refused(
        ledger,
        cell("performance", "7", 2),
        cell("bilirubin", "12,5", 3),
        cell("visited_on", "21-05-2024", 4),
        cell("pregnancy", "maybe", 5),
        cell("performance", "1", 6, subject="N-9"),
        cell("bilirubin", "nine", 6, subject="N-9"),
        cell("height", "170", 7),
        cell("scan.tracer", "18F-FES", 8, event="screening"),
        cell("performance", "1", 9, event="day_of_reckoning"),
        cell("performance", "1", 10, event_repeat=2),
        cell("performance", "1", 11, form_repeat=2),
        cell("bilirubin", "0.7", 12, unit="mg/dL"),
        cell("blocker", "", 13, absent="lost"),
        cell("performance", "1", 14, observed="last week"),
    )
    assert [line.partition(". Do:")[0] for line in found] == [
        "row 2, column performance: performance: found 7, wanted a number at least 0 and at most 5",
        (
            "row 3, column bilirubin: bilirubin: found 12,5, wanted a plain decimal number with a "
            "point, at most 15 digits on each side of it"
        ),
        "row 4, column visited_on: visited_on: found 21-05-2024, wanted a date as year-month-day",
        "row 5, column pregnancy: pregnancy: found maybe, wanted one of no, yes, feeding",
        (
            "row 7, column height: item: found height, wanted an item of history: visited_on, "
            "born_on, performance, bilirubin, pregnancy, blocker, blocker_started_on, "
            "blocker_stopped_on, remark"
        ),
        "row 8, column tracer: form: found scan, wanted a form of screening: history",
        (
            "row 9, column performance: event: found day_of_reckoning, wanted one of: screening, "
            "injection, scan, therapy"
        ),
        (
            "row 10, column performance: repeat of the event: found 2, wanted 1, for this event "
            "does not repeat"
        ),
        (
            "row 11, column performance: repeat of the form: found 2, wanted 1, for this form does "
            "not repeat"
        ),
        "row 12, column bilirubin: unit of bilirubin: found mg/dL, wanted umol/L",
        (
            "row 13, column blocker: blocker: found lost, wanted one of: not-done, unknown, "
            "not-applicable, removed"
        ),
        "row 14, column performance: observed: found last week, wanted a date as year-month-day",
        "row 6: subject: found N-9, wanted a subject of this study",
        (
            "row 6, column bilirubin: bilirubin: found nine, wanted a plain decimal number with a "
            "point, at most 15 digits on each side of it"
        ),
    ]
    assert all(". Do: " in line for line in found)


def test_one_bad_cell_among_ten_thousand_stops_all(ledger: DjangoLedger) -> None:
    """Scans repeat, so 10 000 cells are as many places; the bad one is of the last subject."""
    cells = [
        cell("scan.tracer", "18F-FES", row, subject, form_repeat=row)
        for subject in ("N-1", "N-2", "S-1")
        for row in range(1, 3334)
    ]
    cells[-1] = cells[-1]._replace(text="18F-FDG")
    assert len(refused(ledger, *cells)) == 1
    cells[-1] = cells[-1]._replace(text="18F-FES")
    assert take(ledger, cells).new == 9999


def test_a_dry_run_says_what_would_be_and_writes_nothing(ledger: DjangoLedger) -> None:
    before = list(ledger.facts())
    done = take(ledger, [cell("performance", "1")], order=Order(dry_run=True))
    assert (done.new, done.subjects, done.dry_run) == (1, ("N-1",), True)
    assert list(ledger.facts()) == before


def test_a_dry_run_refuses_as_the_act_would(ledger: DjangoLedger) -> None:
    assert len(refused(ledger, cell("performance", "9"), order=Order(dry_run=True))) == 1


def test_another_value_is_refused_unless_it_replaces_with_a_reason(ledger: DjangoLedger) -> None:
    take(ledger, [cell("bilirubin", "12.5")])
    assert refused(ledger, cell("bilirubin", "15.2")) == [
        (
            "row 2, column bilirubin: bilirubin: found 15.2, wanted 12.5, as is stated (fact 2). "
            "Do: correct the file; or replace what is stated, with the reason"
        )
    ]
    done = take(ledger, [cell("bilirubin", "15.2")], order=Order(replace=True, reason=REASON))
    assert (done.new, done.replaced) == (0, 1)
    fact = list(ledger.facts("N-1"))[-1]
    assert (fact.value, fact.replaces) == ("15.2", 2)
    assert ledger.opened([fact])[fact.reason] == REASON


@pytest.mark.parametrize("reason", ["", "   ", "oops"])
def test_replacing_needs_a_reason_that_says_something(ledger: DjangoLedger, reason: str) -> None:
    order = Order(replace=True, reason=reason)
    assert "import: reason: found" in refused(ledger, cell("bilirubin", "15.2"), order=order)[0]


def test_rows_that_contradict_each_other_are_refused_even_where_values_may_be_replaced(
    ledger: DjangoLedger,
) -> None:
    found = refused(
        ledger,
        cell("bilirubin", "12.5", 2),
        cell("bilirubin", "12.5", 3),
        cell("bilirubin", "13.5", 4),
        order=Order(replace=True, reason=REASON),
    )
    assert [line.partition(". Do:")[0] for line in found] == [
        (
            "row 4, column bilirubin: bilirubin: found 13.5, "
            "wanted what row 2, column bilirubin says of the same place: 12.5"
        )
    ]


def test_the_same_value_of_another_day_is_another_statement(ledger: DjangoLedger) -> None:
    take(ledger, [cell("bilirubin", "12.5", observed="2024-05-20")])
    assert (
        "observed 2024-05-21"
        in refused(ledger, cell("bilirubin", "12.5", observed="2024-05-21"))[0]
    )
    assert take(ledger, [cell("bilirubin", "12.5")]).unchanged == 1


def test_a_value_that_was_removed_does_not_come_back_with_the_file(ledger: DjangoLedger) -> None:
    take(ledger, [cell("bilirubin", "12.5")])
    place = Place("screening", 1, "history", 1, "bilirubin")
    append(ledger, "N-1", Draft(place=place, value=None, absent="removed", replaces=2))
    assert "wanted removed, as is stated (fact 3)" in refused(ledger, cell("bilirubin", "12.5"))[0]


def test_an_erased_value_does_not_come_back_with_the_file(ledger: DjangoLedger) -> None:
    take(ledger, [cell("born_on", "1960-05-21")])
    sealed = [str(fact.value) for fact in ledger.facts("N-1") if fact.item == "born_on"]
    with ledger.unit() as unit:
        assert unit.erase(sealed) == 1
        unit.commit()
    assert "was erased" in refused(ledger, cell("born_on", "1960-05-21"))[0]


def test_a_refusal_never_shows_a_sealed_value(ledger: DjangoLedger) -> None:
    take(ledger, [cell("born_on", "1960-05-21"), cell("remark", "lives in Haren")])
    lines = refused(
        ledger,
        cell("born_on", "1961-06-22", 2),
        cell("remark", "moved to Assen", 3),
        cell("born_on", "22-06-1961", 4, subject="N-2"),
        cell("remark", "one thing", 5, subject="N-2"),
        cell("remark", "other thing", 6, subject="N-2"),
    )
    text = "\n".join(lines)
    assert len(lines) == 4
    for secret in ("1960", "1961", "Haren", "Assen", "thing"):
        assert secret not in text


def test_nothing_is_added_to_a_subject_who_has_withdrawn(ledger: DjangoLedger) -> None:
    place = Place(OWN, 1, SUBJECT, 1, "status")
    append(ledger, "N-1", Draft(place=place, value="withdrawn", replaces=1))
    assert "N-1, withdrawn" in refused(ledger, cell("bilirubin", "12.5"))[0]


def test_a_locked_form_takes_nothing_new_and_what_it_holds_already_is_no_problem(
    ledger: DjangoLedger,
) -> None:
    take(ledger, [cell("bilirubin", "12.5")])
    append(ledger, "N-1", Draft(place=Place("screening", 1, "history", 1, STATUS), value="locked"))
    assert take(ledger, [cell("bilirubin", "12.5")]).unchanged == 1
    assert "which is locked" in refused(ledger, cell("performance", "1"))[0]


def test_a_signature_is_taken_away_from_a_form_that_changes(ledger: DjangoLedger) -> None:
    take(ledger, [cell("bilirubin", "12.5")])
    append(ledger, "N-1", Draft(place=Place("screening", 1, "history", 1, STATUS), value="signed"))
    take(ledger, [cell("bilirubin", "12.5")])
    assert values(ledger)["screening/history.@status"] == "signed"
    take(ledger, [cell("performance", "1")])
    assert values(ledger)["screening/history.@status"] == "open"


def test_values_that_contradict_what_the_form_holds_are_refused(ledger: DjangoLedger) -> None:
    """A residual above the activity of the syringe cannot be; the activity was there before."""
    take(ledger, [cell("injection.activity_mbq", "200")])
    assert refused(ledger, cell("injection.residual_mbq", "210", 5)) == [
        (
            "row 5: residual_mbq: found 210, wanted less than the 200 of activity_mbq. "
            "Do: read both off the dose sheet again; kBq and MBq are often mixed up"
        )
    ]


def test_a_day_after_the_act_is_refused(ledger: DjangoLedger) -> None:
    assert "not after 2024-06-01" in refused(ledger, cell("visited_on", "2024-06-02"))[0]


def test_a_site_where_the_person_may_not_act_stops_all(ledger: DjangoLedger) -> None:
    def setting(site: str) -> Setting:
        if site == "south":
            raise RefusedError(where="import", field="site", got=site, wanted="north", do="ask")
        return Setting(PROTOCOL, stamp(site))

    before = list(ledger.facts())
    cells = [cell("performance", "1"), cell("performance", "1", subject="S-1")]
    with pytest.raises(RefusedError, match="found south"), ledger.unit() as unit:
        import_cells(unit, cells, ledger.subjects(), setting, Order())
    assert list(ledger.facts()) == before


def test_problems_met_while_reading_stop_all_too(ledger: DjangoLedger) -> None:
    wrong = Problem("row 3, column x", "x", "?", "a date", "correct it")
    with pytest.raises(RefusedError, match="row 3, column x"):
        take(ledger, [cell("performance", "1"), wrong])
    assert "screening/history.performance" not in values(ledger)


def test_judging_gives_drafts_by_subject_and_all_problems_without_a_ledger() -> None:
    state = SubjectState("N-1", "north", {})
    drafts, wrong = judge_cells([cell("performance", "1")], PROTOCOL, {"N-1": state})
    assert (drafts, wrong[0].field) == ({}, "subject")


@given(
    st.decimals(min_value=0, max_value=10**9, places=3).map(lambda number: f"{number:f}"),
    st.sampled_from(["no", "yes", "feeding"]),
    st.text(min_size=1, max_size=200).filter(lambda text: text.strip() != ""),
)
def test_what_is_taken_in_is_canonical_so_taking_it_in_again_changes_nothing(
    number: str, code: str, remark: str
) -> None:
    """Law: judging the canonical texts of accepted cells gives the same texts."""
    cells = [cell("bilirubin", number), cell("pregnancy", code), cell("remark", remark)]
    known = SubjectState.of("N-1", _registered())
    drafts, wrong = judge_cells(cells, PROTOCOL, {"N-1": known})
    if wrong:  # a remark with control characters
        assert {problem.field for problem in wrong} == {"remark"}
        return
    texts = [str(draft.value) for draft in drafts["N-1"]]
    again = [one._replace(text=text) for one, text in zip(cells, texts, strict=True)]
    assert judge_cells(again, PROTOCOL, {"N-1": known})[0] == drafts


def _registered() -> tuple[Fact, ...]:
    return made_facts(("@own/@subject.status", "registered"), subject="N-1", site="north")
