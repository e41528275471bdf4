"""From the ledger's rows up to the pins of a snapshot: the newest facts, and what each subject is.

One chain is in memory at a time; of the others only what the tables need.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import polars as pl

from petrial.conduct.ledger import Ledger
from petrial.conduct.snapshot import SnapshotOrder
from petrial.protocol.forms import ItemType
from petrial.protocol.model import Protocol
from petrial.subjects.chain import Head
from petrial.subjects.facts import FACT_FIELDS, SEALED, STUDY, SYSTEM, Fact
from petrial.subjects.records import CONSENT, SCREENING, STATUS, SUBJECT, Subject
from petrial.subjects.snapshot_rows import Seen, day_one_of, read_paths
from petrial.subjects.snapshot_tables import sealed_items
from petrial.subjects.state import SubjectState, day_of
from petrial.subjects.study_day import offset_second
from petrial.vocabulary.errors import LedgerError

__all__ = ["Gathered", "gathered"]

Row = tuple[Any, ...]

_AT: Final = {name: place for place, name in enumerate(FACT_FIELDS)}
_PLACE: Final = slice(_AT["event"], _AT["item"] + 1)
_FRAME: Final = (
    "subject", "event", "event_repeat", "form", "form_repeat", "item",
    "value", "unit", "absent", "observed", "protocol",
)  # fmt: skip
_TYPES: Final = {
    name: pl.Int64
    if name.endswith("_repeat")
    else pl.String
    if name in {"value", "observed"}
    else pl.Categorical  # the same few words a million times
    for name in _FRAME
}
_OWN: Final = frozenset({SUBJECT, CONSENT, SCREENING})


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a snapshot is built from.

    Attributes
    ----------
    facts
        The newest fact at each place of the protocol's forms, sealed ones left out.
    subjects
        What the rows of each subject are told from.
    offsets
        Offset of the clock on study day 1, in seconds, by subject.
    salt
        Hash of the study's first fact: no snapshot shows it, and it is the same in all.
    """

    facts: pl.DataFrame
    subjects: tuple[Seen, ...]
    offsets: Mapping[str, int]
    salt: str


@dataclass(slots=True)
class _Person:
    """Of a subject what outlives the reading of its chain."""

    facts: list[Fact]
    enrolled: Fact | None
    protocol: Protocol
    moments: tuple[str, ...]


@dataclass(slots=True)
class _Reader:
    order: SnapshotOrder
    frames: list[pl.DataFrame] = field(default_factory=list)
    people: dict[str, _Person] = field(default_factory=dict)
    newest: str = ""
    salt: str = ""
    heads: dict[str, Head] = field(default_factory=dict)
    sealed: frozenset[tuple[str, str]] = frozenset()
    told: frozenset[tuple[str, str]] = frozenset()
    times: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self) -> None:
        versions = self.order.versions
        self.heads = {head.subject: head for head in self.order.heads}
        self.sealed = sealed_items(versions)
        self.told = read_paths(versions)
        self.times = frozenset(
            (form.name, item.name)
            for protocol in versions
            for form in protocol.forms
            for item in form.items
            if item.type is ItemType.MOMENT
        )

    def take(self, chain: Sequence[Row]) -> None:
        """Take in one whole chain."""
        first, last = chain[0], chain[-1]
        subject = first[_AT["subject"]]
        self._pinned(subject, last)
        self.newest = max(self.newest, *(row[_AT["recorded"]] for row in chain))
        if subject == STUDY:
            self.salt = first[-1]
            return
        current = {row[_PLACE]: row for row in chain}
        rows = sorted(current.values(), key=lambda row: row[_AT["seq"]])
        self.frames.append(self._frame(rows))
        self.people[subject] = _Person(
            [_fact(row) for row in rows if self._tells(row)],
            next((_fact(row) for row in reversed(chain) if _enrols(row)), None),
            self._version(last),
            tuple(
                row[_AT["value"]]
                for row in rows
                if (row[_AT["form"]], row[_AT["item"]]) in self.times
                and row[_AT["value"]] is not None
            ),
        )

    def _pinned(self, subject: str, last: Row) -> None:
        head = self.heads[subject]
        if (last[_AT["seq"]], last[-1]) != (head.seq, head.hash):
            raise LedgerError(
                where=f"chain of {subject}",
                field="head",
                got=f"fact {last[_AT['seq']]}, {last[-1][:12]}",
                wanted=f"fact {head.seq}, {head.hash[:12]}, as the snapshot pins",
                do="run `petrial audit verify`: the ledger is not what it was",
            )

    def _tells(self, row: Row) -> bool:
        form, item = row[_AT["form"]], row[_AT["item"]]
        return form in _OWN or (form, item) in self.told

    def _frame(self, rows: Sequence[Row]) -> pl.DataFrame:
        kept = [row for row in rows if self._shown(row)]
        data = {name: [row[_AT[name]] for row in kept] for name in _FRAME}
        return pl.DataFrame(data, schema=_TYPES)

    def _shown(self, row: Row) -> bool:
        form, item, value = row[_AT["form"]], row[_AT["item"]], row[_AT["value"]]
        if form[0] == SYSTEM or (item[0] == SYSTEM and item != STATUS):
            return False
        return (form, item) not in self.sealed and not (value or "").startswith(SEALED)

    def _version(self, row: Row) -> Protocol:
        version = row[_AT["protocol"]]
        for protocol in self.order.versions:
            if protocol.identity.version == version:
                return protocol
        raise LedgerError(
            where=f"chain of {row[_AT['subject']]}, fact {row[_AT['seq']]}",
            field="version of the protocol",
            got=version,
            wanted="one of: " + ", ".join(one.identity.version for one in self.order.versions),
            do="run `petrial audit verify`: facts are recorded under adopted versions only",
        )


def _fact(row: Row) -> Fact:
    return Fact(**dict(zip(FACT_FIELDS, row, strict=True)))


def _enrols(row: Row) -> bool:
    place = (row[_AT["form"]], row[_AT["item"]])
    return place == (SUBJECT, "status") and row[_AT["value"]] == Subject.ENROLLED.value


def _chains(blocks: Iterator[Sequence[Row]]) -> Iterator[list[Row]]:
    """Yield the rows of one subject after the other."""
    chain: list[Row] = []
    for block in blocks:
        for row in block:
            if chain and row[_AT["subject"]] != chain[0][_AT["subject"]]:
                yield chain
                chain = []
            chain.append(row)
    if chain:
        yield chain


def gathered(ledger: Ledger, order: SnapshotOrder) -> Gathered:
    """Read the ledger up to the pins.

    Raises
    ------
    LedgerError
        A chain does not end as pinned, or a fact was recorded under an unknown version.
    """
    reader = _Reader(order)
    for chain in _chains(ledger.rows(order.pins)):
        reader.take(chain)
    missing = [
        head.subject
        for head in order.heads
        if head.subject != STUDY and head.subject not in reader.people
    ]
    if missing:
        raise LedgerError(
            where=f"chain of {missing[0]}",
            field="facts",
            got=None,
            wanted="as many as the snapshot pins",
            do="run `petrial audit verify`: the ledger is not what it was",
        )
    subjects = tuple(_seen(ledger, reader))
    return Gathered(
        facts=pl.concat([pl.DataFrame(schema=_TYPES), *reader.frames], rechunk=True),
        subjects=subjects,
        offsets={
            seen.state.subject: offset_second(
                reader.people[seen.state.subject].moments, seen.day_one
            )
            for seen in subjects
            if seen.day_one is not None
        },
        salt=reader.salt,
    )


def _seen(ledger: Ledger, reader: _Reader) -> Iterator[Seen]:
    facts = [fact for person in reader.people.values() for fact in person.facts if fact.sealed]
    opened = ledger.opened([fact for fact in facts if fact.form != SUBJECT])
    on = day_of(reader.newest) if reader.newest else date.min
    for subject in sorted(reader.people):
        person = reader.people[subject]
        state = SubjectState.of(subject, person.facts, opened)
        yield Seen(
            state=state,
            protocol=person.protocol,
            day_one=day_one_of(person.protocol, state),
            enrolled=person.enrolled,
            on=on,
        )
