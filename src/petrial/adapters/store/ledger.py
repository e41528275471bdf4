"""The ledger of a study: made, opened, read; writing goes through its units of work."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from petrial.adapters.store import framework
from petrial.adapters.store.access.chain import AccessChain
from petrial.adapters.store.addresses import Address, access_path
from petrial.adapters.store.files import make_files, opened_files
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.refusals import refusing
from petrial.adapters.store.roles import grant, guards
from petrial.adapters.store.rows import (
    ACROSS,
    CURRENT,
    Row,
    facts_of,
    reading,
    stream_of,
    stream_upto,
)
from petrial.adapters.store.triggers import GROWING, assert_set
from petrial.adapters.store.unit import DjangoUnit, texts_of
from petrial.adapters.store.vault import Vault
from petrial.conduct.ledger import Access, Clock, Seen
from petrial.subjects.chain import Head
from petrial.subjects.facts import STUDY, Fact
from petrial.vocabulary.errors import LedgerError, Problem

__all__ = ["DjangoLedger", "create_ledger", "open_ledger"]

LEDGER, ACCESS = GROWING


class DjangoLedger:
    """The facts of one study in a database; see ``petrial.conduct.ledger.Ledger``."""

    def __init__(self, address: Address, study: str, keys: Keys, clock: Clock) -> None:
        self.address = address
        self.keys = keys
        self.vault = Vault(keys.vault, study)
        self._study = study
        self._alias = framework.register(address.facts)
        self._access = framework.register(address.access)
        purposes = Vault(keys.vault, study, "ledger_access_vault")
        self.accesses = AccessChain(self._access, study, clock, purposes)

    @property
    def study(self) -> str:
        """Identifier of the study, as it stands in each fact."""
        return self._study

    @property
    def connection(self) -> Any:  # noqa: ANN401  Django has no types
        """Connection of this thread to the database of facts."""
        return connections[self._alias]

    @property
    def guards(self) -> tuple[Problem, ...]:
        """What would let the role in use change facts, or others read files; empty for nothing."""
        if self.address.path is not None:
            return tuple(opened_files(self.address.path, self.address.text))
        with refusing(self.address.text):
            return guards(self.connection, self.address.text)

    def close(self) -> None:
        """Close this thread's connections; the ledger cannot be used after it."""
        framework.forget(self._alias)
        framework.forget(self._access)

    def unit(self) -> DjangoUnit:
        """Return a new unit of work, not yet begun."""
        return DjangoUnit(self._alias, self._study, self.vault)

    def subjects(self) -> Mapping[str, str]:
        """Return the site of each subject, by subject, in order; not the study's own chain."""
        rows = self._found(
            "SELECT subject, site FROM ledger_head "
            "WHERE seq > 0 AND subject <> %s ORDER BY subject",
            STUDY,
        )
        return dict(rows)

    def current(self, subject: str) -> Sequence[Fact]:
        """Return the newest fact at each place of a chain, in order of numbers, unlocked."""
        return facts_of(self._found(CURRENT, subject, subject))

    def across(self, form: str, item: str) -> Sequence[Fact]:
        """Return the newest facts of one item over all subjects, ordered by subject and number."""
        return facts_of(self._found(ACROSS, form, item, STUDY))

    def opened(self, facts: Sequence[Fact]) -> Mapping[str, str]:
        """Return the text of the sealed values and reasons among ``facts``, by commitment."""
        with refusing("vault"):
            return self.vault.opened(self.connection, texts_of(facts))

    def heads(self) -> Sequence[Head]:
        """Return the end of each chain, ordered by subject, the study's own among them."""
        rows = self._found(
            "SELECT subject, seq, hash FROM ledger_head WHERE seq > 0 ORDER BY subject"
        )
        return [Head(*row) for row in rows]

    def facts(
        self, subject: str | None = None, upto: Mapping[str, int] | None = None
    ) -> Iterator[Fact]:
        """Yield facts by subject and number; of one subject, or of all.

        ``upto`` pins the last number of each chain; chains that it does not name are left out.
        """
        if subject is not None and upto is None:
            with refusing(f"chain of {subject}"), reading(self.connection) as own:
                for block in stream_of(own, subject):
                    yield from facts_of(block)
            return
        if subject is not None and upto is not None:
            upto = {name: seq for name, seq in upto.items() if name == subject}
        for some in self.rows(upto):
            yield from facts_of(some)

    def rows(self, upto: Mapping[str, int] | None = None) -> Iterator[Sequence[tuple[object, ...]]]:
        """Yield the same facts of all chains as tuples of the fields of ``Fact``, in blocks."""
        with refusing(f"study {self._study}"), reading(self.connection) as own:
            yield from stream_upto(own, upto)

    def protocol_text(self, digest: str) -> str:
        """Return the text of a protocol file that was kept.

        Raises
        ------
        LedgerError
            There is none with this hash, or it is another text.
        """
        rows = self._found("SELECT text FROM ledger_protocol WHERE sha256 = %s", digest)
        if not rows or hashlib.sha256(rows[0][0].encode()).hexdigest() != digest:
            raise LedgerError(
                where=f"study {self._study}",
                field=f"protocol {digest[:12]}",
                got="another text" if rows else None,
                wanted="the text of the protocol that was adopted",
                do="restore the ledger from a backup",
            )
        return str(rows[0][0])

    def saw(self, access: Access) -> None:
        """Add a row to the access chain, in a transaction of its own."""
        self.accesses.append(access)

    def erase_purposes(self, numbers: Sequence[int]) -> int:
        """Erase why someone looked, in rows of the access chain; return how many there were."""
        return self.accesses.erase(numbers)

    def seen(self) -> Iterator[Seen]:
        """Yield the rows of the access chain, in order."""
        return self.accesses.seen()

    def _found(self, statement: str, *parameters: object) -> list[Row]:
        with refusing(f"study {self._study}"), self.connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())


def create_ledger(
    address: str,
    study: str,
    keys: Keys,
    *,
    owner: str | None = None,
    clock: Clock = timezone.now,
) -> DjangoLedger:
    """Make the tables of a new ledger, set its triggers, and open it.

    Parameters
    ----------
    address
        As ``Address.of`` takes it; on a server the database is there and empty.
    study
        Identifier of the study, as it will stand in each fact.
    keys
        Of this study; a ledger opens with no others.
    owner
        On PostgreSQL, address of the same database for the role that is to own the tables; the
        role in ``address`` then may only read and add.
    clock
        Tells the moments of the access chain.

    Raises
    ------
    LedgerError
        There is a ledger already, or the database cannot be reached.
    """
    where = Address.of(address)
    if where.path is not None and (where.path.exists() or access_path(where.path).exists()):
        raise _there_already(where)
    maker = DjangoLedger(Address.of(owner or address), study, keys, clock)
    try:
        with refusing(where.text):
            if where.path is not None:
                make_files(where.path)
            _make(maker)
            if owner is not None:
                grant(maker.connection, str(where.facts["USER"]))
    finally:
        maker.close()
    return open_ledger(address, study, keys, clock=clock)


def _make(ledger: DjangoLedger) -> None:
    if "ledger_study" in ledger.connection.introspection.table_names():
        raise _there_already(ledger.address)
    _assert_utf8(ledger)
    for alias, label in _parts(ledger):
        call_command("migrate", label, database=alias, interactive=False, verbosity=0)
    with ledger.connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_study (study, vault_key, public_key) VALUES (%s, %s, %s)",
            [ledger.study, ledger.keys.fingerprint, ledger.keys.public],
        )


def _assert_utf8(ledger: DjangoLedger) -> None:
    if ledger.connection.vendor != "postgresql":
        return
    with ledger.connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        (encoding,) = cursor.fetchone()
    if encoding != "UTF8":
        raise LedgerError(
            where=ledger.address.text,
            field="encoding",
            got=encoding,
            wanted="UTF8",
            do="make the database with ENCODING 'UTF8' TEMPLATE template0",
        )


def open_ledger(
    address: str, study: str, keys: Keys, *, clock: Clock = timezone.now
) -> DjangoLedger:
    """Open a ledger; parameters as those of ``create_ledger``.

    Raises
    ------
    LedgerError
        There is none, it is another study's, it was made with other keys, a migration is missing,
        or a trigger is missing, switched off or another.
    """
    where = Address.of(address)
    if where.path is not None and not where.path.exists():
        raise _none_there(where)
    ledger = DjangoLedger(where, study, keys, clock)
    try:
        _assert_sound(ledger)
    except BaseException:
        ledger.close()
        raise
    return ledger


def _parts(ledger: DjangoLedger) -> tuple[tuple[str, str], ...]:
    return ((ledger.connection.alias, LEDGER), (ledger.accesses.alias, ACCESS))


def _assert_sound(ledger: DjangoLedger) -> None:
    where = ledger.address
    with refusing(where.text):
        for alias, label in _parts(ledger):
            executor = MigrationExecutor(connections[alias])
            wanted = [node for node in executor.loader.graph.leaf_nodes() if node[0] == label]
            missing = executor.migration_plan(wanted)
            if missing:
                if "ledger_study" not in ledger.connection.introspection.table_names():
                    raise _none_there(where)
                raise LedgerError(
                    where=where.text,
                    field="migrations",
                    got=f"without {missing[0][0].name}",
                    wanted="all migrations of this version of petrial",
                    do="open it with the version of petrial that the study uses",
                )
            assert_set(label, alias, where.text)
        _assert_same_study(ledger)


def _assert_same_study(ledger: DjangoLedger) -> None:
    with ledger.connection.cursor() as cursor:
        cursor.execute("SELECT study, vault_key, public_key FROM ledger_study")
        rows = cursor.fetchall()
    wanted = (ledger.study, ledger.keys.fingerprint, ledger.keys.public)
    found = rows[0] if len(rows) == 1 else ("no study, or several", "", "")
    for field, got, want in zip(("study", "vault key", "signing key"), found, wanted, strict=True):
        if got != want:
            raise LedgerError(
                where=ledger.address.text,
                field=field,
                got=str(got)[:16],
                wanted=want[:16] if field == "study" else f"that of study {ledger.study}",
                do="open the ledger with its own study's name and keys (PETRIAL_KEYS)",
            )


def _there_already(where: Address) -> LedgerError:
    return LedgerError(
        where=where.text,
        field="ledger",
        got="a ledger, or a file of that name",
        wanted="none yet",
        do="open it, or name another place; a ledger is never written over",
    )


def _none_there(where: Address) -> LedgerError:
    return LedgerError(
        where=where.text,
        field="ledger",
        got=None,
        wanted="the ledger of the study",
        do="name the folder of the study with --study, or make one with `petrial study init`",
    )
