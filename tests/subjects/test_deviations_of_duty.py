"""Deviations of consent and of reports of serious adverse events, with the facts behind each.

Screening, the first procedure, took place on 10 May 2024.
"""

from datetime import date

import pytest

from made_course import made_course, made_course_data, stated
from made_facts import Statement, made_state
from made_protocol import figure
from petrial.protocol.model import Protocol
from petrial.subjects.deviations import Deviation, DeviationKind, deviations

SCREENED = stated("screening", "2024-05-10", ct_on="2024-04-12")  # 28 days before
CONSENTED: Statement = ("@own/@consent.main", "given", "2024-05-08")
BASE: tuple[Statement, ...] = (CONSENTED, *SCREENED)
LATER = date(2024, 6, 1)


def of(
    kind: DeviationKind, *said: Statement, on: date = LATER, protocol: Protocol | None = None
) -> list[Deviation]:
    found = deviations(protocol or made_course(), made_state(*said), on)
    return [one for one in found if one.kind is kind]


# Consent.


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ([("given", "2024-05-09")], ""),
        ([("given", "2024-05-10")], ""),
        ([("given", "2024-05-11")], "consent main given only on 2024-05-11"),
        ([("refused", "2024-05-09")], "consent main refused on 2024-05-09"),
        ([("given", "2024-05-08"), ("withdrawn", "2024-05-09")], "withdrawn on 2024-05-09"),
        ([("given", "2024-05-08"), ("withdrawn", "2024-05-10")], ""),
        ([("given", "2024-05-08"), ("withdrawn", "2024-05-20")], ""),
        ([("given", "")], "day not stated"),
        ([], "never asked for"),
    ],
)
def test_required_consents_must_stand_at_the_first_procedure(
    answers: list[tuple[str, str]], found: str
) -> None:
    said: list[Statement] = [
        (f"@own/@consent[{number}].main", answer, day)
        for number, (answer, day) in enumerate(answers, start=1)
    ]
    missing = of(DeviationKind.CONSENT, *SCREENED, *said)
    assert len(missing) == bool(found)
    for one in missing:
        assert found in one.found
        assert one.rule == "consents.main.required"
        assert one.event == "screening"


def test_a_consent_that_came_late_is_one_deviation_of_the_first_procedure_only() -> None:
    late: Statement = ("@own/@consent.main", "given", "2024-05-20")
    said = (*SCREENED, *stated("blood", "2024-05-15T09:00:00+02:00"), late)
    assert [one.event for one in of(DeviationKind.CONSENT, *said)] == ["screening"]


def test_before_any_procedure_took_place_no_consent_is_missing() -> None:
    assert of(DeviationKind.CONSENT, *stated("follow_up", "2024-05-15")) == []


def test_clock_times_decide_between_consent_and_procedure_of_one_day() -> None:
    fes = stated("fes", "2024-05-09T10:00:00+02:00")
    late: Statement = ("@own/@consent.main", "given", "2024-05-09T10:01:00+02:00")
    early: Statement = ("@own/@consent.main", "given", "2024-05-09T09:59:00+02:00")
    (missing,) = of(DeviationKind.CONSENT, *SCREENED, *fes, late)
    assert missing.event == "fes"  # a day before the screening, so the first procedure
    assert of(DeviationKind.CONSENT, *SCREENED, *fes, early) == []


def test_an_optional_procedure_without_its_own_consent_is_a_deviation() -> None:
    biopsy = stated("biopsy", "2024-06-10T10:00:00+02:00")
    (missing,) = of(DeviationKind.CONSENT, *BASE, *biopsy, on=date(2024, 6, 11))
    assert missing.rule == "events.biopsy.consents"
    assert missing.found == "2024-06-10; consent biopsy never asked for"
    given: Statement = ("@own/@consent[2].biopsy", "given", "2024-06-01")
    assert of(DeviationKind.CONSENT, *BASE, *biopsy, given) == []


# Serious adverse events: to be reported within 24 hours.

AWARE = "2024-05-20T16:00:00+02:00"


def harm(reported: str | None, serious: str = "yes") -> tuple[Statement, ...]:
    told = {} if reported is None else {"reported_at": reported}
    return stated("harm", "2024-05-20", serious=serious, aware_at=AWARE, **told)


@pytest.mark.parametrize(
    ("reported", "found"),
    [
        ("2024-05-21T16:00:00+02:00", []),
        ("2024-05-21T14:00:00+00:00", []),  # the same moment
        ("2024-05-21T16:30:00+02:00", ["reported after 24.5 h"]),
    ],
)
def test_a_serious_event_may_be_reported_up_to_the_last_minute(
    reported: str, found: list[str]
) -> None:
    late = of(DeviationKind.REPORT, *BASE, *harm(reported))
    assert [one.found for one in late] == found
    assert all(one.rule == "serious_report" for one in late)


@pytest.mark.parametrize(("on", "late"), [("2024-05-21", False), ("2024-05-22", True)])
def test_a_serious_event_that_is_not_reported_is_late_once_the_day_is_over(
    on: str, *, late: bool
) -> None:
    found = of(DeviationKind.REPORT, *BASE, *harm(None), on=date.fromisoformat(on))
    assert bool(found) == late
    for one in found:
        assert one.found == f"not reported by {on}"
        assert [str(source.place) for source in one.sources] == [
            "harm/harm.serious",
            "harm/harm.aware_at",
        ]


def test_an_event_that_is_not_serious_has_no_clock() -> None:
    assert of(DeviationKind.REPORT, *BASE, *harm(None, "no"), on=date(2024, 12, 1)) == []


def test_without_a_clock_in_the_protocol_no_report_is_late() -> None:
    data = made_course_data()
    del data["serious_report"]
    protocol = Protocol.model_validate(data)
    assert of(DeviationKind.REPORT, *BASE, *harm(None), protocol=protocol) == []


def test_an_unconfirmed_clock_says_so() -> None:
    data = made_course_data()
    data["serious_report"] = figure(24, "h", "unconfirmed")
    protocol = Protocol.model_validate(data)
    (late,) = of(DeviationKind.REPORT, *BASE, *harm(None), protocol=protocol)
    assert late.unconfirmed
