"""What acts must not let through: late consents, forgotten people, one person twice, lost blinding.

Each claim is a rule of good clinical practice that an inspection found broken; days are by hand.
"""

from datetime import date

import pytest

from made_acts import INTENTION, READ, SERIOUS, form
from made_studies import ADMINISTERED, FOUNDER, Trial, at, enrolled, ready, received
from petrial.conduct.desk import Done
from petrial.conduct.disclosure import disclose
from petrial.conduct.enrolment import (
    Answers,
    complete,
    consent,
    enrol,
    erase,
    register,
    screen,
    withdraw,
)
from petrial.conduct.review import close_query, lock, open_query, unlock
from petrial.conduct.study import end_grant, grant
from petrial.protocol.model import Role
from petrial.subjects.facts import SEALED, Absent
from petrial.subjects.records import Given, Subject
from petrial.vocabulary.errors import Problem, RefusedError

NURSE, ONCOLOGIST, READER = Role.SITE_NURSE, Role.ONCOLOGIST, Role.READER
HEIGHT = "screening/demographics.height_cm"


def answered(trial: Trial, day: str, **given: Given) -> Done:
    said = Answers(given=given, on=date.fromisoformat(day), form_version="2.1")
    return consent(trial.desk(NURSE), "S-001", said)


def fill(trial: Trial, subject: str = "S-001", **values: str) -> Done:
    return trial.fill(NURSE, subject, "screening/demographics", values)


class TestConsents:
    def test_the_answer_in_force_is_that_of_the_newest_day_not_that_recorded_last(
        self, impact: Trial
    ) -> None:
        register(impact.desk(NURSE), "umcg", "S-001")
        answered(impact, "2024-05-13", dna=Given.GIVEN)
        answered(impact, "2024-05-20", dna=Given.WITHDRAWN)
        answered(impact, "2024-05-10", dna=Given.GIVEN)  # a paper that was found late
        state = impact.state("S-001")
        assert state.consent("dna") is Given.WITHDRAWN
        days = [date(2024, 5, day) for day in (9, 10, 12, 13, 19, 20)]
        assert [state.consent("dna", day) for day in days] == [
            None,
            Given.GIVEN,
            Given.GIVEN,
            Given.GIVEN,
            Given.GIVEN,
            Given.WITHDRAWN,
        ]

    def test_of_one_day_the_answer_recorded_last_counts(self, impact: Trial) -> None:
        register(impact.desk(NURSE), "umcg", "S-001")
        answered(impact, "2024-05-13", dna=Given.GIVEN)
        answered(impact, "2024-05-13", dna=Given.REFUSED)
        assert impact.state("S-001").consent("dna") is Given.REFUSED

    def test_nobody_is_enrolled_before_the_day_of_a_required_consent(self, impact: Trial) -> None:
        ready(impact, "S-001")
        screen(impact.desk(NURSE), "S-001", date(2024, 5, 15))
        with pytest.raises(RefusedError) as caught:
            enrol(impact.desk(NURSE), "S-001", date(2024, 5, 12))
        assert caught.value.problem.field == "consent main"
        assert caught.value.problem.wanted.startswith("given by 2024-05-12")
        enrol(impact.desk(NURSE), "S-001", date(2024, 5, 15))

    def test_a_screening_of_a_day_before_consent_is_undecided_and_says_so(
        self, impact: Trial
    ) -> None:
        ready(impact, "S-001")
        notes = screen(impact.desk(NURSE), "S-001", date(2024, 5, 12)).notes
        assert any("@consent.main was not asked for by 2024-05-12" in note for note in notes)


@pytest.fixture
def course(impact: Trial) -> Trial:
    """Give a study with one enrolled subject."""
    enrolled(impact, "S-001")
    fill(impact, height_cm="168")
    return impact


def refusal(act: object) -> Problem:
    """Return the problem with which an act is refused."""
    with pytest.raises(RefusedError) as caught:
        act()  # type: ignore[operator]  # a function without arguments
    return caught.value.problem


class TestAfterErasure:
    @pytest.fixture
    def erased(self, course: Trial) -> Trial:
        open_query(course.desk(Role.MONITOR), "S-001", at(HEIGHT), "really 168?")
        erase(course.desk("administrator@umcg"), "S-001", "the person asked for it")
        return course

    def test_no_act_states_anything_more(self, erased: Trial) -> None:
        before = erased.trace()
        for act in (
            lambda: answered(erased, "2024-05-20", dna=Given.GIVEN),
            lambda: open_query(erased.desk(Role.MONITOR), "S-001", at(HEIGHT), "is she Els?"),
            lambda: fill(erased, hospital_number="777"),
            lambda: erased.correct(NURSE, "S-001", HEIGHT, "169"),
            lambda: screen(erased.desk(NURSE), "S-001", date(2024, 5, 15)),
        ):
            problem = refusal(act)
            assert (problem.field, problem.got) == ("subject", "erased")
        assert erased.trace() == before

    def test_queries_are_closed_forms_locked_and_the_subject_ends(self, erased: Trial) -> None:
        manager = erased.desk(Role.DATA_MANAGER)
        close_query(manager, "S-001", 1)
        lock(manager, "S-001")
        assert refusal(lambda: complete(erased.desk(READER), "S-001", date(2024, 6, 1))).field == (
            "permission to complete"
        )
        done = withdraw(erased.desk(NURSE), "S-001", date(2024, 6, 1), "Els wants it")
        assert erased.state("S-001").status is Subject.WITHDRAWN
        assert not any((fact.value or "").startswith(SEALED) for fact in done.facts)
        assert done.notes == ("The reason is not kept: erased is erased.",)


class TestAfterWithdrawal:
    @pytest.fixture
    def withdrawn(self, course: Trial) -> Trial:
        withdraw(course.desk(NURSE), "S-001", date(2024, 6, 1), "own wish")
        return course

    def test_safety_is_followed_up(self, withdrawn: Trial) -> None:
        done = withdrawn.fill(NURSE, "S-001", "adverse_events/adverse_event", SERIOUS)
        assert len(done.facts) == len(SERIOUS)

    def test_what_stands_is_corrected_with_a_reason(self, withdrawn: Trial) -> None:
        withdrawn.correct(NURSE, "S-001", HEIGHT, "169")
        assert withdrawn.text("S-001", HEIGHT) == "169"

    def test_nothing_else_is_added_and_the_refusal_says_what_may_be(self, withdrawn: Trial) -> None:
        problem = refusal(lambda: fill(withdrawn, name="Els"))
        assert problem.got == "withdrawn"
        assert "adverse events and corrections" in problem.wanted


def test_what_was_removed_is_stated_anew_by_correcting_with_the_reason(course: Trial) -> None:
    course.correct(NURSE, "S-001", HEIGHT, None, absent=Absent.REMOVED)
    problem = refusal(lambda: fill(course, height_cm="150"))
    assert "removed" in problem.got
    assert problem.do == "state it anew with the reason: `petrial forms correct`"
    course.correct(NURSE, "S-001", HEIGHT, "150")
    assert course.text("S-001", HEIGHT) == "150"


def test_an_intention_is_not_corrected_after_the_disclosure_that_asked_for_it(
    course: Trial,
) -> None:
    where = "therapy_choice/intended_therapy"
    course.fill(ONCOLOGIST, "S-001", where, INTENTION)
    course.correct(ONCOLOGIST, "S-001", f"{where}.confidence", "low")
    course.fill(READER, "S-001", "fes_scan/fes_read", READ)
    disclose(course.desk(NURSE), "S-001", "experimental_reads", ONCOLOGIST)
    before = course.trace()
    problem = refusal(
        lambda: course.correct(ONCOLOGIST, "S-001", f"{where}.drug_class", "chemotherapy")
    )
    assert problem.got == "stated after experimental_reads was disclosed to oncologist"
    assert "form for after the disclosure" in problem.do
    assert course.trace() == before


class TestOnePerson:
    def test_a_number_in_a_form_and_one_at_registration_are_the_same_person(
        self, course: Trial
    ) -> None:
        register(course.desk(NURSE), "umcg", "S-002")
        problem = refusal(lambda: fill(course, "S-002", hospital_number=" h-s-001 "))
        assert (problem.field, problem.got) == ("hospital number", "the one of S-001")
        fill(course, "S-002", hospital_number="H-2")
        problem = refusal(lambda: register(course.desk(NURSE), "umcg", "S-003", "h-2"))
        assert problem.got == "the one of S-002"

    def test_a_correction_does_not_make_two_one(self, course: Trial) -> None:
        register(course.desk(NURSE), "umcg", "S-002")
        fill(course, "S-002", hospital_number="H-2")
        place = "screening/demographics.hospital_number"
        problem = refusal(lambda: course.correct(NURSE, "S-002", place, "H-S-001"))
        assert problem.got == "the one of S-001"

    def test_a_subject_may_have_its_own_number_in_both_places(self, course: Trial) -> None:
        fill(course, hospital_number="H-S-001")

    def test_the_other_hospital_has_numbers_of_its_own(self, course: Trial) -> None:
        register(course.desk(NURSE, "vumc"), "vumc", "V-1")
        fill(course, "V-1", hospital_number="H-S-001")

    def test_a_trial_number_that_differs_by_capitals_only_is_refused(self, course: Trial) -> None:
        problem = refusal(lambda: register(course.desk(NURSE), "umcg", "s-001"))
        assert (problem.field, problem.got) == ("subject", "s-001")
        assert "S-001" in problem.wanted


class TestGrants:
    @pytest.mark.parametrize(
        "name", ["\u0430nna", "anna smith", "Ann\u00e9", "root via anna", "", "a" * 65, "anna\n"]
    )
    def test_a_name_that_could_read_as_another_is_refused(self, impact: Trial, name: str) -> None:
        """The first begins with a Cyrillic letter that looks like a Latin one."""
        problem = refusal(lambda: grant(impact.desk(FOUNDER), name, NURSE, "umcg"))
        assert problem.field == "name of the person"
        assert problem.got.isascii()

    def test_a_name_that_differs_by_capitals_only_is_refused_also_after_the_role_ended(
        self, impact: Trial
    ) -> None:
        desk = impact.desk(FOUNDER)
        grant(desk, "anna", NURSE, "umcg")
        end_grant(desk, "anna", NURSE, "umcg")
        assert refusal(lambda: grant(desk, "Anna", NURSE, "umcg")).got == "Anna"
        grant(desk, "anna", NURSE, "umcg")

    @pytest.mark.parametrize("other", [NURSE, ONCOLOGIST, Role.DATA_MANAGER, Role.MONITOR], ids=str)
    @pytest.mark.parametrize(("one", "two"), [("umcg", "umcg"), ("*", "umcg"), ("umcg", "*")])
    def test_nobody_reads_where_they_see_clinical_data(
        self, impact: Trial, other: Role, one: str, two: str
    ) -> None:
        desk = impact.desk(FOUNDER)
        grant(desk, "anna", other, one)
        assert refusal(lambda: grant(desk, "anna", READER, two)).field == "blinding of readers"
        grant(desk, "rita", READER, one)
        assert refusal(lambda: grant(desk, "rita", other, two)).field == "blinding of readers"

    def test_at_different_sites_and_with_other_roles_one_person_may(self, impact: Trial) -> None:
        desk = impact.desk(FOUNDER)
        grant(desk, "anna", NURSE, "umcg")
        grant(desk, "anna", READER, "vumc")
        grant(desk, "anna", Role.TECHNOLOGIST, "vumc")
        end_grant(desk, "anna", NURSE, "umcg")
        grant(desk, "anna", READER, "umcg")

    def test_a_role_that_someone_grants_to_themselves_is_noted(self, impact: Trial) -> None:
        desk = impact.desk(FOUNDER)
        assert "to themselves" in grant(desk, FOUNDER, NURSE, "umcg").notes[0]
        assert grant(desk, "anna", NURSE, "umcg").notes == ()


def test_what_is_recorded_without_a_required_consent_says_so(course: Trial) -> None:
    received(course, "FES-0524")
    assert course.fill(READER, "S-001", "fes_scan/fes_read", READ).notes == ()
    answered(course, "2024-05-20", main=Given.WITHDRAWN)
    done = course.fill(Role.TECHNOLOGIST, "S-001", "fes_injection/administration", ADMINISTERED)
    assert len(done.facts) == len(ADMINISTERED)
    told = "Consent main, which is required, was withdrawn on 2024-05-20"
    assert done.notes == (f"{told}: this is recorded; tell the investigator.",)


def test_unlocking_after_an_erasure_would_seal_a_reason_and_is_refused(course: Trial) -> None:
    lock(course.desk(Role.DATA_MANAGER), "S-001", form("ct/scan"))
    erase(course.desk("administrator@umcg"), "S-001", "the person asked for it")
    desk = course.desk(Role.DATA_MANAGER)
    assert refusal(lambda: unlock(desk, "S-001", form("ct/scan"), "wrong scan")).got == "erased"
