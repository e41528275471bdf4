"""Reference regions, placed by coordinates, measured, and judged fit or unfit."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.images.volumes import SuvVolume
from petrial.lesions.measured import ReferenceMeasurement
from petrial.lesions.measures import intensity_of
from petrial.lesions.region import Region
from petrial.vocabulary.errors import ContourError, Problem

__all__ = [
    "BLOOD_POOL",
    "BLOOD_POOL_DIAMETER_MM",
    "COLDEST_SHARE",
    "HOTTEST_RATIO",
    "LIVER",
    "LIVER_DIAMETER_MM",
    "MOST_VARIATION",
    "SMALLEST_BLOOD_POOL_SHARE",
    "SMALLEST_LIVER_SHARE",
    "cylinder",
    "measure_reference",
    "sphere",
]

LIVER: Final = "liver"
BLOOD_POOL: Final = "blood pool"

LIVER_DIAMETER_MM: Final = 30.0
"""Sphere in the right lobe, 14.1 mL; Wahl 2009."""

BLOOD_POOL_DIAMETER_MM: Final = 10.0
"""Sphere or cylinder in the descending aorta, clear of its wall; Wahl 2009."""

SMALLEST_LIVER_SHARE: Final = 0.9
"""Under this share of the full sphere the region was cut by the edge of the image or drawn too
small: on voxels of up to 5 mm a whole sphere holds 0.91 to 1.06 of its volume."""

SMALLEST_BLOOD_POOL_SHARE: Final = 0.5
"""The same for the blood pool, whose sphere is only some voxels wide: on voxels of 5 mm a whole one
holds 0.54 to 2.15 of its volume."""

MOST_VARIATION: Final = 0.2
"""Largest SD over mean. Guidelines ask for images in which uniform tissue varies by 0.15 at most;
the liver itself is not quite uniform, and more than 0.2 speaks of a lesion, a vessel or an edge."""

HOTTEST_RATIO: Final = 1.8
"""Largest voxel over mean. Noise at the limit of variation reaches 4 SD, 1.8 times the mean, in a
sphere of some thousand voxels; more is a focus of uptake."""

COLDEST_SHARE: Final = 0.2
"""Smallest voxel over mean: the same 4 SD to the other side; less is a cyst or another organ."""

_ROUNDING: Final = 1e-6  # mm: a voxel centre on the surface is inside

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _Limits:
    least_ml: float
    do: str


def _ball_ml(diameter_mm: float) -> float:
    return math.pi / 6.0 * diameter_mm**3 / 1000.0


_LIMITS: Final = {
    LIVER: _Limits(
        SMALLEST_LIVER_SHARE * _ball_ml(LIVER_DIAMETER_MM),
        "place a sphere of 30 mm in the right lobe, away from its edge, vessels and lesions",
    ),
    BLOOD_POOL: _Limits(
        SMALLEST_BLOOD_POOL_SHARE * _ball_ml(BLOOD_POOL_DIAMETER_MM),
        "place a sphere of 10 mm in the middle of the descending aorta",
    ),
}


def sphere(grid: Grid, centre_mm: Triple, diameter_mm: float, label: str = "sphere") -> Region:
    """Return the voxels whose centre lies in a sphere around patient (x, y, z) in mm.

    Raises
    ------
    ContourError
        The diameter is not over 0, or the sphere holds no voxel centre of the image.

    Examples
    --------
    >>> grid = Grid.axial((20, 20, 20), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0))
    >>> sphere(grid, (20.0, 20.0, 20.0), 30.0).voxels  # 14.137 mL are 1767 voxels of 8 mm3
    1791
    """
    _positive(label, "diameter", diameter_mm)
    start, points = _around(grid, centre_mm, diameter_mm / 2.0, label)
    inside = np.linalg.norm(points, axis=-1) <= diameter_mm / 2.0 + _ROUNDING
    source = f"sphere of {diameter_mm:g} mm at {_text(centre_mm)}"
    return Region.from_crop(
        grid, start, inside, label=label, source=source, method=f"sphere:{diameter_mm:g}"
    )


def cylinder(
    grid: Grid, centre_mm: Triple, diameter_mm: float, length_mm: float, label: str = "cylinder"
) -> Region:
    """Return the voxels whose centre lies in an upright cylinder around patient (x, y, z) in mm.

    Its axis is the patient's z; ``length_mm`` is its whole length.

    Raises
    ------
    ContourError
        A size is not over 0, or the cylinder holds no voxel centre of the image.
    """
    _positive(label, "diameter", diameter_mm)
    _positive(label, "length", length_mm)
    start, points = _around(grid, centre_mm, math.hypot(diameter_mm, length_mm) / 2.0, label)
    across = np.linalg.norm(points[..., :2], axis=-1) <= diameter_mm / 2.0 + _ROUNDING
    inside = across & (np.abs(points[..., 2]) <= length_mm / 2.0 + _ROUNDING)
    source = f"cylinder of {diameter_mm:g} x {length_mm:g} mm at {_text(centre_mm)}"
    method = f"cylinder:{diameter_mm:g}x{length_mm:g}"
    return Region.from_crop(grid, start, inside, label=label, source=source, method=method)


def measure_reference(suv: SuvVolume, region: Region, organ: str) -> ReferenceMeasurement:
    """Return mean and SD (denominator n) of SUVbw in ``region``, and what speaks against it.

    ``organ`` is ``liver`` or ``blood pool``; of other organs no size is asked. The limits are the
    constants of this module, each with its reason.

    Raises
    ------
    GeometryError
        Image and region lie on different grids.
    MethodError
        A voxel of the region has no finite value.
    """
    found = intensity_of(suv, region)
    volume = found.voxels * region.grid.voxel_volume_ml
    limits = _LIMITS.get(organ, _Limits(0.0, "place the region in uniform tissue"))
    where = f"{organ} reference region"
    problems = []

    def judge(field: str, got: str, wanted: str, *, fits: bool) -> None:
        if not fits:
            problems.append(Problem(where, field, got, wanted, limits.do))

    least = limits.least_ml
    judge("volume", f"{volume:.2f} mL", f"at least {least:.2f} mL", fits=volume >= least)
    judge("mean SUV", f"{found.mean:.3f}", "over 0", fits=found.mean > 0.0)
    if found.mean > 0.0:
        variation = found.sd / found.mean
        hottest = found.maximum / found.mean
        coldest = found.minimum / found.mean
        judge(
            "SD over mean",
            f"{variation:.2f}",
            f"at most {MOST_VARIATION}",
            fits=variation <= MOST_VARIATION,
        )
        judge(
            "largest voxel over mean",
            f"{hottest:.2f}",
            f"at most {HOTTEST_RATIO}",
            fits=hottest <= HOTTEST_RATIO,
        )
        judge(
            "smallest voxel over mean",
            f"{coldest:.2f}",
            f"at least {COLDEST_SHARE}",
            fits=coldest >= COLDEST_SHARE,
        )
    return ReferenceMeasurement(
        organ=organ,
        source=region.source,
        voxels=found.voxels,
        volume_ml=volume,
        suv_mean=found.mean,
        suv_sd=found.sd,
        problems=tuple(problems),
    )


def _around(
    grid: Grid, centre_mm: Triple, reach_mm: float, label: str
) -> tuple[tuple[int, int, int], NDArray[np.float64]]:
    """Return the first voxel of a box around the centre, and its voxels' patient offsets in mm."""
    middle = grid.to_index([list(centre_mm)])[0]
    reach = reach_mm / np.asarray(grid.spacing) + 1.0
    low = np.clip(np.floor(np.nan_to_num(middle - reach, nan=-1.0)), 0, grid.shape).astype(int)
    high = np.clip(np.ceil(np.nan_to_num(middle + reach, nan=-1.0)) + 1, 0, grid.shape).astype(int)
    if (high <= low).any():
        raise ContourError(
            where=f"region {label}",
            field="position",
            got=_text(centre_mm),
            wanted="a point in the image",
            do="give patient coordinates x, y, z in mm",
        )
    shape = (high - low).tolist()
    indices = np.indices(shape).reshape(3, -1).T + low
    offsets = grid.to_patient(indices.astype(np.float64)) - np.asarray(centre_mm)
    z, y, x = low.tolist()
    return (z, y, x), offsets.reshape(*shape, 3)


def _positive(label: str, field: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0.0):
        raise ContourError(
            where=f"region {label}",
            field=field,
            got=value,
            wanted="over 0 mm",
            do="give the size in mm",
        )


def _text(point: Triple) -> str:
    return "(" + ", ".join(f"{p:.1f}" for p in point) + ") mm"
