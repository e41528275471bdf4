"""The facts of one PET acquisition, and how a scanner of some vendor words them.

``PetSeriesSpec`` holds what truly happened; ``Wording`` how the files state it, rightly, sloppily
or wrongly. ``petrial.simulation.scanner`` turns both into the values and elements of the files.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from petrial.vocabulary.nuclides import NUCLIDES

__all__ = [
    "AcquisitionClock",
    "Beds",
    "DecayFactors",
    "InjectionClock",
    "PetSeriesSpec",
    "Vendor",
    "Wording",
]


class Vendor(StrEnum):
    """Who made the scanner, as Manufacturer (0008,0070) says."""

    GE = "GE MEDICAL SYSTEMS"
    SIEMENS = "SIEMENS"
    PHILIPS = "Philips Medical Systems"
    UNITED = "UIH"
    SYNTHETIC = "Synthetic"


class InjectionClock(StrEnum):
    """Which elements state the moment of injection."""

    BOTH = "RadiopharmaceuticalStartDateTime and RadiopharmaceuticalStartTime"
    DATE_TIME = "RadiopharmaceuticalStartDateTime"
    CLOCK = "RadiopharmaceuticalStartTime"


class AcquisitionClock(StrEnum):
    """What AcquisitionDate and AcquisitionTime of each bed say."""

    BED = "the moment at which the bed began"
    SCAN = "the moment at which the scan began, in all beds"
    STUCK_DATE = "the clock of the bed, with the date of the first bed"


class DecayFactors(StrEnum):
    """What DecayFactor says."""

    TRUE = "the factor that was applied"
    ONE = "1 in every bed"


@dataclass(frozen=True, slots=True)
class Beds:
    """Bed positions: one after the other, from the first slice up, no overlap."""

    count: int = 1
    duration: timedelta = timedelta(minutes=3)
    pause: timedelta = timedelta(seconds=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How the files state what happened.

    Attributes
    ----------
    vendor
        Decides private elements and what FrameReferenceTime means: for GE the start of the frame,
        for all others here the moment of mean activity.
    units, suv_type
        Units (0054,1001) and SUVType (0054,1006), the latter None when absent.
    decay_correction
        START, ADMIN or NONE.
    injection, acquisition, decay_factors
        See the enumerations.
    dose_factor, weight_factor, half_life_factor
        The stated number over the true one in Bq, kg and s: 1e-6 for a dose in MBq.
    utc_offset
        TimezoneOffsetFromUTC (0008,0201); the other clocks are then in it. None when absent.
    injection_offset
        Offset written behind the injection's date-time, which is then in that offset.
    series_later
        By how much SeriesDate and SeriesTime were rewritten later than the scan.
    shift, unshifted
        By how much de-identification moved all dates, except those of the elements named.
    corrected
        CorrectedImage (0028,0051), beside DECY, which stands there unless decay is not corrected.
    philips_suv, philips_activity
        The stated Philips factors over the true ones.
    missing
        Elements left out.
    changed
        Elements that say something else: keyword and value.
    """

    vendor: Vendor = Vendor.SIEMENS
    units: str = "BQML"
    suv_type: str | None = None
    decay_correction: str = "START"
    injection: InjectionClock = InjectionClock.BOTH
    acquisition: AcquisitionClock = AcquisitionClock.BED
    decay_factors: DecayFactors = DecayFactors.TRUE
    dose_factor: float = 1.0
    weight_factor: float = 1.0
    half_life_factor: float = 1.0
    utc_offset: timedelta | None = None
    injection_offset: timedelta | None = None
    series_later: timedelta = timedelta(0)
    shift: timedelta = timedelta(0)
    unshifted: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ("ATTN", "SCAT", "DTIM", "RAN", "NORM")
    philips_suv: float = 1.0
    philips_activity: float = 1.0
    missing: tuple[str, ...] = ()
    changed: tuple[tuple[str, str | float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PetSeriesSpec:
    """What truly happened, and its wording.

    Attributes
    ----------
    injected_at, scan_started
        Both naive (one wall clock) or both aware.
    activity_mbq
        Activity that went into the patient, at ``injected_at``.
    nuclide
        Symbol of the table of nuclides.
    tracer
        Radiopharmaceutical (0018,0031).
    weight_kg, height_m, sex
        The patient; sex as PatientSex (0010,0040).
    beds
        The acquisition.
    description
        SeriesDescription (0008,103E).
    wording
        How it is stated.

    Examples
    --------
    >>> noon = datetime(2024, 5, 14, 12, 0)
    >>> spec = PetSeriesSpec(injected_at=noon, scan_started=noon + timedelta(hours=1))
    >>> spec.bed_started(0).isoformat(), round(spec.half_life_second, 1)
    ('2024-05-14T13:00:00', 6586.2)
    """

    injected_at: datetime
    scan_started: datetime
    activity_mbq: float = 250.0
    nuclide: str = "18F"
    tracer: str = "Fluorodeoxyglucose"
    weight_kg: float = 68.0
    height_m: float = 1.65
    sex: str = "F"
    beds: Beds = field(default_factory=Beds)
    description: str = "PET AC"
    wording: Wording = field(default_factory=Wording)

    @property
    def half_life_second(self) -> float:
        """The true half-life."""
        return NUCLIDES[self.nuclide].half_life.second

    def bed_started(self, bed: int) -> datetime:
        """Return when bed number ``bed``, from 0, began."""
        return self.scan_started + bed * (self.beds.duration + self.beds.pause)
