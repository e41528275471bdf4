"""What a writing process does, for tests that kill it or let several write at once."""

from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from databases import STUDY_ID
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import open_ledger
from petrial.conduct.ledger import Access, Stamp
from petrial.subjects.facts import Draft, Place

__all__ = ["ACTS", "FACTS", "SUBJECTS", "write_acts"]

SUBJECTS = ("S-001", "S-002")
FACTS = 12
ACTS = 15


def write_acts(
    address: str, keys: Path, name: str, subjects: tuple[str, ...], told: Connection
) -> None:
    """Do acts, each over all ``subjects`` in one unit, and tell the name of each that is stored.

    The last fact of an act in each chain is sealed; a row of the access chain follows it.
    """
    ledger = open_ledger(address, STUDY_ID, Keys.read(keys))
    for number in range(ACTS):
        act = f"{name}-{number}"
        stamp = Stamp(
            act=act,
            site="Groningen",
            author=name,
            role="nurse",
            protocol="1.0",
            recorded=datetime(2024, 5, 21, tzinfo=UTC),
        )
        places = [Place("visit", 1, act, 1, f"item{index}") for index in range(FACTS)]
        drafts = [Draft(place=place, value="7", sealed=place == places[-1]) for place in places]
        with ledger.unit() as unit:
            for subject in subjects:
                unit.append(subject, drafts, stamp)
            unit.commit()
        told.send(act)
        ledger.saw(Access(act="saw", author=name, role="nurse", subject=subjects[0], what=act))
    ledger.close()
