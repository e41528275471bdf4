"""Whoever changes the ledger behind its back is found, and the first bad fact is named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from databases import Intruder, draft, write
from petrial.adapters.store.audit import ExportedHead, seal, verify
from petrial.adapters.store.ledger import DjangoLedger
from petrial.conduct.ledger import Access
from petrial.subjects.chain import ORIGIN, row_digest
from petrial.subjects.facts import FACT_FIELDS
from petrial.vocabulary.errors import LedgerError

NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
LATER = datetime(2024, 6, 2, 12, tzinfo=UTC)
SEQ, SUBJECT, VALUE = (FACT_FIELDS.index(name) for name in ("seq", "subject", "value"))
Row = tuple[object, ...]


@pytest.fixture
def filled(ledger: DjangoLedger) -> DjangoLedger:
    """Return a ledger with two subjects of six facts each, and an access chain of three rows."""
    for subject in ("S-001", "S-002"):
        write(ledger, subject, draft("asat"), draft("alat"), draft("crp"))
        write(ledger, subject, draft("name", "Anna", sealed=True), draft("hb", None))
        write(ledger, subject, replace(draft("asat", "8", reason="typing error"), replaces=1))
    for what in ("laboratory", "imaging", "all"):
        ledger.saw(Access(act="saw", author="bo", role="monitor", subject="S-001", what=what))
    return ledger


def first(ledger: DjangoLedger, head: ExportedHead | None = None) -> str:
    """Return where the first fault is."""
    return verify(ledger, head).faults[0].where


def insert(row: Row) -> tuple[str, Row]:
    marks = ", ".join("?" * len(FACT_FIELDS))
    return f"INSERT INTO ledger_fact ({', '.join(FACT_FIELDS)}) VALUES ({marks})", row  # noqa: S608  own names


def forged(row: Row, **changes: object) -> Row:
    """Return a row with other content, and the hash that belongs to it."""
    fields = dict(zip(FACT_FIELDS, row, strict=True)) | changes
    content = tuple(fields.values())
    return (*content[:-1], row_digest(content))


def written_over(subject: str, rows: list[Row]) -> list[tuple[str, Row]]:
    """Return what puts a whole forged chain in the place of the true one, head row and all."""
    last = rows[-1]
    return [
        ("DELETE FROM ledger_fact WHERE subject = ?", (subject,)),
        *(insert(row) for row in rows),
        (
            "UPDATE ledger_head SET seq = ?, hash = ? WHERE subject = ?",
            (last[SEQ], last[-1], subject),
        ),
    ]


def rechained(rows: list[Row]) -> list[Row]:
    """Return the rows with numbers and hashes computed anew, as one who knows how would do it."""
    made: list[Row] = []
    for number, row in enumerate(rows, 1):
        previous = made[-1][-1] if made else ORIGIN
        made.append(forged(row, seq=number, previous=previous))
    return made


def test_an_untouched_ledger_is_whole(filled: DjangoLedger) -> None:
    head = seal(filled, NOON)
    write(filled, "S-001", draft("later"))
    verified = verify(filled, head)
    assert verified.whole
    assert (verified.facts, verified.chains, verified.accesses) == (13, 2, 3)
    assert (verified.checkpoints, verified.sealed, verified.erased) == (1, 4, 0)
    assert verified.head == "2024-06-01T12:00:00.000000Z"


def test_a_change_of_any_column_is_found_at_its_fact(
    filled: DjangoLedger, intruder: Intruder
) -> None:
    """Each of the 23 columns of fact 3 in turn; put back, the ledger is whole again."""
    true = intruder.rows("S-001")[2]
    for column, value in zip(FACT_FIELDS, true, strict=True):
        other = 77 if isinstance(value, int) or column == "replaces" else f"{value}x"
        intruder.do(f"UPDATE ledger_fact SET {column} = ? WHERE hash = ?", other, true[-1])  # noqa: S608  own names
        if column == "hash":
            assert first(filled) == "chain of S-001, fact 3"
            intruder.do("UPDATE ledger_fact SET hash = ? WHERE hash = ?", true[-1], other)
            continue
        assert "chain of S-001, fact 3" in [fault.where for fault in verify(filled).faults]
        intruder.do(f"UPDATE ledger_fact SET {column} = ? WHERE hash = ?", value, true[-1])  # noqa: S608  own names
        assert verify(filled).whole


def test_a_changed_value_with_a_hash_to_match_breaks_the_next_link(
    filled: DjangoLedger, intruder: Intruder
) -> None:
    row = forged(intruder.rows("S-001")[1], value="999")
    statement = "UPDATE ledger_fact SET value = ?, hash = ? WHERE subject = 'S-001' AND seq = 2"
    intruder.do(statement, row[VALUE], row[-1])
    assert first(filled) == "chain of S-001, fact 3"


def test_a_removed_fact_is_found(filled: DjangoLedger, intruder: Intruder) -> None:
    intruder.do("DELETE FROM ledger_fact WHERE subject = 'S-002' AND seq = 4")
    assert first(filled) == "chain of S-002, fact 4"


def test_a_removed_first_fact_is_found(filled: DjangoLedger, intruder: Intruder) -> None:
    intruder.do("DELETE FROM ledger_fact WHERE subject = 'S-002' AND seq = 1")
    assert first(filled) == "chain of S-002, fact 1"


def test_a_cut_tail_is_found_by_the_head_row(filled: DjangoLedger, intruder: Intruder) -> None:
    intruder.do("DELETE FROM ledger_fact WHERE subject = 'S-002' AND seq > 4")
    (fault,) = verify(filled).faults
    assert (fault.where, fault.field) == ("chain of S-002", "head")


def cut(intruder: Intruder) -> None:
    """Cut the last two facts of S-002, and make head row and projection fit."""
    last = intruder.rows("S-002")[3]
    intruder.do_all(
        ("DELETE FROM ledger_fact WHERE subject = 'S-002' AND seq > 4", ()),
        ("UPDATE ledger_head SET seq = 4, hash = ? WHERE subject = 'S-002'", (last[-1],)),
        ("DELETE FROM ledger_current WHERE subject = 'S-002' AND seq = 5", ()),
        ("UPDATE ledger_current SET seq = 1 WHERE subject = 'S-002' AND seq = 6", ()),
        ("DELETE FROM ledger_checkpoint", ()),
    )


def test_a_tail_cut_with_its_head_row_is_found_by_the_exported_head_only(
    filled: DjangoLedger, intruder: Intruder
) -> None:
    """A sealed reason stays behind in the vault; its intruder removes that too."""
    head = seal(filled, NOON)
    reason = str(intruder.rows("S-002")[5][FACT_FIELDS.index("reason")])
    cut(intruder)
    intruder.do("DELETE FROM ledger_vault WHERE commitment = ?", reason)
    assert verify(filled).whole
    faults = [fault.where for fault in verify(filled, head).faults]
    assert faults == ["checkpoint 1", "chain of S-002, fact 5"]


def test_a_tail_cut_with_its_head_row_is_found_by_a_checkpoint_left_in_place(
    filled: DjangoLedger, intruder: Intruder
) -> None:
    seal(filled, NOON)
    rows = intruder.rows("S-002")[:4]
    intruder.do_all(*written_over("S-002", rows))
    (fault,) = verify(filled).faults
    assert fault.where == "chain of S-002, fact 5"
    told_by = "the checkpoint of 2024-06-01T12:00:00.000000Z"
    assert fault.wanted == f"fact 5 and what follows, as {told_by} says"


def test_a_chain_computed_anew_is_found_by_the_exported_head(
    filled: DjangoLedger, intruder: Intruder
) -> None:
    """All hashes fit: the one lie is that fact 2 has another value than when the head was made."""
    head = seal(filled, NOON)
    rows = intruder.rows("S-001")
    rows[1] = forged(rows[1], value="999")
    intruder.do_all(*written_over("S-001", rechained(rows)), ("DELETE FROM ledger_checkpoint", ()))
    assert verify(filled).whole
    assert [fault.where for fault in verify(filled, head).faults] == [
        "checkpoint 1",
        "chain of S-001, fact 6",
    ]


def test_a_subject_removed_altogether_is_found_by_the_exported_head(
    filled: DjangoLedger, intruder: Intruder
) -> None:
    head = seal(filled, NOON)
    for table in ("ledger_fact", "ledger_head", "ledger_current"):
        intruder.do(f"DELETE FROM {table} WHERE subject = 'S-002'")  # noqa: S608  own names
    assert "chain of S-002, fact 1" in [fault.where for fault in verify(filled, head).faults]


def swap_order(intruder: Intruder) -> None:
    intruder.do_all(
        ("UPDATE ledger_fact SET seq = 99 WHERE subject = 'S-001' AND seq = 2", ()),
        ("UPDATE ledger_fact SET seq = 2 WHERE subject = 'S-001' AND seq = 3", ()),
        ("UPDATE ledger_fact SET seq = 3 WHERE subject = 'S-001' AND seq = 99", ()),
    )


def swap_subjects(intruder: Intruder) -> None:
    intruder.do_all(
        ("UPDATE ledger_fact SET subject = 'between' WHERE subject = 'S-001' AND seq = 2", ()),
        ("UPDATE ledger_fact SET subject = 'S-001' WHERE subject = 'S-002' AND seq = 2", ()),
        ("UPDATE ledger_fact SET subject = 'S-002' WHERE subject = 'between' AND seq = 2", ()),
    )


def forge_one_more(intruder: Intruder) -> None:
    last = intruder.rows("S-001")[-1]
    intruder.do_all(insert(forged(last, seq=7, previous=last[-1], item="forged", replaces=None)))


def forge_within(intruder: Intruder) -> None:
    rows = intruder.rows("S-001")
    extra = forged(rows[2], item="forged", seq=4, previous=rows[2][-1])
    later = [replace_seq(row) for row in rows[3:]]
    intruder.do_all(*written_over("S-001", [*rows[:3], extra, *later]))


def replace_seq(row: Row) -> Row:
    number = row[SEQ]
    assert isinstance(number, int)
    return (*row[:SEQ], number + 1, *row[SEQ + 1 :])


def turn_back_the_state(intruder: Intruder) -> None:
    intruder.do("UPDATE ledger_current SET seq = 1 WHERE subject = 'S-001' AND item = 'asat'")


def hide_from_the_state(intruder: Intruder) -> None:
    intruder.do("DELETE FROM ledger_current WHERE subject = 'S-001' AND item = 'crp'")


def invent_a_state(intruder: Intruder) -> None:
    intruder.do(
        "INSERT INTO ledger_current VALUES ('S-009', 'screening', 1, 'laboratory', 1, 'asat', 1)"
    )


def remove_a_head(intruder: Intruder) -> None:
    intruder.do("DELETE FROM ledger_head WHERE subject = 'S-001'")


def move_a_site(intruder: Intruder) -> None:
    intruder.do("UPDATE ledger_head SET site = 'Nijmegen' WHERE subject = 'S-001'")


def garble_the_vault(intruder: Intruder) -> None:
    value = str(intruder.rows("S-001")[3][VALUE])
    intruder.do("UPDATE ledger_vault SET ciphertext = ? WHERE commitment = ?", b"x" * 80, value)


def swap_in_the_vault(intruder: Intruder) -> None:
    """The ciphertext of S-002's name under S-001's commitment: the same words, another salt."""
    (ours, theirs) = (str(intruder.rows(subject)[3][VALUE]) for subject in ("S-001", "S-002"))
    vault = intruder.found("SELECT commitment, ciphertext FROM ledger_vault")
    other = next(ciphertext for commitment, ciphertext in vault if commitment == theirs)
    intruder.do("UPDATE ledger_vault SET ciphertext = ? WHERE commitment = ?", other, ours)


def add_to_the_vault(intruder: Intruder) -> None:
    intruder.do("INSERT INTO ledger_vault VALUES ('sealed:sha256:00', ?)", b"x" * 80)


def edit_the_access_chain(intruder: Intruder) -> None:
    intruder.do("UPDATE ledger_access SET author = 'someone' WHERE seq = 2")


def remove_an_access(intruder: Intruder) -> None:
    intruder.do("DELETE FROM ledger_access WHERE seq = 1")


@pytest.mark.parametrize(
    ("tamper", "where"),
    [
        (swap_order, "chain of S-001, fact 2"),
        (swap_subjects, "chain of S-001, fact 2"),
        (forge_one_more, "chain of S-001"),
        (forge_within, "chain of S-001, fact 5"),
        (turn_back_the_state, "projection of S-001, fact 1"),
        (hide_from_the_state, "projection of S-001, fact 3"),
        (invent_a_state, "projection of S-009"),
        (remove_a_head, "chain of S-001"),
        (move_a_site, "chain of S-001"),
        (garble_the_vault, "chain of S-001, fact 4"),
        (swap_in_the_vault, "chain of S-001, fact 4"),
        (add_to_the_vault, "vault"),
        (edit_the_access_chain, "access chain, row 2"),
        (remove_an_access, "access chain, row 1"),
    ],
)
def test_what_was_done_is_found_where_it_was_done(
    filled: DjangoLedger, intruder: Intruder, tamper: Callable[[Intruder], None], where: str
) -> None:
    tamper(intruder)
    verified = verify(filled)
    assert not verified.whole
    assert verified.faults[0].where == where
    assert len({fault.where.partition(",")[0] for fault in verified.faults}) == len(verified.faults)


def test_a_text_taken_out_of_the_vault_does_not_open_as_another(
    filled: DjangoLedger, intruder: Intruder
) -> None:
    swap_in_the_vault(intruder)
    with pytest.raises(LedgerError, match="not sealed under this commitment"):
        filled.opened(filled.current("S-001"))


def test_a_cut_access_chain_is_found_by_the_exported_head(
    filled: DjangoLedger, intruder: Intruder
) -> None:
    head = seal(filled, NOON)
    intruder.do("DELETE FROM ledger_access WHERE seq = 3")
    assert first(filled, head) == "access chain, row 3"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_checkpoint SET moment = '2024-06-01T13:00:00.000000Z' WHERE number = 1",
        "UPDATE ledger_checkpoint SET heads = '[]' WHERE number = 1",
        "UPDATE ledger_checkpoint SET heads = 'x' WHERE number = 1",
        "UPDATE ledger_checkpoint SET hash = 'x' WHERE number = 1",
        "UPDATE ledger_checkpoint SET signature = '00' WHERE number = 1",
        "UPDATE ledger_checkpoint SET previous = hash WHERE number = 1",
    ],
)
def test_a_changed_checkpoint_is_found(
    filled: DjangoLedger, intruder: Intruder, statement: str
) -> None:
    seal(filled, NOON)
    seal(filled, LATER)
    intruder.do(statement)
    assert first(filled) == "checkpoint 1"


def test_a_removed_checkpoint_is_found(filled: DjangoLedger, intruder: Intruder) -> None:
    seal(filled, NOON)
    head = seal(filled, LATER)
    intruder.do("DELETE FROM ledger_checkpoint WHERE number = 1")
    assert first(filled) == "checkpoint 2"
    intruder.do("DELETE FROM ledger_checkpoint")
    assert first(filled, head) == "checkpoint 2"


def test_no_checkpoint_is_made_over_a_fact_that_the_one_before_covers_and_is_gone(
    filled: DjangoLedger, intruder: Intruder
) -> None:
    seal(filled, NOON)
    rows = intruder.rows("S-001")
    rows[5] = forged(rows[5], value="999")
    intruder.do_all(*written_over("S-001", rows))
    with pytest.raises(LedgerError, match="chain of S-001, fact 6: checkpoint before"):
        seal(filled, LATER)


def test_a_changed_protocol_text_is_found(filled: DjangoLedger, intruder: Intruder) -> None:
    with filled.unit() as unit:
        kept = unit.keep_protocol("sites: 3\n")
        unit.commit()
    intruder.do("UPDATE ledger_protocol SET text = 'sites: 4'")
    assert first(filled) == f"protocol {kept[:12]}"
    with pytest.raises(LedgerError, match="another text"):
        filled.protocol_text(kept)


def test_bytes_that_are_no_text_are_found_at_their_fact(
    filled: DjangoLedger, intruder: Intruder
) -> None:
    """PostgreSQL refuses such bytes by itself; there a text that only looks broken stands in."""
    if filled.address.path is not None:
        intruder.do("UPDATE ledger_fact SET value = CAST(X'FF' AS TEXT) WHERE seq = 2")
    else:
        intruder.do("UPDATE ledger_fact SET value = ? WHERE seq = 2", "\ufffd")
    assert first(filled) == "chain of S-001, fact 2"


def test_texts_taken_from_the_vault_by_hand_are_found(
    filled: DjangoLedger, intruder: Intruder
) -> None:
    """Only the act of erasing states that texts were erased."""
    intruder.do("DELETE FROM ledger_vault")
    verified = verify(filled)
    assert [fault.got for fault in verified.faults[:1]] == ["no text, and nobody erased it"]


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)  # PostgreSQL refuses the type
def test_a_text_of_the_vault_of_another_type_is_one_fault(
    filled: DjangoLedger, intruder: Intruder
) -> None:
    intruder.do("UPDATE ledger_vault SET ciphertext = 'AAAA'")
    assert verify(filled).faults[0].got == "another text"
