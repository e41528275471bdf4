"""Rows of the lesion table: hand arithmetic, laws, and an independent computation."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.images.suv.scaling import MassRatios
from petrial.images.volumes import CtVolume, SuvVolume
from petrial.lesions.measures import (
    MeasureContext,
    ct_mean,
    intensity_of,
    measure_all,
    measure_region,
)
from petrial.lesions.region import Region
from petrial.vocabulary.errors import GeometryError, MethodError, Problem
from petrial.vocabulary.knowledge import Known, Unknown, Verdict

NOTHING: Verdict[float] = Unknown((Problem("record", "height", "", "cm", "measure it"),))
RATIOS = MassRatios(Known(0.7), Known(0.8), Known(0.025), Known(100.0 / 70.0))
CONTEXT = MeasureContext("1.2.3", RATIOS, weight_gram=70_000.0, liver_mean=2.0, blood_pool_mean=1.6)
GRID = Grid.axial((1, 2, 5), (5.0, 4.0, 10.0), (-20.0, 30.0, 400.0))
SUV = SuvVolume(
    np.array([[[0.0, 1.0, 2.0, 4.0, 0.0], [0.0, 0.0, 0.0, 9.0, 0.0]]], dtype=np.float32), GRID
)


def region(mask: NDArray[np.bool_], grid: Grid = GRID, method: str = "drawn") -> Region:
    return Region.from_crop(grid, (0, 0, 0), mask, label="lung", source="a.dcm", method=method)


LESION = region(SUV.g_per_ml > 0.5)


def test_a_row_is_what_arithmetic_by_hand_gives() -> None:
    """Voxels 1, 2, 4, 9 of 0.2 mL in a patient of 70 kg."""
    row = measure_region(SUV, LESION, CONTEXT, 3)
    assert (row.id, row.label, row.source, row.method) == (3, "lung", "a.dcm", "drawn")
    assert row.series_uid == "1.2.3"
    assert not row.candidate
    assert row.voxels == 4
    expected = {
        "volume_ml": 0.8,
        "suv_max": 9.0,
        "suv_min": 1.0,
        "suv_mean": 4.0,
        "suv_median": 3.0,
        "suv_sd": np.sqrt((9.0 + 4.0 + 0.0 + 25.0) / 4.0),
        "sul_janmahasatian_max": 6.3,
        "sul_janmahasatian_mean": 2.8,
        "sul_james_max": 7.2,
        "sul_james_mean": 3.2,
        "suv_bsa_max": 0.225,
        "suv_bsa_mean": 0.1,
        "percent_id_per_kg_max": 900.0 / 70.0,
        "percent_id_per_kg_mean": 400.0 / 70.0,
        "percent_id": 100.0 * 4.0 * 0.8 / 70_000.0,
        "tlg": 3.2,
        "ratio_liver": 2.0,
        "ratio_blood_pool": 2.5,
        "centroid_x_mm": -20.0 + 10.0 * (1 + 2 + 3 + 3) / 4,
        "centroid_y_mm": 31.0,
        "centroid_z_mm": 400.0,
        "max_x_mm": 10.0,
        "max_y_mm": 34.0,
        "max_z_mm": 400.0,
    }
    for name, value in expected.items():
        assert getattr(row, name) == pytest.approx(value, rel=1e-6), name


def test_what_is_unknown_leaves_an_empty_column() -> None:
    bare = MeasureContext("1.2.3", MassRatios(NOTHING, NOTHING, NOTHING, NOTHING))
    row = measure_region(SUV, LESION, bare)
    empty = [name for name in row.__slots__ if getattr(row, name) is None]
    assert empty == [
        "suv_peak",  # the image is one slice: no sphere fits
        "sul_janmahasatian_max",
        "sul_janmahasatian_mean",
        "sul_janmahasatian_peak",
        "sul_james_max",
        "sul_james_mean",
        "sul_james_peak",
        "suv_bsa_max",
        "suv_bsa_mean",
        "percent_id_per_kg_max",
        "percent_id_per_kg_mean",
        "percent_id",
        "ratio_liver",
        "ratio_blood_pool",
        "ct_mean_hu",
    ]
    assert "reaches out of the image" in row.suv_peak_reason


def test_the_peak_carries_its_definition_and_its_masses() -> None:
    grid = Grid.axial((9, 9, 9), (4.0, 4.0, 4.0), (0.0, 0.0, 0.0))
    suv = SuvVolume(np.full((9, 9, 9), 5.0, dtype=np.float32), grid)
    row = measure_region(suv, region(np.pad(np.ones((1, 1, 1), dtype=bool), 4), grid), CONTEXT)
    assert row.suv_peak_definition == "sphere-1cm3"
    assert row.suv_peak == pytest.approx(5.0, rel=1e-6)
    assert row.sul_janmahasatian_peak == pytest.approx(3.5, rel=1e-6)
    assert row.sul_james_peak == pytest.approx(4.0, rel=1e-6)


@given(
    hnp.arrays(np.float32, (4, 5, 6), elements=st.floats(-1.0, 50.0, width=32)),
    hnp.arrays(np.bool_, (4, 5, 6), elements=st.booleans()).filter(lambda m: bool(m.any())),
)
def test_first_order_measures_agree_with_numpy(
    image: NDArray[np.float32], mask: NDArray[np.bool_]
) -> None:
    grid = Grid.axial((4, 5, 6), (2.0, 3.0, 4.0), (1.0, 2.0, 3.0))
    found = intensity_of(SuvVolume(image, grid), region(mask, grid))
    inside = image[mask].astype(np.float64)
    assert found.voxels == inside.size
    assert (found.maximum, found.minimum) == (inside.max(), inside.min())
    assert found.mean == pytest.approx(inside.mean(), rel=1e-9, abs=1e-9)
    assert found.median == pytest.approx(float(np.median(inside)), rel=1e-9, abs=1e-9)
    assert found.sd == pytest.approx(inside.std(), rel=1e-6, abs=1e-6)
    places = grid.to_patient(np.argwhere(mask).astype(float))
    assert found.centroid_mm == pytest.approx(tuple(places.mean(axis=0)), rel=1e-9)
    assert found.maximum_mm == pytest.approx(tuple(places[inside.argmax()]), rel=1e-9)


@given(st.integers(0, 10**6))
def test_a_shifted_grid_shifts_places_and_nothing_else(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = rng.uniform(0.0, 9.0, (7, 8, 9)).astype(np.float32)
    mask = rng.random((7, 8, 9)) < 0.4
    mask[3, 4, 4] = True
    rows = []
    for origin in ((0.0, 0.0, 0.0), (100.0, -50.0, 25.0)):
        grid = Grid.axial((7, 8, 9), (4.0, 3.0, 2.0), origin)
        rows.append(measure_region(SuvVolume(image, grid), region(mask, grid), CONTEXT))
    moved = replace(
        rows[0],
        centroid_x_mm=rows[1].centroid_x_mm,
        centroid_y_mm=rows[1].centroid_y_mm,
        centroid_z_mm=rows[1].centroid_z_mm,
        max_x_mm=rows[1].max_x_mm,
        max_y_mm=rows[1].max_y_mm,
        max_z_mm=rows[1].max_z_mm,
    )
    assert moved == rows[1]
    assert rows[1].max_x_mm - rows[0].max_x_mm == pytest.approx(100.0)
    assert rows[1].centroid_y_mm - rows[0].centroid_y_mm == pytest.approx(-50.0)


def test_rows_are_numbered_from_one_in_the_order_of_the_regions() -> None:
    parts = [region(SUV.g_per_ml == value) for value in (9.0, 2.0)]
    rows = measure_all(SUV, parts, CONTEXT)
    assert [(row.id, row.suv_max) for row in rows] == [(1, 9.0), (2, 2.0)]


def test_a_candidate_stays_one_in_its_row_whatever_its_method() -> None:
    for candidate in (True, False):
        part = replace(region(SUV.g_per_ml > 3.0, method="fixed:3.0"), candidate=candidate)
        assert measure_region(SUV, part, CONTEXT).candidate is candidate


def test_a_region_on_another_grid_is_refused() -> None:
    other = Grid.axial((1, 2, 5), (5.0, 4.0, 10.0), (-20.0, 30.0, 405.0))
    with pytest.raises(GeometryError, match="place the contour on this image"):
        measure_region(SUV, region(SUV.g_per_ml > 0.5, other), CONTEXT)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_voxels_that_are_no_numbers_are_refused(bad: float) -> None:
    image = SUV.g_per_ml.copy()
    image[0, 0, 2] = bad
    with pytest.raises(MethodError, match="finite SUV in every voxel"):
        measure_region(SuvVolume(image, GRID), LESION, CONTEXT)


def test_a_reference_of_zero_gives_no_ratio() -> None:
    row = measure_region(SUV, LESION, replace(CONTEXT, liver_mean=0.0))
    assert row.ratio_liver is None


def ramp_ct(first_x: float, columns: int) -> CtVolume:
    """Return a CT whose number is 10 HU per mm of patient x, on a finer grid than the PET."""
    grid = Grid.axial((3, 9, columns), (5.0, 2.0, 1.0), (first_x, 26.0, 395.0))
    number = 10.0 * (first_x + np.arange(columns))
    return CtVolume(np.broadcast_to(number, grid.shape).astype(np.int16), grid)


def test_ct_of_a_ramp_is_the_ramp_at_the_centroid() -> None:
    """By hand: a linear CT has, over a region, its value at the mean voxel position."""
    row = measure_region(SUV, LESION, replace(CONTEXT, ct=ramp_ct(-25.0, 60)))
    assert row.ct_mean_hu == pytest.approx(10.0 * row.centroid_x_mm, abs=1e-9)


def test_a_ct_that_misses_a_part_gives_no_number_but_the_reason() -> None:
    ct = ramp_ct(-5.0, 20)
    assert measure_region(SUV, LESION, replace(CONTEXT, ct=ct)).ct_mean_hu is None
    verdict = ct_mean(ct, LESION)
    assert isinstance(verdict, Unknown)
    assert verdict.problems[0].got == "CT at 3 of 4 voxels"
