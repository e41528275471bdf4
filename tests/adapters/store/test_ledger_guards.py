"""What keeps the ledger from being changed: triggers, roles, and what is asserted at start."""

import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connections

from databases import ERASED, STAMP, STUDY_ID, an_address, draft, on, server, write
from petrial.adapters.store.audit import rebuild_projection, seal, verify
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import DjangoLedger, create_ledger, open_ledger
from petrial.adapters.store.triggers import GROWING, set_triggers
from petrial.conduct.ledger import Access
from petrial.subjects.facts import FACT_FIELDS
from petrial.vocabulary.errors import LedgerError

FACTS_TABLES = tuple(GROWING["petrial_ledger"])
NOTHING = "BEGIN SELECT 1; END"
HARMLESS = (
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql "
    "AS $$ BEGIN RETURN NULL; END $$"
)
NOON = datetime.fromisoformat("2024-06-01T12:00:00+02:00")


@pytest.fixture
def filled(ledger: DjangoLedger) -> DjangoLedger:
    """Return a ledger with a row in each table."""
    with ledger.unit() as unit:
        unit.keep_protocol("sites: 3\n")
        unit.commit()
    write(ledger, "S-001", draft("asat"), draft("name", "Anna", sealed=True))
    ledger.saw(Access(act="saw", author="bo", role="monitor", subject="S-001", what="all"))
    seal(ledger, NOON)
    return ledger


def run(ledger: DjangoLedger, table: str, statement: str) -> None:
    """Run a statement on the ledger's own connection."""
    alias = ledger.accesses.alias if table == "ledger_access" else ledger.connection.alias
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", [*FACTS_TABLES, "ledger_access"])
def test_what_only_grows_refuses_every_change(filled: DjangoLedger, table: str) -> None:
    column = {"ledger_study": "study", "ledger_protocol": "text"}.get(table, "hash")
    changes = [f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"]  # noqa: S608  own names
    if filled.address.path is None:
        changes += [f"TRUNCATE {table}", f"TRUNCATE {table} CASCADE"]
    else:
        changes += [
            f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",  # noqa: S608  own names
            f"REPLACE INTO {table} SELECT * FROM {table}",  # noqa: S608  own names
            f"UPDATE OR REPLACE {table} SET {column} = 'x'",  # noqa: S608  own names
        ]
    for change in changes:
        with pytest.raises(DatabaseError, match=f"{table} (only grows|has its one row)"):
            run(filled, table, change)
    assert verify(filled).whole


def test_a_row_cannot_be_replaced_by_its_hidden_number(tmp_path: Path) -> None:
    """SQLite numbers rows by itself; OR REPLACE of such a number would remove the row there."""
    made = create_ledger(f"sqlite:///{tmp_path / 's.sqlite3'}", STUDY_ID, Keys.create(tmp_path))
    write(made, "S-001", draft("asat"))
    columns = ", ".join(FACT_FIELDS)
    others = columns.replace("subject", "'S-9'")
    statement = (
        f"INSERT OR REPLACE INTO ledger_fact (rowid, {columns}) "  # noqa: S608  own names
        f"SELECT rowid, {others} FROM ledger_fact WHERE seq = 1"
    )
    with pytest.raises(DatabaseError, match="ledger_fact only grows"):
        run(made, "ledger_fact", statement)
    made.close()


@pytest.mark.parametrize("table", [*FACTS_TABLES, "ledger_access"])
def test_a_ledger_without_its_triggers_does_not_open(
    filled: DjangoLedger, address: str, table: str
) -> None:
    if filled.address.path is None:
        run(filled, table, f"DROP TRIGGER {table}_grows ON {table}")
    else:
        run(filled, table, f"DROP TRIGGER {table}_on_delete")
    with pytest.raises(LedgerError, match=f"triggers of {table}: found .* is missing"):
        open_ledger(address, STUDY_ID, filled.keys)


def test_a_trigger_switched_off_or_turned_into_another_is_noticed(
    filled: DjangoLedger, address: str
) -> None:
    sqlite = [
        (
            "DROP TRIGGER ledger_fact_on_update",
            f"CREATE TRIGGER ledger_fact_on_update BEFORE UPDATE ON ledger_fact {NOTHING}",
        ),
        (f"CREATE TRIGGER extra AFTER INSERT ON ledger_fact {NOTHING}",),
    ]
    refuse = "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
    postgresql = [
        ("ALTER TABLE ledger_fact DISABLE TRIGGER ALL",),
        ("ALTER TABLE ledger_fact ENABLE TRIGGER ALL",),  # off for a replica's session
        (
            "DROP TRIGGER ledger_fact_grows ON ledger_fact",
            f"CREATE TRIGGER ledger_fact_grows BEFORE UPDATE ON ledger_fact {refuse}",
            "ALTER TABLE ledger_fact ENABLE ALWAYS TRIGGER ledger_fact_grows",
        ),
        (HARMLESS,),
        (f"CREATE TRIGGER extra AFTER INSERT ON ledger_fact {refuse}",),
    ]
    for statements in postgresql if filled.address.path is None else sqlite:
        for statement in statements:
            run(filled, "ledger_fact", statement)
        with pytest.raises(LedgerError, match="triggers of ledger_"):
            open_ledger(address, STUDY_ID, filled.keys)
        for name in ("extra ON ledger_fact", "extra"):
            with suppress(DatabaseError):
                run(filled, "ledger_fact", f"DROP TRIGGER {name}")
        set_triggers("petrial_ledger", filled.connection.alias)
        open_ledger(address, STUDY_ID, filled.keys).close()


def test_triggers_are_set_again_after_every_migration(filled: DjangoLedger, address: str) -> None:
    there = filled.address.path is None
    run(
        filled,
        "ledger_fact",
        "DROP TRIGGER ledger_fact_" + ("grows ON ledger_fact" if there else "on_insert"),
    )
    call_command(
        "migrate",
        "petrial_ledger",
        database=filled.connection.alias,
        interactive=False,
        verbosity=0,
    )
    open_ledger(address, STUDY_ID, filled.keys).close()


def test_the_tables_are_those_that_the_migrations_make() -> None:
    call_command("makemigrations", "petrial_ledger", "petrial_access", check=True, verbosity=0)


def test_a_ledger_is_never_made_over_another(filled: DjangoLedger, address: str) -> None:
    with pytest.raises(LedgerError, match="never written over"):
        create_ledger(address, STUDY_ID, filled.keys)
    assert verify(filled).whole


def test_a_ledger_opens_with_its_own_name_and_keys_only(
    filled: DjangoLedger, address: str, tmp_path: Path
) -> None:
    other = Keys.create(tmp_path / "other")
    mixed = replace(filled.keys, signing=other.signing)
    for study, keys, field in (
        ("OTHER", filled.keys, "study: found IMPACT, wanted OTHER"),
        (STUDY_ID, other, "vault key"),
        (STUDY_ID, mixed, "signing key"),
    ):
        with pytest.raises(LedgerError, match=field):
            open_ledger(address, study, keys)


def test_where_there_is_no_ledger_none_is_opened(address: str, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="ledger: found nothing"):
        open_ledger(address, STUDY_ID, Keys.create(tmp_path / "keys"))


def test_a_database_that_cannot_hold_every_name_is_refused(tmp_path: Path) -> None:
    with an_address("postgresql", tmp_path) as address:
        name = urlsplit(address).path.strip("/")
        on(server(), f"DROP DATABASE {name}")
        on(server(), f"CREATE DATABASE {name} ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
        with pytest.raises(LedgerError, match="encoding: found LATIN1, wanted UTF8"):
            create_ledger(address, STUDY_ID, Keys.create(tmp_path / "keys"))


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite3").write_text("not a database, but long enough to look at " * 9)
    with pytest.raises(LedgerError, match="file is not a database"):
        open_ledger(f"sqlite:///{tmp_path / 'x.sqlite3'}", STUDY_ID, Keys.create(tmp_path / "keys"))


def test_a_server_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(LedgerError) as refused:
        open_ledger(
            "postgresql://nurse:secret@127.0.0.1:1/x", STUDY_ID, Keys.create(tmp_path / "keys")
        )
    assert "secret" not in str(refused.value)
    assert refused.value.problem.where == "postgresql://nurse@127.0.0.1:1/x"


@pytest.mark.parametrize(
    "address_", ["study.sqlite3", "sqlite:///", "mysql://x/y", "postgresql://"]
)
def test_an_address_of_another_kind_is_refused(address_: str, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="sqlite:///path, or postgresql"):
        open_ledger(address_, STUDY_ID, Keys.create(tmp_path / "keys"))


def test_sqlite_keeps_what_a_power_cut_would_take(tmp_path: Path) -> None:
    """Write-ahead log with full synchronisation; see sqlite.org, PRAGMA synchronous."""
    made = create_ledger(f"sqlite:///{tmp_path / 's.sqlite3'}", STUDY_ID, Keys.create(tmp_path))
    with made.connection.cursor() as cursor:
        found = {}
        for pragma in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers"):
            cursor.execute(f"PRAGMA {pragma}")
            found[pragma] = cursor.fetchone()[0]
    made.close()
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
    }
    assert (tmp_path / "s.access.sqlite3").exists()


@pytest.fixture
def roles(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Give the addresses of a fresh database for its owner, and for a role that owns nothing."""
    role = f"worker_{secrets.token_hex(6)}"
    with an_address("postgresql", tmp_path) as owner:
        on(server(), f"CREATE ROLE {role} LOGIN PASSWORD 'worker'")
        parts = urlsplit(owner)
        host = parts.netloc.rpartition("@")[2]
        try:
            yield owner, urlunsplit(parts._replace(netloc=f"{role}:worker@{host}"))
        finally:
            on(owner, f"DROP OWNED BY {role}")
            on(owner, f"DROP ROLE {role}")


def test_a_role_that_owns_nothing_does_all_work_and_can_change_no_fact(
    roles: tuple[str, str], tmp_path: Path
) -> None:
    owner, worker = roles
    made = create_ledger(worker, STUDY_ID, Keys.create(tmp_path / "keys"), owner=owner)
    assert made.guards == ()
    write(made, "S-001", draft("asat"), draft("name", "Anna", sealed=True))
    made.saw(Access(act="saw", author="bo", role="monitor", subject="S-001", what="all"))
    with made.unit() as unit:
        unit.keep_protocol("sites: 3\n")
        unit.erase([fact.value for fact in unit.current("S-001") if fact.value and fact.sealed])
        unit.append("S-001", [ERASED], STAMP)
        unit.commit()
    assert rebuild_projection(made) == 3
    assert verify(made, seal(made, NOON)).whole
    made.close()
    for statement in (
        "ALTER TABLE ledger_fact DISABLE TRIGGER ALL",
        "ALTER TABLE ledger_fact ADD COLUMN x int",
        "DROP TRIGGER ledger_fact_grows ON ledger_fact",
        "DROP TABLE ledger_fact",
        "UPDATE ledger_fact SET value = '8'",
        "DELETE FROM ledger_fact",
        "TRUNCATE ledger_fact",
        "DELETE FROM ledger_checkpoint",
        "UPDATE ledger_access SET author = 'x'",
        "UPDATE ledger_study SET study = 'x'",
        HARMLESS,
        "SET session_replication_role = replica",
    ):
        with psycopg.connect(worker) as connection, pytest.raises(psycopg.Error) as refused:
            connection.execute(statement.encode())
        assert isinstance(refused.value, psycopg.errors.InsufficientPrivilege), statement


def test_a_role_that_could_remove_the_triggers_is_told_of(
    filled: DjangoLedger, roles: tuple[str, str], tmp_path: Path
) -> None:
    if filled.address.path is not None:
        assert filled.guards == ()
        return
    tables = {f"role that works with {table}" for table in [*FACTS_TABLES, "ledger_access"]}
    assert {problem.field for problem in filled.guards} == tables
    assert {problem.got for problem in filled.guards} == {"a superuser"}
    owner, worker = roles
    made = create_ledger(worker, STUDY_ID, Keys.create(tmp_path / "more"), owner=owner)
    on(owner, f"GRANT DELETE ON ledger_fact TO {urlsplit(worker).username}")
    assert [problem.got for problem in made.guards] == [
        "a role with more rights than to read and to add"
    ]
    on(owner, f"ALTER TABLE ledger_fact OWNER TO {urlsplit(worker).username}")
    assert [problem.got for problem in made.guards] == ["the role that owns the table"]
    made.close()
    on(owner, f"ALTER TABLE ledger_fact OWNER TO {urlsplit(owner).username}")
