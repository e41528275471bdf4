"""Real structure sets on real PET: the values on which independent programs agree."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread

from petrial.adapters.dicom.structure_set import read_structure_set
from petrial.adapters.files.label_map import read_label_map
from petrial.images.grid import Grid
from petrial.lesions.region import Region

Unpack = Callable[[str], Path]
STS_001_FACTOR = 0.000242902977  # SUVbw per Bq/mL, from the table of the reference data
DROS = ("DRO_0_0", "DRO_1_0", "DRO_2_4", "DRO_3_1", "DRO_4_2")


def series(folder: Path) -> tuple[NDArray[np.float64], Grid]:
    """Stored values x slope, shape (z, y, x), and their grid, in the simplest way."""
    slices = [dcmread(path) for path in folder.glob("*.dcm")]
    slices.sort(key=lambda dataset: float(dataset.ImagePositionPatient[2]))
    values = np.stack([dataset.pixel_array * float(dataset.RescaleSlope) for dataset in slices])
    first, last = slices[0].ImagePositionPatient, slices[-1].ImagePositionPatient
    between = (float(last[2]) - float(first[2])) / (len(slices) - 1)
    row, column = map(float, slices[0].PixelSpacing)
    origin = (float(first[0]), float(first[1]), float(first[2]))
    return values, Grid.axial((values.shape[0], *values.shape[1:]), (between, row, column), origin)


def voxels(values: NDArray[np.float64], region: Region) -> NDArray[np.float64]:
    return np.asarray(values[region.box][region.mask])


def test_the_mass_of_sts_001_has_its_known_values(unpacked: Unpack) -> None:
    """5095 voxels, 366.079 mL, SUVbw 7.91067, 0.16879, 2.55518: three programs agree."""
    folder = unpacked("sts001-ge-bqml")
    values, grid = series(folder / "image")
    contours = read_structure_set(folder / "mask" / "1-1.dcm")
    placed = contours.on(grid)
    assert [region.label for region in placed.regions] == ["GTV_Mass", "GTV_Edema"]
    assert placed.problems == ()
    mass = placed.regions[0]
    suv = voxels(values, mass) * STS_001_FACTOR
    assert mass.voxels == 5095
    assert mass.voxels * grid.voxel_volume_ml == pytest.approx(366.079, abs=5e-4)
    assert suv.max() == pytest.approx(7.91067, abs=5e-6)
    assert suv.min() == pytest.approx(0.16879, abs=5e-6)
    assert suv.mean() == pytest.approx(2.55518, abs=5e-6)
    header = dcmread(next((folder / "image").glob("*.dcm")), stop_before_pixels=True)
    assert contours.frame_of_reference_uid == header.FrameOfReferenceUID


def test_the_mass_of_sts_001_on_a_flipped_grid_is_the_same(unpacked: Unpack) -> None:
    folder = unpacked("sts001-ge-bqml")
    values, grid = series(folder / "image")
    top = grid.to_patient([[grid.shape[0] - 1, 0, 0]])[0]
    flipped = Grid(
        grid.shape, grid.spacing, (top[0], top[1], top[2]), ((0, 0, -1), (0, 1, 0), (1, 0, 0))
    )
    region = read_structure_set(folder / "mask" / "1-1.dcm").on(flipped).regions[0]
    assert region.voxels == 5095
    assert voxels(values[::-1], region).max() * STS_001_FACTOR == pytest.approx(7.91067, abs=5e-6)


@pytest.mark.parametrize("name", DROS)
def test_the_regions_of_the_ibsi_objects_lie_in_their_mask(unpacked: Unpack, name: str) -> None:
    """Their structure set is drawn one slice and about one voxel inside of their mask.

    So no voxel of it may lie outside, and each of its slices fills all but a rim of two voxels:
    a circle of 60 voxels radius has a rim of 2 x 2 pi 60.
    """
    folder = unpacked("ibsi-suv-dro") / name
    structures = next((folder / "RS").glob("*.dcm"))
    _, grid = series(folder / "PT")
    mask = read_label_map(folder / "mask" / "DRO_mask.nii.gz").on(grid).regions[0]
    assert (mask.start, mask.mask.shape, mask.voxels) == ((1, 68, 68), (18, 121, 121), 203202)
    region = read_structure_set(structures).on(grid).regions[0]
    assert region.start[0] == 2
    assert region.mask.shape[0] == 16
    inside = np.zeros(grid.shape, dtype=np.bool_)
    inside[mask.box] = mask.mask
    assert inside[region.box][region.mask].all()
    per_slice = region.mask.sum(axis=(1, 2))
    assert (11289 - per_slice <= 2 * 2 * np.pi * 60).all()


def test_the_label_map_of_the_ibsi_object_gives_its_known_values(unpacked: Unpack) -> None:
    """Maximum 4.00, median 1.00, minimum 0.20, here of the object that is BQML from the start.

    The factor is the one that makes the maximum 4: median and minimum then have no freedom left.
    """
    folder = unpacked("ibsi-suv-dro") / "DRO_0_0"
    values, grid = series(folder / "PT")
    mask = read_label_map(folder / "mask" / "DRO_mask.nii.gz").on(grid).regions[0]
    inside = voxels(values, mask)
    assert np.median(inside) / inside.max() * 4.0 == pytest.approx(1.0, abs=5e-3)
    assert inside.min() / inside.max() * 4.0 == pytest.approx(0.2, abs=5e-3)


@pytest.mark.parametrize("image", ["PET", "CT"])
@pytest.mark.parametrize("drawn", ["PET", "CT"])
def test_the_mass_of_sts_003_has_the_volume_that_its_outlines_enclose(
    unpacked: Unpack, image: str, drawn: str
) -> None:
    """Area by the shoelace formula times plane distance, whichever image it was drawn on."""
    folder = unpacked("sts003-petct")
    _, grid = series(folder / image / "image")
    structures = folder / drawn / "mask" / "RS.dcm"
    region = read_structure_set(structures).on(grid).regions[0]
    area = 0.0
    for contour in dcmread(structures).ROIContourSequence[0].ContourSequence:
        x, y, _ = np.asarray(contour.ContourData, dtype=np.float64).reshape(-1, 3).T
        area += abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2.0
    assert region.voxels * grid.voxel_volume_ml == pytest.approx(area * 3.27 / 1000.0, rel=0.005)
