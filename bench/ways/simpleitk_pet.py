"""PET to SUV by the series reader of SimpleITK, the factor from one header by pydicom."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import SimpleITK as sitk  # noqa: N813  the name by which everybody knows it

from bench.digest import digest
from bench.laps import Laps
from bench.ways.pydicom_pet import header_factor


def read(folder: Path) -> Any:  # noqa: ANN401  SimpleITK has no types
    """Return the one series in ``folder`` as an image of float32."""
    names = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder))
    return sitk.ReadImage(names, sitk.sitkFloat32)


def run(folder: Path, laps: Laps) -> dict[str, Any]:
    """Load the PET of the study in ``folder``."""
    with laps.lap("PET to SUV"):
        first = next((folder / "PET").iterdir())
        scale = header_factor(pydicom.dcmread(first, stop_before_pixels=True))
        volume = sitk.GetArrayFromImage(read(folder / "PET")) * np.float32(scale)
    laps.finish()
    return digest(volume)
