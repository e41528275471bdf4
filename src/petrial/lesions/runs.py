"""Connected voxels by runs: stretches of neighbouring voxels along a row of the image.

One look at each voxel finds the runs at or over a threshold; all further work is on the runs, of
which an image has a few thousand where it has a hundred million voxels. No mask and no label
image of the whole body is made. Connectivity is 26: voxels that share a face, an edge or a corner
belong together.
"""

import numpy as np
from numpy.typing import NDArray

from petrial.images.kernels import compiled

__all__ = ["fill_runs", "find_runs", "join_runs"]

Runs = NDArray[np.int64]


@compiled
def _find(values: NDArray[np.generic], threshold: np.generic) -> Runs:
    slices, rows, columns = values.shape
    room = 1024
    runs = np.empty((room, 4), np.int64)
    found = 0
    for z in range(slices):
        for y in range(rows):
            row = values[z, y]
            hit = False
            for x in range(columns):  # without branches, so that it runs on vectors
                hit |= row[x] >= threshold
            if not hit:
                continue
            x = 0
            while x < columns:
                if row[x] >= threshold:
                    first = x
                    while x < columns and row[x] >= threshold:
                        x += 1
                    if found == room:
                        room *= 2
                        larger = np.empty((room, 4), np.int64)
                        larger[:found] = runs
                        runs = larger
                    runs[found, 0] = z
                    runs[found, 1] = y
                    runs[found, 2] = first
                    runs[found, 3] = x
                    found += 1
                else:
                    x += 1
    return runs[:found].copy()


@compiled
def _join(runs: Runs, rows: int) -> tuple[NDArray[np.int64], int]:
    count = runs.shape[0]
    parent = np.arange(count)
    key = runs[:, 0] * rows + runs[:, 1]
    steps = np.array([-1, -rows - 1, -rows, -rows + 1])
    sideways = np.array([-1, -1, 0, 1])
    pointer = np.zeros(4, np.int64)
    for i in range(count):
        for side in range(4):
            y = runs[i, 1] + sideways[side]
            if y < 0 or y >= rows:
                continue
            target = key[i] + steps[side]
            j = pointer[side]
            while j < i and (key[j] < target or (key[j] == target and runs[j, 3] < runs[i, 2])):
                j += 1
            pointer[side] = j
            while j < i and key[j] == target and runs[j, 2] <= runs[i, 3]:
                a = i
                while parent[a] != a:
                    parent[a] = parent[parent[a]]
                    a = parent[a]
                b = j
                while parent[b] != b:
                    parent[b] = parent[parent[b]]
                    b = parent[b]
                parent[max(a, b)] = min(a, b)
                j += 1
    labels = np.empty(count, np.int64)
    groups = 0
    for i in range(count):  # a parent always stands before its children
        if parent[i] == i:
            labels[i] = groups
            groups += 1
        else:
            labels[i] = labels[parent[i]]
    return labels, groups


@compiled
def _fill(mask: NDArray[np.bool_], runs: Runs, z: int, y: int, x: int) -> None:
    for i in range(runs.shape[0]):
        mask[runs[i, 0] - z, runs[i, 1] - y, runs[i, 2] - x : runs[i, 3] - x] = True


def find_runs(values: NDArray[np.generic], threshold: float) -> Runs:
    """Return the runs of voxels with ``values`` (z, y, x) at or over ``threshold``, shape (n, 4).

    Columns: z, y, first x, and the x after the last; sorted by (z, y, x). The threshold is first
    rounded to the kind of number that the values are, so that a voxel of 4.1 reaches 4.1.

    >>> find_runs(np.array([[[0.0, 2.0, 2.0, 1.0, 2.0]]], dtype=np.float32), 2.0).tolist()
    [[0, 0, 1, 3], [0, 0, 4, 5]]
    """
    plain = np.ascontiguousarray(values)
    plain = plain.view(np.uint8) if values.dtype == np.bool_ else plain
    return _find(plain, plain.dtype.type(threshold))


def join_runs(runs: Runs, rows: int) -> tuple[NDArray[np.int64], int]:
    """Return the number of its group for each run, and the number of groups (26 neighbours).

    ``rows`` is the extent of the image along y. Groups are numbered from 0 by their first run.
    """
    return _join(runs, rows)


def fill_runs(
    runs: Runs, start: tuple[int, int, int], shape: tuple[int, int, int]
) -> NDArray[np.bool_]:
    """Return the mask (z, y, x) of ``shape`` whose voxel (0, 0, 0) is the image's ``start``."""
    mask = np.zeros(shape, dtype=np.bool_)
    _fill(mask, runs, *start)
    return mask
