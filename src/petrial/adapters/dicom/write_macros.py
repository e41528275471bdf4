"""Elements that enhanced PET and CT must have and nobody measures with: made up, and constant."""

from typing import Final, TypeAlias

from pydicom.dataset import Dataset

from petrial.adapters.dicom.write import code, set_all

__all__ = [
    "CT_SHARED",
    "PET_SHARED",
    "PET_WHOLE",
    "energy_window",
    "frame_type",
    "set_macros",
    "view_code",
]

Macro: TypeAlias = dict[str, object]

_PET_DETECTOR: Final[Macro] = {
    "DetectorGeometry": "CYLINDRICAL_RING",
    "TypeOfDetectorMotion": "STATIONARY",
    "CollimatorType": "NONE",
    "CoincidenceWindowWidth": 4.0,
    "AxialDetectorDimension": 200.0,
    "TransverseDetectorSeparation": 4.0,
}

PET_WHOLE: Final[Macro] = {
    **_PET_DETECTOR,
    "TableMotion": "STATIC",
    "TimeOfFlightInformationUsed": "FALSE",
    "AcquisitionStartCondition": "MANU",
    "AcquisitionTerminationCondition": "TIME",
    "TerminationTimeThreshold": 180.0,
    "CountsSource": "EMISSION",
    "AttenuationCorrectionSource": "CT",
    "AttenuationCorrectionTemporalRelationship": "SEPARATE",
    "ScatterCorrectionMethod": "Model",
    "RandomsCorrectionMethod": "DLYD",
    "DecayCorrected": "YES",
    "AttenuationCorrected": "YES",
    "ScatterCorrected": "YES",
    "DeadTimeCorrected": "YES",
    "RandomsCorrected": "YES",
    "CountLossNormalizationCorrected": "YES",
    "GantryMotionCorrected": "NO",
    "PatientMotionCorrected": "NO",
    "NonUniformRadialSamplingCorrected": "NO",
    "SensitivityCalibrated": "NO",
    "DetectorNormalizationCorrection": "NO",
}

_TABLE: Final[Macro] = {"TableHeight": 100.0, "GantryDetectorTilt": 0.0}

PET_SHARED: Final[dict[str, Macro]] = {
    "PETFrameAcquisitionSequence": {
        **_TABLE,
        "GantryDetectorSlew": 0.0,
        "DataCollectionDiameter": 700.0,
    },
    "PETDetectorMotionDetailsSequence": {"RotationDirection": "CW", "RevolutionTime": 1.0},
    "PETPositionSequence": {
        "TablePosition": 0.0,
        "DataCollectionCenterPatient": (0.0, 0.0, 0.0),
        "ReconstructionTargetCenterPatient": (0.0, 0.0, 0.0),
    },
    "PETReconstructionSequence": {
        "ReconstructionAlgorithm": "FILTER_BACK_PROJ",
        "ReconstructionType": "3D",
        "IterativeReconstructionMethod": "NO",
        "ReconstructionDiameter": 700.0,
    },
    "RadiopharmaceuticalUsageSequence": {"RadiopharmaceuticalAgentNumber": 1},
}

CT_SHARED: Final[dict[str, Macro]] = {
    "CTAcquisitionTypeSequence": {
        "AcquisitionType": "SPIRAL",
        "ConstantVolumeFlag": "NO",
        "FluoroscopyFlag": "NO",
    },
    "CTAcquisitionDetailsSequence": {
        **_TABLE,
        "RotationDirection": "CW",
        "RevolutionTime": 0.5,
        "SingleCollimationWidth": 0.6,
        "TotalCollimationWidth": 19.2,
        "DataCollectionDiameter": 500.0,
    },
    "CTTableDynamicsSequence": {
        "TableSpeed": 40.0,
        "TableFeedPerRotation": 20.0,
        "SpiralPitchFactor": 1.0,
    },
    "CTPositionSequence": {
        "TablePosition": 0.0,
        "DataCollectionCenterPatient": (0.0, 0.0, 0.0),
        "ReconstructionTargetCenterPatient": (0.0, 0.0, 0.0),
    },
    "CTGeometrySequence": {
        "DistanceSourceToDetector": 1000.0,
        "DistanceSourceToDataCollectionCenter": 550.0,
    },
    "CTReconstructionSequence": {
        "ReconstructionAlgorithm": "FILTER_BACK_PROJ",
        "ConvolutionKernel": "NONE",
        "ConvolutionKernelGroup": "SMOOTH",
        "ReconstructionDiameter": 500.0,
        "ReconstructionAngle": 360.0,
        "ImageFilter": "NONE",
    },
    "CTExposureSequence": {
        "ExposureTimeInms": 500.0,
        "XRayTubeCurrentInmA": 40.0,
        "ExposureInmAs": 20.0,
        "ExposureModulationType": "NONE",
    },
    "CTXRayDetailsSequence": {
        "KVP": 120.0,
        "FocalSpots": 1.0,
        "FilterType": "FLAT",
        "FilterMaterial": "ALUMINUM",
        "CalciumScoringMassFactorPatient": 1.0,
    },
}


def set_macros(group: Dataset, macros: dict[str, Macro]) -> None:
    """Set each sequence of ``macros`` with its one item."""
    for keyword, elements in macros.items():
        item = Dataset()
        set_all(item, list(elements.items()))
        setattr(group, keyword, [item])


def frame_type(values: list[str]) -> Dataset:
    """Return the item that repeats ImageType (0008,0008) for each frame."""
    item = Dataset()
    item.FrameType = values
    item.PixelPresentation = "MONOCHROME"
    item.VolumetricProperties = "VOLUME"
    item.VolumeBasedCalculationTechnique = "NONE"
    return item


def energy_window() -> Dataset:
    """Return the window around 511 keV."""
    item = Dataset()
    item.EnergyWindowLowerLimit = "435"
    item.EnergyWindowUpperLimit = "650"
    return item


def view_code() -> Dataset:
    """Return the code for transverse slices."""
    return code("62824007", "SCT", "Transverse")
