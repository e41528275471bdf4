"""Databases for tests: a fresh one for each, on SQLite, and on PostgreSQL where there is a server.

``PETRIAL_POSTGRES`` is the address of a server on which databases may be made, such as
``postgresql://petrial:petrial@localhost/postgres``; ``.ci/run`` starts one.
"""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from petrial.adapters.store.addresses import access_path
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import DjangoLedger, create_ledger
from petrial.adapters.store.triggers import GROWING
from petrial.conduct.ledger import Stamp
from petrial.subjects.facts import FACT_FIELDS, Draft, Place

__all__ = [
    "DATABASES",
    "ERASED",
    "STAMP",
    "STUDY_ID",
    "Intruder",
    "address",
    "an_address",
    "draft",
    "intruder",
    "ledger",
    "on",
    "server",
    "write",
]

DATABASES = ("sqlite", "postgresql")
STUDY_ID = "IMPACT"
STAMP = Stamp(
    act="record",
    site="Groningen",
    author="anna",
    role="nurse",
    protocol="1.0",
    recorded=datetime(2024, 5, 21, 8, 42, tzinfo=UTC),
)


ERASED = Draft(place=Place("@own", 1, "@subject", 1, "erased"), value="yes")
"""That the texts of a subject were erased."""


def server() -> str:
    """Return the address of the PostgreSQL server, or skip with the reason."""
    address = os.environ.get("PETRIAL_POSTGRES")
    if not address:
        pytest.skip("needs a PostgreSQL server: set PETRIAL_POSTGRES to its address")
    return address


def on(address: str, statement: str) -> None:
    """Run a statement on a server, outside a transaction."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def an_address(kind: str, folder: Path) -> Iterator[str]:
    """Give the address of a database that is not there yet, or empty, and remove it at the end."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'study.sqlite3'}"
        return
    name = f"petrial_test_{secrets.token_hex(6)}"
    on(server(), f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    try:
        yield urlunsplit(urlsplit(server())._replace(path=f"/{name}"))
    finally:
        on(server(), f"DROP DATABASE {name} WITH (FORCE)")


def draft(item: str, value: str | None = "7", *, sealed: bool = False, reason: str = "") -> Draft:
    """Return a draft of an item of the first laboratory form."""
    place = Place("screening", 1, "laboratory", 1, item)
    absent = "" if value is not None else "unknown"
    return Draft(place=place, value=value, absent=absent, sealed=sealed, reason=reason)


def write(ledger: DjangoLedger, subject: str, *drafts: Draft) -> None:
    """Append drafts in a unit of work of their own."""
    with ledger.unit() as unit:
        unit.append(subject, drafts, STAMP)
        unit.commit()


@pytest.fixture(params=DATABASES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database on each kind in turn, without a ledger."""
    with an_address(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def ledger(address: str, tmp_path: Path) -> Iterator[DjangoLedger]:
    """Give a new ledger on each kind of database in turn."""
    made = create_ledger(address, STUDY_ID, Keys.create(tmp_path / "keys"))
    yield made
    made.close()


class Intruder:
    """Someone with all rights on the database, who takes the triggers away and changes rows."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._disarmed = False

    def do(self, statement: str, *parameters: object) -> None:
        """Run a statement, with ``?`` for each parameter."""
        self.do_all((statement, parameters))

    def do_all(self, *statements: tuple[str, tuple[object, ...]]) -> None:
        """Run statements in one transaction."""
        if self._address.startswith("sqlite"):
            self._on_sqlite(statements)
        else:
            with psycopg.connect(self._address) as connection:
                self._disarm(connection)
                for statement, parameters in statements:
                    connection.execute(statement.replace("?", "%s").encode(), parameters)

    def rows(self, subject: str) -> list[tuple[object, ...]]:
        """Return the rows of a chain."""
        columns = ", ".join(FACT_FIELDS)
        found = self.found(f"SELECT {columns} FROM ledger_fact ORDER BY seq")  # noqa: S608  own names
        return [row for row in found if row[2] == subject]

    def found(self, statement: str) -> list[tuple[object, ...]]:
        """Return what a statement finds."""
        if self._address.startswith("sqlite"):
            with closing(sqlite3.connect(self._address.removeprefix("sqlite:///"))) as connection:
                return connection.execute(statement).fetchall()
        with psycopg.connect(self._address) as connection:
            return connection.execute(statement.encode()).fetchall()

    def _on_sqlite(self, statements: tuple[tuple[str, tuple[object, ...]], ...]) -> None:
        path = Path(self._address.removeprefix("sqlite:///"))
        if any("ledger_access" in statement for statement, _ in statements):
            path = access_path(path)
        with closing(sqlite3.connect(path)) as connection, connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in names.fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            for statement, parameters in statements:
                connection.execute(statement, parameters)

    def _disarm(self, connection: psycopg.Connection) -> None:
        if not self._disarmed:
            for table in (table for tables in GROWING.values() for table in tables):
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
        self._disarmed = True


@pytest.fixture
def intruder(ledger: DjangoLedger, address: str) -> Intruder:
    """Return someone who can change the database of ``ledger`` behind its back."""
    assert ledger.study == STUDY_ID
    return Intruder(address)
