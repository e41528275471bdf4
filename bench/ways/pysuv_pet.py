"""PET to SUV by pySUV, slice by slice, as it does it."""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pydicom

from bench.digest import digest
from bench.laps import Laps

pysuv = import_module("pysuv")


def run(folder: Path, laps: Laps) -> dict[str, Any]:
    """Load the PET of the study in ``folder``."""
    with laps.lap("PET to SUV"):
        slices = [pydicom.dcmread(path) for path in (folder / "PET").iterdir()]
        slices.sort(key=lambda ds: float(ds.ImagePositionPatient[2]))
        volume = np.stack([pysuv.compute_suv(ds).astype(np.float32) for ds in slices])
    laps.finish()
    return digest(volume)
