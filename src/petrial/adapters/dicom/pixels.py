"""From pixel data to numbers: layout, checks at the door, and fast reading in two threads."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from petrial.adapters.dicom.header import (
    DEFLATED,
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    Instance,
)
from petrial.adapters.dicom.statements import Statements
from petrial.adapters.dicom.tags import T, name_of
from petrial.vocabulary.errors import ReadError

__all__ = ["ALWAYS_LOSSY", "PERHAPS_LOSSY", "FramePlace", "Layout", "layout_of", "read_frames"]

_JPEG: Final = "1.2.840.10008.1.2.4."
_RLE: Final = "1.2.840.10008.1.2.5"
_NATIVE: Final = frozenset((IMPLICIT_LITTLE, EXPLICIT_LITTLE, DEFLATED, EXPLICIT_BIG))
ALWAYS_LOSSY: Final = frozenset(_JPEG + end for end in ("50", "51"))
"""Transfer syntaxes that never give back the numbers that went in."""
PERHAPS_LOSSY: Final = frozenset(_JPEG + end for end in ("81", "91", "203"))
"""Transfer syntaxes that may, or may not."""
_LOSSLESS: Final = frozenset(
    (*(_JPEG + end for end in ("57", "70", "80", "90", "201", "202")), _RLE)
)
_READ: Final = _NATIVE | ALWAYS_LOSSY | PERHAPS_LOSSY | _LOSSLESS

_FEW: Final = 4
_THREADS: Final = 2
_FLOATS: Final = {T.FloatPixelData: 32, T.DoubleFloatPixelData: 64}

Stored = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Layout:
    """How one frame is stored."""

    rows: int
    columns: int
    allocated: int
    stored: int
    signed: bool
    keyword: int
    photometric: str

    def dtype(self, *, big: bool) -> np.dtype[Any]:
        """Return the NumPy type of a stored number."""
        kind = "f" if self.keyword in _FLOATS else "i" if self.signed else "u"
        return np.dtype(f"{'>' if big else '<'}{kind}{self.allocated // 8}")

    @property
    def frame_bytes(self) -> int:
        """The size of one uncompressed frame."""
        return self.rows * self.columns * self.allocated // 8


@dataclass(frozen=True, slots=True)
class FramePlace:
    """Where one slice is stored: file, number of the frame in it (from 0), number of frames."""

    instance: Instance
    frame: int
    frames: int
    layout: Layout


def layout_of(statements: Statements, instance: Instance, frames: int) -> Layout | None:
    """Return how the frames of an instance are stored; None, and problems said, where nonsense.

    Parameters
    ----------
    statements
        The header of the instance.
    instance
        The file.
    frames
        How many frames its header declares.
    """
    before = len(statements.problems)
    place = instance.pixels
    if place is None:
        statements.complain_of(T.PixelData, "", "pixel data")
        return None
    _wanted(statements, T.SamplesPerPixel, {1})
    photometric = (statements.text(T.PhotometricInterpretation) or "").upper()
    if not photometric.startswith("MONOCHROME"):
        statements.complain_of(T.PhotometricInterpretation, photometric, "MONOCHROME2")
    allocated = stored = _FLOATS.get(T(place.tag), 0)
    signed = True
    if not allocated:
        allocated = _wanted(statements, T.BitsAllocated, {8, 16, 32})
        stored = _wanted(statements, T.BitsStored, set(range(1, allocated + 1)))
        _wanted(statements, T.HighBit, {stored - 1})
        signed = _wanted(statements, T.PixelRepresentation, {0, 1}) == 1
    rows, columns = statements.whole(T.Rows) or 0, statements.whole(T.Columns) or 0
    if len(statements.problems) > before or not rows or not columns:
        return None
    layout = Layout(rows, columns, allocated, stored, signed, place.tag, photometric)
    return layout if _filled(statements, instance, layout, frames) else None


def _wanted(statements: Statements, tag: int, allowed: set[int]) -> int:
    value = statements.whole(tag)
    if value not in allowed:
        wanted = (
            f"a number from {min(allowed, default=1)} to {max(allowed, default=1)}"
            if len(allowed) > _FEW
            else " or ".join(str(n) for n in sorted(allowed))
        )
        statements.complain_of(tag, "" if value is None else str(value), wanted)
    return value or 0


def _filled(statements: Statements, instance: Instance, layout: Layout, frames: int) -> bool:
    """Tell whether the file holds as many bytes of pixels as its header promises."""
    place = instance.pixels
    if place is None or instance.syntax not in _READ:
        statements.complain(
            "TransferSyntaxUID (0002,0010)",
            instance.syntax,
            "uncompressed, RLE, JPEG lossless, JPEG-LS or JPEG 2000",
            "export the series uncompressed",
        )
        return False
    if (instance.syntax in _NATIVE) == (place.length is None):
        statements.complain_of(
            T.PixelData,
            "encapsulated frames" if place.length is None else "plain bytes",
            "pixel data as the transfer syntax says",
        )
        return False
    if place.length is None:
        return True
    expected = layout.frame_bytes * frames
    found = min(place.length, place.available)
    if expected <= found <= expected + 1 and place.length <= place.available:
        return True
    statements.complain(
        name_of(place.tag),
        f"{found} bytes"
        + (f" of the {place.length} declared" if place.length > place.available else ""),
        f"{expected} bytes for {frames} x {layout.rows} x {layout.columns} pixels",
        "copy or export the file again: it is cut short, or rows and columns are wrong",
    )
    return False


def read_frames(
    places: Sequence[FramePlace], store: Callable[[Stored, int], None], where: str
) -> None:
    """Read every frame and hand it to ``store`` with its place along z.

    Two threads share the work; each hands over its own buffer, of shape (y, x) and in the type of
    the file, which is used again for the next frame.

    Parameters
    ----------
    places
        One place per slice, in the order of z.
    store
        Takes the stored numbers of one slice and its index along z.
    where
        The words that name the series.

    Raises
    ------
    ReadError
        A file is gone, cut short, or cannot be decoded.
    """
    native = all(place.instance.syntax in _NATIVE for place in places)
    try:
        if native:
            _in_threads(lambda part: _read_native(places, part, store), len(places))
        else:
            _read_compressed(places, store)
    except (OSError, ValueError, ArithmeticError) as error:
        raise ReadError(
            where=where,
            field=name_of(T.PixelData),
            got=str(error),
            wanted="pixel data that can be read",
            do="copy or export the series again",
        ) from error


def _in_threads(work: Callable[[range], None], count: int) -> None:
    if count < 2 * _THREADS:
        with np.errstate(over="raise", invalid="raise"):
            work(range(count))
        return

    def guarded(part: range) -> None:
        with np.errstate(over="raise", invalid="raise"):
            work(part)

    edges = [count * i // _THREADS for i in range(_THREADS + 1)]
    parts = [range(a, b) for a, b in pairwise(edges)]
    with ThreadPoolExecutor(_THREADS) as pool:
        for done in [pool.submit(guarded, part) for part in parts]:
            done.result()


def _read_native(
    places: Sequence[FramePlace], part: range, store: Callable[[Stored, int], None]
) -> None:
    layout: Layout | None = None
    index = part.start
    buffer: Stored = np.empty(0)
    while index < part.stop:
        instance = places[index].instance
        with closing(instance.open()) as opened:
            while index < part.stop and places[index].instance is instance:
                place = places[index]
                if place.layout is not layout:
                    layout = place.layout
                    big = instance.syntax == EXPLICIT_BIG and not instance.rewritten
                    buffer = np.empty((layout.rows, layout.columns), layout.dtype(big=big))
                offset = instance.pixels.offset if instance.pixels else 0
                view = memoryview(buffer.data).cast("B")
                found = opened.read_into(offset + place.frame * layout.frame_bytes, view)
                if found != layout.frame_bytes:
                    message = f"{instance.source.name} ends inside its pixel data"
                    raise ValueError(message)
                store(_usable(buffer, layout), index)
                index += 1


def _usable(frame: Stored, layout: Layout) -> Stored:
    """Return the numbers of a frame without what may stand in bits that are not used."""
    unused = layout.allocated - layout.stored
    if frame.dtype.kind == "f":
        if not np.isfinite(frame).all():
            message = "pixels that are no numbers (NaN or infinite)"
            raise ValueError(message)
    elif unused:
        np.left_shift(frame, unused, out=frame)
        np.right_shift(frame, unused, out=frame)
    return frame


def _read_compressed(places: Sequence[FramePlace], store: Callable[[Stored, int], None]) -> None:
    from petrial.adapters.dicom import compressed  # noqa: PLC0415  pydicom costs half a second

    by_file: dict[int, dict[int, int]] = {}
    for index, place in enumerate(places):
        by_file.setdefault(id(place.instance), {})[place.frame] = index
    with compressed.quiet(), np.errstate(over="raise", invalid="raise"):
        for wanted in by_file.values():
            place = places[next(iter(wanted.values()))]
            if place.instance.syntax in _NATIVE:
                for index in wanted.values():
                    _read_native(places, range(index, index + 1), store)
                continue
            for number, frame in enumerate(compressed.frames(place)):
                if number in wanted:
                    store(frame, wanted.pop(number))
            if wanted:
                message = f"{place.instance.source.name} holds too few frames"
                raise ValueError(message)
