"""The steps of petrial one after the other, and a measurement again after an edit."""

from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bench.laps import Laps
from bench.task import MINIMUM_ML, THRESHOLD
from petrial.adapters.dicom.scan import scan
from petrial.conduct.check import judge_series
from petrial.conduct.orders import CheckOrders
from petrial.images.grid import Grid
from petrial.images.series import SeriesKind
from petrial.images.suv.scaling import SuvScaling
from petrial.images.volumes import CtVolume, SuvVolume
from petrial.lesions.delineation import fixed_threshold
from petrial.lesions.measures import MeasureContext, ct_mean, intensity_of, measure_region
from petrial.lesions.peak import peak
from petrial.lesions.region import Region
from petrial.lesions.shape import shape_of
from petrial.vocabulary.knowledge import Known


def run(folder: Path, laps: Laps) -> dict[str, Any]:
    """Measure the study in ``folder`` step by step."""
    with laps.lap("compiled code"):
        _warm_up()
    with laps.lap("headers"):
        found = {one.facts.kind: one for one in scan(folder).series}
        pet, ct = found[SeriesKind.PET], found[SeriesKind.CT]
        scaling = judge_series(pet.facts, CheckOrders())
    if not isinstance(scaling, Known) or pet.facts.grid is None:
        message = "the PET of the study was refused"
        raise TypeError(message)
    with laps.lap("PET to SUV"):
        suv = SuvVolume(pet.values(np.asarray(scaling.value.factors_bw)), pet.facts.grid)
    with laps.lap("CT"):
        hounsfield = ct.hounsfield()
    with laps.lap("components"):
        regions = fixed_threshold(suv, THRESHOLD, MINIMUM_ML)
    with laps.lap("statistics"):
        for region in regions:
            intensity_of(suv, region)
    with laps.lap("shape"):
        for region in regions:
            shape_of(region)
    with laps.lap("peak"):
        for region in regions:
            peak(suv, region)
    with laps.lap("CT number"):
        for region in regions:
            ct_mean(hounsfield, region)
    laps.finish()
    return {"lesions": len(regions), "edits": _edits(suv, regions, hounsfield, scaling.value)}


def _warm_up() -> None:
    """Load the compiled code, by measuring one small lesion."""
    grid = Grid.axial((16, 16, 16), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0))
    image = np.zeros(grid.shape, np.float32)
    image[7:9, 7:9, 7:9] = 9.0
    suv = SuvVolume(image, grid)
    ct = CtVolume(np.zeros(grid.shape, np.int16), grid)
    for region in fixed_threshold(suv, THRESHOLD, 0.0):
        intensity_of(suv, region)
        shape_of(region)
        peak(suv, region)
        ct_mean(ct, region)


def _edits(
    suv: SuvVolume, regions: tuple[Region, ...], ct: CtVolume, scaling: SuvScaling
) -> list[float]:
    """Return the seconds of a whole measurement of each region after a stroke of a rubber."""
    context = MeasureContext(series_uid="", ratios=scaling.ratios, weight_gram=1.0, ct=ct)
    seconds = []
    for region in regions:
        began = perf_counter()
        mask = region.mask.copy()
        mask[: mask.shape[0] // 3] = False
        edited = Region.from_crop(
            suv.grid, region.start, mask, label="", source="edit", method="drawn"
        )
        measure_region(suv, edited, context)
        seconds.append(perf_counter() - began)
    return seconds
