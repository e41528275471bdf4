"""What all DICOM writers share: identity, geometry, transfer syntaxes, files.

Nothing here asks a clock or rolls dice: UIDs come from a seed, dates from the caller, so the same
call writes the same bytes.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydicom import uid as uids
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID
from pydicom.valuerep import format_number_as_ds

from petrial.images.grid import Grid

__all__ = [
    "Identity",
    "Packing",
    "WriteOptions",
    "base_dataset",
    "code",
    "decimal",
    "orientation",
    "plane_position",
    "save",
    "set_all",
    "set_pixels",
    "uid_from",
]

IMPLEMENTATION: Final = "petrial implementation"


class Packing(StrEnum):
    """Transfer syntaxes that the writers offer, by UID."""

    PLAIN = uids.ExplicitVRLittleEndian
    IMPLICIT = uids.ImplicitVRLittleEndian
    BIG_ENDIAN = uids.ExplicitVRBigEndian
    RLE = uids.RLELossless
    JPEG_LS = uids.JPEGLSLossless
    JPEG_2000 = uids.JPEG2000Lossless


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How files are written.

    Attributes
    ----------
    packing
        Transfer syntax.
    shuffled
        Name the files by a hash, so that their order says nothing.
    """

    packing: Packing = Packing.PLAIN
    shuffled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose series it is. All series of one ``seed`` share study and frame of reference.

    Attributes
    ----------
    seed
        What all UIDs are made from.
    patient_id, patient_name
        As they stand in the files.
    series_number
        Must differ between the series of a study.
    """

    seed: str
    patient_id: str = "PHANTOM-001"
    patient_name: str = "Phantom^Digital"
    series_number: int = 1

    @property
    def study_uid(self) -> str:
        """The StudyInstanceUID."""
        return uid_from(self.seed, "study")

    @property
    def series_uid(self) -> str:
        """The SeriesInstanceUID."""
        return uid_from(self.seed, "series", self.series_number)

    @property
    def frame_of_reference_uid(self) -> str:
        """The FrameOfReferenceUID."""
        return uid_from(self.seed, "frame of reference")

    def instance_uid(self, number: int) -> str:
        """Return the SOPInstanceUID of instance ``number`` of this series."""
        return uid_from(self.seed, "series", self.series_number, "instance", number)


def uid_from(*parts: object) -> str:
    """Return the UID that always belongs to ``parts``: 2.25 and a name-based UUID (version 5).

    >>> uid_from("a", 1) == uid_from("a", 1), uid_from("a", 1) == uid_from("a", 2)
    (True, False)
    """
    name = "\x1f".join(str(p) for p in parts)
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, 'petrial ' + name).int}"


def decimal(value: float) -> str:
    """Return ``value`` as a DICOM decimal string, as exact as 16 characters allow.

    >>> decimal(1.0 / 3.0), decimal(4.0)
    ('0.33333333333333', '4.0')
    """
    return format_number_as_ds(float(value))


def code(value: str, scheme: str, meaning: str) -> Dataset:
    """Return one item of a code sequence."""
    item = Dataset()
    item.CodeValue = value
    item.CodingSchemeDesignator = scheme
    item.CodeMeaning = meaning
    return item


def orientation(grid: Grid) -> list[str]:
    """Return ImageOrientationPatient (0020,0037): direction of a row, then of a column."""
    return [decimal(c) for c in (*grid.axes[2], *grid.axes[1])]


def plane_position(grid: Grid, z: int) -> list[str]:
    """Return ImagePositionPatient (0020,0032) of slice ``z``, patient (x, y, z) in mm."""
    return [decimal(c) for c in grid.to_patient([[z, 0, 0]])[0]]


def base_dataset(identity: Identity, sop_class: str, modality: str, started: str) -> Dataset:
    """Return the elements that all objects share: SOP, patient, study, series, equipment.

    ``started`` is date and time of the study, ``YYYYMMDDHHMMSS`` and a fraction.
    """
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = sop_class
    ds.StudyDate = started[:8]
    ds.StudyTime = started[8:]
    ds.AccessionNumber = ""
    ds.Modality = modality
    ds.Manufacturer = "petrial"
    ds.ReferringPhysicianName = ""
    ds.ManufacturerModelName = "Digital phantom"
    ds.DeviceSerialNumber = "0"
    ds.SoftwareVersions = "petrial"
    ds.PatientName = identity.patient_name
    ds.PatientID = identity.patient_id
    ds.PatientBirthDate = ""
    ds.PatientSex = "F"
    ds.StudyInstanceUID = identity.study_uid
    ds.SeriesInstanceUID = identity.series_uid
    ds.StudyID = "1"
    ds.SeriesNumber = identity.series_number
    return ds


def set_pixels(ds: Dataset, stored: NDArray[np.integer], packing: Packing) -> None:
    """Set pixel data and the elements that describe them, from 16-bit integers.

    ``stored`` has shape (y, x), or (frame, y, x) for multi-frame objects.
    """
    signed = stored.dtype.kind == "i"
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = stored.shape[-2:]
    ds.BitsAllocated = 16
    ds.BitsStored = 16
    ds.HighBit = 15
    ds.PixelRepresentation = int(signed)
    order = ">" if packing is Packing.BIG_ENDIAN else "<"
    ds.PixelData = stored.astype(f"{order}{'i' if signed else 'u'}2").tobytes()
    ds["PixelData"].VR = "OW"


def save(ds: Dataset, folder: Path, number: int, options: WriteOptions) -> Path:
    """Write one object into ``folder`` and return its path.

    Raises
    ------
    RuntimeError
        The codec of the packing is not installed.
    """
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ds.SOPClassUID
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.ImplementationClassUID = UID(uid_from(IMPLEMENTATION))
    packing = options.packing
    packed = packing not in {Packing.PLAIN, Packing.IMPLICIT, Packing.BIG_ENDIAN}
    ds.file_meta = meta
    meta.TransferSyntaxUID = UID(Packing.PLAIN if packed else packing)
    if packed:
        ds.compress(UID(packing), generate_instance_uid=False)
    name = f"{ds.Modality}{ds.SeriesNumber:03d}_{number:04d}.dcm"
    if options.shuffled:
        name = hashlib.sha256(ds.SOPInstanceUID.encode()).hexdigest()[:16]
    path = folder / name
    ds.save_as(path, enforce_file_format=True)
    return path


def set_all(ds: Dataset, elements: Sequence[tuple[str, object]]) -> None:
    """Set elements by keyword, numbers of VR DS as decimal strings."""
    for keyword, value in elements:
        if isinstance(value, float) and dictionary_VR(keyword) == "DS":
            setattr(ds, keyword, decimal(value))
        elif isinstance(value, tuple):
            setattr(ds, keyword, list(value))
        else:
            setattr(ds, keyword, value)
