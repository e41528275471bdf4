"""Rules in words say what the rule says; the sentences were written by hand from the rule."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from made_protocol import made_data, made_protocol
from petrial.protocol.events import Moments
from petrial.protocol.model import Protocol
from petrial.protocol.rules import Rule, items_of
from petrial.protocol.words import (
    due_words,
    figure_words,
    gap_words,
    item_words,
    moments_words,
    rule_words,
    window_words,
)

RULE: TypeAdapter[Rule] = TypeAdapter(Rule)

SAID: list[tuple[dict[str, Any], str]] = [
    (
        {"test": "at_most", "item": "history.performance@screening", "value": 2},
        "WHO performance status (Visit and history, at Screening) is at most 2",
    ),
    (
        {"test": "at_least", "item": "history.bilirubin", "value": 17.5},
        "Bilirubin (Visit and history) is at least 17.5 umol/L",
    ),
    (
        {"test": "above", "item": "injection.weight_kg", "value": 40},
        "Body weight (Injection) is above 40 kg",
    ),
    (
        {"test": "below", "item": "injection.weight_kg", "value": 150},
        "Body weight (Injection) is below 150 kg",
    ),
    (
        {"test": "one_of", "item": "history.pregnancy", "values": ["yes", "feeding"]},
        "Pregnant or breast feeding (Visit and history) is Yes or Feeding",
    ),
    (
        {"test": "one_of", "item": "scan.corrected", "values": ["no"]},
        "Corrected for attenuation (PET scan) is no",
    ),
    (
        {"test": "stated", "item": "history.remark"},
        "Remark (Visit and history) is stated",
    ),
    (
        {"test": "within", "item": "history.visited_on", "days": 28},
        (
            "Day of the visit (Visit and history) is at most 28 days before the day of judgement, "
            "and not after it"
        ),
    ),
    (
        {
            "test": "within",
            "item": "history.visited_on",
            "days": 28,
            "of": "scan.scan_started_at",
        },
        (
            "Day of the visit (Visit and history) is at most 28 days before Scan started at "
            "(PET scan), and not after it"
        ),
    ),
    (
        {"test": "age_above", "item": "history.born_on", "years": 18},
        "age is above 18 whole years, by Date of birth (Visit and history)",
    ),
    (
        {"test": "age_above", "item": "history.born_on", "years": 18, "or_equal": True},
        "age is at least 18 whole years, by Date of birth (Visit and history)",
    ),
    (
        {"test": "rise_above", "item": "history.bilirubin", "percent": 50, "days": 14},
        (
            "the newest Bilirubin (Visit and history) is more than 50 % above the lowest of the 14 "
            "days before it"
        ),
    ),
    ({"test": "consented", "consent": "findings"}, "consent is given: To hear findings"),
    (
        {"test": "not", "rule": {"test": "consented", "consent": "findings"}},
        "not this: (consent is given: To hear findings)",
    ),
    (
        {
            "test": "any",
            "rules": [
                {"test": "stated", "item": "history.remark"},
                {"test": "consented", "consent": "findings"},
            ],
        },
        (
            "at least one of these: (Remark (Visit and history) is stated); "
            "(consent is given: To hear findings)"
        ),
    ),
    (
        {"test": "all", "rules": [{"test": "consented", "consent": "findings"}]},
        "consent is given: To hear findings",
    ),
    ({"test": "stated", "item": "lost.item"}, "lost.item is stated"),
    (
        {"test": "stated", "item": "history.remark@lost"},
        "Remark (Visit and history, at lost) is stated",
    ),
    ({"test": "consented", "consent": "lost"}, "consent is given: lost"),
]


@pytest.mark.parametrize(("data", "words"), SAID)
def test_a_rule_is_said_in_words(data: dict[str, Any], words: str) -> None:
    assert rule_words(RULE.validate_python(data), made_protocol()) == words


SIMPLE = [data for data, _ in SAID if data["test"] not in {"any", "all", "not"}]
TREES = st.recursive(
    st.sampled_from(SIMPLE),
    lambda inner: st.one_of(
        st.builds(lambda rule: {"test": "not", "rule": rule}, inner),
        st.builds(
            lambda test, rules: {"test": test, "rules": rules},
            st.sampled_from(["all", "any"]),
            st.lists(inner, min_size=2, max_size=4),
        ),
    ),
    max_leaves=8,
)


@given(TREES, TREES)
def test_two_rules_that_differ_are_said_in_different_words(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    """Else the comparison of two versions would show a change as none."""
    protocol = made_protocol()
    rules = [RULE.validate_python(data) for data in (one, other)]
    said = [rule_words(rule, protocol) for rule in rules]
    assert (said[0] == said[1]) == (rules[0] == rules[1])


@given(TREES)
def test_every_item_of_a_rule_is_named(data: dict[str, Any]) -> None:
    protocol = made_protocol()
    rule = RULE.validate_python(data)
    words = rule_words(rule, protocol)
    assert all(item_words(path, protocol) in words for path in items_of(rule))


@pytest.mark.parametrize(
    ("offset", "every", "words"),
    [
        (7, None, "7 d after FES-PET"),
        (-28, None, "28 d before FES-PET"),
        (0, None, "on the day of FES-PET"),
        (56, 63, "56 d after FES-PET, then every 63 d"),
    ],
)
def test_the_day_of_an_event_is_said_from_its_anchor(
    offset: int, every: int | None, words: str
) -> None:
    data = made_data()
    due = data["events"][3]["due"]
    due["offset"]["value"] = offset
    due["every"] = None if every is None else {"value": every, "unit": "d", "source": "plan"}
    protocol = Protocol.model_validate(data)
    made = protocol.events[3].due
    assert made is not None
    assert due_words(made, protocol) == words


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (0, 0, "that day only"),
        (2, 0, "from 2 d earlier until that day"),
        (0, 4, "until 4 d later"),
        (2, 4, "from 2 d earlier until 4 d later"),
    ],
)
def test_a_window_is_said_from_its_two_ends(before: int, after: int, words: str) -> None:
    data = made_data()
    data["events"][3]["due"]["before"]["value"] = before
    data["events"][3]["due"]["after"]["value"] = after
    made = Protocol.model_validate(data).events[3].due
    assert made is not None
    assert window_words(made) == words


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (6, "not less than 6 wk after it"),
        (0, "not before it"),
        (-2, "not less than 2 wk before it"),
    ],
)
def test_a_gap_is_said_from_the_earlier(gap: int, words: str) -> None:
    made = made_protocol().conflicts[0].gap
    assert gap_words(made.model_copy(update={"value": float(gap)})) == words


def test_moments_are_said_with_the_values_they_hold_for() -> None:
    protocol = made_protocol()
    since = protocol.conflicts[0].since
    assert isinstance(since, Moments)
    assert moments_words(since, protocol) == (
        "First day of the blocker (Visit and history), where "
        "Blocker of the oestrogen receptor (Visit and history) is Tamoxifen"
    )
    assert moments_words(protocol.conflicts[0].later, protocol) == "Injected at (Injection)"


def test_a_figure_is_said_with_all_its_digits() -> None:
    """`%g` would keep six: 0.1234567 and 0.1234568 would look the same."""
    protocol = made_protocol()
    activity = protocol.tracers[0].activity
    assert activity is not None
    fine = activity.model_copy(update={"value": 0.1234567})
    assert figure_words(fine) == "0.1234567 MBq"
    assert figure_words(activity.model_copy(update={"unit": "1"})) == "200"
