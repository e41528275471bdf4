"""Statements that must be one for a whole series, compared over all its slices."""

import operator
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
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
    kinds: dict[Hashable, Statements] = {}
    counts: Counter[Hashable] = Counter()
    for one in slices:
        raw = one.elements.raw
        mark: Hashable = (
            raw.get(tags[0]) if len(tags) == 1 else tuple([raw.get(tag) for tag in tags])
        )
        if mark not in kinds:
            kinds[mark] = one
        counts[mark] += 1
    values: list[tuple[Read, int]] = []
    for mark, one in kinds.items():
        value = read(one)
        for place, (known, count) in enumerate(values):
            if same(known, value):
                values[place] = (known, count + counts[mark])
                break
        else:
            values.append((value, counts[mark]))
    if len(values) == 1:
        return values[0][0]
    told = sorted(f"{_told(value)} ({count} slices)" for value, count in values)
    more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    slices[0].complain(
        name_of(tags[0]),
        f"{words}: " + ", ".join(told[:_SHOWN]) + more,
        "one value for the whole series",
        "find out which value is right, or export the series again",
    )
    return None


def _told(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, tuple):
        return "\\".join(_told(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else shown(str(value))


def condensed(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return the problems with those of one kind, said of many files, cut to a few and a count."""
    seen: Counter[tuple[str, str]] = Counter()
    kept: list[Problem] = []
    for problem in problems:
        kind = (problem.field, problem.wanted)
        seen[kind] += 1
        if seen[kind] <= _SHOWN:
            kept.append(problem)
    for (field, wanted), count in seen.items():
        if count > _SHOWN:
            last = next(p for p in reversed(kept) if (p.field, p.wanted) == (field, wanted))
            kept[kept.index(last)] = Problem(
                where=f"{last.where} and {count - _SHOWN} more",
                field=field,
                got=last.got,
                wanted=wanted,
                do=last.do,
            )
    return tuple(kept)
