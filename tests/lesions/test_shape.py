"""Mesh, sphericity and diameters: laws, hand arithmetic, another program."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.lesions.region import Region
from petrial.lesions.shape import Shape, shape_of

Triple = tuple[float, float, float]
MASKS = hnp.arrays(
    np.bool_, hnp.array_shapes(min_dims=3, max_dims=3, max_side=5), elements=st.booleans()
).filter(lambda mask: bool(mask.any()))


def shape(mask: NDArray[np.bool_], spacing: Triple = (1.0, 1.0, 1.0)) -> Shape:
    z, y, x = mask.shape
    grid = Grid.axial((z, y, x), spacing, (0.0, 0.0, 0.0))
    return shape_of(Region.from_crop(grid, (0, 0, 0), mask, label="", source="", method=""))


def ball(radius: float) -> NDArray[np.bool_]:
    place = np.arange(-math.ceil(radius), math.ceil(radius) + 1)
    far = place[:, None, None] ** 2 + place[:, None] ** 2 + place**2
    return np.asarray(far <= radius**2)


def test_one_voxel_has_the_mesh_of_an_octahedron() -> None:
    """By hand: tips half a voxel away; volume 1/6, area 8 triangles of sqrt(3)/8."""
    found = shape(np.ones((1, 1, 1), dtype=bool))
    assert found.mesh_volume_ml * 1000.0 == pytest.approx(1.0 / 6.0, rel=1e-12)
    assert found.surface_mm2 == pytest.approx(math.sqrt(3.0), rel=1e-12)
    assert (found.diameter_3d_mm, found.axial_diameter_mm) == (1.0, 1.0)


def test_a_block_of_voxels_has_a_mesh_with_bevelled_edges() -> None:
    """By hand, a x b x c voxels: abc less 1/8 per edge voxel, and corners worked out likewise.

    Six faces of (a-1)(b-1) ... and twelve bevels sqrt(1/2) wide, and eight corner triangles.
    """
    a, b, c = 4, 5, 6
    flat = 2 * ((a - 1) * (b - 1) + (b - 1) * (c - 1) + (a - 1) * (c - 1))
    bevels = 4 * math.sqrt(0.5) * ((a - 1) + (b - 1) + (c - 1))
    corners = 8 * math.sqrt(3.0) / 8.0
    volume = (
        (a - 1) * (b - 1) * (c - 1)  # between the outermost voxel centres
        + flat / 2.0  # slabs of half a voxel on the six faces
        + 4 * ((a - 1) + (b - 1) + (c - 1)) / 8.0  # right-angled wedges along the edges
        + 8 / 48.0  # a tetrahedron at each corner
    )
    found = shape(np.ones((a, b, c), dtype=bool))
    assert found.surface_mm2 == pytest.approx(flat + bevels + corners, rel=1e-12)
    assert found.mesh_volume_ml * 1000.0 == pytest.approx(volume, rel=1e-12)


def test_a_ball_has_the_mesh_that_scikit_image_gives() -> None:
    """From scikit-image 0.26 marching_cubes (Lewiner), radius 19.3 mm on voxels of 1.65 mm."""
    found = shape(ball(19.3 / 1.65), (1.65, 1.65, 1.65))
    assert found.mesh_volume_ml == pytest.approx(29.840437687, rel=1e-9)
    assert found.surface_mm2 == pytest.approx(5067.571974082, rel=1e-9)
    assert found.sphericity == pytest.approx(0.9180950759, rel=1e-9)


@pytest.mark.parametrize("radius", [6.0, 10.5, 20.0])
def test_a_ball_has_its_volume_and_diameter(radius: float) -> None:
    """Geometry: volume to 2 %, diameter to the size of a voxel."""
    found = shape(ball(radius))
    assert found.mesh_volume_ml * 1000.0 == pytest.approx(4.0 / 3.0 * math.pi * radius**3, rel=0.02)
    assert abs(found.diameter_3d_mm - 2.0 * radius) <= 1.0
    assert abs(found.axial_diameter_mm - 2.0 * radius) <= 1.0


@given(MASKS)
@settings(max_examples=200)
def test_the_mesh_is_closed(mask: NDArray[np.bool_]) -> None:
    """A law: flux along any axis gives the same volume, and no place in space is special."""
    volumes = [
        shape(np.ascontiguousarray(mask.transpose(order))).mesh_volume_ml
        for order in itertools.permutations(range(3))
    ]
    assert volumes == pytest.approx([volumes[0]] * 6, rel=1e-9)
    moved = np.pad(mask, ((3, 0), (0, 2), (1, 1)))
    assert shape(moved) == shape(mask)


@given(MASKS)
@settings(max_examples=200)
def test_a_mirrored_region_has_the_same_shape(mask: NDArray[np.bool_]) -> None:
    for axis in range(3):
        one, other = shape(mask), shape(np.ascontiguousarray(np.flip(mask, axis)))
        assert other.surface_mm2 == pytest.approx(one.surface_mm2, rel=1e-9)
        assert other.mesh_volume_ml == pytest.approx(one.mesh_volume_ml, rel=1e-9)
        assert other.diameter_3d_mm == pytest.approx(one.diameter_3d_mm, rel=1e-9)
        assert other.axial_diameter_mm == pytest.approx(one.axial_diameter_mm, rel=1e-9)


@given(MASKS, st.tuples(*[st.floats(0.5, 5.0)] * 3))
def test_diameters_are_the_largest_of_all_distances(
    mask: NDArray[np.bool_], spacing: Triple
) -> None:
    """Expected: brute force over the middles of all voxel faces between inside and outside."""
    padded = np.pad(mask, 1)
    points = []
    for axis in range(3):
        edge = np.argwhere(np.diff(padded, axis=axis)).astype(float)
        edge[:, axis] += 0.5
        points.append(edge)
    place = np.concatenate(points) * spacing
    gaps = np.linalg.norm(place[:, None] - place[None], axis=-1)
    found = shape(mask, spacing)
    assert found.diameter_3d_mm == pytest.approx(gaps.max(), rel=1e-9)
    in_slice = np.concatenate(points[1:]) * spacing
    gaps = np.linalg.norm(in_slice[:, None] - in_slice[None], axis=-1)
    gaps[in_slice[:, None, 0] != in_slice[None, :, 0]] = 0.0
    assert found.axial_diameter_mm == pytest.approx(gaps.max(), rel=1e-9)


@given(MASKS, st.floats(0.1, 10.0))
def test_sphericity_has_no_unit(mask: NDArray[np.bool_], scale: float) -> None:
    spacing = (1.0, 2.0, 1.5)
    one = shape(mask, spacing)
    other = shape(mask, (scale, 2.0 * scale, 1.5 * scale))
    assert other.sphericity == pytest.approx(one.sphericity, rel=1e-9)
    assert other.surface_mm2 == pytest.approx(one.surface_mm2 * scale**2, rel=1e-9)
    assert other.mesh_volume_ml == pytest.approx(one.mesh_volume_ml * scale**3, rel=1e-9)


def test_the_axial_diameter_is_across_the_patient_in_coronal_slices_too() -> None:
    """By hand: a plate of 9 voxels from head to feet, 3 across; from corner tip to corner tip."""
    coronal = Grid(
        (1, 9, 3),
        (1.0, 1.0, 1.0),
        (0.0, 0.0, 0.0),
        ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0), (1.0, 0.0, 0.0)),
    )
    rod = Region.from_crop(
        coronal, (0, 0, 0), np.ones((1, 9, 3), dtype=bool), label="", source="", method=""
    )
    found = shape_of(rod)
    assert found.axial_diameter_mm == pytest.approx(3.0, abs=1e-12)
    assert found.diameter_3d_mm == pytest.approx(math.hypot(9.0, 2.0), abs=1e-12)
