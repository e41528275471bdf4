"""What a clock said: a day, a time of day and an offset from UTC, each of which may be missing."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

__all__ = ["ClockReading", "elapsed_second"]


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Date and time as stated, with the offset from UTC where it is known.

    >>> ClockReading(date(2020, 1, 1), time(23, 30)).moment()
    datetime.datetime(2020, 1, 1, 23, 30)
    >>> ClockReading(None, time(23, 30)).moment() is None
    True
    """

    day: date | None
    clock: time | None
    utc_offset: timedelta | None = None

    def moment(self) -> datetime | None:
        """Return the moment, aware if the offset is known; None if day or clock is missing."""
        if self.day is None:
            return None
        return self.on(self.day)

    def on(self, day: date) -> datetime | None:
        """Return the moment that this clock time is on ``day``; None without a time."""
        if self.clock is None:
            return None
        zone = None if self.utc_offset is None else timezone(self.utc_offset)
        return datetime.combine(day, self.clock, tzinfo=zone)


def elapsed_second(earlier: datetime, later: datetime) -> float:
    """Return seconds from ``earlier`` to ``later``, both naive or both aware, days included.

    >>> elapsed_second(datetime(2020, 1, 1, 23, 30), datetime(2020, 1, 2, 0, 30))
    3600.0
    """
    return (later - earlier).total_seconds()
