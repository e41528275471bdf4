"""A trigger or its function that only looks like the one that was set is noticed at start."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import DatabaseError

from databases import STUDY_ID, an_address, draft, on, server, write
from petrial.adapters.store.audit import verify
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import DjangoLedger, create_ledger, open_ledger
from petrial.adapters.store.triggers import set_triggers
from petrial.vocabulary.errors import LedgerError

DROP = "DROP TRIGGER ledger_fact_grows ON ledger_fact"
ALWAYS = "ALTER TABLE ledger_fact ENABLE ALWAYS TRIGGER ledger_fact_grows"
BODY = "BEGIN RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP; RETURN NULL; END"


def made_as(what: str, function: str = "ledger_refuse()") -> tuple[str, ...]:
    """Return what puts another trigger of the same name in the place of the true one."""
    return (
        DROP,
        f"CREATE TRIGGER ledger_fact_grows BEFORE {what} EXECUTE FUNCTION {function}",
        ALWAYS,
    )


WHOLE = "UPDATE OR DELETE OR TRUNCATE ON ledger_fact FOR EACH STATEMENT"
WEAKENED = {
    "one column only": made_as("UPDATE OF reason OR DELETE OR TRUNCATE ON ledger_fact"),
    "arguments": made_as(WHOLE, "ledger_refuse('x')"),
    "a condition": made_as(f"{WHOLE} WHEN (false)"),
    "per row": (
        DROP,
        (
            "CREATE TRIGGER ledger_fact_grows BEFORE UPDATE OR DELETE ON ledger_fact "
            "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
        ),
        ALWAYS,
    ),
    "a function of the same name elsewhere": (
        "CREATE SCHEMA elsewhere",
        (
            "CREATE FUNCTION elsewhere.ledger_refuse() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$ {BODY} $$"
        ),
        *made_as(WHOLE, "elsewhere.ledger_refuse()"),
    ),
    "another body": (
        (
            "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN RETURN NULL; END $$"
        ),
    ),
    "settings of the function": ("ALTER FUNCTION ledger_refuse() SET search_path TO pg_temp",),
    "rights of the function's owner": ("ALTER FUNCTION ledger_refuse() SECURITY DEFINER",),
}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, DjangoLedger]]:
    """Give a ledger on PostgreSQL, and its address."""
    with an_address("postgresql", tmp_path) as address:
        made = create_ledger(address, STUDY_ID, Keys.create(tmp_path / "keys"))
        yield address, made
        made.close()


@pytest.mark.parametrize("weaker", WEAKENED)
def test_a_trigger_with_another_definition_is_another(
    served: tuple[str, DjangoLedger], weaker: str
) -> None:
    address, made = served
    for statement in WEAKENED[weaker]:
        on(address, statement)
    with pytest.raises(LedgerError, match=r"triggers of ledger_.*ledger_.* is another"):
        open_ledger(address, STUDY_ID, made.keys)
    set_triggers("petrial_ledger", made.connection.alias)
    open_ledger(address, STUDY_ID, made.keys).close()


def test_the_study_is_stated_once(ledger: DjangoLedger) -> None:
    """A second row would keep the ledger from opening for everybody."""
    with ledger.connection.cursor() as cursor:
        for statement in (
            "INSERT INTO ledger_study (study, vault_key, public_key) VALUES ('x', 'y', 'z')",
            "INSERT INTO ledger_study SELECT study || 'x', vault_key, public_key FROM ledger_study",
        ):
            with pytest.raises(DatabaseError, match="ledger_study has its one row"):
                cursor.execute(statement)
    write(ledger, "S-001", draft("asat"))
    assert verify(ledger).whole


def test_two_rows_at_once_do_not_found_a_study(served: tuple[str, DjangoLedger]) -> None:
    address, _ = served
    on(address, "CREATE TABLE fresh AS SELECT * FROM ledger_study")
    with psycopg.connect(address) as connection:
        connection.execute("ALTER TABLE ledger_study DISABLE TRIGGER ledger_study_grows")
        connection.execute("DELETE FROM ledger_study")
        with pytest.raises(psycopg.errors.RaiseException, match="ledger_study has its one row"):
            connection.execute(
                "INSERT INTO ledger_study SELECT study || n, vault_key, public_key "
                "FROM fresh, generate_series(1, 2) n"
            )
        connection.rollback()


def told(ledger: DjangoLedger) -> list[str]:
    """Return what the guards of a ledger name."""
    return [problem.field for problem in ledger.guards]


def test_the_working_role_only_reads_which_study_it_is(tmp_path: Path) -> None:
    role = f"worker_{secrets.token_hex(6)}"
    with an_address("postgresql", tmp_path) as owner:
        on(server(), f"CREATE ROLE {role} LOGIN PASSWORD 'worker'")
        parts = urlsplit(owner)
        host = parts.netloc.rpartition("@")[2]
        worker = urlunsplit(parts._replace(netloc=f"{role}:worker@{host}"))
        made = create_ledger(worker, STUDY_ID, Keys.create(tmp_path / "keys"), owner=owner)
        try:
            assert told(made) == []
            with psycopg.connect(worker) as connection:
                insert = "INSERT INTO ledger_study VALUES ('other', 'x', 'y')"
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(insert.encode())
            on(owner, f"GRANT INSERT ON ledger_study TO {role}")
            assert told(made) == ["role that works with ledger_study"]
        finally:
            made.close()
            on(owner, f"DROP OWNED BY {role}")
            on(owner, f"DROP ROLE {role}")
