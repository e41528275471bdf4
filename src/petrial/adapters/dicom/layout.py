"""How pixel data are laid out in a file, and whether they can be what the header says."""

from collections.abc import Sequence
from dataclasses import dataclass
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

__all__ = [
    "ALWAYS_LOSSY",
    "NATIVE",
    "PERHAPS_LOSSY",
    "FramePlace",
    "Layout",
    "Stored",
    "layout_of",
]

_JPEG: Final = "1.2.840.10008.1.2.4."
_RLE: Final = "1.2.840.10008.1.2.5"
NATIVE: Final = frozenset((IMPLICIT_LITTLE, EXPLICIT_LITTLE, DEFLATED, EXPLICIT_BIG))
"""Transfer syntaxes whose pixels stand in the file as they are."""
ALWAYS_LOSSY: Final = frozenset(_JPEG + end for end in ("50", "51"))
"""Transfer syntaxes that never give back the numbers that went in."""
PERHAPS_LOSSY: Final = frozenset(_JPEG + end for end in ("81", "91", "203"))
"""Transfer syntaxes that may, or may not."""
_LOSSLESS: Final = frozenset(
    (*(_JPEG + end for end in ("57", "70", "80", "90", "201", "202")), _RLE)
)
_READ: Final = NATIVE | ALWAYS_LOSSY | PERHAPS_LOSSY | _LOSSLESS

_FEW: Final = 4
_WORD: Final = 16
_FLOATS: Final = {T.FloatPixelData: 32, T.DoubleFloatPixelData: 64}

Stored = NDArray[Any]
"""The numbers of one frame as they are stored, shape (y, x)."""


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
    _wanted(statements, T.SamplesPerPixel, (1,))
    photometric = (statements.text(T.PhotometricInterpretation) or "").upper()
    if not photometric.startswith("MONOCHROME"):
        statements.complain_of(T.PhotometricInterpretation, photometric, "MONOCHROME2")
    allocated = stored = _FLOATS.get(T(place.tag), 0)
    signed = True
    if not allocated:
        allocated = _wanted(statements, T.BitsAllocated, (8, 16, 32))
        if not allocated:
            return None
        stored = _wanted(statements, T.BitsStored, range(1, allocated + 1))
        if stored:
            _wanted(statements, T.HighBit, (stored - 1,))
        signed = _wanted(statements, T.PixelRepresentation, (0, 1)) == 1
    rows, columns = statements.whole(T.Rows) or 0, statements.whole(T.Columns) or 0
    if len(statements.problems) > before or not rows or not columns:
        return None
    layout = Layout(rows, columns, allocated, stored, signed, place.tag, photometric)
    return layout if _filled(statements, instance, layout, frames) else None


def _wanted(statements: Statements, tag: int, allowed: Sequence[int]) -> int:
    """Return the value of an element, 0 and a problem where it is none of those allowed."""
    value = statements.whole(tag)
    if value is not None and value in allowed:
        return value
    wanted = (
        f"a number from {allowed[0]} to {allowed[-1]}"
        if len(allowed) > _FEW
        else " or ".join(str(n) for n in allowed)
    )
    statements.complain_of(tag, "" if value is None else str(value), wanted)
    return 0


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
    if instance.syntax == EXPLICIT_BIG and layout.allocated < _WORD and not instance.rewritten:
        statements.complain_of(
            T.BitsAllocated,
            f"{layout.allocated}, of big-endian words of {_WORD} bits",
            f"{_WORD} or more, or little endian",
        )
        return False
    if (instance.syntax in NATIVE) == (place.length is None):
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
