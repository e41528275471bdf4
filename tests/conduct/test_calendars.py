"""The two calendars: drawn once for each subject, inverse of each other, gone after an erasure."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_studies import FOUNDER, SHIFT_DAY, Trial, enrolled
from petrial.conduct.calendars import (
    LARGEST_SHIFT_DAY,
    Calendar,
    DateShift,
    converted,
    shift_of,
)
from petrial.conduct.enrolment import erase
from petrial.vocabulary.errors import LedgerError

DAYS = st.dates(date(1930, 1, 1), date(2100, 1, 1))
SHIFTS = st.integers(1, LARGEST_SHIFT_DAY).map(DateShift)


@given(DAYS, SHIFTS)
def test_each_calendar_is_the_inverse_of_the_other(day: date, shift: DateShift) -> None:
    filed = converted(day, shift, Calendar.FILED)
    assert filed < day
    assert converted(filed, shift, Calendar.TRUE) == day


@given(DAYS, DAYS, SHIFTS)
def test_intervals_within_a_subject_stay_what_they_were(
    one: date, other: date, shift: DateShift
) -> None:
    filed = [converted(day, shift, Calendar.FILED) for day in (one, other)]
    assert filed[1] - filed[0] == other - one


def test_a_moment_keeps_its_time_and_its_offset() -> None:
    """30 days before 1 March 2024 is 31 January, for that February had 29 days."""
    moment = datetime.fromisoformat("2024-03-01T10:31:00+01:00")
    filed = converted(moment, DateShift(30), Calendar.FILED)
    assert filed.isoformat() == "2024-01-31T10:31:00+01:00"


def test_the_shift_is_drawn_once_for_each_subject_and_stays(impact: Trial) -> None:
    enrolled(impact, "S-001")
    enrolled(impact, "S-002")
    assert impact.drawn == [SHIFT_DAY] * 2
    assert shift_of(impact.state("S-001")) == SHIFT_DAY
    stated = [f for f in impact.ledger.facts("S-001") if f.item == "date_shift"]
    assert len(stated) == 1


def test_the_shift_stands_nowhere_in_the_chain(impact: Trial) -> None:
    enrolled(impact, "S-001")
    values = {f.value for f in impact.ledger.facts("S-001")}
    assert str(SHIFT_DAY) not in values


def test_after_an_erasure_nothing_is_dated_any_more(impact: Trial) -> None:
    enrolled(impact, "S-001")
    erase(impact.desk(FOUNDER), "S-001", "asked for under data protection law")
    with pytest.raises(LedgerError) as caught:
        shift_of(impact.state("S-001"))
    assert caught.value.problem.field == "date shift"
    assert "erased" in caught.value.problem.do


def test_the_largest_shift_is_ten_years_of_days() -> None:
    assert timedelta(days=LARGEST_SHIFT_DAY) // timedelta(days=365) == 10
