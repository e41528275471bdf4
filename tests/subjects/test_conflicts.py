"""What comes too close: each rule of time at its edges, over facts and planned moments.

The made-up figures: FDG at least 10 days after 89Zr, zirconium after the end of the FES scan, a
blocker stopped at least six weeks (42 days) before FES.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_course import made_course, made_course_data
from made_facts import Statement, made_state
from made_protocol import figure
from petrial.protocol.events import Effect
from petrial.protocol.model import Protocol
from petrial.subjects.conflicts import Broken, Plans, conflicts_of
from petrial.vocabulary.errors import ProtocolError

FDG = "given.injected_at@fdg"
ZR = "given.injected_at@zr"
FES = "given.injected_at@fes"
SCAN_END = "series.scan_ended_at@fes_scan"


def injected(event: str, tracer: str, moment: str) -> list[Statement]:
    return [(f"{event}/given.tracer", tracer), (f"{event}/given.injected_at", moment)]


def names(broken: tuple[Broken, ...]) -> list[str]:
    return [one.conflict.name for one in broken]


def planned(plans: Plans, *statements: Statement) -> tuple[Broken, ...]:
    return conflicts_of(made_course(), made_state(*statements), plans)


ZIRCONIUM = injected("zr", "89Zr-X", "2024-05-17T14:00:00+02:00")


@pytest.mark.parametrize(
    ("moment", "broken"),
    [
        ("2024-05-26T23:59:00+02:00", True),  # 9 days on the calendar
        ("2024-05-27T00:01:00+02:00", False),  # 10 days on the calendar, 9.4 on the clock
        ("2024-05-17T13:59:00+02:00", False),  # before the zirconium
        ("2024-05-17T14:00:00+02:00", True),
    ],
)
def test_a_gap_in_days_counts_days_of_the_calendar_after_the_earlier(
    moment: str, *, broken: bool
) -> None:
    state = made_state(*ZIRCONIUM, *injected("fdg", "18F-FDG", moment))
    assert names(conflicts_of(made_course(), state, {})) == ["fdg_after_zr"] * broken


def test_a_broken_rule_tells_its_facts_and_the_first_free_day() -> None:
    state = made_state(*ZIRCONIUM, *injected("fdg", "18F-FDG", "2024-05-20T09:00:00+02:00"))
    (only,) = conflicts_of(made_course(), state, {})
    assert [str(fact.place) for fact in only.facts] == [
        "zr/given.injected_at",
        "fdg/given.injected_at",
    ]
    assert only.free_from == date(2024, 5, 27)
    assert not only.planned
    assert "no FDG while 89Zr is left" in str(only)
    assert "possible from 2024-05-27" in str(only)


@pytest.mark.parametrize(("day", "broken"), [(26, True), (27, False)])
def test_a_planned_day_is_judged_against_facts(day: int, *, broken: bool) -> None:
    found = planned({FDG: (date(2024, 5, day),)}, *ZIRCONIUM)
    assert names(found) == ["fdg_after_zr"] * broken
    assert all(one.planned for one in found)


@pytest.mark.parametrize(("day", "broken"), [(16, False), (17, True), (26, True), (27, False)])
def test_planned_days_are_judged_against_one_another(day: int, *, broken: bool) -> None:
    """With days alone, FDG and zirconium on one day cannot be told apart in time."""
    found = planned({ZR: (date(2024, 5, 17),), FDG: (date(2024, 5, day),)})
    assert names(found) == ["fdg_after_zr"] * broken


def test_a_planned_earlier_moment_is_judged_against_a_stated_later_one() -> None:
    fdg = injected("fdg", "18F-FDG", "2024-05-20T09:00:00+02:00")
    assert names(planned({ZR: (date(2024, 5, 17),)}, *fdg)) == ["fdg_after_zr"]


def test_a_form_of_another_tracer_takes_no_part() -> None:
    other = injected("zr", "18F-FES", "2024-05-17T14:00:00+02:00")
    assert planned({FDG: (date(2024, 5, 18),)}, *other) == ()


@pytest.mark.parametrize(
    ("zirconium", "broken"),
    [
        ("2024-05-17T11:44:59+02:00", True),
        ("2024-05-17T11:45:00+02:00", False),
        ("2024-05-17T09:45:00+00:00", False),  # the same moment
        ("2024-05-16T23:00:00+02:00", True),
    ],
)
def test_a_gap_of_nothing_says_which_comes_first_to_the_second(
    zirconium: str, *, broken: bool
) -> None:
    end: Statement = ("fes_scan/series.scan_ended_at", "2024-05-17T11:45:00+02:00")
    found = planned({ZR: (datetime.fromisoformat(zirconium),)}, end)
    assert names(found) == ["zr_after_fes"] * broken
    assert all(str(one.free_from) == "2024-05-17 11:45:00+02:00" for one in found)


@pytest.mark.parametrize(("day", "broken"), [(16, True), (17, False), (18, False)])
def test_a_gap_on_the_clock_is_broken_by_days_only_where_no_hour_keeps_it(
    day: int, *, broken: bool
) -> None:
    end: Statement = ("fes_scan/series.scan_ended_at", "2024-05-17T11:45:00+02:00")
    assert names(planned({ZR: (date(2024, 5, day),)}, end)) == ["zr_after_fes"] * broken


def test_a_gap_in_hours_reaches_over_midnight() -> None:
    """FES scan ends on the 17th at 20:00: six hours later is 2:00 on the 18th."""
    protocol = with_gap("zr_after_fes", figure(6, "h"))
    state = made_state(("fes_scan/series.scan_ended_at", "2024-05-17T20:00:00+02:00"))
    on_17, on_18 = date(2024, 5, 17), date(2024, 5, 18)
    assert names(conflicts_of(protocol, state, {ZR: (on_17,)})) == ["zr_after_fes"]
    assert conflicts_of(protocol, state, {ZR: (on_18,)}) == ()
    early = datetime.fromisoformat("2024-05-18T01:59:00+02:00")
    (only,) = conflicts_of(protocol, state, {ZR: (early,)})
    assert str(only.free_from) == "2024-05-18 02:00:00+02:00"


# A blocker from 1 January 2024, stopped on 1 April: 42 days later is 13 May.


def blocker(started: str | None, stopped: str | None) -> list[Statement]:
    said: list[Statement] = [("therapy/drug.drug_class", "blocker")]
    if started is not None:
        said.append(("therapy/drug.started_on", started))
    if stopped is not None:
        said.append(("therapy/drug.stopped_on", stopped))
    return said


@pytest.mark.parametrize(
    ("started", "stopped", "fes", "broken"),
    [
        ("2024-01-01", "2024-04-01", "2024-05-12", True),
        ("2024-01-01", "2024-04-01", "2024-05-13", False),
        ("2024-01-01", "2024-04-01", "2024-02-01", True),  # while it was taken
        ("2024-01-01", "2024-04-01", "2023-12-31", False),  # before it was taken
        ("2024-01-01", None, "2024-12-31", True),  # it goes on
        ("2024-01-01", None, "2023-12-31", False),  # it starts afterwards
        (None, "2024-04-01", "2024-05-12", True),
        (None, "2024-04-01", "2024-02-01", True),  # nobody said when it started
        (None, "2024-04-01", "2024-05-13", False),
    ],
)
def test_a_drug_is_in_the_way_from_its_first_day_until_its_wash_out_is_over(
    started: str | None, stopped: str | None, fes: str, *, broken: bool
) -> None:
    found = planned({FES: (date.fromisoformat(fes),)}, *blocker(started, stopped))
    assert names(found) == ["blocker"] * broken
    assert all(one.conflict.effect is Effect.WARN for one in found)


def test_a_drug_that_goes_on_has_no_free_day_and_says_since_when() -> None:
    (only,) = planned({FES: (date(2024, 5, 17),)}, *blocker("2024-01-01", None))
    assert only.free_from is None
    assert "started on 2024-01-01 goes on" in str(only)


def test_another_drug_is_not_in_the_way() -> None:
    said: list[Statement] = [
        ("therapy/drug.drug_class", "other"),
        ("therapy/drug.started_on", "2024-01-01"),
        ("therapy/drug[2].drug_class", "blocker"),
    ]
    assert planned({FES: (date(2024, 5, 17),)}, *said) == ()


def test_two_courses_of_a_drug_are_judged_each_by_itself() -> None:
    second: list[Statement] = [
        ("therapy/drug[2].drug_class", "blocker"),
        ("therapy/drug[2].started_on", "2024-05-01"),
        ("therapy/drug[2].stopped_on", "2024-05-02"),
    ]
    found = planned({FES: (date(2024, 5, 17),)}, *blocker("2024-01-01", "2024-04-01"), *second)
    assert [str(one.earlier) for one in found] == ["2024-05-02"]


def with_gap(name: str, gap: dict[str, Any]) -> Protocol:
    data = made_course_data()
    for conflict in data["conflicts"]:
        if conflict["name"] == name:
            conflict["gap"] = gap
    return Protocol.model_validate(data)


@pytest.mark.parametrize(
    ("day", "broken"), [(6, False), (7, False), (8, True), (17, True), (18, False)]
)
def test_a_negative_gap_forbids_the_days_just_before(day: int, *, broken: bool) -> None:
    """At least ten days before the zirconium of the 17th: up to the 7th; later days are free."""
    protocol = with_gap("fdg_after_zr", figure(-10, "d"))
    found = conflicts_of(protocol, made_state(*ZIRCONIUM), {FDG: (date(2024, 5, day),)})
    assert names(found) == ["fdg_after_zr"] * broken


def test_a_gap_in_months_is_refused_by_its_path() -> None:
    protocol = with_gap("fdg_after_zr", figure(1, "mo"))
    with pytest.raises(ProtocolError) as refusal:
        conflicts_of(protocol, made_state(*ZIRCONIUM), {FDG: (date(2024, 5, 18),)})
    assert refusal.value.problem.field == "conflicts.fdg_after_zr.gap"


def test_a_condition_on_another_form_looks_at_the_newest_statement_of_it() -> None:
    data = made_course_data()
    data["conflicts"] = [data["conflicts"][1]]
    data["conflicts"][0]["earlier"] = {
        "item": "given.injected_at@zr",
        "where": "drug.drug_class",
        "values": ["blocker"],
    }
    protocol = Protocol.model_validate(data)
    plan = {FDG: (date(2024, 5, 18),)}
    taken = made_state(*ZIRCONIUM, ("therapy/drug.drug_class", "blocker"))
    other = made_state(*ZIRCONIUM, ("therapy/drug.drug_class", "other"))
    assert names(conflicts_of(protocol, taken, plan)) == ["fdg_after_zr"]
    assert conflicts_of(protocol, other, plan) == ()


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2024, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  -- hypothesis adds the zone


@given(zirconium=MOMENTS, fdg=MOMENTS, shift=st.timedeltas(timedelta(-300), timedelta(300)))
def test_moving_both_by_whole_days_changes_no_verdict(
    zirconium: datetime, fdg: datetime, shift: timedelta
) -> None:
    step = timedelta(days=shift.days)
    here: Plans = {ZR: (zirconium,), FDG: (fdg,)}
    there: Plans = {ZR: (zirconium + step,), FDG: (fdg + step,)}
    assert names(planned(here)) == names(planned(there))


@given(zirconium=MOMENTS, fdg=MOMENTS)
def test_the_first_free_day_of_a_broken_rule_keeps_it(zirconium: datetime, fdg: datetime) -> None:
    for broken in planned({ZR: (zirconium,), FDG: (fdg,)}):
        assert broken.free_from is not None
        assert planned({ZR: (zirconium,), FDG: (broken.free_from,)}) == ()
