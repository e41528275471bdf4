"""Where a ledger lies: addresses of databases, and what Django wants to know of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from petrial.vocabulary.errors import LedgerError

__all__ = ["Address", "access_path"]

_WAIT_SECONDS: Final = 30
_SQLITE: Final = "sqlite:///"
_POSTGRESQL: Final = ("postgresql", "postgres")
_AT_START: Final = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;"
    "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536"
)


@dataclass(frozen=True, slots=True)
class Address:
    """Address of a database.

    Attributes
    ----------
    text
        It without the password.
    facts, access
        What Django is told of the database of facts, and of that of the access chain.
    path
        The file, None on a server.
    """

    text: str
    facts: dict[str, object]
    access: dict[str, object]
    path: Path | None

    @classmethod
    def of(cls, text: str) -> "Address":
        """Return the address that is written ``text``.

        Parameters
        ----------
        text
            ``sqlite:///`` and a path, which begins with one more slash where it is absolute; or
            ``postgresql://user:password@host:port/database``, with libpq's settings after a
            question mark where there are any.

        Raises
        ------
        LedgerError
            It is neither.

        Examples
        --------
        >>> Address.of("postgresql://nurse:secret@db/impact").text
        'postgresql://nurse@db/impact'
        """
        if text.startswith(_SQLITE) and text != _SQLITE:
            path = Path(text.removeprefix(_SQLITE))
            return cls(text, _sqlite(path), _sqlite(access_path(path)), path)
        parts = urlsplit(text)
        if parts.scheme in _POSTGRESQL and parts.path.strip("/"):
            database: dict[str, object] = {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": unquote(parts.path.strip("/")),
                "USER": unquote(parts.username or ""),
                "PASSWORD": unquote(parts.password or ""),
                "HOST": parts.hostname or "",
                "PORT": str(parts.port or ""),
                "OPTIONS": dict(parse_qsl(parts.query)),
            }
            host = parts.netloc.rpartition("@")[2]
            user = f"{parts.username}@" if parts.username else ""
            return cls(f"postgresql://{user}{host}{parts.path}", database, dict(database), None)
        raise LedgerError(
            where="address of the database",
            field="address",
            got=text.partition("://")[0],
            wanted="sqlite:///path, or postgresql://user:password@host:port/database",
            do="correct the address of the database in study.toml",
        )


def access_path(path: Path) -> Path:
    """Return the file of the access chain that belongs to a file of facts.

    >>> access_path(Path("study.sqlite3")).name
    'study.access.sqlite3'
    """
    return path.with_name(f"{path.stem}.access{path.suffix}")


def _sqlite(path: Path) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "timeout": _WAIT_SECONDS,
            "transaction_mode": "IMMEDIATE",
            "init_command": _AT_START,
        },
    }
