"""Reads a whole ledger once, in blocks, and names the first fault of each chain."""

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any, Final

from django.db import connections

from petrial.adapters.store.access.chain import WHY
from petrial.adapters.store.checkpoints import ACCESS_CHAIN, FIRST, ExportedHead, heads_of
from petrial.adapters.store.ledger import DjangoLedger
from petrial.adapters.store.rows import Row, reading, stream, stream_upto
from petrial.adapters.store.watching import Pin, Watched
from petrial.subjects.chain import ORIGIN, Head, first_fault, row_digest
from petrial.subjects.facts import FACT_FIELDS, STUDY
from petrial.vocabulary.errors import LedgerError, Problem

__all__ = ["Verified", "Verifier"]

_CLOCK: Final = "find out whose clock was wrong; what was recorded then is in question, no more"
RESTORE: Final = "restore the ledger from a backup; do not write to it"
_CHECKPOINTS: Final = (
    "SELECT number, moment, heads, digest, previous, hash, signature "
    "FROM ledger_checkpoint ORDER BY number"
)
_HEADS: Final = "SELECT subject, seq, hash, site FROM ledger_head ORDER BY subject"
_PROJECTION: Final = (
    "SELECT event, event_repeat, form, form_repeat, item, seq FROM ledger_current "
    "WHERE subject = %s"
)
_PROJECTED: Final = "SELECT DISTINCT subject FROM ledger_current ORDER BY subject"
_TEXTS: Final = "SELECT sha256, text FROM ledger_protocol ORDER BY sha256"
_SITE, _SUBJECT = (FACT_FIELDS.index(name) for name in ("site", "subject"))
_SEALED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a ledger holds, and what is wrong with it.

    Attributes
    ----------
    facts, chains, accesses, checkpoints
        How many were read.
    sealed, erased
        Of how many sealed texts the vault holds the text, and of how many no longer.
    head
        Moment of the exported head that it was compared with; empty without one.
    faults
        At most one for each chain, in the order of subjects; empty where all is whole.
    """

    facts: int
    chains: int
    accesses: int
    checkpoints: int
    sealed: int
    erased: int
    head: str
    faults: tuple[Problem, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


class Verifier:
    """Verifies one state of a ledger."""

    def __init__(self, ledger: DjangoLedger) -> None:
        self._ledger = ledger
        self._faults: list[Problem] = []
        self._pins: dict[str, dict[int, Pin]] = {}
        self._adopted: dict[str, int] = {}
        self._facts = self._chains = self._accesses = self._checkpoints = 0
        self._sealed = self._erased = 0

    def verified(self, head: ExportedHead | None) -> Verified:
        """Return what was found."""
        with reading(self._ledger.connection, damaged=True) as own:
            self._read_checkpoints(own, head)
            self._read_chains(own)
            self._read_protocols(own)
        self._read_accesses()
        return Verified(
            facts=self._facts,
            chains=self._chains,
            accesses=self._accesses,
            checkpoints=self._checkpoints,
            sealed=self._sealed,
            erased=self._erased,
            head="" if head is None else head.moment,
            faults=tuple(self._faults),
        )

    def _wrong(self, where: str, field: str, got: str, wanted: str) -> None:
        do = _CLOCK if field == "recorded" else RESTORE
        self._faults.append(Problem(where=where, field=field, got=got, wanted=wanted, do=do))

    def _pin(self, head: ExportedHead, told_by: str) -> None:
        for end in head.heads:
            self._pins.setdefault(end.subject, {}).setdefault(end.seq, Pin(end.hash, told_by))

    def _read_checkpoints(self, own: Any, exported: ExportedHead | None) -> None:  # noqa: ANN401
        before, there = FIRST, False
        for row in chain.from_iterable(stream(own, _CHECKPOINTS)):
            found = self._checkpoint(row)
            fault = found if isinstance(found, str) else _link(found, before) or found.fault()
            if isinstance(found, str) or fault:
                self._wrong(
                    f"checkpoint {row[0]}", "checkpoint", fault, "a checkpoint as petrial signed it"
                )
                break
            self._checkpoints += 1
            self._pin(found, f"the checkpoint of {found.moment}")
            there = there or found == exported
            before = Head("", found.number, found.hash)
        if exported is not None:
            self._compare(exported, there=there)

    def _checkpoint(self, row: Row) -> ExportedHead | str:
        number, moment, heads, digest, previous, own, signature = row
        try:
            ends = heads_of(heads)
        except ValueError:
            return "its heads cannot be read"
        found = ExportedHead(
            study=self._ledger.study,
            number=number,
            moment=moment,
            heads=ends,
            digest=digest,
            previous=previous,
            public_key=self._ledger.keys.public,
            signature=signature,
        )
        return found if found.hash == own else "its hash is not that of its content"

    def _compare(self, exported: ExportedHead, *, there: bool) -> None:
        fault = exported.fault()
        if exported.study != self._ledger.study:
            fault = f"it is of study {exported.study}"
        elif exported.public_key != self._ledger.keys.public:
            fault = "it is signed with another key"
        if fault:
            raise LedgerError(
                where="exported head",
                field=f"checkpoint {exported.number}",
                got=fault,
                wanted=f"a head that petrial exported from study {self._ledger.study}",
                do="take the document as it was kept, unchanged",
            )
        self._pin(exported, f"the exported head of {exported.moment}")
        if not there and not self._faults:
            self._wrong(
                f"checkpoint {exported.number}",
                "checkpoint",
                "another, or none",
                "the exported one",
            )

    def _read_chains(self, own: Any) -> None:  # noqa: ANN401
        with own.cursor() as cursor:
            cursor.execute(_HEADS)
            heads = {row[0]: (Head(*row[:3]), row[3]) for row in cursor.fetchall()}
        missing = {s for s, (head, _) in heads.items() if head.seq}
        missing |= self._pins.keys() - {ACCESS_CHAIN}
        rows = chain.from_iterable(stream_upto(own, None))
        for subject, of_subject in groupby(rows, key=lambda row: row[_SUBJECT]):
            missing.discard(subject)
            self._chains += 1
            head, site = heads.get(subject, (Head(subject), ""))
            self._read_chain(own, of_subject, head, site)
        for subject in sorted(missing):
            self._wrong(f"chain of {subject}, fact 1", "chain", "no fact", "all its facts")
        with own.cursor() as cursor:
            cursor.execute(_PROJECTED)
            for (subject,) in cursor.fetchall():
                if subject not in heads:
                    self._wrong(f"projection of {subject}", "subject", "a state", "no such subject")
        if not self._faults:
            self._count_vault(own)

    def _read_chain(self, own: Any, rows: Iterable[Row], head: Head, site: str) -> None:  # noqa: ANN401
        seen = Watched(self._ledger.study, self._pins.get(head.subject, {}))
        where = f"chain of {head.subject}"
        for problem in first_fault(seen.watched(rows), head):
            cut = seen.cut()
            if problem.field == "head" and seen.fault is None and cut is not None:
                self._wrong_end(where, seen, cut)
            else:
                self._faults.append(problem)
            return
        self._facts += seen.number
        self._adopted |= seen.adopted
        if seen.fault is not None:
            seq, field, got, wanted = seen.fault
            self._wrong(f"{where}, fact {seq}", field, got, wanted)
        elif (cut := seen.cut()) is not None:
            self._wrong_end(where, seen, cut)
        elif seen.last is not None and seen.last[_SITE] != site:
            self._wrong(where, "site of the head", site, seen.last[_SITE])
        elif self._read_sealed(own, where, seen):
            self._read_projection(own, head.subject, seen)

    def _wrong_end(self, where: str, seen: Watched, cut: Pin) -> None:
        number = seen.number
        wanted = f"fact {number + 1} and what follows, as {cut.told_by} says"
        self._wrong(f"{where}, fact {number + 1}", "end", f"last fact {number}", wanted)

    def _read_sealed(self, own: Any, where: str, seen: Watched) -> bool:  # noqa: ANN401
        commitments = list(seen.sealed)
        for start in range(0, len(commitments), _SEALED_AT_ONCE):
            some = commitments[start : start + _SEALED_AT_ONCE]
            found, bad = self._ledger.vault.tried(own, some)
            gone = set(some) - found
            lost = {one for one in gone if seen.sealed[one] > seen.erased_at}
            if bad or lost:
                first = min((*bad, *lost), key=seen.sealed.__getitem__)
                self._wrong(
                    f"{where}, fact {seen.sealed[first]}",
                    "text in the vault",
                    "no text, and nobody erased it" if first in lost else "another text",
                    f"the text that was sealed as {first[-64:][:12]}",
                )
                return False
            self._sealed += len(found)
            self._erased += len(gone)
        return True

    def _read_projection(self, own: Any, subject: str, seen: Watched) -> None:  # noqa: ANN401
        with own.cursor() as cursor:
            cursor.execute(_PROJECTION, [subject])
            found = {tuple(row[:5]): row[5] for row in cursor.fetchall()}
        if found == seen.places:
            return
        differ = found.items() ^ seen.places.items()
        seq = min(number for _, number in differ)
        place = next(place for place, number in differ if number == seq)
        self._faults.append(
            Problem(
                where=f"projection of {subject}, fact {seq}",
                field=f"{place[0]}/{place[2]}.{place[4]}",
                got=f"fact {found.get(place)}",
                wanted=f"fact {seen.places.get(place)}, the newest at this place",
                do="find out who changed it, then derive it anew from the facts",
            )
        )

    def _count_vault(self, own: Any) -> None:  # noqa: ANN401
        count = self._ledger.vault.count(own)
        if count != self._sealed:
            got = f"{count - self._sealed} texts to which no fact commits"
            self._wrong("vault", "sealed texts", got, "only texts that facts commit to")

    def _read_protocols(self, own: Any) -> None:  # noqa: ANN401
        missing = dict(self._adopted)
        for digest, text in chain.from_iterable(stream(own, _TEXTS)):
            missing.pop(digest, None)
            if hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest() != digest:
                self._wrong(f"protocol {digest[:12]}", "text", "another text", "its own text")
        for digest, seq in missing.items():
            wanted = f"the text that fact {seq} of {STUDY} brought into force"
            self._wrong(f"protocol {digest[:12]}", "text", "no text", wanted)

    def _read_accesses(self) -> None:
        accesses = self._ledger.accesses
        with reading(connections[accesses.alias], damaged=True) as own:
            with closing(accesses.rows_of(own)) as blocks:
                rows = chain.from_iterable(blocks)
                whys = self._read_access_chain(rows, self._pins.get(ACCESS_CHAIN, {}))
            if whys is not None:
                self._read_purposes(own, whys)

    def _read_access_chain(
        self, rows: Iterable[Row], pins: Mapping[int, Pin]
    ) -> dict[str, int] | None:
        """Return the row of each sealed purpose; None where a row is bad."""
        previous, number, whys = ORIGIN, 0, dict[str, int]()
        for row in rows:
            number += 1
            pin = pins.get(number)
            fits = (row[0], row[1], row[-2]) == (self._ledger.study, number, previous)
            if not fits or row_digest(row) != row[-1] or (pin and pin.hash != row[-1]):
                self._wrong(f"access chain, row {number}", "hash", str(row[-1])[:12], "its own")
                return None
            if row[WHY]:
                whys[row[WHY]] = number
            previous = row[-1]
        self._accesses = number
        beyond = [seq for seq in pins if seq > number]
        if beyond:
            told_by = pins[min(beyond)].told_by
            self._wrong(
                f"access chain, row {number + 1}",
                "end",
                f"last row {number}",
                f"row {number + 1} and what follows, as {told_by} says",
            )
            return None
        return whys

    def _read_purposes(self, own: Any, whys: Mapping[str, int]) -> None:  # noqa: ANN401
        vault = self._ledger.accesses.vault
        found, bad = vault.tried(own, whys)
        more = vault.count(own) - len(found)
        self._sealed += len(found)
        self._erased += len(whys) - len(found)
        if bad:
            where = f"access chain, row {min(whys[sealed] for sealed in bad)}"
            self._wrong(where, "purpose", "another text", "the text that was sealed")
        elif more:
            got = f"{more} texts to which no row commits"
            self._wrong("access chain", "sealed purposes", got, "only texts that rows commit to")


def _link(found: ExportedHead, before: Head) -> str:
    if (found.number, found.previous) != (before.seq + 1, before.hash):
        return f"it does not follow checkpoint {before.seq}"
    return ""
