"""Writes a PET series as single-frame PET images, one file for each slice."""

import copy
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import PositronEmissionTomographyImageStorage

from petrial.adapters.dicom.write import (
    Identity,
    WriteOptions,
    base_dataset,
    code,
    decimal,
    orientation,
    plane_position,
    save,
    set_all,
    set_pixels,
)
from petrial.simulation.scanner import Elements, PetStatement
from petrial.simulation.series import Vendor

__all__ = ["dose_item", "patient_position_codes", "stored_slice", "write_pet"]

FULL_RANGE: Final = 32767
"""The largest stored value: the hottest voxel of each slice gets it, as scanners do."""

RADIOPHARMACEUTICALS: Final = {
    "Fluorodeoxyglucose": ("35321007", "SCT", "Fluorodeoxyglucose F^18^"),
    "Fluoroestradiol": ("926372005", "SCT", "Fluoroestradiol F^18^"),
    "89Zr-trastuzumab": ("126512", "DCM", "Trastuzumab ^89^Zr"),
}
"""Codes of DICOM context group 4021; a tracer that is not here gets no code."""


def write_pet(
    statement: PetStatement,
    folder: Path,
    identity: Identity,
    options: WriteOptions | None = None,
) -> tuple[Path, ...]:
    """Write ``statement`` into ``folder`` and return the files in the order of z.

    RescaleSlope differs from slice to slice, so that each uses the full range of 16 bits; GE files
    hold signed, all others unsigned numbers.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    chosen = WriteOptions() if options is None else options
    folder.mkdir(parents=True, exist_ok=True)
    common = _common(statement, identity)
    signed = statement.spec.wording.vendor is Vendor.GE
    paths = []
    for z in range(statement.grid.shape[0]):
        ds = copy.copy(common)
        ds.SOPInstanceUID = identity.instance_uid(z + 1)
        ds.InstanceNumber = z + 1
        ds.ImageIndex = z + 1
        ds.ImagePositionPatient = plane_position(statement.grid, z)
        ds.SliceLocation = decimal(float(statement.grid.to_patient([[z, 0, 0]])[0, 2]))
        set_all(ds, list(statement.slices[z].items()))
        stored, slope = stored_slice(statement.values[z], signed=signed)
        ds.RescaleIntercept = "0"
        ds.RescaleSlope = slope
        set_pixels(ds, stored, chosen.packing)
        paths.append(save(ds, folder, z + 1, chosen))
    return tuple(paths)


def stored_slice(
    values: NDArray[np.float64], *, signed: bool
) -> tuple[NDArray[np.int16] | NDArray[np.uint16], str]:
    """Return the stored numbers of a slice and its RescaleSlope as a decimal string.

    >>> stored, slope = stored_slice(np.asarray([[0.0, 65534.0]]), signed=False)
    >>> stored.tolist(), slope
    ([[0, 32767]], '2.0')
    """
    peak = float(np.abs(values).max())
    slope = decimal(peak / FULL_RANGE if peak > 0.0 else 1.0)
    stored = np.clip(np.rint(values / float(slope)), 0, FULL_RANGE)
    return (stored.astype(np.int16) if signed else stored.astype(np.uint16)), slope


def patient_position_codes(ds: Dataset) -> None:
    """Set the codes that say: lying on the back, head first."""
    lying = code("102538003", "SCT", "recumbent")
    lying.PatientOrientationModifierCodeSequence = [code("40199007", "SCT", "supine")]
    ds.PatientOrientationCodeSequence = [lying]
    ds.PatientGantryRelationshipCodeSequence = [code("102540008", "SCT", "headfirst")]


def dose_item(elements: Elements) -> Dataset:
    """Return the item of RadiopharmaceuticalInformationSequence (0054,0016)."""
    item = Dataset()
    plain = {k: v for k, v in elements.items() if not k.startswith("RadionuclideCode")}
    set_all(item, list(plain.items()))
    if "RadionuclideCodeValue" in elements:
        item.RadionuclideCodeSequence = [
            code(
                str(elements["RadionuclideCodeValue"]),
                str(elements.get("RadionuclideCodeScheme", "SCT")),
                str(elements.get("RadionuclideCodeMeaning", "")),
            )
        ]
    known = RADIOPHARMACEUTICALS.get(str(elements.get("Radiopharmaceutical")))
    if known is not None:
        item.RadiopharmaceuticalCodeSequence = [code(*known)]
    return item


def _common(statement: PetStatement, identity: Identity) -> Dataset:
    """Return the elements that are the same in all slices."""
    started = str(statement.series.get("StudyDate", "")) + str(
        statement.series.get("StudyTime", "")
    )
    ds = base_dataset(identity, PositronEmissionTomographyImageStorage, "PT", started)
    ds.ImageType = ["ORIGINAL", "PRIMARY"]
    ds.FrameOfReferenceUID = identity.frame_of_reference_uid
    ds.PositionReferenceIndicator = ""
    patient_position_codes(ds)
    ds.SeriesType = ["WHOLE BODY", "IMAGE"]
    ds.CountsSource = "EMISSION"
    ds.BodyPartExamined = "WHOLEBODY"
    ds.RandomsCorrectionMethod = "DLYD"
    ds.ScatterCorrectionMethod = "Model"
    ds.ReconstructionMethod = "Gaussian blur of the truth"
    ds.CollimatorType = "NONE"
    ds.RadiopharmaceuticalInformationSequence = [dose_item(statement.dose)]
    ds.PixelSpacing = [decimal(s) for s in statement.grid.spacing[1:]]
    ds.SliceThickness = decimal(statement.grid.spacing[0])
    ds.ImageOrientationPatient = orientation(statement.grid)
    ds.LossyImageCompression = "00"
    ds.PatientSex = ""
    set_all(ds, list(statement.series.items()))
    for private in statement.private:
        block = ds.private_block(private.group, private.creator, create=True)
        block.add_new(private.low, private.vr, private.value)
    return ds
