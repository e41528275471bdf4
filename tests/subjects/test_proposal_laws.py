"""Laws of proposals on random windows and closed days.

17 May 2024 is a Friday. Whether a plan exists at all is held against a search that tries every
combination of days.
"""

from datetime import UTC, date, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from made_course import Days, made_course, stated
from made_facts import made_state
from petrial.protocol.model import Protocol
from petrial.subjects.conflicts import conflicts_of
from petrial.subjects.proposal import (
    Basis,
    ClosedDays,
    NoPlanError,
    Proposal,
    Routine,
    propose,
)
from petrial.subjects.schedule import window_of

FRIDAY = date(2024, 5, 17)

SMALL: dict[str, st.SearchStrategy[Days]] = {
    "zr": st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 2)),
    "zr_scan": st.tuples(st.integers(2, 5), st.integers(0, 1), st.integers(0, 1)),
    "therapy": st.tuples(st.integers(0, 7), st.integers(0, 2), st.integers(0, 2)),
    "fdg": st.tuples(st.integers(-6, 14), st.integers(0, 1), st.integers(0, 2)),
}
WINDOWS = st.fixed_dictionaries(SMALL)
CLOSED = st.builds(
    ClosedDays,
    st.frozensets(st.integers(0, 6), max_size=4),
    st.frozensets(st.dates(FRIDAY, FRIDAY + timedelta(days=40)), max_size=12),
)
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
BARE = Routine(zone=UTC)


def found_or_none(protocol: Protocol, closed: ClosedDays, fes: date = FRIDAY) -> Proposal | None:
    said = stated("screening", (fes - timedelta(days=7)).isoformat())
    try:
        return propose(protocol, made_state(*said), closed, {"fes": fes}, BARE, fes)
    except NoPlanError:
        return None


@UNHURRIED
@given(due=WINDOWS, closed=CLOSED)
def test_each_proposed_day_is_open_and_in_its_window_and_breaks_no_conflict(
    due: dict[str, Days], closed: ClosedDays
) -> None:
    protocol = made_course(**due)
    found = found_or_none(protocol, closed)
    if found is None:
        return
    days = {one.event: one.day for one in found.days}
    for one in found.days:
        event = protocol.event(one.event)
        if one.basis is Basis.HAPPENED or event is None or event.due is None:
            continue
        assert window_of(event, days[event.due.anchor]).holds(one.day)
        assert one.day not in closed.dates
        assert one.day.weekday() not in closed.weekdays
    zirconium, fdg = days["zr"], days["fdg"]
    assert fdg < zirconium or fdg - zirconium >= timedelta(days=10)
    plans = {"given.injected_at@zr": (zirconium,), "given.injected_at@fdg": (fdg,)}
    assert conflicts_of(protocol, made_state(), plans) == ()


@UNHURRIED
@given(due=WINDOWS, closed=CLOSED)
def test_a_plan_is_found_exactly_where_trying_all_combinations_finds_one(
    due: dict[str, Days], closed: ClosedDays
) -> None:
    assert (found_or_none(made_course(**due), closed) is not None) == possible(due, closed)


def possible(due: dict[str, Days], closed: ClosedDays) -> bool:
    """Try every combination of days, each counted from the one before."""
    lags = [
        range(offset - before, offset + after + 1)
        for offset, before, after in (due[name] for name in ("zr", "zr_scan", "therapy", "fdg"))
    ]
    for zr, scan, therapy, fdg in product(*lags):
        days = [0, zr, zr + scan, zr + scan + therapy, zr + scan + therapy + fdg]
        dates = [FRIDAY + timedelta(days=number) for number in days]
        shut = any(d in closed.dates or d.weekday() in closed.weekdays for d in dates)
        early = any(number < 0 for number in days)
        if not (shut or early or 0 <= days[4] - days[1] < 10):
            return True
    return False


@UNHURRIED
@given(due=WINDOWS, closed=CLOSED, weeks=st.integers(-60, 60))
def test_moving_the_first_day_and_the_calendar_moves_the_plan_as_far(
    due: dict[str, Days], closed: ClosedDays, weeks: int
) -> None:
    step = timedelta(weeks=weeks)
    there = ClosedDays(closed.weekdays, frozenset(day + step for day in closed.dates))
    protocol = made_course(**due)
    here, moved = found_or_none(protocol, closed), found_or_none(protocol, there, FRIDAY + step)
    if here is None or moved is None:
        assert here is moved
        return
    assert [(o.event, o.day + step) for o in here.days] == [(o.event, o.day) for o in moved.days]


@UNHURRIED
@given(due=WINDOWS, shift=st.integers(-400, 400))
def test_at_a_site_that_never_closes_any_shift_moves_the_plan_by_as_many_days(
    due: dict[str, Days], shift: int
) -> None:
    step, protocol = timedelta(days=shift), made_course(**due)
    here = found_or_none(protocol, ClosedDays())
    moved = found_or_none(protocol, ClosedDays(), FRIDAY + step)
    if here is None or moved is None:
        assert here is moved
        return
    assert [(o.event, o.day + step) for o in here.days] == [(o.event, o.day) for o in moved.days]


@UNHURRIED
@given(
    due=WINDOWS,
    closed=CLOSED,
    name=st.sampled_from(sorted(SMALL)),
    before=st.integers(0, 3),
    after=st.integers(0, 3),
)
def test_a_wider_window_never_makes_a_possible_plan_impossible(
    due: dict[str, Days], closed: ClosedDays, name: str, before: int, after: int
) -> None:
    if found_or_none(made_course(**due), closed) is None:
        return
    offset, earlier, later = due[name]
    wider = due | {name: (offset, earlier + before, later + after)}
    assert found_or_none(made_course(**wider), closed) is not None


def test_of_a_long_search_every_day_that_was_tried_is_told_once() -> None:
    """Therapy 2 to 80 days after FES and FDG 100 days later: days 102 to 180, all closed."""
    wide: dict[str, Days] = {
        "zr": (0, 0, 0),
        "zr_scan": (20, 19, 20),
        "therapy": (20, 19, 20),
        "fdg": (100, 0, 0),
    }
    closed = ClosedDays(frozenset(), frozenset(FRIDAY + timedelta(n) for n in range(102, 181)))
    state = made_state(*stated("screening", "2024-05-10"))
    with pytest.raises(NoPlanError) as refused:
        propose(made_course(**wide), state, closed, {"fes": FRIDAY}, BARE, FRIDAY)
    blocked = refused.value.blocked
    assert [(b.event, (b.day - FRIDAY).days) for b in blocked] == [
        ("fdg", number) for number in range(102, 181)
    ]
