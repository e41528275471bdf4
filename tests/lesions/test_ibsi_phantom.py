"""The IBSI digital phantom: every row of the consensus table that petrial measures."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from petrial.images.grid import Grid
from petrial.images.suv.scaling import MassRatios
from petrial.images.volumes import SuvVolume
from petrial.lesions.measures import MeasureContext, measure_region
from petrial.lesions.peak import PeakDefinition, peak
from petrial.lesions.region import Region
from petrial.lesions.shape import shape_of
from petrial.vocabulary.knowledge import Known

ROWS = (
    "morph_volume",
    "morph_vol_approx",
    "morph_area_mesh",
    "morph_sphericity",
    "morph_diam",
    "morph_integ_int",
    "loc_peak_loc",
    "loc_peak_glob",
    "stat_mean",
    "stat_var",
    "stat_median",
    "stat_min",
    "stat_max",
)


@pytest.fixture(scope="module")
def phantom(petrial_data: Path) -> tuple[SuvVolume, Region, Path]:
    folder = petrial_data / "pet" / "ibsi-digital-phantom"
    image = SimpleITK.ReadImage(str(folder / "phantom.nii.gz"))
    mask = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(folder / "mask.nii.gz"))) > 0
    values = SimpleITK.GetArrayFromImage(image).astype(np.float32)
    z, y, x = values.shape
    dx, dy, dz = image.GetSpacing()
    grid = Grid.axial((z, y, x), (dz, dy, dx), (0.0, 0.0, 0.0))
    region = Region.from_crop(grid, (0, 0, 0), mask, label="ROI", source="IBSI", method="drawn")
    return SuvVolume(values, grid), region, folder / "reference_values.csv"


def measured(suv: SuvVolume, region: Region) -> dict[str, float | None]:
    """Return what petrial measures by the tags of the table, in its units (mm)."""
    one = Known(1.0)
    context = MeasureContext("1.2.3", MassRatios(one, one, one, one))
    row = measure_region(suv, region, context)
    shape = shape_of(region)
    return {
        "morph_volume": shape.mesh_volume_ml * 1000.0,
        "morph_vol_approx": row.volume_ml * 1000.0,
        "morph_area_mesh": shape.surface_mm2,
        "morph_sphericity": row.sphericity,
        "morph_diam": row.diameter_3d_mm,
        # IBSI multiplies the mean by the volume of the mesh, total lesion glycolysis by the voxels
        "morph_integ_int": row.suv_mean * shape.mesh_volume_ml * 1000.0,
        "loc_peak_loc": peak(suv, region, PeakDefinition.IBSI_LOCAL).value,
        "loc_peak_glob": peak(suv, region, PeakDefinition.IBSI_GLOBAL).value,
        "stat_mean": row.suv_mean,
        "stat_var": row.suv_sd**2,
        "stat_median": row.suv_median,
        "stat_min": row.suv_min,
        "stat_max": row.suv_max,
    }


@pytest.mark.parametrize("tag", ROWS)
def test_the_phantom_gives_the_consensus(phantom: tuple[SuvVolume, Region, Path], tag: str) -> None:
    """Expected: reference value and tolerance of the table; no tolerance means its three digits."""
    suv, region, table = phantom
    with table.open(encoding="utf-8-sig") as lines:
        rows = {row["tag"]: row for row in csv.DictReader(lines)}
    wanted = float(rows[tag]["reference value"])
    rounding = 0.5 * 10.0 ** (math.floor(math.log10(wanted)) - 2)
    found = measured(suv, region)[tag]
    assert found == pytest.approx(wanted, abs=float(rows[tag]["tolerance"]) + rounding)


def test_the_phantom_has_74_voxels_in_one_region(
    phantom: tuple[SuvVolume, Region, Path],
) -> None:
    assert phantom[1].voxels == 74
