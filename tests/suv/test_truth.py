"""SUV from files, end to end, against the truth of the simulator or the refusal that is due.

The simulator holds the physics of decay a second time, written without ``petrial.images.suv``.
"""

from pathlib import Path
from typing import Any

import pytest

from petrial.simulation.case import Must, SuvCase
from petrial.simulation.cases import suv_cases
from petrial.vocabulary.knowledge import Known, Unknown
from truth_bench import attempt

CASES = suv_cases()
TOLERANCE = 1e-3
AGREEMENT = 2e-3
"""Two statements of one moment are taken as agreeing within 0.2 % of SUV (design of SUV)."""


def _named(must: Must) -> list[Any]:
    return [pytest.param(case, id=case.name) for case in CASES if case.must is must]


@pytest.mark.parametrize("case", _named(Must.BE_RIGHT))
def test_the_true_suv_comes_out_within_a_thousandth(case: SuvCase, tmp_path: Path) -> None:
    outcome = attempt(case, tmp_path)
    assert isinstance(outcome.verdict, Known), outcome.verdict.reason
    assert outcome.error < TOLERANCE


@pytest.mark.parametrize("case", _named(Must.BE_REFUSED))
def test_it_is_refused_and_the_field_is_named(case: SuvCase, tmp_path: Path) -> None:
    outcome = attempt(case, tmp_path)
    assert isinstance(outcome.verdict, Unknown), f"SUV is off by {outcome.error:.2%}"
    assert any(case.field in problem.field for problem in outcome.verdict.problems), (
        outcome.verdict.reason
    )


@pytest.mark.parametrize("case", _named(Must.NOT_BE_WRONG))
def test_it_is_right_or_refused_but_never_wrong(case: SuvCase, tmp_path: Path) -> None:
    outcome = attempt(case, tmp_path)
    if isinstance(outcome.verdict, Known):
        assert outcome.error < AGREEMENT
    else:
        assert outcome.verdict.problems
