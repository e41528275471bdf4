"""Writes the export of a cohort: what was stated, what was corrected later, and the map."""

from pathlib import Path

from bench.laps import Laps
from bench.ledger.cohort import MAP, write_export
from bench.ledger.place import Place
from bench.ledger.study import the_protocol

__all__ = ["run"]


def run(folder: Path, laps: Laps) -> int:
    """Return the number of values in the export."""
    place = Place.of(folder)
    place.files.mkdir(parents=True, exist_ok=True)
    place.map.write_text(MAP, encoding="utf-8")
    count = write_export(place.cohort, the_protocol(), place.values, place.corrections)
    laps.finish()
    return count
