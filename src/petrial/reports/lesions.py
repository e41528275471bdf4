"""The lesion table and the reference regions of one series, as blocks of a report."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np

from petrial.images.suv.scaling import MassRatios
from petrial.lesions.measured import MeasuredSeries, ReferenceMeasurement
from petrial.lesions.region import Region
from petrial.lesions.table import LESION_TABLE, LesionRow
from petrial.reports.formats import decimals_for, number_or_absent, position_text, unit_text
from petrial.reports.tree import (
    Absent,
    Alert,
    Align,
    Badge,
    Block,
    Cell,
    Header,
    Level,
    Mark,
    Number,
    Table,
    Text,
    Tone,
)
from petrial.vocabulary.knowledge import Unknown

__all__ = ["COLUMNS", "lesion_blocks", "overlapping", "reference_blocks", "words_for"]

_UNITS: Final = {column.name: column.unit for column in LESION_TABLE.columns}
_ENDS: Final = (
    ("the right side", "the left side"),
    ("the front", "the back"),
    ("the feet", "the head"),
)
"""By patient axis x, y, z: where a grid begins whose slices run along it, or against it."""
_FOLD_FROM: Final = 12
"""A detailed table with more rows than this begins folded."""


@dataclass(frozen=True, slots=True)
class _Measure:
    """A column of the lesion table on the page; ``decimals`` None lets the values decide."""

    name: str
    title: str
    group: str = ""
    decimals: int | None = 2


_FIRST: Final = (
    _Measure("volume_ml", "Volume", decimals=None),
    _Measure("suv_max", "max", "SUVbw"),
    _Measure("suv_mean", "mean", "SUVbw"),
    _Measure("suv_peak", "peak", "SUVbw"),
    _Measure("suv_sd", "SD", "SUVbw"),
    _Measure("sul_janmahasatian_max", "max", "SUL (Janmahasatian)"),
    _Measure("sul_janmahasatian_peak", "peak", "SUL (Janmahasatian)"),
    _Measure("tlg", "TLG", decimals=None),
    _Measure("ratio_liver", "liver", "Mean over"),
    _Measure("ratio_blood_pool", "blood pool", "Mean over"),
    _Measure("axial_diameter_mm", "Axial diameter", decimals=0),
)
_UPTAKE: Final = (
    _Measure("suv_median", "median", "SUVbw"),
    _Measure("suv_min", "min", "SUVbw"),
    _Measure("sul_janmahasatian_max", "max", "SUL (Janmahasatian)"),
    _Measure("sul_janmahasatian_mean", "mean", "SUL (Janmahasatian)"),
    _Measure("sul_janmahasatian_peak", "peak", "SUL (Janmahasatian)"),
    _Measure("sul_james_max", "max", "SUL (James)"),
    _Measure("sul_james_mean", "mean", "SUL (James)"),
    _Measure("sul_james_peak", "peak", "SUL (James)"),
    _Measure("suv_bsa_max", "max", "SUVbsa"),
    _Measure("suv_bsa_mean", "mean", "SUVbsa"),
    _Measure("percent_id_per_kg_max", "max", "%ID/kg"),
    _Measure("percent_id_per_kg_mean", "mean", "%ID/kg"),
    _Measure("percent_id", "%ID", decimals=None),
)
_SHAPE: Final = (
    _Measure("voxels", "Voxels", decimals=0),
    _Measure("axial_diameter_mm", "axial", "Diameter", 1),
    _Measure("diameter_3d_mm", "3D", "Diameter", 1),
    _Measure("sphericity", "Sphericity"),
    _Measure("ct_mean_hu", "CT mean", decimals=0),
    _Measure("centroid_x_mm", "x", "Centroid", 1),
    _Measure("centroid_y_mm", "y", "Centroid", 1),
    _Measure("centroid_z_mm", "z", "Centroid", 1),
    _Measure("max_x_mm", "x", "Maximum", 1),
    _Measure("max_y_mm", "y", "Maximum", 1),
    _Measure("max_z_mm", "z", "Maximum", 1),
)
COLUMNS: Final = tuple(dict.fromkeys(m.name for m in (*_FIRST, *_UPTAKE, *_SHAPE)))
"""The columns of the lesion table that stand on the page as numbers."""
_OPTIONAL: Final = ("sul_janmahasatian_max", "sul_janmahasatian_peak")
_OPTIONAL_RATIOS: Final = ("ratio_liver", "ratio_blood_pool")


def words_for(rows: Sequence[LesionRow]) -> tuple[str, str]:
    """Return what regions are called, one and many: lesions, candidates, or both.

    What a person drew or seeded is a lesion; what a threshold found is a candidate.
    """
    kinds = {row.candidate for row in rows}
    if kinds == {True}:
        return "candidate", "candidates"
    if True in kinds:
        return "lesion or candidate", "lesions and candidates"
    return "lesion", "lesions"


def lesion_blocks(measured: MeasuredSeries, ratios: MassRatios, *, fdg: bool) -> tuple[Block, ...]:
    """Return the lesion table, the detailed tables, and what was refused on the series.

    A column of lean-mass SUV or of ratios that is empty for all rows is left out of the first
    table and stands in the detailed one, with the reason.
    """
    refused = tuple(
        Alert(Level.REFUSAL, "A contour, seed or method was refused", problem)
        for problem in measured.refused
    )
    rows = measured.rows
    if not rows:
        return refused
    reasons = _reasons(ratios)
    droppable = (*_OPTIONAL, *_OPTIONAL_RATIOS)
    shown = tuple(
        m for m in _FIRST if m.name not in droppable or any(_value(r, m) is not None for r in rows)
    )
    title = words_for(rows)[1].capitalize()
    first = _table(title, shown, rows, reasons)
    headers = tuple(
        Header("SUV x volume", h.unit, h.align) if h.title == "TLG" and not fdg else h
        for h in first.headers
    )
    where = tuple(Text(position_text(row.max_x_mm, row.max_y_mm, row.max_z_mm)) for row in rows)
    return (
        Table(
            caption=title,
            headers=(*headers, Header("Maximum at", "mm")),
            rows=tuple((*cells, place) for cells, place in zip(first.rows, where, strict=True)),
            note=_first_note(rows, fdg=fdg),
        ),
        *refused,
        _details("Uptake in other units", _UPTAKE, rows, reasons),
        _with_slices(_details("Shape, position and CT", _SHAPE, rows, reasons), measured),
        _origins(rows),
    )


def _value(row: LesionRow, measure: _Measure) -> float | None:
    value: float | None = getattr(row, measure.name)
    return value


def _reasons(ratios: MassRatios) -> dict[str, str]:
    """Return, by the first letters of a column's name, why its values are missing."""
    verdicts = {
        "sul_janmahasatian": ratios.lean_janmahasatian,
        "sul_james": ratios.lean_james,
        "suv_bsa": ratios.body_surface,
        "percent_id_per_kg": ratios.injected_percent_per_kg,
    }
    reasons = {name: v.reason for name, v in verdicts.items() if isinstance(v, Unknown)}
    return reasons | {
        "ratio_liver": "no liver reference region was given",
        "ratio_blood_pool": "no blood-pool reference region was given",
        "ct_mean_hu": "no CT on the same frame of reference",
        "sphericity": "too few voxels for a surface",
    }


def _reason(row: LesionRow, name: str, reasons: dict[str, str]) -> str:
    """Return why ``row`` has no value in column ``name``."""
    found = next((text for start, text in reasons.items() if name.startswith(start)), "")
    return found or (row.suv_peak_reason if name.endswith("_peak") else "")


def _table(
    caption: str,
    measures: Sequence[_Measure],
    rows: Sequence[LesionRow],
    reasons: dict[str, str],
) -> Table:
    """Return the table of ``measures``, one row per region, each column with its own decimals."""
    one, _ = words_for(rows)
    columns: list[list[Cell]] = []
    for m in measures:
        values = [_value(row, m) for row in rows]
        decimals = decimals_for(values) if m.decimals is None else m.decimals
        columns.append(
            [
                number_or_absent(value, decimals, _reason(row, m.name, reasons))
                for row, value in zip(rows, values, strict=True)
            ]
        )
    several = len({row.method for row in rows}) > 1
    headers = tuple(
        Header(m.title, unit_text(_UNITS[m.name]), Align.RIGHT, m.group) for m in measures
    )
    return Table(
        caption=caption,
        headers=(Header("No."), Header(one.capitalize()), *headers),
        rows=tuple(
            (Mark(row.id), _name(row, several=several), *cells)
            for row, cells in zip(rows, zip(*columns, strict=True), strict=True)
        ),
    )


def _name(row: LesionRow, *, several: bool) -> Text:
    """Return the cell that names a region, with its method where there are ``several``."""
    told = row.label.startswith("candidate")
    badge = Badge("candidate", Tone.CAUTION) if row.candidate and not told else None
    return Text(row.label, note=row.method if several else "", badge=badge)


def _details(
    caption: str,
    measures: Sequence[_Measure],
    rows: Sequence[LesionRow],
    reasons: dict[str, str],
) -> Table:
    """Return a detailed table, folded when long; empty columns are explained below it."""
    table = _table(caption, measures, rows, reasons)
    empty = dict.fromkeys(
        _reason(rows[0], m.name, reasons)
        for m in measures
        if all(_value(row, m) is None for row in rows)
    )
    notes = [f"No value: {text}." for text in empty if text]
    if any(m.name.startswith("centroid") for m in measures):
        notes.insert(0, "Patient coordinates: x to the left, y to the back, z to the head.")
    return Table(
        caption=caption,
        headers=table.headers,
        rows=tuple(
            (row[0], Text(r.label), *row[2:]) for r, row in zip(rows, table.rows, strict=True)
        ),
        note=" ".join(notes),
        foldable=True,
        open=len(rows) <= _FOLD_FROM,
    )


def _with_slices(table: Table, measured: MeasuredSeries) -> Table:
    """Return the table with a last column: the slice that holds the largest voxel, from 1."""
    grid = measured.grid
    if grid is None:
        return table
    places = [[row.max_x_mm, row.max_y_mm, row.max_z_mm] for row in measured.rows]
    slices = np.rint(grid.to_index(np.asarray(places))[:, 0]).astype(int) + 1
    way = max(zip(grid.axes[0], _ENDS, strict=True), key=lambda pair: abs(pair[0]))
    first = way[1][0 if way[0] > 0.0 else 1]
    return replace(
        table,
        headers=(*table.headers, Header("slice", align=Align.RIGHT, group="Maximum")),
        rows=tuple(
            (*row, Number(int(number), 0)) for row, number in zip(table.rows, slices, strict=True)
        ),
        note=f"Slices are counted from 1, the first being nearest {first}. {table.note}".strip(),
    )


def _origins(rows: Sequence[LesionRow]) -> Table:
    """Return where each region came from, how it was drawn, and how its peak is defined."""
    one, _ = words_for(rows)
    return Table(
        caption=f"Where each {one} came from",
        headers=(
            Header("No."),
            Header(one.capitalize()),
            Header("Standing"),
            Header("Delineation"),
            Header("Source"),
            Header("Definition of the peak"),
        ),
        rows=tuple(
            (
                Mark(row.id),
                Text(row.label),
                Text("candidate, not judged" if row.candidate else "lesion, given by a person"),
                Text(row.method),
                Text(row.source),
                Text(row.suv_peak_definition or "none", note=row.suv_peak_reason),
            )
            for row in rows
        ),
        foldable=True,
        open=len(rows) <= _FOLD_FROM,
    )


def _first_note(rows: Sequence[LesionRow], *, fdg: bool) -> str:
    """Return the sentences below the lesion table."""
    peaks = tuple(dict.fromkeys(r.suv_peak_definition for r in rows if r.suv_peak is not None))
    drawn = tuple(dict.fromkeys(row.method for row in rows))
    parts = [f"Delineation: {', '.join(drawn)}."]
    parts.extend([f"Peak: {', '.join(peaks)}."] if peaks else [])
    parts.extend(
        f"Number {row.id} has no peak: {row.suv_peak_reason}."
        for row in rows
        if row.suv_peak is None and row.suv_peak_reason
    )
    parts.append(
        "TLG: total lesion glycolysis, mean SUV times volume."
        if fdg
        else "SUV x volume: mean SUV times volume; total lesion glycolysis is an FDG measure."
    )
    if any(row.candidate for row in rows):
        parts.append("Candidates were found by a threshold; normal uptake may be among them.")
    parts.append("Maximum at: R, L, A, P, H, F are the patient's sides in scanner coordinates.")
    return " ".join(parts)


def overlapping(regions: Sequence[Region]) -> bool:
    """Tell whether two regions share a voxel, so that their volumes must not be added.

    >>> from petrial.images.grid import Grid
    >>> grid = Grid.axial((4, 4, 4), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    >>> cube = np.ones((2, 2, 2), dtype=bool)
    >>> named = {"label": "a", "source": "b", "method": "c"}
    >>> one, two, three = (Region.from_crop(grid, (i, i, i), cube, **named) for i in (0, 1, 2))
    >>> overlapping([one, two]), overlapping([one, three])
    (True, False)
    """
    return any(_share(one, two) for one, two in combinations(regions, 2))


def _share(one: Region, two: Region) -> bool:
    """Tell whether two regions of one grid share a voxel."""
    low = tuple(max(a, b) for a, b in zip(one.start, two.start, strict=True))
    ends = (
        tuple(s + n for s, n in zip(region.start, region.mask.shape, strict=True))
        for region in (one, two)
    )
    high = tuple(min(a, b) for a, b in zip(*ends, strict=True))
    if any(a >= b for a, b in zip(low, high, strict=True)):
        return False
    crops = (
        region.mask[
            tuple(slice(a - s, b - s) for a, b, s in zip(low, high, region.start, strict=True))
        ]
        for region in (one, two)
    )
    return bool(np.logical_and(*crops).any())


def reference_blocks(references: Sequence[ReferenceMeasurement]) -> tuple[Block, ...]:
    """Return the table of reference regions with their verdicts, and an alert per problem."""
    if not references:
        return ()
    table = Table(
        caption="Reference regions",
        headers=(
            Header("Organ"),
            Header("Source"),
            Header("Volume", "mL", Align.RIGHT),
            Header("mean", "g/mL", Align.RIGHT, "SUVbw"),
            Header("SD", "g/mL", Align.RIGHT, "SUVbw"),
            Header("SD over mean", "%", Align.RIGHT),
            Header("Verdict"),
        ),
        rows=tuple(_reference_row(reference) for reference in references),
    )
    return (
        table,
        *(
            Alert(Level.WARNING, f"Reference region {reference.organ} is not fit", problem)
            for reference in references
            for problem in reference.problems
        ),
    )


def _reference_row(reference: ReferenceMeasurement) -> tuple[Cell, ...]:
    """Return the cells of one reference region."""
    spread: Cell = Absent("the mean is not positive")
    if reference.suv_mean > 0.0:
        spread = Number(100.0 * reference.suv_sd / reference.suv_mean, 0)
    return (
        Text(reference.organ),
        Text(reference.source, note=f"{reference.voxels} voxels"),
        Number(reference.volume_ml, 1),
        Number(reference.suv_mean, 2),
        Number(reference.suv_sd, 2),
        spread,
        Badge("not fit", Tone.BAD) if reference.problems else Badge("fit", Tone.GOOD),
    )
