"""Lists of what is due, of deviations, queries and doses, each as its reader may know it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from made_acts import INTENTION, PATHOLOGY, READ, SERIOUS, TREATMENT
from made_studies import ADMINISTERED, NOON, Trial, at, enrolled, received
from petrial.conduct.desk import Desk
from petrial.conduct.dosing import Wish, dose_list, proposal_for
from petrial.conduct.enrolment import withdraw
from petrial.conduct.overview import (
    deviation_list,
    due_list,
    plan_rows,
    protocol_here,
    query_list,
    study_overview,
)
from petrial.conduct.review import answer_query, close_query, open_query
from petrial.protocol.model import Role
from petrial.subjects.routine import ClosedDays, Routine
from petrial.vocabulary.errors import RefusedError, UsageError

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


def whole(course: Trial, role: Role) -> Desk:
    return course.desk(role, "*")


class TestLists:
    def test_the_study_tells_accrual_versions_and_people(self, course: Trial) -> None:
        view = study_overview(course.desk(DMC))
        assert view.subjects == (("umcg: enrolled", 1), ("vumc: enrolled", 1))
        assert view.versions == (("1.0", "*", "2024-03-05", ""),)
        assert ("ada", "administrator", "*") in view.people
        with pytest.raises(RefusedError):
            study_overview(course.desk("mallory"))

    def test_the_protocol_of_a_person_is_that_of_their_site(self, course: Trial) -> None:
        assert protocol_here(course.desk(NURSE)).identity.name == "impact_mbc"

    def test_the_plan_tells_windows_and_what_took_place(self, course: Trial) -> None:
        """FES due 7 days after screening on 15 May, 7 before and 21 after; given on 24 May."""
        rows = {row.what: row for row in plan_rows(course.desk(NURSE), "S-001", TODAY)}
        injection = rows["Injection of 18F-FES"]
        assert (injection.due, injection.first, injection.last) == (
            "2024-05-22",
            "2024-05-15",
            "2024-06-12",
        )
        assert (injection.status, injection.happened) == ("done", "2024-05-24")
        assert injection.as_data()["happened"] == "2024-05-24"
        assert "Start of first-line therapy" in rows
        assert any(row.due == "" for row in rows.values())

    def test_a_reader_learns_of_scans_and_not_of_therapy_or_events(self, course: Trial) -> None:
        desk = course.desk(READER)
        titles = {row.what for row in plan_rows(desk, "S-001", TODAY)}
        assert {"FES-PET", "HER2-PET", "FDG-PET at two weeks of therapy"} <= titles
        assert not titles & {
            "Start of first-line therapy",
            "Biopsy of a metastasis",
            "Screening and registration",
            "Survival status",
        }
        due = {row.what for row in due_list(desk, TODAY)}
        assert not [what for what in due if "herapy" in what and "FDG" not in what]
        assert not [what for what in due if "sponsor" in what or "Consent" in what]
        told = {row.what for row in due_list(course.desk(NURSE), TODAY)}
        assert due < told

    def test_a_reader_is_told_of_deviations_of_scans_only(self, course: Trial) -> None:
        """Uptake 134 min for 60: seen by all. A report that is late: not by readers."""
        course.now = NOON.replace(day=20)
        reader = {row.what for row in deviation_list(course.desk(READER), date(2024, 6, 20))}
        nurse = {row.what for row in deviation_list(course.desk(NURSE), date(2024, 6, 20))}
        assert any(what.startswith("uptake time") for what in reader)
        assert reader < nurse
        assert not [what for what in reader if "adverse" in what or "sample" in what]

    def test_deviations_name_their_rule_and_their_facts(self, course: Trial) -> None:
        rows = deviation_list(course.desk(MONITOR), TODAY)
        (late,) = [row for row in rows if row.what.startswith("uptake time")]
        assert late.rule.startswith("tracers.18F-FES")
        assert "not confirmed" in late.allowed
        facts = {fact.seq: fact.item for fact in course.ledger.facts("S-001")}
        assert "injected_at" in {facts[seq] for seq in late.facts}

    def test_an_event_that_repeats_is_told_with_its_number(self, course: Trial) -> None:
        seen_on = {"assessed_on": "2024-06-01", "progressed": "no"}
        course.fill(NURSE, "S-001", "follow_up[2]/progression", seen_on)
        titles = [row.what for row in plan_rows(course.desk(NURSE), "S-001", TODAY)]
        assert any(title.endswith(" (2)") for title in titles)

    def test_a_serious_event_is_due_for_report_until_it_is_reported(self, course: Trial) -> None:
        def reports() -> list[tuple[str, str]]:
            rows = due_list(course.desk(NURSE), TODAY)
            return [(row.due, row.why) for row in rows if row.what == "Report to the sponsor"]

        (report,) = reports()
        assert report[1] == "Adverse event 1 is serious and not reported"
        assert datetime.fromisoformat(report[0]) > datetime.fromisoformat(SERIOUS["aware_at"])
        mild = {**SERIOUS, "serious": "no"}
        course.fill(NURSE, "S-001", "adverse_events/adverse_event", mild)
        values = {name: text for name, text in SERIOUS.items() if name != "aware_at"}
        course.fill(NURSE, "S-001", "adverse_events/adverse_event", values)
        assert sorted(due for due, _ in reports()) == ["", report[0]]
        where = "adverse_events/adverse_event"
        course.fill(NURSE, "S-001", f"{where}[1]", {"reported_at": "2024-06-02T20:00+02:00"})
        assert [due for due, _ in reports()] == [""]

    def test_of_who_has_withdrawn_nothing_is_due(self, course: Trial) -> None:
        assert due_list(course.desk(NURSE), TODAY)
        withdraw(course.desk(NURSE), "S-001", TODAY, "own wish")
        assert due_list(course.desk(NURSE), TODAY) == ()

    def test_one_site_can_be_asked_for(self, course: Trial) -> None:
        rows = due_list(whole(course, MANAGER), TODAY, "vumc")
        assert {row.subject for row in rows} == {"V-001"}
        rows = due_list(whole(course, MANAGER), TODAY)
        assert {row.subject for row in rows} == {"S-001", "V-001"}
        assert deviation_list(course.desk(NURSE), TODAY, "vumc") == ()


class TestQueries:
    def test_a_query_is_shown_to_who_sees_what_it_is_about(self, course: Trial) -> None:
        manager = course.desk(MANAGER)
        open_query(manager, "S-001", at("fes_scan/fes_read.visual"), "positive on both?")
        open_query(manager, "S-001", at("screening/eligibility.disease"), "bone only?")
        shown = {
            role: [row.number for row in query_list(course.desk(role), "S-001")] for role in Role
        }
        assert shown[MANAGER] == [1, 2]
        assert shown[READER] == [1]
        assert shown[NURSE] == shown[MONITOR] == shown[ONCOLOGIST] == [2]
        assert shown[TECHNOLOGIST] == shown[DMC] == shown[LABORATORY] == []

    def test_closed_ones_are_shown_when_asked_for_and_lists_are_of_all_own_subjects(
        self, course: Trial
    ) -> None:
        open_query(course.desk(MANAGER), "S-001", at("screening/eligibility.disease"), "bone?")
        answer_query(course.desk(NURSE), "S-001", 1, "bone only, yes")
        (row,) = query_list(course.desk(NURSE))
        assert (row.about, row.status) == ("screening/eligibility.disease", "answered")
        assert (row.text, row.answer) == ("bone?", "bone only, yes")
        close_query(course.desk(MANAGER), "S-001", 1)
        assert query_list(course.desk(NURSE)) == ()
        assert len(query_list(course.desk(NURSE), closed=True)) == 1
        assert query_list(course.desk(NURSE, "vumc"), closed=True) == ()

    def test_looking_at_the_queries_of_one_subject_is_noted(self, course: Trial) -> None:
        query_list(course.desk(MONITOR), "S-001")
        (row,) = [one.access for one in course.ledger.seen() if one.access.role == "monitor"]
        assert (row.subject, row.what) == ("S-001", "queries")


class TestDoses:
    def test_net_activity_and_effective_dose_are_told_with_what_is_not_confirmed(
        self, course: Trial
    ) -> None:
        """205.0 MBq at 10:20 and 3.1 at 10:35, both brought to 10:31 by 109.77 min: 188.05."""
        view = dose_list(course.desk(TECHNOLOGIST), "S-001")
        (row,) = view.rows
        full = 205.0 * 0.5 ** (11 / 109.77)
        left = 3.1 * 0.5 ** (-4 / 109.77)
        assert float(row.net_mbq) == pytest.approx(full - left, abs=0.05)
        assert float(row.effective_msv) == pytest.approx((full - left) * 0.022, abs=0.01)
        assert "not confirmed" in row.note
        assert "coefficients not confirmed: 18F-FES" in view.total_msv
        assert view.as_data()["total_msv"] == view.total_msv

    def test_a_dose_that_cannot_be_computed_says_why(self, course: Trial) -> None:
        course.correct(TECHNOLOGIST, "S-001", "fes_injection/administration.residual_mbq", None)
        view = dose_list(course.desk(TECHNOLOGIST), "S-001")
        assert (view.rows[0].net_mbq, view.rows[0].effective_msv) == ("", "")
        assert "residual" in view.rows[0].note
        assert "without 1 that cannot be computed" in view.total_msv

    @pytest.mark.parametrize("role", [LABORATORY, DMC])
    def test_who_does_not_see_injections_is_refused(self, course: Trial, role: Role) -> None:
        with pytest.raises(RefusedError) as caught:
            dose_list(course.desk(role), "S-001")
        assert caught.value.problem.field == "permission to see injections of tracers"
        assert caught.value.problem.got == role.value

    def test_looking_at_doses_is_noted(self, course: Trial) -> None:
        dose_list(course.desk(TECHNOLOGIST), "S-001")
        noted = [one.access.what for one in course.ledger.seen()]
        assert noted[-1] == "doses"


class TestProposal:
    ROUTINE = Routine(zone=ZoneInfo("Europe/Amsterdam"))

    def propose(self, course: Trial, role: Role, wish: Wish) -> object:
        closed = ClosedDays(frozenset({5, 6}), frozenset())
        return proposal_for(course.desk(role, "vumc"), "V-001", wish, closed, self.ROUTINE)

    def test_days_are_proposed_from_a_tracer_or_an_event(self, course: Trial) -> None:
        """FES on Friday 7 June: HER2-PET four days after an injection, on a working day."""
        wish = Wish(events={}, tracers={"FES": date(2024, 6, 7)})
        by_event = Wish(events={"fes_injection": date(2024, 6, 7)}, tracers={})
        assert self.propose(course, NURSE, wish) == self.propose(course, NURSE, by_event)

    def test_a_tracer_that_the_protocol_does_not_have_is_a_wrong_wish(self, course: Trial) -> None:
        for short in ("FLT", "18F"):
            with pytest.raises(UsageError) as caught:
                self.propose(course, NURSE, Wish(events={}, tracers={short: date(2024, 6, 7)}))
            assert caught.value.problem.got == short

    def test_a_reader_does_not_plan(self, course: Trial) -> None:
        with pytest.raises(RefusedError) as caught:
            self.propose(course, READER, Wish(events={}, tracers={}))
        assert caught.value.problem.field == "permission to see the plan of all days"
