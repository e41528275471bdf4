"""RT Structure Sets written by pydicom: what is read, and what is refused by name."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from made_contours import FRAME, Points, ball, circles, contour, save, structure_set
from petrial.adapters.dicom.structure_set import is_structure_set, read_structure_set
from petrial.images.grid import Grid
from petrial.lesions.region import Placed, Region
from petrial.vocabulary.errors import Problem, ReadError

GRID = Grid.axial((15, 40, 50), (3.0, 1.0, 1.0), (-20.0, -10.0, 100.0))
SQUARE = np.array([[9.5, 9.5], [19.5, 9.5], [19.5, 19.5], [9.5, 19.5]])


def squares(*slices: int, wide: float = 10.0) -> list[Points]:
    """10 x 10 voxels, or ``wide`` x 10, on slices of the grid."""
    index = np.column_stack([SQUARE[:, 1], (SQUARE[:, 0] - 9.5) * wide / 10.0 + 9.5])
    return [GRID.to_patient(np.column_stack([np.full(4, float(z)), index])) for z in slices]


def full(region: Region) -> NDArray[np.bool_]:
    mask = np.zeros(region.grid.shape, dtype=np.bool_)
    mask[region.box] = region.mask
    return mask


def placed(tmp_path: Path, dataset: Dataset) -> Placed:
    path = save(dataset, tmp_path / "rs.dcm")
    assert is_structure_set(path)
    return read_structure_set(path).on(GRID)


def whole(problem: Problem) -> str:
    assert all((problem.where, problem.field, problem.wanted, problem.do))
    return str(problem)


def test_regions_come_with_name_source_and_frame_of_reference(tmp_path: Path) -> None:
    path = save(
        structure_set([(1, "liver", squares(3, 4, 5)), (2, "node", squares(7))]), tmp_path / "a.dcm"
    )
    contours = read_structure_set(path)
    assert contours.source == "a.dcm"
    assert contours.frame_of_reference_uid == FRAME
    result = contours.on(GRID)
    assert [(r.label, r.source, r.method, r.voxels) for r in result.regions] == [
        ("liver", "a.dcm", "drawn", 300),
        ("node", "a.dcm", "drawn", 100),
    ]
    assert result.problems == ()


def test_a_ball_has_the_voxels_whose_centre_is_inside(tmp_path: Path) -> None:
    result = placed(tmp_path, structure_set([(1, "ball", circles(GRID, 13.21))]))
    np.testing.assert_array_equal(full(result.regions[0]), ball(GRID, 13.21))


def test_closed_planar_xor_and_closed_planar_holes_come_out_alike(tmp_path: Path) -> None:
    """By hand: 20 x 10 less 10 x 10."""
    both = [*squares(4, wide=20.0), *squares(4)]
    dataset = structure_set([(1, "plain", both), (2, "xor", both)])
    for item in dataset.ROIContourSequence[1].ContourSequence:
        item.ContourGeometricType = "CLOSEDPLANAR_XOR"
    result = placed(tmp_path, dataset)
    assert [region.voxels for region in result.regions] == [100, 100]


def test_names_given_twice_are_told_apart_by_their_number(tmp_path: Path) -> None:
    rois = [(4, "node", squares(3)), (9, "node", squares(6)), (11, "", squares(8))]
    result = placed(tmp_path, structure_set(rois))
    assert [r.label for r in result.regions] == ["node (ROI 4)", "node (ROI 9)", "(ROI 11)"]


def test_one_plane_takes_the_plane_distance_of_the_other_regions(tmp_path: Path) -> None:
    """Drawn every 9 mm: the single plane stands for three slices of 3 mm."""
    rois = [(1, "liver", squares(2, 5, 8, 11)), (2, "node", squares(5))]
    result = placed(tmp_path, structure_set(rois))
    assert [region.mask.shape[0] for region in result.regions] == [12, 3]


def no_contours(dataset: Dataset) -> None:
    dataset.ROIContourSequence[0].ContourSequence = Items([])


def no_sequence(dataset: Dataset) -> None:
    del dataset.ROIContourSequence[0].ContourSequence


def no_entry(dataset: Dataset) -> None:
    del dataset.ROIContourSequence[0]


def other_number(dataset: Dataset) -> None:
    dataset.ROIContourSequence[0].ReferencedROINumber = 77


def twice(dataset: Dataset) -> None:
    dataset.ROIContourSequence.append(dataset.ROIContourSequence[0])


def number_twice(dataset: Dataset) -> None:
    dataset.StructureSetROISequence.append(dataset.StructureSetROISequence[0])


def a_point(dataset: Dataset) -> None:
    dataset.ROIContourSequence[0].ContourSequence = Items(
        [contour(np.array([[0.0, 0.0, 109.0]]), "POINT")]
    )


def an_open_line(dataset: Dataset) -> None:
    dataset.ROIContourSequence[0].ContourSequence[1].ContourGeometricType = "OPEN_NONPLANAR"


def no_type(dataset: Dataset) -> None:
    del dataset.ROIContourSequence[0].ContourSequence[1].ContourGeometricType


def two_points(dataset: Dataset) -> None:
    dataset.ROIContourSequence[0].ContourSequence[1] = contour(squares(4)[0][:2])


def seven_numbers(dataset: Dataset) -> None:
    del dataset.ROIContourSequence[0].ContourSequence[1].NumberOfContourPoints
    dataset.ROIContourSequence[0].ContourSequence[1].ContourData = ["1"] * 10


def wrong_count(dataset: Dataset) -> None:
    dataset.ROIContourSequence[0].ContourSequence[1].NumberOfContourPoints = 3


def no_data(dataset: Dataset) -> None:
    del dataset.ROIContourSequence[0].ContourSequence[1].ContourData


def not_a_number(dataset: Dataset) -> None:
    item = dataset.ROIContourSequence[0].ContourSequence[1]
    item[0x30060050]._value = ["nan", *["1"] * 11]  # noqa: SLF001  pydicom refuses to hold it


def words(dataset: Dataset) -> None:
    item = dataset.ROIContourSequence[0].ContourSequence[1]
    item[0x30060050]._value = ["one", *["1"] * 11]  # noqa: SLF001  pydicom refuses to hold it


def elsewhere(dataset: Dataset) -> None:
    dataset.StructureSetROISequence[0].ReferencedFrameOfReferenceUID = "1.2.3"


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (no_contours, "Contour Sequence (3006,0040): found nothing"),
        (no_sequence, "Contour Sequence (3006,0040): found nothing"),
        (no_entry, "found 0 sets of contours"),
        (other_number, "found 0 sets of contours"),
        (twice, "found 2 sets of contours"),
        (number_twice, "found 0 sets of contours"),
        (a_point, "found POINT, wanted CLOSED_PLANAR"),
        (an_open_line, "found OPEN_NONPLANAR, wanted CLOSED_PLANAR"),
        (no_type, "found none, wanted CLOSED_PLANAR"),
        (two_points, "points of outline 2"),
        (seven_numbers, "Contour Data (3006,0050) of contour 2: found 10 numbers"),
        (wrong_count, "found 12 numbers for 3 points"),
        (no_data, "Contour Data (3006,0050) of contour 2"),
        (not_a_number, "a coordinate that is no number"),
        (words, "Contour Data (3006,0050) of contour 2"),
        (elsewhere, "found 1.2.3, wanted 1.2.826"),
    ],
)
def test_a_malformed_region_is_refused_by_name_and_stops_no_other(
    tmp_path: Path, spoil: Callable[[Dataset], None], expected: str
) -> None:
    rois = [(1, "bad", squares(3, 4, 5)), (2, "good", squares(7, 8)), (3, "fine", squares(7))]
    dataset = structure_set(rois)
    spoil(dataset)
    result = placed(tmp_path, dataset)
    assert [(r.label, r.voxels) for r in result.regions] == [("good", 200), ("fine", 100)]
    texts = [whole(problem) for problem in result.problems]
    assert any(expected in text for text in texts), texts
    assert all(text.startswith("rs.dcm, region bad") for text in texts[:1])


def test_contours_without_a_name_are_refused_by_their_number(tmp_path: Path) -> None:
    dataset = structure_set([(1, "good", squares(3)), (7, "lost", squares(4))])
    del dataset.StructureSetROISequence[1]
    result = placed(tmp_path, dataset)
    assert [r.label for r in result.regions] == ["good"]
    assert "rs.dcm, region (ROI 7)" in whole(result.problems[0])
    assert "contours without a name" in result.problems[0].got


def test_regions_that_do_not_lie_on_the_image_stop_no_other(tmp_path: Path) -> None:
    far = [polygon + 5000.0 for polygon in squares(3, 4, 5)]
    past = [polygon + np.array([35.0, 0.0, 0.0]) for polygon in squares(3, 4, 5)]
    rois = [(1, "far", far), (2, "past", past), (3, "good", squares(3, 4, 5))]
    result = placed(tmp_path, structure_set(rois))
    assert [r.label for r in result.regions] == ["good"]
    assert "region far: extent: found 100 % of its outline points outside" in str(
        result.problems[0]
    )
    assert "region past: extent: found 50.0 % of its volume outside" in str(result.problems[1])


def test_the_frame_of_reference_may_stand_at_the_head_of_the_file_only(tmp_path: Path) -> None:
    dataset = structure_set([(1, "node", squares(3))])
    del dataset.ReferencedFrameOfReferenceSequence
    del dataset.StructureSetROISequence[0].ReferencedFrameOfReferenceUID
    assert read_structure_set(save(dataset, tmp_path / "a.dcm")).frame_of_reference_uid is None
    dataset.FrameOfReferenceUID = FRAME
    assert read_structure_set(save(dataset, tmp_path / "a.dcm")).frame_of_reference_uid == FRAME


def test_a_structure_set_without_regions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError) as error:
        read_structure_set(save(structure_set([]), tmp_path / "empty.dcm"))
    assert whole(error.value.problem).startswith("empty.dcm: RT Structure Set: found no region")


@pytest.mark.parametrize("content", [b"", b"not DICOM", b"\0" * 128 + b"DICM", b"\0" * 500])
def test_a_file_that_is_no_dicom_is_not_taken_and_refused_by_name(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "x.dcm"
    path.write_bytes(content)
    assert not is_structure_set(path)
    with pytest.raises(ReadError) as error:
        read_structure_set(path)
    assert whole(error.value.problem).startswith("x.dcm: RT Structure Set")


def test_truncated_and_altered_files_give_named_problems_and_no_traceback(tmp_path: Path) -> None:
    """400 files, each cut or with some bytes changed, with a fixed seed."""
    source = save(structure_set([(1, "a", squares(3, 4, 5)), (2, "b", squares(7))]), tmp_path / "s")
    data = source.read_bytes()
    rng = np.random.default_rng(20)
    path = tmp_path / "fuzz.dcm"
    refused = 0
    for trial in range(400):
        spoiled = bytearray(data)
        if trial % 2:
            spoiled = spoiled[: rng.integers(len(data))]
        else:
            for place in rng.integers(140, len(data), rng.integers(1, 30)):
                spoiled[place] = rng.integers(256)
        path.write_bytes(spoiled)
        is_structure_set(path)
        try:
            result = read_structure_set(path).on(GRID)
        except ReadError as error:
            whole(error.problem)
            refused += 1
            continue
        for problem in result.problems:
            whole(problem)
        assert result.problems or not trial % 2, "a file cut short was taken as whole"
    assert refused > 50
