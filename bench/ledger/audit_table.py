"""A common audit trail: a bare SQLite table, and a trigger that copies each row into a second.

Nothing is checked, sealed or chained, and who may write to the file may change both tables.
"""

import csv
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from bench.laps import Laps
from bench.ledger.cohort import Row
from bench.ledger.place import Place

__all__ = ["run"]

_COLUMNS: Final = ", ".join(Row._fields)
_KEY: Final = ("subject", "event", "event_repeat", "form", "form_repeat", "item")
_STAMP: Final = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'manager'"
_MAKE: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    f"CREATE TABLE data ({_COLUMNS}, PRIMARY KEY ({', '.join(_KEY)}))",
    f"CREATE TABLE history ({_COLUMNS}, happening, moment, author)",
    *(
        f"CREATE TRIGGER data_{happening} AFTER {happening} ON data BEGIN INSERT INTO history "
        f"SELECT {', '.join(f'NEW.{name}' for name in Row._fields)}, '{happening}', {_STAMP}; END"
        for happening in ("INSERT", "UPDATE")
    ),
)
_INSERT: Final = f"INSERT INTO data ({_COLUMNS}) VALUES ({', '.join('?' * len(Row._fields))})"  # noqa: S608  own names
_UPDATE: Final = f"UPDATE data SET value = ? WHERE {' AND '.join(f'{n} = ?' for n in _KEY)}"  # noqa: S608  own names


def run(folder: Path, laps: Laps) -> dict[str, Any]:
    """Take in the same two files, each in one transaction; then read the state of subjects."""
    place = Place.of(folder)
    path = folder / "audit-table.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        for statement in _MAKE:
            connection.execute(statement)
        with laps.lap("values"), connection:
            connection.executemany(_INSERT, _rows(place.values))
        with laps.lap("corrections"), connection:
            connection.executemany(
                _UPDATE, ((row[6], *row[:6]) for row in _rows(place.corrections))
            )
        states = list(_states(connection, place.asked))
        laps.finish()
        (stated,) = connection.execute("SELECT count(*) FROM data").fetchone()
        size = sum(one.stat().st_size for one in folder.glob(f"{path.name}*")) / 1e6
    return {"stated": stated, "states_ms": states, "megabytes": size}


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        yield from rows


def _states(connection: sqlite3.Connection, names: tuple[str, ...]) -> Iterator[float]:
    for subject in names:
        began = time.perf_counter()
        connection.execute("SELECT * FROM data WHERE subject = ?", (subject,)).fetchall()
        yield (time.perf_counter() - began) * 1000.0
