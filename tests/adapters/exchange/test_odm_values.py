"""ODM files of any program come in as values; broken and hostile ones are refused."""

from collections.abc import Iterator
from pathlib import Path

import odmlib.odm_1_3_2.model as odm
import pytest

from made_intake import PROTOCOL, made_ledger, problems, take
from made_odm import NS, export, fill
from petrial.adapters.exchange.map_file import parse_mapping
from petrial.adapters.exchange.odm_in import draft_odm_map, read_odm, read_odm_facts
from petrial.adapters.store.ledger import DjangoLedger
from petrial.conduct.intake import Cell
from petrial.conduct.rows import cells_of
from petrial.vocabulary.errors import Problem, ReadError, RefusedError


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[DjangoLedger]:
    with made_ledger(tmp_path, "N-1", "S-1") as made:
        yield made


def foreign(folder: Path, *items: odm.ItemData, file_type: str = "Snapshot") -> Path:
    """Write an ODM file as another program would: by odmlib alone, with names of its own."""
    group = odm.ItemGroupData(ItemGroupOID="G1", ItemData=list(items))
    form = odm.FormData(FormOID="CRF7", ItemGroupData=[group])
    event = odm.StudyEventData(StudyEventOID="V1", FormData=[form])
    subject = odm.SubjectData(SubjectKey="N-1", StudyEventData=[event])
    whole = odm.ODM(
        FileOID="other", FileType=file_type, CreationDateTime="2024-06-02T08:00:00+00:00"
    )
    unit = odm.MeasurementUnit(
        OID="U1",
        Name="milligram",
        Symbol=odm.Symbol(TranslatedText=[odm.TranslatedText(_content="mg/dL", lang="en")]),
    )
    names = {"StudyName": "x", "StudyDescription": "x", "ProtocolName": "x"}
    made = odm.GlobalVariables(**{k: getattr(odm, k)(_content=v) for k, v in names.items()})
    version = odm.MetaDataVersion(
        OID="M1",
        Name="M1",
        ItemDef=[
            odm.ItemDef(OID="I.7", Name="bilirubin", DataType="float"),
            odm.ItemDef(OID="I.8", Name="tracer", DataType="text"),
        ],
    )
    whole.Study = [
        odm.Study(
            OID="ST",
            GlobalVariables=made,
            BasicDefinitions=odm.BasicDefinitions(MeasurementUnit=[unit]),
            MetaDataVersion=[version],
        )
    ]
    whole.ClinicalData = [
        odm.ClinicalData(StudyOID="ST", MetaDataVersionOID="M1", SubjectData=[subject])
    ]
    path = folder / "other.xml"
    whole.write_xml(str(path))
    return path


FOREIGN = """
format: 1
subject: {column: SubjectKey}
event: {column: StudyEventOID, values: {V1: screening}}
event_repeat: {column: StudyEventRepeatKey}
form_repeat: {column: FormRepeatKey}
long: {key: ItemOID, value: Value, unit: Unit, absent: Absent}
conversions: {history.bilirubin: {mg/dL: 17.1}}
columns: {I.7: history.bilirubin, I.9: history.performance}
ignore: [I.8]
"""


def found_in(path: Path, text: str = FOREIGN) -> list[Cell | Problem]:
    return list(cells_of(read_odm(path), parse_mapping(text, "m.yaml"), PROTOCOL))


def test_values_of_another_program_come_in_through_a_map(
    tmp_path: Path, ledger: DjangoLedger
) -> None:
    unit = odm.MeasurementUnitRef(MeasurementUnitOID="U1")
    path = foreign(
        tmp_path,
        odm.ItemData(ItemOID="I.7", Value="0.75", MeasurementUnitRef=unit),
        odm.ItemData(ItemOID="I.8", Value="left out"),
        odm.ItemData(ItemOID="I.9", IsNull="Yes"),
    )
    cells = found_in(path)
    assert [(c.where, c.text, c.unit) for c in cells if isinstance(c, Cell)] == [
        ("ItemData 1 (N-1, V1, I.7), column Value", "12.825", "umol/L")
    ]
    assert take(ledger, cells).new == 1
    assert take(ledger, found_in(path)).unchanged == 1


def test_of_a_transactional_file_the_last_value_counts(tmp_path: Path) -> None:
    path = foreign(
        tmp_path,
        odm.ItemData(ItemOID="I.7", Value="1", TransactionType="Insert"),
        odm.ItemData(ItemOID="I.9", Value="1", TransactionType="Insert"),
        odm.ItemData(ItemOID="I.7", Value="2", TransactionType="Update"),
        odm.ItemData(ItemOID="I.9", TransactionType="Remove"),
        odm.ItemData(ItemOID="I.7", Value="9", TransactionType="Context"),
        file_type="Transactional",
    )
    cells = [cell for cell in found_in(path) if isinstance(cell, Cell)]
    assert [(c.item, c.text, c.absent) for c in cells] == [
        ("bilirubin", "2", ""),
        ("performance", "", "removed"),
    ]


def test_bad_values_of_an_odm_file_are_named_by_subject_event_and_item(
    tmp_path: Path, ledger: DjangoLedger
) -> None:
    path = foreign(tmp_path, odm.ItemData(ItemOID="I.9", Value="7"))
    with pytest.raises(RefusedError) as caught:
        take(ledger, found_in(path))
    assert problems(caught.value)[0].startswith(
        "ItemData 1 (N-1, V1, I.9), column Value: performance: found 7, wanted a number"
    )


def test_typed_data_of_odm_hold_their_value_as_text(tmp_path: Path) -> None:
    path = tmp_path / "typed.xml"
    path.write_text(
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot">'
        '<ClinicalData StudyOID="S" MetaDataVersionOID="M"><SubjectData SubjectKey="N-1">'
        '<StudyEventData StudyEventOID="V1"><FormData FormOID="F"><ItemGroupData ItemGroupOID="G">'
        '<ItemDataFloat ItemOID="I.7">12.5</ItemDataFloat>'
        '<ItemDataInteger ItemOID="I.9" IsNull="Yes"/>'
        "</ItemGroupData></FormData></StudyEventData></SubjectData></ClinicalData></ODM>",
        encoding="utf-8",
    )
    assert [c.text for c in found_in(path) if isinstance(c, Cell)] == ["12.5"]


def test_a_map_drafted_from_our_own_export_needs_no_decision(
    tmp_path: Path, ledger: DjangoLedger
) -> None:
    """So that data go from one study to another of the same protocol: the values that stand."""
    fill(ledger)
    path = export(tmp_path / "a.xml", list(ledger.facts()))
    text = draft_odm_map(path, PROTOCOL)
    assert "TODO:" not in text.replace("each TODO:", "")
    (tmp_path / "other").mkdir()
    with made_ledger(tmp_path / "other", "N-1", "S-1") as other:
        done = take(other, found_in(path, text))
        assert done.new == 5
        stated = {str(f.place): (f.value, f.observed) for f in other.facts("N-1")}
    assert stated["screening/history.bilirubin"] == ("15.20", "")
    assert stated["injection/injection.injected_at"] == ("2024-05-21T10:42:00+02:00", "")


def test_a_map_drafted_from_another_programs_file_asks_where_it_is_not_sure(
    tmp_path: Path,
) -> None:
    """``bilirubin`` is an item of one form only, ``tracer`` of two, and V1 is no event."""
    path = foreign(
        tmp_path,
        odm.ItemData(ItemOID="I.7", Value="1"),
        odm.ItemData(ItemOID="I.8", Value="18F-FES"),
    )
    text = draft_odm_map(path, PROTOCOL)
    assert "I.7: history.bilirubin" in text
    assert "I.8: TODO injection.tracer or scan.tracer" in text
    with pytest.raises(ReadError) as caught:
        parse_mapping(text, "draft")
    assert [caught.value.problem.field, caught.value.__notes__[0].split(": ")[1]] == [
        "event.values.V1",
        "columns.I.8",
    ]


BOMB = (
    '<!DOCTYPE ODM [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (f"<?xml version='1.0'?>{BOMB}<ODM>&c;</ODM>", "document type declaration"),
        (
            "<!DOCTYPE ODM [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><ODM>&x;</ODM>",
            "document type declaration",
        ),
        ("<!DOCTYPE ODM SYSTEM 'http://localhost/odm.dtd'><ODM/>", "document type declaration"),
        ("<ODM>", "first element"),
        ("<html/>", "first element"),
        ('<ODM xmlns="http://www.cdisc.org/ns/odm/v2.0"/>', "first element"),
        ('<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><Study>', "XML"),
        ("", "XML"),
        (
            (
                f"<ODM xmlns='{NS[1:-1]}'><ClinicalData><SubjectData SubjectKey='1' "
                "TransactionType='Remove'/></ClinicalData></ODM>"
            ),
            "SubjectData",
        ),
    ],
)
def test_xml_that_is_broken_foreign_or_hostile_is_refused(
    tmp_path: Path, content: str, field: str
) -> None:
    """Entities that name files, or grow: refused where the declaration begins."""
    path = tmp_path / "bad.xml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ReadError) as caught:
        list(read_odm(path).rows)
    assert caught.value.problem.field == field


def test_a_file_of_another_program_is_no_chain_of_facts(tmp_path: Path) -> None:
    path = foreign(tmp_path, odm.ItemData(ItemOID="I.9", Value="7"))
    with pytest.raises(ReadError, match="ItemData 1: SourceID"):
        list(read_odm_facts(path))
