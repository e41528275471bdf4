"""SUVpeak by named definitions; the name travels with the value, for the values differ."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from petrial.images.kernels import compiled
from petrial.images.volumes import SuvVolume
from petrial.lesions.region import Region
from petrial.vocabulary.errors import MethodError

__all__ = [
    "ONE_ML_RADIUS_MM",
    "Peak",
    "PeakDefinition",
    "peak",
    "peak_definition",
    "sphere_fractions",
]

ONE_ML_RADIUS_MM: Final = 10.0 * (3.0 / (4.0 * math.pi)) ** (1.0 / 3.0)
"""Radius of the sphere of 1 cm3, 6.2035 mm."""

_TWELVE_MM_RADIUS: Final = 6.0
_SAMPLES_PER_MM: Final = 20.0
_FEWEST_SAMPLES: Final = 8  # per edge of a voxel, in the two directions that are sampled
_NEGLIGIBLE: Final = 1e-9  # an overlap below this share of a voxel is none

Triple = tuple[float, float, float]
Weights = NDArray[np.float64]


class PeakDefinition(StrEnum):
    """How a peak is defined. All means are over SUV; centres are voxel centres.

    Attributes
    ----------
    SPHERE_1CM3
        Largest mean of a sphere of exactly 1 cm3 with its centre in the region, each voxel counted
        by the share of it that lies in the sphere. The sphere may reach out of the region.
    SPHERE_1CM3_INSIDE
        The same, among the spheres that lie wholly inside the region.
    IBSI_LOCAL
        Mean of the voxels whose centre is within 6.2 mm of the largest voxel of the region; where
        several are largest, the highest such mean. Image biomarker standardisation: VJGA.
    IBSI_GLOBAL
        Largest such mean around any voxel of the region. Image biomarker standardisation: 0F91.
    SPHERE_12MM
        As the first, with a sphere of 12 mm diameter (0.905 cm3).
    """

    SPHERE_1CM3 = "sphere-1cm3"
    SPHERE_1CM3_INSIDE = "sphere-1cm3-inside"
    IBSI_LOCAL = "ibsi-local"
    IBSI_GLOBAL = "ibsi-global"
    SPHERE_12MM = "sphere-12mm"


@dataclass(frozen=True, slots=True)
class Peak:
    """A peak, or why there is none.

    Attributes
    ----------
    value
        SUV in g/mL; None where it cannot be computed.
    reason
        Why there is no value; empty where there is one.
    centre_mm
        Centre of the sphere, patient (x, y, z) in mm; None without a value.
    """

    definition: PeakDefinition
    value: float | None
    reason: str
    centre_mm: Triple | None


def peak_definition(name: str) -> PeakDefinition:
    """Return the definition called ``name``.

    Raises
    ------
    MethodError
        No definition has this name.

    Examples
    --------
    >>> peak_definition("ibsi-local") is PeakDefinition.IBSI_LOCAL
    True
    """
    try:
        return PeakDefinition(name)
    except ValueError:
        raise MethodError(
            where="peak",
            field="name of the definition",
            got=name,
            wanted="one of " + ", ".join(PeakDefinition),
            do="choose the definition of the trial's protocol",
        ) from None


@lru_cache(maxsize=32)
def sphere_fractions(radius_mm: float, spacing: Triple) -> Weights:
    """Return the share of each voxel (z, y, x) that lies in a sphere around the middle voxel.

    The sphere's height over a point of the (y, x) plane is exact; the plane is sampled every
    0.05 mm or so. ``spacing`` is in mm along (z, y, x). Shares are between 0 and 1.

    >>> shares = sphere_fractions(ONE_ML_RADIUS_MM, (4.0, 4.0, 4.0))
    >>> shares.shape, round(float(shares.sum()) * 0.064, 3)
    ((5, 5, 5), 1.0)
    """
    reach = [math.floor(radius_mm / step + 0.5) for step in spacing]
    many = [max(round(step * _SAMPLES_PER_MM), _FEWEST_SAMPLES) for step in spacing[1:]]
    place = [
        ((np.arange((2 * n + 1) * m) + 0.5) / m - n - 0.5) * step
        for n, m, step in zip(reach[1:], many, spacing[1:], strict=True)
    ]
    square = radius_mm**2 - place[0][:, np.newaxis] ** 2 - place[1][np.newaxis, :] ** 2
    half = np.sqrt(np.maximum(square, 0.0)) / spacing[0]  # in voxels along z
    slices = np.arange(-reach[0], reach[0] + 1)[:, np.newaxis, np.newaxis]
    inside = np.minimum(half, slices + 0.5) - np.maximum(-half, slices - 0.5)
    blocks = np.maximum(inside, 0.0).reshape(
        2 * reach[0] + 1, 2 * reach[1] + 1, many[0], 2 * reach[2] + 1, many[1]
    )
    shares: Weights = blocks.mean(axis=(2, 4))
    shares[shares < _NEGLIGIBLE] = 0.0
    shares.flags.writeable = False
    return shares


@lru_cache(maxsize=32)
def _voxels_within(radius_mm: float, spacing: Triple) -> Weights:
    reach = [math.floor(radius_mm / step) for step in spacing]
    z, y, x = (np.arange(-n, n + 1) * step for n, step in zip(reach, spacing, strict=True))
    far = z[:, np.newaxis, np.newaxis] ** 2 + y[:, np.newaxis] ** 2 + x**2
    inside: Weights = (far <= radius_mm**2).astype(np.float64)
    inside.flags.writeable = False
    return inside


@compiled
def _best_sphere(
    image: NDArray[np.float32],
    centres: NDArray[np.int64],
    weights: Weights,
    rows: NDArray[np.int64],
    largest: float,
) -> tuple[int, float]:
    """Return which of the centres has the largest weighted sum, and the sum.

    ``rows`` lists (z, y, first x, last x + 1) of the weights, innermost first. A centre is given up
    as soon as it could not win any more even if the rest of its sphere held ``largest``.
    """
    total = 0.0
    for i in range(rows.shape[0]):
        for k in range(rows[i, 2], rows[i, 3]):
            total += weights[rows[i, 0], rows[i, 1], k]
    left = np.empty(rows.shape[0])
    rest = total
    for i in range(rows.shape[0]):
        for k in range(rows[i, 2], rows[i, 3]):
            rest -= weights[rows[i, 0], rows[i, 1], k]
        left[i] = rest * largest + 1e-9 * total * abs(largest)
    middle_z = weights.shape[0] // 2
    middle_y = weights.shape[1] // 2
    middle_x = weights.shape[2] // 2
    best = -np.inf
    winner = -1
    for c in range(centres.shape[0]):
        z = centres[c, 0] - middle_z
        y = centres[c, 1] - middle_y
        x = centres[c, 2] - middle_x
        own = 0.0
        given_up = False
        for i in range(rows.shape[0]):
            line = image[z + rows[i, 0], y + rows[i, 1]]
            for k in range(rows[i, 2], rows[i, 3]):
                own += weights[rows[i, 0], rows[i, 1], k] * line[x + k]
            if own + left[i] < best:
                given_up = True
                break
        if not given_up and own > best:
            best = own
            winner = c
    return winner, best / total


@compiled
def _best_of_available(
    image: NDArray[np.float32], centres: NDArray[np.int64], weights: Weights
) -> tuple[int, float]:
    """Return which centre has the largest weighted mean over those voxels that exist, and it."""
    best = -np.inf
    winner = -1
    reach = (weights.shape[0] // 2, weights.shape[1] // 2, weights.shape[2] // 2)
    for c in range(centres.shape[0]):
        total = 0.0
        weight = 0.0
        for k in range(weights.shape[0]):
            z = centres[c, 0] + k - reach[0]
            if z < 0 or z >= image.shape[0]:
                continue
            for j in range(weights.shape[1]):
                y = centres[c, 1] + j - reach[1]
                if y < 0 or y >= image.shape[1]:
                    continue
                low = max(0, reach[2] - centres[c, 2])
                high = min(weights.shape[2], image.shape[2] + reach[2] - centres[c, 2])
                for i in range(low, high):
                    w = weights[k, j, i]
                    total += w * image[z, y, centres[c, 2] + i - reach[2]]
                    weight += w
        if weight > 0.0 and total / weight > best:
            best = total / weight
            winner = c
    return winner, best


def peak(
    suv: SuvVolume, region: Region, definition: PeakDefinition = PeakDefinition.SPHERE_1CM3
) -> Peak:
    """Return the peak of ``suv`` in ``region`` (same grid), in g/mL, or why there is none.

    Of equal spheres the one around the highest voxel is reported, and of these the first.

    The IBSI definitions count the voxels that exist. The others need whole spheres: where spheres
    in the region reach out of the image, the peak is given only if it exceeds the mean of what is
    seen of each of these.

    Sources: Wahl 2009 (1 cm3); Zwanenburg 2020, IBSI reference manual; Makris 2013 (12 mm).

    Examples
    --------
    >>> from petrial.images.grid import Grid
    >>> grid = Grid.axial((9, 9, 9), (4.0, 4.0, 4.0), (0.0, 0.0, 0.0))
    >>> suv = SuvVolume(np.full((9, 9, 9), 2.0, dtype=np.float32), grid)
    >>> dot = np.ones((1, 1, 1), dtype=bool)
    >>> spot = Region.from_crop(grid, (4, 4, 4), dot, label="a", source="b", method="c")
    >>> round(peak(suv, spot).value, 6)
    2.0
    >>> peak(suv, spot, PeakDefinition.SPHERE_1CM3_INSIDE).reason
    'no sphere of 1 cm3 fits inside the region'
    """
    return _WAYS[definition](suv, region, definition)


def _whole_spheres(suv: SuvVolume, region: Region, definition: PeakDefinition) -> Peak:
    radius = _TWELVE_MM_RADIUS if definition is PeakDefinition.SPHERE_12MM else ONE_ML_RADIUS_MM
    weights = sphere_fractions(radius, region.grid.spacing)
    centres = _centres(region)
    whole = _fitting(centres, weights, region.grid.shape)
    cut = centres[~whole]
    where, best = _search(suv.g_per_ml, centres[whole], weights)
    if len(cut) and _best_of_available(suv.g_per_ml, cut, weights)[1] >= best:
        reason = (
            f"the sphere reaches out of the image around {len(cut)} of {len(centres)} voxels, "
            "among them the highest"
        )
        return Peak(definition, None, reason, None)
    return _found(region, definition, centres[whole][where], best)


def _spheres_inside(suv: SuvVolume, region: Region, definition: PeakDefinition) -> Peak:
    weights = sphere_fractions(ONE_ML_RADIUS_MM, region.grid.spacing)
    reach = [n // 2 for n in weights.shape]
    padded = np.pad(region.mask, [(n, n) for n in reach])
    fits = region.mask.copy()
    for z, y, x in np.argwhere(weights > 0.0).tolist():
        a, b, c = region.mask.shape
        fits &= padded[z : z + a, y : y + b, x : x + c]
    centres = np.argwhere(fits) + np.asarray(region.start)
    if not len(centres):
        return Peak(definition, None, "no sphere of 1 cm3 fits inside the region", None)
    where, best = _search(suv.g_per_ml, centres, weights)
    return _found(region, definition, centres[where], best)


def _ibsi(suv: SuvVolume, region: Region, definition: PeakDefinition) -> Peak:
    weights = _voxels_within(ONE_ML_RADIUS_MM, region.grid.spacing)
    centres = _centres(region)
    if definition is PeakDefinition.IBSI_LOCAL:
        values = suv.g_per_ml[region.box][region.mask]
        centres = centres[values == values.max()]
    whole = _fitting(centres, weights, region.grid.shape)
    where, best = _search(suv.g_per_ml, centres[whole], weights)
    winner = centres[whole][where] if whole.any() else centres[0]
    if not whole.all():
        cut = centres[~whole]
        other, value = _best_of_available(suv.g_per_ml, cut, weights)
        if value > best or (value == best and tuple(cut[other]) < tuple(winner)):
            best, winner = value, cut[other]
    return _found(region, definition, winner, best)


_WAYS: Final[dict[PeakDefinition, Callable[[SuvVolume, Region, PeakDefinition], Peak]]] = {
    PeakDefinition.SPHERE_1CM3: _whole_spheres,
    PeakDefinition.SPHERE_1CM3_INSIDE: _spheres_inside,
    PeakDefinition.IBSI_LOCAL: _ibsi,
    PeakDefinition.IBSI_GLOBAL: _ibsi,
    PeakDefinition.SPHERE_12MM: _whole_spheres,
}


def _centres(region: Region) -> NDArray[np.int64]:
    centres: NDArray[np.int64] = np.argwhere(region.mask) + np.asarray(region.start)
    return centres


def _fitting(
    centres: NDArray[np.int64], weights: Weights, shape: tuple[int, int, int]
) -> NDArray[np.bool_]:
    reach = np.asarray(weights.shape) // 2
    fits: NDArray[np.bool_] = ((centres >= reach) & (centres < np.asarray(shape) - reach)).all(
        axis=1
    )
    return fits


def _search(
    image: NDArray[np.float32], centres: NDArray[np.int64], weights: Weights
) -> tuple[int, float]:
    """Return index and mean of the best of ``centres``, all of whose spheres are in the image."""
    if not len(centres):
        return -1, -math.inf
    low = centres.min(axis=0) - np.asarray(weights.shape) // 2
    high = centres.max(axis=0) + np.asarray(weights.shape) // 2 + 1
    crop = np.ascontiguousarray(image[tuple(slice(a, b) for a, b in zip(low, high, strict=True))])
    near = centres - low
    # highest voxels first, for a high sphere found early lets most others be given up
    order = np.argsort(-crop[near[:, 0], near[:, 1], near[:, 2]], kind="stable")
    where, best = _best_sphere(crop, near[order], weights, _rows(weights), float(crop.max()))
    return int(order[where]), float(best)


def _rows(weights: Weights) -> NDArray[np.int64]:
    filled = weights > 0.0
    z, y = np.nonzero(filled.any(axis=2))
    first = filled[z, y].argmax(axis=1)
    last = weights.shape[2] - filled[z, y][:, ::-1].argmax(axis=1)
    far = (z - weights.shape[0] // 2) ** 2 + (y - weights.shape[1] // 2) ** 2
    rows: NDArray[np.int64] = np.stack([z, y, first, last], axis=1)[np.argsort(far, kind="stable")]
    return rows


def _found(
    region: Region, definition: PeakDefinition, voxel: NDArray[np.int64], value: float
) -> Peak:
    x, y, z = region.grid.to_patient(voxel[np.newaxis].astype(np.float64))[0].tolist()
    return Peak(definition, float(value), "", (x, y, z))
