"""Writes series as one multi-frame object: enhanced PET, enhanced CT, and legacy-converted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from highdicom.legacy import LegacyConvertedEnhancedCTImage, LegacyConvertedEnhancedPETImage
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import EnhancedCTImageStorage, EnhancedPETImageStorage

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
    uid_from,
)
from petrial.adapters.dicom.write_ct import CT_OFFSET
from petrial.adapters.dicom.write_macros import (
    CT_SHARED,
    PET_SHARED,
    PET_WHOLE,
    energy_window,
    frame_type,
    set_macros,
    view_code,
)
from petrial.adapters.dicom.write_pet import dose_item, stored_slice
from petrial.images.grid import Grid
from petrial.images.volumes import CtVolume
from petrial.simulation.scanner import PetStatement

__all__ = ["write_legacy_converted", "write_multiframe_ct", "write_multiframe_pet"]

UNIT_CODES: Final = {
    "BQML": ("Bq/ml", "UCUM", "Becquerels/milliliter"),
    "GML": ("g/ml{SUVbw}", "UCUM", "Standardized Uptake Value body weight"),
}
"""Codes of DICOM context groups 84 and 85 for the units that the enhanced writer offers."""


POSITRON_SHARE: Final = 0.967
"""Share of positrons of 18F, required there; nothing is computed with it."""


@dataclass(frozen=True, slots=True)
class _Frames:
    """What makes a volume multi-frame: its grid and the start, duration and slope of each frame."""

    grid: Grid
    starts: tuple[datetime, ...]
    durations: tuple[timedelta, ...]
    transformations: tuple[Dataset, ...]


def write_multiframe_pet(
    statement: PetStatement,
    folder: Path,
    identity: Identity,
    options: WriteOptions | None = None,
) -> Path:
    """Write ``statement`` as one enhanced PET image and return its path.

    Units are BQML or GML (body weight). Enhanced PET has no NONE or START: it states the moment
    to which decay was corrected, or that it was not.

    Raises
    ------
    KeyError
        The unit has no place in an enhanced PET image.
    OSError
        The folder cannot be written.
    """
    chosen = WriteOptions() if options is None else options
    folder.mkdir(parents=True, exist_ok=True)
    spec = statement.spec
    started = str(statement.series["StudyDate"]) + str(statement.series["StudyTime"])
    ds = base_dataset(identity, EnhancedPETImageStorage, "PT", started)
    _describe(ds, identity, statement)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "WHOLE_BODY", "NONE"]
    set_all(ds, list(PET_WHOLE.items()))
    ds.EnergyWindowRangeSequence = [energy_window()]
    ds.ViewCodeSequence = [view_code()]
    ds.RadiopharmaceuticalInformationSequence = [_enhanced_dose(statement)]
    ds.AttenuationCorrected = "YES" if "ATTN" in spec.wording.corrected else "NO"
    ds.DecayCorrected = "NO" if statement.reference is None else "YES"
    if statement.reference is not None:
        ds.DecayCorrectionDateTime = f"{statement.reference:%Y%m%d%H%M%S.%f}"
    stored, transformations = _stored(statement)
    starts = tuple(
        datetime.strptime(  # noqa: DTZ007  the wall clock of the scanner, as files hold it
            f"{s['AcquisitionDate']}{s['AcquisitionTime']}", "%Y%m%d%H%M%S.%f"
        )
        for s in statement.slices
    )
    durations = tuple(
        timedelta(milliseconds=float(str(s["ActualFrameDuration"]))) for s in statement.slices
    )
    frames = _Frames(statement.grid, starts, durations, transformations)
    _set_groups(ds, frames)
    shared = ds.SharedFunctionalGroupsSequence[0]
    shared.PETFrameTypeSequence = [frame_type(["ORIGINAL", "PRIMARY", "WHOLE_BODY", "NONE"])]
    set_macros(shared, PET_SHARED)
    for z, group in enumerate(ds.PerFrameFunctionalGroupsSequence):
        group.PETFrameCorrectionFactorsSequence = [_correction(statement, z)]
        group.RealWorldValueMappingSequence = [_mapping(spec.wording.units, transformations[z])]
    _set_whole(ds, frames)
    set_pixels(ds, stored, chosen.packing)
    return save(ds, folder, 1, chosen)


def write_multiframe_ct(
    ct: CtVolume,
    folder: Path,
    identity: Identity,
    started: datetime,
    options: WriteOptions | None = None,
) -> Path:
    """Write ``ct`` as one enhanced CT image and return its path.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    chosen = WriteOptions() if options is None else options
    folder.mkdir(parents=True, exist_ok=True)
    ds = base_dataset(identity, EnhancedCTImageStorage, "CT", f"{started:%Y%m%d%H%M%S.%f}")
    _describe(ds, identity, None)
    ds.SeriesDescription = "CT low dose"
    ds.PatientPosition = "HFS"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    transformation = Dataset()
    transformation.RescaleIntercept = str(-CT_OFFSET)
    transformation.RescaleSlope = "1"
    transformation.RescaleType = "HU"
    count = ct.grid.shape[0]
    frames = _Frames(
        ct.grid, (started,) * count, (timedelta(seconds=1),) * count, (transformation,) * count
    )
    _set_groups(ds, frames)
    shared = ds.SharedFunctionalGroupsSequence[0]
    shared.CTImageFrameTypeSequence = [frame_type(["ORIGINAL", "PRIMARY", "VOLUME", "NONE"])]
    set_macros(shared, CT_SHARED)
    shared.CTReconstructionSequence[0].ReconstructionPixelSpacing = list(ct.grid.spacing[1:])
    event = Dataset()
    event.IrradiationEventUID = uid_from(ds.SOPInstanceUID, "irradiation")
    shared.IrradiationEventIdentificationSequence = [event]
    _set_whole(ds, frames)
    stored = np.clip(np.rint(ct.hounsfield).astype(np.int32) + CT_OFFSET, 0, 65535)
    set_pixels(ds, stored.astype(np.uint16), chosen.packing)
    return save(ds, folder, 1, chosen)


def write_legacy_converted(single_frames: Sequence[Path], folder: Path, identity: Identity) -> Path:
    """Convert single-frame PET or CT files with highdicom and return the path of the one object.

    Raises
    ------
    ValueError
        highdicom cannot convert these files.
    OSError
        The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    legacy = [dcmread(path) for path in single_frames]
    pet = legacy[0].Modality == "PT"
    kind = LegacyConvertedEnhancedPETImage if pet else LegacyConvertedEnhancedCTImage
    made = kind(
        legacy,
        series_instance_uid=identity.series_uid,
        series_number=identity.series_number,
        sop_instance_uid=identity.instance_uid(1),
        instance_number=1,
    )
    path = folder / f"{legacy[0].Modality}{identity.series_number:03d}_legacy.dcm"
    made.save_as(path, enforce_file_format=True)
    return path


def _describe(ds: Dataset, identity: Identity, statement: PetStatement | None) -> None:
    ds.SOPInstanceUID = identity.instance_uid(1)
    ds.InstanceNumber = 1
    ds.FrameOfReferenceUID = identity.frame_of_reference_uid
    ds.PositionReferenceIndicator = ""
    ds.BodyPartExamined = "WHOLEBODY"
    ds.AcquisitionContextSequence = []
    ds.PixelPresentation = "MONOCHROME"
    ds.VolumetricProperties = "VOLUME"
    ds.VolumeBasedCalculationTechnique = "NONE"
    ds.ContentQualification = "RESEARCH"
    ds.BurnedInAnnotation = "NO"
    ds.LossyImageCompression = "00"
    ds.PresentationLUTShape = "IDENTITY"
    if statement is not None:
        ds.PatientSex = ""
        for keyword in ("SeriesDescription", "PatientSex", "Manufacturer", "TimezoneOffsetFromUTC"):
            if keyword in statement.series:
                setattr(ds, keyword, statement.series[keyword])
        for keyword in ("PatientWeight", "PatientSize"):
            if keyword in statement.series:
                setattr(ds, keyword, decimal(float(str(statement.series[keyword]))))
        ds.SeriesDate, ds.SeriesTime = (
            str(statement.series[keyword]) for keyword in ("SeriesDate", "SeriesTime")
        )
    else:
        ds.SeriesDate, ds.SeriesTime = ds.StudyDate, ds.StudyTime


def _enhanced_dose(statement: PetStatement) -> Dataset:
    item = dose_item(statement.dose)
    for keyword in ("RadiopharmaceuticalStartTime", "Radiopharmaceutical"):
        if keyword in item:
            del item[keyword]
    item.RadionuclidePositronFraction = decimal(POSITRON_SHARE)
    item.RadiopharmaceuticalAgentNumber = 1
    item.AdministrationRouteCodeSequence = [code("47625008", "SCT", "Intravenous route")]
    return item


def _stored(statement: PetStatement) -> tuple[NDArray[np.uint16], tuple[Dataset, ...]]:
    stored = np.empty(statement.grid.shape, dtype=np.uint16)
    transformations = []
    for z in range(statement.grid.shape[0]):
        stored[z], slope = stored_slice(statement.values[z], signed=False)
        item = Dataset()
        item.RescaleIntercept = "0"
        item.RescaleSlope = slope
        item.RescaleType = "US"
        transformations.append(item)
    return stored, tuple(transformations)


def _mapping(units: str, transformation: Dataset) -> Dataset:
    item = Dataset()
    item.LUTExplanation = units
    item.LUTLabel = units
    item.RealWorldValueFirstValueMapped = 0
    item.RealWorldValueLastValueMapped = 32767
    item.RealWorldValueIntercept = 0.0
    item.RealWorldValueSlope = float(transformation.RescaleSlope)
    item.MeasurementUnitsCodeSequence = [code(*UNIT_CODES[units])]
    return item


def _correction(statement: PetStatement, z: int) -> Dataset:
    item = Dataset()
    factor = statement.slices[z].get("DecayFactor")
    if factor is not None:
        item.DecayFactor = decimal(float(str(factor)))
    item.PrimaryPromptsCountsAccumulated = 1
    item.SliceSensitivityFactor = "1"
    item.ScatterFractionFactor = "0.3"
    item.DeadTimeFactor = "1"
    return item


def _set_groups(ds: Dataset, frames: _Frames) -> None:
    """Set shared and per-frame functional groups: geometry, anatomy, timing, slopes."""
    grid = frames.grid
    shared = Dataset()
    measures = Dataset()
    measures.PixelSpacing = [decimal(s) for s in grid.spacing[1:]]
    measures.SliceThickness = decimal(grid.spacing[0])
    shared.PixelMeasuresSequence = [measures]
    turned = Dataset()
    turned.ImageOrientationPatient = orientation(grid)
    shared.PlaneOrientationSequence = [turned]
    anatomy = Dataset()
    anatomy.AnatomicRegionSequence = [code("38266002", "SCT", "Entire body")]
    anatomy.FrameLaterality = "U"
    shared.FrameAnatomySequence = [anatomy]
    window = Dataset()
    window.WindowCenter, window.WindowWidth = "40", "400"
    shared.FrameVOILUTSequence = [window]
    ds.SharedFunctionalGroupsSequence = [shared]
    ds.PerFrameFunctionalGroupsSequence = [
        _per_frame(frames, z) for z in range(frames.grid.shape[0])
    ]


def _per_frame(frames: _Frames, z: int) -> Dataset:
    began, duration = frames.starts[z], frames.durations[z]
    content = Dataset()
    content.FrameAcquisitionNumber = 1
    content.FrameReferenceDateTime = f"{began + duration / 2:%Y%m%d%H%M%S.%f}"
    content.FrameAcquisitionDateTime = f"{began:%Y%m%d%H%M%S.%f}"
    content.FrameAcquisitionDuration = duration.total_seconds() * 1000.0
    content.TemporalPositionIndex = 1
    content.StackID = "1"
    content.InStackPositionNumber = z + 1
    content.DimensionIndexValues = [1, z + 1]
    place = Dataset()
    place.ImagePositionPatient = plane_position(frames.grid, z)
    group = Dataset()
    group.FrameContentSequence = [content]
    group.PlanePositionSequence = [place]
    group.PixelValueTransformationSequence = [frames.transformations[z]]
    return group


def _set_whole(ds: Dataset, frames: _Frames) -> None:
    """Set the elements that speak of all frames: number, dimensions, times."""
    first = min(frames.starts)
    last = max(s + d for s, d in zip(frames.starts, frames.durations, strict=True))
    ds.NumberOfFrames = frames.grid.shape[0]
    ds.AcquisitionNumber = 1
    ds.AcquisitionDateTime = f"{first:%Y%m%d%H%M%S.%f}"
    ds.AcquisitionDuration = (last - first).total_seconds()
    ds.ContentDate, ds.ContentTime = f"{last:%Y%m%d}", f"{last:%H%M%S.%f}"
    dimension_uid = uid_from(ds.SOPInstanceUID, "dimensions")
    organisation = Dataset()
    organisation.DimensionOrganizationUID = dimension_uid
    ds.DimensionOrganizationSequence = [organisation]
    ds.DimensionIndexSequence = []
    for keyword in ("StackID", "InStackPositionNumber"):
        index = Dataset()
        index.DimensionOrganizationUID = dimension_uid
        index.DimensionIndexPointer = Tag(keyword)
        index.FunctionalGroupPointer = Tag("FrameContentSequence")
        ds.DimensionIndexSequence.append(index)
