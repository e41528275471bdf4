"""Registering, consenting, screening, enrolling, withdrawing, completing, erasing."""

from datetime import date, timedelta

import pytest

from made_studies import (
    NOON,
    SHIFT_DAY,
    Trial,
    enrolled,
    ready,
)
from petrial.conduct.desk import Done
from petrial.conduct.enrolment import (
    Answers,
    complete,
    consent,
    enrol,
    register,
    screen,
    withdraw,
)
from petrial.protocol.model import Role
from petrial.subjects.records import (
    Given,
    Subject,
)
from petrial.vocabulary.errors import PetrialError, RefusedError

NURSE, ONCOLOGIST, MANAGER = Role.SITE_NURSE, Role.ONCOLOGIST, Role.DATA_MANAGER
TODAY = NOON.date()
SCREENED = date(2024, 5, 15)


def parts(error: pytest.ExceptionInfo[PetrialError]) -> tuple[str, str, str]:
    problem = error.value.problem
    return problem.field, problem.got, problem.wanted


def status(trial: Trial, subject: str) -> Subject | None:
    return trial.state(subject).status


class TestRegistering:
    def test_a_subject_gets_its_date_shift_once_and_its_hospital_number_sealed(
        self, impact: Trial
    ) -> None:
        done = register(impact.desk(NURSE), "umcg", "S-001", " 1234567 ")
        assert status(impact, "S-001") is Subject.REGISTERED
        assert impact.drawn == [SHIFT_DAY]
        texts = {f.item: f.value for f in done.facts}
        assert texts["status"] == "registered"
        assert str(texts["date_shift"]).startswith("sealed:sha256:")
        assert str(texts["pseudonym"]).startswith("sealed:sha256:")
        assert impact.text("S-001", "@own/@subject.pseudonym") == "1234567"
        for item in ("date_shift", "pseudonym"):
            assert len(impact.history("S-001", f"@own/@subject.{item}")) == 1

    def test_without_a_hospital_number_none_is_kept(self, impact: Trial) -> None:
        register(impact.desk(NURSE), "umcg", "S-001")
        register(impact.desk(NURSE), "umcg", "S-002")
        assert impact.text("S-001", "@own/@subject.pseudonym") is None

    @pytest.mark.parametrize(
        "subject", ["", "@study", "-1", "a b", "S/1", "Ä1", "x" * 41, "S-001\n"]
    )
    def test_a_number_that_cannot_be_used_is_refused(self, impact: Trial, subject: str) -> None:
        before = impact.trace()
        with pytest.raises(RefusedError) as caught:
            register(impact.desk(NURSE), "umcg", subject)
        assert caught.value.problem.field == "subject"
        assert impact.trace() == before

    def test_a_number_is_given_once_in_the_whole_study(self, impact: Trial) -> None:
        register(impact.desk(NURSE), "umcg", "S-001")
        for site in ("umcg", "vumc"):
            with pytest.raises(RefusedError) as caught:
                register(impact.desk(NURSE, site), site, "S-001")
            assert parts(caught)[1:] == ("S-001, already registered", "a new subject")

    def test_a_site_that_the_protocol_does_not_have_is_refused(self, impact: Trial) -> None:
        with pytest.raises(RefusedError) as caught:
            register(impact.desk(NURSE, "*"), "mars", "S-001")
        assert parts(caught) == ("site", "mars", "one of: umcg, vumc, radboudumc")

    def test_the_same_person_is_not_registered_twice_at_a_hospital(self, impact: Trial) -> None:
        register(impact.desk(NURSE), "umcg", "S-001", "1234567")
        before = impact.trace()
        with pytest.raises(RefusedError) as caught:
            register(impact.desk(NURSE), "umcg", "S-002", "1234567 ")
        assert parts(caught) == (
            "hospital number",
            "the one of S-001",
            "a person who is not registered yet",
        )
        assert "1234567" not in str(caught.value)
        assert impact.trace() == before

    def test_another_hospital_may_have_the_same_number_for_someone_else(
        self, impact: Trial
    ) -> None:
        """Hospital numbers count within their hospital; the other site is told nothing."""
        register(impact.desk(NURSE), "umcg", "S-001", "1234567")
        register(impact.desk(NURSE, "vumc"), "vumc", "V-001", "1234567")
        assert status(impact, "V-001") is Subject.REGISTERED

    def test_a_hospital_number_that_cannot_be_is_refused_without_being_shown(
        self, impact: Trial
    ) -> None:
        with pytest.raises(RefusedError) as caught:
            register(impact.desk(NURSE), "umcg", "S-001", "12\n34567")
        assert caught.value.problem.field == "hospital_number"
        assert "34567" not in str(caught.value)


class TestConsenting:
    @pytest.fixture
    def trial(self, impact: Trial) -> Trial:
        register(impact.desk(NURSE), "umcg", "S-001")
        return impact

    def say(self, trial: Trial, on: date = TODAY, version: str = "2.1", **given: Given) -> Done:
        said = Answers(given=given, on=on, form_version=version)
        return consent(trial.desk(NURSE), "S-001", said)

    def test_the_answers_stand_with_their_day_and_the_version_of_the_form(
        self, trial: Trial
    ) -> None:
        self.say(trial, main=Given.GIVEN, dna=Given.REFUSED, on=TODAY - timedelta(days=2))
        facts = {
            f.item: (f.value, f.observed) for f in trial.ledger.facts("S-001") if f.act == "consent"
        }
        day = "2024-06-01"
        assert facts == {
            "main": ("given", day),
            "dna": ("refused", day),
            "version": ("2.1", day),
        }

    def test_each_asking_is_kept_and_the_newest_answer_counts(self, trial: Trial) -> None:
        for answer in (Given.GIVEN, Given.WITHDRAWN, Given.GIVEN):
            self.say(trial, dna=answer)
        assert trial.state("S-001").consent("dna") is Given.GIVEN
        stated = [f.value for f in trial.ledger.facts("S-001") if f.item == "dna"]
        assert stated == ["given", "withdrawn", "given"]

    @pytest.mark.parametrize("before", [(), (Given.REFUSED,), (Given.GIVEN, Given.WITHDRAWN)])
    def test_only_what_was_given_can_be_withdrawn(
        self, trial: Trial, before: tuple[Given, ...]
    ) -> None:
        for answer in before:
            self.say(trial, dna=answer)
        with pytest.raises(RefusedError) as caught:
            self.say(trial, dna=Given.WITHDRAWN)
        assert parts(caught) == ("dna", "withdrawn", "a consent that was given")

    def test_everything_wrong_with_an_answer_is_named(self, trial: Trial) -> None:
        before = trial.trace()
        with pytest.raises(RefusedError) as caught:
            self.say(trial, on=TODAY + timedelta(days=1), taxi=Given.GIVEN, main=Given.WITHDRAWN)
        assert parts(caught)[:2] == ("consent", "taxi")
        assert [note.split(": ")[1] for note in caught.value.__notes__] == [
            "day of consent",
            "main",
        ]
        assert "2024-06-04" in caught.value.__notes__[0]
        assert trial.trace() == before

    def test_no_answer_and_no_version_of_the_form_are_refused(self, trial: Trial) -> None:
        with pytest.raises(RefusedError) as caught:
            self.say(trial)
        assert parts(caught) == ("answers", "", "one answer at least")
        with pytest.raises(RefusedError) as caught:
            self.say(trial, main=Given.GIVEN, version=" ")
        assert parts(caught)[0] == "version"

    def test_who_takes_a_required_consent_back_is_to_be_withdrawn_too(self, trial: Trial) -> None:
        self.say(trial, main=Given.GIVEN, dna=Given.GIVEN)
        told = self.say(trial, main=Given.WITHDRAWN, dna=Given.WITHDRAWN)
        assert told.notes == (
            "main is required: state the withdrawal too, `petrial subjects withdraw`.",
        )

    def test_after_withdrawal_a_consent_can_be_taken_back_and_none_given(
        self, trial: Trial
    ) -> None:
        self.say(trial, main=Given.GIVEN)
        withdraw(trial.desk(NURSE), "S-001", TODAY, "own wish")
        with pytest.raises(RefusedError) as caught:
            self.say(trial, dna=Given.GIVEN)
        assert parts(caught) == ("dna", "given", "a subject who takes part")
        told = self.say(trial, main=Given.WITHDRAWN)
        assert told.notes == ()


class TestScreening:
    def test_a_screening_with_one_missing_fact_says_unknown_and_which_fact(
        self, impact: Trial
    ) -> None:
        """The issue asks for it by these words."""
        ready(impact, "S-001")
        impact.correct(NURSE, "S-001", "screening/eligibility.disease", None)
        done = screen(impact.desk(NURSE), "S-001", SCREENED)
        (unknown,) = [note for note in done.notes if " unknown: " in note]
        assert unknown.startswith("I5 unknown: ")
        assert "eligibility.disease" in unknown
        verdicts = {f.item: f.value for f in done.facts}
        assert (verdicts["I5"], verdicts["I8"], verdicts["verdict"]) == (
            "unknown",
            "met",
            "undecided",
        )
        assert "status" not in verdicts
        assert status(impact, "S-001") is Subject.REGISTERED

    def test_every_criterion_is_judged_and_the_verdict_moves_the_subject(
        self, impact: Trial
    ) -> None:
        """15 criteria, as the record has them."""
        ready(impact, "S-001")
        done = screen(impact.desk(NURSE), "S-001", SCREENED)
        judged = [f.item for f in done.facts if f.form == "@screening" and f.item != "verdict"]
        assert len(judged) == 15
        assert {f.observed for f in done.facts} == {"2024-05-15"}
        assert status(impact, "S-001") is Subject.ELIGIBLE

    def test_a_subject_can_fail_be_screened_anew_and_fit_then(self, impact: Trial) -> None:
        ready(impact, "S-001")
        where = "screening/eligibility.who_performance_status"
        impact.correct(NURSE, "S-001", where, "3")
        done = screen(impact.desk(NURSE), "S-001", SCREENED)
        assert any(note.startswith("I8 not met: ") for note in done.notes)
        assert status(impact, "S-001") is Subject.SCREEN_FAILED
        impact.correct(NURSE, "S-001", where, "2")
        screen(impact.desk(NURSE), "S-001", SCREENED)
        assert status(impact, "S-001") is Subject.ELIGIBLE
        assert impact.state("S-001").repeats_of("@screening") == (1, 2)

    def test_a_day_to_come_is_refused(self, impact: Trial) -> None:
        ready(impact, "S-001")
        with pytest.raises(RefusedError) as caught:
            screen(impact.desk(NURSE), "S-001", TODAY + timedelta(days=1))
        assert parts(caught) == ("day", "2024-06-04", "a day up to 2024-06-03")


class TestEnrolling:
    def test_a_subject_who_was_found_eligible_is_enrolled_and_nothing_else_is_stated(
        self, impact: Trial
    ) -> None:
        """Study day 1 is an event of its own: that it took place is not for enrolment to say."""
        ready(impact, "S-001")
        screen(impact.desk(NURSE), "S-001", SCREENED)
        done = enrol(impact.desk(NURSE), "S-001", SCREENED + timedelta(days=5))
        assert [(f.form, f.item, f.value, f.observed) for f in done.facts] == [
            ("@subject", "status", "enrolled", "2024-05-20")
        ]

    def test_enrolment_in_a_trial_whose_day_one_is_therapy_states_no_therapy(
        self, tiny: Trial
    ) -> None:
        register(tiny.desk(NURSE), "north", "T-1")
        said = Answers(given={"taking_part": Given.GIVEN}, on=TODAY, form_version="1")
        consent(tiny.desk(NURSE), "T-1", said)
        history = {
            "visited_on": "2024-06-01",
            "born_on": "1961-02-03",
            "performance": "1",
            "bilirubin": "9",
            "pregnancy": "no",
        }
        tiny.fill(NURSE, "T-1", "screening/history", history)
        screen(tiny.desk(NURSE), "T-1", TODAY)
        enrol(tiny.desk(NURSE), "T-1", TODAY)
        assert not [f for f in tiny.ledger.facts("T-1") if f.event == "therapy"]

    def test_every_consent_that_is_missing_is_named(self, impact: Trial) -> None:
        register(impact.desk(NURSE), "umcg", "S-001")
        with pytest.raises(RefusedError) as caught:
            enrol(impact.desk(NURSE), "S-001", TODAY)
        assert parts(caught) == ("consent main", "", "given by 2024-06-03: takes part in the trial")
        assert not hasattr(caught.value, "__notes__")

    def test_every_criterion_in_the_way_is_named(self, impact: Trial) -> None:
        ready(impact, "S-001")
        screen(impact.desk(NURSE), "S-001", SCREENED)
        impact.correct(NURSE, "S-001", "screening/eligibility.disease", None)
        impact.correct(NURSE, "S-001", "screening/eligibility.pregnant_or_lactating", "yes")
        with pytest.raises(RefusedError) as caught:
            enrol(impact.desk(NURSE), "S-001", SCREENED)
        assert caught.value.problem.field == "criterion I5"
        assert caught.value.problem.got.startswith("unknown: ")
        (note,) = caught.value.__notes__
        assert "criterion E2: found met: " in note

    def test_criteria_are_judged_anew_on_the_day_of_enrolment(self, impact: Trial) -> None:
        """Imaging at most 28 days old: of 6 May on 3 June still, on 4 June no more."""
        ready(impact, "S-001")
        screen(impact.desk(NURSE), "S-001", SCREENED)
        impact.now = NOON + timedelta(days=1)
        with pytest.raises(RefusedError) as caught:
            enrol(impact.desk(NURSE), "S-001", date(2024, 6, 4))
        assert caught.value.problem.field == "criterion I4"
        enrol(impact.desk(NURSE), "S-001", date(2024, 6, 3))

    def test_who_was_not_screened_is_not_enrolled(self, impact: Trial) -> None:
        ready(impact, "S-001")
        with pytest.raises(RefusedError) as caught:
            enrol(impact.desk(NURSE), "S-001", SCREENED)
        assert parts(caught)[:2] == ("state of the subject", "registered, to be enrolled")

    def test_nobody_is_enrolled_on_a_day_to_come(self, impact: Trial) -> None:
        ready(impact, "S-001")
        with pytest.raises(RefusedError) as caught:
            enrol(impact.desk(NURSE), "S-001", TODAY + timedelta(days=1))
        assert caught.value.problem.field == "day"


class TestEnding:
    def test_a_withdrawal_keeps_its_reason_sealed(self, impact: Trial) -> None:
        enrolled(impact, "S-001")
        done = withdraw(impact.desk(NURSE), "S-001", date(2024, 6, 1), " wants no more scans ")
        assert [(f.item, f.observed) for f in done.facts] == [
            ("status", "2024-06-01"),
            ("ended_because", "2024-06-01"),
        ]
        assert done.facts[1].sealed
        assert impact.text("S-001", "@own/@subject.ended_because") == "wants no more scans"

    def test_a_completion_states_no_reason_that_nobody_gave(self, impact: Trial) -> None:
        enrolled(impact, "S-001")
        done = complete(impact.desk(MANAGER), "S-001", date(2024, 6, 1))
        assert [(f.item, f.value) for f in done.facts] == [("status", "completed")]

    @pytest.mark.parametrize(
        ("on", "reason", "field"),
        [(TODAY + timedelta(days=1), "own wish", "day"), (TODAY, "", "reason")],
    )
    def test_a_day_to_come_and_no_reason_are_refused(
        self, impact: Trial, on: date, reason: str, field: str
    ) -> None:
        enrolled(impact, "S-001")
        with pytest.raises(RefusedError) as caught:
            withdraw(impact.desk(NURSE), "S-001", on, reason)
        assert caught.value.problem.field == field

    def test_who_has_ended_does_not_end_again(self, impact: Trial) -> None:
        enrolled(impact, "S-001")
        withdraw(impact.desk(NURSE), "S-001", TODAY, "own wish")
        with pytest.raises(RefusedError) as caught:
            complete(impact.desk(NURSE), "S-001", TODAY)
        assert parts(caught) == (
            "state of the subject",
            "withdrawn, to be completed",
            "nothing more: this is final",
        )
