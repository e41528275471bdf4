"""REDCap: the data dictionary drafts a map; the flat export of records is a table.

The export has a row for each record, event and repeat. ``redcap_repeat_instrument`` says whether
the number in ``redcap_repeat_instance`` counts the instrument (a form of petrial) or, where it is
empty, the whole event; so two columns take their place: ``event repeat`` and ``form repeat``.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from petrial.adapters.exchange.csv_in import read_csv
from petrial.adapters.exchange.draft import (
    DraftedColumn,
    drafted,
    near_items,
    one_line,
    written_map,
)
from petrial.conduct.mapping import TODO, Mapping
from petrial.conduct.readings import Entered
from petrial.conduct.rows import Table
from petrial.protocol.forms import ItemType
from petrial.protocol.model import Protocol
from petrial.vocabulary.errors import ReadError

__all__ = [
    "EVENT_REPEAT",
    "FORM_REPEAT",
    "Field",
    "draft_redcap_map",
    "read_dictionary",
    "read_redcap",
]

EVENT: Final = "redcap_event_name"
INSTRUMENT: Final = "redcap_repeat_instrument"
INSTANCE: Final = "redcap_repeat_instance"
EVENT_REPEAT: Final = "event repeat"
FORM_REPEAT: Final = "form repeat"
_STRUCTURE: Final = (EVENT, INSTRUMENT, INSTANCE, EVENT_REPEAT, FORM_REPEAT)
_OWN: Final = ("redcap_data_access_group", "redcap_survey_identifier")

_NAME: Final = "Variable / Field Name"
_FORM: Final = "Form Name"
_TYPE: Final = "Field Type"
_LABEL: Final = "Field Label"
_CHOICES: Final = "Choices, Calculations, OR Slider Labels"
_CHECK: Final = "Text Validation Type OR Show Slider Number"
_IDENTIFIER: Final = "Identifier?"
_API: Final = {  # the same columns in an export of metadata through the API
    "field_name": _NAME,
    "form_name": _FORM,
    "field_type": _TYPE,
    "field_label": _LABEL,
    "select_choices_or_calculations": _CHOICES,
    "text_validation_type_or_show_slider_number": _CHECK,
    "identifier": _IDENTIFIER,
}
_CHOSEN: Final = ("radio", "dropdown")
_YES_NO: Final = ("yesno", "truefalse")
_SHOWN_ONLY: Final = ("descriptive",)


class Field(NamedTuple):
    """One field of a data dictionary; ``choices`` are titles by code."""

    name: str
    form: str
    type: str
    label: str
    choices: dict[str, str]
    check: str
    identifier: bool


def read_dictionary(path: Path) -> tuple[Field, ...]:
    """Return the fields of a data dictionary, in order.

    Raises
    ------
    ReadError
        It cannot be read, or is no data dictionary.
    """
    table = read_csv(path)
    header = [_API.get(name, name) for name in table.header]
    for needed in (_NAME, _FORM, _TYPE, _CHOICES, _CHECK):
        if needed not in header:
            raise ReadError(
                where=path.name,
                field="header",
                got=", ".join(table.header),
                wanted=f"a column {needed}",
                do="download the data dictionary as CSV from REDCap",
            )
    fields = []
    for _, row in table.rows:
        said = {name: str(cell).strip() for name, cell in zip(header, row, strict=True)}
        kind = said[_TYPE]
        fields.append(
            Field(
                said[_NAME],
                said[_FORM],
                kind,
                said.get(_LABEL, ""),
                {"1": "Yes", "0": "No"} if kind in _YES_NO else _choices(said[_CHOICES], kind),
                said[_CHECK],
                said.get(_IDENTIFIER, "").lower() in {"y", "1", "yes"},
            )
        )
    return tuple(fields)


def _choices(text: str, kind: str) -> dict[str, str]:
    """Return titles by code of ``1, Positive | 2, Negative``.

    >>> _choices("1, Positive | 2, Low, or none", "radio")
    {'1': 'Positive', '2': 'Low, or none'}
    """
    if kind not in {*_CHOSEN, "checkbox"}:
        return {}
    pairs = (part.partition(",") for part in text.split("|") if part.strip())
    return {code.strip(): title.strip() for code, _, title in pairs}


def read_redcap(path: Path, mapping: Mapping | None = None) -> Table:
    """Return the table of a flat export of records (raw values, not labels).

    Raises
    ------
    ReadError
        As ``read_csv``; or it names a repeating instrument and not which repeat.
    """
    table = read_csv(path, mapping)
    at = {name: index for index, name in enumerate(table.header)}
    kept = [i for i, name in enumerate(table.header) if name not in {INSTRUMENT, INSTANCE}]
    header = (*(table.header[i] for i in kept), EVENT_REPEAT, FORM_REPEAT)
    rows = _repeated(table, kept, at.get(INSTRUMENT), at.get(INSTANCE))
    return Table(table.name, header, rows, optional=frozenset({EVENT_REPEAT, FORM_REPEAT}))


def _repeated(
    table: Table, kept: Sequence[int], instrument: int | None, instance: int | None
) -> Iterator[tuple[int | str, Sequence[Entered]]]:
    for number, row in table.rows:
        name = "" if instrument is None else str(row[instrument]).strip()
        count = "" if instance is None else str(row[instance]).strip()
        if name and not count:
            raise ReadError(
                where=f"{table.name}, row {number}",
                field=INSTANCE,
                got="",
                wanted=f"which repeat of {name} it is",
                do="export the records again, with the columns of repeats",
            )
        repeats = ("1", count) if name else (count or "1", "1")
        yield number, [*(row[i] for i in kept), *repeats]


def draft_redcap_map(
    fields: Sequence[Field],
    protocol: Protocol,
    header: Sequence[str] | None = None,
    delimiter: str = ",",
) -> str:
    """Return the text of a map for an export of records, drafted from the data dictionary.

    What has the name of one item goes there, its choices to codes of the same code or title.
    Everything else says TODO, with what it may be; such a map is refused until a person decided.

    Parameters
    ----------
    fields
        Of the data dictionary.
    protocol
        Where the values go.
    header
        Of the export, where there is one; only its columns are drafted then.
    delimiter
        Sign between the fields of the export.
    """
    columns = [column for field in fields[1:] for column in _drafted(field, protocol)]
    ignored = [*(f"{form}_complete" for form in dict.fromkeys(f.form for f in fields)), *_OWN]
    if header is not None:
        columns = [column for column in columns if column.name in header]
        known = {*(column.name for column in columns), *ignored, *_STRUCTURE, fields[0].name}
        columns += [drafted(name, protocol) for name in header if name not in known]
        ignored = [name for name in ignored if name in header]
    longitudinal = header is None or EVENT in header
    head = [
        *([] if delimiter == "," else [f"delimiter: {one_line(delimiter)}"]),
        f"subject: {{column: {fields[0].name}}}",
        *(
            [f"event: {{column: {EVENT}, values: {{{TODO}: {TODO}}}}}"]
            if longitudinal
            else [f"event: {{constant: {TODO}}}"]
        ),
        f"event_repeat: {{column: {EVENT_REPEAT}}}",
        f"form_repeat: {{column: {FORM_REPEAT}}}",
    ]
    return written_map(head, columns, ignored, protocol)


def _drafted(field: Field, protocol: Protocol) -> list[DraftedColumn]:
    if field.type in _SHOWN_ONLY:
        return []
    if field.type == "checkbox":
        remark = "REDCap writes 0 also where nobody answered, so 0 is taken to state nothing"
        return [
            DraftedColumn(
                f"{field.name}___{code.lower()}",
                "",
                near_items(f"{field.name} {title}", protocol),
                {"codes": {"1": "yes"}, "nothing": ["0"]},
                f"{field.label}: {title}; {remark}",
            )
            for code, title in field.choices.items()
        ]
    column = drafted(field.name, protocol)
    options: dict[str, object] = {}
    if field.check.startswith("datetime_"):
        seconds = ":%S" if "seconds" in field.check else ""
        options["dates"] = f"%Y-%m-%d %H:%M{seconds}"
    if field.check.endswith("_comma_decimal"):
        options["decimal"] = ","
    if field.choices:
        options["codes"] = _codes(field, column.to, protocol)
    remark = field.label + ("; marked as an identifier" if field.identifier else "")
    return [DraftedColumn(column.name, column.to, column.near, options, remark)]


def _codes(field: Field, to: str, protocol: Protocol) -> dict[str, str]:
    """Return the code that each choice means, by its code or title; TODO where none is the same."""
    form, _, name = to.partition(".")
    item = protocol.item(form, name)
    if item is not None and item.type is ItemType.BOOLEAN:
        known = {"yes": "yes", "no": "no"}
    else:
        listed = protocol.code_list(item.codes) if item is not None and item.codes else None
        codes = () if listed is None else listed.codes
        known = {text.lower(): code.code for code in codes for text in (code.title, code.code)}
    return {
        code: known.get(title.lower(), f"{TODO} {title}") for code, title in field.choices.items()
    }
