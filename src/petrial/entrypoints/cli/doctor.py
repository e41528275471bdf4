"""``petrial doctor``: what is installed, and what it can do."""

import platform
import sys

import typer
from rich.console import Console
from rich.table import Table

from petrial import __version__

__all__ = ["doctor"]


def doctor() -> None:
    """Tell versions, decoders of compressed images, and what is missing.

    Example: petrial doctor
    """
    from petrial import bootstrap  # noqa: PLC0415  late, so that --help is quick

    table = Table(title=f"petrial {__version__}", title_justify="left", pad_edge=False)
    table.add_column("part")
    table.add_column("state")
    table.add_row("Python", f"{platform.python_version()} on {sys.platform}")
    missing = False
    for part, state in bootstrap.parts():
        table.add_row(part, state or "[bold red]missing[/]")
        missing = missing or not state
    Console().print(table)
    raise typer.Exit(3 if missing else 0)
