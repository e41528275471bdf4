"""HER2 by every version of the guideline, at each boundary."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrial.specimens.her2 import (
    Her2Level,
    Her2Outcome,
    Her2Result,
    Her2Tissue,
    IshGroup,
    her2_outcome,
    ish_group,
)
from petrial.specimens.her2_guidelines import (
    HER2_GUIDELINES,
    Her2Guideline,
    IhcScore,
    her2_guideline,
)
from petrial.specimens.ish import Band, DualProbe, SingleProbe
from petrial.vocabulary.errors import FieldError, MethodError
from petrial.vocabulary.knowledge import Known, Unknown

SCORES = tuple(IhcScore)
V2007 = her2_guideline("asco_cap_2007").stating(least_cells=20)
"""The number of cells is unconfirmed for 2007: these tests state 20."""
V2013, V2018, V2023 = (her2_guideline(f"asco_cap_{year}") for year in (2013, 2018, 2023))


def dual(ratio: str, copies: str | None, cells: int | None = 20) -> DualProbe:
    return DualProbe.stated(ratio=ratio, copies=copies, cells=cells)


def single(copies: str, cells: int | None = 20) -> SingleProbe:
    return SingleProbe.stated(copies=copies, cells=cells)


def short(outcome: Her2Outcome) -> str:
    """Return the result, or ? and the field that is missing."""
    if isinstance(outcome.result, Known):
        return outcome.result.value.value
    return f"? {outcome.result.problems[0].field}"


BOUNDARIES = [
    ("2.0", "4.0", 1),
    ("2.0", "6.0", 1),
    ("2.0", "3.999", 2),
    ("9.5", "3.9", 2),
    ("1.999", "6.0", 3),
    ("1.0", "12", 3),
    ("1.999", "5.999", 4),
    ("1.999", "4.0", 4),
    ("1.999", "3.999", 5),
    ("0", "0", 5),
]


@pytest.mark.parametrize(("ratio", "copies", "group"), BOUNDARIES)
def test_groups_change_at_2_0_and_at_4_0_and_6_0(ratio: str, copies: str, group: int) -> None:
    """Clinical facts 7 and 11.14, from Wolff 2018."""
    assert ish_group(dual(ratio, copies)) == Known(IshGroup(group))


@pytest.mark.parametrize(
    ("her2", "cep17", "cells", "group"),
    [(120, 60, 30, 1), (120, 60, 31, 2), (120, 61, 20, 3), (119, 60, 20, 4), (79, 40, 20, 5)],
)
def test_groups_are_exact_on_raw_counts(her2: int, cep17: int, cells: int, group: int) -> None:
    """By hand: 120/60 = 2; 120/30 = 4; 120/31 < 4; 120/61 < 2; 120/20 = 6; 119/60 < 2."""
    probe = DualProbe.counted(her2_signals=her2, cep17_signals=cep17, cells=cells)
    assert ish_group(probe) == Known(IshGroup(group))


SAME = {1: ("2.0", "4.0"), 2: ("2.0", "3.9"), 3: ("1.9", "6.0"), 4: ("1.9", "5.9"), 5: ("1", "2")}


@pytest.mark.parametrize("guideline", [V2018, V2023], ids=lambda g: g.version)
@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (1, ("positive", "positive", "positive", "positive")),
        (2, ("negative", "negative", "negative", "positive")),
        (3, ("negative", "negative", "positive", "positive")),
        (4, ("negative", "negative", "negative", "positive")),
        (5, ("negative", "negative", "negative", "? HER2 IHC and ISH")),
    ],
)
def test_final_result_beside_each_ihc_score_after_a_recount_that_agrees(
    guideline: Her2Guideline, group: int, expected: tuple[str, ...]
) -> None:
    """Clinical facts 7; group 5 beside 3+ contradicts the rule for IHC, so nobody decides here."""
    probe = dual(*SAME[group])
    tissues = [Her2Tissue(ihc=score, dual=probe, recount=probe) for score in SCORES]
    assert tuple(short(her2_outcome(t, guideline)) for t in tissues) == expected


@pytest.mark.parametrize("group", [2, 3, 4])
def test_ihc_2_with_groups_2_to_4_needs_a_blinded_recount_in_the_same_group(group: int) -> None:
    """Wolff 2018, figures 4 to 6."""
    probe = dual(*SAME[group])
    none = her2_outcome(Her2Tissue(ihc=IhcScore.TWO, dual=probe), V2018)
    assert short(none) == "? blinded recount of ISH"
    for recount, field in (
        (dual(*SAME[5]), "blinded recount of ISH"),
        (dual(*SAME[group], cells=19), "cells of the recount"),
        (dual("2.0", None), "HER2 copies per cell"),
    ):
        tissue = Her2Tissue(ihc=IhcScore.TWO, dual=probe, recount=recount)
        assert short(her2_outcome(tissue, V2018)) == f"? {field}"


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (1, "positive"),
        (2, "? HER2 IHC"),
        (3, "? HER2 IHC"),
        (4, "? HER2 IHC"),
        (5, "negative"),
    ],
)
def test_without_ihc_only_groups_1_and_5_are_final(group: int, expected: str) -> None:
    assert short(her2_outcome(Her2Tissue(dual=dual(*SAME[group])), V2018)) == expected


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        ("1.799", "negative"),
        ("1.8", "equivocal"),
        ("2.0", "equivocal"),
        ("2.2", "equivocal"),
        ("2.201", "positive"),
    ],
)
def test_2007_reads_the_ratio_alone_and_is_equivocal_from_1_8_to_2_2(
    ratio: str, expected: str
) -> None:
    """Wolff 2007, table of results; copies count there only without a second probe."""
    for copies in (None, "3.0", "9.0"):
        tissue = Her2Tissue(ihc=IhcScore.TWO, dual=dual(ratio, copies))
        assert short(her2_outcome(tissue, V2007)) == expected


@pytest.mark.parametrize(
    ("ratio", "copies", "expected"),
    [
        ("2.0", "3.9", "positive"),
        ("2.0", None, "positive"),
        ("1.999", "6.0", "positive"),
        ("1.999", "5.999", "equivocal"),
        ("1.999", "4.0", "equivocal"),
        ("1.999", "3.999", "negative"),
        ("1.999", None, "? HER2 copies per cell"),
    ],
)
def test_2013_is_positive_by_ratio_or_by_copies_and_equivocal_from_4_to_below_6(
    ratio: str, copies: str | None, expected: str
) -> None:
    """Wolff 2013, as Singh 2016 (Breast Cancer Res Treat 157:405) restates it."""
    tissue = Her2Tissue(ihc=IhcScore.TWO, dual=dual(ratio, copies))
    assert short(her2_outcome(tissue, V2013)) == expected


@pytest.mark.parametrize("guideline", [V2007, V2013], ids=["2007", "2013"])
@pytest.mark.parametrize(
    ("ratio", "copies", "expected"),
    [
        ("3.0", "8.0", ("? HER2 IHC and ISH", "? HER2 IHC and ISH", "positive", "positive")),
        ("1.9", "5.0", ("negative", "negative", "equivocal", "positive")),
        ("1.0", "2.0", ("negative", "negative", "negative", "? HER2 IHC and ISH")),
    ],
)
def test_until_2013_an_equivocal_test_is_settled_by_the_other_and_clear_ones_must_agree(
    guideline: Her2Guideline, ratio: str, copies: str, expected: tuple[str, ...]
) -> None:
    tissues = [Her2Tissue(ihc=score, dual=dual(ratio, copies)) for score in SCORES]
    assert tuple(short(her2_outcome(t, guideline)) for t in tissues) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("asco_cap_2007", ("negative", "negative", "equivocal", "positive", "? HER2 IHC")),
        ("asco_cap_2013", ("negative", "negative", "equivocal", "positive", "? HER2 IHC")),
        ("asco_cap_2018", ("negative", "negative", "? HER2 ISH", "positive", "? HER2 IHC")),
        ("asco_cap_2023", ("negative", "negative", "? HER2 ISH", "positive", "? HER2 IHC")),
    ],
)
def test_ihc_alone_leaves_2_open(version: str, expected: tuple[str, ...]) -> None:
    """No result is equivocal from 2018 on: what is missing is named instead."""
    tissues = [Her2Tissue(ihc=score) for score in (*SCORES, None)]
    found = tuple(short(her2_outcome(t, her2_guideline(version))) for t in tissues)
    assert found == expected


@pytest.mark.parametrize(
    ("copies", "expected"),
    [
        ("6.0", ("positive", "positive", "positive", "positive", "positive")),
        ("5.999", ("negative", "negative", "? dual-probe ISH", "positive", "? HER2 IHC")),
        ("4.0", ("negative", "negative", "? dual-probe ISH", "positive", "? HER2 IHC")),
        ("3.999", ("negative", "negative", "negative", "? HER2 IHC and ISH", "negative")),
    ],
)
def test_one_probe_by_2018(copies: str, expected: tuple[str, ...]) -> None:
    """Wolff 2018, figure 2."""
    tissues = [Her2Tissue(ihc=score, single=single(copies)) for score in (*SCORES, None)]
    assert tuple(short(her2_outcome(t, V2018)) for t in tissues) == expected


@pytest.mark.parametrize(
    ("copies", "expected"),
    [
        ("3.999", "negative"),
        ("4.0", "equivocal"),
        ("6.0", "equivocal"),
        ("6.001", "positive"),
    ],
)
def test_one_probe_by_2007_is_equivocal_from_4_to_6(copies: str, expected: str) -> None:
    """Wolff 2007, table of results."""
    assert short(her2_outcome(Her2Tissue(single=single(copies)), V2007)) == expected


def test_two_probes_settle_what_one_left_open() -> None:
    tissue = Her2Tissue(ihc=IhcScore.TWO, single=single("5.0"), dual=dual("2.5", "5.0"))
    assert short(her2_outcome(tissue, V2018)) == "positive"


def test_unconfirmed_figures_must_be_stated_by_who_judges() -> None:
    """None stands for them in the table; this test states limits of its own: 3 to 5 copies."""
    assert her2_guideline("asco_cap_2007").unconfirmed == ("least number of cells",)
    assert her2_guideline("asco_cap_2013").unconfirmed == ("single-probe limits",)
    assert V2018.unconfirmed == V2023.unconfirmed == ()
    with pytest.raises(MethodError, match="least number of cells"):
        her2_outcome(Her2Tissue(dual=dual("1", "1")), her2_guideline("asco_cap_2007"))
    tissue = Her2Tissue(single=single("3.0"))
    with pytest.raises(MethodError, match="single-probe limits"):
        her2_outcome(tissue, V2013)
    own = V2013.stating(single_equivocal=Band(Fraction(3), Fraction(5)))
    assert short(her2_outcome(tissue, own)) == "equivocal"
    assert short(her2_outcome(Her2Tissue(single=single("5.0")), own)) == "positive"
    assert short(her2_outcome(Her2Tissue(single=single("2.9")), own)) == "negative"


def test_a_confirmed_figure_cannot_be_replaced() -> None:
    with pytest.raises(MethodError, match="its source confirms the figure"):
        V2018.stating(least_cells=5)


@pytest.mark.parametrize(("cells", "got"), [(19, "19"), (None, "")])
def test_fewer_than_20_cells_or_an_unknown_number_give_no_result(
    cells: int | None, got: str
) -> None:
    for tissue in (Her2Tissue(dual=dual("3", "9", cells)), Her2Tissue(single=single("9", cells))):
        outcome = her2_outcome(tissue, V2018)
        assert isinstance(outcome.result, Unknown)
        problem = outcome.result.problems[0]
        assert (problem.field, problem.got) == ("cells counted", got)
        assert problem.wanted == "at least 20 cells"


ZERO, LOW, POSITIVE = Her2Level
NOT_AMPLIFIED, AMPLIFIED = dual("1.0", "2.0"), dual("3.0", "9.0")


@pytest.mark.parametrize(
    ("ihc", "probe", "level"),
    [
        (IhcScore.ZERO, None, ZERO),
        (IhcScore.ONE, None, LOW),
        (IhcScore.TWO, NOT_AMPLIFIED, LOW),
        (IhcScore.TWO, AMPLIFIED, POSITIVE),
        (IhcScore.THREE, None, POSITIVE),
        (IhcScore.ZERO, NOT_AMPLIFIED, ZERO),
        (None, AMPLIFIED, POSITIVE),
    ],
)
def test_low_is_1_or_2_that_is_not_amplified(
    ihc: IhcScore | None, probe: DualProbe | None, level: Her2Level
) -> None:
    """Clinical facts 7; Wolff 2023."""
    assert her2_outcome(Her2Tissue(ihc=ihc, dual=probe), V2023).level == Known(level)


@pytest.mark.parametrize(
    ("tissue", "guideline", "field"),
    [
        (Her2Tissue(dual=NOT_AMPLIFIED), V2018, "HER2 IHC"),
        (Her2Tissue(ihc=IhcScore.TWO), V2018, "HER2 ISH"),
        (Her2Tissue(ihc=IhcScore.TWO), V2013, "HER2 result"),
        (Her2Tissue(), V2018, "HER2 IHC"),
    ],
)
def test_the_level_is_unknown_where_a_test_is_missing(
    tissue: Her2Tissue, guideline: Her2Guideline, field: str
) -> None:
    level = her2_outcome(tissue, guideline).level
    assert isinstance(level, Unknown)
    assert level.problems[0].field == field


def test_levels_and_scores_have_an_order() -> None:
    assert ZERO < LOW < POSITIVE
    assert list(SCORES) == sorted(SCORES)
    assert Her2Result.NEGATIVE < Her2Result.EQUIVOCAL < Her2Result.POSITIVE


def test_raw_counts_stay_with_the_outcome() -> None:
    probe = DualProbe.counted(her2_signals=61, cep17_signals=40, cells=20)
    outcome = her2_outcome(Her2Tissue(ihc=IhcScore.ONE, dual=probe), V2018)
    kept = outcome.tissue.dual
    assert kept is not None
    assert (kept.her2_signals, kept.cep17_signals, kept.cells) == (61, 40, 20)
    assert (outcome.ish, outcome.version) == ("group 5", "asco_cap_2018")


def test_raw_counts_of_one_probe_are_exact_at_6() -> None:
    """By hand: 120 / 20 = 6; 119 / 20 < 6."""
    probes = [SingleProbe.counted(her2_signals=n, cells=20) for n in (120, 119)]
    assert [short(her2_outcome(Her2Tissue(single=p), V2018)) for p in probes] == [
        "positive",
        "? HER2 IHC",
    ]
    assert [p.her2_signals for p in probes] == [120, 119]


def test_without_copies_the_group_is_unknown() -> None:
    verdict = ish_group(dual("2.0", None))
    assert isinstance(verdict, Unknown)
    assert verdict.problems[0].field == "HER2 copies per cell"


def test_bands_read_as_people_write_them() -> None:
    found = [str(row.ratio) for row in V2007.dual]
    assert found == ["> 2.2", ">= 1.8 and <= 2.2", "< 1.8"]
    assert str(Band()) == "any"


@pytest.mark.parametrize("text", ["", "two", "2,1", "-1", "nan", "inf"])
def test_a_stated_number_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(FieldError, match="HER2/CEP17 ratio"):
        DualProbe.stated(ratio=text, copies="4", cells=20)
    with pytest.raises(FieldError, match="HER2 copies per cell"):
        SingleProbe.stated(copies=text, cells=20)


@pytest.mark.parametrize(
    ("her2", "cep17", "cells", "field"),
    [(-1, 1, 1, "HER2 signals"), (1, 0, 1, "CEP17 signals"), (1, 1, 0, "cells counted")],
)
def test_counts_that_cannot_be_are_refused(her2: int, cep17: int, cells: int, field: str) -> None:
    with pytest.raises(FieldError) as caught:
        DualProbe.counted(her2_signals=her2, cep17_signals=cep17, cells=cells)
    assert caught.value.problem.field == field


def test_a_version_that_does_not_exist_is_refused() -> None:
    with pytest.raises(MethodError, match="one of asco_cap_2007, asco_cap_2013"):
        her2_guideline("asco_cap_2008")


numbers = st.fractions(0, 15).map(lambda f: f.limit_denominator(100))


@given(numbers, numbers)
def test_rows_of_each_table_cover_all_numbers_and_never_overlap(
    ratio: Fraction, copies: Fraction
) -> None:
    for guideline in HER2_GUIDELINES.values():
        rows = [r for r in guideline.dual if r.ratio.holds(ratio) and r.copies.holds(copies)]
        assert len(rows) == 1
        if guideline.single is not None:
            assert len([r for r in guideline.single if r.copies.holds(copies)]) == 1
