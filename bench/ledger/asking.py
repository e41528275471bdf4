"""Asks for the state of one subject after another, then corrects one value of each."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bench.laps import Laps
from bench.ledger.place import Place
from bench.ledger.study import desk_of, opened
from petrial.adapters.store.ledger import DjangoLedger
from petrial.conduct.entry import Correction, correct
from petrial.subjects import facts
from petrial.subjects.state import SubjectState

__all__ = ["run"]

_CORRECTED: Final = facts.Place("screening", 1, "demographics", 1, "height_cm")
_REASON: Final = "read off the wrong line, source document seen"


def run(folder: Path, laps: Laps) -> dict[str, Any]:
    """Return milliseconds of each state and of each correction, and the facts of a state.

    The first subject is asked twice, and the first time not counted: imports and the connection
    belong to the start of a program, not to a question.
    """
    place = Place.of(folder)
    with opened(place) as ledger:
        _state(ledger, place.asked[0])
        states, sizes = [], []
        with laps.lap("states"):
            for subject in place.asked:
                began = time.perf_counter()
                sizes.append(len(_state(ledger, subject).facts))
                states.append((time.perf_counter() - began) * 1000.0)
        with laps.lap("corrections"):
            corrections = list(_corrected(ledger, place.asked))
        laps.finish()
    return {"states_ms": states, "facts": sizes, "corrections_ms": corrections}


def _state(ledger: DjangoLedger, subject: str) -> SubjectState:
    """Return what is stated about a subject now, sealed texts opened."""
    newest = ledger.current(subject)
    return SubjectState.of(subject, newest, ledger.opened(newest))


def _corrected(ledger: DjangoLedger, subjects: tuple[str, ...]) -> Iterator[float]:
    """Correct the height of each subject by a centimetre, and yield the milliseconds it took."""
    desk = desk_of(ledger, "manager")
    for subject in subjects:
        stated = _state(ledger, subject).facts.get(_CORRECTED)
        if stated is None or stated.value is None:
            continue
        new = str(int(stated.value) + 1)
        began = time.perf_counter()
        correct(desk, subject, Correction(place=_CORRECTED, value=new, reason=_REASON))
        yield (time.perf_counter() - began) * 1000.0
