"""Rules over facts, as data: printed, compared between versions, judged with three outcomes.

An item is named ``form.item``; with ``@event`` only what was stated at that event counts, without
it the newest statement of any event does. ``petrial.subjects.criteria`` judges.
"""

from typing import Annotated, Literal

from pydantic import Field

from petrial.protocol.figures import Frozen, Name

__all__ = [
    "Above",
    "AgeAbove",
    "All",
    "Any",
    "AtLeast",
    "AtMost",
    "Below",
    "Consented",
    "ItemPath",
    "Not",
    "OneOf",
    "RiseAbove",
    "Rule",
    "Stated",
    "Within",
    "items_of",
    "split_path",
]

ItemPath = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*(@[a-z][a-z0-9_]*)?$",
        description="form.item, or form.item@event",
    ),
]


class _Compared(Frozen):
    item: ItemPath
    value: float


class AtMost(_Compared):
    """The number is at most ``value``."""

    test: Literal["at_most"]


class AtLeast(_Compared):
    """The number is at least ``value``."""

    test: Literal["at_least"]


class Above(_Compared):
    """The number is above ``value``."""

    test: Literal["above"]


class Below(_Compared):
    """The number is below ``value``."""

    test: Literal["below"]


class OneOf(Frozen):
    """The coded value (``yes`` or ``no`` for a boolean item) is one of ``values``."""

    test: Literal["one_of"]
    item: ItemPath
    values: tuple[str, ...]


class Stated(Frozen):
    """The item has a value."""

    test: Literal["stated"]
    item: ItemPath


class Within(Frozen):
    """The date is at most ``days`` whole days before the other date, and not after it.

    The other date is the item ``of``; without one it is the day of the judgement.
    """

    test: Literal["within"]
    item: ItemPath
    days: int
    of: ItemPath | None = None


class AgeAbove(Frozen):
    """The age in whole years, on the day of judgement, is above ``years``.

    With ``or_equal`` the birthday itself counts. ``item`` is the date of birth, or its year: where
    only the year is known, a subject whose birthday decides is unknown.
    """

    test: Literal["age_above"]
    item: ItemPath
    years: int
    or_equal: bool = False


class RiseAbove(Frozen):
    """The newest number is more than ``percent`` above the lowest of the ``days`` before it."""

    test: Literal["rise_above"]
    item: ItemPath
    percent: float
    days: int


class Consented(Frozen):
    """The subject has given this consent and not withdrawn it."""

    test: Literal["consented"]
    consent: Name


class All(Frozen):
    """Every rule is met."""

    test: Literal["all"]
    rules: tuple["Rule", ...]


class Any(Frozen):
    """At least one rule is met."""

    test: Literal["any"]
    rules: tuple["Rule", ...]


class Not(Frozen):
    """The rule is not met."""

    test: Literal["not"]
    rule: "Rule"


Rule = Annotated[
    AtMost
    | AtLeast
    | Above
    | Below
    | OneOf
    | Stated
    | Within
    | AgeAbove
    | RiseAbove
    | Consented
    | All
    | Any
    | Not,
    Field(discriminator="test"),
]

for _made in (All, Any, Not):
    _made.model_rebuild()


def split_path(path: str) -> tuple[str, str, str | None]:
    """Return form, item and event (None for any) of an item's path.

    >>> split_path("laboratory.asat@screening")
    ('laboratory', 'asat', 'screening')
    """
    name, _, event = path.partition("@")
    form, _, item = name.partition(".")
    return form, item, event or None


def items_of(rule: "Rule") -> tuple[str, ...]:
    """Return the paths of all items that a rule looks at, in its order.

    >>> items_of(Not(test="not", rule=Stated(test="stated", item="a.b")))
    ('a.b',)
    """
    if isinstance(rule, All | Any):
        return tuple(path for inner in rule.rules for path in items_of(inner))
    if isinstance(rule, Not):
        return items_of(rule.rule)
    if isinstance(rule, Consented):
        return ()
    if isinstance(rule, Within) and rule.of is not None:
        return (rule.item, rule.of)
    return (rule.item,)
