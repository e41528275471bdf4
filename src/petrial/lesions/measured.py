"""What measuring a PET series gave: everything that pages, tables and JSON are made from."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.images.series import SeriesFacts
from petrial.images.suv.scaling import SuvScaling
from petrial.lesions.region import Region
from petrial.lesions.table import LesionRow
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.knowledge import Verdict

__all__ = ["MeasuredSeries", "Measurement", "Projection", "ReferenceMeasurement"]


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A maximum intensity projection of SUV with the outlines of the regions on it.

    Attributes
    ----------
    name
        ``anterior`` (seen from the front) or ``left lateral``.
    suv
        Shape (rows, columns), float32; row 0 is nearest the head.
    pixel_mm
        Height and width of a pixel in mm.
    outlines
        Per lesion id: boolean image of the projected region, same shape as ``suv``.
    """

    name: str
    suv: NDArray[np.float32] = field(repr=False)
    pixel_mm: tuple[float, float]
    outlines: tuple[tuple[int, NDArray[np.bool_]], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReferenceMeasurement:
    """Mean and spread of a reference region (liver, blood pool), with a verdict on its quality.

    ``problems`` is empty when the region is fit to serve as a reference.
    """

    organ: str
    source: str
    voxels: int
    volume_ml: float
    suv_mean: float
    suv_sd: float
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredSeries:
    """One series: facts, the judgement on SUV, and (where quantifiable) what was measured.

    Attributes
    ----------
    scaling
        Known for a series that can be quantified; Unknown with the problems otherwise. Never
        asked of series that are no PET: then it is None.
    suv_max
        Largest SUVbw of the whole series; None where not quantified or not measured.
    regions, rows
        The regions and their rows of the lesion table, in the same order.
    refused
        Regions and methods that were refused on this series, each with its reason.
    warnings
        Sentences that must be read with the numbers: what was assumed or forced, a record that
        moves SUV far from the header, candidates that were left out.
    """

    facts: SeriesFacts
    scaling: Verdict[SuvScaling] | None
    suv_max: float | None = None
    grid: Grid | None = None
    regions: tuple[Region, ...] = ()
    rows: tuple[LesionRow, ...] = ()
    references: tuple[ReferenceMeasurement, ...] = ()
    projections: tuple[Projection, ...] = ()
    refused: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """All series of one input, in the order in which they were found.

    Attributes
    ----------
    path
        What was pointed at, as given.
    series
        One entry for each series.
    problems
        Files that could not be read, and other problems of no single series.
    methods
        Sentences that say what really ran, with citation keys in brackets, for the methods text.
    refused
        Whether anything was refused that was meant to be measured (exit code 3).
    """

    path: str
    series: tuple[MeasuredSeries, ...]
    problems: tuple[Problem, ...]
    methods: tuple[str, ...]
    refused: bool

    @property
    def rows(self) -> tuple[LesionRow, ...]:
        """The rows of the lesion table of all series."""
        return tuple(row for one in self.series for row in one.rows)
