"""Linear resampling: ramps, oblique grids, and SimpleITK on a real PET/CT."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.images.resampling import mean_linear, resample_linear, sample_linear
from petrial.vocabulary.errors import GeometryError

Triple = tuple[float, float, float]
UPRIGHT = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
ANGLES = st.tuples(*[st.floats(-0.7, 0.7)] * 3)
SPACINGS = st.tuples(*[st.floats(0.8, 6.0)] * 3)


def turned(angles: Triple) -> tuple[Triple, Triple, Triple]:
    """Return the upright axes turned about x, then y, then z."""
    frame = np.asarray(UPRIGHT)
    for axis, angle in enumerate(angles):
        a, b = (i for i in range(3) if i != axis)
        turn = np.eye(3)
        turn[a, a] = turn[b, b] = math.cos(angle)
        turn[a, b], turn[b, a] = -math.sin(angle), math.sin(angle)
        frame = frame @ turn.T
    rows = [(float(x), float(y), float(z)) for x, y, z in frame]
    return rows[0], rows[1], rows[2]


def ramp(grid: Grid, slope: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return an image that is linear in patient coordinates."""
    places = grid.to_patient(np.indices(grid.shape).reshape(3, -1).T.astype(float))
    return np.asarray((places @ slope).reshape(grid.shape), dtype=np.float32)


@given(ANGLES, SPACINGS, SPACINGS)
@settings(max_examples=40, deadline=None)
def test_a_ramp_is_reproduced_on_any_grid(angles: Triple, own: Triple, other: Triple) -> None:
    """A law: linear interpolation is exact for linear images, oblique grids included."""
    slope = np.array([1.5, -2.0, 0.7])
    source = Grid((9, 10, 11), own, (-10.0, 5.0, 40.0), UPRIGHT)
    middle = source.to_patient(np.array([[4.0, 4.5, 5.0]]))[0]
    target = Grid((3, 4, 5), other, (middle[0], middle[1], middle[2]), turned(angles))
    found = resample_linear(ramp(source, slope), source, target)
    expected = ramp(target, slope)
    inside = ~np.isnan(found)
    np.testing.assert_allclose(found[inside], expected[inside], atol=2e-4)
    reached = source.to_index(
        target.to_patient(np.indices(target.shape).reshape(3, -1).T.astype(float))
    )
    within = ((reached >= 0.0) & (reached <= np.array([8, 9, 10]))).all(axis=1)
    np.testing.assert_array_equal(inside.ravel(), within)


def test_voxel_centres_give_the_voxels_themselves() -> None:
    grid = Grid((3, 4, 5), (3.0, 2.0, 1.0), (7.0, -3.0, 11.0), turned((0.3, -0.2, 0.1)))
    image = np.random.default_rng(0).normal(size=grid.shape).astype(np.float32)
    np.testing.assert_allclose(resample_linear(image, grid, grid), image, atol=1e-4)


def test_between_eight_voxels_the_mean_stands_in_the_middle() -> None:
    """By hand: the middle of a cube is the mean of its corners, 0 to 7."""
    grid = Grid.axial((2, 2, 2), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0))
    corners = np.arange(8, dtype=np.int16).reshape(2, 2, 2)
    assert sample_linear(corners, grid, [[1.0, 1.0, 1.0]]).tolist() == [3.5]


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("place", [-0.01, 2.01, np.nan])
def test_nothing_is_extrapolated(axis: int, place: float) -> None:
    grid = Grid.axial((3, 3, 3), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    point = [1.0, 1.0, 1.0]
    point[axis] = place
    assert np.isnan(sample_linear(np.ones((3, 3, 3), dtype=np.float32), grid, [point])).all()


def test_a_point_on_the_outermost_centres_is_inside_whatever_the_rounding() -> None:
    grid = Grid.axial((2, 2, 31), (0.1, 0.1, 0.1), (0.1, 0.2, 0.3))
    image = np.ones((2, 2, 31), dtype=np.float32)
    assert sample_linear(image, grid, [[0.1 + 30 * 0.1, 0.3, 0.4]]).tolist() == [1.0]


def test_the_mean_is_over_the_mask_and_counts_what_is_missing() -> None:
    """By hand: a ramp 0, 10, 20 at 10, 12, 14 mm; the mask asks for 11, 13 and 15 mm."""
    grid = Grid.axial((1, 1, 3), (5.0, 1.0, 2.0), (10.0, 0.0, 0.0))
    image = np.array([[[0, 10, 20]]], dtype=np.int16)
    target = Grid.axial((1, 1, 6), (5.0, 1.0, 1.0), (10.0, 0.0, 0.0))
    mask = np.array([[[False, True, False, True, False, True]]])
    assert mean_linear(image, grid, target, mask) == (10.0, 1)


def test_a_mean_over_nothing_is_no_number() -> None:
    grid = Grid.axial((1, 1, 1), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    far = Grid.axial((1, 1, 1), (1.0, 1.0, 1.0), (50.0, 0.0, 0.0))
    image = np.ones((1, 1, 1), dtype=np.int16)
    mean, missing = mean_linear(image, grid, far, np.ones((1, 1, 1), dtype=bool))
    assert math.isnan(mean)
    assert missing == 1


def test_values_of_another_shape_are_refused() -> None:
    grid = Grid.axial((1, 1, 2), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    with pytest.raises(GeometryError, match="of the same series"):
        sample_linear(np.ones((1, 1, 3), dtype=np.float32), grid, [[0.0, 0.0, 0.0]])


def read(folder: Path) -> Any:  # noqa: ANN401  SimpleITK is untyped
    reader: Any = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return reader.Execute()


def grid_of(image: Any) -> Grid:  # noqa: ANN401  SimpleITK is untyped
    x, y, z = image.GetSize()
    dx, dy, dz = image.GetSpacing()
    ox, oy, oz = image.GetOrigin()
    frame = np.array(image.GetDirection()).reshape(3, 3)
    axes = [(float(a), float(b), float(c)) for a, b, c in frame.T[::-1]]
    return Grid((z, y, x), (dz, dy, dx), (ox, oy, oz), (axes[0], axes[1], axes[2]))


def test_a_real_ct_on_its_pet_grid_is_that_of_simpleitk(
    unpacked: Callable[[str], Path],
) -> None:
    """Expected: SimpleITK's linear resampling of STS_003, wherever its own centres reach."""
    folder = unpacked("sts003-petct")
    ct, pet = read(folder / "CT" / "image"), read(folder / "PET" / "image")
    floating = SimpleITK.Cast(ct, SimpleITK.sitkFloat32)
    identity = SimpleITK.Transform()
    theirs = SimpleITK.GetArrayFromImage(
        SimpleITK.Resample(floating, pet, identity, SimpleITK.sitkLinear, -5000.0)
    )
    hounsfield = SimpleITK.GetArrayFromImage(ct).astype(np.int16)
    ours = resample_linear(hounsfield, grid_of(ct), grid_of(pet))
    inside = ~np.isnan(ours)
    assert np.count_nonzero(inside) > 10_000
    assert theirs[inside].min() > -5000.0
    np.testing.assert_allclose(ours[inside], theirs[inside], atol=0.05)
