"""From voxels drawn on one grid to voxels of another: nearest voxel centre.

A drawn voxel is taken as the box that it fills. A voxel of the target belongs to the region when
its centre lies in such a box, so that grids with voxels in the same places give the same voxels.
A centre exactly between two boxes belongs to the one of higher index on the target, the same rule
as for outlines.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects

from petrial.images.grid import Grid
from petrial.lesions.placement import FAR, beyond, fits, settled
from petrial.lesions.region import Placed, Region
from petrial.vocabulary.errors import ContourError, Problem

__all__ = ["LabelMap", "carried", "labelled_regions"]

NOISE: Final = 1e-6  # voxels: less than this is noise of floats
TILT: Final = 0.01  # voxels over the whole target: grids tilted by less count as parallel
MOST_LABELS: Final = 1000
LARGEST_TABLE: Final = 65535  # labels above it are numbered anew before they are looked for


@dataclass(frozen=True, slots=True, eq=False)
class LabelMap:
    """Regions drawn voxel by voxel, each on the grid of its file, not yet placed on an image.

    Attributes
    ----------
    source
        The file's name.
    frame_of_reference_uid
        The frame of reference in which it was drawn; None where the format has none.
    regions
        The regions on the grid of the file.
    problems
        The regions that cannot be placed on any image, and why.
    """

    source: str
    frame_of_reference_uid: str | None
    regions: tuple[Region, ...]
    problems: tuple[Problem, ...]

    def on(self, grid: Grid) -> Placed:
        """Return the regions on ``grid``: the voxels whose centre lies in a drawn voxel.

        A region that cannot be placed is among the problems, by name, and stops no other.
        """
        placed: list[Region] = []
        problems = list(self.problems)
        for region in self.regions:
            try:
                placed.append(carried(region, grid))
            except ContourError as error:
                problems.append(error.problem)
        return Placed(tuple(placed), tuple(problems))


def labelled_regions(
    labels: NDArray[np.integer], grid: Grid, names: Mapping[int, str], source: str
) -> tuple[Region, ...]:
    """Return one region for each label other than 0, in the order of the labels.

    Parameters
    ----------
    labels
        Whole numbers, shape (z, y, x) as ``grid``, none below 0.
    names
        Names of labels; a label without one is called ``label 3``.

    Raises
    ------
    ContourError
        A value is negative, or there are too many for a label map.

    Examples
    --------
    >>> labels = np.zeros((2, 2, 2), dtype=np.int16)
    >>> labels[1, 0, :] = 7
    >>> grid = Grid.axial((2, 2, 2), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    >>> [(r.label, r.start, r.voxels) for r in labelled_regions(labels, grid, {}, "organs.nii")]
    [('label 7', (1, 0, 0), 2)]
    """
    values = _distinct(labels)
    if values.size > MOST_LABELS or (values.size and values[0] < 0):
        raise ContourError(
            where=source,
            field="labels",
            got=f"{values.size} different values from {values[0]} to {values[-1]}",
            wanted=f"0 for nothing and at most {MOST_LABELS} labels above it",
            do="give a label map, not an image or a map of probabilities",
        )
    wanted = values.tolist()
    if values.size and values[-1] > LARGEST_TABLE:
        numbers = np.where(labels == 0, 0, np.searchsorted(values, labels) + 1).astype(np.int32)
        wanted = list(range(1, values.size + 1))
    else:
        numbers = labels.astype(np.int32, copy=False)
    boxes = find_objects(numbers)
    regions = []
    for number, value in zip(wanted, values.tolist(), strict=True):
        box = boxes[number - 1]
        start = (int(box[0].start), int(box[1].start), int(box[2].start))
        crop = np.ascontiguousarray(numbers[box] == number)
        label = names.get(value, f"label {value}")
        regions.append(Region(grid, start, crop, label, source, "drawn"))
    return tuple(regions)


def _distinct(labels: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the values other than 0, sorted, slice by slice to spare memory."""
    found: set[int] = set()
    for piece in labels:
        if piece.any():
            found.update(np.unique(piece[piece != 0]).tolist())
    return np.array(sorted(found), dtype=np.int64)


def carried(region: Region, target: Grid) -> Region:
    """Return ``region`` on grid ``target``, by nearest voxel centre.

    Raises
    ------
    ContourError
        The region reaches outside the target, or holds the centre of none of its voxels.

    Examples
    --------
    One voxel of 2 mm holds the centres of eight voxels of 1 mm.

    >>> coarse = Grid.axial((3, 3, 3), (2.0, 2.0, 2.0), (0.5, 0.5, 0.5))
    >>> fine = Grid.axial((6, 6, 6), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    >>> one = Region(coarse, (1, 1, 1), np.ones((1, 1, 1), dtype=bool), "node", "seg.dcm", "drawn")
    >>> placed = carried(one, fine)
    >>> placed.start, placed.voxels
    ((2, 2, 2), 8)
    """
    own = region.grid
    if own.coincides_with(target):
        return Region(target, region.start, region.mask, region.label, region.source, region.method)
    first, size = _box(region, target)
    if not fits(target, first, size):
        raise beyond(region.label, region.source, _outside(region, target))
    steps: NDArray[np.float64] = np.linalg.solve(own.matrix, target.matrix).astype(np.float64)
    offset = own.to_index(target.to_patient(first[np.newaxis].astype(np.float64)))[0]
    offset = offset - np.asarray(region.start)
    main = np.abs(steps).argmax(axis=1)
    minor = steps.copy()
    minor[np.arange(3), main] = 0.0
    parallel = len(set(main.tolist())) == len(main)
    if parallel and (np.abs(minor) @ np.asarray(target.shape)).max() < TILT:
        mask = _looked_up_by_axis(region.mask, steps, offset, main, size)
    else:
        mask = _looked_up(region.mask, steps, offset, main, size)
    return settled(target, first, mask, label=region.label, source=region.source)


def _box(region: Region, target: Grid) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return first voxel and size of the box on the target's lattice that holds the region."""
    low = np.asarray(region.start, dtype=np.float64) - 0.5
    ends = np.stack([low, low + np.asarray(region.mask.shape)])
    corners = np.array([[ends[a, 0], ends[b, 1], ends[c, 2]] for a, b, c in _CORNERS])
    index = target.to_index(region.grid.to_patient(corners))
    first = np.ceil(np.clip(index.min(axis=0), -FAR, FAR) - NOISE).astype(np.int64)
    last = np.floor(np.clip(index.max(axis=0), -FAR, FAR) + NOISE).astype(np.int64)
    return first, np.maximum(last + 1 - first, 0)


_CORNERS: Final = tuple(itertools.product((0, 1), repeat=3))


def _outside(region: Region, target: Grid) -> str:
    """Return the share of the region's voxels that lie outside the target, in words."""
    voxels = np.argwhere(region.mask) + np.asarray(region.start)
    index = target.to_index(region.grid.to_patient(voxels.astype(np.float64)))
    shape = np.asarray(target.shape)
    outside = (np.abs(index - (shape - 1.0) / 2.0) > shape / 2.0).any(axis=1).mean()
    return f"{100.0 * outside:.1f} % of its volume"


def _nearest(index: NDArray[np.float64], rising: bool) -> NDArray[np.int64]:  # noqa: FBT001  private
    """Return the nearest whole index; half-way, the one that is higher on the target."""
    if rising:
        return np.floor(index + (0.5 + NOISE)).astype(np.int64)
    return np.ceil(index - (0.5 + NOISE)).astype(np.int64)


def _looked_up_by_axis(
    mask: NDArray[np.bool_],
    steps: NDArray[np.float64],
    offset: NDArray[np.float64],
    main: NDArray[np.intp],
    size: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Return the mask on the target where each own axis follows one axis of the target."""
    places, valid = [], []
    for axis in range(3):
        step = steps[axis, main[axis]]
        index = _nearest(offset[axis] + step * np.arange(size[main[axis]]), bool(step > 0))
        inside = (index >= 0) & (index < mask.shape[axis])
        places.append(np.where(inside, index, 0))
        valid.append(inside)
    z, y, x = valid
    found = mask[np.ix_(*places)] & z[:, np.newaxis, np.newaxis] & y[:, np.newaxis] & x
    return np.asarray(found.transpose(np.argsort(main)), dtype=np.bool_)


def _looked_up(
    mask: NDArray[np.bool_],
    steps: NDArray[np.float64],
    offset: NDArray[np.float64],
    main: NDArray[np.intp],
    size: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Return the mask on the target, slice by slice, however the grids lie to each other."""
    found = np.zeros(size, dtype=np.bool_)
    rising = steps[np.arange(3), main] > 0
    y = np.arange(size[1])[:, np.newaxis]
    x = np.arange(size[2])[np.newaxis, :]
    for z in range(int(size[0])):
        inside = np.ones((int(size[1]), int(size[2])), dtype=np.bool_)
        places = []
        for axis in range(3):
            by_z, by_y, by_x = steps[axis]
            index = _nearest(offset[axis] + by_z * z + by_y * y + by_x * x, bool(rising[axis]))
            inside &= (index >= 0) & (index < mask.shape[axis])
            places.append(index)
        found[z][inside] = mask[places[0][inside], places[1][inside], places[2][inside]]
    return found
