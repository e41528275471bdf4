"""What forms, items and code lists can have wrong."""

from collections.abc import Iterator
from typing import Final

from petrial.protocol.check_rules import rule_faults, sealed_fault
from petrial.protocol.forms import KINDS, Form, FormKind, Item, ItemType, Needed
from petrial.protocol.model import Protocol
from petrial.protocol.problems import fault, lost, twice
from petrial.vocabulary.errors import Problem

__all__ = ["form_faults", "group_fault"]

_NUMBERS: Final = (ItemType.INTEGER, ItemType.NUMBER)


def form_faults(protocol: Protocol) -> Iterator[Problem]:
    """Yield everything that is wrong with the code lists, the forms and their items."""
    yield from twice("code_lists", (codes.name for codes in protocol.code_lists), "code list")
    for codes in protocol.code_lists:
        path = f"code_lists.{codes.name}.codes"
        yield from twice(path, (code.code for code in codes.codes), "code")
        if not codes.codes:
            yield fault(path, None, "at least one code", "add the codes, or remove the list")
    yield from twice("forms", (form.name for form in protocol.forms), "form")
    for form in protocol.forms:
        yield from _form(protocol, form)


def _form(protocol: Protocol, form: Form) -> Iterator[Problem]:
    path = f"forms.{form.name}"
    yield from group_fault(protocol, f"{path}.group", form.group)
    yield from twice(f"{path}.items", (item.name for item in form.items), "item")
    if not form.items:
        yield fault(f"{path}.items", None, "at least one item", "add the items of the form")
    if not any(form.name in event.forms for event in protocol.events):
        yield fault(
            path,
            "a form of no event",
            "a form that is filled in at some event",
            f"add {form.name} to the forms of an event, or remove it",
        )
    for item in form.items:
        yield from _item(protocol, f"{path}.items.{item.name}", item)
    for needed in KINDS[form.kind].needed:
        yield from _needed(protocol, form, needed)
    for read in KINDS[form.kind].read:
        if form.item(read.name) is not None:
            yield from _needed(protocol, form, read)


def group_fault(protocol: Protocol, path: str, group: str) -> Iterator[Problem]:
    """Yield a fault where a visibility group does not exist."""
    if group not in protocol.visibility:
        yield lost(path, group, "group of visibility", protocol.visibility)


def _item(protocol: Protocol, path: str, item: Item) -> Iterator[Problem]:
    if item.group is not None:
        yield from group_fault(protocol, f"{path}.group", item.group)
    if not isinstance(item.required, str):
        yield from rule_faults(protocol, f"{path}.required", item.required)
    yield from _codes(protocol, path, item)
    yield from _limits(path, item)
    if item.unit and item.type not in _NUMBERS:
        yield fault(
            f"{path}.unit",
            item.unit,
            f"no unit, for the item is of type {item.type.value}",
            "remove the unit, or make the item a number",
        )


def _codes(protocol: Protocol, path: str, item: Item) -> Iterator[Problem]:
    if item.type is not ItemType.CODE:
        if item.codes is not None:
            yield fault(
                f"{path}.codes",
                item.codes,
                f"no code list, for the item is of type {item.type.value}",
                "remove the code list, or make the item a code",
            )
    elif item.codes is None:
        do = "name the list of its values under codes"
        yield fault(f"{path}.codes", None, "a code list, for the item is a code", do)
    elif protocol.code_list(item.codes) is None:
        known = (codes.name for codes in protocol.code_lists)
        yield lost(f"{path}.codes", item.codes, "code list", known)


def _limits(path: str, item: Item) -> Iterator[Problem]:
    for field, limit in (("minimum", item.minimum), ("maximum", item.maximum)):
        if limit is None:
            continue
        if item.type not in _NUMBERS:
            yield fault(
                f"{path}.{field}",
                limit,
                f"no limit, for the item is of type {item.type.value}",
                "remove the limit, or make the item a number",
            )
        elif limit.unit != (item.unit or "1"):
            yield fault(
                f"{path}.{field}.unit",
                limit.unit,
                f"{item.unit or '1'}, the unit of the item",
                "write the limit in the unit of the item",
            )
    low, high = item.minimum, item.maximum
    if low is not None and high is not None and low.value > high.value:
        yield fault(
            f"{path}.minimum",
            low,
            f"at most the maximum, {high}",
            "correct one of the two, for no value could be entered",
        )


def _needed(protocol: Protocol, form: Form, needed: Needed) -> Iterator[Problem]:
    """Yield what is wrong with an item that the program reads from forms of this kind."""
    path = f"forms.{form.name}.items.{needed.name}"
    item = form.item(needed.name)
    kind = f"forms of kind {form.kind.value}"
    if item is None:
        unit = f" in {needed.unit}" if needed.unit else ""
        yield fault(
            path,
            None,
            f"an item of type {needed.type.value}{unit}: {needed.sentence}; {kind} need it",
            "add the item, or give the form another kind",
        )
        return
    if item.type is not needed.type:
        yield fault(
            f"{path}.type",
            item.type.value,
            f"{needed.type.value}, as in all {kind}",
            "correct the type",
        )
    if needed.unit and item.unit != needed.unit:
        yield fault(
            f"{path}.unit", item.unit, f"{needed.unit}, as in all {kind}", "correct the unit"
        )
    yield from sealed_fault(path, item)
    if needed.name == "tracer" and form.kind is FormKind.ADMINISTRATION:
        yield from _tracer_codes(protocol, item)


def _tracer_codes(protocol: Protocol, item: Item) -> Iterator[Problem]:
    """Yield a fault for each code of an administration's tracer that is no tracer."""
    codes = protocol.code_list(item.codes) if item.codes is not None else None
    for code in codes.codes if codes is not None else ():
        if protocol.tracer(code.code) is None:
            known = (tracer.name for tracer in protocol.tracers)
            yield lost(f"code_lists.{item.codes}.codes.{code.code}", code.code, "tracer", known)
