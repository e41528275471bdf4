"""A snapshot is its pins: the same facts, the same bytes; later facts change nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from databases import an_address
from made_protocol import made_data
from made_snapshots import FIRST, adopt, made_ledger, parse, said, state, taken
from opened_snapshots import CHILD, ROOT, files, row, table
from petrial.adapters.store.ledger import DjangoLedger
from petrial.adapters.store.snapshots import (
    MANIFEST,
    list_snapshots,
    verify_snapshot,
    write_snapshot,
)
from petrial.conduct.snapshot import snapshot_order
from petrial.subjects.facts import Draft
from petrial.vocabulary.errors import LedgerError


@pytest.fixture
def ledger(snapped: DjangoLedger) -> DjangoLedger:
    return snapped


def test_another_process_with_other_threads_writes_the_same_bytes(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    _, folder = taken(ledger, tmp_path / "here")
    program = CHILD.format(
        tests=str(ROOT / "tests"),
        address=f"sqlite:///{tmp_path / 'ledger' / 'study.sqlite3'}",
        keys=str(tmp_path / "ledger" / "keys"),
        before=str(folder),
    )
    for threads in ("1", "2", "3"):
        there = tmp_path / threads
        environment = {**os.environ, "POLARS_MAX_THREADS": threads, "PYTHONHASHSEED": threads}
        subprocess.run([sys.executable, "-c", program, str(there)], env=environment, check=True)
        assert files(there / folder.name) == files(folder)


def test_the_same_facts_on_postgresql_give_the_same_tables(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    """Pins and manifest differ: sealed texts have random salts. Tables and dictionary do not."""
    here, folder = taken(ledger, tmp_path / "here")
    with an_address("postgresql", tmp_path) as address:
        other = made_ledger(tmp_path / "other", address)
        for subject, drafts in FIRST.items():
            state(other, subject, drafts)
        there, place = taken(other, tmp_path / "there")
        assert verify_snapshot(place, other, parse) == ()
        other.close()
    assert there.tables == here.tables
    assert there.dictionary == here.dictionary
    assert {n: b for n, b in files(place).items() if n != MANIFEST} == {
        n: b for n, b in files(folder).items() if n != MANIFEST
    }


def test_a_later_fact_changes_no_earlier_snapshot(ledger: DjangoLedger, tmp_path: Path) -> None:
    manifest, folder = taken(ledger, tmp_path / "before")
    state(
        ledger,
        "S-001",
        [
            said("injection/injection.measured_at", "2024-03-29T09:00:00+01:00"),
            said("follow_up/history.visited_on", "2024-08-02"),
        ],
        day=300,
    )
    state(ledger, "S-003", FIRST["S-002"], day=301)
    order = snapshot_order(ledger, parse, manifest.heads)
    write_snapshot(ledger, order, tmp_path / "after")
    assert files(tmp_path / "after" / manifest.id) == files(folder)
    assert verify_snapshot(folder, ledger, parse) == ()


def test_a_correction_counts_from_the_snapshot_that_pins_it(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    """A weight of 70 kg was a slip for 76 kg."""
    before, folder = taken(ledger, tmp_path / "cuts")
    state(ledger, "S-001", [said("injection/injection.weight_kg", "76", unit="kg")])
    after, later = taken(ledger, tmp_path / "cuts")
    assert before.id != after.id
    assert row(folder, "administrations")["weight_kg"] == 70.0
    assert row(later, "administrations")["weight_kg"] == 76.0
    assert [one.id for one in list_snapshots(tmp_path / "cuts")] == sorted([before.id, after.id])


def test_what_was_removed_is_no_value_and_no_absence(ledger: DjangoLedger, tmp_path: Path) -> None:
    place = "injection/injection.residual_mbq"
    state(ledger, "S-001", [said(place, "2.5", unit="MBq")])
    state(ledger, "S-001", [said(place, None, absent="removed")])
    _, folder = taken(ledger, tmp_path)
    assert row(folder, "administrations")["residual_mbq"] is None
    assert "residual_mbq" not in table(folder, "absences")["item"].to_list()


def test_a_signed_form_says_so(ledger: DjangoLedger, tmp_path: Path) -> None:
    state(ledger, "S-001", [said("scan/scan[2].@status", "signed")])
    _, folder = taken(ledger, tmp_path)
    assert table(folder, "series")["form_status"].to_list() == ["open", "signed"]


def test_facts_of_an_older_version_keep_the_meaning_they_were_stated_with(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    """Version 2.0 asks for the weight in g; 70 kg of version 1.0 stays 70 kg."""
    data = made_data()
    data["identity"]["version"] = "2.0"
    weight = next(i for i in data["forms"][1]["items"] if i["name"] == "weight_kg")
    weight["unit"], weight["minimum"] = "g", None
    adopt(ledger, data, repeat=2)
    state(
        ledger,
        "S-002",
        [said("injection/injection.weight_kg", "64000", unit="g")],
        version="2.0",
    )
    manifest, folder = taken(ledger, tmp_path)
    weights = table(folder, "administrations").select("weight_kg", "weight_kg_v1_0").rows()
    assert weights == [(None, 70.0), (64000.0, None)]
    assert [version for version, _ in manifest.protocols] == ["2.0", "1.0"]
    versions = table(folder, "subjects")["protocol_version"].to_list()
    assert versions == ["1.0", "2.0"]
    assert verify_snapshot(folder, ledger, parse) == ()


@pytest.mark.parametrize(
    ("draft", "field", "got"),
    [
        (said("injection/injection.weight_kg", "70000", unit="g"), "unit", "g"),
        (said("injection/injection.weight_kg", "seventy", unit="kg"), "value", "another text"),
        (said("screening/history.performance", "1.5"), "value", "another text"),
        (said("screening/history.shoe_size", "41"), "item", "shoe_size"),
        (said("injection/injection.injected_at", "2024-03-29T10:00"), "value", "another text"),
    ],
)
def test_a_fact_that_its_protocol_does_not_explain_stops_the_snapshot(
    ledger: DjangoLedger, tmp_path: Path, draft: Draft, field: str, got: str
) -> None:
    """Entry refuses these; were one in the ledger all the same, no table would hide it."""
    state(ledger, "S-002", [draft])
    with pytest.raises(LedgerError) as caught:
        taken(ledger, tmp_path / "cuts")
    assert caught.value.problem.field == field
    assert caught.value.problem.got == f"{got}, recorded under protocol 1.0"
    assert caught.value.problem.where == f"S-002, {draft.place}"
    assert list_snapshots(tmp_path / "cuts") == ()
    assert [path.name for path in (tmp_path / "cuts").iterdir()] == [".lock"]


def test_a_fact_of_a_version_that_was_never_adopted_stops_the_snapshot(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    state(ledger, "S-002", [said("screening/history.performance", "2")], version="3.0")
    with pytest.raises(LedgerError) as caught:
        taken(ledger, tmp_path)
    assert "found 3.0, wanted one of: 1.0" in str(caught.value)
