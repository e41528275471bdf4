"""What is left to pydicom: unusual encodings, rare character sets, compressed pixel data."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.charset import convert_encodings, decode_bytes
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID, ExplicitVRLittleEndian

__all__ = ["decoded", "frames", "normalised", "quiet"]


def normalised(content: bytes) -> bytes:
    """Return a file as pydicom understands it, written again in plain explicit little endian.

    Compressed pixel data stay compressed, so the transfer syntax of the file still tells how.

    Raises
    ------
    ValueError
        pydicom cannot read or write it.
    """
    try:
        with quiet():
            dataset = pydicom.dcmread(io.BytesIO(content), force=True)
            out = io.BytesIO()
            syntax = dataset.file_meta.get("TransferSyntaxUID", ExplicitVRLittleEndian)
            if not syntax.is_compressed:
                dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            pydicom.dcmwrite(out, dataset, implicit_vr=False, little_endian=True)
    except Exception as error:
        message = f"bytes that pydicom cannot read either ({type(error).__name__})"
        raise ValueError(message) from error
    return out.getvalue()


def decoded(value: bytes, character_sets: tuple[str, ...]) -> str:
    """Return text in the declared character sets (PS3.5, 6.1.2); what has no sense is replaced."""
    try:
        with quiet():
            encodings = convert_encodings(list(character_sets))
            return decode_bytes(value, encodings, set())
    except (LookupError, ValueError, TypeError):
        return value.decode("latin-1")


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the warnings of pydicom and its codecs in; not for worker threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def frames(encoded: bytes, syntax: str, options: dict[str, Any]) -> Iterator[NDArray[Any]]:
    """Decode all frames of encapsulated pixel data in order, each of shape (y, x).

    Parameters
    ----------
    encoded
        The value of PixelData.
    syntax
        The transfer syntax.
    options
        What pydicom's decoders need to know: rows, columns, bits and so on.

    Raises
    ------
    ValueError
        The frames cannot be decoded.
    """
    try:
        decoder = get_decoder(UID(syntax))
        for frame, _ in decoder.iter_array(encoded, raw=True, **options):
            yield np.asarray(frame)
    except Exception as error:
        message = f"pixel data that cannot be decoded ({type(error).__name__}: {error})"
        raise ValueError(message) from error
