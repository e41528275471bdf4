"""The chain of facts: canonical bytes, hashes, commitments, and finding the first bad link.

What the bytes are is specified in ``docs/look-up/ledger.md``, so that others can verify a chain
without this program.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from petrial.subjects.facts import FACT_FIELDS, SEALED, Fact
from petrial.vocabulary.errors import Problem

__all__ = [
    "ORIGIN",
    "Head",
    "canonical",
    "chained",
    "commitment",
    "digest",
    "first_fault",
    "row_digest",
]

ORIGIN: Final = "0" * 64
"""What the first fact of a chain names as the hash before it."""

_HASHED: Final = FACT_FIELDS[:-1]


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: number and hash of its last fact; 0 and zeros before the first."""

    subject: str
    seq: int = 0
    hash: str = ORIGIN


def canonical(fact: Fact) -> bytes:
    """Return the bytes that are hashed.

    A JSON array (RFC 8259) in UTF-8 of the fields in their order, all but the hash, no spaces,
    characters beyond ASCII as they are, a missing value as null.
    """
    return _bytes(tuple(getattr(fact, name) for name in _HASHED))


def _bytes(row: tuple[object, ...]) -> bytes:
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="surrogatepass")  # a damaged row is to be found, not to stop us


def digest(fact: Fact) -> str:
    """Return the SHA-256 of the canonical bytes, hexadecimal."""
    return hashlib.sha256(canonical(fact)).hexdigest()


def row_digest(row: tuple[object, ...]) -> str:
    """Return the hash of a ledger row given as a tuple of all fields in order, hash last."""
    return hashlib.sha256(_bytes(row[:-1])).hexdigest()


def commitment(salt: bytes, text: str) -> str:
    """Return what stands in the chain for a sealed text: ``sealed:sha256:`` and a hash.

    The hash is SHA-256 over salt (32 random bytes) and text. Without the salt, which is erased
    with the text, nobody can try out texts against it.

    >>> commitment(bytes(32), "Anna")[:20]
    'sealed:sha256:8706a4'
    """
    return SEALED + hashlib.sha256(salt + text.encode()).hexdigest()


def first_fault(rows: Iterable[tuple[object, ...]], head: Head) -> Iterator[Problem]:
    """Yield the first fault of one chain, or nothing where it is whole.

    Parameters
    ----------
    rows
        Rows of one chain in order of their number, each a tuple of the fields of ``Fact``.
    head
        What the chain's head row says of its end.

    Notes
    -----
    Finds a changed, removed, inserted or reordered row before the head. A chain cut together
    with its head row is found by a checkpoint or an exported head only.
    """
    previous, number = ORIGIN, 0
    for row in rows:
        number += 1
        fault = _fault(row, number, previous, head.subject)
        if fault is not None:
            yield fault
            return
        previous = str(row[-1])
    if (number, previous) != (head.seq, head.hash):
        yield Problem(
            where=f"chain of {head.subject}",
            field="head",
            got=f"last fact {number}, {previous[:12]}",
            wanted=f"fact {head.seq}, {head.hash[:12]}, as the head row says",
            do="restore the ledger from a backup; do not write to it",
        )


_SEQ: Final = FACT_FIELDS.index("seq")
_SUBJECT: Final = FACT_FIELDS.index("subject")
_PREVIOUS: Final = FACT_FIELDS.index("previous")


def _fault(row: tuple[object, ...], number: int, previous: str, subject: str) -> Problem | None:
    found: tuple[str, str, str] | None = None
    if row[_SEQ] != number or row[_SUBJECT] != subject:
        found = ("number in the chain", f"{row[_SUBJECT]} {row[_SEQ]}", f"{subject} {number}")
    elif row[_PREVIOUS] != previous:
        found = ("hash of the fact before", str(row[_PREVIOUS])[:12], previous[:12])
    elif row_digest(row) != row[-1]:
        found = ("hash", str(row[-1])[:12], f"{row_digest(row)[:12]}, the hash of its content")
    if found is None:
        return None
    field, got, wanted = found
    return Problem(
        where=f"chain of {subject}, fact {number}",
        field=field,
        got=got,
        wanted=wanted,
        do="restore the ledger from a backup; do not write to it",
    )


def chained(values: tuple[object, ...], head: Head) -> Fact:
    """Return the fact that follows ``head``.

    ``values`` are the fields of ``Fact`` but ``previous`` and ``hash``, in order.
    """
    row = (*values, head.hash)
    whole = (*row, hashlib.sha256(_bytes(row)).hexdigest())
    return Fact(**dict(zip(FACT_FIELDS, whole, strict=True)))  # type: ignore[arg-type]  # by name
