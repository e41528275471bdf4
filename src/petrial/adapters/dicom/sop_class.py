"""What kind of DICOM object a file says that it holds."""

import warnings
from pathlib import Path
from typing import Final

from pydicom.filereader import read_partial
from pydicom.tag import BaseTag

__all__ = ["sop_class_of"]

SOP_CLASS_UID: Final = 0x00080016


def sop_class_of(path: Path) -> str:
    """Return the SOP Class UID of a DICOM file, reading no further; "" for any other file.

    Never raises for what stands in the file; OSError where it cannot be opened.
    """

    def past_it(tag: BaseTag, _vr: str | None, _length: int) -> bool:
        return int(tag) > SOP_CLASS_UID

    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            head = read_partial(file, past_it)
            return str(head.get("SOPClassUID") or head.file_meta.get("MediaStorageSOPClassUID", ""))
        except OSError:
            raise
        except Exception:  # noqa: BLE001  damaged bytes make the parser raise whatever it meets
            return ""
