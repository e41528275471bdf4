"""What is left to pydicom: unusual encodings, rare character sets."""

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np
import pydicom
from pydicom.charset import convert_encodings, decode_bytes
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

__all__ = ["decoded", "normalised"]


_FILTERS: Final = threading.RLock()
"""The filters of warnings belong to all threads: only one may change them at a time."""


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the warnings of pydicom and its codecs in."""
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def normalised(content: bytes) -> bytes:
    """Return a file as pydicom understands it, written again in plain little endian.

    Compressed pixel data stay compressed, so the transfer syntax of the file still tells how.

    Raises
    ------
    ValueError
        pydicom cannot read or write it.
    """
    try:
        with _quiet():
            dataset = pydicom.dcmread(io.BytesIO(content), force=True)
            untyped = any(dataset.get_item(tag).VR is None for tag in dataset.keys())  # noqa: SIM118  a data set gives elements, not tags
            syntax = dataset.file_meta.get("TransferSyntaxUID", ExplicitVRLittleEndian)
            if not dataset.original_encoding[1]:
                _turn_pixels(dataset)
            if not syntax.is_compressed:
                plain = ImplicitVRLittleEndian if untyped else ExplicitVRLittleEndian
                dataset.file_meta.TransferSyntaxUID = plain
            out = io.BytesIO()
            pydicom.dcmwrite(out, dataset, implicit_vr=untyped, little_endian=True)
    except Exception as error:
        message = f"bytes that pydicom cannot read either ({type(error).__name__})"
        raise ValueError(message) from error
    return out.getvalue()


def _turn_pixels(dataset: pydicom.Dataset) -> None:
    """Put the pixels of a big-endian data set into little endian, which pydicom leaves to us.

    OW holds words of 16 bits, or pixels of 32 (PS3.5, 6.2 and D); OB has no byte order.
    """
    for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData"):
        if keyword not in dataset:
            continue
        element = dataset[keyword]
        word = max(2, int(dataset.get("BitsAllocated", 16)) // 8)
        unit = {"OB": 1, "OW": word, "OF": 4, "OD": 8}[element.VR]
        element.value = np.frombuffer(element.value, f"u{unit}").byteswap().tobytes()


def decoded(value: bytes, character_sets: tuple[str, ...]) -> str:
    """Return text in the declared character sets (PS3.5, 6.1.2); what has no sense is replaced."""
    try:
        with _quiet():
            encodings = convert_encodings(list(character_sets))
            return decode_bytes(value, encodings, set())
    except (LookupError, ValueError, TypeError):
        return value.decode("latin-1")
