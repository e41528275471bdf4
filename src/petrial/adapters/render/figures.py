"""Figures of a report as SVG: projections on one physical scale, regions outlined and numbered."""

import io
import threading
from typing import Final

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.patheffects import withStroke

from petrial.adapters.render.callouts import Callout, callouts
from petrial.reports.tree import Figure, Outline, Panel

__all__ = ["PALETTE", "draw", "region_colour"]

PALETTE: Final = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Colours of Okabe and Ito that stand out on white and on black; told apart by colour-blind eyes.

They return after the sixth region; the number beside each outline is what names a region.
"""

_LOCK: Final = threading.Lock()
"""Matplotlib's settings are one per process; two pages may be made at once."""

_SETTINGS: Final = {
    "svg.hashsalt": "petrial",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["Helvetica Neue", "Helvetica", "Arial", "Liberation Sans", "DejaVu Sans"],
    "font.size": 8.0,
}
_TALLEST_INCH: Final = 7.2
_WIDEST_INCH: Final = 9.2
_SMALLEST_INCH: Final = 1.2
_GAP_INCH: Final = 0.25
_LABEL_INCH: Final = 0.36
_HEAD_INCH: Final = 0.3
_FOOT_INCH: Final = 0.55
_DOTS: Final = 160
_INK: Final = "#1c2630"
_SOFT: Final = "#54616d"


def region_colour(number: int) -> str:
    """Return the colour of region ``number`` (from 1) as #RRGGBB.

    >>> region_colour(1) == region_colour(7) == PALETTE[0]
    True
    """
    return PALETTE[(number - 1) % len(PALETTE)]


def draw(figure: Figure) -> str:
    """Return ``figure`` as an SVG document; the same figure gives the same text.

    Low values are white and high values black. All panels share one scale in mm and one grey
    scale; a bar of 10 cm and the grey scale stand below. Each outline carries its number at the
    end of a thin line in the margin, so that no number hides uptake.
    """
    with _LOCK, rc_context(_SETTINGS):  # type: ignore[arg-type]  # its stub lists keys one by one
        return _drawn(figure)


def _inch_per_mm(figure: Figure, margin: float) -> float:
    """Return the common scale, so that the figure fits a page and the panels share it."""
    tall: float = max(p.image.shape[0] * p.pixel_mm[0] for p in figure.panels)
    wide: float = sum(p.image.shape[1] * p.pixel_mm[1] for p in figure.panels)
    room = _WIDEST_INCH - len(figure.panels) * 2.0 * margin - (len(figure.panels) - 1) * _GAP_INCH
    return min(_TALLEST_INCH / tall, room / wide)


def _drawn(figure: Figure) -> str:
    margin = _LABEL_INCH if any(p.outlines for p in figure.panels) else 0.1
    scale = _inch_per_mm(figure, margin)
    sizes = [
        (p.image.shape[1] * p.pixel_mm[1] * scale, p.image.shape[0] * p.pixel_mm[0] * scale)
        for p in figure.panels
    ]
    height = max(_SMALLEST_INCH, *(h for _, h in sizes))
    width = sum(w + 2.0 * margin for w, _ in sizes) + _GAP_INCH * (len(sizes) - 1)
    whole = (max(width, 4.0), height + _HEAD_INCH + _FOOT_INCH)
    canvas = Canvas(figsize=whole, facecolor="white")
    FigureCanvasSVG(canvas)
    left = (whole[0] - width) / 2.0
    for panel, (wide, tall) in zip(figure.panels, sizes, strict=True):
        bottom = _FOOT_INCH + height - tall
        box = (
            (left + margin) / whole[0],
            bottom / whole[1],
            wide / whole[0],
            tall / whole[1],
        )
        _panel(canvas.add_axes(box), panel, figure.window, (margin / scale, 0.14 / scale))
        left += wide + 2.0 * margin + _GAP_INCH
    _foot(canvas, figure, scale)
    page = io.StringIO()
    canvas.savefig(
        page,
        format="svg",
        dpi=_DOTS,
        metadata={"Date": None, "Creator": None, "Title": figure.title},
    )
    return page.getvalue()


def _panel(
    axes: Axes, panel: Panel, window: tuple[float, float], label_mm: tuple[float, float]
) -> None:
    """Draw one image with its outlines; data coordinates are mm, row 0 on top.

    ``label_mm`` is the width of the margin and the height of a label.
    """
    rows, columns = panel.image.shape
    tall, wide = rows * panel.pixel_mm[0], columns * panel.pixel_mm[1]
    axes.imshow(
        np.nan_to_num(panel.image, nan=0.0),
        cmap="gray_r",
        vmin=window[0],
        vmax=window[1],
        extent=(0.0, wide, tall, 0.0),
        interpolation="bicubic",
        aspect="equal",
    )
    axes.autoscale(enable=False)
    axes.set_axis_off()
    axes.set_title(panel.title.capitalize(), fontsize=9.0, color=_INK, pad=4.0)
    for words, x, side in zip(panel.sides, (0.0, wide), ("left", "right"), strict=True):
        axes.text(x, -1.0, words, color=_SOFT, ha=side, va="bottom", fontsize=8.0)
    for outline in panel.outlines:
        _outline(axes, outline, panel.pixel_mm)
    for callout in callouts(panel, margin_mm=label_mm[0], label_mm=label_mm[1]):
        _callout(axes, callout)


def _outline(axes: Axes, outline: Outline, pixel_mm: tuple[float, float]) -> None:
    """Draw the edge of a mask, half way between pixels inside and outside, on a white casing."""
    places = np.argwhere(outline.mask)
    if places.size == 0:
        return
    low, high = places.min(axis=0), places.max(axis=0) + 1
    crop = np.pad(outline.mask[low[0] : high[0], low[1] : high[1]].astype(np.float32), 1)
    y = (np.arange(crop.shape[0]) + low[0] - 0.5) * pixel_mm[0]
    x = (np.arange(crop.shape[1]) + low[1] - 0.5) * pixel_mm[1]
    lines = axes.contour(
        x,
        y,
        crop,
        levels=[0.5],
        colors=[region_colour(outline.number)],
        linewidths=1.3,
        linestyles=[(0.0, (2.2, 1.2)) if outline.dashed else "solid"],
    )
    lines.set_path_effects([withStroke(linewidth=2.6, foreground="white", alpha=0.75)])


def _callout(axes: Axes, callout: Callout) -> None:
    """Draw the number of a region in the margin and a thin line to its outline."""
    colour = region_colour(callout.number)
    axes.plot(
        [callout.from_mm[0], callout.to_mm[0]],
        [callout.from_mm[1], callout.to_mm[1]],
        color=colour,
        linewidth=0.6,
        alpha=0.8,
        clip_on=False,
    )
    axes.annotate(
        str(callout.number),
        callout.from_mm,
        xytext=(-2.0 if callout.leftward else 2.0, 0.0),
        textcoords="offset points",
        annotation_clip=False,
        color=_INK,
        fontsize=callout.points,
        fontweight="bold",
        ha="right" if callout.leftward else "left",
        va="center_baseline",
    )


def _foot(canvas: Canvas, figure: Figure, scale: float) -> None:
    """Draw the bar of 10 cm (5 cm where that is too long) and the grey scale."""
    width, height = canvas.get_size_inches()
    length = 100.0 if 100.0 * scale < width / 3.0 else 50.0
    bar = canvas.add_axes((0.3 / width, 0.28 / height, length * scale / width, 0.05 / height))
    bar.set_axis_off()
    bar.fill_between([0.0, 1.0], 0.0, 1.0, color=_INK, linewidth=0)
    bar.set_xlim(0.0, 1.0)
    bar.set_ylim(0.0, 1.0)
    bar.text(0.5, -0.6, f"{length / 10.0:.0f} cm", ha="center", va="top", color=_SOFT, fontsize=8.0)
    ramp = canvas.add_axes(((width - 1.9) / width, 0.28 / height, 1.6 / width, 0.1 / height))
    ramp.imshow(
        np.linspace(0.0, 1.0, 128, dtype=np.float32)[np.newaxis, :],
        cmap="gray_r",
        aspect="auto",
        extent=(0.0, 1.0, 0.0, 1.0),
    )
    ramp.set_yticks([])
    low, high = figure.window
    ramp.set_xticks([0.0, 1.0], [f"{low:g}", f"\N{GREATER-THAN OR EQUAL TO} {high:g}"])
    ramp.tick_params(length=0, pad=2.0, labelsize=8.0, labelcolor=_SOFT)
    for spine in ramp.spines.values():
        spine.set_color(_SOFT)
        spine.set_linewidth(0.5)
    ramp.set_xlabel(figure.quantity, fontsize=8.0, color=_SOFT, labelpad=-8.0)
