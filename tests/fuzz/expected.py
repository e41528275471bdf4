"""SUV computed a second time, with pydicom and from the formulas, from what the files now state."""

import io
import math
import tomllib
import warnings
import zipfile
from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from fuzz.bases import base_at
from fuzz.cases import Case, Order
from fuzz.headers import DISGUISED

__all__ = ["expected_suv"]

Slice = tuple[float, NDArray[np.float64]]


def expected_suv(case: Case, order: Order, series_uid: str) -> NDArray[np.float64] | None:
    """Return SUV of shape (z, y, x) by pydicom, or None where pydicom finds no number either.

    Only for damage that may by chance have made another sound file: bytes of images and records.
    A value beyond any patient gives None.
    """
    change = case.change
    disguised = change is not None and (change.element, change.what) in DISGUISED
    if not (disguised or "bytes" in case.family or case.what.startswith("record: ")):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            slices = sorted(_slices(case, order, series_uid), key=lambda one: one[0])
        except Exception:  # noqa: BLE001  whatever pydicom cannot read is no expectation
            return None
    return np.stack([values for _, values in slices]) if slices else None


def _contents(order: Order) -> Iterator[bytes]:
    if order.path.is_dir():
        yield from (path.read_bytes() for path in sorted(order.path.iterdir()))
    else:
        with zipfile.ZipFile(order.path) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def _slices(case: Case, order: Order, series_uid: str) -> Iterator[Slice]:
    for content in _contents(order):
        try:
            dataset = pydicom.dcmread(io.BytesIO(content))
            if dataset.SeriesInstanceUID != series_uid or dataset.get("Modality", "PT") != "PT":
                continue
        except Exception:  # noqa: BLE001, S112  that file is not part of it
            continue
        for groups in dataset.get("SharedFunctionalGroupsSequence", []):
            for item in groups.get("UnassignedSharedConvertedAttributesSequence", []):
                dataset.update({e.tag: e for e in item if e.tag not in dataset})
        factor = _factor(case, order, dataset)
        pixels = dataset.pixel_array.astype(np.float64)
        if "NumberOfFrames" in dataset:
            for number, groups in enumerate(dataset.PerFrameFunctionalGroupsSequence):
                slope = groups.PixelValueTransformationSequence[0].RescaleSlope
                place = groups.PlanePositionSequence[0].ImagePositionPatient[2]
                yield float(place), pixels[number] * float(slope) * factor
        else:
            place = dataset.ImagePositionPatient[2]
            yield float(place), pixels * float(dataset.RescaleSlope) * factor


def _factor(case: Case, order: Order, dataset: Dataset) -> float:
    base = base_at(case.base)
    units, decay = base.wording.units, base.wording.decay_correction
    record = tomllib.loads(order.record[0].read_text()) if order.record else {}
    weight = record.get("patient", {}).get("weight_kg", None)
    weight = float(dataset.PatientWeight if weight is None else weight)
    weight = weight / 1000.0 if weight > 1000.0 else weight
    if not 0.0 < weight < 700.0:
        raise ValueError(weight)
    if units == "CNTS":
        return float(dataset[0x70531000].value)
    if units in {"GML", "CM2ML"}:
        return _weight_over_mass(str(dataset.get("SUVType") or "BW").strip(), weight, dataset)
    scale = float(dataset.DoseCalibrationFactor) if units == "CPS" else 1.0
    dose = dataset.RadiopharmaceuticalInformationSequence[0]
    half_life = float(dose.RadionuclideHalfLife)
    injected = _moment(str(dose.RadiopharmaceuticalStartDateTime))
    given = record.get("administration", {})
    injected = given.get("injected_at", injected)
    activity = float(dose.RadionuclideTotalDose)
    activity = activity * 1e6 if activity < 1000.0 else activity
    if "activity_mbq" in given:
        waited = (injected - given["activity_measured_at"]).total_seconds()
        activity = 1e6 * given["activity_mbq"] * 2.0 ** (-waited / half_life)
    if not 1e6 < activity < 1e11:
        raise ValueError(activity)
    if decay == "ADMIN":
        return float(scale * weight * 1000.0 / activity)
    elapsed = _reference(dataset, decay, half_life) - injected.timestamp()
    if not 0.0 < elapsed < 2e6:
        raise ValueError(elapsed)
    return float(scale * weight * 1000.0 / (activity * 2.0 ** (-elapsed / half_life)))


def _weight_over_mass(kind: str, weight: float, dataset: Dataset) -> float:
    """Return SUVbw of SUV 1 normalised otherwise: James for women, Du Bois in cm2 per gram."""
    cm = 100.0 * float(dataset.PatientSize)
    if not 50.0 < cm < 280.0 or dataset.PatientSex != "F":
        raise ValueError(cm)
    masses = {
        "": weight,
        "BW": weight,
        "LBMJAMES128": 1.07 * weight - 148.0 * (weight / cm) ** 2,
        "BSA": 71.84 * weight**0.425 * cm**0.725 / 1000.0,
    }
    return float(weight / masses[kind])


def _reference(dataset: Dataset, decay: str, half_life: float) -> float:
    """Return the moment to which the values are corrected, as seconds."""
    if "DecayCorrectionDateTime" in dataset:
        return _moment(str(dataset.DecayCorrectionDateTime)).timestamp()
    if decay == "START":
        return _moment(str(dataset.SeriesDate) + str(dataset.SeriesTime)).timestamp()
    began = _moment(str(dataset.AcquisitionDate) + str(dataset.AcquisitionTime)).timestamp()
    passed = math.log(2.0) * float(dataset.ActualFrameDuration) / 1000.0 / half_life
    return float(began + half_life / math.log(2.0) * math.log(passed / (1.0 - math.exp(-passed))))


def _moment(text: str) -> datetime:
    form = "%Y%m%d%H%M%S.%f" if "." in text else "%Y%m%d%H%M%S"
    return datetime.strptime(text, form)  # noqa: DTZ007  one wall clock
