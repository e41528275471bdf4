"""PET to SUV by dicomsdl."""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from bench.digest import digest
from bench.laps import Laps
from bench.suv import factor

dicomsdl = import_module("dicomsdl")


def run(folder: Path, laps: Laps) -> dict[str, Any]:
    """Load the PET of the study in ``folder``."""
    with laps.lap("PET to SUV"):
        slices = [dicomsdl.open(str(path)) for path in (folder / "PET").iterdir()]
        slices.sort(key=lambda ds: ds.ImagePositionPatient[2])
        first = slices[0]
        dose = first.RadiopharmaceuticalInformationSequence[0]
        scale = factor(
            first.PatientWeight,
            dose.RadionuclideTotalDose,
            dose.RadionuclideHalfLife,
            dose.RadiopharmaceuticalStartDateTime,
            first.SeriesDate + first.SeriesTime,
        )
        volume = np.empty((len(slices), first.Rows, first.Columns), np.float32)
        for z, ds in enumerate(slices):
            stored = ds.pixelData(storedvalue=True)
            np.multiply(stored, np.float32(ds.RescaleSlope * scale), out=volume[z])
    laps.finish()
    return digest(volume)
