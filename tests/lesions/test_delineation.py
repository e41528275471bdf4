"""Candidates by fixed SUV and by PERCIST."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrial.images.grid import Grid
from petrial.images.volumes import SuvVolume
from petrial.lesions.delineation import fixed_threshold, percist, percist_threshold
from petrial.vocabulary.errors import MethodError


def line(*values: float) -> SuvVolume:
    """Return an image of one row of voxels of 1 mL."""
    grid = Grid.axial((1, 1, len(values)), (10.0, 10.0, 10.0), (0.0, 0.0, 0.0))
    return SuvVolume(np.array([[values]], dtype=np.float32), grid)


def test_fixed_threshold_finds_the_parts_by_hand() -> None:
    found = fixed_threshold(line(2.4, 2.5, 9.0, 0.0, 3.0, 0.0), 2.5, 1.0)
    assert [(r.start[2], r.voxels) for r in found] == [(1, 2), (4, 1)]


def test_what_a_threshold_finds_is_called_a_candidate_and_named_by_the_method() -> None:
    found = fixed_threshold(line(5.0), 4.0, 0.0)[0]
    assert (found.label, found.source, found.method) == ("candidate 1", "threshold", "fixed:4.0")
    assert found.candidate


def test_percist_threshold_is_that_of_wahl_2009() -> None:
    """1.5 x mean + 2 SD, by hand: 1.5 x 1.8 + 2 x 0.3 = 3.3."""
    assert percist_threshold(1.8, 0.3) == pytest.approx(3.3, abs=1e-12)


def test_percist_finds_voxels_from_its_threshold_on() -> None:
    found = percist(line(3.2, 3.3, 0.0, 8.0), 1.8, 0.3, 0.0)
    assert [(r.start[2], r.voxels) for r in found] == [(1, 1), (3, 1)]
    assert found[0].method == "percist:3.3"
    assert found[0].candidate


@given(st.floats(0.3, 1.2), st.floats(0.5, 4.0), st.floats(0.0, 1.0))
def test_percist_finds_the_same_in_lean_mass_suv(ratio: float, mean: float, sd: float) -> None:
    """A law: threshold and image scale alike."""
    assert percist_threshold(ratio * mean, ratio * sd) == pytest.approx(
        ratio * percist_threshold(mean, sd), rel=1e-12
    )


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 0.1), (-1.0, 0.1), (2.0, -0.1), (np.nan, 0.1)])
def test_an_impossible_liver_is_refused(mean: float, sd: float) -> None:
    with pytest.raises(MethodError, match="liver reference region"):
        percist_threshold(mean, sd)


@pytest.mark.parametrize("threshold", [0.0, -1.0, float("nan"), float("inf")])
def test_a_threshold_that_is_not_over_zero_is_refused(threshold: float) -> None:
    with pytest.raises(MethodError, match="an SUV over 0"):
        fixed_threshold(line(1.0), threshold, 0.0)
