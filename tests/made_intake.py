"""A ledger with registered subjects of the tiny trial, and short ways to take files into it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from databases import an_address
from made_protocol import made_protocol
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import DjangoLedger, create_ledger
from petrial.conduct.drafts import own
from petrial.conduct.intake import Cell, Imported, Order, Setting, import_cells
from petrial.conduct.ledger import Stamp
from petrial.conduct.mapping import Mapping
from petrial.conduct.rows import Table, cells_of
from petrial.protocol.model import Protocol
from petrial.subjects.facts import Draft
from petrial.subjects.records import SUBJECT
from petrial.vocabulary.errors import Problem, RefusedError

__all__ = ["NOON", "PROTOCOL", "append", "made_ledger", "problems", "stamp", "take"]

NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
PROTOCOL = made_protocol()


def stamp(site: str = "north", act: str = "import", protocol: str = "1.0") -> Stamp:
    """Return the stamp of an act of noon."""
    return Stamp(
        act=act,
        site=site,
        author="dm",
        role="data-manager",
        protocol=protocol,
        recorded=NOON,
    )


@contextmanager
def made_ledger(folder: Path, *subjects: str, kind: str = "sqlite") -> Iterator[DjangoLedger]:
    """Open a new ledger with registered subjects; those whose name begins with S are of south."""
    with ExitStack() as stack:
        address = stack.enter_context(an_address(kind, folder))
        ledger = create_ledger(address, "tiny", Keys.create(folder / "keys"))
        stack.callback(ledger.close)
        with ledger.unit() as unit:
            for subject in subjects:
                site = "south" if subject.startswith("S") else "north"
                drafts = [own(SUBJECT, "status", "registered")]
                unit.append(subject, drafts, stamp(site, "register"))
            unit.commit()
        yield ledger


def append(ledger: DjangoLedger, subject: str, *drafts: Draft) -> None:
    """Append drafts to the chain of a subject of north."""
    with ledger.unit() as unit:
        unit.append(subject, drafts, stamp(act="record"))
        unit.commit()


def take(
    ledger: DjangoLedger,
    source: Table | Sequence[Cell | Problem],
    mapping: Mapping | None = None,
    order: Order | None = None,
    protocol: Protocol = PROTOCOL,
) -> Imported:
    """Import a table, or cells, and commit."""
    cells = source
    if isinstance(source, Table):
        assert mapping is not None
        cells = cells_of(source, mapping, protocol)  # type: ignore[assignment]  # both can be iterated
    with ledger.unit() as unit:
        done = import_cells(
            unit,
            cells,  # type: ignore[arg-type]  # a table became cells
            ledger.subjects(),
            lambda site: Setting(protocol, stamp(site)),
            order or Order(),
        )
        unit.commit()
    return done


def problems(error: RefusedError) -> list[str]:
    """Return every problem of a refusal as a line."""
    return [str(error.problem), *getattr(error, "__notes__", [])]
