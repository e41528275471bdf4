"""Protocol files: YAML, checked on load, each fault named with its place in the file."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from petrial.adapters.files.safe_yaml import Document, load_yaml
from petrial.protocol.check import problems_of
from petrial.protocol.model import Protocol
from petrial.vocabulary.errors import Problem, ProtocolError, UsageError

__all__ = [
    "BUILT_IN",
    "built_in_text",
    "dump_protocol",
    "parse_protocol",
    "protocol_file_text",
    "read_protocol",
]

LARGEST_BYTES: Final = 4_000_000
"""A protocol file is a document that people read; a larger file is something else."""

_ROOM: Final = resources.files("petrial.protocol")
_SUFFIX: Final = ".yaml"

BUILT_IN: Final = tuple(
    sorted(
        entry.name.removesuffix(_SUFFIX).replace("_", "-")
        for entry in _ROOM.iterdir()
        if entry.name.endswith(_SUFFIX)
    )
)
"""Names of the protocols that petrial brings with it."""


class _Dumper(yaml.SafeDumper):
    """Writes blocks, and a figure or a code on one line."""


_ON_ONE_LINE: Final = ({"value", "unit", "source"}, {"code", "title"})


def _represent(dumper: yaml.SafeDumper, data: dict[str, object]) -> yaml.Node:
    on_one_line = any(keys <= data.keys() for keys in _ON_ONE_LINE)
    return dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=on_one_line)


_Dumper.add_representer(dict, _represent)


def built_in_text(name: str) -> str:
    """Return the text of a protocol file that petrial brings with it, by a name of ``BUILT_IN``.

    Raises
    ------
    UsageError
        There is none of this name.

    Examples
    --------
    >>> built_in_text("impact-mbc").splitlines()[0]
    '# IMPACT-MBC (NCT01957332) as petrial runs it.'
    """
    if name not in BUILT_IN:
        raise UsageError(
            where="protocols that petrial brings with it",
            field="name",
            got=name,
            wanted="one of: " + ", ".join(BUILT_IN),
            do="name one of these, or give the path of a protocol file",
        )
    return (_ROOM / (name.replace("-", "_") + _SUFFIX)).read_text(encoding="utf-8")


def read_protocol(path: Path) -> Protocol:
    """Return the protocol in a YAML file; refuses as the two functions it joins."""
    return parse_protocol(protocol_file_text(path), path.name)


def protocol_file_text(path: Path) -> str:
    """Return the text of a protocol file, not yet judged.

    Raises
    ------
    UsageError
        There is no such file, or it cannot be opened.
    ProtocolError
        The file is too large, or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise UsageError(
            where=str(path),
            field="protocol file",
            got=error.strerror or type(error).__name__,
            wanted="a file that can be read",
            do="check the path and its rights",
        ) from error
    if len(content) > LARGEST_BYTES:
        raise _refusal(
            path.name,
            "size",
            f"more than {LARGEST_BYTES} bytes",
            f"at most {LARGEST_BYTES} bytes",
            "check that this is the protocol file",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal(
            path.name,
            "encoding",
            f"byte {error.start} is not UTF-8",
            "text in UTF-8",
            "save the file as UTF-8",
        ) from error


def parse_protocol(text: str, where: str) -> Protocol:
    """Return the protocol in a YAML text.

    Parameters
    ----------
    text
        The content of a protocol file.
    where
        Name of the file, for the messages.

    Raises
    ------
    ProtocolError
        It is no YAML, has a key twice, a key that is not known, a value of another kind, or
        contradicts itself. The first fault is raised, the others stand in its ``__notes__``.
    """
    document = load_yaml(text, where)
    try:
        protocol = Protocol.model_validate(document.content)
    except ValidationError as error:
        raise _first(_faults(error, document)) from error
    problems = problems_of(protocol)
    if problems:
        raise _first([Problem(where, p.field, p.got, p.wanted, p.do) for p in problems])
    return protocol


def dump_protocol(data: dict[str, Any]) -> str:
    """Return a protocol's content as YAML that people can read and change, keys in their order.

    >>> print(dump_protocol({"arms": 1, "enrolment": {"value": 217, "unit": "1", "source": "r"}}))
    arms: 1
    enrolment: {value: 217, unit: '1', source: r}
    <BLANKLINE>
    """
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _refusal(where: str, field: str, got: object, wanted: str, do: str) -> ProtocolError:
    return ProtocolError(where=where, field=field, got=got, wanted=wanted, do=do)


def _first(problems: list[Problem]) -> ProtocolError:
    """Return the error of the first problem; the others as notes."""
    first, *others = problems
    error = _refusal(first.where, first.field, first.got, first.wanted, first.do)
    error.others = tuple(others)
    for other in others:
        error.add_note(str(other))
    return error


_WANTED: Final[Mapping[str, str]] = {
    "missing": "a value, for this key must be there",
    "extra_forbidden": "only keys that a protocol knows",
    "string_type": "a text",
    "string_too_short": "a text that is not empty",
    "dict_type": "a mapping of keys and values",
    "model_type": "a mapping of keys and values",
    "model_attributes_type": "a mapping of keys and values",
    "tuple_type": "a list",
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "date_type": "a date such as 2024-05-21",
    "date_parsing": "a date such as 2024-05-21",
    "date_from_datetime_parsing": "a date such as 2024-05-21",
    "union_tag_not_found": "a rule with the key `test`",
}

_DO: Final[Mapping[str, str]] = {
    "missing": "add the key",
    "extra_forbidden": "correct its spelling, or delete it",
    "string_type": "put a number, a date or an empty text in quotes, such as '1.0'",
}


def _faults(error: ValidationError, document: Document) -> list[Problem]:
    return [_fault(detail, document) for detail in error.errors(include_url=False)]


def _fault(detail: ErrorDetails, document: Document) -> Problem:
    kind = detail["type"]
    absent = kind == "missing"
    path, keys = _place(detail["loc"], document.content, absent=absent)
    return Problem(
        where=f"{document.where}, line {document.line_of(keys)}",
        field=path,
        got="" if absent else _shown(detail["input"]),
        wanted=_WANTED.get(kind) or _said(detail),
        do=_DO.get(kind, "correct the value"),
    )


def _said(detail: ErrorDetails) -> str:
    """Return what the checker says it wanted, where it says more than the kind of fault."""
    context: Mapping[str, Any] = detail.get("ctx", {})
    if "pattern" in context:
        return f"a text of the form {context['pattern']}"
    if "expected_tags" in context:
        return f"`test` as one of {context['expected_tags']}"
    if "expected" in context:
        return f"one of {context['expected']}"
    return detail["msg"].removeprefix("Input should be ")


def _shown(value: object) -> str:
    match value:
        case dict():
            return f"a mapping with the keys {', '.join(map(str, value))}" if value else "{}"
        case list():
            return f"a list of {len(value)}"
        case str():
            return f"'{value}'"
        case None:
            return "an empty value"
        case _:
            return str(value)


def _place(
    parts: tuple[int | str, ...], content: object, *, absent: bool
) -> tuple[str, tuple[int | str, ...]]:
    """Return the place of a fault as people write it, and the keys that lead there.

    People write ``events.her2_scan.due.offset.source``, as ``petrial.protocol.places`` does: a
    part of a list by its name, else by its number from 1. Parts of the checker's own, such as
    which kind of rule it took a mapping for, are no key of the content and left out; but the last
    part of what is absent is the key that is missed.
    """
    path = ""
    keys: list[int | str] = []
    for number, part in enumerate(parts, start=1):
        if isinstance(part, int) and isinstance(content, list):
            content = content[part]
            name = _name(content)
            path += f".{name}" if name else f"[{part + 1}]"
            keys.append(part)
        elif isinstance(content, dict) and part in content:
            content = content[part]
            path += f".{part}"
            keys.append(part)
        elif absent and number == len(parts):
            path += f".{part}"
    return path.removeprefix(".") or "file", tuple(keys)


_NAMED_BY: Final = (("name",), ("code",), ("number",), ("tracer", "level"), ("group", "at"))


def _name(part: object) -> str:
    """Return what names a part of a list, empty where nothing does."""
    if isinstance(part, dict):
        for keys in _NAMED_BY:
            words = [part.get(key) for key in keys]
            if all(isinstance(word, str) and word for word in words):
                return " ".join(map(str, words))
    return ""
