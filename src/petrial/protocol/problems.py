"""How a fault of a protocol is said: its path, what stands there, what should, what to do."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final

from petrial.protocol.figures import Figure
from petrial.vocabulary.errors import Problem

__all__ = ["RULE_TO_ADD", "TIME_UNITS", "TO_ADD", "fault", "lost", "span_faults", "twice"]

TO_ADD: Final = "TO ADD"
"""A text that begins so stands for what a person must still write."""

RULE_TO_ADD: Final = "to_add"
"""Name of a form that no protocol has: a rule over it holds the place of the real one."""

TIME_UNITS: Final = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "wk": 604800.0}
"""Units of spans of time, in seconds. Months and years have no fixed length."""


def fault(path: str, got: object, wanted: str, do: str) -> Problem:
    """Return a fault at a path of the protocol."""
    return Problem("protocol", path, "" if got is None else str(got), wanted, do)


def lost(path: str, got: str, what: str, known: Iterable[str]) -> Problem:
    """Return the fault of a name that leads nowhere, with the name that was probably meant.

    >>> print(lost("events.scan.forms[1]", "histori", "form", ["history", "scan"]).do)
    write history, or add a form of this name
    """
    names = tuple(known)
    near = get_close_matches(got, names, n=1)
    do = f"write {near[0]}" if near else "correct the name"
    one = f"an {what}" if what[0] in "aeio" else f"a {what}"
    return fault(
        path,
        got,
        f"the name of {one}: " + (", ".join(names) or "there is none yet"),
        f"{do}, or add {one} of this name",
    )


def twice(path: str, names: Iterable[str], what: str) -> Iterator[Problem]:
    """Yield a fault for each name that stands in a list more than once.

    >>> [p.got for p in twice("sites", ["a", "b", "a", "a"], "site")]
    ['a']
    """
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    for name, count in seen.items():
        if count > 1:
            yield fault(
                f"{path}.{name}",
                name,
                f"each {what} once; this one stands there {count} times",
                "rename or delete one of them",
            )


def span_faults(
    path: str, figure: Figure | None, *, whole_days: bool = False, least: float | None = None
) -> Iterator[Problem]:
    """Yield what is wrong with a span of time.

    Parameters
    ----------
    path
        Where the figure stands.
    figure
        The span; None is fine.
    whole_days
        Whether it must come to whole days.
    least
        The smallest value; None where it may be below 0.
    """
    if figure is None:
        return
    if figure.unit not in TIME_UNITS:
        yield fault(
            f"{path}.unit",
            figure.unit,
            "a unit of time: " + ", ".join(TIME_UNITS),
            "write the figure in one of these; a month is 28 or 30 d, as you mean it",
        )
        return
    if whole_days and figure.value * TIME_UNITS[figure.unit] % TIME_UNITS["d"]:
        yield fault(
            f"{path}.value",
            figure,
            "a whole number of days",
            "round it; windows are counted in days of the calendar",
        )
    if least is not None and figure.value < least:
        yield fault(f"{path}.value", figure, f"at least {least:g}", "correct the figure")
