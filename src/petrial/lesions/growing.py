"""Regions that grow from one voxel over its neighbours, as far as these reach a threshold."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.images.volumes import SuvVolume
from petrial.lesions.components import Naming, connected_to
from petrial.lesions.region import Region
from petrial.vocabulary.errors import ContourError, MethodError

__all__ = ["LEAK_ML", "checked_percent", "grow", "grow_percent", "spread", "voxel_at"]

LEAK_ML: Final = 500.0
"""A free region larger than this has leaked: it holds an organ, not a lesion."""

_MARGIN: Final = 8  # voxels by which the search goes beyond what it has found, at first

Voxel = tuple[int, int, int]
Triple = tuple[float, float, float]


def voxel_at(grid: Grid, point_mm: Triple) -> Voxel:
    """Return the voxel (z, y, x) whose centre is nearest to the patient point (x, y, z) in mm.

    Raises
    ------
    ContourError
        The point lies outside the image.

    Examples
    --------
    >>> voxel_at(Grid.axial((2, 3, 4), (5.0, 2.0, 2.0), (0.0, 0.0, 0.0)), (4.4, 2.0, 5.0))
    (1, 1, 2)
    """
    place = grid.to_index([list(point_mm)])[0]
    z, y, x = (math.floor(p + 0.5) if math.isfinite(p) else -1 for p in place.tolist())
    if not all(0 <= i < n for i, n in zip((z, y, x), grid.shape, strict=True)):
        raise ContourError(
            where=f"point {_text(point_mm)}",
            field="position",
            got=f"voxel ({z}, {y}, {x})",
            wanted=f"inside the image of {grid.shape} voxels",
            do="give patient coordinates x, y, z in mm of a point in the image",
        )
    return z, y, x


def grow(
    suv: SuvVolume, seed_mm: Triple, threshold_g_per_ml: float, limit_ml: float = LEAK_ML
) -> Region:
    """Return the voxels at or over a fixed SUV that are connected (26) to the seed's voxel.

    ``seed_mm`` is patient (x, y, z) in mm.

    Raises
    ------
    ContourError
        The seed lies outside the image.
    MethodError
        The seed's voxel is below the threshold, or the region leaks beyond ``limit_ml``.

    Examples
    --------
    >>> grid = Grid.axial((1, 1, 4), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    >>> suv = SuvVolume(np.array([[[5.0, 4.0, 1.0, 6.0]]], dtype=np.float32), grid)
    >>> grow(suv, (0.0, 0.0, 0.0), 4.0).voxels
    2
    """
    seed = voxel_at(suv.grid, seed_mm)
    naming = Naming("seed", f"seed {_text(seed_mm)}", f"grow:{round(threshold_g_per_ml, 4)}")
    return spread(suv, seed, threshold_g_per_ml, naming, limit_ml)


def grow_percent(
    suv: SuvVolume, seed_mm: Triple, percent: float, limit_ml: float = LEAK_ML
) -> Region:
    """Return the region at or over ``percent`` of the local maximum above the seed.

    From the seed's voxel the way goes to the highest of the 26 neighbours, again and again, until
    no neighbour is higher; then as ``grow`` from there.

    Raises
    ------
    ContourError
        The seed lies outside the image.
    MethodError
        The percentage is not between 0 and 100, the local maximum is not over 0, the region does
        not hold the seed, leaks beyond ``limit_ml``, or runs into uptake higher than the maximum.
    """
    checked_percent(percent)
    seed = voxel_at(suv.grid, seed_mm)
    top = _climb(suv.g_per_ml, seed)
    naming = Naming("seed", f"seed {_text(seed_mm)}", f"percent:{percent:g}")
    region = spread(suv, top, percent / 100.0 * float(suv.g_per_ml[top]), naming, limit_ml)
    inside = [i - a for i, a in zip(seed, region.start, strict=True)]
    held = all(0 <= i < n for i, n in zip(inside, region.mask.shape, strict=True))
    if not (held and region.mask[tuple(inside)]):
        raise MethodError(
            where=naming.source,
            field="SUV at the seed",
            got=f"{float(suv.g_per_ml[seed]):.3f}, local maximum {float(suv.g_per_ml[top]):.3f}",
            wanted=f"at least {percent:g} % of the local maximum",
            do="put the seed nearer to the middle of the lesion",
        )
    refuse_hotter(suv, region, float(suv.g_per_ml[top]))
    return region


def spread(
    suv: SuvVolume, voxel: Voxel, threshold: float, naming: Naming, limit_ml: float = LEAK_ML
) -> Region:
    """Return what is connected (26) to ``voxel`` (z, y, x) at or over ``threshold`` in g/mL.

    Only the surroundings of the region are looked at, however large the image is.

    Raises
    ------
    MethodError
        The voxel is below the threshold, or the region leaks beyond ``limit_ml``.
    """
    if not float(suv.g_per_ml[voxel]) >= float(np.float32(threshold)) > 0.0:
        raise MethodError(
            where=naming.source,
            field="SUV at the start",
            got=f"{float(suv.g_per_ml[voxel]):.3f}",
            wanted=f"at least the threshold of {threshold:.3f}, which is over 0",
            do="start in the lesion, or lower the threshold",
        )
    shape = suv.grid.shape
    margin = _MARGIN
    low, high = np.asarray(voxel), np.asarray(voxel) + 1
    while True:
        low = np.maximum(low - margin, 0)
        high = np.minimum(high + margin, shape)
        crop = suv.g_per_ml[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
        z, y, x = (np.asarray(voxel) - low).tolist()
        found = connected_to(crop, threshold, (z, y, x))
        assert found is not None, "the voxel itself reaches the threshold"  # noqa: S101  tells mypy
        start, mask = found
        volume = np.count_nonzero(mask) * suv.grid.voxel_volume_ml
        if volume > limit_ml:
            raise MethodError(
                where=naming.source,
                field="size of the region",
                got=f"more than {limit_ml:g} mL at a threshold of {threshold:.3f}",
                wanted="a region that ends at the edge of the lesion",
                do="raise the threshold, or draw a contour that limits the region",
            )
        if not _touches(start, mask, crop.shape, low, high, shape):
            begin = (low + np.asarray(start)).tolist()
            corner = (begin[0], begin[1], begin[2])
            return Region(suv.grid, corner, mask, naming.label, naming.source, naming.method)
        margin *= 2


def refuse_hotter(suv: SuvVolume, region: Region, maximum: float) -> None:
    """Refuse a region that has run into uptake higher than the ``maximum`` it was made from.

    Raises
    ------
    MethodError
        A voxel of the region is over ``maximum``.
    """
    found = float(suv.g_per_ml[region.box][region.mask].max())
    if found > maximum:
        raise MethodError(
            where=region.source,
            field=f"largest SUV of the region by {region.method}",
            got=f"{found:.3f}",
            wanted=f"no more than the {maximum:.3f} that the percentage was taken of",
            do="limit the region by a drawn contour: it runs into a hotter neighbour",
        )


def checked_percent(percent: float) -> float:
    """Return ``percent`` if it is over 0 and at most 100.

    Raises
    ------
    MethodError
        It is not.
    """
    if not 0.0 < percent <= 100.0:  # noqa: PLR2004  that is what percent means
        raise MethodError(
            where="percent of maximum",
            field="percentage",
            got=percent,
            wanted="over 0 and at most 100",
            do="give a percentage such as 41 or 50",
        )
    return percent


def _touches(
    start: Voxel,
    mask: NDArray[np.bool_],
    crop: tuple[int, ...],
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    shape: Voxel,
) -> bool:
    """Tell whether the region reaches a face of the crop that is no face of the image."""
    for axis in range(3):
        at_low = start[axis] == 0 and low[axis] > 0
        at_high = start[axis] + mask.shape[axis] == crop[axis] and high[axis] < shape[axis]
        if at_low or at_high:
            return True
    return False


def _climb(image: NDArray[np.float32], seed: Voxel) -> Voxel:
    here = seed
    while True:
        low = [max(i - 1, 0) for i in here]
        box = image[tuple(slice(a, i + 2) for a, i in zip(low, here, strict=True))]
        if not float(box.max()) > float(image[here]):
            return here
        z, y, x = np.unravel_index(int(box.argmax()), box.shape)
        here = (low[0] + int(z), low[1] + int(y), low[2] + int(x))


def _text(point: Triple) -> str:
    return "(" + ", ".join(f"{p:.1f}" for p in point) + ") mm"
