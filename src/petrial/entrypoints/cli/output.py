"""What the command line says: tables for people, JSON for programs, errors in five parts."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from petrial import __version__
from petrial.images.suv.case import effect_text
from petrial.vocabulary.knowledge import Known, Unknown

if TYPE_CHECKING:
    from petrial.lesions.measured import MeasuredSeries, Measurement
    from petrial.lesions.table import LesionRow
    from petrial.vocabulary.errors import Problem

__all__ = ["complain", "working", "write_answer", "write_json"]


def _plain(text: str) -> str:
    """Return text of a file so that the terminal shows it, and obeys nothing in it."""
    return escape("".join(c if c.isprintable() or c == "\n" else "?" for c in text))


def _console(*, stderr: bool = False) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 160
    return Console(stderr=stderr, highlight=False, soft_wrap=False, width=width)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something goes on, on a terminal only."""
    console = _console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(f"{what} ..."):
        yield


def complain(problem: "Problem") -> None:
    """Write a problem in its five parts to standard error."""
    _write_problem(_console(stderr=True), problem, "refused")


def _write_problem(console: Console, problem: "Problem", word: str) -> None:
    console.print(f"[bold red]{word}[/]  {_plain(problem.where)}")
    parts = (
        ("field", problem.field),
        ("found", problem.got or "nothing"),
        ("wanted", problem.wanted),
        ("do", problem.do),
    )
    for name, text in parts:
        console.print(f"  [dim]{name:>6}[/]  {_plain(text)}")


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
    console = _console()
    console.print(_series_table(answer))
    for series in answer.series:
        if isinstance(series.scaling, Known) and not lesions:
            console.print(_inputs_table(series))
        _write_notes(console, series)
        if series.rows:
            console.print(_lesion_table(series))
            console.print(_position_table(series))
        _write_references(console, series)
    for problem in _problems(answer):
        complain(problem)
    if page is not None:
        console.print(f"Page: {_plain(str(page))}", soft_wrap=True)


def _problems(answer: "Measurement") -> "Iterator[Problem]":
    for series in answer.series:
        if isinstance(series.scaling, Unknown):
            yield from series.scaling.problems
        yield from series.refused
    yield from answer.problems


def _table(title: str, caption: str | None = None) -> Table:
    return Table(
        title=title or None,
        caption=caption,
        title_justify="left",
        caption_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
    )


def _series_table(answer: "Measurement") -> Table:
    table = _table(f"Series in {_plain(answer.path)}")
    for name, justify in (
        ("series", "left"),
        ("what it is", "left"),
        ("images", "right"),
        ("tracer", "left"),
        ("quantifiable", "left"),
        ("SUVbw per value", "right"),
        ("SUVmax", "right"),
    ):
        table.add_column(name, justify="right" if justify == "right" else "left")
    for series in answer.series:
        facts, scaling = series.facts, series.scaling
        known = scaling.value if isinstance(scaling, Known) else None
        verdict = "yes" if known else ("-" if scaling is None else "[bold red]refused[/]")
        factor = "-"
        if known is not None:
            factor = f"{known.factor_bw:.9g}" if known.factor_bw is not None else "by slice"
        table.add_row(
            _plain(f"{facts.description or '(no description)'}\n{facts.series_uid}"),
            facts.kind.value,
            str(facts.instances),
            _plain((known.tracer or "unknown") if known else "-"),
            verdict,
            factor,
            "-" if series.suv_max is None else f"{series.suv_max:.5f}",
        )
    return table


def _inputs_table(series: "MeasuredSeries") -> Table:
    table = _table(f"SUV of {_plain(_name(series))}")
    for name in ("input", "value", "unit", "source", "detail"):
        table.add_column(name)
    if isinstance(series.scaling, Known):
        scaling = series.scaling.value
        table.caption = scaling.method
        for entry in scaling.inputs:
            value = f"{entry.value:.9g}" if isinstance(entry.value, float) else str(entry.value)
            table.add_row(
                entry.name, _plain(value), entry.unit, entry.source.value, _plain(entry.detail)
            )
        for candidate in scaling.candidates:
            word = "accepted" if candidate.accepted else "candidate"
            table.add_row(
                "reference moment",
                candidate.moment.isoformat(),
                "",
                word,
                f"{candidate.name}: SUV {effect_text(candidate.effect_percent)}",
            )
    return table


def _write_notes(console: Console, series: "MeasuredSeries") -> None:
    if not isinstance(series.scaling, Known):
        return
    for difference in series.scaling.value.differences:
        console.print(
            f"[yellow]record against header[/]  {_plain(difference.field)}: "
            f"{_plain(difference.record)}, header {_plain(difference.header)}; "
            f"SUV by the header: {effect_text(difference.effect_percent)}"
        )
    for note in series.scaling.value.notes:
        console.print(f"[yellow]note[/]  {_plain(note)}")


def _lesion_table(series: "MeasuredSeries") -> Table:
    definition = series.rows[0].suv_peak_definition
    caption = (
        f"SUV in g/mL by body weight; peak: {definition}; uptake: mean times volume in g"
        f"{' (TLG)' if _tracer(series) == '18F-FDG' else ''}; SUL by Janmahasatian"
    )
    table = _table(f"Lesions of {_plain(_name(series))}", caption)
    table.add_column("id", justify="right")
    for name in ("label", "method"):
        table.add_column(name, overflow="fold")
    for name in ("voxels", "mL", "max", "mean", "median", "min", "SD", "peak", "uptake", "SUL max"):
        table.add_column(name, justify="right")
    for row in series.rows:
        table.add_row(
            str(row.id),
            _plain(_label(row)),
            _plain(row.method),
            *_measures(row),
        )
    return table


def _label(row: "LesionRow") -> str:
    said = row.label.startswith("candidate")
    return f"{row.label} (candidate)" if row.candidate and not said else row.label


def _measures(row: "LesionRow") -> tuple[str, ...]:
    return (
        str(row.voxels),
        f"{row.volume_ml:.3f}",
        f"{row.suv_max:.5f}",
        f"{row.suv_mean:.5f}",
        f"{row.suv_median:.3f}",
        f"{row.suv_min:.5f}",
        f"{row.suv_sd:.3f}",
        _or_dash(row.suv_peak, 3),
        f"{row.tlg:.2f}",
        _or_dash(row.sul_janmahasatian_max, 4),
    )


def _position_table(series: "MeasuredSeries") -> Table:
    caption = (
        "Patient position in mm (x to the left, y to the back, z to the head); diameters in mm"
    )
    table = _table("", caption)
    for name in (
        "id",
        "centroid x",
        "y",
        "z",
        "max x",
        "y",
        "z",
        "axial",
        "3D",
        "sphericity",
        "CT HU",
        "liver ratio",
        "blood ratio",
        "%ID",
    ):
        table.add_column(name, justify="right")
    for row in series.rows:
        table.add_row(
            str(row.id),
            f"{row.centroid_x_mm:.1f}",
            f"{row.centroid_y_mm:.1f}",
            f"{row.centroid_z_mm:.1f}",
            f"{row.max_x_mm:.1f}",
            f"{row.max_y_mm:.1f}",
            f"{row.max_z_mm:.1f}",
            f"{row.axial_diameter_mm:.1f}",
            f"{row.diameter_3d_mm:.1f}",
            _or_dash(row.sphericity, 3),
            _or_dash(row.ct_mean_hu, 0),
            _or_dash(row.ratio_liver, 2),
            _or_dash(row.ratio_blood_pool, 2),
            _or_dash(row.percent_id, 4),
        )
    return table


def _write_references(console: Console, series: "MeasuredSeries") -> None:
    for reference in series.references:
        verdict = "fit" if not reference.problems else "not fit"
        console.print(
            f"{reference.organ}: mean {reference.suv_mean:.3f}, SD {reference.suv_sd:.3f} g/mL, "
            f"{reference.volume_ml:.2f} mL, {verdict} as reference"
        )
        for problem in reference.problems:
            console.print(f"[yellow]note[/]  {_plain(str(problem))}")


def _name(series: "MeasuredSeries") -> str:
    return series.facts.description or series.facts.series_uid


def _tracer(series: "MeasuredSeries") -> str | None:
    return series.scaling.value.tracer if isinstance(series.scaling, Known) else None


def _or_dash(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
