"""A region of an image: a block of booleans and where the block lies on the grid."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.vocabulary.errors import ContourError, Problem

__all__ = ["Placed", "Region"]


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Voxels that belong together, kept as a crop so that cost follows the lesion, not the image.

    Attributes
    ----------
    grid
        The grid of the whole image.
    start
        Voxel (z, y, x) of the image at which the crop begins.
    mask
        Booleans, shape (z, y, x) of the crop, not empty, tight: each face holds a voxel.
    label
        Name for people, such as the ROI name.
    source
        Where the region came from, such as a file, a method or a seed.
    method
        Name of the delineation, such as ``drawn`` or ``fixed:4.0``.
    candidate
        Whether it was found in the whole image, and no person has pointed at it yet.
    """

    grid: Grid
    start: tuple[int, int, int]
    mask: NDArray[np.bool_] = field(repr=False)
    label: str
    source: str
    method: str
    candidate: bool = False

    @classmethod
    def from_crop(
        cls,
        grid: Grid,
        start: tuple[int, int, int],
        mask: NDArray[np.bool_],
        *,
        label: str,
        source: str,
        method: str,
    ) -> "Region":
        """Return the region of ``mask`` placed at voxel ``start``, cut to its tight box.

        Raises
        ------
        ContourError
            The mask is empty, or reaches outside the grid.

        Examples
        --------
        >>> grid = Grid.axial((4, 4, 4), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
        >>> mask = np.zeros((2, 2, 2), dtype=bool)
        >>> mask[1, 0, 1] = True
        >>> region = Region.from_crop(grid, (1, 1, 1), mask, label="a", source="b", method="c")
        >>> region.start, region.mask.shape, region.voxels
        ((2, 1, 2), (1, 1, 1), 1)
        """
        ends = tuple(a + n for a, n in zip(start, mask.shape, strict=True))
        if min(start) < 0 or any(e > n for e, n in zip(ends, grid.shape, strict=True)):
            raise ContourError(
                where=f"region {label}",
                field="position",
                got=f"voxels {start} to {ends}",
                wanted=f"inside {grid.shape}",
                do="give a contour that lies on the image",
            )
        low, high = [], []
        for axis in range(3):
            others = tuple(i for i in range(3) if i != axis)
            filled = np.flatnonzero(mask.any(axis=others))
            if filled.size == 0:
                raise ContourError(
                    where=f"region {label}",
                    field="voxels",
                    got="none",
                    wanted="at least one voxel centre inside the contour",
                    do="draw it larger or check that it belongs to this image",
                )
            low.append(int(filled[0]))
            high.append(int(filled[-1]) + 1)
        tight = np.ascontiguousarray(mask[low[0] : high[0], low[1] : high[1], low[2] : high[2]])
        corner = (start[0] + low[0], start[1] + low[1], start[2] + low[2])
        return cls(grid, corner, tight, label, source, method)

    @property
    def voxels(self) -> int:
        """The number of voxels."""
        return int(np.count_nonzero(self.mask))

    @property
    def box(self) -> tuple[slice, slice, slice]:
        """The slices (z, y, x) that cut the crop out of an array on the whole grid."""
        z, y, x = self.start
        a, b, c = self.mask.shape
        return slice(z, z + a), slice(y, y + b), slice(x, x + c)


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """What became of the contours of one file on one grid: regions, and those that were refused.

    Attributes
    ----------
    regions
        The regions that lie on the grid, whole.
    problems
        One for each contour that cannot be placed, with its name; the others are not affected.
    """

    regions: tuple[Region, ...]
    problems: tuple[Problem, ...]
