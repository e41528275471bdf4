"""The injected activity at injection: measured less residual, or the header's dose."""

from datetime import datetime
from typing import Final

from petrial.images.suv.case import Case, Settled, assumed_input, moment_text, unify_zone
from petrial.images.suv.statements import PLAUSIBLE_MBQ
from petrial.vocabulary.knowledge import Known, Unknown, Verdict
from petrial.vocabulary.moments import elapsed_second
from petrial.vocabulary.provenance import Input, Source
from petrial.vocabulary.quantities import Activity, HalfLife

__all__ = ["header_activity", "settle_activity"]

DOSE_TAG: Final = "RadionuclideTotalDose (0018,1074)"
SURELY_MEGABECQUEREL: Final = 1e3
"""So few becquerels make no image: below this the number can only be MBq."""
SURELY_BECQUEREL: Final = 1e6
MOST_BECQUEREL: Final = PLAUSIBLE_MBQ[1] * 1e6
"""No patient was ever given so much for an image: the number is in another unit."""
MOST_HALF_LIVES: Final = 10.0
"""A measurement further than this from the injection has a wrong date."""
REMEDY: Final = "give activity_mbq in the record, or --assume activity_mbq=VALUE"


def settle_activity(
    case: Case, injected: datetime | None, half_life: HalfLife | None
) -> Verdict[Settled[float]]:
    """Return the injected activity in Bq at the moment of injection, or why it is not known.

    Parameters
    ----------
    case
        What is known of the series.
    injected
        Moment of injection, if it is known; a record whose activity was measured at another
        moment cannot be used without it.
    half_life
        Half-life of the nuclide, if it is known.
    """
    if case.record is not None and case.record.activity_becquerel is not None:
        return _recorded(case, case.record.activity_becquerel, injected, half_life)
    if case.record is not None and case.record.residual_becquerel:
        return case.unknown(
            "residual_mbq",
            f"{case.record.residual_becquerel / 1e6:g} MBq without activity_mbq",
            "the activity from which the residual is to be taken",
            "write activity_mbq, or remove residual_mbq",
        )
    if case.assumed.activity_becquerel is not None:
        becquerel = case.assumed.activity_becquerel
        return Known(Settled(becquerel, assumed_input("injected activity", becquerel, "Bq")))
    return header_activity(case)


def header_activity(case: Case) -> Verdict[Settled[float]]:
    """Return the dose as the header alone states it, in Bq."""
    written = case.header.total_dose
    if written is None or written <= 0.0:
        return case.unknown(DOSE_TAG, written, "the injected activity in Bq", REMEDY)
    if written > MOST_BECQUEREL:
        wanted = f"an activity in Bq of at most {MOST_BECQUEREL:g}"
        return case.unknown(DOSE_TAG, f"{written:g}", wanted, REMEDY)
    if written < SURELY_MEGABECQUEREL:
        becquerel = written * 1e6
        detail = f"{DOSE_TAG} is {written:g}: no image comes of so few Bq, so these are MBq"
        source = Input("injected activity", becquerel, "Bq", Source.INFERENCE, detail)
        return Known(Settled(becquerel, source, notes=(f"{detail}.",)))
    if written < SURELY_BECQUEREL:
        return case.unknown(
            DOSE_TAG,
            f"{written:g}: as Bq SUV would be {1e6 / written:.3g} times that of 1 MBq; "
            "as kBq a thousandth of that",
            "an activity in Bq of at least 1 MBq",
            REMEDY,
        )
    return Known(
        Settled(written, Input("injected activity", written, "Bq", Source.HEADER, DOSE_TAG))
    )


def _recorded(
    case: Case, becquerel: float, injected: datetime | None, half_life: HalfLife | None
) -> Verdict[Settled[float]]:
    record = case.record
    if record is None:
        return header_activity(case)
    measured = _at_injection(
        case, ("activity", becquerel, record.activity_measured_at), injected, half_life
    )
    if isinstance(measured, Unknown):
        return measured
    residual = 0.0
    if record.residual_becquerel:
        left = _at_injection(
            case,
            ("residual", record.residual_becquerel, record.residual_measured_at),
            injected,
            half_life,
        )
        if isinstance(left, Unknown):
            return left
        residual = left.value
    net = measured.value - residual
    if net <= 0.0:
        return case.unknown(
            "activity_mbq and residual_mbq",
            f"{measured.value / 1e6:g} MBq less {residual / 1e6:g} MBq",
            "more activity than residual",
            "correct the record",
        )
    detail = f"{record.origin}: {measured.value / 1e6:.6g} MBq"
    if residual:
        detail += f" less residual {residual / 1e6:.6g} MBq, both at injection"
    return Known(Settled(net, case.from_record("injected activity", net, "Bq", detail)))


def _at_injection(
    case: Case,
    statement: tuple[str, float, datetime | None],
    injected: datetime | None,
    half_life: HalfLife | None,
) -> Verdict[float]:
    """Return an activity of the record in Bq, decayed to the moment of injection."""
    name, becquerel, at = statement
    if at is None:
        return case.unknown(
            f"{name}_measured_at",
            None,
            f"the moment for which the {name} of the record is stated",
            f"write {name}_measured_at; if it was stated for injection, write that moment",
        )
    if injected is None or half_life is None:
        return case.unknown(
            f"{name}_measured_at",
            moment_text(at),
            "moment of injection and half-life, to decay the activity between the two",
            "write injected_at and nuclide",
        )
    moment = unify_zone(at, injected)
    if moment is None:
        return case.unknown(
            f"{name}_measured_at",
            moment_text(at),
            "a moment on the same clock as the injection",
            "write all moments of the record with an offset, or all without",
        )
    elapsed = abs(elapsed_second(moment, injected))
    if elapsed > MOST_HALF_LIVES * half_life.second:
        return case.unknown(
            f"{name}_measured_at",
            f"{moment_text(at)}, {elapsed / 3600.0:.1f} h from the injection",
            "a measurement within ten half-lives of the injection",
            "correct the date in the record",
        )
    return Known(Activity(becquerel, moment).decayed_to(injected, half_life).becquerel)
