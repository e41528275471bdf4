"""Doses against their batches, the clock of serious events, treatments that change, intentions."""

from collections.abc import Callable

import pytest

from made_acts import INTENTION, SERIOUS, TREATMENT
from made_protocol import made_data
from made_studies import (
    ADMINISTERED,
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
from petrial.conduct.enrolment import register
from petrial.conduct.entry import Change, change_treatment
from petrial.conduct.permissions import Act
from petrial.conduct.supply import reject_batch
from petrial.protocol.model import Role
from petrial.subjects.facts import Absent
from petrial.vocabulary.errors import PetrialError, Problem, RefusedError

NURSE, TECHNOLOGIST, READER = Role.SITE_NURSE, Role.TECHNOLOGIST, Role.READER
ONCOLOGIST, LABORATORY, MANAGER = Role.ONCOLOGIST, Role.LABORATORY, Role.DATA_MANAGER
Acts = tuple[Callable[[], Done], ...]
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
            assert not any("Serious" in note for note in done.notes)

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
