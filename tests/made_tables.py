"""Tables in the documents that are made from the code; `make pages` writes them anew.

Between ``<!-- made: NAME -->`` and ``<!-- end -->`` a page holds what ``TABLES[NAME]`` returns.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import is_typeddict

import typer.main
from typer.core import TyperCommand, TyperGroup, TyperOption

from petrial.entrypoints.cli import app
from petrial.images.suv.statements import ASSUMABLE
from petrial.lesions.methods import METHODS, PEAKS
from petrial.lesions.orders import FORMS
from petrial.lesions.table import LESION_TABLE
from petrial.protocol.tracers import TRACERS
from petrial.reports import document
from petrial.vocabulary.citations import CITATIONS
from petrial.vocabulary.nuclides import NUCLIDES

__all__ = ["MADE", "in_step"]

ROOT = Path(__file__).resolve().parents[1]
PLACE = re.compile(r"(<!-- made: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
MADE = (
    "look-up/lesion-table.md",
    "look-up/commands.md",
    "look-up/assumptions.md",
    "look-up/nuclides-and-tracers.md",
    "look-up/json.md",
    "look-up/methods.md",
)


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *([str(cell) for cell in row] for row in rows)]
    return "\n".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines
    )


def lesion_table() -> str:
    return table(
        ("column", "type", "unit", "what it is"),
        ((f"`{c.name}`", c.type, c.unit, c.sentence) for c in LESION_TABLE.columns),
    )


def assumptions() -> str:
    return table(
        ("field", "value"), ((f"`{name}`", field.wanted) for name, field in ASSUMABLE.items())
    )


def nuclides() -> str:
    return table(
        ("nuclide", "half-life", "share left after an hour", "after a day", "source"),
        (
            (
                n.symbol,
                _span(n.half_life.second),
                _percent(n.half_life.remaining(3600.0)),
                _percent(n.half_life.remaining(86400.0)),
                n.source,
            )
            for n in NUCLIDES.values()
        ),
    )


def _span(second: float) -> str:
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if second >= 3.0 * size:
            return f"{second / size:.6g} {unit}"
    return f"{second:.6g} s"


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g} %" if share >= 1e-4 else "next to nothing"


def tracers() -> str:
    return table(
        ("tracer", "methods", "searched for without a seed", "why"),
        (
            (
                t.name,
                ", ".join(f"`{m}`" for m in t.methods),
                "yes" if t.automatic else "no",
                t.reason,
            )
            for t in TRACERS.values()
        ),
    )


def methods() -> str:
    rows = []
    for name, form in FORMS.items():
        value = form.value or "none"
        if form.default:
            value += f"; {form.default} where none is given"
        finds = "yes" if METHODS[name].candidate else "no"
        rows.append((f"`{name}`", value, finds, METHODS[name].sentence))
    return table(("method", "value", "finds regions by itself", "what it does"), rows)


def peaks() -> str:
    return table(
        ("definition", "what it is"), ((f"`{peak}`", text) for peak, text in PEAKS.items())
    )


def references() -> str:
    return table(("key", "reference"), ((f"[{key}]", text) for key, text in CITATIONS.items()))


def json_entries() -> str:
    entries = [document.Document] + [
        entry
        for name in document.__all__
        if is_typeddict(entry := getattr(document, name)) and entry is not document.Document
    ]
    return "\n\n".join(_json_entry(entry) for entry in entries)


def _json_entry(entry: type) -> str:
    text = " ".join((entry.__doc__ or "").replace("``", "`").split())
    rows = ((f"`{name}`", _json_type(hint)) for name, hint in entry.__annotations__.items())
    return f"## {entry.__name__}\n\n{text}\n\n" + table(("field", "type"), rows)


def _json_type(hint: object) -> str:
    """Return a type as JSON names it, with entries as links."""
    text = hint.__name__ if isinstance(hint, type) and "[" not in str(hint) else str(hint)
    text = re.sub(r"(\w+\.)+", "", text)
    text = re.sub(r"dict\[.*\]\]$", "lesion]", text)
    text = re.sub(r"list\[(.*?)\]", r"list of \1", text).replace(" | ", " or ")
    words = {"None": "null", "str": "string", "bool": "true or false"}
    words |= {"float": "number", "int": "whole number"}
    text = re.sub(r"\b\w+\b", lambda m: words.get(m[0], m[0]), text)
    return re.sub(r"\b(\w+Entry)\b", lambda m: f"[{m[1]}](#{m[1].lower()})", text)


def commands() -> str:
    parts: list[str] = []

    def walk(words: str, command: object) -> None:
        if isinstance(command, TyperGroup):
            for word, inner in command.commands.items():
                walk(f"{words} {word}", inner)
        elif isinstance(command, TyperCommand):
            parts.append(_command(words, command))

    walk("petrial", typer.main.get_command(app))
    return "\n\n".join(parts)


def _command(words: str, command: TyperCommand) -> str:
    rows = []
    for parameter in command.params:
        if isinstance(parameter, TyperOption):
            value = parameter.metavar or ("" if parameter.is_flag else "VALUE")
            name = f"{', '.join(parameter.opts)} {value}".strip()
            often = "any number" if parameter.multiple else "once"
        else:
            name = (parameter.metavar or str(parameter.name)).upper()
            often = "needed" if parameter.required else "once"
        meaning = " ".join(str(getattr(parameter, "help", "")).split())
        if parameter.default not in {None, False}:
            meaning += f" Default: `{parameter.default}`."
        rows.append((f"`{name}`", often, meaning))
    text = re.sub(r"^Example: (.*)$", r"Example: `\1`", command.help or "", flags=re.MULTILINE)
    parts = [f"## `{words}`", text.strip()]
    if rows:
        parts.append(table(("argument or option", "given", "meaning"), rows))
    return "\n\n".join(parts)


TABLES: dict[str, Callable[[], str]] = {
    "lesion-table": lesion_table,
    "assumptions": assumptions,
    "nuclides": nuclides,
    "tracers": tracers,
    "commands": commands,
    "json": json_entries,
    "methods": methods,
    "peaks": peaks,
    "references": references,
}


def made(text: str) -> str:
    """Return the text of a page with its tables made from the code of now."""
    return PLACE.sub(lambda m: f"{m[1]}\n{TABLES[m['name']]()}\n\n{m[3]}", text)


def in_step(page: Path) -> bool:
    """Tell whether the page holds a table, and each as the code makes it."""
    text = page.read_text()
    return PLACE.search(text) is not None and made(text) == text


if __name__ == "__main__":
    for name in MADE:
        place = ROOT / "docs" / name
        place.write_text(made(place.read_text()))
