"""REDCap's data dictionary drafts a map, a person decides the rest, and its export comes in.

Columns, codes and repeats are those that REDCap writes: the 18 columns of a data dictionary, dates
as year-month-day whatever the format on the screen, ``name___1`` for a box that can be ticked.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from made_intake import PROTOCOL, made_ledger, problems, take
from petrial.adapters.exchange.csv_in import delimiter_of, read_csv
from petrial.adapters.exchange.draft import draft_map
from petrial.adapters.exchange.map_file import parse_mapping, read_mapping
from petrial.adapters.exchange.redcap_in import draft_redcap_map, read_dictionary, read_redcap
from petrial.adapters.store.ledger import DjangoLedger
from petrial.vocabulary.errors import ReadError, RefusedError

DICTIONARY_HEADER = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)


def field(name: str, form: str, kind: str, choices: str = "", check: str = "") -> list[str]:
    who = "y" if name == "born_on" else ""
    return [name, form, "", kind, name.title(), choices, "", check, "", "", who, *[""] * 7]


FIELDS = [
    field("record_id", "intake", "text"),
    field("visited_on", "intake", "text", check="date_dmy"),
    field("born_on", "intake", "text", check="date_dmy"),
    field("performance", "intake", "dropdown", "0, Active | 1, Some symptoms"),
    field("bili", "intake", "text", check="number_comma_decimal"),
    field("pregnancy", "intake", "radio", "1, No | 2, YES | 9, Not asked"),
    field("hello", "intake", "descriptive"),
    field("scan_started_at", "pet", "text", check="datetime_dmy"),
    field("corrected", "pet", "yesno"),
    field("allergy", "intake", "checkbox", "1, Contrast | 2, Latex, or gloves"),
]
EXPORT_HEADER = (
    "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,"
    "redcap_data_access_group,visited_on,born_on,performance,bili,pregnancy,intake_complete,"
    "scan_started_at,corrected,pet_complete,allergy___1,allergy___2\n"
)
EXPORT = EXPORT_HEADER + (
    'N-1,screening_arm_1,,,groningen,2024-05-20,1960-05-21,1,"12,5",2,2,,,,1,0\n'
    "N-1,fes_pet_arm_1,pet,1,groningen,,,,,,,2024-05-21 10:42,1,2,,\n"
    "N-1,fes_pet_arm_1,pet,2,groningen,,,,,,,2024-05-21 11:42,0,2,,\n"
    'N-2,screening_arm_1,,,groningen,2024-05-22,1961-05-21,0,"9,0",1,2,,,,0,0\n'
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[DjangoLedger]:
    with made_ledger(tmp_path, "N-1", "N-2") as made:
        yield made


@pytest.fixture
def dictionary(tmp_path: Path) -> Path:
    path = tmp_path / "dictionary.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([DICTIONARY_HEADER, *FIELDS])
    return path


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(EXPORT, encoding="utf-8")
    return path


def decided(text: str) -> str:
    """Return a drafted map after a person decided what it left open."""
    for before, after in (
        ("{TODO: TODO}", "{screening_arm_1: screening, fes_pet_arm_1: scan}"),
        ("# time_zone: Europe/Amsterdam", "time_zone: Europe/Amsterdam #"),
        ("TODO Active", "'0'"),
        ("TODO Some symptoms", "'1'"),
        ("'9': TODO Not asked", ""),
        ("ignore:", "ignore:\n  - allergy___1\n  - allergy___2"),
    ):
        assert before in text
        text = text.replace(before, after)
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("allergy___")]
    return "\n".join(
        line.replace(line[line.index("TODO") :].partition(",")[0], "history.bilirubin")
        if line.lstrip().startswith("bili:")
        else line
        for line in lines
    )


def test_the_data_dictionary_is_read_as_it_stands(dictionary: Path) -> None:
    fields = {one.name: one for one in read_dictionary(dictionary)}
    assert len(fields) == 10
    assert fields["pregnancy"].choices == {"1": "No", "2": "YES", "9": "Not asked"}
    assert fields["allergy"].choices == {"1": "Contrast", "2": "Latex, or gloves"}
    assert fields["corrected"].choices == {"1": "Yes", "0": "No"}
    assert [one.name for one in fields.values() if one.identifier] == ["born_on"]


def test_the_dictionary_of_the_interface_for_programs_says_the_same(
    dictionary: Path, tmp_path: Path
) -> None:
    other = tmp_path / "api.csv"
    text = dictionary.read_text(encoding="utf-8-sig")
    names = {
        "Variable / Field Name": "field_name",
        "Form Name": "form_name",
        "Field Type": "field_type",
        "Field Label": "field_label",
        '"Choices, Calculations, OR Slider Labels"': "select_choices_or_calculations",
        "Text Validation Type OR Show Slider Number": (
            "text_validation_type_or_show_slider_number"
        ),
        "Identifier?": "identifier",
    }
    for long, short in names.items():
        text = text.replace(long, short, 1)
    other.write_text(text, encoding="utf-8")
    assert read_dictionary(other) == read_dictionary(dictionary)


def test_a_draft_fills_in_what_is_certain_and_leaves_the_rest_to_a_person(
    dictionary: Path, export: Path
) -> None:
    """Codes whose title is that of a code of the protocol are certain, in capitals or not."""
    text = draft_redcap_map(read_dictionary(dictionary), PROTOCOL, read_csv(export).header)
    assert "subject: {column: record_id}" in text
    assert "visited_on: history.visited_on" in text
    assert (
        "pregnancy: {to: history.pregnancy, codes: {'1': 'no', '2': 'yes', '9': TODO Not asked}}"
        in text
    )
    assert "corrected: {to: scan.corrected, codes: {'1': 'yes', '0': 'no'}}" in text
    assert "scan_started_at: {to: scan.scan_started_at, dates: '%Y-%m-%d %H:%M'}" in text
    assert "allergy___2: {to: TODO, codes: {'1': 'yes'}, nothing: ['0']}" in text
    assert "hello" not in text
    assert "- intake_complete" in text
    with pytest.raises(ReadError, match="found TODO, wanted what a person decided"):
        parse_mapping(text, "draft")


def test_records_come_in_with_the_map_and_a_second_time_add_nothing(
    dictionary: Path, export: Path, ledger: DjangoLedger
) -> None:
    draft = draft_redcap_map(read_dictionary(dictionary), PROTOCOL, read_csv(export).header)
    mapping = parse_mapping(decided(draft), "m.yaml")
    done = take(ledger, read_redcap(export, mapping), mapping)
    stated = {f"{f.subject} {f.place}": f.value for f in ledger.facts() if not f.sealed}
    assert done.new == 5 + 2 + 2 + 5
    assert stated["N-1 screening/history.bilirubin"] == "12.5"
    assert stated["N-1 screening/history.pregnancy"] == "yes"
    assert stated["N-1 scan/scan.scan_started_at"] == "2024-05-21T10:42:00+02:00"
    assert stated["N-1 scan/scan[2].scan_started_at"] == "2024-05-21T11:42:00+02:00"
    assert stated["N-1 scan/scan[2].corrected"] == "no"
    assert stated["N-2 screening/history.performance"] == "0"
    assert take(ledger, read_redcap(export, mapping), mapping).unchanged == 14


def test_a_bad_cell_of_an_export_is_named(
    dictionary: Path, export: Path, ledger: DjangoLedger
) -> None:
    draft = draft_redcap_map(read_dictionary(dictionary), PROTOCOL, read_csv(export).header)
    mapping = parse_mapping(decided(draft), "m.yaml")
    export.write_text(EXPORT.replace("11:42", "25:42").replace(",1,2,,,,0,0", ",9,2,,,,0,0"))
    with pytest.raises(RefusedError) as caught:
        take(ledger, read_redcap(export, mapping), mapping)
    assert [line.partition(", wanted")[0] for line in problems(caught.value)] == [
        "row 4, column scan_started_at: scan_started_at: found 2024-05-21 25:42",
        "row 5, column pregnancy: pregnancy: found 9",
    ]


def test_the_number_of_a_repeat_counts_the_instrument_or_the_event(export: Path) -> None:
    export.write_text(
        "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,x\n"
        "1,a,pet,3,7\n1,a,,2,7\n1,a,,,7\n"
    )
    table = read_redcap(export)
    assert table.header == ("record_id", "redcap_event_name", "x", "event repeat", "form repeat")
    assert [row[-2:] for _, row in table.rows] == [["1", "3"], ["2", "1"], ["1", "1"]]


def test_an_instrument_that_repeats_without_number_is_refused(export: Path) -> None:
    export.write_text("record_id,redcap_repeat_instrument,redcap_repeat_instance\n1,pet,\n")
    with pytest.raises(ReadError, match="row 2: redcap_repeat_instance: found nothing"):
        list(read_redcap(export).rows)


def test_a_file_that_is_no_data_dictionary_is_refused(export: Path) -> None:
    with pytest.raises(ReadError, match="wanted a column Variable / Field Name"):
        read_dictionary(export)


def test_a_map_is_drafted_from_the_header_of_any_file(tmp_path: Path) -> None:
    """Certain: ``form.item``, and a name that one item has; near names are only shown."""
    header = ("patient", "history.performance", "bilirubin", "tracer", "bilirubine", "zzz")
    text = draft_map(header, PROTOCOL)
    assert "  history.performance: history.performance\n" in text
    assert "  bilirubin: history.bilirubin\n" in text
    assert "  tracer: TODO injection.tracer or scan.tracer\n" in text
    assert "  bilirubine: TODO history.bilirubin" in text
    assert "  zzz: TODO\n" in text
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReadError) as caught:
        read_mapping(path)
    places = [caught.value.problem.field, *(n.split(": ")[1] for n in caught.value.__notes__)]
    assert places == [
        "subject.column",
        "event.column",
        "columns.patient",
        "columns.tracer",
        "columns.bilirubine",
        "columns.zzz",
    ]


@pytest.mark.parametrize(
    ("line", "delimiter"),
    [("a,b;c,d\n", ","), ('"a";"b"\n', ";"), ("a\tb\n", "\t"), ("a\n", ","), ("", ",")],
)
def test_a_draft_names_the_sign_between_fields(tmp_path: Path, line: str, delimiter: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(line, encoding="utf-8")
    assert delimiter_of(path) == delimiter
    text = draft_map(("a",), PROTOCOL, delimiter).replace("TODO", "history.performance")
    assert parse_mapping(text, "draft").delimiter == delimiter


def test_a_map_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="map file"):
        read_mapping(tmp_path / "none.yaml")
    (tmp_path / "m.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(ReadError, match="a YAML file in UTF-8"):
        read_mapping(tmp_path / "m.yaml")
    (tmp_path / "m.yaml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(ReadError, match="1000001 bytes"):
        read_mapping(tmp_path / "m.yaml")
