"""What the command line says: tables for people, JSON for programs, problems in five parts."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from petrial import __version__
from petrial.entrypoints.cli import tables
from petrial.images.series import SeriesKind
from petrial.images.suv.case import effect_text
from petrial.vocabulary.errors import UsageError
from petrial.vocabulary.knowledge import Known, Unknown

if TYPE_CHECKING:
    from petrial.lesions.measured import MeasuredSeries, Measurement
    from petrial.vocabulary.errors import PetrialError, Problem

__all__ = [
    "check_target",
    "complain",
    "complain_also",
    "console",
    "plain",
    "refusals_as_json",
    "report",
    "working",
    "write_answer",
]

NARROWEST: Final = 112
"""Tables are never squeezed below this: a number that is cut is a wrong number."""
NO_TERMINAL: Final = 160


def plain(text: str) -> str:
    """Return text of a file so that the terminal shows it, and obeys nothing in it."""
    return escape("".join(c if c.isprintable() or c == "\n" else "?" for c in text))


def console(*, stderr: bool = False) -> Console:
    """Return where tables and sentences are written; never narrower than a number."""
    stream = sys.stderr if stderr else sys.stdout
    out = Console(stderr=stderr, highlight=False, soft_wrap=False)
    out.width = max(out.width, NARROWEST) if stream.isatty() else NO_TERMINAL
    return out


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something goes on, on a terminal only."""
    out = console(stderr=True)
    if not out.is_terminal:
        yield
        return
    with out.status(f"{what} ..."):
        yield


def check_target(option: str, target: str | Path | None, *, made: bool = False) -> None:
    """Refuse a file that cannot be written, before any work is done.

    Parameters
    ----------
    option
        The option that named it.
    target
        The file; None, or ``-`` for the terminal, is fine.
    made
        Whether its folder will be made where it is absent.

    Raises
    ------
    UsageError
        The folder does not exist or cannot be written, or the file is a folder.
    """
    if target is None or str(target) == "-":
        return
    file = Path(target)
    folder = file.parent
    while made and not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if folder.is_dir() and os.access(folder, os.W_OK) and not file.is_dir():
        return
    raise UsageError(
        where=option,
        field="path",
        got=str(target),
        wanted="a file in a folder that exists and can be written",
        do=f"make the folder {folder} first, or name another place",
    )


def complain(problem: "Problem") -> None:
    """Write a problem in its five parts to standard error."""
    out = console(stderr=True)
    out.print(f"[bold red]refused[/]  {plain(problem.where)}")
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="dim")
    table.add_column(overflow="fold")
    table.add_row("field", plain(problem.field))
    table.add_row("found", plain(problem.got or "nothing"))
    table.add_row("wanted", plain(problem.wanted))
    table.add_row("do", plain(problem.do))
    out.print(Padding(table, (0, 0, 0, 2)))


_refusals = {"json": False}


def refusals_as_json(*, wanted: bool) -> None:
    """Say from now on whether refusals go to standard output as JSON."""
    _refusals["json"] = wanted


def say_refusal(error: "PetrialError") -> None:
    """Write a refusal with all its problems: as JSON where that was asked for, else for people."""
    also = getattr(error, "__notes__", [])
    if _refusals["json"]:
        answer = {"refused": asdict(error.problem), "also": list(also)}
        sys.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False) + "\n")
        return
    complain(error.problem)
    for note in also:
        complain_also(note)


def complain_also(note: str) -> None:
    """Write a further problem of the same refusal, in one line, to standard error."""
    console(stderr=True).print(f"[bold red]and[/]  {plain(note)}", soft_wrap=True)


def report(
    answer: "Measurement", json_target: str | None, *, lesions: bool, page: Path | None = None
) -> None:
    """Say the answer: as JSON where asked for; tables, unless JSON goes to the terminal.

    Problems go to standard error in either case.
    """
    if json_target is not None:
        write_json(answer, json_target)
    if json_target != "-":
        write_answer(answer, lesions=lesions, page=page)
        return
    for problem in _problems(answer):
        complain(problem)


def write_json(answer: "Measurement", target: str) -> None:
    """Write the answer as a JSON document to a file, or to standard output for ``-``."""
    from petrial.reports.document import measurement_document  # noqa: PLC0415  only for JSON

    document = asdict(measurement_document(answer, __version__))
    text = json.dumps(document, indent=2, allow_nan=False) + "\n"
    if target == "-":
        sys.stdout.write(text)
    else:
        Path(target).write_text(text, encoding="utf-8")


def write_answer(answer: "Measurement", *, lesions: bool, page: Path | None = None) -> None:
    """Write the answer as tables: series, SUV inputs, lesions; then refusals and warnings."""
    out = console()
    out.print(tables.series_table(answer, plain, measured=lesions))
    for series in answer.series:
        if isinstance(series.scaling, Known) and not lesions:
            out.print(tables.inputs_table(series, plain))
        _write_notes(out, series)
        if series.rows:
            out.print(tables.lesion_table(series, plain))
        _write_references(out, series)
    for problem in _problems(answer):
        complain(problem)
    if not lesions:
        out.print("Headers only: voxels were not looked at.")
    elif any(series.suv_max is not None and not series.regions for series in answer.series):
        out.print(_hint(answer))
    if page is not None:
        out.print(f"Page: {plain(str(page))}", soft_wrap=True)


def _hint(answer: "Measurement") -> str:
    """Return what to do where a series was quantified and no region measured."""
    kinds = {SeriesKind.STRUCTURE_SET, SeriesKind.SEGMENTATION}
    drawn = [
        s.facts.description or s.facts.series_uid for s in answer.series if s.facts.kind in kinds
    ]
    here = f" (here: {plain(', '.join(drawn))})" if drawn else ""
    return (
        "[yellow]note[/]  A series without a region: give --contours FILE"
        f"{here}, --seed X,Y,Z with --method, or --method alone."
    )


def _problems(answer: "Measurement") -> "Iterator[Problem]":
    for series in answer.series:
        if isinstance(series.scaling, Unknown):
            yield from series.scaling.problems
        yield from series.refused
    yield from answer.problems


def _write_notes(out: Console, series: "MeasuredSeries") -> None:
    for warning in series.warnings:
        out.print(f"[bold yellow]warning[/]  {plain(warning)}")
    for remark in series.facts.remarks if series.facts.modality in {"PT", "CT"} else ():
        name = series.facts.description or series.facts.series_uid
        out.print(f"[yellow]note[/]  {plain(name)}: {plain(remark)}")
    if not isinstance(series.scaling, Known):
        return
    for difference in series.scaling.value.differences:
        out.print(
            f"[yellow]record against header[/]  {plain(difference.field)}: "
            f"{plain(difference.record)}, header {plain(difference.header)}; "
            f"SUV by the header: {effect_text(difference.effect_percent)}"
        )
    for note in series.scaling.value.notes:
        out.print(f"[yellow]note[/]  {plain(note)}")
    lean = series.scaling.value.ratios.lean_janmahasatian
    if isinstance(lean, Unknown):
        do = lean.problems[0].do
        out.print(f"[yellow]note[/]  No SUL: {plain(lean.reason)}. Do: {plain(do)}")
    for row in series.rows:
        if row.suv_peak_reason:
            out.print(f"[yellow]note[/]  No peak for {row.id}: {plain(row.suv_peak_reason)}")


def _write_references(out: Console, series: "MeasuredSeries") -> None:
    for reference in series.references:
        verdict = "not fit" if reference.problems else "fit"
        out.print(
            f"{reference.organ}: mean {reference.suv_mean:.3f}, SD {reference.suv_sd:.3f} g/mL, "
            f"{reference.volume_ml:.2f} mL, {verdict} as reference"
        )
        for problem in reference.problems:
            out.print(f"[yellow]note[/]  {plain(str(problem))}")
