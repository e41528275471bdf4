"""The vault: texts that must be erasable, encrypted with their salts, by commitment."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from petrial.subjects.chain import commitment
from petrial.vocabulary.errors import LedgerError

__all__ = ["Vault"]

_SALT: Final = 32
_NONCE: Final = 12
_AT_ONCE: Final = 500
_INSERT: Final = "INSERT INTO {} (commitment, ciphertext) VALUES (%s, %s)"
_SELECT: Final = "SELECT commitment, ciphertext FROM {} WHERE commitment IN ({})"
_DELETE: Final = "DELETE FROM {} WHERE commitment IN ({})"


class Vault:
    """Seals texts and opens them; ``connection`` is Django's, in whose transaction it works.

    A row is a nonce of 12 bytes and the AES-256-GCM ciphertext of salt and text, with study and
    commitment as associated data: a text moved to another commitment does not open.
    """

    def __init__(self, key: bytes, study: str, table: str = "ledger_vault") -> None:
        self._cipher = AESGCM(key)
        self._study = study
        self._table = table

    def seal(self, text: str) -> tuple[str, bytes]:
        """Return a new commitment to ``text`` and the row's ciphertext."""
        salt = secrets.token_bytes(_SALT)
        sealed = commitment(salt, text)
        nonce = secrets.token_bytes(_NONCE)
        content = self._cipher.encrypt(nonce, salt + text.encode(), self._bound(sealed))
        return sealed, nonce + content

    def open(self, sealed: str, ciphertext: bytes) -> str:
        """Return the text that was sealed.

        Raises
        ------
        LedgerError
            It is not what was sealed under this commitment.
        """
        try:
            content = self._cipher.decrypt(
                ciphertext[:_NONCE], ciphertext[_NONCE:], self._bound(sealed)
            )
            text = content[_SALT:].decode()
        except (InvalidTag, ValueError) as error:
            raise _changed(sealed) from error
        if commitment(content[:_SALT], text) != sealed:
            raise _changed(sealed)
        return text

    def _bound(self, sealed: str) -> bytes:
        return f"{self._study}\n{sealed}".encode()

    def keep(self, connection: Any, rows: Sequence[tuple[str, bytes]]) -> None:  # noqa: ANN401
        """Store sealed texts."""
        if rows:
            with connection.cursor() as cursor:
                cursor.executemany(_INSERT.format(self._table), rows)

    def opened(self, connection: Any, commitments: Iterable[str]) -> Mapping[str, str]:  # noqa: ANN401
        """Return the texts that are still there, by commitment. Raises LedgerError."""
        found = self._found(connection, commitments)
        return {sealed: self.open(sealed, ciphertext) for sealed, ciphertext in found}

    def tried(self, connection: Any, commitments: Iterable[str]) -> tuple[set[str], list[str]]:  # noqa: ANN401
        """Return the commitments whose text is still there, and those whose text does not fit."""
        there, bad = set(), []
        for sealed, ciphertext in self._found(connection, commitments):
            there.add(sealed)
            try:
                self.open(sealed, ciphertext)
            except LedgerError:
                bad.append(sealed)
        return there, bad

    def erase(self, connection: Any, commitments: Iterable[str]) -> int:  # noqa: ANN401
        """Erase sealed texts with their salts; return how many there were."""
        erased = 0
        with connection.cursor() as cursor:
            for some in _parts(commitments):
                marks = ", ".join(["%s"] * len(some))
                cursor.execute(_DELETE.format(self._table, marks), some)
                erased += cursor.rowcount
        return erased

    def count(self, connection: Any) -> int:  # noqa: ANN401
        """Return how many texts there are."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {self._table}")  # noqa: S608  own names
            return int(cursor.fetchone()[0])

    def _found(self, connection: Any, commitments: Iterable[str]) -> Iterator[tuple[str, bytes]]:  # noqa: ANN401
        with connection.cursor() as cursor:
            for some in _parts(commitments):
                marks = ", ".join(["%s"] * len(some))
                cursor.execute(_SELECT.format(self._table, marks), some)
                for sealed, ciphertext in cursor.fetchall():
                    damaged = isinstance(ciphertext, str)  # SQLite holds whatever it is given
                    yield sealed, ciphertext.encode() if damaged else bytes(ciphertext)


def _parts(commitments: Iterable[str]) -> Iterator[list[str]]:
    left = iter(dict.fromkeys(commitments))
    while some := list(islice(left, _AT_ONCE)):
        yield some


def _changed(sealed: str) -> LedgerError:
    return LedgerError(
        where="vault",
        field=sealed,
        got="a text that was not sealed under this commitment",
        wanted="the text that was sealed",
        do="restore the vault from a backup",
    )
