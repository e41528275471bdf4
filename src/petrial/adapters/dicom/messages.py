"""How the reader talks with its decoders: messages over pipes.

A message is a length (four bytes, little endian), a JSON object of that length, and the bytes whose
number the object gives as ``bytes``.
"""

import json
from struct import pack, unpack
from typing import IO, Any

__all__ = ["receive", "send"]


def send(stream: IO[bytes], message: dict[str, Any], content: bytes | memoryview = b"") -> None:
    """Write one message and its bytes."""
    text = json.dumps({**message, "bytes": len(content)}).encode()
    stream.write(pack("<I", len(text)) + text)
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """Read one message and its bytes; None where the other side has gone."""
    start = stream.read(4)
    if len(start) < 4:  # noqa: PLR2004  the length of the length
        return None
    text = stream.read(unpack("<I", start)[0])
    try:
        message = json.loads(text)
        content = stream.read(int(message["bytes"]))
    except (ValueError, KeyError, TypeError):
        return None
    return (message, content) if len(content) == message["bytes"] else None
