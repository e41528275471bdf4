"""Read models: frozen rows for pages and tables, each seen by a role, and noted as seen."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from petrial.conduct.blinding import hidden_deviation, hidden_event, hidden_form
from petrial.conduct.desk import (
    Desk,
    Person,
    author_of,
    enter,
    protocol_for,
    study_state,
)
from petrial.conduct.ledger import Access
from petrial.conduct.listings import (
    DeviationRow,
    DueRow,
    Listed,
    PlanRow,
    QueryRow,
    Seen,
    StudyView,
)
from petrial.conduct.permissions import Act
from petrial.conduct.remarks import report_late, report_until
from petrial.conduct.review import queries
from petrial.protocol.forms import FormKind
from petrial.protocol.model import Protocol, Role
from petrial.subjects.deviation import Deviation
from petrial.subjects.deviations import deviations
from petrial.subjects.facts import STUDY, Fact, Place
from petrial.subjects.reconsent import consents_again
from petrial.subjects.records import QUERY, SUBJECT, Query, Subject
from petrial.subjects.schedule import Planned, Status, plan_of
from petrial.subjects.state import SubjectState
from petrial.subjects.study import adoptions, grants, plan_locked, unblinded
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
    "noted",
    "opened_subject",
    "plan_rows",
    "protocol_here",
    "query_list",
    "seen",
    "study_overview",
]

PENDING: Final = (Status.DUE, Status.OVERDUE, Status.MISSING)


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


def noted(desk: Desk, person: Person, subject: str, what: str) -> None:
    """Note in the access chain that something of a subject, or of all, was seen."""
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
    opened = unblinded(study_state(desk.ledger))
    facts = shown(state, person.role, protocol, unblinded=opened)
    if filled:
        facts = tuple(f for f in facts if str(f.place).rpartition(".")[0] == filled)
    forms = sorted({fact.form for fact in facts})
    noted(desk, person, subject, " ".join(forms) or "nothing")
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
    """Return every planned event of a subject as of a day; to a reader those they may know of.

    Raises
    ------
    RefusedError
        As of ``opened_subject``.
    """
    state, person, protocol = opened_subject(desk, subject)
    noted(desk, person, subject, "schedule")
    rows = []
    for one in plan_of(protocol, state, on):
        if hidden_event(person.role, protocol, one.event):
            continue
        happened = "" if one.happened is None else one.happened.isoformat()
        rows.append(PlanRow(_title(one), one.status.value, *_days(one), happened, one.reason))
    return tuple(rows)


def _title(one: Planned) -> str:
    return one.title + (f" ({one.repeat})" if one.repeat > 1 else "")


def _days(one: Planned) -> tuple[str, str, str]:
    """Return due day, first and last day as text; empty where the anchor is absent."""
    window = one.window
    if window is None:
        return ("", "", "")
    return (window.due.isoformat(), window.first.isoformat(), window.last.isoformat())


def _each(desk: Desk, site: str, what: str) -> Iterator[tuple[SubjectState, Person, Protocol]]:
    """Yield the states of the subjects of the person's sites, or of one of them; noted once."""
    study = study_state(desk.ledger)
    person = enter(desk, study, Act.SEE)
    noted(desk, person, STUDY, what)
    for subject, where in desk.ledger.subjects().items():
        if person.at(where) and site in {"", where}:
            facts = desk.ledger.current(subject)
            state = SubjectState.of(subject, facts, desk.ledger.opened(facts))
            yield state, person, protocol_for(desk, study, where, desk.clock())


def due_list(desk: Desk, on: date, site: str = "") -> tuple[DueRow, ...]:
    """Return what is due, overdue or missing on a day, by subject and day.

    Besides events: forms of events that took place, consents to be asked anew after an amendment,
    and serious adverse events to be reported. Only subjects who take part. Readers are told of
    what they may know of only.

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
    for state, person, protocol in _each(desk, site, "due"):
        if state.status in {Subject.WITHDRAWN, Subject.SCREEN_FAILED}:
            continue
        for planned in plan_of(protocol, state, on):
            if not hidden_event(person.role, protocol, planned.event):
                found += _due(state, planned, person, protocol)
        if person.role is not Role.READER:
            found += _consent_again(state, study, on)
            found += _reports(state, protocol, on, desk.clock())
    return tuple(sorted(found, key=lambda row: (row.subject, row.due or row.last, row.what)))


def _due(
    state: SubjectState, planned: Planned, person: Person, protocol: Protocol
) -> Iterator[DueRow]:
    days, name = _days(planned), _title(planned)
    if planned.status in PENDING and planned.required:
        yield DueRow(state.subject, state.site, name, planned.status.value, *days, planned.reason)
    for form in planned.missing:
        if hidden_form(person.role, protocol, form.form):
            continue
        why = "nothing filled in" if form.whole else ", ".join(form.items)
        title = f"{name}: {form.title}"
        yield DueRow(state.subject, state.site, title, "form incomplete", *days, why)


def _consent_again(state: SubjectState, study: SubjectState, on: date) -> Iterator[DueRow]:
    """Yield consents that an amendment asks anew of those who had consented before it."""
    for name, adoption in consents_again(state, study, on):
        start = adoption.in_force_from.isoformat()
        why = f"protocol {adoption.version} is in force since {start}"
        yield DueRow(
            state.subject, state.site, f"Consent {name}, again", "due", start, start, "", why
        )


def _reports(state: SubjectState, protocol: Protocol, on: date, now: datetime) -> Iterator[DueRow]:
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
                (Status.OVERDUE if report_late(until, on, now) else Status.DUE).value,
                until or "",
                "",
                until or "",
                why,
            )


def deviation_list(desk: Desk, on: date, site: str = "") -> tuple[DeviationRow, ...]:
    """Return all deviations as of a day; parameters as of ``due_list``.

    To a reader only those that derive from facts that they may see.
    """
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
        for state, person, protocol in _each(desk, site, "deviations")
        for one in deviations(protocol, state, on)
        if not hidden_deviation(person.role, protocol, state, one)
    )


def _deviant(one: Deviation) -> str:
    repeat = f" ({one.repeat})" if one.repeat > 1 else ""
    return f"{one.kind.value}: {one.title}{repeat}"


def _chosen(desk: Desk, subject: str) -> Iterator[tuple[SubjectState, Person, Protocol]]:
    """Yield one subject, or all of the person's sites; noted as looked at for queries."""
    if not subject:
        yield from _each(desk, "", "queries")
        return
    state, person, protocol = opened_subject(desk, subject)
    noted(desk, person, subject, "queries")
    yield state, person, protocol


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
    opened = unblinded(study_state(desk.ledger))
    for state, person, protocol in _chosen(desk, subject):
        facts = shown(state, person.role, protocol, unblinded=opened)
        visible = {fact.form_repeat for fact in facts if fact.form == QUERY}
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
