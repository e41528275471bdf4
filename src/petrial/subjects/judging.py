"""Rules judged over the facts of a subject, with three outcomes.

The logic is Kleene's strong one: a rule made of rules is unknown exactly where a part of it that
is unknown could still turn it either way. A missing fact is never a failed one.
"""

import operator
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from petrial.protocol.model import Protocol
from petrial.protocol.rules import (
    Above,
    AgeAbove,
    All,
    Any,
    AtLeast,
    AtMost,
    Below,
    Consented,
    Not,
    OneOf,
    RiseAbove,
    Rule,
    Stated,
    Within,
)
from petrial.subjects.dating import Days
from petrial.subjects.facts import Fact, Place
from petrial.subjects.judged import Evidence, Gap, Judged, Outcome, joined, turned
from petrial.subjects.lookup import (
    Case,
    Found,
    date_in,
    evidence_of,
    found_date,
    found_value,
    newest,
    number_in,
    statements,
    value_of,
)
from petrial.subjects.records import CONSENT, Given
from petrial.subjects.state import SubjectState

__all__ = ["judge_rule"]


def judge_rule(
    rule: Rule, state: SubjectState, protocol: Protocol, on: date, form: Place | None = None
) -> Judged:
    """Judge one rule.

    Parameters
    ----------
    rule
        Over facts of the subject.
    state
        The subject; its opened texts where a rule looks at a sealed value.
    protocol
        Units of the items, and what dates forms and events.
    on
        Day of judgement. What is dated later does not count.
    form
        A filled-in form (its ``item`` does not matter): items of this form then mean this form,
        not the newest one, and an item that it does not hold is not ``Stated``.

    Notes
    -----
    Of several statements the one of the latest day counts (``Days.of``; where nothing says the
    day, the day of recording stands for it in this order), of one day the one recorded last. Where
    that one says that there is no value, an older value does not count: the rule is unknown. What
    was removed was never stated. ``RiseAbove`` alone looks at values only.

    A statement that an item has no value (not done, unknown, not applicable) fails ``Stated``;
    without any statement it is unknown.
    """
    return _judge(rule, Case(state, protocol, on, Days(state, protocol), form))


def _judge(rule: Rule, case: Case) -> Judged:  # noqa: PLR0911  one line for each kind of rule
    match rule:
        case AtMost() | AtLeast() | Above() | Below():
            return _compared(rule, case)
        case OneOf():
            return _one_of(rule, case)
        case Stated():
            return _stated(rule, case)
        case Within():
            return _within(rule, case)
        case AgeAbove():
            return _age_above(rule, case)
        case RiseAbove():
            return _rise_above(rule, case)
        case Consented():
            return _consented(rule, case)
        case All() | Any():
            decisive = Outcome.NOT_MET if isinstance(rule, All) else Outcome.MET
            return joined((_judge(inner, case) for inner in rule.rules), decisive)
        case Not():
            return turned(_judge(rule.rule, case))


def _decided(*, met: bool, by: tuple[Evidence, ...]) -> Judged:
    return Judged(Outcome.MET if met else Outcome.NOT_MET, by)


def _undecided(*parts: Found | Gap) -> Judged:
    return Judged(
        Outcome.UNKNOWN,
        tuple(part.evidence for part in parts if isinstance(part, Found)),
        tuple(part for part in parts if isinstance(part, Gap)),
    )


def _compared(rule: AtMost | AtLeast | Above | Below, case: Case) -> Judged:
    found = found_value(rule.item, case)
    if isinstance(found, Gap):
        return _undecided(found)
    number = number_in(rule.item, found, case)
    if isinstance(number, Gap):
        return _undecided(found, number)
    met = _COMPARE[rule.test](number, Decimal(str(rule.value)))
    return _decided(met=met, by=(found.evidence,))


_COMPARE: Final = {
    "at_most": operator.le,
    "at_least": operator.ge,
    "above": operator.gt,
    "below": operator.lt,
}


def _one_of(rule: OneOf, case: Case) -> Judged:
    found = found_value(rule.item, case)
    if isinstance(found, Gap):
        return _undecided(found)
    return _decided(met=found.text in rule.values, by=(found.evidence,))


def _stated(rule: Stated, case: Case) -> Judged:
    fact = newest(rule.item, case)
    if isinstance(fact, Gap):
        return Judged(Outcome.NOT_MET) if case.in_form(rule.item) else _undecided(fact)
    shown = fact.absent if fact.value is None else fact.value
    return _decided(met=fact.value is not None, by=(evidence_of(rule.item, fact, shown, case),))


def _within(rule: Within, case: Case) -> Judged:
    day, found = found_date(rule.item, case)
    parts = [found]
    other: date | None = case.on
    if rule.of is not None:
        other, found = found_date(rule.of, case)
        parts.append(found)
    if day is None or other is None:
        return _undecided(*parts)
    met = timedelta() <= other - day <= timedelta(days=rule.days)
    return _decided(met=met, by=tuple(p.evidence for p in parts if isinstance(p, Found)))


_YEAR: Final = re.compile(r"[1-9][0-9]{3}")


def _age(born: date, on: date) -> int:
    """Return whole years; who was born on 29 February completes a common year on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _age_above(rule: AgeAbove, case: Case) -> Judged:
    found = found_value(rule.item, case)
    if isinstance(found, Gap):
        return _undecided(found)
    if _YEAR.fullmatch(found.text):
        ages = [_age(date(int(found.text), *last), case.on) for last in ((12, 31), (1, 1))]
    else:
        born = date_in(found.text)
        if born is None:
            return _undecided(Gap(rule.item, "is no date and no year"))
        ages = [_age(born, case.on)]
    evidence = Evidence(
        path=rule.item,
        place=found.fact.place,
        value=" or ".join(str(age) for age in dict.fromkeys(ages)) + " years",
        unit="",
        day=found.evidence.day,
        age_days=found.evidence.age_days,
        seq=found.fact.seq,
    )
    verdicts = {age > rule.years or (rule.or_equal and age == rule.years) for age in ages}
    if len(verdicts) == 1:
        return _decided(met=verdicts.pop(), by=(evidence,))
    gap = Gap(rule.item, "is known by its year only, and the birthday decides")
    return Judged(Outcome.UNKNOWN, (evidence,), (gap,))


def _rise_above(rule: RiseAbove, case: Case) -> Judged:
    facts = [fact for fact in statements(rule.item, case) if fact.value is not None]
    last = case.on.isoformat()
    dated = [(day, fact) for fact in facts if (day := case.days.of(fact)) <= last]
    if any(not day for day, _ in dated):
        return _undecided(Gap(rule.item, "has a value, and nothing says of which day"))
    if not dated:
        return _undecided(found_value(rule.item, case))
    day, fact = max(dated, key=lambda one: (one[0], one[1].seq))
    since = (date.fromisoformat(day) - timedelta(days=rule.days)).isoformat()
    before = [earlier for on, earlier in dated if since <= on < day]
    now, then = _lowest(rule, [fact], case), _lowest(rule, before, case)
    if isinstance(now, Gap) or isinstance(then, Gap):
        return _undecided(*(one if isinstance(one, Gap) else one[1] for one in (now, then)))
    if then[0] < 0:
        return _undecided(now[1], then[1], Gap(rule.item, "is below 0: it has no rise in percent"))
    met = now[0] * 100 > then[0] * (100 + Decimal(str(rule.percent)))
    return _decided(met=met, by=(now[1].evidence, then[1].evidence))


def _lowest(rule: RiseAbove, facts: list[Fact], case: Case) -> tuple[Decimal, Found] | Gap:
    """Return the lowest number among facts and where it stands, or what cannot be read."""
    found: list[tuple[Decimal, Found]] = []
    for fact in facts:
        value = value_of(rule.item, fact, case)
        if isinstance(value, Gap):
            return value
        number = number_in(rule.item, value, case)
        if isinstance(number, Gap):
            return number
        found.append((number, value))
    if not found:
        return Gap(rule.item, f"has no value of the {rule.days} days before its newest")
    return min(found, key=lambda one: (one[0], one[1].fact.seq))


def _consented(rule: Consented, case: Case) -> Judged:
    path = f"{CONSENT}.{rule.consent}"
    fact = case.state.answer(rule.consent, case.on)
    if fact is None:
        later = case.state.answer(rule.consent)
        when = "" if later is None else f" by {case.on.isoformat()}"
        return _undecided(Gap(path, f"was not asked for{when}"))
    by = (evidence_of(path, fact, str(fact.value), case),)
    return _decided(met=fact.value == Given.GIVEN.value, by=by)
