"""The present state of a subject: the newest fact at each place, and what follows from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from petrial.protocol.rules import split_path
from petrial.subjects.facts import Fact, Place
from petrial.subjects.records import CONSENT, OWN, STATUS, SUBJECT, Form, Given, Subject

__all__ = ["SubjectState", "day_of", "moment_of", "number_of"]


@dataclass(frozen=True)
class SubjectState:
    """What is stated about one subject now.

    Attributes
    ----------
    subject, site
        Which, and where.
    facts
        The newest fact at each place. Facts whose ``absent`` is ``removed`` are among them.
    opened
        Text of sealed values, by commitment; what was erased is missing.
    """

    subject: str
    site: str
    facts: Mapping[Place, Fact]
    opened: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, subject: str, facts: Iterable[Fact], opened: Mapping[str, str] | None = None
    ) -> "SubjectState":
        """Return the state after ``facts``, given in the order of their numbers."""
        newest: dict[Place, Fact] = {}
        site = ""
        for fact in facts:
            newest[fact.place] = fact
            site = fact.site
        return cls(subject, site, newest, opened or {})

    @cached_property
    def _by_item(self) -> dict[tuple[str, str], list[Fact]]:
        found: dict[tuple[str, str], list[Fact]] = {}
        for place, fact in self.facts.items():
            found.setdefault((place.form, place.item), []).append(fact)
        for facts in found.values():
            facts.sort(key=lambda fact: fact.seq)
        return found

    def all_of(self, path: str) -> tuple[Fact, ...]:
        """Return the newest fact of each repeat of ``form.item`` or ``form.item@event``.

        In the order in which they were recorded.
        """
        form, item, event = split_path(path)
        facts = self._by_item.get((form, item), [])
        return tuple(fact for fact in facts if event in {None, fact.event})

    def valued(self, path: str) -> tuple[Fact, ...]:
        """Return those of ``all_of`` that have a value."""
        return tuple(fact for fact in self.all_of(path) if fact.value is not None)

    def text(self, fact: Fact) -> str | None:
        """Return the value of a fact as text, a sealed one opened; None where there is none."""
        if fact.sealed and fact.value is not None:
            return self.opened.get(fact.value)
        return fact.value

    def own(self, form: str, item: str, repeat: int = 1) -> str | None:
        """Return the value of one of petrial's own items, None where it was never stated."""
        fact = self.facts.get(Place(OWN, 1, form, repeat, item))
        return None if fact is None else self.text(fact)

    def repeats_of(self, form: str) -> tuple[int, ...]:
        """Return the repeats of one of petrial's own forms, in order."""
        return tuple(sorted({p.form_repeat for p in self.facts if p.form == form}))

    @property
    def status(self) -> Subject | None:
        """Where the subject stands; None where it is not registered."""
        status = self.own(SUBJECT, "status")
        return None if status is None else Subject(status)

    def answer(self, name: str, on: date | None = None) -> Fact | None:
        """Return the answer to a consent that is in force; None where there is none.

        The one of the newest day, of one day the one recorded last. One whose day is not stated
        goes before all others. With ``on`` only answers up to that day count.
        """
        last = "9999-12-31" if on is None else on.isoformat()
        facts = self._by_item.get((CONSENT, name), [])
        return max(
            (fact for fact in facts if fact.value is not None and fact.observed[:10] <= last),
            key=lambda fact: (fact.observed[:10], fact.seq),
            default=None,
        )

    def consent(self, name: str, on: date | None = None) -> Given | None:
        """Return what the answer in force says, as of ``answer``; None where there is none."""
        answer = self.answer(name, on)
        return None if answer is None else Given(str(answer.value))

    def form_status(self, event: str, event_repeat: int, form: str, repeat: int) -> Form:
        """Return whether a form is open, signed or locked."""
        fact = self.facts.get(Place(event, event_repeat, form, repeat, STATUS))
        return Form.OPEN if fact is None or fact.value is None else Form(fact.value)


def day_of(text: str) -> date:
    """Return the day of a canonical date or moment.

    >>> day_of("2024-05-21T10:42:00+02:00")
    datetime.date(2024, 5, 21)
    """
    return date.fromisoformat(text[:10])


def moment_of(text: str) -> datetime:
    """Return the moment of a canonical text; of a day its first minute, without offset.

    >>> moment_of("2024-05-21T10:42:00+02:00").isoformat()
    '2024-05-21T10:42:00+02:00'
    """
    return datetime.fromisoformat(text)


def number_of(text: str) -> float:
    """Return the number of a canonical integer or number.

    >>> number_of("70.0")
    70.0
    """
    return float(text)
