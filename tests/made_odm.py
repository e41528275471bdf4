"""Facts of every kind in a ledger, their ODM file, and what judges such a file."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from odmlib.odm_parser import ODMSchemaValidator

from made_intake import PROTOCOL, take
from petrial.adapters.exchange.odm_out import OdmOrder, write_odm
from petrial.adapters.store.ledger import DjangoLedger
from petrial.conduct.intake import Cell, Order
from petrial.protocol.model import Protocol
from petrial.subjects.facts import Fact

NS = "{http://www.cdisc.org/ns/odm/v1.3}"
CREATED = datetime(2024, 6, 2, 8, tzinfo=UTC)
REASON = "typing error,\nsee <source> & sheet"


__all__ = ["CREATED", "NS", "REASON", "cell", "conforms", "dangling", "export", "fill"]


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


def conforms(path: Path) -> None:
    """Raise what the schema of CDISC finds wrong."""
    validator = ODMSchemaValidator(standard="odm", version="1.3.2")
    validator.validate_file(str(path))  # type: ignore[no-untyped-call]  # odmlib leaves it so


def dangling(root: ET.Element) -> set[str]:
    """Return all OIDs that are referred to and defined nowhere."""
    defined = {e.get("OID") for e in root.iter() if e.get("OID")}
    return {
        value
        for element in root.iter()
        for name, value in element.attrib.items()
        if name.endswith("OID") and name not in {"OID", "FileOID"} and value not in defined
    }
