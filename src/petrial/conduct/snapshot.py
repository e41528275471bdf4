"""The act of taking a snapshot: what it pins, how it is named, what the ledger says of it."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from petrial.conduct.desk import Decision, Desk, Done, View, perform
from petrial.conduct.drafts import own
from petrial.conduct.ledger import Ledger
from petrial.conduct.permissions import Act
from petrial.protocol.model import Protocol, Role
from petrial.subjects.chain import Head
from petrial.subjects.facts import STUDY, Draft
from petrial.subjects.records import SNAPSHOT
from petrial.subjects.snapshot_tables import SnapshotTable
from petrial.subjects.state import SubjectState
from petrial.subjects.study import adoptions, next_repeat, unblinded
from petrial.vocabulary.errors import LedgerError, RefusedError

__all__ = [
    "FORMAT",
    "Kept",
    "Manifest",
    "SnapshotOrder",
    "TableFile",
    "create_snapshot",
    "dictionary_of",
    "recorded_snapshots",
    "snapshot_drafts",
    "snapshot_id",
    "snapshot_order",
]

FORMAT: Final = 1
"""Version of what a snapshot's folder holds. Another one gives another name."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A version of the protocol, and the SHA-256 of the file that the ledger keeps."""

    digest: str
    protocol: Protocol


@dataclass(frozen=True, slots=True)
class SnapshotOrder:
    """What a snapshot is made of: everything that decides its bytes but the program.

    Attributes
    ----------
    study
        Identifier of the study.
    heads
        The end of each chain, ordered by subject; nothing after it goes in.
    protocols
        The versions adopted by then, the newest first.
    """

    study: str
    heads: tuple[Head, ...]
    protocols: tuple[Kept, ...]

    @property
    def id(self) -> str:
        """Its name."""
        return snapshot_id(self.study, self.heads)

    @property
    def pins(self) -> dict[str, int]:
        """The last number of each chain."""
        return {head.subject: head.seq for head in self.heads}

    @property
    def versions(self) -> tuple[Protocol, ...]:
        """The protocols, the newest first."""
        return tuple(kept.protocol for kept in self.protocols)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """A table of a snapshot: its file, its hash, its size."""

    name: str
    file: str
    sha256: str
    rows: int
    columns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a snapshot is and holds. It has no date: the ledger says when it was taken.

    Attributes
    ----------
    id, study, heads
        As in its order.
    protocols
        Version and SHA-256 of each protocol file, the newest first.
    software
        Versions of petrial, and of the library that wrote the tables.
    tables
        Its files.
    dictionary
        For each table its sentence, its key, and of each column name, type, unit, sentence and
        the values it can hold.
    without_day_one
        How many subjects have no study day 1, and therefore no study days.
    hidden_labels
        How many different labels could be read as holding a date, and were replaced by tokens.
    """

    id: str
    study: str
    heads: tuple[Head, ...]
    protocols: tuple[tuple[str, str], ...]
    software: dict[str, str]
    tables: tuple[TableFile, ...]
    dictionary: dict[str, dict[str, Any]]
    without_day_one: int
    hidden_labels: int

    @property
    def text(self) -> str:
        """It as a JSON file."""
        data = {
            "format": FORMAT,
            "id": self.id,
            "study": self.study,
            "protocols": [
                {"version": version, "sha256": digest} for version, digest in self.protocols
            ],
            "software": self.software,
            "without_day_one": self.without_day_one,
            "hidden_labels": self.hidden_labels,
            "tables": [asdict(table) for table in self.tables],
            "dictionary": self.dictionary,
            "heads": [asdict(head) for head in self.heads],
        }
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"

    @property
    def digest(self) -> str:
        """The SHA-256 of that file, which the ledger states."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @classmethod
    def of(cls, text: str) -> "Manifest":
        """Return the manifest that a file holds.

        Raises
        ------
        LedgerError
            It is no manifest of this format.
        """
        try:
            data = json.loads(text)
            data = {FORMAT: data}[data["format"]]
            return cls(
                id=data["id"],
                study=data["study"],
                heads=tuple(Head(**head) for head in data["heads"]),
                protocols=tuple((one["version"], one["sha256"]) for one in data["protocols"]),
                software=data["software"],
                tables=tuple(TableFile(**table) for table in data["tables"]),
                dictionary=data["dictionary"],
                without_day_one=data["without_day_one"],
                hidden_labels=data["hidden_labels"],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise LedgerError(
                where="snapshot",
                field="manifest.json",
                got=f"{type(error).__name__}: {error}",
                wanted=f"a manifest of format {FORMAT}",
                do="make the snapshot again: `petrial snapshots create`",
            ) from error


def dictionary_of(tables: Sequence[SnapshotTable]) -> dict[str, dict[str, Any]]:
    """Return the data dictionary of a manifest."""
    return {
        table.name: {
            "sentence": table.sentence,
            "key": list(table.schema.key),
            "columns": [
                {
                    "name": column.name,
                    "type": column.type,
                    "unit": column.unit,
                    "sentence": column.sentence,
                    "values": list(column.values),
                }
                for column in table.schema.columns
            ],
        }
        for table in tables
    }


def snapshot_id(study: str, heads: Sequence[Head]) -> str:
    """Return the name of a snapshot, which follows from what it pins.

    >>> snapshot_id("tiny", (Head("S-001", 2, "ab" * 32),))
    '9db01e2d1fab63d7'
    """
    pinned = [FORMAT, study, [[head.subject, head.seq, head.hash] for head in heads]]
    text = json.dumps(pinned, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def snapshot_order(
    ledger: Ledger, parse: Callable[[str, str], Protocol], heads: Sequence[Head] | None = None
) -> SnapshotOrder:
    """Return what a snapshot of the ledger is made of.

    Parameters
    ----------
    ledger
        The ledger.
    parse
        Turns the text of a protocol file, and where it stands, into a protocol.
    heads
        Up to where: the ends of the chains now, or those of an earlier snapshot.

    Raises
    ------
    LedgerError
        No protocol was adopted by then, or its file is not in the ledger.
    """
    ends = tuple(sorted(ledger.heads() if heads is None else heads, key=lambda head: head.subject))
    pins = {head.subject: head.seq for head in ends if head.subject == STUDY}
    study = SubjectState.of(STUDY, ledger.facts(STUDY, pins))
    versions = {one.digest: one.version for one in reversed(adoptions(study))}
    if not versions:
        raise LedgerError(
            where=ledger.study,
            field="protocol",
            got=None,
            wanted="at least one version that was adopted",
            do="adopt one: `petrial protocol adopt`",
        )
    kept = tuple(
        Kept(digest, parse(ledger.protocol_text(digest), f"protocol {version}"))
        for digest, version in versions.items()
    )
    return SnapshotOrder(ledger.study, ends, kept)


def recorded_snapshots(study: SubjectState) -> dict[str, str]:
    """Return the hash of the manifest of each snapshot that the ledger knows, by its name."""
    return {
        study.own(SNAPSHOT, "id", repeat) or "": study.own(SNAPSHOT, "manifest", repeat) or ""
        for repeat in study.repeats_of(SNAPSHOT)
    }


def snapshot_drafts(study: SubjectState, manifest: Manifest) -> tuple[Draft, ...]:
    """Return what the study's chain is to say of a snapshot: nothing where it says so already."""
    if recorded_snapshots(study).get(manifest.id) == manifest.digest:
        return ()
    repeat = next_repeat(study, SNAPSHOT)
    return (
        own(SNAPSHOT, "id", manifest.id, repeat),
        own(SNAPSHOT, "manifest", manifest.digest, repeat),
    )


def create_snapshot(
    desk: Desk, write: Callable[[SnapshotOrder], Manifest], *, dry_run: bool = False
) -> tuple[Done, SnapshotOrder]:
    """Take a snapshot of all that is in the ledger now.

    The files are written first and the ledger says so then: after a crash in between, the
    snapshot lies there unrecorded, which `petrial snapshots verify` tells, and hurts nobody.

    Parameters
    ----------
    desk
        Where, and by whom.
    write
        Writes the files, or finds them written.
    dry_run
        Only say what would happen; writes nothing.

    Raises
    ------
    RefusedError
        The role may not; or a statistician asks before the results are open: a snapshot holds the
        experimental reads.
    LedgerError
        The ledger holds what its protocols do not explain, or the files cannot be written.
    """
    allowed = perform(desk, Act.SNAPSHOT, STUDY, _allowed, dry_run=True)
    order = snapshot_order(desk.ledger, desk.parse)
    if dry_run:
        return allowed, order
    manifest = write(order)

    def decide(view: View) -> Decision:
        _allowed(view)
        return Decision(drafts=snapshot_drafts(view.study, manifest))

    return perform(desk, Act.SNAPSHOT, STUDY, decide), order


def _allowed(view: View) -> Decision:
    if view.person.role is Role.STATISTICIAN and not unblinded(view.study):
        raise RefusedError(
            where=f"snapshot by {view.person.user}",
            field="unblinding",
            got="results that are not open to the statistician yet",
            wanted="a locked analysis plan, and results opened after it",
            do="let a data manager take it; or lock the plan, then `petrial study unblind`",
        )
    return Decision(drafts=())
