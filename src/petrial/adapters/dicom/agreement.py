"""Statements that must be one for a whole series, compared over all its slices."""

import operator
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from petrial.adapters.dicom.statements import Statements, shown
from petrial.adapters.dicom.tags import name_of
from petrial.vocabulary.errors import Problem

__all__ = ["agreed", "condensed"]

Read = TypeVar("Read")

_SHOWN: Final = 4


def agreed(
    slices: Sequence[Statements],
    tags: Sequence[int],
    read: Callable[[Statements], Read],
    *,
    words: str,
    same: Callable[[Read, Read], bool] = operator.eq,
) -> Read | None:
    """Return what all slices say alike; None, and a problem, where they differ.

    Parameters
    ----------
    slices
        All slices of the series; problems go to the list of the first.
    tags
        The elements that ``read`` looks at. Slices whose bytes are the same are read once.
    read
        Converts the elements of one slice.
    words
        What differs, for the message: "mixed units".
    same
        When two values are the same.
    """
    kinds: dict[Hashable, list[Statements]] = {}
    for one in slices:
        raw = one.elements.raw
        mark: Hashable = (
            raw.get(tags[0]) if len(tags) == 1 else tuple([raw.get(tag) for tag in tags])
        )
        kinds.setdefault(mark, []).append(one)
    values: list[tuple[Read, int]] = []
    for alike in kinds.values():
        value = _read_once(alike, read)
        for place, (known, count) in enumerate(values):
            if same(known, value):
                values[place] = (known, count + len(alike))
                break
        else:
            values.append((value, len(alike)))
    if len(values) == 1:
        return values[0][0]
    told = sorted(f"{_told(value)} ({count} slices)" for value, count in values)
    more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    slices[0].of_series().complain(
        name_of(tags[0]),
        f"{words}: " + ", ".join(told[:_SHOWN]) + more,
        "one value for the whole series",
        "find out which value is right, or export the series again",
    )
    return None


def _read_once(alike: Sequence[Statements], read: Callable[[Statements], Read]) -> Read:
    """Return what slices with the same bytes say; a problem of the first is one of each."""
    first = alike[0]
    before = len(first.problems)
    value = read(first)
    for problem in first.problems[before:]:
        others = {one.where for one in alike} - {problem.where}
        first.problems.extend(replace(problem, where=where) for where in sorted(others))
    return value


def _told(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, tuple):
        return "\\".join(_told(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else shown(str(value))


def condensed(problems: Sequence[Problem], series: str, files: int) -> tuple[Problem, ...]:
    """Return one problem for each cause, which says of how many files it was said.

    Problems that differ in nothing but their place are one; so are more than four that differ only
    in what was found.

    Parameters
    ----------
    problems
        What was said of the series and of its files, in any order.
    series
        The words that name the series.
    files
        How many files it has.

    Examples
    --------
    >>> said = [Problem(f"{n}.dcm", "RescaleIntercept", "5", "0", "export") for n in (2, 1)]
    >>> [problem.where for problem in condensed(said, "series 1.2", 9)]
    ['series 1.2, 2 of 9 files, the first 1.dcm']
    """
    causes: dict[tuple[str, str, str], dict[str, set[str]]] = {}
    for said in problems:
        found = causes.setdefault((said.field, said.wanted, said.do), {})
        found.setdefault(said.got, set()).add(said.where)
    made: list[Problem] = []
    for (field, wanted, do), found in causes.items():
        if len(found) > _SHOWN:
            told = ", ".join(got or "nothing" for got in list(found)[:_SHOWN])
            merged = f"{told} and {len(found) - _SHOWN} other values"
            found = {merged: set().union(*found.values())}  # noqa: PLW2901  many values become one
        made.extend(
            Problem(_place(wheres, series, files), field, got, wanted, do)
            for got, wheres in found.items()
        )
    return tuple(made)


def _place(wheres: set[str], series: str, files: int) -> str:
    names = wheres - {series}
    if not names:
        return series
    if len(wheres) == 1:
        return min(names)
    return f"{series}, {len(names)} of {files} files, the first {min(names)}"
