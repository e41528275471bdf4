"""Outlines of known bodies, as a reader would draw them slice by slice."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.simulation.shapes import Point

__all__ = ["Outline", "outline_sphere"]


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """A drawn body: its name, and one closed polygon for each slice that it crosses.

    Attributes
    ----------
    name
        For people.
    polygons
        Slice number and corners, shape (n, 3), patient (x, y, z) in mm.
    """

    name: str
    polygons: tuple[tuple[int, NDArray[np.float64]], ...]


def outline_sphere(
    name: str, centre: Point, diameter: float, grid: Grid, corners: int = 48
) -> Outline:
    """Return the outline of a ball on the slices of ``grid``, which may be oblique.

    Examples
    --------
    >>> grid = Grid.axial((5, 9, 9), (4.0, 4.0, 4.0), (-16.0, -16.0, -8.0))
    >>> drawn = outline_sphere("ball", (0.0, 0.0, 0.0), 10.0, grid)
    >>> [z for z, _ in drawn.polygons], round(float(drawn.polygons[0][1][0, 0]), 6)
    ([1, 2, 3], 3.0)
    """
    across, down, up = np.asarray(grid.axes[2]), np.asarray(grid.axes[1]), np.asarray(grid.axes[0])
    middle = grid.to_index([list(centre)])[0, 0]
    angles = np.linspace(0.0, 2.0 * np.pi, corners, endpoint=False)[:, np.newaxis]
    circle = np.cos(angles) * across + np.sin(angles) * down
    polygons = []
    for z in range(grid.shape[0]):
        height = (z - middle) * grid.spacing[0]
        square = (diameter / 2.0) ** 2 - height**2
        if square > 0.0:
            corner = np.asarray(centre) + height * up + np.sqrt(square) * circle
            polygons.append((z, np.asarray(corner, dtype=np.float64)))
    return Outline(name, tuple(polygons))
