"""How numbers, moments and positions are written for people."""

import math
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from petrial.reports.tree import Absent, Cell, Number

__all__ = [
    "activity_text",
    "counted",
    "decimals_for",
    "moment_text",
    "number_or_absent",
    "position_text",
    "significant",
    "unit_text",
    "uptake_text",
]

_DAY_SECOND: Final = 86400.0
_LONG_MINUTE: Final = 120
"""From here on a time is said in hours and minutes."""
_WHOLE_MBQ: Final = 100.0
"""From here on an activity is printed without decimals."""


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun.

    >>> counted(1, "lesion"), counted(2, "lesion"), counted(0, "series", "series")
    ('1 lesion', '2 lesions', '0 series')
    """
    return f"{count} {one if count == 1 else many or one + 's'}"


def decimals_for(values: Iterable[float | None], *, digits: int = 2, most: int = 3) -> int:
    """Return with how many decimals a column is printed.

    The smallest value other than 0 keeps ``digits`` significant digits, with at least 1 and at
    most ``most`` decimals, so that one column has one number of decimals.

    >>> decimals_for([366.08, 12.0]), decimals_for([366.08, 0.53]), decimals_for([0.0, None])
    (1, 2, 1)
    """
    sizes = [abs(v) for v in values if v is not None and math.isfinite(v) and v != 0.0]
    if not sizes:
        return 1
    leading = math.floor(math.log10(min(sizes)))
    return min(max(digits - 1 - leading, 1), most)


def significant(value: float, digits: int = 6) -> str:
    """Return ``value`` with so many significant digits, no trailing zeros, no thousands mark.

    >>> significant(0.000242902977, 9), significant(584000000.0), significant(75.0)
    ('0.000242902977', '584000000', '75')
    """
    if not math.isfinite(value) or value == 0.0:
        return f"{value:g}"
    places = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def number_or_absent(value: float | None, decimals: int, reason: str = "") -> Cell:
    """Return a cell with the number, or one that says that there is none."""
    if value is None or not math.isfinite(value):
        return Absent(reason)
    return Number(value, decimals)


def moment_text(moment: datetime) -> str:
    """Return a moment to the minute, or to the second where it has seconds, with its offset.

    >>> from datetime import timezone
    >>> moment_text(datetime(2020, 3, 1, 9, 5)), moment_text(datetime(2020, 3, 1, 9, 5, 7))
    ('2020-03-01 09:05', '2020-03-01 09:05:07')
    >>> moment_text(datetime(2020, 3, 1, 9, 5, tzinfo=timezone.utc))
    '2020-03-01 09:05 UTC'
    """
    whole = moment.second == 0 and moment.microsecond == 0
    text = moment.isoformat(sep=" ", timespec="minutes" if whole else "seconds")
    zone = text[-6:] if moment.tzinfo is not None else ""
    if not zone:
        return text
    return f"{text[:-6]} {'UTC' if zone == '+00:00' else zone}"


def uptake_text(second: float) -> str:
    """Return the time from injection to scan as a clinician says it.

    >>> uptake_text(3720.0), uptake_text(300.0), uptake_text(4 * 86400.0 + 7200.0)
    ('62 min', '5 min', '4 d 2 h')
    >>> uptake_text(3 * 3600.0 + 300.0)
    '3 h 5 min'
    """
    if second >= _DAY_SECOND:
        hours = round(second / 3600.0)
        return f"{hours // 24} d {hours % 24} h"
    minutes = round(second / 60.0)
    if minutes < _LONG_MINUTE:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def activity_text(becquerel: float) -> str:
    """Return an activity in MBq with three or more significant digits.

    >>> activity_text(584e6), activity_text(37.04e6)
    ('584', '37.0')
    """
    megabecquerel = becquerel / 1e6
    decimals = 0 if megabecquerel >= _WHOLE_MBQ else decimals_for([megabecquerel], digits=3)
    return f"{megabecquerel:.{decimals}f}"


def position_text(x: float, y: float, z: float) -> str:
    r"""Return patient coordinates in mm as whole numbers with their sides.

    Left and right, anterior and posterior, head and feet are those of the patient, seen from the
    origin of the scanner's coordinates (DICOM LPS).

    >>> position_text(-34.2, 12.0, 1203.4)
    'R\xa034,\xa0P\xa012,\xa0H\xa01203'
    """
    sides = (("L", "R", x), ("P", "A", y), ("H", "F", z))
    return ",\N{NO-BREAK SPACE}".join(
        f"{plus if v >= 0.0 else minus}\N{NO-BREAK SPACE}{abs(v):.0f}" for plus, minus, v in sides
    )


def unit_text(unit: str) -> str:
    """Return a unit with its power raised.

    >>> unit_text("cm2/mL") == "cm\N{SUPERSCRIPT TWO}/mL"
    True
    """
    return unit.replace("cm2", "cm\N{SUPERSCRIPT TWO}").replace("cm3", "cm\N{SUPERSCRIPT THREE}")
