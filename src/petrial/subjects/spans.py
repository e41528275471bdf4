"""Figures of a protocol as spans of time, and days and moments of facts beside each other."""

from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

from petrial.protocol.figures import Figure
from petrial.subjects.state import day_of, moment_of
from petrial.vocabulary.errors import ProtocolError

__all__ = ["BY_DAY", "When", "counted_by_day", "day", "days_of", "span_of", "when_of"]

When: TypeAlias = date | datetime
"""A day, or a moment with its offset."""

BY_DAY: Final = ("d", "wk")
"""Units that count days of the calendar; the others count time on the clock."""

_SECONDS: Final = {"s": 1, "min": 60, "h": 3600, "d": 86400, "wk": 604800}


def span_of(figure: Figure, where: str) -> timedelta:
    """Return a figure as a span of time.

    Parameters
    ----------
    figure
        In ``s``, ``min``, ``h``, ``d`` or ``wk``. Months and years have no fixed length.
    where
        Path in the protocol, for the refusal.

    Raises
    ------
    ProtocolError
        Another unit.

    Examples
    --------
    >>> str(span_of(Figure(value=90, unit="min", source="record"), "conflicts.x.gap"))
    '1:30:00'
    """
    second = _SECONDS.get(figure.unit)
    if second is None:
        raise ProtocolError(
            where="protocol",
            field=where,
            got=str(figure),
            wanted="a time in " + ", ".join(_SECONDS),
            do="write the figure in one of these units; a month is 28 or 30 d, as you mean it",
        )
    return timedelta(seconds=figure.value * second)


def days_of(figure: Figure, where: str) -> int:
    """Return a figure as whole days.

    Raises
    ------
    ProtocolError
        Another unit, or no whole number of days.

    Examples
    --------
    >>> days_of(Figure(value=-4, unit="wk", source="record"), "events.ct.due.offset")
    -28
    """
    span = span_of(figure, where)
    if span % timedelta(days=1):
        raise ProtocolError(
            where="protocol",
            field=where,
            got=str(figure),
            wanted="a whole number of days",
            do="round the figure; windows are counted in days of the calendar",
        )
    return span // timedelta(days=1)


def counted_by_day(figure: Figure) -> bool:
    """Return whether a figure counts days of the calendar rather than time on the clock.

    A bare 0 d counts on the clock: it only says which comes first.

    >>> counted_by_day(Figure(value=4, unit="d", source="record"))
    True
    """
    return figure.unit in BY_DAY and figure.value != 0.0


def when_of(text: str) -> When:
    """Return the day or the moment of a canonical text.

    >>> when_of("2024-05-21"), when_of("2024-05-21T10:42:00+00:00").hour
    (datetime.date(2024, 5, 21), 10)
    """
    return moment_of(text) if "T" in text else day_of(text)


def day(when: When) -> date:
    """Return the day of a day or a moment, as the calendar on the spot had it."""
    return when.date() if isinstance(when, datetime) else when
