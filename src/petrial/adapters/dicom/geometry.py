"""From the planes of slices to a regular grid, or the reason why there is none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from petrial.adapters.dicom.agreement import agreed
from petrial.adapters.dicom.statements import Statements
from petrial.adapters.dicom.tags import T, name_of
from petrial.images.grid import Grid
from petrial.vocabulary.errors import GeometryError

__all__ = ["SEND_MISSING", "Stack", "here_of_stated", "stack_of"]

SEND_MISSING: Final = "send the missing slices, or export the whole series again"
"""What to do about a series of which slices are absent."""

_LARGEST_SIDE: Final = 8192
_MOST_VOXELS: Final = 1 << 31
_DIRECTION_TOLERANCE: Final = 1e-3
_SAME_DIRECTION: Final = 1e-4
_SAME_SPACING: Final = 1e-4
_ROOM_MM: Final = 1e6
_GAP_MM: Final = 0.01
_GAP_SHARE: Final = 0.03  # a GE Discovery ST sets its bed to 0.1 mm: 3.19 where 3.27 was meant
_DRIFT_SHARE: Final = 0.05
_SHEAR_SHARE: Final = 0.1
_WHOLE_TOLERANCE: Final = 0.1
_SHOWN: Final = 5

_POSITION: Final = name_of(T.ImagePositionPatient)
_AGAIN: Final = "export the whole series again from the scanner or archive"

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stack:
    """The grid, and for each of its slices along z the number of the slice given."""

    grid: Grid
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Plane:
    rows: int
    columns: int
    spacing: tuple[float, float]
    row: Vector
    column: Vector
    normal: Vector


def stack_of(slices: Sequence[Statements], *, dynamic: bool) -> Stack | None:
    """Return the grid on which ``slices`` lie; None, and problems said, where there is none.

    Slices are put in the order of their position along the normal, which is the cross product of
    the direction along a row and the direction along a column (PS3.3, C.7.6.2). The spacing is
    the mean distance; a distance may differ from it by 0.01 mm or 3 % (beds are moved in steps of
    0.1 mm), and a slice may lie 5 % of the spacing beside its place.

    Parameters
    ----------
    slices
        All slices of the series, in any order; problems go to the list of the first.
    dynamic
        Whether the series may hold several frames of time, so that places may repeat by right.
    """
    teller = slices[0].of_series()
    plane = _plane(slices)
    positions = _positions(slices)
    if plane is None or positions is None:
        return None
    along = positions @ plane.normal
    order = np.argsort(along, kind="stable")
    along, positions = along[order], positions[order]
    spacing = _spacing(slices, along, positions, dynamic=dynamic)
    if spacing is None or _sheared(teller, plane, positions, along):
        return None
    if len(slices) * plane.rows * plane.columns > _MOST_VOXELS:
        teller.complain(
            "number of voxels",
            f"{len(slices)} x {plane.rows} x {plane.columns}",
            f"at most {_MOST_VOXELS} voxels",
            "check rows, columns and frames, or give a part of the series",
        )
        return None
    try:
        grid = Grid(
            (len(slices), plane.rows, plane.columns),
            (spacing, plane.spacing[0], plane.spacing[1]),
            _triple(positions[0]),
            (_triple(plane.normal), _triple(plane.column), _triple(plane.row)),
        )
    except GeometryError as error:
        problem = error.problem
        teller.complain(problem.field, problem.got, problem.wanted, problem.do)
        return None
    return Stack(grid, tuple(int(i) for i in order))


_Numbers = tuple[float, ...] | None


def _within(tolerance: float) -> Callable[[_Numbers, _Numbers], bool]:
    def same(one: _Numbers, other: _Numbers) -> bool:
        if one is None or other is None:
            return one is other
        return all(abs(a - b) <= tolerance for a, b in zip(one, other, strict=True))

    return same


def _triple(vector: Vector) -> tuple[float, float, float]:
    return float(vector[0]), float(vector[1]), float(vector[2])


def _plane(slices: Sequence[Statements]) -> _Plane | None:
    """Return what all slices must share: size, pixel spacing and orientation."""
    sizes = agreed(
        slices,
        (T.Rows, T.Columns),
        lambda one: (one.whole(T.Rows), one.whole(T.Columns)),
        words="mixed sizes",
    )
    spacing = agreed(
        slices,
        (T.PixelSpacing,),
        lambda one: one.numbers(T.PixelSpacing, 2),
        words="mixed sizes (pixel spacing)",
        same=_within(_SAME_SPACING),
    )
    orientation = agreed(
        slices,
        (T.ImageOrientationPatient,),
        lambda one: one.numbers(T.ImageOrientationPatient, 6),
        words="mixed orientation",
        same=_within(_SAME_DIRECTION),
    )
    teller = slices[0].of_series()
    if sizes is None or not _fits(teller, sizes):
        return None
    if spacing is None or not min(spacing) > 0.0 or max(spacing) > _LARGEST_SIDE:
        if spacing is not None or not _said(teller, T.PixelSpacing):
            teller.complain_of(
                T.PixelSpacing, "" if spacing is None else str(spacing), "two positive mm"
            )
        return None
    if orientation is None:
        if not _said(teller, T.ImageOrientationPatient):
            teller.complain_of(T.ImageOrientationPatient, "", "six direction cosines")
        return None
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    skew = max(abs(row @ row - 1.0), abs(column @ column - 1.0), abs(row @ column))
    if not skew <= 2.0 * _DIRECTION_TOLERANCE:
        teller.complain_of(
            T.ImageOrientationPatient,
            "\\".join(f"{v:g}" for v in orientation),
            "two unit vectors at right angles",
        )
        return None
    row /= np.linalg.norm(row)
    column -= (column @ row) * row
    column /= np.linalg.norm(column)
    rows, columns = sizes
    return _Plane(
        rows or 0, columns or 0, (spacing[0], spacing[1]), row, column, np.cross(row, column)
    )


def _fits(teller: Statements, sizes: tuple[int | None, int | None]) -> bool:
    good = True
    for tag, size in zip((T.Rows, T.Columns), sizes, strict=True):
        if size is None or not 1 <= size <= _LARGEST_SIDE:
            teller.complain_of(
                tag, "" if size is None else str(size), f"a number from 1 to {_LARGEST_SIDE}"
            )
            good = False
    return good


def _said(teller: Statements, tag: int) -> bool:
    return any(problem.field == name_of(tag) for problem in teller.problems)


def _positions(slices: Sequence[Statements]) -> Vector | None:
    found = [one.numbers(T.ImagePositionPatient, 3) for one in slices]
    for one, position in zip(slices, found, strict=True):
        if position is None and not one.stated(T.ImagePositionPatient):
            one.complain_of(T.ImagePositionPatient, "", "three coordinates in mm")
        elif position is not None and max(map(abs, position)) > _ROOM_MM:
            one.complain_of(T.ImagePositionPatient, str(position), "coordinates within a room")
            return None
    kept = [position for position in found if position is not None]
    if len(kept) < len(slices):
        if not _said(slices[0], T.ImagePositionPatient):
            slices[0].of_series().complain_of(T.ImagePositionPatient, "", "three coordinates in mm")
        return None
    return np.array(kept, dtype=np.float64)


def _spacing(
    slices: Sequence[Statements], along: Vector, positions: Vector, *, dynamic: bool
) -> float | None:
    """Return the distance of slices in mm, after looking for doubled, missing, uneven ones."""
    teller = slices[0].of_series()
    if len(slices) == 1:
        return _thickness(teller)
    gaps = np.diff(along)
    close = gaps <= _GAP_MM
    if close.any():
        places = _places(positions[1:][close])
        sizes = {len(group) for group in np.split(along, np.flatnonzero(~close) + 1)}
        if dynamic and len(sizes) == 1:
            what = f"dynamic: several frames of time at {places}"
            do = "measure a static series; this version does not take dynamic ones"
        else:
            what, do = f"doubled slices at {places}", "remove the copies, or export again"
        teller.complain(_POSITION, what, "one slice at each position", do)
        return None
    return _even(slices, along, positions, gaps)


def here_of_stated(slices: Sequence[Statements]) -> str | None:
    """Return how many slices are here of how many a slice says there are; None if none are amiss.

    The number is NumberOfSlices (0054,0081), the largest where slices differ.
    """
    most = max(one.whole(T.NumberOfSlices) or 0 for one in slices)
    return f"{len(slices)} of {most} are here" if most > len(slices) else None


def _even(
    slices: Sequence[Statements], along: Vector, positions: Vector, gaps: Vector
) -> float | None:
    step = float(np.median(gaps))
    mean = float(along[-1] - along[0]) / len(gaps)
    tolerance = max(_GAP_MM, _GAP_SHARE * step)
    drift = along - (along[0] + mean * np.arange(len(along)))
    if np.abs(gaps - step).max() <= tolerance and np.abs(drift).max() <= max(
        2 * _GAP_MM, _DRIFT_SHARE * step
    ):
        return round(mean, 6)
    smallest = float(gaps.min())
    near = gaps[gaps < 1.5 * smallest]
    step = float(np.median(near))
    absent = np.rint(gaps / step) - 1
    if (np.abs(gaps / step - 1 - absent) <= _WHOLE_TOLERANCE).all() and absent.any():
        places = _places(positions[:-1][absent > 0])
        counted = here_of_stated(slices)
        what = f"missing slices: {int(absent.sum())} of them, after {places}"
        what += f"; {counted} by {name_of(T.NumberOfSlices)}" if counted else ""
        do = SEND_MISSING
    else:
        what = f"unevenly spaced slices: {gaps.min():.3f} to {gaps.max():.3f} mm apart"
        do = _AGAIN
    slices[0].of_series().complain(_POSITION, what, "slices at equal distances", do)
    return None


def _thickness(teller: Statements) -> float | None:
    for tag in (T.SpacingBetweenSlices, T.SliceThickness):
        found = teller.number(tag)
        if found is not None and found > 0.0:
            return found
    teller.complain_of(
        T.SliceThickness, "a single slice without thickness", "a thickness in mm above 0"
    )
    return None


def _sheared(teller: Statements, plane: _Plane, positions: Vector, along: Vector) -> bool:
    offset = positions - positions[0]
    aside = offset - np.outer(along - along[0], plane.normal)
    shift = float(np.linalg.norm(aside, axis=1).max())
    if shift <= max(_GAP_MM, _SHEAR_SHARE * min(plane.spacing)):
        return False
    teller.complain(
        _POSITION,
        f"gantry tilt or shifted slices: up to {shift:.2f} mm aside of the normal",
        "slices stacked at right angles to their plane",
        "resample the series to a regular grid at its source",
    )
    return True


def _places(positions: Vector) -> str:
    told = [" ".join(f"{v:.2f}" for v in place) for place in positions[:_SHOWN]]
    more = f" and {len(positions) - _SHOWN} more" if len(positions) > _SHOWN else ""
    return "; ".join(f"({place}) mm" for place in told) + more
