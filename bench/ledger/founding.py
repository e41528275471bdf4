"""Founds the study that is to take the export in, and registers its subjects."""

from pathlib import Path

from bench.laps import Laps
from bench.ledger.place import Place
from bench.ledger.study import create

__all__ = ["run"]


def run(folder: Path, laps: Laps) -> int:
    """Return the number of subjects."""
    place = Place.of(folder)
    create(place)
    laps.finish()
    return place.cohort.subjects
