"""Protocols by name or path: read, checked, compared, written for people, begun from a register."""

from pathlib import Path

from petrial.adapters.files.protocol import (
    BUILT_IN,
    built_in_text,
    parse_protocol,
    protocol_file_text,
)
from petrial.protocol.model import Protocol
from petrial.vocabulary.errors import UsageError

__all__ = ["protocol_text"]


def protocol_text(name: str) -> tuple[str, Protocol]:
    """Return the text of a protocol, and the protocol.

    Parameters
    ----------
    name
        A built-in name such as ``impact-mbc``, or the path of a protocol file.

    Raises
    ------
    UsageError
        It is neither.
    ProtocolError
        The file has a fault; ``others`` of the error holds the further ones.

    Examples
    --------
    >>> protocol_text("impact-mbc")[1].identity.registration
    'NCT01957332'
    """
    text, where = _text(name)
    return text, parse_protocol(text, where)


def _text(name: str) -> tuple[str, str]:
    """Return the text of a protocol, and how messages call it."""
    if name in BUILT_IN:
        return built_in_text(name), name
    path = Path(name)
    if not path.exists():
        raise UsageError(
            where="protocol",
            field="name or path",
            got=name,
            wanted="a protocol file, or one that petrial brings with it: " + ", ".join(BUILT_IN),
            do="check the path",
        )
    return protocol_file_text(path), path.name
