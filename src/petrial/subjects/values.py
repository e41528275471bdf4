"""Entered texts made canonical, or refused with a remedy.

One thing has one text in the ledger, so that a value that is entered twice is the same fact.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from petrial.protocol.forms import Item, ItemType
from petrial.protocol.model import Protocol
from petrial.subjects.facts import Absent, Place
from petrial.subjects.judged import Outcome
from petrial.subjects.judging import judge_rule
from petrial.subjects.state import SubjectState, day_of, number_of
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.knowledge import Known, Unknown, Verdict

__all__ = ["LONGEST_LABEL", "LONGEST_TEXT", "canonical_value", "missing_items", "number_of"]

LONGEST_LABEL: Final = 64
"""Characters of a label; a DICOM UID has at most 64."""

LONGEST_TEXT: Final = 4000
"""Characters of a free text."""

_DIGITS: Final = 15
"""Digits on each side of the point: whole numbers of so many are exact in floating point."""

_YEARS: Final = range(1900, 2200)
"""Years that a trial can speak of; others are slips of the pen."""

_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]*")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_COMMA: Final = re.compile(r"[+-]?[0-9]+,[0-9]+")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_MOMENT: Final = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?P<minute>[0-9]{2}:[0-9]{2})"
    r"(?P<second>:[0-9]{2})?(?P<fraction>[.,][0-9]+)?"
    r"(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?"
)
_BOOLEANS: Final = {
    **dict.fromkeys(("yes", "true", "1"), "yes"),
    **dict.fromkeys(("no", "false", "0"), "no"),
}


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What was wanted and what to do; ``plainly`` where the remedy would tell a sealed value."""

    wanted: str
    do: str
    plainly: str = ""


_Parsed = str | _Refusal


def canonical_value(
    item: Item, text: str, protocol: Protocol, where: str, latest: date | None = None
) -> Verdict[str]:
    """Return the canonical text of what was entered for an item, or why it is refused.

    Parameters
    ----------
    item
        What is asked, with its type, limits and code list.
    text
        As entered; spaces around it do not count.
    protocol
        Holds the code lists.
    where
        Subject, event and form, or file and row: the first part of the problem.
    latest
        Last day that a date or moment may have, such as today; by its own calendar day.

    Returns
    -------
    Verdict[str]
        Of a sealed item the problem shows the shape of what was found only: ``99-99-9999``.

    Notes
    -----
    Numbers keep their digits. A boolean is ``yes`` or ``no``. A moment has an offset from UTC,
    ``+00:00`` for ``Z``; ``-00:00`` is refused, for it says that the offset is not known
    (RFC 3339, 4.3).
    """
    entered = text.strip()
    parsed = _EMPTY if entered == "" else _PARSERS[item.type](item, entered, protocol)
    if isinstance(parsed, str):
        parsed = _within(item, parsed, latest)
    if isinstance(parsed, str):
        return Known(parsed)
    do = parsed.plainly or parsed.do if item.sealed else parsed.do
    return Unknown((Problem(where, item.name, _shown(item, entered), parsed.wanted, do),))


_ENTER: Final = "enter it, or say why there is none: " + ", ".join(
    reason.value for reason in Absent if reason is not Absent.REMOVED
)
_EMPTY: Final = _Refusal("a value", _ENTER)


def _shown(item: Item, text: str) -> str:
    """Return what a problem may show: of a sealed value its shape, never its content."""
    plain = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    if not item.sealed:
        return plain
    shape = "".join("9" if c.isdigit() else "x" if c.isalpha() else c for c in plain)
    return shape if len(shape) <= LONGEST_LABEL else f"{len(text)} characters"


def _integer(_item: Item, text: str, _protocol: Protocol) -> _Parsed:
    wanted = f"a whole number of at most {_DIGITS} digits"
    if _INTEGER.fullmatch(text) and len(text.lstrip("-")) <= _DIGITS:
        return text
    return _Refusal(
        wanted, "write digits only, such as 7: no point, no thousands separator, no sign +"
    )


def _number(_item: Item, text: str, _protocol: Protocol) -> _Parsed:
    wanted = f"a plain decimal number with a point, at most {_DIGITS} digits on each side of it"
    if _COMMA.fullmatch(text):
        pointed = text.replace(",", ".")
        return _Refusal(
            wanted,
            f"write {pointed} if the comma is decimal; thousands are written without a separator",
            "write the decimal comma as a point, and thousands without a separator",
        )
    before, _, after = text.lstrip("-").partition(".")
    fits = len(before) <= _DIGITS and len(after) <= _DIGITS
    if _NUMBER.fullmatch(text) and fits and not (text[0] == "-" and Decimal(text) == 0):
        return text
    return _Refusal(wanted, "write it such as 7 or 0.75: no exponent, no thousands separator, no +")


def _boolean(_item: Item, text: str, _protocol: Protocol) -> _Parsed:
    found = _BOOLEANS.get(text.lower())
    return found or _Refusal("yes or no", "write yes or no")


def _code(item: Item, text: str, protocol: Protocol) -> _Parsed:
    codes = None if item.codes is None else protocol.code_list(item.codes)
    if codes is None:
        return _Refusal(
            f"the code list {item.codes} in the protocol",
            "check the protocol with `petrial protocol check`",
        )
    names = tuple(code.code for code in codes.codes)
    if text in names:
        return text
    alike = [name for name in names if name.lower() == text.lower()]
    do = f"write {alike[0]}" if len(alike) == 1 else f"take a code of the list {codes.name}"
    return _Refusal("one of " + ", ".join(names), do, f"take a code of the list {codes.name}")


def _calendar_day(text: str) -> date | None:
    """Return the day of YYYY-MM-DD where the calendar has it and a trial can speak of it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in _YEARS else None


_AS_ISO: Final = "write year-month-day, such as 2024-05-21"


def _date(_item: Item, text: str, _protocol: Protocol) -> _Parsed:
    wanted = "a date as year-month-day"
    if _DATE.fullmatch(text):
        if _calendar_day(text) is not None:
            return text
        wanted = f"a day of the calendar from {_YEARS[0]} to {_YEARS[-1]}, as year-month-day"
        return _Refusal(wanted, "check the date with its source")
    turned = _DAY_FIRST.fullmatch(text)
    if turned is None:
        return _Refusal(wanted, _AS_ISO)
    one, two, year = (int(part) for part in turned.groups())
    readings = (f"{year:04}-{two:02}-{one:02}", f"{year:04}-{one:02}-{two:02}")
    possible = sorted({reading for reading in readings if _calendar_day(reading) is not None})
    return _Refusal(wanted, f"write {' or '.join(possible)}" if possible else _AS_ISO, _AS_ISO)


_OFFSET: Final = (
    "add the offset from UTC of that day, such as +02:00 in summer time and +01:00 in winter "
    "time of central Europe"
)


def _moment(_item: Item, text: str, _protocol: Protocol) -> _Parsed:
    wanted = "a day, a time and its offset from UTC"
    example = "write it such as 2024-05-21T10:42:00+02:00"
    found = _MOMENT.fullmatch(text)
    if found is None:
        return _Refusal(wanted, example)
    offset = found["offset"]
    if offset is None:
        return _Refusal(wanted, _OFFSET)
    if offset == "-00:00":
        return _Refusal(wanted, f"-00:00 says that the offset is not known: {_OFFSET}")
    if found["fraction"] is not None:
        return _Refusal("a moment in whole seconds", "leave the parts of a second out")
    offset = "+00:00" if offset == "Z" else offset
    canonical = f"{found['day']}T{found['minute']}{found['second'] or ':00'}{offset}"
    if _calendar_day(found["day"]) is None or not _clock_has(canonical):
        return _Refusal(
            "a moment that calendar and clock have, its offset from -12:00 to +14:00",
            "check day, time and offset with their source",
        )
    return canonical


_WEST, _EAST = -12 * 3600, 14 * 3600
"""Offsets of the time zones that exist, in seconds."""


def _clock_has(text: str) -> bool:
    try:
        offset = datetime.fromisoformat(text).utcoffset()
    except ValueError:
        return False
    minutes = int(text[-2:])
    return offset is not None and minutes < 60 and _WEST <= offset.total_seconds() <= _EAST  # noqa: PLR2004  minutes of an hour


def _label(_item: Item, text: str, _protocol: Protocol) -> _Parsed:
    if len(text) <= LONGEST_LABEL and text.isprintable():
        return text
    return _Refusal(
        f"1 to {LONGEST_LABEL} printable characters on one line",
        "write the label as it stands on the tube, sheet or file",
    )


def _text(_item: Item, text: str, _protocol: Protocol) -> _Parsed:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    control = any(ord(c) < ord(" ") and c not in "\n\t" for c in lines) or "\x7f" in lines
    if len(lines) <= LONGEST_TEXT and not control and not _broken(lines):
        return lines
    return _Refusal(
        f"1 to {LONGEST_TEXT} characters, none of them a control character",
        "shorten it, or type it anew if it was copied from another program",
    )


def _broken(text: str) -> bool:
    """Return whether it holds half a character, which no file can store (a lone surrogate)."""
    return any("\ud800" <= c <= "\udfff" for c in text)


_PARSERS: Final[dict[ItemType, Callable[[Item, str, Protocol], _Parsed]]] = {
    ItemType.INTEGER: _integer,
    ItemType.NUMBER: _number,
    ItemType.BOOLEAN: _boolean,
    ItemType.CODE: _code,
    ItemType.DATE: _date,
    ItemType.MOMENT: _moment,
    ItemType.LABEL: _label,
    ItemType.TEXT: _text,
}


def _within(item: Item, canonical: str, latest: date | None) -> _Parsed:
    """Return the canonical text where limits and last day allow it."""
    if item.type in {ItemType.DATE, ItemType.MOMENT}:
        if latest is None or day_of(canonical) <= latest:
            return canonical
        return _Refusal(
            f"a day not after {latest.isoformat()}",
            "enter what has happened only; check the year",
        )
    if item.type not in {ItemType.INTEGER, ItemType.NUMBER}:
        return canonical
    number = Decimal(canonical)
    low = item.minimum is not None and number < Decimal(str(item.minimum.value))
    high = item.maximum is not None and number > Decimal(str(item.maximum.value))
    if not (low or high):
        return canonical
    limits = (
        f"at least {item.minimum}" if item.minimum is not None else "",
        f"at most {item.maximum}" if item.maximum is not None else "",
    )
    unit = f" in {item.unit}" if item.unit not in {"", "1"} else ""
    return _Refusal(
        "a number " + " and ".join(limit for limit in limits if limit),
        f"check the value with its source, and that it is{unit or ' in the unit asked for'}",
    )


def missing_items(
    protocol: Protocol, state: SubjectState, at: Place, on: date
) -> tuple[Problem, ...]:
    """Return a problem for each item that a filled-in form must hold and does not.

    Parameters
    ----------
    protocol
        The version in force.
    state
        The subject, with its opened texts.
    at
        Which form, and where it is filled in; ``item`` does not matter. A form that the
        protocol does not have must hold nothing.
    on
        Day of judgement, for rules that count time.

    Notes
    -----
    A reason why there is no value is a statement, so that nothing is missing; an item that was
    removed is. An item that is required by a rule is missing only where the rule is met, not where
    it is unknown. Items of the same form in such a rule are those of this filled-in form.
    """
    form = protocol.form(at.form)
    return tuple(
        Problem(
            f"{state.subject}, {str(at._replace(item=''))[:-1]}",
            item.name,
            "removed" if at._replace(item=item.name) in state.facts else "",
            item.title + (f" in {item.unit}" if item.unit not in {"", "1"} else ""),
            _ENTER,
        )
        for item in (() if form is None else form.items)
        if not _holds(state, at._replace(item=item.name))
        and _required(item, protocol, state, at, on)
    )


def _holds(state: SubjectState, place: Place) -> bool:
    fact = state.facts.get(place)
    return fact is not None and fact.absent != Absent.REMOVED


def _required(item: Item, protocol: Protocol, state: SubjectState, at: Place, on: date) -> bool:
    if isinstance(item.required, str):
        return item.required == "always"
    return judge_rule(item.required, state, protocol, on, at).outcome is Outcome.MET
