"""When the tracer was injected: record, header date-time, header clock; contradictions named."""

from datetime import datetime, time, timedelta
from typing import Final

from petrial.images.suv.acquisition import clock_of
from petrial.images.suv.case import (
    Case,
    Settled,
    assumed_input,
    effect_text,
    moment_text,
    unify_zone,
)
from petrial.images.suv.nuclide import Radionuclide
from petrial.vocabulary.knowledge import Known, Unknown, Verdict
from petrial.vocabulary.moments import ClockReading, elapsed_second
from petrial.vocabulary.provenance import Input, Source
from petrial.vocabulary.quantities import HalfLife

__all__ = [
    "AGREE_PERCENT",
    "MOST_HALF_LIVES",
    "plausible_header_injection",
    "settle_injection",
    "suv_effect_percent",
]

DATE_TIME_TAG: Final = "RadiopharmaceuticalStartDateTime (0018,1078)"
CLOCK_TAG: Final = "RadiopharmaceuticalStartTime (0018,1072)"
AGREE_PERCENT: Final = 0.2
"""Two moments agree when SUV differs by no more than this between them."""
MOST_HALF_LIVES: Final = 10.0
"""After ten half-lives a thousandth is left: no one scans then, so a date must be wrong."""
INFERRED: Final = 5.0
LONGEST_INFERRED_SECOND: Final = 43200.0
"""A clock time without a date is placed on the last day that fits only within five half-lives and
twelve hours before the scan: beyond, another day or a placeholder is as likely."""
REMEDY: Final = "give injected_at in the record, or --assume injected_at=DATE-TIME"


def suv_effect_percent(shift_second: float, half_life: HalfLife) -> float:
    """Return by how many percent SUV rises when injection to scan is longer by ``shift_second``.

    >>> round(suv_effect_percent(4 * 86400.0, HalfLife.hours(78.41)), 1)
    133.6
    """
    return 100.0 * (half_life.remaining(-shift_second) - 1.0)


def settle_injection(
    case: Case, scan: datetime, nuclide: Radionuclide
) -> Verdict[Settled[datetime]]:
    """Return the moment of injection, comparable with ``scan``, or why it is not known.

    Parameters
    ----------
    case
        What is known of the series.
    scan
        The moment to which the injected activity will be decayed.
    nuclide
        Nuclide and half-life.
    """
    if case.record is not None and case.record.injected_at is not None:
        stated = case.record.injected_at
        source = case.from_record("injection", moment_text(stated), "")
        return _outside(case, stated, source, scan, nuclide)
    if case.assumed.injected_at is not None:
        stated = case.assumed.injected_at
        source = assumed_input("injection", moment_text(stated), "")
        return _outside(case, stated, source, scan, nuclide)
    return plausible_header_injection(case, scan, nuclide)


def plausible_header_injection(
    case: Case, scan: datetime, nuclide: Radionuclide
) -> Verdict[Settled[datetime]]:
    """Return the header's moment of injection, refused where it disagrees with the scan."""
    match header_injection(case, scan, nuclide):
        case Known(value=settled):
            return _plausible(case, settled, scan, nuclide)
        case Unknown() as unknown:
            return unknown


def _outside(
    case: Case, stated: datetime, source: Input, scan: datetime, nuclide: Radionuclide
) -> Verdict[Settled[datetime]]:
    """Place a moment of record or assumption on the scanner's clock; refuse nonsense."""
    moment = unify_zone(stated, scan)
    if moment is None:
        return case.unknown(
            "TimezoneOffsetFromUTC (0008,0201)",
            f"nothing, beside an injection at {moment_text(stated)}",
            "the scanner's offset from UTC",
            "--assume utc_offset=+HH:MM, or write injected_at on the scanner's own clock",
        )
    return _plausible(case, Settled(moment, source), scan, nuclide)


def header_injection(
    case: Case, scan: datetime, nuclide: Radionuclide
) -> Verdict[Settled[datetime]]:
    """Return the moment of injection as the header alone states it."""
    stated = case.header.injected
    clock = case.header.injected_clock
    if clock is not None and clock.clock is None:
        clock = None
    if stated is not None and stated.day is not None and stated.clock is not None:
        return _from_date_time(case, stated, clock, scan, nuclide)
    if clock is None:
        return case.unknown(
            f"{DATE_TIME_TAG} or {CLOCK_TAG}", None, "the moment of injection", REMEDY
        )
    clock = clock_of(case, clock)
    if stated is not None and stated.day is not None:
        moment = clock.on(stated.day)
        if moment is not None and (comparable := unify_zone(moment, scan)) is not None:
            source = Input(
                "injection",
                moment_text(comparable),
                "",
                Source.HEADER,
                f"day of {DATE_TIME_TAG}, clock of {CLOCK_TAG}",
            )
            return Known(Settled(comparable, source))
    return _from_clock(case, clock, scan, nuclide)


def _from_date_time(
    case: Case,
    stated: ClockReading,
    clock: ClockReading | None,
    scan: datetime,
    nuclide: Radionuclide,
) -> Verdict[Settled[datetime]]:
    reading = clock_of(case, stated)
    moment = reading.moment()
    if moment is None:  # both parts are there: the caller looked
        return case.unknown(DATE_TIME_TAG, stated, "a date and a time", REMEDY)
    same_wall_clock = clock is not None and clock.clock == stated.clock
    comparable = unify_zone(moment, scan)
    if comparable is None and same_wall_clock:
        comparable = moment.replace(tzinfo=None)
    if comparable is None:
        return case.unknown(
            "TimezoneOffsetFromUTC (0008,0201)",
            f"nothing, beside an injection at {moment_text(moment)}",
            "the scanner's offset from UTC",
            "--assume utc_offset=+HH:MM, or give injected_at in the record",
        )
    other = None if clock is None else clock_of(case, clock)
    if other is not None and not (same_wall_clock and _one_offset(reading, other)):
        if comparable.tzinfo is not None and other.utc_offset is None:
            other = ClockReading(other.day, other.clock, comparable.utcoffset())
        second = _nearest_day(other, comparable)
        shift = elapsed_second(comparable, second)
        effect = suv_effect_percent(-shift, nuclide.half_life)
        if abs(effect) > AGREE_PERCENT:
            return case.unknown(
                f"{DATE_TIME_TAG} and {CLOCK_TAG}",
                f"{moment_text(comparable)} and {moment_text(second)}; "
                f"SUV by the second against the first: {effect_text(effect)}",
                "one moment of injection",
                REMEDY,
            )
    source = Input("injection", moment_text(comparable), "", Source.HEADER, DATE_TIME_TAG)
    return Known(Settled(comparable, source))


def _one_offset(one: ClockReading, other: ClockReading) -> bool:
    """Whether two readings may be on one clock: their offsets are equal, or one is not stated."""
    return None in {one.utc_offset, other.utc_offset} or one.utc_offset == other.utc_offset


def _nearest_day(clock: ClockReading, moment: datetime) -> datetime:
    """Return the clock time on that day which brings it nearest to ``moment``."""
    days = [moment.date() + timedelta(days=d) for d in (-1, 0, 1)]
    candidates = [m for d in days if (m := clock.on(d)) is not None]
    return min(candidates, key=lambda m: abs(elapsed_second(moment, m)))


def _from_clock(
    case: Case, clock: ClockReading, scan: datetime, nuclide: Radionuclide
) -> Verdict[Settled[datetime]]:
    """Take the last such clock time before the scan, for a short-lived nuclide only."""
    zoned = clock
    if scan.tzinfo is not None and clock.utc_offset is None:
        zoned = ClockReading(clock.day, clock.clock, scan.utcoffset())
    same_day = zoned.on(scan.date())
    if same_day is None or (same_day.tzinfo is None) != (scan.tzinfo is None):
        return case.unknown(CLOCK_TAG, clock.clock, "a moment on the scanner's clock", REMEDY)
    last = next(m for d in (1, 0, -1) if (m := same_day + timedelta(days=d)) <= scan)
    if nuclide.long_lived:
        return _undated(case, clock, last, nuclide)
    elapsed = elapsed_second(last, scan)
    placeholder = clock.clock == time(0) and elapsed > 0.0
    if placeholder or elapsed > min(LONGEST_INFERRED_SECOND, INFERRED * nuclide.half_life.second):
        return case.unknown(
            f"{DATE_TIME_TAG} or {CLOCK_TAG}",
            f"only the clock time {clock.clock}, last {_span(elapsed)} before the scan",
            "a date and a time, or a clock time shortly before the scan and other than midnight",
            REMEDY,
        )
    detail = f"last {clock.clock} of {CLOCK_TAG} before the scan; the header has no date for it"
    source = Input("injection", moment_text(last), "", Source.INFERENCE, detail)
    return Known(Settled(last, source, notes=(f"Injection {moment_text(last)}: {detail}.",)))


def _undated(
    case: Case, clock: ClockReading, last: datetime, nuclide: Radionuclide
) -> Verdict[Settled[datetime]]:
    """Refuse a clock time without a date, saying what each day would give."""
    readings = "; ".join(
        f"{moment_text(last - timedelta(days=d))}: factor "
        f"{nuclide.half_life.remaining(-86400.0 * d):.3g}"
        for d in (0, 1, 4)
    )
    return case.unknown(
        DATE_TIME_TAG,
        f"only the clock time {clock.clock} of {CLOCK_TAG}. SUV would be, against the last "
        f"such time before the scan, {readings}",
        f"a date and a time, for {nuclide.symbol or 'the nuclide'} may be scanned days later",
        REMEDY,
    )


def _plausible(
    case: Case, settled: Settled[datetime], scan: datetime, nuclide: Radionuclide
) -> Verdict[Settled[datetime]]:
    """Refuse an injection after the scan, or so long before that nothing would be left."""
    elapsed = elapsed_second(settled.value, scan)
    if 0.0 <= elapsed <= MOST_HALF_LIVES * nuclide.half_life.second:
        return Known(settled)
    name = nuclide.symbol or f"a half-life of {nuclide.half_life.second:g} s"
    recorded = settled.input.source is Source.RECORD
    remedy = "correct the record, or the dates of the images" if recorded else REMEDY
    order = "before" if elapsed > 0.0 else "after"
    return case.unknown(
        f"moment of injection ({settled.input.detail}) against the scan",
        f"injection {moment_text(settled.value)}, scan {moment_text(scan)}: "
        f"{_span(abs(elapsed))} {order} it",
        f"an injection before the scan, by at most {MOST_HALF_LIVES:g} half-lives of {name}",
        f"dates may have been shifted by de-identification: {remedy}",
    )


def _span(second: float) -> str:
    """Return a span of time in minutes, hours or days, as people say it."""
    if second < 7200.0:  # noqa: PLR2004  two hours
        return f"{second / 60.0:.1f} min"
    if second < 172800.0:  # noqa: PLR2004  two days
        return f"{second / 3600.0:.1f} h"
    return f"{second / 86400.0:.1f} days"
