"""Writes a CT series as single-frame CT images, one file for each slice."""

import copy
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
from pydicom.uid import CTImageStorage

from petrial.adapters.dicom.write import (
    Identity,
    WriteOptions,
    base_dataset,
    decimal,
    orientation,
    plane_position,
    save,
    set_pixels,
)
from petrial.images.volumes import CtVolume

__all__ = ["CT_OFFSET", "write_ct"]

CT_OFFSET: Final = 1024
"""Stored number of 0 HU."""


def write_ct(
    ct: CtVolume,
    folder: Path,
    identity: Identity,
    started: datetime,
    options: WriteOptions | None = None,
) -> tuple[Path, ...]:
    """Write ``ct`` into ``folder`` and return the files in the order of z.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    chosen = WriteOptions() if options is None else options
    folder.mkdir(parents=True, exist_ok=True)
    common = base_dataset(identity, CTImageStorage, "CT", f"{started:%Y%m%d%H%M%S.%f}")
    common.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    common.SeriesDescription = "CT low dose"
    common.SeriesDate = common.AcquisitionDate = common.ContentDate = f"{started:%Y%m%d}"
    common.SeriesTime = common.AcquisitionTime = common.ContentTime = f"{started:%H%M%S.%f}"
    common.FrameOfReferenceUID = identity.frame_of_reference_uid
    common.PositionReferenceIndicator = ""
    common.PatientPosition = "HFS"
    common.BodyPartExamined = "WHOLEBODY"
    common.KVP = "120"
    common.AcquisitionNumber = 1
    common.ConvolutionKernel = "NONE"
    common.PixelSpacing = [decimal(s) for s in ct.grid.spacing[1:]]
    common.SliceThickness = decimal(ct.grid.spacing[0])
    common.ImageOrientationPatient = orientation(ct.grid)
    common.RescaleIntercept = str(-CT_OFFSET)
    common.RescaleSlope = "1"
    common.RescaleType = "HU"
    common.WindowCenter = "40"
    common.WindowWidth = "400"
    paths = []
    for z in range(ct.grid.shape[0]):
        ds = copy.copy(common)
        ds.SOPInstanceUID = identity.instance_uid(z + 1)
        ds.InstanceNumber = z + 1
        ds.ImagePositionPatient = plane_position(ct.grid, z)
        ds.SliceLocation = decimal(float(ct.grid.to_patient([[z, 0, 0]])[0, 2]))
        stored = np.rint(ct.hounsfield[z]).astype(np.int32) + CT_OFFSET
        set_pixels(ds, np.clip(stored, 0, 65535).astype(np.uint16), chosen.packing)
        paths.append(save(ds, folder, z + 1, chosen))
    return tuple(paths)
