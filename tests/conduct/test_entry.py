"""Values are stated once, corrected with a reason, and refused where they cannot be."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from made_acts import INTENTION, PATHOLOGY, READ, SERIOUS, TREATMENT, form
from made_protocol import made_data
from made_studies import (
    ADMINISTERED,
    FOUNDER,
    IMPACT,
    Trial,
    adopted,
    amended,
    enrolled,
    received,
)
from petrial.adapters.files.protocol import dump_protocol
from petrial.conduct.desk import Done
from petrial.conduct.disclosure import disclose
from petrial.conduct.enrolment import register, withdraw
from petrial.conduct.entry import Change, Entry, change_treatment, fill, record
from petrial.conduct.permissions import Act
from petrial.conduct.review import lock, sign
from petrial.conduct.supply import reject_batch
from petrial.protocol.model import Role
from petrial.subjects.facts import Absent
from petrial.subjects.records import Form
from petrial.vocabulary.errors import PetrialError, Problem, RefusedError

NURSE, TECHNOLOGIST, READER = Role.SITE_NURSE, Role.TECHNOLOGIST, Role.READER
ONCOLOGIST, LABORATORY, MANAGER = Role.ONCOLOGIST, Role.LABORATORY, Role.DATA_MANAGER
Acts = tuple[Callable[[], Done], ...]
STATUS = "screening/eligibility.who_performance_status"
BORN = "screening/demographics.date_of_birth"
DOSE = "fes_injection/administration"


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
            "a value that someone changed in the meantime",
            "the value that was seen",
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


class TestVersions:
    def test_each_fact_is_stamped_with_the_version_in_force_at_its_site_on_its_day(
        self, trial: Trial
    ) -> None:
        """Version 2.0 at umcg from 10 June, 3.0 everywhere from 20 June."""
        enrolled(trial, "V-001", trial.away)
        day = trial.now.date()
        adopted(trial, amended(IMPACT, "2.0"), trial.home, day + timedelta(days=7))
        adopted(trial, amended(IMPACT, "3.0"), "*", day + timedelta(days=17))
        stamps = []
        for days in (0, 7, 16, 17):
            trial.now += timedelta(days=days) - (trial.now.date() - day)
            blood = {"sampled_on": trial.now.date().isoformat()}
            for subject in ("S-001", "V-001"):
                done = trial.fill(NURSE, subject, "screening/laboratory", blood)
                stamps.append((days, subject, done.facts[0].protocol))
        assert stamps == [
            (0, "S-001", "1.0"),
            (0, "V-001", "1.0"),
            (7, "S-001", "2.0"),
            (7, "V-001", "1.0"),
            (16, "S-001", "2.0"),
            (16, "V-001", "1.0"),
            (17, "S-001", "3.0"),
            (17, "V-001", "3.0"),
        ]
        kept = [f.protocol for f in trial.ledger.facts("S-001") if f.form == "laboratory"]
        assert kept == ["1.0", "2.0", "2.0", "3.0"]


class TestAdministration:
    def give(self, trial: Trial, **changes: str) -> object:
        return trial.fill(TECHNOLOGIST, "S-001", DOSE, {**ADMINISTERED, **changes})

    def test_a_released_batch_of_the_tracer_that_is_not_expired_is_given(
        self, trial: Trial
    ) -> None:
        self.give(trial)
        assert trial.text("S-001", f"{DOSE}.batch") == "FES-0524"

    @pytest.mark.parametrize(
        ("changes", "field", "got", "wanted"),
        [
            ({"batch": "FES-0000"}, "batch", "FES-0000", "a batch received at umcg"),
            ({"batch": "FES-0525"}, "batch FES-0525", "received", "released"),
            ({"batch": "FES-0526"}, "batch FES-0526", "rejected", "released"),
            ({"batch": "FES-AWAY"}, "batch", "FES-AWAY", "a batch received at umcg"),
            ({"tracer": "18F-FDG"}, "batch FES-0524", "18F-FES", "18F-FDG"),
            (
                {
                    "injected_at": "2024-05-24T19:00:01+02:00",
                    "residual_at": "2024-05-24T19:05:00+02:00",
                },
                "batch FES-0524",
                "expired 2024-05-24T19:00:00+02:00",
                "valid at 2024-05-24T19:00:01+02:00",
            ),
        ],
    )
    def test_a_batch_that_is_unknown_unreleased_expired_or_of_another_tracer_is_refused(
        self, trial: Trial, changes: dict[str, str], field: str, got: str, wanted: str
    ) -> None:
        received(trial, "FES-0525", release=False)
        received(trial, "FES-0526")
        reject_batch(trial.desk(TECHNOLOGIST), "umcg", "FES-0526", "failed the filter test")
        received(trial, "FES-AWAY", trial.away)
        before = trial.trace()
        with pytest.raises(RefusedError) as caught:
            self.give(trial, **changes)
        assert parts(caught) == (field, got, wanted)
        assert trial.trace() == before

    def test_the_moment_of_expiry_itself_is_within(self, trial: Trial) -> None:
        late = "2024-05-24T19:00:00+02:00"
        self.give(trial, injected_at=late, residual_at=late)

    def test_a_dose_entered_in_two_parts_is_judged_whole(self, trial: Trial) -> None:
        trial.fill(TECHNOLOGIST, "S-001", DOSE, {"tracer": "18F-FES", "batch": "FES-0524"})
        with pytest.raises(RefusedError) as caught:
            trial.fill(TECHNOLOGIST, "S-001", DOSE, {"injected_at": "2024-05-25T10:31:00+02:00"})
        assert caught.value.problem.got == "expired 2024-05-24T19:00:00+02:00"

    def test_a_correction_is_judged_by_the_batch_too(self, trial: Trial) -> None:
        self.give(trial)
        for item, value, got in (
            ("batch", "FES-0000", "FES-0000"),
            ("tracer", "18F-FDG", "18F-FES"),
        ):
            with pytest.raises(RefusedError) as caught:
                trial.correct(TECHNOLOGIST, "S-001", f"{DOSE}.{item}", value)
            assert caught.value.problem.got == got

    def test_after_a_late_rejection_what_was_given_can_still_be_corrected(
        self, trial: Trial
    ) -> None:
        self.give(trial)
        reject_batch(trial.desk(TECHNOLOGIST), "umcg", "FES-0524", "failed the sterility test")
        trial.correct(TECHNOLOGIST, "S-001", f"{DOSE}.weight_kg", "74.2")
        trial.correct(TECHNOLOGIST, "S-001", f"{DOSE}.injected_at", "2024-05-24T10:30+02:00")
        assert trial.text("S-001", f"{DOSE}.weight_kg") == "74.2"

    def test_where_no_batch_is_known_none_is_judged(self, trial: Trial) -> None:
        values = {name: text for name, text in ADMINISTERED.items() if name != "batch"}
        absent = {"batch": Absent.UNKNOWN}
        trial.fill(TECHNOLOGIST, "S-001", DOSE, values, absent=absent)
        assert trial.text("S-001", f"{DOSE}.activity_mbq") == "205.0"


class TestAdverseEvent:
    LIMIT = "serious_report: {value: 24, unit: h, source: unconfirmed}\n"

    def limited(self, trial: Trial, limit: str) -> None:
        """Adopt another limit: that of the file is unconfirmed, so no expectation."""
        adopted(trial, amended(IMPACT, "1.1", (self.LIMIT, limit)))

    @pytest.mark.parametrize(
        ("limit", "note"),
        [
            ("36, unit: h, source: record", "2024-06-03T20:00:00+02:00 (36 h after aware_at)."),
            ("15, unit: d, source: record", "2024-06-17T08:00:00+02:00 (15 d after aware_at)."),
            (
                "90, unit: min, source: unconfirmed",
                "2024-06-02T09:30:00+02:00 (90 min after aware_at, which is not confirmed).",
            ),
        ],
    )
    def test_a_serious_one_starts_the_clock_from_when_the_site_learnt_of_it(
        self, trial: Trial, limit: str, note: str
    ) -> None:
        """The site learnt of it at 08:00 on 2 June; the rest is arithmetic."""
        self.limited(trial, f"serious_report: {{value: {limit}}}\n")
        done = trial.fill(NURSE, "S-001", "adverse_events/adverse_event", SERIOUS)
        assert done.act is Act.REPORT
        assert done.notes == (f"Serious: report it to the sponsor by {note}",)

    def test_one_that_is_not_serious_or_was_reported_starts_none(self, trial: Trial) -> None:
        mild = {**SERIOUS, "serious": "no"}
        reported = {**SERIOUS, "reported_at": "2024-06-02T09:00:00+02:00"}
        for values in (mild, reported):
            done = trial.fill(NURSE, "S-001", "adverse_events/adverse_event", values)
            assert done.notes == ()

    def test_one_that_turns_serious_starts_it_too(self, trial: Trial) -> None:
        where = "adverse_events/adverse_event"
        trial.fill(NURSE, "S-001", where, {**SERIOUS, "serious": "no"})
        done = trial.correct(NURSE, "S-001", f"{where}.serious", "yes")
        assert done.notes[0].startswith("Serious: report it to the sponsor by 2024-06-")
        outcome = trial.fill(NURSE, "S-001", f"{where}[1]", {"outcome": "recovered"})
        assert outcome.notes == ()

    def test_without_the_moment_the_clock_asks_for_it(self, trial: Trial) -> None:
        values = {name: text for name, text in SERIOUS.items() if name != "aware_at"}
        done = trial.fill(NURSE, "S-001", "adverse_events/adverse_event", values)
        assert done.notes == (
            "Serious: state when the site learnt of it, for the reporting clock.",
        )

    def test_a_protocol_without_a_limit_still_asks_for_the_report(self, trial: Trial) -> None:
        self.limited(trial, "")
        done = trial.fill(NURSE, "S-001", "adverse_events/adverse_event", SERIOUS)
        assert done.notes == (
            "Serious: report it to the sponsor; this protocol does not say within which time.",
        )


class TestTreatment:
    EVENT = "therapy_start"

    def change(self, trial: Trial, **more: object) -> object:
        said = {"event": self.EVENT, "form": "medication", "form_repeat": 1, **more}
        return change_treatment(
            trial.desk(ONCOLOGIST),
            "S-001",
            Change(**{"stopped_on": "2024-06-02", **said}),  # type: ignore[arg-type]  # by name
        )

    @pytest.fixture
    def treated(self, trial: Trial) -> Trial:
        trial.fill(ONCOLOGIST, "S-001", f"{self.EVENT}/medication", TREATMENT)
        return trial

    def test_a_change_is_one_act_that_ends_one_treatment_and_starts_the_next(
        self, treated: Trial
    ) -> None:
        self.change(
            treated, next_treatment={"drug_class": "chemotherapy", "started_on": "2024-06-03"}
        )
        facts = [f for f in treated.ledger.facts("S-001") if f.act == "change-treatment"]
        assert [(f.form_repeat, f.item, f.value) for f in facts] == [
            (1, "stopped_on", "2024-06-02"),
            (2, "drug_class", "chemotherapy"),
            (2, "started_on", "2024-06-03"),
        ]
        assert len({f.act_seq for f in facts}) == 1

    def test_a_treatment_can_end_without_another(self, treated: Trial) -> None:
        self.change(treated)
        assert treated.text("S-001", "therapy_start/medication.stopped_on") == "2024-06-02"

    def test_one_that_has_ended_or_never_began_is_refused(self, treated: Trial) -> None:
        self.change(treated)
        for repeat, got in ((1, "one that has ended"), (2, "no treatment number 2")):
            with pytest.raises(RefusedError) as caught:
                self.change(treated, form_repeat=repeat)
            assert parts(caught) == ("treatment", got, "a treatment that goes on")

    def test_all_that_is_wrong_with_both_is_named_and_neither_is_stored(
        self, treated: Trial
    ) -> None:
        before = treated.trace()
        with pytest.raises(RefusedError) as caught:
            self.change(
                treated,
                stopped_on="2024-05-30",
                next_treatment={"drug_class": "prayer", "started_on": "2024-06-03"},
            )
        assert parts(caught) == ("stopped_on", "2024-05-30", "not before started_on, 2024-05-31")
        assert "drug_class: found prayer" in noted(caught)
        assert treated.trace() == before

    def test_another_kind_of_form_holds_no_treatment(self, treated: Trial) -> None:
        with pytest.raises(RefusedError) as caught:
            self.change(treated, event="screening", form="demographics")
        assert caught.value.problem.field == "form"

    def test_a_treatment_follows_at_its_own_event_where_the_form_does_not_repeat(
        self, tiny: Trial
    ) -> None:
        data = made_data()
        history = data["forms"][0]
        history["kind"] = "treatment"
        days = [i for i in history["items"] if i["name"] == "visited_on"]
        history["items"] += [
            {"name": "drug_class", "title": "Drug", "type": "code", "codes": "blockers"},
            {**days[0], "name": "started_on"},
            {**days[0], "name": "stopped_on"},
        ]
        data["identity"]["version"] = "1.1"
        adopted(tiny, dump_protocol(data))
        register(tiny.desk(NURSE), "north", "T-1")
        started = {"visited_on": "2024-05-31", "started_on": "2024-05-31"}
        tiny.fill(NURSE, "T-1", "therapy/history", started)
        following = {"started_on": "2024-06-03"}
        said = Change(
            event="therapy",
            form="history",
            form_repeat=1,
            stopped_on="2024-06-02",
            next_treatment=following,
        )
        with pytest.raises(RefusedError) as caught:
            change_treatment(tiny.desk(NURSE), "T-1", said)
        assert caught.value.problem.field == "next treatment"


class TestIntention:
    def test_after_the_disclosure_no_intention_of_before_is_stated(self, prepared: Trial) -> None:
        where = "therapy_choice/intended_therapy"
        disclose(prepared.desk(NURSE), "S-001", "experimental_reads", ONCOLOGIST)
        with pytest.raises(RefusedError) as caught:
            prepared.fill(ONCOLOGIST, "S-001", where, {"drugs": "letrozole"})
        assert parts(caught) == (
            "form intended_therapy",
            "stated after experimental_reads was disclosed to oncologist",
            "what was intended before the disclosure",
        )
        prepared.fill(ONCOLOGIST, "S-001", where, INTENTION)
        prepared.fill(ONCOLOGIST, "S-001", "therapy_choice/therapy_after_disclosure", INTENTION)


def test_results_are_registered_by_who_made_them(prepared: Trial) -> None:
    done = prepared.fill(LABORATORY, "S-001", "primary_block/pathology", PATHOLOGY)
    assert (done.act, done.facts[0].role) == (Act.REGISTER_RESULT, "laboratory")


def test_the_founder_has_no_role_that_states_values(prepared: Trial) -> None:
    said = Entry(event="screening", form="eligibility", values={"remarks": "none"})
    with pytest.raises(RefusedError) as caught:
        fill(prepared.desk(FOUNDER), "S-001", said)
    assert caught.value.problem.field == "permission to record"
