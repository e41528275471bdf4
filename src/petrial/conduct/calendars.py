"""The two calendars: the ledger holds true dates, filed images dates that are shifted.

Only ``converted`` converts. The shift is a whole number of days, one for each
subject, sealed in the subject's chain, so that intervals within a subject stay what they were.
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NewType, TypeVar

from petrial.subjects.records import SUBJECT
from petrial.subjects.state import SubjectState
from petrial.vocabulary.errors import LedgerError

__all__ = ["LARGEST_SHIFT_DAY", "Calendar", "DateShift", "converted", "shift_of"]

DateShift = NewType("DateShift", int)
"""Days by which filed dates lie before the true ones, 1 to ``LARGEST_SHIFT_DAY``."""

LARGEST_SHIFT_DAY: Final = 3650

D = TypeVar("D", bound=date)


class Calendar(StrEnum):
    """The calendar of the ledger, and that of filed images."""

    TRUE = "true"
    FILED = "filed"


def shift_of(state: SubjectState) -> DateShift:
    """Return the date shift of a subject.

    Raises
    ------
    LedgerError
        It was erased, or the subject was never registered.
    """
    text = state.own(SUBJECT, "date_shift")
    if text is None:
        raise LedgerError(
            where=state.subject,
            field="date shift",
            got=None,
            wanted="the whole number of days drawn at registration",
            do="it was erased: its images keep their filed dates, and cannot be dated any more",
        )
    return DateShift(int(text))


def converted(day: D, shift: DateShift, to: Calendar) -> D:
    """Return a date or moment of one calendar in the other.

    >>> converted(date(2024, 3, 1), DateShift(366), Calendar.FILED).isoformat()
    '2023-03-01'
    >>> converted(date(2023, 3, 1), DateShift(366), Calendar.TRUE).isoformat()
    '2024-03-01'
    """
    days = timedelta(days=shift)
    return day - days if to is Calendar.FILED else day + days
