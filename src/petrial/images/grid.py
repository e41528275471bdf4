"""Where the voxels of an image lie in the patient."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from petrial.vocabulary.errors import GeometryError

__all__ = ["Grid"]

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Grid:
    """A regular grid of voxels, possibly oblique, in DICOM patient coordinates (LPS, mm).

    Array axes are (z, y, x): slices, rows, columns. All three-tuples of this class stand in that
    order, except ``origin`` and the unit vectors, which are patient (x, y, z).

    Attributes
    ----------
    shape
        Number of voxels (z, y, x).
    spacing
        Distance of voxel centres in mm along (z, y, x).
    origin
        Patient position (x, y, z) in mm of the centre of voxel (0, 0, 0).
    axes
        Unit vectors, patient (x, y, z), along the array axes z, y, x.

    Examples
    --------
    >>> grid = Grid.axial(shape=(2, 3, 4), spacing=(5.0, 2.0, 2.0), origin=(-10.0, 0.0, 100.0))
    >>> grid.to_patient([[1, 2, 3]])
    array([[ -4.,   4., 105.]])
    >>> grid.voxel_volume_ml
    0.02
    """

    shape: tuple[int, int, int]
    spacing: Triple
    origin: Triple
    axes: tuple[Triple, Triple, Triple]

    def __post_init__(self) -> None:
        if min(self.shape) < 1 or not all(0.0 < s < float("inf") for s in self.spacing):
            raise GeometryError(
                where="grid",
                field="shape and spacing",
                got=f"{self.shape} voxels of {self.spacing} mm",
                wanted="at least one voxel and positive spacings",
                do="check rows, columns, pixel spacing and slice positions",
            )
        frame = np.asarray(self.axes, dtype=np.float64)
        if not np.allclose(frame @ frame.T, np.eye(3), atol=2e-3):
            raise GeometryError(
                where="grid",
                field="axes",
                got=str(self.axes),
                wanted="three unit vectors at right angles",
                do="resample sheared (gantry-tilted) slices before use",
            )

    @classmethod
    def axial(cls, shape: tuple[int, int, int], spacing: Triple, origin: Triple) -> "Grid":
        """Return the grid of plain transverse slices, first slice nearest the feet."""
        return cls(shape, spacing, origin, ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)))

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The 3 x 3 matrix whose columns are the steps in mm, patient (x, y, z), along z, y, x."""
        frame: NDArray[np.float64] = (
            np.asarray(self.axes, dtype=np.float64) * np.asarray(self.spacing)[:, np.newaxis]
        )
        return frame.T

    @property
    def voxel_volume_ml(self) -> float:
        """The volume of one voxel in mL."""
        return self.spacing[0] * self.spacing[1] * self.spacing[2] / 1000.0

    def to_patient(self, indices: NDArray[np.float64] | list[list[int]]) -> NDArray[np.float64]:
        """Return patient (x, y, z) in mm, shape (n, 3), of voxel indices (z, y, x), shape (n, 3).

        Indices may be fractional; whole numbers are voxel centres.
        """
        steps = np.asarray(indices, dtype=np.float64)
        return np.asarray(steps @ self.matrix.T + np.asarray(self.origin), dtype=np.float64)

    def to_index(self, points: NDArray[np.float64] | list[list[float]]) -> NDArray[np.float64]:
        """Return fractional indices (z, y, x), shape (n, 3), of patient points (x, y, z) in mm."""
        offset = np.asarray(points, dtype=np.float64) - np.asarray(self.origin)
        return np.asarray(np.linalg.solve(self.matrix, offset.T).T, dtype=np.float64)

    def crop(self, start: tuple[int, int, int], shape: tuple[int, int, int]) -> "Grid":
        """Return the grid of ``shape`` voxels that begins at voxel ``start`` of this one."""
        corner = self.to_patient(np.asarray([start], dtype=np.float64))[0]
        origin = (float(corner[0]), float(corner[1]), float(corner[2]))
        return Grid(shape, self.spacing, origin, self.axes)

    def coincides_with(self, other: "Grid", tolerance_mm: float = 0.01) -> bool:
        """Tell whether both grids have their voxel centres in the same places."""
        if self.shape != other.shape:
            return False
        far = np.asarray([[0, 0, 0], [n - 1 for n in self.shape]], dtype=np.float64)
        corners = np.concatenate([far, np.diag(np.asarray(self.shape, dtype=np.float64) - 1.0)])
        gap = self.to_patient(corners) - other.to_patient(corners)
        return bool(np.abs(gap).max() <= tolerance_mm)
