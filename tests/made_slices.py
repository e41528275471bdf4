"""Small PET and CT series of real DICOM files, written with pydicom, each element by hand."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    CTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    PositronEmissionTomographyImageStorage,
)

__all__ = ["ROWS_COLUMNS", "pet_slices", "stored_numbers", "write_slices"]

ROWS_COLUMNS = (36, 34)


def stored_numbers(z: int, *, signed: bool = False) -> NDArray[np.integer]:
    """Return the stored numbers of slice ``z``, shape (36, 34): a slope with noise, to 15 bits."""
    rows, columns = np.indices(ROWS_COLUMNS)
    made = 700 * rows + 60 * columns + np.random.default_rng(z).integers(0, 2000, ROWS_COLUMNS)
    return made.astype(np.int16) - 16384 if signed else made.astype(np.uint16)


def pet_slices(
    count: int = 5, *, signed: bool = False, change: Callable[[int, Dataset], None] | None = None
) -> list[Dataset]:
    """Return a PET series of ``count`` slices 3 mm apart, the slopes 0.5, 0.75, 1.0, ...

    ``change`` takes the number and the data set of each slice and may alter it.
    """
    return [_slice(z, signed, change) for z in range(count)]


def _slice(z: int, signed: bool, change: Callable[[int, Dataset], None] | None) -> Dataset:  # noqa: FBT001  private
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.ImageType = ["ORIGINAL", "PRIMARY"]
    ds.SOPClassUID = PositronEmissionTomographyImageStorage
    ds.SOPInstanceUID = f"1.2.3.4.{z + 1}"
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = "20240131"
    ds.StudyTime = ds.SeriesTime = "110000"
    ds.AcquisitionTime = f"11{z % 60:02d}00.00"
    ds.Modality = "PT"
    ds.Manufacturer = "Made for tests"
    ds.SeriesDescription = "PET AC"
    ds.PatientName, ds.PatientID, ds.PatientSex = "Phantom^Small", "P1", "F"
    ds.PatientSize, ds.PatientWeight = "1.63", "71.0"
    ds.SliceThickness = "3"
    ds.ActualFrameDuration = "180000"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.3.1", "1.2.3.2"
    ds.SeriesNumber, ds.InstanceNumber = 4, z + 1
    ds.ImagePositionPatient = ["-10", "-20", str(100 + 3 * z)]
    ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    ds.FrameOfReferenceUID = "1.2.3.3"
    ds.PixelSpacing = ["2.5", "2"]
    ds.CorrectedImage = ["ATTN", "DECY"]
    ds.RescaleIntercept, ds.RescaleSlope = "0", str(0.5 + 0.25 * z)
    item = Dataset()
    item.Radiopharmaceutical = "FDG"
    item.RadiopharmaceuticalStartTime = "100000"
    item.RadionuclideTotalDose = "370000000"
    item.RadionuclideHalfLife = "6586.2"
    item.RadiopharmaceuticalStartDateTime = "20240131100000"
    nuclide = Dataset()
    nuclide.CodeValue, nuclide.CodingSchemeDesignator = "77004003", "SCT"
    nuclide.CodeMeaning = "^18^Fluorine"
    item.RadionuclideCodeSequence = [nuclide]
    ds.RadiopharmaceuticalInformationSequence = [item]
    ds.SeriesType = ["WHOLE BODY", "IMAGE"]
    ds.Units, ds.DecayCorrection = "BQML", "START"
    ds.FrameReferenceTime, ds.DecayFactor = str(1000 * (60 * z + 90)), "1.02"
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = ROWS_COLUMNS
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit, ds.PixelRepresentation = 15, int(signed)
    ds.PixelData = stored_numbers(z, signed=signed).tobytes()
    if change is not None:
        change(z, ds)
    return ds


def as_ct(z: int, ds: Dataset) -> None:
    """Make a slice a CT slice of 12 bits, whose numbers are stored + 1024."""
    ds.SOPClassUID, ds.Modality = CTImageStorage, "CT"
    ds.SeriesDescription = "CT"
    ds.RescaleIntercept, ds.RescaleSlope = "-1024", "1"
    ds.BitsStored, ds.HighBit = 12, 11
    ds.PixelData = (stored_numbers(z) % 4096).astype(np.uint16).tobytes()
    for word in ("CorrectedImage", "RadiopharmaceuticalInformationSequence", "Units"):
        delattr(ds, word)


def write_slices(
    slices: Sequence[Dataset], folder: Path, syntax: UID = ExplicitVRLittleEndian
) -> list[Path]:
    """Write each data set into ``folder`` in a transfer syntax; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, ds in enumerate(slices):
        ds.file_meta = FileMetaDataset()
        ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        ds.file_meta.TransferSyntaxUID = syntax
        if "PixelData" in ds:
            ds["PixelData"].VR = "OW"
            if syntax.is_compressed and not syntax.is_deflated:
                ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
                ds.compress(syntax, generate_instance_uid=False)
            elif syntax == ExplicitVRBigEndian and ds.BitsAllocated == 16:
                ds.PixelData = np.frombuffer(ds.PixelData, "<u2").astype(">u2").tobytes()
        path = folder / f"{number:03d}.dcm"
        ds.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths
