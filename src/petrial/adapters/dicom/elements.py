"""The elements of a DICOM data set as bytes: the few that petrial reads, found without conversion.

A walk over plain files (PS3.5, section 7) that converts nothing. Whatever is not plain is left to
pydicom, see ``fallback``: this module then raises ``UnusualEncoding``.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Final

__all__ = [
    "BIG",
    "EXPLICIT",
    "IMPLICIT",
    "ITEM",
    "SEQUENCE_END",
    "UNDEFINED",
    "Cut",
    "Elements",
    "Encoding",
    "Malformed",
    "UnusualEncoding",
    "walk",
]

UNDEFINED: Final = 0xFFFFFFFF
ITEM: Final = 0xFFFEE000
_ITEM_END: Final = 0xFFFEE00D
SEQUENCE_END: Final = 0xFFFEE0DD
_FIRST_DELIMITER: Final = 0xFFFE0000
_DEEPEST: Final = 24
_PRIVATE: Final = frozenset((0x0009, 0x0071, 0x7053))

_SHORT: Final = frozenset(b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split())
_LONG: Final = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_BULK: Final = frozenset((b"OB", b"OW"))


@dataclass(frozen=True, slots=True)
class Encoding:
    """How elements are written: with or without value representation, and in which byte order."""

    explicit: bool
    big: bool
    head: Struct
    long: Struct
    plain: Struct


EXPLICIT: Final = Encoding(
    explicit=True, big=False, head=Struct("<HH2sH"), long=Struct("<I"), plain=Struct("<HHI")
)
IMPLICIT: Final = Encoding(
    explicit=False, big=False, head=Struct("<HHI"), long=Struct("<I"), plain=Struct("<HHI")
)
BIG: Final = Encoding(
    explicit=True, big=True, head=Struct(">HH2sH"), long=Struct(">I"), plain=Struct(">HHI")
)


class UnusualEncoding(Exception):  # noqa: N818  it is no error: pydicom takes over
    """The bytes are not plain; pydicom is to judge."""


class Malformed(Exception):  # noqa: N818  carries a sentence that becomes a Problem
    """The bytes break the rules of the format."""


class Cut(Exception):  # noqa: N818  more bytes may follow in the file
    """An element ends behind the bytes at hand; ``needed`` is where."""

    def __init__(self, needed: int) -> None:
        super().__init__(needed)
        self.needed = needed


class Elements:
    """The elements of one data set: by tag the value representation (or empty) and the value."""

    __slots__ = ("encoding", "raw")

    def __init__(self, raw: dict[int, tuple[bytes, bytes]], encoding: Encoding) -> None:
        self.raw = raw
        self.encoding = encoding

    def items(self, tag: int) -> list["Elements"]:
        """Return the items of the sequence ``tag``, none where it is absent.

        Raises
        ------
        Malformed
            The bytes of the sequence are no sequence.
        """
        found = self.raw.get(tag)
        if found is None:
            return []
        vr, content = found
        encoding = IMPLICIT if vr in {b"UN", b""} else self.encoding
        if vr not in {b"SQ", b"UN", b""}:
            message = f"the value representation {vr!r} instead of a sequence"
            raise Malformed(message)
        try:
            return list(_items(content, encoding))
        except (Cut, UnusualEncoding, UnicodeDecodeError) as error:
            message = "a sequence whose items do not fit its length"
            raise Malformed(message) from error


def _items(content: bytes, encoding: Encoding) -> Iterator[Elements]:
    position, end = 0, len(content)
    while position + 8 <= end:
        group, element, length = encoding.plain.unpack_from(content, position)
        tag = group << 16 | element
        position += 8
        if tag == SEQUENCE_END:
            return
        if tag != ITEM:
            message = "a sequence that holds something else than items"
            raise Malformed(message)
        if length != UNDEFINED and position + length > end:
            raise Cut(position + length)
        stop = end if length == UNDEFINED else position + length
        raw, position = walk(content[:stop], position, encoding)
        yield Elements(raw, encoding)
        position = _past_delimiter(content, position, encoding) if length == UNDEFINED else stop


def _past_delimiter(buffer: bytes, position: int, encoding: Encoding) -> int:
    if position + 8 > len(buffer):
        raise Cut(position + 8)
    group, element, _ = encoding.plain.unpack_from(buffer, position)
    if group << 16 | element != _ITEM_END:
        message = "an item that does not end"
        raise Malformed(message)
    return position + 8


def walk(
    buffer: bytes,
    position: int,
    encoding: Encoding,
    stop: int = _FIRST_DELIMITER,
    keep: Container[int] | None = None,
    depth: int = 0,
) -> tuple[dict[int, tuple[bytes, bytes]], int]:
    """Return the elements from ``position`` up to tag ``stop``, and where the walk ended.

    Parameters
    ----------
    buffer
        The bytes; a walk that ends inside an element raises ``Cut``.
    position
        Offset of the first tag.
    encoding
        How the elements are written.
    stop
        The first tag that is not walked over.
    keep
        The tags wanted; all when None. The private groups of PET scanners are always kept.
    depth
        How deep in sequences the walk is.

    Raises
    ------
    Cut
        The last element reaches beyond the buffer.
    UnusualEncoding
        An element is not written in a plain way.
    Malformed
        Nested too deeply, or the same tag twice.
    """
    raw: dict[int, tuple[bytes, bytes]] = {}
    end = len(buffer)
    head, typed = (encoding.head.unpack_from, encoding.explicit)
    vr = b""
    previous = -1
    while position + 8 <= end:
        if typed:
            group, element, vr, length = head(buffer, position)
        else:
            group, element, length = head(buffer, position)
        tag = group << 16 | element
        if tag >= stop:
            return raw, position
        if tag <= previous:
            _raise_disorder(tag, raw)
        previous = tag
        position += 8
        if typed and vr not in _SHORT:
            length, position = _long_length(buffer, position, encoding, vr)
        after = value_end = position + length
        if length == UNDEFINED:
            value_end, after = _end_of(buffer, position, encoding, vr, depth)
        elif value_end > end:
            raise Cut(value_end)
        if keep is None or tag in keep or group in _PRIVATE:
            raw[tag] = (vr, buffer[position:value_end])
        position = after
    if buffer[position:].strip(b"\0"):
        raise Cut(position + 8)
    return raw, position


def _long_length(buffer: bytes, position: int, encoding: Encoding, vr: bytes) -> tuple[int, int]:
    """Return the length of a value whose representation has the long form, and where it begins."""
    if vr not in _LONG:
        raise UnusualEncoding
    if position + 4 > len(buffer):
        raise Cut(position + 4)
    return encoding.long.unpack_from(buffer, position)[0], position + 4


def _raise_disorder(tag: int, raw: dict[int, tuple[bytes, bytes]]) -> None:
    if tag in raw:
        message = f"the element ({tag >> 16:04X},{tag & 0xFFFF:04X}) twice"
        raise Malformed(message)
    raise UnusualEncoding


def _end_of(
    buffer: bytes, position: int, encoding: Encoding, vr: bytes, depth: int
) -> tuple[int, int]:
    """Return where a value of undefined length ends, and where the next element begins."""
    if depth >= _DEEPEST:
        message = f"sequences nested more than {_DEEPEST} deep"
        raise Malformed(message)
    if vr not in {b"SQ", b"UN", b""} and vr not in _BULK:
        raise UnusualEncoding
    inner = IMPLICIT if vr == b"UN" else encoding
    end = len(buffer)
    while position + 8 <= end:
        group, element, length = inner.plain.unpack_from(buffer, position)
        tag = group << 16 | element
        if tag == SEQUENCE_END:
            return position, position + 8
        if tag != ITEM:
            message = "a sequence that holds something else than items"
            raise Malformed(message)
        position += 8
        if length != UNDEFINED:
            position += length
        elif vr in _BULK:
            raise UnusualEncoding
        else:
            _, position = walk(buffer, position, inner, keep=(), depth=depth + 1)
            position = _past_delimiter(buffer, position, inner)
    raise Cut(position + 8)
