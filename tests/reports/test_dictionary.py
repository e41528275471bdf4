"""The data dictionary: every column of every table, with its unit, its sentence and its codes."""

from made_protocol import made_data, made_protocol
from petrial.protocol.model import Protocol
from petrial.reports.dictionary import dictionary_markdown
from petrial.subjects.snapshot_tables import snapshot_tables

PAGE = dictionary_markdown(snapshot_tables(made_protocol()), made_protocol())


def section(name: str) -> str:
    return PAGE.split(f"## {name}\n")[1].split("\n## ")[0]


def test_every_table_has_its_section_and_every_column_its_row() -> None:
    for table in snapshot_tables(made_protocol()):
        text = section(table.name)
        assert table.sentence in text
        for column in table.schema.columns:
            assert f"| `{column.name}` |" in text
            assert column.sentence.replace("|", "\\|") in text


def test_a_row_says_type_unit_meaning_and_codes() -> None:
    text = section("administrations")
    assert "| `activity_mbq` | number, or empty | MBq | Activity |  |" in text
    assert "| `tracer` | text, or empty |  | Tracer | `18F-FES` |" in text
    assert "| `form_repeat` | whole number | 1 |" in text
    assert "Forms: `injection` (Injection)." in text


def test_the_items_of_the_long_table_are_listed_with_their_units() -> None:
    text = section("findings")
    assert "| `bilirubin` | number, or empty | umol/L | Bilirubin |  |" in text
    assert (
        "| `visited_day` | whole number, or empty | d | Day of the visit (study day) |  |" in text
    )
    assert "born" not in text
    assert "remark" not in text


def test_a_long_code_list_is_cut_and_its_rest_counted() -> None:
    """The list of pregnancy gets 15 codes, of which 12 are shown."""
    data = made_data()
    codes = [{"code": f"c{n}", "title": f"Code {n}"} for n in range(15)]
    next(c for c in data["code_lists"] if c["name"] == "pregnancy")["codes"] = codes
    protocol = Protocol.model_validate(data)
    page = dictionary_markdown(snapshot_tables(protocol), protocol)
    assert "`c10`, `c11` and 3 more |" in page


def test_a_bar_in_a_title_does_not_break_the_table() -> None:
    data = made_data()
    data["forms"][1]["items"][1]["title"] = "Activity | syringe"
    protocol = Protocol.model_validate(data)
    page = dictionary_markdown(snapshot_tables(protocol), protocol)
    assert "| Activity \\| syringe |" in page
