"""Size and form of a region: surface mesh, sphericity, largest diameters.

The mesh is that of marching cubes at level 0.5 of the mask, as IBSI asks: all its vertices lie
halfway between a voxel of the region and a neighbour outside. The piece of mesh between eight
voxel centres depends only on which of the eight belong to the region, so that one count of the 256
patterns gives volume and area of the whole mesh.
"""

import math
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from petrial.images.kernels import compiled
from petrial.lesions.region import Region

__all__ = ["Shape", "shape_of"]

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """Size and form of one region; names of IBSI where it has one.

    Attributes
    ----------
    mesh_volume_ml
        Volume inside the mesh, mL (IBSI volume, mesh).
    surface_mm2
        Area of the mesh, mm2 (IBSI surface area, mesh).
    sphericity
        (36 pi volume^2)^(1/3) / area; 1 for a sphere (IBSI sphericity).
    diameter_3d_mm
        Largest distance of two vertices of the mesh (IBSI maximum 3D diameter).
    axial_diameter_mm
        Largest distance of two vertices of the mesh that lie in the same slice, the slices being
        those of the array axis that is nearest to the patient's long axis.
    """

    mesh_volume_ml: float
    surface_mm2: float
    sphericity: float
    diameter_3d_mm: float
    axial_diameter_mm: float


# The cube between eight voxel centres. Corner c has z = c >> 2, y = c >> 1 & 1, x = c & 1.
_CORNERS = tuple((c >> 2, c >> 1 & 1, c & 1) for c in range(8))
_FACES = tuple(
    tuple(low | (bit if side else 0) for low in ring)
    for bit, ring in ((4, (0, 1, 3, 2)), (2, (0, 1, 5, 4)), (1, (0, 2, 6, 4)))
    for side in (0, 1)
)  # each the four corners of a face, in order around it


def _segments(pattern: int) -> list[tuple[frozenset[int], frozenset[int]]]:
    """Return the lines that the surface draws on the cube's faces, between edges of the cube.

    Where two opposite corners of a face are inside and two outside, the inside ones are taken as
    joined, as they are with 26 neighbours.
    """
    lines = []
    for ring in _FACES:
        inside = [pattern >> c & 1 for c in ring]
        crossed = [i for i in range(4) if inside[i] != inside[(i + 1) % 4]]
        edges = [frozenset((ring[i], ring[(i + 1) % 4])) for i in crossed]
        if len(edges) == 2:  # noqa: PLR2004  a face is crossed at none, two or all four edges
            lines.append((edges[0], edges[1]))
        elif edges:  # a line around each outside corner, that is between its two edges
            lines += [(edges[i - 1], edges[i]) for i in range(4) if not inside[i]]
    return lines


def _loops(pattern: int) -> list[list[frozenset[int]]]:
    """Return the closed polygons of the surface in the cube, as rings of crossed edges."""
    beside: dict[frozenset[int], list[frozenset[int]]] = {}
    for a, b in _segments(pattern):
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    loops = []
    while beside:
        here = next(iter(beside))
        loop = []
        while here in beside:
            loop.append(here)
            ahead = beside.pop(here)
            here = ahead[0] if ahead[0] in beside else ahead[1]
        loops.append(loop)
    return loops


Triangles = tuple[tuple[int, int, int], ...]


@cache
def _divisions(first: int, last: int) -> tuple[Triangles, ...]:
    """Return all ways to divide the polygon of points ``first`` to ``last`` into triangles."""
    if last - first < 2:  # noqa: PLR2004  two points are a line
        return ((),)
    return tuple(
        (*left, (first, apex, last), *right)
        for apex in range(first + 1, last)
        for left in _divisions(first, apex)
        for right in _divisions(apex, last)
    )


def _triangles(pattern: int) -> list[list[Triple]]:
    """Return the triangles of the surface in the cube as their points (z, y, x).

    Normals point out of the region. Of the ways to divide a polygon that is not flat, that is
    taken in which the side with fewer corners bulges most; with equally many, the one in between.
    So the mesh does not depend on how the region is turned or mirrored.
    """
    found = []
    for loop in _loops(pattern):
        inner = {c for edge in loop for c in edge if pattern >> c & 1}
        outer = {c for edge in loop for c in edge if not pattern >> c & 1}
        points = [_middle(edge) for edge in loop]
        away = next(_CORNERS[c] for c in loop[0] if c in outer)
        if _six_volumes(points[0], points[1], points[-1], away) > 0.0:
            points.reverse()
        ways = _divisions(0, len(points) - 1)
        volumes = [
            sum(_six_volumes(points[i], points[j], points[k]) for i, j, k in way) for way in ways
        ]
        aim = sum(volumes) / len(volumes)
        if len(inner) != len(outer):
            aim = max(volumes) if len(inner) < len(outer) else min(volumes)
        best = min(range(len(ways)), key=lambda n: abs(volumes[n] - aim))
        found += [[points[i], points[j], points[k]] for i, j, k in ways[best]]
    return found


def _middle(edge: frozenset[int]) -> Triple:
    (a, b, c), (d, e, f) = (_CORNERS[corner] for corner in edge)
    return (a + d) / 2.0, (b + e) / 2.0, (c + f) / 2.0


def _six_volumes(a: Triple, b: Triple, c: Triple, seen_from: Triple = (0.0, 0.0, 0.0)) -> float:
    """Return six times the signed volume of the tetrahedron of a triangle and a point."""
    (p, q, r), (s, t, u), (v, w, x) = (
        tuple(m - n for m, n in zip(point, seen_from, strict=True)) for point in (a, b, c)
    )
    return p * (t * x - u * w) - q * (s * x - u * v) + r * (s * w - t * v)


@cache
def _patches() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return all triangles of all patterns, and the pattern of each."""
    each = [(t, pattern) for pattern in range(256) for t in _triangles(pattern)]
    return np.asarray([t for t, _ in each]), np.asarray([pattern for _, pattern in each])


@lru_cache(maxsize=32)
def _pattern_sums(spacing: Triple) -> tuple[NDArray[np.float64], ...]:
    """Return per pattern: area in mm2, flux along z, and the flux's first moment, both in mm3.

    The volume inside a closed mesh is the flux of the vector (z, 0, 0) out of it; for a cube at
    slice k this is k times the second array plus the third.
    """
    triangles, pattern = _patches()
    place = triangles * np.asarray(spacing)
    normal = np.cross(place[:, 1] - place[:, 0], place[:, 2] - place[:, 0]) / 2.0
    parts = (
        np.linalg.norm(normal, axis=1),
        normal[:, 0] * spacing[0],
        normal[:, 0] * place[:, :, 0].mean(axis=1),
    )
    return tuple(np.bincount(pattern, part, minlength=256).astype(np.float64) for part in parts)


@compiled
def _count_patterns(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return per pattern how many cubes of the padded mask show it, and the sum of their z."""
    count = np.zeros(256, np.int64)
    height = np.zeros(256, np.int64)
    for z in range(mask.shape[0] - 1):
        for y in range(mask.shape[1] - 1):
            code = 0
            for x in range(mask.shape[2]):
                code = (code >> 1) & 0b01010101
                code |= (
                    (mask[z, y, x] << 1)
                    | (mask[z, y + 1, x] << 3)
                    | (mask[z + 1, y, x] << 5)
                    | (mask[z + 1, y + 1, x] << 7)
                )
                if x > 0:
                    count[code] += 1
                    height[code] += z
    return count, height


def _row_ends(marked: NDArray[np.bool_], offset: Triple) -> NDArray[np.float64]:
    """Return (z, y, x) of the first and the last marked place of each row, moved by ``offset``.

    The x of ``offset`` is taken from the first and added to the last.
    """
    z, y = np.nonzero(marked.any(axis=2))
    rows = marked[z, y]
    first = rows.argmax(axis=1) - offset[2]
    last = marked.shape[2] - 1 - rows[:, ::-1].argmax(axis=1) + offset[2]
    place = [np.concatenate([z, z]) + offset[0], np.concatenate([y, y]) + offset[1]]
    return np.stack([*place, np.concatenate([first, last])], axis=1)


def _vertices_in_slices(padded: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the mesh vertices of a padded mask that lie in a slice, first or last on their row.

    Only such can be an end of a largest distance. Unit: voxels (z, y, x) of the padded mask.
    """
    across = padded[:, 1:] != padded[:, :-1]
    return np.concatenate([_row_ends(padded, (0.0, 0.0, 0.5)), _row_ends(across, (0.0, 0.5, 0.0))])


def _vertices_between_slices(padded: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return those that lie halfway between two slices."""
    return _row_ends(padded[1:] != padded[:-1], (0.5, 0.0, 0.0))


@compiled
def _farthest(points: NDArray[np.float64], radius: NDArray[np.float64]) -> float:
    """Return the largest distance of two points; ``radius`` is that to any fixed point, falling."""
    best = 0.0
    for i in range(points.shape[0]):
        for j in range(i + 1, points.shape[0]):
            if radius[i] + radius[j] <= best:
                break
            a = points[i, 0] - points[j, 0]
            b = points[i, 1] - points[j, 1]
            c = points[i, 2] - points[j, 2]
            best = max(best, math.sqrt(a * a + b * b + c * c))
    return best


@compiled
def _farthest_in_slice(points: NDArray[np.float64]) -> float:
    """Return the largest distance of two points (z, y, x) of the same z; sorted by z."""
    best = 0.0
    for i in range(points.shape[0]):
        for j in range(i + 1, points.shape[0]):
            if points[j, 0] != points[i, 0]:
                break
            b = points[i, 1] - points[j, 1]
            c = points[i, 2] - points[j, 2]
            best = max(best, b * b + c * c)
    return math.sqrt(best)


def shape_of(region: Region) -> Shape:
    """Return size and form of ``region``.

    Source: Zwanenburg 2020, IBSI reference manual, morphological features.

    Examples
    --------
    One voxel of 2 mm has the mesh of an octahedron, 2 mm from tip to tip:

    >>> from petrial.images.grid import Grid
    >>> grid = Grid.axial((3, 3, 3), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0))
    >>> dot = np.ones((1, 1, 1), dtype=bool)
    >>> shape = shape_of(Region.from_crop(grid, (1, 1, 1), dot, label="", source="", method=""))
    >>> round(shape.mesh_volume_ml, 6), shape.diameter_3d_mm, shape.axial_diameter_mm
    (0.001333, 2.0, 2.0)
    """
    spacing = region.grid.spacing
    padded = np.pad(region.mask, 1)
    area_of, flux_of, moment_of = _pattern_sums(spacing)
    count, height = _count_patterns(padded)
    area = float(count @ area_of)
    volume = float(height @ flux_of + count @ moment_of)
    flat = _vertices_in_slices(padded)
    points = np.concatenate([flat, _vertices_between_slices(padded)])
    long_axis = int(np.argmax([abs(axis[2]) for axis in region.grid.axes]))
    order = (long_axis, *(i for i in range(3) if i != long_axis))
    if long_axis != 0:
        flat = _vertices_in_slices(np.ascontiguousarray(padded.transpose(order)))
    flat = flat[np.argsort(flat[:, 0], kind="stable")]
    return Shape(
        mesh_volume_ml=volume / 1000.0,
        surface_mm2=area,
        sphericity=(36.0 * math.pi * volume**2) ** (1.0 / 3.0) / area,
        diameter_3d_mm=_largest_distance(points * np.asarray(spacing)),
        axial_diameter_mm=_farthest_in_slice(flat * np.asarray([spacing[i] for i in order])),
    )


def _largest_distance(points: NDArray[np.float64]) -> float:
    middle = (points.min(axis=0) + points.max(axis=0)) / 2.0
    radius = np.linalg.norm(points - middle, axis=1)
    order = np.argsort(-radius, kind="stable")
    return _farthest(points[order], radius[order])
