"""What a PET scanner writes: stored values and elements, from the true SUV and the facts.

The arithmetic of decay and of body masses is written out here once more, on purpose: it is the
witness against which ``petrial.images.suv`` is tested, so nothing of that package is used.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.simulation.series import (
    AcquisitionClock,
    DecayFactors,
    InjectionClock,
    PetSeriesSpec,
    Vendor,
)
from petrial.vocabulary.nuclides import NUCLIDES

__all__ = [
    "CALIBRATION",
    "Elements",
    "PetStatement",
    "PrivateElement",
    "cropped",
    "mass_kg",
    "state_pet",
    "true_decay_factor",
]

Value: TypeAlias = str | float | int | tuple[str, ...] | tuple[float, ...]
Elements: TypeAlias = dict[str, Value]
"""DICOM keywords and values."""

CALIBRATION: Final = 0.42
"""Bq/mL per count (Philips), and per count per second, of the simulated scanner."""
PHILIPS: Final = "Philips PET Private Group"


@dataclass(frozen=True, slots=True)
class PrivateElement:
    """A private element: name for people, creator, group, the low byte of its number, VR, value."""

    name: str
    creator: str
    group: int
    low: int
    vr: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PetStatement:
    """What the files of one PET series state.

    Attributes
    ----------
    spec
        What truly happened.
    values
        In the stated unit, float64, shape (z, y, x), on ``grid``.
    series
        Elements that are the same in all slices.
    dose
        Elements of the item of RadiopharmaceuticalInformationSequence (0054,0016).
    slices
        Elements of each slice, in the order of z.
    private
        Private elements of all slices.
    reference
        The moment to which decay was corrected, as the scanner's clock writes it; None for NONE.
    """

    spec: PetSeriesSpec
    values: NDArray[np.float64]
    grid: Grid
    series: Elements
    dose: Elements
    slices: tuple[Elements, ...]
    private: tuple[PrivateElement, ...]
    reference: datetime | None


def mass_kg(kind: str, weight_kg: float, height_m: float, sex: str) -> float:
    """Return the mass in kg by which an SUV of ``kind`` is normalised.

    ``BW``, ``LBM`` (Morgan), ``LBMJAMES128`` (James), ``LBMJANMA`` (Janmahasatian), ``IBW``.
    Sex other than F and M gives the mean of both formulas.

    >>> round(mass_kg("LBMJANMA", 68.0, 1.65, "F"), 2), round(mass_kg("IBW", 68.0, 1.65, "M"), 2)
    (42.38, 61.78)
    """
    if sex not in {"F", "M"}:
        return 0.5 * sum(mass_kg(kind, weight_kg, height_m, s) for s in ("F", "M"))
    cm = 100.0 * height_m
    ratio = (weight_kg / cm) ** 2
    bmi = weight_kg / height_m**2
    women = sex == "F"
    formulas = {
        "BW": weight_kg,
        "LBM": 1.07 * weight_kg - 148.0 * ratio if women else 1.10 * weight_kg - 120.0 * ratio,
        "LBMJAMES128": (
            1.07 * weight_kg - 148.0 * ratio if women else 1.10 * weight_kg - 128.0 * ratio
        ),
        "LBMJANMA": 9270.0 * weight_kg / (8780.0 + 244.0 * bmi if women else 6680.0 + 216.0 * bmi),
        "IBW": 45.5 + 0.91 * (cm - 152.0) if women else 48.0 + 1.06 * (cm - 152.0),
    }
    return formulas[kind]


def _left(elapsed: timedelta, half_life_second: float) -> float:
    return float(2.0 ** (-elapsed.total_seconds() / half_life_second))


def _mean_activity(duration: timedelta, half_life_second: float) -> timedelta:
    """Return the time from the start of a frame to its moment of mean activity."""
    constant = math.log(2.0) / half_life_second
    passed = constant * duration.total_seconds()
    return timedelta(seconds=math.log(passed / (1.0 - math.exp(-passed))) / constant)


def true_decay_factor(spec: PetSeriesSpec, bed: int) -> float:
    """Return by what the scanner multiplied the mean activity of ``bed``.

    >>> noon = datetime(2024, 5, 14, 12, 0)
    >>> spec = PetSeriesSpec(injected_at=noon, scan_started=noon + timedelta(hours=1))
    >>> round(true_decay_factor(spec, 0), 5)  # 2 ** (89.86 s / 6586.2 s)
    1.0095
    """
    mean = spec.bed_started(bed) + _mean_activity(spec.beds.duration, spec.half_life_second)
    goal = {"START": spec.scan_started, "ADMIN": spec.injected_at, "NONE": mean}
    return float(1.0 / _left(mean - goal[spec.wording.decay_correction], spec.half_life_second))


def state_pet(spec: PetSeriesSpec, suv: NDArray[np.floating], grid: Grid) -> PetStatement:
    """Return what the scanner writes about a true body-weight SUV, shape (z, y, x), on ``grid``.

    The slices are shared among the beds from the first slice on. In each bed the scanner measures
    the mean activity concentration of the frame, corrects it for decay as its wording says, and
    writes it in its units.

    Examples
    --------
    >>> noon = datetime(2024, 5, 14, 12, 0)
    >>> spec = PetSeriesSpec(injected_at=noon, scan_started=noon + timedelta(hours=1))
    >>> grid = Grid.axial((2, 1, 1), (4.0, 4.0, 4.0), (0.0, 0.0, 0.0))
    >>> found = state_pet(spec, np.ones(grid.shape), grid)
    >>> round(float(found.values[0, 0, 0]))  # 250 MBq x 2 ** (-3600 / 6586.2) / 68 kg
    2517
    """
    bed_of = [z * spec.beds.count // grid.shape[0] for z in range(grid.shape[0])]
    per_suv = np.asarray([_value_per_suv(spec, bed) for bed in bed_of])
    statement = PetStatement(
        spec=spec,
        values=np.asarray(suv, dtype=np.float64) * per_suv[:, np.newaxis, np.newaxis],
        grid=grid,
        series=_series(spec, grid),
        dose=_dose(spec),
        slices=tuple(_slice(spec, bed) for bed in bed_of),
        private=_private(spec),
        reference=_reference(spec),
    )
    return _edited(statement)


def cropped(
    statement: PetStatement, start: int, stop: int, *, recounted: bool = True
) -> PetStatement:
    """Return the series with the slices ``start`` to ``stop`` only, as a cut in an archive does.

    NumberOfSlices (0054,0081) is set to their number if ``recounted``.
    """
    shape = (stop - start, *statement.grid.shape[1:])
    count: Elements = {"NumberOfSlices": shape[0]} if recounted else {}
    return replace(
        statement,
        series=statement.series | count,
        values=statement.values[start:stop],
        grid=statement.grid.crop((start, 0, 0), (shape[0], shape[1], shape[2])),
        slices=statement.slices[start:stop],
    )


def _value_per_suv(spec: PetSeriesSpec, bed: int) -> float:
    """Return what is stored for an SUV of 1 in ``bed``, in the unit of the wording."""
    wording = spec.wording
    gram = 1000.0 * spec.weight_kg
    if wording.units == "GML":
        kind = wording.suv_type or "BW"
        return mass_kg(kind, spec.weight_kg, spec.height_m, spec.sex) / spec.weight_kg
    if wording.units == "CM2ML":
        square_metre = 0.007184 * spec.weight_kg**0.425 * (100.0 * spec.height_m) ** 0.725
        return float(1e4 * square_metre / gram)
    mean = spec.bed_started(bed) + _mean_activity(spec.beds.duration, spec.half_life_second)
    left = _left(mean - spec.injected_at, spec.half_life_second)
    becquerel_per_ml = 1e6 * spec.activity_mbq * left / gram * true_decay_factor(spec, bed)
    return becquerel_per_ml if wording.units == "BQML" else becquerel_per_ml / CALIBRATION


def _clock(spec: PetSeriesSpec, moment: datetime) -> datetime:
    """Return ``moment`` as the scanner's clock shows it, without offset."""
    offset = spec.wording.utc_offset
    if offset is not None and moment.tzinfo is not None:
        moment = moment.astimezone(timezone(offset))
    return moment.replace(tzinfo=None)


def _shifted(spec: PetSeriesSpec, keyword: str, moment: datetime) -> datetime:
    kept = keyword in spec.wording.unshifted
    return moment if kept else moment + spec.wording.shift


def _day(spec: PetSeriesSpec, keyword: str, moment: datetime) -> str:
    return _shifted(spec, keyword, _clock(spec, moment)).strftime("%Y%m%d")


def _hour(spec: PetSeriesSpec, moment: datetime) -> str:
    return _clock(spec, moment).strftime("%H%M%S.%f")


def _reference(spec: PetSeriesSpec) -> datetime | None:
    moments = {"START": spec.scan_started, "ADMIN": spec.injected_at}
    moment = moments.get(spec.wording.decay_correction)
    return None if moment is None else _shifted(spec, "", _clock(spec, moment))


def _offset_text(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60.0)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


def _series(spec: PetSeriesSpec, grid: Grid) -> Elements:
    wording = spec.wording
    started = spec.scan_started
    later = started + wording.series_later
    uncorrected = wording.decay_correction == "NONE"
    found: Elements = {
        "Manufacturer": wording.vendor.value,
        "StudyDate": _day(spec, "StudyDate", started),
        "StudyTime": _hour(spec, started),
        "SeriesDate": _day(spec, "SeriesDate", later),
        "SeriesTime": _hour(spec, later),
        "ContentDate": _day(spec, "ContentDate", later),
        "ContentTime": _hour(spec, later),
        "SeriesDescription": spec.description,
        "PatientSex": spec.sex,
        "PatientWeight": spec.weight_kg * wording.weight_factor,
        "PatientSize": spec.height_m,
        "Units": wording.units,
        "DecayCorrection": wording.decay_correction,
        "CorrectedImage": wording.corrected if uncorrected else ("DECY", *wording.corrected),
        "AttenuationCorrectionMethod": "CT" if "ATTN" in wording.corrected else "NONE",
        "NumberOfSlices": grid.shape[0],
        "DoseCalibrationFactor": CALIBRATION,
    }
    if wording.suv_type is not None:
        found["SUVType"] = wording.suv_type
    if wording.utc_offset is not None:
        found["TimezoneOffsetFromUTC"] = _offset_text(wording.utc_offset)
    return found


def _dose(spec: PetSeriesSpec) -> Elements:
    wording = spec.wording
    nuclide = NUCLIDES[spec.nuclide]
    found: Elements = {
        "Radiopharmaceutical": spec.tracer,
        "RadionuclideTotalDose": 1e6 * spec.activity_mbq * wording.dose_factor,
        "RadionuclideHalfLife": round(spec.half_life_second * wording.half_life_factor, 3),
        "RadionuclideCodeValue": nuclide.codes[0],
        "RadionuclideCodeMeaning": f"^{spec.nuclide[:2]}^{nuclide.element.capitalize()}",
    }
    moment = _shifted(
        spec, "RadiopharmaceuticalStartDateTime", _clock(spec, spec.injected_at)
    ).strftime("%Y%m%d%H%M%S.%f")
    if wording.injection_offset is not None:
        own = spec.injected_at.astimezone(timezone(wording.injection_offset))
        moment = own.strftime("%Y%m%d%H%M%S.%f") + _offset_text(wording.injection_offset)
    if wording.injection is not InjectionClock.CLOCK:
        found["RadiopharmaceuticalStartDateTime"] = moment
    if wording.injection is not InjectionClock.DATE_TIME:
        found["RadiopharmaceuticalStartTime"] = moment[8:21]
    return found


def _slice(spec: PetSeriesSpec, bed: int) -> Elements:
    wording = spec.wording
    began = spec.bed_started(bed)
    shown = spec.scan_started if wording.acquisition is AcquisitionClock.SCAN else began
    day_of = spec.scan_started if wording.acquisition is AcquisitionClock.STUCK_DATE else shown
    reference = began - spec.scan_started
    if wording.vendor is not Vendor.GE:
        reference += _mean_activity(spec.beds.duration, spec.half_life_second)
    found: Elements = {
        "AcquisitionDate": _day(spec, "AcquisitionDate", day_of),
        "AcquisitionTime": _hour(spec, shown),
        "FrameReferenceTime": round(1000.0 * reference.total_seconds(), 3),
        "ActualFrameDuration": round(1000.0 * spec.beds.duration.total_seconds()),
    }
    if wording.decay_correction != "NONE":
        true = wording.decay_factors is DecayFactors.TRUE
        found["DecayFactor"] = round(true_decay_factor(spec, bed), 6) if true else 1.0
    return found


def _private(spec: PetSeriesSpec) -> tuple[PrivateElement, ...]:
    wording = spec.wording
    goal = spec.injected_at if wording.decay_correction == "ADMIN" else spec.scan_started
    match wording.vendor:
        case Vendor.GE:
            name = "GeScanStarted"
            text = _shifted(spec, name, _clock(spec, spec.scan_started)).strftime("%Y%m%d%H%M%S.%f")
            return (PrivateElement(name, "GEMS_PETD_01", 0x0009, 0x0D, "DT", text),)
        case Vendor.SIEMENS:
            name = "SiemensDecayReference"
            text = _shifted(spec, name, _clock(spec, goal)).strftime("%Y%m%d%H%M%S.%f")
            return (PrivateElement(name, "SIEMENS MED PT", 0x0071, 0x22, "DT", text),)
        case Vendor.PHILIPS if wording.units == "CNTS":
            left = _left(goal - spec.injected_at, spec.half_life_second)
            suv = CALIBRATION * 1000.0 * spec.weight_kg / (1e6 * spec.activity_mbq * left)
            factors = (
                ("PhilipsSuvFactor", 0x00, suv * wording.philips_suv),
                ("PhilipsActivityFactor", 0x09, CALIBRATION * wording.philips_activity),
            )
            return tuple(
                PrivateElement(name, PHILIPS, 0x7053, low, "DS", f"{value:.9g}")
                for name, low, value in factors
            )
        case Vendor.PHILIPS | Vendor.UNITED | Vendor.SYNTHETIC:
            return ()


def _edited(statement: PetStatement) -> PetStatement:
    """Leave out and change what the wording says."""
    wording = statement.spec.wording

    def edit(elements: Elements) -> Elements:
        kept = {k: v for k, v in elements.items() if k not in wording.missing}
        return kept | {k: v for k, v in wording.changed if k in elements}

    return replace(
        statement,
        series=edit(statement.series),
        dose=edit(statement.dose),
        slices=tuple(edit(s) for s in statement.slices),
        private=tuple(
            replace(p, value=str(dict(wording.changed).get(p.name, p.value)))
            for p in statement.private
            if p.name not in wording.missing
        ),
    )
