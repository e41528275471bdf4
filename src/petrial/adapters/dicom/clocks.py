"""Dates, times and offsets of DICOM as text (PS3.5, 6.2), read tolerantly, never inventively."""

import re
from datetime import date, time, timedelta
from typing import Final

from petrial.vocabulary.moments import ClockReading

__all__ = ["day_of", "moment_of", "offset_of", "time_of"]

_DAY: Final = re.compile(r"(\d{4})(\d\d)(\d\d)|(\d{4})\.(\d\d)\.(\d\d)", re.ASCII)
_TIME: Final = re.compile(
    r"(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d+))?)?)?|(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?", re.ASCII
)
_MOMENT: Final = re.compile(r"(\d{8})(\d{2}[\d.]*)?([+-]\d{4})?", re.ASCII)
_OFFSET: Final = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)
_MINUTES: Final = 60
_WIDEST: Final = timedelta(hours=14)


def day_of(text: str) -> date:
    """Return the day of a DA value, ``YYYYMMDD`` or the older ``YYYY.MM.DD``.

    Raises
    ------
    ValueError
        The text is no day of the calendar.

    Examples
    --------
    >>> day_of("20240229")
    datetime.date(2024, 2, 29)
    """
    found = _DAY.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day = (int(part) for part in found.groups() if part is not None)
    return date(year, month, day)


def time_of(text: str) -> time:
    """Return the time of day of a TM value, ``HH[MM[SS[.F]]]`` or the older ``HH:MM:SS``.

    Parts that are left out are zero; a fraction keeps its first six digits.

    Raises
    ------
    ValueError
        The text is no time of day.

    Examples
    --------
    >>> time_of("112011.00"), time_of("1120")
    (datetime.time(11, 20, 11), datetime.time(11, 20))
    """
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(text)
    groups = found.groups()
    hour, minute, second, fraction = groups[:4] if groups[0] is not None else groups[4:]
    micro = (fraction or "")[:6].ljust(6, "0")
    return time(int(hour), int(minute or 0), int(second or 0), int(micro))


def offset_of(text: str) -> timedelta:
    """Return the offset from UTC of ``+HHMM`` or ``-HHMM``.

    Raises
    ------
    ValueError
        The text is no offset, or one that no place on earth has.

    Examples
    --------
    >>> offset_of("-0330")
    datetime.timedelta(days=-1, seconds=73800)
    """
    found = _OFFSET.fullmatch(text)
    if found is None or int(found[3]) >= _MINUTES:
        raise ValueError(text)
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    if size > _WIDEST:
        raise ValueError(text)
    return -size if found[1] == "-" else size


def moment_of(text: str, utc_offset: timedelta | None = None) -> ClockReading:
    """Return the reading of a DT value, ``YYYYMMDD[HH[MM[SS[.F]]]][+ZZXX]``.

    Parameters
    ----------
    text
        The value. A date alone gives a reading without a clock time.
    utc_offset
        The offset that holds where the value has none.

    Raises
    ------
    ValueError
        The text is no date and time; a year or a month alone is none either.

    Examples
    --------
    >>> moment_of("20240131233000+0100").moment().isoformat()
    '2024-01-31T23:30:00+01:00'
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    day, clock, offset = found.groups()
    return ClockReading(
        day_of(day),
        None if clock is None else time_of(clock),
        utc_offset if offset is None else offset_of(offset),
    )
