"""From the projections of a series to the figure that shows them."""

from typing import Final

import numpy as np

from petrial.lesions.measured import MeasuredSeries, Projection
from petrial.reports.formats import counted
from petrial.reports.lesions import words_for
from petrial.reports.tree import Figure, Outline, Panel

__all__ = ["projection_figure", "window_top"]

FDG_WINDOW_TOP: Final = 7.0
"""The customary upper end of the grey scale for FDG, SUV in g/mL."""

_SIDES: Final = {"anterior": ("R", "L"), "left lateral": ("A", "P")}
_BODY_SHARE: Final = 0.02
"""Pixels above this share of the grey scale count as body when empty margins are cut off."""
_MARGIN_MM: Final = 15.0
_ACT_ON_OUTLINES: Final = (
    "Compare each number with the table below. Where an outline is wrong, draw it again and"
    " measure again. "
)
_STEPS: Final = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0)


def window_top(projections: tuple[Projection, ...], *, fdg: bool) -> float:
    """Return the SUV that is shown black.

    7 for FDG; for another tracer the 99.5th percentile of the projections' pixels, rounded up to
    a plain number, so that a single hot organ (bladder, injection site) does not hide the rest.

    >>> image = np.linspace(0.0, 3.2, 1000, dtype=np.float32).reshape(10, 100)
    >>> hot = Projection("anterior", image, (2.0, 2.0), ())
    >>> window_top((hot,), fdg=True), window_top((hot,), fdg=False)
    (7.0, 4.0)
    """
    if fdg:
        return FDG_WINDOW_TOP
    values = np.concatenate([p.suv[np.isfinite(p.suv)].ravel() for p in projections])
    if values.size == 0:
        return 1.0
    high = float(np.percentile(values, 99.5))
    if high <= 0.0:
        return 1.0
    decade = 10.0 ** np.floor(np.log10(high))
    return float(next((s * decade for s in _STEPS if s * decade >= high), 10.0 * decade))


def projection_figure(measured: MeasuredSeries, *, fdg: bool) -> Figure | None:
    """Return the figure of the projections of one series; None where it has none."""
    if not measured.projections:
        return None
    top = window_top(measured.projections, fdg=fdg)
    candidates = frozenset(row.id for row in measured.rows if row.candidate)
    panels = tuple(_panel(p, candidates, top) for p in measured.projections)
    names = " and ".join(p.name for p in measured.projections)
    one, many = words_for(measured.rows)
    return Figure(
        title="Maximum intensity projections",
        alternative=(
            f"Maximum intensity projections, {names}, white at SUV 0 and black from SUV {top:g} on,"
            f" {counted(len(measured.rows), one, many)} outlined and numbered."
        ),
        panels=panels,
        window=(0.0, top),
        quantity="SUVbw (g/mL)",
        see=_see(names, top, fdg=fdg, outlined=one if measured.rows else "")
        + (" Dashed outlines are candidates that no person has judged." if candidates else ""),
        judge=(
            "Good: the distribution is that of the tracer, and each outline holds one focus."
            " Bad: an outline runs into the bladder, heart, brain or a neighbouring lesion; a hot"
            " arm shows an injection beside the vein; bands or steps show a moved patient or an"
            " error of a bed position."
        ),
        act=(_ACT_ON_OUTLINES if measured.rows else "")
        + "Where the distribution is wrong, use no value of it before the cause is known.",
    )


def _see(names: str, top: float, *, fdg: bool, outlined: str) -> str:
    """Return the sentences on what the figure shows."""
    scale = "the customary scale for FDG" if fdg else "99.5 % of the pixels lie below"
    first = (
        f"The largest SUV along each line of sight, {names};"
        f" white is SUV 0, black is SUV {top:g} and above ({scale})."
    )
    if not outlined:
        return first
    return f"{first} Each outline is the shadow of a {outlined}, with the number of its row."


def _panel(projection: Projection, candidates: frozenset[int], top: float) -> Panel:
    """Return the panel of one projection, empty columns at its sides cut off."""
    first, last = _filled_columns(projection, top)
    return Panel(
        title=projection.name,
        image=np.ascontiguousarray(projection.suv[:, first:last]),
        pixel_mm=projection.pixel_mm,
        sides=_SIDES.get(projection.name, ("", "")),
        outlines=tuple(
            Outline(number, np.ascontiguousarray(mask[:, first:last]), number in candidates)
            for number, mask in projection.outlines
        ),
    )


def _filled_columns(projection: Projection, top: float) -> tuple[int, int]:
    """Return the first column to keep and the one after the last."""
    filled = (projection.suv > _BODY_SHARE * top).mean(axis=0) > _BODY_SHARE
    for _, mask in projection.outlines:
        filled = filled | mask.any(axis=0)
    columns = np.flatnonzero(filled)
    width = projection.suv.shape[1]
    if columns.size == 0:
        return 0, width
    margin = int(np.ceil(_MARGIN_MM / projection.pixel_mm[1]))
    return max(int(columns[0]) - margin, 0), min(int(columns[-1]) + 1 + margin, width)
