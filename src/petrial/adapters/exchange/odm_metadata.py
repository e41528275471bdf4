"""A protocol as the metadata of an ODM 1.3.2 file."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any, Final

import odmlib.odm_1_3_2.model as odm

from petrial.adapters.exchange import odm_names as names
from petrial.protocol.events import Event
from petrial.protocol.figures import Figure
from petrial.protocol.forms import CodeList, Form, Item, ItemType
from petrial.protocol.model import Protocol
from petrial.subjects.facts import Absent

__all__ = ["LANGUAGE", "Own", "document", "metadata_xml", "study_element"]

LANGUAGE: Final = "en"

Own = Mapping[str, Mapping[str, Sequence[str]]]
"""Petrial's own items by event and form, such as ``@own``, ``@subject``, ``status``."""


def metadata_xml(protocol: Protocol) -> bytes:
    """Return a protocol as a whole ODM file without clinical data, in UTF-8.

    The moment of creation is the day that the protocol is dated, so the same protocol gives the
    same bytes.
    """
    dated = datetime.combine(protocol.identity.dated, time(), UTC)
    whole = document(f"{protocol.identity.name}.{protocol.identity.version}", "Snapshot", dated)
    whole.Study = [study_element([protocol], {})]
    text: str = whole.to_xml_string(xml_declaration=True)
    return text.encode()


def document(name: str, file_type: str, created: datetime) -> Any:  # noqa: ANN401  odmlib's root has no type
    """Return an ODM file without content; ``file_type`` is Snapshot or Transactional."""
    return odm.ODM(
        FileOID=name,
        FileType=file_type,
        CreationDateTime=created.isoformat(timespec="seconds"),
        ODMVersion="1.3.2",
        SourceSystem="petrial",
    )


def study_element(protocols: Sequence[Protocol], own: Own, units: Iterable[str] = ()) -> Any:  # noqa: ANN401  odmlib's object
    """Return the study with a version of the metadata for each version of its protocol.

    Parameters
    ----------
    protocols
        All of one trial; the last one gives the names.
    own
        Petrial's own items that occur in the data, to be defined too.
    units
        Units that occur in the data, beside those of the protocols.
    """
    newest = protocols[-1].identity
    stated = {i.unit for p in protocols for f in p.forms for i in f.items if i.unit}
    units = sorted(stated.union(units))
    return odm.Study(
        OID=names.study(newest.name),
        GlobalVariables=odm.GlobalVariables(
            StudyName=odm.StudyName(_content=newest.acronym),
            StudyDescription=odm.StudyDescription(_content=newest.title),
            ProtocolName=odm.ProtocolName(_content=newest.registration or newest.name),
        ),
        BasicDefinitions=odm.BasicDefinitions(MeasurementUnit=[_unit(text) for text in units]),
        MetaDataVersion=[_version(protocol, own) for protocol in protocols],
    )


def _words(text: str) -> list[Any]:
    return [odm.TranslatedText(_content=text, lang=LANGUAGE)]


def _unit(text: str) -> Any:  # noqa: ANN401  odmlib's object
    symbol = odm.Symbol(TranslatedText=_words(text))
    return odm.MeasurementUnit(OID=names.unit(text), Name=text, Symbol=symbol)


def _version(protocol: Protocol, own: Own) -> Any:  # noqa: ANN401  odmlib's object
    own_forms = {name: items for forms in own.values() for name, items in forms.items()}
    beyond = [event for event in own if protocol.event(event) is None]
    events = [_event(protocol, event, own.get(event.name, {})) for event in protocol.events]
    events += [_own_event(event, own[event]) for event in beyond]
    extra = {name: items for name, items in own_forms.items() if protocol.form(name) is None}
    forms = [(form.name, form.title, form.repeats) for form in protocol.forms]
    forms += [(name, name, True) for name in extra]
    refs = [
        odm.StudyEventRef(
            StudyEventOID=names.event(event.name),
            OrderNumber=number,
            Mandatory=_said(event.required and event.when is None),
        )
        for number, event in enumerate(protocol.events, 1)
    ]
    refs += [
        odm.StudyEventRef(StudyEventOID=names.event(event), Mandatory="No") for event in beyond
    ]
    return odm.MetaDataVersion(
        OID=names.metadata(protocol.identity.version),
        Name=f"Version {protocol.identity.version} of {protocol.identity.dated}",
        Protocol=odm.Protocol(StudyEventRef=refs),
        StudyEventDef=events,
        FormDef=[_form(*form) for form in forms],
        ItemGroupDef=[
            *(_group(form, own_forms.get(form.name, ())) for form in protocol.forms),
            *(_own_group(name, name, items) for name, items in extra.items()),
        ],
        ItemDef=[
            *(_item(form, item) for form in protocol.forms for item in form.items),
            *(_own_item(name, item) for name, items in own_forms.items() for item in items),
        ],
        CodeList=[
            *(_code_list(codes) for codes in protocol.code_lists),
            _plain_list(names.YES_NO, "Yes or no", ("yes", "no")),
            _plain_list(
                names.FLAGS,
                "Kinds of flags",
                (names.ABSENT, names.OBSERVED, names.ROLE, names.SEALED_AS),
            ),
            _plain_list(
                names.flag_list(names.ABSENT), "Why there is no value", [a.value for a in Absent]
            ),
            *(
                odm.CodeList(
                    OID=names.flag_list(kind),
                    Name=title,
                    DataType="text",
                    ExternalCodeList=odm.ExternalCodeList(Dictionary="petrial"),
                )
                for kind, title in _OPEN_LISTS
            ),
        ],
    )


_OPEN_LISTS: Final = (
    (names.OBSERVED, "Day or moment of observation"),
    (names.ROLE, "Role of the author"),
    (names.SEALED_AS, "Commitment to a value that is not exported"),
)


def _said(yes: bool) -> str:  # noqa: FBT001  a word for a truth value
    return "Yes" if yes else "No"


def _event(protocol: Protocol, event: Event, own: Mapping[str, Sequence[str]]) -> Any:  # noqa: ANN401  odmlib's object
    extra = [form for form in own if form not in event.forms]
    repeats = event.repeats or (event.due is not None and event.due.every is not None)
    return odm.StudyEventDef(
        OID=names.event(event.name),
        Name=event.title,
        Repeating=_said(repeats),
        Type="Scheduled" if event.due is not None else "Unscheduled",
        Description=odm.Description(TranslatedText=_words(_when(protocol, event))),
        FormRef=_form_refs([*event.forms, *extra]),
    )


def _when(protocol: Protocol, event: Event) -> str:
    if event.due is None:
        return "When it comes."
    due = event.due
    anchor = protocol.event(due.anchor)
    title = due.anchor if anchor is None else anchor.title
    every = "" if due.every is None else f", then every {due.every}"
    return f"{due.offset} from {title}, at most {due.before} before and {due.after} after{every}."


def _own_event(event: str, forms: Mapping[str, Sequence[str]]) -> Any:  # noqa: ANN401  odmlib's object
    return odm.StudyEventDef(
        OID=names.event(event),
        Name=event,
        Repeating="Yes",
        Type="Common",
        FormRef=_form_refs(list(forms)),
    )


def _form_refs(forms: Iterable[str]) -> list[Any]:
    return [
        odm.FormRef(FormOID=names.form(form), OrderNumber=number, Mandatory="No")
        for number, form in enumerate(forms, 1)
    ]


def _form(name: str, title: str, repeats: bool) -> Any:  # noqa: ANN401, FBT001  odmlib's object
    return odm.FormDef(
        OID=names.form(name),
        Name=title,
        Repeating=_said(repeats),
        ItemGroupRef=[odm.ItemGroupRef(ItemGroupOID=names.group(name), Mandatory="Yes")],
    )


def _own_group(name: str, title: str, items: Sequence[str]) -> Any:  # noqa: ANN401  odmlib's object
    refs = [odm.ItemRef(ItemOID=names.item(name, item), Mandatory="No") for item in items]
    return odm.ItemGroupDef(OID=names.group(name), Name=title, Repeating="No", ItemRef=refs)


def _group(form: Form, own: Sequence[str]) -> Any:  # noqa: ANN401  odmlib's object
    made = _own_group(form.name, form.title, own)
    made.ItemRef = [
        *(
            odm.ItemRef(
                ItemOID=names.item(form.name, item.name),
                OrderNumber=number,
                Mandatory=_said(item.required == "always"),
            )
            for number, item in enumerate(form.items, 1)
        ),
        *made.ItemRef,
    ]
    return made


def _item(form: Form, item: Item) -> Any:  # noqa: ANN401  odmlib's object
    made = odm.ItemDef(
        OID=names.item(form.name, item.name),
        Name=item.name,
        DataType=names.DATA_TYPES[item.type],
        Question=odm.Question(TranslatedText=_words(item.title)),
    )
    if item.note:
        made.Comment = item.note
    if item.unit:
        made.MeasurementUnitRef = [_unit_ref(item.unit)]
    limits = (("GE", item.minimum), ("LE", item.maximum))
    made.RangeCheck = [_limit(sign, figure) for sign, figure in limits if figure is not None]
    codes = (
        names.YES_NO
        if item.type is ItemType.BOOLEAN
        else item.codes and names.code_list(item.codes)
    )
    if codes:
        made.CodeListRef = odm.CodeListRef(CodeListOID=codes)
    if not isinstance(item.required, str):
        rule = json.dumps(item.required.model_dump(mode="json"), ensure_ascii=False)
        made.Alias = [odm.Alias(Context="petrial: required when", Name=rule)]
    return made


def _own_item(form: str, item: str) -> Any:  # noqa: ANN401  odmlib's object
    return odm.ItemDef(OID=names.item(form, item), Name=item, DataType="text")


def _unit_ref(unit: str) -> Any:  # noqa: ANN401  odmlib's object
    return odm.MeasurementUnitRef(MeasurementUnitOID=names.unit(unit))


def _limit(sign: str, figure: Figure) -> Any:  # noqa: ANN401  odmlib's object
    text = f"Source: {figure.source}. {figure.note}".strip()
    return odm.RangeCheck(
        Comparator=sign,
        SoftHard="Hard",
        CheckValue=[odm.CheckValue(_content=f"{figure.value:.15g}")],
        ErrorMessage=odm.ErrorMessage(TranslatedText=_words(text)),
    )


def _code_list(codes: CodeList) -> Any:  # noqa: ANN401  odmlib's object
    return odm.CodeList(
        OID=names.code_list(codes.name),
        Name=codes.title,
        DataType="text",
        CodeListItem=[
            odm.CodeListItem(
                CodedValue=code.code,
                Rank=float(rank) if codes.ordered else None,
                OrderNumber=rank,
                Decode=odm.Decode(TranslatedText=_words(code.title)),
            )
            for rank, code in enumerate(codes.codes, 1)
        ],
    )


def _plain_list(oid: str, title: str, values: Sequence[str]) -> Any:  # noqa: ANN401  odmlib's object
    items = [odm.EnumeratedItem(CodedValue=value) for value in values]
    return odm.CodeList(OID=oid, Name=title, DataType="text", EnumeratedItem=items)
