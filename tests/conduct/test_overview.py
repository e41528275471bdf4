"""What each role is shown: its own sites, nothing that unblinds, and that it looked is noted."""

from pathlib import Path

import pytest

from made_acts import INTENTION, PATHOLOGY, READ, SERIOUS, TREATMENT
from made_studies import ADMINISTERED, NOON, Trial, at, enrolled, received
from petrial.adapters.store.snapshots import write_snapshot
from petrial.conduct.analysis_plan import draft_plan, lock_plan, unblind
from petrial.conduct.desk import Desk
from petrial.conduct.disclosure import disclose
from petrial.conduct.dosing import dose_list
from petrial.conduct.enrolment import erase
from petrial.conduct.hand_out import hand_out
from petrial.conduct.overview import (
    deviation_list,
    due_list,
    listed,
    opened_subject,
    query_list,
    seen,
    study_overview,
)
from petrial.conduct.review import open_query
from petrial.conduct.snapshot import create_snapshot
from petrial.protocol.model import Role
from petrial.subjects.facts import STUDY
from petrial.vocabulary.errors import RefusedError

NURSE, TECHNOLOGIST, READER = Role.SITE_NURSE, Role.TECHNOLOGIST, Role.READER
ONCOLOGIST, LABORATORY, MANAGER = Role.ONCOLOGIST, Role.LABORATORY, Role.DATA_MANAGER
MONITOR, STATISTICIAN, DMC = Role.MONITOR, Role.STATISTICIAN, Role.DMC_MEMBER
TODAY = NOON.date()
READS = {"fes_read", "her2_read", "early_fdg_read"}


@pytest.fixture
def course(impact: Trial) -> Trial:
    """Give S-001 with something in every group that somebody must not see."""
    enrolled(impact, "S-001")
    enrolled(impact, "V-001", impact.away)
    received(impact, "FES-0524")
    impact.fill(TECHNOLOGIST, "S-001", "fes_injection/administration", ADMINISTERED)
    scanned = {
        "modality": "PT",
        "tracer": "18F-FES",
        "scan_started_at": "2024-05-24T12:45:00+02:00",
    }
    impact.fill(TECHNOLOGIST, "S-001", "fes_scan/scan", scanned)
    her2 = {**READ, "lesion_class": "3"}
    her2.pop("visual")
    impact.fill(READER, "S-001", "fes_scan/fes_read", READ)
    impact.fill(READER, "S-001", "her2_scan/her2_read", her2)
    impact.fill(READER, "S-001", "early_fdg/early_fdg_read", READ)
    impact.fill(READER, "S-001", "fdg_pet/fdg_read", READ)
    impact.fill(LABORATORY, "S-001", "biopsy/pathology", PATHOLOGY)
    impact.fill(ONCOLOGIST, "S-001", "therapy_choice/intended_therapy", INTENTION)
    impact.fill(ONCOLOGIST, "S-001", "therapy_start/medication", TREATMENT)
    impact.fill(NURSE, "S-001", "adverse_events/adverse_event", SERIOUS)
    return impact


def forms(desk: Desk, subject: str = "S-001") -> set[str]:
    return {at(_full(row.place)).form for row in seen(desk, subject)}


def _full(place: str) -> str:
    return place if "/" in place else f"@own/@{place}"


def whole(course: Trial, role: Role) -> Desk:
    return course.desk(role, "*")


class TestSeeing:
    def test_readers_see_images_and_reads_and_nothing_clinical(self, course: Trial) -> None:
        """What they see besides: that the subject is enrolled."""
        assert forms(course.desk(READER)) == {
            "@subject",
            "administration",
            "scan",
            "fdg_read",
            *READS,
        }
        places = {row.place for row in seen(course.desk(READER), "S-001")}
        assert [p for p in places if "/" not in p] == ["subject.status"]

    @pytest.mark.parametrize("role", [MONITOR, DMC, STATISTICIAN, NURSE, ONCOLOGIST, LABORATORY])
    def test_who_is_blind_to_experimental_reads_sees_none(self, course: Trial, role: Role) -> None:
        assert not READS & forms(course.desk(role))

    def test_the_committee_sees_safety_and_the_monitor_what_he_has_to_check(
        self, course: Trial
    ) -> None:
        assert forms(whole(course, DMC)) == {"@subject", "adverse_event"}
        assert {"eligibility", "pathology", "adverse_event", "fdg_read"} <= forms(
            whole(course, MONITOR)
        )

    def test_nobody_but_the_ward_and_the_data_manager_sees_who_the_subject_is(
        self, course: Trial
    ) -> None:
        for role in Role:
            texts = {row.value for row in seen(course.desk(role), "S-001")}
            known = role in {NURSE, ONCOLOGIST, MANAGER}
            assert ("Johanna Zonneveld" in texts) is known, role
            assert ("1961-02-03" in texts) is known, role

    def test_each_site_sees_its_own_subjects(self, course: Trial) -> None:
        for site, own, other in (("umcg", "S-001", "V-001"), ("vumc", "V-001", "S-001")):
            desk = course.desk(NURSE, site)
            assert [row.subject for row in listed(desk)] == [own]
            assert {row.subject for row in due_list(desk, TODAY)} == {own}
            assert {row.subject for row in deviation_list(desk, TODAY)} <= {own}
            assert seen(desk, own)
            for look in (seen, dose_list, opened_subject):
                with pytest.raises(RefusedError) as caught:
                    look(desk, other)
                assert caught.value.problem.field == "subject"
                assert caught.value.problem.wanted == f"a subject of {site}"
        assert [row.subject for row in listed(whole(course, MANAGER))] == ["S-001", "V-001"]

    def test_another_site_and_no_subject_at_all_are_refused_by_the_same_words(
        self, course: Trial
    ) -> None:
        """So that nobody learns by asking whom another hospital treats."""
        told = []
        for subject in ("V-001", "V-999"):
            with pytest.raises(RefusedError) as caught:
                seen(course.desk(NURSE), subject)
            told.append(str(caught.value).replace(subject, "X"))
        assert told[0] == told[1]
        with pytest.raises(RefusedError):
            seen(whole(course, MANAGER), STUDY)

    def test_each_look_is_noted_with_what_was_seen_and_a_refused_one_is_not(
        self, course: Trial
    ) -> None:
        desk = course.desk(DMC, via="kiosk")
        seen(desk, "S-001")
        (row,) = [one.access for one in course.ledger.seen() if one.access.role == "dmc-member"]
        assert (row.act, row.author, row.subject, row.what) == (
            "saw",
            f"{desk.user} via kiosk",
            "S-001",
            "@subject adverse_event",
        )
        before = course.trace()
        with pytest.raises(RefusedError):
            seen(desk, "V-001")
        assert course.trace() == before

    def test_one_filled_in_form_can_be_asked_for(self, course: Trial) -> None:
        rows = seen(course.desk(LABORATORY), "S-001", "biopsy/pathology")
        assert {row.place.rpartition(".")[0] for row in rows} == {"biopsy/pathology"}
        assert {row.place.rpartition(".")[2]: row.value for row in rows} == PATHOLOGY
        assert seen(course.desk(READER), "S-001", "biopsy/pathology") == ()

    def test_what_was_erased_is_shown_as_such_and_what_is_absent_with_its_reason(
        self, course: Trial
    ) -> None:
        course.correct(NURSE, "S-001", "screening/eligibility.disease", None)
        erase(course.desk("ada"), "S-001", "asked for under data protection law")
        rows = {row.place: row for row in seen(course.desk(NURSE), "S-001")}
        assert rows["screening/demographics.name"].value == "(erased)"
        gone = rows["screening/eligibility.disease"]
        assert (gone.value, gone.absent) == ("", "removed")


class TestUnblinding:
    def unblind(self, course: Trial) -> None:
        desk = whole(course, STATISTICIAN)
        draft_plan(desk, "1.0", b"plan")
        lock_plan(desk, "1.0", b"plan")
        unblind(desk)

    def test_the_statistician_sees_all_groups_after_it_and_still_not_who_the_subject_is(
        self, course: Trial
    ) -> None:
        desk = whole(course, STATISTICIAN)
        assert not READS & forms(desk)
        self.unblind(course)
        assert forms(desk) >= READS
        assert not any(row.value == "Johanna Zonneveld" for row in seen(desk, "S-001"))

    @pytest.mark.parametrize("role", [MONITOR, DMC, NURSE, ONCOLOGIST])
    def test_it_opens_nothing_to_anyone_else(self, course: Trial, role: Role) -> None:
        before = forms(course.desk(role))
        self.unblind(course)
        assert forms(course.desk(role)) == before

    def test_an_export_by_the_statistician_holds_the_reads_only_after_it(
        self, course: Trial
    ) -> None:
        desk = whole(course, STATISTICIAN)

        def exported() -> set[str]:
            return {fact.form for fact in hand_out(desk, "CSV", "the analysis").current()}

        assert not READS & exported()
        self.unblind(course)
        assert exported() >= READS

    def test_a_snapshot_by_the_statistician_is_refused_before_it_and_not_by_a_data_manager(
        self, course: Trial, tmp_path: Path
    ) -> None:
        def take(role: Role) -> str:
            done, order = create_snapshot(
                whole(course, role),
                lambda order: write_snapshot(course.ledger, order, tmp_path / "snapshots"),
            )
            assert done.facts
            return order.id

        before = course.trace()
        with pytest.raises(RefusedError) as caught:
            take(STATISTICIAN)
        assert caught.value.problem.field == "unblinding"
        assert "petrial study unblind" in caught.value.problem.do
        assert course.trace() == before
        assert not (tmp_path / "snapshots").exists()
        first = take(MANAGER)
        self.unblind(course)
        assert take(STATISTICIAN) != first

    def test_the_study_says_by_which_plan_results_were_opened(self, course: Trial) -> None:
        desk = whole(course, MONITOR)
        assert (study_overview(desk).plan, study_overview(desk).unblinded) == (None, False)
        self.unblind(course)
        assert (study_overview(desk).plan, study_overview(desk).unblinded) == ("1.0", True)


def test_a_disclosure_opens_the_reads_in_the_lists_of_queries_too(course: Trial) -> None:
    open_query(course.desk(MANAGER), "S-001", at("fes_scan/fes_read.visual"), "positive on both?")
    assert query_list(course.desk(ONCOLOGIST), "S-001") == ()
    disclose(course.desk(NURSE), "S-001", "experimental_reads", ONCOLOGIST)
    assert len(query_list(course.desk(ONCOLOGIST), "S-001")) == 1
