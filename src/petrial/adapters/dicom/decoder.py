"""Decodes compressed frames; runs as a process of its own, for a codec may die of damaged bytes."""

import sys
import warnings
from collections.abc import Iterator
from itertools import pairwise
from struct import unpack_from
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID

from petrial.adapters.dicom.messages import receive, send

__all__ = ["decoded_frames", "serve"]

_PLUGINS: Final = {
    "1.2.840.10008.1.2.4.57": "gdcm",
    "1.2.840.10008.1.2.4.70": "gdcm",
    "1.2.840.10008.1.2.4.80": "pyjpegls",
    "1.2.840.10008.1.2.4.81": "pyjpegls",
    "1.2.840.10008.1.2.4.90": "pylibjpeg",
    "1.2.840.10008.1.2.4.91": "pylibjpeg",
}
_RLE: Final = "1.2.840.10008.1.2.5"
_MARKER: Final = 0xFF
_SIZE_END: Final = 24
_HEADER_END: Final = 4096
_RLE_HEADER: Final = 64
_NO_RUN: Final = 128
_ITEM: Final = b"\xfe\xff\x00\xe0"
_FRAME_STARTS: Final = frozenset(
    (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0), 0xF7)
)


def decoded_frames(
    encoded: bytes, syntax: str, indices: list[int], options: dict[str, Any]
) -> Iterator[NDArray[Any]]:
    """Decode some frames of encapsulated pixel data, each of shape (y, x).

    Parameters
    ----------
    encoded
        The value of PixelData.
    syntax
        The transfer syntax.
    indices
        Which frames, from 0, in the order wanted.
    options
        What pydicom's decoders need to know: rows, columns, bits and so on.

    Raises
    ------
    ValueError
        The frames claim another size than ``options``, or end too early.
    Exception
        Whatever the codec raises.
    """
    shape = (int(options["rows"]), int(options["columns"]))
    _check_claims(encoded, shape)
    plugin = _PLUGINS.get(syntax, "")
    if syntax == _RLE:
        pixels = shape[0] * shape[1]
        fits = _runs_fit(encoded, pixels, int(options["bits_allocated"]) // 8)
        plugin = "pylibjpeg" if fits else "pydicom"
    decoder = get_decoder(UID(syntax))
    # all frames at once is the faster way, for then no table of offsets is read again
    chosen = None if indices == list(range(int(options["number_of_frames"]))) else indices
    made = decoder.iter_array(
        encoded,
        indices=chosen,
        raw=True,
        decoding_plugin=plugin,
        allow_excess_frames=False,
        **options,
    )
    for frame, _ in made:
        if frame.shape != shape:
            message = f"a frame of shape {frame.shape}"
            raise ValueError(message)
        yield np.ascontiguousarray(frame)


def _fragments(encoded: bytes) -> Iterator[bytes]:
    """Give the items of encapsulated pixel data, the table of offsets first (PS3.5, A.4)."""
    position = 0
    while position + 8 <= len(encoded) and encoded[position : position + 4] == _ITEM:
        length = unpack_from("<I", encoded, position + 4)[0]
        position += 8 + length
        if position > len(encoded):
            message = "compressed frames that end too early"
            raise ValueError(message)
        yield encoded[position - length : position]


def _check_claims(encoded: bytes, shape: tuple[int, int]) -> None:
    """Refuse fragments whose own header claims another size: a decoder would believe them."""
    for fragment in _fragments(encoded):
        claim = _claimed(fragment[:_HEADER_END])
        if claim is not None and claim != shape:
            message = f"compressed frames of {claim[0]} rows and {claim[1]} columns"
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


def _runs_fit(encoded: bytes, pixels: int, bytes_each: int) -> bool:
    """Tell whether each RLE segment expands to just one byte per pixel (PS3.5, annex G).

    The fast decoder takes no other; what does not fit is left to the slow one, which can say why.
    """
    for fragment in list(_fragments(encoded))[1:]:
        if len(fragment) < _RLE_HEADER:
            return False
        count, *offsets = unpack_from("<16I", fragment)
        if count != bytes_each:
            return False
        edges = [*offsets[:count], len(fragment)]
        for start, end in pairwise(edges):
            if not _RLE_HEADER <= start < end or _expanded(fragment[start:end]) != pixels:
                return False
    return True


def _expanded(segment: bytes) -> int:
    """Return the number of bytes to which a segment of runs expands; -1 where a run is cut."""
    position, made, end = 0, 0, len(segment)
    while position < end - 1:
        head = segment[position]
        if head < _NO_RUN:
            made += head + 1
            position += head + 2
        elif head > _NO_RUN:
            made += 257 - head
            position += 2
        else:
            position += 1
    return made if position <= end else -1


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Decode what is asked for until the other side closes."""
    while (request := receive(requests)) is not None:
        message, encoded = request
        try:
            for frame in decoded_frames(
                encoded, message["syntax"], message["indices"], message["options"]
            ):
                send(answers, {"dtype": frame.dtype.str}, memoryview(frame.data).cast("B"))
        except Exception as error:  # noqa: BLE001  each codec raises its own kind; it is told on
            send(answers, {"error": f"{type(error).__name__}: {error}"})


def _main() -> None:
    warnings.simplefilter("ignore")
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    _main()
