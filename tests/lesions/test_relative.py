"""41 %, 50 % and A50, on images that can be worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.images.volumes import SuvVolume
from petrial.lesions.region import Region
from petrial.lesions.relative import Extent, a50, local_background, percent_of_maximum
from petrial.vocabulary.errors import GeometryError, MethodError


def image(values: NDArray[np.float64], spacing: float = 10.0) -> SuvVolume:
    z, y, x = values.shape
    grid = Grid.axial((z, y, x), (spacing,) * 3, (0.0, 0.0, 0.0))
    return SuvVolume(values.astype(np.float32), grid)


def line(*values: float) -> SuvVolume:
    return image(np.array([[values]]))


def span(suv: SuvVolume, first: int, last: int, method: str = "drawn") -> Region:
    mask = np.ones((1, 1, last - first + 1), dtype=bool)
    return Region.from_crop(
        suv.grid, (0, 0, first), mask, label="lesion", source="file", method=method
    )


def columns(region: Region) -> list[int]:
    return (np.flatnonzero(region.mask[0, 0]) + region.start[2]).tolist()


def test_41_percent_includes_the_voxel_at_41_percent_and_not_the_one_below() -> None:
    suv = line(0.0, 4.09, 4.1, 10.0, 5.0, 4.0)
    assert columns(percent_of_maximum(suv, span(suv, 0, 5), 41.0)) == [2, 3, 4]


def test_what_is_not_connected_to_the_maximum_is_left_out() -> None:
    suv = line(9.0, 1.0, 10.0, 6.0)
    assert columns(percent_of_maximum(suv, span(suv, 0, 3), 50.0)) == [2, 3]


def test_within_a_drawn_contour_nothing_outside_it_is_taken() -> None:
    suv = line(9.0, 9.0, 10.0, 9.0, 1.0)
    assert columns(percent_of_maximum(suv, span(suv, 1, 2), 50.0)) == [1, 2]


def test_a_free_region_grows_out_of_the_given_one() -> None:
    suv = line(1.0, 9.0, 10.0, 9.0, 1.0)
    assert columns(percent_of_maximum(suv, span(suv, 2, 2), 50.0, Extent.FREE)) == [1, 2, 3]


def test_a_free_region_is_found_however_far_it_reaches() -> None:
    """A bar of 60 voxels of 1 mL, longer than any first crop."""
    suv = line(*([0.0] * 10 + [5.0] * 30 + [10.0] + [5.0] * 29 + [0.0] * 10))
    found = percent_of_maximum(suv, span(suv, 40, 40), 50.0, Extent.FREE)
    assert columns(found) == list(range(10, 70))


def test_a_leak_is_refused_by_name() -> None:
    """600 mL of uptake at a limit of 500 mL."""
    suv = line(*([10.0] * 600))
    with pytest.raises(MethodError) as refusal:
        percent_of_maximum(suv, span(suv, 300, 300), 41.0, Extent.FREE)
    assert refusal.value.problem.field == "size of the region"
    assert refusal.value.problem.got == "more than 500 mL at a threshold of 4.100"


def test_running_into_a_hotter_neighbour_is_refused() -> None:
    suv = line(1.0, 10.0, 6.0, 30.0, 1.0)
    with pytest.raises(MethodError, match=r"found 30\.000, wanted no more than the 10\.000"):
        percent_of_maximum(suv, span(suv, 1, 1), 41.0, Extent.FREE)


@pytest.mark.parametrize("percent", [0.0, -5.0, 101.0, float("nan")])
def test_a_percentage_outside_0_to_100_is_refused(percent: float) -> None:
    suv = line(1.0)
    with pytest.raises(MethodError, match="percentage"):
        percent_of_maximum(suv, span(suv, 0, 0), percent)


def test_a_region_without_uptake_is_refused() -> None:
    suv = line(0.0, -1.0)
    with pytest.raises(MethodError, match="largest SUV"):
        percent_of_maximum(suv, span(suv, 0, 1), 41.0)


def test_a_region_of_another_image_is_refused() -> None:
    suv = line(1.0, 2.0)
    other = line(1.0, 2.0, 3.0)
    with pytest.raises(GeometryError):
        percent_of_maximum(suv, span(other, 0, 0), 41.0)


@given(st.floats(0.01, 100.0), st.integers(1, 100))
def test_the_region_does_not_change_with_the_scale_of_suv(scale: float, percent: int) -> None:
    values = np.random.default_rng(5).uniform(0.5, 9.0, (4, 5, 6))
    drawn = np.ones((4, 5, 6), dtype=bool)
    found = []
    for factor in (1.0, 2.0 ** round(np.log2(scale))):  # powers of 2 scale without rounding
        suv = image(values * factor)
        region = Region.from_crop(suv.grid, (0, 0, 0), drawn, label="", source="", method="drawn")
        found.append(percent_of_maximum(suv, region, float(percent)))
    assert found[0].start == found[1].start
    np.testing.assert_array_equal(found[0].mask, found[1].mask)


def test_a_region_from_a_candidate_stays_a_candidate() -> None:
    suv = line(1.0, 9.0, 10.0)
    searched = replace(span(suv, 1, 2, "fixed:4.0"), candidate=True)
    for extent in Extent:
        found = percent_of_maximum(suv, searched, 41.0, extent)
        assert found.method == "percent:41 of fixed:4.0"
        assert found.candidate
    assert not percent_of_maximum(suv, span(suv, 1, 2), 41.0).candidate


def test_background_is_the_mean_of_two_layers_around() -> None:
    """By hand: 26 voxels at 1 next to the spot, 98 at 3 around these, 5 beyond: mean 320 / 124."""
    values = np.full((9, 9, 9), 5.0)
    values[2:7, 2:7, 2:7] = 3.0
    values[3:6, 3:6, 3:6] = 1.0
    values[4, 4, 4] = 20.0
    suv = image(values)
    spot = Region.from_crop(
        suv.grid, (4, 4, 4), np.ones((1, 1, 1), dtype=bool), label="", source="", method="drawn"
    )
    assert local_background(suv, spot) == pytest.approx((26 * 1.0 + 98 * 3.0) / 124, rel=1e-7)


def test_a50_takes_the_half_way_between_background_and_maximum() -> None:
    """Maximum 10, background 2: threshold 6, where 50 % of the maximum alone would be 5."""
    suv = line(2.0, 2.0, 5.5, 10.0, 6.0, 2.0, 2.0)
    lesion = span(suv, 2, 4)
    assert columns(a50(suv, lesion)) == [3, 4]
    assert columns(percent_of_maximum(suv, lesion, 50.0)) == [2, 3, 4]
    assert a50(suv, lesion).method == "a50 of drawn"


def test_a50_without_background_is_50_percent() -> None:
    suv = line(0.0, 0.0, 5.0, 10.0, 4.9, 0.0, 0.0)
    assert columns(a50(suv, span(suv, 2, 4), Extent.FREE)) == [2, 3]


def test_a50_with_no_background_in_sight_is_refused() -> None:
    suv = line(9.0, 10.0, 9.0)
    with pytest.raises(MethodError, match="local background"):
        a50(suv, span(suv, 1, 1))


def test_a50_finds_the_edge_of_a_blurred_sphere() -> None:
    """A sphere of 15 mm radius, SUV 8 on 2, blurred: the edge lies half-way, at SUV 5.

    The volume is that of the sphere, 14.1 mL, to 5 %; 41 % of the maximum is too large.
    """
    place = (np.arange(41) - 20) * 2.0
    far = np.sqrt(place[:, None, None] ** 2 + place[:, None] ** 2 + place**2)
    suv = image(2.0 + 6.0 / (1.0 + np.exp((far - 15.0) / 1.2)), spacing=2.0)
    mask = far <= 22.0
    drawn = Region.from_crop(suv.grid, (0, 0, 0), mask, label="", source="", method="drawn")
    true_ml = 4.0 / 3.0 * np.pi * 15.0**3 / 1000.0
    assert a50(suv, drawn).voxels * 0.008 == pytest.approx(true_ml, rel=0.05)
    assert percent_of_maximum(suv, drawn, 41.0).voxels * 0.008 > 1.1 * true_ml
