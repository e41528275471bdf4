"""Injected activity, orders and effective dose, by the law of decay.

Half-lives: 18F 109.77 min, 89Zr 78.41 h. Shares that are left, by hand: 2 ** -(60 / 109.77) =
0.6846; 2 ** -(72 / 78.41) = 0.5292; 2 ** -(96 / 78.41) = 0.4280.
"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_course import made_course, made_course_data
from made_facts import Statement, made_state
from made_protocol import figure
from petrial.protocol.figures import Figure
from petrial.protocol.model import Protocol
from petrial.subjects.doses import (
    administrations,
    effective_dose,
    effective_doses,
    net_injected,
    order_activity,
)
from petrial.vocabulary.errors import FieldError, ProtocolError
from petrial.vocabulary.knowledge import Known, Unknown
from petrial.vocabulary.nuclides import NUCLIDES
from petrial.vocabulary.quantities import Activity, EffectiveDose, HalfLife

NOON = datetime(2024, 5, 17, 12, tzinfo=UTC)
F18 = NUCLIDES["18F"].half_life
ZR89 = NUCLIDES["89Zr"].half_life


def mbq(value: float, at: datetime = NOON) -> Activity:
    return Activity.megabecquerels(value, at)


@pytest.mark.parametrize(
    ("half_life", "hours", "share"),
    [
        (ZR89, 0.0, 1.0),
        (ZR89, 72.0, 0.5292),
        (ZR89, 78.41, 0.5),
        (ZR89, 96.0, 0.4280),
        (ZR89, 144.0, 0.2800),
        (F18, 1.0, 0.6846),
    ],
)
def test_what_was_in_the_syringe_decays_until_the_injection(
    half_life: HalfLife, hours: float, share: float
) -> None:
    net = net_injected(mbq(100.0), None, NOON + timedelta(hours=hours), half_life)
    assert net.megabecquerel == pytest.approx(100.0 * share, abs=100.0 * 5e-5)


def test_a_residual_is_brought_back_to_the_injection_and_subtracted() -> None:
    """By hand: 440 MBq one half-life before and 10 MBq one after it are 220 and 20 MBq."""
    half = timedelta(minutes=109.77)
    net = net_injected(mbq(440.0, NOON - half), mbq(10.0, NOON + half), NOON, F18)
    assert net.megabecquerel == pytest.approx(440.0 / 2 - 10.0 * 2)
    assert net.at == NOON


@pytest.mark.parametrize("left", [100.0, 100.1])
def test_a_residual_that_leaves_nothing_is_refused(left: float) -> None:
    with pytest.raises(FieldError, match="residual activity"):
        net_injected(mbq(100.0), mbq(left), NOON, F18)


def test_an_order_of_zirconium_four_days_ahead_is_the_prescription_over_its_share() -> None:
    """By hand: 37 MBq / 0.4280 = 86.4 MBq, 96 hours before."""
    order = order_activity(mbq(37.0), NOON - timedelta(hours=96), ZR89)
    assert order.megabecquerel == pytest.approx(37.0 / 0.4280, rel=1e-4)
    assert order.at == NOON - timedelta(hours=96)


def test_an_order_calibrated_after_the_injection_is_smaller() -> None:
    order = order_activity(mbq(200.0), NOON + timedelta(minutes=60), F18)
    assert order.megabecquerel == pytest.approx(200.0 * 0.6846, abs=0.01)


def test_what_stays_in_the_syringe_is_ordered_too() -> None:
    order = order_activity(mbq(190.0), NOON, F18, residual_share=0.05)
    assert order.megabecquerel == pytest.approx(200.0)


@pytest.mark.parametrize("share", [-0.01, 1.0])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(FieldError, match="from 0 to below 1"):
        order_activity(mbq(37.0), NOON, ZR89, residual_share=share)


@given(
    prescribed=st.floats(1.0, 5000.0),
    hours=st.floats(-200.0, 200.0),
    share=st.floats(0.0, 0.9),
    nuclide=st.sampled_from(["18F", "89Zr"]),
)
def test_an_order_gives_back_the_prescribed_activity_at_injection(
    prescribed: float, hours: float, share: float, nuclide: str
) -> None:
    half_life = NUCLIDES[nuclide].half_life
    calibration = NOON + timedelta(hours=hours)
    order = order_activity(mbq(prescribed), calibration, half_life, share)
    left = order.decayed_to(NOON, half_life).megabecquerel * share
    net = net_injected(order, mbq(left) if left else None, NOON, half_life)
    assert net.megabecquerel == pytest.approx(prescribed, rel=1e-6)


# From facts.


def zirconium(**changed: str | None) -> list[Statement]:
    usual: dict[str, str | None] = {
        "tracer": "89Zr-X",
        "activity_mbq": "40",
        "measured_at": "2024-05-17T12:00:00+02:00",
        "residual_mbq": "3",
        "residual_at": "2024-05-17T12:00:00+02:00",
        "injected_at": "2024-05-17T12:00:00+02:00",
    }
    values = usual | changed
    return [(f"zr/given.{item}", value) for item, value in values.items() if value is not None]


def net_of(statements: list[Statement]) -> Known[Activity] | Unknown:
    (only,) = administrations(made_course(), made_state(*statements))
    return only.net


def test_the_net_activity_of_facts_is_syringe_less_residual() -> None:
    net = net_of(zirconium())
    assert isinstance(net, Known)
    assert net.value.megabecquerel == pytest.approx(37.0)


def test_clocks_with_other_offsets_are_compared_as_moments() -> None:
    """12:00 at +02:00 is 10:00 at +00:00: no decay between them."""
    net = net_of(zirconium(measured_at="2024-05-17T10:00:00+00:00"))
    assert isinstance(net, Known)
    assert net.value.megabecquerel == pytest.approx(37.0)


@pytest.mark.parametrize("item", ["activity_mbq", "measured_at", "residual_mbq", "residual_at"])
def test_without_one_of_its_parts_the_net_activity_is_unknown_and_names_it(item: str) -> None:
    net = net_of(zirconium(**{item: None}))
    assert isinstance(net, Unknown)
    assert net.problems[0].field == f"zr/given.{item}"


def test_a_residual_measured_as_none_needs_no_moment() -> None:
    net = net_of(zirconium(residual_mbq="0.0", residual_at=None))
    assert isinstance(net, Known)
    assert net.value.megabecquerel == pytest.approx(40.0)


def test_an_impossible_residual_leaves_the_net_activity_unknown() -> None:
    net = net_of(zirconium(residual_mbq="41"))
    assert isinstance(net, Unknown)
    assert "less than the 40 MBq" in net.problems[0].wanted


def test_an_injection_that_states_another_tracer_is_not_one_of_this() -> None:
    state = made_state(*zirconium(tracer="18F-FES"))
    assert administrations(made_course(), state) == ()


def test_a_nuclide_without_a_half_life_leaves_the_activity_unknown() -> None:
    data = made_course_data()
    data["tracers"][1]["nuclide"] = "99mTc"
    (only,) = administrations(Protocol.model_validate(data), made_state(*zirconium()))
    assert isinstance(only.net, Unknown)
    assert only.net.problems[0].field == "nuclide"


# Effective dose. 0.47 mSv/MBq for 89Zr-trastuzumab: Laforest 2016; 37 MBq give 17.39 mSv.


def test_the_effective_dose_is_coefficient_times_activity() -> None:
    laforest = Figure(value=0.47, unit="mSv/MBq", source="laforest2016")
    assert effective_dose(mbq(37.0), laforest).millisievert == pytest.approx(17.39)


def test_a_coefficient_in_another_unit_is_refused() -> None:
    with pytest.raises(ProtocolError, match="mSv/MBq"):
        effective_dose(mbq(37.0), Figure(value=0.47, unit="mGy/MBq", source="plan"))


FES: list[Statement] = [
    ("fes/given.activity_mbq", "200"),
    ("fes/given.measured_at", "2024-05-17T10:00:00+02:00"),
    ("fes/given.residual_mbq", "0"),
    ("fes/given.injected_at", "2024-05-17T10:00:00+02:00"),
]


def test_the_doses_of_a_subject_are_summed_and_unconfirmed_coefficients_named() -> None:
    """By hand: 37 x 0.47 + 200 x 0.02; the coefficient of FES is the test's own."""
    data = made_course_data()
    data["tracers"][0]["effective_dose"] = figure(0.02, "mSv/MBq", "unconfirmed")
    found = effective_doses(Protocol.model_validate(data), made_state(*zirconium(), *FES))
    assert found.total.millisievert == pytest.approx(17.39 + 4.0)
    assert found.unconfirmed == ("18F-FES",)
    assert found.problems == ()


def test_a_dose_that_is_not_known_is_left_out_of_the_sum_and_says_why() -> None:
    fdg: list[Statement] = [
        ("fdg/given.activity_mbq", "250"),
        ("fdg/given.measured_at", "2024-06-17T09:00:00+02:00"),
        ("fdg/given.residual_mbq", "0"),
        ("fdg/given.injected_at", "2024-06-17T09:00:00+02:00"),
    ]
    state = made_state(*zirconium(activity_mbq=None), *fdg)
    found = effective_doses(made_course(), state)
    assert found.total == EffectiveDose(0.0)
    assert [p.field for p in found.problems] == ["zr/given.activity_mbq", "effective_dose"]


def test_a_negative_effective_dose_is_refused() -> None:
    with pytest.raises(FieldError, match="effective dose"):
        EffectiveDose(-1.0)
