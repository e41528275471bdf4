"""The tables of the terminal: what fits a screen; all columns stand in page, CSV and JSON."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from rich import box
from rich.table import Table

from petrial.images.suv.case import effect_text
from petrial.vocabulary.knowledge import Known

if TYPE_CHECKING:
    from petrial.lesions.measured import MeasuredSeries, Measurement
    from petrial.lesions.table import LesionRow

__all__ = ["inputs_table", "lesion_table", "series_table"]

Plain = Callable[[str], str]
FDG: Final = "18F-FDG"


def _table(title: str, caption: str | None = None) -> Table:
    return Table(
        title=title,
        caption=caption,
        title_justify="left",
        caption_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 1),
        pad_edge=False,
    )


def _number_columns(table: Table, *names: str) -> None:
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)


def series_table(answer: "Measurement", plain: Plain, *, measured: bool) -> Table:
    """Return a row for each series: what it is, whether it can be quantified, its factor.

    ``measured`` adds the largest SUV, which a check of headers cannot know.
    """
    table = _table(f"Series in {plain(answer.path)}")
    table.add_column("series", overflow="fold")
    table.add_column("what it is", overflow="fold")
    _number_columns(table, "images")
    table.add_column("tracer", overflow="fold")
    table.add_column("quantifiable", no_wrap=True)
    _number_columns(table, "SUVbw per value", *(("SUVmax",) if measured else ()))
    for series in answer.series:
        facts, scaling = series.facts, series.scaling
        known = scaling.value if isinstance(scaling, Known) else None
        verdict = "yes" if known else ("-" if scaling is None else "[bold red]refused[/]")
        factor = "-"
        if known is not None:
            factor = f"{known.factor_bw:.9g}" if known.factor_bw is not None else "by slice"
        table.add_row(
            plain(f"{facts.description or '(no description)'} (...{facts.series_uid[-12:]})"),
            facts.kind.value,
            str(facts.instances),
            plain((known.tracer or "unknown") if known else "-"),
            verdict,
            factor,
            *((_largest(series),) if measured else ()),
        )
    return table


def _largest(series: "MeasuredSeries") -> str:
    return "-" if series.suv_max is None else f"{series.suv_max:.5f}"


def inputs_table(series: "MeasuredSeries", plain: Plain) -> Table:
    """Return every input of the SUV of one series, and the candidates of the reference moment."""
    known = series.scaling.value if isinstance(series.scaling, Known) else None
    table = _table(f"SUV of {plain(_name(series))}", known.method if known else None)
    for name in ("input", "value", "unit", "source", "detail"):
        table.add_column(name, overflow="fold", no_wrap=name == "value")
    if known is None:
        return table
    for entry in known.inputs:
        value = f"{entry.value:.9g}" if isinstance(entry.value, float) else str(entry.value)
        table.add_row(entry.name, plain(value), entry.unit, entry.source.value, plain(entry.detail))
    for candidate in known.candidates:
        table.add_row(
            "reference moment",
            candidate.moment.isoformat(),
            "",
            "accepted" if candidate.accepted else "candidate",
            f"{candidate.name}: SUV {effect_text(candidate.effect_percent)}",
        )
    return table


def lesion_table(series: "MeasuredSeries", plain: Plain) -> Table:
    """Return the lesions of one series with the measures that fit a screen."""
    definition = series.rows[0].suv_peak_definition
    fdg = isinstance(series.scaling, Known) and series.scaling.value.tracer == FDG
    caption = (
        f"SUVbw in g/mL; peak: {definition}; "
        f"{'TLG' if fdg else 'SUV x volume'} in g; axial diameter in mm; "
        "all columns: --csv, --json, --out"
    )
    table = _table(f"Lesions of {plain(_name(series))}", caption)
    _number_columns(table, "id")
    table.add_column("label", overflow="fold")
    table.add_column("method", overflow="fold")
    total = "TLG" if fdg else "SUV x mL"
    _number_columns(table, "voxels", "mL", "max", "mean", "min", "SD", "peak", total, "mm")
    for row in series.rows:
        table.add_row(str(row.id), plain(_label(row)), plain(row.method), *_measures(row))
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
        f"{row.suv_min:.5f}",
        f"{row.suv_sd:.3f}",
        "-" if row.suv_peak is None else f"{row.suv_peak:.3f}",
        f"{row.tlg:.1f}",
        f"{row.axial_diameter_mm:.1f}",
    )


def _name(series: "MeasuredSeries") -> str:
    return series.facts.description or series.facts.series_uid
