"""From closed planar outlines to voxels, on any grid: a voxel belongs when its centre is inside.

Rules, in the order in which they act:

* The outlines of one plane combine by even and odd, so that holes, keyholes and the type
  CLOSEDPLANAR_XOR come out alike (DICOM PS3.3 C.8.8.6).
* An outline stands for the slab half-way to the neighbouring planes of its region; at an end of a
  stack of planes for half the regular distance. A slab holds its lower face, not its upper one.
* The regular distance is the smallest one of the region. With one or two planes it is the one of
  the other regions of the file, or else the slice distance of the grid.
* A gap over 1.5 regular distances parts the region into stacks. Where it is so narrow that it may
  as well be one or two forgotten planes, and outlines on both sides lie over each other, it is
  refused.
* A centre that lies exactly on an outline belongs to the side of higher indices, so that regions
  that touch neither share nor lose a voxel.
"""

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.lesions.contours import SAME_PLANE_MM, Outlines, Vector, joined, mean_normal
from petrial.lesions.placement import FAR, beyond, fits, settled
from petrial.lesions.region import Region

__all__ = ["rasterise"]

PLANARITY_MM: Final = 0.2
GAP: Final = 1.5  # regular distances: more than this is a gap
FORGOTTEN: Final = 3.5  # regular distances: a gap up to this can be one or two forgotten planes
NEAR: Final = 0.01  # share of a distance of planes or slices that counts as none
SNAP: Final = 1e6  # vertices are rounded to this fraction of a voxel, to remove noise of floats
ON_EDGE: Final = 1e-7  # voxels


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """How contour planes lie on the grid, as linear functions of the voxel index (z, y, x).

    ``height`` is in mm along ``normal``. ``across`` numbers lines parallel to array axis ``scan``
    and ``along`` the position on such a line, both in voxels and constant along ``normal``.
    ``order`` is the array axes: the one nearest the normal, the one across, the scanned one.
    """

    normal: Vector
    order: tuple[int, int, int]
    height: Vector
    across: Vector
    along: Vector
    step: Vector  # change of index for 1 mm along normal


@dataclass(frozen=True, slots=True, eq=False)
class _Plane:
    """The outlines of one plane as edges in (across, along), and where the plane lies.

    The rows of ``edges``, shape (4, n): lower and upper ``across``, ``along`` at the lower end,
    and change of ``along`` per line. An edge along the scanned lines is crossed by none.
    """

    height: float
    position: str
    edges: Vector
    boxes: Vector  # shape (polygons, 4): lowest across, along, highest across, along
    corners: Vector  # shape (2, 3): lowest and highest index (z, y, x) of a vertex


@dataclass(frozen=True, slots=True)
class _Slab:
    """Heights in mm for which a plane stands: bottom <= height < top."""

    bottom: float
    top: float


def rasterise(outlines: Outlines, grid: Grid) -> Region:
    """Return the voxels of ``grid`` whose centre lies inside ``outlines``.

    The planes of the outlines may lie anyhow to the slices of the grid. The rules stand at the
    head of this module.

    Raises
    ------
    ContourError
        An outline is malformed or not planar, planes are not parallel or seem to be missing, the
        region reaches outside the grid, or it holds no voxel centre.

    Examples
    --------
    A square of 4 mm on three planes 2 mm apart, on voxels of 1 mm: 4 x 4 x 6 voxels.

    >>> grid = Grid.axial((9, 9, 9), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    >>> square = np.array([[1.5, 1.5, 0], [5.5, 1.5, 0], [5.5, 5.5, 0], [1.5, 5.5, 0]])
    >>> planes = tuple(square + [0.0, 0.0, z] for z in (2.0, 4.0, 6.0))
    >>> region = rasterise(Outlines("node", "rs.dcm", planes), grid)
    >>> region.start, region.mask.shape, region.voxels
    ((1, 2, 2), (6, 4, 4), 96)
    """
    outlines.check()
    frame = _frame(outlines, grid)
    planes = _planes(outlines, grid, frame)
    slabs = _slabs(outlines, planes, float(grid.spacing[frame.order[0]]))
    boxes = [_box(plane, slab, frame) for plane, slab in zip(planes, slabs, strict=True)]
    first = np.min([box[0] for box in boxes], axis=0)
    size = np.max([box[1] for box in boxes], axis=0) - first
    if not fits(grid, first, size):
        raise beyond(outlines.label, outlines.source, _outside(outlines, grid))
    mask = np.zeros(size, dtype=np.bool_)
    for plane, slab, box in zip(planes, slabs, boxes, strict=True):
        _fill(mask, first, plane, slab, frame, box)
    return settled(grid, first, mask, label=outlines.label, source=outlines.source)


def _outside(outlines: Outlines, grid: Grid) -> str:
    """Return the share of outline points that lie outside the image, in words."""
    shape = np.asarray(grid.shape)
    points = grid.to_index(np.concatenate(outlines.polygons))
    beyond_faces = np.abs(points - (shape - 1.0) / 2.0) > shape / 2.0
    return f"{100.0 * beyond_faces.any(axis=1).mean():.0f} % of its outline points"


def _frame(outlines: Outlines, grid: Grid) -> _Frame:
    normal = mean_normal(outlines.polygons)
    if normal is None:
        raise outlines.refused(
            field="area of the outlines",
            got="0",
            wanted="outlines that enclose something",
            do="draw the region again",
        )
    axes = np.asarray(grid.axes, dtype=np.float64)
    toward = axes @ normal
    first = int(np.abs(toward).argmax())
    normal = normal * np.sign(toward[first])
    points = np.concatenate(outlines.polygons)
    width = float(np.linalg.norm(np.ptp(points, axis=0)))
    if np.delete(np.abs(toward), first).max() * width < NEAR * grid.spacing[first]:
        normal = axes[first]  # parallel to slices of the grid, but for rounding
    others = [axis for axis in (0, 1, 2) if axis != first]
    scan = min(reversed(others), key=lambda axis: round(abs(float(axes[axis] @ normal)), 6))
    across = next(axis for axis in others if axis != scan)
    inplane = axes[scan] - (axes[scan] @ normal) * normal
    sideways = np.cross(normal, axes[scan])
    matrix = grid.matrix
    rows = np.asarray(sideways @ matrix)
    columns = np.asarray(inplane @ matrix)
    return _Frame(
        normal=normal,
        order=(first, across, scan),
        height=_without_noise(normal @ matrix),
        across=_without_noise(rows / rows[across]),
        along=_without_noise(columns / columns[scan]),
        step=np.linalg.solve(matrix, normal),
    )


def _without_noise(coefficients: Vector) -> Vector:
    return np.where(np.abs(coefficients) < 1e-9, 0.0, coefficients)  # noqa: PLR2004  float noise


def _planes(outlines: Outlines, grid: Grid, frame: _Frame) -> list[_Plane]:
    """Return the planes in order of height, with the outlines that lie on each.

    All points are worked on at once; ``starts`` and ``counts`` tell the polygons apart.
    """
    points, starts, counts = joined(outlines.polygons)
    heights = (points - np.asarray(grid.origin)) @ frame.normal
    means = np.add.reduceat(heights, starts) / counts
    away = np.abs(heights - np.repeat(means, counts))
    if away.max() > PLANARITY_MM:
        worst = outlines.polygons[int(np.maximum.reduceat(away, starts).argmax())]
        raise outlines.refused(
            field="planes of the outlines",
            got=f"an outline near {_position(worst, frame)} that leaves its plane by "
            f"{away.max():.1f} mm",
            wanted="flat outlines, all parallel",
            do="draw one region in slices of one direction only",
        )
    index = grid.to_index(points)
    flat = np.round(index @ np.stack([frame.across, frame.along], axis=1) * SNAP) / SNAP
    edges = _edges(flat, starts, counts)
    boxes = np.hstack([np.minimum.reduceat(flat, starts), np.maximum.reduceat(flat, starts)])
    lowest, highest = np.minimum.reduceat(index, starts), np.maximum.reduceat(index, starts)
    planes = []
    for members in _by_plane(means):
        spans = [np.arange(starts[i], starts[i] + counts[i]) for i in members]
        planes.append(
            _Plane(
                height=float(means[members].mean()),
                position=_position(outlines.polygons[members[0]], frame),
                edges=edges[:, np.concatenate(spans)],
                boxes=boxes[members],
                corners=np.stack([lowest[members].min(axis=0), highest[members].max(axis=0)]),
            )
        )
    return planes


def _edges(flat: Vector, starts: NDArray[np.int64], counts: NDArray[np.int64]) -> Vector:
    """Return each edge from its lower end on, rows as in ``_Plane.edges``."""
    following = np.arange(1, len(flat) + 1)
    following[starts + counts - 1] = starts
    end = flat[following]
    upward = (flat[:, 0] < end[:, 0])[:, np.newaxis]
    low, high = np.where(upward, flat, end), np.where(upward, end, flat)
    rise, run = high[:, 1] - low[:, 1], high[:, 0] - low[:, 0]
    slope = np.divide(rise, run, out=np.zeros_like(run), where=run > 0.0)
    return np.stack([low[:, 0], high[:, 0], low[:, 1], slope])


def _by_plane(means: Vector) -> list[list[int]]:
    """Return the numbers of the polygons of each plane, planes in order of height."""
    planes: list[list[int]] = []
    for i in np.argsort(means, kind="stable").tolist():
        if planes and means[i] - means[planes[-1][0]] <= SAME_PLANE_MM:
            planes[-1].append(i)
        else:
            planes.append([i])
    return planes


def _position(polygon: Vector, frame: _Frame) -> str:
    axis = int(np.abs(frame.normal).argmax())
    return f"{'xyz'[axis]} = {polygon[:, axis].mean():.2f} mm"


def _slabs(outlines: Outlines, planes: list[_Plane], slice_distance: float) -> list[_Slab]:
    """Return what each plane stands for; refuse gaps that may be forgotten planes."""
    gaps = np.diff([plane.height for plane in planes])
    drawn = outlines.drawn_distance_mm or slice_distance
    few = gaps.size < 2  # noqa: PLR2004  two planes have one distance, which may be a gap
    if few:
        regular = float(gaps[0]) if gaps.size and gaps[0] <= GAP * drawn else drawn
    else:
        regular = float(gaps.min())
    edges = [(regular / 2.0, regular / 2.0)] * len(planes)
    for i, gap in enumerate(gaps):
        if gap <= GAP * regular:
            edges[i] = (edges[i][0], gap / 2.0)
            edges[i + 1] = (gap / 2.0, edges[i + 1][1])
        elif gap <= FORGOTTEN * regular and _overlap(planes[i], planes[i + 1]):
            raise outlines.refused(
                field="missing contour planes",
                got=f"nothing between the outlines at {planes[i].position} and "
                f"{planes[i + 1].position}, {gap:.2f} mm apart where {regular:.2f} mm is regular",
                wanted="an outline on every plane of the region",
                do="add the missing planes, or give the two parts names of their own",
            )
    slack = NEAR * regular
    return [
        _Slab(plane.height - below - slack, plane.height + above - slack)
        for plane, (below, above) in zip(planes, edges, strict=True)
    ]


def _overlap(one: _Plane, other: _Plane) -> bool:
    """Tell whether the box round an outline of ``one`` meets that of one of ``other``."""
    return any(
        bool((a[:2] <= b[2:]).all() and (b[:2] <= a[2:]).all())
        for a, b in itertools.product(one.boxes, other.boxes)
    )


def _box(plane: _Plane, slab: _Slab, frame: _Frame) -> NDArray[np.int64]:
    """Return first and last + 1 voxel index, shape (2, 3), of what can lie in the slab."""
    down = frame.step * (slab.bottom - plane.height)
    up = frame.step * (slab.top - plane.height)
    low = np.clip(plane.corners[0] + np.minimum(down, up), -FAR, FAR)
    high = np.clip(plane.corners[1] + np.maximum(down, up), -FAR, FAR)
    first = np.ceil(low - 1.0 / SNAP).astype(np.int64)
    return np.stack([first, np.maximum(np.floor(high + 1.0 / SNAP).astype(np.int64) + 1, first)])


def _fill(
    mask: NDArray[np.bool_],
    first: NDArray[np.int64],
    plane: _Plane,
    slab: _Slab,
    frame: _Frame,
    box: NDArray[np.int64],
) -> None:
    """Set the voxels of one slab in ``mask``, which begins at voxel ``first``.

    Scan lines run along the last axis of ``frame.order``. An edge is crossed by the lines from
    its lower end on and before its upper end; each crossing turns all later voxels over.
    """
    a, b, c = frame.order
    (q_first, s_first), (q_end, s_end) = box[0, [b, c]], box[1, [b, c]]
    lines, length = int(q_end - q_first), int(s_end - s_first)
    if lines == 0 or length == 0:
        return
    view = mask.transpose(a, b, c)
    lower, upper, at_lower, slope = plane.edges
    tilt = np.zeros((1, 1))  # slices parallel to the plane: one height for a whole slice
    if frame.height[b] or frame.height[c]:
        tilt = (
            frame.height[b] * np.arange(q_first, q_end)[:, np.newaxis]
            + frame.height[c] * np.arange(s_first, s_end)[np.newaxis, :]
        )
    for p in range(int(box[0, a]), int(box[1, a])):
        height = tilt + frame.height[a] * p
        within = (height >= slab.bottom) & (height < slab.top)
        if not within.any():
            continue
        low = lower - frame.across[a] * p
        begin = np.maximum(np.ceil(low).astype(np.int64), q_first)
        end = np.minimum(np.ceil(upper - frame.across[a] * p).astype(np.int64), q_end)
        crossings = np.maximum(end - begin, 0)
        edge = np.repeat(np.arange(crossings.size), crossings)
        before = np.cumsum(crossings) - crossings
        line = np.arange(edge.size) - before[edge] + begin[edge]
        along = at_lower[edge] + (line - low[edge]) * slope[edge]
        along -= frame.along[a] * p + frame.along[b] * line
        turn = np.clip(np.ceil(along - ON_EDGE).astype(np.int64) - s_first, 0, length)
        flat = np.bincount((line - q_first) * (length + 1) + turn, minlength=lines * (length + 1))
        turns = (flat & 1).astype(np.uint8).reshape(lines, length + 1)[:, :length]
        inside = np.bitwise_xor.accumulate(turns, axis=1).astype(np.bool_)
        q, s = int(q_first - first[b]), int(s_first - first[c])
        view[p - int(first[a]), q : q + lines, s : s + length] |= inside & within
