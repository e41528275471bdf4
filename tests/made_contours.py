"""Contour files for tests, written by pydicom, highdicom and SimpleITK, not by petrial."""

import math
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import highdicom as hd
import numpy as np
import SimpleITK as sitk  # noqa: N813  its usual name
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.sr.codedict import codes
from pydicom.uid import (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    PositronEmissionTomographyImageStorage,
    RTStructureSetStorage,
    generate_uid,
)

from petrial.images.grid import Grid

__all__ = [
    "FRAME",
    "Points",
    "Roi",
    "ball",
    "circles",
    "contour",
    "save",
    "segmentation",
    "structure_set",
    "write_label_map",
]

FRAME = "1.2.826.0.1.3680043.10.9"

Points = NDArray[np.float64]
Roi = tuple[int, str, Sequence[Points]]


def ball(grid: Grid, radius: float) -> NDArray[np.bool_]:
    """Voxels whose centre is inside a ball about the middle of the grid, slice by slice."""
    index = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)
    steps = (index - (np.asarray(grid.shape) // 2)) * np.asarray(grid.spacing)
    return np.asarray((steps**2).sum(axis=-1) < radius**2)


def circles(grid: Grid, radius: float, sides: int = 2000) -> list[Points]:
    """The ball's circles on the slices of the grid, patient (x, y, z) in mm, shape (n, 3) each."""
    middle = np.asarray(grid.shape) // 2
    angle = np.linspace(0.0, 2.0 * math.pi, sides, endpoint=False)
    drawn = []
    for z in range(grid.shape[0]):
        left = radius**2 - ((z - middle[0]) * grid.spacing[0]) ** 2
        if left <= 0.0:
            continue
        y = middle[1] + math.sqrt(left) * np.sin(angle) / grid.spacing[1]
        x = middle[2] + math.sqrt(left) * np.cos(angle) / grid.spacing[2]
        drawn.append(grid.to_patient(np.column_stack([np.full(sides, float(z)), y, x])))
    return drawn


def structure_set(rois: Sequence[Roi], frame: str = FRAME) -> Dataset:
    """An RT Structure Set with closed planar contours."""
    dataset = Dataset()
    dataset.SOPClassUID = RTStructureSetStorage
    dataset.SOPInstanceUID = generate_uid()
    dataset.Modality = "RTSTRUCT"
    dataset.PatientID = "S-007"
    dataset.StructureSetLabel = "made"
    dataset.ReferencedFrameOfReferenceSequence = Items([Dataset()])
    dataset.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID = frame
    names, contours = [], []
    for number, name, polygons in rois:
        named = Dataset()
        named.ROINumber = number
        named.ReferencedFrameOfReferenceUID = frame
        named.ROIName = name
        names.append(named)
        drawn = Dataset()
        drawn.ReferencedROINumber = number
        drawn.ContourSequence = Items([contour(polygon) for polygon in polygons])
        contours.append(drawn)
    dataset.StructureSetROISequence = Items(names)
    dataset.ROIContourSequence = Items(contours)
    return dataset


def contour(points: Points, kind: str = "CLOSED_PLANAR") -> Dataset:
    """One item of a Contour Sequence."""
    item = Dataset()
    item.ContourGeometricType = kind
    item.NumberOfContourPoints = len(points)
    item.ContourData = [f"{value:.8g}" for value in points.ravel()]
    return item


def save(dataset: Dataset, path: Path) -> Path:
    """Write a data set as a DICOM file."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    dataset.save_as(path, enforce_file_format=True, implicit_vr=True, little_endian=True)
    return path


def _source_slice(grid: Grid, number: int, series: str) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = PositronEmissionTomographyImageStorage
    dataset.SOPInstanceUID = f"{series}.{number + 1}"
    dataset.Modality = "PT"
    for keyword in ("PatientName", "PatientBirthDate", "PatientSex", "StudyID", "StudyDate"):
        setattr(dataset, keyword, "")
    for keyword in ("StudyTime", "AccessionNumber", "ReferringPhysicianName"):
        setattr(dataset, keyword, "")
    dataset.PatientID = "S-007"
    dataset.StudyInstanceUID = f"{series}.0"
    dataset.SeriesInstanceUID = series
    dataset.SeriesNumber = 1
    dataset.InstanceNumber = number + 1
    dataset.FrameOfReferenceUID = FRAME
    dataset.PositionReferenceIndicator = ""
    dataset.Rows, dataset.Columns = grid.shape[1:]
    dataset.PixelSpacing = list(grid.spacing[1:])
    dataset.SliceThickness = grid.spacing[0]
    dataset.ImageOrientationPatient = [f"{v:.12f}" for v in (*grid.axes[2], *grid.axes[1])]
    corner = grid.to_patient(np.array([[float(number), 0.0, 0.0]]))[0]
    dataset.ImagePositionPatient = [f"{v:.10f}" for v in corner]
    dataset.BitsAllocated = 16
    return dataset


def segmentation(
    grid: Grid, pixels: NDArray[np.generic], kind: str, names: Sequence[str]
) -> hd.seg.Segmentation:
    """A DICOM Segmentation of ``pixels``, shape (z, y, x) labels or (z, y, x, segment)."""
    series = str(generate_uid())
    described = [
        hd.seg.SegmentDescription(
            segment_number=number,
            segment_label=name,
            segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
            segmented_property_type=codes.SCT.Neoplasm,
            algorithm_type="MANUAL",
        )
        for number, name in enumerate(names, start=1)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on the missing person names of a made patient
        return hd.seg.Segmentation(
            [_source_slice(grid, number, series[:50]) for number in range(grid.shape[0])],
            pixels,
            hd.seg.SegmentationTypeValues[kind],
            described,
            generate_uid(),
            2,
            generate_uid(),
            1,
            "made",
            "made",
            "1",
            "1",
        )


def write_label_map(path: Path, grid: Grid, labels: NDArray[np.generic]) -> Path:
    """Write ``labels``, shape (z, y, x), with SimpleITK."""
    image: Any = sitk.GetImageFromArray(labels)  # its Python layer is not typed
    image.SetSpacing(grid.spacing[::-1])
    image.SetOrigin(grid.origin)
    image.SetDirection(np.asarray(grid.axes)[::-1].T.ravel().tolist())
    sitk.WriteImage(image, str(path))
    return path
