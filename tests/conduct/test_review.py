"""Queries are asked, answered and closed; forms are signed, locked and unlocked."""

import pytest

from made_acts import PATHOLOGY, READ, TREATMENT, form
from made_studies import Trial, adopted, amended, at, enrolled
from petrial.conduct.enrolment import register
from petrial.conduct.review import (
    answer_query,
    close_query,
    filled_forms,
    lock,
    open_query,
    queries,
    reopen_query,
    sign,
    unlock,
)
from petrial.protocol.model import Role
from petrial.subjects.records import Form, Query
from petrial.vocabulary.errors import PetrialError, RefusedError

NURSE, READER, ONCOLOGIST = Role.SITE_NURSE, Role.READER, Role.ONCOLOGIST
LABORATORY, MANAGER, MONITOR = Role.LABORATORY, Role.DATA_MANAGER, Role.MONITOR
STATUS = at("screening/eligibility.who_performance_status")
ELIGIBILITY = form("screening/eligibility")


@pytest.fixture
def trial(impact: Trial) -> Trial:
    enrolled(impact, "S-001")
    return impact


def parts(error: pytest.ExceptionInfo[PetrialError]) -> tuple[str, str, str]:
    problem = error.value.problem
    return problem.field, problem.got, problem.wanted


def state_of(trial: Trial, where: str) -> Form:
    return trial.state("S-001").form_status(*form(where).place("")[:4])


class TestQueries:
    def test_a_query_is_opened_answered_asked_again_and_closed(self, trial: Trial) -> None:
        manager, nurse = trial.desk(MANAGER), trial.desk(NURSE)
        done = open_query(manager, "S-001", STATUS, " 1 in the letter, 2 here? ")
        assert done.notes == ("Query 1 is open.",)
        seen = []

        def note() -> None:
            (query,) = queries(trial.state("S-001"))
            seen.append((query.status.value, query.text, query.answer))
            assert query.target == STATUS

        note()
        answer_query(nurse, "S-001", 1, "the letter is older")
        note()
        reopen_query(manager, "S-001", 1, "of which day is it?")
        note()
        answer_query(nurse, "S-001", 1, "of 14 May")
        close_query(manager, "S-001", 1)
        note()
        assert seen == [
            ("open", "1 in the letter, 2 here?", ""),
            ("answered", "1 in the letter, 2 here?", "the letter is older"),
            ("open", "of which day is it?", "the letter is older"),
            ("closed", "of which day is it?", "of 14 May"),
        ]
        texts = [f for f in trial.ledger.facts("S-001") if f.item in {"text", "answer"}]
        assert len(texts) == 4
        assert all(f.sealed for f in texts)

    def test_one_can_ask_about_what_is_not_there(self, trial: Trial) -> None:
        target = at("her2_scan/scan[2].scan_ended_at")
        open_query(trial.desk(MANAGER), "S-001", target, "was it not scanned?")
        assert queries(trial.state("S-001"))[0].target == target

    @pytest.mark.parametrize(
        "where",
        ["lunch/eligibility.disease", "ct/eligibility.disease", "screening/eligibility.lunch"],
    )
    def test_what_the_protocol_does_not_have_cannot_be_asked_about(
        self, trial: Trial, where: str
    ) -> None:
        with pytest.raises(RefusedError) as caught:
            open_query(trial.desk(MANAGER), "S-001", at(where), "what is this?")
        assert parts(caught) == ("place", where, "an item of a form of an event")

    def test_a_query_that_asks_nothing_and_an_answer_that_says_nothing_are_refused(
        self, trial: Trial
    ) -> None:
        with pytest.raises(RefusedError) as caught:
            open_query(trial.desk(MANAGER), "S-001", STATUS, "?")
        assert caught.value.problem.field == "reason"
        open_query(trial.desk(MANAGER), "S-001", STATUS, "is it so?")
        with pytest.raises(RefusedError) as caught:
            answer_query(trial.desk(NURSE), "S-001", 1, "  ")
        assert caught.value.problem.field == "reason"

    def test_a_number_that_no_query_has_is_refused_with_those_there_are(self, trial: Trial) -> None:
        with pytest.raises(RefusedError) as caught:
            close_query(trial.desk(MANAGER), "S-001", 1)
        assert parts(caught) == ("number", "1", "no query: there is none")
        open_query(trial.desk(MANAGER), "S-001", STATUS, "is it so?")
        with pytest.raises(RefusedError) as caught:
            answer_query(trial.desk(NURSE), "S-001", 2, "yes, it is")
        assert parts(caught) == ("number", "2", "one of: 1")

    def test_only_an_open_query_is_answered(self, trial: Trial) -> None:
        open_query(trial.desk(MANAGER), "S-001", STATUS, "is it so?")
        close_query(trial.desk(MANAGER), "S-001", 1)
        with pytest.raises(RefusedError) as caught:
            answer_query(trial.desk(NURSE), "S-001", 1, "yes, it is")
        assert parts(caught) == ("state of the query", "closed, to be answered", "one of: reopened")

    def test_nobody_asks_or_answers_about_what_they_may_not_see(self, trial: Trial) -> None:
        """The monitor sees no experimental reads; readers see no clinical data."""
        with pytest.raises(RefusedError) as caught:
            open_query(trial.desk(MONITOR), "S-001", at("fes_scan/fes_read.visual"), "positive?")
        assert parts(caught)[:2] == ("visual", "monitor, who does not see it")
        open_query(trial.desk(MONITOR), "S-001", STATUS, "is it so?")
        with pytest.raises(RefusedError) as caught:
            answer_query(trial.desk(READER), "S-001", 1, "yes, it is")
        assert parts(caught)[1] == "reader, who does not see it"


class TestSigning:
    def test_a_form_is_signed_by_who_answers_for_it(self, trial: Trial) -> None:
        trial.fill(READER, "S-001", "fdg_pet/fdg_read", READ)
        done = sign(trial.desk(READER), "S-001", form("fdg_pet/fdg_read"))
        assert [(f.item, f.value, f.role) for f in done.facts] == [("@status", "signed", "reader")]
        assert state_of(trial, "fdg_pet/fdg_read") is Form.SIGNED
        assert state_of(trial, "screening/eligibility") is Form.OPEN

    def test_every_required_item_that_is_missing_is_named(self, trial: Trial) -> None:
        """Of a read of the whole subject: reader, day and class; of a lesion also which, where."""
        trial.fill(
            READER, "S-001", "fdg_pet/fdg_read", {"level": "lesion", "read_on": "2024-05-20"}
        )
        with pytest.raises(RefusedError) as caught:
            sign(trial.desk(READER), "S-001", form("fdg_pet/fdg_read"))
        named = [caught.value.problem.field]
        named += [note.split(": ")[1] for note in caught.value.__notes__]
        assert named == ["reader", "lesion", "organ", "visual"]
        assert state_of(trial, "fdg_pet/fdg_read") is Form.OPEN

    def test_who_does_not_fill_a_form_in_does_not_sign_it(self, trial: Trial) -> None:
        with pytest.raises(RefusedError) as caught:
            sign(trial.desk(LABORATORY), "S-001", ELIGIBILITY)
        assert parts(caught) == (
            "permission to sign",
            "laboratory",
            "one of: site-nurse, oncologist, data-manager",
        )

    def test_who_sees_nothing_of_a_form_does_not_sign_it(self, trial: Trial) -> None:
        """Readers fill in forms of the kind response, but this one is not shown to them."""
        values = {"assessed_on": "2024-06-01", "new_lesion": "no", "overall": "PR"}
        trial.fill(ONCOLOGIST, "S-001", "response_assessment/response", values)
        with pytest.raises(RefusedError) as caught:
            sign(trial.desk(READER), "S-001", form("response_assessment/response"))
        assert parts(caught)[0] == "permission to sign"

    def test_a_form_is_signed_once_until_it_changes(self, trial: Trial) -> None:
        sign(trial.desk(ONCOLOGIST), "S-001", ELIGIBILITY)
        with pytest.raises(RefusedError) as caught:
            sign(trial.desk(ONCOLOGIST), "S-001", ELIGIBILITY)
        assert parts(caught) == (
            "state of the form",
            "signed, to be signed",
            "one of: changed, locked",
        )

    @pytest.mark.parametrize("where", ["biopsy/pathology", "screening/eligibility[2]", "x/y"])
    def test_a_form_that_is_not_filled_in_is_not_signed(self, trial: Trial, where: str) -> None:
        with pytest.raises(RefusedError) as caught:
            sign(trial.desk(ONCOLOGIST), "S-001", form(where))
        assert parts(caught)[0] == "form"
        assert "not filled in" in parts(caught)[1]

    def test_a_form_that_a_later_version_dropped_is_not_signed_but_can_be_locked(
        self, tiny: Trial
    ) -> None:
        register(tiny.desk(NURSE), "north", "T-1")
        tiny.fill(NURSE, "T-1", "screening/history", {"visited_on": "2024-06-01"})
        text = tiny.ledger.protocol_text(str(tiny.state().facts[at("@own/@protocol.hash")].value))
        adopted(tiny, amended(text, "1.1").replace("history", "anamnesis"))
        with pytest.raises(RefusedError) as caught:
            sign(tiny.desk(ONCOLOGIST), "T-1", form("screening/history"))
        assert parts(caught) == ("form", "history", "a form of protocol 1.1, which is in force")
        lock(tiny.desk(MANAGER), "T-1", form("screening/history"))


class TestLocking:
    def test_a_form_or_all_that_are_filled_in_are_locked(self, trial: Trial) -> None:
        manager = trial.desk(MANAGER)
        lock(manager, "S-001", ELIGIBILITY)
        assert state_of(trial, "screening/eligibility") is Form.LOCKED
        assert state_of(trial, "ct/scan") is Form.OPEN
        done = lock(manager, "S-001")
        assert len(done.facts) == len(filled_forms(trial.state("S-001"))) - 1
        assert {
            trial.state("S-001").form_status(*one.place("")[:4])
            for one in filled_forms(trial.state("S-001"))
        } == {Form.LOCKED}

    def test_what_is_locked_is_not_locked_again(self, trial: Trial) -> None:
        manager = trial.desk(MANAGER)
        lock(manager, "S-001")
        with pytest.raises(RefusedError) as caught:
            lock(manager, "S-001")
        assert parts(caught) == ("forms", "none that is not locked", "a filled-in form")
        with pytest.raises(RefusedError) as caught:
            lock(manager, "S-001", ELIGIBILITY)
        assert parts(caught)[:2] == ("state of the form", "locked, to be locked")

    def test_every_query_that_is_not_closed_blocks_the_lock_of_its_form(self, trial: Trial) -> None:
        manager = trial.desk(MANAGER)
        open_query(manager, "S-001", STATUS, "is it so?")
        open_query(manager, "S-001", STATUS, "and since when?")
        answer_query(trial.desk(NURSE), "S-001", 2, "since May")
        before = trial.trace()
        for chosen in (ELIGIBILITY, None):
            with pytest.raises(RefusedError) as caught:
                lock(manager, "S-001", chosen)
            assert parts(caught) == (
                "query 1",
                "open, on screening/eligibility.who_performance_status",
                "closed queries only",
            )
            (note,) = caught.value.__notes__
            assert "query 2: found answered" in note
        assert trial.trace() == before
        lock(manager, "S-001", form("ct/scan"))
        for number in (1, 2):
            close_query(manager, "S-001", number)
        assert queries(trial.state("S-001"))[0].status is Query.CLOSED
        lock(manager, "S-001", ELIGIBILITY)

    def test_to_unlock_needs_a_reason_and_takes_the_signature_away(self, trial: Trial) -> None:
        manager = trial.desk(MANAGER)
        sign(trial.desk(ONCOLOGIST), "S-001", ELIGIBILITY)
        lock(manager, "S-001", ELIGIBILITY)
        with pytest.raises(RefusedError) as caught:
            unlock(manager, "S-001", ELIGIBILITY, "")
        assert caught.value.problem.field == "reason"
        done = unlock(manager, "S-001", ELIGIBILITY, "found in monitoring")
        assert state_of(trial, "screening/eligibility") is Form.OPEN
        assert list(trial.ledger.opened(done.facts).values()) == ["found in monitoring"]

    def test_what_is_not_locked_is_not_unlocked(self, trial: Trial) -> None:
        with pytest.raises(RefusedError) as caught:
            unlock(trial.desk(MANAGER), "S-001", ELIGIBILITY, "found in monitoring")
        assert parts(caught)[:2] == ("state of the form", "open, to be unlocked")

    def test_the_repeats_of_a_form_have_states_of_their_own(self, trial: Trial) -> None:
        for _twice in range(2):
            trial.fill(LABORATORY, "S-001", "biopsy/pathology", PATHOLOGY)
        lock(trial.desk(MANAGER), "S-001", form("biopsy/pathology[2]"))
        trial.correct(LABORATORY, "S-001", "biopsy/pathology.er_percent", "80")
        with pytest.raises(RefusedError) as caught:
            trial.correct(LABORATORY, "S-001", "biopsy/pathology[2].er_percent", "80")
        assert caught.value.problem.got == "locked"
        trial.fill(ONCOLOGIST, "S-001", "therapy_start/medication", TREATMENT)


def test_filled_in_forms_stand_in_the_order_of_their_first_statement(trial: Trial) -> None:
    assert [f"{one.event}/{one.form}" for one in filled_forms(trial.state("S-001"))] == [
        "screening/demographics",
        "screening/eligibility",
        "ct/scan",
        "fdg_pet/scan",
        "bone_scintigraphy/scan",
    ]
