"""Rows of a snapshot that are told of a whole subject: the subject itself, and its visits."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Generic, TypeVar

from petrial.protocol import rules
from petrial.protocol.forms import ItemType
from petrial.protocol.model import Protocol
from petrial.protocol.rules import AgeAbove, Rule, items_of, split_path
from petrial.subjects.criteria import Outcome, Standing
from petrial.subjects.facts import Fact, Place
from petrial.subjects.happened import happenings
from petrial.subjects.records import OWN, SCREENING, SUBJECT, Given, Subject
from petrial.subjects.schedule import Planned, Status, Window, plan_of
from petrial.subjects.state import SubjectState, day_of
from petrial.subjects.study_day import study_day
from petrial.vocabulary.tables import Column

__all__ = [
    "Seen",
    "Told",
    "birth_path",
    "day_one_of",
    "read_paths",
    "subject_columns",
    "visit_columns",
    "visits_of",
]

S = TypeVar("S")

Cell = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the rows of a subject are told from.

    Attributes
    ----------
    state
        The newest facts of what ``read_paths`` names and of petrial's own forms.
    protocol
        The version under which the subject's newest fact was recorded.
    day_one
        The day from which study days count; None where that event did not take place.
    enrolled
        The newest fact by which the subject was enrolled.
    on
        Day of the newest fact of the whole snapshot, on which plans are judged.
    """

    state: SubjectState
    protocol: Protocol
    day_one: date | None
    enrolled: Fact | None
    on: date

    def study_day(self, day: date | None) -> int | None:
        """Return the study day; None where either day is not known."""
        return None if day is None or self.day_one is None else study_day(day, self.day_one)


@dataclass(frozen=True, slots=True)
class Told(Generic[S]):
    """A column, and how its value is told."""

    column: Column
    tell: Callable[[S], Cell]


def day_one_of(protocol: Protocol, state: SubjectState) -> date | None:
    """Return the day of the event that the protocol makes study day 1."""
    event = next(event for event in protocol.events if event.day_one)
    return next((found.day for found in happenings(event, state).values()), None)


def birth_path(protocols: Sequence[Protocol]) -> tuple[str, ItemType] | None:
    """Return the item from which a criterion takes the age, and whether it is a day or a year."""
    for protocol in protocols:
        for criterion in protocol.criteria:
            for rule in _rules(criterion.rule):
                if isinstance(rule, AgeAbove):
                    form, name, _ = split_path(rule.item)
                    item = protocol.item(form, name)
                    if item is not None:
                        return rule.item, item.type
    return None


def _rules(rule: Rule) -> Iterator[Rule]:
    yield rule
    if isinstance(rule, rules.All | rules.Any):
        for inner in rule.rules:
            yield from _rules(inner)
    elif isinstance(rule, rules.Not):
        yield from _rules(rule.rule)


def _sex_path(protocols: Sequence[Protocol]) -> tuple[str, tuple[str, ...]] | None:
    for protocol in protocols:
        for form in protocol.forms:
            item = form.item("sex")
            if item is not None and item.type is ItemType.CODE and not item.sealed:
                codes = protocol.code_list(item.codes or "")
                values = () if codes is None else tuple(code.code for code in codes.codes)
                return f"{form.name}.sex", values
    return None


def read_paths(protocols: Sequence[Protocol]) -> frozenset[tuple[str, str]]:
    """Return form and name of each item of the protocols that these rows are told from."""
    paths = {event.happened for protocol in protocols for event in protocol.events}
    paths.update(
        path
        for protocol in protocols
        for event in protocol.events
        if event.when is not None
        for path in items_of(event.when)
    )
    birth, sex = birth_path(protocols), _sex_path(protocols)
    paths.update(found[0] for found in (birth, sex) if found is not None)
    return frozenset(split_path(path)[:2] for path in paths)


def subject_columns(protocols: Sequence[Protocol]) -> tuple[Told[Seen], ...]:
    """Return the columns of the table of subjects, and how each is told.

    Parameters
    ----------
    protocols
        All versions, the newest first.
    """
    told = [
        Told(
            Column("subject", "str", "", "the subject's number in the study"),
            lambda seen: seen.state.subject,
        ),
        Told(Column("site", "str", "", "code of the hospital"), lambda seen: seen.state.site),
        Told(
            Column(
                "status",
                "str | None",
                "",
                "where the subject stands in the trial",
                tuple(status.value for status in Subject),
            ),
            lambda seen: seen.state.own(SUBJECT, "status"),
        ),
        Told(
            Column(
                "protocol_version",
                "str",
                "",
                "version of the protocol under which the newest fact was recorded",
            ),
            lambda seen: seen.protocol.identity.version,
        ),
        Told(
            Column(
                "day_one",
                "bool",
                "",
                "whether study day 1 is known; without it every study day of the subject is empty",
            ),
            lambda seen: seen.day_one is not None,
        ),
        Told(
            Column("enrolled_day", "int | None", "d", "study day of enrolment"),
            lambda seen: _observed(seen, seen.enrolled),
        ),
        *_person(protocols),
        *(_consent(name, text) for name, text in _consents(protocols).items()),
        Told(
            Column("screened_day", "int | None", "d", "study day of the newest screening"),
            lambda seen: _observed(seen, _screening(seen, "verdict")),
        ),
        Told(
            Column(
                "screening_verdict",
                "str | None",
                "",
                "verdict of the newest screening",
                tuple(standing.value for standing in Standing),
            ),
            lambda seen: _value(_screening(seen, "verdict")),
        ),
        *(_criterion(number, text) for number, text in _criteria(protocols).items()),
    ]
    return tuple(told)


def _person(protocols: Sequence[Protocol]) -> Iterator[Told[Seen]]:
    birth, sex = birth_path(protocols), _sex_path(protocols)
    if sex is not None:
        path, values = sex
        yield Told(
            Column("sex", "str | None", "", "sex, as last stated", values),
            lambda seen: _newest(seen.state, path),
        )
    if birth is not None:
        sentence = (
            "age in whole years on study day 1"
            if birth[1] is ItemType.DATE
            else "age reached in the calendar year of study day 1; only the year of birth is asked"
        )
        yield Told(
            Column("age_years", "int | None", "a", sentence), lambda seen: _age(seen, birth[0])
        )


def _newest(state: SubjectState, path: str) -> str | None:
    facts = state.valued(path)
    return state.text(facts[-1]) if facts else None


def _age(seen: Seen, path: str) -> int | None:
    text, day_one = _newest(seen.state, path), seen.day_one
    if text is None or day_one is None:
        return None
    if text.isdigit():
        return day_one.year - int(text)
    born = day_of(text)
    return day_one.year - born.year - ((day_one.month, day_one.day) < (born.month, born.day))


def _consents(protocols: Iterable[Protocol]) -> dict[str, str]:
    found: dict[str, str] = {}
    for protocol in protocols:
        for consent in protocol.consents:
            found.setdefault(consent.name, consent.text)
    return found


def _criteria(protocols: Iterable[Protocol]) -> dict[str, str]:
    found: dict[str, str] = {}
    for protocol in protocols:
        for criterion in protocol.criteria:
            found.setdefault(criterion.number, f"{criterion.kind.value}: {criterion.text}")
    return found


def _consent(name: str, text: str) -> Told[Seen]:
    def tell(seen: Seen) -> Cell:
        answer = seen.state.consent(name)
        return None if answer is None else answer.value

    values = tuple(given.value for given in Given)
    return Told(
        Column(f"consent_{name}", "str | None", "", f"newest answer to: {text}", values), tell
    )


def _criterion(number: str, text: str) -> Told[Seen]:
    return Told(
        Column(
            f"criterion_{number.lower()}",
            "str | None",
            "",
            f"verdict of the newest screening on {number}, {text}",
            tuple(outcome.value for outcome in Outcome),
        ),
        lambda seen: _value(_screening(seen, number)),
    )


def _screening(seen: Seen, item: str) -> Fact | None:
    """Return the fact of the newest screening; None where that one did not state the item."""
    newest = max(seen.state.repeats_of(SCREENING), default=0)
    return seen.state.facts.get(Place(OWN, 1, SCREENING, newest, item))


def _value(fact: Fact | None) -> str | None:
    return None if fact is None else fact.value


def _observed(seen: Seen, fact: Fact | None) -> int | None:
    return None if fact is None or not fact.observed else seen.study_day(day_of(fact.observed))


@dataclass(frozen=True, slots=True)
class Visit:
    """One entry of a subject's plan, with what is known of the subject."""

    seen: Seen
    planned: Planned


def visits_of(seen: Seen) -> tuple[Visit, ...]:
    """Return the visits of a subject: what took place, and what was planned for it."""
    plan = plan_of(_days_only(seen.protocol), seen.state, seen.on)
    return tuple(Visit(seen, planned) for planned in plan)


def _days_only(protocol: Protocol) -> Protocol:
    """Return the protocol with, of each event's forms, the one alone that tells its day.

    The days of a plan are the same, and nobody asks here which forms are missing, which takes long
    to find.
    """
    events = tuple(
        event.model_copy(
            update={"forms": tuple(f for f in event.forms if f == split_path(event.happened)[0])}
        )
        for event in protocol.events
    )
    return protocol.model_copy(update={"events": events})


def visit_columns() -> tuple[Told[Visit], ...]:
    """Return the columns of the table of visits, and how each is told."""
    return _VISIT


def _due(name: str, sentence: str, tell: Callable[[Window], date]) -> Told[Visit]:
    def day(visit: Visit) -> Cell:
        window = visit.planned.window
        return None if window is None else visit.seen.study_day(tell(window))

    return Told(Column(name, "int | None", "d", f"{sentence} (study day)"), day)


_VISIT: Final[tuple[Told[Visit], ...]] = (
    Told(
        Column("subject", "str", "", "the subject's number in the study"),
        lambda visit: visit.seen.state.subject,
    ),
    Told(
        Column("event", "str", "", "name of the event in the protocol"),
        lambda visit: visit.planned.event,
    ),
    Told(
        Column("event_repeat", "int", "1", "which time the event takes place, from 1"),
        lambda visit: visit.planned.repeat,
    ),
    _due("due_day", "when it is due", lambda window: window.due),
    _due("first_day", "first day of its window", lambda window: window.first),
    _due("last_day", "last day of its window", lambda window: window.last),
    Told(
        Column("happened_day", "int | None", "d", "when it took place (study day)"),
        lambda visit: visit.seen.study_day(visit.planned.happened),
    ),
    Told(
        Column(
            "status",
            "str",
            "",
            "where it stood on the day of the snapshot's newest fact",
            tuple(status.value for status in Status),
        ),
        lambda visit: visit.planned.status.value,
    ),
)
