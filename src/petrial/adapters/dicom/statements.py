"""What a data set states, converted one element at a time; what cannot be read is a Problem."""

import math
import re
from collections.abc import Callable
from datetime import date, time, timedelta
from struct import Struct
from typing import Final, TypeVar

from petrial.adapters.dicom.clocks import day_of, moment_of, offset_of, time_of
from petrial.adapters.dicom.elements import Elements, Malformed
from petrial.adapters.dicom.tags import VR, T, name_of
from petrial.images.series import Code
from petrial.vocabulary.errors import LONGEST_PART, Problem
from petrial.vocabulary.moments import ClockReading

__all__ = ["Statements", "shown"]

Read = TypeVar("Read")

_BINARY: Final[dict[bytes, str]] = {
    b"US": "H",
    b"SS": "h",
    b"UL": "I",
    b"SL": "i",
    b"UV": "Q",
    b"SV": "q",
    b"FL": "f",
    b"FD": "d",
    b"OV": "Q",
}
_STRUCTS: Final = {
    (vr, big): Struct((">" if big else "<") + letter)
    for vr, letter in _BINARY.items()
    for big in (False, True)
}
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_NOT_SINGLE: Final = frozenset((b"SQ", b"OB", b"OW", b"OF", b"OD", b"OL"))
_LONGEST_SHOWN: Final = 60
_LONGEST_NUMBER: Final = 80
_LARGEST_WHOLE: Final = 1 << 53


def shown(text: str) -> str:
    """Return ``text`` fit for a message: printable, and cut where it is long.

    >>> shown("a" + chr(0) + "b" * 80)[-6:]
    'bbb...'
    """
    plain = _printable(text[: _LONGEST_SHOWN + 1])
    return plain if len(plain) <= _LONGEST_SHOWN else plain[: _LONGEST_SHOWN - 3] + "..."


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)


class Statements:
    """Reads single elements of one data set; collects what is wrong with them.

    Parameters
    ----------
    elements
        The data set.
    where
        The words that name it in a problem.
    problems
        The list to which problems are added; shared with the items of sequences.
    series
        The words that name the series to which it belongs; ``where`` when left out.
    """

    __slots__ = ("elements", "problems", "series", "utc_offset", "where")

    def __init__(
        self, elements: Elements, where: str, problems: list[Problem], series: str | None = None
    ) -> None:
        self.elements = elements
        self.where = where
        self.problems = problems
        self.series = where if series is None else series
        self.utc_offset: timedelta | None = None

    def take_offset(self) -> timedelta | None:
        """Read TimezoneOffsetFromUTC, which then holds for every clock reading of this data set."""
        self.utc_offset = self._single(T.TimezoneOffsetFromUTC, offset_of, "an offset as +0100")
        return self.utc_offset

    def of_series(self) -> "Statements":
        """Return the same statements, whose problems name the series and not the file."""
        made = Statements(self.elements, self.series, self.problems)
        made.utc_offset = self.utc_offset
        return made

    def complain(self, field: str, got: str, wanted: str, do: str) -> None:
        """Add a problem."""
        found = _printable(got[: LONGEST_PART + 1])
        self.problems.append(Problem(self.where, field, found, wanted, do))

    def complain_of(self, tag: int, got: str, wanted: str, name: str | None = None) -> None:
        """Add a problem with the value of one element."""
        self.complain(
            name or name_of(tag),
            shown(got),
            wanted,
            "correct the header at its source, or export again",
        )

    def stated(self, tag: int) -> bool:
        """Tell whether an element is there and not empty."""
        found = self.elements.raw.get(tag)
        return found is not None and bool(found[1].strip(b" \0"))

    def texts(self, tag: int) -> tuple[str, ...]:
        """Return the values of a text element, without padding; none where it is empty."""
        found = self.elements.raw.get(tag)
        if found is None:
            return ()
        vr, value = found
        if self._vr(tag, vr) in _NOT_SINGLE or self._vr(tag, vr) in _BINARY:
            self.complain_of(tag, f"value representation {vr.decode('latin-1')}", "text")
            return ()
        text = value.decode("latin-1").strip(" \0")
        return tuple(part.strip(" \0") for part in text.split("\\")) if text else ()

    def text(self, tag: int) -> str | None:
        """Return the only value of a text element, None where it is empty or absent."""
        return self._single(tag, str, "one value")

    def words(self, tag: int) -> str:
        """Return text for people in the characters that the file declares; empty where absent."""
        found = self.elements.raw.get(tag)
        if found is None or self._vr(tag, found[0]) in _NOT_SINGLE:
            return ""
        value = found[1].strip(b" \0")
        if value.isascii() and b"\x1b" not in value:
            return value.decode("ascii")
        declared = self.texts(T.SpecificCharacterSet)
        if declared in {(), ("ISO_IR 100",), ("ISO_IR 6",)}:
            return value.decode("latin-1")
        if declared == ("ISO_IR 192",):
            return value.decode("utf-8", "replace")
        from petrial.adapters.dicom import fallback  # noqa: PLC0415  pydicom costs half a second

        return fallback.decoded(value, declared)

    def number(self, tag: int) -> float | None:
        """Return the only value of a numeric element, finite; None where it is empty or absent."""
        return self.read_number(tag, VR.get(tag, b"DS"), name_of(tag))

    def numbers(self, tag: int, count: int) -> tuple[float, ...] | None:
        """Return exactly ``count`` numbers, None where the element is empty or absent."""
        found = self.elements.raw.get(tag)
        if found is None or not found[1].strip(b" \0"):
            return None
        vr = self._vr(tag, found[0])
        try:
            values = _numbers(vr, found[1], big=self.elements.encoding.big)
        except ValueError:
            values = ()
        if len(values) != count:
            self.complain_of(tag, _plain(vr, found[1]), f"{count} numbers")
            return None
        return values

    def whole(self, tag: int) -> int | None:
        """Return the only value of an element that counts something."""
        value = self.number(tag)
        if value is None:
            return None
        if not value.is_integer() or abs(value) >= _LARGEST_WHOLE:
            self.complain_of(tag, f"{value:g}", "a whole number")
            return None
        return int(value)

    def read_number(self, tag: int, expected: bytes, name: str) -> float | None:
        """Return the number in ``tag``, which a file without types holds as ``expected``."""
        found = self.elements.raw.get(tag)
        if found is None:
            return None
        vr = found[0] if found[0] not in {b"", b"UN", b"OB"} else expected
        if vr not in _BINARY and not found[1].strip(b" \0"):
            return None
        try:
            values = _numbers(vr, found[1], big=self.elements.encoding.big)
        except ValueError:
            self.complain_of(tag, _plain(vr, found[1]), "a number", name)
            return None
        if len(values) > 1:
            self.complain_of(tag, _plain(vr, found[1]), "one number", name)
            return None
        return values[0] if values else None

    def read_moment(self, tag: int, name: str) -> ClockReading | None:
        """Return the date and time in ``tag``, also where the file does not say what it holds."""
        found = self.elements.raw.get(tag)
        if found is None:
            return None
        text = found[1].decode("latin-1").strip(" \0")
        return self._parsed(tag, text, self._moment_of, "a date and time", name) if text else None

    def moment(self, tag: int) -> ClockReading | None:
        """Return the date and time of a DT element."""
        return self._single(tag, self._moment_of, "a date and time")

    def reading(self, day_tag: int, time_tag: int) -> ClockReading:
        """Return what a DA and a TM element say together; either may be silent."""
        day: date | None = self._single(day_tag, day_of, "a day as YYYYMMDD")
        clock: time | None = self._single(time_tag, time_of, "a time as HHMMSS")
        return ClockReading(day, clock, self.utc_offset)

    def clock(self, tag: int) -> ClockReading | None:
        """Return the time of day of a TM element, without a day; None where it is silent."""
        time_of_day = self._single(tag, time_of, "a time as HHMMSS")
        return None if time_of_day is None else ClockReading(None, time_of_day, self.utc_offset)

    def items(self, tag: int) -> list["Statements"]:
        """Return the items of a sequence, each to be read in turn; none where it is absent."""
        try:
            found = self.elements.items(tag)
        except Malformed as error:
            self.complain_of(tag, str(error), "a sequence")
            return []
        made = [Statements(item, self.where, self.problems, self.series) for item in found]
        for item in made:
            item.utc_offset = self.utc_offset
            if T.SpecificCharacterSet in self.elements.raw:
                item.elements.raw.setdefault(
                    T.SpecificCharacterSet, self.elements.raw[T.SpecificCharacterSet]
                )
        return made

    def code(self, tag: int) -> Code | None:
        """Return the concept of a code sequence; a problem where it holds several."""
        items = self.items(tag)
        if not items:
            return None
        codes = {
            Code(
                item.text(T.CodeValue) or item.text(T.LongCodeValue) or "",
                item.text(T.CodingSchemeDesignator) or "",
                item.words(T.CodeMeaning),
            )
            for item in items
        }
        if len(codes) > 1:
            self.complain_of(tag, f"{len(codes)} different codes", "one code")
            return None
        return codes.pop()

    def _moment_of(self, text: str) -> ClockReading:
        return moment_of(text, self.utc_offset)

    def _vr(self, tag: int, vr: bytes) -> bytes:
        return vr if vr not in {b"", b"UN"} else VR.get(tag, b"UN")

    def _single(self, tag: int, parse: Callable[[str], Read], wanted: str) -> Read | None:
        values = self.texts(tag)
        if not values:
            return None
        if len(values) > 1:
            self.complain_of(tag, "\\".join(values), wanted)
            return None
        return self._parsed(tag, values[0], parse, wanted)

    def _parsed(
        self,
        tag: int,
        text: str,
        parse: Callable[[str], Read],
        wanted: str,
        name: str | None = None,
    ) -> Read | None:
        try:
            return parse(text)
        except (ValueError, OverflowError):
            self.complain_of(tag, text, wanted, name)
            return None


def _numbers(vr: bytes, value: bytes, *, big: bool) -> tuple[float, ...]:
    struct = _STRUCTS.get((vr, big))
    if struct is not None:
        if len(value) % struct.size:
            raise ValueError(vr)
        found = tuple(float(number) for (number,) in struct.iter_unpack(value))
    elif vr in _NOT_SINGLE:
        raise ValueError(vr)
    else:
        parts = value.decode("latin-1").strip(" \0").split("\\")
        found = tuple(_number(part.strip(" \0")) for part in parts)
    if not all(math.isfinite(number) for number in found):
        raise ValueError(vr)
    return found


def _number(text: str) -> float:
    if len(text) > _LONGEST_NUMBER or _NUMBER.fullmatch(text) is None:
        raise ValueError(text)
    return float(text)


def _plain(vr: bytes, value: bytes) -> str:
    if vr in _BINARY or vr in _NOT_SINGLE:
        return f"{len(value)} bytes of value representation {vr.decode('latin-1')}"
    return value[: 2 * _LONGEST_SHOWN].decode("latin-1").strip(" \0")
