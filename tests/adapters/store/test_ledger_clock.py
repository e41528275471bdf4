"""In a chain the recorded moments go forward, but for what the clocks of machines may differ.

Five minutes is what the page of the ledger says; each expected verdict follows from it by hand.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from databases import STAMP, STUDY_ID, Intruder, an_address, draft, write
from petrial.adapters.store.audit import verify
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import DjangoLedger, create_ledger
from petrial.subjects.chain import ORIGIN, row_digest
from petrial.subjects.facts import FACT_FIELDS
from petrial.vocabulary.errors import LedgerError

RECORDED = FACT_FIELDS.index("recorded")
MICROSECOND = timedelta(microseconds=1)
FIVE = timedelta(minutes=5)


def at(ledger: DjangoLedger, subject: str, item: str, later: timedelta) -> None:
    """Append a fact that is recorded so much later than 08:42."""
    with ledger.unit() as unit:
        stamp = replace(STAMP, recorded=STAMP.recorded + later)
        unit.append(subject, [draft(item)], stamp)
        unit.commit()


def test_a_clock_that_is_more_than_five_minutes_back_is_refused(ledger: DjangoLedger) -> None:
    write(ledger, "S-001", draft("a"))
    at(ledger, "S-001", "b", -FIVE)
    with pytest.raises(LedgerError, match="set the clock of this computer right") as refused:
        at(ledger, "S-001", "c", -FIVE - MICROSECOND)
    assert refused.value.problem.got == "2024-05-21T08:36:59.999999Z"
    assert "2024-05-21T08:42:00.000000Z" in refused.value.problem.wanted
    at(ledger, "S-002", "c", -timedelta(days=9))  # another chain has its own order
    assert [fact.item for fact in ledger.facts("S-001")] == ["a", "b"]
    assert verify(ledger).faults == ()


def test_small_steps_back_do_not_add_up(ledger: DjangoLedger) -> None:
    """Counted from the latest moment of the chain, also where its fact was replaced since."""
    write(ledger, "S-001", draft("a"))
    with ledger.unit() as unit:
        stamp = replace(STAMP, recorded=STAMP.recorded - timedelta(minutes=4))
        unit.append("S-001", [replace(draft("a", "8"), replaces=1)], stamp)
        with pytest.raises(LedgerError, match="set the clock"):
            unit.append(
                "S-001", [draft("b")], replace(stamp, recorded=stamp.recorded - 2 * FIVE / 5)
            )
    at(ledger, "S-001", "b", -timedelta(minutes=4))
    with pytest.raises(LedgerError, match="set the clock"):
        at(ledger, "S-001", "c", -timedelta(minutes=6))


def test_within_one_unit_the_order_holds_too(ledger: DjangoLedger) -> None:
    with ledger.unit() as unit:
        unit.append("S-001", [draft("a")], STAMP)
        unit.append("S-001", [draft("b")], replace(STAMP, recorded=STAMP.recorded + 2 * FIVE))
        with pytest.raises(LedgerError, match="set the clock"):
            unit.append("S-001", [draft("c")], STAMP)


def test_a_server_knows_when_a_computer_is_ahead(tmp_path: Path) -> None:
    """A fact from the future would keep its chain closed until then."""
    with an_address("postgresql", tmp_path) as address:
        made = create_ledger(address, STUDY_ID, Keys.create(tmp_path))
        now = datetime.now(tz=UTC)  # noqa: TID251  the server's clock is the real one
        with made.unit() as unit, pytest.raises(LedgerError, match="the server's clock") as refused:
            unit.append("S-001", [draft("a")], replace(STAMP, recorded=now + 2 * FIVE))
        assert refused.value.problem.field == "recorded"
        with made.unit() as unit:
            unit.append("S-001", [draft("a")], replace(STAMP, recorded=now))
            unit.commit()
        made.close()


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        ("2024-05-21T08:37:00.000000Z", []),
        ("2024-05-21T08:36:59.999999Z", ["chain of S-001, fact 3"]),
        ("", ["chain of S-001, fact 3"]),
    ],
)
def test_verify_names_the_fact_where_a_chain_goes_back(
    ledger: DjangoLedger, intruder: Intruder, moment: str, found: list[str]
) -> None:
    """All hashes fit: someone with the program, and a clock set back, wrote the last fact."""
    write(ledger, "S-001", draft("a"), draft("b"), draft("c"))
    rows = intruder.rows("S-001")
    assert rows[0][-2] == ORIGIN
    content = (*rows[2][:RECORDED], moment, *rows[2][RECORDED + 1 :])
    own = row_digest(content)
    statement = "UPDATE ledger_fact SET recorded = ?, hash = ? WHERE subject = 'S-001' AND seq = 3"
    intruder.do_all(
        (statement, (moment, own)),
        ("UPDATE ledger_head SET hash = ? WHERE subject = 'S-001'", (own,)),
    )
    faults = verify(ledger).faults
    assert [fault.where for fault in faults] == found
    assert {fault.field for fault in faults} <= {"recorded"}
