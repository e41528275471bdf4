"""One case of a PET header: what happened, how it is worded, and what must come out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

import numpy as np
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.simulation.series import Beds, PetSeriesSpec, Wording

__all__ = [
    "BEDS",
    "CASE_GRID",
    "INJECTED",
    "NUCLIDES_SEEN",
    "Form",
    "Must",
    "SuvCase",
    "case_suv",
    "plain_spec",
    "refused",
    "right",
]

CASE_GRID: Final = Grid.axial((12, 8, 8), (4.0, 4.0, 4.0), (-14.0, -14.0, -100.0))
"""Small, so that hundreds of cases run in seconds."""
INJECTED: Final = datetime.fromisoformat("2024-05-14T09:30:00")
NUCLIDES_SEEN: Final = ("18F", "68Ga", "64Cu", "89Zr")
"""The nuclides of the cases."""
UPTAKE: Final = {
    "18F": timedelta(minutes=62),
    "68Ga": timedelta(minutes=57),
    "64Cu": timedelta(hours=23, minutes=40),
    "89Zr": timedelta(days=4, hours=1),
}
ACTIVITY: Final = {"18F": 250.0, "68Ga": 150.0, "64Cu": 190.0, "89Zr": 37.0}
BEDS: Final = Beds(3, timedelta(minutes=4))


class Must(Enum):
    """What must come out."""

    BE_RIGHT = auto()
    """The true SUV, within 0.1 %."""
    BE_REFUSED = auto()
    """No number; a problem that names the field."""
    NOT_BE_WRONG = auto()
    """Either of the two: a header that another truth could have written too."""


class Form(Enum):
    """As which objects the series is written."""

    SINGLE_FRAME = auto()
    ENHANCED = auto()
    LEGACY_CONVERTED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class SuvCase:
    """One case.

    Attributes
    ----------
    name
        A claim in words, unique.
    spec
        What happened and how it is worded.
    must
        What must come out.
    field
        Part of the name of the field that the refusal must name.
    assumed
        ``FIELD=VALUE`` statements of the user.
    kept
        The slices (start, stop) that are left of a cropped series.
    recounted
        Whether NumberOfSlices was corrected when it was cropped.
    form
        As which objects it is written.
    grid
        Where its voxels lie.
    """

    name: str
    spec: PetSeriesSpec
    must: Must = Must.BE_RIGHT
    field: str = ""
    assumed: tuple[str, ...] = ()
    kept: tuple[int, int] | None = None
    recounted: bool = True
    form: Form = Form.SINGLE_FRAME
    grid: Grid = CASE_GRID


def case_suv(grid: Grid = CASE_GRID) -> NDArray[np.float64]:
    """Return the true SUV of all cases, shape (z, y, x): 2 everywhere, 10 in a block inside."""
    suv = np.full(grid.shape, 2.0)
    suv[:, 2:6, 2:6] = 10.0
    return suv


def plain_spec(nuclide: str, wording: Wording | None = None) -> PetSeriesSpec:
    """Return a scan as it should be, with the usual activity and uptake time of ``nuclide``."""
    return PetSeriesSpec(
        injected_at=INJECTED,
        scan_started=INJECTED + UPTAKE[nuclide],
        activity_mbq=ACTIVITY[nuclide],
        nuclide=nuclide,
        tracer="Fluorodeoxyglucose" if nuclide == "18F" else f"{nuclide}-tracer",
        beds=BEDS,
        wording=Wording() if wording is None else wording,
    )


def right(name: str, spec: PetSeriesSpec, *assumed: str) -> SuvCase:
    """Return a case whose true SUV must come out, with the statements that the user makes."""
    return SuvCase(name=name, spec=spec, assumed=assumed)


def refused(name: str, spec: PetSeriesSpec, field: str) -> SuvCase:
    """Return a case that must be refused with a problem that names ``field``."""
    return SuvCase(name=name, spec=spec, must=Must.BE_REFUSED, field=field)
