"""ODM 1.3.2 out and in: every fact comes back as it was, and other tools can read the file.

Conformance is judged by the XML schema of CDISC that odmlib carries and by odmlib's own loader;
losslessness by equality of whole facts and by the hashes of the chain.
"""

import io
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odmlib.loader import ODMLoader
from odmlib.odm_loader import XMLODMLoader

from made_facts import Said, made_facts
from made_intake import PROTOCOL, made_ledger
from made_odm import CREATED, NS, REASON, conforms, dangling, export, fill
from made_protocol import made_data
from petrial.adapters.exchange.odm_in import read_odm_facts
from petrial.adapters.exchange.odm_out import OdmOrder, write_odm
from petrial.adapters.store.ledger import DjangoLedger
from petrial.protocol.model import Protocol
from petrial.subjects.chain import Head, chained, first_fault
from petrial.subjects.facts import FACT_FIELDS, STUDY, Fact
from petrial.vocabulary.errors import FieldError


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[DjangoLedger]:
    with made_ledger(tmp_path, "N-1", "S-1") as made:
        yield made


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


def test_each_reference_in_the_file_leads_to_a_definition(
    tmp_path: Path, ledger: DjangoLedger
) -> None:
    fill(ledger)
    root = ET.parse(export(tmp_path / "a.xml", list(ledger.facts()))).getroot()  # noqa: S314  our own file
    assert dangling(root) == set()


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
