"""Mutant allele fraction and the limits of an assay. The limits here are the tests' own."""

import csv
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrial.specimens.ctdna import (
    AssayLimits,
    CtdnaQuantity,
    Detection,
    Reads,
    copies_per_ml_counted,
    copies_per_ml_from_mass,
    detection,
    detection_of_reads,
)
from petrial.vocabulary.errors import FieldError
from petrial.vocabulary.knowledge import Known, Unknown

FRACTION, COPIES = CtdnaQuantity
LIMITS = AssayLimits(
    assay="test", quantity=FRACTION, blank=0.0001, detected=0.001, quantified=0.01, least_depth=1000
)


def test_fractions_agree_with_those_of_r(petrial_data: Path) -> None:
    """Four of the seven positions of ctdna_reads.csv: expected/15."""
    with (petrial_data / "stats" / "inputs" / "ctdna_reads.csv").open() as file:
        rows = [Reads.of_depth(int(r["alt"]), int(r["depth"])) for r in csv.DictReader(file)]
    cases = json.loads((petrial_data / "stats" / "expected" / "15_ctdna.json").read_text())["cases"]
    found = [row.fraction for row in rows]
    known = [verdict.value for verdict in found if isinstance(verdict, Known)]
    assert len(known) == 7
    wanted = [case["vaf"] for case in cases]
    assert [known[i] for i in (0, 2, 4, 6)] == pytest.approx(wanted, rel=1e-14)


def test_the_fraction_is_mutant_over_all_reads() -> None:
    """By hand: 1 / (1 + 3), not 1 / 3."""
    assert Reads(1, 3).fraction == Known(0.25)


def test_without_reads_there_is_no_fraction() -> None:
    for verdict in (Reads(0, 0).fraction, detection_of_reads(Reads(0, 0), LIMITS)):
        assert isinstance(verdict, Unknown)
        assert verdict.problems[0].field == "reads"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "not_detected"),
        (0.0001, "not_detected"),
        (0.000101, "below_detection"),
        (0.000999, "below_detection"),
        (0.001, "detected"),
        (0.00999, "detected"),
        (0.01, "quantified"),
        (1.0, "quantified"),
    ],
)
def test_results_at_each_limit(value: float, expected: str) -> None:
    """Armbruster 2008: the limit of blank is still blank, the other limits are reached."""
    assert detection(value, FRACTION, LIMITS).value == expected


def test_without_a_limit_of_quantification_nothing_is_quantified() -> None:
    limits = AssayLimits(assay="test", quantity=COPIES, blank=0.0, detected=2.0)
    found = [detection(value, COPIES, limits) for value in (0.0, 1.9, 2.0, 1e6)]
    wanted = ["not_detected", "below_detection", "detected", "detected"]
    assert [level.value for level in found] == wanted


@pytest.mark.parametrize(
    ("mutant", "depth", "expected"),
    [
        (0, 1000, Detection.NOT_DETECTED),
        (1, 1000, Detection.DETECTED),
        (1, 1001, Detection.BELOW_DETECTION),
        (10, 1000, Detection.QUANTIFIED),
        (0, 999, None),
        (500, 999, None),
    ],
)
def test_reads_need_the_depth_for_which_the_limits_hold(
    mutant: int, depth: int, expected: Detection | None
) -> None:
    verdict = detection_of_reads(Reads.of_depth(mutant, depth), LIMITS)
    if expected is None:
        assert isinstance(verdict, Unknown)
        assert verdict.problems[0].wanted == "at least 1000 for the limits of test"
    else:
        assert verdict == Known(expected)


def test_limits_of_copies_do_not_judge_a_fraction() -> None:
    limits = AssayLimits(assay="own", quantity=COPIES, blank=1.0, detected=2.0)
    with pytest.raises(FieldError, match="result of own: found mutant_allele_fraction"):
        detection_of_reads(Reads(5, 95), limits)


@pytest.mark.parametrize(
    ("blank", "detected", "quantified"),
    [
        (0.1, 0.1, None),
        (0.2, 0.1, None),
        (-0.1, 0.1, None),
        (0.0, 0.2, 0.1),
        (0.0, math.nan, None),
        (0.0, math.inf, None),
        (0.0, 0.1, math.nan),
    ],
)
def test_limits_that_do_not_rise_are_refused(
    blank: float, detected: float, quantified: float | None
) -> None:
    with pytest.raises(FieldError, match="limits of x"):
        AssayLimits(
            assay="x", quantity=FRACTION, blank=blank, detected=detected, quantified=quantified
        )


@pytest.mark.parametrize("value", [-0.1, math.nan, math.inf, 1.1])
def test_a_fraction_that_cannot_be_is_refused(value: float) -> None:
    with pytest.raises(FieldError, match="mutant_allele_fraction"):
        detection(value, FRACTION, LIMITS)


def test_more_mutant_reads_than_reads_or_negative_ones_are_refused() -> None:
    with pytest.raises(FieldError, match="wanted at most all 4 reads"):
        Reads.of_depth(5, 4)
    with pytest.raises(FieldError, match="mutant reads"):
        Reads(-1, 4)
    with pytest.raises(FieldError, match="wild type reads"):
        Reads(1, -4)


def test_copies_per_ml_of_plasma_by_hand() -> None:
    """12 copies in 8 of 40 uL from 3 mL: 12 * 5 / 3. 2 % of 33 ng/mL at 3.3 pg (ours): 200."""
    assert copies_per_ml_counted(12, eluate_share=0.2, plasma_ml=3.0) == pytest.approx(20.0)
    found = copies_per_ml_from_mass(0.02, dna_ng_per_ml=33.0, genome_pg=3.3)
    assert found == pytest.approx(200.0)


@pytest.mark.parametrize(
    ("copies", "share", "plasma", "field"),
    [
        (-1, 0.5, 1.0, "copies in the reaction"),
        (1, 0.0, 1.0, "share of the eluate"),
        (1, 1.1, 1.0, "share of the eluate"),
        (1, 0.5, 0.0, "plasma extracted, mL"),
        (1, 0.5, math.inf, "plasma extracted, mL"),
    ],
)
def test_counted_copies_that_cannot_be_are_refused(
    copies: float, share: float, plasma: float, field: str
) -> None:
    with pytest.raises(FieldError) as caught:
        copies_per_ml_counted(copies, eluate_share=share, plasma_ml=plasma)
    assert caught.value.problem.field == field


@pytest.mark.parametrize(
    ("fraction", "dna", "genome", "field"),
    [
        (1.1, 1.0, 3.0, "mutant_allele_fraction"),
        (0.1, 0.0, 3.0, "cell-free DNA, ng/mL"),
        (0.1, 1.0, 0.0, "mass of a genome, pg"),
    ],
)
def test_copies_from_a_mass_that_cannot_be_are_refused(
    fraction: float, dna: float, genome: float, field: str
) -> None:
    with pytest.raises(FieldError) as caught:
        copies_per_ml_from_mass(fraction, dna_ng_per_ml=dna, genome_pg=genome)
    assert caught.value.problem.field == field


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_higher_fraction_is_never_judged_lower(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert detection(low, FRACTION, LIMITS) <= detection(high, FRACTION, LIMITS)
