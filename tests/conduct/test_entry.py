"""Values are stated once, corrected with a reason, and refused where they cannot be."""

from collections.abc import Callable

import pytest

from made_acts import PATHOLOGY, READ, TREATMENT, form
from made_studies import (
    FOUNDER,
    Trial,
    enrolled,
    received,
)
from petrial.conduct.desk import Done
from petrial.conduct.enrolment import withdraw
from petrial.conduct.entry import Entry, fill, record
from petrial.conduct.permissions import Act
from petrial.conduct.review import lock, sign
from petrial.protocol.model import Role
from petrial.subjects.facts import Absent
from petrial.subjects.records import Form
from petrial.vocabulary.errors import PetrialError, Problem, RefusedError

NURSE, TECHNOLOGIST, READER = Role.SITE_NURSE, Role.TECHNOLOGIST, Role.READER
ONCOLOGIST, LABORATORY, MANAGER = Role.ONCOLOGIST, Role.LABORATORY, Role.DATA_MANAGER
Acts = tuple[Callable[[], Done], ...]
STATUS = "screening/eligibility.who_performance_status"
BORN = "screening/demographics.date_of_birth"


@pytest.fixture
def trial(impact: Trial) -> Trial:
    enrolled(impact, "S-001")
    received(impact, "FES-0524")
    return impact


def parts(error: pytest.ExceptionInfo[PetrialError]) -> tuple[str, str, str]:
    """Return field, found and wanted of a refusal."""
    problem: Problem = error.value.problem
    return problem.field, problem.got, problem.wanted


def noted(error: pytest.ExceptionInfo[PetrialError]) -> str:
    """Return all problems that a refusal carries, as text."""
    return "\n".join([str(error.value.problem), *getattr(error.value, "__notes__", [])])


class TestFillingIn:
    def test_values_are_stored_canonical_with_unit_and_moment_of_observation(
        self, trial: Trial
    ) -> None:
        trial.fill(
            NURSE,
            "S-001",
            "screening/laboratory",
            {"sampled_on": " 2024-05-14 ", "asat": "31"},
            observed="2024-05-14T08:15Z",
        )
        (fact,) = trial.history("S-001", "screening/laboratory.asat")
        assert (fact.value, fact.unit, fact.observed) == ("31", "U/L", "2024-05-14T08:15:00+00:00")

    def test_the_same_again_adds_nothing(self, trial: Trial) -> None:
        before = trial.trace()
        done = trial.fill(NURSE, "S-001", "screening/eligibility", {"who_performance_status": "1"})
        sealed = trial.fill(NURSE, "S-001", "screening/demographics", {"name": "Johanna Zonneveld"})
        assert (done.drafts, done.facts, sealed.drafts) == ((), (), ())
        assert trial.trace() == before

    def test_another_value_is_refused_toward_correction(self, trial: Trial) -> None:
        with pytest.raises(RefusedError) as caught:
            trial.fill(NURSE, "S-001", "screening/eligibility", {"who_performance_status": "2"})
        assert parts(caught) == (
            "who_performance_status",
            "a value that differs from the one stated before",
            "a place that has no value yet",
        )
        assert "petrial forms correct" in caught.value.problem.do

    def test_another_personal_value_is_refused_without_telling_either(self, trial: Trial) -> None:
        with pytest.raises(RefusedError) as caught:
            trial.fill(NURSE, "S-001", "screening/demographics", {"name": "Maria Gerritsen"})
        assert caught.value.problem.got == "another value"
        assert "Maria" not in noted(caught)
        assert "Johanna" not in noted(caught)

    def test_the_same_value_seen_at_another_moment_is_not_the_same(self, trial: Trial) -> None:
        trial.fill(NURSE, "S-001", "screening/eligibility", {"symptom_worsening": "5"})
        with pytest.raises(RefusedError) as caught:
            trial.fill(
                NURSE,
                "S-001",
                "screening/eligibility",
                {"symptom_worsening": "5"},
                observed="2024-05-14",
            )
        assert parts(caught)[1] == "a value that differs from the one stated before"
        more = {"observed": "2024-05-14", "reason": "seen the day before"}
        trial.correct(NURSE, "S-001", "screening/eligibility.symptom_worsening", "5", **more)
        newest = trial.history("S-001", "screening/eligibility.symptom_worsening")[-1]
        assert (newest.value, newest.observed) == ("5", "2024-05-14")

    def test_why_there_is_no_value_is_a_statement(self, trial: Trial) -> None:
        absent = {"symptom_worsening": Absent.UNKNOWN}
        for _twice in range(2):
            trial.fill(NURSE, "S-001", "screening/eligibility", {}, absent=absent)
        (fact,) = trial.history("S-001", "screening/eligibility.symptom_worsening")
        assert (fact.value, fact.unit, fact.absent) == (None, "", "unknown")

    def test_removed_is_for_corrections_and_a_value_with_a_reason_is_neither(
        self, trial: Trial
    ) -> None:
        with pytest.raises(RefusedError) as caught:
            trial.fill(
                NURSE,
                "S-001",
                "screening/eligibility",
                {"symptom_worsening": "5"},
                absent={"symptom_worsening": Absent.NOT_DONE, "remarks": Absent.REMOVED},
            )
        assert parts(caught) == (
            "remarks",
            "removed",
            "one of: not-done, unknown, not-applicable",
        )
        assert "found a value, and not-done, wanted one of them" in noted(caught)

    def test_a_form_with_nothing_in_it_is_refused(self, trial: Trial) -> None:
        with pytest.raises(RefusedError) as caught:
            trial.fill(NURSE, "S-001", "screening/eligibility", {})
        assert parts(caught) == ("values", "", "one value at least")

    def test_every_value_that_cannot_be_is_named_and_nothing_is_stored(self, trial: Trial) -> None:
        before = trial.trace()
        wrong = {"height_cm": "tall", "date_of_birth": "03-02-1961", "shoe_size": "38"}
        with pytest.raises(RefusedError) as caught:
            trial.fill(NURSE, "S-001", "screening/demographics", wrong)
        assert caught.value.problem.field == "height_cm"
        notes = caught.value.__notes__
        assert [note.split(": ")[1] for note in notes] == ["date_of_birth", "shoe_size"]
        assert "03-02-1961" not in noted(caught)
        assert "found shoe_size, wanted one of: name, hospital_number" in notes[1]
        assert trial.trace() == before

    def test_values_that_contradict_those_stated_before_are_refused(self, trial: Trial) -> None:
        trial.fill(
            TECHNOLOGIST, "S-001", "fes_scan/scan", {"scan_started_at": "2024-05-24T11:30+02:00"}
        )
        with pytest.raises(RefusedError) as caught:
            trial.fill(
                TECHNOLOGIST,
                "S-001",
                "fes_scan/scan[1]",
                {"scan_ended_at": "2024-05-24T11:10+02:00"},
            )
        assert parts(caught) == (
            "scan_ended_at",
            "2024-05-24T11:10:00+02:00",
            "not before scan_started_at, 2024-05-24T11:30:00+02:00",
        )

    @pytest.mark.parametrize(
        ("where", "more", "field", "wanted"),
        [
            ("lunch/eligibility", {}, "event", "one of: screening, ct, fdg_pet"),
            ("screening/lunch", {}, "form", "one of: demographics, eligibility"),
            ("ct/eligibility", {}, "form", "one of: scan"),
            ("screening[2]/eligibility", {}, "repeat of the event", "1, for this event does not"),
            ("screening/eligibility[2]", {}, "repeat of the form", "1: it does not repeat"),
            ("screening/laboratory[3]", {}, "repeat of the form", "1 to 1"),
            ("screening/eligibility", {"observed": "2025-01-01"}, "observed", "a day not after"),
            ("screening/eligibility", {"observed": "10:00"}, "observed", "a day, a time and its"),
        ],
    )
    def test_what_the_protocol_does_not_have_is_refused(
        self, trial: Trial, where: str, more: dict[str, str], field: str, wanted: str
    ) -> None:
        with pytest.raises(RefusedError) as caught:
            trial.fill(NURSE, "S-001", where, {"symptom_worsening": "5"}, **more)
        assert caught.value.problem.field == field
        assert caught.value.problem.wanted.startswith(wanted)

    def test_an_event_has_no_repeat_before_the_first(self, trial: Trial) -> None:
        said = Entry(event="follow_up", form="progression", values={}, event_repeat=0)
        with pytest.raises(RefusedError) as caught:
            fill(trial.desk(NURSE), "S-001", said)
        assert parts(caught) == ("repeat of the event", "0", "1 or more")

    def test_an_event_that_is_due_again_and_again_repeats(self, trial: Trial) -> None:
        where = "follow_up[3]/progression"
        trial.fill(NURSE, "S-001", where, {"assessed_on": "2024-06-01", "progressed": "no"})
        assert trial.text("S-001", f"{where}.progressed") == "no"

    def test_a_form_that_repeats_gets_a_new_repeat_unless_one_is_named(self, trial: Trial) -> None:
        blood = {"sampled_on": "2024-05-14"}
        for asat in ("31", "47"):
            trial.fill(NURSE, "S-001", "screening/laboratory", {**blood, "asat": asat})
        trial.fill(NURSE, "S-001", "screening/laboratory[2]", {"alat": "40"})
        assert trial.text("S-001", "screening/laboratory.asat") == "31"
        assert trial.text("S-001", "screening/laboratory[2].asat") == "47"
        assert trial.text("S-001", "screening/laboratory[2].alat") == "40"

    def test_a_form_is_filled_in_by_the_act_of_its_kind(self, trial: Trial) -> None:
        said = Entry(event="screening", form="laboratory", values={"asat": "31"})
        with pytest.raises(RefusedError) as caught:
            record(trial.desk(NURSE), Act.RECORD, "S-001", said)
        assert caught.value.problem.field == "form"
        assert caught.value.problem.do.endswith("register-result")

    def test_only_roles_of_its_kind_fill_a_form_in(self, trial: Trial) -> None:
        with pytest.raises(RefusedError) as caught:
            trial.fill(ONCOLOGIST, "S-001", "fes_scan/fes_read", READ)
        assert parts(caught) == ("permission to fill in fes_read", "oncologist", "one of: reader")

    def test_nobody_states_or_corrects_what_they_may_not_see(self, trial: Trial) -> None:
        """Readers see no clinical data: by trying they could find out what stands there."""
        verdict = {"assessed_on": "2024-06-01", "new_lesion": "no", "overall": "PR"}
        where = "response_assessment/response"
        trial.fill(ONCOLOGIST, "S-001", where, verdict)
        with pytest.raises(RefusedError) as caught:
            trial.fill(READER, "S-001", f"{where}[1]", verdict)
        field, got, wanted = parts(caught)
        assert (field, got) == ("assessed_on", "reader, who does not see it")
        assert "oncologist" in wanted
        assert len(caught.value.__notes__) == 2
        with pytest.raises(RefusedError) as caught:
            trial.correct(READER, "S-001", f"{where}.overall", "SD")
        assert parts(caught)[:2] == ("overall", "reader, who does not see it")

    def test_an_unknown_form_of_an_unknown_subject_is_refused_all_the_same(
        self, trial: Trial
    ) -> None:
        with pytest.raises(RefusedError) as caught:
            fill(trial.desk(NURSE), "S-999", Entry(event="screening", form="lunch", values={}))
        assert caught.value.problem.got == "S-999, not registered"


class TestCorrecting:
    def test_both_values_stay_with_the_reason_sealed(self, trial: Trial) -> None:
        trial.correct(NURSE, "S-001", STATUS, "2", reason="  the letter says 2 ")
        old, new = trial.history("S-001", STATUS)
        assert (old.value, new.value, new.replaces) == ("1", "2", old.seq)
        assert new.reason.startswith("sealed:sha256:")
        assert list(trial.ledger.opened([new]).values()) == ["the letter says 2"]
        assert trial.text("S-001", STATUS) == "2"

    @pytest.mark.parametrize("reason", ["", "   ", "typo", "x" * 4001, "nul \0 byte"])
    def test_a_reason_that_says_nothing_is_refused(self, trial: Trial, reason: str) -> None:
        before = trial.trace()
        with pytest.raises(RefusedError) as caught:
            trial.correct(NURSE, "S-001", STATUS, "2", reason=reason)
        assert caught.value.problem.field == "reason"
        assert caught.value.problem.wanted.startswith("why, in 5 to 4000")
        assert trial.trace() == before

    def test_a_value_that_was_corrected_after_it_was_seen_is_refused(self, trial: Trial) -> None:
        trial.correct(NURSE, "S-001", STATUS, "2", was="1")
        with pytest.raises(RefusedError) as caught:
            trial.correct(ONCOLOGIST, "S-001", STATUS, "0", was="1")
        assert parts(caught) == (
            "who_performance_status",
            "another value than stated",
            "the value that stands, as the one that was seen",
        )
        trial.correct(ONCOLOGIST, "S-001", STATUS, "0", was="2")
        assert trial.text("S-001", STATUS) == "0"

    @pytest.mark.parametrize(
        ("where", "value", "field", "got"),
        [
            (STATUS, "1", "who_performance_status", "the value that is stated already"),
            (STATUS, "7", "who_performance_status", "7"),
            ("screening/eligibility.symptom_worsening", "7", "symptom_worsening", "nothing stated"),
            ("screening/eligibility.shoe_size", "7", "shoe_size", "no such item"),
            (BORN, "1962-31-12", "date_of_birth", "9999-99-99"),
        ],
    )
    def test_what_cannot_be_corrected_so_is_refused(
        self, trial: Trial, where: str, value: str, field: str, got: str
    ) -> None:
        with pytest.raises(RefusedError) as caught:
            trial.correct(NURSE, "S-001", where, value)
        assert parts(caught)[:2] == (field, got)

    def test_a_value_or_why_there_is_none_and_not_both(self, trial: Trial) -> None:
        with pytest.raises(RefusedError) as caught:
            trial.correct(NURSE, "S-001", STATUS, "2", absent=Absent.UNKNOWN)
        assert parts(caught)[1:] == ("a value, and unknown", "one of them")
        trial.correct(NURSE, "S-001", STATUS, None, absent=Absent.UNKNOWN)
        assert trial.history("S-001", STATUS)[-1].absent == "unknown"

    def test_what_was_removed_can_be_stated_anew_in_its_place(self, trial: Trial) -> None:
        trial.correct(NURSE, "S-001", STATUS, None)
        with pytest.raises(RefusedError) as caught:
            trial.correct(NURSE, "S-001", STATUS, None)
        assert parts(caught)[1] == "the value that is stated already"
        trial.correct(NURSE, "S-001", STATUS, "2")
        values = [(fact.value, fact.absent) for fact in trial.history("S-001", STATUS)]
        assert values == [("1", ""), (None, "removed"), ("2", "")]
        assert trial.history("S-001", STATUS)[-1].replaces is not None

    def test_a_correction_into_a_contradiction_is_refused_and_out_of_one_is_not(
        self, trial: Trial
    ) -> None:
        scan = "ct/scan.scan_ended_at"
        with pytest.raises(RefusedError) as caught:
            trial.correct(TECHNOLOGIST, "S-001", scan, "2024-05-06T09:00+02:00")
        assert caught.value.problem.field == "scan_ended_at"
        trial.correct(TECHNOLOGIST, "S-001", scan, None)
        assert trial.text("S-001", scan) is None

    def test_a_correction_takes_the_signature_away_and_so_does_a_new_value(
        self, trial: Trial
    ) -> None:
        signed = form("screening/eligibility")
        changes: Acts = (
            lambda: trial.correct(NURSE, "S-001", STATUS, "2"),
            lambda: trial.fill(
                NURSE, "S-001", "screening/eligibility", {"symptom_worsening": "10"}
            ),
        )
        for change in changes:
            sign(trial.desk(ONCOLOGIST), "S-001", signed)
            assert trial.state("S-001").form_status(*signed.place("")[:4]) is Form.SIGNED
            done = change()
            assert [fact.act_seq for fact in done.facts] == [done.facts[0].seq] * 2
            assert trial.state("S-001").form_status(*signed.place("")[:4]) is Form.OPEN

    def test_a_locked_form_refuses_values_and_corrections(self, trial: Trial) -> None:
        lock(trial.desk(MANAGER), "S-001", form("screening/eligibility"))
        before = trial.trace()
        acts: Acts = (
            lambda: trial.correct(NURSE, "S-001", STATUS, "2"),
            lambda: trial.fill(NURSE, "S-001", "screening/eligibility", {"remarks": "none"}),
        )
        for act in acts:
            with pytest.raises(RefusedError) as caught:
                act()
            assert parts(caught) == ("state of the form", "locked", "an open or signed form")
            assert "petrial forms unlock" in caught.value.problem.do
        assert trial.trace() == before


class TestWithdrawn:
    def test_a_subject_who_has_withdrawn_gets_no_values_and_keeps_those_there(
        self, trial: Trial
    ) -> None:
        withdraw(trial.desk(NURSE), "S-001", trial.now.date(), "own wish")
        before = trial.trace()
        acts: Acts = (
            lambda: trial.fill(NURSE, "S-001", "screening/eligibility", {"remarks": "none"}),
            lambda: trial.fill(ONCOLOGIST, "S-001", "treatment/medication", TREATMENT),
        )
        for act in acts:
            with pytest.raises(RefusedError) as caught:
                act()
            assert parts(caught)[:2] == ("subject", "withdrawn")
        assert trial.text("S-001", STATUS) == "1"
        assert trial.trace() == before


def test_results_are_registered_by_who_made_them(prepared: Trial) -> None:
    done = prepared.fill(LABORATORY, "S-001", "primary_block/pathology", PATHOLOGY)
    assert (done.act, done.facts[0].role) == (Act.REGISTER_RESULT, "laboratory")


def test_the_founder_has_no_role_that_states_values(prepared: Trial) -> None:
    said = Entry(event="screening", form="eligibility", values={"remarks": "none"})
    with pytest.raises(RefusedError) as caught:
        fill(prepared.desk(FOUNDER), "S-001", said)
    assert caught.value.problem.field == "permission to record"
