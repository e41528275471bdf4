"""Maximum intensity projections, turned as a reader expects to see a patient."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from petrial.images.grid import Grid

__all__ = ["Layout", "View", "layout_of", "project_mask", "project_maximum"]

T = TypeVar("T", bound=np.generic)


class View(StrEnum):
    """From where the patient is seen; the head is always up.

    Attributes
    ----------
    ANTERIOR
        From the front: the patient's right is on the viewer's left.
    LEFT_LATERAL
        From the patient's left: the front of the body is on the viewer's left.
    """

    ANTERIOR = "anterior"
    LEFT_LATERAL = "left lateral"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the axes of an array become the rows and columns of a view.

    Attributes
    ----------
    along
        Array axis (0, 1, 2 for z, y, x) that is looked along.
    rows, columns
        Array axes that become rows and columns.
    flip_rows, flip_columns
        Whether they run against the array.
    pixel_mm
        Height and width of a pixel in mm.
    """

    along: int
    rows: int
    columns: int
    flip_rows: bool
    flip_columns: bool
    pixel_mm: tuple[float, float]


def layout_of(grid: Grid, view: View) -> Layout:
    """Return how ``grid`` is shown in ``view``.

    An oblique grid is not resampled: each array axis counts as the patient axis it is nearest to,
    all three taken together.

    Examples
    --------
    >>> grid = Grid.axial((3, 4, 5), (3.0, 2.0, 1.0), (0.0, 0.0, 0.0))
    >>> layout = layout_of(grid, View.ANTERIOR)
    >>> layout.along, layout.rows, layout.columns, layout.flip_rows, layout.pixel_mm
    (1, 0, 2, True, (3.0, 1.0))
    """
    axes = np.asarray(grid.axes)  # array axis, patient (x, y, z)
    of_patient = max(
        permutations(range(3)), key=lambda p: sum(abs(float(axes[p[i], i])) for i in range(3))
    )
    left, back, head = of_patient
    along, columns = (back, left) if view is View.ANTERIOR else (left, back)
    to_the_right = 0 if view is View.ANTERIOR else 1  # patient left, or patient back
    return Layout(
        along=along,
        rows=head,
        columns=columns,
        flip_rows=bool(axes[head, 2] > 0.0),
        flip_columns=bool(axes[columns, to_the_right] < 0.0),
        pixel_mm=(grid.spacing[head], grid.spacing[columns]),
    )


def project_maximum(
    values: NDArray[np.float32], grid: Grid, views: tuple[View, ...] = tuple(View)
) -> tuple[NDArray[np.float32], ...]:
    """Return the largest value along each line of sight, one image (rows, columns) per view.

    ``values`` has shape (z, y, x) on ``grid`` and is read once. Row 0 is nearest the head; the size
    of a pixel is that of ``layout_of``.
    """
    flat = _maxima(values, {layout_of(grid, view).along for view in views})
    return tuple(
        _turned(flat[layout.along], layout) for layout in (layout_of(grid, view) for view in views)
    )


def project_mask(
    mask: NDArray[np.bool_], start: tuple[int, int, int], grid: Grid, view: View
) -> NDArray[np.bool_]:
    """Return the shadow in ``view`` of a crop of booleans that begins at voxel ``start``.

    Same shape as the image of ``project_maximum``.

    Examples
    --------
    >>> grid = Grid.axial((2, 1, 3), (3.0, 2.0, 1.0), (0.0, 0.0, 0.0))
    >>> project_mask(np.ones((1, 1, 1), dtype=bool), (0, 0, 2), grid, View.ANTERIOR)
    array([[False, False, False],
           [False, False,  True]])
    """
    layout = layout_of(grid, view)
    kept = [axis for axis in range(3) if axis != layout.along]
    shadow = np.zeros([grid.shape[axis] for axis in kept], dtype=np.bool_)
    place = tuple(slice(start[axis], start[axis] + mask.shape[axis]) for axis in kept)
    shadow[place] = mask.any(axis=layout.along)
    return _turned(shadow, layout)


def _maxima(values: NDArray[np.float32], along: set[int]) -> dict[int, NDArray[np.float32]]:
    """Return the maxima along each axis asked for, slice by slice, so that memory is read once."""
    slices, rows, columns = values.shape
    shapes = {0: (rows, columns), 1: (slices, columns), 2: (slices, rows)}
    found = {axis: np.empty(shapes[axis], dtype=np.float32) for axis in along}
    if 0 in along:
        found[0][:] = values[0]
    for z in range(slices):
        if 0 in along:
            np.maximum(found[0], values[z], out=found[0])
        if 1 in along:
            values[z].max(axis=0, out=found[1][z])
        if 2 in along:  # noqa: PLR2004  the third axis
            values[z].max(axis=1, out=found[2][z])
    return found


def _turned(image: NDArray[T], layout: Layout) -> NDArray[T]:
    if layout.rows > layout.columns:
        image = image.T
    if layout.flip_rows:
        image = image[::-1]
    if layout.flip_columns:
        image = image[:, ::-1]
    return np.ascontiguousarray(image)
