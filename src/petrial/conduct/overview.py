"""Read models: frozen rows for pages and tables, each seen by a role, and noted as seen."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date

from petrial.conduct.desk import (
    Desk,
    Person,
    author_of,
    enter,
    protocol_for,
    study_state,
)
from petrial.conduct.ledger import Access
from petrial.conduct.permissions import Act
from petrial.conduct.remarks import report_until
from petrial.conduct.review import queries
from petrial.protocol.forms import FormKind
from petrial.protocol.model import Protocol
from petrial.subjects.deviation import Deviation
from petrial.subjects.deviations import deviations
from petrial.subjects.facts import STUDY, Fact, Place
from petrial.subjects.records import CONSENT, SUBJECT, Given, Query, Subject
from petrial.subjects.schedule import Planned, Status, plan_of
from petrial.subjects.state import SubjectState, day_of
from petrial.subjects.study import ALL_SITES, adoptions, grants, plan_locked, unblinded
from petrial.subjects.visibility import shown
from petrial.vocabulary.errors import RefusedError

__all__ = [
    "DeviationRow",
    "DueRow",
    "Listed",
    "PlanRow",
    "QueryRow",
    "Seen",
    "StudyView",
    "deviation_list",
    "due_list",
    "listed",
    "opened_subject",
    "plan_rows",
    "protocol_here",
    "query_list",
    "seen",
    "study_overview",
]

PENDING = (Status.DUE, Status.OVERDUE, Status.MISSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyView:
    """What a study is.

    Attributes
    ----------
    study
        Its name.
    versions
        Rows of version, site, first day in force, consents asked again.
    people
        Rows of name, role, site.
    subjects
        How many there are, by site and status.
    plan
        The version of the analysis plan that is locked.
    unblinded
        Whether results are open to the statistician.
    """

    study: str
    versions: tuple[tuple[str, str, str, str], ...]
    people: tuple[tuple[str, str, str], ...]
    subjects: tuple[tuple[str, int], ...]
    plan: str | None
    unblinded: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A subject in a list."""

    subject: str
    site: str
    status: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A stated value as a role sees it."""

    place: str
    value: str
    unit: str
    absent: str
    observed: str
    author: str
    recorded: str
    protocol: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be handed on as data."""

    def as_data(self) -> dict[str, object]:
        """Return its fields by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class DueRow(Row):
    """Something that is due, overdue or missing; days as ISO text, empty where there is none."""

    subject: str
    site: str
    what: str
    status: str
    due: str
    first: str
    last: str
    why: str


@dataclass(frozen=True, slots=True)
class PlanRow(Row):
    """One planned event of a subject; days as ISO text, empty where there is none."""

    what: str
    status: str
    due: str
    first: str
    last: str
    happened: str
    why: str


@dataclass(frozen=True, slots=True)
class DeviationRow(Row):
    """Where the trial ran otherwise than the protocol says."""

    subject: str
    site: str
    what: str
    found: str
    allowed: str
    rule: str
    facts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class QueryRow(Row):
    """A query."""

    subject: str
    number: int
    about: str
    status: str
    text: str
    answer: str


def study_overview(desk: Desk) -> StudyView:
    """Return what the study is; whoever has a role in it may know.

    Raises
    ------
    RefusedError
        The person has no role.
    """
    study = study_state(desk.ledger)
    enter(desk, study, Act.SEE)
    counts = Counter(f"{fact.site}: {fact.value}" for fact in desk.ledger.across(SUBJECT, "status"))
    return StudyView(
        study=desk.ledger.study,
        versions=tuple(
            (a.version, a.site, a.in_force_from.isoformat(), " ".join(a.consent_again))
            for a in adoptions(study)
        ),
        people=tuple((g.user, g.role.value, g.site) for g in grants(study)),
        subjects=tuple(sorted(counts.items())),
        plan=plan_locked(study),
        unblinded=unblinded(study),
    )


def listed(desk: Desk) -> tuple[Listed, ...]:
    """Return the subjects of the person's sites, with their status."""
    person = enter(desk, study_state(desk.ledger), Act.SEE)
    return tuple(
        Listed(fact.subject, fact.site, fact.value or "")
        for fact in desk.ledger.across(SUBJECT, "status")
        if person.at(fact.site)
    )


def protocol_here(desk: Desk) -> Protocol:
    """Return the protocol in force at the first of the person's sites.

    Raises
    ------
    RefusedError
        The person has no role.
    """
    study = study_state(desk.ledger)
    person = enter(desk, study, Act.SEE)
    return protocol_for(desk, study, min(person.sites), desk.clock())


def opened_subject(desk: Desk, subject: str) -> tuple[SubjectState, Person, Protocol]:
    """Return the state of a subject of the person's sites, the person, and the protocol.

    Raises
    ------
    RefusedError
        There is no such subject, or it is another site's.
    """
    study = study_state(desk.ledger)
    person = enter(desk, study, Act.SEE)
    facts = desk.ledger.current(subject)
    state = SubjectState.of(subject, facts, desk.ledger.opened(facts))
    if subject == STUDY or state.status is None or not person.at(state.site):
        raise RefusedError(
            where=f"show {subject}",
            field="subject",
            got=subject,
            wanted=f"a subject of {', '.join(sorted(person.sites))}",
            do="look at the subjects that you may see: `petrial subjects list`",
        )
    return state, person, protocol_for(desk, study, state.site, desk.clock())


def _note(desk: Desk, person: Person, subject: str, what: str) -> None:
    """Note in the access chain that something was seen."""
    desk.ledger.saw(
        Access(
            act="saw",
            author=author_of(desk),
            role=person.role.value,
            subject=subject,
            what=what,
        )
    )


def seen(desk: Desk, subject: str, filled: str = "") -> tuple[Seen, ...]:
    """Return what the person's role may see of a subject; the access is noted.

    Parameters
    ----------
    desk
        Who asks.
    subject
        Whom.
    filled
        One filled-in form, such as ``biopsy/pathology[2]``; empty for all.

    Raises
    ------
    RefusedError
        As of ``opened_subject``.
    """
    state, person, protocol = opened_subject(desk, subject)
    facts = shown(state, person.role, protocol)
    if filled:
        facts = tuple(f for f in facts if str(f.place).rpartition(".")[0] == filled)
    forms = sorted({fact.form for fact in facts})
    _note(desk, person, subject, " ".join(forms))
    return tuple(
        Seen(
            _plain(fact.place),
            _shown(state, fact),
            fact.unit,
            fact.absent,
            fact.observed,
            fact.author,
            fact.recorded,
            fact.protocol,
        )
        for fact in facts
    )


def _shown(state: SubjectState, fact: Fact) -> str:
    if fact.value is None:
        return ""
    text = state.text(fact)
    return "(erased)" if text is None else text


def _plain(place: Place) -> str:
    return str(place).removeprefix("@own/@")


def plan_rows(desk: Desk, subject: str, on: date) -> tuple[PlanRow, ...]:
    """Return every planned event of a subject as of a day.

    Raises
    ------
    RefusedError
        As of ``opened_subject``.
    """
    state, person, protocol = opened_subject(desk, subject)
    _note(desk, person, subject, "schedule")
    rows = []
    for one in plan_of(protocol, state, on):
        window = one.window
        days = ("", "", "")
        if window is not None:
            days = (window.due.isoformat(), window.first.isoformat(), window.last.isoformat())
        title = one.title + (f" ({one.repeat})" if one.repeat > 1 else "")
        happened = "" if one.happened is None else one.happened.isoformat()
        rows.append(PlanRow(title, one.status.value, *days, happened, one.reason))
    return tuple(rows)


def _each(desk: Desk, site: str, what: str) -> Iterator[tuple[SubjectState, Person, Protocol]]:
    """Yield the states of the subjects of the person's sites, or of one of them; noted once."""
    study = study_state(desk.ledger)
    person = enter(desk, study, Act.SEE)
    _note(desk, person, STUDY, what)
    for subject, where in desk.ledger.subjects().items():
        if person.at(where) and site in {"", where}:
            facts = desk.ledger.current(subject)
            state = SubjectState.of(subject, facts, desk.ledger.opened(facts))
            yield state, person, protocol_for(desk, study, where, desk.clock())


def due_list(desk: Desk, on: date, site: str = "") -> tuple[DueRow, ...]:
    """Return what is due, overdue or missing on a day, by subject and day.

    Besides events: forms of events that took place, consents to be asked anew after an amendment,
    and serious adverse events to be reported. Only subjects who take part.

    Parameters
    ----------
    desk
        Who asks; subjects of their sites only.
    on
        The day.
    site
        One site; empty for all.
    """
    study = study_state(desk.ledger)
    found: list[DueRow] = []
    for state, _, protocol in _each(desk, site, "due"):
        if state.status in {Subject.WITHDRAWN, Subject.SCREEN_FAILED}:
            continue
        for planned in plan_of(protocol, state, on):
            found += _due(state, planned)
        found += _consent_again(state, study, on)
        found += _reports(state, protocol)
    return tuple(sorted(found, key=lambda row: (row.subject, row.due or row.last, row.what)))


def _due(state: SubjectState, planned: Planned) -> Iterator[DueRow]:
    window = planned.window
    days = ("", "", "")
    if window is not None:
        days = (window.due.isoformat(), window.first.isoformat(), window.last.isoformat())
    name = planned.title + (f" ({planned.repeat})" if planned.repeat > 1 else "")
    if planned.status in PENDING and planned.required:
        yield DueRow(state.subject, state.site, name, planned.status.value, *days, planned.reason)
    for form in planned.missing:
        why = "nothing filled in" if form.whole else ", ".join(form.items)
        title = f"{name}: {form.title}"
        yield DueRow(state.subject, state.site, title, "form incomplete", *days, why)


def _consent_again(state: SubjectState, study: SubjectState, on: date) -> Iterator[DueRow]:
    """Yield consents that an amendment asks anew of those who had consented before it."""
    if state.status not in {Subject.REGISTERED, Subject.ELIGIBLE, Subject.ENROLLED}:
        return
    for adoption in adoptions(study):
        if adoption.site not in {ALL_SITES, state.site} or adoption.in_force_from > on:
            continue
        start = adoption.in_force_from.isoformat()
        for name in adoption.consent_again:
            days = [day_of(f.observed) for f in state.all_of(f"{CONSENT}.{name}") if f.observed]
            before = state.consent(name) is Given.GIVEN and max(days) < adoption.in_force_from
            if before:
                why = f"protocol {adoption.version} is in force since {start}"
                what = f"Consent {name}, again"
                yield DueRow(state.subject, state.site, what, "due", start, start, "", why)


def _reports(state: SubjectState, protocol: Protocol) -> Iterator[DueRow]:
    """Yield serious adverse events that were not reported yet, with their clock."""
    for form in protocol.forms_of(FormKind.ADVERSE_EVENT):
        for serious in state.valued(f"{form.name}.serious"):
            at = serious.place
            aware = state.facts.get(at._replace(item="aware_at"))
            reported = state.facts.get(at._replace(item="reported_at"))
            if serious.value != "yes" or (reported is not None and reported.value is not None):
                continue
            until = (
                None
                if aware is None or aware.value is None
                else report_until(protocol, aware.value)
            )
            why = f"{form.title} {at.form_repeat} is serious and not reported"
            yield DueRow(
                state.subject,
                state.site,
                "Report to the sponsor",
                "due",
                until or "",
                "",
                until or "",
                why,
            )


def deviation_list(desk: Desk, on: date, site: str = "") -> tuple[DeviationRow, ...]:
    """Return all deviations as of a day; parameters as of ``due_list``."""
    return tuple(
        DeviationRow(
            state.subject,
            state.site,
            _deviant(one),
            one.found,
            one.allowed + (" (not confirmed)" if one.unconfirmed else ""),
            one.rule,
            tuple(source.seq for source in one.sources),
        )
        for state, _, protocol in _each(desk, site, "deviations")
        for one in deviations(protocol, state, on)
    )


def _deviant(one: Deviation) -> str:
    repeat = f" ({one.repeat})" if one.repeat > 1 else ""
    return f"{one.kind.value}: {one.title}{repeat}"


def query_list(desk: Desk, subject: str = "", *, closed: bool = False) -> tuple[QueryRow, ...]:
    """Return queries whose target the person's role may see; of one subject, or of all.

    Parameters
    ----------
    desk
        Who asks.
    subject
        Of whom; empty for all of the person's sites.
    closed
        Closed ones too.
    """
    found = []
    chosen = [opened_subject(desk, subject)] if subject else _each(desk, "", "queries")
    for state, person, protocol in chosen:
        visible = {f.form_repeat for f in shown(state, person.role, protocol) if f.item == "target"}
        found += [
            QueryRow(
                state.subject,
                query.number,
                str(query.target),
                query.status.value,
                query.text,
                query.answer,
            )
            for query in queries(state)
            if query.number in visible and (closed or query.status is not Query.CLOSED)
        ]
    return tuple(found)
