"""Values as CSV: one long file of all facts that stand, or one file for each form.

Sealed and personal items stay out. A text that a spreadsheet would take for a formula (it begins
with ``=``, ``+``, ``-``, ``@``, a tabulator or a carriage return, and is no number) gets an
apostrophe before it; files for programs can be written without (``defused`` false).
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Final

from petrial.protocol.forms import Form
from petrial.protocol.model import Protocol
from petrial.subjects.facts import Absent, Fact

__all__ = ["LONG_HEADER", "defused", "long_mapping", "write_form_csv", "write_long_csv"]

LONG_HEADER: Final = (
    "subject",
    "site",
    "event",
    "event_repeat",
    "form",
    "form_repeat",
    "item",
    "value",
    "unit",
    "absent",
    "observed",
)
"""Columns of the long file; ``long_mapping`` reads it again."""

_ABOUT: Final = ("subject", "site", "event", "event_repeat", "form_repeat")
_FORMULA: Final = frozenset("=+-@\t\r")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")

Visible = Callable[[Fact], bool]


def defused(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula.

    >>> defused("=HYPERLINK()"), defused("-0.5"), defused("tamoxifen")
    ("'=HYPERLINK()", '-0.5', 'tamoxifen')
    """
    if text[:1] in _FORMULA and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _shown(facts: Iterable[Fact], protocol: Protocol, visible: Visible) -> Iterator[Fact]:
    """Yield what may go out: items of the protocol, not sealed, not removed."""
    open_items = {
        (form.name, item.name) for form in protocol.forms for item in form.items if not item.sealed
    }
    for fact in facts:
        known = (fact.form, fact.item) in open_items and not fact.sealed
        if known and fact.absent != Absent.REMOVED and visible(fact):
            yield fact


def write_long_csv(
    file: IO[str],
    facts: Iterable[Fact],
    protocol: Protocol,
    visible: Visible,
    *,
    safe: bool = True,
) -> int:
    """Write one row for each fact that stands, and return how many.

    Parameters
    ----------
    file
        Open for writing, with ``newline=""``.
    facts
        The newest fact at each place.
    protocol
        Says which items may go out.
    visible
        Whether a fact may, for the person who asks.
    safe
        Whether formulas are defused; false for programs, which would take the apostrophe in.
    """
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(LONG_HEADER)
    count = 0
    for fact in _shown(facts, protocol, visible):
        row = [getattr(fact, name) for name in LONG_HEADER]
        writer.writerow([_cell(cell, safe=safe) for cell in row])
        count += 1
    return count


def _cell(cell: object, *, safe: bool) -> str:
    text = "" if cell is None else str(cell)
    return defused(text) if safe else text


def long_mapping() -> dict[str, object]:
    """Return the map, as plain data, with which the long file is read again."""
    return {
        "format": 1,
        "subject": {"column": "subject"},
        "event": {"column": "event"},
        "event_repeat": {"column": "event_repeat"},
        "form_repeat": {"column": "form_repeat"},
        "observed": {"column": "observed"},
        "long": {"key": ["form", "item"], "value": "value", "unit": "unit", "absent": "absent"},
        "same_names": True,
        "ignore": ["site"],
    }


def write_form_csv(
    file: IO[str],
    facts: Iterable[Fact],
    form: Form,
    protocol: Protocol,
    visible: Visible,
) -> int:
    """Write one row for each filled-in form, one column for each item, and return how many.

    Why an item has no value stands in its column, in brackets: ``[not-done]``. Units stand in the
    header: ``activity_mbq (MBq)``.

    Parameters
    ----------
    file
        Open for writing, with ``newline=""``.
    facts
        The newest fact at each place, by subject.
    form
        Which form.
    protocol
        Says which items may go out.
    visible
        Whether a fact may, for the person who asks.
    """
    items = [item for item in form.items if not item.sealed]
    writer = csv.writer(file, lineterminator="\r\n")
    titles = [f"{item.name} ({item.unit})" if item.unit else item.name for item in items]
    writer.writerow([*_ABOUT, *titles])
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for fact in _shown(facts, protocol, visible):
        if fact.form == form.name:
            key = tuple(str(getattr(fact, name)) for name in _ABOUT)
            text = f"[{fact.absent}]" if fact.value is None else fact.value
            rows.setdefault(key, {})[fact.item] = text
    for key, values in rows.items():
        cells: Sequence[str] = [*key, *(values.get(item.name, "") for item in items)]
        writer.writerow([_cell(cell, safe=True) for cell in cells])
    return len(rows)
