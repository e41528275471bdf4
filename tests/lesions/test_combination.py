"""Union, intersection and majority."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.lesions.combination import intersection, majority, union
from petrial.lesions.region import Region
from petrial.vocabulary.errors import GeometryError, MethodError

GRID = Grid.axial((3, 4, 5), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
SETS = st.lists(
    hnp.arrays(np.bool_, GRID.shape, elements=st.booleans()).filter(lambda m: bool(m.any())),
    min_size=1,
    max_size=5,
)


def region(mask: NDArray[np.bool_], method: str = "drawn", grid: Grid = GRID) -> Region:
    return Region.from_crop(grid, (0, 0, 0), mask, label="a", source="file", method=method)


def whole(found: Region) -> NDArray[np.bool_]:
    mask = np.zeros(GRID.shape, dtype=bool)
    mask[found.box] = found.mask
    return mask


@given(SETS)
def test_each_is_what_counting_the_voxels_gives(masks: list[NDArray[np.bool_]]) -> None:
    votes = np.sum(masks, axis=0)
    regions = [region(mask) for mask in masks]
    np.testing.assert_array_equal(whole(union(regions)), votes > 0)
    for combine, expected in (
        (intersection, votes == len(masks)),
        (majority, 2 * votes > len(masks)),
    ):
        if expected.any():
            np.testing.assert_array_equal(whole(combine(regions)), expected)
        else:
            with pytest.raises(MethodError, match="of the same lesion"):
                combine(regions)


@given(SETS)
def test_majority_lies_between_intersection_and_union(masks: list[NDArray[np.bool_]]) -> None:
    regions = [region(mask) for mask in masks]
    if not np.all(masks, axis=0).any():
        return
    small, middle, large = (whole(f(regions)) for f in (intersection, majority, union))
    assert not (small & ~middle).any()
    assert not (middle & ~large).any()


def test_a_combination_names_its_parts() -> None:
    mask = np.ones(GRID.shape, dtype=bool)
    found = majority([region(mask, "fixed:4.0"), region(mask, "percent:41")])
    assert found.method == "majority of fixed:4.0, percent:41"


def test_a_combination_is_a_candidate_only_of_candidates() -> None:
    mask = np.ones(GRID.shape, dtype=bool)
    searched = replace(region(mask, "fixed:4.0"), candidate=True)
    assert union([searched, searched]).candidate
    assert not union([searched, region(mask)]).candidate


def test_regions_of_different_images_are_refused() -> None:
    other = Grid.axial((3, 4, 5), (1.0, 1.0, 1.0), (0.0, 0.0, 1.0))
    mask = np.ones(GRID.shape, dtype=bool)
    with pytest.raises(GeometryError, match="same image"):
        union([region(mask), region(mask, grid=other)])


def test_nothing_cannot_be_combined() -> None:
    with pytest.raises(MethodError, match="at least one region"):
        union([])
