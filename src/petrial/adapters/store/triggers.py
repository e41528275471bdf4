"""Triggers that keep growing tables from changes: set after migrations, asserted at start."""

from collections.abc import Iterator
from typing import Any, Final

from django.db import connections

from petrial.vocabulary.errors import LedgerError, Problem

__all__ = ["GROWING", "assert_set", "set_after_migration", "set_triggers"]

GROWING: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "petrial_ledger": {
        "ledger_study": ("study",),
        "ledger_fact": ("subject", "seq"),
        "ledger_checkpoint": ("number",),
        "ledger_protocol": ("sha256",),
    },
    "petrial_access": {"ledger_access": ("seq",)},
}
"""Tables that only grow, by application, with the columns of their keys."""

_FUNCTION: Final = "ledger_refuse"
_BODY: Final = (
    "BEGIN RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP; RETURN NULL; END"
)
_BEFORE_UPDATE_DELETE_TRUNCATE: Final = 2 + 16 + 8 + 32  # bits of pg_trigger.tgtype, per statement


def set_after_migration(sender: Any, using: str, **_: object) -> None:  # noqa: ANN401  a signal's
    """Set the triggers of the application that was migrated."""
    set_triggers(sender.label, using)


def set_triggers(label: str, alias: str) -> None:
    """Set the triggers of an application anew, on the tables that there are."""
    connection = connections[alias]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger "
                f"LANGUAGE plpgsql AS $$ {_BODY} $$"
            )
        for table, key in GROWING[label].items():
            if table not in tables:
                continue
            if connection.vendor == "postgresql":
                for statement in _postgresql(table):
                    cursor.execute(statement)
            else:
                for name, statement in _sqlite(table, key):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                    cursor.execute(statement)


def assert_set(label: str, alias: str, where: str) -> None:
    """Refuse a database in which a trigger is missing, switched off, or another than was set.

    Raises
    ------
    LedgerError
        It names the table and what is wrong with its trigger.
    """
    connection = connections[alias]
    for table, key in GROWING[label].items():
        if connection.vendor == "postgresql":
            fault = _fault_in_postgresql(alias, table)
        else:
            fault = _fault_in_sqlite(alias, table, key)
        if fault:
            raise LedgerError.of(
                Problem(
                    where=where,
                    field=f"triggers of {table}",
                    got=fault,
                    wanted="the triggers that petrial set: without them facts can be changed",
                    do="find out who removed them; run `petrial audit verify` with the last "
                    "exported head on a copy; restore from a backup",
                )
            )


def _sqlite(table: str, key: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    refused = f"SELECT RAISE(ABORT, '{table} only grows')"
    same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    there = f"SELECT 1 FROM {table} WHERE ({same}) OR rowid = NEW.rowid"  # noqa: S608  own names
    for happening, condition in (
        ("UPDATE", ""),
        ("DELETE", ""),
        ("INSERT", f" WHEN EXISTS ({there})"),  # INSERT OR REPLACE
    ):
        name = f"{table}_on_{happening.lower()}"
        yield (
            name,
            f"CREATE TRIGGER {name} BEFORE {happening} ON {table}{condition} BEGIN {refused}; END",
        )


def _fault_in_sqlite(alias: str, table: str, key: tuple[str, ...]) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
        )
        found = dict(cursor.fetchall())
    for name, statement in _sqlite(table, key):
        if name not in found:
            return f"{name} is missing"
        if found.pop(name) != statement:
            return f"{name} is another"
    return f"{min(found)} is foreign" if found else ""


def _postgresql(table: str) -> Iterator[str]:
    name = f"{table}_grows"
    yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
    yield (
        f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"
    )
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"


def _fault_in_postgresql(alias: str, table: str) -> str:
    name = f"{table}_grows"
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, t.tgenabled, t.tgtype, t.tgqual IS NULL, p.proname, p.prosrc "
            "FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE t.tgrelid = to_regclass(%s) AND NOT t.tgisinternal",
            [table],
        )
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    if name not in found:
        return f"{name} is missing"
    enabled, kind, whole, function, body = found.pop(name)
    if enabled != "A":
        return f"{name} is switched off"
    if (kind, whole, function, body.strip()) != (
        _BEFORE_UPDATE_DELETE_TRUNCATE,
        True,
        _FUNCTION,
        _BODY,
    ):
        return f"{name} is another"
    return f"{min(found)} is foreign" if found else ""
