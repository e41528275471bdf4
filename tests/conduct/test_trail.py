"""The audit trail: who entered, changed, saw or exported what, when and why; values by role."""

import pytest

from made_acts import INTENTION, READ
from made_studies import FOUNDER, Trial, enrolled
from petrial.conduct.disclosure import disclose
from petrial.conduct.enrolment import erase
from petrial.conduct.hand_out import hand_out
from petrial.conduct.overview import seen
from petrial.conduct.review import FilledForm, lock
from petrial.conduct.trail import TrailRow, accesses, audited, trail
from petrial.protocol.model import Role
from petrial.vocabulary.errors import RefusedError

NURSE, READER, ONCOLOGIST = Role.SITE_NURSE, Role.READER, Role.ONCOLOGIST
MANAGER, MONITOR = Role.DATA_MANAGER, Role.MONITOR
STATUS = "screening/eligibility.who_performance_status"
SUV = "fes_scan/fes_read.suv_max"


@pytest.fixture
def course(impact: Trial) -> Trial:
    enrolled(impact, "S-001")
    enrolled(impact, "V-001", impact.away)
    impact.fill(READER, "S-001", "fes_scan/fes_read", READ)
    impact.correct(NURSE, "S-001", STATUS, "2", reason="the letter says 2")
    impact.correct(READER, "S-001", SUV, "6.3", reason="the lesion in L3 is positive")
    return impact


def rows(course: Trial, role: Role, subject: str = "S-001", **filters: str) -> tuple[TrailRow, ...]:
    return trail(course.desk(role), subject, **filters)


class TestTrail:
    def test_it_tells_every_fact_in_its_order_with_what_it_replaced_and_why(
        self, course: Trial
    ) -> None:
        told = rows(course, MANAGER)
        facts = list(course.ledger.facts("S-001"))
        assert [(row.seq, row.hash) for row in told] == [(fact.seq, fact.hash) for fact in facts]
        (corrected,) = [row for row in told if row.place == STATUS and row.act == "correct"]
        assert (corrected.value, corrected.was, corrected.reason) == ("2", "1", "the letter says 2")
        assert (corrected.author, corrected.role) == ("site-nurse@umcg", "site-nurse")
        assert (corrected.recorded, corrected.protocol) == ("2024-06-03T10:00:00.000000Z", "1.0")
        assert corrected.as_data()["was"] == "1"

    def test_it_can_be_narrowed_to_a_place_and_to_a_person(self, course: Trial) -> None:
        assert [row.value for row in rows(course, MANAGER, place=STATUS)] == ["1", "2"]
        own = rows(course, MANAGER, place="@subject.status")
        assert [row.value for row in own] == ["registered", "eligible", "enrolled"]
        assert rows(course, MANAGER, place="@own/@subject.status") == own
        assert {row.author for row in rows(course, MANAGER, by="reader@umcg")} == {"reader@umcg"}
        assert [row.value for row in rows(course, MANAGER, place=SUV, by="reader@umcg")] == [
            "6.1 g/mL",
            "6.3 g/mL",
        ]
        assert rows(course, MANAGER, by="reader") == ()

    def test_a_person_is_found_whatever_account_acted_for_them(self, course: Trial) -> None:
        desk = course.desk(MANAGER, via="kiosk")
        lock(desk, "S-001", FilledForm("screening", 1, "eligibility", 1))
        (row,) = rows(course, MANAGER, by="data-manager@umcg")
        assert row.author == "data-manager@umcg via kiosk"

    def test_sealed_values_are_shown_as_such(self, course: Trial) -> None:
        for place in ("screening/demographics.name", "@subject.date_shift"):
            (row,) = rows(course, MANAGER, place=place)
            assert row.value == "(sealed)"

    def test_values_and_reasons_of_hidden_reads_are_hidden_from_the_monitor(
        self, course: Trial
    ) -> None:
        """That they were stated, by whom and when, is seen; the reason could tell the value."""
        told = rows(course, MONITOR, place=SUV)
        assert [(row.value, row.was, row.reason) for row in told] == [
            ("(hidden)", "", ""),
            ("(hidden)", "(hidden)", "(hidden)"),
        ]
        assert {row.author for row in told} == {"reader@umcg"}
        assert "positive" not in str(rows(course, MONITOR))
        (_, clinical) = rows(course, MONITOR, place=STATUS)
        assert (clinical.value, clinical.was, clinical.reason) == ("2", "1", "the letter says 2")

    def test_the_administrator_sees_who_did_what_and_no_values(self, course: Trial) -> None:
        told = rows(course, Role.ADMINISTRATOR)
        of_protocol = [row for row in told if not row.place.startswith("@")]
        assert of_protocol
        assert {row.value for row in of_protocol} <= {"(hidden)", "(sealed)"}
        assert "enrolled" in {row.value for row in told}

    def test_what_was_disclosed_is_not_hidden_from_the_data_manager(self, course: Trial) -> None:
        course.fill(ONCOLOGIST, "S-001", "therapy_choice/intended_therapy", INTENTION)
        disclose(course.desk(NURSE), "S-001", "experimental_reads", ONCOLOGIST)
        assert [row.reason for row in rows(course, MANAGER, place=SUV)][-1] == (
            "the lesion in L3 is positive"
        )

    def test_the_state_of_a_form_is_told_and_why_there_is_no_value(self, course: Trial) -> None:
        course.correct(NURSE, "S-001", STATUS, None)
        lock(course.desk(MANAGER), "S-001", FilledForm("screening", 1, "eligibility", 1))
        assert [row.value for row in rows(course, MONITOR, place=STATUS)][-1] == "removed"
        (row,) = rows(course, MONITOR, place="screening/eligibility.@status")
        assert row.value == "locked"

    def test_an_erased_reason_is_told_as_erased(self, course: Trial) -> None:
        erase(course.desk(FOUNDER), "S-001", "asked for under data protection law")
        assert rows(course, MANAGER, place=STATUS)[-1].reason == "(erased)"

    def test_the_chain_of_the_study_tells_roles_versions_and_batches(self, course: Trial) -> None:
        told = trail(course.desk(MONITOR, "*"))
        places = {row.place.partition(".")[0].partition("[")[0] for row in told}
        assert {"@protocol", "@grant"} <= places
        assert told[0].act == "found"
        assert "ada" in {row.value for row in told}

    def test_who_may_not_audit_and_subjects_of_other_sites_are_refused_and_not_noted(
        self, course: Trial
    ) -> None:
        before = course.trace()
        with pytest.raises(RefusedError) as caught:
            rows(course, NURSE)
        assert caught.value.problem.field == "permission to audit"
        for subject in ("V-001", "V-999"):
            with pytest.raises(RefusedError) as caught:
                rows(course, MONITOR, subject)
            assert caught.value.problem.field == "subject"
            assert caught.value.problem.got == subject
        assert course.trace() == before


class TestAccesses:
    @pytest.fixture
    def looked(self, course: Trial) -> Trial:
        seen(course.desk(NURSE), "S-001")
        seen(course.desk(NURSE, "vumc"), "V-001")
        hand_out(course.desk(MANAGER, via="kiosk"), "CSV", "monitoring visit")
        rows(course, MANAGER)
        return course

    def test_they_tell_who_saw_or_exported_what_of_whom_and_why(self, looked: Trial) -> None:
        told = accesses(looked.desk(MANAGER, "*"))
        assert [(row.act, row.author, row.subject) for row in told][:4] == [
            ("saw", "site-nurse@umcg", "S-001"),
            ("saw", "site-nurse@vumc", "V-001"),
            ("exported", "data-manager@umcg via kiosk", "@study"),
            ("saw", "data-manager@umcg", "S-001"),
        ]
        assert told[2].why == "monitoring visit"
        assert told[3].what == "audit trail"
        assert told[0].as_data()["role"] == "site-nurse"

    def test_they_can_be_narrowed_to_a_subject_and_to_a_person(self, looked: Trial) -> None:
        desk = looked.desk(MANAGER, "*")
        assert {row.subject for row in accesses(desk, "S-001")} == {"S-001"}
        assert [row.act for row in accesses(desk, by="data-manager@umcg")] == ["exported", "saw"]

    def test_accesses_to_subjects_of_other_sites_are_not_told(self, looked: Trial) -> None:
        subjects = {row.subject for row in accesses(looked.desk(MONITOR))}
        assert subjects == {"S-001", "@study"}

    def test_looking_at_them_is_itself_noted(self, looked: Trial) -> None:
        accesses(looked.desk(MONITOR))
        newest = list(looked.ledger.seen())[-1].access
        assert (newest.author, newest.what) == ("monitor@umcg", "access chain")

    def test_only_who_audits_sees_them(self, looked: Trial) -> None:
        for role in (NURSE, Role.STATISTICIAN):
            with pytest.raises(RefusedError):
                accesses(looked.desk(role))

    def test_other_work_of_auditors_is_noted_by_its_name(self, looked: Trial) -> None:
        person = audited(looked.desk(MONITOR), "verified the ledger")
        assert person.role is MONITOR
        newest = list(looked.ledger.seen())[-1].access
        assert (newest.subject, newest.what) == ("@study", "verified the ledger")
