"""Where the numbers of outlined regions stand in the margins of an image, none on another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from petrial.reports.tree import Outline, Panel

__all__ = ["Callout", "callouts", "spread"]

_POINTS: Final = 8.0
_SMALLEST_POINTS: Final = 4.5


@dataclass(frozen=True, slots=True)
class Callout:
    """The number of a region and the line from it to the outline, (x, y) in mm, y downward."""

    number: int
    from_mm: tuple[float, float]
    to_mm: tuple[float, float]
    leftward: bool
    points: float


@dataclass(frozen=True, slots=True)
class _Place:
    """The middle of an outline, and its points nearest to the left and right margin, in mm."""

    number: int
    centre: tuple[float, float]
    left: tuple[float, float]
    right: tuple[float, float]


def callouts(panel: Panel, *, margin_mm: float, label_mm: float) -> tuple[Callout, ...]:
    """Return a callout for each outline that has a pixel.

    A number stands in the nearer margin unless that one is full; in each margin the numbers keep
    the order of their regions from top to bottom and do not overlap. Where there are more than
    fit, they become smaller.

    Parameters
    ----------
    panel
        The image with its outlines.
    margin_mm
        Width of the margins in mm of the image.
    label_mm
        Height of a number in mm of the image.
    """
    tall = panel.image.shape[0] * panel.pixel_mm[0]
    wide = panel.image.shape[1] * panel.pixel_mm[1]
    places = sorted(
        (_place(o, panel.pixel_mm) for o in panel.outlines if o.mask.any()),
        key=lambda p: (p.centre[0], p.number),
    )
    room = max(int(tall / label_mm), (len(places) + 1) // 2)
    lefts = sum(p.centre[0] < wide / 2.0 for p in places)
    lefts = min(max(lefts, len(places) - room), room)
    return (
        *_margin(places[:lefts], (tall, label_mm), x=-0.25 * margin_mm, leftward=True),
        *_margin(places[lefts:], (tall, label_mm), x=wide + 0.25 * margin_mm, leftward=False),
    )


def _place(outline: Outline, pixel_mm: tuple[float, float]) -> _Place:
    rows, columns = np.nonzero(outline.mask)
    middle = float(rows.mean())

    def nearest(side: int) -> tuple[float, float]:
        at = np.flatnonzero(columns == side)
        row = float(rows[at[np.argmin(np.abs(rows[at] - middle))]])
        return (side + 0.5) * pixel_mm[1], (row + 0.5) * pixel_mm[0]

    return _Place(
        outline.number,
        ((float(columns.mean()) + 0.5) * pixel_mm[1], (middle + 0.5) * pixel_mm[0]),
        nearest(int(columns.min())),
        nearest(int(columns.max())),
    )


def _margin(
    places: Sequence[_Place], room: tuple[float, float], *, x: float, leftward: bool
) -> tuple[Callout, ...]:
    """Return the callouts of one margin; ``room`` is its height and that of a number, in mm."""
    tall, label = room
    ordered = sorted(places, key=lambda p: (p.centre[1], p.number))
    step = min(label, tall / max(len(ordered), 1))
    points = max(_POINTS * min(step / label, 1.0), _SMALLEST_POINTS)
    heights = spread([p.centre[1] for p in ordered], step=step, end=tall)
    return tuple(
        Callout(place.number, (x, y), place.left if leftward else place.right, leftward, points)
        for place, y in zip(ordered, heights, strict=True)
    )


def spread(wishes: Sequence[float], *, step: float, end: float) -> list[float]:
    """Return rising places near the ``wishes`` (rising), ``step`` apart, from step/2 on.

    They stay below ``end`` - step/2 as long as they fit there.

    >>> spread([10.0, 11.0, 50.0], step=4.0, end=60.0)
    [8.5, 12.5, 50.0]
    >>> spread([58.0, 59.0], step=4.0, end=60.0)
    [54.0, 58.0]
    """
    groups: list[list[float]] = []  # each: middle of the first number, count, sum of its wishes
    for wish in wishes:
        groups.append([wish, 1.0, wish])
        while True:
            first, count, total = groups[-1]
            low, high = step / 2.0, end - step / 2.0 - (count - 1.0) * step
            first = max(min(total / count - (count - 1.0) * step / 2.0, high), low)
            groups[-1][0] = first
            if len(groups) == 1 or groups[-2][0] + groups[-2][1] * step <= first + 1e-9:
                break
            _, more, added = groups.pop()
            groups[-1][1] += more
            groups[-1][2] += added
    return [first + i * step for first, count, _ in groups for i in range(int(count))]
