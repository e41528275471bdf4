"""What a PET series states: every element where PetHeader has it, and nothing invented."""

from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from made_slices import pet_slices, stored_numbers, write_slices
from petrial.adapters.dicom.scan import FoundSeries, scan
from petrial.adapters.dicom.tags import VR, T
from petrial.images.series import Code, PetHeader
from petrial.vocabulary.moments import ClockReading

JANUARY = date(2024, 1, 31)


def only(path: Path) -> FoundSeries:
    (series,) = scan(path).series
    return series


def header_of(path: Path) -> PetHeader:
    found = only(path)
    assert not found.facts.problems
    assert found.facts.pet is not None
    return found.facts.pet


def complaints(path: Path) -> str:
    return "\n".join(str(problem) for problem in only(path).facts.problems)


def set_raw(ds: Dataset, keyword: str, vr: str, value: bytes) -> None:
    """Put bytes into an element as they are, past pydicom's own checks."""
    tag = Tag(keyword)
    ds[tag] = RawDataElement(
        tag, vr, len(value), value, 0, is_implicit_VR=False, is_little_endian=True
    )


@pytest.mark.parametrize("tag", list(T))
def test_keywords_and_value_representations_are_those_of_the_dictionary(tag: T) -> None:
    """pydicom carries the dictionary of PS3.6."""
    assert keyword_for_tag(tag) == tag.name
    assert VR[tag].decode() in dictionary_VR(tag).split(" or ")


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_every_statement_is_found_where_it_stands(tmp_path: Path, syntax: pydicom.uid.UID) -> None:
    def change(_: int, ds: Dataset) -> None:
        ds.SUVType, ds.AttenuationCorrectionMethod = "BW", "CT based"
        ds.DoseCalibrationFactor = "164.0"
        ds.TimezoneOffsetFromUTC = "-0330"

    write_slices(pet_slices(change=change), tmp_path, syntax)
    pet = header_of(tmp_path)
    zone = -timedelta(hours=3, minutes=30)
    assert (pet.units, pet.suv_type, pet.decay_correction) == ("BQML", "BW", "START")
    assert pet.corrected_image == frozenset({"ATTN", "DECY"})
    assert pet.attenuation_method == "CT based"
    assert pet.manufacturer == "Made for tests"
    assert pet.series_started == ClockReading(JANUARY, time(11), zone)
    assert pet.injected == ClockReading(JANUARY, time(10), zone)
    assert pet.injected_clock == ClockReading(None, time(10), zone)
    assert (pet.total_dose, pet.half_life_second) == (370e6, 6586.2)
    assert pet.nuclide == Code("77004003", "SCT", "^18^Fluorine")
    assert pet.radiopharmaceutical == "FDG"
    assert (pet.patient_weight, pet.patient_size, pet.patient_sex) == (71.0, 1.63, "F")
    assert pet.dose_calibration_factor == 164.0
    assert pet.utc_offset == zone
    second = pet.slices[1]
    assert second.acquired == ClockReading(JANUARY, time(11, 1), zone)
    assert (second.frame_reference_second, second.frame_duration_second) == (150.0, 180.0)
    assert second.decay_factor == 1.02


def test_silence_stays_silence(tmp_path: Path) -> None:
    words = [
        "Units",
        "DecayCorrection",
        "PatientWeight",
        "PatientSize",
        "PatientSex",
        "FrameReferenceTime",
        "DecayFactor",
        "SeriesDate",
        "AcquisitionTime",
        "ActualFrameDuration",
        "RadiopharmaceuticalInformationSequence",
    ]

    def change(_: int, ds: Dataset) -> None:
        for word in words:
            delattr(ds, word)

    write_slices(pet_slices(change=change), tmp_path)
    pet = header_of(tmp_path)
    assert (pet.units, pet.decay_correction, pet.patient_weight, pet.total_dose) == (None,) * 4
    assert pet.series_started == ClockReading(None, time(11))
    assert pet.slices[0].acquired == ClockReading(JANUARY, None)
    assert pet.slices[0].frame_reference_second is pet.slices[0].decay_factor is None


@pytest.mark.parametrize(
    ("keyword", "value", "words"),
    [
        ("PatientWeight", b"71,5", "PatientWeight (0010,1030): found 71,5, wanted a number"),
        ("PatientWeight", b"nan ", "found nan, wanted a number"),
        ("PatientWeight", b"1e999 ", "found 1e999, wanted a number"),
        ("PatientWeight", b"71\\80 ", "found 71\\80, wanted one number"),
        ("PatientWeight", b"1_000 ", "found 1_000, wanted a number"),
        ("PatientWeight", b"9" * 60000, "wanted a number"),
        ("SeriesDate", b"20240230", "SeriesDate (0008,0021): found 20240230, wanted a day"),
        ("SeriesTime", b"256000", "SeriesTime (0008,0031): found 256000, wanted a time"),
        ("SeriesTime", b"11\\12 ", "found 11\\12, wanted a time"),
        ("TimezoneOffsetFromUTC", b"+2500 ", "found +2500, wanted an offset"),
        ("Units", b"BQML\\GML", "found BQML\\GML, wanted one value"),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_its_value(
    tmp_path: Path, keyword: str, value: bytes, words: str
) -> None:
    vr = dictionary_VR(Tag(keyword))
    write_slices(pet_slices(change=lambda _, ds: set_raw(ds, keyword, vr, value)), tmp_path)
    assert words in complaints(tmp_path)


@pytest.mark.parametrize("value", [b"71.000000000000000000 ", b" 71", b"+7.1e1", b"71\0"])
def test_numbers_are_read_tolerantly(tmp_path: Path, value: bytes) -> None:
    write_slices(
        pet_slices(change=lambda _, ds: set_raw(ds, "PatientWeight", "DS", value)), tmp_path
    )
    assert header_of(tmp_path).patient_weight == 71.0


@pytest.mark.parametrize(("value", "weight"), [("0", 0.0), ("-3", -3.0), ("71000", 71000.0)])
def test_impossible_numbers_are_handed_on_as_written(
    tmp_path: Path, value: str, weight: float
) -> None:
    write_slices(pet_slices(change=lambda _, ds: setattr(ds, "PatientWeight", value)), tmp_path)
    assert header_of(tmp_path).patient_weight == weight


@pytest.mark.parametrize(
    ("keyword", "other", "words"),
    [
        ("Units", "GML", "mixed units: BQML (4 slices), GML (1 slices)"),
        ("DecayCorrection", "ADMIN", "mixed decay correction"),
        ("PatientWeight", "72", "mixed weights: 71 (4 slices), 72 (1 slices)"),
        ("PatientSize", "1.7", "mixed heights"),
        ("PatientSex", "M", "mixed sex"),
        ("SeriesTime", "110500", "mixed series date and time"),
        ("SeriesDate", "20240201", "mixed series date and time"),
        ("SUVType", "BW", "mixed SUV types: BW (1 slices), nothing (4 slices)"),
        ("Manufacturer", "Other", "mixed manufacturers"),
    ],
)
def test_statements_that_differ_within_a_series_are_refused_with_both_values(
    tmp_path: Path, keyword: str, other: str, words: str
) -> None:
    def change(z: int, ds: Dataset) -> None:
        if z == 4:
            setattr(ds, keyword, other)

    write_slices(pet_slices(change=change), tmp_path)
    assert words in complaints(tmp_path)


@pytest.mark.parametrize(
    ("keyword", "other"),
    [
        ("RadionuclideTotalDose", "371000000"),
        ("RadionuclideHalfLife", "4062.6"),
        ("RadiopharmaceuticalStartDateTime", "20240130100000"),
        ("RadiopharmaceuticalStartTime", "100001"),
        ("Radiopharmaceutical", "FES"),
    ],
)
def test_doses_that_differ_within_a_series_are_refused(
    tmp_path: Path, keyword: str, other: str
) -> None:
    def change(z: int, ds: Dataset) -> None:
        if z == 2:
            setattr(ds.RadiopharmaceuticalInformationSequence[0], keyword, other)

    write_slices(pet_slices(change=change), tmp_path)
    assert "mixed dose" in complaints(tmp_path)


def test_two_radiopharmaceuticals_are_refused(tmp_path: Path) -> None:
    def change(_: int, ds: Dataset) -> None:
        item = ds.RadiopharmaceuticalInformationSequence[0]
        ds.RadiopharmaceuticalInformationSequence = [item, item]

    write_slices(pet_slices(change=change), tmp_path)
    assert "2 radiopharmaceuticals" in complaints(tmp_path)


def test_numbers_written_differently_are_the_same(tmp_path: Path) -> None:
    def change(z: int, ds: Dataset) -> None:
        ds.PatientWeight = "71" if z else "71.00"

    write_slices(pet_slices(change=change), tmp_path)
    assert header_of(tmp_path).patient_weight == 71.0


def test_a_change_of_the_clock_within_the_series_is_the_same_moment(tmp_path: Path) -> None:
    """02:50 summer time and 01:50 winter time are one moment (27 October 2024, Amsterdam)."""

    def change(z: int, ds: Dataset) -> None:
        late = z > 2
        ds.SeriesDate = ds.AcquisitionDate = "20241027"
        ds.SeriesTime = "015000" if late else "025000"
        ds.TimezoneOffsetFromUTC = "+0100" if late else "+0200"
        item = ds.RadiopharmaceuticalInformationSequence[0]
        item.RadiopharmaceuticalStartTime = "005000" if late else "015000"
        item.RadiopharmaceuticalStartDateTime = "20241027015000+0200"

    write_slices(pet_slices(change=change), tmp_path)
    pet = header_of(tmp_path)
    assert (
        pet.series_started.moment()
        == ClockReading(date(2024, 10, 27), time(2, 50), timedelta(hours=2)).moment()
    )
    assert [s.acquired.utc_offset for s in pet.slices] == [timedelta(hours=2)] * 3 + [
        timedelta(hours=1)
    ] * 2


GE = (0x0009, "GEMS_PETD_01", 0x0D, "DT", "20240131105500.00")
SIEMENS = (0x0071, "SIEMENS MED PT", 0x22, "DT", "20240131105500.00")
PHILIPS_SUV = (0x7053, "Philips PET Private Group", 0x00, "DS", "0.0005")
PHILIPS_ACTIVITY = (0x7053, "Philips PET Private Group", 0x09, "DS", "1.25")


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize("block", [0x10, 0x27])
@pytest.mark.parametrize(
    ("private", "attribute", "value"),
    [
        (GE, "ge_scan_started", ClockReading(JANUARY, time(10, 55))),
        (SIEMENS, "siemens_decay_reference", ClockReading(JANUARY, time(10, 55))),
        (PHILIPS_SUV, "philips_suv_factor", 0.0005),
        (PHILIPS_ACTIVITY, "philips_activity_factor", 1.25),
    ],
)
def test_private_elements_are_read_in_the_block_of_their_creator(
    tmp_path: Path,
    syntax: pydicom.uid.UID,
    block: int,
    private: tuple[int, str, int, str, str],
    attribute: str,
    value: object,
) -> None:
    group, creator, element, vr, text = private

    def change(_: int, ds: Dataset) -> None:
        ds.add_new((group, 0x0011), "LO", "SOMEBODY ELSE")
        ds.add_new((group, block), "LO", creator)
        ds.add_new((group, block << 8 | element), vr, text)

    write_slices(pet_slices(change=change), tmp_path, syntax)
    assert getattr(header_of(tmp_path), attribute) == value


def test_private_elements_of_another_creator_are_not_taken(tmp_path: Path) -> None:
    def change(_: int, ds: Dataset) -> None:
        ds.Manufacturer = "Philips"
        ds.add_new((0x7053, 0x0010), "LO", "SOMEBODY ELSE")
        ds.add_new((0x7053, 0x1000), "DS", "0.0005")
        ds.add_new((0x0009, 0x100D), "DT", "20240131105500.00")

    write_slices(pet_slices(change=change), tmp_path)
    pet = header_of(tmp_path)
    assert (pet.philips_suv_factor, pet.ge_scan_started) == (None, None)


def test_the_philips_factor_of_the_ibsi_object_is_found_without_its_creator(
    unpacked: Callable[[str], Path],
) -> None:
    found = only(unpacked("ibsi-suv-dro") / "DRO_2_4" / "PT")
    assert found.facts.pet is not None
    assert found.facts.pet.philips_suv_factor == 0.0005


def test_unknown_value_representation_is_read_by_what_the_element_holds(tmp_path: Path) -> None:
    def change(_: int, ds: Dataset) -> None:
        set_raw(ds, "RescaleSlope", "UN", b"2.5 ")
        set_raw(ds, "PatientWeight", "FD", b"\0\0\0\0\0\xc0\x51\x40")

    write_slices(pet_slices(change=change), tmp_path)
    found = only(tmp_path)
    assert found.facts.pet is not None
    assert found.facts.pet.patient_weight == 71.0
    assert not found.facts.problems


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        ("ISO_IR 100", "Müller"),
        ("ISO_IR 192", "Люся 頭"),
        ("ISO_IR 144", "Люся"),
        (["", "ISO 2022 IR 87"], "頭部"),
    ],
)
def test_descriptions_are_read_in_their_own_characters(
    tmp_path: Path, declared: str | list[str], text: str
) -> None:
    def change(_: int, ds: Dataset) -> None:
        ds.SpecificCharacterSet, ds.SeriesDescription = declared, text

    write_slices(pet_slices(1, change=change), tmp_path)
    assert only(tmp_path).facts.description == text


@pytest.mark.parametrize("said", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_a_file_that_lies_about_its_encoding_is_read_by_pydicom(
    tmp_path: Path, said: pydicom.uid.UID
) -> None:
    """Implicit elements under an explicit transfer syntax, or the reverse: seen in the wild."""
    held_as = {ExplicitVRLittleEndian: ImplicitVRLittleEndian}.get(said, ExplicitVRLittleEndian)
    says = write_slices(pet_slices(), tmp_path / "says", said)
    holds = write_slices(pet_slices(), tmp_path / "holds", held_as)
    (tmp_path / "mixed").mkdir()
    for one, other in zip(says, holds, strict=True):
        told, held = one.read_bytes(), other.read_bytes()
        ends = [144 + int.from_bytes(part[140:144], "little") for part in (told, held)]
        (tmp_path / "mixed" / one.name).write_bytes(told[: ends[0]] + held[ends[1] :])
    found = only(tmp_path / "mixed")
    assert not found.facts.problems
    np.testing.assert_array_equal(found.values()[4], stored_numbers(4) * np.float32(1.5))
