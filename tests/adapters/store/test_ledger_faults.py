"""Killed processes and several writers: each act is there whole or not at all, and none is lost."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import groupby
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from time import sleep

import pytest

from databases import STAMP, draft, write
from ledger_writers import ACTS, FACTS, SUBJECTS, write_acts
from petrial.adapters.store.audit import seal, verify
from petrial.adapters.store.ledger import DjangoLedger, open_ledger
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
