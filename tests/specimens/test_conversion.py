"""Receptor conversion of one subject and of a cohort."""

from collections.abc import Mapping
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrial.specimens.conversion import (
    CONVERSION_TABLE,
    POSITIVE_FROM,
    Change,
    Reading,
    Receptor,
    Specimen,
    change,
    conversion_counts,
    conversions,
)
from petrial.specimens.er import HormoneStatus
from petrial.specimens.her2 import Her2Level
from petrial.specimens.levels import Level
from petrial.vocabulary.errors import FieldError, Problem
from petrial.vocabulary.knowledge import Known, Unknown

KEPT, GAINED, LOST, UNKNOWN = Change
N, LOW, P = HormoneStatus
ZERO, HER2_LOW, HER2 = Her2Level
PRIMARY, METASTASIS, ON_TREATMENT = Specimen
MISSING = Unknown((Problem("pathology", "ER", "", "a percentage", "enter it"),))


def reading(level: Level | None, version: str = "one") -> Reading:
    return Reading(MISSING if level is None else Known(level), version)


def subject(
    receptor: Receptor, *levels: Level | None
) -> Mapping[Specimen, Mapping[Receptor, Reading]]:
    """Return the readings of one receptor in the primary, the metastasis and so on."""
    return {s: {receptor: reading(level)} for s, level in zip(Specimen, levels, strict=False)}


@pytest.mark.parametrize(
    ("receptor", "before", "after", "binary", "ordered"),
    [
        (Receptor.ER, N, N, KEPT, KEPT),
        (Receptor.ER, N, LOW, GAINED, GAINED),
        (Receptor.ER, N, P, GAINED, GAINED),
        (Receptor.ER, LOW, P, KEPT, GAINED),
        (Receptor.ER, P, LOW, KEPT, LOST),
        (Receptor.ER, LOW, N, LOST, LOST),
        (Receptor.PR, P, N, LOST, LOST),
        (Receptor.PR, N, P, GAINED, GAINED),
        (Receptor.PR, P, P, KEPT, KEPT),
        (Receptor.HER2, ZERO, HER2_LOW, KEPT, GAINED),
        (Receptor.HER2, HER2_LOW, ZERO, KEPT, LOST),
        (Receptor.HER2, ZERO, HER2, GAINED, GAINED),
        (Receptor.HER2, HER2_LOW, HER2, GAINED, GAINED),
        (Receptor.HER2, HER2, HER2_LOW, LOST, LOST),
        (Receptor.HER2, HER2, ZERO, LOST, LOST),
        (Receptor.ER, None, P, UNKNOWN, UNKNOWN),
        (Receptor.HER2, HER2, None, UNKNOWN, UNKNOWN),
        (Receptor.PR, None, None, UNKNOWN, UNKNOWN),
    ],
)
def test_what_became_of_a_receptor_on_two_levels_and_on_all(
    receptor: Receptor, before: Level | None, after: Level | None, binary: Change, ordered: Change
) -> None:
    """By definition: ER low positive is positive, HER2-low is not (clinical facts 7)."""
    (found,) = conversions(subject(receptor, before, after))
    assert (found.binary, found.ordered) == (binary, ordered)


def test_three_tissues_make_three_comparisons_from_earlier_to_later() -> None:
    found = conversions(subject(Receptor.ER, P, N, LOW))
    assert [(c.before, c.after, c.binary) for c in found] == [
        (PRIMARY, METASTASIS, LOST),
        (PRIMARY, ON_TREATMENT, KEPT),
        (METASTASIS, ON_TREATMENT, GAINED),
    ]


def test_a_tissue_or_receptor_that_was_not_looked_at_is_not_compared() -> None:
    assert conversions({METASTASIS: {Receptor.ER: reading(P)}}) == ()
    two = {PRIMARY: {Receptor.ER: reading(P)}, ON_TREATMENT: {Receptor.PR: reading(P)}}
    assert conversions(two) == ()


def test_different_versions_of_a_guideline_are_not_compared() -> None:
    """10 % is positive by one version and low positive by another: that is no conversion."""
    two = {
        PRIMARY: {Receptor.ER: reading(P, "national_10")},
        METASTASIS: {Receptor.ER: reading(LOW, "asco_cap_2020")},
    }
    with pytest.raises(FieldError) as caught:
        conversions(two)
    problem = caught.value.problem
    assert problem.field == "guideline version of ER"
    assert problem.got == "national_10 and asco_cap_2020"


def test_levels_of_different_receptors_are_not_compared() -> None:
    with pytest.raises(FieldError, match="found positive beside her2_0"):
        change(Known(ZERO), Known(P))
    with pytest.raises(FieldError, match="wanted levels of one receptor"):
        conversions(subject(Receptor.HER2, P, P))


def test_counts_of_a_cohort_by_hand() -> None:
    """Ten subjects: 3 positive kept, 1 low to positive, 2 lost, 1 gained, 2 negative, 1 unknown."""
    pairs = [(P, P)] * 3 + [(LOW, P)] + [(P, N)] * 2 + [(N, P)] + [(N, N)] * 2 + [(None, P)]
    binary, ordered = conversion_counts(subject(Receptor.ER, *pair) for pair in pairs)
    shared = {"receptor": "ER", "before": "primary", "after": "metastasis", "unknown": 1}
    shared |= {"positive_before": 6, "negative_before": 3, "lost": 2}
    assert asdict(binary) == shared | {"scale": "binary", "kept": 6, "gained": 1}
    assert asdict(ordered) == shared | {"scale": "ordered", "kept": 5, "gained": 2}


def test_the_table_declares_its_columns_and_an_empty_cohort_has_no_rows() -> None:
    assert CONVERSION_TABLE.key == ("receptor", "before", "after", "scale")
    assert all(column.sentence for column in CONVERSION_TABLE.columns)
    assert conversion_counts([]) == ()


def levels_of(receptor: Receptor) -> st.SearchStrategy[Level | None]:
    return st.one_of(st.none(), st.sampled_from(list(type(POSITIVE_FROM[receptor]))))


@given(st.data(), st.sampled_from(Receptor))
def test_turning_time_round_turns_gained_into_lost_and_counts_add_up(
    data: st.DataObject, receptor: Receptor
) -> None:
    level = levels_of(receptor)
    pairs = data.draw(st.lists(st.tuples(level, level), min_size=1, max_size=12))
    forth = conversion_counts(subject(receptor, *pair) for pair in pairs)
    back = conversion_counts(subject(receptor, *reversed(pair)) for pair in pairs)
    for one, other in zip(forth, back, strict=True):
        assert (one.gained, one.lost, one.kept) == (other.lost, other.gained, other.kept)
        assert one.kept + one.gained + one.lost + one.unknown == len(pairs)
        assert one.positive_before + one.negative_before == len(pairs) - one.unknown
