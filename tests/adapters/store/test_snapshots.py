"""Snapshots of a real ledger in SQLite: study days only, the same bytes, tampering found."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from databases import an_address
from made_protocol import made_data
from made_snapshots import FIRST, SEALED_TEXTS, adopt, made_ledger, parse, said, state, taken
from petrial.adapters.store.ledger import DjangoLedger
from petrial.adapters.store.snapshot_frames import polars_schema
from petrial.adapters.store.snapshots import (
    MANIFEST,
    list_snapshots,
    read_manifest,
    verify_snapshot,
    write_snapshot,
)
from petrial.conduct.snapshot import Manifest, snapshot_order
from petrial.subjects.facts import Draft
from petrial.subjects.snapshot_tables import snapshot_schemas
from petrial.vocabulary.errors import LedgerError

ROOT = Path(__file__).resolve().parents[3]
A_DATE = re.compile(r"(19|20)\d\d-\d\d-\d\d")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[DjangoLedger]:
    made = made_ledger(tmp_path / "ledger")
    for subject, drafts in FIRST.items():
        state(made, subject, drafts)
    yield made
    made.close()


def table(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / f"{name}.parquet")


def row(folder: Path, name: str, subject: str = "S-001", at: int = 0) -> dict[str, object]:
    return table(folder, name).filter(pl.col("subject") == subject).row(at, named=True)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def cells(folder: Path) -> list[str]:
    """Return every text of a snapshot: of each table the strings, and the whole manifest."""
    texts = [(folder / MANIFEST).read_text()]
    for path in folder.glob("*.parquet"):
        frame = pl.read_parquet(path).select(pl.col(pl.String))
        texts += [text for column in frame for text in column.drop_nulls().to_list()]
        texts.append(str(pl.read_parquet_metadata(path)))
    return texts


def broken(folder: Path, name: str, content: bytes) -> None:
    (folder / name).chmod(0o644)
    (folder / name).write_bytes(content)


def fields(folder: Path, ledger: DjangoLedger) -> list[str]:
    return [problem.field for problem in verify_snapshot(folder, ledger, parse)]


def test_dates_and_moments_become_study_days_and_true_seconds(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    """By hand: day 1 is 2 April 2024, so 29 March is day -4 and 25 March day -8.

    From 10:00 winter time on 29 March to 10:00 summer time on 2 April are 95 hours: 4 days of 24
    hours, less the hour that the clocks went forward on 31 March.
    """
    _, folder = taken(ledger, tmp_path)
    injection, scan = row(folder, "administrations"), row(folder, "series")
    assert (injection["injected_day"], scan["scan_started_day"]) == (-4, 1)
    assert injection["injected_s"] == 11 * 3600
    assert scan["scan_started_s"] == 10 * 3600
    elapsed = 4 * 86400 + int(str(scan["scan_started_s"])) - int(str(injection["injected_s"]))
    assert elapsed == 95 * 3600
    visits = table(folder, "visits").filter(pl.col("subject") == "S-001")
    happened = dict(visits.select("event", "happened_day").iter_rows())
    assert happened == {"screening": -8, "injection": -4, "scan": 1, "therapy": 1}


def test_the_values_of_a_form_stand_in_one_row_with_their_types(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    _, folder = taken(ledger, tmp_path)
    injection = row(folder, "administrations")
    assert injection["tracer"] == "18F-FES"
    assert injection["activity_mbq"] == 203.0
    assert injection["weight_kg"] == 70.0
    assert injection["measured_day"] is None
    assert [row(folder, "series", at=i)["corrected"] for i in (0, 1)] == [True, False]
    assert [row(folder, "series", at=i)["form_repeat"] for i in (0, 1)] == [1, 2]
    found = {r[0]: r[1:] for r in _findings(folder, "screening")}
    assert found == {
        "bilirubin": (None, 12.5, "umol/L", -9),
        "performance": (None, 1.0, "", None),
        "visited_day": (None, -8.0, "d", None),
    }


def _findings(folder: Path, event: str) -> list[tuple[object, ...]]:
    frame = table(folder, "findings").filter(pl.col("subject") == "S-001", pl.col("event") == event)
    return frame.select("item", "value_text", "value_number", "unit", "day").rows()


def test_a_reason_for_no_value_is_kept(ledger: DjangoLedger, tmp_path: Path) -> None:
    _, folder = taken(ledger, tmp_path)
    assert table(folder, "absences").select("form", "item", "reason").rows() == [
        ("injection", "residual_mbq", "not-done"),
        ("history", "pregnancy", "not-applicable"),
    ]


def test_a_subject_tells_status_age_consents_and_screening(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    """Born on 3 April 1960, she is 63 on 2 April 2024; enrolled on 26 March, day -7."""
    _, folder = taken(ledger, tmp_path)
    subject = row(folder, "subjects")
    assert (subject["site"], subject["status"], subject["age_years"]) == ("north", "enrolled", 63)
    assert (subject["enrolled_day"], subject["screened_day"]) == (-7, -7)
    assert (subject["consent_taking_part"], subject["consent_findings"]) == ("given", "refused")
    assert (subject["screening_verdict"], subject["criterion_i1"]) == ("eligible", "met")


def test_a_subject_without_study_day_1_has_no_days_and_is_counted(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    manifest, folder = taken(ledger, tmp_path)
    assert manifest.without_day_one == 1
    assert row(folder, "subjects", "S-002")["day_one"] is False
    findings = table(folder, "findings").filter(pl.col("subject") == "S-002")
    assert findings.select("item", "value_number", "day").rows() == [
        ("performance", 3.0, None),
        ("visited_day", None, None),
    ]


def test_no_date_no_sealed_text_and_no_author_is_anywhere_in_a_snapshot(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    _, folder = taken(ledger, tmp_path)
    for text in cells(folder):
        assert not A_DATE.search(text)
        assert not any(sealed in text for sealed in (*SEALED_TEXTS, "nurse", "240329"))
    for content in files(folder).values():
        assert not any(sealed.encode() in content for sealed in SEALED_TEXTS)


def test_a_label_that_holds_a_date_becomes_a_token_that_still_joins(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    state(ledger, "S-002", [said("injection/injection.batch", "FES-240329")])
    manifest, folder = taken(ledger, tmp_path)
    first, second = table(folder, "administrations")["batch"].to_list()
    assert first == second
    assert re.fullmatch("hidden-[0-9a-f]{12}", first)
    assert manifest.hidden_labels == 1


VALUES = st.fixed_dictionaries(
    {
        "started": st.dates(date(2001, 1, 1), date(2029, 1, 1)),
        "after": st.integers(-400, 400),
        "hour": st.integers(0, 23),
        "offset": st.sampled_from(["+01:00", "+02:00", "-05:00", "+00:00"]),
        "batch": st.text("ab-0123456789", min_size=1, max_size=12),
        "born": st.dates(date(1920, 1, 1), date(1999, 1, 1)),
        "remark": st.text("abcdefgh ", min_size=12, max_size=30).filter(lambda t: t == t.strip()),
        "day_one": st.booleans(),
    }
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(VALUES, min_size=1, max_size=4))
def test_no_snapshot_of_any_facts_holds_a_date_a_moment_or_a_sealed_text_of_them(
    tmp_path_factory: pytest.TempPathFactory, subjects: list[dict[str, object]]
) -> None:
    """A law: whatever was stated, neither its dates nor its sealed texts are in the files."""
    place = tmp_path_factory.mktemp("law")
    ledger = made_ledger(place)
    secrets = set()
    for number, values in enumerate(subjects):
        drafts, hidden = _stated(values)
        state(ledger, f"S-{number:03}", drafts)
        secrets |= hidden
    manifest, folder = taken(ledger, place / "snapshots")
    ledger.close()
    for text in cells(folder):
        assert not A_DATE.search(text)
        assert not any(secret in text for secret in secrets)
    assert manifest.without_day_one == sum(not values["day_one"] for values in subjects)


def _stated(values: dict[str, object]) -> tuple[list[Draft], set[str]]:
    """Return drafts, and which texts must not be found."""
    one, after = values["started"], values["after"]
    assert isinstance(one, date)
    assert isinstance(after, int)
    day = one + timedelta(days=after)
    moment = f"{day}T{values['hour']:02}:30:00{values['offset']}"
    remark, born = str(values["remark"]), str(values["born"])
    batch = f"{values['batch']} {day:%Y%m%d}"
    drafts = [
        said("screening/history.visited_on", day.isoformat(), observed=moment),
        said("screening/history.born_on", born, sealed=True),
        said("screening/history.remark", remark, sealed=True),
        said("injection/injection.injected_at", moment),
        said("injection/injection.batch", batch),
    ]
    if values["day_one"]:
        drafts.append(said("therapy/history.visited_on", one.isoformat()))
    return drafts, {str(day), str(one), moment, remark, born, batch}


@given(
    st.dates(date(2001, 1, 1), date(2029, 1, 1)),
    st.lists(st.integers(-300, 300), min_size=2, max_size=2),
    st.lists(st.sampled_from(["+01:00", "+02:00"]), min_size=2, max_size=2),
)
@settings(max_examples=15, deadline=None)
def test_the_time_between_two_moments_is_what_it_was(
    tmp_path_factory: pytest.TempPathFactory, one: date, after: list[int], offsets: list[str]
) -> None:
    """A law, whatever the offsets; study days have no 0, so days below it count from there."""
    place = tmp_path_factory.mktemp("time")
    ledger = made_ledger(place)
    first, second = (
        f"{one + timedelta(days=days)}T09:15:30{offset}"
        for days, offset in zip(after, offsets, strict=True)
    )
    drafts = [
        said("therapy/history.visited_on", one.isoformat()),
        said("scan/scan.scan_started_at", first),
        said("scan/scan.scan_ended_at", second),
    ]
    state(ledger, "S-001", drafts)
    _, folder = taken(ledger, place / "snapshots")
    ledger.close()
    scan = {name: value for name, value in row(folder, "series").items() if isinstance(value, int)}
    days = [scan[f"scan_{end}_day"] for end in ("started", "ended")]
    whole = [day - 1 if day > 0 else day for day in days]
    elapsed = (whole[1] - whole[0]) * 86400 + scan["scan_ended_s"] - scan["scan_started_s"]
    true = datetime.fromisoformat(second) - datetime.fromisoformat(first)
    assert timedelta(seconds=elapsed) == true


def test_every_table_has_the_columns_types_and_order_that_are_declared(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    manifest, folder = taken(ledger, tmp_path)
    schemas = snapshot_schemas(parse(json.dumps(made_data()), "the tiny trial"))
    assert {one.name for one in manifest.tables} == set(schemas)
    for name, schema in schemas.items():
        frame = table(folder, name)
        assert frame.schema == polars_schema(schema), name
        keys = frame.select(schema.key).rows()
        assert keys == sorted(set(keys)), name
        required = [c.name for c in schema.columns if not c.type.endswith("| None")]
        assert sum(frame.select(required).null_count().row(0) or (0,)) == 0, name


def test_the_manifest_says_what_each_table_is(ledger: DjangoLedger, tmp_path: Path) -> None:
    manifest, folder = taken(ledger, tmp_path)
    data = json.loads((folder / MANIFEST).read_text())
    assert data["software"]["polars"] == pl.__version__
    assert data["protocols"][0]["version"] == "1.0"
    for one in manifest.tables:
        frame = table(folder, one.name)
        assert (one.rows, one.columns) == frame.shape
        columns = data["dictionary"][one.name]["columns"]
        assert [c["name"] for c in columns] == frame.columns
        assert all(c["sentence"] and "unit" in c for c in columns)
    assert Manifest.of(manifest.text) == manifest


CHILD = """
import sys
from pathlib import Path
sys.path[:0] = [{tests!r}]
from made_snapshots import parse
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import open_ledger
from petrial.adapters.store.snapshots import read_manifest, write_snapshot
from petrial.conduct.snapshot import snapshot_order
ledger = open_ledger({address!r}, "TINY", Keys.read(Path({keys!r})))
heads = read_manifest(Path({before!r})).heads
write_snapshot(ledger, snapshot_order(ledger, parse, heads), Path(sys.argv[1]))
ledger.close()
"""


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


def test_a_snapshot_as_it_was_written_verifies_and_its_files_cannot_be_written(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    _, folder = taken(ledger, tmp_path)
    assert verify_snapshot(folder, ledger, parse) == ()
    assert {path.stat().st_mode & 0o222 for path in folder.iterdir()} == {0}


def test_a_changed_table_is_found(ledger: DjangoLedger, tmp_path: Path) -> None:
    _, folder = taken(ledger, tmp_path)
    content = bytearray((folder / "series.parquet").read_bytes())
    content[len(content) // 2] ^= 1
    broken(folder, "series.parquet", bytes(content))
    assert fields(folder, ledger) == ["series.parquet"]


def test_a_missing_and_an_added_file_are_found(ledger: DjangoLedger, tmp_path: Path) -> None:
    _, folder = taken(ledger, tmp_path)
    (folder / "reads.parquet").unlink()
    (folder / "more.parquet").write_bytes(b"PAR1")
    assert fields(folder, ledger) == ["reads.parquet", "more.parquet"]


def test_a_table_changed_together_with_the_manifest_is_found_by_the_ledger(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    manifest, folder = taken(ledger, tmp_path)
    other = table(folder, "administrations").with_columns(weight_kg=pl.lit(60.0))
    (folder / "administrations.parquet").chmod(0o644)
    other.write_parquet(folder / "administrations.parquet")
    old = next(one.sha256 for one in manifest.tables if one.name == "administrations")
    probe = tmp_path / "probe"
    shutil.copytree(folder, probe)
    got = next(p.got for p in verify_snapshot(probe, ledger) if p.field.startswith("admin"))
    new = _digest(folder / "administrations.parquet")
    assert new.startswith(got)
    broken(folder, MANIFEST, manifest.text.replace(old, new).encode())
    assert fields(folder, ledger) == [MANIFEST]


def _digest(path: Path) -> str:
    """Return what sha256sum of coreutils says."""
    said_ = subprocess.run(["sha256sum", str(path)], capture_output=True, text=True, check=True)
    return said_.stdout.split()[0]


def test_a_manifest_with_other_pins_does_not_fit_its_name(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    manifest, folder = taken(ledger, tmp_path)
    head = next(head for head in manifest.heads if head.subject == "S-002")
    text = manifest.text.replace(head.hash, "0" * 64)
    broken(folder, MANIFEST, text.encode())
    assert fields(folder, ledger) == ["name", MANIFEST, "hash"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 2}', b"\xff\xfe"])
def test_a_manifest_that_cannot_be_read_is_one_problem(
    ledger: DjangoLedger, tmp_path: Path, content: bytes
) -> None:
    _, folder = taken(ledger, tmp_path)
    broken(folder, MANIFEST, content)
    assert fields(folder, ledger) == [MANIFEST]


def test_a_snapshot_that_the_ledger_does_not_know_says_so_until_it_is_recorded(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    """As after a crash between the files and the fact; making it again writes nothing anew."""
    order = snapshot_order(ledger, parse)
    manifest = write_snapshot(ledger, order, tmp_path)
    folder = tmp_path / manifest.id
    assert fields(folder, ledger) == ["ledger"]
    written = (folder / MANIFEST).stat().st_mtime_ns
    assert write_snapshot(ledger, order, tmp_path) == manifest
    assert (folder / MANIFEST).stat().st_mtime_ns == written
    assert taken(ledger, tmp_path)[0] == manifest
    assert fields(folder, ledger) == []


def test_a_snapshot_of_other_facts_under_the_same_name_is_never_written_over(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    manifest, folder = taken(ledger, tmp_path)
    broken(folder, MANIFEST, manifest.text.replace('"petrial": "', '"petrial": "9.').encode())
    order = snapshot_order(ledger, parse, manifest.heads)
    with pytest.raises(LedgerError) as caught:
        write_snapshot(ledger, order, tmp_path)
    assert "another content for the same pins, written by petrial 9." in str(caught.value)


def test_pins_that_the_ledger_does_not_hold_are_found(ledger: DjangoLedger, tmp_path: Path) -> None:
    """A ledger with the same beginning that went another way, such as a restored old backup."""
    _, folder = taken(ledger, tmp_path / "snapshots")
    other = made_ledger(tmp_path / "other")
    state(other, "S-001", FIRST["S-001"][:5])
    found = [(p.where, p.field) for p in verify_snapshot(folder, other)]
    other.close()
    assert ("chain of S-001, fact 24", "hash") in found
    assert ("chain of S-002, fact 3", "hash") in found
    assert (f"snapshot {folder.name}", "ledger") in found


KILLED = CHILD.replace("read_manifest(Path({before!r})).heads", "None")
DIES = """
import os, polars as pl
real, left = pl.DataFrame.write_parquet, [int(sys.argv[2])]
def dying(*arguments, **named):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), 9)
    return real(*arguments, **named)
pl.DataFrame.write_parquet = dying
"""


@pytest.mark.parametrize("tables", [0, 1, 8, 15])
def test_a_killed_process_leaves_no_half_snapshot_and_the_next_one_clears_up(
    ledger: DjangoLedger, tmp_path: Path, tables: int
) -> None:
    program = KILLED.format(
        tests=str(ROOT / "tests"),
        address=f"sqlite:///{tmp_path / 'ledger' / 'study.sqlite3'}",
        keys=str(tmp_path / "ledger" / "keys"),
    ).replace("ledger = open", DIES + "ledger = open", 1)
    there = tmp_path / "snapshots"
    died = subprocess.run(
        [sys.executable, "-c", program, str(there), str(tables)], check=False, capture_output=True
    )
    assert died.returncode == -9, died.stderr.decode()
    assert list_snapshots(there) == ()
    assert len(list(there.glob(".*.partial"))) == 1
    manifest, folder = taken(ledger, there)
    assert verify_snapshot(folder, ledger, parse) == ()
    assert {path.name for path in there.iterdir()} == {manifest.id, ".lock"}


def test_an_erased_birth_date_is_named_where_the_snapshot_made_again_differs(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    _, folder = taken(ledger, tmp_path)
    with ledger.unit() as unit:
        facts = [f for f in unit.current("S-001") if f.item == "born_on"]
        unit.erase([str(fact.value) for fact in facts])
        unit.commit()
    assert verify_snapshot(folder, ledger) == ()
    problems = verify_snapshot(folder, ledger, parse)
    assert [(p.field, p.do.split(";")[0]) for p in problems] == [
        ("subjects.parquet", "look whether a birth date was erased since")
    ]


def test_without_a_protocol_or_a_folder_it_is_told_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(LedgerError) as caught:
        read_manifest(tmp_path / "nothing")
    assert "found FileNotFoundError, wanted a file that can be read" in str(caught.value)
    assert list_snapshots(tmp_path / "nothing") == ()
