"""What is stated once for a subject is stated once, whoever states it and wherever."""

from dataclasses import replace

import pytest

from databases import draft, write
from petrial.adapters.store.ledger import DjangoLedger
from petrial.subjects.facts import Draft, Place
from petrial.subjects.records import OWN, STATED_ONCE, SUBJECT
from petrial.vocabulary.errors import LedgerError

STATUS = Draft(place=Place(OWN, 1, SUBJECT, 1, "status"), value="registered")
SHIFT = Draft(place=Place(OWN, 1, SUBJECT, 1, "date_shift"), value="12", sealed=True)


def test_the_date_shift_is_stated_once() -> None:
    """Two shifts of one subject would let filed images disagree about the same day."""
    assert (SUBJECT, "date_shift") in STATED_ONCE


@pytest.mark.parametrize(
    "second",
    [
        SHIFT,
        replace(SHIFT, replaces=2),
        replace(SHIFT, place=SHIFT.place._replace(form_repeat=2)),
        replace(SHIFT, place=SHIFT.place._replace(event="screening")),
        replace(SHIFT, value=None, absent="removed", sealed=False),
    ],
    ids=["again", "as a correction", "another repeat", "another event", "taken away"],
)
def test_a_second_registration_is_refused_whole(ledger: DjangoLedger, second: Draft) -> None:
    write(ledger, "S-001", STATUS, SHIFT)
    with pytest.raises(LedgerError, match=r"found fact 2, stated by anna .*is stated once"):
        write(ledger, "S-001", STATUS, second)
    assert [fact.seq for fact in ledger.facts("S-001")] == [1, 2]
    write(ledger, "S-002", STATUS, SHIFT)
    write(ledger, "S-001", draft("asat"), STATUS)
    assert len(ledger.heads()) == 2


def test_one_act_does_not_state_it_twice(ledger: DjangoLedger) -> None:
    with pytest.raises(LedgerError, match="is stated once"):
        write(ledger, "S-001", SHIFT, replace(SHIFT, place=SHIFT.place._replace(form_repeat=2)))
    assert ledger.heads() == []


def test_an_erased_date_shift_is_not_stated_anew(ledger: DjangoLedger) -> None:
    write(ledger, "S-001", STATUS, SHIFT)
    with ledger.unit() as unit:
        assert unit.erase([fact.value or "" for fact in unit.current("S-001") if fact.sealed]) == 1
        unit.commit()
    with pytest.raises(LedgerError, match="is stated once"):
        write(ledger, "S-001", SHIFT)
