"""The act of taking a snapshot: who may, what the ledger says of it, what a dry run does."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from made_snapshots import FIRST, made_ledger, parse, state, taken
from petrial.adapters.store.ledger import DjangoLedger
from petrial.adapters.store.snapshots import list_snapshots, verify_snapshot, write_snapshot
from petrial.conduct.desk import Desk, study_state
from petrial.conduct.drafts import own
from petrial.conduct.snapshot import (
    Manifest,
    SnapshotOrder,
    create_snapshot,
    recorded_snapshots,
    snapshot_id,
    snapshot_order,
)
from petrial.subjects.chain import Head
from petrial.subjects.facts import STUDY
from petrial.vocabulary.errors import LedgerError, RefusedError


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[DjangoLedger]:
    made = made_ledger(tmp_path / "ledger")
    roles = {1: ("maria", "data-manager"), 2: ("nora", "site-nurse")}
    for repeat, (user, role) in roles.items():
        granted = {"user": user, "role": role, "site": "*", "status": "granted"}
        state(made, STUDY, [own("@grant", k, v, repeat) for k, v in granted.items()])
    for subject, drafts in FIRST.items():
        state(made, subject, drafts)
    yield made
    made.close()


def desk(ledger: DjangoLedger, user: str) -> Desk:
    return Desk(
        ledger=ledger,
        clock=lambda: datetime(2024, 7, 1, 12, tzinfo=UTC),
        user=user,
        via="",
        role=None,
        parse=parse,
        draw=lambda low, _high: low,
    )


def test_a_snapshot_is_written_and_its_hash_stands_in_the_study_after_the_pins(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    folder = tmp_path / "snapshots"

    def write(order: SnapshotOrder) -> Manifest:
        return write_snapshot(ledger, order, folder)

    done, order = create_snapshot(desk(ledger, "maria"), write)
    (manifest,) = list_snapshots(folder)
    assert [(fact.item, fact.value) for fact in done.facts] == [
        ("id", order.id),
        ("manifest", manifest.digest),
    ]
    assert all(fact.seq > order.pins[STUDY] for fact in done.facts)
    assert recorded_snapshots(study_state(ledger)) == {manifest.id: manifest.digest}
    assert verify_snapshot(folder / order.id, ledger, parse) == ()


def test_who_may_not_take_one_is_refused_before_anything_is_written(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    def write(order: SnapshotOrder) -> Manifest:
        return write_snapshot(ledger, order, tmp_path / "snapshots")

    before = ledger.heads()
    with pytest.raises(RefusedError) as caught:
        create_snapshot(desk(ledger, "nora"), write)
    assert caught.value.problem.field == "permission to snapshot"
    assert not (tmp_path / "snapshots").exists()
    assert ledger.heads() == before


def test_a_dry_run_names_the_snapshot_and_leaves_nothing(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    def write(order: SnapshotOrder) -> Manifest:
        return write_snapshot(ledger, order, tmp_path / "snapshots")

    before = ledger.heads()
    done, order = create_snapshot(desk(ledger, "maria"), write, dry_run=True)
    assert done.facts == ()
    assert order.id == snapshot_id(ledger.study, before)
    assert not (tmp_path / "snapshots").exists()
    assert ledger.heads() == before


def test_the_name_follows_from_every_pin() -> None:
    """A law: another number, hash, subject or study is another name."""
    head = Head("S-001", 2, "ab" * 32)
    others = [
        snapshot_id("tiny", (Head("S-001", 3, "ab" * 32),)),
        snapshot_id("tiny", (Head("S-001", 2, "ac" * 32),)),
        snapshot_id("tiny", (Head("S-002", 2, "ab" * 32),)),
        snapshot_id("tiny", ()),
        snapshot_id("other", (head,)),
    ]
    assert len({snapshot_id("tiny", (head,)), *others}) == 6


def test_a_snapshot_that_is_recorded_is_not_recorded_twice(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    manifest, _ = taken(ledger, tmp_path / "snapshots")

    def same(_order: SnapshotOrder) -> Manifest:
        return manifest

    done, _ = create_snapshot(desk(ledger, "maria"), same)
    assert done.facts == ()
    assert list(recorded_snapshots(study_state(ledger))) == [manifest.id]


def test_without_an_adopted_protocol_there_is_nothing_to_make_a_snapshot_by(
    ledger: DjangoLedger,
) -> None:
    with pytest.raises(LedgerError) as caught:
        snapshot_order(ledger, parse, [head for head in ledger.heads() if head.subject != STUDY])
    assert "wanted at least one version that was adopted" in str(caught.value)
