"""What a PET series states about units, decay, dose and patient: facts, taken over all slices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from petrial.adapters.dicom.agreement import agreed
from petrial.adapters.dicom.statements import Statements
from petrial.adapters.dicom.tags import T
from petrial.images.series import Code, PetHeader, SliceTiming
from petrial.vocabulary.moments import ClockReading

__all__ = ["pet_header"]

Read = TypeVar("Read")

_GE: Final = (0x0009, b"GEMS_PETD_01", 0x0D)
_SIEMENS: Final = (0x0071, b"SIEMENS MED PT", 0x22)
_PHILIPS_GROUP: Final = 0x7053
_PHILIPS: Final = b"Philips PET Private Group"
_FLAGS: Final = {
    T.AttenuationCorrected: "ATTN",
    T.DecayCorrected: "DECY",
    T.ScatterCorrected: "SCAT",
    T.DeadTimeCorrected: "DTIM",
    T.RandomsCorrected: "RAN",
    T.CountLossNormalizationCorrected: "NORM",
}
_BLOCKS: Final = range(0x10, 0x100)
_UCUM: Final = {
    "Bq/ml": ("BQML", None),
    "Bq/mL": ("BQML", None),
    "g/ml{SUVbw}": ("GML", "BW"),
    "{SUVbw}g/ml": ("GML", "BW"),
    "g/ml{SUVlbm}": ("GML", "LBM"),
    "{SUVlbm}g/ml": ("GML", "LBM"),
    "g/ml{SUVibw}": ("GML", "IBW"),
    "{SUVibw}g/ml": ("GML", "IBW"),
    "cm2/ml{SUVbsa}": ("CM2ML", "BSA"),
    "{SUVbsa}cm2/ml": ("CM2ML", "BSA"),
    "{counts}": ("CNTS", None),
    "{counts}/s": ("CPS", None),
    "{propcounts}": ("PROPCNTS", None),
    "{propcounts}/s": ("PROPCPS", None),
    "1/cm": ("1CM", None),
}
_SAME_SLOPE: Final = 1e-6
_FAR: Final = datetime(2000, 1, 1)  # noqa: DTZ001  only differences of clock times are taken


@dataclass(frozen=True, slots=True)
class _Dose:
    """The radiopharmaceutical, as one item of its sequence states it."""

    injected: ClockReading | None = None
    injected_clock: ClockReading | None = None
    total_dose: float | None = None
    half_life_second: float | None = None
    nuclide: Code | None = None
    radiopharmaceutical: str = ""
    radiopharmaceutical_code: Code | None = None


def pet_header(slices: Sequence[Statements]) -> PetHeader:
    """Return what the slices state; problems go to the list that they share.

    Parameters
    ----------
    slices
        One data set per slice, in the order of the grid's z axis.
    """
    offsets = {one.take_offset() for one in slices}

    def one(tag: int, words: str, read: Callable[[Statements], Read]) -> Read | None:
        return agreed(slices, (tag,), read, words=f"mixed {words}")

    def moment(
        tags: Sequence[int], words: str, read: Callable[[Statements], ClockReading | None]
    ) -> ClockReading | None:
        both = (*tags, T.TimezoneOffsetFromUTC)
        return agreed(slices, both, read, words=f"mixed {words}", same=_same_moment)

    units, suv_type = _units(slices)
    decay, decayed_to = _decay(slices, moment)
    dose = _dose(slices)
    started = moment(
        (T.SeriesDate, T.SeriesTime),
        "series date and time",
        lambda s: s.reading(T.SeriesDate, T.SeriesTime),
    )
    return PetHeader(
        slices=tuple(_timing(s) for s in slices),
        units=units,
        suv_type=suv_type,
        decay_correction=decay,
        corrected_image=_corrections(slices),
        attenuation_method=_attenuation(slices),
        manufacturer=one(T.Manufacturer, "manufacturers", lambda s: s.words(T.Manufacturer)) or "",
        series_started=started or ClockReading(None, None),
        ge_scan_started=moment(
            _private_tags(slices[0], *_GE), "scan start (GE)", lambda s: _vendor_moment(s, _GE)
        ),
        siemens_decay_reference=moment(
            _private_tags(slices[0], *_SIEMENS),
            "decay reference (Siemens)",
            lambda s: _vendor_moment(s, _SIEMENS),
        ),
        decay_correction_moment=decayed_to,
        injected=dose.injected,
        injected_clock=dose.injected_clock,
        total_dose=dose.total_dose,
        half_life_second=dose.half_life_second,
        nuclide=dose.nuclide,
        radiopharmaceutical=dose.radiopharmaceutical,
        radiopharmaceutical_code=dose.radiopharmaceutical_code,
        patient_weight=one(T.PatientWeight, "weights", lambda s: s.number(T.PatientWeight)),
        patient_size=one(T.PatientSize, "heights", lambda s: s.number(T.PatientSize)),
        patient_sex=one(T.PatientSex, "sex", lambda s: _word(s, T.PatientSex)),
        philips_suv_factor=_philips(slices, 0x00, "SUV factor (Philips)"),
        philips_activity_factor=_philips(slices, 0x09, "activity factor (Philips)"),
        dose_calibration_factor=_calibration(slices, units),
        utc_offset=offsets.pop() if len(offsets) == 1 else slices[0].utc_offset,
    )


def _word(statements: Statements, tag: int) -> str | None:
    text = statements.text(tag)
    return None if text is None else text.upper()


def _same_moment(one: ClockReading | None, other: ClockReading | None) -> bool:
    """Tell whether two readings name the same moment, across a change of the offset from UTC."""
    if one is None or other is None or one == other:
        return one == other
    first, second = _instant(one), _instant(other)
    return first is not None and first == second


def _instant(reading: ClockReading) -> timedelta | None:
    """Return the time in UTC since the calendar began, which may lie beyond its ends."""
    if reading.utc_offset is None or reading.clock is None or reading.day is None:
        return None
    clock = reading.clock
    passed = timedelta(
        days=reading.day.toordinal(),
        hours=clock.hour,
        minutes=clock.minute,
        seconds=clock.second,
        microseconds=clock.microsecond,
    )
    return passed - reading.utc_offset


def _timing(one: Statements) -> SliceTiming:
    acquired = one.moment(T.FrameAcquisitionDateTime)
    if acquired is None:
        acquired = one.reading(T.AcquisitionDate, T.AcquisitionTime)
    if acquired.clock is None:
        acquired = one.moment(T.AcquisitionDateTime) or acquired
    duration = one.number(T.ActualFrameDuration)
    if duration is None:
        duration = one.number(T.FrameAcquisitionDuration)
    reference = one.number(T.FrameReferenceTime)
    return SliceTiming(
        acquired=acquired,
        frame_reference_second=None if reference is None else reference / 1000.0,
        frame_duration_second=None if duration is None else duration / 1000.0,
        decay_factor=one.number(T.DecayFactor),
    )


def _units(slices: Sequence[Statements]) -> tuple[str | None, str | None]:
    units = agreed(slices, (T.Units,), lambda s: _word(s, T.Units), words="mixed units")
    suv_type = agreed(slices, (T.SUVType,), lambda s: _word(s, T.SUVType), words="mixed SUV types")
    if any(T.Units in s.elements.raw for s in slices):
        return units, suv_type
    tags = (T.RealWorldValueMappingSequence, T.RescaleSlope)
    return agreed(slices, tags, _mapped_units, words="mixed units") or (None, None)


def _mapped_units(one: Statements) -> tuple[str | None, str | None]:
    """Return units and SUV type of the real world mapping that does what the rescale slope does."""
    items = one.items(T.RealWorldValueMappingSequence)
    slope = one.number(T.RescaleSlope)
    found = set()
    for item in items:
        mapped = item.number(T.RealWorldValueSlope)
        code = item.code(T.MeasurementUnitsCodeSequence)
        if mapped is None or slope is None or code is None or code.value not in _UCUM:
            continue
        near = abs(mapped - slope) <= _SAME_SLOPE * abs(slope)
        if near and not item.number(T.RealWorldValueIntercept):
            found.add(_UCUM[code.value])
    if len(found) == 1:
        return found.pop()
    if items:
        one.complain_of(
            T.RealWorldValueMappingSequence,
            f"{len(found)} mappings with known units and the slope {slope}",
            "one mapping whose slope equals RescaleSlope, or Units (0054,1001)",
        )
    return None, None


def _decay(
    slices: Sequence[Statements],
    moment: Callable[
        [Sequence[int], str, Callable[[Statements], ClockReading | None]], ClockReading | None
    ],
) -> tuple[str | None, ClockReading | None]:
    def read(one: Statements) -> str | None:
        stated = _word(one, T.DecayCorrection)
        if stated is not None:
            return stated
        flag = _word(one, T.DecayCorrected)
        return {"YES": "START", "NO": "NONE"}.get(flag or "")

    tags = (T.DecayCorrection, T.DecayCorrected)
    decay = agreed(slices, tags, read, words="mixed decay correction")
    tag = T.DecayCorrectionDateTime
    return decay, moment((tag,), "decay correction moments", lambda s: s.moment(tag))


def _corrections(slices: Sequence[Statements]) -> frozenset[str] | None:
    """Return the corrections that all slices have; None where none of them says."""

    def read(one: Statements) -> frozenset[str] | None:
        stated = one.texts(T.CorrectedImage)
        if stated:
            return frozenset(word.upper() for word in stated)
        flags = {tag: _word(one, tag) for tag in _FLAGS}
        if not any(flags.values()):
            return None
        return frozenset(_FLAGS[tag] for tag, flag in flags.items() if flag == "YES")

    def same(one: frozenset[str] | None, other: frozenset[str] | None) -> bool:
        if one is None or other is None:
            return one is other
        return not (one ^ other) & {"ATTN", "DECY"}

    return agreed(slices, (T.CorrectedImage, *_FLAGS), read, words="mixed corrections", same=same)


def _attenuation(slices: Sequence[Statements]) -> str | None:
    """Return the attenuation method; beds may word it differently, as long as each has one."""

    def same(one: str | None, other: str | None) -> bool:
        unsaid = (None, "NONE")
        return one == other or (one not in unsaid and other not in unsaid)

    tag = T.AttenuationCorrectionMethod
    return agreed(
        slices,
        (tag,),
        lambda s: s.words(tag) or None,
        words="mixed attenuation correction",
        same=same,
    )


def _calibration(slices: Sequence[Statements], units: str | None) -> float | None:
    tag = T.DoseCalibrationFactor
    if units != "CPS":
        return slices[0].number(tag)
    return agreed(slices, (tag,), lambda s: s.number(tag), words="mixed dose calibration")


def _dose(slices: Sequence[Statements]) -> _Dose:
    tag = T.RadiopharmaceuticalInformationSequence
    both = (tag, T.TimezoneOffsetFromUTC)
    found = agreed(slices, both, _read_dose, words="mixed dose", same=_same_dose)
    return found or _Dose()


def _read_dose(one: Statements) -> _Dose:
    items = one.items(T.RadiopharmaceuticalInformationSequence)
    if not items:
        return _Dose()
    if len(items) > 1:
        one.complain_of(
            T.RadiopharmaceuticalInformationSequence,
            f"{len(items)} radiopharmaceuticals",
            "one radiopharmaceutical in a series",
        )
        return _Dose()
    item = items[0]
    return _Dose(
        injected=item.moment(T.RadiopharmaceuticalStartDateTime),
        injected_clock=item.clock(T.RadiopharmaceuticalStartTime),
        total_dose=item.number(T.RadionuclideTotalDose),
        half_life_second=item.number(T.RadionuclideHalfLife),
        nuclide=item.code(T.RadionuclideCodeSequence),
        radiopharmaceutical=item.words(T.Radiopharmaceutical),
        radiopharmaceutical_code=item.code(T.RadiopharmaceuticalCodeSequence),
    )


def _same_dose(one: _Dose, other: _Dose) -> bool:
    def rest(dose: _Dose) -> tuple[object, ...]:
        return dose.total_dose, dose.half_life_second, dose.nuclide, dose.radiopharmaceutical

    return (
        rest(one) == rest(other)
        and _same_moment(one.injected, other.injected)
        and _same_clock(one.injected_clock, other.injected_clock)
    )


def _same_clock(one: ClockReading | None, other: ClockReading | None) -> bool:
    if one is None or other is None or one == other:
        return one == other
    if one.clock is None or other.clock is None or None in {one.utc_offset, other.utc_offset}:
        return False
    first = datetime.combine(_FAR, one.clock) - (one.utc_offset or timedelta())
    second = datetime.combine(_FAR, other.clock) - (other.utc_offset or timedelta())
    return (first - second) % timedelta(days=1) == timedelta()


def _private_tags(one: Statements, group: int, creator: bytes, element: int) -> tuple[int, ...]:
    """Return the tag of a private element where its creator has reserved a block."""
    blocks = [
        tag & 0xFF
        for tag, (_, value) in one.elements.raw.items()
        if tag >> 16 == group and tag & 0xFFFF in _BLOCKS and value.strip(b" \0") == creator
    ]
    return tuple(group << 16 | block << 8 | element for block in sorted(blocks)[:1])


def _vendor_moment(one: Statements, private: tuple[int, bytes, int]) -> ClockReading | None:
    group, creator, element = private
    for tag in _private_tags(one, group, creator, element):
        name = f"{creator.decode()} ({group:04X},xx{element:02X})"
        return one.read_moment(tag, name)
    return None


def _philips(slices: Sequence[Statements], element: int, words: str) -> float | None:
    """Return a factor of Philips, also where the creator was lost in de-identification."""
    name = f"{words} (7053,10{element:02X})"

    def read(one: Statements) -> float | None:
        tags = _private_tags(one, _PHILIPS_GROUP, _PHILIPS, element)
        lost = not any(tag >> 8 == _PHILIPS_GROUP << 8 for tag in one.elements.raw)
        if not tags and lost and one.words(T.Manufacturer).lower().startswith("philips"):
            tags = (0x70531000 | element,)
        return one.read_number(tags[0], b"DS", name) if tags else None

    creators = tuple(
        sorted({tag for s in slices for tag in s.elements.raw if tag >> 16 == _PHILIPS_GROUP})
    )
    if not creators:
        return None
    return agreed(slices, creators, read, words=f"mixed {words}")
