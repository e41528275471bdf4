"""Compressed pixel data, decoded by the codecs behind pydicom after a look at their own headers."""

from collections.abc import Iterator
from contextlib import closing
from struct import unpack_from
from typing import Any, Final

from numpy.typing import NDArray

from petrial.adapters.dicom import fallback
from petrial.adapters.dicom.fallback import quiet
from petrial.adapters.dicom.pixels import FramePlace, Layout

__all__ = ["frames", "quiet"]

_MARKER: Final = 0xFF
_SIZE_END: Final = 24
_ITEM: Final = b"\xfe\xff\x00\xe0"
_FRAME_STARTS: Final = frozenset(
    (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0), 0xF7)
)


def frames(place: FramePlace) -> Iterator[NDArray[Any]]:
    """Decode the frames of a file one after the other, each of shape (y, x).

    Raises
    ------
    ValueError
        The pixel data are no such frames, or claim another size than the header.
    OSError
        The file cannot be read.
    """
    instance, layout = place.instance, place.layout
    if instance.pixels is None:
        return
    encoded = bytearray(instance.pixels.available)
    with closing(instance.open()) as opened:
        found = opened.read_into(instance.pixels.offset, memoryview(encoded))
    content = bytes(memoryview(encoded)[:found])
    _check_claims(content, layout)
    options = {
        "rows": layout.rows,
        "columns": layout.columns,
        "bits_allocated": layout.allocated,
        "bits_stored": layout.stored,
        "pixel_representation": int(layout.signed),
        "samples_per_pixel": 1,
        "photometric_interpretation": layout.photometric,
        "number_of_frames": place.frames,
        "pixel_keyword": "PixelData",
        "allow_excess_frames": False,
    }
    for frame in fallback.frames(content, instance.syntax, options):
        if frame.shape != (layout.rows, layout.columns):
            message = f"a frame of shape {frame.shape}"
            raise ValueError(message)
        yield frame


def _check_claims(encoded: bytes, layout: Layout) -> None:
    """Refuse fragments whose own header claims another size: a decoder would believe them."""
    position = 0
    while position + 8 <= len(encoded) and encoded[position : position + 4] == _ITEM:
        length = unpack_from("<I", encoded, position + 4)[0]
        position += 8
        claim = _claimed(encoded[position : position + min(length, 4096)])
        if claim is not None and claim != (layout.rows, layout.columns):
            message = f"compressed frames of {claim[0]} rows and {claim[1]} columns"
            raise ValueError(message)
        position += length
    if position > len(encoded):
        message = "compressed frames that end too early"
        raise ValueError(message)


def _claimed(fragment: bytes) -> tuple[int, int] | None:
    """Return the rows and columns that a JPEG or JPEG 2000 stream states, if it begins here."""
    if fragment.startswith(b"\xff\x4f\xff\x51") and len(fragment) >= _SIZE_END:
        width, height, left, top = unpack_from(">IIII", fragment, 8)
        return height - top, width - left
    if not fragment.startswith(b"\xff\xd8"):
        return None
    position = 2
    while position + 9 <= len(fragment) and fragment[position] == _MARKER:
        if fragment[position + 1] in _FRAME_STARTS:
            rows, columns = unpack_from(">HH", fragment, position + 5)
            return rows, columns
        position += 2 + int(unpack_from(">H", fragment, position + 2)[0])
    return None
