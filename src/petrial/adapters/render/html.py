"""A report tree as one self-contained page: no network, no script, escaping on."""

import os
import re
import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from petrial.adapters.render.figures import draw, region_colour
from petrial.reports.tree import (
    Absent,
    Alert,
    Badge,
    Block,
    Cell,
    Figure,
    KeyValues,
    Mark,
    Number,
    Paragraph,
    References,
    Report,
    Table,
    Text,
)

__all__ = ["KINDS", "render_html", "write_html"]

KINDS: Final[dict[type[Block] | type[Cell], str]] = {
    Absent: "absent",
    Alert: "alert",
    Badge: "badge",
    Figure: "figure",
    KeyValues: "facts",
    Mark: "mark",
    Number: "number",
    Paragraph: "paragraph",
    References: "references",
    Table: "table",
    Text: "text",
}


_OPTION: Final = re.compile(r"(?<![\w-])(--[a-z][\w-]*(?:[ =][\w.]+=[^\s,;]+)?)")
"""A command-line option, with its FIELD=VALUE."""


def _kind(node: Block | Cell) -> str:
    """Return the name under which the templates know a block or a cell."""
    return KINDS[type(node)]


def _with_options(text: str) -> Markup:
    """Return ``text`` escaped, with command-line options set as code, which do not break."""
    return Markup(_OPTION.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped here


def _figure_address(figure: Figure) -> str:
    """Return the drawing as a data address, so that the page needs no second file."""
    return "data:image/svg+xml," + quote(draw(figure), safe="/:;=+,()'!*~ @")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("petrial.adapters.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        kind=_kind,
        options=_with_options,
        figure_address=_figure_address,
        region_colour=region_colour,
    )
    return environment


@cache
def _style() -> Markup:
    """Return the style sheet of the package; it is ours and holds no outside text."""
    sheet = files("petrial.adapters.render").joinpath("templates/report.css")
    return Markup(sheet.read_text(encoding="utf-8"))  # noqa: S704  package data, no outside text


def render_html(report: Report) -> str:
    """Return ``report`` as one HTML page with style and figures inside.

    All text of the report is escaped. The page runs no script and asks nothing of the network,
    and says so in its Content-Security-Policy. The same report gives the same bytes.

    Examples
    --------
    >>> from petrial.reports.tree import Section
    >>> page = render_html(Report("<b>", "", (), (Section("a", "About", "Text.", ()),)))
    >>> "&lt;b&gt;" in page, "<script" in page
    (True, False)
    """
    return _environment().get_template("report.html.j2").render(report=report, style=_style())


def write_html(report: Report, path: Path) -> None:
    """Write ``report`` to ``path`` as one HTML file, whole or not at all.

    The page is written beside ``path`` first and then takes its name, so that a reader never
    meets half a page. The folder must exist. Bytes of a path that are no UTF-8 are written as
    escapes.
    """
    page = render_html(report)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(page.encode("utf-8", "backslashreplace"))
        draft.chmod(0o644)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
