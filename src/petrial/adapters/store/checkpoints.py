"""Checkpoints: the ends of all chains at one moment, signed, and exported outside the study."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from petrial.adapters.store.keys import Keys
from petrial.subjects.chain import ORIGIN, Head, row_digest
from petrial.vocabulary.errors import LedgerError

__all__ = ["ACCESS_CHAIN", "ExportedHead", "heads_of", "heads_text"]

ACCESS_CHAIN: Final = "@access"
"""Under this name the end of the access chain stands among the heads."""


def heads_text(heads: Iterable[Head]) -> str:
    """Return the ends of chains as the text whose SHA-256 a checkpoint holds.

    >>> heads_text([Head("S-001", 2, "ab")])
    '[["S-001",2,"ab"]]'
    """
    rows = [[head.subject, head.seq, head.hash] for head in heads]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def heads_of(text: str) -> tuple[Head, ...]:
    """Return the ends of chains that ``heads_text`` wrote. Raises ValueError."""
    try:
        return tuple(Head(str(s), int(n), str(h)) for s, n, h in json.loads(text))
    except TypeError as error:
        raise ValueError(str(error)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedHead:
    """A checkpoint as it is kept outside the study, where nobody who could change the ledger can.

    Attributes
    ----------
    study, number, moment
        Which checkpoint of which study, and when it was made, in UTC.
    heads
        The ends of all chains, by subject; the access chain's as ``@access``.
    digest
        SHA-256 of ``heads_text``.
    previous
        Hash of the checkpoint before; zeros before the first.
    public_key, signature
        Ed25519, hexadecimal; signed are the 32 bytes of ``hash``.
    """

    study: str
    number: int
    moment: str
    heads: tuple[Head, ...]
    digest: str
    previous: str
    public_key: str
    signature: str

    @classmethod
    def signed(
        cls, study: str, before: Head, moment: str, heads: Iterable[Head], keys: Keys
    ) -> Self:
        """Return the checkpoint after the one whose number and hash ``before`` holds."""
        ends = tuple(heads)
        digest = hashlib.sha256(heads_text(ends).encode()).hexdigest()
        number = before.seq + 1
        own = _hash(study, number, moment, digest, before.hash)
        return cls(
            study=study,
            number=number,
            moment=moment,
            heads=ends,
            digest=digest,
            previous=before.hash,
            public_key=keys.public,
            signature=keys.signing.sign(bytes.fromhex(own)).hex(),
        )

    @property
    def hash(self) -> str:
        """SHA-256 over study, number, moment, digest and the hash before, as canonical bytes."""
        return _hash(self.study, self.number, self.moment, self.digest, self.previous)

    def fault(self) -> str:
        """Return what is wrong with it by itself; empty where its digest and signature fit."""
        if hashlib.sha256(heads_text(self.heads).encode()).hexdigest() != self.digest:
            return "its digest is not that of its heads"
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public_key))
            key.verify(bytes.fromhex(self.signature), bytes.fromhex(self.hash))
        except (InvalidSignature, ValueError):
            return "its signature does not fit"
        return ""

    def to_json(self) -> str:
        """Return it as the JSON document to keep outside the study."""
        content = asdict(self) | {"heads": json.loads(heads_text(self.heads))}
        return json.dumps({"petrial": "ledger head 1", **content}, indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what ``to_json`` wrote.

        Raises
        ------
        LedgerError
            It is no such document; whether it is true is for ``fault`` to say.
        """
        names = [field.name for field in fields(cls)]
        try:
            found = json.loads(text)
            if found.pop("petrial") != "ledger head 1" or sorted(found) != sorted(names):
                raise ValueError(", ".join(found))  # noqa: TRY301  told below, as the others
            found["heads"] = heads_of(json.dumps(found["heads"]))
            found["number"] = int(found["number"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LedgerError(
                where="exported head",
                field="document",
                got=str(error) or type(error).__name__,
                wanted="the JSON document that petrial exported",
                do="take the document as it was kept, unchanged",
            ) from error
        return cls(**found)


def _hash(study: str, number: int, moment: str, digest: str, previous: str) -> str:
    return row_digest((study, number, moment, digest, previous, ""))


FIRST: Final = Head("", 0, ORIGIN)
"""What stands before the first checkpoint."""
