"""What is stated in a form becomes drafts: only what is new, nothing over what stands there."""

from collections.abc import Mapping
from dataclasses import dataclass

from petrial.conduct.desk import View
from petrial.conduct.filling import unseen
from petrial.protocol.forms import Form, Item
from petrial.subjects.facts import Absent, Draft, Fact, Place
from petrial.vocabulary.errors import Problem

__all__ = ["Stated", "new_drafts", "reason_problems"]


@dataclass(frozen=True, slots=True)
class Stated:
    """What is stated in a form: canonical texts, reasons for their absence, when observed."""

    values: Mapping[str, str]
    absent: Mapping[str, Absent]
    observed: str = ""

    def of(self, name: str) -> tuple[str | None, str]:
        """Return the value of an item and the reason for its absence; one of them is empty."""
        value = self.values.get(name)
        return value, "" if value is not None else self.absent[name].value

    def same(self, fact: Fact, text: str | None) -> bool:
        """Return whether a fact, opened as ``text``, says the same."""
        said = self.of(fact.item) == (text, fact.absent)
        return said and self.observed in {"", fact.observed}


def new_drafts(
    view: View, form: Form, at: Place, stated: Stated
) -> tuple[tuple[Draft, ...], tuple[Problem, ...]]:
    """Return drafts of what is new, and a problem for each value that differs from a stated one.

    Parameters
    ----------
    view, form
        The subject, and the form that is filled in.
    at
        The filled-in form; its ``item`` does not matter.
    stated
        What is stated.
    """
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for name in dict.fromkeys((*stated.values, *stated.absent)):
        item = form.item(name)
        place = at._replace(item=name)
        where = f"{view.state.subject}, {place}"
        if item is None:
            known = ", ".join(one.name for one in form.items)
            problems.append(Problem(where, name, name, f"one of: {known}", "correct the name"))
            continue
        hidden = unseen(view, form, item, where)
        before = view.state.facts.get(place)
        if hidden or before is not None:
            same = before is not None and stated.same(before, view.state.text(before))
            removed = before is not None and before.absent == Absent.REMOVED.value
            differs = _removed(where, name) if removed else _differs(where, item)
            problems += hidden or (() if same else (differs,))
            continue
        value, why = stated.of(name)
        drafts.append(
            Draft(
                place=place,
                value=value,
                unit=item.unit if value is not None else "",
                absent=why,
                observed=stated.observed,
                sealed=item.sealed and value is not None,
            )
        )
    return tuple(drafts), tuple(problems)


def _differs(where: str, item: Item) -> Problem:
    return Problem(
        where,
        item.name,
        "another value" if item.sealed else "a value that differs from the one stated before",
        "a place that has no value yet",
        "if it was wrong, correct it with the reason: `petrial forms correct`",
    )


def _removed(where: str, name: str) -> Problem:
    return Problem(
        where,
        name,
        "a value for a place from which one was removed",
        "a place that has no value yet",
        "state it anew with the reason: `petrial forms correct`",
    )


def reason_problems(
    values: Mapping[str, str], absent: Mapping[str, Absent], where: str
) -> tuple[Problem, ...]:
    """Return what is wrong with the reasons why there are no values; and with none of either.

    Parameters
    ----------
    values, absent
        Entered texts and reasons, by item.
    where
        Subject, event and form.
    """
    reasons = [one.value for one in Absent if one is not Absent.REMOVED]
    wanted = "one of: " + ", ".join(reasons)
    if not values and not absent:
        do = "state a value, or why there is none"
        return (Problem(where, "values", "", "one value at least", do),)
    return tuple(
        Problem(where, name, why.value, wanted, "`removed` is for corrections")
        for name, why in absent.items()
        if why is Absent.REMOVED
    ) + tuple(
        Problem(where, name, f"a value, and {why.value}", "one of them", "leave one out")
        for name, why in absent.items()
        if name in values
    )
