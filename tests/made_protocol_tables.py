"""Tables on protocol files, made from the types that read them."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from enum import StrEnum
from inspect import getdoc
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from petrial.protocol.forms import KINDS
from petrial.protocol.model import Protocol
from petrial.protocol.rules import Rule

__all__ = ["PROTOCOL_TABLES"]

RULES: tuple[type[BaseModel], ...] = get_args(get_args(Rule)[0])
WORDS = {str: "text", bool: "true or false", float: "number", int: "whole number", date: "date"}
NAME = r"^[a-z][a-z0-9_]{0,47}$"
ATTRIBUTE = re.compile(r"^(\w[\w, ]*)\n((?:    .*\n?)+)", re.MULTILINE)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head)]
    lines.append(["---"] * len(lines[0]))
    lines += [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def protocol_keys() -> str:
    """Return a section for each kind of part of a protocol file, the whole file first."""
    return "\n\n".join(_section(part) for part in _parts())


def _parts() -> list[type[BaseModel]]:
    """Return the types of all parts, each after what holds it."""
    found: list[type[BaseModel]] = []
    waiting: list[type[BaseModel]] = [Protocol]
    while waiting:
        part = waiting.pop(0)
        if part not in found and part not in RULES:
            found.append(part)
            waiting += [one for hint in _hints(part).values() for one in _models(hint)]
    return found


def _hints(part: type[BaseModel]) -> dict[str, Any]:
    hints = get_type_hints(part, include_extras=True)
    return {name: hints[name] for name in part.model_fields}


def _models(hint: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401  any type, that is
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for inner in get_args(hint):
        yield from _models(inner)


def _section(part: type[BaseModel]) -> str:
    first = (getdoc(part) or "").partition("\n\n")[0]
    said = _said(part)
    rows = []
    for name, hint in _hints(part).items():
        field = part.model_fields[name]
        value, needed = _value(hint), "yes" if field.is_required() else ""
        if field.is_required() and NoneType in get_args(hint):
            value += " or `null`"
        elif field.default in (True, "never"):
            needed = f"else `{str(field.default).lower()}`"
        rows.append((f"`{name}`", value, needed, said.get(name, "")))
    head = ("key", "value", "needed", "what it is")
    return f"### {part.__name__}\n\n{_plain(first)}\n\n" + table(head, rows)


def _said(part: type[BaseModel]) -> dict[str, str]:
    """Return what the docstring of a part says of its attributes."""
    text = (getdoc(part) or "").partition("Attributes\n----------\n")[2]
    return {
        name.strip(): _plain(words)
        for names, words in ATTRIBUTE.findall(text)
        for name in names.split(",")
    }


def _plain(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


def _value(hint: Any) -> str:  # noqa: ANN401  any type, that is
    if get_origin(hint) is Annotated:
        return _annotated(hint)
    inner = [one for one in get_args(hint) if one not in {NoneType, Ellipsis}]
    if get_origin(hint) is tuple:
        return f"list of {_value(inner[0])}"
    if get_origin(hint) is dict:
        return f"by {_value(inner[0])}: {_value(inner[1])}"
    if get_origin(hint) in {UnionType, Union}:
        return " or ".join(_value(one) for one in inner)
    if issubclass(hint, StrEnum):
        return ", ".join(f"`{one.value}`" for one in hint)
    return WORDS.get(hint) or f"[{hint.__name__}](#{hint.__name__.lower()})"


def _annotated(hint: Any) -> str:  # noqa: ANN401  any type, that is
    """Return a value with a limit: a rule, a name, an item, one of some words."""
    base, *limits = get_args(hint)
    if set(get_args(base)) == set(RULES):
        return "[rule](#rules)"
    patterns = [
        pattern
        for limit in limits
        for one in getattr(limit, "metadata", ())
        if (pattern := getattr(one, "pattern", None)) is not None
    ]
    if NAME in patterns:
        return "name"
    if any(getattr(limit, "description", None) for limit in limits):
        return "`form.item`, or `form.item@event`"
    words = re.fullmatch(r"\^\(([\w|-]+)\)\$", patterns[0]) if patterns else None
    if words is not None:
        return ", ".join(f"`{word}`" for word in words[1].split("|"))
    return f"{_value(base)} of the form `{patterns[0]}`" if patterns else _value(base)


def rules() -> str:
    """Return each test of a rule with its keys and its sentence."""
    rows = []
    for rule in RULES:
        keys = [
            f"`{name}`" + ("" if field.is_required() else " (optional)")
            for name, field in rule.model_fields.items()
            if name != "test"
        ]
        (test,) = get_args(rule.model_fields["test"].annotation)
        rows.append((f"`{test}`", ", ".join(keys), _plain(getdoc(rule) or "")))
    return table(("test", "keys", "it is met when"), rows)


def form_kinds() -> str:
    """Return each kind of form with its table in a snapshot and the items it needs."""
    rows = []
    for kind, what in KINDS.items():
        needed, read = (
            "; ".join(
                f"`{item.name}` ({item.type.value}{f', {item.unit}' if item.unit else ''}): "
                + item.sentence
                for item in items
            )
            for items in (what.needed, what.read)
        )
        rows.append((f"`{kind.value}`", f"`{what.table}`", what.sentence, needed, read))
    head = ("kind", "table of a snapshot", "what it is", "items it needs", "items read if present")
    return table(head, rows)


PROTOCOL_TABLES: dict[str, Callable[[], str]] = {
    "protocol-keys": protocol_keys,
    "rules": rules,
    "form-kinds": form_kinds,
}
