"""Killed processes and several writers: each act is there whole or not at all, and none is lost."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import groupby
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import Barrier
from time import sleep

import pytest

from databases import STAMP, an_address, draft, write
from ledger_writers import ACTS, FACTS, SUBJECTS, write_acts
from petrial.adapters.store.audit import seal, verify
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import DjangoLedger, create_ledger, open_ledger
from petrial.vocabulary.errors import LedgerError

KILLS = 20
WRITERS = 4
LONGEST_WAIT = 0.12
Start = Callable[[str, tuple[str, ...]], tuple[ForkServerProcess, Connection]]


@pytest.fixture
def start(ledger: DjangoLedger, address: str, tmp_path: Path) -> Start:
    """Return a function that starts a writing process, and says where it tells of its acts."""
    assert ledger.heads() == []
    context = get_context("forkserver")
    context.set_forkserver_preload(["ledger_writers"])

    def begin(name: str, subjects: tuple[str, ...]) -> tuple[ForkServerProcess, Connection]:
        here, there = Pipe(duplex=False)
        process = context.Process(
            target=write_acts, args=(address, tmp_path / "keys", name, subjects, there)
        )
        process.start()
        there.close()
        return process, here

    return begin


def told_by(channel: Connection) -> list[str]:
    """Return the acts that a writer, now gone, said were stored."""
    acts = []
    try:
        while True:
            acts.append(channel.recv())
    except EOFError:
        channel.close()
    return acts


def test_a_writer_killed_at_any_moment_leaves_each_act_whole_or_absent(
    ledger: DjangoLedger, start: Start
) -> None:
    """Twenty writers killed at random moments; seed 20. What they said was stored is there."""
    chance = random.Random(20)  # noqa: S311  moments, not secrets
    told: set[str] = set()
    killed = 0
    for number in range(KILLS):
        process, channel = start(f"writer{number}", SUBJECTS)
        told.add(channel.recv())  # it has begun to write
        sleep(chance.uniform(0, LONGEST_WAIT))
        process.kill()
        process.join()
        killed += process.exitcode == -9
        told |= set(told_by(channel))
        verified = verify(ledger)
        assert verified.faults == ()
    stored = Counter((fact.act, fact.subject) for fact in ledger.facts())
    acts = {act for act, _ in stored}
    assert killed > KILLS / 2
    assert told <= acts
    assert stored == {(act, subject): FACTS for act in acts for subject in SUBJECTS}
    write(ledger, SUBJECTS[0], draft("after"))
    assert verify(ledger, seal(ledger, STAMP.recorded)).whole


@pytest.mark.parametrize("together", [True, False], ids=["one chain", "a chain each"])
def test_several_writers_lose_nothing(ledger: DjangoLedger, start: Start, together: bool) -> None:  # noqa: FBT001  a parameter of the test
    writers = [
        start(f"writer{number}", SUBJECTS if together else (f"S-{number}",))
        for number in range(WRITERS)
    ]
    told = [told_by(channel) for _, channel in writers]
    for process, _ in writers:
        process.join()
    assert [process.exitcode for process, _ in writers] == [0] * WRITERS
    assert [len(acts) for acts in told] == [ACTS] * WRITERS
    verified = verify(ledger)
    assert verified.faults == ()
    chains = len(SUBJECTS) if together else 1
    assert verified.facts == WRITERS * ACTS * FACTS * chains
    assert verified.accesses == WRITERS * ACTS
    for _, facts in groupby(ledger.facts(), key=lambda fact: (fact.subject, fact.act)):
        assert [fact.seq - fact.act_seq for fact in facts] == list(range(FACTS))


def test_verifying_judges_one_state_while_others_write(ledger: DjangoLedger, start: Start) -> None:
    process, channel = start("writer", SUBJECTS)
    seen = []
    while process.is_alive():
        verified = verify(ledger)
        assert verified.faults == ()
        seen.append(verified.facts)
    told_by(channel)
    assert seen == sorted(seen)
    assert {facts % (FACTS * len(SUBJECTS)) for facts in seen} == {0}


def test_who_waits_too_long_for_other_writers_is_told_to_do_it_again(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 's.sqlite3'}"
    one = create_ledger(address, "IMPACT", Keys.create(tmp_path))
    two = open_ledger(address, "IMPACT", one.keys)
    two.connection.close()
    two.connection.settings_dict["OPTIONS"]["timeout"] = 0.1
    with (
        one.unit(),
        pytest.raises(LedgerError, match=r"database is locked.*others are writing"),
    ):
        write(two, "S-001", draft("asat"))
    write(two, "S-001", draft("asat"))
    one.close()
    two.close()


def test_of_two_who_wait_for_each_other_one_is_told_to_do_it_again(tmp_path: Path) -> None:
    """PostgreSQL locks chains one by one; it finds such a ring by itself and ends one of them."""
    with an_address("postgresql", tmp_path) as address:
        made = create_ledger(address, "IMPACT", Keys.create(tmp_path))
        both_hold_one = Barrier(2, timeout=60)

        def act(name: str, subjects: tuple[str, str]) -> str:
            own = open_ledger(address, "IMPACT", made.keys)
            try:
                with own.unit() as unit:
                    unit.append(subjects[0], [draft(name)], STAMP)
                    both_hold_one.wait()
                    unit.append(subjects[1], [draft(name)], STAMP)
                    unit.commit()
            except LedgerError as refused:
                return refused.problem.do
            finally:
                own.close()
            return "stored"

        with ThreadPoolExecutor(2) as pool:
            acts = [pool.submit(act, n, s) for n, s in (("a", ("1", "2")), ("b", ("2", "1")))]
            outcomes = sorted(outcome.result() for outcome in acts)
        assert outcomes == ["others are writing: do it again; nothing of it was stored", "stored"]
        assert verify(made).facts == 2
        made.close()


def test_of_two_corrections_of_one_fact_at_once_one_is_refused(
    ledger: DjangoLedger, address: str
) -> None:
    write(ledger, "S-001", draft("asat"))
    other = open_ledger(address, ledger.study, ledger.keys)
    seen = {name: who.current("S-001")[0].seq for name, who in (("a", ledger), ("b", other))}
    write(ledger, "S-001", replace(draft("asat", "8"), replaces=seen["a"]))
    with pytest.raises(LedgerError, match="it was changed meanwhile"):
        write(other, "S-001", replace(draft("asat", "9"), replaces=seen["b"]))
    other.close()
    assert [fact.value for fact in ledger.facts()] == ["7", "8"]
