"""What ends a subject's course by the protocol's word, such as death: nothing is due from then on.

Law: who is dead is not seen alive on a later day. Days are counted by hand on the calendar of 2024.
"""

from datetime import UTC, date

import pytest

from made_course import made_course_data, stated
from made_facts import Statement, made_state
from made_protocol import made_data
from petrial.adapters.files.protocol import built_in_text, parse_protocol
from petrial.protocol.check import problems_of
from petrial.protocol.model import Protocol
from petrial.subjects.deviations import DeviationKind, deviations
from petrial.subjects.happened import ended
from petrial.subjects.proposal import ClosedDays, Routine, propose
from petrial.subjects.schedule import Status, plan_of
from petrial.vocabulary.errors import RefusedError

IMPACT = parse_protocol(built_in_text("impact-mbc"), "impact-mbc")
THERAPY: Statement = ("therapy_start/medication.started_on", "2024-06-03")
ASSESSED: Statement = ("response_assessment/response.assessed_on", "2024-07-29")
PENDING = {Status.UPCOMING, Status.DUE, Status.OVERDUE, Status.NOT_PLANNED, Status.UNDECIDED}


def dead(day: str, seen: str = "", repeat: int = 1) -> tuple[Statement, ...]:
    """Return that the subject died on a day; seen from the follow-up for survival."""
    form = f"survival[{repeat}]/survival_status"
    return (
        (f"{form}.seen_on", seen or day),
        (f"{form}.status", "dead"),
        (f"{form}.died_on", day),
    )


def alive(seen: str, repeat: int) -> tuple[Statement, ...]:
    form = f"survival[{repeat}]/survival_status"
    return ((f"{form}.seen_on", seen), (f"{form}.status", "alive"))


def test_from_the_day_of_death_on_nothing_is_due() -> None:
    """Died on 20 August 2024, eleven weeks into therapy; judged four months later."""
    state = made_state(THERAPY, ASSESSED, *dead("2024-08-20"))
    plan = plan_of(IMPACT, state, date(2024, 12, 20))
    left = [p for p in plan if p.status in PENDING]
    assert [p for p in left if p.window is None or p.window.last >= date(2024, 8, 20)] == []
    follow_up = next(p for p in plan if p.event == "follow_up")
    assert follow_up.status is Status.NOT_APPLICABLE
    assert follow_up.reason == "died on 2024-08-20"


def test_what_recurs_is_not_planned_beyond_death() -> None:
    """Questionnaires of therapy: 1 July, then every 84 days; the second, 23 September, is not."""
    plan = plan_of(IMPACT, made_state(THERAPY, *dead("2024-08-20")), date(2026, 1, 1))
    found = [(p.repeat, p.status) for p in plan if p.event == "qol_during_therapy"]
    assert found == [(1, Status.OVERDUE), (2, Status.NOT_APPLICABLE)]


def test_a_window_that_closed_before_death_stays_overdue() -> None:
    """The FDG-PET at two weeks was due until 21 June."""
    plan = plan_of(IMPACT, made_state(THERAPY, *dead("2024-08-20")), date(2024, 12, 20))
    assert next(p for p in plan if p.event == "early_fdg").status is Status.OVERDUE


def test_death_and_withdrawal_end_the_course_on_the_earlier_day() -> None:
    gone: Statement = ("@own/@subject.status", "withdrawn", "2024-08-01")
    found = ended(IMPACT, made_state(THERAPY, gone, *dead("2024-08-20")))
    assert found is not None
    assert (found.how, found.day) == ("withdrawn", date(2024, 8, 1))
    later: Statement = ("@own/@subject.status", "completed", "2024-09-01")
    found = ended(IMPACT, made_state(THERAPY, later, *dead("2024-08-20")))
    assert found is not None
    assert (found.how, found.day) == ("died", date(2024, 8, 20))


def test_a_day_of_death_that_was_removed_ends_nothing() -> None:
    removed = ("survival/survival_status.died_on", None, "", "removed")
    assert ended(IMPACT, made_state(THERAPY, *dead("2024-08-20"), removed)) is None


def test_no_tracer_day_is_planned_for_the_dead() -> None:
    state = made_state(("screening/eligibility.screened_on", "2024-05-15"), *dead("2024-05-16"))
    with pytest.raises(RefusedError) as refused:
        propose(
            IMPACT,
            state,
            ClosedDays(),
            {"fes_injection": date(2024, 5, 17)},
            Routine(zone=UTC),
            date(2024, 5, 15),
        )
    assert refused.value.problem.got == "died on 2024-05-16"


@pytest.mark.parametrize(
    ("seen", "contradicts"), [("2024-08-19", False), ("2024-08-20", False), ("2024-08-21", True)]
)
def test_whoever_is_dead_is_not_seen_alive_on_a_later_day(seen: str, *, contradicts: bool) -> None:
    state = made_state(THERAPY, *dead("2024-08-20"), *alive(seen, 2))
    found = [
        one
        for one in deviations(IMPACT, state, date(2024, 12, 20))
        if one.kind is DeviationKind.CONTRADICTION
    ]
    assert bool(found) is contradicts
    if found:
        assert found[0].rule == "ends.death"
        assert found[0].found == f"died on 2024-08-20, and alive on {seen}"
        assert [source.place.item for source in found[0].sources] == ["died_on", "seen_on"]


def test_news_of_the_death_on_a_later_day_is_no_contradiction() -> None:
    state = made_state(THERAPY, *dead("2024-08-20", seen="2024-09-15"))
    kinds = {one.kind for one in deviations(IMPACT, state, date(2024, 12, 20))}
    assert DeviationKind.CONTRADICTION not in kinds


def test_another_protocol_says_itself_what_ends_a_course() -> None:
    """In the made course a second visit's day stands for moving away."""
    data = made_course_data()
    data["ends"] = [
        {
            "name": "moved",
            "text": "moved away",
            "item": "drug.stopped_on",
            "source": "plan",
        }
    ]
    protocol = Protocol.model_validate(data)
    state = made_state(*stated("therapy", "2024-06-03"), ("therapy/drug.stopped_on", "2024-06-10"))
    found = ended(protocol, state)
    assert found is not None
    assert (found.how, found.day) == ("moved away", date(2024, 6, 10))


@pytest.mark.parametrize(
    ("end", "path"),
    [
        ({"item": "history.moved_on"}, "ends.moved.item"),
        ({"item": "history.pregnancy"}, "ends.moved.item"),
        ({"item": "history.born_on"}, "ends.moved.item"),
        ({"denied_by": {"item": "history.away_on"}}, "ends.moved.denied_by.item"),
    ],
)
def test_an_end_that_leads_nowhere_or_is_no_day_is_named(end: dict[str, object], path: str) -> None:
    data = made_data()
    whole = {"name": "moved", "text": "moved", "item": "history.visited_on", "source": "plan"}
    data["ends"] = [whole | end]
    assert path in {problem.field for problem in problems_of(Protocol.model_validate(data))}
