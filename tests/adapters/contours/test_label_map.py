"""NIfTI and NRRD label maps: what is read, and what SimpleITK would let pass in silence."""

import gzip
import itertools
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  its usual name
from numpy.typing import NDArray

from made_contours import write_label_map
from petrial.adapters.files.label_map import is_label_map, read_label_map
from petrial.images.grid import Grid
from petrial.lesions.region import Region
from petrial.vocabulary.errors import ContourError, PetrialError, Problem, ReadError

GRID = Grid.axial((6, 7, 8), (3.0, 2.0, 1.5), (10.0, 20.0, 30.0))


def full(region: Region) -> NDArray[np.bool_]:
    mask = np.zeros(region.grid.shape, dtype=np.bool_)
    mask[region.box] = region.mask
    return mask


def whole(problem: Problem) -> str:
    assert all((problem.where, problem.field, problem.wanted, problem.do))
    return str(problem)


def labels_of(dtype: type = np.uint8) -> NDArray[Any]:
    labels: NDArray[Any] = np.zeros(GRID.shape, dtype=dtype)
    labels[1:3, 2:5, 3:7] = 3
    labels[4, 1, 1:3] = 12
    return labels


@pytest.mark.parametrize("name", ["map.nii", "map.nii.gz", "MAP.NII.GZ", "map.nrrd"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64])
def test_each_label_is_a_region_with_its_number(tmp_path: Path, name: str, dtype: type) -> None:
    path = write_label_map(tmp_path / "written.nii.gz", GRID, labels_of(dtype))
    if not name.lower().endswith(".gz"):
        path = write_label_map(tmp_path / name, GRID, labels_of(dtype))
    path = path.rename(tmp_path / name)
    assert is_label_map(path)
    contours = read_label_map(path)
    assert contours.frame_of_reference_uid is None
    placed = contours.on(GRID)
    assert [(r.label, r.source, r.method) for r in placed.regions] == [
        ("label 3", name, "drawn"),
        ("label 12", name, "drawn"),
    ]
    for region, value in zip(placed.regions, (3, 12), strict=True):
        np.testing.assert_array_equal(full(region), labels_of() == value)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd"])
@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, 1, 1), (1, -1, 1), (1, 1, -1), (-1, -1, -1)])
def test_files_stored_backwards_lie_in_the_same_place(
    tmp_path: Path, suffix: str, flips: tuple[int, int, int]
) -> None:
    """Axes turned round with the voxels: the same place, so the same voxels of the image."""
    labels = labels_of()[:: flips[0], :: flips[1], :: flips[2]]
    corner = [0.0 if flip > 0 else n - 1.0 for flip, n in zip(flips, GRID.shape, strict=True)]
    origin = GRID.to_patient(np.array([corner]))[0]
    axes = np.asarray(GRID.axes) * np.array(flips)[:, np.newaxis]
    other = Grid(
        GRID.shape,
        GRID.spacing,
        (origin[0], origin[1], origin[2]),
        (tuple(axes[0]), tuple(axes[1]), tuple(axes[2])),
    )
    path = write_label_map(tmp_path / f"map{suffix}", other, np.ascontiguousarray(labels))
    placed = read_label_map(path).on(GRID)
    for region, value in zip(placed.regions, (3, 12), strict=True):
        np.testing.assert_array_equal(full(region), labels_of() == value)


def test_positions_are_turned_from_ras_to_lps(tmp_path: Path) -> None:
    """By hand, from the bytes of the header: sform rows with minus x and minus y."""
    path = write_label_map(tmp_path / "map.nii", GRID, labels_of())
    rows = struct.unpack_from("<12f", path.read_bytes(), 280)
    assert rows == (-1.5, 0, 0, -10, 0, -2, 0, -20, 0, 0, 3, 30)
    assert read_label_map(path).regions[0].grid == GRID


def test_four_dimensions_with_one_volume_are_three(tmp_path: Path) -> None:
    image: Any = sitk.GetImageFromArray(labels_of())
    image.SetSpacing(GRID.spacing[::-1])
    image.SetOrigin(GRID.origin)
    join: Any = sitk.JoinSeries
    sitk.WriteImage(join([image]), str(tmp_path / "one.nii.gz"))
    assert [r.voxels for r in read_label_map(tmp_path / "one.nii.gz").on(GRID).regions] == [24, 2]
    sitk.WriteImage(join([image, image]), str(tmp_path / "two.nii.gz"))
    with pytest.raises(ReadError) as error:
        read_label_map(tmp_path / "two.nii.gz")
    assert "one volume of three dimensions" in whole(error.value.problem)


def test_fractions_are_no_labels(tmp_path: Path) -> None:
    path = write_label_map(tmp_path / "p.nii", GRID, labels_of(np.float32) * np.float32(0.3))
    with pytest.raises(ReadError) as error:
        read_label_map(path)
    assert "found fractions, wanted whole numbers" in whole(error.value.problem)


def test_values_that_are_no_numbers_are_no_labels(tmp_path: Path) -> None:
    labels = labels_of(np.float32)
    labels[0, 0, 0] = np.nan
    with pytest.raises(ReadError) as error:
        read_label_map(write_label_map(tmp_path / "p.nrrd", GRID, labels))
    assert "whole numbers" in whole(error.value.problem)


def test_negative_values_are_no_labels(tmp_path: Path) -> None:
    labels = -labels_of(np.int16)
    with pytest.raises(ContourError) as error:
        read_label_map(write_label_map(tmp_path / "p.nii", GRID, labels))
    assert "2 different values from -12 to -3" in whole(error.value.problem)


Change = tuple[int, str, tuple[float, ...]]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([(252, "2h", (0, 0))], "sform and qform: found no orientation"),
        ([(252, "2h", (0, 1)), (280, "4f", (-1.5, 0.5, 0, -10))], "orthonormal"),
        ([(252, "2h", (1, 1)), (280, "4f", (-1.5, 0.5, 0, -10))], "two places in the patient"),
        ([(280, "4f", (-1.5, 0, 0, -50))], "two places in the patient that differ by 40.0 mm"),
        ([(280, "4f", (float("nan"), 0, 0, 0))], "a coordinate that is no number"),
        ([(252, "2h", (0, 1)), (80, "3f", (0, 0, 0))], "not as long as pixdim says"),
        ([(40, "8h", (3, 8, 7, 600, 1, 1, 1, 1))], "bytes, as the header announces"),
        ([(40, "8h", (3, 8, -7, 6, 1, 1, 1, 1))], "dimensions"),
        ([(40, "8h", (2, 8, 42, 1, 1, 1, 1, 1))], "dimensions"),
        ([(123, "B", (1,))], "unit of length: found code 1"),
        ([(108, "f", (float("inf"),))], "voxel data"),
        ([(344, "4s", (b"ni1\0",))], "NIfTI-1 in one file"),
        ([(0, "i", (540,))], "NIfTI-1 in one file"),
    ],
)
def test_headers_that_cannot_be_trusted_are_refused(
    tmp_path: Path,
    changes: list[Change],
    expected: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    data = bytearray(write_label_map(tmp_path / "map.nii", GRID, labels_of()).read_bytes())
    for offset, kind, values in changes:
        struct.pack_into("<" + kind, data, offset, *values)
    for name, write in (("a.nii", bytes), ("a.nii.gz", gzip.compress)):
        (tmp_path / name).write_bytes(write(data))
        with pytest.raises(ReadError) as error:
            read_label_map(tmp_path / name)
        assert expected in whole(error.value.problem)
        assert error.value.problem.where == name
    assert capfd.readouterr().err == ""


def cut(data: bytes) -> bytes:
    return data[:-20]


def cut_in_the_header(data: bytes) -> bytes:
    return data[:60]


def flipped_bit(data: bytes) -> bytes:
    return data[:-30] + bytes([data[-30] ^ 4]) + data[-29:]


def nothing(_: bytes) -> bytes:
    return b""


@pytest.mark.parametrize(
    ("suffix", "damage"),
    [
        *itertools.product((".nii.gz", ".nii", ".nrrd"), (cut, cut_in_the_header, nothing)),
        (".nii.gz", flipped_bit),  # seen by gzip's checksum; a plain file has none
    ],
)
def test_damaged_files_are_refused(
    tmp_path: Path, suffix: str, damage: Callable[[bytes], bytes]
) -> None:
    path = write_label_map(tmp_path / f"map{suffix}", GRID, labels_of())
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ReadError) as error:
        read_label_map(path)
    assert whole(error.value.problem).startswith(path.name)


def test_a_nrrd_without_a_space_is_refused(tmp_path: Path) -> None:
    text = "NRRD0004\ntype: uint8\ndimension: 3\nsizes: 2 2 2\nencoding: ascii\n\n1 0 0 0 0 0 0 0\n"
    (tmp_path / "a.nrrd").write_text(text)
    with pytest.raises(ReadError) as error:
        read_label_map(tmp_path / "a.nrrd")
    assert "space: found nothing" in whole(error.value.problem)


def test_a_sheared_nrrd_is_refused(tmp_path: Path) -> None:
    text = (
        "NRRD0004\ntype: uint8\ndimension: 3\nspace: left-posterior-superior\nsizes: 2 2 2\n"
        "space directions: (1,0,0) (0.5,1,0) (0,0,1)\nspace origin: (0,0,0)\nencoding: ascii\n\n"
        "1 0 0 0 0 0 0 0\n"
    )
    (tmp_path / "a.nrrd").write_text(text)
    with pytest.raises(PetrialError) as error:
        read_label_map(tmp_path / "a.nrrd")
    assert "right angles" in whole(error.value.problem)


def test_altered_headers_give_named_problems_and_no_traceback(tmp_path: Path) -> None:
    """300 files with some bytes of the header changed, with a fixed seed."""
    data = write_label_map(tmp_path / "map.nii", GRID, labels_of()).read_bytes()
    rng = np.random.default_rng(22)
    path = tmp_path / "fuzz.nii"
    refused = 0
    for _ in range(300):
        changed = bytearray(data)
        for place in rng.integers(0, 352, rng.integers(1, 12)):
            changed[place] = rng.integers(256)
        path.write_bytes(changed)
        try:
            placed = read_label_map(path).on(GRID)
        except PetrialError as error:
            whole(error.problem)
            refused += 1
            continue
        for problem in placed.problems:
            whole(problem)
    assert refused > 50
