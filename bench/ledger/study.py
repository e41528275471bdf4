"""The study that holds the cohort: founded, peopled and opened by the acts of petrial."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.ledger.cohort import NOW
from bench.ledger.place import Place
from petrial.adapters.files.protocol import built_in_text, parse_protocol
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import DjangoLedger, create_ledger, open_ledger
from petrial.conduct.desk import Desk
from petrial.conduct.enrolment import Answers, consent, register
from petrial.conduct.study import found, grant
from petrial.protocol.model import Protocol, Role
from petrial.subjects.records import Given
from petrial.subjects.study import ALL_SITES

__all__ = [
    "PROTOCOL",
    "create",
    "desk_of",
    "engine_of",
    "megabytes_of",
    "new_database",
    "opened",
    "the_protocol",
]

PROTOCOL: Final = "impact-mbc"
STUDY: Final = "BENCH"
_PEOPLE: Final = {
    "nurse": Role.SITE_NURSE,
    "manager": Role.DATA_MANAGER,
    "monitor": Role.MONITOR,
}


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """Make an empty database on a PostgreSQL server, give its address, and drop it at the end."""
    name = f"petrial_bench_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0".encode())
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _now() -> datetime:
    return NOW


def _drawn(lowest: int, _highest: int) -> int:
    return lowest


@lru_cache(maxsize=1)
def _parsed(text: str, where: str) -> Protocol:
    return parse_protocol(text, where)


def the_protocol() -> Protocol:
    """Return the built-in protocol."""
    return _parsed(built_in_text(PROTOCOL), PROTOCOL)


def desk_of(ledger: DjangoLedger, user: str) -> Desk:
    """Return the desk of a person of the study."""
    return Desk(ledger=ledger, clock=_now, user=user, via="", role=None, parse=_parsed, draw=_drawn)


def create(place: Place) -> None:
    """Found the study, give its people their roles, register all subjects with their consents."""
    ledger = create_ledger(place.address, STUDY, Keys.create(place.folder / "keys"))
    protocol = the_protocol()
    try:
        found(ledger, built_in_text(PROTOCOL), protocol, "administrator", NOW)
        for user, role in _PEOPLE.items():
            grant(desk_of(ledger, "administrator"), user, role, ALL_SITES)
        nurse = desk_of(ledger, "nurse")
        for number, subject in enumerate(place.cohort.names):
            site = protocol.sites[number % len(protocol.sites)]
            register(nurse, site.code, subject)
            said = {one.name: Given.GIVEN for one in protocol.consents}
            day = place.cohort.screened(number)
            consent(nurse, subject, Answers(given=said, on=day, form_version="1.0"))
    finally:
        ledger.close()


@contextmanager
def opened(place: Place) -> Iterator[DjangoLedger]:
    """Open the ledger of a study."""
    ledger = open_ledger(place.address, STUDY, Keys.read(place.folder / "keys"))
    try:
        yield ledger
    finally:
        ledger.close()


def engine_of(ledger: DjangoLedger) -> str:
    """Return the version of the database."""
    if ledger.connection.vendor == "sqlite":
        return sqlite3.sqlite_version
    return ".".join(map(str, divmod(ledger.connection.pg_version, 10_000)))


def megabytes_of(ledger: DjangoLedger) -> float:
    """Return the size of the database in MB of 10^6 bytes, indexes and logs of SQLite included."""
    path = ledger.address.path
    if path is None:
        with ledger.connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return float(cursor.fetchone()[0]) / 1e6
    return sum(one.stat().st_size for one in path.parent.glob(f"{path.name}*")) / 1e6
