"""Geometry: positions become a grid, or are refused by name."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from made_slices import pet_slices, stored_numbers, write_slices
from petrial.adapters.dicom.scan import FoundSeries, scan


def only(path: Path) -> FoundSeries:
    (series,) = scan(path).series
    return series


def refused(slices: list[Dataset], folder: Path) -> str:
    """Return the problems of a series that must form no volume."""
    write_slices(slices, folder)
    found = only(folder)
    assert found.facts.grid is None or found.facts.problems
    return "\n".join(str(problem) for problem in found.facts.problems)


def place(*heights: float) -> list[Dataset]:
    """Return slices at these heights in mm."""

    def change(z: int, ds: Dataset) -> None:
        ds.ImagePositionPatient = ["-10", "-20", str(heights[z])]

    return pet_slices(len(heights), change=change)


def test_slices_are_stacked_along_the_normal_whatever_their_numbers_say(tmp_path: Path) -> None:
    def feet_last(z: int, ds: Dataset) -> None:
        ds.ImagePositionPatient = ["-10", "-20", str(100 - 3 * z)]

    write_slices(pet_slices(change=feet_last), tmp_path)
    found = only(tmp_path)
    assert found.facts.grid is not None
    assert found.facts.grid.origin == (-10.0, -20.0, 88.0)
    np.testing.assert_array_equal(found.values()[0], stored_numbers(4) * np.float32(1.5))


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_an_oblique_grid_puts_every_voxel_where_dicom_puts_it(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Equation C.7.6.2.1-1 of PS3.3: position + column index x row direction x spacing + ..."""
    rng = np.random.default_rng(seed)
    frame, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    row, column = frame[0], frame[1]
    normal = np.cross(row, column)
    corner = rng.uniform(-200, 200, 3)

    def change(z: int, ds: Dataset) -> None:
        ds.ImageOrientationPatient = [f"{v:.10f}" for v in (*row, *column)]
        ds.ImagePositionPatient = [f"{v:.8f}" for v in corner + 3.0 * z * normal]

    folder = tmp_path_factory.mktemp("oblique")
    write_slices(pet_slices(4, change=change), folder)
    grid = only(folder).facts.grid
    assert grid is not None
    z, y, x = 3, 5, 7
    expected = corner + 3.0 * z * normal + y * 2.5 * column + x * 2.0 * row
    np.testing.assert_allclose(grid.to_patient([[z, y, x]])[0], expected, atol=1e-5)


@pytest.mark.parametrize(
    ("heights", "words"),
    [
        ((0, 3, 6, 12, 15), "missing slices: 1 of them, after (-10.00 -20.00 6.00) mm"),
        ((0, 3, 12, 15, 24), "missing slices: 4 of them"),
        ((0, 6, 8), "missing slices: 2 of them"),
        ((0, 3, 3, 6, 9), "doubled slices at (-10.00 -20.00 3.00) mm"),
        ((0, 3, 6, 9, 12.2), "unevenly spaced slices: 3.000 to 3.200 mm apart"),
        ((0, 3, 7, 10, 14), "unevenly spaced slices"),
    ],
)
def test_slices_that_form_no_regular_stack_are_refused_by_name(
    tmp_path: Path, heights: tuple[float, ...], words: str
) -> None:
    assert words in refused(place(*heights), tmp_path)


def test_the_rounding_of_a_bed_to_tenths_of_a_millimetre_is_no_irregularity(
    tmp_path: Path,
) -> None:
    """Gaps of STS_001 where beds meet: 3.29 and 3.19 mm among 3.27 mm."""
    write_slices(place(0, 3.27, 6.54, 9.83, 13.10, 16.29, 19.56), tmp_path)
    grid = only(tmp_path).facts.grid
    assert grid is not None
    assert grid.spacing[0] == pytest.approx(3.26, abs=1e-6)


def test_small_errors_that_add_up_are_no_regular_stack(tmp_path: Path) -> None:
    """Gaps from 2.925 to 3.075 mm: none far from the median, yet slices end beside their place."""
    heights = np.concatenate([[0.0], np.cumsum(3.0 * np.linspace(0.975, 1.025, 60))]).round(3)
    assert "unevenly" in refused(place(*heights.tolist()), tmp_path)


def test_the_same_slice_twice_is_doubled(tmp_path: Path) -> None:
    slices = [*pet_slices(), pet_slices()[2]]
    text = refused(slices, tmp_path)
    assert "SOPInstanceUID (0008,0018): found doubled slices: 1 of them" in text
    assert "002.dcm and 005.dcm" in text


def test_a_tilted_stack_is_refused_as_gantry_tilt(tmp_path: Path) -> None:
    def change(z: int, ds: Dataset) -> None:
        ds.ImagePositionPatient = ["-10", str(-20 + z), str(100 + 3 * z)]

    assert "gantry tilt" in refused(pet_slices(change=change), tmp_path)


@pytest.mark.parametrize(
    ("keyword", "value", "words"),
    [
        ("Rows", 20, "mixed sizes"),
        ("PixelSpacing", ["2.5", "2.1"], "mixed sizes (pixel spacing)"),
        ("ImageOrientationPatient", ["0", "1", "0", "-1", "0", "0"], "mixed orientation"),
        ("FrameOfReferenceUID", "1.2.3.99", "mixed frames of reference"),
        ("StudyInstanceUID", "1.2.3.99", "mixed studies"),
    ],
)
def test_a_slice_that_differs_refuses_the_series(
    tmp_path: Path, keyword: str, value: object, words: str
) -> None:
    def change(z: int, ds: Dataset) -> None:
        if z == 3:
            setattr(ds, keyword, value)

    assert words in refused(pet_slices(change=change), tmp_path)


@pytest.mark.parametrize(
    ("keyword", "value", "words"),
    [
        ("PixelSpacing", None, "PixelSpacing (0028,0030): found nothing, wanted two positive mm"),
        ("PixelSpacing", ["0", "2"], "wanted two positive mm"),
        ("PixelSpacing", ["2"], "wanted 2 numbers"),
        ("ImageOrientationPatient", None, "six direction cosines"),
        ("ImageOrientationPatient", ["1", "0", "0", "1", "0", "0"], "at right angles"),
        ("ImageOrientationPatient", ["2", "0", "0", "0", "1", "0"], "unit vectors"),
        ("ImagePositionPatient", None, "three coordinates in mm"),
        ("ImagePositionPatient", ["1", "2", "1e9"], "coordinates within a room"),
        ("Rows", 0, "a number from 1 to 8192"),
        ("Columns", 60000, "a number from 1 to 8192"),
    ],
)
def test_nonsense_in_the_geometry_is_named(
    tmp_path: Path, keyword: str, value: object, words: str
) -> None:
    def change(_: int, ds: Dataset) -> None:
        if value is None:
            delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)

    assert words in refused(pet_slices(change=change), tmp_path)


def test_a_single_slice_without_thickness_has_no_volume(tmp_path: Path) -> None:
    slices = pet_slices(1)
    del slices[0].SliceThickness
    assert "a single slice without thickness" in refused(slices, tmp_path)


def test_spacing_between_slices_comes_before_thickness_for_a_single_slice(tmp_path: Path) -> None:
    slices = pet_slices(1)
    slices[0].SpacingBetweenSlices = "4"
    write_slices(slices, tmp_path)
    grid = only(tmp_path).facts.grid
    assert grid is not None
    assert grid.spacing[0] == 4.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _, ds: setattr(ds, "SeriesType", ["DYNAMIC", "IMAGE"]), "a dynamic or gated"),
        (lambda _, ds: setattr(ds, "SeriesType", ["GATED", "IMAGE"]), "a dynamic or gated"),
        (
            lambda z, ds: setattr(ds, "ImagePositionPatient", ["0", "0", str(3 * (z % 3))]),
            "dynamic: several frames of time",
        ),
    ],
)
def test_frames_of_time_are_refused_as_dynamic(
    tmp_path: Path, change: Callable[[int, Dataset], None], words: str
) -> None:
    assert words in refused(pet_slices(6, change=change), tmp_path)


def test_a_dynamic_series_of_one_frame_is_a_static_one(tmp_path: Path) -> None:
    def change(_: int, ds: Dataset) -> None:
        ds.SeriesType, ds.NumberOfTimeSlices = ["DYNAMIC", "IMAGE"], 1

    write_slices(pet_slices(change=change), tmp_path)
    assert not only(tmp_path).facts.problems


def test_a_cropped_series_that_knows_its_size_is_refused(tmp_path: Path) -> None:
    def change(_: int, ds: Dataset) -> None:
        ds.NumberOfSlices = 12

    assert "missing slices: 5 of 12 are here" in refused(pet_slices(change=change), tmp_path)


def test_every_second_slice_is_noticed_by_the_image_index(tmp_path: Path) -> None:
    def change(z: int, ds: Dataset) -> None:
        ds.ImageIndex = z + 1

    text = refused(pet_slices(9, change=change)[::2], tmp_path)
    assert "missing slices: only every 2. slice is here" in text
