"""Voxels that hang together, as regions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.lesions.region import Region
from petrial.lesions.runs import fill_runs, find_runs, join_runs
from petrial.vocabulary.errors import GeometryError, MethodError

__all__ = ["Naming", "components", "components_from", "connected_to"]

_SLACK = 1e-9  # of a voxel: for a smallest volume that is a whole number of voxels


@dataclass(frozen=True, slots=True)
class Naming:
    """What regions are called: a label that is numbered, their source and their method."""

    label: str
    source: str
    method: str


_PLAIN = Naming("component", "mask", "component")


def components(
    mask: NDArray[np.bool_], grid: Grid, minimum_ml: float, naming: Naming = _PLAIN
) -> tuple[Region, ...]:
    """Return the connected parts of ``mask`` (z, y, x on ``grid``) of at least ``minimum_ml``.

    Voxels that share a face, an edge or a corner are connected (26 neighbours). The largest part
    comes first; of equal ones that which begins at the lower (z, y, x).

    Raises
    ------
    GeometryError
        Mask and grid differ in shape.
    MethodError
        ``minimum_ml`` is negative or no number.

    Examples
    --------
    >>> mask = np.zeros((3, 3, 5), dtype=bool)
    >>> mask[0, 0, 0] = mask[1, 1, 1] = mask[2, 2, 4] = True
    >>> grid = Grid.axial((3, 3, 5), (10.0, 10.0, 10.0), (0.0, 0.0, 0.0))
    >>> [region.voxels for region in components(mask, grid, minimum_ml=0.0)]
    [2, 1]
    >>> len(components(mask, grid, minimum_ml=2.0))
    1
    """
    return components_from(mask, 1.0, grid, minimum_ml, naming)


def components_from(
    values: NDArray[np.generic], threshold: float, grid: Grid, minimum_ml: float, naming: Naming
) -> tuple[Region, ...]:
    """Return the connected parts of the voxels whose value is at or over ``threshold``.

    As ``components``, without making a mask of the whole image: ``values`` has shape (z, y, x).
    """
    if values.shape != grid.shape:
        raise GeometryError(
            where="components",
            field="shape",
            got=str(values.shape),
            wanted=str(grid.shape),
            do="give values and grid of the same series",
        )
    if not minimum_ml >= 0.0:
        raise MethodError(
            where="components",
            field="smallest volume",
            got=minimum_ml,
            wanted="0 mL or more",
            do="give the smallest volume of a region in mL",
        )
    runs = find_runs(values, threshold)
    labels, groups = join_runs(runs, grid.shape[1])
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(groups + 1))
    sizes = np.bincount(labels, weights=runs[:, 3] - runs[:, 2], minlength=groups)
    needed = minimum_ml / grid.voxel_volume_ml * (1.0 - _SLACK)
    kept = [g for g in np.argsort(-sizes, kind="stable").tolist() if sizes[g] >= needed]
    found = []
    for number, group in enumerate(kept, start=1):
        own = runs[order[bounds[group] : bounds[group + 1]]]
        start, mask = _cut(own)
        label = f"{naming.label} {number}"
        found.append(Region(grid, start, mask, label, naming.source, naming.method))
    return tuple(found)


def connected_to(
    values: NDArray[np.generic], threshold: float, voxel: tuple[int, int, int]
) -> tuple[tuple[int, int, int], NDArray[np.bool_]] | None:
    """Return start and tight mask of what is connected to ``voxel`` (z, y, x) over a threshold.

    None when the voxel itself is below the threshold. 26 neighbours.

    >>> start, mask = connected_to(np.array([[[3.0, 1.0, 3.0, 4.0]]]), 2.0, (0, 0, 3))
    >>> start, mask.shape
    ((0, 0, 2), (1, 1, 2))
    """
    runs = find_runs(values, threshold)
    labels, _ = join_runs(runs, values.shape[1])
    z, y, x = voxel
    holds = (runs[:, 0] == z) & (runs[:, 1] == y) & (runs[:, 2] <= x) & (x < runs[:, 3])
    if not holds.any():
        return None
    return _cut(runs[labels == labels[holds][0]])


def _cut(runs: NDArray[np.int64]) -> tuple[tuple[int, int, int], NDArray[np.bool_]]:
    z, y, x = (int(n) for n in runs[:, :3].min(axis=0))
    end_z, end_y = (int(n) + 1 for n in runs[:, :2].max(axis=0))
    start = (z, y, x)
    return start, fill_runs(runs, start, (end_z - z, end_y - y, int(runs[:, 3].max()) - x))
