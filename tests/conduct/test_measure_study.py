"""The whole way on a study with known truth: DICOM written, read, judged, measured."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from petrial.adapters.dicom.write_study import DemoSeries, write_study
from petrial.bootstrap import check, measure, parts
from petrial.images.grid import Grid
from petrial.lesions.measured import MeasuredSeries, Measurement
from petrial.vocabulary.errors import MethodError, UsageError
from petrial.vocabulary.knowledge import Known, Unknown

Study = tuple[DemoSeries, DemoSeries]
PET_GRID = Grid.axial((166, 80, 107), (6.0, 6.0, 6.0), (-318.0, -237.0, -518.0))
CT_GRID = Grid.axial((125, 96, 106), (8.0, 5.0, 6.0), (-315.0, -237.0, -514.0))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The demonstration on a coarse grid."""
    return write_study(tmp_path_factory.mktemp("study"), pet_grid=PET_GRID, ct_grid=CT_GRID)


def pet(answer: Measurement) -> MeasuredSeries:
    (one,) = [s for s in answer.series if s.facts.kind.name == "PET"]
    return one


def test_both_tracers_are_quantified_by_their_records(study: Study) -> None:
    for scan in study:
        answer = check(scan.folder, record=scan.record)
        assert not answer.refused
        assert isinstance(pet(answer).scaling, Known)


def test_the_liver_reference_finds_the_true_liver_and_gives_ratios(study: Study) -> None:
    """Liver of the phantom at four days: published mean 5.9, within noise and scan variation."""
    zirconium = study[1]
    answer = measure(
        zirconium.folder,
        record=zirconium.record,
        contours=zirconium.contours,
        liver=zirconium.phantom.liver,
        blood_pool=zirconium.phantom.aorta,
    )
    liver, blood = pet(answer).references
    truth = zirconium.phantom.pet
    index = np.rint(truth.grid.to_index([list(zirconium.phantom.liver)])[0]).astype(int)
    near = truth.g_per_ml[tuple(slice(i - 1, i + 2) for i in index)]
    assert liver.suv_mean == pytest.approx(float(near.mean()), rel=0.05)
    for row in answer.rows:
        assert row.ratio_liver == pytest.approx(row.suv_mean / liver.suv_mean)
        if not blood.problems:
            assert row.ratio_blood_pool == pytest.approx(row.suv_mean / blood.suv_mean)


def test_ct_gives_hounsfield_units_where_it_belongs_to_the_pet(study: Study) -> None:
    fdg = study[0]
    rows = measure(fdg.folder, record=fdg.record, contours=fdg.contours).rows
    assert all(row.ct_mean_hu is not None for row in rows)
    bone = next(row for row in rows if "bone" in row.label)
    assert bone.ct_mean_hu is not None
    assert bone.ct_mean_hu > 100.0


def test_two_tracers_in_one_folder_each_take_their_own_record(study: Study) -> None:
    folder = study[0].folder.parent
    answer = check(folder, record=[study[0].record, study[1].record])
    tracers = {s.scaling.value.tracer for s in answer.series if isinstance(s.scaling, Known)}
    assert tracers == {"18F-FDG", "89Zr-trastuzumab"}


def test_a_record_of_the_other_tracer_is_refused_not_applied(study: Study) -> None:
    answer = check(study[0].folder, record=study[1].record)
    assert isinstance(pet(answer).scaling, Unknown)
    assert answer.refused


def test_points_are_refused_where_scans_have_different_frames(study: Study) -> None:
    """The two scans are on different days: a point in mm is another place in each."""
    answer = measure(
        study[0].folder.parent, seeds=["0,0,0"], methods=["grow:3"], liver=study[0].phantom.liver
    )
    assert any("frames of reference" in problem.got for problem in answer.problems)
    assert not answer.rows


def test_a_zip_gives_what_the_folder_gives(study: Study, tmp_path: Path) -> None:
    fdg = study[0]
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as archive:
        for file in sorted(fdg.folder.rglob("*.dcm")):
            archive.write(file, file.relative_to(fdg.folder))
    zipped, plain = (
        measure(path, record=fdg.record, contours=fdg.contours).rows
        for path in (tmp_path / "study.zip", fdg.folder)
    )
    assert zipped == plain


def test_a_bad_file_is_reported_and_stops_nothing(study: Study, tmp_path: Path) -> None:
    fdg = study[0]
    for file in sorted(fdg.folder.rglob("*.dcm")):
        target = tmp_path / file.relative_to(fdg.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(file)
    head = next((fdg.folder / "CT").rglob("*.dcm")).read_bytes()[:600]
    (tmp_path / "broken.dcm").write_bytes(head)
    (tmp_path / "notes.txt").write_text("no image", encoding="utf-8")
    answer = measure(tmp_path, record=fdg.record, contours=fdg.contours)
    assert answer.refused
    assert len(answer.rows) == 2
    assert any("broken.dcm" in problem.where for problem in answer.problems)


def test_a_folder_without_dicom_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no image", encoding="utf-8")
    answer = check(tmp_path)
    assert answer.refused
    assert "DICOM" in answer.problems[0].field


def test_a_folder_with_ct_alone_is_told_that_a_pet_is_missing(study: Study) -> None:
    answer = measure(study[0].folder / "CT")
    assert answer.refused
    assert answer.problems[0].field == "PET series"


def test_a_contour_file_that_is_absent_or_another_kind_is_refused(study: Study) -> None:
    with pytest.raises(UsageError, match="no file"):
        measure(study[0].folder, contours="absent.dcm")
    with pytest.raises(UsageError, match="a folder"):
        measure(study[0].folder, contours=study[0].folder)
    answer = measure(
        study[0].folder,
        record=study[0].record,
        contours=[study[0].record, study[0].contours],
    )
    assert answer.problems[0].got == "another kind of file"
    assert len(answer.rows) == 2


def test_a_reference_file_that_is_absent_is_not_taken_for_a_point(study: Study) -> None:
    with pytest.raises(MethodError, match="no file of this name"):
        measure(study[0].folder, liver="absent.nii")


def test_forcing_a_method_that_was_not_asked_for_is_wrong_usage(study: Study) -> None:
    with pytest.raises(MethodError, match="asked for"):
        measure(study[0].folder, force=["fixed"])


def test_projections_hold_the_highest_voxel_in_each_view(study: Study) -> None:
    fdg = study[0]
    one = pet(measure(fdg.folder, record=fdg.record, contours=fdg.contours, projections=True))
    assert one.suv_max is not None
    for projection in one.projections:
        assert float(projection.suv.max()) == pytest.approx(one.suv_max)
        assert [number for number, _ in projection.outlines] == [row.id for row in one.rows]


def test_every_part_that_is_needed_is_installed() -> None:
    assert all(version for _, version in parts())


def test_a_forced_method_is_said_with_the_numbers(study: Study) -> None:
    zirconium = study[1]
    one = pet(
        measure(zirconium.folder, record=zirconium.record, methods="fixed:4.0", force="fixed")
    )
    assert one.rows
    assert all(row.candidate for row in one.rows)
    assert any("fixed:4.0 was forced" in warning for warning in one.warnings)


def test_an_assumption_is_said_with_the_numbers(study: Study) -> None:
    one = pet(measure(study[0].folder, assume={"weight_kg": 90}))
    assert one.warnings == ("Assumed by the user: weight 90 kg.",)


def test_a_record_far_from_the_header_is_said_with_the_numbers(
    study: Study, tmp_path: Path
) -> None:
    """7.1 kg for 71 kg: a slip of typing by which SUV is ten times too small."""
    slip = tmp_path / "slip.toml"
    slip.write_text("[patient]\nweight_kg = 7.1\n", encoding="utf-8")
    for answer in (check(study[0].folder, record=slip), measure(study[0].folder, record=slip)):
        assert any("7.1 kg against 68 kg" in warning for warning in pet(answer).warnings)


def test_an_impossible_image_is_refused_with_what_the_record_changed(
    study: Study, tmp_path: Path
) -> None:
    """A tenth of the activity: the image would hold several times what was injected."""
    slip = tmp_path / "slip.toml"
    text = study[0].record.read_text(encoding="utf-8")
    slip.write_text(text.replace("activity_mbq = 262.0", "activity_mbq = 30.0"), encoding="utf-8")
    one = pet(measure(study[0].folder, record=slip))
    assert isinstance(one.scaling, Unknown)
    assert one.suv_max is None
    assert any("injected activity" in warning for warning in one.warnings)


def test_contours_of_a_refused_pet_are_not_complained_of_again(study: Study) -> None:
    answer = measure(study[0].folder, contours=study[0].contours, assume="attenuation_corrected=no")
    assert answer.refused
    assert answer.problems == ()


def test_candidates_that_cannot_be_refined_are_counted_in_one_message(study: Study) -> None:
    one = pet(measure(study[0].folder, record=study[0].record, methods="percent:10"))
    assert len(one.refused) <= 1
    assert all("of fixed:4.0" in row.method and row.candidate for row in one.rows)
    if one.refused:
        assert "candidates could not be delineated" in one.refused[0].got


def uncorrected(study: Study, folder: Path, *, leave_out: int | None = None) -> Path:
    """Write the FDG PET without ATTN among its corrections, less one slice if asked for."""
    for number, file in enumerate(sorted((study[0].folder / "PET").rglob("*.dcm"))):
        image = dcmread(file)
        image.CorrectedImage = [c for c in image.CorrectedImage if c != "ATTN"]
        if number != leave_out:
            image.save_as(folder / file.name)
    return folder


def test_an_uncorrected_series_says_why_and_is_judged_where_its_correction_is_assumed(
    study: Study, tmp_path: Path
) -> None:
    folder = uncorrected(study, tmp_path)
    (silent,) = check(folder, record=study[0].record).series
    assert silent.scaling is None
    assert "lacks ATTN" in silent.facts.remarks[0]
    (assumed,) = measure(folder, record=study[0].record, assume="attenuation_corrected=yes").series
    whole = pet(measure(study[0].folder, record=study[0].record))
    assert assumed.suv_max == whole.suv_max
    assert "Assumed by the user: attenuation correction yes." in assumed.warnings


def test_an_assumption_does_not_judge_past_a_hidden_fault(study: Study, tmp_path: Path) -> None:
    folder = uncorrected(study, tmp_path, leave_out=40)
    (one,) = check(folder, assume="attenuation_corrected=yes").series
    assert isinstance(one.scaling, Unknown)
    assert "missing slices" in one.scaling.problems[0].got
