"""Dates, times and offsets as text: read as written, and nothing made of what is none."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.valuerep import TM

from petrial.adapters.dicom.clocks import day_of, moment_of, offset_of, time_of
from petrial.vocabulary.moments import ClockReading

JANUARY = date(2024, 1, 31)


@pytest.mark.parametrize("text", ["2024", "20241301", "31.01.2024", "2024131", "٢٠٢٤٠١٠١", ""])
def test_no_day_is_made_of_what_is_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the caller words the problem
        day_of(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("112011.00", time(11, 20, 11)),
        ("1120", time(11, 20)),
        ("11", time(11)),
        ("11:20:11.5", time(11, 20, 11, 500000)),
        ("112011.123456789", time(11, 20, 11, 123456)),
    ],
)
def test_times_are_read_as_written(text: str, expected: time) -> None:
    assert time_of(text) == expected


@pytest.mark.parametrize("text", ["1", "112", "1160", "240000", "112060", "11.5", "112011,5", "-1"])
def test_no_time_is_made_of_what_is_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the caller words the problem
        time_of(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20240131", ClockReading(JANUARY, None)),
        ("2024013110", ClockReading(JANUARY, time(10))),
        ("20240131103015.25", ClockReading(JANUARY, time(10, 30, 15, 250000))),
        ("20240131103015+0100", ClockReading(JANUARY, time(10, 30, 15), timedelta(hours=1))),
        ("20240131-0500", ClockReading(JANUARY, None, timedelta(hours=-5))),
    ],
)
def test_moments_are_read_as_written(text: str, expected: ClockReading) -> None:
    assert moment_of(text) == expected


@pytest.mark.parametrize("text", ["2024", "202401", "20240131103015+9900", "20240131T10", "x"])
def test_no_moment_is_made_of_what_is_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the caller words the problem
        moment_of(text)


def test_an_offset_in_the_value_wins_over_that_of_the_file() -> None:
    assert moment_of("2024013110+0200", timedelta(hours=1)).utc_offset == timedelta(hours=2)
    assert moment_of("2024013110", timedelta(hours=1)).utc_offset == timedelta(hours=1)
    assert offset_of("+1400") == timedelta(hours=14)


@given(st.times())
def test_every_time_that_pydicom_writes_comes_back(clock: time) -> None:
    assert time_of(str(TM(clock))) == clock
