"""Simple bodies, and how they are painted on a grid.

All positions are patient (x, y, z) in mm: x to her left, y to her back, z to her head.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.vocabulary.errors import GeometryError

__all__ = ["Ellipsoid", "Point", "Shape", "Stack", "Tube", "coverage", "paint"]

Point = tuple[float, float, float]
Box = tuple[slice, slice, slice]
Coordinates = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]


class Shape(Protocol):
    """A body that can say which points lie in it."""

    def parts(self) -> Iterator[tuple[Point, Point, "Inside"]]:
        """Yield, for each part, its lowest and highest corner and its test."""
        ...


class Inside(Protocol):
    """The test of one part of a body."""

    def __call__(self, at: Coordinates) -> NDArray[np.bool_]:
        """Tell which points lie inside; ``at`` holds x, y, z that broadcast to (z, y, x)."""
        ...


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """An ellipsoid: centre, half axes (x, y, z) in mm, and a turn about y in degrees.

    A positive turn tips its upper end towards her left.
    """

    centre: Point
    half: Point
    turn: float = 0.0

    def parts(self) -> Iterator[tuple[Point, Point, Inside]]:
        """Yield the one part."""
        angle = np.deg2rad(self.turn)
        cos, sin = float(np.cos(angle)), float(np.sin(angle))
        reach_x = float(np.hypot(self.half[0] * cos, self.half[2] * sin))
        reach_z = float(np.hypot(self.half[0] * sin, self.half[2] * cos))
        x0, y0, z0 = self.centre

        def inside(at: Coordinates) -> NDArray[np.bool_]:
            x, y, z = at[0] - x0, at[1] - y0, at[2] - z0
            along, across = cos * z + sin * x, cos * x - sin * z
            return np.asarray(
                (across / self.half[0]) ** 2 + (y / self.half[1]) ** 2 + (along / self.half[2]) ** 2
                <= 1.0
            )

        low = (x0 - reach_x, y0 - self.half[1], z0 - reach_z)
        high = (x0 + reach_x, y0 + self.half[1], z0 + reach_z)
        yield low, high, inside


@dataclass(frozen=True, slots=True)
class Tube:
    """A tube with round ends along points, of one radius in mm."""

    path: tuple[Point, ...]
    radius: float

    def parts(self) -> Iterator[tuple[Point, Point, Inside]]:
        """Yield a part for each stretch between two points."""
        for a, b in pairwise(self.path):
            low = tuple(min(p, q) - self.radius for p, q in zip(a, b, strict=True))
            high = tuple(max(p, q) + self.radius for p, q in zip(a, b, strict=True))
            yield (low[0], low[1], low[2]), (high[0], high[1], high[2]), self._stretch(a, b)

    def _stretch(self, a: Point, b: Point) -> Inside:
        step = np.asarray(b) - np.asarray(a)
        length = float(step @ step)

        def inside(at: Coordinates) -> NDArray[np.bool_]:
            x, y, z = at[0] - a[0], at[1] - a[1], at[2] - a[2]
            share = np.clip((x * step[0] + y * step[1] + z * step[2]) / length, 0.0, 1.0)
            return np.asarray(
                (x - share * step[0]) ** 2 + (y - share * step[1]) ** 2 + (z - share * step[2]) ** 2
                <= self.radius**2
            )

        return inside


@dataclass(frozen=True, slots=True)
class Stack:
    """Transverse rounded outlines, one above the other, straight in between.

    Attributes
    ----------
    rows
        From low to high: z, centre x, centre y, half width (x), half depth (y), in mm.
    power
        2 for ellipses; more for squarer outlines.
    """

    rows: tuple[tuple[float, float, float, float, float], ...]
    power: float = 2.0

    def parts(self) -> Iterator[tuple[Point, Point, Inside]]:
        """Yield the one part."""
        table = np.asarray(self.rows, dtype=np.float64)
        bottom, top = table[:, 1:3] - table[:, 3:], table[:, 1:3] + table[:, 3:]
        low = (float(bottom[:, 0].min()), float(bottom[:, 1].min()), float(table[0, 0]))
        high = (float(top[:, 0].max()), float(top[:, 1].max()), float(table[-1, 0]))

        def inside(at: Coordinates) -> NDArray[np.bool_]:
            x0, y0, a, b = (
                np.interp(at[2], table[:, 0], table[:, i]).astype(np.float32) for i in range(1, 5)
            )
            outline = (
                np.abs((at[0] - x0) / a) ** self.power + np.abs((at[1] - y0) / b) ** self.power
            )
            return np.asarray((outline <= 1.0) & (at[2] >= table[0, 0]) & (at[2] <= table[-1, 0]))

        yield low, high, inside


def paint(labels: NDArray[np.uint8], grid: Grid, shape: Shape, label: int) -> None:
    """Set ``labels``, shape (z, y, x) on ``grid``, to ``label`` where a voxel centre is inside.

    Raises
    ------
    GeometryError
        The grid is oblique.

    Examples
    --------
    >>> grid = Grid.axial((3, 3, 3), (1.0, 1.0, 1.0), (-1.0, -1.0, -1.0))
    >>> labels = np.zeros((3, 3, 3), dtype=np.uint8)
    >>> paint(labels, grid, Ellipsoid((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)), 5)
    >>> int(np.count_nonzero(labels == 5))
    7
    """
    for low, high, inside in shape.parts():
        box = _box(grid, low, high)
        if box is not None:
            block = labels[box]
            block[inside(_coordinates(grid, box, 1))] = label


def coverage(grid: Grid, shape: Shape, fine: int) -> tuple[Box, NDArray[np.float32]] | None:
    """Return the block of ``grid`` that ``shape`` touches and the share of each voxel inside it.

    Each voxel is asked at ``fine`` x ``fine`` x ``fine`` points; None if it lies off the grid.

    Examples
    --------
    >>> grid = Grid.axial((9, 9, 9), (2.0, 2.0, 2.0), (-8.0, -8.0, -8.0))
    >>> block, share = coverage(grid, Ellipsoid((0.0, 0.0, 0.0), (5.0, 5.0, 5.0)), 8)
    >>> round(float(share.sum()) * grid.voxel_volume_ml, 2)  # 4/3 pi 0.5^3 = 0.52 mL
    0.52
    """
    found: list[tuple[Box, NDArray[np.float32]]] = []
    for low, high, inside in shape.parts():
        box = _box(grid, low, high)
        if box is None:
            continue
        hit = inside(_coordinates(grid, box, fine)).astype(np.float32)
        counts = [s.stop - s.start for s in box]
        share = hit.reshape(counts[0], fine, counts[1], fine, counts[2], fine).mean(axis=(1, 3, 5))
        found.append((box, np.asarray(share, dtype=np.float32)))
    return found[0] if found else None


def _plain(grid: Grid) -> None:
    if not np.allclose(grid.axes, ((0, 0, 1), (0, 1, 0), (1, 0, 0))):
        raise GeometryError(
            where="phantom",
            field="axes",
            got=str(grid.axes),
            wanted="plain transverse slices",
            do="paint on a grid from Grid.axial",
        )


def _box(grid: Grid, low: Point, high: Point) -> Box | None:
    """Return the voxels of ``grid`` between two corners, with a voxel of margin."""
    _plain(grid)
    ends: list[slice] = []
    for axis in range(3):
        start = int(np.floor((low[2 - axis] - grid.origin[2 - axis]) / grid.spacing[axis]))
        stop = int(np.ceil((high[2 - axis] - grid.origin[2 - axis]) / grid.spacing[axis])) + 1
        start, stop = max(start, 0), min(stop, grid.shape[axis])
        if start >= stop:
            return None
        ends.append(slice(start, stop))
    return ends[0], ends[1], ends[2]


def _coordinates(grid: Grid, box: Box, fine: int) -> Coordinates:
    """Return x, y, z of ``fine`` points along each side of each voxel of ``box``, broadcasting."""
    within = (np.arange(fine) + 0.5) / fine - 0.5
    lines = []
    for axis in range(3):
        index = (np.arange(box[axis].start, box[axis].stop)[:, np.newaxis] + within).ravel()
        lines.append((grid.origin[2 - axis] + grid.spacing[axis] * index).astype(np.float32))
    z, y, x = lines
    return x[np.newaxis, np.newaxis, :], y[np.newaxis, :, np.newaxis], z[:, np.newaxis, np.newaxis]
