"""Deviations at the edges of what is allowed, by arithmetic by hand, with the facts behind each.

The course: screening on 10 May 2024, FES on Friday the 17th and zirconium after its scan, the scan
of the 21st due within a day, therapy a week later. FES 200 MBq within 10 %, zirconium 37 MBq
within 10 % (33.3 to 40.7), FES scanned 50 to 80 minutes after injection.
"""

from datetime import date

import pytest

from made_course import made_course, made_course_data, stated
from made_facts import Statement, made_state
from petrial.adapters.files.protocol import built_in_text, parse_protocol
from petrial.protocol.model import Protocol
from petrial.subjects.deviations import Deviation, DeviationKind, deviations

SCREENED = stated("screening", "2024-05-10", ct_on="2024-04-12")  # 28 days before
CONSENTED: Statement = ("@own/@consent.main", "given", "2024-05-08")
BASE: tuple[Statement, ...] = (CONSENTED, *SCREENED)
LATER = date(2024, 6, 1)


def all_of(
    *said: Statement, on: date = LATER, protocol: Protocol | None = None
) -> tuple[Deviation, ...]:
    return deviations(protocol or made_course(), made_state(*said), on)


def of(
    kind: DeviationKind, *said: Statement, on: date = LATER, protocol: Protocol | None = None
) -> list[Deviation]:
    return [one for one in all_of(*said, on=on, protocol=protocol) if one.kind is kind]


def places(deviation: Deviation) -> list[str]:
    return [str(source.place) for source in deviation.sources]


# Windows.

ZIRCONIUM = "2024-05-17T14:00:00+02:00"


@pytest.mark.parametrize(
    ("day", "kind", "found"),
    [
        ("2024-05-19", DeviationKind.EARLY, "2024-05-19, 1 day early"),
        ("2024-05-20", None, ""),
        ("2024-05-22", None, ""),
        ("2024-05-23", DeviationKind.LATE, "2024-05-23, 1 day late"),
        ("2024-05-28", DeviationKind.LATE, "2024-05-28, 6 days late"),
    ],
)
def test_a_scan_outside_its_window_is_early_or_late_by_whole_days(
    day: str, kind: DeviationKind | None, found: str
) -> None:
    said = (*stated("zr", ZIRCONIUM), *stated("zr_scan", f"{day}T10:00:00+02:00"))
    untimely = [
        one
        for one in all_of(*BASE, *said)
        if one.event == "zr_scan" and one.kind in {DeviationKind.EARLY, DeviationKind.LATE}
    ]
    assert [(one.kind, one.found) for one in untimely] == ([(kind, found)] if kind else [])


def test_a_late_scan_names_its_rule_its_window_and_the_facts_of_both_days() -> None:
    said = (*stated("zr", ZIRCONIUM), *stated("zr_scan", "2024-05-23T10:00:00+02:00"))
    (late,) = of(DeviationKind.LATE, *BASE, *said)
    assert late.rule == "events.zr_scan.due.after"
    assert late.allowed == "2024-05-20 to 2024-05-22"
    assert late.unconfirmed  # the course marks all days after as unconfirmed
    assert places(late) == ["zr/given.injected_at", "zr_scan/series.scan_started_at"]
    assert [source.seq for source in late.sources] == [4, 5]


def test_an_early_scan_by_confirmed_figures_is_not_called_unconfirmed() -> None:
    said = (*stated("zr", ZIRCONIUM), *stated("zr_scan", "2024-05-19T10:00:00+02:00"))
    (early,) = of(DeviationKind.EARLY, *BASE, *said)
    assert (early.rule, early.unconfirmed) == ("events.zr_scan.due.before", False)


@pytest.mark.parametrize(("on", "count"), [("2024-05-22", 0), ("2024-05-23", 1)])
def test_a_required_event_is_missing_from_the_day_after_its_window(on: str, count: int) -> None:
    said = (*BASE, *stated("zr", ZIRCONIUM))
    found = of(DeviationKind.MISSING_EVENT, *said, on=date.fromisoformat(on))
    assert len([one for one in found if one.event == "zr_scan"]) == count


def test_an_optional_event_that_did_not_take_place_is_no_deviation() -> None:
    consented: Statement = ("@own/@consent.biopsy", "given", "2024-05-08")
    said = (*stated("therapy", "2024-05-28"), consented)
    found = of(DeviationKind.MISSING_EVENT, *BASE, *said, on=date(2024, 12, 31))
    assert "biopsy" not in {one.event for one in found}
    assert "fdg" in {one.event for one in found}


def test_nothing_is_missing_of_who_withdrew_before_its_time() -> None:
    gone: Statement = ("@own/@subject.status", "withdrawn", "2024-05-20")
    found = of(DeviationKind.MISSING_EVENT, *BASE, *stated("zr", ZIRCONIUM), gone)
    assert "zr_scan" not in {one.event for one in found}


# Activity.


def zirconium(activity: str, **changed: str) -> tuple[Statement, ...]:
    values = {
        "tracer": "89Zr-X",
        "activity_mbq": activity,
        "measured_at": ZIRCONIUM,
        "residual_mbq": "1",
        "residual_at": ZIRCONIUM,
    } | changed
    return stated("zr", ZIRCONIUM, **values)


@pytest.mark.parametrize(
    ("activity", "outside"),
    [("34.29", True), ("34.3", False), ("38", False), ("41.7", False), ("41.71", True)],
)
def test_the_net_injected_activity_may_lie_on_the_edge_of_its_tolerance(
    activity: str, *, outside: bool
) -> None:
    """Net is 1 MBq less: 33.3 and 40.7 MBq are 37 MBq less and plus 10 %."""
    found = of(DeviationKind.ACTIVITY, *BASE, *zirconium(activity))
    assert bool(found) == outside


def test_a_wrong_activity_tells_the_net_activity_the_limits_and_all_its_facts() -> None:
    (wrong,) = of(DeviationKind.ACTIVITY, *BASE, *zirconium("51"))
    assert wrong.found == "50 MBq injected"
    assert wrong.allowed == "33.3 to 40.7 MBq"
    assert wrong.rule == "tracers.89Zr-X.tolerance"
    assert not wrong.unconfirmed
    assert places(wrong) == [
        "zr/given.injected_at",
        "zr/given.activity_mbq",
        "zr/given.measured_at",
        "zr/given.residual_mbq",
        "zr/given.residual_at",
    ]


def test_the_activity_is_judged_after_its_decay_to_the_injection() -> None:
    """86.45 MBq four days before are 37 MBq at injection, by 0.4280."""
    early = {"measured_at": "2024-05-13T14:00:00+02:00", "residual_mbq": "0"}
    assert of(DeviationKind.ACTIVITY, *BASE, *zirconium("86.45", **early)) == []
    assert of(DeviationKind.ACTIVITY, *BASE, *zirconium("37", **early)) != []


def test_an_activity_by_an_unconfirmed_tolerance_says_so() -> None:
    at = "2024-05-17T10:00:00+02:00"
    said = stated("fes", at, activity_mbq="150", measured_at=at, residual_mbq="0")
    (wrong,) = of(DeviationKind.ACTIVITY, *BASE, *said)
    assert wrong.unconfirmed


def test_an_activity_that_is_not_known_is_no_deviation() -> None:
    said = stated("zr", ZIRCONIUM, activity_mbq="90")
    assert of(DeviationKind.ACTIVITY, *BASE, *said) == []


# Uptake.


@pytest.mark.parametrize(
    ("start", "outside"),
    [
        ("2024-05-17T10:49:59+02:00", True),
        ("2024-05-17T10:50:00+02:00", False),
        ("2024-05-17T11:20:00+02:00", False),
        ("2024-05-17T09:20:00+00:00", False),  # the same moment
        ("2024-05-17T11:20:01+02:00", True),
    ],
)
def test_uptake_is_judged_to_the_second(start: str, *, outside: bool) -> None:
    said = (*stated("fes", "2024-05-17T10:00:00+02:00"), *stated("fes_scan", start))
    assert bool(of(DeviationKind.UPTAKE, *BASE, *said)) == outside


@pytest.mark.parametrize(
    ("start", "found"),
    [
        ("2024-05-19T23:00:00+02:00", ["scan 2 d after injection"]),
        ("2024-05-20T08:00:00+02:00", []),  # 2.75 times 24 hours, but three days
        ("2024-05-22T20:00:00+02:00", []),
        ("2024-05-23T08:00:00+02:00", ["scan 6 d after injection"]),
    ],
)
def test_an_uptake_in_days_counts_days_of_the_calendar(start: str, found: list[str]) -> None:
    said = (*stated("zr", ZIRCONIUM), *stated("zr_scan", start))
    assert [one.found for one in of(DeviationKind.UPTAKE, *BASE, *said)] == found


def test_of_several_series_the_first_gives_the_uptake_and_both_moments_are_its_sources() -> None:
    said = (
        *stated("fes", "2024-05-17T10:00:00+02:00"),
        *stated("fes_scan", "2024-05-17T12:00:00+02:00"),
        ("fes_scan/series[2].scan_started_at", "2024-05-17T10:40:00+02:00"),
    )
    (short,) = of(DeviationKind.UPTAKE, *BASE, *said)
    assert short.found == "scan 40 min after injection"
    assert short.allowed == "60 min, 10 min less to 20 min more"
    assert places(short) == ["fes/given.injected_at", "fes_scan/series[2].scan_started_at"]


def test_a_series_of_another_tracer_has_no_uptake_of_this_one() -> None:
    said = (
        *stated("fes", "2024-05-17T10:00:00+02:00"),
        *stated("fes_scan", "2024-05-17T09:00:00+02:00", tracer="18F-FDG"),
    )
    assert of(DeviationKind.UPTAKE, *BASE, *said) == []


def test_uptake_pairs_the_repeats_of_injection_and_scan() -> None:
    said = (
        *stated("fes", "2024-05-17T10:00:00+02:00"),
        *stated("fes_scan[2]", "2024-06-17T10:00:00+02:00"),
    )
    assert of(DeviationKind.UPTAKE, *BASE, *said) == []


# Conflicts.


def test_a_broken_rule_of_time_is_a_deviation_with_both_facts() -> None:
    """FDG on 24 May, seven days after 89Zr, where ten are asked for and unconfirmed."""
    said = (
        *zirconium("38"),
        ("fdg/given.tracer", "18F-FDG"),
        ("fdg/given.injected_at", "2024-05-24T09:00:00+02:00"),
    )
    (broken,) = of(DeviationKind.CONFLICT, *BASE, *said)
    assert (broken.event, broken.rule) == ("fdg", "conflicts.fdg_after_zr.gap")
    assert "possible from 2024-05-27" in broken.found
    assert broken.allowed == "no FDG while 89Zr is left: 10 d"
    assert broken.unconfirmed
    assert places(broken) == ["zr/given.injected_at", "fdg/given.injected_at"]


# Work-up.


@pytest.mark.parametrize(
    ("ct", "old"), [("2024-04-11", True), ("2024-04-12", False), ("2024-05-10", False)]
)
def test_imaging_is_too_old_from_its_twenty_ninth_day_on(ct: str, *, old: bool) -> None:
    """28 days before 10 May 2024 is 12 April."""
    found = of(DeviationKind.WORK_UP, CONSENTED, *stated("screening", "2024-05-10", ct_on=ct))
    assert bool(found) == old


def test_a_work_up_that_is_too_old_names_criterion_item_and_facts() -> None:
    (old,) = of(
        DeviationKind.WORK_UP, CONSENTED, *stated("screening", "2024-05-10", ct_on="2024-04-01")
    )
    assert old.rule == "criteria.I1.rule"
    assert "visit.ct_on 2024-04-01" in old.found
    assert old.allowed.startswith("at most 28 days before")
    assert places(old) == ["screening/visit.ct_on", "screening/visit.seen_on"]


def test_a_work_up_that_is_not_stated_is_unknown_and_no_deviation() -> None:
    assert of(DeviationKind.WORK_UP, CONSENTED, *stated("screening", "2024-05-10")) == []


def test_where_another_examination_will_do_the_old_one_is_no_deviation() -> None:
    data = made_course_data()
    ct = data["criteria"][0]["rule"]
    other = {"test": "stated", "item": "visit.seen_on"}
    data["criteria"][0]["rule"] = {"test": "any", "rules": [ct, other]}
    said = stated("screening", "2024-05-10", ct_on="2024-04-01")
    protocol = Protocol.model_validate(data)
    assert of(DeviationKind.WORK_UP, CONSENTED, *said, protocol=protocol) == []


# Samples and forms.


def test_a_sample_that_nobody_entered_is_missing_once_its_window_is_over() -> None:
    """Blood: two days before FES on 17 May, up to FES: the window ends on the 17th."""
    data = made_course_data()
    for event in data["events"]:
        if event["name"] == "blood":
            event |= {"happened": "visit.seen_on@blood", "forms": ["visit", "tube"]}
    protocol = Protocol.model_validate(data)
    said = (
        *BASE,
        *stated("fes", "2024-05-17T10:00:00+02:00"),
        ("blood/visit.seen_on", "2024-05-15"),
    )
    kind = DeviationKind.MISSING_SAMPLE
    assert of(kind, *said, on=date(2024, 5, 17), protocol=protocol) == []
    (missing,) = of(kind, *said, on=date(2024, 5, 18), protocol=protocol)
    assert (missing.event, missing.rule) == ("blood", "forms.tube")
    assert missing.found == "Form tube: nothing"
    assert "Label" in missing.allowed


def test_a_second_tube_that_could_not_be_taken_is_a_missing_sample() -> None:
    said = (
        *BASE,
        *stated("blood", "2024-05-15T09:00:00+02:00", sample="T-1"),
        ("blood/tube[2].collected_at", None, "", "not-done"),
        ("blood/tube[2].sample", "T-2"),
    )
    (missing,) = of(DeviationKind.MISSING_SAMPLE, *said)
    assert missing.found == "Form tube: stated as not-done"
    assert places(missing) == ["blood/tube[2].collected_at"]


def test_a_form_with_an_empty_required_item_is_a_deviation_that_names_it() -> None:
    said = stated("blood", "2024-05-15T09:00:00+02:00")
    (missing,) = of(DeviationKind.MISSING_FORM, *BASE, *said)
    assert (missing.found, missing.allowed) == ("Form tube: not all items", "with Label")


@pytest.mark.parametrize("change", [{"assumed": True}, {"kind": "assay"}])
def test_forms_that_the_record_does_not_ask_for_and_assays_are_no_deviations(
    change: dict[str, object],
) -> None:
    data = made_course_data()
    for form in data["forms"]:
        if form["name"] == "tube":
            form.update(change)
    said = stated("blood", "2024-05-15T09:00:00+02:00")
    protocol = Protocol.model_validate(data)
    assert of(DeviationKind.MISSING_FORM, *BASE, *said, protocol=protocol) == []


# A whole patient.


def test_a_course_within_all_rules_has_no_deviation() -> None:
    fes, end = "2024-05-17T10:00:00+02:00", "2024-05-17T11:45:00+02:00"
    said = (
        *BASE,
        *stated("blood", "2024-05-15T09:00:00+02:00", sample="T-1"),
        *stated("fes", fes, tracer="18F-FES", activity_mbq="201", measured_at=fes),
        ("fes/given.residual_mbq", "0"),
        *stated("fes_scan", "2024-05-17T11:00:00+02:00", scan_ended_at=end, tracer="18F-FES"),
        *zirconium("38"),
        *stated("zr_scan", "2024-05-21T11:00:00+02:00", tracer="89Zr-X"),
        *stated("therapy", "2024-05-28", drug_class="other"),
    )
    assert all_of(*said, on=date(2024, 6, 10)) == ()


def test_impact_mbc_finds_a_late_her2_scan_and_its_uptake() -> None:
    """Trial record: four days after the injection; here nine, on 26 May."""
    protocol = parse_protocol(built_in_text("impact-mbc"), "impact-mbc")
    said: list[Statement] = [
        ("her2_injection/administration.tracer", "89Zr-trastuzumab"),
        ("her2_injection/administration.injected_at", ZIRCONIUM),
        ("her2_scan/scan.tracer", "89Zr-trastuzumab"),
        ("her2_scan/scan.scan_started_at", "2024-05-26T10:00:00+02:00"),
    ]
    found = {one.kind: one for one in all_of(*said, protocol=protocol) if one.event == "her2_scan"}
    assert found[DeviationKind.LATE].found == "2024-05-26, 4 days late"
    assert found[DeviationKind.UPTAKE].found == "scan 9 d after injection"
