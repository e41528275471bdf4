"""A few numbers of a volume, by which volumes made in different processes are compared."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["digest"]

SAMPLES = 2000


def digest(volume: NDArray[np.floating]) -> dict[str, Any]:
    """Return shape, maximum, mean, and the values at fixed random voxels, as plain numbers."""
    places = np.random.default_rng(7).integers(0, volume.size, SAMPLES)
    return {
        "shape": list(volume.shape),
        "maximum": float(volume.max()),
        "mean": float(volume.mean(dtype=np.float64)),
        "samples": volume.ravel()[places].astype(float).tolist(),
    }
