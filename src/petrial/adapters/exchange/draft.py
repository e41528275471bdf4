"""Drafts a map from the header of a file: what is certain, and what a person must decide."""

import difflib
from collections.abc import Mapping as Options
from collections.abc import Sequence
from typing import Final, NamedTuple

import yaml

from petrial.conduct.mapping import FORMAT, TODO
from petrial.protocol.model import Protocol

__all__ = ["DraftedColumn", "draft_map", "drafted", "near_items", "one_line", "written_map"]

_NEAR: Final = 0.75
"""Share of letters in common from which a name is shown as a possibility."""

_SHORTEST: Final = 3
"""Letters from which the beginning of a name is one."""

_MOST: Final = 3


class DraftedColumn(NamedTuple):
    """A column of a draft: where it goes, or else where it may, and a remark for the reader."""

    name: str
    to: str
    near: tuple[str, ...] = ()
    options: Options[str, object] = {}
    remark: str = ""


def draft_map(header: Sequence[str], protocol: Protocol, delimiter: str = ",") -> str:
    """Return the text of a map for a file with this header.

    A column goes to an item by itself only where its name is ``form.item``, or the name of an item
    that only one form has. All others say TODO with the names that are near; the map is refused
    until a person replaced each TODO or moved the column to ``ignore``.

    The columns of subject and event are named by a person too.

    Parameters
    ----------
    header
        Names of the columns.
    protocol
        Where the values go.
    delimiter
        Sign between the fields of a CSV file.
    """
    columns = [drafted(name, protocol) for name in header]
    head = [] if delimiter == "," else [f"delimiter: {one_line(delimiter)}"]
    head += [f"subject: {{column: {TODO}}}", f"event: {{column: {TODO}, values: {{}}}}"]
    return written_map(head, columns, (), protocol)


def drafted(name: str, protocol: Protocol) -> DraftedColumn:
    """Return where a column of this name goes, if that is certain, and where it may."""
    paths = _paths(protocol)
    wanted = name.strip().lower()
    if wanted in paths:
        return DraftedColumn(name, wanted)
    same = [path for path in paths if path.partition(".")[2] == wanted]
    if len(same) == 1:
        return DraftedColumn(name, same[0])
    return DraftedColumn(name, "", tuple(same[:_MOST]) or near_items(name, protocol))


def near_items(text: str, protocol: Protocol) -> tuple[str, ...]:
    """Return the items whose name or title is most like a text, best first."""
    wanted = _plain(text)
    scores = {
        path: max(_alike(wanted, _plain(one)) for one in (path.partition(".")[2], title))
        for path, title in _paths(protocol).items()
    }
    best = sorted(scores, key=lambda path: -scores[path])[:_MOST]
    return tuple(path for path in best if scores[path] >= _NEAR)


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").split())


def _alike(one: str, other: str) -> float:
    """Return the share of letters in common; 1 where one begins the other, as bili bilirubin."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= _SHORTEST and longer.startswith(shorter):
        return 1.0
    return difflib.SequenceMatcher(None, one, other).ratio()


def _paths(protocol: Protocol) -> dict[str, str]:
    return {
        f"{form.name}.{item.name}": item.title for form in protocol.forms for item in form.items
    }


def written_map(
    head: Sequence[str],
    columns: Sequence[DraftedColumn],
    ignored: Sequence[str],
    protocol: Protocol,
) -> str:
    """Return a map as YAML with remarks.

    Parameters
    ----------
    head
        Lines that say where subject, event and repeats stand.
    columns, ignored
        Of the file.
    protocol
        Whose events are listed for the reader.
    """
    events = ", ".join(event.name for event in protocol.events)
    lines = [
        f"# Drafted. Decide each {TODO}: a map that holds one is refused.",
        f"# Events: {events}",
        f"format: {FORMAT}",
        *head,
        "# time_zone: Europe/Amsterdam   (where times have no offset)",
        "# dates: '%d-%m-%Y'             (where dates are not year-month-day)",
        "columns:",
    ]
    for column in columns:
        to = column.to or f"{TODO} {' or '.join(column.near)}".strip()
        value = {"to": to, **column.options} if column.options else to
        if column.remark:
            lines.append("  # " + " ".join(column.remark.split()))
        lines.append(f"  {one_line(column.name)}: {one_line(value)}")
    lines.append("ignore:" if ignored else "ignore: []")
    lines += [f"  - {one_line(name)}" for name in ignored]
    return "\n".join(lines) + "\n"


def one_line(value: object) -> str:
    """Return a value as YAML on one line.

    >>> one_line({"to": "a.b", "nothing": ["0"]})
    "{to: a.b, nothing: ['0']}"
    """
    text = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=1_000_000
    )
    return text.removesuffix("...\n").rstrip("\n")
