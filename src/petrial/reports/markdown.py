"""Markdown made of texts that may hold anything: nothing in them becomes markup."""

import re
from collections.abc import Iterable, Sequence

__all__ = ["bullets", "code", "heading", "markdown_text", "table"]

_MARKUP = re.compile(r"([\\`*_\[\]<>|~&#])")
_LIST_OR_RULE = re.compile(r"^(?=[-+](?:\s|$)|[-=]+$)|^(\d+)(?=[.)](?:\s|$))")
"""What would begin a list, a rule or a heading at the start of a line."""


def markdown_text(text: str) -> str:
    r"""Return a text on one line so that Markdown shows it as it is.

    >>> print(markdown_text("SUVmax < 1.5 | <b>low</b>"))
    SUVmax \< 1.5 \| \<b\>low\</b\>
    """
    line = " ".join(text.split())
    escaped = _MARKUP.sub(r"\\\1", line)
    return _LIST_OR_RULE.sub(lambda found: (found[1] or "") + "\\", escaped)


def code(name: str) -> str:
    r"""Return a name as code; as text where it holds a sign that ends code or a cell.

    >>> code("her2_scan"), code("a|b")
    ('`her2_scan`', 'a\\|b')
    """
    return markdown_text(name) if {"`", "|"} & set(name) else f"`{name}`"


def heading(level: int, text: str) -> str:
    """Return a heading of a text that is Markdown already."""
    return f"{'#' * level} {text}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already; a sentence where there is no row.

    >>> print(table(("site", "city"), [("north", "Alphen")]))
    | site | city |
    | --- | --- |
    | north | Alphen |
    >>> table(("site",), [])
    'None.'
    """
    lines = [list(row) for row in rows]
    if not lines:
        return "None."
    every = [list(head), ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in every)


def bullets(entries: Iterable[str]) -> str:
    r"""Return a list of entries that are Markdown already; a sentence where there is none.

    >>> bullets(["one", "two"]), bullets([])
    ('- one\n- two', 'None.')
    """
    return "\n".join(f"- {entry}" for entry in entries) or "None."
