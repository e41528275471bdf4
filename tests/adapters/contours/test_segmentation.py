"""DICOM Segmentations written by highdicom: each kind, sparse and oblique, and damaged ones."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset

from made_contours import FRAME, ball, circles, save, segmentation, structure_set, write_label_map
from petrial.adapters.dicom.segmentation import is_segmentation, read_segmentation
from petrial.adapters.dicom.structure_set import is_structure_set, read_structure_set
from petrial.adapters.files.label_map import read_label_map
from petrial.images.grid import Grid
from petrial.lesions.region import Region
from petrial.vocabulary.errors import Problem, ReadError

GRID = Grid.axial((15, 40, 50), (3.0, 1.25, 1.5), (-20.0, -10.0, 100.0))
TURN = np.linalg.qr(np.random.default_rng(4).normal(size=(3, 3)))[0]
HAND = float(np.sign(np.linalg.det(TURN[::-1])))
OBLIQUE = Grid(
    GRID.shape,
    GRID.spacing,
    (12.5, -40.0, 7.0),
    (tuple(HAND * TURN[0]), tuple(HAND * TURN[1]), tuple(HAND * TURN[2])),
)


def full(region: Region) -> NDArray[np.bool_]:
    mask = np.zeros(region.grid.shape, dtype=np.bool_)
    mask[region.box] = region.mask
    return mask


def whole(problem: Problem) -> str:
    assert all((problem.where, problem.field, problem.wanted, problem.do))
    return str(problem)


def two_segments() -> NDArray[np.uint8]:
    """Labels: a box on slices 2 to 4 and one on slices 9 and 10; nothing between."""
    labels = np.zeros(GRID.shape, dtype=np.uint8)
    labels[2:5, 5:9, 7:10] = 1
    labels[9:11, 20:25, 30:33] = 2
    return labels


@pytest.mark.parametrize("grid", [GRID, OBLIQUE], ids=["axial", "oblique"])
def test_one_ball_gives_the_same_voxels_through_each_format(tmp_path: Path, grid: Grid) -> None:
    """Against the definition: voxel centres inside the ball, or inside its circles."""
    mask = ball(grid, 13.21)
    drawn = structure_set([(1, "ball", circles(grid, 13.21))])
    kept = segmentation(grid, mask, "BINARY", ["ball"])
    kept.save_as(tmp_path / "seg.dcm")
    save(drawn, tmp_path / "rs.dcm")
    write_label_map(tmp_path / "ball.nii.gz", grid, mask.astype(np.uint8))
    write_label_map(tmp_path / "ball.nrrd", grid, mask.astype(np.uint8))
    for placed in (
        read_structure_set(tmp_path / "rs.dcm").on(grid),
        read_segmentation(tmp_path / "seg.dcm").on(grid),
        read_label_map(tmp_path / "ball.nii.gz").on(grid),
        read_label_map(tmp_path / "ball.nrrd").on(grid),
    ):
        assert placed.problems == ()
        np.testing.assert_array_equal(full(placed.regions[0]), mask)


@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL", "LABELMAP"])
def test_segments_come_with_label_source_and_frame_of_reference(tmp_path: Path, kind: str) -> None:
    labels = two_segments()
    segmentation(GRID, labels, kind, ["liver lesion", "node"]).save_as(tmp_path / "seg.dcm")
    assert is_segmentation(tmp_path / "seg.dcm")
    assert not is_structure_set(tmp_path / "seg.dcm")
    contours = read_segmentation(tmp_path / "seg.dcm")
    assert contours.frame_of_reference_uid == FRAME
    placed = contours.on(GRID)
    assert [(r.label, r.source, r.method) for r in placed.regions] == [
        ("liver lesion", "seg.dcm", "drawn"),
        ("node", "seg.dcm", "drawn"),
    ]
    for number, region in enumerate(placed.regions, start=1):
        np.testing.assert_array_equal(full(region), labels == number)


def test_segments_that_overlap_keep_their_voxels(tmp_path: Path) -> None:
    pixels = np.zeros((*GRID.shape, 2), dtype=np.bool_)
    pixels[3:6, 5:15, 5:15, 0] = True
    pixels[4:8, 10:20, 10:20, 1] = True
    segmentation(GRID, pixels, "BINARY", ["tumour", "oedema"]).save_as(tmp_path / "seg.dcm")
    placed = read_segmentation(tmp_path / "seg.dcm").on(GRID)
    for number, region in enumerate(placed.regions):
        np.testing.assert_array_equal(full(region), pixels[..., number])


def test_a_fractional_voxel_belongs_from_one_half_on(tmp_path: Path) -> None:
    """128 and 127 of 255: 0.502 and 0.498."""
    pixels = np.zeros(GRID.shape)
    pixels[4, 5, 5:8] = 128 / 255
    pixels[4, 6, 5:8] = 127 / 255
    segmentation(GRID, pixels, "FRACTIONAL", ["node"]).save_as(tmp_path / "seg.dcm")
    region = read_segmentation(tmp_path / "seg.dcm").on(GRID).regions[0]
    assert (region.start, region.mask.shape) == ((4, 5, 5), (1, 1, 3))


def test_labels_given_twice_are_told_apart_by_their_number(tmp_path: Path) -> None:
    segmentation(GRID, two_segments(), "BINARY", ["node", "node"]).save_as(tmp_path / "seg.dcm")
    regions = read_segmentation(tmp_path / "seg.dcm").regions
    assert [region.label for region in regions] == ["node (segment 1)", "node (segment 2)"]


@pytest.mark.parametrize("kind", ["BINARY", "LABELMAP"])
def test_an_empty_segment_is_refused_by_name_and_stops_no_other(tmp_path: Path, kind: str) -> None:
    labels = two_segments()
    labels[labels == 2] = 0
    segmentation(GRID, labels, kind, ["liver", "node"]).save_as(tmp_path / "seg.dcm")
    placed = read_segmentation(tmp_path / "seg.dcm").on(GRID)
    assert [region.label for region in placed.regions] == ["liver"]
    assert [problem.where for problem in placed.problems] == ["seg.dcm, region node"]


def test_a_segmentation_of_the_ct_is_placed_on_the_pet_by_voxel_centres(tmp_path: Path) -> None:
    """By hand: 12 x 12 x 12 voxels of 1 mm hold the centres of 4 x 4 x 4 voxels of 3 mm."""
    ct = Grid.axial((30, 40, 40), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    labels = np.zeros(ct.shape, dtype=np.uint8)
    labels[9:21, 12:24, 6:18] = 1
    segmentation(ct, labels, "BINARY", ["node"]).save_as(tmp_path / "seg.dcm")
    pet = Grid.axial((10, 13, 13), (3.0, 3.0, 3.0), (1.0, 1.0, 1.0))
    region = read_segmentation(tmp_path / "seg.dcm").on(pet).regions[0]
    assert (region.start, region.mask.shape, region.voxels) == ((3, 4, 2), (4, 4, 4), 64)


def no_distance(dataset: Dataset) -> None:
    measures = dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    del measures.SpacingBetweenSlices


def halved_distance(dataset: Dataset) -> None:
    measures = dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    measures.SpacingBetweenSlices = 1.5


def no_frame_of_reference(dataset: Dataset) -> None:
    del dataset.FrameOfReferenceUID


def no_position(dataset: Dataset) -> None:
    for item in dataset.PerFrameFunctionalGroupsSequence:
        del item.PlanePositionSequence


def same_place(dataset: Dataset) -> None:
    items = dataset.PerFrameFunctionalGroupsSequence
    place = items[0].PlanePositionSequence[0].ImagePositionPatient
    items[1].PlanePositionSequence[0].ImagePositionPatient = place


def uneven(dataset: Dataset) -> None:
    item = dataset.PerFrameFunctionalGroupsSequence[1].PlanePositionSequence[0]
    item.ImagePositionPatient[2] += 1.0


def stranger(dataset: Dataset) -> None:
    items = dataset.PerFrameFunctionalGroupsSequence
    items[0].SegmentIdentificationSequence[0].ReferencedSegmentNumber = 9


def far_away(dataset: Dataset) -> None:
    item = dataset.PerFrameFunctionalGroupsSequence[1].PlanePositionSequence[0]
    item.ImagePositionPatient[2] += 3e9


def spoiled(tmp_path: Path, labels: NDArray[np.uint8], spoil: Callable[[Dataset], None]) -> Path:
    path = tmp_path / "seg.dcm"
    segmentation(GRID, labels, "BINARY", ["liver", "node"]).save_as(path)
    dataset = dcmread(path)
    spoil(dataset)
    dataset.save_as(path)
    return path


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (halved_distance, "Spacing Between Slices (0018,0088)"),
        (no_frame_of_reference, "Segmentation"),
        (no_position, "Segmentation"),
        (uneven, "no regular stack of slices"),
        (stranger, "segments [9] that are not described"),
        (far_away, "slices"),
    ],
)
def test_a_file_that_does_not_say_where_it_lies_is_refused(
    tmp_path: Path, spoil: Callable[[Dataset], None], expected: str
) -> None:
    path = spoiled(tmp_path, two_segments(), spoil)
    with pytest.raises(ReadError) as error:
        read_segmentation(path)
    assert expected in whole(error.value.problem)
    assert error.value.problem.where == "seg.dcm"


def test_two_frames_of_a_segment_at_one_place_are_refused_by_its_name(tmp_path: Path) -> None:
    placed = read_segmentation(spoiled(tmp_path, two_segments(), same_place)).on(GRID)
    assert [region.label for region in placed.regions] == ["node"]
    assert "region liver: frames: found two frames at one place" in whole(placed.problems[0])


def test_the_distance_of_neighbouring_slices_serves_where_none_is_stated(tmp_path: Path) -> None:
    labels = two_segments()
    placed = read_segmentation(spoiled(tmp_path, labels, no_distance)).on(GRID)
    for number, region in enumerate(placed.regions, start=1):
        np.testing.assert_array_equal(full(region), labels == number)


@pytest.mark.parametrize("slices", [(4,), (3, 9)], ids=["one slice", "slices far apart"])
def test_without_neighbours_a_distance_that_is_not_stated_is_refused(
    tmp_path: Path, slices: tuple[int, ...]
) -> None:
    """highdicom alone would take 1 mm, or 18 mm: a volume wrong by a factor of 3 or 6."""
    labels = np.zeros(GRID.shape, dtype=np.uint8)
    labels[list(slices), 5:9, 5:9] = 1
    labels[slices[0], 20:23, 20:23] = 2
    path = spoiled(tmp_path, labels, no_distance)
    with pytest.raises(ReadError) as error:
        read_segmentation(path)
    assert error.value.problem.field == "Spacing Between Slices (0018,0088)"


def test_sparse_slices_with_a_stated_distance_are_placed(tmp_path: Path) -> None:
    labels = np.zeros(GRID.shape, dtype=np.uint8)
    labels[[3, 9], 5:9, 5:9] = 1
    segmentation(GRID, labels, "BINARY", ["node"]).save_as(tmp_path / "seg.dcm")
    region = read_segmentation(tmp_path / "seg.dcm").on(GRID).regions[0]
    np.testing.assert_array_equal(full(region), labels == 1)


@pytest.mark.parametrize("content", [b"", b"not DICOM", b"\0" * 128 + b"DICM", b"\0" * 500])
def test_a_file_that_is_no_dicom_is_not_taken_and_refused_by_name(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "x.dcm"
    path.write_bytes(content)
    assert not is_segmentation(path)
    with pytest.raises(ReadError) as error:
        read_segmentation(path)
    assert whole(error.value.problem).startswith("x.dcm: Segmentation")


def test_truncated_and_altered_files_give_named_problems_and_no_traceback(tmp_path: Path) -> None:
    """200 files, each cut or with some bytes of the header changed, with a fixed seed."""
    small = Grid.axial((15, 8, 8), (3.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    labels = np.zeros(small.shape, dtype=np.uint8)
    labels[3:6, 2:5, 2:5] = 1
    source = segmentation(small, labels, "BINARY", ["node"])
    source.save_as(tmp_path / "s.dcm")
    data = (tmp_path / "s.dcm").read_bytes()
    rng = np.random.default_rng(21)
    path = tmp_path / "fuzz.dcm"
    refused = 0
    for trial in range(200):
        changed = bytearray(data)
        if trial % 2:
            changed = changed[: rng.integers(len(data))]
        else:
            for place in rng.integers(140, len(data), rng.integers(1, 30)):
                changed[place] = rng.integers(256)
        path.write_bytes(changed)
        is_segmentation(path)
        try:
            placed = read_segmentation(path).on(small)
        except ReadError as error:
            whole(error.problem)
            refused += 1
            continue
        assert not trial % 2, "a file cut short was taken as whole"
        for problem in placed.problems:
            whole(problem)
    assert refused > 50
