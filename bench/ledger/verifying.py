"""Verifies the whole ledger: every hash, commitment, sealed text, the projection, the head."""

from pathlib import Path

from bench.laps import Laps
from bench.ledger.cohort import NOW
from bench.ledger.place import Place
from bench.ledger.study import opened
from petrial.adapters.store.audit import seal, verify

__all__ = ["run"]


def run(folder: Path, laps: Laps) -> dict[str, int]:
    """Make a checkpoint, then verify all that is there against it; ``verify`` is the lap.

    Raises
    ------
    RuntimeError
        The ledger is not whole.
    """
    with opened(Place.of(folder)) as ledger:
        head = seal(ledger, NOW)
        with laps.lap("verify"):
            found = verify(ledger, head)
        laps.finish()
    if not found.whole:
        raise RuntimeError(str(found.faults[0]))
    return {"facts": found.facts, "chains": found.chains, "sealed": found.sealed}
