"""Deviations from the protocol: derived from facts and figures, never typed."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from petrial.protocol.events import Due, Event
from petrial.protocol.figures import UNCONFIRMED
from petrial.protocol.forms import FormKind
from petrial.protocol.model import Criterion, CriterionKind, Protocol
from petrial.protocol.rules import All, Any, Rule, Within
from petrial.subjects.completeness import MissingForm
from petrial.subjects.conflicts import Broken, conflicts_of
from petrial.subjects.consents import consent_deviations
from petrial.subjects.deviation import Deviation, DeviationKind, Source, sources_of
from petrial.subjects.facts import Absent, Fact
from petrial.subjects.happened import all_happenings
from petrial.subjects.judged import Judged, Outcome
from petrial.subjects.judging import judge_rule
from petrial.subjects.order_deviations import contradictions_of_ends, disclosure_deviations
from petrial.subjects.preparation import preparation_deviations
from petrial.subjects.scan_deviations import activity_deviations, uptake_deviations
from petrial.subjects.schedule import DONE, Planned, Status, plan_of
from petrial.subjects.spans import span_of
from petrial.subjects.state import SubjectState, day_of, moment_of

__all__ = ["Deviation", "DeviationKind", "Source", "at_once", "deviations"]


def deviations(protocol: Protocol, state: SubjectState, on: date) -> tuple[Deviation, ...]:
    """Return every deviation of a subject, as facts show it on a day.

    Parameters
    ----------
    protocol, state
        What should happen, and what is stated to have happened.
    on
        The day of the judgement; what is not over by then is not missing yet.

    Notes
    -----
    What is not known is no deviation: an activity whose residual nobody stated is asked for as a
    missing item of its form. A form that is not filled in is a deviation once the window of its
    event is over; never a form that the trial record does not ask for, nor an assay, which is made
    when it is made.

    Raises
    ------
    ProtocolError
        A figure of the protocol has a unit that does not fit its use.
    """
    plan = plan_of(protocol, state, on)
    return (
        *(found for planned in plan for found in _of_event(protocol, state, planned, on)),
        *at_once(protocol, state),
        *_work_up(protocol, state),
        *consent_deviations(protocol, state),
        *_reports(protocol, state, on),
    )


def at_once(protocol: Protocol, state: SubjectState) -> tuple[Deviation, ...]:
    """Return the deviations that no passing of time brings about: what is stated shows them.

    Raises
    ------
    ProtocolError
        As of ``deviations``.
    """
    return (
        *activity_deviations(protocol, state),
        *uptake_deviations(protocol, state),
        *preparation_deviations(protocol, state),
        *(_of_conflict(protocol, broken) for broken in conflicts_of(protocol, state, {})),
        *disclosure_deviations(protocol, state),
        *contradictions_of_ends(protocol, state),
    )


def _of_event(
    protocol: Protocol, state: SubjectState, planned: Planned, on: date
) -> Iterator[Deviation]:
    event = protocol.event(planned.event)
    if event is None:
        return
    if planned.status in {Status.DONE_EARLY, Status.DONE_LATE} and event.due is not None:
        yield _untimely(planned, event.due)
    if planned.status in {Status.OVERDUE, Status.MISSING}:
        yield _missing_event(planned, event)
    for missing in planned.missing:
        if on > _over(planned) and not missing.assumed and missing.kind is not FormKind.ASSAY:
            yield _missing_form(planned, missing, event)
    if planned.status in DONE:
        yield from _samples_not_taken(protocol, state, planned, event)


def _over(planned: Planned) -> date:
    """Return the last day on which an event that took place may still be entered in time."""
    last = date.min if planned.window is None else planned.window.last
    return max(last, planned.happened or date.min)


def _windowed(planned: Planned) -> str:
    window = planned.window
    if window is None:
        return ""
    if window.first == window.last:
        return f"on {window.first}"
    return f"{window.first} to {window.last}"


def _untimely(planned: Planned, due: Due) -> Deviation:
    early = planned.status is Status.DONE_EARLY
    side = "before" if early else "after"
    margin = due.before if early else due.after
    figures = (due.offset, margin, *(() if due.every is None else (due.every,)))
    return _about(
        planned,
        DeviationKind.EARLY if early else DeviationKind.LATE,
        f"events.{planned.event}.due.{side}",
        found=f"{planned.happened}, {_days(_distance(planned))} {'early' if early else 'late'}",
        allowed=_windowed(planned),
        unconfirmed=not all(figure.confirmed for figure in figures),
    )


def _distance(planned: Planned) -> int:
    """Return by how many days an event missed its window."""
    if planned.window is None or planned.happened is None:
        return 0
    before = (planned.window.first - planned.happened).days
    return max(before, (planned.happened - planned.window.last).days)


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _missing_event(planned: Planned, event: Event) -> Deviation:
    due = event.due
    figures = () if due is None else (due.offset, due.after)
    return _about(
        planned,
        DeviationKind.MISSING_EVENT,
        f"events.{planned.event}.required",
        found=planned.reason or "nothing says that it took place",
        allowed=_windowed(planned),
        unconfirmed=not all(figure.confirmed for figure in figures),
    )


def _missing_form(planned: Planned, missing: MissingForm, event: Event) -> Deviation:
    sample = missing.kind is FormKind.SAMPLE
    return _about(
        planned,
        DeviationKind.MISSING_SAMPLE if sample and missing.whole else DeviationKind.MISSING_FORM,
        f"forms.{missing.form}",
        found=f"{missing.title}: " + ("nothing" if missing.whole else "not all items"),
        allowed="with " + ", ".join(missing.items),
        unconfirmed=event.source == UNCONFIRMED,
    )


def _about(
    planned: Planned,
    kind: DeviationKind,
    rule: str,
    *,
    found: str,
    allowed: str,
    unconfirmed: bool,
) -> Deviation:
    return Deviation(
        kind=kind,
        event=planned.event,
        repeat=planned.repeat,
        title=planned.title,
        rule=rule,
        found=found,
        allowed=allowed,
        unconfirmed=unconfirmed,
        sources=sources_of(planned.facts),
    )


_NOT_TAKEN: Final = (Absent.NOT_DONE, Absent.UNKNOWN)


def _samples_not_taken(
    protocol: Protocol, state: SubjectState, planned: Planned, event: Event
) -> Iterator[Deviation]:
    """Yield samples of an event of which it is stated that they were not taken."""
    for name in event.forms:
        form = protocol.form(name)
        if form is None or form.kind is not FormKind.SAMPLE:
            continue
        for fact in state.all_of(f"{name}.collected_at@{event.name}"):
            if fact.event_repeat == planned.repeat and fact.absent in _NOT_TAKEN:
                yield Deviation(
                    kind=DeviationKind.MISSING_SAMPLE,
                    event=planned.event,
                    repeat=planned.repeat,
                    title=planned.title,
                    rule=f"forms.{name}",
                    found=f"{form.title}: stated as {fact.absent}",
                    allowed="a sample that was taken",
                    unconfirmed=event.source == UNCONFIRMED,
                    sources=sources_of((fact,)),
                )


def _of_conflict(protocol: Protocol, broken: Broken) -> Deviation:
    fact = broken.facts[-1]
    event = protocol.event(fact.event)
    return Deviation(
        kind=DeviationKind.CONFLICT,
        event=fact.event,
        repeat=fact.event_repeat,
        title=fact.event if event is None else event.title,
        rule=f"conflicts.{broken.conflict.name}.gap",
        found=str(broken),
        allowed=f"{broken.conflict.text}: {broken.conflict.gap}",
        unconfirmed=not broken.conflict.gap.confirmed,
        sources=sources_of(broken.facts),
    )


def _work_up(protocol: Protocol, state: SubjectState) -> Iterator[Deviation]:
    """Yield what was too old on study day 1, by the inclusion criteria that look at ages."""
    event = next((event for event in protocol.events if event.day_one), None)
    happened = {} if event is None else all_happenings(protocol, state)[event.name]
    if event is None or not happened:
        return
    first = next(iter(happened.values()))
    for criterion in protocol.criteria:
        if criterion.kind is not CriterionKind.INCLUSION:
            continue
        if judge_rule(criterion.rule, state, protocol, first.day).outcome is not Outcome.NOT_MET:
            continue
        for rule in _withins(criterion.rule):
            judged = judge_rule(rule, state, protocol, first.day)
            if judged.outcome is Outcome.NOT_MET:
                yield _too_old(criterion, event, rule, judged, first.fact)


def _withins(rule: Rule) -> Iterator[Within]:
    if isinstance(rule, Within):
        yield rule
    elif isinstance(rule, All | Any):
        for inner in rule.rules:
            yield from _withins(inner)


def _too_old(
    criterion: Criterion, event: Event, rule: Within, judged: Judged, first: Fact
) -> Deviation:
    used = tuple(Source(one.place, one.seq) for one in judged.evidence)
    return Deviation(
        kind=DeviationKind.WORK_UP,
        event=event.name,
        repeat=1,
        title=event.title,
        rule=f"criteria.{criterion.number}.rule",
        found="; ".join(f"{one.path} {one.value}" for one in judged.evidence),
        allowed=f"at most {_days(rule.days)} before "
        + (rule.of or f"{event.title}, {day_of(str(first.value))}"),
        unconfirmed=criterion.source == UNCONFIRMED,
        sources=(*used, *sources_of((first,))),
    )


def _reports(protocol: Protocol, state: SubjectState, on: date) -> Iterator[Deviation]:
    """Yield serious adverse events that were reported too late, or not yet and it is too late."""
    figure = protocol.serious_report
    if figure is None:
        return
    allowed = span_of(figure, "serious_report")
    for form in protocol.forms_of(FormKind.ADVERSE_EVENT):
        for serious in state.valued(f"{form.name}.serious"):
            aware = state.facts.get(serious.place._replace(item="aware_at"))
            reported = state.facts.get(serious.place._replace(item="reported_at"))
            if serious.value != "yes" or aware is None or aware.value is None:
                continue
            found = _reported(moment_of(aware.value), reported, allowed, on)
            if found:
                facts = (serious, aware, *(() if reported is None else (reported,)))
                yield Deviation(
                    kind=DeviationKind.REPORT,
                    event=serious.event,
                    repeat=serious.event_repeat,
                    title=form.title,
                    rule="serious_report",
                    found=found,
                    allowed=f"within {figure} of {aware.value}",
                    unconfirmed=not figure.confirmed,
                    sources=sources_of(facts),
                )


def _reported(aware: datetime, reported: Fact | None, allowed: timedelta, on: date) -> str:
    """Return what is wrong with a report; empty where nothing is, or not surely yet."""
    if reported is not None and reported.value is not None:
        taken = moment_of(reported.value) - aware
        return f"reported after {taken / timedelta(hours=1):g} h" if taken > allowed else ""
    if datetime.combine(on, time.min, aware.tzinfo) > aware + allowed:
        return f"not reported by {on}"
    return ""
