"""Rows of the ledger: statements that read and write them, and streams of them."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from petrial.subjects.facts import FACT_FIELDS, Fact, Place
from petrial.vocabulary.errors import LedgerError

__all__ = [
    "ACROSS",
    "BLOCK",
    "CURRENT",
    "Row",
    "facts_of",
    "place_of",
    "reading",
    "stream",
    "stream_upto",
]

Row = tuple[Any, ...]
"""The fields of a fact, in order."""

BLOCK: Final = 20_000
"""So many rows are in memory at a time."""

_COLUMNS: Final = ", ".join(FACT_FIELDS)
_OF_ALL: Final = f"SELECT {_COLUMNS} FROM ledger_fact ORDER BY subject, seq"  # noqa: S608  own names
_OF_ONE: Final = (
    f"SELECT {_COLUMNS} FROM ledger_fact "  # noqa: S608  own names
    "WHERE subject = %s AND seq <= %s ORDER BY seq"
)
_JOINED: Final = ", ".join(f"f.{name}" for name in FACT_FIELDS)
CURRENT: Final = (
    f"SELECT {_COLUMNS} FROM ledger_fact "  # noqa: S608  own names
    "WHERE subject = %s AND seq IN (SELECT seq FROM ledger_current WHERE subject = %s) "
    "ORDER BY seq"
)
"""The newest fact at each place of a subject, which is named twice; no join, so that SQLite reads
the facts in their order and need not sort whole rows."""

ACROSS: Final = (
    f"SELECT {_JOINED} FROM ledger_current c "  # noqa: S608  own names
    "JOIN ledger_fact f ON f.subject = c.subject AND f.seq = c.seq "
    "WHERE c.form = %s AND c.item = %s AND c.subject <> %s ORDER BY f.subject, f.seq"
)
"""The newest facts of one item over all subjects but one."""

_PLACE: Final = FACT_FIELDS.index("event")
LAST: Final = 2**63 - 1
"""A number that no chain reaches."""


_SETTERS: Final = tuple(getattr(Fact, name).__set__ for name in FACT_FIELDS)


def facts_of(rows: Sequence[Row]) -> list[Fact]:
    """Return the facts that stand in rows.

    Fills the slots directly, one field of all facts at a time: the state of a subject is thousands
    of facts, and the constructor of a frozen class takes over three times as long.
    """
    facts = [object.__new__(Fact) for _ in rows]
    for fill, values in zip(_SETTERS, zip(*rows, strict=True), strict=bool(rows)):
        deque(map(fill, facts, values), maxlen=0)
    return facts


def place_of(row: Row) -> Place:
    """Return the place that a row is about."""
    return Place(*row[_PLACE : _PLACE + 5])


def _whatever_stands_there(content: bytes) -> str:
    return content.decode(errors="surrogateescape")


@contextmanager
def reading(connection: Any, *, damaged: bool = False) -> Iterator[Any]:  # noqa: ANN401  Django's
    """Open a connection of its own to the same database, that sees one state and writes nothing.

    With ``damaged`` text whose bytes are none is read all the same, so that its row can be named.
    """
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            if own.vendor == "postgresql":
                own.set_autocommit(autocommit=False)
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            else:
                if damaged:
                    own.connection.text_factory = _whatever_stands_there
                cursor.execute("BEGIN DEFERRED")
                cursor.execute("SELECT count(*) FROM sqlite_master")  # the state is seen from here
        yield own
    finally:
        own.close()


def stream(own: Any, statement: str, parameters: tuple[object, ...] = ()) -> Iterator[list[Row]]:  # noqa: ANN401
    """Yield what a statement finds, in blocks, on a connection from ``reading``."""
    if own.vendor == "postgresql":
        cursor = own.connection.cursor(name="rows")
        cursor.itersize = BLOCK
    else:
        cursor = own.cursor()
    try:
        cursor.execute(statement, parameters)
        while block := cursor.fetchmany(BLOCK):
            yield block
    finally:
        cursor.close()


def stream_upto(own: Any, upto: Mapping[str, int] | None) -> Iterator[list[Row]]:  # noqa: ANN401
    """Yield the facts of all chains, or of those in ``upto`` up to their numbers, in blocks.

    Raises
    ------
    LedgerError
        A chain ends before the number to which it is pinned.
    """
    if upto is None:
        yield from stream(own, _OF_ALL)
        return
    block: list[Row] = []
    for subject in sorted(upto):
        count = 0
        for some in stream_of(own, subject, upto[subject]):
            count += len(some)
            block += some
            if len(block) >= BLOCK:
                yield block
                block = []
        if count != upto[subject]:
            raise LedgerError(
                where=f"chain of {subject}",
                field="number of facts",
                got=count,
                wanted=f"{upto[subject]}, as pinned",
                do="run `petrial audit verify` with the last exported head",
            )
    if block:
        yield block


def stream_of(own: Any, subject: str, upto: int = LAST) -> Iterator[list[Row]]:  # noqa: ANN401
    """Yield the facts of one chain up to a number, in blocks."""
    yield from stream(own, _OF_ONE, (subject, upto))
