"""From voxels computed for a region, on the lattice of a grid, to the region: whole or refused."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.lesions.region import Region
from petrial.vocabulary.errors import ContourError

__all__ = ["FAR", "beyond", "fits", "settled"]

FAR: Final = 1e9  # voxels: beyond any image, and safe as a whole number


def fits(grid: Grid, first: NDArray[np.int64], size: NDArray[np.int64]) -> bool:
    """Tell whether a box of voxels meets the grid and is not far larger than it.

    Asked before memory is taken for the box.

    Parameters
    ----------
    first
        Index (z, y, x) of the first voxel of the box, possibly outside the grid.
    size
        Number of voxels (z, y, x) of the box.

    Examples
    --------
    >>> grid = Grid.axial((4, 4, 4), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    >>> fits(grid, np.array([0, 0, 3]), np.array([2, 2, 2]))
    True
    >>> fits(grid, np.array([0, 0, 4]), np.array([2, 2, 2]))
    False
    """
    shape = np.asarray(grid.shape)
    between = size == 0  # between two layers of voxel centres, of which one may be the image's
    elsewhere = (first >= shape + between).any() or (first + size <= 0 - between).any()
    room = 2.0 * float(np.prod(shape.astype(np.float64))) + 1e6
    return not elsewhere and float(np.prod(size.astype(np.float64))) <= room


def settled(
    grid: Grid, first: NDArray[np.int64], mask: NDArray[np.bool_], *, label: str, source: str
) -> Region:
    """Return the region of ``mask``, shape (z, y, x), which begins at lattice voxel ``first``.

    Raises
    ------
    ContourError
        The mask is empty, or has voxels outside the grid: a region is never cut.

    Examples
    --------
    >>> grid = Grid.axial((4, 4, 4), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    >>> box = np.ones((2, 2, 2), dtype=bool)
    >>> settled(grid, np.array([2, 2, 2]), box, label="node", source="rs.dcm").voxels
    8
    >>> settled(grid, np.array([3, 2, 2]), box, label="node", source="rs.dcm")
    Traceback (most recent call last):
    petrial.vocabulary.errors.ContourError: rs.dcm, region node: extent: found 50.0 % of its volume
    outside the image, wanted a region that lies on the image as a whole. Do: ...
    """
    total = int(np.count_nonzero(mask))
    if total == 0:
        raise ContourError(
            where=f"{source}, region {label}",
            field="voxels",
            got="no voxel centre inside: too small for the grid",
            wanted="at least one voxel centre inside the contour",
            do="draw it larger, or measure it on an image with smaller voxels",
        )
    low = np.maximum(-first, 0)
    high = np.clip(np.asarray(grid.shape) - first, 0, mask.shape)
    cut = mask[low[0] : high[0], low[1] : high[1], low[2] : high[2]]
    outside = total - int(np.count_nonzero(cut))
    if outside:
        raise beyond(label, source, f"{100.0 * outside / total:.1f} % of its volume")
    corner = first + low
    start = (int(corner[0]), int(corner[1]), int(corner[2]))
    return Region.from_crop(grid, start, cut, label=label, source=source, method="drawn")


def beyond(label: str, source: str, share: str) -> ContourError:
    """Return the error for a region of which ``share``, in words, lies outside the image."""
    return ContourError(
        where=f"{source}, region {label}",
        field="extent",
        got=f"{share} outside the image",
        wanted="a region that lies on the image as a whole",
        do="take the image on which it was drawn, or an image that is not cropped",
    )
