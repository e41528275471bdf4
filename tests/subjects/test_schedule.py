"""When events are due: windows at their edges, anchors, repeats, withdrawals, missing forms.

Days are counted by hand on the calendar of 2024, a leap year whose 1 January was a Monday.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_course import made_course, made_course_data, stated
from made_facts import made_state
from made_protocol import figure
from petrial.adapters.files.protocol import built_in_text, parse_protocol
from petrial.protocol.model import Protocol
from petrial.subjects.schedule import Planned, Status, plan_of, window_of
from petrial.subjects.state import SubjectState
from petrial.vocabulary.errors import ProtocolError

THERAPY = stated("therapy", "2024-06-03")  # FDG due on 17 June, from 15 to 21


def entry(protocol: Protocol, state: SubjectState, on: str, event: str, repeat: int = 1) -> Planned:
    plan = plan_of(protocol, state, date.fromisoformat(on))
    return next(p for p in plan if (p.event, p.repeat) == (event, repeat))


@pytest.mark.parametrize(
    ("on", "status"),
    [
        ("2024-06-14", Status.UPCOMING),
        ("2024-06-15", Status.DUE),
        ("2024-06-17", Status.DUE),
        ("2024-06-21", Status.DUE),
        ("2024-06-22", Status.OVERDUE),
    ],
)
def test_an_event_is_due_on_the_first_and_last_day_of_its_window(on: str, status: Status) -> None:
    assert entry(made_course(), made_state(*THERAPY), on, "fdg").status is status


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2024-06-14", Status.DONE_EARLY),
        ("2024-06-15", Status.DONE),
        ("2024-06-21", Status.DONE),
        ("2024-06-22", Status.DONE_LATE),
    ],
)
def test_what_took_place_on_an_edge_of_its_window_was_in_time(day: str, status: Status) -> None:
    state = made_state(*THERAPY, *stated("fdg", f"{day}T10:00:00+02:00"))
    found = entry(made_course(), state, "2024-07-01", "fdg")
    assert (found.status, found.happened) == (status, date.fromisoformat(day))


def test_a_plan_names_anchor_due_day_and_both_edges() -> None:
    found = entry(made_course(), made_state(*THERAPY), "2024-06-03", "fdg")
    assert found.anchor == "therapy"
    assert found.anchored == date(2024, 6, 3)
    assert found.window is not None
    assert (found.window.first, found.window.due, found.window.last) == (
        date(2024, 6, 15),
        date(2024, 6, 17),
        date(2024, 6, 21),
    )


def test_the_facts_of_anchor_and_event_stand_behind_an_entry() -> None:
    state = made_state(*THERAPY, *stated("fdg", "2024-06-17T10:00:00+02:00"))
    found = entry(made_course(), state, "2024-07-01", "fdg")
    assert [str(fact.place) for fact in found.facts] == [
        "therapy/drug.started_on",
        "fdg/series.scan_started_at",
    ]


def test_an_event_without_the_day_of_its_anchor_is_not_planned_and_says_which() -> None:
    found = entry(made_course(), made_state(), "2024-06-03", "zr_scan")
    assert found.status is Status.NOT_PLANNED
    assert "(zr)" in found.reason
    assert found.window is None


def test_a_negative_offset_counts_back_over_the_leap_day() -> None:
    state = made_state(*stated("fes", "2024-03-01T10:00:00+01:00"))
    window = entry(made_course(), state, "2024-02-01", "blood").window
    assert window is not None
    assert window.due == date(2024, 2, 28)  # two days before 1 March, over 29 February
    assert (window.first, window.last) == (date(2024, 2, 25), date(2024, 3, 1))


def test_the_day_of_a_moment_is_that_of_the_calendar_on_the_spot() -> None:
    state = made_state(*stated("fes", "2024-05-21T23:30:00-05:00"))  # 22 May in UTC
    found = entry(made_course(), state, "2024-05-21", "zr")
    assert found.anchored == date(2024, 5, 21)


def test_what_was_removed_did_not_take_place() -> None:
    happened = stated("fdg", "2024-06-17T10:00:00+02:00")
    removed = ("fdg/series.scan_started_at", None, "", "removed")
    state = made_state(*THERAPY, *happened, removed)
    assert entry(made_course(), state, "2024-06-22", "fdg").status is Status.OVERDUE


def test_of_several_series_of_one_scan_the_earliest_day_counts() -> None:
    late = ("fdg/series.scan_started_at", "2024-06-23T10:00:00+02:00")
    early = ("fdg/series[2].scan_started_at", "2024-06-21T10:00:00+02:00")
    found = entry(made_course(), made_state(*THERAPY, late, early), "2024-07-01", "fdg")
    assert found.status is Status.DONE


@pytest.mark.parametrize(
    ("absent", "status"),
    [("not-done", Status.MISSING), ("not-applicable", Status.NOT_APPLICABLE)],
)
def test_a_stated_reason_settles_an_event_before_its_window_is_over(
    absent: str, status: Status
) -> None:
    state = made_state(*THERAPY, ("fdg/series.scan_started_at", None, "", absent))
    found = entry(made_course(), state, "2024-06-16", "fdg")
    assert found.status is status
    assert absent in found.reason


@pytest.mark.parametrize(
    ("answer", "on", "status"),
    [
        (None, "2024-06-20", Status.UNDECIDED),
        ("refused", "2024-06-20", Status.NOT_APPLICABLE),
        ("given", "2024-06-20", Status.DUE),
        ("given", "2024-06-25", Status.LAPSED),  # window from 10 to 24 June, not required
    ],
)
def test_whom_an_event_concerns_is_judged_with_three_outcomes(
    answer: str | None, on: str, status: Status
) -> None:
    said = () if answer is None else (("@own/@consent.biopsy", answer, "2024-06-01"),)
    found = entry(made_course(), made_state(*THERAPY, *said), on, "biopsy")
    assert found.status is status


def test_an_undecided_event_names_the_fact_that_is_missing() -> None:
    found = entry(made_course(), made_state(*THERAPY), "2024-06-20", "biopsy")
    assert "biopsy" in found.reason
    assert "events.biopsy.when" in found.reason


# Repeats: therapy on 3 June 2024, follow-up first due after 84 days (26 August), then every 84.


def follow_ups(state: SubjectState, on: str) -> list[tuple[int, date | None]]:
    plan = plan_of(made_course(), state, date.fromisoformat(on))
    return [
        (p.repeat, None if p.window is None else p.window.due)
        for p in plan
        if p.event == "follow_up"
    ]


@pytest.mark.parametrize(
    ("on", "dues"),
    [
        ("2024-08-25", ["2024-08-26"]),
        ("2024-08-26", ["2024-08-26", "2024-11-18"]),
        ("2024-11-18", ["2024-08-26", "2024-11-18", "2025-02-10"]),
    ],
)
def test_what_recurs_is_planned_up_to_what_is_due_and_once_more(on: str, dues: list[str]) -> None:
    expected = [(number, date.fromisoformat(day)) for number, day in enumerate(dues, start=1)]
    assert follow_ups(made_state(*THERAPY), on) == expected


def test_a_repeat_that_took_place_ahead_of_its_time_is_listed_too() -> None:
    state = made_state(*THERAPY, *stated("follow_up[3]", "2024-06-10"))
    assert [number for number, _ in follow_ups(state, "2024-06-10")] == [1, 3]


def test_what_recurs_is_counted_from_the_first_repeat_of_its_anchor() -> None:
    second = ("therapy[2]/drug.started_on", "2024-07-01")
    assert follow_ups(made_state(*THERAPY, second), "2024-08-26")[1] == (2, date(2024, 11, 18))


def repeating(*names: str) -> Protocol:
    data = made_course_data()
    for event in data["events"]:
        event["repeats"] = event["name"] in {*names, "follow_up"}
    return Protocol.model_validate(data)


def test_a_repeat_is_counted_from_the_same_repeat_of_its_anchor_else_from_the_first() -> None:
    state = made_state(
        *stated("zr", "2024-05-17T10:00:00+02:00"),
        *stated("zr[2]", "2024-09-02T10:00:00+02:00"),
        *stated("zr_scan[3]", "2024-10-01T10:00:00+02:00"),
    )
    plan = plan_of(repeating("zr", "zr_scan"), state, date(2024, 9, 3))
    dues = {p.repeat: p.window.due for p in plan if p.event == "zr_scan" and p.window}
    assert dues == {1: date(2024, 5, 21), 2: date(2024, 9, 6), 3: date(2024, 5, 21)}


def test_an_event_that_does_not_repeat_is_planned_once_whatever_its_anchor_does() -> None:
    state = made_state(
        *stated("zr", "2024-05-17T10:00:00+02:00"), *stated("zr[2]", "2024-09-02T10:00:00+02:00")
    )
    plan = plan_of(repeating("zr"), state, date(2024, 9, 3))
    assert [p.repeat for p in plan if p.event == "zr_scan"] == [1]


# The end of a subject's course.


@pytest.mark.parametrize("how", ["withdrawn", "screen-failed", "completed"])
def test_nothing_is_due_after_the_end_of_a_subjects_course(how: str) -> None:
    end = ("@own/@subject.status", how, "2024-06-10")
    plan = plan_of(made_course(), made_state(*THERAPY, end), date(2026, 1, 1))
    later = [p for p in plan if p.window is not None and p.window.last >= date(2024, 6, 10)]
    assert {p.status for p in later} == {Status.NOT_APPLICABLE}
    assert all(how in p.reason for p in later)
    assert [p.repeat for p in plan if p.event == "follow_up"] == [1]


@pytest.mark.parametrize(
    ("day", "status"),
    [("2024-06-21", Status.NOT_APPLICABLE), ("2024-06-22", Status.OVERDUE)],
)
def test_who_withdraws_within_a_window_owes_nothing_and_after_it_what_was_owed(
    day: str, status: Status
) -> None:
    end = ("@own/@subject.status", "withdrawn", day)
    state = made_state(*THERAPY, end)
    assert entry(made_course(), state, "2024-07-01", "fdg").status is status


def test_an_enrolled_subject_goes_on() -> None:
    state = made_state(*THERAPY, ("@own/@subject.status", "enrolled", "2024-05-10"))
    assert entry(made_course(), state, "2024-06-17", "fdg").status is Status.DUE


# Forms of what took place.


def missing(state: SubjectState, event: str) -> list[tuple[str, bool, tuple[str, ...]]]:
    found = entry(made_course(), state, "2024-07-01", event)
    return [(m.title, m.whole, m.items) for m in found.missing]


def test_a_form_that_nobody_began_is_missing_whole_with_its_required_titles() -> None:
    state = made_state(*stated("fdg", "2024-06-17T10:00:00+02:00"))
    assert missing(state, "fdg") == [("Injection", True, ("Tracer", "Injected at"))]


def test_an_item_with_a_reason_for_its_absence_is_not_missing_and_a_removed_one_is() -> None:
    begun = stated("blood", "2024-05-15T09:00:00+02:00")
    reason = ("blood/tube.sample", None, "", "unknown")
    removed = ("blood/tube.sample", None, "", "removed")
    assert missing(made_state(*begun, reason), "blood") == []
    assert missing(made_state(*begun, removed), "blood") == [("Form tube", False, ("Label",))]


def test_a_rule_of_requirement_looks_at_its_own_filled_in_form() -> None:
    blocker = stated("therapy", "2024-06-03", drug_class="blocker")
    other = (
        ("therapy/drug[2].started_on", "2024-06-04"),
        ("therapy/drug[2].drug_class", "other"),
    )
    assert missing(made_state(*blocker, *other), "therapy") == [
        ("Form drug", False, ("Dose in mg",))
    ]


def test_no_adverse_event_is_no_missing_form_but_no_sample_is() -> None:
    data = made_course_data()
    for event in data["events"]:
        if event["name"] == "screening":
            event["forms"] = ["visit", "harm", "tube"]
    state = made_state(*stated("screening", "2024-05-10"))
    plan = plan_of(Protocol.model_validate(data), state, date(2024, 5, 11))
    found = next(p for p in plan if p.event == "screening")
    assert [m.form for m in found.missing] == ["tube"]


def test_a_form_of_one_repeat_of_an_event_does_not_stand_for_that_of_another() -> None:
    state = made_state(
        *stated("fdg", "2024-06-17T10:00:00+02:00"),
        *stated("fdg[2]", "2024-09-17T10:00:00+02:00"),
        ("fdg[2]/given.tracer", "18F-FDG"),
        ("fdg[2]/given.injected_at", "2024-09-17T09:00:00+02:00"),
        ("fdg/given.batch", None, "", "removed"),
    )
    plan = plan_of(made_course(), state, date(2024, 10, 1))
    found = {p.repeat: [(m.form, m.whole) for m in p.missing] for p in plan if p.event == "fdg"}
    assert found == {1: [("given", True)], 2: []}


def test_what_has_not_taken_place_has_no_missing_forms() -> None:
    assert entry(made_course(), made_state(*THERAPY), "2024-07-01", "fdg").missing == ()


# Figures that are no days.


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("offset", figure(2, "mo")),
        ("before", figure(12, "h")),
        ("after", figure(0.5, "d")),
        ("every", figure(0, "d")),
    ],
)
def test_a_window_that_is_no_whole_number_of_days_is_refused_by_its_path(
    part: str, wrong: dict[str, Any]
) -> None:
    data = made_course_data()
    for event in data["events"]:
        if event["name"] == "follow_up":
            event["due"][part] = wrong
    protocol = Protocol.model_validate(data)
    with pytest.raises(ProtocolError) as refusal:
        plan_of(protocol, made_state(*THERAPY), date(2024, 7, 1))
    assert refusal.value.problem.field == f"events.follow_up.due.{part}"


def test_an_event_without_a_due_day_has_no_window() -> None:
    event = made_course().event("harm")
    assert event is not None
    with pytest.raises(ProtocolError):
        window_of(event, date(2024, 6, 3))


# Laws.

DAYS = st.dates(date(2015, 1, 1), date(2035, 1, 1))
MARGINS = st.tuples(st.integers(-400, 400), st.integers(0, 60), st.integers(0, 60))


@given(day=DAYS, shift=st.integers(-1000, 1000), fdg=MARGINS)
def test_moving_the_anchor_moves_the_plan_by_as_many_days(
    day: date, shift: int, fdg: tuple[int, int, int]
) -> None:
    event = made_course(fdg=fdg).event("fdg")
    assert event is not None
    here, moved = window_of(event, day), window_of(event, day + timedelta(days=shift))
    step = timedelta(days=shift)
    assert (here.due + step, here.first + step, here.last + step) == (
        moved.due,
        moved.first,
        moved.last,
    )


@given(day=DAYS, fdg=MARGINS, lag=st.integers(-500, 500))
def test_each_day_has_one_place_before_in_or_after_the_window(
    day: date, fdg: tuple[int, int, int], lag: int
) -> None:
    protocol, (offset, before, after) = made_course(fdg=fdg), fdg
    state = made_state(*stated("therapy", day.isoformat()))
    found = entry(protocol, state, (day + timedelta(days=lag)).isoformat(), "fdg")
    expected = Status.DUE
    if lag < offset - before:
        expected = Status.UPCOMING
    elif lag > offset + after:
        expected = Status.OVERDUE
    assert found.status is expected


def test_impact_mbc_plans_fes_zirconium_and_its_scan_as_the_record_says() -> None:
    """Trial record: 89Zr the same day as FES or the day after; HER2-PET four days after it."""
    protocol = parse_protocol(built_in_text("impact-mbc"), "impact-mbc")
    moment = "2024-05-17T10:00:00+02:00"
    state = made_state(
        ("fes_injection/administration.injected_at", moment),
        ("her2_injection/administration.injected_at", moment),
    )
    injection = entry(protocol, state, "2024-05-17", "her2_injection").window
    scan = entry(protocol, state, "2024-05-17", "her2_scan").window
    assert injection is not None
    assert scan is not None
    assert (injection.first, injection.last) == (date(2024, 5, 17), date(2024, 5, 18))
    assert scan.due == date(2024, 5, 21)
