"""The unit of work: one transaction that locks the chains it touches and appends to them."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, Self

from django.db import connections, transaction

from petrial.adapters.store.appending import Newest, Writer, assert_in_time
from petrial.adapters.store.refusals import refusing
from petrial.adapters.store.rows import CURRENT, Row, facts_of, place_of, stream_of
from petrial.adapters.store.vault import Vault
from petrial.conduct.ledger import Stamp
from petrial.subjects.chain import ORIGIN, Head
from petrial.subjects.facts import Draft, Fact, Place
from petrial.vocabulary.errors import LedgerError

__all__ = ["DjangoUnit", "texts_of"]

_KEPT: Final = 8  # chains whose places are remembered within a unit
_HEAD: Final = "SELECT seq, hash FROM ledger_head WHERE subject = %s"
_NEW_HEAD: Final = (
    "INSERT INTO ledger_head (subject, site, seq, hash) VALUES (%s, '', 0, %s) "
    "ON CONFLICT (subject) DO NOTHING"
)
_LATEST: Final = "SELECT max(recorded) FROM ledger_fact WHERE subject = %s"
_KEEP: Final = (
    "INSERT INTO ledger_protocol (sha256, text) SELECT %s, %s WHERE NOT EXISTS "
    "(SELECT 1 FROM ledger_protocol WHERE sha256 = %s) ON CONFLICT (sha256) DO NOTHING"
)


class DjangoUnit:
    """A transaction on the ledger; see ``petrial.conduct.ledger.UnitOfWork``."""

    def __init__(self, alias: str, study: str, vault: Vault) -> None:
        self._alias = alias
        self._study = study
        self._vault = vault
        self._atomic: Any = None
        self._failed = False
        self._heads: dict[str, Head] = {}
        self._shared: set[str] = set()
        self._latest: dict[str, str] = {}
        self._places: OrderedDict[str, dict[Place, Newest]] = OrderedDict()

    @property
    def _connection(self) -> Any:  # noqa: ANN401  Django has no types
        return connections[self._alias]

    def __enter__(self) -> Self:
        """Begin; on SQLite nobody else writes from here on."""
        atomic = transaction.atomic(using=self._alias, durable=True)
        with refusing(f"study {self._study}"):
            atomic.__enter__()
        self._atomic = atomic
        self._failed = False
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; undo what was not committed."""
        if self._atomic is not None:
            transaction.set_rollback(True, using=self._alias)
            self._end()

    def _end(self) -> None:
        atomic, self._atomic = self._atomic, None
        self._heads.clear()
        self._shared.clear()
        self._latest.clear()
        self._places.clear()
        with refusing(f"study {self._study}"):
            atomic.__exit__(None, None, None)

    def commit(self) -> None:
        """Make it last. Nothing can be appended after it.

        Raises
        ------
        LedgerError
            Part of it was refused before: all of it is stored, or nothing.
        """
        self._begun()
        if self._failed:
            raise LedgerError(
                where=f"study {self._study}",
                field="unit of work",
                got="a part that was refused",
                wanted="all parts accepted: an act is stored whole or not at all",
                do="begin a new unit of work without that part",
            )
        self._end()

    def _begun(self) -> None:
        if self._atomic is None:
            raise LedgerError(
                where=f"study {self._study}",
                field="unit of work",
                got="one that has not begun, or is committed",
                wanted="an open unit of work",
                do="begin a new one: `with ledger.unit() as unit`",
            )

    @contextmanager
    def _working(self, where: str) -> Iterator[None]:
        self._begun()
        try:
            with refusing(where):
                yield
        except BaseException:
            self._failed = True
            raise

    def current(self, subject: str) -> Sequence[Fact]:
        """Return the newest fact at each place of a chain, in order of numbers; lock the chain."""
        with self._working(f"chain of {subject}"):
            self._lock(subject)
            rows = self._current_rows(subject)
            self._remember(subject, rows)
            return facts_of(rows)

    def shared(self, subject: str) -> Sequence[Fact]:
        """Return the newest fact at each place of a chain; it stays as it is until the end.

        Others may share it too; who writes to it waits. SQLite lets one unit work at a time anyway.
        """
        with self._working(f"chain of {subject}"):
            if subject not in self._heads:
                self._shared.add(subject)
                if self._connection.vendor == "postgresql":
                    with self._connection.cursor() as cursor:
                        cursor.execute(f"{_HEAD} FOR SHARE", [subject])
            return facts_of(self._current_rows(subject))

    def facts(self, subject: str) -> Sequence[Fact]:
        """Return all facts of a chain, those that were replaced too; lock the chain."""
        with self._working(f"chain of {subject}"):
            self._lock(subject)
            return [
                fact for block in stream_of(self._connection, subject) for fact in facts_of(block)
            ]

    def opened(self, facts: Sequence[Fact]) -> Mapping[str, str]:
        """Return the text of the sealed values and reasons among ``facts``, by commitment."""
        with self._working("vault"):
            return self._vault.opened(self._connection, texts_of(facts))

    def append(self, subject: str, drafts: Sequence[Draft], stamp: Stamp) -> Sequence[Fact]:
        """Append to a chain, seal what is to be sealed, and bring the projection up to date.

        Raises
        ------
        LedgerError
            A draft replaces what is no longer the newest fact at its place, or would replace
            one without saying so; it cannot be stored in both databases; or it is recorded more
            than five minutes before what stands in the chain, or after a server's now.
        """
        if not drafts:
            return []
        with self._working(f"chain of {subject}"):
            head = self._lock(subject)
            latest = self._in_time(subject, stamp)
            places = self._places.get(subject)
            if places is None:
                places = self._remember(subject, self._current_rows(subject))
            writer = Writer(self._study, subject, stamp, self._vault)
            facts = writer.chain(drafts, head, places)
            writer.store(self._connection)
        self._heads[subject] = Head(subject, facts[-1].seq, facts[-1].hash)
        self._latest[subject] = max(latest, facts[-1].recorded)
        return facts

    def erase(self, commitments: Sequence[str]) -> int:
        """Erase sealed texts with their salts; return how many there were."""
        with self._working("vault"):
            return self._vault.erase(self._connection, commitments)

    def keep_protocol(self, text: str) -> str:
        """Keep the text of a protocol file; return its SHA-256, under which it is found."""
        digest = hashlib.sha256(text.encode()).hexdigest()
        with self._working("protocol"), self._connection.cursor() as cursor:
            cursor.execute(_KEEP, [digest, text, digest])
        return digest

    def _lock(self, subject: str) -> Head:
        known = self._heads.get(subject)
        if known is not None:
            return known
        if subject in self._shared:
            raise LedgerError(
                where=f"chain of {subject}",
                field="unit of work",
                got="a chain that it shares with others",
                wanted="a chain that was locked for writing first",
                do="read it with `current` before anything else where it is to be written",
            )
        statement = _HEAD
        with self._connection.cursor() as cursor:
            if self._connection.vendor == "postgresql":  # a new chain has to be locked too
                cursor.execute(_NEW_HEAD, [subject, ORIGIN])
                statement += " FOR UPDATE"
            cursor.execute(statement, [subject])
            row = cursor.fetchone()
        head = Head(subject) if row is None else Head(subject, *row)
        self._heads[subject] = head
        return head

    def _in_time(self, subject: str, stamp: Stamp) -> str:
        """Return the latest moment of a chain, after checking that the act does not precede it."""
        latest, server = self._latest.get(subject), None
        with self._connection.cursor() as cursor:
            if latest is None:
                cursor.execute(_LATEST, [subject])
                latest = cursor.fetchone()[0] or ""
            if self._connection.vendor == "postgresql":
                cursor.execute("SELECT clock_timestamp()")
                server = cursor.fetchone()[0]
        assert_in_time(stamp.recorded, latest, subject, server)
        return latest

    def _current_rows(self, subject: str) -> list[Row]:
        with self._connection.cursor() as cursor:
            cursor.execute(CURRENT, [subject, subject])
            return list(cursor.fetchall())

    def _remember(self, subject: str, rows: list[Row]) -> dict[Place, Newest]:
        places = {place_of(row): Newest.of(row) for row in rows}
        self._places[subject] = places
        self._places.move_to_end(subject)
        while len(self._places) > _KEPT:
            self._places.popitem(last=False)
        return places


def texts_of(facts: Sequence[Fact]) -> list[str]:
    """Return the commitments to sealed values and reasons among ``facts``."""
    found = [fact.value for fact in facts if fact.sealed and fact.value is not None]
    return found + [fact.reason for fact in facts if fact.reason]
