"""Damaged input gives a named refusal or the true number, never anything else."""

from pathlib import Path

from fuzz.cases import FAMILIES, cases
from fuzz.runner import fuzz

FEW = 150


def test_damaged_input_is_refused_by_name_or_measured_right(tmp_path: Path) -> None:
    """The truth is that of the simulator, or of the formulas where bytes became another value."""
    run = fuzz(tmp_path, seed=7, total=FEW, stride=25)
    assert "\n".join(run.faults) == ""
    assert [answer["case"] for answer in run.answers] == list(range(FEW))
    assert {answer["family"] for answer in run.answers} == FAMILIES.keys()


def test_the_same_seed_gives_the_same_damage() -> None:
    assert cases(3, 200) == cases(3, 200)
    assert cases(3, 200) != cases(4, 200)
