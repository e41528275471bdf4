"""What a site usually does: days it is closed, clock times of injections, calibration moments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from petrial.vocabulary.errors import FieldError

__all__ = ["Calibration", "ClosedDays", "Routine"]


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Days on which a site neither injects nor scans.

    Attributes
    ----------
    weekdays
        Days of the week, Monday 0 to Sunday 6.
    dates
        Single days, such as holidays.

    Examples
    --------
    >>> ClosedDays(frozenset({5, 6})).why(date(2024, 5, 18))
    'closed on each Saturday'
    >>> ClosedDays().why(date(2024, 5, 18))
    ''
    """

    weekdays: frozenset[int] = frozenset()
    dates: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        wrong = sorted(day for day in self.weekdays if day not in range(7))
        if wrong:
            raise FieldError(
                where="closed days of the site",
                field="day of the week",
                got=wrong[0],
                wanted="0 for Monday to 6 for Sunday",
                do="correct the settings of the site",
            )

    def why(self, day: date) -> str:
        """Return why the site is closed on a day; empty where it is open."""
        if day in self.dates:
            return f"closed on {day.isoformat()}"
        if day.weekday() in self.weekdays:
            return f"closed on each {day:%A}"
        return ""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The moment for which a supplier states the activity: a clock time, days before injection."""

    clock: time
    days_before: int = 0

    def on(self, injection: date, zone: tzinfo) -> datetime:
        """Return the moment for an injection on a day.

        >>> from datetime import timezone
        >>> Calibration(time(12), 1).on(date(2024, 5, 17), timezone.utc).isoformat()
        '2024-05-16T12:00:00+00:00'
        """
        return datetime.combine(injection - timedelta(days=self.days_before), self.clock, zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """Usual times of a site, by the tracer's name in the protocol; what is not stated is left out.

    Attributes
    ----------
    zone
        Time zone of its clocks.
    injected
        Clock time at which a tracer is usually injected.
    scanned_for
        How long a scan of it takes.
    calibrated
        For which moment its activity is ordered.
    residual
        Share of the activity that usually stays in the syringe.
    """

    zone: tzinfo
    injected: Mapping[str, time] = field(default_factory=dict)
    scanned_for: Mapping[str, timedelta] = field(default_factory=dict)
    calibrated: Mapping[str, Calibration] = field(default_factory=dict)
    residual: Mapping[str, float] = field(default_factory=dict)
