"""The closed planar outlines of a region, as drawn, and what can be told of them alone."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from petrial.vocabulary.errors import ContourError

__all__ = ["SAME_PLANE_MM", "Outlines", "Vector", "joined", "mean_normal", "plane_distance"]

Vector = NDArray[np.float64]

SAME_PLANE_MM: Final = 0.05
FARTHEST_MM: Final = 1e5


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """The closed planar outlines of one region.

    Attributes
    ----------
    label
        Name of the region.
    source
        Name of the file.
    polygons
        Each of shape (n, 3), n >= 3: patient positions (x, y, z) in mm; the last point is joined
        to the first.
    drawn_distance_mm
        Distance of the planes on which the file was drawn, where other regions tell it; used for
        regions of one or two planes.
    """

    label: str
    source: str
    polygons: tuple[Vector, ...]
    drawn_distance_mm: float | None = None

    def refused(self, *, field: str, got: str, wanted: str, do: str) -> ContourError:
        """Return the error that names this region."""
        where = f"{self.source}, region {self.label}"
        return ContourError(where=where, field=field, got=got, wanted=wanted, do=do)

    def check(self) -> None:
        """Refuse outlines that no drawing program can mean.

        Raises
        ------
        ContourError
            There are no outlines, or one has fewer than three points, or a coordinate is not a
            number or lies over 100 m away.
        """
        if not self.polygons:
            raise self.refused(
                field="outlines",
                got="",
                wanted="at least one closed outline",
                do="draw the region or leave it out of the file",
            )
        for number, polygon in enumerate(self.polygons, start=1):
            if polygon.ndim != 2 or polygon.shape[1] != 3 or polygon.shape[0] < 3:  # noqa: PLR2004  (n >= 3, 3)
                raise self.refused(
                    field=f"points of outline {number}",
                    got=f"an array of shape {polygon.shape}",
                    wanted="three or more points (x, y, z)",
                    do="delete the stray outline in the program that drew it, and export again",
                )
            if not (np.abs(polygon) <= FARTHEST_MM).all():
                raise self.refused(
                    field=f"points of outline {number}",
                    got="a coordinate that is no number or lies over 100 m away",
                    wanted="patient positions in mm",
                    do="export the contours again",
                )


def plane_distance(polygons: tuple[Vector, ...]) -> float | None:
    """Return the smallest distance in mm of neighbouring planes; None with fewer than 3 planes.

    Parameters
    ----------
    polygons
        As in ``Outlines``, parallel.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    >>> plane_distance(tuple(square + [0.0, 0.0, z] for z in (0.0, 3.0, 6.0, 12.0)))
    3.0
    """
    normal = mean_normal(polygons)
    if normal is None:
        return None
    points, starts, counts = joined(polygons)
    heights = np.sort(np.add.reduceat(points @ normal, starts) / counts)
    gaps = np.diff(heights)
    gaps = gaps[gaps > SAME_PLANE_MM]
    return float(gaps.min()) if gaps.size >= 2 else None  # noqa: PLR2004  two gaps are three planes


def joined(
    polygons: tuple[Vector, ...],
) -> tuple[Vector, NDArray[np.int64], NDArray[np.int64]]:
    """Return all points, shape (n, 3), and the first point and the number of points of each."""
    counts = np.array([len(polygon) for polygon in polygons], dtype=np.int64)
    return np.concatenate(polygons), np.cumsum(counts) - counts, counts


def mean_normal(polygons: tuple[Vector, ...]) -> Vector | None:
    """Return the unit normal (x, y, z), large polygons weighing more; None where none has area.

    Each polygon, shape (n, 3), counts with its area vector: half the sum of the cross products of
    neighbouring spokes from its middle. Its sense of turning does not matter.
    """
    points, starts, counts = joined(polygons)
    middles = np.add.reduceat(points, starts) / counts[:, np.newaxis]
    spokes = points - np.repeat(middles, counts, axis=0)
    following = np.arange(1, len(points) + 1)
    following[starts + counts - 1] = starts
    vectors = 0.5 * np.add.reduceat(np.cross(spokes, spokes[following]), starts)
    sizes = np.linalg.norm(vectors, axis=1)
    largest = vectors[int(sizes.argmax())]
    total = (vectors * np.where(vectors @ largest < 0.0, -1.0, 1.0)[:, np.newaxis]).sum(axis=0)
    size = float(np.linalg.norm(total))
    if size < 1e-6:  # noqa: PLR2004  mm2, far below any outline
        return None
    return np.asarray(total / size, dtype=np.float64)
