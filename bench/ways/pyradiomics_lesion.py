"""First order and shape of one lesion by PyRadiomics, on the whole image as it is often called."""

from importlib import import_module
from pathlib import Path
from typing import Any

import SimpleITK as sitk  # noqa: N813  the name by which everybody knows it

from bench.laps import Laps
from bench.task import THRESHOLD
from bench.ways.simpleitk_pet import read

featureextractor = import_module("radiomics.featureextractor")


def run(folder: Path, laps: Laps) -> dict[str, Any]:
    """Measure the largest lesion of the study in ``folder``."""
    image = read(folder / "PET")
    top = sitk.GetArrayViewFromImage(image).max()
    parts = sitk.RelabelComponent(
        sitk.ConnectedComponent(image >= float(top) * THRESHOLD / 15.0), sortByObjectSize=True
    )
    extractor = featureextractor.RadiomicsFeatureExtractor()
    extractor.disableAllFeatures()
    extractor.enableFeatureClassByName("firstorder")
    extractor.enableFeatureClassByName("shape")
    with laps.lap("one lesion"):
        found = extractor.execute(image, parts == 1)
    laps.finish()
    return {"voxels": int(found["original_shape_VoxelVolume"])}
