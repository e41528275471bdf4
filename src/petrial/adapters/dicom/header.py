"""One file: whether it is DICOM, what its header holds, and where its pixel data lie."""

from contextlib import closing
from dataclasses import dataclass
from typing import Final

from petrial.adapters.dicom.elements import (
    BIG,
    EXPLICIT,
    IMPLICIT,
    ITEM,
    SEQUENCE_END,
    UNDEFINED,
    Cut,
    Elements,
    Encoding,
    Malformed,
    UnusualEncoding,
    walk,
)
from petrial.adapters.dicom.files import BytesAt, Opened, Source, inflated
from petrial.adapters.dicom.tags import KEPT, T

__all__ = ["Broken", "Instance", "PixelPlace", "read_instance"]

IMPLICIT_LITTLE: Final = "1.2.840.10008.1.2"
EXPLICIT_LITTLE: Final = "1.2.840.10008.1.2.1"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"
EXPLICIT_BIG: Final = "1.2.840.10008.1.2.2"
_ENCODINGS: Final = {IMPLICIT_LITTLE: IMPLICIT, EXPLICIT_BIG: BIG}

_DIRECTORY: Final = b"1.2.840.10008.1.3.10"
_FIRST: Final = 24 * 1024
_LARGEST_HEADER: Final = 1 << 28
_LARGEST_REWRITTEN: Final = 1 << 30
_META_END: Final = 0x00030000
_PIXELS: Final = 0x7FE00008
_GROUP_OF_PIXELS: Final = 0x7FE0
_PREAMBLE: Final = 128
_SMALLEST: Final = 16
_TAG_AND_LENGTH: Final = 8
_LONGEST_HEAD: Final = 12
_MOST_ITEMS: Final = 1 << 20


class Broken(Exception):  # noqa: N818  carries a sentence that becomes a Problem
    """A file that is DICOM and cannot be read; its series and its own UID, where found."""

    def __init__(self, reason: str, series: str = "", uid: str = "") -> None:
        super().__init__(reason)
        self.series = series
        self.uid = uid


@dataclass(frozen=True, slots=True)
class PixelPlace:
    """Which element holds the pixels, and where: ``length`` is None for encapsulated pixels."""

    tag: int
    offset: int
    length: int | None
    available: int


@dataclass(slots=True)
class Instance:
    """One file with its header as bytes."""

    source: Source
    syntax: str
    elements: Elements
    pixels: PixelPlace | None
    rewritten: bool

    def text(self, tag: int) -> str:
        """Return a plain identifier (UID, code string) as it stands, empty where absent."""
        found = self.elements.raw.get(tag)
        return found[1].strip(b" \0").decode("latin-1") if found else ""

    def open(self) -> Opened:
        """Return the bytes in which ``pixels`` is a place."""
        if self.syntax != DEFLATED and not self.rewritten:
            return self.source.open()
        return BytesAt(_prepared(self.source, rewritten=self.rewritten))

    def is_whole(self) -> bool:
        """Tell whether the file goes on to the end of its pixel data; False without any.

        Encapsulated pixel data end with a delimiter (PS3.5, A.4), so their items are walked over.
        """
        place = self.pixels
        if place is None:
            return False
        if place.length is not None:
            return place.length <= place.available
        try:
            with closing(self.open()) as opened:
                return _is_delimited(opened, place.offset)
        except (OSError, Malformed):
            return False


def read_instance(source: Source) -> Instance | None:
    """Return the header of a file, or None where it is no DICOM (a DICOMDIR is none either).

    Raises
    ------
    Broken
        The file is DICOM and cannot be read.
    OSError
        The file cannot be opened.
    """
    head, size = source.head(_FIRST)
    start, certain = _start_of(head)
    if start is None:
        return None
    try:
        return _read(source, head, size, start)
    except (Cut, Malformed, UnusualEncoding) as error:
        if not certain:
            return None
        series, uid = _identity_in(head, start)
        if isinstance(error, Cut):
            message = f"a file of {size} bytes that ends inside an element"
            raise Broken(message, series, uid) from error
        raise Broken(str(error), series, uid) from error


def _read(source: Source, head: bytes, size: int, start: int) -> Instance | None:
    syntax, position, encoding = _meta(head, start)
    if syntax is None:
        return None
    if syntax == DEFLATED:
        content = _prepared(source, rewritten=False)
        return _instance(source, syntax, content, (0, EXPLICIT))
    if encoding is None:
        return _by_pydicom(source)
    try:
        elements, at = _walked(source, head, size, (position, encoding))
    except UnusualEncoding:
        return _by_pydicom(source)
    return _made(source, syntax, elements, at)


def _walked(
    source: Source, head: bytes, size: int, start: tuple[int, Encoding]
) -> tuple[Elements, tuple[bytes, int, int]]:
    """Walk over the header, with more bytes of the file until it is whole."""
    position, encoding = start
    while True:
        try:
            raw, end = walk(head, position, encoding, stop=_PIXELS, keep=KEPT)
        except Cut as error:
            needed = error.needed
        else:
            needed = end + _LONGEST_HEAD
            if needed <= len(head) or len(head) == size:
                return Elements(raw, encoding), (head, end, size)
        if needed > size and len(head) == size:
            raise Cut(needed)
        if min(needed, size) > _LARGEST_HEADER:
            message = f"a header of more than {_LARGEST_HEADER} bytes"
            raise Malformed(message)
        more, size = source.head(min(size, max(needed + _FIRST, 4 * len(head))))
        if len(more) <= len(head):
            raise Cut(needed)
        head = more


def _instance(source: Source, syntax: str, content: bytes, start: tuple[int, Encoding]) -> Instance:
    position, encoding = start
    raw, end = walk(content, position, encoding, stop=_PIXELS, keep=KEPT)
    at = (content, end, len(content))
    return _made(source, syntax, Elements(raw, encoding), at)


def _made(source: Source, syntax: str, elements: Elements, at: tuple[bytes, int, int]) -> Instance:
    head, end, size = at
    pixels = _pixels(head, end, size, elements.encoding)
    return Instance(source, syntax, elements, pixels, rewritten=False)


def _by_pydicom(source: Source) -> Instance | None:
    """Return the instance that pydicom makes of an unusual file."""
    try:
        content = _prepared(source, rewritten=True)
    except Malformed as error:
        raise UnusualEncoding(str(error)) from error
    known, position, encoding = _meta(content, _PREAMBLE + 4)
    if known is None or encoding is None:
        return None
    try:
        made = _instance(source, known, content, (position, encoding))
    except UnusualEncoding as error:
        message = "elements that neither petrial nor pydicom can put in order"
        raise Malformed(message) from error
    made.rewritten = True
    made.syntax = known
    return made


def _prepared(source: Source, *, rewritten: bool) -> bytes:
    """Return the file expanded, or put into plain form by pydicom; the same bytes each time."""
    content, size = source.head(_LARGEST_REWRITTEN)
    if size > _LARGEST_REWRITTEN:
        message = f"an unusual encoding in more than {_LARGEST_REWRITTEN} bytes"
        raise Malformed(message)
    try:
        if rewritten:
            from petrial.adapters.dicom import fallback  # noqa: PLC0415  pydicom costs half a second

            return fallback.normalised(content)
        start, _ = _start_of(content)
        _, position, _ = _meta(content, start or 0)
        return inflated(content[position:])
    except ValueError as error:
        raise Malformed(str(error)) from error


def _start_of(head: bytes) -> tuple[int | None, bool]:
    """Return where the first element stands, and whether the file says that it is DICOM."""
    if head[_PREAMBLE : _PREAMBLE + 4] == b"DICM":
        return _PREAMBLE + 4, True
    if len(head) < _SMALLEST:
        return None, False
    if head[:4] in {b"\x02\0\0\0", b"\x02\0\1\0", b"\x02\0\2\0", b"\x02\0\x10\0"}:
        return (0, True) if head[4:6] in {b"UL", b"OB", b"UI"} else (None, False)
    return (0, False) if _naked(head) is not None else (None, False)


def _naked(head: bytes) -> Encoding | None:
    """Return the encoding of a data set that begins without meta information, if it is one."""
    typed = head[4:6].isalpha() and head[4:6].isupper()
    if head[:2] == b"\x08\0" and head[3] == 0:
        if typed:
            return EXPLICIT
        return IMPLICIT if int.from_bytes(head[4:8], "little") < len(head) else None
    return BIG if head[:3] == b"\0\x08\0" and typed else None


def _meta(head: bytes, start: int) -> tuple[str | None, int, Encoding | None]:
    """Return transfer syntax, place of the data set, and its encoding (None: ask pydicom).

    The transfer syntax is None for a file that is to be passed over.
    """
    if start == 0 and head[:2] != b"\x02\0":
        encoding = _naked(head)
        names = {EXPLICIT: EXPLICIT_LITTLE, IMPLICIT: IMPLICIT_LITTLE, BIG: EXPLICIT_BIG}
        return (None, 0, None) if encoding is None else (names[encoding], 0, encoding)
    try:
        meta, position = walk(head, start, EXPLICIT, stop=_META_END)
    except UnusualEncoding:
        return "", start, None
    if meta.get(0x00020002, (b"", b""))[1].strip(b"\0 ") == _DIRECTORY:
        return None, position, None
    syntax = meta.get(0x00020010, (b"", b""))[1].strip(b"\0 ").decode("latin-1")
    if not syntax:
        return "", position, None
    encoding = _ENCODINGS.get(syntax, EXPLICIT)
    if syntax != DEFLATED and not _agrees(head, position, encoding):
        return syntax, position, None
    return syntax, position, encoding


def _agrees(head: bytes, position: int, encoding: Encoding) -> bool:
    """Tell whether the first element looks as the transfer syntax says."""
    first = head[position : position + 8]
    typed = first[4:6].isalpha() and first[4:6].isupper()
    return len(first) < _TAG_AND_LENGTH or typed == encoding.explicit


def _pixels(head: bytes, end: int, size: int, encoding: Encoding) -> PixelPlace | None:
    if end + 8 > len(head):
        return None
    if encoding.explicit:
        group, element, vr, length = encoding.head.unpack_from(head, end)
        offset = end + 8
        if vr in {b"OB", b"OW", b"OF", b"OD", b"UN"}:
            if end + _LONGEST_HEAD > len(head):
                raise Cut(end + _LONGEST_HEAD)
            length = encoding.long.unpack_from(head, offset)[0]
            offset += 4
    else:
        group, element, length = encoding.head.unpack_from(head, end)
        offset = end + 8
    tag = group << 16 | element
    if tag not in {T.PixelData, T.FloatPixelData, T.DoubleFloatPixelData}:
        return None
    encapsulated = length == UNDEFINED
    return PixelPlace(tag, offset, None if encapsulated else length, max(size - offset, 0))


def _is_delimited(opened: Opened, position: int) -> bool:
    """Tell whether items of pixel data follow one another up to a sequence delimiter."""
    head = bytearray(_TAG_AND_LENGTH)
    for _ in range(_MOST_ITEMS):
        if opened.read_into(position, memoryview(head)) < _TAG_AND_LENGTH:
            return False
        group, element, length = EXPLICIT.plain.unpack(head)
        tag = group << 16 | element
        if tag == SEQUENCE_END:
            return True
        if tag != ITEM or length == UNDEFINED:
            return False
        position += _TAG_AND_LENGTH + length
    return False


def _identity_in(head: bytes, start: int) -> tuple[str, str]:
    """Return series UID and own UID of a file that is cut short, as far as the file goes."""
    try:
        _, position, encoding = _meta(head, start)
        if encoding is None:
            return "", ""
        raw, _ = walk(head, position, encoding, stop=T.SeriesInstanceUID + 1, keep=KEPT)
    except (Cut, Malformed, UnusualEncoding):
        return "", ""
    series, own = (
        raw.get(tag, (b"", b""))[1].strip(b" \0").decode("latin-1")
        for tag in (T.SeriesInstanceUID, T.SOPInstanceUID)
    )
    return series, own
