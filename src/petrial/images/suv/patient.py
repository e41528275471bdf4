"""Weight, height and sex: record before assumption before header, implausible units named."""

from typing import Final

from petrial.images.suv.case import Case, Settled, assumed_input
from petrial.images.suv.statements import Sex
from petrial.vocabulary.knowledge import Known, Verdict
from petrial.vocabulary.provenance import Input, Source
from petrial.vocabulary.quantities import BodyHeight, BodyWeight

__all__ = [
    "header_height",
    "header_sex",
    "header_weight",
    "settle_height",
    "settle_sex",
    "settle_weight",
]

WEIGHT_TAG: Final = "PatientWeight (0010,1030)"
HEIGHT_TAG: Final = "PatientSize (0010,1020)"
SEX_TAG: Final = "PatientSex (0010,0040)"

LIGHTEST_KG: Final = 20.0
HEAVIEST_KG: Final = 350.0
SURELY_GRAM: Final = 1000.0
"""No human being weighs so many kilograms: the number can only be grams."""

SHORTEST_M: Final = 0.5
TALLEST_M: Final = 2.72
"""The tallest person on record (R. Wadlow, 2.72 m)."""
SURELY_CENTIMETRE: Final = TALLEST_M / 0.0254
"""Above this a number is no height in inches either, so that only centimetres are left."""


def settle_weight(case: Case) -> Verdict[Settled[BodyWeight]]:
    """Return the body weight, or why it is not known."""
    if case.record is not None and case.record.weight_kilogram is not None:
        kilogram = case.record.weight_kilogram
        return Known(Settled(BodyWeight(kilogram), case.from_record("weight", kilogram, "kg")))
    if case.assumed.weight_kilogram is not None:
        kilogram = case.assumed.weight_kilogram
        return Known(Settled(BodyWeight(kilogram), assumed_input("weight", kilogram, "kg")))
    return header_weight(case)


def header_weight(case: Case) -> Verdict[Settled[BodyWeight]]:
    """Return the weight as the header alone states it, whatever the record says."""
    written = case.header.patient_weight
    do = "give weight_kg in the record, or --assume weight_kg=VALUE"
    if written is None or written <= 0.0:
        return case.unknown(WEIGHT_TAG, written, "a body weight in kg", do)
    if written > SURELY_GRAM:
        kilogram = written / 1000.0
        if not LIGHTEST_KG <= kilogram <= HEAVIEST_KG:
            return case.unknown(WEIGHT_TAG, written, "a body weight in kg", do)
        detail = f"{WEIGHT_TAG} is {written:g}: no one weighs so many kg, so these are grams"
        return Known(
            Settled(
                BodyWeight(kilogram),
                Input("weight", kilogram, "kg", Source.INFERENCE, detail),
                notes=(f"{detail}: {kilogram:g} kg.",),
            )
        )
    if not LIGHTEST_KG <= written <= HEAVIEST_KG:
        wanted = f"a body weight of {LIGHTEST_KG:g} to {HEAVIEST_KG:g} kg, or a record of it"
        return case.unknown(WEIGHT_TAG, f"{written:g}", wanted, do)
    return Known(
        Settled(BodyWeight(written), Input("weight", written, "kg", Source.HEADER, WEIGHT_TAG))
    )


def settle_height(case: Case) -> Verdict[Settled[BodyHeight]]:
    """Return the body height, or why it is not known."""
    if case.record is not None and case.record.height_metre is not None:
        metre = case.record.height_metre
        return Known(Settled(BodyHeight(metre), case.from_record("height", metre, "m")))
    if case.assumed.height_metre is not None:
        metre = case.assumed.height_metre
        return Known(Settled(BodyHeight(metre), assumed_input("height", metre, "m")))
    return header_height(case)


def header_height(case: Case) -> Verdict[Settled[BodyHeight]]:
    """Return the height as the header alone states it, whatever the record says."""
    written = case.header.patient_size
    do = "give height_cm in the record, or --assume height_cm=VALUE"
    wanted = f"a body height of {SHORTEST_M:g} to {TALLEST_M:g} m"
    if written is None or written <= 0.0:
        return case.unknown(HEIGHT_TAG, written, wanted, do)
    if SHORTEST_M <= written <= TALLEST_M:
        source = Input("height", written, "m", Source.HEADER, HEIGHT_TAG)
        return Known(Settled(BodyHeight(written), source))
    if SURELY_CENTIMETRE < written <= 100.0 * TALLEST_M:
        metre = written / 100.0
        detail = f"{HEIGHT_TAG} is {written:g}: neither metres nor inches, so these are cm"
        return Known(
            Settled(
                BodyHeight(metre),
                Input("height", metre, "m", Source.INFERENCE, detail),
                notes=(f"{detail}: {metre:g} m.",),
            )
        )
    return case.unknown(HEIGHT_TAG, f"{written:g}", wanted, do)


def settle_sex(case: Case) -> Verdict[Settled[Sex]]:
    """Return the sex for a sex-specific formula, or why it is not known."""
    if case.record is not None and case.record.sex is not None:
        sex = case.record.sex
        return Known(Settled(sex, case.from_record("sex", sex.value, "")))
    if case.assumed.sex is not None:
        return Known(Settled(case.assumed.sex, assumed_input("sex", case.assumed.sex.value, "")))
    return header_sex(case)


def header_sex(case: Case) -> Verdict[Settled[Sex]]:
    """Return the sex as the header alone states it."""
    written = (case.header.patient_sex or "").strip().upper()
    if written in {"F", "M"}:
        sex = Sex(written)
        return Known(Settled(sex, Input("sex", sex.value, "", Source.HEADER, SEX_TAG)))
    return case.unknown(
        SEX_TAG,
        written,
        "F or M, for the formula of lean mass is specific to sex",
        "give sex in the record, or --assume sex=F, sex=M or sex=mean",
    )
