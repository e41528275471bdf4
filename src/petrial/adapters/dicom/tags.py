"""The elements that petrial reads, by name: tag, keyword and value representation (PS3.6)."""

from enum import IntEnum
from typing import Final

__all__ = ["KEPT", "VR", "T", "name_of"]


class T(IntEnum):
    """Tags by keyword."""

    SpecificCharacterSet = 0x00080005
    ImageType = 0x00080008
    SOPClassUID = 0x00080016
    SOPInstanceUID = 0x00080018
    SeriesDate = 0x00080021
    AcquisitionDate = 0x00080022
    AcquisitionDateTime = 0x0008002A
    SeriesTime = 0x00080031
    AcquisitionTime = 0x00080032
    Modality = 0x00080060
    Manufacturer = 0x00080070
    CodeValue = 0x00080100
    CodingSchemeDesignator = 0x00080102
    CodeMeaning = 0x00080104
    LongCodeValue = 0x00080119
    TimezoneOffsetFromUTC = 0x00080201
    SeriesDescription = 0x0008103E
    FrameType = 0x00089007
    PatientSex = 0x00100040
    PatientSize = 0x00101020
    PatientWeight = 0x00101030
    Radiopharmaceutical = 0x00180031
    SliceThickness = 0x00180050
    SpacingBetweenSlices = 0x00180088
    RadiopharmaceuticalStartTime = 0x00181072
    RadionuclideTotalDose = 0x00181074
    RadionuclideHalfLife = 0x00181075
    RadiopharmaceuticalStartDateTime = 0x00181078
    ActualFrameDuration = 0x00181242
    FrameAcquisitionDateTime = 0x00189074
    FrameReferenceDateTime = 0x00189151
    FrameAcquisitionDuration = 0x00189220
    DecayCorrectionDateTime = 0x00189701
    PETFrameCorrectionFactorsSequence = 0x00189736
    DecayCorrected = 0x00189758
    AttenuationCorrected = 0x00189759
    ScatterCorrected = 0x00189760
    DeadTimeCorrected = 0x00189761
    CountLossNormalizationCorrected = 0x00189764
    RandomsCorrected = 0x00189765
    StudyInstanceUID = 0x0020000D
    SeriesInstanceUID = 0x0020000E
    SeriesNumber = 0x00200011
    ImagePositionPatient = 0x00200032
    ImageOrientationPatient = 0x00200037
    FrameOfReferenceUID = 0x00200052
    TemporalPositionIdentifier = 0x00200100
    TemporalPositionIndex = 0x00209128
    FrameContentSequence = 0x00209111
    PlanePositionSequence = 0x00209113
    PlaneOrientationSequence = 0x00209116
    UnassignedSharedConvertedAttributesSequence = 0x00209170
    UnassignedPerFrameConvertedAttributesSequence = 0x00209171
    SamplesPerPixel = 0x00280002
    PhotometricInterpretation = 0x00280004
    NumberOfFrames = 0x00280008
    Rows = 0x00280010
    Columns = 0x00280011
    PixelSpacing = 0x00280030
    CorrectedImage = 0x00280051
    BitsAllocated = 0x00280100
    BitsStored = 0x00280101
    HighBit = 0x00280102
    PixelRepresentation = 0x00280103
    RescaleIntercept = 0x00281052
    RescaleSlope = 0x00281053
    LossyImageCompression = 0x00282110
    ModalityLUTSequence = 0x00283000
    PixelMeasuresSequence = 0x00289110
    PixelValueTransformationSequence = 0x00289145
    MeasurementUnitsCodeSequence = 0x004008EA
    RealWorldValueMappingSequence = 0x00409096
    RealWorldValueIntercept = 0x00409224
    RealWorldValueSlope = 0x00409225
    RadiopharmaceuticalInformationSequence = 0x00540016
    NumberOfSlices = 0x00540081
    NumberOfTimeSlices = 0x00540101
    RadionuclideCodeSequence = 0x00540300
    RadiopharmaceuticalCodeSequence = 0x00540304
    SeriesType = 0x00541000
    Units = 0x00541001
    SUVType = 0x00541006
    AttenuationCorrectionMethod = 0x00541101
    DecayCorrection = 0x00541102
    FrameReferenceTime = 0x00541300
    DecayFactor = 0x00541321
    DoseCalibrationFactor = 0x00541322
    ImageIndex = 0x00541330
    SharedFunctionalGroupsSequence = 0x52009229
    PerFrameFunctionalGroupsSequence = 0x52009230
    ExtendedOffsetTable = 0x7FE00001
    ExtendedOffsetTableLengths = 0x7FE00002
    FloatPixelData = 0x7FE00008
    DoubleFloatPixelData = 0x7FE00009
    PixelData = 0x7FE00010


_BY_VR: Final[dict[str, str]] = {
    "CS": """SpecificCharacterSet ImageType Modality PatientSex FrameType DecayCorrected
        AttenuationCorrected ScatterCorrected DeadTimeCorrected CountLossNormalizationCorrected
        RandomsCorrected PhotometricInterpretation CorrectedImage LossyImageCompression SeriesType
        Units SUVType DecayCorrection""",
    "UI": """SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID""",
    "DA": "SeriesDate AcquisitionDate",
    "TM": "SeriesTime AcquisitionTime RadiopharmaceuticalStartTime",
    "DT": """AcquisitionDateTime RadiopharmaceuticalStartDateTime FrameAcquisitionDateTime
        FrameReferenceDateTime DecayCorrectionDateTime""",
    "SH": "CodeValue CodingSchemeDesignator TimezoneOffsetFromUTC",
    "LO": """Manufacturer CodeMeaning SeriesDescription Radiopharmaceutical
        AttenuationCorrectionMethod""",
    "UC": "LongCodeValue",
    "DS": """PatientSize PatientWeight SliceThickness SpacingBetweenSlices RadionuclideTotalDose
        RadionuclideHalfLife ImagePositionPatient ImageOrientationPatient PixelSpacing
        RescaleIntercept RescaleSlope FrameReferenceTime DecayFactor DoseCalibrationFactor""",
    "IS": """ActualFrameDuration SeriesNumber NumberOfFrames TemporalPositionIdentifier""",
    "FD": "FrameAcquisitionDuration RealWorldValueIntercept RealWorldValueSlope",
    "UL": "TemporalPositionIndex",
    "US": """SamplesPerPixel Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation
        NumberOfSlices NumberOfTimeSlices ImageIndex""",
    "OV": "ExtendedOffsetTable ExtendedOffsetTableLengths",
    "OF": "FloatPixelData",
    "OD": "DoubleFloatPixelData",
    "OW": "PixelData",
}

VR: Final[dict[int, bytes]] = {tag.value: b"SQ" for tag in T if tag.name.endswith("Sequence")} | {
    T[name].value: vr.encode() for vr, names in _BY_VR.items() for name in names.split()
}
"""The value representation of each element, for files that do not say."""

KEPT: Final = frozenset(tag.value for tag in T)
"""The tags that a walk over a file is to keep."""

_NAMES: Final = {tag.value: tag.name for tag in T}


def name_of(tag: int) -> str:
    """Return keyword and number of a tag, as messages show it.

    >>> name_of(0x00101030)
    'PatientWeight (0010,1030)'
    """
    name = _NAMES.get(tag, "private element" if tag >> 16 & 1 else "element")
    return f"{name} ({tag >> 16:04X},{tag & 0xFFFF:04X})"
