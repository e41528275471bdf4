"""Plans of tracer days: Fridays and weekends, clock times, orders, refusals.

17 May 2024 is a Friday.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone

import pytest

from made_course import made_course, made_course_data, stated
from made_facts import Statement, made_state
from petrial.adapters.files.protocol import built_in_text, parse_protocol
from petrial.protocol.model import Protocol
from petrial.subjects.proposal import (
    Basis,
    Calibration,
    ClosedDays,
    NoPlanError,
    Proposal,
    ProposedDay,
    Routine,
    propose,
)
from petrial.vocabulary.errors import FieldError, RefusedError

SUMMER = timezone(timedelta(hours=2))
FRIDAY = date(2024, 5, 17)
WEEKEND = frozenset({5, 6})
ROUTINE = Routine(
    zone=SUMMER,
    injected={"18F-FES": time(10), "89Zr-X": time(10, 30), "18F-FDG": time(9)},
    scanned_for={"18F-FES": timedelta(minutes=45)},
    calibrated={"18F-FES": Calibration(time(9)), "89Zr-X": Calibration(time(12), 1)},
)
SCREENED: tuple[Statement, ...] = stated("screening", "2024-05-10")
IMPACT = parse_protocol(built_in_text("impact-mbc"), "impact-mbc")


def plan(
    protocol: Protocol,
    *said: Statement,
    chosen: Mapping[str, date] | None = None,
    closed: ClosedDays = ClosedDays(WEEKEND),  # noqa: B008  frozen
    routine: Routine = ROUTINE,
    on: date = date(2024, 5, 13),
) -> Proposal:
    days = {"fes": FRIDAY} if chosen is None else chosen
    return propose(protocol, made_state(*said), closed, days, routine, on)


def refusal(protocol: Protocol, *said: Statement, closed: ClosedDays) -> NoPlanError:
    with pytest.raises(NoPlanError) as refused:
        plan(protocol, *said, closed=closed)
    return refused.value


def of(proposal: Proposal, event: str) -> ProposedDay:
    return next(one for one in proposal.days if one.event == event)


# FES on a Friday.


def test_after_fes_on_a_friday_zirconium_is_given_the_same_day_and_scanned_on_tuesday() -> None:
    """The day after is a Saturday; four days after Friday the 17th is Tuesday the 21st."""
    state = made_state(("screening/eligibility.screened_on", "2024-05-10"))
    chosen = {"fes_injection": FRIDAY}
    found = propose(IMPACT, state, ClosedDays(WEEKEND), chosen, ROUTINE, date(2024, 5, 13))
    assert found.day_of("her2_injection") == FRIDAY
    assert found.day_of("her2_scan") == date(2024, 5, 21)
    assert found.day_of("fes_scan") == FRIDAY


def test_in_impact_mbc_the_early_fdg_is_two_weeks_into_therapy_and_clear_of_zirconium() -> None:
    state = made_state(("screening/eligibility.screened_on", "2024-05-10"))
    chosen = {"fes_injection": FRIDAY}
    found = propose(IMPACT, state, ClosedDays(WEEKEND), chosen, ROUTINE, date(2024, 5, 13))
    therapy, fdg = found.day_of("therapy_start"), found.day_of("early_fdg")
    assert therapy is not None
    assert fdg == therapy + timedelta(days=14)
    assert fdg >= FRIDAY + timedelta(days=10)


def fourteen_hours() -> Protocol:
    """Return the course with zirconium at least 14 hours after the end of the FES scan."""
    data = made_course_data()
    gap = {"value": 14, "unit": "h", "source": "plan"}
    data["conflicts"].append(data["conflicts"][0] | {"name": "long_after", "gap": gap})
    return Protocol.model_validate(data)


def test_where_friday_ends_too_early_and_saturday_is_open_zirconium_is_given_then() -> None:
    found = plan(fourteen_hours(), *SCREENED, closed=ClosedDays(frozenset({6})))
    assert found.day_of("zr") == date(2024, 5, 18)  # 11:45 and 14 hours is 1:45 on Saturday


def test_where_neither_day_is_possible_each_is_refused_by_its_own_rule() -> None:
    error = refusal(fourteen_hours(), *SCREENED, closed=ClosedDays(WEEKEND))
    reasons = {(b.event, b.day): b for b in error.blocked}
    assert "01:45" in reasons["zr", FRIDAY].why
    assert "FES scan has ended" in reasons["zr", FRIDAY].why
    assert reasons["zr", date(2024, 5, 18)].rule == "closed days of the site"
    assert reasons["zr", date(2024, 5, 18)].why == "closed on each Saturday"


def test_if_no_day_of_the_scan_is_open_every_day_that_was_tried_is_told() -> None:
    closed = ClosedDays(WEEKEND, frozenset(date(2024, 5, day) for day in (20, 21, 22)))
    error = refusal(made_course(), *SCREENED, closed=closed)
    tried = [(b.event, b.day.day) for b in error.blocked]
    assert tried == [("zr", 18), ("zr_scan", 20), ("zr_scan", 21), ("zr_scan", 22)]
    assert "zr on Saturday 2024-05-18: closed on each Saturday" in error.problem.got


def test_a_closed_target_gives_way_to_the_nearest_open_day() -> None:
    closed = ClosedDays(WEEKEND, frozenset({date(2024, 5, 21)}))
    assert plan(made_course(), *SCREENED, closed=closed).day_of("zr_scan") == date(2024, 5, 20)


def test_an_anchor_gives_way_where_what_is_counted_from_it_finds_no_day() -> None:
    """Zirconium on Monday or Tuesday; its scan four days later, Friday closed: so Tuesday's."""
    closed = ClosedDays(frozenset({4}))
    found = plan(
        made_course(zr_scan=(4, 0, 0)), *SCREENED, chosen={"fes": date(2024, 5, 20)}, closed=closed
    )
    assert found.day_of("zr") == date(2024, 5, 21)
    assert found.day_of("zr_scan") == date(2024, 5, 25)


# Clock times and orders.


def test_zirconium_waits_for_the_end_of_the_fes_scan() -> None:
    """FES at 10:00, scan 60 minutes later, 45 minutes long: not before 11:45."""
    zirconium = of(plan(made_course(), *SCREENED), "zr")
    assert zirconium.not_before == datetime(2024, 5, 17, 11, 45, tzinfo=SUMMER)
    assert zirconium.starts == zirconium.not_before
    assert zirconium.notes == ("89Zr-X only after the FES scan has ended",)


def test_what_must_come_after_is_placed_after_whatever_the_order_of_the_protocol() -> None:
    data = made_course_data()
    data["events"].reverse()
    zirconium = of(plan(Protocol.model_validate(data), *SCREENED), "zr")
    assert zirconium.starts == datetime(2024, 5, 17, 11, 45, tzinfo=SUMMER)


def test_the_stated_end_of_the_scan_decides_once_it_is_known() -> None:
    said = (
        *SCREENED,
        *stated("fes", "2024-05-17T10:20:00+02:00"),
        *stated("fes_scan", "2024-05-17T11:20:00+02:00", scan_ended_at="2024-05-17T10:10:00+00:00"),
    )
    found = plan(made_course(), *said, chosen={}, on=FRIDAY)
    assert of(found, "zr").not_before == datetime(2024, 5, 17, 12, 10, tzinfo=SUMMER)
    assert of(found, "fes").basis is Basis.HAPPENED


def test_a_scan_follows_the_stated_injection_and_not_the_usual_one() -> None:
    """Injected at 10:20, scan 60 minutes later, 45 minutes long: zirconium from 12:05."""
    said = (*SCREENED, *stated("fes", "2024-05-17T10:20:00+02:00"))
    found = plan(made_course(), *said, chosen={}, on=FRIDAY)
    assert of(found, "fes_scan").starts == datetime(2024, 5, 17, 11, 20, tzinfo=SUMMER)
    assert of(found, "zr").not_before == datetime(2024, 5, 17, 12, 5, tzinfo=SUMMER)


def test_where_nobody_said_how_long_a_scan_takes_its_start_bounds_and_a_note_says_so() -> None:
    routine = Routine(zone=SUMMER, injected={"18F-FES": time(10), "89Zr-X": time(9)})
    found = plan(made_course(), *SCREENED, routine=routine)
    assert of(found, "zr").not_before == datetime(2024, 5, 17, 11, 0, tzinfo=SUMMER)
    assert of(found, "fes_scan").notes == ("how long a scan of 18F-FES takes is not stated",)


def test_a_usual_time_after_the_scan_stands() -> None:
    routine = Routine(zone=SUMMER, injected={"18F-FES": time(8), "89Zr-X": time(14)})
    found = of(plan(made_course(), *SCREENED, routine=routine), "zr")
    assert found.starts == datetime(2024, 5, 17, 14, tzinfo=SUMMER)


def test_the_order_brings_the_prescribed_activity_to_the_injection() -> None:
    """By hand: calibrated on Thursday at 12:00, injected on Friday at 11:45, 23.75 h later:
    37 MBq x 2 ** (23.75 / 78.41) = 45.64 MBq; FES 200 MBq x 2 ** (60 / 109.77) = 292.1 MBq."""
    found = plan(made_course(), *SCREENED)
    zirconium, fes = of(found, "zr").order, of(found, "fes").order
    assert zirconium is not None
    assert zirconium.ordered.megabecquerel == pytest.approx(45.64, abs=0.005)
    assert zirconium.ordered.at == datetime(2024, 5, 16, 12, tzinfo=SUMMER)
    assert fes is not None
    assert fes.ordered.megabecquerel == pytest.approx(200.0 / 0.6846, rel=1e-4)
    assert fes.confirmed


def test_an_injection_without_usual_time_or_calibration_has_no_order_and_says_why() -> None:
    bare = Routine(zone=SUMMER)
    found = of(plan(made_course(), *SCREENED, routine=bare), "zr")
    assert found.order is None
    assert found.starts is None
    assert "usual time of injection for 89Zr-X" in found.notes[-1]
    timed = Routine(zone=SUMMER, injected={"89Zr-X": time(15)})
    assert "calibration moment" in of(plan(made_course(), *SCREENED, routine=timed), "zr").notes[-1]


def test_a_tracer_whose_activity_the_protocol_leaves_to_the_site_has_no_order() -> None:
    found = of(plan(made_course(), *SCREENED), "fdg")
    assert found.order is None
    assert "prescribes no activity" in found.notes[-1]


# What is settled already.


def test_a_chosen_day_on_which_the_site_is_closed_is_refused() -> None:
    with pytest.raises(NoPlanError) as refused:
        plan(made_course(), *SCREENED, chosen={"fes": date(2024, 5, 18)})
    assert [b.why for b in refused.value.blocked] == ["closed on each Saturday"]


@pytest.mark.parametrize(
    ("chosen", "inside"),
    [("2024-05-09", False), ("2024-05-10", True), ("2024-05-31", True), ("2024-06-01", False)],
)
def test_a_chosen_day_must_lie_in_its_window(chosen: str, *, inside: bool) -> None:
    """Screened on 10 May: due 7 days later, 7 before to 14 after, so 10 to 31 May."""
    day = {"fes": date.fromisoformat(chosen)}
    if inside:
        found = plan(made_course(), *SCREENED, chosen=day, closed=ClosedDays())
        assert found.day_of("fes") == day["fes"]
        return
    with pytest.raises(NoPlanError) as refused:
        plan(made_course(), *SCREENED, chosen=day, closed=ClosedDays())
    assert refused.value.blocked[0].rule == "events.fes.due"


def test_what_took_place_is_not_chosen_again() -> None:
    said = (*SCREENED, *stated("fes", "2024-05-16T10:00:00+02:00"))
    with pytest.raises(RefusedError, match="took place on 2024-05-16"):
        plan(made_course(), *said)


def test_an_unknown_event_is_refused() -> None:
    with pytest.raises(RefusedError, match="chosen day of fse"):
        plan(made_course(), *SCREENED, chosen={"fse": FRIDAY})


def test_nothing_is_planned_for_who_withdrew() -> None:
    gone: Statement = ("@own/@subject.status", "withdrawn", "2024-05-12")
    with pytest.raises(RefusedError, match="withdrawn on 2024-05-12"):
        plan(made_course(), *SCREENED, gone)


def test_days_before_today_are_not_proposed() -> None:
    """Zirconium on Friday the 17th: scan on 20 to 22 May; on the 22nd only that day is left."""
    said = (*SCREENED, *stated("fes", "2024-05-17T10:00:00+02:00"))
    said = (*said, *stated("fes_scan", "2024-05-17T11:00:00+02:00"))
    said = (*said, *stated("zr", "2024-05-17T13:00:00+02:00"))
    found = plan(made_course(), *said, chosen={}, on=date(2024, 5, 22))
    assert found.day_of("zr_scan") == date(2024, 5, 22)
    with pytest.raises(NoPlanError) as refused:
        plan(made_course(), *said, chosen={}, on=date(2024, 5, 23))
    assert {b.why for b in refused.value.blocked} == {"it lies before 2024-05-23"}


def test_a_work_up_whose_window_is_over_is_left_out_with_its_reasons() -> None:
    """IMPACT-MBC: FDG of the work-up up to 14 days after screening; FES may come later."""
    state = made_state(("screening/eligibility.screened_on", "2024-05-10"))
    later = date(2024, 5, 31)
    found = propose(IMPACT, state, ClosedDays(), {"fes_injection": later}, ROUTINE, later)
    left = {one.event: one for one in found.left_out}
    assert set(left) == {"fdg_pet", "bone_scintigraphy"}
    assert {b.why for b in left["fdg_pet"].blocked} == {"it lies before 2024-05-31"}


def test_what_is_counted_from_an_event_without_a_day_is_left_out_and_says_so() -> None:
    data = made_course_data()
    for event in data["events"]:
        if event["name"] == "therapy":
            del event["due"]
    found = plan(Protocol.model_validate(data), *SCREENED)
    why = {one.event: one.why for one in found.left_out}
    assert "comes when it comes" in why["therapy"]
    assert "therapy" in why["fdg"]


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ({"test": "consented", "consent": "biopsy"}, "unknown"),
        ({"test": "stated", "item": "visit.ct_on"}, "not met"),
    ],
)
def test_an_event_that_may_not_concern_the_subject_is_left_out(
    when: dict[str, str], why: str
) -> None:
    data = made_course_data()
    for event in data["events"]:
        if event["name"] == "fdg":
            event["when"] = when
    absent: Statement = ("screening/visit.ct_on", None, "2024-05-10", "not-done")
    found = plan(Protocol.model_validate(data), *SCREENED, absent)
    (fdg,) = (one for one in found.left_out if one.event == "fdg")
    assert f"events.fdg.when is {why}" in fdg.why


# Conflicts with what is stated.


def blocked_until(stopped: str) -> tuple[Statement, ...]:
    return (
        ("therapy[2]/drug.drug_class", "blocker"),
        ("therapy[2]/drug.started_on", "2024-01-01"),
        ("therapy[2]/drug.stopped_on", stopped),
    )


def drugs_apart() -> Protocol:
    """Return the course with its start of therapy dated by a form of its own."""
    data = made_course_data()
    for event in data["events"]:
        if event["name"] == "therapy":
            event |= {"happened": "visit.seen_on@therapy", "forms": ["visit"]}
    return Protocol.model_validate(data)


def test_a_wash_out_that_only_warns_moves_a_free_day_and_is_kept() -> None:
    """Stopped on 9 April: 42 days later is 21 May; FES due on 17 May, at the latest on 31 May."""
    found = plan(drugs_apart(), *SCREENED, *blocked_until("2024-04-09"), chosen={})
    assert found.day_of("fes") == date(2024, 5, 21)
    assert found.warnings == ()


def test_a_wash_out_that_cannot_be_kept_is_warned_of() -> None:
    found = plan(drugs_apart(), *SCREENED, *blocked_until("2024-04-09"))
    assert found.day_of("fes") == FRIDAY
    assert [one.conflict.name for one in found.warnings] == ["blocker"]


def test_a_wash_out_that_refuses_forbids_the_chosen_day() -> None:
    data = made_course_data()
    data["conflicts"][2]["effect"] = "refuse"
    for event in data["events"]:
        if event["name"] == "therapy":
            event |= {"happened": "visit.seen_on@therapy", "forms": ["visit"]}
    said = (*SCREENED, *blocked_until("2024-04-09"))
    error = refusal(Protocol.model_validate(data), *said, closed=ClosedDays())
    assert error.blocked[0].rule == "conflicts.blocker"
    assert "possible from 2024-05-21" in error.blocked[0].why


def test_closed_weekdays_that_are_none_are_refused() -> None:
    with pytest.raises(FieldError, match="0 for Monday"):
        ClosedDays(frozenset({7}))


def test_an_injection_moves_past_a_gap_that_its_usual_time_falls_into() -> None:
    """Only a gap of 2 h after the scan's end at 11:45: usual 12:30 is moved to 13:45."""
    data = made_course_data()
    data["conflicts"][0]["gap"] = {"value": 2, "unit": "h", "source": "plan"}
    routine = Routine(
        zone=SUMMER,
        injected={"18F-FES": time(10), "89Zr-X": time(12, 30)},
        scanned_for={"18F-FES": timedelta(minutes=45)},
    )
    found = of(plan(Protocol.model_validate(data), *SCREENED, routine=routine), "zr")
    assert found.starts == datetime(2024, 5, 17, 13, 45, tzinfo=SUMMER)
