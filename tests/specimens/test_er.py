"""ER and PR status at every boundary of each guideline version."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrial.specimens.er import (
    HORMONE_RULES,
    HormoneReceptor,
    HormoneResult,
    HormoneStatus,
    er_status,
    pr_status,
)
from petrial.vocabulary.errors import FieldError, MethodError
from petrial.vocabulary.knowledge import Known, Unknown, Verdict

N, LOW, P = HormoneStatus.NEGATIVE, HormoneStatus.LOW_POSITIVE, HormoneStatus.POSITIVE
PERCENTAGES = (0.0, 0.9, 1.0, 5.0, 9.99, 10.0, 10.01, 11.0, 100.0)


def known(verdict: Verdict[HormoneResult]) -> HormoneResult:
    assert isinstance(verdict, Known)
    return verdict.value


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("asco_cap_2010", (N, N, P, P, P, P, P, P, P)),
        ("asco_cap_2020", (N, N, LOW, LOW, LOW, LOW, P, P, P)),
        ("national_10", (N, N, N, N, N, P, P, P, P)),
    ],
)
def test_er_changes_where_the_version_says(
    version: str, expected: tuple[HormoneStatus, ...]
) -> None:
    """Clinical facts 7 and 11.14; Hammond 2010, Allison 2020, the Dutch guideline of 2012."""
    assert tuple(known(er_status(p, version)).status for p in PERCENTAGES) == expected


def test_exactly_10_percent_is_low_positive_in_one_version_and_positive_in_two() -> None:
    found = {v: known(er_status(10.0, v)).status for _, v in HORMONE_RULES}
    assert found == {"asco_cap_2010": P, "asco_cap_2020": LOW, "national_10": P}


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("asco_cap_2010", (N, N, P, P, P, P, P, P, P)),
        ("asco_cap_2020", (N, N, P, P, P, P, P, P, P)),
        ("national_10", (N, N, N, N, N, P, P, P, P)),
    ],
)
def test_pr_knows_no_low_positive(version: str, expected: tuple[HormoneStatus, ...]) -> None:
    """Allison 2020 has the category for ER alone."""
    assert tuple(known(pr_status(p, version)).status for p in PERCENTAGES) == expected


@pytest.mark.parametrize(
    ("percent", "comment", "controls"),
    [(0.0, False, True), (1.0, True, True), (10.0, True, True), (10.01, False, False)],
)
def test_2020_asks_for_a_comment_from_1_to_10_and_for_controls_from_0_to_10_percent(
    percent: float, *, comment: bool, controls: bool
) -> None:
    """Allison 2020."""
    result = known(er_status(percent, "asco_cap_2020"))
    assert (result.comment_needed, result.controls_needed) == (comment, controls)
    assert not known(er_status(percent, "asco_cap_2010")).controls_needed


@pytest.mark.parametrize("percent", [-0.1, 100.1, math.nan, math.inf])
@pytest.mark.parametrize(("judge", "name"), [(er_status, "ER"), (pr_status, "PR")])
def test_a_percentage_that_cannot_be_is_refused(judge: object, name: str, percent: float) -> None:
    assert callable(judge)
    with pytest.raises(FieldError) as caught:
        judge(percent, "asco_cap_2020")
    assert caught.value.problem.field == f"{name}, percent of nuclei"
    assert caught.value.problem.wanted == "a number from 0 to 100"


def test_a_percentage_that_is_missing_is_unknown_and_named() -> None:
    verdict = pr_status(None, "national_10")
    assert isinstance(verdict, Unknown)
    assert verdict.problems[0].field == "PR, percent of nuclei"


@pytest.mark.parametrize("percent", [None, 5.0])
def test_an_unknown_version_is_refused_with_those_that_exist(percent: float | None) -> None:
    with pytest.raises(MethodError) as caught:
        er_status(percent, "asco_cap_1999")
    assert caught.value.problem.wanted == "one of asco_cap_2010, asco_cap_2020, national_10"


@given(st.floats(0.0, 100.0), st.floats(0.0, 100.0))
def test_more_stained_nuclei_never_lower_the_status(one: float, other: float) -> None:
    low, high = sorted((one, other))
    for receptor, version in HORMONE_RULES:
        judge = er_status if receptor is HormoneReceptor.ER else pr_status
        assert known(judge(low, version)).status <= known(judge(high, version)).status


def test_the_result_keeps_percentage_and_version() -> None:
    result = known(er_status(7.5, "asco_cap_2020"))
    assert (result.percent, result.version, result.receptor) == (
        7.5,
        "asco_cap_2020",
        HormoneReceptor.ER,
    )


def test_statuses_have_an_order_and_compare_only_among_themselves() -> None:
    assert all(a < b and b > a and a <= b and b >= a for a, b in pairwise((N, LOW, P)))
    assert not N < N  # noqa: PLR0124  that nothing is below itself is the claim
    with pytest.raises(TypeError):
        _ = N < 1  # type: ignore[operator] # the refusal is the claim
