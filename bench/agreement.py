"""Whether the ways found the same numbers: a quick wrong answer is worth nothing."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

__all__ = ["Agreement", "of_lesions", "of_volume"]

RELATIVE: Final = 1e-5
"""Tolerance of SUV: single precision, in another order of operations."""
HOUNSFIELD: Final = 0.01
"""Tolerance of a mean CT number in HU: SimpleITK interpolates in single precision."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far one number is from petrial's, at most, over all lesions or voxels compared.

    Attributes
    ----------
    what
        The number, and whose.
    difference
        Largest difference, relative for SUV, in HU for CT, in voxels for counts.
    tolerance
        Allowed difference.
    """

    what: str
    difference: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the numbers agree; differences that are no numbers do not."""
        return self.difference <= self.tolerance


def of_volume(name: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Agreement:
    """Compare two volumes of SUV by their digests."""
    what = f"SUV of voxels, {name}"
    if ours["shape"] != theirs["shape"]:
        return Agreement(what, float("inf"), RELATIVE)
    mine, other = (
        np.asarray([d["maximum"], d["mean"], *d["samples"]], np.float64) for d in (ours, theirs)
    )
    gap = np.abs(mine - other) / np.maximum(np.abs(mine), 1e-3)
    return Agreement(what, float(gap.max()), RELATIVE)


def of_lesions(
    name: str, ours: list[dict[str, Any]], theirs: list[dict[str, Any]]
) -> list[Agreement]:
    """Compare two lesion tables; rows belong together whose ``centroid`` (mm) is nearest."""
    if not ours or len(ours) != len(theirs):
        gap = abs(len(ours) - len(theirs)) or float("inf")
        return [Agreement(f"number of lesions, {name}", gap, 0.0)]
    places = np.asarray([row["centroid"] for row in theirs])
    pairs = [
        (row, theirs[int(np.linalg.norm(places - row["centroid"], axis=1).argmin())])
        for row in ours
    ]
    found = [Agreement(f"number of lesions, {name}", 0.0, 0.0)]
    for field in ("voxels", "suv_max", "suv_mean", "suv_median", "suv_min", "suv_sd", "suv_peak"):
        worst = max(_gap(mine[field], other[field]) for mine, other in pairs)
        tolerance = 0.0 if field == "voxels" else RELATIVE
        found.append(Agreement(f"{field} of each lesion, {name}", worst, tolerance))
    heat = max(abs(mine["ct_mean_hu"] - other["ct_mean_hu"]) for mine, other in pairs)
    return [*found, Agreement(f"ct_mean_hu of each lesion, {name}", heat, HOUNSFIELD)]


def _gap(mine: float, other: float) -> float:
    return abs(mine - other) if isinstance(mine, int) else abs(mine - other) / max(abs(mine), 1e-3)
