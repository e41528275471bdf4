"""QLQ-C30, QLQ-BR23 and EQ-5D: published values, other programs' results, and laws."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrial.subjects.eq5d import DIMENSIONS, EQ5D_VALUE_SETS, Utility, eq5d_value
from petrial.subjects.qlq import QLQ_BR23, QLQ_C30, SUMMARY, Direction, score_br23, score_c30
from petrial.vocabulary.errors import FieldError, MethodError
from petrial.vocabulary.knowledge import Known, Unknown

BY_HAND = {i: 1 + (7 * i) % 4 for i in range(1, 29)} | {29: 5, 30: 6}
"""Answers of clinical facts 11.10."""
FIVE, THREE = "eq5d5l_nl_2016", "eq5d3l_nl_2006"


def expected(data: Path, name: str) -> Any:  # noqa: ANN401  as JSON is
    return json.loads((data / "stats" / "expected" / name).read_text())["cases"]


def rows(data: Path, name: str) -> list[dict[str, int | None]]:
    with (data / "stats" / "inputs" / name).open() as file:
        return [
            {key: int(text) if text else None for key, text in row.items()}
            for row in csv.DictReader(file)
        ]


def values(answers: dict[int, int | None]) -> dict[str, float | None]:
    return {code: score.value for code, score in score_c30(answers).items()}


def utility(state: str, value_set: str) -> float:
    levels = dict(zip(DIMENSIONS, map(int, state), strict=True))
    verdict = eq5d_value(levels, value_set)
    assert isinstance(verdict, Known)
    assert verdict.value.value_set == value_set
    return verdict.value.value


def test_scores_of_the_answers_that_can_be_worked_out_by_hand() -> None:
    """Clinical facts 11.10."""
    found = values(dict(BY_HAND))
    wanted = {"QL": 75, "PF": 40, "RF": 50, "EF": 50, "CF": 50, "SF": 50, "FA": 44.44, "NV": 50}
    wanted |= {"PA": 66.67, "DY": 0, "SL": 33.33, "AP": 100, "CO": 0, "DI": 100, "FI": 0}
    assert found == pytest.approx(wanted | {SUMMARY: 49.66}, abs=0.005)


def test_half_of_the_items_is_enough_and_less_is_not() -> None:
    """Clinical facts 11.10: without items 1 and 2 PF is 55.56, without 1 to 3 it is not scored."""
    three = values(BY_HAND | {1: None, 2: None})
    assert three["PF"] == pytest.approx(55.56, abs=0.005)
    two = score_c30(BY_HAND | {1: None, 2: None, 3: None})
    assert (two["PF"].value, two["PF"].reason) == (None, "2 of 5 items answered")
    assert (two[SUMMARY].value, two[SUMMARY].reason) == (None, "not scored: PF")
    assert two["QL"].value == 75.0
    assert (two["PF"].answered, two["QL"].answered, two[SUMMARY].answered) == (2, 2, 12)


@pytest.mark.parametrize(
    ("missing", "code", "scored"),
    [
        ((21, 22), "EF", True),
        ((21, 22, 23), "EF", False),
        ((10,), "FA", True),
        ((10, 12), "FA", False),
        ((6,), "RF", True),
        ((6, 7), "RF", False),
        ((8,), "DY", False),
    ],
)
def test_the_half_rule_at_its_boundary_in_scales_of_one_to_four_items(
    missing: tuple[int, ...], code: str, *, scored: bool
) -> None:
    """Fayers 2001: at least half of the items of the scale."""
    found = values(BY_HAND | dict.fromkeys(missing))
    assert (found[code] is not None) is scored


def test_all_scores_agree_with_those_of_r(petrial_data: Path) -> None:
    """60 rows scored in base R, as PROscorer does: expected/41."""
    cases = expected(petrial_data, "41_qlq_c30.json")
    answers = rows(petrial_data, "qlq_c30_items.csv")
    assert len(answers) == len(cases["scores"]) == 60
    for row, wanted in zip(answers, cases["scores"], strict=True):
        found = values({int(key.removeprefix("q")): answer for key, answer in row.items()})
        for code, score in zip(cases["columns"], wanted, strict=True):
            assert found[code] == (None if score is None else pytest.approx(score, abs=1e-9))


@given(st.lists(st.one_of(st.none(), st.integers(1, 4)), min_size=28, max_size=28))
def test_a_score_is_0_to_100_and_mirrored_answers_mirror_it(given_: list[int | None]) -> None:
    """Answer a becomes 5 - a, so a score s becomes 100 - s, also the summary."""
    answers = dict(enumerate(given_, start=1))
    mirrored = {item: None if a is None else 5 - a for item, a in answers.items()}
    one, other = values(answers), values(mirrored)
    for code, score in one.items():
        back = other[code]
        if score is None or back is None:
            assert score is back is None
        else:
            assert 0.0 <= score <= 100.0
            assert score + back == pytest.approx(100.0)


@pytest.mark.parametrize("answer", [0, 5, 7, -1, True, 2.5])
@pytest.mark.parametrize("item", [1, 28])
def test_an_answer_out_of_range_is_refused_by_its_item(item: int, answer: int) -> None:
    with pytest.raises(FieldError) as caught:
        score_c30({item: answer})
    assert caught.value.problem.field == f"item {item}"
    assert caught.value.problem.wanted == "a whole number from 1 to 4"


def test_items_29_and_30_go_to_7_and_no_further() -> None:
    assert values({29: 7, 30: 7})["QL"] == 100.0
    with pytest.raises(FieldError, match="item 30: found 8, wanted a whole number from 1 to 7"):
        score_c30({30: 8})


def test_an_item_of_another_questionnaire_is_refused() -> None:
    with pytest.raises(FieldError, match="wanted an item from 1 to 30"):
        score_c30({31: 1})
    with pytest.raises(FieldError, match="wanted an item from 31 to 53"):
        score_br23({30: 1})


def test_each_item_belongs_to_one_scale() -> None:
    c30 = sorted(item for scale in QLQ_C30 for item in scale.items)
    br23 = sorted(item for scale in QLQ_BR23 for item in scale.items)
    assert (c30, br23) == (list(range(1, 31)), list(range(31, 54)))


def test_br23_highest_answers_are_100_but_for_body_image_and_future() -> None:
    """Clinical facts 9.2: two scales have the formula of function; all others that of symptoms."""
    found = score_br23(dict.fromkeys(range(31, 54), 4))
    assert {code: score.value for code, score in found.items()} == {
        "BRBI": 0,
        "BRFU": 0,
        "BRSEF": 100,
        "BRSEE": 100,
        "BRST": 100,
        "BRHL": 100,
        "BRAS": 100,
        "BRBS": 100,
    }


def test_br23_by_hand() -> None:
    """BRST: answers 1, 2, 3, 4, 2, 1, 1 have mean 2, so (2 - 1) / 3; BRBI: mean 1.5."""
    answers = {31: 1, 32: 2, 33: 3, 34: 4, 36: 2, 37: 1, 38: 1, 39: 1, 40: 2}
    found = score_br23(answers)
    assert found["BRST"].value == pytest.approx(100 / 3)
    assert found["BRBI"].value == pytest.approx(100 * (1 - 0.5 / 3))
    assert found["BRAS"].reason == "0 of 3 items answered"


@pytest.mark.parametrize(
    ("code", "asks", "item", "reason"),
    [("BRSEE", 45, 46, "not sexually active"), ("BRHL", 34, 35, "no hair loss")],
)
def test_what_does_not_apply_is_not_scored_and_says_so(
    code: str, asks: int, item: int, reason: str
) -> None:
    """Fayers 2001: enjoyment only if sexually active, upset only if hair was lost."""
    assert score_br23({asks: 1})[code].reason == reason
    odd = score_br23({asks: 1, item: 3})[code]
    assert odd.value is None
    assert odd.reason == f"{reason} by item {asks}, yet item {item} is answered"
    assert score_br23({asks: 2, item: 3})[code].value == pytest.approx(200 / 3)
    assert score_br23({item: 3})[code].value == pytest.approx(200 / 3)
    assert score_br23({asks: 2})[code].reason == "0 of 1 items answered"


@given(st.dictionaries(st.integers(31, 53), st.one_of(st.none(), st.integers(1, 4))))
def test_br23_scores_are_0_to_100_or_have_a_reason(answers: dict[int, int | None]) -> None:
    for score in score_br23(answers).values():
        assert (score.value is None) == bool(score.reason)
        assert score.value is None or 0.0 <= score.value <= 100.0


def test_only_functions_turn_round() -> None:
    assert {s.code for s in QLQ_C30 if s.direction is Direction.FUNCTION} == {
        "PF",
        "RF",
        "EF",
        "CF",
        "SF",
    }


@pytest.mark.parametrize(
    ("state", "value"),
    [
        ("11111", 1.0),
        ("21111", 0.918),
        ("55511", 0.390),
        ("44444", -0.289),
        ("55555", -0.446),
        ("11112", 0.883),
        ("22222", 0.705),
        ("33333", 0.511),
        ("12345", 0.047),
        ("54321", 0.429),
        ("21231", 0.787),
    ],
)
def test_dutch_values_of_five_level_states(state: str, value: float) -> None:
    """Clinical facts 9.4 and 11.9: tests of the R package eq5d, and sums by hand."""
    assert utility(state, FIVE) == value


@pytest.mark.parametrize(
    ("value_set", "inputs", "case", "count"),
    [
        (FIVE, "eq5d5l_states.csv", "vt_5l_netherlands", 40),
        (THREE, "eq5d3l_states.csv", "tto_3l_netherlands", 30),
    ],
)
def test_dutch_values_agree_with_those_of_r(
    petrial_data: Path, value_set: str, inputs: str, case: str, count: int
) -> None:
    """R package eq5d, to its three decimals: expected/42."""
    states = rows(petrial_data, inputs)
    wanted = expected(petrial_data, "42_eq5d.json")[case]
    assert len(states) == len(wanted) == count
    found = [eq5d_value(state, value_set) for state in states]
    assert found == [Known(Utility(value, value_set)) for value in wanted]


@given(st.sampled_from(sorted(EQ5D_VALUE_SETS)), st.data())
def test_a_worse_level_never_has_a_higher_value(value_set: str, data: st.DataObject) -> None:
    levels = EQ5D_VALUE_SETS[value_set].levels
    state = {code: data.draw(st.integers(1, levels), label=code) for code in DIMENSIONS}
    worse = data.draw(st.sampled_from(sorted(DIMENSIONS)))
    if state[worse] == levels:
        state[worse] -= 1
    down = state | {worse: state[worse] + 1}
    one, other = eq5d_value(state, value_set), eq5d_value(down, value_set)
    assert isinstance(one, Known)
    assert isinstance(other, Known)
    assert other.value.value <= one.value.value <= 1.0


def test_unanswered_dimensions_give_no_value_and_are_named() -> None:
    verdict = eq5d_value({"MO": 1, "SC": None, "UA": 1, "AD": 1}, FIVE)
    assert isinstance(verdict, Unknown)
    assert [p.field for p in verdict.problems] == ["SC, self-care", "PD, pain and discomfort"]


@pytest.mark.parametrize(("value_set", "level"), [(FIVE, 6), (FIVE, 0), (THREE, 4), (FIVE, True)])
def test_a_level_out_of_range_is_refused(value_set: str, level: int) -> None:
    """Level 4 with the three-level value set is the wrong value set, so it is refused as well."""
    with pytest.raises(FieldError, match="UA, usual activities"):
        eq5d_value({"UA": level}, value_set)


def test_an_unknown_dimension_or_value_set_is_refused() -> None:
    with pytest.raises(FieldError, match="wanted one of MO, SC, UA, PD, AD"):
        eq5d_value({"mobility": 1}, FIVE)
    with pytest.raises(MethodError, match="wanted one of eq5d5l_nl_2016, eq5d3l_nl_2006"):
        eq5d_value({"MO": 1}, "eq5d5l_uk")
