"""Writes drawn outlines as an RT structure set."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from pydicom.dataset import Dataset
from pydicom.uid import PositronEmissionTomographyImageStorage, RTStructureSetStorage

from petrial.adapters.dicom.write import Identity, WriteOptions, base_dataset, decimal, save
from petrial.simulation.outlines import Outline

__all__ = ["write_structure_set"]

STUDY_CLASS: Final = "1.2.840.10008.3.1.2.3.1"
"""Detached Study Management, retired, and still what references to a study name."""
COLOURS: Final = (("255", "64", "64"), ("64", "200", "255"), ("255", "200", "0"))


def write_structure_set(
    outlines: Sequence[Outline], folder: Path, identity: Identity, image: Identity, drawn: datetime
) -> Path:
    """Write ``outlines`` as one RTSTRUCT into ``folder`` and return its path.

    Parameters
    ----------
    outlines
        At least one; polygons carry the slice number of the series they were drawn on.
    folder
        Made if absent.
    identity
        Of the structure set.
    image
        Of the single-frame PET series on which the outlines were drawn.
    drawn
        When.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ds = base_dataset(identity, RTStructureSetStorage, "RTSTRUCT", f"{drawn:%Y%m%d%H%M%S.%f}")
    ds.SOPInstanceUID = identity.instance_uid(1)
    ds.InstanceNumber = "1"
    ds.SeriesDescription = "Drawn lesions"
    ds.OperatorsName = ""
    ds.StructureSetLabel = "LESIONS"
    ds.StructureSetDate = f"{drawn:%Y%m%d}"
    ds.StructureSetTime = f"{drawn:%H%M%S.%f}"
    ds.FrameOfReferenceUID = image.frame_of_reference_uid
    ds.PositionReferenceIndicator = ""
    ds.ReferencedFrameOfReferenceSequence = [_referenced(outlines, image)]
    ds.StructureSetROISequence = [
        _region(number, outline, image) for number, outline in enumerate(outlines, start=1)
    ]
    ds.ROIContourSequence = [
        _contours(number, outline, image) for number, outline in enumerate(outlines, start=1)
    ]
    ds.RTROIObservationsSequence = [
        _observation(number) for number, _ in enumerate(outlines, start=1)
    ]
    ds.ApprovalStatus = "UNAPPROVED"
    return save(ds, folder, 1, WriteOptions())


def _image_reference(image: Identity, z: int) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = PositronEmissionTomographyImageStorage
    item.ReferencedSOPInstanceUID = image.instance_uid(z + 1)
    return item


def _referenced(outlines: Sequence[Outline], image: Identity) -> Dataset:
    used = sorted({z for outline in outlines for z, _ in outline.polygons})
    series = Dataset()
    series.SeriesInstanceUID = image.series_uid
    series.ContourImageSequence = [_image_reference(image, z) for z in used]
    study = Dataset()
    study.ReferencedSOPClassUID = STUDY_CLASS
    study.ReferencedSOPInstanceUID = image.study_uid
    study.RTReferencedSeriesSequence = [series]
    frame = Dataset()
    frame.FrameOfReferenceUID = image.frame_of_reference_uid
    frame.RTReferencedStudySequence = [study]
    return frame


def _region(number: int, outline: Outline, image: Identity) -> Dataset:
    item = Dataset()
    item.ROINumber = number
    item.ReferencedFrameOfReferenceUID = image.frame_of_reference_uid
    item.ROIName = outline.name
    item.ROIGenerationAlgorithm = "MANUAL"
    return item


def _contours(number: int, outline: Outline, image: Identity) -> Dataset:
    item = Dataset()
    item.ReferencedROINumber = number
    item.ROIDisplayColor = list(COLOURS[(number - 1) % len(COLOURS)])
    item.ContourSequence = []
    for order, (z, corners) in enumerate(outline.polygons, start=1):
        contour = Dataset()
        contour.ContourNumber = order
        contour.ContourImageSequence = [_image_reference(image, z)]
        contour.ContourGeometricType = "CLOSED_PLANAR"
        contour.NumberOfContourPoints = len(corners)
        contour.ContourData = [decimal(round(float(c), 4)) for c in corners.ravel()]
        item.ContourSequence.append(contour)
    return item


def _observation(number: int) -> Dataset:
    item = Dataset()
    item.ObservationNumber = number
    item.ReferencedROINumber = number
    item.RTROIInterpretedType = "GTV"
    item.ROIInterpreter = ""
    return item
