"""The tables of snapshots: what columns a protocol gives, and how days, ages and clocks count."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_facts import Said, Statement, made_state
from made_protocol import made_data, made_protocol
from petrial.protocol.forms import KINDS
from petrial.protocol.model import Protocol
from petrial.subjects.snapshot_rows import Seen, day_one_of, subject_columns
from petrial.subjects.snapshot_tables import (
    ABSENCES,
    FINDINGS,
    SUBJECTS,
    VISITS,
    snapshot_schemas,
    snapshot_tables,
)
from petrial.subjects.study_day import holds_a_date, offset_second, study_day
from petrial.vocabulary.errors import ProtocolError
from petrial.vocabulary.tables import Column, Schema

DAYS = st.dates(date(1990, 1, 1), date(2040, 1, 1))


def column(schema: Schema, name: str) -> Column:
    return next(column for column in schema.columns if column.name == name)


def item(name: str, title: str, kind: str, **more: object) -> dict[str, Any]:
    return {"name": name, "title": title, "type": kind, **more}


def with_forms(*forms: dict[str, Any], version: str = "1.0") -> Protocol:
    """Return the tiny trial with more forms."""
    data = made_data()
    data["identity"]["version"] = version
    data["forms"] = [*data["forms"], *forms]
    return Protocol.model_validate(data)


def laboratory(name: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "title": name,
        "kind": "laboratory",
        "group": "clinical",
        "source": "plan",
        "items": list(items),
    }


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(2024, 5, 19), -2),
        (date(2024, 5, 20), -1),
        (date(2024, 5, 21), 1),
        (date(2024, 5, 22), 2),
        (date(2024, 6, 1), 12),
    ],
)
def test_day_one_is_1_and_the_day_before_is_minus_1(day: date, number: int) -> None:
    """Counted by hand, as the SDTM implementation guide says in 4.4.4."""
    assert study_day(day, date(2024, 5, 21)) == number


@given(DAYS, DAYS)
def test_a_study_day_is_never_0_and_gives_the_day_back(day: date, one: date) -> None:
    """A law: the number with day one is as good as the date."""
    number = study_day(day, one)
    assert number != 0
    assert one + timedelta(days=number - 1 if number > 0 else number) == day


def test_the_clock_of_day_one_is_that_of_the_moment_nearest_to_it() -> None:
    """Winter time until 31 March 2024 in Europe, summer time after it."""
    moments = ("2024-03-29T10:00:00+01:00", "2024-04-02T10:00:00+02:00")
    assert offset_second(moments, date(2024, 3, 30)) == 3600
    assert offset_second(moments, date(2024, 4, 1)) == 7200
    assert offset_second((), date(2024, 4, 1)) == 0


@given(
    st.dates(date(1950, 1, 1), date(2049, 12, 31)),
    st.sampled_from(
        ["%Y-%m-%d", "%Y%m%d", "%d-%m-%Y", "%d.%m.%Y", "%d%m%Y", "%y%m%d", "%d%m%y", "%d%b%Y"]
    ),
    st.sampled_from(["", "FES-", "lot ", "HER2_"]),
)
def test_a_label_that_holds_a_date_in_any_usual_writing_is_found(
    day: date, form: str, before: str
) -> None:
    assert holds_a_date(before + day.strftime(form))


@pytest.mark.parametrize("label", ["T-17", "block 3A", "2.25.329800735698586629295641978511506172"])
def test_a_label_without_a_date_stays_as_it_is(label: str) -> None:
    assert not holds_a_date(label)


def test_each_kind_of_form_has_its_table_and_subjects_visits_and_absences_have_theirs() -> None:
    assert set(snapshot_schemas(made_protocol())) == {
        SUBJECTS,
        VISITS,
        ABSENCES,
        *(kind.table for kind in KINDS.values()),
    }


def test_every_column_has_a_sentence_a_known_type_and_days_and_seconds_their_unit() -> None:
    for name, schema in snapshot_schemas(made_protocol()).items():
        assert len(set(schema.names)) == len(schema.names), name
        assert set(schema.key) <= set(schema.names), name
        for one in schema.columns:
            assert one.sentence.strip(), f"{name}.{one.name}"
            assert one.type.removesuffix(" | None") in {"str", "int", "float", "bool"}
            if one.name == "day" or one.name.endswith("_day"):
                assert one.unit == "d", f"{name}.{one.name}"
            if one.name.endswith("_s"):
                assert one.unit == "s", f"{name}.{one.name}"


def test_an_item_keeps_its_unit_title_and_codes() -> None:
    schema = snapshot_schemas(made_protocol())["administrations"]
    activity = column(schema, "activity_mbq")
    assert (activity.type, activity.unit, activity.sentence) == ("float | None", "MBq", "Activity")
    assert column(schema, "tracer").values == ("18F-FES",)
    assert "injected_at" not in schema.names
    assert {"injected_day", "injected_s"} <= set(schema.names)


def test_what_is_sealed_has_no_column() -> None:
    form = laboratory(
        "blood", item("comment", "Comment", "text"), item("code", "Code", "label", personal=True)
    )
    schema = snapshot_schemas(with_forms(form))["laboratory"]
    assert not {"comment", "code"} & set(schema.names)


def test_an_item_that_became_personal_has_no_column_for_its_past_either() -> None:
    before = with_forms(laboratory("blood", item("code", "Code", "label")))
    after = with_forms(
        laboratory("blood", item("code", "Code", "label", personal=True)), version="2.0"
    )
    assert "code" not in snapshot_schemas(after, before)["laboratory"].names


def test_two_forms_share_a_column_that_means_the_same_and_get_their_own_otherwise() -> None:
    protocol = with_forms(
        laboratory(
            "blood",
            item("asat", "ASAT in blood", "number", unit="U/L"),
            item("calcium", "Calcium", "number", unit="mmol/L"),
        ),
        laboratory(
            "urine",
            item("asat", "ASAT in urine", "number", unit="U/L"),
            item("calcium", "Calcium", "number", unit="mg/dL"),
        ),
    )
    schema = snapshot_schemas(protocol)["laboratory"]
    assert column(schema, "asat").sentence == "ASAT in blood; ASAT in urine"
    assert column(schema, "blood_calcium").unit == "mmol/L"
    assert column(schema, "urine_calcium").unit == "mg/dL"
    assert "calcium" not in schema.names


def test_a_day_beside_a_moment_of_the_same_name_keeps_its_whole_name() -> None:
    protocol = with_forms(
        laboratory("blood", item("taken_on", "Day", "date"), item("taken_at", "Moment", "moment"))
    )
    names = snapshot_schemas(protocol)["laboratory"].names
    assert {"taken_on_day", "taken_at_day", "taken_at_s"} <= set(names)


def test_an_item_with_the_name_of_a_key_is_named_after_its_form() -> None:
    protocol = with_forms(laboratory("blood", item("event", "What happened", "label")))
    schema = snapshot_schemas(protocol)["laboratory"]
    assert column(schema, "blood_event").sentence == "What happened"
    assert column(schema, "event").type == "str"


def test_what_an_amendment_measures_in_another_unit_has_columns_of_both_versions() -> None:
    before = with_forms(laboratory("blood", item("hb", "Haemoglobin", "number", unit="g/dL")))
    after = with_forms(
        laboratory("blood", item("hb", "Haemoglobin", "number", unit="mmol/L")), version="2.0"
    )
    schema = snapshot_schemas(after, before)["laboratory"]
    assert column(schema, "hb").unit == "mmol/L"
    assert column(schema, "hb_v1_0").unit == "g/dL"


def test_what_an_amendment_left_as_it_was_has_one_column_for_both_versions() -> None:
    form = laboratory("blood", item("hb", "Haemoglobin", "number", unit="g/dL"))
    before, after = with_forms(form), with_forms(form, version="2.0")
    table = next(t for t in snapshot_tables(after, before) if t.name == "laboratory")
    assert [slot.versions for slot in table.slots] == [("2.0", "1.0")]


def test_what_an_amendment_dropped_keeps_its_column() -> None:
    before = with_forms(laboratory("blood", item("hb", "Haemoglobin", "number", unit="g/dL")))
    after = with_forms(laboratory("blood"), version="2.0")
    assert "hb" in snapshot_schemas(after, before)["laboratory"].names


def test_two_items_of_a_form_that_want_one_column_are_refused_by_name() -> None:
    protocol = with_forms(
        laboratory(
            "blood",
            item("blood_event", "Another", "label"),
            item("event", "What happened", "label"),
        )
    )
    with pytest.raises(ProtocolError) as caught:
        snapshot_schemas(protocol)
    assert str(caught.value) == (
        "form blood, item event: column of the snapshot: found blood_event, as of form blood, item "
        "blood_event, wanted a name of its own. Do: rename one of the two items"
    )


def seen(*statements: Statement, protocol: Protocol | None = None) -> dict[str, object]:
    """Return the row of a subject who started therapy on 21 May 2024, by column."""
    protocol = protocol or made_protocol()
    state = made_state(("therapy/history.visited_on", "2024-05-21"), *statements)
    whole = Seen(
        state=state,
        protocol=protocol,
        day_one=day_one_of(protocol, state),
        enrolled=None,
        on=date(2024, 6, 1),
    )
    return {told.column.name: told.tell(whole) for told in subject_columns((protocol,))}


@pytest.mark.parametrize(
    ("born", "years"), [("1960-05-21", 64), ("1960-05-22", 63), ("1960-02-29", 64)]
)
def test_the_age_counts_birthdays_up_to_study_day_1(born: str, years: int) -> None:
    """By hand: whoever was born on 22 May 1960 becomes 64 one day after 21 May 2024."""
    row = seen(Said("screening/history.born_on", born, sealed=True))
    assert row["age_years"] == years


def test_where_only_the_year_of_birth_is_asked_the_column_says_what_it_counts() -> None:
    data = made_data()
    data["criteria"][0]["rule"]["item"] = "history.birth_year"
    data["forms"][0]["items"].append(item("birth_year", "Year", "integer", personal=True))
    protocol = Protocol.model_validate(data)
    said = Said("screening/history.birth_year", "1960", sealed=True)
    assert seen(said, protocol=protocol)["age_years"] == 64
    assert "calendar year" in column(snapshot_schemas(protocol)[SUBJECTS], "age_years").sentence


def test_the_newest_screening_counts_alone() -> None:
    """The second screening did not judge E1; what the first said of it is not the verdict now."""
    row = seen(
        ("@own/@screening.verdict", "undecided", "2024-05-02"),
        ("@own/@screening.E1", "not met", "2024-05-02"),
        ("@own/@screening[2].verdict", "eligible", "2024-05-20"),
    )
    assert row["screening_verdict"] == "eligible"
    assert row["screened_day"] == -1
    assert row["criterion_e1"] is None


def test_the_findings_are_a_long_table_with_the_item_in_its_key() -> None:
    schema = snapshot_schemas(made_protocol())[FINDINGS]
    assert schema.key == ("subject", "event", "event_repeat", "form", "form_repeat", "item")
