"""Whether an image of SUV can be: no image holds more activity than was injected, nor none."""

from typing import Final

import numpy as np

from petrial.images.volumes import SuvVolume
from petrial.vocabulary.errors import Problem

__all__ = ["MOST_OF_INJECTED", "impossible"]

MOST_OF_INJECTED: Final = 2.0
"""An image whose voxels together hold more than so many times what was injected is refused.

1 is the law; the rest is room for calibration, noise and attenuation correction. Whole-body scans
hold 0.5 to 0.8 of it.
"""
LEAST_SUV: Final = 1e-3
"""An image without any voxel above this shows no uptake anywhere."""
HEAVIEST_KG: Final = 350.0
"""Stands in for a weight that is not known, as for images that are stored in SUV."""


def impossible(suv: SuvVolume, weight_kilogram: float | None, where: str) -> Problem | None:
    """Return why no patient can have this image, or None.

    SUV is concentration over injected activity per gram, so that the sum over all voxels of SUV
    (g/mL) times their volume (mL) is the body weight (g) times the share of the injected activity
    that is in the image, decay corrected.

    Examples
    --------
    A litre at SUV 200 would take the activity of 200 kg of patient:

    >>> from petrial.images.grid import Grid
    >>> grid = Grid.axial((10, 10, 10), (10.0, 10.0, 10.0), (0.0, 0.0, 0.0))
    >>> hot = SuvVolume(np.full(grid.shape, 200.0, np.float32), grid)
    >>> print(impossible(hot, 80.0, "PET"))
    PET: activity in the image: found 2.5 times what was injected, wanted at most what ...
    >>> impossible(hot, 150.0, "PET") is None
    True
    """
    peak = float(suv.g_per_ml.max())
    if peak < LEAST_SUV:
        return Problem(
            where,
            "uptake",
            f"no voxel above SUV {peak:.3g}",
            "an image with uptake",
            "check RescaleSlope, unit, injected activity and weight",
        )
    millilitre = float(np.prod(suv.grid.spacing)) / 1000.0
    with np.errstate(over="ignore"):  # an infinite sum is refused below
        gram = float(suv.g_per_ml.sum()) * millilitre
    share = gram / (1000.0 * (weight_kilogram or HEAVIEST_KG))
    if share <= MOST_OF_INJECTED:
        return None
    return Problem(
        where,
        "activity in the image",
        f"{share:.3g} times what was injected",
        f"at most what was injected; up to {MOST_OF_INJECTED:g} times is let pass",
        "check RescaleSlope, unit, injected activity and weight",
    )
