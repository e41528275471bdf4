"""Circulating tumour DNA: mutant allele fraction, copies in plasma, and what an assay can tell."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from petrial.specimens.levels import Level
from petrial.vocabulary.errors import FieldError, Problem
from petrial.vocabulary.knowledge import Known, Unknown, Verdict

__all__ = [
    "LIMITS_SOURCE",
    "AssayLimits",
    "CtdnaQuantity",
    "Detection",
    "Reads",
    "copies_per_ml_counted",
    "copies_per_ml_from_mass",
    "detection",
    "detection_of_reads",
]

LIMITS_SOURCE = "limits of blank, detection and quantitation [armbruster2008]"
"""Where the meaning of the limits is from."""


class CtdnaQuantity(StrEnum):
    """What an assay reports, and what its limits are stated in."""

    FRACTION = "mutant_allele_fraction"
    COPIES = "mutant_copies_per_ml"


class Detection(Level):
    """Where a result lies among the limits of its assay, rising."""

    NOT_DETECTED = "not_detected"
    """At or below the limit of blank: as samples without the mutation."""
    BELOW_DETECTION = "below_detection"
    """Above the blank, below the limit of detection: seen, but not reliably so."""
    DETECTED = "detected"
    """From the limit of detection on, below that of quantification or where none is stated."""
    QUANTIFIED = "quantified"
    """From the limit of quantification on."""


@dataclass(frozen=True, slots=True)
class Reads:
    """Reads, or droplets counted, at one position.

    >>> Reads(mutant=3, wild_type=14_997).fraction
    Known(value=0.0002)
    """

    mutant: int
    wild_type: int

    def __post_init__(self) -> None:
        """Refuse negative counts."""
        for name, count in (("mutant reads", self.mutant), ("wild type reads", self.wild_type)):
            if count < 0:
                _refuse(name, count, "0 or more")

    @classmethod
    def of_depth(cls, mutant: int, depth: int) -> "Reads":
        """Return the reads of a report that states mutant reads and all reads.

        Raises
        ------
        FieldError
            When there are more mutant reads than reads.

        Examples
        --------
        >>> Reads.of_depth(3, 15_000).wild_type
        14997
        """
        if mutant > depth:
            _refuse("mutant reads", mutant, f"at most all {depth} reads")
        return cls(mutant, depth - mutant)

    @property
    def depth(self) -> int:
        """All reads."""
        return self.mutant + self.wild_type

    @property
    def fraction(self) -> Verdict[float]:
        """Mutant allele fraction, mutant / (mutant + wild type); unknown without reads."""
        if self.depth == 0:
            return _unknown("reads", "0", "at least 1", "enter the reads, or that the assay failed")
        return Known(self.mutant / self.depth)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssayLimits:
    """Limits of one assay for one mutation, as its laboratory established them; no defaults.

    Attributes
    ----------
    assay
        Name and version.
    quantity
        What the limits are stated in.
    blank, detected, quantified
        Limits of blank, detection and quantification; the last is None where none is stated.
    least_depth
        Fewest reads for which they hold; None where the laboratory states none.
    """

    assay: str
    quantity: CtdnaQuantity
    blank: float
    detected: float
    quantified: float | None = None
    least_depth: int | None = None

    def __post_init__(self) -> None:
        """Refuse limits that do not rise: blank, detection, quantification [armbruster2008]."""
        last = math.inf if self.quantified is None else self.quantified
        if not (math.isfinite(self.detected) and 0.0 <= self.blank < self.detected <= last):
            found = f"{self.blank}, {self.detected}, {self.quantified}"
            wanted = "0 or more, rising, that of quantification possibly equal to detection"
            _refuse(f"limits of {self.assay}", found, wanted)


def detection(value: float, quantity: CtdnaQuantity, limits: AssayLimits) -> Detection:
    """Return where a result lies among the limits of its assay.

    At the limit of blank it is not detected; at those of detection and quantification it is.
    Source: ``LIMITS_SOURCE``.

    Raises
    ------
    FieldError
        When the limits are for another quantity, or the value is no number or negative.

    Examples
    --------
    >>> limits = AssayLimits(
    ...     assay="own", quantity=CtdnaQuantity.FRACTION, blank=0.0001, detected=0.001
    ... )
    >>> detection(0.0005, CtdnaQuantity.FRACTION, limits).value
    'below_detection'
    """
    if quantity is not limits.quantity:
        _refuse(f"result of {limits.assay}", quantity, limits.quantity)
    highest = 1.0 if quantity is CtdnaQuantity.FRACTION else math.inf
    if not (math.isfinite(value) and 0.0 <= value <= highest):
        _refuse(quantity, value, "0 or more, and a fraction at most 1")
    if limits.quantified is not None and value >= limits.quantified:
        return Detection.QUANTIFIED
    if value >= limits.detected:
        return Detection.DETECTED
    return Detection.BELOW_DETECTION if value > limits.blank else Detection.NOT_DETECTED


def detection_of_reads(reads: Reads, limits: AssayLimits) -> Verdict[Detection]:
    """Return where the fraction of these reads lies among the limits of the assay.

    Unknown where there are fewer reads than the limits hold for: few reads without a mutant one
    say little. Source: ``LIMITS_SOURCE``.

    Raises
    ------
    FieldError
        When the limits are not for a fraction.

    Examples
    --------
    >>> limits = AssayLimits(
    ...     assay="own",
    ...     quantity=CtdnaQuantity.FRACTION,
    ...     blank=0.0001,
    ...     detected=0.001,
    ...     least_depth=5000,
    ... )
    >>> detection_of_reads(Reads.of_depth(0, 100), limits).reason
    'reads: found 100, wanted at least 5000 for the limits of own'
    """
    fraction = reads.fraction
    if isinstance(fraction, Unknown):
        return fraction
    found = detection(fraction.value, CtdnaQuantity.FRACTION, limits)
    if limits.least_depth is not None and reads.depth < limits.least_depth:
        wanted = f"at least {limits.least_depth} for the limits of {limits.assay}"
        return _unknown("reads", str(reads.depth), wanted, "repeat the assay, or leave it unknown")
    return Known(found)


def copies_per_ml_counted(copies: float, *, eluate_share: float, plasma_ml: float) -> float:
    """Return copies per mL of plasma from copies counted in a reaction.

    copies / (share of the eluate that went into the reaction x plasma extracted); arithmetic.

    Parameters
    ----------
    copies
        Counted in the reaction, as digital PCR does.
    eluate_share
        Volume in the reaction over volume of the eluate, above 0 and at most 1.
    plasma_ml
        Plasma that was extracted.

    Raises
    ------
    FieldError
        When a number cannot be.

    Examples
    --------
    >>> copies_per_ml_counted(30, eluate_share=0.25, plasma_ml=4.0)
    30.0
    """
    if not (math.isfinite(copies) and copies >= 0.0):
        _refuse("copies in the reaction", copies, "0 or more")
    if not 0.0 < eluate_share <= 1.0:
        _refuse("share of the eluate", eluate_share, "above 0 and at most 1")
    _positive("plasma extracted, mL", plasma_ml)
    return copies / (eluate_share * plasma_ml)


def copies_per_ml_from_mass(fraction: float, *, dna_ng_per_ml: float, genome_pg: float) -> float:
    """Return mutant copies per mL of plasma from the fraction and the mass of cell-free DNA.

    fraction x mass per mL / mass of one haploid genome; arithmetic. The mass of a genome is
    for the caller to state, for laboratories differ in the figure that they use.

    Parameters
    ----------
    fraction
        Mutant allele fraction.
    dna_ng_per_ml
        Cell-free DNA per mL of plasma, in ng.
    genome_pg
        Mass of one haploid genome, in pg.

    Raises
    ------
    FieldError
        When a number cannot be.

    Examples
    --------
    >>> copies_per_ml_from_mass(0.01, dna_ng_per_ml=3.0, genome_pg=3.0)
    10.0
    """
    if not 0.0 <= fraction <= 1.0:
        _refuse(CtdnaQuantity.FRACTION, fraction, "0 to 1")
    _positive("cell-free DNA, ng/mL", dna_ng_per_ml)
    _positive("mass of a genome, pg", genome_pg)
    return fraction * dna_ng_per_ml * 1000.0 / genome_pg


def _positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0.0):
        _refuse(name, value, "more than 0")


def _refuse(name: str, got: object, wanted: str) -> NoReturn:
    do = "correct it after the report of the laboratory"
    raise FieldError(where="ctDNA", field=name, got=got, wanted=wanted, do=do)


def _unknown(name: str, got: str, wanted: str, do: str) -> Unknown:
    return Unknown((Problem("ctDNA", name, got, wanted, do),))
