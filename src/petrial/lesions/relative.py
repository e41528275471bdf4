"""Regions relative to their own maximum: 41 %, 50 %, and A50 with the local background."""

from dataclasses import replace
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from petrial.images.volumes import SuvVolume
from petrial.lesions.components import Naming, connected_to
from petrial.lesions.growing import LEAK_ML, checked_percent, refuse_hotter, spread
from petrial.lesions.region import Region
from petrial.vocabulary.errors import GeometryError, MethodError

__all__ = ["BACKGROUND_LAYERS", "Extent", "a50", "local_background", "percent_of_maximum"]

BACKGROUND_LAYERS: Final = 2
"""Thickness in voxels of the shell in which A50 takes the local background."""

Voxel = tuple[int, int, int]


class Extent(StrEnum):
    """How far a region may reach that is made from another.

    Attributes
    ----------
    WITHIN
        Not beyond the given region: for drawn contours, whose edge is a person's decision.
    FREE
        As far as connected voxels reach the threshold: for candidates and seeds.
    """

    WITHIN = "within"
    FREE = "free"


def percent_of_maximum(
    suv: SuvVolume,
    within: Region,
    percent: float,
    extent: Extent = Extent.WITHIN,
    limit_ml: float = LEAK_ML,
) -> Region:
    """Return the voxels at or over ``percent`` of the largest voxel in ``within``.

    Only those that are connected (26 neighbours) to that voxel, the first of equal ones.

    Source: Boellaard 2015 (41 % and 50 %, EANM guideline for FDG).

    Raises
    ------
    GeometryError
        Image and region lie on different grids.
    MethodError
        The percentage is not between 0 and 100; the maximum is not over 0; a free region leaks
        beyond ``limit_ml`` or runs into uptake higher than the maximum.

    Examples
    --------
    >>> from petrial.images.grid import Grid
    >>> grid = Grid.axial((1, 1, 5), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    >>> suv = SuvVolume(np.array([[[9.0, 1.0, 4.1, 10.0, 4.0]]], dtype=np.float32), grid)
    >>> drawn = np.ones((1, 1, 5), dtype=bool)
    >>> region = Region.from_crop(grid, (0, 0, 0), drawn, label="a", source="b", method="drawn")
    >>> part = percent_of_maximum(suv, region, 41.0)
    >>> part.start, part.voxels, part.method
    ((0, 0, 2), 2, 'percent:41 of drawn')
    """
    checked_percent(percent)
    top = _maximum(suv, within)
    threshold = percent / 100.0 * float(suv.g_per_ml[top])
    return _from_maximum(suv, within, top, threshold, (f"percent:{percent:g}", extent, limit_ml))


def a50(
    suv: SuvVolume, within: Region, extent: Extent = Extent.WITHIN, limit_ml: float = LEAK_ML
) -> Region:
    """Return the voxels at or over half the sum of the largest voxel and the local background.

    Half-way between background and maximum is where the edge of a blurred object lies. Publications
    agree on this threshold (Boellaard 2004, Frings 2010) but not on where to take the background;
    here it is that of ``local_background``. Otherwise as ``percent_of_maximum``.

    Raises
    ------
    GeometryError
        Image and region lie on different grids.
    MethodError
        As ``percent_of_maximum``, and where there is no background around the region.
    """
    top = _maximum(suv, within)
    threshold = (float(suv.g_per_ml[top]) + local_background(suv, within)) / 2.0
    return _from_maximum(suv, within, top, threshold, ("a50", extent, limit_ml))


def local_background(suv: SuvVolume, within: Region) -> float:
    """Return the mean SUV in g/mL of the two layers of voxels around ``within``.

    Left out are voxels at or over half of the largest voxel in ``within``: they belong to the
    lesion or to a neighbour. Layers grow over faces, edges and corners and end at the image's edge.

    Raises
    ------
    MethodError
        No voxel is left.

    Examples
    --------
    >>> from petrial.images.grid import Grid
    >>> grid = Grid.axial((1, 1, 7), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    >>> image = np.array([[[50.0, 2.0, 1.0, 10.0, 9.0, 0.0, 80.0]]], dtype=np.float32)
    >>> dot = np.ones((1, 1, 1), dtype=bool)
    >>> region = Region.from_crop(grid, (0, 0, 3), dot, label="a", source="b", method="drawn")
    >>> local_background(SuvVolume(image, grid), region)  # of 2, 1, 9 and 0 the 9 is left out
    1.0
    """
    maximum = float(suv.g_per_ml[_maximum(suv, within)])
    n = BACKGROUND_LAYERS
    low = [max(a - n, 0) for a in within.start]
    high = [
        min(a + m + n, size)
        for a, m, size in zip(within.start, within.mask.shape, within.grid.shape, strict=True)
    ]
    padded = np.pad(within.mask, n)
    near = _thickened(padded, n) & ~padded
    shift = [a - (b - n) for a, b in zip(low, within.start, strict=True)]
    shell = near[tuple(slice(s, s + b - a) for s, a, b in zip(shift, low, high, strict=True))]
    values = suv.g_per_ml[tuple(slice(a, b) for a, b in zip(low, high, strict=True))][shell]
    values = values[values < maximum / 2.0]
    if not values.size:
        raise MethodError(
            where=f"region {within.label}",
            field="local background",
            got="no voxel under half of the maximum around the region",
            wanted=f"background within {n} voxels of the region",
            do="give a region that holds the whole lesion, or choose percent:50",
        )
    return float(values.mean(dtype=np.float64))


def _thickened(mask: NDArray[np.bool_], layers: int) -> NDArray[np.bool_]:
    for axis in range(3):
        wide = mask.copy()
        for step in range(1, layers + 1):
            ahead = [slice(None)] * 3
            behind = [slice(None)] * 3
            ahead[axis], behind[axis] = slice(step, None), slice(None, -step)
            wide[tuple(ahead)] |= mask[tuple(behind)]
            wide[tuple(behind)] |= mask[tuple(ahead)]
        mask = wide
    return mask


def _maximum(suv: SuvVolume, within: Region) -> Voxel:
    if not within.grid.coincides_with(suv.grid):
        raise GeometryError(
            where=f"region {within.label}",
            field="grid",
            got=f"{within.grid.shape} voxels from {within.grid.origin}",
            wanted=f"the image's {suv.grid.shape} voxels from {suv.grid.origin}",
            do="place the contour on this image first",
        )
    inside = np.where(within.mask, suv.g_per_ml[within.box], -np.inf)
    z, y, x = np.unravel_index(int(inside.argmax()), inside.shape)
    a, b, c = within.start
    top = (a + int(z), b + int(y), c + int(x))
    if not float(suv.g_per_ml[top]) > 0.0:
        raise MethodError(
            where=f"region {within.label}",
            field="largest SUV",
            got=f"{float(suv.g_per_ml[top]):.3f}",
            wanted="over 0",
            do="draw the region around uptake",
        )
    return top


def _from_maximum(
    suv: SuvVolume,
    within: Region,
    top: Voxel,
    threshold: float,
    way: tuple[str, Extent, float],
) -> Region:
    name, extent, limit_ml = way
    naming = Naming(within.label, within.source, f"{name} of {within.method}")
    if extent is Extent.FREE:
        region = spread(suv, top, threshold, naming, limit_ml)
        refuse_hotter(suv, region, float(suv.g_per_ml[top]))
        return replace(region, candidate=within.candidate)
    inside = np.where(within.mask, suv.g_per_ml[within.box], np.float32(-np.inf))
    z, y, x = (i - a for i, a in zip(top, within.start, strict=True))
    found = connected_to(inside, threshold, (z, y, x))
    assert found is not None, "the maximum reaches any share of itself"  # noqa: S101  tells mypy
    (a, b, c), mask = found
    begin = (within.start[0] + a, within.start[1] + b, within.start[2] + c)
    words = (naming.label, naming.source, naming.method)
    return Region(within.grid, begin, mask, *words, candidate=within.candidate)
