"""Triggers that keep growing tables from changes: set after migrations, asserted at start."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from django.db import connections

from petrial.vocabulary.errors import LedgerError, Problem

__all__ = ["GROWING", "ONE_ROW", "assert_set", "set_after_migration", "set_triggers"]

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

ONE_ROW: Final = "ledger_study"
"""The table whose one row is written when the study is founded: it takes no second one."""


class _Guard(NamedTuple):
    """A trigger in PostgreSQL; ``when`` and ``each`` as ``pg_get_triggerdef`` writes them."""

    name: str
    when: str
    each: str
    function: str

    def on(self, table: str) -> str:
        """Return the statement that makes it."""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.when} ON {table} "
            f"FOR EACH {self.each} EXECUTE FUNCTION {self.function}()"
        )


_BODIES: Final = {
    "ledger_refuse": (
        "BEGIN RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP; RETURN NULL; END"
    ),
    "ledger_refuse_second": (
        "DECLARE there boolean; BEGIN "
        "EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I)', TG_TABLE_SCHEMA, TG_TABLE_NAME) "
        "INTO there; IF there THEN RAISE EXCEPTION '% has its one row: % is refused', "
        "TG_TABLE_NAME, TG_OP; END IF; RETURN NEW; END"
    ),
}
_AS_MADE: Final = ("A", True, "plpgsql", False, True, True)
_DEFINED: Final = (
    "SELECT t.tgname, quote_ident(n.nspname), pg_get_triggerdef(t.oid), p.proname, p.prosrc, "
    "t.tgenabled, t.tgattr::text = '' AND t.tgnargs = 0 AND t.tgqual IS NULL, "
    "l.lanname, p.prosecdef, p.proconfig IS NULL, p.pronamespace = c.relnamespace "
    "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid "
    "JOIN pg_language l ON l.oid = p.prolang "
    "WHERE t.tgrelid = to_regclass(%s) AND NOT t.tgisinternal"
)


def set_after_migration(sender: Any, using: str, **_: object) -> None:  # noqa: ANN401  a signal's
    """Set the triggers of the application that was migrated."""
    set_triggers(sender.label, using)


def set_triggers(label: str, alias: str) -> None:
    """Set the triggers of an application anew, on the tables that there are."""
    connection = connections[alias]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for function, body in _BODIES.items():
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger "
                    f"LANGUAGE plpgsql AS $$ {body} $$"
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
    once = table == ONE_ROW
    refused = f"SELECT RAISE(ABORT, '{table} {'has its one row' if once else 'only grows'}')"
    same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    there = f"SELECT 1 FROM {table} WHERE ({same}) OR rowid = NEW.rowid"  # noqa: S608  own names
    if once:
        there = f"SELECT 1 FROM {table}"  # noqa: S608  own names
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


def _guards(table: str) -> Iterator[_Guard]:
    changes = "DELETE OR UPDATE OR TRUNCATE"
    yield _Guard(f"{table}_grows", changes, "STATEMENT", "ledger_refuse")
    if table == ONE_ROW:
        yield _Guard(f"{table}_once", "INSERT", "ROW", "ledger_refuse_second")


def _postgresql(table: str) -> Iterator[str]:
    for guard in _guards(table):
        yield f"DROP TRIGGER IF EXISTS {guard.name} ON {table}"
        yield guard.on(table)
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard.name}"


def _fault_in_postgresql(alias: str, table: str) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute(_DEFINED, [table])
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    for guard in _guards(table):
        if guard.name not in found:
            return f"{guard.name} is missing"
        schema, definition, function, body, *state = found.pop(guard.name)
        if state[0] != _AS_MADE[0]:
            return f"{guard.name} is switched off"
        here = definition.replace(f"EXECUTE FUNCTION {schema}.", "EXECUTE FUNCTION ")
        wanted = (guard.on(f"{schema}.{table}"), guard.function, _BODIES[guard.function])
        if (here, function, body.strip()) != wanted or tuple(state) != _AS_MADE:
            return f"{guard.name} is another"
    return f"{min(found)} is foreign" if found else ""
