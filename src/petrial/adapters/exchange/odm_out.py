"""Facts as an ODM 1.3.2 file with audit records, written subject by subject.

The file is transactional: an ``ItemData`` for each fact, in the order of its chain. ODM has a
place for value, unit, author, site, moment and reason; flags hold what it has none for (why there
is no value, when it was observed, role, commitment to a sealed value). ``SourceID``, which ODM
leaves to the originating system, holds a JSON object with what lets the chain be verified.
"""

import json
import re
import xml.etree.ElementTree as ET  # builds elements only; nothing is parsed with it
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import IO, Any, Final

import odmlib.odm_1_3_2.model as odm

from petrial.adapters.exchange import odm_names as names
from petrial.adapters.exchange.odm_metadata import document, study_element
from petrial.protocol.model import Protocol
from petrial.subjects.facts import Absent, Fact, is_system
from petrial.vocabulary.errors import FieldError

__all__ = ["SOURCE", "OdmOrder", "write_odm"]

SOURCE: Final = ("study", "seq", "act", "act_seq", "reason", "replaces", "previous", "hash")
"""Fields of a fact that ``SourceID`` holds."""

_END: Final = "</ODM>"
_NO_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _all(_fact: Fact) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class OdmOrder:
    """What an ODM file is to hold.

    Attributes
    ----------
    protocols
        Every version under which a fact was recorded, oldest first.
    created
        Moment of the export.
    reasons
        Text of the reasons for change that may be shown, by commitment.
    visible
        Whether a fact may go out. Sealed values never do, only their commitments.
    """

    protocols: Sequence[Protocol]
    created: datetime
    reasons: Mapping[str, str] = field(default_factory=dict)
    visible: Callable[[Fact], bool] = _all


def write_odm(file: IO[bytes], facts: Callable[[], Iterable[Fact]], order: OdmOrder) -> int:
    """Write facts to an open file and return how many.

    Parameters
    ----------
    file
        Open for writing, in bytes.
    facts
        Gives the facts by subject and number; called twice, and must give the same ones.
    order
        What is to go out.

    Raises
    ------
    FieldError
        A fact was recorded under a version that ``order`` does not give; or a value holds a
        character that XML cannot.
    """
    sealed = {
        (form.name, item.name)
        for protocol in order.protocols
        for form in protocol.forms
        for item in form.items
        if item.sealed
    }

    def wanted() -> Iterator[Fact]:
        for fact in facts():
            secret = fact.value is not None and not fact.sealed and (fact.form, fact.item) in sealed
            if not secret and order.visible(fact):
                yield fact

    found = _Found(order.protocols)
    for fact in wanted():
        found.take(fact)
    whole = document(
        f"{_study(order)}.{order.created:%Y%m%dT%H%M%S}", "Transactional", order.created
    )
    whole.Study = [study_element(order.protocols, found.own, found.units)]
    whole.AdminData = [found.people(order)]
    head: str = whole.to_xml_string(xml_declaration=True)
    file.write(head.removesuffix(_END).encode())
    count = 0
    for version, of_version in groupby(wanted(), key=lambda fact: fact.protocol):
        opening = ET.Element(
            "ClinicalData",
            {"StudyOID": names.study(_study(order)), "MetaDataVersionOID": names.metadata(version)},
        )
        file.write(ET.tostring(opening).removesuffix(b" />") + b">")
        for subject, chain in groupby(of_version, key=lambda fact: fact.subject):
            data = list(chain)
            count += len(data)
            text = ET.tostring(_subject(subject, data, order).to_xml(), encoding="unicode")
            file.write(text.replace("\r", "&#13;").encode())
        file.write(b"</ClinicalData>")
    file.write(_END.encode())
    return count


def _study(order: OdmOrder) -> str:
    return order.protocols[-1].identity.name


class _Found:
    """What the facts mention and the head of the file must define."""

    def __init__(self, protocols: Sequence[Protocol]) -> None:
        self.own: dict[str, dict[str, list[str]]] = {}
        self.units: set[str] = set()
        self._versions = {protocol.identity.version for protocol in protocols}
        self._users: set[str] = set()
        self._sites: set[str] = set()

    def take(self, fact: Fact) -> None:
        """Note what a fact mentions."""
        if fact.protocol not in self._versions:
            raise FieldError(
                where=f"{fact.subject}, fact {fact.seq}",
                field="protocol version",
                got=fact.protocol,
                wanted="one of: " + ", ".join(sorted(self._versions)),
                do="give every version that was adopted to the export",
            )
        self._users.add(fact.author)
        self._sites.add(fact.site)
        if fact.unit:
            self.units.add(fact.unit)
        if is_system(fact.form) or is_system(fact.item):
            items = self.own.setdefault(fact.event, {}).setdefault(fact.form, [])
            if fact.item not in items:
                items.append(fact.item)

    def people(self, order: OdmOrder) -> Any:  # noqa: ANN401  odmlib's object
        """Return the users and sites."""
        study = names.study(_study(order))
        titles = {site.code: site.name for protocol in order.protocols for site in protocol.sites}
        versions = [
            odm.MetaDataVersionRef(
                StudyOID=study,
                MetaDataVersionOID=names.metadata(protocol.identity.version),
                EffectiveDate=protocol.identity.dated.isoformat(),
            )
            for protocol in order.protocols
        ]
        return odm.AdminData(
            StudyOID=study,
            User=[
                odm.User(OID=names.user(user), LoginName=odm.LoginName(_content=user))
                for user in sorted(self._users)
            ],
            Location=[
                odm.Location(
                    OID=names.location(site),
                    Name=titles.get(site, site or "The study as a whole"),
                    LocationType="Site" if site else "Sponsor",
                    MetaDataVersionRef=versions,
                )
                for site in sorted(self._sites)
            ],
        )


def _subject(subject: str, facts: Sequence[Fact], order: OdmOrder) -> Any:  # noqa: ANN401  odmlib's object
    """Return the facts of one subject; a new event or form begins where the place changes."""
    events = []
    for (event, repeat), of_event in groupby(facts, key=lambda f: (f.event, f.event_repeat)):
        forms = []
        for (form, form_repeat), of_form in groupby(
            of_event, key=lambda f: (f.form, f.form_repeat)
        ):
            items = [_item(fact, order) for fact in of_form]
            group = odm.ItemGroupData(ItemGroupOID=names.group(form), ItemData=items)
            forms.append(
                odm.FormData(
                    FormOID=names.form(form),
                    FormRepeatKey=str(form_repeat),
                    ItemGroupData=[group],
                )
            )
        events.append(
            odm.StudyEventData(
                StudyEventOID=names.event(event), StudyEventRepeatKey=str(repeat), FormData=forms
            )
        )
    site = odm.SiteRef(LocationOID=names.location(facts[0].site))
    return odm.SubjectData(SubjectKey=subject, SiteRef=site, StudyEventData=events)


def _item(fact: Fact, order: OdmOrder) -> Any:  # noqa: ANN401  odmlib's object
    source = json.dumps({name: getattr(fact, name) for name in SOURCE}, separators=(",", ":"))
    record = odm.AuditRecord(
        UserRef=odm.UserRef(UserOID=names.user(fact.author)),
        LocationRef=odm.LocationRef(LocationOID=names.location(fact.site)),
        DateTimeStamp=odm.DateTimeStamp(_content=fact.recorded),
        SourceID=odm.SourceID(_content=source),
    )
    reason = order.reasons.get(fact.reason)
    if reason is not None:
        record.ReasonForChange = odm.ReasonForChange(_content=_written(fact, reason))
    flags = [_flag(names.ROLE, fact.role)]
    if fact.absent:
        flags.append(_flag(names.ABSENT, fact.absent))
    if fact.observed:
        flags.append(_flag(names.OBSERVED, fact.observed))
    if fact.sealed and fact.value is not None:
        flags.append(_flag(names.SEALED_AS, fact.value))
    made = odm.ItemData(
        ItemOID=names.item(fact.form, fact.item),
        TransactionType=_transaction(fact),
        AuditRecord=record,
        Annotation=[odm.Annotation(SeqNum=1, Flag=flags)],
    )
    if fact.value is None or fact.sealed:
        made.IsNull = "Yes"
    else:
        made.Value = _written(fact, fact.value)
    if fact.unit:
        made.MeasurementUnitRef = odm.MeasurementUnitRef(MeasurementUnitOID=names.unit(fact.unit))
    return made


def _transaction(fact: Fact) -> str:
    if fact.absent == Absent.REMOVED:
        return "Remove"
    return "Insert" if fact.replaces is None else "Update"


def _flag(kind: str, value: str) -> Any:  # noqa: ANN401  odmlib's object
    return odm.Flag(
        FlagValue=odm.FlagValue(CodeListOID=names.flag_list(kind), _content=value),
        FlagType=odm.FlagType(CodeListOID=names.FLAGS, _content=kind),
    )


def _written(fact: Fact, text: str) -> str:
    wrong = _NO_XML.search(text)
    if wrong is None:
        return text
    raise FieldError(
        where=f"{fact.subject}, fact {fact.seq}",
        field=str(fact.place),
        got=f"the character U+{ord(wrong[0]):04X}",
        wanted="characters that XML can hold",
        do="correct the value, or leave this item out of the export",
    )
