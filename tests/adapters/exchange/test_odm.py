"""ODM 1.3.2 out and in: every fact comes back as it was, and other tools can read the file.

Conformance is judged by the XML schema of CDISC that odmlib carries and by odmlib's own loader and
checks; losslessness by equality of whole facts and by the hashes of the chain.
"""

import io
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import odmlib.odm_1_3_2.model as odm
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odmlib.loader import ODMLoader
from odmlib.odm_loader import XMLODMLoader
from odmlib.odm_parser import ODMSchemaValidator

from made_facts import Said, made_facts
from made_intake import PROTOCOL, made_ledger, problems, take
from made_protocol import made_data
from petrial.adapters.exchange.map_file import parse_mapping
from petrial.adapters.exchange.odm_in import draft_odm_map, read_odm, read_odm_facts
from petrial.adapters.exchange.odm_metadata import metadata_xml
from petrial.adapters.exchange.odm_out import OdmOrder, write_odm
from petrial.adapters.files.protocol import built_in_text, parse_protocol
from petrial.adapters.store.ledger import DjangoLedger
from petrial.conduct.intake import Cell, Order
from petrial.conduct.rows import cells_of
from petrial.protocol.model import Protocol
from petrial.subjects.chain import Head, chained, first_fault
from petrial.subjects.facts import FACT_FIELDS, STUDY, Fact
from petrial.vocabulary.errors import FieldError, Problem, ReadError, RefusedError

NS = "{http://www.cdisc.org/ns/odm/v1.3}"
CREATED = datetime(2024, 6, 2, 8, tzinfo=UTC)
REASON = "typing error,\nsee <source> & sheet"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[DjangoLedger]:
    with made_ledger(tmp_path, "N-1", "S-1") as made:
        yield made


def cell(item: str, text: str, subject: str = "N-1", **more: str) -> Cell:
    form, _, name = item.partition(".")
    event = "screening" if form == "history" else form
    return Cell("row 2, column x", subject, event, 1, form, 1, name, text)._replace(**more)  # type: ignore[arg-type]  # fields of Cell that are text


def fill(ledger: DjangoLedger) -> None:
    """State, correct, remove, seal and say nothing of values, for two subjects."""
    take(
        ledger,
        [
            cell("history.bilirubin", "12.50", observed="2024-05-20"),
            cell("history.born_on", "1960-05-21"),
            cell("history.remark", "lives alone"),
            cell("history.pregnancy", "", absent="not-applicable"),
            cell("injection.batch", 'a<b & "c" é'),
            cell("injection.injected_at", "2024-05-21T10:42:00+02:00"),
            cell("history.performance", "1", "S-1"),
        ],
    )
    again = Order(replace=True, reason=REASON)
    take(ledger, [cell("history.bilirubin", "15.20")], order=again)
    take(ledger, [cell("injection.batch", "", absent="removed")], order=again)
    take(ledger, [cell("history.performance", "2")])


def export(path: Path, facts: Sequence[Fact], *protocols: Protocol, **more: object) -> Path:
    order = OdmOrder(protocols=protocols or (PROTOCOL,), created=CREATED, **more)  # type: ignore[arg-type]  # fields of OdmOrder
    with path.open("wb") as file:
        assert write_odm(file, lambda: facts, order) >= 0
    return path


def test_every_fact_comes_back_as_it_was_in_its_order(tmp_path: Path, ledger: DjangoLedger) -> None:
    """Values, units, authors, moments, reasons, order: all fields, so the hashes verify too."""
    fill(ledger)
    facts = list(ledger.facts())
    back = list(read_odm_facts(export(tmp_path / "a.xml", facts)))
    assert back == facts
    for head, (_, chain) in zip(
        ledger.heads(), groupby(back, key=lambda fact: fact.subject), strict=True
    ):
        rows = [tuple(getattr(fact, name) for name in FACT_FIELDS) for fact in chain]
        assert list(first_fault(rows, head)) == []


def test_the_file_conforms_to_the_schema_of_cdisc_and_odmlib_reads_it(
    tmp_path: Path, ledger: DjangoLedger
) -> None:
    fill(ledger)
    facts = list(ledger.facts())
    path = export(tmp_path / "a.xml", facts)
    conforms(path)
    loader = ODMLoader(XMLODMLoader())
    loader.open_odm_document(str(path))
    read = [
        item
        for data in loader.root().ClinicalData
        for subject in data.SubjectData
        for event in subject.StudyEventData
        for form in event.FormData
        for group in form.ItemGroupData
        for item in group.ItemData
    ]
    assert [item.TransactionType for item in read] == [
        "Remove" if f.absent == "removed" else "Update" if f.replaces else "Insert" for f in facts
    ]
    assert [item.AuditRecord.UserRef.UserOID for item in read] == [f"US.{f.author}" for f in facts]
    stamps = [item.AuditRecord.DateTimeStamp._content for item in read]  # noqa: SLF001  its name for text
    assert stamps == [f.recorded for f in facts]


def conforms(path: Path) -> None:
    """Raise what the schema of CDISC finds wrong."""
    validator = ODMSchemaValidator(standard="odm", version="1.3.2")
    validator.validate_file(str(path))  # type: ignore[no-untyped-call]  # odmlib leaves it so


def test_each_reference_in_the_file_leads_to_a_definition(
    tmp_path: Path, ledger: DjangoLedger
) -> None:
    fill(ledger)
    root = ET.parse(export(tmp_path / "a.xml", list(ledger.facts()))).getroot()  # noqa: S314  our own file
    assert dangling(root) == set()


def dangling(root: ET.Element) -> set[str]:
    """Return all OIDs that are referred to and defined nowhere."""
    defined = {e.get("OID") for e in root.iter() if e.get("OID")}
    return {
        value
        for element in root.iter()
        for name, value in element.attrib.items()
        if name.endswith("OID") and name not in {"OID", "FileOID"} and value not in defined
    }


def test_reasons_stand_in_the_audit_record_and_sealed_values_nowhere(
    tmp_path: Path, ledger: DjangoLedger
) -> None:
    fill(ledger)
    facts = list(ledger.facts())
    reasons = {f.reason: ledger.opened([f])[f.reason] for f in facts if f.reason}
    text = export(tmp_path / "a.xml", facts, reasons=reasons).read_text(encoding="utf-8")
    root = ET.fromstring(text)  # noqa: S314  our own file
    assert [r.text for r in root.iter(f"{NS}ReasonForChange")] == [REASON, REASON]
    assert "1960" not in text
    assert "alone" not in text
    born = next(f for f in facts if f.item == "born_on")
    assert str(born.value) in text
    without = export(tmp_path / "b.xml", facts).read_text(encoding="utf-8")
    assert "ReasonForChange" not in without


def test_what_the_caller_may_not_see_stays_out(tmp_path: Path, ledger: DjangoLedger) -> None:
    fill(ledger)
    facts = list(ledger.facts())
    path = export(tmp_path / "a.xml", facts, visible=lambda fact: fact.form == "history")
    back = list(read_odm_facts(path))
    assert back == [fact for fact in facts if fact.form == "history"]
    assert "injected_at" not in {fact.item for fact in back}


def test_a_value_in_clear_of_an_item_that_is_personal_now_stays_out(tmp_path: Path) -> None:
    facts = made_facts(("screening/history.born_on", "1960-05-21"))
    assert list(read_odm_facts(export(tmp_path / "a.xml", facts))) == []


def test_each_fact_keeps_the_protocol_version_under_which_it_was_recorded(tmp_path: Path) -> None:
    data = made_data()
    data["identity"]["version"] = "2.0"
    newer = Protocol.model_validate(data)
    facts = list(made_facts(("screening/history.performance", "1")))
    after = (*(getattr(facts[0], n) for n in FACT_FIELDS[:-2]),)
    later = dict(zip(FACT_FIELDS, after, strict=False)) | {
        "seq": 2,
        "protocol": "2.0",
        "replaces": 1,
    }
    facts.append(chained(tuple(later.values()), Head("S-001", 1, facts[0].hash)))
    path = export(tmp_path / "a.xml", facts, PROTOCOL, newer)
    assert list(read_odm_facts(path)) == facts
    conforms(path)
    with pytest.raises(FieldError, match=r"found 2.0, wanted one of: 1.0"):
        export(tmp_path / "b.xml", facts)


def test_facts_of_the_study_itself_come_back_too(tmp_path: Path) -> None:
    facts = made_facts(("@own/@grant.user", "anna"), subject=STUDY, site="")
    assert list(read_odm_facts(export(tmp_path / "a.xml", facts))) == list(facts)


PRINTABLE = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"),
    min_size=1,
    max_size=64,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 3), PRINTABLE), min_size=1, max_size=8))
def test_any_text_and_any_order_of_places_survive(
    tmp_path: Path, said: list[tuple[int, str]]
) -> None:
    """Law: reading what was written gives what was written, wherever facts go to and fro."""
    facts = made_facts(*[Said(f"injection/injection[{n}].batch", text) for n, text in said])
    path = export(tmp_path / "law.xml", facts)
    assert list(read_odm_facts(path)) == list(facts)


@pytest.mark.parametrize("blank", ["a\tb", "a\nb", "a\r\nb", "  a  "])
def test_white_space_survives_in_values_and_reasons(tmp_path: Path, blank: str) -> None:
    """XML turns line ends into one kind and tabs in attributes into blanks, unless escaped."""
    facts = made_facts(("injection/injection.batch", blank))
    reasoned = [_with_reason(facts[0])]
    path = export(tmp_path / "a.xml", reasoned, reasons={"sealed:sha256:1": blank})
    assert [fact.value for fact in read_odm_facts(path)] == [blank]
    root = ET.parse(path).getroot()  # noqa: S314  our own file
    assert [r.text for r in root.iter(f"{NS}ReasonForChange")] == [blank]


def _with_reason(fact: Fact) -> Fact:
    values = {name: getattr(fact, name) for name in FACT_FIELDS} | {"reason": "sealed:sha256:1"}
    return Fact(**values)


def test_a_character_that_xml_cannot_hold_is_refused(tmp_path: Path) -> None:
    facts = made_facts(("injection/injection.batch", "a\x07b"))
    with pytest.raises(FieldError, match=r"the character U\+0007"):
        export(tmp_path / "a.xml", facts)


# Metadata


@pytest.mark.parametrize("protocol", ["tiny", "impact-mbc"])
def test_the_metadata_of_a_protocol_conform_and_are_whole(tmp_path: Path, protocol: str) -> None:
    made = PROTOCOL if protocol == "tiny" else impact()
    path = tmp_path / "metadata.xml"
    path.write_bytes(metadata_xml(made))
    conforms(path)
    root = ET.parse(path).getroot()  # noqa: S314  our own file
    assert dangling(root) == set()
    assert {e.get("OID") for e in root.iter(f"{NS}StudyEventDef")} == {
        f"SE.{event.name}" for event in made.events
    }
    assert {e.get("OID") for e in root.iter(f"{NS}ItemDef")} == {
        f"IT.{form.name}.{item.name}" for form in made.forms for item in form.items
    }
    assert {e.get("OID") for e in root.iter(f"{NS}CodeList")} >= {
        f"CL.{codes.name}" for codes in made.code_lists
    }


def impact() -> Protocol:
    return parse_protocol(built_in_text("impact-mbc"), "impact-mbc")


def test_an_item_has_its_question_unit_range_and_codes(tmp_path: Path) -> None:
    """Expected by hand from the tiny trial: performance 0 to 5; bilirubin in umol/L."""
    root = ET.fromstring(metadata_xml(PROTOCOL))  # noqa: S314  our own file
    items = {e.get("OID"): e for e in root.iter(f"{NS}ItemDef")}
    performance = items["IT.history.performance"]
    checks = [
        (check.get("Comparator"), check.get("SoftHard"), check.findtext(f"{NS}CheckValue"))
        for check in performance.iter(f"{NS}RangeCheck")
    ]
    assert checks == [("GE", "Hard", "0"), ("LE", "Hard", "5")]
    bilirubin = items["IT.history.bilirubin"]
    units = [e.get("MeasurementUnitOID") for e in bilirubin.iter(f"{NS}MeasurementUnitRef")]
    assert (bilirubin.get("DataType"), units) == ("float", ["MU.umol/L"])
    pregnancy = items["IT.history.pregnancy"].find(f"{NS}CodeListRef")
    assert pregnancy is not None
    assert pregnancy.get("CodeListOID") == "CL.pregnancy"
    stopped = items["IT.history.blocker_stopped_on"].find(f"{NS}Alias")
    assert stopped is not None
    assert stopped.get("Name") == (
        '{"test": "one_of", "item": "history.blocker", "values": ["tamoxifen"]}'
    )
    path = tmp_path / "again.xml"
    path.write_bytes(metadata_xml(PROTOCOL))
    assert path.read_bytes() == metadata_xml(PROTOCOL)


# Files of others


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


def test_writing_needs_memory_for_one_subject_only(ledger: DjangoLedger) -> None:
    """Facts are asked for twice and never kept: an iterator over each pass is enough."""
    fill(ledger)
    passes = []

    def facts() -> Iterator[Fact]:
        passes.append(1)
        yield from ledger.facts()

    file = io.BytesIO()
    written = write_odm(file, facts, OdmOrder(protocols=(PROTOCOL,), created=CREATED))
    assert (written, len(passes)) == (len(list(ledger.facts())), 2)
