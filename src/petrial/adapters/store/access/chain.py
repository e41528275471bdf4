"""Writes and reads the access chain."""

import re
from collections.abc import Generator, Iterator, Sequence
from typing import Any, Final

from django.db import connections, transaction

from petrial.adapters.store.appending import moment_text
from petrial.adapters.store.checkpoints import ACCESS_CHAIN
from petrial.adapters.store.refusals import refusing
from petrial.adapters.store.rows import Row, reading, stream
from petrial.adapters.store.vault import Vault
from petrial.conduct.ledger import Access, Clock, Seen
from petrial.subjects.chain import ORIGIN, Head, row_digest
from petrial.vocabulary.errors import LedgerError

__all__ = ["ACCESS_FIELDS", "WHY", "AccessChain"]

ACCESS_FIELDS: Final = (
    *("study", "seq", "moment", "act", "author", "role", "subject", "what", "why"),
    *("previous", "hash"),
)
"""Columns of the access chain, in the order of the canonical bytes."""

WHY: Final = ACCESS_FIELDS.index("why")
_COLUMNS: Final = ", ".join(ACCESS_FIELDS)
_LAST: Final = "SELECT seq, hash FROM ledger_access ORDER BY seq DESC LIMIT 1"
_INSERT: Final = (
    f"INSERT INTO ledger_access ({_COLUMNS}) "  # noqa: S608  own names
    f"VALUES ({', '.join(['%s'] * len(ACCESS_FIELDS))})"
)
_ALL: Final = f"SELECT {_COLUMNS} FROM ledger_access ORDER BY seq"  # noqa: S608  own names
_WHYS: Final = "SELECT why FROM ledger_access WHERE seq = %s AND why <> ''"
_NAMES: Final = re.compile(r"[\w@*][\w@*./\[\], -]*")
_ERASED: Final = "(erased)"
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('ledger_access'))"


class AccessChain:
    """Who saw or exported what: a chain of its own, so that reading never queues behind writing."""

    def __init__(self, alias: str, study: str, clock: Clock, vault: Vault) -> None:
        self.alias = alias
        self.vault = vault
        self._study = study
        self._clock = clock

    @property
    def _connection(self) -> Any:  # noqa: ANN401  Django has no types
        return connections[self.alias]

    def append(self, access: Access) -> None:
        """Add a row, in a transaction of its own; the purpose is sealed.

        Raises
        ------
        LedgerError
            What was seen is not told by names, or the purpose is no text.
        """
        _assert_fit(access)
        why, ciphertext = self.vault.seal(access.why) if access.why else ("", b"")
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
                *(access.subject, access.what, why, previous),
            )
            cursor.execute(_INSERT, (*row, row_digest((*row, ""))))
            if why:
                self.vault.keep(self._connection, [(why, ciphertext)])

    def erase(self, numbers: Sequence[int]) -> int:
        """Erase the purposes of rows; return how many there were. The rows stay as they are."""
        with (
            refusing("access chain"),
            transaction.atomic(using=self.alias),
            self._connection.cursor() as cursor,
        ):
            sealed = []
            for number in numbers:
                cursor.execute(_WHYS, [number])
                sealed += [row[0] for row in cursor.fetchall()]
            return self.vault.erase(self._connection, sealed)

    def head(self) -> Head:
        """Return the end of the chain, under the name by which checkpoints know it."""
        with refusing("access chain"), self._connection.cursor() as cursor:
            cursor.execute(_LAST)
            row = cursor.fetchone()
        return Head(ACCESS_CHAIN) if row is None else Head(ACCESS_CHAIN, *row)

    def rows(self) -> Iterator[list[Row]]:
        """Yield the rows as tuples of ``ACCESS_FIELDS``, in order, in blocks."""
        with refusing("access chain"), reading(self._connection) as own:
            yield from self.rows_of(own)

    def rows_of(self, own: Any) -> Generator[list[Row], None, None]:  # noqa: ANN401
        """Yield the same on a connection from ``reading``."""
        yield from stream(own, _ALL)

    def seen(self) -> Iterator[Seen]:
        """Yield what the rows say; of an erased purpose, that it is."""
        for block in self.rows():
            with refusing("access chain"):
                texts = self.vault.opened(self._connection, [row[WHY] for row in block])
            for _, seq, moment, act, author, role, subject, what, why, _, _ in block:
                access = Access(
                    act=act,
                    author=author,
                    role=role,
                    subject=subject,
                    what=what,
                    why=texts.get(why, _ERASED) if why else "",
                )
                yield Seen(seq=seq, moment=moment, access=access)


def _assert_fit(access: Access) -> None:
    try:
        access.why.encode()
    except UnicodeEncodeError:
        field, got, wanted = "why", "characters that are no text", "a purpose in words"
    else:
        if _NAMES.fullmatch(access.what):
            return
        field, got = "what", access.what
        wanted = "names of groups, forms or kinds of file"
    raise LedgerError(
        where="access chain",
        field=field,
        got=ascii(got),
        wanted=wanted,
        do="say why in the purpose, which can be erased; nothing was shown",
    )
