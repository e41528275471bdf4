"""Tracer batches are received, released or rejected, each site its own."""

import pytest

from made_studies import Trial, received
from petrial.conduct.supply import Receipt, receive_batch, reject_batch, release_batch
from petrial.protocol.model import Role
from petrial.subjects.facts import STUDY
from petrial.subjects.records import Batch
from petrial.subjects.study import batches
from petrial.vocabulary.errors import PetrialError, RefusedError

TECHNOLOGIST = Role.TECHNOLOGIST
NOTE = {
    "site": "umcg",
    "batch": "FES-0603",
    "tracer": "18F-FES",
    "activity_mbq": "900",
    "calibrated_at": "2024-06-03T09:00+02:00",
    "expires_at": "2024-06-03T19:00+02:00",
}


def parts(error: pytest.ExceptionInfo[PetrialError]) -> tuple[str, str, str]:
    problem = error.value.problem
    return problem.field, problem.got, problem.wanted


def receive(trial: Trial, **changes: str) -> object:
    return receive_batch(trial.desk(TECHNOLOGIST, "*"), Receipt(**{**NOTE, **changes}))


def state_of(trial: Trial, batch: str = "FES-0603") -> Batch:
    return next(one.status for one in batches(trial.state()) if one.batch == batch)


def test_a_batch_stands_as_its_delivery_note_says_in_the_chain_of_the_study(
    impact: Trial,
) -> None:
    """Also one that expires after today, for 89Zr lives for days."""
    receive(impact, batch=" ZR-1 ", tracer="89Zr-trastuzumab", expires_at="2024-06-10T09:00Z")
    (batch,) = batches(impact.state())
    assert (batch.batch, batch.tracer, batch.site) == ("ZR-1", "89Zr-trastuzumab", "umcg")
    assert (batch.activity_mbq, batch.calibrated_at) == ("900", "2024-06-03T09:00:00+02:00")
    assert (batch.expires_at, batch.status) == ("2024-06-10T09:00:00+00:00", Batch.RECEIVED)


@pytest.mark.parametrize(
    ("changes", "field", "got"),
    [
        ({"tracer": "18F-FLT"}, "tracer", "18F-FLT"),
        ({"site": "mars"}, "site", "mars"),
        ({"batch": ""}, "batch", ""),
        ({"activity_mbq": "9,0"}, "activity_mbq", "9,0"),
        ({"activity_mbq": "0"}, "activity_mbq", "0"),
        ({"activity_mbq": "-900"}, "activity_mbq", "-900"),
        ({"calibrated_at": "2024-06-03T09:00"}, "calibrated_at", "2024-06-03T09:00"),
        ({"expires_at": "2024-06-03T09:00+02:00"}, "expires_at", "2024-06-03T09:00:00+02:00"),
        (
            {"expires_at": "2024-06-03T08:30Z", "calibrated_at": "2024-06-03T11:00+02:00"},
            "expires_at",
            "2024-06-03T08:30:00+00:00",
        ),
    ],
)
def test_a_receipt_that_cannot_be_is_refused(
    impact: Trial, changes: dict[str, str], field: str, got: str
) -> None:
    """The last one: 08:30 UTC is 10:30 in Groningen, before 11:00."""
    before = impact.trace()
    with pytest.raises(RefusedError) as caught:
        receive(impact, **changes)
    assert parts(caught)[:2] == (field, got)
    assert impact.trace() == before


def test_all_that_is_wrong_with_a_receipt_is_named(impact: Trial) -> None:
    with pytest.raises(RefusedError) as caught:
        receive(impact, tracer="18F-FLT", activity_mbq="much", calibrated_at="today")
    named = [caught.value.problem.field]
    named += [note.split(": ")[1] for note in caught.value.__notes__]
    assert sorted(named) == ["activity_mbq", "calibrated_at", "tracer"]


def test_a_batch_is_received_once_at_a_site_and_may_be_shared_with_another(
    impact: Trial,
) -> None:
    receive(impact)
    with pytest.raises(RefusedError) as caught:
        receive(impact, batch="FES-0603 ")
    assert parts(caught) == ("batch", "received before", "a new batch")
    shared = Receipt(**{**NOTE, "site": "vumc"})
    receive_batch(impact.desk(TECHNOLOGIST, "vumc"), shared)
    assert [one.site for one in batches(impact.state())] == ["umcg", "vumc"]


def test_a_release_states_no_reason_and_a_rejection_its_own_sealed(impact: Trial) -> None:
    """Nobody is quoted with words that they did not say."""
    received(impact, "FES-0603", release=False)
    desk = impact.desk(TECHNOLOGIST)
    released = release_batch(desk, "umcg", "FES-0603")
    assert [(f.item, f.value) for f in released.facts] == [("status", "released")]
    assert state_of(impact) is Batch.RELEASED
    rejected = reject_batch(desk, "umcg", "FES-0603", "late result of the sterility test")
    assert [f.item for f in rejected.facts] == ["status", "because"]
    assert rejected.facts[1].sealed
    assert list(impact.ledger.opened(rejected.facts).values()) == [
        "late result of the sterility test"
    ]
    assert state_of(impact) is Batch.REJECTED


def test_a_rejection_needs_a_reason(impact: Trial) -> None:
    received(impact, "FES-0603", release=False)
    with pytest.raises(RefusedError) as caught:
        reject_batch(impact.desk(TECHNOLOGIST), "umcg", "FES-0603", "")
    assert caught.value.problem.field == "reason"
    assert state_of(impact) is Batch.RECEIVED


def test_a_batch_that_is_not_there_is_refused_with_those_that_are(impact: Trial) -> None:
    desk = impact.desk(TECHNOLOGIST)
    with pytest.raises(RefusedError) as caught:
        release_batch(desk, "umcg", "FES-0603")
    assert parts(caught) == ("batch", "FES-0603", "no batch: none was received")
    received(impact, "FES-0524")
    received(impact, "FES-0603", impact.away)
    with pytest.raises(RefusedError) as caught:
        release_batch(desk, "umcg", "FES-0603")
    assert parts(caught) == ("batch", "FES-0603", "one of: FES-0524")


@pytest.mark.parametrize("after", ["released", "rejected"])
def test_what_was_released_or_rejected_is_not_released_again(impact: Trial, after: str) -> None:
    received(impact, "FES-0603", release=after == "released")
    desk = impact.desk(TECHNOLOGIST)
    if after == "rejected":
        reject_batch(desk, "umcg", "FES-0603", "not pure enough")
    with pytest.raises(RefusedError) as caught:
        release_batch(desk, "umcg", "FES-0603")
    assert parts(caught)[:2] == ("state of the batch", f"{after}, to be released")
    assert {f.subject for f in impact.ledger.facts() if f.form == "@batch"} == {STUDY}
