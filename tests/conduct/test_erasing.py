"""An erasure takes every sealed text of a subject, old ones too, and leaves the chain whole."""

from collections.abc import Callable

import pytest

from made_studies import (
    FOUNDER,
    NOON,
    Trial,
    at,
    enrolled,
    ready,
)
from petrial.adapters.store.audit import verify
from petrial.conduct.desk import Done
from petrial.conduct.enrolment import (
    erase,
    withdraw,
)
from petrial.conduct.review import answer_query, open_query
from petrial.protocol.model import Role
from petrial.vocabulary.errors import PetrialError, RefusedError

NURSE, ONCOLOGIST, MANAGER = Role.SITE_NURSE, Role.ONCOLOGIST, Role.DATA_MANAGER
Acts = tuple[Callable[[], Done], ...]
TODAY = NOON.date()


def parts(error: pytest.ExceptionInfo[PetrialError]) -> tuple[str, str, str]:
    problem = error.value.problem
    return problem.field, problem.got, problem.wanted


PERSONAL = {
    "name": "Johanna Zonneveld",
    "replaced name": "Johana Zonnevelt",
    "birth date": "1961-02-03",
    "hospital number": "H-S-001",
    "reason of a correction": "wrote Zonnevelt for Zonneveld",
    "query": "is she the daughter of Dr Zonneveld?",
    "reason of the withdrawal": "moves to her sister in Zuidlaren",
}
"""What tells who S-001 is; none of these texts may be read in the database after the erasure."""


class TestErasing:
    @pytest.fixture
    def trial(self, crossing: Trial) -> Trial:
        where = "screening/demographics.name"
        crossing.correct(NURSE, "S-001", where, PERSONAL["replaced name"])
        reason = PERSONAL["reason of a correction"]
        crossing.correct(NURSE, "S-001", where, PERSONAL["name"], reason=reason)
        query = open_query(crossing.desk(MANAGER), "S-001", at(where), PERSONAL["query"])
        assert query.facts
        answer_query(crossing.desk(NURSE), "S-001", 1, "no, of another")
        withdraw(crossing.desk(NURSE), "S-001", TODAY, PERSONAL["reason of the withdrawal"])
        return crossing

    def readable(self, trial: Trial) -> set[str]:
        """Return every text that whoever holds the keys can still open, with its commitment."""
        facts = tuple(trial.ledger.facts())
        return set(trial.ledger.opened(facts).values())

    def stored(self, trial: Trial) -> bytes:
        """Return the bytes of the files, or on a server all rows as text."""
        if files := sorted(trial.folder.glob("*.sqlite3*")):
            return b"".join(file.read_bytes() for file in files)
        found = []
        with trial.ledger.connection.cursor() as cursor:
            for table in ("ledger_fact", "ledger_vault", "ledger_current", "ledger_head"):
                cursor.execute(f"SELECT {table}::text FROM {table}")  # noqa: S608  own names
                found += [row for (row,) in cursor.fetchall()]
        return "\n".join(found).encode()

    def test_names_birth_date_hospital_number_and_reasons_are_gone_old_ones_too(
        self, trial: Trial
    ) -> None:
        assert set(PERSONAL.values()) <= self.readable(trial)
        erase(trial.desk(FOUNDER), "S-001", "asked for under data protection law")
        left = self.readable(trial)
        assert not set(PERSONAL.values()) & left
        bytes_left = self.stored(trial)
        for text in PERSONAL.values():
            assert text.encode() not in bytes_left
        of_subject = set(trial.ledger.opened(tuple(trial.ledger.facts("S-001"))).values())
        assert of_subject == {"asked for under data protection law"}

    def test_the_chain_stays_whole_and_says_that_it_was_erased_by_whom_and_when(
        self, trial: Trial
    ) -> None:
        before = [fact.hash for fact in trial.ledger.facts("S-001")]
        done = erase(trial.desk(FOUNDER), "S-001", "asked for under data protection law")
        after = list(trial.ledger.facts("S-001"))
        assert [fact.hash for fact in after][: len(before)] == before
        found = verify(trial.ledger)
        assert found.whole
        assert found.faults == ()
        count = int(done.notes[0].split()[0])
        assert found.erased == count >= len(PERSONAL)
        last = after[-2]
        assert (last.item, last.value, last.author) == ("erased", "yes", FOUNDER)

    def test_the_vault_holds_nothing_of_the_subject_but_the_reason_of_its_erasure(
        self, trial: Trial
    ) -> None:
        def vault() -> int:
            with trial.ledger.connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM ledger_vault")
                (count,) = cursor.fetchone()
            return int(count)

        facts = tuple(trial.ledger.facts("S-001"))
        before, sealed = vault(), len(trial.ledger.opened(facts))
        erase(trial.desk(FOUNDER), "S-001", "asked for under data protection law")
        assert vault() == before - sealed + 1
        erase(trial.desk(FOUNDER), "S-001", "the first reason held a name")
        assert vault() == before - sealed + 1

    def test_other_subjects_keep_their_texts(self, trial: Trial) -> None:
        ready(trial, "S-002")
        erase(trial.desk(FOUNDER), "S-001", "asked for under data protection law")
        assert trial.text("S-002", "screening/demographics.name") == "Johanna Zonneveld"

    def test_nothing_can_be_stated_or_corrected_of_who_was_erased(self, impact: Trial) -> None:
        enrolled(impact, "S-001")
        erase(impact.desk(FOUNDER), "S-001", "asked for under data protection law")
        name = {"name": "Johanna"}
        acts: Acts = (
            lambda: impact.fill(NURSE, "S-001", "screening/demographics", name),
            lambda: impact.correct(NURSE, "S-001", "screening/demographics.name", "Johanna"),
        )
        for act in acts:
            with pytest.raises(RefusedError) as caught:
                act()
            assert parts(caught) == ("subject", "erased", "a subject whose texts were not erased")

    def test_an_erasure_needs_a_reason(self, impact: Trial) -> None:
        enrolled(impact, "S-001")
        before = impact.trace()
        with pytest.raises(RefusedError) as caught:
            erase(impact.desk(FOUNDER), "S-001", "")
        assert caught.value.problem.field == "reason"
        assert impact.trace() == before
