"""What a series of images is, as its files state it: facts, not judgements."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from petrial.images.grid import Grid
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.moments import ClockReading

__all__ = ["Code", "PetHeader", "SeriesFacts", "SeriesKind", "SliceTiming"]


class SeriesKind(StrEnum):
    """What a series is, for petrial's purposes."""

    PET = "PET"
    PET_NOT_CORRECTED = "PET without attenuation correction"
    PET_PROJECTION = "PET projection or reformat"
    CT = "CT"
    CT_LOCALIZER = "CT localizer"
    STRUCTURE_SET = "structure set"
    SEGMENTATION = "segmentation"
    SECONDARY_CAPTURE = "secondary capture"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Code:
    """A coded concept as the file states it: value, scheme designator, meaning."""

    value: str
    scheme: str
    meaning: str


@dataclass(frozen=True, slots=True)
class SliceTiming:
    """When one slice was acquired, as stated. Times in seconds; None where silent.

    Attributes
    ----------
    acquired
        AcquisitionDate and AcquisitionTime (or the frame's own acquisition moment).
    frame_reference_second
        FrameReferenceTime (0054,1300), converted from ms.
    frame_duration_second
        ActualFrameDuration (0018,1242), converted from ms.
    decay_factor
        DecayFactor (0054,1321), as stated.
    """

    acquired: ClockReading
    frame_reference_second: float | None
    frame_duration_second: float | None
    decay_factor: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PetHeader:
    """What a PET series states about units, decay, dose and patient. As written, not judged.

    Numbers keep the unit in which they stand in the file (a dose may be Bq or MBq there: that is
    for the judge of the SUV to decide); None where the element is absent or empty.

    Attributes
    ----------
    slices
        One timing per slice, in the order of the grid's z axis.
    corrected_image, attenuation_method
        CorrectedImage (0028,0051), None when absent; AttenuationCorrectionMethod (0054,1101).
    series_started
        SeriesDate and SeriesTime.
    ge_scan_started
        GE private (0009,100D) of GEMS_PETD_01.
    siemens_decay_reference
        Siemens private (0071,1022) of SIEMENS MED PT.
    decay_correction_moment
        DecayCorrectionDateTime (0018,9701) of enhanced objects.
    injected
        RadiopharmaceuticalStartDateTime (0018,1078).
    injected_clock
        RadiopharmaceuticalStartTime (0018,1072).
    total_dose
        RadionuclideTotalDose (0018,1074), as written.
    philips_suv_factor, philips_activity_factor
        Philips private (7053,1000) and (7053,1009).
    utc_offset
        TimezoneOffsetFromUTC (0008,0201).
    """

    slices: tuple[SliceTiming, ...] = field(repr=False)
    units: str | None = None
    suv_type: str | None = None
    decay_correction: str | None = None
    corrected_image: frozenset[str] | None = None
    attenuation_method: str | None = None
    manufacturer: str = ""
    series_started: ClockReading = field(default=ClockReading(None, None))
    ge_scan_started: ClockReading | None = None
    siemens_decay_reference: ClockReading | None = None
    decay_correction_moment: ClockReading | None = None
    injected: ClockReading | None = None
    injected_clock: ClockReading | None = None
    total_dose: float | None = None
    half_life_second: float | None = None
    nuclide: Code | None = None
    radiopharmaceutical: str = ""
    radiopharmaceutical_code: Code | None = None
    patient_weight: float | None = None
    patient_size: float | None = None
    patient_sex: str | None = None
    philips_suv_factor: float | None = None
    philips_activity_factor: float | None = None
    dose_calibration_factor: float | None = None
    utc_offset: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFacts:
    """One series as found: what it is, where it lies, and why it cannot be used, if so.

    ``grid`` is None when the slices form no volume, and then ``problems`` says why; ``pet`` is
    None for anything that is no PET. ``remarks`` are sentences on what a person should know and
    what refuses nothing.
    """

    series_uid: str
    study_uid: str
    description: str
    modality: str
    kind: SeriesKind
    instances: int
    frame_of_reference_uid: str | None
    grid: Grid | None
    pet: PetHeader | None
    problems: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()
