"""Candidates by a threshold on the whole image: a fixed SUV, or PERCIST from the liver."""

import math
from dataclasses import replace
from typing import Final

from petrial.images.volumes import SuvVolume
from petrial.lesions.components import Naming, components_from
from petrial.lesions.region import Region
from petrial.vocabulary.errors import MethodError

__all__ = ["LABEL", "fixed_threshold", "percist", "percist_threshold"]

LABEL: Final = "candidate"
"""What a region that no person has judged yet is called."""


def fixed_threshold(
    suv: SuvVolume, threshold_g_per_ml: float, minimum_ml: float
) -> tuple[Region, ...]:
    """Return the connected voxels (26 neighbours) at or over a fixed SUV, as candidates.

    Parts under ``minimum_ml`` are left out; the largest comes first.

    Raises
    ------
    MethodError
        The threshold is not over 0, or the smallest volume is negative.

    Examples
    --------
    >>> import numpy as np
    >>> from petrial.images.grid import Grid
    >>> grid = Grid.axial((1, 1, 4), (10.0, 10.0, 10.0), (0.0, 0.0, 0.0))
    >>> image = np.array([[[5.0, 4.0, 1.0, 6.0]]], dtype=np.float32)
    >>> found = fixed_threshold(SuvVolume(image, grid), 4.0, minimum_ml=1.0)
    >>> [(region.label, region.voxels, region.method) for region in found]
    [('candidate 1', 2, 'fixed:4.0'), ('candidate 2', 1, 'fixed:4.0')]
    """
    return _candidates(suv, threshold_g_per_ml, minimum_ml, "fixed")


def percist_threshold(liver_mean: float, liver_sd: float) -> float:
    """Return 1.5 times the mean plus 2 standard deviations of the liver, in their own unit.

    PERCIST states it in SUL. Mean, SD and threshold all scale with the normalisation, so that the
    voxels it selects are the same in SUVbw, SUL or SUVbsa, as long as liver and image share one.

    Source: Wahl 2009, PERCIST 1.0.

    Raises
    ------
    MethodError
        The mean is not over 0 or the SD is negative.

    Examples
    --------
    >>> percist_threshold(2.0, 0.25)
    3.5
    """
    if not (math.isfinite(liver_mean) and liver_mean > 0.0 and 0.0 <= liver_sd < math.inf):
        raise MethodError(
            where="PERCIST",
            field="liver reference region",
            got=f"mean {liver_mean}, SD {liver_sd}",
            wanted="a mean over 0 and an SD of 0 or more",
            do="place the liver sphere in the right lobe, away from its edge and from lesions",
        )
    return 1.5 * liver_mean + 2.0 * liver_sd


def percist(
    suv: SuvVolume, liver_mean: float, liver_sd: float, minimum_ml: float
) -> tuple[Region, ...]:
    """Return the connected voxels at or over the threshold of PERCIST, as candidates.

    ``liver_mean`` and ``liver_sd`` are SUVbw in g/mL, as is ``suv``. A rule for 18F-FDG.

    Raises
    ------
    MethodError
        As ``percist_threshold``, and where the smallest volume is negative.
    """
    return _candidates(suv, percist_threshold(liver_mean, liver_sd), minimum_ml, "percist")


def _candidates(
    suv: SuvVolume, threshold: float, minimum_ml: float, name: str
) -> tuple[Region, ...]:
    if not (math.isfinite(threshold) and threshold > 0.0):
        raise MethodError(
            where=name,
            field="threshold",
            got=threshold,
            wanted="an SUV over 0",
            do="give the threshold in g/mL, such as fixed:4.0",
        )
    naming = Naming(label=LABEL, source="threshold", method=f"{name}:{round(threshold, 4)}")
    found = components_from(suv.g_per_ml, threshold, suv.grid, minimum_ml, naming)
    return tuple(replace(region, candidate=True) for region in found)
