"""Exported heads: documents that can be checked by themselves, and that only their study takes."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from databases import draft, write
from petrial.adapters.store.audit import ExportedHead, seal, verify
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import DjangoLedger
from petrial.subjects.chain import ORIGIN, Head
from petrial.vocabulary.errors import LedgerError

NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)


def test_a_head_covers_all_chains_and_follows_the_one_before(ledger: DjangoLedger) -> None:
    write(ledger, "S-001", draft("asat"))
    one = seal(ledger, NOON)
    write(ledger, "S-001", draft("alat"))
    two = seal(ledger, NOON)
    assert one.heads[0] == Head("@access", 0, ORIGIN)
    assert [(head.subject, head.seq) for head in two.heads[1:]] == [("S-001", 2)]
    assert (one.number, one.previous) == (1, ORIGIN)
    assert (two.number, two.previous) == (2, one.hash)
    assert verify(ledger, one).whole
    assert verify(ledger, two).whole


def test_a_head_survives_being_written_and_read(ledger: DjangoLedger) -> None:
    write(ledger, "Zoë", draft("asat"))
    head = seal(ledger, NOON)
    assert ExportedHead.from_json(head.to_json()) == head
    assert json.loads(head.to_json())["public_key"] == ledger.keys.public


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"petrial": "ledger head 1", "study": "x"}', "null"]
)
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(LedgerError, match="the JSON document that petrial exported"):
        ExportedHead.from_json(text)


def test_a_changed_or_foreign_head_is_refused(ledger: DjangoLedger, tmp_path: Path) -> None:
    write(ledger, "S-001", draft("asat"))
    head = seal(ledger, NOON)
    other = Keys.create(tmp_path / "other")
    before = Head("", 0, ORIGIN)
    for wrong, why in (
        (replace(head, moment="2025-01-01T00:00:00.000000Z"), "signature does not fit"),
        (replace(head, heads=head.heads[:1]), "digest is not that of its heads"),
        (replace(head, signature="zz"), "signature does not fit"),
        (
            ExportedHead.signed("IMPACT", before, head.moment, head.heads, other),
            "signed with another key",
        ),
        (
            ExportedHead.signed("OTHER", before, head.moment, head.heads, ledger.keys),
            "of study OTHER",
        ),
    ):
        with pytest.raises(LedgerError, match=why):
            verify(ledger, wrong)


def test_a_head_of_a_later_state_tells_that_a_backup_is_older(ledger: DjangoLedger) -> None:
    """What the exported head knows and the ledger does not: as if it was restored from before."""
    write(ledger, "S-001", draft("asat"))
    now = seal(ledger, NOON)
    later = ExportedHead.signed(
        "IMPACT",
        Head("", 1, now.hash),
        "2024-06-02T12:00:00.000000Z",
        [Head("@access"), Head("S-001", 2, "ab" * 32)],
        ledger.keys,
    )
    wheres = [fault.where for fault in verify(ledger, later).faults]
    assert wheres == ["checkpoint 2", "chain of S-001, fact 2"]
