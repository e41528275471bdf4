"""What a snapshot of a real ledger holds: study days, typed values, no date and no name."""

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from made_protocol import made_data
from made_snapshots import SEALED_TEXTS, made_ledger, parse, said, state, taken
from opened_snapshots import A_DATE, cells, files, row, table
from petrial.adapters.store.ledger import DjangoLedger
from petrial.adapters.store.snapshot_frames import polars_schema
from petrial.adapters.store.snapshots import (
    MANIFEST,
)
from petrial.conduct.snapshot import Manifest
from petrial.subjects.facts import Draft
from petrial.subjects.snapshot_tables import snapshot_schemas


@pytest.fixture
def ledger(snapped: DjangoLedger) -> DjangoLedger:
    return snapped


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
