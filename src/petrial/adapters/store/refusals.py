"""Turns what a database refuses into an error that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError

from petrial.vocabulary.errors import LedgerError

__all__ = ["refusing"]


@contextmanager
def refusing(where: str) -> Iterator[None]:
    """Raise LedgerError where the database refuses."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        text = " ".join(str(error).split())
        raise LedgerError(
            where=where,
            field="database",
            got=text,
            wanted="a database that answers and takes what is written",
            do=_remedy(text),
        ) from error


def _remedy(text: str) -> str:
    if "locked" in text or "deadlock" in text:
        return "others are writing: do it again; nothing of it was stored"
    if "only grows" in text or "has its one row" in text:
        return "facts are never changed: correct them with a new fact"
    return "see that the database runs, has room, and lets you in; nothing of it was stored"
