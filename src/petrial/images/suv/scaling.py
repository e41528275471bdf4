"""The result of judging a PET series: the factor to SUV with every input and its source."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from petrial.vocabulary.knowledge import Verdict
from petrial.vocabulary.provenance import Input

__all__ = [
    "ALTOGETHER",
    "NEGLIGIBLE_PERCENT",
    "Candidate",
    "Difference",
    "MassRatios",
    "SuvScaling",
]

ALTOGETHER: Final = "SUV factor altogether"
"""The field of the difference between record and header in everything."""
NEGLIGIBLE_PERCENT: Final = 0.01
"""Statements whose effect on SUV is below this are the same but for rounding."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of the moment to which the scanner corrected decay.

    Attributes
    ----------
    name
        Which rule gave it, such as ``series time`` or ``earliest acquisition``.
    moment
        The moment.
    effect_percent
        By how much SUV would differ, in percent, had this one been taken instead of the accepted.
    accepted
        Whether this is (one of) the accepted candidate(s).
    """

    name: str
    moment: datetime
    effect_percent: float
    accepted: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Record against header: the field, both values as text, and the effect on SUV in percent.

    The effect is that of believing the header instead of the record.
    """

    field: str
    record: str
    header: str
    effect_percent: float


@dataclass(frozen=True, slots=True)
class MassRatios:
    """What body-weight SUV is multiplied by to be normalised otherwise.

    Each is a mass over the body weight (dimensionless), or body surface over body weight
    (cm2/g, for SUVbsa in cm2/mL), or 100 / kg (for %ID/kg).
    """

    lean_janmahasatian: Verdict[float]
    lean_james: Verdict[float]
    body_surface: Verdict[float]
    injected_percent_per_kg: Verdict[float]


@dataclass(frozen=True, slots=True)
class SuvScaling:
    """How stored values (after RescaleSlope) become body-weight SUV.

    Attributes
    ----------
    method
        The route in words, such as ``BQML, decay corrected to START``.
    factors_bw
        SUVbw per value after slope, one for each slice along z.
    factor_bw
        The same as one number, where all slices share it; None where they differ.
    inputs
        Every input that entered a factor.
    candidates
        For START: all readings of the reference moment.
    differences
        Record against header.
    notes
        Warnings and remarks, sentences for people.
    """

    method: str
    factors_bw: tuple[float, ...]
    factor_bw: float | None
    reference_moment: datetime | None
    injected_at: datetime | None
    activity_becquerel: float | None
    weight_kilogram: float | None
    ratios: MassRatios
    tracer: str | None
    nuclide: str | None
    inputs: tuple[Input, ...]
    candidates: tuple[Candidate, ...]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
