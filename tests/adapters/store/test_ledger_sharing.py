"""A chain that a unit decides from holds still until that unit ends, for readers and writers."""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path
from threading import Barrier, Event

import pytest

from databases import STAMP, STUDY_ID, an_address, draft, write
from petrial.adapters.store.audit import verify
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import DjangoLedger, create_ledger, open_ledger
from petrial.subjects.facts import STUDY
from petrial.vocabulary.errors import LedgerError

LONG = 60
SHORT = 0.5


def test_what_is_shared_is_what_is_current(ledger: DjangoLedger) -> None:
    write(ledger, STUDY, draft("asat", "7"), draft("alat", "8"))
    with ledger.unit() as unit:
        assert unit.shared(STUDY) == ledger.current(STUDY)
        assert unit.shared("S-002") == []
        unit.append("S-001", [draft("asat")], STAMP)
        assert [fact.item for fact in unit.shared("S-001")] == ["asat"]
        unit.commit()
    assert list(ledger.subjects()) == ["S-001"]


def test_an_act_on_the_study_waits_for_whoever_decides_from_its_chain(
    ledger: DjangoLedger, address: str
) -> None:
    """As a batch that is rejected while its dose is being recorded: the dose is before it."""
    write(ledger, STUDY, draft("batch", "released"))

    def reject() -> int:
        own = open_ledger(address, STUDY_ID, ledger.keys)
        try:
            write(own, STUDY, draft("rejected"))
        finally:
            own.close()
        return 1

    with ThreadPoolExecutor(1) as pool:
        with ledger.unit() as unit:
            unit.shared(STUDY)
            rejecting = pool.submit(reject)
            with pytest.raises(NotYet):
                rejecting.result(timeout=SHORT)
            unit.append("S-001", [draft("dose")], STAMP)
            assert [fact.item for fact in unit.shared(STUDY)] == ["batch"]
            unit.commit()
        assert rejecting.result(timeout=LONG) == 1
    assert [fact.item for fact in ledger.current(STUDY)] == ["batch", "rejected"]


def test_who_decides_from_a_chain_waits_for_its_writer_and_sees_what_came(
    ledger: DjangoLedger, address: str
) -> None:
    write(ledger, STUDY, draft("batch", "released"))
    begun = Event()

    def decide() -> list[str]:
        own = open_ledger(address, STUDY_ID, ledger.keys)
        try:
            begun.set()
            with own.unit() as unit:
                return [fact.item for fact in unit.shared(STUDY)]
        finally:
            own.close()

    with ThreadPoolExecutor(1) as pool:
        with ledger.unit() as unit:
            unit.append(STUDY, [draft("rejected")], STAMP)
            deciding = pool.submit(decide)
            assert begun.wait(LONG)
            with pytest.raises(NotYet):
                deciding.result(timeout=SHORT)
            unit.commit()
        assert deciding.result(timeout=LONG) == ["batch", "rejected"]


def test_acts_on_different_subjects_share_the_study_and_do_not_wait(tmp_path: Path) -> None:
    """Both stand inside their unit at once; SQLite has one writer at a time."""
    with an_address("postgresql", tmp_path) as address:
        made = create_ledger(address, STUDY_ID, Keys.create(tmp_path))
        write(made, STUDY, draft("batch", "released"))
        both_share = Barrier(2, timeout=LONG)

        def act(subject: str) -> None:
            own = open_ledger(address, STUDY_ID, made.keys)
            try:
                with own.unit() as unit:
                    unit.shared(STUDY)
                    unit.append(subject, [draft("asat")], STAMP)
                    both_share.wait()
                    unit.commit()
            finally:
                own.close()

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(act, ("S-001", "S-002")))
        assert list(made.subjects()) == ["S-001", "S-002"]
        assert verify(made).whole
        made.close()


def test_a_chain_that_is_shared_is_not_written_in_the_same_unit(ledger: DjangoLedger) -> None:
    """Two who share a chain and then both want to write it would wait for each other for ever."""
    write(ledger, STUDY, draft("asat"))
    with ledger.unit() as unit:
        unit.shared(STUDY)
        with pytest.raises(LedgerError, match="wanted a chain that was locked for writing first"):
            unit.append(STUDY, [draft("alat")], STAMP)
    with ledger.unit() as unit:
        unit.current(STUDY)
        unit.shared(STUDY)
        unit.append(STUDY, [draft("alat")], STAMP)
        unit.commit()
    assert len(ledger.current(STUDY)) == 2
