"""What a record of a register holds: values at paths, criteria taken apart, names of titles."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from petrial.vocabulary.errors import ReadError

__all__ = ["CriteriaTexts", "criteria_texts", "day_of", "name_of", "value_at", "wrong"]

T = TypeVar("T")

_LONGEST_NAME: Final = 40
_ESCAPED: Final = re.compile(r"\\([^\w\s])")
_HEAD: Final = re.compile(r"^\W*(?:\w+\s+){0,3}(inclusion|exclusion)\s+criteria\W*$", re.IGNORECASE)
_BULLET: Final = re.compile(r"^(\s*)(?:[*•+-]|\(?(?:\d{1,2}|[a-z])[.)])\s+(\S.*)$")


@dataclass(frozen=True, slots=True)
class CriteriaTexts:
    """The criteria of a register, one text each, and what belongs to none of them."""

    inclusion: tuple[str, ...]
    exclusion: tuple[str, ...]
    other: tuple[str, ...]


def criteria_texts(text: str) -> CriteriaTexts:
    r"""Return the criteria in a register's text, one for each bullet under its two headings.

    Deeper bullets belong to the one above them. Under a heading without bullets each line is a
    criterion. What stands before the headings, or before the first bullet, belongs to none.

    Parameters
    ----------
    text
        ``eligibilityCriteria`` of a record, in which signs of Markdown may be escaped.

    Examples
    --------
    >>> found = criteria_texts("Inclusion Criteria:\n* age\n* WHO\n  * 0\nExclusion Criteria:\nno")
    >>> found.inclusion, found.exclusion
    (('age', 'WHO; 0'), ('no',))
    """
    sections: dict[str, list[str]] = {"inclusion": [], "exclusion": [], "": []}
    lines = sections[""]
    for line in _ESCAPED.sub(r"\1", text).splitlines():
        head = _HEAD.match(line)
        if head is not None:
            lines = sections[head[1].lower()]
        elif line.strip():
            lines.append(line.rstrip())
    inclusion, before = _entries(sections["inclusion"])
    exclusion, between = _entries(sections["exclusion"])
    first = tuple(line.strip() for line in sections[""])
    return CriteriaTexts(inclusion, exclusion, (*first, *before, *between))


def _entries(lines: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the criteria of one heading, and what stands before the first bullet."""
    bullets = [_BULLET.match(line) for line in lines]
    indents = [len(found[1].expandtabs()) for found in bullets if found is not None]
    if not indents:
        return tuple(line.strip() for line in lines), ()
    entries: list[str] = []
    before: list[str] = []
    for line, found in zip(lines, bullets, strict=True):
        if found is not None and len(found[1].expandtabs()) <= indents[0]:
            entries.append(found[2].strip())
        elif not entries:
            before.append(line.strip())
        elif found is not None:
            entries[-1] += f"; {found[2].strip()}"
        else:
            entries[-1] += f" {line.strip()}"
    return tuple(entries), tuple(before)


def name_of(title: str, taken: set[str], otherwise: str) -> str:
    """Return a name for a title that is not taken yet, and take it.

    Parameters
    ----------
    title
        Any text.
    taken
        Names in use; the new one is added.
    otherwise
        The name where the title has no letter of its own.

    Examples
    --------
    >>> taken = set()
    >>> name_of("Düsseldorf (1)", taken, "site"), name_of("Düsseldorf 1", taken, "site")
    ('dusseldorf_1', 'dusseldorf_1_2')
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    word = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    word = re.sub(r"^[0-9_]+", "", word)[:_LONGEST_NAME].strip("_") or otherwise
    name, number = word, 1
    while name in taken:
        number += 1
        name = f"{word}_{number}"
    taken.add(name)
    return name


def value_at(part: object, path: str, kind: type[T], what: str) -> T | None:
    """Return the value at a path of a record, None where there is none.

    Raises
    ------
    ReadError
        It is not of this kind; ``what`` says which.

    Examples
    --------
    >>> value_at({"a": {"b": "c"}}, "a.b", str, "a text")
    'c'
    """
    for step in path.split("."):
        if not isinstance(part, Mapping):
            raise wrong(path, part, "an object on the way there")
        part = part.get(step)
        if part is None:
            return None
    if not isinstance(part, kind) or (isinstance(part, bool) and kind is not bool):
        raise wrong(path, part, what)
    return part


def wrong(path: str, got: object, wanted: str) -> ReadError:
    """Return the refusal of a value that a record should not hold there."""
    return ReadError(
        where="record",
        field=path,
        got=repr(got),
        wanted=wanted,
        do="save the record anew; this is not how ClinicalTrials.gov, version 2, writes it",
    )


def day_of(text: str) -> str | None:
    """Return a whole date, None for a month or nothing.

    >>> day_of("2013-08-30"), day_of("2027-10")
    ('2013-08-30', None)
    """
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None
