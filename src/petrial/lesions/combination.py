"""One region out of several: what any, all, or more than half of them hold."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from petrial.lesions.region import Region
from petrial.vocabulary.errors import GeometryError, MethodError

__all__ = ["intersection", "majority", "union", "voted"]


def union(regions: Sequence[Region]) -> Region:
    """Return the voxels that any of ``regions`` holds.

    Raises
    ------
    GeometryError
        The regions lie on different grids.
    MethodError
        There is no region.
    """
    return voted(regions, 1, "union")


def intersection(regions: Sequence[Region]) -> Region:
    """Return the voxels that all ``regions`` hold.

    Raises
    ------
    GeometryError
        The regions lie on different grids.
    MethodError
        There is no region, or they share no voxel.
    """
    return voted(regions, len(regions), "intersection")


def majority(regions: Sequence[Region]) -> Region:
    """Return the voxels that more than half of ``regions`` hold (of two: both).

    Raises
    ------
    GeometryError
        The regions lie on different grids.
    MethodError
        There is no region, or no voxel lies in more than half of them.

    Examples
    --------
    >>> from petrial.images.grid import Grid
    >>> grid = Grid.axial((1, 1, 4), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    >>> pair = np.ones((1, 1, 2), dtype=bool)
    >>> three = [
    ...     Region.from_crop(grid, (0, 0, x), pair, label="a", source="b", method="drawn")
    ...     for x in (0, 1, 2)
    ... ]
    >>> majority(three).start, majority(three).voxels, union(three).voxels
    ((0, 0, 1), 2, 4)
    """
    return voted(regions, len(regions) // 2 + 1, "majority")


def voted(regions: Sequence[Region], needed: int, name: str) -> Region:
    """Return the voxels that at least ``needed`` of ``regions`` hold; ``name`` is the method's.

    Raises
    ------
    GeometryError
        The regions lie on different grids.
    MethodError
        There is no region, or no voxel lies in so many of them.
    """
    if not regions:
        raise MethodError(
            where=name,
            field="regions",
            got="none",
            wanted="at least one region",
            do="give the contours to be combined",
        )
    first = regions[0]
    for other in regions[1:]:
        if not other.grid.coincides_with(first.grid):
            raise GeometryError(
                where=f"{name} of {first.label} and {other.label}",
                field="grid",
                got=f"{other.grid.shape} voxels from {other.grid.origin}",
                wanted=f"{first.grid.shape} voxels from {first.grid.origin}",
                do="place all contours on the same image first",
            )
    start = np.min([region.start for region in regions], axis=0)
    ends = [np.add(region.start, region.mask.shape) for region in regions]
    votes = np.zeros(np.max(ends, axis=0) - start, dtype=np.int32)
    for region, end in zip(regions, ends, strict=True):
        box = tuple(slice(a, b) for a, b in zip(region.start - start, end - start, strict=True))
        votes[box] += region.mask
    mask = votes >= needed
    labels = ", ".join(region.label for region in regions)
    if not mask.any():
        raise MethodError(
            where=f"{name} of {labels}",
            field="voxels",
            got="none",
            wanted=f"a voxel that lies in {needed} of {len(regions)} regions",
            do="check that all contours are of the same lesion",
        )
    z, y, x = start.tolist()
    combined = Region.from_crop(
        first.grid,
        (z, y, x),
        mask,
        label=first.label,
        source=f"{name} of {labels}",
        method=f"{name} of " + ", ".join(region.method for region in regions),
    )
    return replace(combined, candidate=all(region.candidate for region in regions))
