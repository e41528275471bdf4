"""What a role may do in PostgreSQL, where the tables belong to another one that only migrates."""

from typing import Any, Final

from petrial.adapters.store.triggers import GROWING, ONE_ROW
from petrial.vocabulary.errors import Problem

__all__ = ["grant", "guards"]

_RIGHTS: Final = {
    **{table: "SELECT, INSERT" for tables in GROWING.values() for table in tables},
    ONE_ROW: "SELECT",
    "ledger_head": "SELECT, INSERT, UPDATE",
    "ledger_current": "SELECT, INSERT, UPDATE, DELETE",
    "ledger_vault": "SELECT, INSERT, DELETE",
    "ledger_access_vault": "SELECT, INSERT, DELETE",
    "django_migrations": "SELECT",
}
_HOLDS: Final = (
    "SELECT c.relname, r.rolsuper, pg_has_role(r.oid, c.relowner, 'MEMBER'), "
    "has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER') "
    "OR (c.oid = to_regclass(%s) AND has_table_privilege(c.oid, 'INSERT')) "
    "FROM pg_class c, pg_roles r "
    "WHERE r.rolname = current_user AND c.oid IN (SELECT to_regclass(t) FROM unnest(%s::text[]) t)"
)


def grant(connection: Any, role: str) -> None:  # noqa: ANN401  Django has no types
    """Let ``role`` read and add, and change only what can be derived or must be erasable.

    Parameters
    ----------
    connection
        Of the role that owns the tables.
    role
        Name of the role that works with the ledger.
    """
    name = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        for table, rights in _RIGHTS.items():
            cursor.execute(f"REVOKE ALL ON {table} FROM PUBLIC, {name}")
            cursor.execute(f"GRANT {rights} ON {table} TO {name}")


def guards(connection: Any, where: str) -> tuple[Problem, ...]:  # noqa: ANN401  Django has no types
    """Return why the role in use could remove the triggers, or get round them; empty if it cannot.

    For PostgreSQL: SQLite knows no roles, whoever can write the file can do all.
    """
    tables = [table for growing in GROWING.values() for table in growing]
    with connection.cursor() as cursor:
        cursor.execute(_HOLDS, [ONE_ROW, tables])
        rows = sorted(cursor.fetchall())
    found = []
    for table, is_superuser, owns, may_change in rows:
        if is_superuser:
            got = "a superuser"
        elif owns:
            got = "the role that owns the table"
        elif may_change:
            got = "a role with more rights than to read and to add"
        else:
            continue
        found.append(
            Problem(
                where=where,
                field=f"role that works with {table}",
                got=got,
                wanted="a role that may read and add, and can remove no trigger",
                do="let another role own the tables: see docs/look-up/ledger.md, Roles",
            )
        )
    return tuple(found)
