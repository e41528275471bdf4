"""The files of a ledger on SQLite: made for their owner alone, and told of where they are not."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from petrial.adapters.store.addresses import access_path
from petrial.vocabulary.errors import LedgerError, Problem

__all__ = ["make_files", "opened_files"]

_OWN: Final = stat.S_IRUSR | stat.S_IWUSR
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_JOURNALS: Final = ("", "-wal", "-shm")


def make_files(path: Path) -> None:
    """Make both databases as empty files that only their owner can read.

    SQLite gives its journals the mode of the database.

    Raises
    ------
    LedgerError
        One of them is there, or the folder takes no file.
    """
    for file in (path, access_path(path)):
        try:
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWN))
        except OSError as error:
            raise LedgerError(
                where="ledger",
                field=str(file),
                got=error.strerror,
                wanted="a folder in which the file can be made, and no such file yet",
                do="name a folder that is there and yours; a ledger is never written over",
            ) from error


def opened_files(path: Path, where: str) -> Iterator[Problem]:
    """Yield each file of a ledger that others than its owner can read or write, on POSIX."""
    if os.name != "posix":
        return
    for database in (path, access_path(path)):
        for end in _JOURNALS:
            file = database.with_name(database.name + end)
            mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else 0
            if mode & _OTHERS:
                yield Problem(
                    where=where,
                    field=f"file {file.name}",
                    got=f"mode {mode:o}: others can read or write it",
                    wanted="mode 600: what is in it is for petrial to show, to each role its part",
                    do=f"chmod 600 {file}",
                )
