"""A damaged, forged or half-written snapshot is found."""

import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from made_snapshots import FIRST, made_ledger, parse, state, taken
from opened_snapshots import CHILD, ROOT, broken, fields, table
from petrial.adapters.store.ledger import DjangoLedger
from petrial.adapters.store.snapshots import (
    MANIFEST,
    list_snapshots,
    read_manifest,
    verify_snapshot,
    write_snapshot,
)
from petrial.conduct.snapshot import snapshot_order
from petrial.vocabulary.errors import LedgerError


@pytest.fixture
def ledger(snapped: DjangoLedger) -> DjangoLedger:
    return snapped


def test_a_snapshot_as_it_was_written_verifies_and_its_files_cannot_be_written(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    _, folder = taken(ledger, tmp_path)
    assert verify_snapshot(folder, ledger, parse) == ()
    assert {path.stat().st_mode & 0o222 for path in folder.iterdir()} == {0}


def test_a_changed_table_is_found(ledger: DjangoLedger, tmp_path: Path) -> None:
    _, folder = taken(ledger, tmp_path)
    content = bytearray((folder / "series.parquet").read_bytes())
    content[len(content) // 2] ^= 1
    broken(folder, "series.parquet", bytes(content))
    assert fields(folder, ledger) == ["series.parquet"]


def test_a_missing_and_an_added_file_are_found(ledger: DjangoLedger, tmp_path: Path) -> None:
    _, folder = taken(ledger, tmp_path)
    (folder / "reads.parquet").unlink()
    (folder / "more.parquet").write_bytes(b"PAR1")
    assert fields(folder, ledger) == ["reads.parquet", "more.parquet"]


def test_a_table_changed_together_with_the_manifest_is_found_by_the_ledger(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    manifest, folder = taken(ledger, tmp_path)
    other = table(folder, "administrations").with_columns(weight_kg=pl.lit(60.0))
    (folder / "administrations.parquet").chmod(0o644)
    other.write_parquet(folder / "administrations.parquet")
    old = next(one.sha256 for one in manifest.tables if one.name == "administrations")
    probe = tmp_path / "probe"
    shutil.copytree(folder, probe)
    got = next(p.got for p in verify_snapshot(probe, ledger) if p.field.startswith("admin"))
    new = _digest(folder / "administrations.parquet")
    assert new.startswith(got)
    broken(folder, MANIFEST, manifest.text.replace(old, new).encode())
    assert fields(folder, ledger) == [MANIFEST]


def _digest(path: Path) -> str:
    """Return what sha256sum of coreutils says."""
    said_ = subprocess.run(["sha256sum", str(path)], capture_output=True, text=True, check=True)
    return said_.stdout.split()[0]


def test_a_manifest_with_other_pins_does_not_fit_its_name(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    manifest, folder = taken(ledger, tmp_path)
    head = next(head for head in manifest.heads if head.subject == "S-002")
    text = manifest.text.replace(head.hash, "0" * 64)
    broken(folder, MANIFEST, text.encode())
    assert fields(folder, ledger) == ["name", MANIFEST, "hash"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 2}', b"\xff\xfe"])
def test_a_manifest_that_cannot_be_read_is_one_problem(
    ledger: DjangoLedger, tmp_path: Path, content: bytes
) -> None:
    _, folder = taken(ledger, tmp_path)
    broken(folder, MANIFEST, content)
    assert fields(folder, ledger) == [MANIFEST]


def test_a_snapshot_that_the_ledger_does_not_know_says_so_until_it_is_recorded(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    """As after a crash between the files and the fact; making it again writes nothing anew."""
    order = snapshot_order(ledger, parse)
    manifest = write_snapshot(ledger, order, tmp_path)
    folder = tmp_path / manifest.id
    assert fields(folder, ledger) == ["ledger"]
    written = (folder / MANIFEST).stat().st_mtime_ns
    assert write_snapshot(ledger, order, tmp_path) == manifest
    assert (folder / MANIFEST).stat().st_mtime_ns == written
    assert taken(ledger, tmp_path)[0] == manifest
    assert fields(folder, ledger) == []


def test_a_snapshot_of_other_facts_under_the_same_name_is_never_written_over(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    manifest, folder = taken(ledger, tmp_path)
    broken(folder, MANIFEST, manifest.text.replace('"petrial": "', '"petrial": "9.').encode())
    order = snapshot_order(ledger, parse, manifest.heads)
    with pytest.raises(LedgerError) as caught:
        write_snapshot(ledger, order, tmp_path)
    assert "another content for the same pins, written by petrial 9." in str(caught.value)


def test_pins_that_the_ledger_does_not_hold_are_found(ledger: DjangoLedger, tmp_path: Path) -> None:
    """A ledger with the same beginning that went another way, such as a restored old backup."""
    _, folder = taken(ledger, tmp_path / "snapshots")
    other = made_ledger(tmp_path / "other")
    state(other, "S-001", FIRST["S-001"][:5])
    found = [(p.where, p.field) for p in verify_snapshot(folder, other)]
    other.close()
    assert ("chain of S-001, fact 24", "hash") in found
    assert ("chain of S-002, fact 3", "hash") in found
    assert (f"snapshot {folder.name}", "ledger") in found


KILLED = CHILD.replace("read_manifest(Path({before!r})).heads", "None")
DIES = """
import os, polars as pl
real, left = pl.DataFrame.write_parquet, [int(sys.argv[2])]
def dying(*arguments, **named):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), 9)
    return real(*arguments, **named)
pl.DataFrame.write_parquet = dying
"""


@pytest.mark.parametrize("tables", [0, 1, 8, 15])
def test_a_killed_process_leaves_no_half_snapshot_and_the_next_one_clears_up(
    ledger: DjangoLedger, tmp_path: Path, tables: int
) -> None:
    program = KILLED.format(
        tests=str(ROOT / "tests"),
        address=f"sqlite:///{tmp_path / 'ledger' / 'study.sqlite3'}",
        keys=str(tmp_path / "ledger" / "keys"),
    ).replace("ledger = open", DIES + "ledger = open", 1)
    there = tmp_path / "snapshots"
    died = subprocess.run(
        [sys.executable, "-c", program, str(there), str(tables)], check=False, capture_output=True
    )
    assert died.returncode == -9, died.stderr.decode()
    assert list_snapshots(there) == ()
    assert len(list(there.glob(".*.partial"))) == 1
    manifest, folder = taken(ledger, there)
    assert verify_snapshot(folder, ledger, parse) == ()
    assert {path.name for path in there.iterdir()} == {manifest.id, ".lock"}


def test_an_erased_birth_date_is_named_where_the_snapshot_made_again_differs(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    _, folder = taken(ledger, tmp_path)
    with ledger.unit() as unit:
        facts = [f for f in unit.current("S-001") if f.item == "born_on"]
        unit.erase([str(fact.value) for fact in facts])
        unit.commit()
    assert verify_snapshot(folder, ledger) == ()
    problems = verify_snapshot(folder, ledger, parse)
    assert [(p.field, p.do.split(";")[0]) for p in problems] == [
        ("subjects.parquet", "look whether a birth date was erased since")
    ]


def test_without_a_protocol_or_a_folder_it_is_told_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(LedgerError) as caught:
        read_manifest(tmp_path / "nothing")
    assert "found FileNotFoundError, wanted a file that can be read" in str(caught.value)
    assert list_snapshots(tmp_path / "nothing") == ()
