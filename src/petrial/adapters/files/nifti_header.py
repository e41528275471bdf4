"""The header of a NIfTI-1 file: what it announces, judged before anything else reads it.

Layout and formulas: NIfTI-1 data format, methods 2 and 3 of stating the orientation.
"""

import gzip
import math
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from petrial.vocabulary.errors import ReadError

__all__ = ["NiftiHeader", "nifti_header", "unreadable"]

HEADER_BYTES: Final = 348
IN_MILLIMETRES: Final = frozenset({0, 2})  # unit codes: not stated, millimetre
DIMENSIONS: Final = 3
PIECE_BYTES: Final = 1 << 22

Numbers = Callable[[int, str], tuple[float, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class NiftiHeader:
    """What matters here of a header.

    Attributes
    ----------
    size
        Number of voxels along the axes of the file (x, y, z).
    forms
        Affines from voxel index (x, y, z) to RAS in mm, shape (3, 4): sform and then qform, those
        that have a code.
    """

    size: tuple[int, int, int]
    forms: tuple[NDArray[np.float64], ...]


def nifti_header(path: Path) -> NiftiHeader:
    """Return the header of a NIfTI-1 file, plain or gzipped, whose length has been verified.

    Raises
    ------
    ReadError
        The file is cut short or damaged, not NIfTI-1 in one piece, not one volume of three
        dimensions, not in millimetres, or states no orientation.
    """
    head, length = _beginning(path)
    order = _byte_order(head, path.name)

    def numbers(offset: int, kind: str) -> tuple[float, ...]:
        return struct.unpack_from(order + kind, head, offset)

    dim = [int(n) for n in numbers(40, "8h")]
    size = tuple(dim[1 : 1 + dim[0]])
    volumes = math.prod(size[DIMENSIONS:])
    if dim[0] < DIMENSIONS or min(size, default=0) < 1 or volumes != 1:
        wanted = "one volume of three dimensions"
        raise unreadable(path.name, "dimensions", " x ".join(map(str, size)), wanted)
    unit = head[123] & 7
    if unit not in IN_MILLIMETRES:
        raise unreadable(path.name, "unit of length", f"code {unit}", "millimetre (code 2)")
    bits, offset = int(numbers(72, "h")[0]), numbers(108, "f")[0]
    if not (math.isfinite(offset) and offset >= HEADER_BYTES and bits > 0):
        got = f"offset {offset}, {bits} bits"
        raise unreadable(path.name, "voxel data", got, "a place and a size")
    announced = int(offset) + (math.prod(size) * bits + 7) // 8
    if length < announced:
        wanted = f"{announced} bytes, as the header announces"
        raise unreadable(path.name, "length", f"{length} bytes", wanted)
    forms = _forms(numbers)
    if not forms or not all(np.isfinite(form).all() for form in forms):
        got = "a coordinate that is no number" if forms else "no orientation"
        wanted = "where the voxels lie in the patient"
        raise unreadable(path.name, "sform and qform", got, wanted)
    return NiftiHeader((size[0], size[1], size[2]), forms)


def unreadable(source: str, field: str, got: str, wanted: str) -> ReadError:
    """Return the error for a label map that cannot be read."""
    return ReadError(
        where=source,
        field=field,
        got=got,
        wanted=wanted,
        do="save the label map again in the program that made it, with its place in the patient",
    )


def _beginning(path: Path) -> tuple[bytes, int]:
    """Return the bytes of the header and the length of the data; gzip's checksum is verified."""
    if not path.name.lower().endswith(".gz"):
        with path.open("rb") as file:
            return file.read(HEADER_BYTES), path.stat().st_size
    head, length = b"", 0
    try:
        with gzip.open(path) as file:
            while piece := file.read(PIECE_BYTES):
                head = head or piece[:HEADER_BYTES]
                length += len(piece)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise unreadable(path.name, "gzip data", str(error), "undamaged data") from error
    return head, length


def _byte_order(head: bytes, source: str) -> str:
    if len(head) == HEADER_BYTES and head[344:347] == b"n+1":
        for order in "<>":
            if struct.unpack_from(order + "i", head)[0] == HEADER_BYTES:
                return order
    got = f"{len(head)} bytes that begin with {head[:4].hex()}"
    raise unreadable(source, "NIfTI header", got, "NIfTI-1 in one file")


def _forms(numbers: Numbers) -> tuple[NDArray[np.float64], ...]:
    qform_code, sform_code = numbers(252, "2h")
    forms = []
    if sform_code > 0:
        forms.append(np.array(numbers(280, "12f"), dtype=np.float64).reshape(3, 4))
    if qform_code > 0:
        b, c, d = numbers(256, "3f")
        shift = np.array(numbers(268, "3f"), dtype=np.float64)
        pixdim = numbers(76, "4f")
        a = math.sqrt(max(0.0, 1.0 - b * b - c * c - d * d))
        rotation = np.array(
            [
                [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
                [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
                [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
            ]
        )
        hand = -1.0 if pixdim[0] < 0 else 1.0
        scaled = rotation * np.array([pixdim[1], pixdim[2], hand * pixdim[3]])
        forms.append(np.column_stack([scaled, shift]))
    return tuple(forms)
