"""Tables in the documents that are made from the code; `make pages` writes them anew.

Between ``<!-- made: NAME -->`` and ``<!-- end -->`` a page holds what ``TABLES[NAME]`` returns.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import typer.main
from typer.core import TyperCommand, TyperGroup, TyperOption

from petrial.entrypoints.cli import app
from petrial.images.suv.statements import ASSUMABLE
from petrial.lesions.table import LESION_TABLE
from petrial.protocol.tracers import TRACERS
from petrial.vocabulary.nuclides import NUCLIDES

__all__ = ["MADE", "in_step"]

ROOT = Path(__file__).resolve().parents[1]
PLACE = re.compile(r"(<!-- made: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
MADE = (
    "look-up/lesion-table.md",
    "look-up/commands.md",
    "look-up/assumptions.md",
    "look-up/nuclides-and-tracers.md",
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
                f"{100 * n.half_life.remaining(3600.0):.3g} %",
                f"{100 * n.half_life.remaining(86400.0):.3g} %",
                n.source,
            )
            for n in NUCLIDES.values()
        ),
    )


def _span(second: float) -> str:
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if second >= 2.0 * size:
            return f"{second / size:.6g} {unit}"
    return f"{second:.6g} s"


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


def commands() -> str:
    parts: list[str] = []

    def walk(words: str, command: object) -> None:
        if isinstance(command, TyperGroup):
            for word, inner in command.commands.items():
                walk(f"{words} {word}", inner)
        elif isinstance(command, TyperCommand):
            parts.append(_command(words, command))

    walk("petrial", typer.main.get_command(app))
    return "\n\n".join(parts) + "\n"


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
        rows.append((f"`{name}`", often, " ".join(str(getattr(parameter, "help", "")).split())))
    text = re.sub(r"\[/?[a-z ]+\]", "", (command.help or "").replace("\b", "")).strip()
    return f"## `{words}`\n\n{text}\n\n" + table(("argument or option", "given", "meaning"), rows)


TABLES: dict[str, Callable[[], str]] = {
    "lesion-table": lesion_table,
    "assumptions": assumptions,
    "nuclides": nuclides,
    "tracers": tracers,
    "commands": commands,
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
