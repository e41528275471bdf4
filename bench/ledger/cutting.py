"""Takes a snapshot of the whole study: all tables, the manifest, the fact that says so."""

from pathlib import Path
from typing import Any

from bench.laps import Laps
from bench.ledger.place import Place
from bench.ledger.study import desk_of, opened
from petrial.adapters.store.snapshots import list_snapshots, write_snapshot
from petrial.conduct.snapshot import create_snapshot

__all__ = ["run"]


def run(folder: Path, laps: Laps) -> dict[str, Any]:
    """Return the rows of the tables, and their size in MB; ``snapshot`` is the lap."""
    place = folder / "snapshots"
    with opened(Place.of(folder)) as ledger:
        desk = desk_of(ledger, "manager")
        with laps.lap("snapshot"):
            create_snapshot(desk, lambda order: write_snapshot(ledger, order, place))
        laps.finish()
    (manifest,) = list_snapshots(place)
    files = (path for path in (place / manifest.id).iterdir())
    return {
        "rows": {table.name: table.rows for table in manifest.tables},
        "megabytes": sum(path.stat().st_size for path in files) / 1e6,
    }
