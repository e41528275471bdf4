"""Enhanced and legacy-converted objects give what the single frames they came from give."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from made_slices import pet_slices, stored_numbers, write_slices
from petrial.adapters.dicom.scan import FoundSeries, scan
from petrial.adapters.dicom.write import Identity, Packing, WriteOptions
from petrial.adapters.dicom.write_multiframe import (
    write_legacy_converted,
    write_multiframe_ct,
    write_multiframe_pet,
)
from petrial.images.grid import Grid
from petrial.images.series import SeriesKind
from petrial.images.volumes import CtVolume
from petrial.simulation.scanner import PetStatement, state_pet
from petrial.simulation.series import Beds, PetSeriesSpec, Wording
from petrial.vocabulary.moments import ClockReading

ME = Identity(seed="multi-frame", series_number=5)
GRID = Grid.axial((6, 40, 36), (3.0, 2.5, 2.0), (-10.0, -20.0, 100.0))
START = datetime(2024, 1, 31, 11, 0)  # noqa: DTZ001  the wall clock of the scanner


def statement(wording: Wording | None = None) -> PetStatement:
    """Return a scan of two beds with values that differ from voxel to voxel."""
    spec = PetSeriesSpec(
        injected_at=START - timedelta(hours=1),
        scan_started=START,
        beds=Beds(count=2),
        wording=wording or Wording(),
    )
    return state_pet(spec, np.random.default_rng(3).uniform(0.0, 9.0, GRID.shape), GRID)


def only(path: Path) -> FoundSeries:
    (series,) = scan(path).series
    return series


def edited(path: Path, change: Callable[[Dataset], None]) -> str:
    """Alter a file and return the problems of its series."""
    ds = pydicom.dcmread(path)
    change(ds)
    ds.save_as(path)
    return "\n".join(str(problem) for problem in only(path).facts.problems)


@pytest.mark.parametrize(
    "packing", [Packing.PLAIN, Packing.IMPLICIT, Packing.JPEG_2000, Packing.RLE]
)
def test_enhanced_pet_agrees_with_highdicom(tmp_path: Path, packing: Packing) -> None:
    """highdicom applies the slope of each frame and sorts frames on its own."""
    path = write_multiframe_pet(statement(), tmp_path, ME, WriteOptions(packing=packing))
    found = only(tmp_path)
    assert not found.facts.problems
    volume = highdicom.imread(path).get_volume(dtype=np.float64, apply_real_world_transform=False)
    ours = found.values()
    theirs = volume.array if volume.array.shape == ours.shape else volume.array.T
    both = (theirs, theirs[::-1])
    assert any(np.allclose(ours, one, rtol=2e-7) for one in both)
    assert found.facts.grid is not None
    assert found.facts.grid.coincides_with(GRID)


def test_enhanced_pet_in_big_endian_is_the_same(tmp_path: Path) -> None:
    for packing in (Packing.PLAIN, Packing.BIG_ENDIAN):
        write_multiframe_pet(statement(), tmp_path / packing, ME, WriteOptions(packing=packing))
    plain, big = only(tmp_path / Packing.PLAIN), only(tmp_path / Packing.BIG_ENDIAN)
    assert plain.facts == big.facts
    np.testing.assert_array_equal(plain.values(), big.values())


def test_enhanced_pet_states_units_decay_and_times_of_each_frame(tmp_path: Path) -> None:
    made = statement()
    write_multiframe_pet(made, tmp_path, ME)
    pet = only(tmp_path).facts.pet
    assert pet is not None
    assert (pet.units, pet.decay_correction) == ("BQML", "START")
    assert pet.decay_correction_moment == ClockReading(date(2024, 1, 31), time(11))
    assert pet.corrected_image is not None
    assert pet.corrected_image >= {"ATTN", "DECY"}
    assert [s.acquired.clock for s in pet.slices] == [time(11)] * 3 + [time(11, 3, 3)] * 3
    assert {s.frame_duration_second for s in pet.slices} == {180.0}
    assert pet.slices[0].decay_factor == pytest.approx(1.0095, abs=1e-4)
    assert pet.patient_weight == 68.0
    assert pet.total_dose == pytest.approx(250e6)


def test_enhanced_pet_in_suv_states_its_unit_by_the_mapping(tmp_path: Path) -> None:
    write_multiframe_pet(statement(Wording(units="GML", suv_type="BW")), tmp_path, ME)
    pet = only(tmp_path).facts.pet
    assert pet is not None
    assert (pet.units, pet.suv_type) == ("GML", "BW")


def test_enhanced_pet_without_decay_correction_says_none(tmp_path: Path) -> None:
    write_multiframe_pet(statement(Wording(decay_correction="NONE")), tmp_path, ME)
    pet = only(tmp_path).facts.pet
    assert pet is not None
    assert (pet.decay_correction, pet.decay_correction_moment) == ("NONE", None)


def test_enhanced_pet_without_attenuation_correction_is_recognised(tmp_path: Path) -> None:
    write_multiframe_pet(statement(Wording(corrected=("SCAT",))), tmp_path, ME)
    assert only(tmp_path).facts.kind is SeriesKind.PET_NOT_CORRECTED


def test_a_mapping_whose_slope_is_another_one_is_refused(tmp_path: Path) -> None:
    path = write_multiframe_pet(statement(), tmp_path, ME)

    def change(ds: Dataset) -> None:
        group = ds.PerFrameFunctionalGroupsSequence[2]
        group.RealWorldValueMappingSequence[0].RealWorldValueSlope *= 1.01

    assert "one mapping whose slope equals RescaleSlope" in edited(path, change)


def test_a_frame_without_slope_is_refused(tmp_path: Path) -> None:
    path = write_multiframe_pet(statement(), tmp_path, ME)

    def change(ds: Dataset) -> None:
        del ds.PerFrameFunctionalGroupsSequence[2].PixelValueTransformationSequence

    assert "RescaleSlope (0028,1053): found nothing" in edited(path, change)


def test_frames_without_groups_are_refused(tmp_path: Path) -> None:
    path = write_multiframe_pet(statement(), tmp_path, ME)

    def change(ds: Dataset) -> None:
        ds.PerFrameFunctionalGroupsSequence = ds.PerFrameFunctionalGroupsSequence[:-1]

    assert "found 6 frames, 5 functional groups" in edited(path, change)


def test_several_frames_of_time_in_one_object_are_refused_as_dynamic(tmp_path: Path) -> None:
    path = write_multiframe_pet(statement(), tmp_path, ME)

    def change(ds: Dataset) -> None:
        for number, group in enumerate(ds.PerFrameFunctionalGroupsSequence):
            group.FrameContentSequence[0].TemporalPositionIndex = 1 + number // 3

    assert "a dynamic or gated series: several frames of time" in edited(path, change)


def test_millions_of_declared_frames_cost_nothing(tmp_path: Path) -> None:
    path = write_multiframe_pet(statement(), tmp_path, ME)
    text = edited(path, lambda ds: setattr(ds, "NumberOfFrames", "2000000000"))
    assert "found 2000000000 frames, 6 functional groups" in text


def test_enhanced_ct_gives_the_hounsfield_units_written(tmp_path: Path) -> None:
    units = np.random.default_rng(1).integers(-1000, 2000, GRID.shape).astype(np.int16)
    started = START.replace(tzinfo=UTC)
    write_multiframe_ct(CtVolume(units, GRID), tmp_path, ME, started)
    found = only(tmp_path)
    assert found.facts.kind is SeriesKind.CT
    assert not found.facts.problems
    np.testing.assert_array_equal(found.hounsfield().hounsfield, units)


def test_a_legacy_converted_pet_states_what_its_single_frames_state(tmp_path: Path) -> None:
    """Converted by highdicom: attributes move to the unassigned converted attributes."""

    def change(_: int, ds: Dataset) -> None:
        ds.PatientBirthDate = ds.AccessionNumber = ds.StudyID = ""
        ds.ReferringPhysicianName = ds.PatientPosition = ""
        ds.ContentDate, ds.ContentTime = "20240131", "120000"
        ds.NumberOfSlices = 5

    single = write_slices(pet_slices(change=change), tmp_path / "single")
    write_legacy_converted(single, tmp_path / "legacy", ME)
    before, after = only(tmp_path / "single"), only(tmp_path / "legacy")
    assert after.facts.problems == ()
    assert after.facts.grid == before.facts.grid
    assert after.facts.pet == before.facts.pet
    np.testing.assert_array_equal(after.values(), before.values())
    assert after.values()[4, 2, 1] == stored_numbers(4)[2, 1] * 1.5


@pytest.mark.filterwarnings("ignore:The string:UserWarning")  # highdicom on the patient's name
def test_the_real_whole_body_scan_survives_legacy_conversion(
    unpacked: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = unpacked("sts001-ge-bqml") / "image"
    write_legacy_converted(sorted(folder.glob("*.dcm")), tmp_path, ME)
    before, after = only(folder), only(tmp_path)
    assert after.facts.problems == ()
    assert after.facts.pet == before.facts.pet
    np.testing.assert_array_equal(after.values(), before.values())
