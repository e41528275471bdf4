"""Study days: days counted from the event that the protocol makes day 1, never dates."""

import re
from datetime import date, datetime
from typing import Final

from petrial.subjects.state import day_of, moment_of

__all__ = ["holds_a_date", "offset_second", "study_day"]

_DATES: Final = re.compile(
    r"(?:19|20)\d\d[-./_ ]?(?:0[1-9]|1[0-2])[-./_ ]?(?:0[1-9]|[12]\d|3[01])"  # year first
    r"|(?:0?[1-9]|[12]\d|3[01])[-./_ ](?:0?[1-9]|1[0-2])[-./_ ](?:19|20)\d\d"  # day first
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d"
    r"|(?<!\d)\d\d[-./_ ]?(?:0[1-9]|1[0-2])[-./_ ]?(?:0[1-9]|[12]\d|3[01])(?!\d)"  # 240521
    r"|(?<!\d)(?:0[1-9]|[12]\d|3[01])[-./_ ]?(?:0[1-9]|1[0-2])[-./_ ]?\d\d(?!\d)"  # 210524
    r"|\d[-./_ ]?(?:jan|feb|m[aä]r|m[ae]i|may|apr|jun|jul|aug|sep|o[ck]t|nov|de[cz])",
    re.IGNORECASE,
)
_UUID_UID: Final = re.compile(r"2\.25\.\d+")


def study_day(day: date, day_one: date) -> int:
    """Return the number of a day: ``day_one`` is 1, the day before it -1, and there is no day 0.

    As CDISC counts (SDTM implementation guide 3.4, 4.4.4).

    >>> study_day(date(2024, 5, 21), date(2024, 5, 21))
    1
    >>> study_day(date(2024, 5, 20), date(2024, 5, 21))
    -1
    """
    days = (day - day_one).days
    return days + 1 if days >= 0 else days


def offset_second(moments: tuple[str, ...], day_one: date) -> int:
    """Return the offset from UTC of the clock on day one, from moments with offsets.

    It is the offset of the moment whose day is nearest to day one, the earlier of two; 0 where
    there are none. Seconds of the day count on this clock all year, so that the time between two
    moments is right across a change to summer time, and does not tell when the clocks changed.

    >>> offset_second(("2024-04-02T10:00:00+02:00", "2024-03-29T10:00:00+01:00"), date(2024, 3, 29))
    3600
    """
    nearest = min(
        moments, key=lambda text: (abs((day_of(text) - day_one).days), text), default=None
    )
    return 0 if nearest is None else _offset(moment_of(nearest))


def _offset(moment: datetime) -> int:
    offset = moment.utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def holds_a_date(label: str) -> bool:
    """Return whether a label can be read as holding a date, such as a batch named by its day.

    Better too often than too seldom; what it finds is replaced by a token in snapshots. A UID
    made from a UUID (root 2.25) holds none.

    >>> holds_a_date("FES-240521"), holds_a_date("tube 17"), holds_a_date("2.25.20240521")
    (True, False, False)
    """
    return _UUID_UID.fullmatch(label) is None and _DATES.search(label) is not None
