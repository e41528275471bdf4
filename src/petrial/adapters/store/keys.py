"""Keys of a study: one that encrypts the vault, one that signs heads; outside the study folder."""

import hashlib
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from petrial.vocabulary.errors import LedgerError

__all__ = ["Keys", "keys_folder"]

_VAULT: Final = "vault.key"
_SIGNING: Final = "signing.key"
_BYTES: Final = 32
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def keys_folder(study: str, environment: Mapping[str, str]) -> Path:
    """Return the folder of a study's keys: ``$PETRIAL_KEYS/<study>``, or in the user's settings.

    Raises
    ------
    LedgerError
        The identifier of the study cannot be the name of a folder.

    Examples
    --------
    >>> keys_folder("IMPACT", {"PETRIAL_KEYS": "/safe"}).as_posix()
    '/safe/IMPACT'
    """
    if study in {"", ".", ".."} or "/" in study or "\\" in study:
        raise LedgerError(
            where="keys of the study",
            field="identifier",
            got=study,
            wanted="a name that can be a folder's",
            do="name the study without slashes",
        )
    above = environment.get("PETRIAL_KEYS")
    return (Path(above) if above else Path.home() / ".config" / "petrial" / "keys") / study


@dataclass(frozen=True, slots=True)
class Keys:
    """The two secrets of a study.

    Attributes
    ----------
    vault
        Key of AES-256-GCM, 32 bytes.
    signing
        Private key of Ed25519.
    """

    vault: bytes = field(repr=False)
    signing: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make new keys in ``folder``, readable by their owner only.

        Raises
        ------
        LedgerError
            There are keys already: the texts that they sealed would be lost.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in (_VAULT, _SIGNING):
            if (folder / name).exists():
                raise LedgerError(
                    where=str(folder),
                    field=name,
                    got="a key",
                    wanted="none yet: texts sealed with it would be lost",
                    do="name another folder, or keep these keys",
                )
        for name in (_VAULT, _SIGNING):
            _write(folder / name, secrets.token_bytes(_BYTES))
        return cls.read(folder)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the keys in ``folder``.

        Raises
        ------
        LedgerError
            A key is missing, damaged, or can be read by others.
        """
        return cls(
            vault=_read(folder / _VAULT),
            signing=Ed25519PrivateKey.from_private_bytes(_read(folder / _SIGNING)),
        )

    @property
    def public(self) -> str:
        """The public key that belongs to the signing key, hexadecimal."""
        return self.signing.public_key().public_bytes_raw().hex()

    @property
    def fingerprint(self) -> str:
        """What tells the vault's key from others without giving it away."""
        return hashlib.sha256(b"petrial vault key\n" + self.vault).hexdigest()


def _write(path: Path, key: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        text = path.read_text()
    except OSError as error:
        raise LedgerError(
            where=str(path.parent),
            field=path.name,
            got=error.strerror,
            wanted="the key that was made with the study",
            do="set PETRIAL_KEYS to the folder of the keys, or restore them from their backup",
        ) from error
    if os.name == "posix" and mode & _OTHERS:
        raise LedgerError(
            where=str(path.parent),
            field=path.name,
            got=f"mode {stat.S_IMODE(mode):o}, which others can read",
            wanted="mode 600",
            do=f"chmod 600 {path}",
        )
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise LedgerError(
            where=str(path.parent),
            field=path.name,
            got=f"{len(key)} bytes",
            wanted=f"{_BYTES} bytes, hexadecimal",
            do="restore the key from its backup",
        )
    return key
