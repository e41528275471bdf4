"""Scanning: what is found in folders, archives and files, and how series are told apart."""

import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    MediaStorageDirectoryStorage,
    SecondaryCaptureImageStorage,
)

from made_slices import as_ct, pet_slices, stored_numbers, write_slices
from petrial.adapters.dicom.scan import FoundSeries, scan
from petrial.images.series import SeriesKind
from petrial.vocabulary.errors import ReadError


def only(path: Path) -> FoundSeries:
    """Return the only series at ``path``."""
    (series,) = scan(path).series
    return series


def complaints(series: FoundSeries) -> str:
    """Return all problems of a series as text."""
    return "\n".join(str(problem) for problem in series.facts.problems)


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]
)
def test_every_plain_encoding_gives_the_numbers_written(tmp_path: Path, syntax: str) -> None:
    write_slices(pet_slices(), tmp_path, syntax)  # type: ignore[arg-type]  # pydicom's UID
    found = only(tmp_path)
    expected = np.stack([stored_numbers(z) * (0.5 + 0.25 * z) for z in range(5)])
    assert not found.facts.problems
    np.testing.assert_array_equal(found.values(), expected.astype(np.float32))


def test_factors_multiply_slice_by_slice_along_z(tmp_path: Path) -> None:
    write_slices(pet_slices(), tmp_path)
    factors = np.array([1.0, 2.0, 0.5, 4.0, 3.0])
    found = only(tmp_path)
    np.testing.assert_array_equal(
        found.values(factors), found.values() * factors[:, None, None].astype(np.float32)
    )


def test_files_without_preamble_and_meta_information_are_read(tmp_path: Path) -> None:
    for ds in pet_slices():
        ds.save_as(tmp_path / f"{ds.InstanceNumber}", implicit_vr=True, little_endian=True)
    (tmp_path / "near.bin").write_bytes(b"\x08\x00\x05\x00\x0a\x00\x00\x00 but no DICOM at all")
    found = scan(tmp_path)
    assert found.ignored == 1
    assert [s.facts.instances for s in found.series] == [5]
    assert not found.problems


def test_what_is_no_dicom_is_counted_and_passed_over(tmp_path: Path) -> None:
    write_slices(pet_slices(), tmp_path / "deep" / "er")
    (tmp_path / "notes.txt").write_text("weight 71 kg")
    (tmp_path / "empty").touch()
    (tmp_path / "noise.dcm").write_bytes(np.random.default_rng(1).bytes(5000))
    directory = Dataset()
    directory.SOPClassUID, directory.SOPInstanceUID = MediaStorageDirectoryStorage, "1.2.9"
    write_slices([directory], tmp_path / "disc")
    found = scan(tmp_path)
    assert found.ignored == 4
    assert len(found.series) == 1
    assert found.problems == ()


def test_links_in_a_circle_and_pipes_do_not_hang(tmp_path: Path) -> None:
    write_slices(pet_slices(), tmp_path / "scan")
    (tmp_path / "scan" / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    found = scan(tmp_path)
    assert [s.facts.instances for s in found.series] == [5]
    assert [problem.where for problem in found.problems] == ["gone"]


def test_a_zip_gives_what_its_folder_gives(tmp_path: Path) -> None:
    paths = write_slices(pet_slices(), tmp_path / "folder")
    with zipfile.ZipFile(tmp_path / "study.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, f"a/b/{path.name}")
        archive.writestr("readme.txt", "no DICOM")
    from_zip, from_folder = scan(tmp_path / "study.zip"), only(tmp_path / "folder")
    (series,) = from_zip.series
    assert series.facts == from_folder.facts
    assert from_zip.ignored == 1
    np.testing.assert_array_equal(series.values(), from_folder.values())


def test_a_damaged_zip_is_a_problem_and_leaves_the_rest(tmp_path: Path) -> None:
    paths = write_slices(pet_slices(), tmp_path)
    whole = tmp_path / "study.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(paths[0], "one.dcm")
    content = bytearray(whole.read_bytes())
    content[60:200] = bytes(140)
    whole.write_bytes(content)
    found = scan(tmp_path)
    assert [s.facts.instances for s in found.series] == [5]
    assert "zip member" in found.problems[0].got
    whole.write_bytes(bytes(content[:300]))
    assert "study.zip" in scan(tmp_path).problems[0].where


def test_a_zip_bomb_is_refused_by_its_size(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w") as archive:
        archive.writestr("a.dcm", b"x")
    content = bytearray((tmp_path / "bomb.zip").read_bytes())
    entry = content.index(b"PK\1\2")
    content[entry + 24 : entry + 28] = (3_000_000_000).to_bytes(4, "little")
    (tmp_path / "bomb.zip").write_bytes(content)
    (problem,) = scan(tmp_path / "bomb.zip").problems
    assert "3000000000 bytes" in problem.got


def test_one_file_is_a_series_of_one_slice_with_its_thickness(tmp_path: Path) -> None:
    paths = write_slices(pet_slices(), tmp_path)
    found = only(paths[2])
    assert found.facts.grid is not None
    assert found.facts.grid.spacing == (3.0, 2.5, 2.0)
    assert found.facts.grid.origin == (-10.0, -20.0, 106.0)


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="No such file"):
        scan(tmp_path / "nothing")


def test_a_truncated_file_is_named_and_the_other_series_is_read(tmp_path: Path) -> None:
    write_slices(pet_slices(), tmp_path / "good")

    def other(_: int, ds: Dataset) -> None:
        ds.SeriesInstanceUID = "1.2.3.9"

    path = write_slices(pet_slices(change=other), tmp_path / "bad")[3]
    path.write_bytes(path.read_bytes()[:1000])
    found = scan(tmp_path)
    assert found.problems[0].where == "bad/003.dcm"
    assert "ends inside" in found.problems[0].got
    good, bad = found.series
    assert not good.facts.problems
    assert "missing slices" in complaints(bad)


def test_a_file_cut_inside_its_pixels_refuses_its_series_by_name(tmp_path: Path) -> None:
    path = write_slices(pet_slices(), tmp_path)[3]
    path.write_bytes(path.read_bytes()[:-10])
    assert "003.dcm: PixelData (7FE0,0010): found 2438 bytes of the 2448 declared" in complaints(
        only(tmp_path)
    )


def test_kinds_are_told_apart_within_one_series(tmp_path: Path) -> None:
    """Vendors put projections and captures beside the slices, under the same series UID."""

    def change(z: int, ds: Dataset) -> None:
        if z == 5:
            ds.ImageType = ["DERIVED", "SECONDARY", "MIP"]
        if z == 6:
            ds.SOPClassUID = SecondaryCaptureImageStorage
        if z == 7:
            ds.SeriesType = ["WHOLE BODY", "REPROJECTION"]

    write_slices(pet_slices(8, change=change), tmp_path)
    found = scan(tmp_path).series
    assert [(s.facts.kind, s.facts.instances) for s in found] == [
        (SeriesKind.PET, 5),
        (SeriesKind.PET_PROJECTION, 2),
        (SeriesKind.SECONDARY_CAPTURE, 1),
    ]
    assert not any(s.facts.problems for s in found)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda ds: setattr(ds, "CorrectedImage", ["DECY", "NORM"]), SeriesKind.PET_NOT_CORRECTED),
        (lambda ds: delattr(ds, "CorrectedImage"), SeriesKind.PET),
        (lambda ds: setattr(ds, "CorrectedImage", ""), SeriesKind.PET),
        (lambda ds: setattr(ds, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.4"), SeriesKind.OTHER),
        (
            lambda ds: setattr(ds, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.481.3"),
            SeriesKind.STRUCTURE_SET,
        ),
        (
            lambda ds: setattr(ds, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.66.4"),
            SeriesKind.SEGMENTATION,
        ),
    ],
)
def test_the_kind_follows_class_and_corrections(
    tmp_path: Path, change: Callable[[Dataset], None], kind: SeriesKind
) -> None:
    write_slices(pet_slices(change=lambda _, ds: change(ds)), tmp_path)
    found = only(tmp_path)
    assert found.facts.kind is kind
    assert not found.facts.problems


def test_series_not_attenuation_corrected_are_not_blamed_for_anything(tmp_path: Path) -> None:
    def change(z: int, ds: Dataset) -> None:
        ds.CorrectedImage = "DECY"
        ds.RescaleSlope = "" if z == 2 else "1"

    write_slices(pet_slices(change=change), tmp_path)
    facts = only(tmp_path).facts
    assert (facts.problems, facts.pet) == ((), None)
    assert "lacks ATTN" in facts.remarks[0]
    assert "RescaleSlope" in facts.remarks[1]


def test_a_ct_localizer_is_no_ct(tmp_path: Path) -> None:
    def change(z: int, ds: Dataset) -> None:
        as_ct(z, ds)
        ds.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]

    write_slices(pet_slices(change=change), tmp_path)
    assert only(tmp_path).facts.kind is SeriesKind.CT_LOCALIZER


def test_several_pet_series_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (7, 3):

        def change(z: int, ds: Dataset, number: int = number) -> None:
            ds.SeriesNumber, ds.SeriesInstanceUID = number, f"1.2.3.{100 - number}"
            ds.SOPInstanceUID = f"1.2.{number}.{z + 1}"

        write_slices(pet_slices(change=change), tmp_path / str(number))
    assert [s.facts.series_uid for s in scan(tmp_path).series] == ["1.2.3.97", "1.2.3.93"]


def test_names_of_files_say_nothing(tmp_path: Path) -> None:
    paths = write_slices(pet_slices(), tmp_path / "sorted")
    (tmp_path / "shuffled").mkdir()
    for path, name in zip(paths, "cadbe", strict=True):
        shutil.copy(path, tmp_path / "shuffled" / name)
    one, other = only(tmp_path / "sorted"), only(tmp_path / "shuffled")
    assert one.facts == other.facts
    np.testing.assert_array_equal(one.values(), other.values())


def test_a_file_without_series_uid_is_reported(tmp_path: Path) -> None:
    slices = pet_slices()
    del slices[4].SeriesInstanceUID
    write_slices(slices, tmp_path)
    found = scan(tmp_path)
    assert [p.field for p in found.problems] == ["SeriesInstanceUID (0020,000E)"]
    assert found.series[0].facts.instances == 4


def test_values_of_what_is_no_volume_are_refused(tmp_path: Path) -> None:
    def change(_: int, ds: Dataset) -> None:
        ds.SOPClassUID = SecondaryCaptureImageStorage

    write_slices(pet_slices(change=change), tmp_path / "a")
    with pytest.raises(ReadError, match="secondary capture"):
        only(tmp_path / "a").values()
    write_slices(pet_slices(), tmp_path / "b")
    with pytest.raises(ReadError, match="wanted a CT series"):
        only(tmp_path / "b").hounsfield()


def test_the_real_whole_body_scan_is_what_its_publishers_say(
    unpacked: Callable[[str], Path],
) -> None:
    """STS_001: 267 slices of 128 x 128, 3.27 mm apart, pixels of 4.6875 mm (data/README.md)."""
    found = scan(unpacked("sts001-ge-bqml"))
    structures, pet = found.series
    assert (structures.facts.kind, pet.facts.kind) == (SeriesKind.STRUCTURE_SET, SeriesKind.PET)
    assert not pet.facts.problems
    assert pet.facts.grid is not None
    assert pet.facts.grid.shape == (267, 128, 128)
    assert pet.facts.grid.spacing == (3.27, 4.6875, 4.6875)
    assert pet.values().max() * 0.000242902977 == pytest.approx(66.52150, rel=1e-6)


def test_the_real_pet_and_ct_crops_are_read(unpacked: Callable[[str], Path]) -> None:
    """STS_003 crops, 51 slices each, as the IBSI publishes them; HU within those of a body."""
    found = {s.facts.kind: s for s in scan(unpacked("sts003-petct")).series}
    ct = found[SeriesKind.CT].hounsfield()
    assert ct.hounsfield.dtype == np.int16
    assert ct.grid.shape == (51, 158, 154)
    assert -1100 < ct.hounsfield.min() < -900
    assert found[SeriesKind.PET].facts.grid is not None
    assert not any(s.facts.problems for s in found.values())
