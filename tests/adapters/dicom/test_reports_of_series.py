"""What is said of a series: one cause once, bad copies by name, and why it is not judged."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    JPEGLSLossless,
    RLELossless,
    SecondaryCaptureImageStorage,
)

from made_slices import as_ct, pet_slices, write_slices
from petrial.adapters.dicom.scan import FoundSeries, scan
from petrial.images.series import SeriesKind
from petrial.vocabulary.errors import ReadError

SERIES = "series 1.2.3.2"


def only(path: Path) -> FoundSeries:
    """Return the only series at ``path``."""
    (series,) = scan(path).series
    return series


def with_cut_copy(folder: Path, share: float, syntax: str = ExplicitVRLittleEndian) -> Path:
    """Write five slices, and the first ``share`` of the third once more as partial.dcm."""
    third = write_slices(pet_slices(), folder, syntax)[2]  # type: ignore[arg-type]  # pydicom's UID
    content = third.read_bytes()
    partial = folder / "partial.dcm"
    partial.write_bytes(content[: int(share * len(content))])
    return partial


@pytest.mark.parametrize(
    "syntax",
    [ExplicitVRLittleEndian, RLELossless, JPEGLSLossless, DeflatedExplicitVRLittleEndian],
)
@pytest.mark.parametrize("share", [0.25, 0.6, 0.9])
def test_a_cut_copy_is_reported_and_the_complete_series_is_read(
    tmp_path: Path, share: float, syntax: str
) -> None:
    """Cut in the header, or in the pixels, plain or compressed: the five whole files are there."""
    write_slices(pet_slices(), tmp_path / "alone", syntax)  # type: ignore[arg-type]  # pydicom's UID
    with_cut_copy(tmp_path / "beside", share, syntax)
    found = scan(tmp_path / "beside")
    (series,) = found.series
    alone = only(tmp_path / "alone")
    assert [problem.where for problem in found.problems] == ["partial.dcm"]
    assert series.facts == alone.facts
    assert len(series.sources) == 5
    np.testing.assert_array_equal(series.values(), alone.values())


def test_the_report_of_a_cut_copy_counts_its_bytes_and_names_the_whole_file(
    tmp_path: Path,
) -> None:
    """Pixels of 36 x 34 shorts take 2448 bytes; 48 are cut off."""
    partial = with_cut_copy(tmp_path, 1.0)
    partial.write_bytes(partial.read_bytes()[:-48])
    (problem,) = scan(tmp_path).problems
    assert problem.field == "PixelData (7FE0,0010)"
    assert problem.got == "2400 bytes of the 2448 declared"
    assert "002.dcm" in problem.do


def test_a_copy_cut_before_the_words_that_tell_its_kind_is_no_series_of_its_own(
    tmp_path: Path,
) -> None:
    """The header ends, between two elements, before CorrectedImage says that ATTN is missing."""
    slices = pet_slices(change=lambda _, ds: setattr(ds, "CorrectedImage", "DECY"))
    third = write_slices(slices, tmp_path)[2].read_bytes()
    (tmp_path / "partial.dcm").write_bytes(third[: third.index(b"\x28\0\x51\0CS")])
    found = scan(tmp_path)
    assert [s.facts.kind for s in found.series] == [SeriesKind.PET_NOT_CORRECTED]
    assert [(p.where, p.got) for p in found.problems] == [("partial.dcm", "no pixel data")]


def test_two_members_of_one_name_in_an_archive_are_told_apart(tmp_path: Path) -> None:
    """A zip archive may hold a name twice: here a cut file and the whole one."""
    paths = write_slices(pet_slices(), tmp_path / "folder")
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        for path in paths:
            archive.write(path, path.name)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(paths[2].name, paths[2].read_bytes()[:-48])
    found = scan(tmp_path / "twice.zip")
    assert [problem.where for problem in found.problems] == ["twice.zip/002.dcm"]
    assert found.series[0].facts.problems == ()


def test_a_cut_file_that_is_the_only_one_of_its_slice_refuses_the_series(tmp_path: Path) -> None:
    with_cut_copy(tmp_path, 0.6)
    (tmp_path / "002.dcm").unlink()
    facts = only(tmp_path).facts
    assert facts.instances == 5
    assert [problem.where for problem in facts.problems] == ["partial.dcm"]


def test_two_whole_copies_are_doubled_still(tmp_path: Path) -> None:
    with_cut_copy(tmp_path, 0.6)
    shutil.copy(tmp_path / "002.dcm", tmp_path / "copy.dcm")
    (problem,) = only(tmp_path).facts.problems
    assert "doubled slices: 1 of them, the first in 002.dcm and copy.dcm" in problem.got


def test_a_value_that_is_wrong_in_every_file_is_one_problem(tmp_path: Path) -> None:
    change = lambda _, ds: setattr(ds, "RescaleIntercept", "5")  # noqa: E731  one attribute
    write_slices(pet_slices(9, change=change), tmp_path)
    (problem,) = only(tmp_path).facts.problems
    assert problem.where == f"{SERIES}, 9 of 9 files, the first 000.dcm"
    assert (problem.field, problem.got) == ("RescaleIntercept (0028,1052)", "5")


@pytest.mark.parametrize(
    ("bad", "where"),
    [
        ({3}, "003.dcm"),
        ({0}, "000.dcm"),
        ({4, 1, 2}, f"{SERIES}, 3 of 5 files, the first 001.dcm"),
    ],
)
@pytest.mark.parametrize("keyword", ["RescaleIntercept", "ActualFrameDuration", "PatientWeight"])
def test_a_problem_names_how_many_files_have_it_and_the_first(
    tmp_path: Path, keyword: str, bad: set[int], where: str
) -> None:
    """Whether an element is read in each file, or once for all files with the same bytes."""

    def change(z: int, ds: Dataset) -> None:
        if z in bad:
            setattr(ds, keyword, "5" if keyword == "RescaleIntercept" else ["1", "2"])

    write_slices(pet_slices(change=change), tmp_path)
    said = [p for p in only(tmp_path).facts.problems if p.field.startswith(keyword)]
    assert said[0].where == where
    assert [p.where for p in said[1:]] == ([SERIES] if keyword == "PatientWeight" else [])


def test_one_fault_with_another_value_in_every_file_is_one_problem(tmp_path: Path) -> None:
    change = lambda z, ds: setattr(ds, "RescaleIntercept", str(z + 1))  # noqa: E731  one attribute
    write_slices(pet_slices(9, change=change), tmp_path)
    (problem,) = only(tmp_path).facts.problems
    assert problem.got == "1, 2, 3, 4 and 5 other values"
    assert "9 of 9 files" in problem.where


@pytest.mark.parametrize("stated", [9, 12])
def test_a_missing_slice_is_one_problem_with_gap_and_count(tmp_path: Path, stated: int) -> None:
    def change(_: int, ds: Dataset) -> None:
        ds.NumberOfSlices = stated

    slices = pet_slices(9, change=change)
    del slices[4]
    write_slices(slices, tmp_path)
    (problem,) = only(tmp_path).facts.problems
    assert problem.where == SERIES
    assert problem.got == (
        "missing slices: 1 of them, after (-10.00 -20.00 109.00) mm; "
        f"8 of {stated} are here by NumberOfSlices (0054,0081)"
    )
    assert problem.do.startswith("send the missing slices")


def test_a_slice_missing_at_an_end_is_to_be_sent(tmp_path: Path) -> None:
    slices = pet_slices(9, change=lambda _, ds: setattr(ds, "NumberOfSlices", 9))
    write_slices(slices[1:], tmp_path)
    (problem,) = only(tmp_path).facts.problems
    assert problem.field == "NumberOfSlices (0054,0081)"
    assert problem.do.startswith("send the missing slices")


def _attribute(keyword: str, value: object) -> Callable[[int, Dataset], None]:
    return lambda _, ds: setattr(ds, keyword, value)


def _flag(_: int, ds: Dataset) -> None:
    del ds.CorrectedImage
    ds.add_new(0x00189759, "CS", "NO")


def _ct_of_type(word: str) -> Callable[[int, Dataset], None]:
    def change(z: int, ds: Dataset) -> None:
        as_ct(z, ds)
        ds.ImageType = ["DERIVED", "SECONDARY", word]

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            _attribute("CorrectedImage", ["DECY", "NORM"]),
            "CorrectedImage (0028,0051) lacks ATTN: never quantified",
        ),
        (_flag, "AttenuationCorrected (0018,9759) is NO: never quantified"),
        (
            _attribute("ImageType", ["DERIVED", "SECONDARY", "MIP"]),
            "ImageType (0008,0008) holds MIP: a projection or reformat, never quantified",
        ),
        (
            _attribute("SeriesType", ["WHOLE BODY", "REPROJECTION"]),
            "SeriesType (0054,1000) holds REPROJECTION: a projection or reformat, never quantified",
        ),
        (
            _attribute("SOPClassUID", SecondaryCaptureImageStorage),
            "SOPClassUID (0008,0016) is that of a secondary capture: never quantified",
        ),
        (
            _attribute("SOPClassUID", "1.2.840.10008.5.1.4.1.1.4"),
            "SOPClassUID (0008,0016) is 1.2.840.10008.5.1.4.1.1.4: no PET and no CT",
        ),
        (
            _ct_of_type("LOCALIZER"),
            "ImageType (0008,0008) holds LOCALIZER: a planning image, no CT numbers",
        ),
        (
            _ct_of_type("MIP"),
            "ImageType (0008,0008) holds MIP: a projection, no CT numbers",
        ),
    ],
)
def test_a_series_that_is_never_judged_says_why(
    tmp_path: Path, change: Callable[[int, Dataset], None], reason: str
) -> None:
    write_slices(pet_slices(change=change), tmp_path)
    facts = only(tmp_path).facts
    assert facts.remarks == (reason,)
    assert facts.problems == ()


@pytest.mark.parametrize("sop_class", ["1.2.840.10008.5.1.4.1.1.128", CTImageStorage])
def test_a_series_that_is_used_needs_no_such_reason(tmp_path: Path, sop_class: str) -> None:
    change = as_ct if sop_class == CTImageStorage else None
    write_slices(pet_slices(change=change), tmp_path)
    assert only(tmp_path).facts.remarks == ()


def test_a_series_not_corrected_is_as_complete_as_its_corrected_twin(tmp_path: Path) -> None:
    write_slices(pet_slices(), tmp_path / "ac")
    write_slices(pet_slices(change=_attribute("CorrectedImage", "DECY")), tmp_path / "nac")
    with_ac, without = only(tmp_path / "ac"), only(tmp_path / "nac")
    assert without.facts.kind is SeriesKind.PET_NOT_CORRECTED
    assert without.facts.grid == with_ac.facts.grid
    assert without.facts.pet is not None
    assert with_ac.facts.pet is not None
    assert without.facts.pet.slices == with_ac.facts.pet.slices
    assert without.facts.pet.total_dose == with_ac.facts.pet.total_dose
    np.testing.assert_array_equal(without.values(), with_ac.values())


def test_a_series_not_corrected_keeps_its_grid_where_something_else_is_wrong(
    tmp_path: Path,
) -> None:
    """Its header and voxels are withheld then: nothing may be judged beside a hidden problem."""

    def change(_: int, ds: Dataset) -> None:
        ds.CorrectedImage, ds.RescaleIntercept = "DECY", "5"

    write_slices(pet_slices(change=change), tmp_path)
    found = only(tmp_path)
    assert found.facts.grid is not None
    assert found.facts.grid.shape == (5, 36, 34)
    assert (found.facts.pet, found.facts.problems) == (None, ())
    assert "RescaleIntercept (0028,1052): 5" in found.facts.remarks[1]
    with pytest.raises(ReadError, match="RescaleIntercept"):
        found.values()
