"""The lesion table: one row per region and image, with unit and sentence per column."""

from dataclasses import dataclass
from typing import Final

from petrial.vocabulary.tables import Schema, column, schema_of

__all__ = ["LESION_TABLE", "LesionRow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionRow:
    """The measures of one region on one PET series. IBSI names stand in the sentences."""

    series_uid: str = column("", "SeriesInstanceUID of the PET series that was measured")
    id: int = column("", "number of the region within the series, from 1")
    label: str = column("", "name of the region, such as the ROI name")
    source: str = column("", "where the region came from: a file, a method, a seed")
    method: str = column("", "name of the delineation")
    candidate: bool = column("", "true when found by a threshold and not yet judged by a person")
    voxels: int = column("", "number of voxels")
    volume_ml: float = column(
        "mL", "voxels times the volume of one voxel; IBSI volume (voxel counting)"
    )
    suv_max: float = column("g/mL", "largest voxel of body-weight SUV; IBSI maximum intensity")
    suv_mean: float = column("g/mL", "mean of body-weight SUV; IBSI mean intensity")
    suv_median: float = column("g/mL", "median of body-weight SUV; IBSI median intensity")
    suv_min: float = column("g/mL", "smallest voxel of body-weight SUV; IBSI minimum intensity")
    suv_sd: float = column(
        "g/mL", "standard deviation with denominator n; root of IBSI intensity variance"
    )
    suv_peak: float | None = column(
        "g/mL", "peak of body-weight SUV in the definition of the next column"
    )
    suv_peak_definition: str = column("", "name of the definition of the peak")
    suv_peak_reason: str = column("", "why there is no peak, if so")
    sul_janmahasatian_max: float | None = column(
        "g/mL", "largest voxel of SUV by lean mass of Janmahasatian"
    )
    sul_janmahasatian_mean: float | None = column("g/mL", "mean SUV by lean mass of Janmahasatian")
    sul_janmahasatian_peak: float | None = column(
        "g/mL", "peak of SUV by lean mass of Janmahasatian"
    )
    sul_james_max: float | None = column("g/mL", "largest voxel of SUV by lean mass of James")
    sul_james_mean: float | None = column("g/mL", "mean SUV by lean mass of James")
    sul_james_peak: float | None = column("g/mL", "peak of SUV by lean mass of James")
    suv_bsa_max: float | None = column("cm2/mL", "largest voxel of SUV by body surface of Du Bois")
    suv_bsa_mean: float | None = column("cm2/mL", "mean SUV by body surface of Du Bois")
    percent_id_per_kg_max: float | None = column(
        "%/kg", "largest voxel in percent of injected dose per kg tissue, density 1 kg/L"
    )
    percent_id_per_kg_mean: float | None = column(
        "%/kg", "mean in percent of injected dose per kg tissue, density 1 kg/L"
    )
    percent_id: float | None = column(
        "%", "percent of the injected dose in the region, decay corrected"
    )
    tlg: float = column(
        "g",
        "mean SUV times volume (total lesion glycolysis for FDG); IBSI integrated intensity",
    )
    ratio_liver: float | None = column("", "mean SUV over mean SUV of the liver reference region")
    ratio_blood_pool: float | None = column(
        "", "mean SUV over mean SUV of the blood-pool reference region"
    )
    centroid_x_mm: float = column("mm", "mean voxel position, patient x (to the left)")
    centroid_y_mm: float = column("mm", "mean voxel position, patient y (to the back)")
    centroid_z_mm: float = column("mm", "mean voxel position, patient z (to the head)")
    max_x_mm: float = column("mm", "position of the largest voxel, patient x (to the left)")
    max_y_mm: float = column("mm", "position of the largest voxel, patient y (to the back)")
    max_z_mm: float = column("mm", "position of the largest voxel, patient z (to the head)")
    axial_diameter_mm: float = column(
        "mm", "largest distance of two points of the outline within one slice"
    )
    diameter_3d_mm: float = column(
        "mm", "largest distance of two points of the surface; IBSI maximum 3D diameter"
    )
    sphericity: float | None = column(
        "", "how like a sphere the surface mesh is, 1 for a sphere; IBSI sphericity"
    )
    ct_mean_hu: float | None = column(
        "HU", "mean CT number of the region, CT resampled to the PET grid"
    )


LESION_TABLE: Final[Schema] = schema_of(LesionRow, key=("series_uid", "id"))
