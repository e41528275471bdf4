"""Cases of clocks: injection, midnight, time zones, moved dates, rewritten and cropped series."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from petrial.simulation.case import (
    BEDS,
    INJECTED,
    NUCLIDES_SEEN,
    Must,
    SuvCase,
    plain_spec,
    refused,
    right,
)
from petrial.simulation.series import (
    AcquisitionClock,
    Beds,
    DecayFactors,
    InjectionClock,
    PetSeriesSpec,
    Vendor,
    Wording,
)

__all__ = ["clocks_cases", "series_cases", "shifts_cases", "zones_cases"]

DAY: Final = timedelta(days=1)
DATE_TIME: Final = "RadiopharmaceuticalStartDateTime"
HOUR: Final = timedelta(hours=1)
INJECTION: Final = "RadiopharmaceuticalStart"
REFERENCE: Final = "START"


def _at(spec: PetSeriesSpec, injected: str, scanned: str) -> PetSeriesSpec:
    return replace(
        spec,
        injected_at=datetime.fromisoformat(injected),
        scan_started=datetime.fromisoformat(scanned),
    )


def clocks_cases() -> Iterator[SuvCase]:
    """Injection by date-time, by clock alone; midnight in all places."""
    moments = {
        "by day": ("2024-05-14T09:30:00", "2024-05-14T10:32:00"),
        "midnight between injection and scan": ("2024-05-14T23:30:00", "2024-05-15T00:30:00"),
        "midnight inside the scan": ("2024-05-14T22:55:00", "2024-05-14T23:55:00"),
        "new year": ("2023-12-31T23:10:00", "2024-01-01T00:12:00"),
        "leap day": ("2024-02-28T23:20:00", "2024-02-29T00:21:00"),
        "a second after midnight": ("2024-05-14T23:00:01", "2024-05-15T00:00:01"),
    }
    for when, (injected, scanned) in moments.items():
        for nuclide in ("18F", "68Ga"):
            for vendor in (Vendor.GE, Vendor.SIEMENS, Vendor.SYNTHETIC):
                for clock in InjectionClock:
                    spec = plain_spec(nuclide, Wording(vendor=vendor, injection=clock))
                    name = f"{nuclide}, {vendor.name}, {when}, injection by {clock.name}"
                    yield right(name, _at(spec, injected, scanned))
    for vendor in (Vendor.GE, Vendor.SIEMENS, Vendor.SYNTHETIC):
        stuck = Wording(vendor=vendor, acquisition=AcquisitionClock.STUCK_DATE)
        spec = _at(plain_spec("18F", stuck), *moments["midnight inside the scan"])
        yield right(f"{vendor.name}, midnight inside the scan, date does not advance", spec)
        none = replace(spec, wording=replace(stuck, decay_correction="NONE"))
        yield right(f"{vendor.name}, the same, decay not corrected", none)
    for nuclide in ("64Cu", "89Zr"):
        dated = Wording(injection=InjectionClock.DATE_TIME)
        spec = plain_spec(nuclide, dated)
        midnight = replace(spec, scan_started=spec.scan_started.replace(hour=23, minute=55))
        yield right(f"{nuclide}, midnight inside the scan", midnight)
        bare = Wording(injection=InjectionClock.CLOCK)
        for units in ("BQML", "CPS"):
            worded = replace(bare, units=units)
            yield refused(
                f"{nuclide}, clock alone, {units}", plain_spec(nuclide, worded), INJECTION
            )
        at = INJECTED.isoformat()
        yield right(
            f"{nuclide}, clock alone, moment assumed",
            plain_spec(nuclide, bare),
            f"injected_at={at}",
        )
        admin = replace(bare, decay_correction="ADMIN")
        yield replace(
            right(f"{nuclide}, clock alone, ADMIN", plain_spec(nuclide, admin)),
            must=Must.NOT_BE_WRONG,
            field=INJECTION,
        )
    contradiction = Wording(changed=(("RadiopharmaceuticalStartTime", "103000.000000"),))
    yield refused("date-time and clock an hour apart", plain_spec("18F", contradiction), INJECTION)
    both = ("RadiopharmaceuticalStartDateTime", "RadiopharmaceuticalStartTime")
    yield refused("no injection at all", plain_spec("18F", Wording(missing=both)), INJECTION)
    yield refused(
        "injected after the scan",
        _at(plain_spec("18F"), "2024-05-14T12:00:00", "2024-05-14T11:00:00"),
        INJECTION,
    )
    yield refused(
        "18F injected two days before the scan",
        _at(plain_spec("18F"), "2024-05-12T10:00:00", "2024-05-14T11:00:00"),
        INJECTION,
    )


def zones_cases() -> Iterator[SuvCase]:
    """Time zones, and the night in which the clocks go back from 3:00 to 2:00."""
    spec = _at(plain_spec("18F"), "2024-10-27T02:30:00+02:00", "2024-10-27T02:20:00+01:00")
    for vendor in (Vendor.GE, Vendor.SIEMENS, Vendor.SYNTHETIC):
        for clock in InjectionClock:
            one = Wording(vendor=vendor, injection=clock, utc_offset=HOUR)
            name = f"{vendor.name}, clocks go back, all in one offset, {clock.name}"
            yield right(name, replace(spec, wording=one))
        own = Wording(
            vendor=vendor,
            injection=InjectionClock.DATE_TIME,
            utc_offset=HOUR,
            injection_offset=2 * HOUR,
        )
        yield right(
            f"{vendor.name}, clocks go back, injection in its own offset",
            replace(spec, wording=own),
        )
    wall = replace(spec, wording=Wording(injection=InjectionClock.DATE_TIME))
    yield refused("clocks go back, no offset: injected after the scan", wall, INJECTION)
    far = _at(plain_spec("89Zr"), "2024-10-25T23:30:00-05:00", "2024-10-30T09:00:00-05:00")
    for hours in (-5.0, 0.0, 9.5):
        zone = timedelta(hours=hours)
        one = Wording(injection=InjectionClock.DATE_TIME, utc_offset=zone)
        yield right(f"89Zr, offset {hours:+} h", replace(far, wording=one))
        own = replace(one, injection_offset=timedelta(0))
        yield right(f"89Zr, offset {hours:+} h, injection in UTC", replace(far, wording=own))


def shifts_cases() -> Iterator[SuvCase]:
    """Dates moved by de-identification: all of them, or some."""
    for nuclide in NUCLIDES_SEEN:
        for days in (-4000, -3, 1, 365):
            dated = Wording(injection=InjectionClock.DATE_TIME, shift=days * DAY)
            yield right(f"{nuclide}, all dates moved by {days} days", plain_spec(nuclide, dated))
        kept = Wording(
            injection=InjectionClock.DATE_TIME, shift=-4000 * DAY, unshifted=(DATE_TIME,)
        )
        yield refused(
            f"{nuclide}, all but the injection moved", plain_spec(nuclide, kept), INJECTION
        )
        moved = replace(kept, shift=4000 * DAY)
        yield refused(
            f"{nuclide}, all but the injection moved ahead", plain_spec(nuclide, moved), INJECTION
        )
        for vendor, private in (
            (Vendor.GE, "GeScanStarted"),
            (Vendor.SIEMENS, "SiemensDecayReference"),
        ):
            forgotten = Wording(vendor=vendor, shift=-700 * DAY, unshifted=(private,))
            yield right(
                f"{nuclide}, {private} forgotten when dates moved", plain_spec(nuclide, forgotten)
            )
            removed = Wording(vendor=vendor, missing=(private,))
            yield right(f"{nuclide}, {private} removed", plain_spec(nuclide, removed))
    for vendor in (Vendor.SIEMENS, Vendor.SYNTHETIC):
        for days in (-700, -1, 1):
            for kept_date in ("SeriesDate", "AcquisitionDate"):
                some = Wording(vendor=vendor, shift=days * DAY, unshifted=(kept_date,))
                yield SuvCase(
                    name=f"89Zr, {vendor.name}, moved by {days} days but {kept_date}",
                    spec=plain_spec("89Zr", some),
                    must=Must.NOT_BE_WRONG,
                )


def series_cases() -> Iterator[SuvCase]:
    """Series time rewritten, slices cut off, elements of timing missing or false."""
    step = BEDS.duration + BEDS.pause
    for vendor in Vendor:
        late = Wording(vendor=vendor, series_later=25 * timedelta(minutes=1))
        yield right(f"{vendor.name}, series time rewritten later", plain_spec("18F", late))
        for kept in ((4, 12), (8, 12), (0, 8), (5, 6)):
            plain = plain_spec("18F", Wording(vendor=vendor))
            part = f"slices {kept[0]} to {kept[1]}"
            yield replace(right(f"{vendor.name}, only {part}", plain), kept=kept)
            uncounted = refused(f"{vendor.name}, {part}, not recounted", plain, "NumberOfSlices")
            yield replace(uncounted, kept=kept, recounted=False)
            both = replace(
                right(f"{vendor.name}, rewritten, only {part}", plain_spec("18F", late)), kept=kept
            )
            yield replace(both, must=Must.NOT_BE_WRONG)
            again = replace(plain, wording=replace(late, series_later=step))
            trap = f"{vendor.name}, series time of the second bed, only {part}"
            yield replace(right(trap, again), kept=kept, must=Must.NOT_BE_WRONG)
        for gone in (
            "AcquisitionDate",
            "AcquisitionTime",
            "SeriesTime",
            "FrameReferenceTime",
            "ActualFrameDuration",
            "DecayFactor",
        ):
            wording = Wording(vendor=vendor, missing=(gone,))
            yield replace(
                right(f"{vendor.name}, {gone} missing", plain_spec("18F", wording)),
                must=Must.NOT_BE_WRONG,
            )
        ones = Wording(vendor=vendor, decay_factors=DecayFactors.ONE)
        yield refused(
            f"{vendor.name}, decay factor 1 in all beds", plain_spec("18F", ones), REFERENCE
        )
        single = replace(plain_spec("18F", ones), beds=Beds(1, timedelta(minutes=4)))
        yield right(f"{vendor.name}, decay factor 1, one bed", single)
        wrong = replace(plain_spec("18F", Wording(vendor=vendor, changed=(("DecayFactor", 1.5),))))
        yield refused(f"{vendor.name}, decay factor 1.5 in all beds", wrong, REFERENCE)
    no_mode = plain_spec("18F", Wording(missing=("DecayCorrection",)))
    yield refused("decay correction not stated", no_mode, "DecayCorrection")
    yield right("decay correction assumed", no_mode, "decay_correction=START")
    no_frame = Wording(decay_correction="NONE", missing=("ActualFrameDuration",))
    yield refused("NONE without frame duration", plain_spec("18F", no_frame), "ActualFrameDuration")
    philips = Wording(vendor=Vendor.PHILIPS, units="CNTS", decay_factors=DecayFactors.ONE)
    yield right("Philips counts, decay factor 1 in all beds", plain_spec("18F", philips))
    contradiction = Wording(decay_correction="NONE", changed=(("CorrectedImage", "DECY\\ATTN"),))
    yield refused(
        "decay not corrected, and DECY", plain_spec("18F", contradiction), "CorrectedImage"
    )
    silent = Wording(changed=(("CorrectedImage", "ATTN\\SCAT"),))
    yield replace(
        right("decay corrected to START, no DECY", plain_spec("18F", silent)),
        must=Must.NOT_BE_WRONG,
    )
    long = replace(
        plain_spec("68Ga", Wording(decay_correction="NONE")), beds=Beds(1, timedelta(minutes=45))
    )
    yield right("68Ga, a frame of 45 minutes, decay not corrected", long)
