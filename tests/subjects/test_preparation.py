"""Deviations of how an injection was prepared and given: glucose, fasting, antibody, extravasation.

Masses of 50 mg, and 10 mg on trastuzumab, are Dijkers 2010. Glucose of 11 mmol/L, four hours and
the tolerance of a mass are figures of the file that nobody has confirmed, and are said to be so.
"""

from datetime import date

import pytest

from made_course import made_course_data
from made_facts import Statement, made_state
from made_protocol import figure
from petrial.adapters.files.protocol import built_in_text, parse_protocol
from petrial.protocol.check import problems_of
from petrial.protocol.model import Protocol
from petrial.subjects.deviations import Deviation, DeviationKind, at_once, deviations

IMPACT = parse_protocol(built_in_text("impact-mbc"), "impact-mbc")
ANTIBODY, GLUCOSE = DeviationKind.ANTIBODY, DeviationKind.GLUCOSE
FASTING, EXTRAVASATION = DeviationKind.FASTING, DeviationKind.EXTRAVASATION
KINDS = {ANTIBODY, GLUCOSE, FASTING, EXTRAVASATION}


def injected(event: str, tracer: str, **values: str) -> tuple[Statement, ...]:
    form = f"{event}/administration"
    said = {"tracer": tracer, "injected_at": "2024-05-17T12:30:00+02:00"} | values
    return tuple((f"{form}.{item}", value) for item, value in said.items())


def of(*said: Statement, protocol: Protocol = IMPACT) -> list[Deviation]:
    found = deviations(protocol, made_state(*said), date(2024, 6, 1))
    return [one for one in found if one.kind in KINDS]


def fdg(**values: str) -> tuple[Statement, ...]:
    return injected("fdg_pet", "18F-FDG", **values)


def zirconium(**values: str) -> tuple[Statement, ...]:
    return injected("her2_injection", "89Zr-trastuzumab", **values)


@pytest.mark.parametrize(("glucose", "outside"), [("5.1", 0), ("11", 0), ("11.1", 1), ("18", 1)])
def test_glucose_above_the_maximum_is_a_deviation_and_the_maximum_is_not(
    glucose: str, outside: int
) -> None:
    found = of(*fdg(glucose=glucose))
    assert [one.kind for one in found] == [GLUCOSE] * outside
    for one in found:
        assert one.rule == "tracers.18F-FDG.glucose_maximum"
        assert (one.found, one.allowed) == (f"{glucose} mmol/L", "at most 11 mmol/L")
        assert one.unconfirmed
        assert [source.place.item for source in one.sources] == ["injected_at", "glucose"]


@pytest.mark.parametrize(("hours", "outside"), [("3.5", 1), ("4", 0), ("12", 0)])
def test_a_shorter_fast_than_asked_is_a_deviation(hours: str, outside: int) -> None:
    found = of(*fdg(fasted=hours))
    assert [(one.kind, one.unconfirmed) for one in found] == [(FASTING, True)] * outside
    assert [one.found for one in found] == [f"{hours} h"] * outside


@pytest.mark.parametrize(
    ("on_trastuzumab", "mass", "prescribed"),
    [
        ("no", "50", ""),
        ("no", "45", ""),
        ("no", "55", ""),
        ("no", "44.9", "45 to 55 mg"),
        ("no", "10", "45 to 55 mg"),
        ("yes", "10", ""),
        ("yes", "50", "9 to 11 mg"),
    ],
)
def test_the_mass_of_antibody_is_that_for_whom_it_is_given_to(
    on_trastuzumab: str, mass: str, prescribed: str
) -> None:
    """10 % of 50 mg and of 10 mg, by hand; the tolerance is nobody's, so it is not confirmed."""
    found = of(*zirconium(on_trastuzumab=on_trastuzumab, antibody_mass=mass))
    assert [one.kind for one in found] == ([ANTIBODY] if prescribed else [])
    for one in found:
        assert one.allowed.startswith(prescribed)
        assert one.unconfirmed
        assert {source.place.item for source in one.sources} == {
            *("injected_at", "antibody_mass", "on_trastuzumab"),
        }


def test_without_knowing_of_trastuzumab_no_mass_is_judged() -> None:
    assert of(*zirconium(antibody_mass="30")) == []


def test_without_a_tolerance_a_mass_is_the_one_that_is_prescribed() -> None:
    tracers = [tracer.model_dump(mode="json") for tracer in IMPACT.tracers]
    for antibody in tracers[1]["antibody"]:
        antibody["tolerance"] = None
    protocol = Protocol.model_validate(IMPACT.model_dump(mode="json") | {"tracers": tracers})
    said = zirconium(on_trastuzumab="no", antibody_mass="50.1")
    (found,) = of(*said, protocol=protocol)
    assert (found.found, found.unconfirmed) == ("50.1 mg", False)
    assert of(*zirconium(on_trastuzumab="no", antibody_mass="50"), protocol=protocol) == []


@pytest.mark.parametrize(("seen", "outside"), [("none", 0), ("suspected", 0), ("seen", 1)])
@pytest.mark.parametrize(
    ("event", "tracer"),
    [
        ("fes_injection", "18F-FES"),
        ("her2_injection", "89Zr-trastuzumab"),
        ("fdg_pet", "18F-FDG"),
        ("bone_scintigraphy", "99mTc-bisphosphonate"),
    ],
)
def test_activity_that_was_seen_beside_the_vein_is_a_deviation(
    event: str, tracer: str, seen: str, outside: int
) -> None:
    found = of(*injected(event, tracer, extravasation=seen))
    assert [one.kind for one in found] == [EXTRAVASATION] * outside


def test_what_one_statement_can_break_is_known_at_once_and_missing_events_are_not() -> None:
    state = made_state(("screening/eligibility.screened_on", "2024-05-15"), *fdg(glucose="12"))
    assert [one.kind for one in at_once(IMPACT, state)] == [GLUCOSE]
    late = deviations(IMPACT, state, date(2030, 1, 1))
    assert set(at_once(IMPACT, state)) < set(late)


def with_glucose(**item: object) -> Protocol:
    data = made_course_data()
    given = next(form for form in data["forms"] if form["name"] == "given")
    sugar = {"name": "glucose", "title": "Sugar", "type": "number", "unit": "mmol/L"}
    given["items"] = [*given["items"], sugar | item]
    next(t for t in data["tracers"] if t["name"] == "18F-FDG")["glucose_maximum"] = figure(
        9, "mmol/L"
    )
    return Protocol.model_validate(data)


def test_another_protocol_has_its_own_maximum() -> None:
    said: tuple[Statement, ...] = (
        ("fdg/given.tracer", "18F-FDG"),
        ("fdg/given.injected_at", "2024-06-17T09:00:00+02:00"),
        ("fdg/given.glucose", "9.5"),
    )
    (found,) = of(*said, protocol=with_glucose())
    assert (found.allowed, found.unconfirmed) == ("at most 9 mmol/L", False)


@pytest.mark.parametrize("item", [{"unit": "mg/dL"}, {"type": "text", "unit": ""}])
def test_an_item_that_the_program_reads_where_there_is_one_has_its_type_and_unit(
    item: dict[str, object],
) -> None:
    fields = [problem.field for problem in problems_of(with_glucose(**item))]
    assert any(field.startswith("forms.given.items.glucose.") for field in fields)
    right = [problem.field for problem in problems_of(with_glucose())]
    assert not any(field.startswith("forms.given.items.glucose.") for field in right)
