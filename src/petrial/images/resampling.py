"""Values of one image at places of another: linear interpolation between voxel centres.

Nothing is extrapolated: a place that does not lie between voxel centres has no value.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.images.kernels import compiled
from petrial.vocabulary.errors import GeometryError

__all__ = ["mean_linear", "resample_linear", "sample_linear"]

Values = NDArray[np.int16] | NDArray[np.float32]

_SLACK: Final = 1e-6  # of a voxel: a place on the outermost centres may be off by rounding


@compiled
def _interpolate(
    values: Values, places: NDArray[np.float64], slack: float, out: NDArray[np.float64]
) -> None:
    for n in range(places.shape[0]):
        inside = True
        for axis in range(3):
            top = values.shape[axis] - 1
            inside &= -slack <= places[n, axis] <= top + slack
        if not inside:
            out[n] = np.nan
            continue
        pz = min(max(places[n, 0], 0.0), values.shape[0] - 1.0)
        py = min(max(places[n, 1], 0.0), values.shape[1] - 1.0)
        px = min(max(places[n, 2], 0.0), values.shape[2] - 1.0)
        z = int(pz)
        y = int(py)
        x = int(px)
        z1 = min(z + 1, values.shape[0] - 1)
        y1 = min(y + 1, values.shape[1] - 1)
        x1 = min(x + 1, values.shape[2] - 1)
        a = pz - z
        b = py - y
        c = px - x
        low = (1.0 - b) * ((1.0 - c) * values[z, y, x] + c * values[z, y, x1]) + b * (
            (1.0 - c) * values[z, y1, x] + c * values[z, y1, x1]
        )
        high = (1.0 - b) * ((1.0 - c) * values[z1, y, x] + c * values[z1, y, x1]) + b * (
            (1.0 - c) * values[z1, y1, x] + c * values[z1, y1, x1]
        )
        out[n] = (1.0 - a) * low + a * high


def sample_linear(
    values: Values, grid: Grid, points: NDArray[np.float64] | list[list[float]]
) -> NDArray[np.float64]:
    """Return the values at patient ``points`` (x, y, z) in mm, shape (n, 3), as shape (n,).

    ``values`` has shape (z, y, x) on ``grid``. A point beyond the outermost voxel centres gives
    NaN: linear interpolation has nothing to say there.

    Raises
    ------
    GeometryError
        Values and grid differ in shape.

    Examples
    --------
    >>> grid = Grid.axial((1, 1, 3), (5.0, 1.0, 2.0), (10.0, 0.0, 0.0))
    >>> ramp = np.array([[[0.0, 10.0, 20.0]]], dtype=np.float32)
    >>> sample_linear(ramp, grid, [[11.0, 0.0, 0.0], [14.0, 0.0, 0.0], [15.0, 0.0, 0.0]])
    array([ 5., 20., nan])
    """
    if values.shape != grid.shape:
        raise GeometryError(
            where="resampling",
            field="shape",
            got=str(values.shape),
            wanted=str(grid.shape),
            do="give values and grid of the same series",
        )
    places = grid.to_index(points)
    found = np.empty(len(places), dtype=np.float64)
    _interpolate(values, places, _SLACK, found)
    return found


def resample_linear(values: Values, grid: Grid, target: Grid) -> NDArray[np.float32]:
    """Return ``values`` on ``target``, float32, shape (z, y, x) of it, NaN where they do not reach.

    Examples
    --------
    >>> grid = Grid.axial((1, 1, 3), (5.0, 1.0, 2.0), (10.0, 0.0, 0.0))
    >>> ramp = np.array([[[0, 10, 20]]], dtype=np.int16)
    >>> resample_linear(ramp, grid, Grid.axial((1, 1, 2), (5.0, 1.0, 1.0), (11.0, 0.0, 0.0)))
    array([[[ 5., 10.]]], dtype=float32)
    """
    everywhere = np.ones(target.shape, dtype=np.bool_)
    points = target.to_patient(np.argwhere(everywhere).astype(np.float64))
    return sample_linear(values, grid, points).astype(np.float32).reshape(target.shape)


def mean_linear(
    values: Values, grid: Grid, target: Grid, mask: NDArray[np.bool_]
) -> tuple[float, int]:
    """Return the mean of ``values`` at the masked voxel centres of ``target``, and what is missing.

    ``mask`` has shape (z, y, x) of ``target``. The second number counts the centres that
    ``values`` do not reach; the mean is over the others, NaN where there is none.

    Examples
    --------
    >>> grid = Grid.axial((1, 1, 3), (5.0, 1.0, 2.0), (10.0, 0.0, 0.0))
    >>> ramp = np.array([[[0, 10, 20]]], dtype=np.int16)
    >>> target = Grid.axial((1, 1, 2), (5.0, 1.0, 2.0), (13.0, 0.0, 0.0))
    >>> mean_linear(ramp, grid, target, np.ones((1, 1, 2), dtype=bool))
    (15.0, 1)
    """
    points = target.to_patient(np.argwhere(mask).astype(np.float64))
    found = sample_linear(values, grid, points)
    there = found[~np.isnan(found)]
    mean = float(there.mean()) if there.size else float("nan")
    return mean, int(found.size - there.size)
