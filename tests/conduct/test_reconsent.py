"""Who must consent again, told by the amendment, the due list, the screening and enrolment.

Expected by the rule of the issue: an amendment says who must consent again.
"""

from datetime import date, timedelta

import pytest

from made_studies import IMPACT, Trial, adopted, amended, ready
from petrial.conduct.enrolment import Answers, consent, enrol, screen
from petrial.conduct.overview import due_list
from petrial.protocol.model import Role
from petrial.subjects.records import Given
from petrial.vocabulary.errors import RefusedError

SCREENED = date(2024, 5, 15)


def asked(trial: Trial, on: date) -> list[tuple[str, str]]:
    rows = due_list(trial.desk(Role.SITE_NURSE), on)
    return [(row.subject, row.what) for row in rows if row.what.startswith("Consent")]


@pytest.fixture
def amendment(impact: Trial) -> Trial:
    """Give two sites with a subject each who had consented, and an amendment at the first."""
    ready(impact, "S-001")
    ready(impact, "S-002", impact.away)
    text = amended(IMPACT, "1.1")
    done = adopted(impact, text, impact.home, impact.now.date(), consent_again=("main", "dna"))
    assert done.notes == (
        "Consent main is to be asked again of: S-001.",
        "Consent dna is to be asked again of: S-001.",
    )
    return impact


def test_those_who_had_consented_at_the_site_are_due_and_no_others(amendment: Trial) -> None:
    today = amendment.now.date()
    assert asked(amendment, today) == [
        ("S-001", "Consent dna, again"),
        ("S-001", "Consent main, again"),
    ]
    assert asked(amendment, today - timedelta(days=1)) == []


def test_an_answer_from_the_day_in_force_on_ends_it(amendment: Trial) -> None:
    today = amendment.now.date()
    said = Answers(given={"main": Given.GIVEN}, on=today, form_version="3.0")
    consent(amendment.desk(Role.SITE_NURSE), "S-001", said)
    assert asked(amendment, today) == [("S-001", "Consent dna, again")]


def test_screening_says_that_consent_is_to_be_asked_again(amendment: Trial) -> None:
    nurse = amendment.desk(Role.SITE_NURSE)
    later = screen(nurse, "S-001", amendment.now.date(), dry_run=True)
    assert [note for note in later.notes if note.startswith("Consent main is to be asked again")]
    before = screen(nurse, "S-001", SCREENED, dry_run=True)
    assert [note for note in before.notes if "asked again" in note] == []


def test_nobody_is_enrolled_on_a_consent_that_is_to_be_given_again(amendment: Trial) -> None:
    nurse = amendment.desk(Role.SITE_NURSE)
    screen(nurse, "S-001", SCREENED)
    with pytest.raises(RefusedError, match=r"consent main.*given again: protocol 1\.1") as refused:
        enrol(nurse, "S-001", amendment.now.date())
    assert refused.value.problem.field == "consent main"


def test_the_same_version_is_not_adopted_twice_at_a_site(amendment: Trial) -> None:
    with pytest.raises(RefusedError, match="adopted there from") as refused:
        adopted(amendment, amended(IMPACT, "1.1"), site=amendment.home)
    assert refused.value.problem.field == "version"


def test_a_screening_shows_the_facts_of_each_criterion_and_what_stands_beside(
    impact: Trial,
) -> None:
    """ASAT 20, then 31 U/L ten days later: 55 % more, shown beside a verdict that stands."""
    ready(impact, "S-001")
    for day, asat in (("2024-05-04", "20"), ("2024-05-14", "31")):
        values = {"sampled_on": day, "asat": asat, "alat": "25"}
        impact.fill(Role.SITE_NURSE, "S-001", "screening/laboratory", values)
    done = screen(impact.desk(Role.SITE_NURSE), "S-001", SCREENED)
    told = [note for note in done.notes if note.startswith("I3")]
    assert told[0].startswith("I3 met: eligibility.not_rapidly_progressive yes, of 2024-05-15")
    assert "symptoms worsened" in told[1]
    assert "unknown (eligibility.symptom_worsening is not stated)" in told[1]
    assert "ASAT or ALAT rose" in told[2]
    assert ": met (" in told[2]
    assert "31 U/L, of 2024-05-14, 1 day old" in told[2]
