"""A protocol that is damaged in one way is refused at that spot, and a whole one is not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_damages import DAMAGES, INJECTED, Damage, Data, put
from made_protocol import figure, made_data, made_protocol
from petrial.protocol.check import problems_of, unconfirmed, unconfirmed_parts
from petrial.protocol.figures import UNCONFIRMED
from petrial.protocol.forms import KINDS, FormKind
from petrial.protocol.model import Protocol
from petrial.protocol.places import figures_of, places


def faults(data: Data) -> dict[str, str]:
    """Return the path of each problem with what is wanted there."""
    return {p.field: p.wanted for p in problems_of(Protocol.model_validate(data))}


def damaged(damage: Damage) -> dict[str, str]:
    data = made_data()
    damage(data)
    return faults(data)


def test_the_tiny_trial_has_no_problem() -> None:
    assert problems_of(made_protocol()) == ()


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damage_is_named_at_its_spot(name: str) -> None:
    damage, path = DAMAGES[name]
    assert path in damaged(damage)


REFERENCES: dict[str, tuple[str | int, ...]] = {
    "events.scan.due.anchor": ("events", 2, "due", "anchor"),
    "events.scan.forms[1]": ("events", 2, "forms", 0),
    "events.scan.tracer": ("events", 2, "tracer"),
    "tracers.18F-FES.injection": ("tracers", 0, "injection"),
    "tracers.18F-FES.scan": ("tracers", 0, "scan"),
    "disclosures.imaging therapy.requires[1]": ("disclosures", 0, "requires", 0),
    "forms.injection.group": ("forms", 1, "group"),
    "forms.scan.items.corrected.group": ("forms", 2, "items", 3, "group"),
    "forms.injection.items.tracer.codes": (*INJECTED, 0, "codes"),
    "criteria.E1.rule.values[1]": ("criteria", 2, "rule", "values", 0),
}


@given(
    st.sets(st.sampled_from(sorted(REFERENCES)), min_size=1), st.from_regex(r"\Az[a-z0-9_]{1,9}\Z")
)
def test_all_names_that_lead_nowhere_are_named_together(paths: set[str], name: str) -> None:
    """No name of the tiny trial begins with z, so each such name leads nowhere."""
    data = made_data()
    for path in paths:
        put(name, *REFERENCES[path])(data)
    assert paths <= set(faults(data))


@given(st.data())
def test_any_source_that_is_not_in_the_list_is_named(data: st.DataObject) -> None:
    """Every figure and every part with a source, wherever it stands, is looked at."""
    protocol = made_protocol()
    paths = [path for path, _ in places(protocol) if path.endswith(".source")]
    path = data.draw(st.sampled_from(paths))
    dumped = protocol.model_dump(mode="json")
    part: Any = dumped
    for step in _steps(path):
        part = _within(part, step)
    part["source"] = "nowhere"
    assert set(faults(dumped)) == {path}


def _steps(path: str) -> list[str]:
    return path.removesuffix(".source").split(".")


def _within(part: Any, step: str) -> Any:  # noqa: ANN401  any part of plain data
    if isinstance(part, dict):
        name, _, number = step.partition("[")  # a part that nothing names has its number
        return part[name][int(number[:-1]) - 1] if number else part[name]
    keys = ("name", "code", "number")
    for one in part:
        own = next((str(one[k]) for k in keys if k in one), "")
        if step in {
            own,
            f"{one.get('tracer')} {one.get('level')}",
            f"{one.get('group')} {one.get('at')}",
        }:
            return one
    raise KeyError(step)


@pytest.mark.parametrize("kind", [kind for kind in FormKind if KINDS[kind].needed])
def test_a_form_of_a_kind_must_hold_each_item_that_the_program_reads(kind: FormKind) -> None:
    data = made_data()
    data["forms"][0]["kind"] = kind.value
    wanted = {f"forms.history.items.{needed.name}" for needed in KINDS[kind].needed}
    assert wanted <= set(faults(data))


def test_a_ring_of_anchors_is_told_once_with_its_events() -> None:
    problems = damaged(put("therapy", "events", 2, "due", "anchor"))
    assert problems == {
        "events.scan.due.anchor": "an anchor that does not lead back to itself: "
        "scan -> therapy -> scan"
    }


def test_a_wrong_name_brings_the_name_that_was_meant() -> None:
    data = made_data()
    data["events"][2]["due"]["anchor"] = "injektion"
    (problem,) = problems_of(Protocol.model_validate(data))
    assert str(problem) == (
        "protocol: events.scan.due.anchor: found injektion, wanted the name of an event: "
        "screening, injection, therapy. Do: write injection, or add an event of this name"
    )


def test_age_may_be_read_from_a_sealed_date_of_birth_and_a_week_is_a_span() -> None:
    data = made_data()
    data["events"][2]["due"]["after"] = figure(1, "wk")
    data["events"][2]["due"]["before"] = figure(48, "h")
    data["criteria"][0]["rule"]["or_equal"] = True
    assert faults(data) == {}


def test_figures_that_nobody_confirmed_are_listed_with_their_paths() -> None:
    """By hand: the three figures of the tiny trial whose source is the word unconfirmed."""
    assert [(path, str(value)) for path, value in unconfirmed(made_protocol())] == [
        ("tracers.18F-FES.tolerance", "10 %"),
        ("tracers.18F-FES.effective_dose", "0.022 mSv/MBq"),
        ("conflicts.fes_before_therapy.gap", "6 wk"),
    ]


def test_parts_that_nobody_confirmed_are_listed_apart_from_figures() -> None:
    data = made_data()
    data["readings"][0]["source"] = UNCONFIRMED
    assert unconfirmed_parts(made_protocol()) == ()
    assert unconfirmed_parts(Protocol.model_validate(data)) == ("readings.18F-FES lesion",)


def test_every_figure_of_the_tiny_trial_is_walked_over() -> None:
    """By hand: identity, tracer, due, gap, limits, clock of reports, reading, response criteria."""
    assert len(list(figures_of(made_protocol()))) == 1 + 6 + 9 + 1 + 5 + 1 + 2 + 2
