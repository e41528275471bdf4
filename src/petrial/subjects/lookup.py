"""Finding the fact that a rule means, and reading its value, or telling why there is none."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from petrial.protocol.model import Protocol
from petrial.protocol.rules import ItemPath, split_path
from petrial.subjects.dating import Days
from petrial.subjects.facts import Absent, Fact, Place
from petrial.subjects.judged import Evidence, Gap
from petrial.subjects.state import SubjectState

__all__ = [
    "Case",
    "Found",
    "date_in",
    "evidence_of",
    "found_date",
    "found_value",
    "newest",
    "number_in",
    "statements",
    "value_of",
]


@dataclass(frozen=True, slots=True)
class Case:
    """Over what, and when, a rule is judged.

    ``form`` is the filled-in form whose own items a rule means; None outside of one.
    """

    state: SubjectState
    protocol: Protocol
    on: date
    days: Days
    form: Place | None

    def in_form(self, path: ItemPath) -> bool:
        """Return whether the path means an item of the filled-in form."""
        form, _, event = split_path(path)
        return self.form is not None and self.form.form == form and event in {None, self.form.event}


@dataclass(frozen=True, slots=True)
class Found:
    """A fact with its value as text, opened where it is sealed, and what may be shown of it."""

    fact: Fact
    text: str
    evidence: Evidence


def evidence_of(path: ItemPath, fact: Fact, value: str, case: Case) -> Evidence:
    """Return a fact as evidence; of a sealed one ``value`` is not shown."""
    day = date_in(case.days.of(fact))
    return Evidence(
        path=path,
        place=fact.place,
        value="(not shown)" if fact.sealed else value,
        unit=fact.unit,
        day=day,
        age_days=None if day is None else (case.on - day).days,
        seq=fact.seq,
    )


def statements(path: ItemPath, case: Case) -> tuple[Fact, ...]:
    """Return the statements that the path means, in the order in which they were recorded."""
    if case.form is None or not case.in_form(path):
        return case.state.all_of(path)
    fact = case.state.facts.get(case.form._replace(item=split_path(path)[1]))
    return () if fact is None else (fact,)


def newest(path: ItemPath, case: Case) -> Fact | Gap:
    """Return the statement that counts, with or without a value."""
    said = statements(path, case)
    facts = [fact for fact in said if fact.absent != Absent.REMOVED]
    if not facts:
        return Gap(path, "was removed" if said else "is not stated")
    last = case.on.isoformat()
    counting = [(day, fact) for fact in facts if (day := case.days.of(fact)) <= last]
    if not counting:
        return Gap(path, f"is stated for days after {last} only")
    return max(counting, key=lambda one: (one[0] or one[1].recorded[:10], one[1].seq))[1]


def found_value(path: ItemPath, case: Case) -> Found | Gap:
    """Return the value that counts, or why there is none."""
    fact = newest(path, case)
    return fact if isinstance(fact, Gap) else value_of(path, fact, case)


def value_of(path: ItemPath, fact: Fact, case: Case) -> Found | Gap:
    """Return the value of a fact, or why it has none that can be read."""
    if fact.value is None:
        return Gap(path, f"has no value: {fact.absent}")
    text = case.state.text(fact)
    if text is None:
        return Gap(path, "is sealed and cannot be read; it may have been erased")
    return Found(fact, text, evidence_of(path, fact, text, case))


def number_in(path: ItemPath, found: Found, case: Case) -> Decimal | Gap:
    """Return the number exactly as it was entered, or why it cannot be compared."""
    item = case.protocol.item(*split_path(path)[:2])
    asked = "" if item is None else item.unit
    if found.fact.unit and found.fact.unit != asked:
        return Gap(path, f"is stated in {found.fact.unit}, the protocol asks for {asked or '1'}")
    try:
        number = Decimal(found.text)
    except InvalidOperation:
        return Gap(path, "is no number")
    return number if number.is_finite() else Gap(path, "is no number")


def date_in(text: str) -> date | None:
    """Return the day of a canonical date or moment; None where it is neither."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def found_date(path: ItemPath, case: Case) -> tuple[date | None, Found | Gap]:
    """Return the date that counts with its fact, or None and why there is none."""
    found = found_value(path, case)
    if isinstance(found, Gap):
        return None, found
    day = date_in(found.text)
    return (day, found) if day is not None else (None, Gap(path, "is no date"))
