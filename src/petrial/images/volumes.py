"""Images on their grids, one type per kind of value."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.vocabulary.errors import GeometryError

__all__ = ["CtVolume", "SuvVolume"]


def _fits(values: NDArray[np.generic], grid: Grid) -> None:
    if values.shape != grid.shape:
        raise GeometryError(
            where="volume",
            field="shape",
            got=str(values.shape),
            wanted=str(grid.shape),
            do="give values and grid of the same series",
        )


@dataclass(frozen=True, slots=True, eq=False)
class SuvVolume:
    """Body-weight SUV in g/mL, float32, shape (z, y, x), on ``grid``."""

    g_per_ml: NDArray[np.float32] = field(repr=False)
    grid: Grid

    def __post_init__(self) -> None:
        _fits(self.g_per_ml, self.grid)


@dataclass(frozen=True, slots=True, eq=False)
class CtVolume:
    """CT numbers in Hounsfield units, int16 or float32, shape (z, y, x), on ``grid``."""

    hounsfield: NDArray[np.int16] | NDArray[np.float32] = field(repr=False)
    grid: Grid

    def __post_init__(self) -> None:
        _fits(self.hounsfield, self.grid)
