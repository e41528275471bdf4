"""The DICOM writers: valid by dciodvfy, the same bytes each time, and what was meant inside."""

import subprocess
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from needs import tool
from petrial.adapters.dicom.write import Identity, Packing, WriteOptions, uid_from
from petrial.adapters.dicom.write_contours import write_structure_set
from petrial.adapters.dicom.write_ct import write_ct
from petrial.adapters.dicom.write_multiframe import (
    write_legacy_converted,
    write_multiframe_ct,
    write_multiframe_pet,
)
from petrial.adapters.dicom.write_pet import write_pet
from petrial.adapters.dicom.write_study import DRAWN, DoseSheet, write_study
from petrial.images.grid import Grid
from petrial.images.volumes import CtVolume
from petrial.simulation.case import case_suv, plain_spec
from petrial.simulation.outlines import outline_sphere
from petrial.simulation.scanner import PetStatement, state_pet
from petrial.simulation.series import Vendor, Wording

GRID = Grid.axial((6, 32, 40), (3.0, 4.0, 4.5), (-80.0, -62.0, -100.0))
ME = Identity(seed="test")
WHEN = datetime.fromisoformat("2024-05-14T10:30:00")


def statement(wording: Wording | None = None) -> PetStatement:
    return state_pet(plain_spec("18F", wording), case_suv(GRID), GRID)


def ct() -> CtVolume:
    ramp = np.arange(GRID.shape[0] * 32 * 40, dtype=np.int32).reshape(GRID.shape) % 4000 - 1000
    return CtVolume(ramp.astype(np.int16), GRID)


def pet_files(vendor: Vendor, units: str, decay: str) -> Callable[[Path], Path]:
    wording = Wording(
        vendor=vendor,
        units=units,
        decay_correction=decay,
        suv_type="BW" if units == "GML" else None,
    )
    return lambda folder: write_pet(statement(wording), folder, ME)[0]


WRITERS: dict[str, Callable[[Path], Path]] = {
    **{
        f"PET {v.name} {u} {d}": pet_files(v, u, d)
        for v, u in (
            *((v, "BQML") for v in Vendor),
            (Vendor.PHILIPS, "CNTS"),
            (Vendor.SIEMENS, "GML"),
        )
        for d in ("START", "ADMIN", "NONE")
    },
    "CT": lambda folder: write_ct(ct(), folder, ME, WHEN)[0],
    "enhanced PET": lambda folder: write_multiframe_pet(statement(), folder, ME),
    "enhanced PET, not decay corrected": lambda folder: write_multiframe_pet(
        statement(Wording(decay_correction="NONE")), folder, ME
    ),
    "enhanced PET in SUV": lambda folder: write_multiframe_pet(
        statement(Wording(units="GML", suv_type="BW")), folder, ME
    ),
    "enhanced CT": lambda folder: write_multiframe_ct(ct(), folder, ME, WHEN),
    "structure set": lambda folder: write_structure_set(
        [outline_sphere("ball", (0.0, 0.0, -92.0), 12.0, GRID)], folder, ME, ME, WHEN
    ),
    **{
        f"PET as {packing.name}": lambda folder, packing=packing: write_pet(  # type: ignore[misc]  # mypy cannot type a lambda's default
            statement(), folder, ME, WriteOptions(packing=packing)
        )[0]
        for packing in Packing
    },
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_dciodvfy_finds_no_error_in_what_is_written(
    write: Callable[[Path], Path], tmp_path: Path
) -> None:
    checker = tool("dciodvfy")
    path = write(tmp_path)
    done = subprocess.run([checker, "-new", str(path)], capture_output=True, text=True, check=False)
    found = done.stderr.splitlines() + done.stdout.splitlines()
    assert any("Image" in line or "RTStructureSet" in line for line in found)
    assert [line for line in found if line.startswith("Error")] == []


@pytest.mark.parametrize("vendor", [Vendor.GE, Vendor.SIEMENS], ids=["signed", "unsigned"])
@pytest.mark.parametrize("packing", Packing)
def test_pydicom_reads_back_the_values_to_half_a_step(
    vendor: Vendor, packing: Packing, tmp_path: Path
) -> None:
    meant = statement(Wording(vendor=vendor))
    files = write_pet(meant, tmp_path, ME, WriteOptions(packing=packing))
    for z, path in enumerate(files):
        ds = dcmread(path)
        assert ds.file_meta.TransferSyntaxUID == packing.value
        step = float(ds.RescaleSlope)
        assert ds.pixel_array.max() == 32767
        found = ds.pixel_array * step
        np.testing.assert_allclose(found, meant.values[z], rtol=0.0, atol=0.501 * step)


def test_slices_of_different_peak_have_different_slopes(tmp_path: Path) -> None:
    suv = case_suv(GRID) * np.arange(1, 7)[:, np.newaxis, np.newaxis]
    files = write_pet(state_pet(plain_spec("18F"), suv, GRID), tmp_path, ME)
    slopes = [float(dcmread(path).RescaleSlope) for path in files]
    np.testing.assert_allclose(np.asarray(slopes) / slopes[0], np.arange(1, 7), rtol=1e-9)


def test_an_empty_slice_is_written_as_zeros(tmp_path: Path) -> None:
    suv = case_suv(GRID)
    suv[2] = 0.0
    files = write_pet(state_pet(plain_spec("18F"), suv, GRID), tmp_path, ME)
    assert not dcmread(files[2]).pixel_array.any()


def test_multi_frame_objects_hold_a_slope_for_each_frame(tmp_path: Path) -> None:
    meant = statement()
    ds = dcmread(write_multiframe_pet(meant, tmp_path, ME))
    assert ds.NumberOfFrames == 6
    for z, group in enumerate(ds.PerFrameFunctionalGroupsSequence):
        slope = float(group.PixelValueTransformationSequence[0].RescaleSlope)
        np.testing.assert_allclose(ds.pixel_array[z] * slope, meant.values[z], atol=0.501 * slope)
        place = group.PlanePositionSequence[0].ImagePositionPatient
        np.testing.assert_allclose(place, GRID.to_patient([[z, 0, 0]])[0])


def test_a_unit_without_place_in_enhanced_pet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="CNTS"):
        write_multiframe_pet(statement(Wording(units="CNTS")), tmp_path, ME)


@pytest.mark.parametrize("multiframe", [False, True], ids=["single", "enhanced"])
def test_hounsfield_units_come_back_exactly(multiframe: bool, tmp_path: Path) -> None:  # noqa: FBT001  a parameter of the test
    meant = ct()
    if multiframe:
        found = dcmread(write_multiframe_ct(meant, tmp_path, ME, WHEN)).pixel_array.astype(int)
    else:
        files = write_ct(meant, tmp_path, ME, WHEN)
        found = np.stack([dcmread(path).pixel_array for path in files]).astype(int)
    np.testing.assert_array_equal(found - 1024, meant.hounsfield)


@pytest.mark.parametrize("kind", ["PET", "CT"])
def test_highdicom_converts_what_was_written(kind: str, tmp_path: Path) -> None:
    singles = (
        write_pet(statement(), tmp_path / "single", ME)
        if kind == "PET"
        else write_ct(ct(), tmp_path / "single", ME, WHEN)
    )
    path = write_legacy_converted(singles, tmp_path / "legacy", replace(ME, series_number=9))
    ds = dcmread(path)
    assert ds.NumberOfFrames == 6
    assert "Legacy Converted" in ds.SOPClassUID.name


def test_the_same_call_writes_the_same_bytes(tmp_path: Path) -> None:
    once = write_pet(statement(), tmp_path / "1", ME)
    again = write_pet(statement(), tmp_path / "2", ME)
    assert [p.read_bytes() for p in once] == [p.read_bytes() for p in again]


def test_uids_are_short_valid_and_differ_between_objects(tmp_path: Path) -> None:
    """PS3.5 allows 64 characters, digits and dots, no component with a leading zero."""
    write_pet(statement(), tmp_path, ME)
    write_pet(statement(), tmp_path, replace(ME, series_number=2))
    write_ct(ct(), tmp_path, replace(ME, series_number=3), WHEN)
    heads = [dcmread(path, stop_before_pixels=True) for path in tmp_path.iterdir()]
    instances = [ds.SOPInstanceUID for ds in heads]
    assert len(set(instances)) == len(heads) == 18
    assert len({ds.SeriesInstanceUID for ds in heads}) == 3
    assert len({ds.StudyInstanceUID for ds in heads}) == 1
    assert len({ds.FrameOfReferenceUID for ds in heads}) == 1
    assert all(uid.is_valid for uid in instances)
    assert uid_from("a", "bc") != uid_from("ab", "c")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    pet = Grid.axial((125, 72, 72), (8.0, 8.0, 8.0), (-284.0, -284.0, -516.0))
    ct_grid = Grid.axial((50, 60, 60), (20.0, 8.0, 8.0), (-236.0, -236.0, -510.0))
    write_study(folder, pet_grid=pet, ct_grid=ct_grid)
    return folder


def test_the_demonstration_has_two_pets_a_ct_and_drawn_lesions_of_one_patient(demo: Path) -> None:
    heads = [dcmread(path, stop_before_pixels=True) for path in demo.rglob("*.dcm")]
    kinds = {(ds.Modality, ds.SeriesDescription) for ds in heads}
    assert kinds == {
        ("PT", "18F-FDG PET AC"),
        ("PT", "89Zr-trastuzumab PET AC"),
        ("CT", "CT low dose"),
        ("RTSTRUCT", "Drawn lesions"),
    }
    assert len({ds.PatientID for ds in heads}) == 1
    assert len({ds.SOPInstanceUID for ds in heads}) == len(heads)
    drawn = [ds for ds in heads if ds.Modality == "RTSTRUCT"]
    for ds in drawn:
        assert tuple(roi.ROIName for roi in ds.StructureSetROISequence) == DRAWN
        images = {h.SOPInstanceUID for h in heads if h.StudyInstanceUID == ds.StudyInstanceUID}
        for roi in ds.ROIContourSequence:
            for contour in roi.ContourSequence:
                assert contour.ContourImageSequence[0].ReferencedSOPInstanceUID in images


def test_record_and_header_of_the_demonstration_tell_one_story(demo: Path) -> None:
    """Net activity by hand: 262 x 2^(-22/109.77) - 6.1 x 2^(5/109.77) MBq of 18F."""
    record = tomllib.loads((demo / "fdg" / "record.toml").read_text(encoding="utf-8"))
    net = 262.0 * 2 ** (-22 / 109.77) - 6.1 * 2 ** (5 / 109.77)
    ds = dcmread(next((demo / "fdg" / "PET").iterdir()), stop_before_pixels=True)
    dose = ds.RadiopharmaceuticalInformationSequence[0]
    assert float(dose.RadionuclideTotalDose) == pytest.approx(1e6 * net, rel=1e-5)
    assert record["administration"]["injected_at"] == datetime.fromisoformat("2024-05-14T10:02:00")
    assert record["patient"]["weight_kg"] == float(ds.PatientWeight)


def test_the_zirconium_of_the_demonstration_is_scanned_four_days_after_injection(
    demo: Path,
) -> None:
    record = tomllib.loads((demo / "trastuzumab" / "record.toml").read_text(encoding="utf-8"))
    ds = dcmread(next((demo / "trastuzumab" / "PET").iterdir()), stop_before_pixels=True)
    scanned = datetime.strptime(  # noqa: DTZ007  the wall clock of the scanner
        ds.SeriesDate + ds.SeriesTime, "%Y%m%d%H%M%S.%f"
    )
    assert (scanned - record["administration"]["injected_at"]).total_seconds() == 4 * 86400.0


def test_a_dose_sheet_of_nothing_left_gives_the_measured_activity_back() -> None:
    sheet = DoseSheet(
        tracer="18F-FDG",
        nuclide="18F",
        activity_mbq=200.0,
        activity_measured_at=WHEN,
        residual_mbq=0.0,
        residual_measured_at=WHEN,
        injected_at=WHEN,
    )
    assert sheet.net_mbq(6586.2) == 200.0
