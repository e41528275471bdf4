"""Reads the text of one cell as the map says: dates by their format, numbers by their unit."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from petrial.conduct.mapping import ColumnMap, Mapping
from petrial.protocol.forms import Item, ItemType

__all__ = ["Entered", "Read", "Reader", "Refusal", "moment_text", "read_date"]

Entered = str | date | datetime | time
"""What a cell holds: text, or a day or moment where the file has a type for it."""

_NAIVE: Final = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
_DATED: Final = frozenset({ItemType.DATE, ItemType.MOMENT})
_COUNTED: Final = frozenset({ItemType.INTEGER, ItemType.NUMBER})


class Refusal(NamedTuple):
    """Why a text cannot be read: found, wanted, and what to do."""

    got: str
    wanted: str
    do: str


class Read(NamedTuple):
    """What a text says: canonical enough to be judged, in the unit given, or why there is none."""

    text: str
    unit: str = ""
    absent: str = ""


NOTHING: Final = Read("")
"""What an empty cell states."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How the texts of one column, or of one item, are read.

    Attributes
    ----------
    mapping, column
        What the map says of all columns, and of this one.
    item
        Where they go.
    """

    mapping: Mapping
    column: ColumnMap
    item: Item

    def read(self, entered: Entered, at: Entered, unit: str) -> Read | Refusal:
        """Return what a cell says.

        Parameters
        ----------
        entered
            The cell.
        at
            The cell with the time of day, empty where the map names none.
        unit
            Unit that the row names; empty where it names none.

        Notes
        -----
        Of a sealed item a refusal shows nothing that was found.
        """
        found = self._read(entered, at, unit)
        if not (self.item.sealed and isinstance(found, Refusal)):
            return found
        wanted = f"a {self.item.type.value} that the map can read"
        return Refusal("something that is not shown here, for it is sealed", wanted, found.do)

    def _read(self, entered: Entered, at: Entered, unit: str) -> Read | Refusal:
        if isinstance(entered, str):
            text = entered.strip()
            if text == "" or text in self.column.nothing or text in self.mapping.nothing:
                return NOTHING
            missing = self.column.missing.get(text) or self.mapping.missing.get(text)
            if missing is not None:
                return Read("", absent=missing.value)
            if self.column.codes:
                return self._coded(text)
            if self.item.type in _COUNTED:
                return self._counted(text, unit or self.column.unit)
            entered = text
        if self.item.type not in _DATED:
            return _plain(entered)
        return self._dated(entered, at)

    def _coded(self, text: str) -> Read | Refusal:
        meant = self.column.codes.get(text)
        if meant is not None:
            return Read(meant)
        listed = ", ".join(self.column.codes)
        return Refusal(text, f"one of: {listed}", "add it to `codes` of the map, or correct it")

    def _counted(self, text: str, unit: str) -> Read | Refusal:
        decimal = self.column.decimal or self.mapping.decimal
        if decimal == "," and "." in text:
            do = "write numbers without thousands separators, with the decimal sign of the map"
            return Refusal(text, "a number with a decimal comma and no point", do)
        number = text.replace(",", ".") if decimal == "," else text
        if unit in {"", self.item.unit}:
            return Read(number, unit)
        factor = self.mapping.conversions.get(self.column.to.partition("@")[0], {}).get(unit)
        if factor is None:
            wanted = self.item.unit or "a number without a unit"
            return Refusal(f"{number} {unit}", wanted, "name the factor under `conversions`")
        try:
            converted = Decimal(number) * factor
        except InvalidOperation:
            return Refusal(text, f"a number in {unit}", "correct it, with its source")
        return Read(f"{converted:f}", self.item.unit)

    def _dated(self, entered: Entered, at: Entered) -> Read | Refusal:
        formats = self.column.dates or self.mapping.dates
        if self.column.time is not None:
            joined = _joined(entered, at, formats)
            if isinstance(joined, Refusal):
                return joined
            entered = joined
        read = read_date(entered, formats, self.mapping.time_zone)
        if isinstance(read, Refusal):
            return read
        if self.item.type is ItemType.DATE and ":" in read:
            if read[11:19] != "00:00:00":
                return Refusal(read, "a day without a time", "correct it, or the map's item")
            return Read(read[:10])
        return Read(read)


def _plain(entered: Entered) -> Read | Refusal:
    if isinstance(entered, str):
        return Read(entered)
    do = "give the column of the workbook the format Text, and type the value again"
    return Refusal(entered.isoformat(), "a text or a number, where the workbook holds a date", do)


_CLOCKS: Final = ("%H:%M", "%H:%M:%S")


def _joined(entered: Entered, at: Entered, formats: tuple[str, ...]) -> datetime | Refusal:
    """Return the moment of a day and a time of day that stand in two columns."""
    if isinstance(at, str):
        text = at.strip()
        parsed = [moment for form in _CLOCKS if (moment := _parsed(text, form)) is not None]
        if not parsed:
            do = "fill in the time, or say why there is no moment with a code of `missing`"
            return Refusal(f"the time {text}" if text else "no time", "a time such as 10:42", do)
        at = parsed[0].time()
    if not isinstance(at, time):
        return Refusal(at.isoformat(), "a time of day", "correct `time` in the map")
    day = read_date(entered, formats, "") if isinstance(entered, str) else entered
    if isinstance(day, Refusal):
        return day
    if isinstance(day, str):
        day = _parsed(day, "%Y-%m-%d") or day
    if isinstance(day, datetime) and day.time() == time():
        return datetime.combine(day.date(), at)
    if isinstance(day, date) and not isinstance(day, datetime):
        return datetime.combine(day, at)
    shown = day if isinstance(day, str) else day.isoformat()
    return Refusal(shown, "a day without a time, which has its own column", "correct the map")


def read_date(entered: Entered, formats: tuple[str, ...], zone: str) -> str | Refusal:
    """Return a day or a moment as ISO text, by the first format that fits where all agree.

    Parameters
    ----------
    entered
        Text, or a day or moment that the file holds as such.
    formats
        Of the map. Without any, text is taken as ISO.
    zone
        IANA name of the time zone of moments without offset; empty where the map names none.

    Notes
    -----
    A text that two formats read as two different days is refused, and so is a time that the
    clocks of the zone show twice or never.

    Examples
    --------
    >>> read_date("21-05-2024", ("%d-%m-%Y",), "")
    '2024-05-21'
    >>> read_date("2024-05-21 10:42", (), "Europe/Amsterdam")
    '2024-05-21T10:42:00+02:00'
    """
    if isinstance(entered, str):
        return _text_date(entered, formats, zone)
    if isinstance(entered, datetime):
        return moment_text(entered, zone)
    if isinstance(entered, date):
        return entered.isoformat()
    return Refusal(entered.isoformat(), "a day", "correct the column in the map")


@lru_cache(maxsize=50_000)  # the rows of one visit name one day
def _text_date(text: str, formats: tuple[str, ...], zone: str) -> str | Refusal:
    readings = {
        (moment, "%H" in form)
        for form in formats or _NAIVE
        if (moment := _parsed(text, form)) is not None
    }
    if len(readings) > 1:
        two = " or ".join(sorted(f"{moment:%Y-%m-%d %H:%M}" for moment, _ in readings))
        return Refusal(text, f"a date that can be read in one way, not as {two}", _ONE)
    for moment, clocked in readings:
        return moment_text(moment, zone) if clocked else moment.date().isoformat()
    if formats:
        wanted = "a date such as " + " or ".join(formats)
        return Refusal(text, wanted, "correct it, or add its format to `dates` of the map")
    return text


_ONE: Final = "name one format under `dates` of the map"


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007  the map's time zone is added later
    except ValueError:
        return None


def moment_text(moment: datetime, zone: str) -> str | Refusal:
    """Return a moment as ISO text with offset, to the second; without one by the zone's clocks."""
    shown = moment.isoformat(" ", "seconds")
    if moment.microsecond:
        return Refusal(moment.isoformat(" "), "a moment in whole seconds", "round it at its source")
    if moment.tzinfo is None:
        if not zone:
            do = "name the zone, such as `time_zone: Europe/Amsterdam`, in the map"
            return Refusal(shown, "a time with its offset from UTC", do)
        early, late = (moment.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
        if early.utcoffset() != late.utcoffset():
            do = "write this one with its offset, such as +02:00"
            return Refusal(shown, f"a time that the clocks of {zone} show once that day", do)
        moment = early
    return moment.isoformat(timespec="seconds")
