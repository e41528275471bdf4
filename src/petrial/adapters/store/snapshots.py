"""Snapshots: a folder of Parquet tables and a manifest, written whole or not at all."""

import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl
from django.core.files import locks

from petrial.adapters.store.snapshot_facts import gathered
from petrial.adapters.store.snapshot_frames import frames_of
from petrial.conduct.ledger import Ledger
from petrial.conduct.snapshot import (
    Manifest,
    SnapshotOrder,
    TableFile,
    dictionary_of,
    recorded_snapshots,
    snapshot_id,
    snapshot_order,
)
from petrial.protocol.model import Protocol
from petrial.subjects.facts import FACT_FIELDS, STUDY
from petrial.subjects.snapshot_tables import snapshot_tables
from petrial.subjects.state import SubjectState
from petrial.vocabulary.edition import VERSION
from petrial.vocabulary.errors import LedgerError, PetrialError, Problem

__all__ = ["MANIFEST", "list_snapshots", "read_manifest", "verify_snapshot", "write_snapshot"]

MANIFEST: Final = "manifest.json"

_PARTIAL: Final = ".partial"
_LOCK: Final = ".lock"
_FILE: Final = stat.S_IRUSR | stat.S_IRGRP
_FOLDER: Final = stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP
_LEVEL: Final = 3
_GROUP_ROWS: Final = 1 << 17
_PAGE_BYTES: Final = 1 << 20


def write_snapshot(ledger: Ledger, order: SnapshotOrder, folder: Path) -> Manifest:
    """Write a snapshot into ``folder / order.id``, or find it written.

    Parameters
    ----------
    ledger
        Where the facts are.
    order
        What is pinned, from ``snapshot_order``.
    folder
        The study's folder of snapshots; made where there is none.

    Returns
    -------
    Manifest
        Its manifest. The same order and the same versions of the program give the same bytes.

    Raises
    ------
    LedgerError
        The ledger is not as pinned or holds what its protocols do not explain; or there is a
        snapshot of this name with other content.

    Notes
    -----
    The files are written to a hidden folder beside, made durable, and the folder is renamed then.
    One process at a time writes: what another left behind when it was killed is removed.
    """
    folder.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
    with (folder / _LOCK).open("a") as handle:
        locks.lock(handle, locks.LOCK_EX)
        for left in folder.glob(f".*{_PARTIAL}"):
            shutil.rmtree(left)
        target, partial = folder / order.id, folder / f".{order.id}{_PARTIAL}"
        partial.mkdir()
        try:
            manifest = _write(ledger, order, partial)
            if target.exists():
                _assert_same(target, manifest)
            else:
                partial.rename(target)
                _make_durable(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return manifest


def _write(ledger: Ledger, order: SnapshotOrder, folder: Path) -> Manifest:
    """Write all files of a snapshot into an empty folder."""
    tables = snapshot_tables(*order.versions)
    found = gathered(ledger, order)
    frames = frames_of(found, order, tables)
    files = []
    for table in tables:
        frame, path = frames.tables[table.name], folder / f"{table.name}.parquet"
        frame.write_parquet(
            path,
            compression="zstd",
            compression_level=_LEVEL,
            statistics=True,
            row_group_size=_GROUP_ROWS,
            data_page_size=_PAGE_BYTES,
        )
        files.append(
            TableFile(
                name=table.name,
                file=path.name,
                sha256=_digest(path),
                rows=frame.height,
                columns=frame.width,
            )
        )
    manifest = Manifest(
        id=order.id,
        study=order.study,
        heads=order.heads,
        protocols=tuple((kept.protocol.identity.version, kept.digest) for kept in order.protocols),
        software={"petrial": VERSION, "polars": pl.__version__},
        tables=tuple(files),
        dictionary=dictionary_of(tables),
        without_day_one=sum(seen.day_one is None for seen in found.subjects),
        hidden_labels=frames.hidden_labels,
    )
    (folder / MANIFEST).write_bytes(manifest.text.encode())
    for path in folder.iterdir():
        path.chmod(_FILE)
        _make_durable(path)
    folder.chmod(_FOLDER)
    _make_durable(folder)
    return manifest


def _make_durable(path: Path) -> None:
    """Have a file, or the names in a folder, survive a power cut. Windows cannot sync a folder."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _assert_same(target: Path, manifest: Manifest) -> None:
    known = read_manifest(target)
    if known != manifest:
        software = ", ".join(f"{name} {version}" for name, version in known.software.items())
        raise LedgerError(
            where=f"snapshot {target.name}",
            field="content",
            got=f"another content for the same pins, written by {software}",
            wanted="the same bytes",
            do="use the one that is there, with the versions that wrote it; or verify it",
        )


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a snapshot.

    Raises
    ------
    LedgerError
        There is none, or it is damaged.
    """
    try:
        return Manifest.of((folder / MANIFEST).read_bytes().decode())
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(
            where=f"snapshot {folder.name}",
            field=MANIFEST,
            got=type(error).__name__,
            wanted="a file that can be read",
            do="name a folder below snapshots/, or make the snapshot again",
        ) from error


def list_snapshots(folder: Path) -> tuple[Manifest, ...]:
    """Return the manifests of all snapshots of a study, by name; none where there is no folder.

    Raises
    ------
    LedgerError
        One of them cannot be read.
    """
    if not folder.is_dir():
        return ()
    return tuple(
        read_manifest(path)
        for path in sorted(folder.iterdir())
        if path.is_dir() and not path.name.startswith(".")
    )


def verify_snapshot(
    folder: Path, ledger: Ledger, again: Callable[[str, str], Protocol] | None = None
) -> tuple[Problem, ...]:
    """Return what is wrong with a snapshot: nothing where it is as it was written.

    Parameters
    ----------
    folder
        The snapshot's own folder.
    ledger
        The ledger it was taken of.
    again
        Turns the text of a protocol file, and where it stands, into a protocol. With it the
        snapshot is made anew from the ledger, and the bytes are compared.

    Notes
    -----
    Checked are: the hash of each file; that no file is missing or was added; the name, which
    follows from the pins; the manifest against the hash that the ledger states; and that each
    pinned fact is in the ledger still. A birth date that was erased since takes the age out of
    tables that are made anew: they differ then.
    """
    try:
        manifest = read_manifest(folder)
    except PetrialError as error:
        return (error.problem,)
    problems = [
        *_files(folder, manifest),
        *_named(folder, manifest, ledger),
        *_unpinned(manifest, ledger),
    ]
    if again is not None and not problems:
        problems += _anew(folder, manifest, ledger, again)
    return tuple(problems)


_REMAKE: Final = "do not use it; remove the folder and make the snapshot again from its pins"


def _files(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    where = f"snapshot {folder.name}"
    known = {table.file: table.sha256 for table in manifest.tables}
    there = {path.name for path in folder.iterdir()}
    for name, wanted in known.items():
        got = _digest(folder / name) if name in there and (folder / name).is_file() else ""
        if got != wanted:
            yield Problem(where, name, got[:12], f"{wanted[:12]}, as the manifest says", _REMAKE)
    for name in sorted(there - set(known) - {MANIFEST}):
        yield Problem(where, name, "a file more", "the files of the manifest only", "take it out")


def _named(folder: Path, manifest: Manifest, ledger: Ledger) -> Iterator[Problem]:
    where = f"snapshot {folder.name}"
    name = snapshot_id(manifest.study, manifest.heads)
    if {folder.name, manifest.id} != {name}:
        yield Problem(where, "name", manifest.id, f"{name}, which follows from its pins", _REMAKE)
    if manifest.study != ledger.study:
        yield Problem(where, "study", manifest.study, ledger.study, "open the study it is of")
    stated = recorded_snapshots(SubjectState.of(STUDY, ledger.current(STUDY)))
    digest = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    if manifest.id not in stated:
        do = "make it again, `petrial snapshots create` records it; or remove the folder"
        yield Problem(where, "ledger", "", "that the ledger knows of this snapshot", do)
    elif stated[manifest.id] != digest:
        wanted = f"{stated[manifest.id][:12]}, as the ledger says"
        yield Problem(where, MANIFEST, digest[:12], wanted, _REMAKE)


_SUBJECT, _SEQ = FACT_FIELDS.index("subject"), FACT_FIELDS.index("seq")


def _unpinned(manifest: Manifest, ledger: Ledger) -> Iterator[Problem]:
    """Yield each chain of the ledger that does not hold the pinned fact any more."""
    wanted = {(head.subject, head.seq): head.hash for head in manifest.heads}
    found: dict[tuple[object, object], object] = {}
    for block in ledger.rows():
        found.update(_among(block, wanted))
    for (subject, seq), expected in wanted.items():
        got = found.get((subject, seq))
        if got != expected:
            yield Problem(
                f"chain of {subject}, fact {seq}",
                "hash",
                str(got or "")[:12],
                f"{expected[:12]}, as snapshot {manifest.id} pins",
                "run `petrial audit verify`: the ledger is not what it was",
            )


def _among(
    block: Sequence[tuple[object, ...]], wanted: dict[tuple[str, int], str]
) -> dict[tuple[object, object], object]:
    return {
        (row[_SUBJECT], row[_SEQ]): row[-1] for row in block if (row[_SUBJECT], row[_SEQ]) in wanted
    }


def _anew(
    folder: Path, manifest: Manifest, ledger: Ledger, parse: Callable[[str, str], Protocol]
) -> list[Problem]:
    """Return the tables that come out differently when the snapshot is made again."""
    where = f"snapshot {folder.name}"
    software = {"petrial": VERSION, "polars": pl.__version__}
    if manifest.software != software:
        names = " and ".join(f"{name} {version}" for name, version in manifest.software.items())
        here = ", ".join(f"{name} {version}" for name, version in software.items())
        return [
            Problem(where, "software", here, names, "verify it with the versions that wrote it")
        ]
    order = snapshot_order(ledger, parse, manifest.heads)
    with TemporaryDirectory() as scratch:
        made = _write(ledger, order, Path(scratch))
    before = {table.name: table for table in manifest.tables}
    problems = [
        Problem(
            where,
            table.file,
            f"{table.sha256[:12]} when made again, {table.rows} rows",
            f"{before[table.name].sha256[:12]}, {before[table.name].rows} rows",
            "look whether a birth date was erased since; else run `petrial audit verify`",
        )
        for table in made.tables
        if table != before.get(table.name)
    ]
    if not problems and made != manifest:
        problems.append(Problem(where, MANIFEST, "another one", "the same again", _REMAKE))
    return problems
