"""Takes the export of a whole cohort in, as one file and one act; then its corrections."""

from pathlib import Path
from typing import Any

from bench.laps import Laps
from bench.ledger.place import Place
from bench.ledger.study import desk_of, engine_of, megabytes_of, opened
from petrial.bootstrap.exchange import import_file
from petrial.conduct.intake import Order

__all__ = ["run"]


def run(folder: Path, laps: Laps) -> dict[str, Any]:
    """Take in both files; ``values`` and ``corrections`` are the laps."""
    place = Place.of(folder)
    with opened(place) as ledger:
        desk = desk_of(ledger, "manager")
        with laps.lap("values"):
            stated = import_file(desk, "csv", place.values, place.map, Order())
        with laps.lap("corrections"):
            order = Order(replace=True, reason="typing error, source document seen")
            corrected = import_file(desk, "csv", place.corrections, place.map, order)
        laps.finish()
        return {
            "stated": stated.new,
            "corrected": corrected.replaced,
            "megabytes": megabytes_of(ledger),
            "engine": engine_of(ledger),
        }
