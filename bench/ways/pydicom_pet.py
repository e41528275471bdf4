"""PET to SUV by a plain loop with pydicom."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom

from bench.digest import digest
from bench.laps import Laps
from bench.suv import factor


def header_factor(ds: pydicom.Dataset) -> float:
    """Return SUVbw per Bq/mL from the header of one slice."""
    dose = ds.RadiopharmaceuticalInformationSequence[0]
    return factor(
        float(ds.PatientWeight),
        float(dose.RadionuclideTotalDose),
        float(dose.RadionuclideHalfLife),
        str(dose.RadiopharmaceuticalStartDateTime),
        str(ds.SeriesDate) + str(ds.SeriesTime),
    )


def run(folder: Path, laps: Laps) -> dict[str, Any]:
    """Load the PET of the study in ``folder``."""
    with laps.lap("PET to SUV"):
        slices = [pydicom.dcmread(path) for path in (folder / "PET").iterdir()]
        slices.sort(key=lambda ds: float(ds.ImagePositionPatient[2]))
        scale = header_factor(slices[0])
        volume = np.stack(
            [ds.pixel_array * np.float32(float(ds.RescaleSlope) * scale) for ds in slices]
        )
    laps.finish()
    return digest(volume)
