"""Snapshots opened for tests: their tables, files and cells."""

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from made_snapshots import FIRST, made_ledger, parse, state
from petrial.adapters.store.ledger import DjangoLedger
from petrial.adapters.store.snapshots import (
    MANIFEST,
    verify_snapshot,
)

__all__ = [
    "A_DATE",
    "CHILD",
    "ROOT",
    "broken",
    "cells",
    "fields",
    "files",
    "row",
    "snapped",
    "table",
]

ROOT = Path(__file__).resolve().parents[1]
A_DATE = re.compile(r"(19|20)\d\d-\d\d-\d\d")


@pytest.fixture
def snapped(tmp_path: Path) -> Iterator[DjangoLedger]:
    made = made_ledger(tmp_path / "ledger")
    for subject, drafts in FIRST.items():
        state(made, subject, drafts)
    yield made
    made.close()


def table(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / f"{name}.parquet")


def row(folder: Path, name: str, subject: str = "S-001", at: int = 0) -> dict[str, object]:
    return table(folder, name).filter(pl.col("subject") == subject).row(at, named=True)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def cells(folder: Path) -> list[str]:
    """Return every text of a snapshot: of each table the strings, and the whole manifest."""
    texts = [(folder / MANIFEST).read_text()]
    for path in folder.glob("*.parquet"):
        frame = pl.read_parquet(path).select(pl.col(pl.String))
        texts += [text for column in frame for text in column.drop_nulls().to_list()]
        texts.append(str(pl.read_parquet_metadata(path)))
    return texts


def broken(folder: Path, name: str, content: bytes) -> None:
    (folder / name).chmod(0o644)
    (folder / name).write_bytes(content)


def fields(folder: Path, ledger: DjangoLedger) -> list[str]:
    return [problem.field for problem in verify_snapshot(folder, ledger, parse)]


CHILD = """
import sys
from pathlib import Path
sys.path[:0] = [{tests!r}]
from made_snapshots import parse
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import open_ledger
from petrial.adapters.store.snapshots import read_manifest, write_snapshot
from petrial.conduct.snapshot import snapshot_order
ledger = open_ledger({address!r}, "TINY", Keys.read(Path({keys!r})))
heads = read_manifest(Path({before!r})).heads
write_snapshot(ledger, snapshot_order(ledger, parse, heads), Path(sys.argv[1]))
ledger.close()
"""
