"""A protocol as ODM metadata: the schema of CDISC accepts it, and nothing of it is lost."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from made_intake import PROTOCOL
from made_odm import NS, conforms, dangling
from petrial.adapters.exchange.odm_metadata import metadata_xml
from petrial.adapters.files.protocol import built_in_text, parse_protocol
from petrial.protocol.model import Protocol


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
