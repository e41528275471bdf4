"""Laws of judging with three outcomes: Kleene's strong logic, and what a new fact may change."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from made_facts import Statement
from made_rules import MET, NOT_MET, RULE, TODAY, UNKNOWN, judged, outcome
from petrial.protocol.rules import All, Any, Not, Rule, items_of

MOST_LEAVES = 6


def leaf(number: int) -> Rule:
    """Return a rule over an item of its own: 1 meets it, 2 fails it."""
    return RULE.validate_python({"test": "at_most", "item": f"facts.item_{number}", "value": 1})


def stated(values: dict[int, str]) -> list[Statement]:
    return [(f"visit/facts.item_{number}", value) for number, value in values.items()]


def nested(leaves: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    """Return rules made of leaves with all, any and not."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(lambda one: Not(test="not", rule=one)),
            st.lists(inner, max_size=3).map(lambda some: All(test="all", rules=tuple(some))),
            st.lists(inner, max_size=3).map(lambda some: Any(test="any", rules=tuple(some))),
        ),
        max_leaves=MOST_LEAVES,
    )


SHARED = nested(st.integers(0, MOST_LEAVES - 1).map(leaf))
"""Rules in which one item may stand several times."""

FACTS = st.dictionaries(st.integers(0, MOST_LEAVES - 1), st.sampled_from(["1", "2"]))
"""What is stated: by number of the item 1 (met) or 2 (not met); others are missing."""


def apart(rule: Rule, numbers: list[int]) -> Rule:
    """Return the same rule with a different item at each leaf; ``numbers`` counts them."""
    match rule:
        case All():
            return All(test="all", rules=tuple(apart(one, numbers) for one in rule.rules))
        case Any():
            return Any(test="any", rules=tuple(apart(one, numbers) for one in rule.rules))
        case Not():
            return Not(test="not", rule=apart(rule.rule, numbers))
        case _:
            numbers.append(len(numbers))
            return leaf(numbers[-1])


def in_two_values(rule: Rule, values: dict[int, str]) -> bool:
    """Return what ordinary logic says where every fact is there: the oracle of these tests."""
    match rule:
        case All():
            return all(in_two_values(one, values) for one in rule.rules)
        case Any():
            return any(in_two_values(one, values) for one in rule.rules)
        case Not():
            return not in_two_values(rule.rule, values)
        case _:
            (path,) = items_of(rule)
            return values[int(path.rpartition("_")[2])] == "1"


@given(SHARED, FACTS)
def test_it_is_unknown_exactly_where_the_missing_facts_could_decide(
    shared: Rule, known: dict[int, str]
) -> None:
    """Every way to fill the gaps is tried with ordinary logic; each item stands once.

    Where no item stands twice, Kleene's strong tables (Introduction to Metamathematics, 1952,
    paragraph 64) and trying all ways agree, by induction over the rule.
    """
    numbers: list[int] = []
    rule = apart(shared, numbers)
    known = {number: value for number, value in known.items() if number in numbers}
    gaps = [number for number in numbers if number not in known]
    ways = {
        in_two_values(rule, {**known, **dict(zip(gaps, way, strict=True))})
        for way in product("12", repeat=len(gaps))
    }
    expected = UNKNOWN if len(ways) == 2 else MET if ways == {True} else NOT_MET
    found = judged(rule, *stated(known))
    assert found.outcome is expected
    assert set(found.missing) <= {f"facts.item_{number}" for number in gaps}


@given(SHARED, FACTS)
def test_not_twice_changes_nothing(rule: Rule, known: dict[int, str]) -> None:
    twice = Not(test="not", rule=Not(test="not", rule=rule))
    assert judged(twice, *stated(known)) == judged(rule, *stated(known))


@given(st.lists(SHARED, max_size=3), FACTS)
def test_de_morgan(rules: list[Rule], known: dict[int, str]) -> None:
    """Outcome, evidence and gaps alike: not all = any not, not any = all not."""
    negated = tuple(Not(test="not", rule=one) for one in rules)
    facts = stated(known)
    every, some = All(test="all", rules=tuple(rules)), Any(test="any", rules=tuple(rules))
    assert judged(Not(test="not", rule=every), *facts) == judged(
        Any(test="any", rules=negated), *facts
    )
    assert judged(Not(test="not", rule=some), *facts) == judged(
        All(test="all", rules=negated), *facts
    )


@given(st.lists(SHARED, max_size=4), FACTS)
def test_all_is_the_least_and_any_the_greatest_of_the_parts(
    rules: list[Rule], known: dict[int, str]
) -> None:
    """In the order not met < unknown < met; of no parts at all: met, and not met."""
    order = [NOT_MET, UNKNOWN, MET]
    facts = stated(known)
    ranks = [order.index(outcome(one, *facts)) for one in rules]
    every, some = All(test="all", rules=tuple(rules)), Any(test="any", rules=tuple(rules))
    assert outcome(every, *facts) is order[min(ranks, default=2)]
    assert outcome(some, *facts) is order[max(ranks, default=0)]


@given(SHARED, FACTS)
def test_what_is_decided_misses_nothing_and_what_is_unknown_names_what_it_misses(
    rule: Rule, known: dict[int, str]
) -> None:
    found = judged(rule, *stated(known))
    assert bool(found.missing) == (found.outcome is UNKNOWN)


EVERY_KIND: list[dict[str, object]] = [
    {"test": "at_most", "item": "history.performance", "value": 2},
    {"test": "below", "item": "history.bilirubin@screening", "value": 17},
    {"test": "one_of", "item": "history.pregnancy", "values": ["no"]},
    {"test": "stated", "item": "history.blocker"},
    {"test": "within", "item": "history.blocker_started_on", "days": 28},
    {
        "test": "within",
        "item": "history.blocker_started_on",
        "days": 28,
        "of": "history.blocker_stopped_on",
    },
    {"test": "age_above", "item": "history.born_on", "years": 18},
    {"test": "rise_above", "item": "history.bilirubin", "percent": 50, "days": 14},
    {"test": "consented", "consent": "taking_part"},
]
"""One rule of each kind, over real items of the tiny trial."""

SAYINGS: dict[str, list[Statement]] = {
    "performance": [("screening/history.performance", text, "2024-05-20") for text in "123"],
    "bilirubin": [
        ("screening/history.bilirubin", text, day)
        for text in ("10", "20")
        for day in ("2024-05-12", "2024-05-20")
    ],
    "pregnancy": [("screening/history.pregnancy", text) for text in ("yes", "no")],
    "blocker": [
        ("screening/history.blocker", "none"),
        ("screening/history.blocker", None, "", "not-done"),
    ],
    "started": [
        ("screening/history.blocker_started_on", text, "2024-05-20")
        for text in ("2024-05-01", "2024-01-01")
    ],
    "stopped": [
        ("screening/history.blocker_stopped_on", text, "2024-05-20")
        for text in ("2024-05-03", "2024-04-30")
    ],
    "born": [("screening/history.born_on", text) for text in ("1960-05-21", "2005", "2015")],
    "consent": [("@own/@consent.taking_part", text) for text in ("given", "refused")],
}


@given(
    nested(st.sampled_from(EVERY_KIND).map(RULE.validate_python)),
    st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(said) for name, said in SAYINGS.items()}
    ),
    st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(said) for name, said in SAYINGS.items()}
    ),
)
def test_a_fact_where_nothing_was_stated_never_changes_what_is_decided(
    rule: Rule, before: dict[str, Statement], new: dict[str, Statement]
) -> None:
    """The law of new facts, over rules of every kind: unknown may become met or not met; met and
    not met stay. It holds for facts at places of which nothing was stated. A newer statement of an
    item that has one (a correction, another visit) may of course change everything.
    """
    was = outcome(rule, *before.values())
    added = [said for name, said in new.items() if name not in before]
    assert was in {UNKNOWN, outcome(rule, *before.values(), *added)}


def test_the_oracle_tells_the_three_outcomes_apart() -> None:
    """That the laws above are not empty: each outcome does occur."""
    either = RULE.validate_python({"test": "any", "rules": [leaf(0), leaf(1)]})
    found = [outcome(either, *stated({0: one})) for one in "12"]
    assert [*found, outcome(either, *stated({0: "2", 1: "2"}), on=TODAY)] == [MET, UNKNOWN, NOT_MET]
