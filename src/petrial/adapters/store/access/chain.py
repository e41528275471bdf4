"""Writes and reads the access chain."""

from collections.abc import Iterator
from typing import Any, Final

from django.db import connections, transaction

from petrial.adapters.store.appending import moment_text
from petrial.adapters.store.checkpoints import ACCESS_CHAIN
from petrial.adapters.store.refusals import refusing
from petrial.adapters.store.rows import Row, reading, stream
from petrial.conduct.ledger import Access, Clock, Seen
from petrial.subjects.chain import ORIGIN, Head, row_digest

__all__ = ["ACCESS_FIELDS", "AccessChain"]

ACCESS_FIELDS: Final = (
    *("study", "seq", "moment", "act", "author", "role", "subject", "what", "why"),
    *("previous", "hash"),
)
"""Columns of the access chain, in the order of the canonical bytes."""

_COLUMNS: Final = ", ".join(ACCESS_FIELDS)
_LAST: Final = "SELECT seq, hash FROM ledger_access ORDER BY seq DESC LIMIT 1"
_INSERT: Final = (
    f"INSERT INTO ledger_access ({_COLUMNS}) "  # noqa: S608  own names
    f"VALUES ({', '.join(['%s'] * len(ACCESS_FIELDS))})"
)
_ALL: Final = f"SELECT {_COLUMNS} FROM ledger_access ORDER BY seq"  # noqa: S608  own names
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('ledger_access'))"


class AccessChain:
    """Who saw or exported what: a chain of its own, so that reading never queues behind writing."""

    def __init__(self, alias: str, study: str, clock: Clock) -> None:
        self.alias = alias
        self._study = study
        self._clock = clock

    @property
    def _connection(self) -> Any:  # noqa: ANN401  Django has no types
        return connections[self.alias]

    def append(self, access: Access) -> None:
        """Add a row, in a transaction of its own."""
        with (
            refusing("access chain"),
            transaction.atomic(using=self.alias),
            self._connection.cursor() as cursor,
        ):
            if self._connection.vendor == "postgresql":
                cursor.execute(_LOCK)
            cursor.execute(_LAST)
            seq, previous = cursor.fetchone() or (0, ORIGIN)
            row: Row = (
                *(self._study, seq + 1, moment_text(self._clock(), "access chain")),
                *(access.act, access.author, access.role),
                *(access.subject, access.what, access.why, previous),
            )
            cursor.execute(_INSERT, (*row, row_digest((*row, ""))))

    def head(self) -> Head:
        """Return the end of the chain, under the name by which checkpoints know it."""
        with refusing("access chain"), self._connection.cursor() as cursor:
            cursor.execute(_LAST)
            row = cursor.fetchone()
        return Head(ACCESS_CHAIN) if row is None else Head(ACCESS_CHAIN, *row)

    def rows(self, *, damaged: bool = False) -> Iterator[list[Row]]:
        """Yield the rows as tuples of ``ACCESS_FIELDS``, in order, in blocks; see ``reading``."""
        with refusing("access chain"), reading(self._connection, damaged=damaged) as own:
            yield from stream(own, _ALL)

    def seen(self) -> Iterator[Seen]:
        """Yield what the rows say."""
        for block in self.rows():
            for _, seq, moment, act, author, role, subject, what, why, _, _ in block:
                access = Access(
                    act=act, author=author, role=role, subject=subject, what=what, why=why
                )
                yield Seen(seq=seq, moment=moment, access=access)
