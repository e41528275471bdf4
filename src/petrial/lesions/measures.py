"""What is measured in a region: one row of the lesion table."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from petrial.images.kernels import compiled
from petrial.images.resampling import mean_linear
from petrial.images.suv.scaling import MassRatios
from petrial.images.volumes import CtVolume, SuvVolume
from petrial.lesions.peak import PeakDefinition, peak
from petrial.lesions.region import Region
from petrial.lesions.shape import shape_of
from petrial.lesions.table import LesionRow
from petrial.vocabulary.errors import GeometryError, MethodError, Problem
from petrial.vocabulary.knowledge import Known, Unknown, Verdict

__all__ = [
    "Intensity",
    "MeasureContext",
    "ct_mean",
    "intensity_of",
    "measure_all",
    "measure_region",
]


@dataclass(frozen=True, slots=True, eq=False)
class MeasureContext:
    """What the measures of a region need beside the image.

    Attributes
    ----------
    series_uid
        SeriesInstanceUID of the PET series.
    ratios
        From body-weight SUV to the other normalisations; what is Unknown gives empty columns.
    weight_gram
        Body weight, for percent of the injected dose; None gives an empty column.
    peak
        Definition of the peak.
    liver_mean, blood_pool_mean
        Mean SUVbw of the reference regions, g/mL; None gives an empty ratio.
    ct
        CT in the same frame of reference; None gives an empty column.
    """

    series_uid: str
    ratios: MassRatios
    weight_gram: float | None = None
    peak: PeakDefinition = PeakDefinition.SPHERE_1CM3
    liver_mean: float | None = None
    blood_pool_mean: float | None = None
    ct: CtVolume | None = None


@dataclass(frozen=True, slots=True)
class Intensity:
    """First-order measures of the voxels of a region, SUV in g/mL.

    Attributes
    ----------
    sd
        Root of the mean squared deviation (denominator n).
    centroid_mm, maximum_mm
        Mean voxel position, and position of the largest voxel (the first of equal ones in z, y,
        x), patient (x, y, z) in mm.
    """

    voxels: int
    maximum: float
    minimum: float
    mean: float
    median: float
    sd: float
    centroid_mm: tuple[float, float, float]
    maximum_mm: tuple[float, float, float]


@compiled
def _gather(
    crop: NDArray[np.float32], mask: NDArray[np.bool_], values: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Write the masked values in order; return sum, sums of z, y, x, and z, y, x of the maximum."""
    out = np.zeros(7)
    best = np.float32(-np.inf)
    n = 0
    for z in range(crop.shape[0]):
        for y in range(crop.shape[1]):
            for x in range(crop.shape[2]):
                if mask[z, y, x]:
                    value = crop[z, y, x]
                    values[n] = value
                    n += 1
                    out[0] += value
                    out[1] += z
                    out[2] += y
                    out[3] += x
                    if value > best:
                        best = value
                        out[4] = z
                        out[5] = y
                        out[6] = x
    return out


def intensity_of(suv: SuvVolume, region: Region) -> Intensity:
    """Return the first-order measures of ``suv`` in ``region``.

    Source: Zwanenburg 2020, IBSI reference manual, intensity-based statistics.

    Raises
    ------
    GeometryError
        Image and region lie on different grids.
    MethodError
        A voxel of the region has no finite value.

    Examples
    --------
    >>> from petrial.images.grid import Grid
    >>> grid = Grid.axial((1, 1, 4), (1.0, 1.0, 2.0), (10.0, 0.0, 0.0))
    >>> suv = SuvVolume(np.array([[[9.0, 1.0, 2.0, 6.0]]], dtype=np.float32), grid)
    >>> mask = np.ones((1, 1, 3), dtype=bool)
    >>> region = Region.from_crop(grid, (0, 0, 1), mask, label="a", source="b", method="c")
    >>> found = intensity_of(suv, region)
    >>> found.mean, found.median, found.maximum_mm
    (3.0, 2.0, (16.0, 0.0, 0.0))
    """
    if region.grid is not suv.grid and not region.grid.coincides_with(suv.grid):
        raise GeometryError(
            where=f"region {region.label}",
            field="grid",
            got=f"{region.grid.shape} voxels from {region.grid.origin}",
            wanted=f"the image's {suv.grid.shape} voxels from {suv.grid.origin}",
            do="place the contour on this image before measuring",
        )
    values = np.empty(region.voxels, dtype=np.float32)
    crop = np.ascontiguousarray(suv.g_per_ml[region.box])
    mask = np.ascontiguousarray(region.mask)
    total, z, y, x, *top = _gather(crop, mask, values).tolist()
    count = values.size
    mean = total / count
    if not math.isfinite(mean):
        raise MethodError(
            where=f"region {region.label}",
            field="voxel values",
            got="values that are no finite numbers",
            wanted="finite SUV in every voxel of the region",
            do="check the pixel data and the slopes of the slices",
        )
    places = np.asarray([[z / count, y / count, x / count], top]) + np.asarray(region.start)
    centroid, maximum = region.grid.to_patient(places).tolist()
    return Intensity(
        voxels=count,
        maximum=float(values.max()),
        minimum=float(values.min()),
        mean=mean,
        median=_median(values),
        sd=math.sqrt(float(np.square(values - np.float64(mean)).mean())),
        centroid_mm=(centroid[0], centroid[1], centroid[2]),
        maximum_mm=(maximum[0], maximum[1], maximum[2]),
    )


def _median(values: NDArray[np.float32]) -> float:
    half = values.size // 2
    if values.size % 2:
        return float(np.partition(values, half)[half])
    pair = np.partition(values, (half - 1, half))[half - 1 : half + 1]
    return (float(pair[0]) + float(pair[1])) / 2.0


def ct_mean(ct: CtVolume, region: Region) -> Verdict[float]:
    """Return the mean CT number of ``region`` in HU, CT interpolated linearly at its voxel centres.

    Unknown where the CT does not reach every voxel centre of the region; nothing is extrapolated.
    """
    grid = region.grid.crop(region.start, region.mask.shape)
    mean, missing = mean_linear(ct.hounsfield, ct.grid, grid, region.mask)
    if missing:
        return Unknown(
            (
                Problem(
                    where=f"region {region.label}",
                    field="CT number",
                    got=f"CT at {region.voxels - missing} of {region.voxels} voxels",
                    wanted="a CT that covers the whole region",
                    do="read the CT number only of regions within the field of view of the CT",
                ),
            )
        )
    return Known(mean)


def measure_region(
    suv: SuvVolume, region: Region, context: MeasureContext, number: int = 1
) -> LesionRow:
    """Return row ``number`` of the lesion table: the measures of ``region`` on ``suv``.

    Columns, units and sentences: ``LESION_TABLE``.

    Raises
    ------
    GeometryError
        Image and region lie on different grids.
    MethodError
        A voxel of the region has no finite value.
    """
    found = intensity_of(suv, region)
    shape = shape_of(region)
    top = peak(suv, region, context.peak)
    volume = found.voxels * region.grid.voxel_volume_ml
    injected = None
    if context.weight_gram is not None:
        injected = 100.0 * found.mean * volume / context.weight_gram
    ratios = context.ratios
    return LesionRow(
        series_uid=context.series_uid,
        id=number,
        label=region.label,
        source=region.source,
        method=region.method,
        candidate=region.candidate,
        voxels=found.voxels,
        volume_ml=volume,
        suv_max=found.maximum,
        suv_mean=found.mean,
        suv_median=found.median,
        suv_min=found.minimum,
        suv_sd=found.sd,
        suv_peak=top.value,
        suv_peak_definition=top.definition.value,
        suv_peak_reason=top.reason,
        sul_janmahasatian_max=_times(found.maximum, ratios.lean_janmahasatian),
        sul_janmahasatian_mean=_times(found.mean, ratios.lean_janmahasatian),
        sul_janmahasatian_peak=_times(top.value, ratios.lean_janmahasatian),
        sul_james_max=_times(found.maximum, ratios.lean_james),
        sul_james_mean=_times(found.mean, ratios.lean_james),
        sul_james_peak=_times(top.value, ratios.lean_james),
        suv_bsa_max=_times(found.maximum, ratios.body_surface),
        suv_bsa_mean=_times(found.mean, ratios.body_surface),
        percent_id_per_kg_max=_times(found.maximum, ratios.injected_percent_per_kg),
        percent_id_per_kg_mean=_times(found.mean, ratios.injected_percent_per_kg),
        percent_id=injected,
        tlg=found.mean * volume,
        ratio_liver=_over(found.mean, context.liver_mean),
        ratio_blood_pool=_over(found.mean, context.blood_pool_mean),
        centroid_x_mm=found.centroid_mm[0],
        centroid_y_mm=found.centroid_mm[1],
        centroid_z_mm=found.centroid_mm[2],
        max_x_mm=found.maximum_mm[0],
        max_y_mm=found.maximum_mm[1],
        max_z_mm=found.maximum_mm[2],
        axial_diameter_mm=shape.axial_diameter_mm,
        diameter_3d_mm=shape.diameter_3d_mm,
        sphericity=shape.sphericity,
        ct_mean_hu=_ct_mean(context.ct, region),
    )


def measure_all(
    suv: SuvVolume, regions: Sequence[Region], context: MeasureContext
) -> tuple[LesionRow, ...]:
    """Return one row per region, in their order, numbered from 1."""
    return tuple(
        measure_region(suv, region, context, number)
        for number, region in enumerate(regions, start=1)
    )


def _times(value: float | None, ratio: Verdict[float]) -> float | None:
    if value is None:
        return None
    match ratio:
        case Known(value=factor):
            return value * factor
        case Unknown():
            return None


def _over(value: float, reference: float | None) -> float | None:
    return None if reference is None or reference <= 0.0 else value / reference


def _ct_mean(ct: CtVolume | None, region: Region) -> float | None:
    if ct is None:
        return None
    match ct_mean(ct, region):
        case Known(value=mean):
            return mean
        case Unknown():
            return None
