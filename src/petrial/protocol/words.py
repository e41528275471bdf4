"""Rules and windows said in words, for the page and for the comparison of two versions."""

from petrial.protocol.events import Due, Moments
from petrial.protocol.figures import Figure
from petrial.protocol.forms import Item
from petrial.protocol.model import Protocol
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

__all__ = [
    "due_words",
    "figure_words",
    "gap_words",
    "item_words",
    "moments_words",
    "number_words",
    "rule_words",
    "window_words",
]


def number_words(value: float) -> str:
    """Return a number with all its digits and no others.

    >>> number_words(200.0), number_words(0.022), number_words(1234567.25)
    ('200', '0.022', '1234567.25')
    """
    return str(int(value)) if value.is_integer() else repr(value)


def figure_words(figure: Figure) -> str:
    """Return number and unit of a figure, the number with all its digits.

    >>> figure_words(Figure(value=-28.0, unit="d", source="record"))
    '-28 d'
    """
    number = number_words(figure.value)
    return number if figure.unit == "1" else f"{number} {figure.unit}"


def item_words(path: str, protocol: Protocol) -> str:
    """Return what an item asks, of which form, and at which event where only that one counts.

    A name that leads nowhere is said as it is.
    """
    form_name, item_name, event_name = split_path(path)
    form, item = protocol.form(form_name), protocol.item(form_name, item_name)
    if form is None or item is None:
        return path
    place = form.title
    if event_name is not None:
        event = protocol.event(event_name)
        place += f", at {event.title if event is not None else event_name}"
    return f"{item.title} ({place})"


def rule_words(rule: Rule, protocol: Protocol) -> str:
    """Return a rule in words, with the titles of the items and codes that it names.

    Parameters
    ----------
    rule
        The rule.
    protocol
        Where its names lead. A name that leads nowhere is said as it is.
    """
    match rule:
        case All(rules=rules):
            return _joined("all of these", rules, protocol)
        case Any(rules=rules):
            return _joined("at least one of these", rules, protocol)
        case Not(rule=inner):
            return f"not this: ({rule_words(inner, protocol)})"
        case Consented(consent=name):
            consent = protocol.consent(name)
            text = name if consent is None else consent.text.rstrip(".")
            return f"consent is given: {text}"
        case _:
            return _test_words(rule, protocol)


def _joined(words: str, rules: tuple[Rule, ...], protocol: Protocol) -> str:
    if len(rules) == 1:
        return rule_words(rules[0], protocol)
    return f"{words}: " + "; ".join(f"({rule_words(rule, protocol)})" for rule in rules)


def _test_words(rule: Rule, protocol: Protocol) -> str:
    """Return the words of a rule that looks at an item."""
    if isinstance(rule, All | Any | Not | Consented):
        return ""
    name = item_words(rule.item, protocol)
    item = _item(rule.item, protocol)
    match rule:
        case OneOf(values=values):
            words = f"{name} is {' or '.join(_value_words(values, item, protocol))}"
        case Stated():
            words = f"{name} is stated"
        case Within(days=days, of=of):
            other = "the day of judgement" if of is None else item_words(of, protocol)
            words = f"{name} is at most {days} days before {other}, and not after it"
        case AgeAbove(years=years, or_equal=or_equal):
            above = "at least" if or_equal else "above"
            words = f"age is {above} {years} whole years, by {name}"
        case RiseAbove(percent=percent, days=days):
            words = (
                f"the newest {name} is more than {number_words(percent)} % above the lowest of the "
                f"{days} days before it"
            )
        case _:
            unit = f" {item.unit}" if item is not None and item.unit else ""
            compared = rule.test.replace("_", " ")
            words = f"{name} is {compared} {number_words(rule.value)}{unit}"
    return words


def _item(path: str, protocol: Protocol) -> Item | None:
    form, item, _ = split_path(path)
    return protocol.item(form, item)


def _value_words(values: tuple[str, ...], item: Item | None, protocol: Protocol) -> tuple[str, ...]:
    codes = protocol.code_list(item.codes) if item is not None and item.codes else None
    titles = {code.code: code.title for code in codes.codes} if codes is not None else {}
    return tuple(titles.get(value, value) for value in values)


def due_words(due: Due, protocol: Protocol) -> str:
    """Return when an event is due: ``14 d after Start of therapy, then every 9 wk``."""
    anchor = protocol.event(due.anchor)
    name = due.anchor if anchor is None else anchor.title
    offset = due.offset
    size = figure_words(offset.model_copy(update={"value": abs(offset.value)}))
    if offset.value == 0.0:
        words = f"on the day of {name}"
    else:
        words = f"{size} {'after' if offset.value > 0.0 else 'before'} {name}"
    return words if due.every is None else f"{words}, then every {figure_words(due.every)}"


def window_words(due: Due) -> str:
    """Return the window around the day on which an event is due.

    >>> day = Figure(value=0, unit="d", source="record")
    >>> four = Figure(value=4, unit="d", source="record")
    >>> window_words(Due(anchor="scan", offset=four, before=day, after=four))
    'until 4 d later'
    """
    before, after = due.before, due.after
    if before.value == 0.0 and after.value == 0.0:
        return "that day only"
    if before.value == 0.0:
        return f"until {figure_words(after)} later"
    if after.value == 0.0:
        return f"from {figure_words(before)} earlier until that day"
    return f"from {figure_words(before)} earlier until {figure_words(after)} later"


def gap_words(gap: Figure) -> str:
    """Return how the later of a conflict must lie to the earlier.

    >>> gap_words(Figure(value=10, unit="d", source="decay"))
    'not less than 10 d after it'
    >>> gap_words(Figure(value=0, unit="d", source="record"))
    'not before it'
    """
    if gap.value == 0.0:
        return "not before it"
    size = figure_words(gap.model_copy(update={"value": abs(gap.value)}))
    return f"not less than {size} {'after' if gap.value > 0.0 else 'before'} it"


def moments_words(moments: Moments, protocol: Protocol) -> str:
    """Return whose dates or moments count, and for which values only."""
    name = item_words(moments.item, protocol)
    if moments.where is None:
        return name
    item = _item(moments.where, protocol)
    titles = " or ".join(_value_words(moments.values, item, protocol))
    return f"{name}, where {item_words(moments.where, protocol)} is {titles}"
