"""Protocol files: YAML, checked on load, each fault named with its place in the file."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

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

MOST_VALUES: Final = 500_000
"""Values of a file with its aliases written out: ten levels of ten aliases are 10^10."""

DEEPEST: Final = 64
"""Levels of nesting. A protocol needs fewer than twenty; the C parser ends itself at thousands."""

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

_SafeLoader: Final[type[yaml.SafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOOLEAN: Final = "tag:yaml.org,2002:bool"


class _Loader(_SafeLoader):  # type: ignore[misc, valid-type]  # a class chosen at import
    """The safe loader, with ``true`` and ``false`` as the only booleans, as in YAML 1.2.

    So ``yes`` and ``no``, the values of a boolean item, need no quotes.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012  # the library's own way to say it
        first: [pair for pair in pairs if pair[0] != _BOOLEAN or first in "tTfF"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class _Dumper(yaml.SafeDumper):
    """Writes blocks, and a figure or a code on one line."""


_ON_ONE_LINE: Final = ({"value", "unit", "source"}, {"code", "title"})


def _represent(dumper: yaml.SafeDumper, data: dict[str, object]) -> yaml.Node:
    node = dumper.represent_mapping("tag:yaml.org,2002:map", data)
    node.flow_style = any(keys <= data.keys() for keys in _ON_ONE_LINE)
    return node


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
    content = _yaml(text, where)
    try:
        protocol = Protocol.model_validate(content)
    except ValidationError as error:
        raise _first(_faults(error, content, where)) from error
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


def _yaml(text: str, where: str) -> object:
    """Return the content of a YAML text whose nesting, aliases and keys are harmless."""
    try:
        _check_depth(text, where)
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            if root is None:
                return None
            _check_nodes(root, where)
            return loader.construct_document(root)
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError) as error:
        raise _refusal(
            where,
            _line(getattr(error, "problem_mark", None)),
            getattr(error, "problem", None) or str(error),
            "YAML of plain texts, numbers, lists and mappings",
            "correct the file there; a list item begins with `- `, a key ends with a colon",
        ) from error


def _line(mark: object) -> str:
    """Return the place of a mark; the C library and the Python one have marks of their own."""
    line, column = getattr(mark, "line", None), getattr(mark, "column", None)
    if line is None or column is None:
        return "file"
    return f"line {line + 1}, column {column + 1}"


def _check_depth(text: str, where: str) -> None:
    """Refuse deep nesting, before the C library builds a tree by recursion."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise _refusal(
                where,
                _line(event.start_mark),
                f"more than {DEEPEST} levels of nesting",
                "the structure of a protocol",
                "check the brackets and the indentation before this line",
            )


def _check_nodes(root: yaml.Node, where: str) -> None:
    """Refuse keys that stand twice, aliases of what holds them, and aliases that explode."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()

    def size(node: yaml.Node) -> int:
        if isinstance(node, yaml.ScalarNode):
            return 1
        if id(node) in open_nodes:
            raise _refusal(
                where,
                _line(node.start_mark),
                "an alias of what it stands in",
                "aliases of something complete",
                "write the value out",
            )
        if id(node) not in sizes:
            open_nodes.add(id(node))
            if isinstance(node, yaml.MappingNode):
                _check_keys(node, where)
                children = [child for pair in node.value for child in pair]
            else:
                children = node.value
            sizes[id(node)] = 1 + sum(size(child) for child in children)
            open_nodes.discard(id(node))
        return sizes[id(node)]

    if size(root) > MOST_VALUES:
        raise _refusal(
            where,
            "aliases",
            f"more than {MOST_VALUES} values once they are written out",
            f"at most {MOST_VALUES} values",
            "write the values out instead of naming them by aliases",
        )


def _check_keys(node: yaml.MappingNode, where: str) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _refusal(
                where,
                _line(key.start_mark),
                "a list or mapping as a key",
                "a word as a key",
                "write a word before the colon; put braces in a text into quotes",
            )
        if key.value in seen:
            raise _refusal(
                where,
                f"{key.value}, {_line(key.start_mark)}",
                "the same key a second time",
                "each key once in a mapping",
                "delete or rename one of the two",
            )
        seen.add(key.value)


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


def _faults(error: ValidationError, content: object, where: str) -> list[Problem]:
    return [_fault(detail, content, where) for detail in error.errors(include_url=False)]


def _fault(detail: ErrorDetails, content: object, where: str) -> Problem:
    kind = detail["type"]
    absent = kind == "missing"
    return Problem(
        where=where,
        field=_path(detail["loc"], content, absent=absent),
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


def _path(parts: tuple[int | str, ...], content: object, *, absent: bool) -> str:
    """Return the place of a fault as people write it: ``events[3].due.offset.source``.

    Parts that name no key or place of the content are the checker's own: which kind of rule it
    took a mapping for. The last part of what is absent is no such part.
    """
    path = ""
    for number, part in enumerate(parts, start=1):
        if isinstance(part, int):
            path += f"[{part}]"
            content = content[part] if isinstance(content, list) else None
        elif isinstance(content, dict) and part in content:
            path += f".{part}"
            content = content[part]
        elif absent and number == len(parts):
            path += f".{part}"
    return path.removeprefix(".") or "file"
