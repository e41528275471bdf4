"""Two protocols differ where one was changed, and nowhere else; another order is no change."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_damages import DAMAGES
from made_protocol import figure, made_data, made_protocol
from petrial.protocol.difference import Difference, differences, headlines
from petrial.protocol.model import Protocol


def changed(*changes: tuple[tuple[str | int, ...], object]) -> Protocol:
    """Return the tiny trial with values put at the ends of steps."""
    data = made_data()
    for steps, value in changes:
        part: Any = data
        for step in steps[:-1]:
            part = part[step]
        part[steps[-1]] = value
    return Protocol.model_validate(data)


def against_the_tiny_trial(
    *changes: tuple[tuple[str | int, ...], object],
) -> tuple[Difference, ...]:
    return differences(made_protocol(), changed(*changes))


def test_a_protocol_does_not_differ_from_itself() -> None:
    assert differences(made_protocol(), made_protocol()) == ()
    assert headlines(made_protocol(), made_protocol()) == ()


def shuffled(data: Any, chance: random.Random) -> Any:  # noqa: ANN401  any part of plain data
    if isinstance(data, dict):
        return {key: shuffled(data[key], chance) for key in data}
    if isinstance(data, list):
        return chance.sample([shuffled(one, chance) for one in data], len(data))
    return data


@given(st.randoms(use_true_random=False))
def test_another_order_of_every_list_is_no_difference(chance: random.Random) -> None:
    data = made_data()
    data["tracers"][0]["antibody"] = [
        {"mass": figure(50, "mg"), "text": "without trastuzumab"},
        {"mass": figure(10, "mg"), "text": "on trastuzumab"},
    ]
    one = Protocol.model_validate(data)
    other = Protocol.model_validate(shuffled(data, chance))
    assert differences(one, other) == ()


def test_the_order_of_an_ordered_list_is_a_difference() -> None:
    data = made_data()
    data["code_lists"][1]["ordered"] = True
    one = Protocol.model_validate(data)
    data["code_lists"][1]["codes"].reverse()
    other = Protocol.model_validate(data)
    assert differences(one, other) == (
        Difference("code_lists.pregnancy.order", "no, yes, feeding", "feeding, yes, no"),
    )


@pytest.mark.parametrize("name", DAMAGES)
def test_every_change_is_a_difference_and_swaps_with_the_protocols(name: str) -> None:
    """Whatever is changed is seen; from the other side before and after change places."""
    data = made_data()
    DAMAGES[name][0](data)
    one, other = made_protocol(), Protocol.model_validate(data)
    there, back = differences(one, other), differences(other, one)
    assert there
    assert {(d.path, d.before, d.after) for d in there} == {
        (d.path, d.after, d.before) for d in back
    }


@pytest.mark.parametrize(
    ("steps", "value", "expected"),
    [
        (
            ("events", 2, "due", "after", "value"),
            1,
            Difference("events.scan.due.after", "0 d", "1 d"),
        ),
        (
            ("events", 2, "due", "anchor"),
            "screening",
            Difference("events.scan.due.anchor", "injection", "screening"),
        ),
        (
            ("tracers", 0, "activity", "source"),
            "unconfirmed",
            Difference("tracers.18F-FES.activity.source", "plan", "unconfirmed"),
        ),
        (
            ("tracers", 0, "activity", "note"),
            "about",
            Difference("tracers.18F-FES.activity.note", "", "about"),
        ),
        (
            ("criteria", 0, "rule", "years"),
            16,
            Difference(
                "criteria.I1.rule",
                "age is above 18 whole years, by Date of birth (Visit and history)",
                "age is above 16 whole years, by Date of birth (Visit and history)",
            ),
        ),
        (
            ("events", 2, "required"),
            False,
            Difference("events.scan.required", "yes", "no"),
        ),
        (
            ("visibility", "imaging"),
            ["reader", "data-manager"],
            Difference(
                "visibility.imaging", "technologist, reader, data-manager", "reader, data-manager"
            ),
        ),
        (
            ("forms", 0, "items", 0, "required"),
            {"test": "stated", "item": "history.remark"},
            Difference(
                "forms.history.items.visited_on.required",
                "always",
                "Remark (Visit and history) is stated",
            ),
        ),
        (
            ("tracers", 0, "activity"),
            None,
            Difference("tracers.18F-FES.activity", "200 MBq (source: plan)", ""),
        ),
        (
            ("response", 0, "figures", "stable"),
            figure(3, "1"),
            Difference("response.recist.figures.stable", "", "3 (source: plan)"),
        ),
        (
            ("tracers", 0, "antibody"),
            [{"mass": figure(50, "mg"), "text": "without trastuzumab"}],
            Difference(
                "tracers.18F-FES.antibody[1]",
                "",
                "mass: 50 mg (source: plan); text: without trastuzumab",
            ),
        ),
    ],
)
def test_a_change_is_told_with_its_path_and_both_sides(
    steps: tuple[str | int, ...], value: object, expected: Difference
) -> None:
    assert against_the_tiny_trial((steps, value)) == (expected,)


def test_a_new_event_is_one_difference_that_says_what_it_holds() -> None:
    data = made_data()
    data["events"].append({**data["events"][2], "name": "rescan", "title": "Second FES-PET"})
    (one,) = differences(made_protocol(), Protocol.model_validate(data))
    assert one.path == "events.rescan"
    assert one.before == ""
    assert one.after == (
        "name: rescan; title: Second FES-PET; happened: scan.scan_started_at; forms: scan; "
        "due: (anchor: injection; offset: 0 d (source: plan); before: 0 d (source: plan); "
        "after: 0 d (source: plan)); required: yes; tracer: 18F-FES; source: plan"
    )


def test_a_rule_on_another_item_of_the_same_title_is_a_difference() -> None:
    data = made_data()
    item = {"name": "born", "title": "Date of birth", "type": "date", "personal": True}
    data["forms"][0]["items"].append(item)
    one = Protocol.model_validate(data)
    data["criteria"][0]["rule"]["item"] = "history.born"
    other = Protocol.model_validate(data)
    (found,) = differences(one, other)
    assert "history.born_on" in found.before
    assert "history.born_on" not in found.after


def test_headlines_say_what_an_amendment_must_look_at() -> None:
    changes: list[tuple[tuple[str | int, ...], object]] = [
        (("identity", "version"), "1.1"),
        (("consents", 1, "required"), True),
        (("criteria", 0, "rule", "years"), 16),
        (("events", 2, "due", "after", "value"), 1),
        (("conflicts", 0, "gap", "value"), 8),
        (("tracers", 0, "uptake", "target", "value"), 70),
        (("tracers", 0, "activity", "value"), 185),
        (("forms", 0, "title"), "Visit"),
        (("disclosures", 0, "requires"), []),
        (("outcomes", 1, "text"), "Time to death or progression."),
        (("tracers", 0, "note"), "a remark alone is no headline"),
    ]
    assert headlines(made_protocol(), changed(*changes)) == (
        "Consents change (findings): decide who must consent again.",
        "Criteria change (I1): later screenings are judged by the new ones.",
        (
            "Windows change (18F-FES, scan, fes_before_therapy): what is due, overdue or a "
            "deviation is judged anew."
        ),
        (
            "What is injected changes (18F-FES): the radiation dose that subjects were told of may "
            "change."
        ),
        "Forms change (history): what is entered from then on changes.",
        "Who sees what changes (imaging therapy): check the blinding.",
        "Outcomes change (survival): the analysis plan must follow.",
    )


def test_a_changed_protocol_of_the_same_version_is_told() -> None:
    assert headlines(made_protocol(), changed((("sites", 0, "city"), "Assen"))) == (
        "Both are version 1.0: give the changed one a higher version before it is adopted.",
    )


def test_an_event_that_goes_and_another_trial_are_told() -> None:
    data = made_data()
    data["identity"]["name"] = "other_trial"
    data["events"].pop(3)
    assert headlines(made_protocol(), Protocol.model_validate(data)) == (
        "Events come or go (therapy): subjects under way are affected.",
        "These are two trials: tiny_trial and other_trial.",
    )
