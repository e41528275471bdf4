"""Circulating tumour cells by each definition, at its boundary."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrial.specimens.ctc import CTC_DEFINITIONS, CtcSample, ctc_definition, ctc_positive
from petrial.specimens.her2_guidelines import IhcScore
from petrial.vocabulary.errors import FieldError, MethodError
from petrial.vocabulary.knowledge import Known, Unknown


def stained(*counts: int, volume_ml: float = 7.5) -> CtcSample:
    """Return a sample with so many cells of HER2 0, 1+, 2+ and 3+."""
    by = dict(zip(IhcScore, counts, strict=True))
    return CtcSample(volume_ml=volume_ml, cells=sum(counts), marker="HER2", by_intensity=by)


def short(sample: CtcSample, name: str) -> bool | str:
    """Return the verdict, or the field that keeps it unknown."""
    verdict = ctc_positive(sample, ctc_definition(name))
    return verdict.value if isinstance(verdict, Known) else verdict.problems[0].field


@pytest.mark.parametrize(("cells", "positive"), [(0, False), (4, False), (5, True), (107, True)])
def test_five_cells_in_7_5_ml_are_positive(cells: int, *, positive: bool) -> None:
    """Cristofanilli 2004."""
    assert short(CtcSample(volume_ml=7.5, cells=cells), "ctc_5") is positive


@pytest.mark.parametrize(
    ("volume_ml", "cells", "expected"),
    [
        (5.0, 5, True),
        (5.0, 4, "volume examined"),
        (7.49, 0, "volume examined"),
        (10.0, 4, False),
        (10.0, 5, "volume examined"),
        (30.0, 1000, "volume examined"),
    ],
)
def test_a_count_is_never_scaled_to_another_volume(
    volume_ml: float, cells: int, *, expected: bool | str
) -> None:
    """Five cells in a part are five in the whole; five in more may lie outside 7.5 mL."""
    assert short(CtcSample(volume_ml=volume_ml, cells=cells), "ctc_5") == expected


@pytest.mark.parametrize(
    ("counts", "positive"),
    [((9, 9, 9, 0), False), ((0, 0, 0, 1), True), ((50, 0, 0, 1), True), ((0, 0, 0, 0), False)],
)
def test_one_strongly_stained_cell_is_positive(counts: tuple[int, ...], *, positive: bool) -> None:
    """Ignatiadis 2011, table 2: at least 1 HER2 3+ CTC in 7.5 mL; none is found where none are."""
    assert short(stained(*counts), "her2_strong_1") is positive


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((2, 1, 0, 1), True),
        ((51, 0, 49, 0), False),
        ((50, 0, 50, 0), True),
        ((3, 1, 1, 0), False),
        ((0, 0, 0, 1), "CTC"),
        ((0, 0, 0, 0), "CTC"),
    ],
)
def test_half_of_the_cells_is_positive_and_too_few_are_not_assessable(
    counts: tuple[int, ...], *, expected: bool | str
) -> None:
    """Ignatiadis 2011, table 2: at least 50 % of at least 2 CTC; 2/4, 49/100, 50/100, 2/5."""
    assert short(stained(*counts), "her2_share_50") == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((0, 0, 1, 0), True),
        ((1, 0, 0, 2), True),
        ((1, 1, 0, 1), False),
        ((0, 1, 99, 0), False),
        ((0, 1, 98, 1), True),
        ((0, 0, 0, 0), "CTC"),
    ],
)
def test_an_h_score_of_200_is_positive(counts: tuple[int, ...], *, expected: bool | str) -> None:
    """By hand: 200; 6/3 = 200; 4/3 = 133; 199; (1 + 196 + 3)/100 = 200."""
    assert short(stained(*counts), "her2_h_score_200") == expected


@pytest.mark.parametrize(
    ("ratio", "cells", "expected"),
    [
        (Fraction(2), 3, True),
        (Fraction(1999, 1000), 3, False),
        (None, 3, "FISH ratio"),
        (Fraction(2), 0, "CTC"),
    ],
)
def test_a_fish_ratio_of_2_is_positive(
    ratio: Fraction | None, cells: int, *, expected: bool | str
) -> None:
    sample = CtcSample(volume_ml=7.5, cells=cells, fish_ratio=ratio)
    assert short(sample, "her2_fish_2") == expected


@pytest.mark.parametrize("name", ["her2_strong_1", "her2_share_50", "her2_h_score_200"])
@pytest.mark.parametrize("marker", ["", "ER"])
def test_another_marker_or_none_leaves_it_unknown(name: str, marker: str) -> None:
    by = {IhcScore.THREE: 5} if marker else {}
    sample = CtcSample(volume_ml=7.5, cells=5, marker=marker, by_intensity=by)
    assert short(sample, name) == "CTC by intensity"


@pytest.mark.parametrize("volume_ml", [1.0, 7.5, 30.0])
def test_a_share_does_not_depend_on_the_volume(volume_ml: float) -> None:
    assert short(stained(1, 1, 0, 0, volume_ml=volume_ml), "her2_share_50") is True


@pytest.mark.parametrize(
    ("volume_ml", "cells", "by", "ratio", "field"),
    [
        (0.0, 1, {}, None, "volume examined"),
        (math.nan, 1, {}, None, "volume examined"),
        (math.inf, 1, {}, None, "volume examined"),
        (7.5, -1, {}, None, "CTC"),
        (7.5, 3, {IhcScore.THREE: 2}, None, "CTC by intensity"),
        (7.5, 1, {IhcScore.ONE: -1, IhcScore.TWO: 2}, None, "CTC by intensity"),
        (7.5, 1, {}, Fraction(-1), "FISH ratio"),
    ],
)
def test_numbers_that_cannot_be_are_refused(
    volume_ml: float, cells: int, by: dict[IhcScore, int], ratio: Fraction | None, field: str
) -> None:
    with pytest.raises(FieldError) as caught:
        CtcSample(volume_ml=volume_ml, cells=cells, by_intensity=by, fish_ratio=ratio)
    assert caught.value.problem.field == field


def test_an_unknown_definition_is_refused() -> None:
    with pytest.raises(MethodError, match="wanted one of ctc_5, her2_strong_1"):
        ctc_definition("ctc_3")


def test_each_definition_has_a_source() -> None:
    assert all("[" in definition.source for definition in CTC_DEFINITIONS.values())


@given(
    st.sampled_from(sorted(CTC_DEFINITIONS)),
    st.lists(st.integers(0, 30), min_size=4, max_size=4),
    st.integers(0, 3),
    st.floats(0.5, 40.0),
)
def test_one_more_strong_cell_never_makes_a_positive_sample_negative(
    name: str, counts: list[int], ratio: int, volume_ml: float
) -> None:
    """It may make it unknown, where more blood than defined was examined."""
    fish = Fraction(ratio)
    verdicts = []
    for strong in (counts[3], counts[3] + 1):
        by = dict(zip(IhcScore, (*counts[:3], strong), strict=True))
        sample = CtcSample(
            volume_ml=volume_ml,
            cells=sum(by.values()),
            marker="HER2",
            by_intensity=by,
            fish_ratio=fish,
        )
        verdicts.append(ctc_positive(sample, ctc_definition(name)))
    one, more = verdicts
    if isinstance(one, Known) and one.value:
        assert isinstance(more, Unknown) or more.value
