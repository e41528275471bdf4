"""When each slice was acquired: days filled in, midnight inside a scan handled."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from petrial.images.suv.case import Case
from petrial.vocabulary.knowledge import Known, Verdict
from petrial.vocabulary.moments import ClockReading

__all__ = ["Acquisition", "acquisition_of", "clock_of"]

ACQUISITION_TAG: Final = "AcquisitionDate and AcquisitionTime (0008,0022), (0008,0032)"
LONGEST: Final = timedelta(hours=12)
"""No patient lies in a scanner for so long: one series within it is a fact of life."""


@dataclass(frozen=True, slots=True)
class Acquisition:
    """The moments at which the slices began, in the order of the slices, and remarks.

    ``dated`` is false where the day was not stated but inferred from the series.
    """

    moments: tuple[datetime, ...]
    notes: tuple[str, ...] = ()
    dated: bool = True

    @property
    def earliest(self) -> datetime:
        """The first of them."""
        return min(self.moments)

    @property
    def single(self) -> bool:
        """Whether all slices state the same moment."""
        return len(set(self.moments)) == 1


def clock_of(case: Case, reading: ClockReading) -> ClockReading:
    """Return the reading with the offset from UTC that the user assumed, where it states none."""
    if reading.utc_offset is None and case.assumed.utc_offset is not None:
        return ClockReading(reading.day, reading.clock, case.assumed.utc_offset)
    return reading


def acquisition_of(case: Case) -> Verdict[Acquisition]:
    """Return when the slices were acquired, or why that is not known.

    Two inferences, each where every other reading is impossible, and each printed: a missing
    acquisition date is the series' own; and where one series would last longer than twelve hours
    because the date did not advance at midnight, the clock times after midnight belong to the day
    after.
    """
    series_day = case.header.series_started.day
    series = clock_of(case, case.header.series_started).moment()
    readings = [clock_of(case, timing.acquired) for timing in case.header.slices]
    if not readings or any(r.clock is None for r in readings):
        return case.unknown(
            ACQUISITION_TAG,
            None,
            "when each slice was acquired",
            "send the files with their times, or --assume reference_moment=DATE-TIME",
        )
    notes: list[str] = []
    moments: list[datetime] = []
    for reading in readings:
        day = reading.day or series_day
        moment = None if day is None else reading.on(day)
        if moment is None:
            return case.unknown(
                ACQUISITION_TAG,
                f"{reading.clock} without a date",
                "a date of acquisition or of the series",
                "send the files with their dates, or --assume reference_moment=DATE-TIME",
            )
        if reading.day is None and _later_by_half_a_day(series, moment):
            moment += timedelta(days=1)
        moments.append(moment)
    dated = all(r.day is not None for r in readings)
    if not dated:
        notes.append("AcquisitionDate is absent: it was inferred from the series date.")
    if any(m.tzinfo is None for m in moments) and any(m.tzinfo is not None for m in moments):
        return case.unknown(
            "TimezoneOffsetFromUTC (0008,0201)",
            "stated by some slices only",
            "an offset in every slice or in none",
            "--assume utc_offset=+HH:MM",
        )
    found = _across_midnight(case, moments, notes)
    return Known(replace(found.value, dated=dated)) if isinstance(found, Known) else found


def _later_by_half_a_day(series: datetime | None, moment: datetime) -> bool:
    if series is None or (series.tzinfo is None) != (moment.tzinfo is None):
        return False
    return series - moment > LONGEST


def _across_midnight(case: Case, moments: list[datetime], notes: list[str]) -> Verdict[Acquisition]:
    if max(moments) - min(moments) <= LONGEST:
        return Known(Acquisition(tuple(moments), tuple(notes)))
    first_day = min(m.date() for m in moments)
    one_day = all(m.date() == first_day for m in moments)
    noon = 12
    moved = [m + timedelta(days=1) if one_day and m.hour < noon else m for m in moments]
    if one_day and max(moved) - min(moved) <= LONGEST:
        notes.append(
            "All slices state one date although the scan crosses midnight: clock times after "
            "midnight were inferred to belong to the day after."
        )
        return Known(Acquisition(tuple(moved), tuple(notes)))
    hours = (max(moments) - min(moments)).total_seconds() / 3600.0
    return case.unknown(
        ACQUISITION_TAG,
        f"slices {hours:.1f} h apart",
        "one series, acquired within 12 hours",
        "split what are different scans, or correct the dates",
    )
