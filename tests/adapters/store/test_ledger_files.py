"""Files of a study are for their owner; who opened them to others is told so."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import STUDY_ID, draft, write
from made_snapshots import taken
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import DjangoLedger, create_ledger, open_ledger
from petrial.conduct.ledger import Access
from petrial.vocabulary.errors import LedgerError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes of files are of POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def lax() -> Iterator[None]:
    """Let new files be for everybody unless whoever makes them says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def made(tmp_path: Path, lax: None) -> Iterator[DjangoLedger]:
    """Give a ledger on SQLite in which something was written and seen."""
    assert lax is None
    ledger = create_ledger(
        f"sqlite:///{tmp_path / 'study.sqlite3'}", STUDY_ID, Keys.create(tmp_path / "keys")
    )
    write(ledger, "S-001", draft("asat"))
    ledger.saw(Access(act="saw", author="bo", role="monitor", subject="S-001", what="all"))
    yield ledger
    ledger.close()


def test_all_files_of_the_databases_are_their_owners_alone(
    made: DjangoLedger, tmp_path: Path
) -> None:
    modes = {path.name: mode(path) for path in tmp_path.glob("study*")}
    names = ("study.sqlite3", "study.access.sqlite3")
    files = [f"{name}{end}" for name in names for end in ("", "-shm", "-wal")]
    assert modes == dict.fromkeys(files, 0o600)
    assert made.guards == ()


@pytest.mark.parametrize("rights", [0o640, 0o604, 0o660, 0o606])
@pytest.mark.parametrize("name", ["study.sqlite3", "study.access.sqlite3", "study.sqlite3-wal"])
def test_a_file_that_others_can_read_is_named_and_opens(
    made: DjangoLedger, tmp_path: Path, name: str, rights: int
) -> None:
    (tmp_path / name).chmod(rights)
    again = open_ledger(made.address.text, STUDY_ID, made.keys)
    (told,) = again.guards
    again.close()
    assert (told.where, told.field) == (made.address.text, f"file {name}")
    assert told.got == f"mode {rights:o}: others can read or write it"
    assert told.do == f"chmod 600 {tmp_path / name}"


def test_where_no_file_can_be_made_the_reason_is_told(tmp_path: Path) -> None:
    keys = Keys.create(tmp_path / "keys")
    with pytest.raises(LedgerError, match=r"no/study\.sqlite3: found No such file or directory"):
        create_ledger(f"sqlite:///{tmp_path / 'no' / 'study.sqlite3'}", STUDY_ID, keys)


def test_a_snapshot_is_read_only_and_not_for_others(
    tmp_path: Path, snapped: DjangoLedger, lax: None
) -> None:
    assert lax is None
    _, folder = taken(snapped, tmp_path / "snapshots")
    assert {mode(path) for path in folder.iterdir()} == {0o440}
    assert mode(folder) == mode(folder.parent) == 0o750
