"""What is left to pydicom: unusual encodings, rare character sets."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pydicom
from pydicom.charset import convert_encodings, decode_bytes
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

__all__ = ["decoded", "normalised"]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the warnings of pydicom and its codecs in."""
    with warnings.catch_warnings():
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
            if not syntax.is_compressed:
                plain = ImplicitVRLittleEndian if untyped else ExplicitVRLittleEndian
                dataset.file_meta.TransferSyntaxUID = plain
            out = io.BytesIO()
            pydicom.dcmwrite(out, dataset, implicit_vr=untyped, little_endian=True)
    except Exception as error:
        message = f"bytes that pydicom cannot read either ({type(error).__name__})"
        raise ValueError(message) from error
    return out.getvalue()


def decoded(value: bytes, character_sets: tuple[str, ...]) -> str:
    """Return text in the declared character sets (PS3.5, 6.1.2); what has no sense is replaced."""
    try:
        with _quiet():
            encodings = convert_encodings(list(character_sets))
            return decode_bytes(value, encodings, set())
    except (LookupError, ValueError, TypeError):
        return value.decode("latin-1")
