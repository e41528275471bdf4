"""Loads a ledger on each database, puts it to work, and keeps what each process took."""

import math
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.agreement import Agreement
from bench.ledger.cohort import Cohort
from bench.ledger.place import Place
from bench.ledger.study import new_database
from bench.processes import Missing, Run, way

__all__ = ["DATABASES", "NO_SERVER", "PEERS", "STEPS", "LedgerFigures", "Loaded", "measure_ledger"]

DATABASES: Final = ("SQLite", "PostgreSQL")
STEPS: Final = ("founding", "importing", "asking", "verifying", "cutting")
"""What is done with a ledger, in this order: modules beside this one."""
PEERS: Final = {
    "bare SQLite table, a trigger copies each row": "audit_table",
    "Django models, a row and its copy saved one by one": "saved_rows",
}
SERVER: Final = "PETRIAL_POSTGRES"
"""Environment variable with the address of a PostgreSQL server on which databases may be made."""
NO_SERVER: Final = Missing(f"no server: {SERVER} is not set to its address")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the steps took on one database; all of them went well."""

    importing: Run
    asking: Run
    verifying: Run
    cutting: Run

    @property
    def rate(self) -> float:
        """Facts imported in a second, from reading the file to the end of the transaction."""
        return float(self.importing.answer["stated"] / self.importing.laps["values"])

    @property
    def states_ms(self) -> list[float]:
        """Milliseconds of the state of each subject that was asked for."""
        return list(self.asking.answer["states_ms"])

    @property
    def corrections_ms(self) -> list[float]:
        """Milliseconds of each act of correcting."""
        return list(self.asking.answer["corrections_ms"])

    @property
    def verify_s(self) -> float:
        """Seconds of verifying the whole ledger."""
        return self.verifying.laps["verify"]

    @property
    def snapshot_s(self) -> float:
        """Seconds of a snapshot."""
        return self.cutting.laps["snapshot"]

    @property
    def peak_mb(self) -> float:
        """Largest resident memory of all processes, that of a database server left out."""
        runs = (self.importing, self.asking, self.verifying, self.cutting)
        return max(run.peak_mb for run in runs)

    @property
    def megabytes(self) -> float:
        """Size of the database after the import."""
        return float(self.importing.answer["megabytes"])


@dataclass(slots=True)
class LedgerFigures:
    """All that was measured of ledgers; ``values`` is how many the export states."""

    cohort: Cohort
    values: int = 0
    loaded: dict[str, Loaded | Missing] = field(default_factory=dict)
    peers: dict[str, Run | Missing] = field(default_factory=dict)

    @property
    def agreement(self) -> list[Agreement]:
        """Whether each ledger holds what the export states, and snapshots are alike.

        A step that failed is no agreement; a server that is not there is no step.
        """
        found = []
        for name, one in self.loaded.items():
            if one != NO_SERVER:
                stated = one.importing.answer["stated"] if isinstance(one, Loaded) else math.inf
                lacking = abs(stated - self.values)
                found.append(Agreement(f"facts taken in, {name}", lacking, 0.0))
        done = [one for one in self.loaded.values() if isinstance(one, Loaded)]
        tables = [one.cutting.answer["rows"] for one in done]
        if len(tables) > 1:
            apart = max(abs(tables[0][name] - tables[1][name]) for name in tables[0])
            found.append(Agreement("rows of a snapshot's tables, both databases", apart, 0.0))
        return found


def measure_ledger(cohort: Cohort, say: Callable[[str], None]) -> LedgerFigures:
    """Take a cohort in on both databases, and measure what the program then does with it.

    Raises
    ------
    RuntimeError
        The export cannot be written.
    """
    found = LedgerFigures(cohort)
    with tempfile.TemporaryDirectory(prefix="petrial-ledger-") as name:
        files = Path(name)
        place = Place("", cohort, files / "export", files)
        place.note()
        say(f"ledger: writing what {cohort.subjects} subjects stated")
        written = way("ledger.exporting", place.folder)
        if isinstance(written, Missing):
            raise RuntimeError(written.reason)  # noqa: TRY004  it is no question of types
        found.values = written.answer
        for database in DATABASES:
            with _address(database, files) as address:
                if isinstance(address, Missing):
                    found.loaded[database] = address
                    continue
                place = Place(address, cohort, files / database, files)
                place.note()
                found.loaded[database] = _worked(place, database, say)
        for label, peer in PEERS.items():
            say(f"ledger: {label}")
            found.peers[label] = way(f"ledger.{peer}", files / "export")
    return found


@contextmanager
def _address(database: str, folder: Path) -> Iterator[str | Missing]:
    """Give the address of a new database, or why there is none."""
    server = os.environ.get(SERVER)
    if database == "SQLite":
        yield f"sqlite:///{folder / database / 'study.sqlite3'}"
    elif not server:
        yield NO_SERVER
    else:
        with new_database(server) as address:
            yield address


def _worked(place: Place, database: str, say: Callable[[str], None]) -> Loaded | Missing:
    runs: dict[str, Run] = {}
    for step in STEPS:
        say(f"ledger on {database}: {step}")
        run = way(f"ledger.{step}", place.folder)
        if isinstance(run, Missing):
            return Missing(f"{step}: {run.reason}")
        runs[step] = run
    return Loaded(*(runs[step] for step in STEPS[1:]))
