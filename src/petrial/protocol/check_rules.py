"""What a rule can have wrong: names that lead nowhere, and tests that do not fit their item."""

from collections.abc import Iterator
from typing import Final

from petrial.protocol.forms import Item, ItemType
from petrial.protocol.model import Protocol
from petrial.protocol.problems import RULE_TO_ADD, fault, lost
from petrial.protocol.rules import (
    AgeAbove,
    All,
    Any,
    Consented,
    Not,
    OneOf,
    RiseAbove,
    Rule,
    Stated,
    Within,
    split_path,
)
from petrial.vocabulary.errors import Problem

__all__ = ["WHEN", "item_faults", "rule_faults", "sealed_fault", "value_faults", "wrong_type"]

WHEN: Final = (ItemType.DATE, ItemType.MOMENT)
_NUMBERS: Final = (ItemType.INTEGER, ItemType.NUMBER)
_BOOLEAN_VALUES: Final = ("yes", "no")


def item_faults(protocol: Protocol, path: str, item_path: str) -> Iterator[Problem]:
    """Yield what is wrong with a path ``form.item@event`` itself."""
    form_name, item_name, event_name = split_path(item_path)
    form = protocol.form(form_name)
    if form_name == RULE_TO_ADD:
        yield fault(
            path,
            "the place of a rule that is still to be written",
            "the name of an item, form.item",
            "write the rule that judges what the text says, over items of the forms",
        )
    elif form is None:
        yield lost(path, form_name, "form", (f.name for f in protocol.forms))
    elif form.item(item_name) is None:
        yield lost(path, item_name, f"item of form {form_name}", (i.name for i in form.items))
    if event_name is None:
        return
    event = protocol.event(event_name)
    if event is None:
        yield lost(path, event_name, "event", (e.name for e in protocol.events))
    elif form is not None and form_name not in event.forms:
        yield fault(
            path,
            item_path,
            f"a form that is filled in at {event_name}: {', '.join(event.forms) or 'none'}",
            f"add {form_name} to events.{event_name}.forms, or name another event",
        )


def rule_faults(protocol: Protocol, path: str, rule: Rule) -> Iterator[Problem]:
    """Yield everything that is wrong with a rule and the rules within it.

    Parameters
    ----------
    protocol
        Where its names must lead.
    path
        Path of the rule in the protocol.
    rule
        The rule.
    """
    match rule:
        case All() | Any():
            if not rule.rules:
                yield fault(
                    f"{path}.rules",
                    None,
                    "at least one rule; all of none would always be met, one of none never",
                    "add a rule, or remove this one",
                )
            for number, inner in enumerate(rule.rules, start=1):
                yield from rule_faults(protocol, f"{path}.rules[{number}]", inner)
        case Not():
            yield from rule_faults(protocol, f"{path}.rule", rule.rule)
        case Consented():
            if protocol.consent(rule.consent) is None:
                known = (c.name for c in protocol.consents)
                yield lost(f"{path}.consent", rule.consent, "consent", known)
        case _:
            yield from _test_faults(protocol, path, rule)


def _test_faults(protocol: Protocol, path: str, rule: Rule) -> Iterator[Problem]:
    """Yield what is wrong with a rule that looks at an item."""
    if isinstance(rule, All | Any | Not | Consented):
        return
    yield from item_faults(protocol, f"{path}.item", rule.item)
    item = _item(protocol, rule.item)
    if item is not None:
        yield from _type_faults(protocol, path, rule, item)
        yield from _sealed_faults(f"{path}.item", rule, item)
    yield from _span_of_test(path, rule)
    if isinstance(rule, Within) and rule.of is not None:
        yield from item_faults(protocol, f"{path}.of", rule.of)
        other = _item(protocol, rule.of)
        if other is not None:
            yield from wrong_type(f"{path}.of", "the test within", other, WHEN)


def _item(protocol: Protocol, item_path: str) -> Item | None:
    form, item, _ = split_path(item_path)
    return protocol.item(form, item)


def _type_faults(protocol: Protocol, path: str, rule: Rule, item: Item) -> Iterator[Problem]:
    match rule:
        case OneOf():
            yield from _value_faults(protocol, path, rule, item)
        case Within():
            yield from wrong_type(f"{path}.item", f"the test {rule.test}", item, WHEN)
        case AgeAbove():
            fit = (ItemType.DATE, ItemType.INTEGER)
            yield from wrong_type(f"{path}.item", f"the test {rule.test}", item, fit)
        case Stated() | All() | Any() | Not() | Consented():
            pass
        case _:
            yield from wrong_type(f"{path}.item", f"the test {rule.test}", item, _NUMBERS)


def wrong_type(path: str, use: str, item: Item, wanted: tuple[ItemType, ...]) -> Iterator[Problem]:
    """Yield a fault where an item has a type that its use, such as a test, cannot take."""
    if item.type not in wanted:
        yield fault(
            path,
            f"{item.name}, of type {item.type.value}",
            f"an item of type {' or '.join(wanted)} for {use}",
            "name another item, or ask for this one in a type that fits",
        )


def _value_faults(protocol: Protocol, path: str, rule: OneOf, item: Item) -> Iterator[Problem]:
    if item.type not in {ItemType.CODE, ItemType.BOOLEAN}:
        yield from wrong_type(
            f"{path}.item", f"the test {rule.test}", item, (ItemType.CODE, ItemType.BOOLEAN)
        )
        return
    if not rule.values:
        yield fault(f"{path}.values", None, "at least one value", "add a value")
    yield from value_faults(protocol, f"{path}.values", rule.values, item)


def value_faults(
    protocol: Protocol, path: str, values: tuple[str, ...], item: Item
) -> Iterator[Problem]:
    """Yield a fault for each value that a coded or boolean item cannot have."""
    codes = protocol.code_list(item.codes) if item.codes is not None else None
    if item.type is ItemType.BOOLEAN:
        known: tuple[str, ...] = _BOOLEAN_VALUES
        wanted = "yes or no, for the item is boolean"
    elif codes is not None:
        known = tuple(code.code for code in codes.codes)
        wanted = f"a code of {codes.name}: {', '.join(known)}"
    else:
        return  # the item itself is at fault, and is named there
    for number, value in enumerate(values, start=1):
        if value not in known:
            do = "correct the value, or add the code to the list"
            yield fault(f"{path}[{number}]", value, wanted, do)


def _sealed_faults(path: str, rule: Rule, item: Item) -> Iterator[Problem]:
    """Yield a fault where a rule reads what lives outside the chain; an age may be read."""
    if isinstance(rule, Stated) or (item.personal and isinstance(rule, AgeAbove)):
        return
    yield from sealed_fault(path, item)


def sealed_fault(path: str, item: Item) -> Iterator[Problem]:
    """Yield a fault where an item that is read lives outside the chain."""
    if item.sealed:
        why = "personal" if item.personal else "free text"
        yield fault(
            path,
            f"{item.name}, which is {why} and sealed",
            "an item whose value stands in the chain",
            "ask for what is needed in an item of its own, such as a code, a date, or yes and no",
        )


def _span_of_test(path: str, rule: Rule) -> Iterator[Problem]:
    spans: list[tuple[str, float, float]] = []
    match rule:
        case Within():
            spans = [("days", rule.days, 0)]
        case AgeAbove():
            spans = [("years", rule.years, 0)]
        case RiseAbove():
            spans = [("days", rule.days, 1), ("percent", rule.percent, 0)]
        case _:
            pass
    for field, value, least in spans:
        if value < least:
            yield fault(f"{path}.{field}", value, f"at least {least:g}", "correct the number")
