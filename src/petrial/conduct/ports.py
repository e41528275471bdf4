"""What the acts need of the outside world, as protocols; adapters fulfil them unknowingly."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.images.series import SeriesFacts
from petrial.images.volumes import CtVolume
from petrial.lesions.region import Placed
from petrial.vocabulary.errors import Problem

__all__ = ["ContourSet", "FoundSeries", "ImageSource", "Scan"]


class FoundSeries(Protocol):
    """A series on disk: its facts at once, its voxels when asked for."""

    @property
    def facts(self) -> SeriesFacts:
        """What the series is."""
        ...

    def values(self, factors: NDArray[np.float64] | None = None) -> NDArray[np.float32]:
        """Return stored x RescaleSlope of the slice x ``factors`` of the slice, shape (z, y, x).

        Raises ReadError when pixel data cannot be decoded.
        """
        ...

    def hounsfield(self) -> CtVolume:
        """Return the CT numbers; only for series of kind CT."""
        ...


class Scan(Protocol):
    """What a folder, archive or file holds."""

    @property
    def series(self) -> Sequence[FoundSeries]:
        """The series, in a stable order."""
        ...

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Files that claim to be DICOM and cannot be read, each with its reason."""
        ...

    @property
    def ignored(self) -> int:
        """The number of files that are no DICOM."""
        ...


class ImageSource(Protocol):
    """Finds series."""

    def __call__(self, path: Path) -> Scan:
        """Return what is at ``path``: a folder (walked), a zip archive or one file."""
        ...


class ContourSet(Protocol):
    """A file of contours, not yet placed on an image."""

    @property
    def source(self) -> str:
        """The file's name."""
        ...

    @property
    def frame_of_reference_uid(self) -> str | None:
        """The frame of reference in which it was drawn; None where the format has none (NIfTI)."""
        ...

    def on(self, grid: Grid) -> Placed:
        """Return its regions on ``grid``: the voxels whose centre lies inside.

        A region that cannot be placed is among the problems, by name; it stops no other.
        """
        ...
