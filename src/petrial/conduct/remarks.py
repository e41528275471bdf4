"""What to tell a person beside what they state: clocks that start, batches that do not fit."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from petrial.protocol.forms import Form, FormKind
from petrial.protocol.model import Protocol
from petrial.subjects.records import Batch, Given
from petrial.subjects.spans import span_of
from petrial.subjects.state import SubjectState, moment_of
from petrial.subjects.study import TracerBatch
from petrial.vocabulary.errors import Problem

__all__ = [
    "batch_problems",
    "other_tracer",
    "remarks",
    "report_late",
    "report_until",
    "without_consent",
]


def report_until(protocol: Protocol, aware_at: str) -> str | None:
    """Return the moment until which a serious adverse event is to be reported.

    Parameters
    ----------
    protocol
        Its ``serious_report`` says how long; None where it says nothing.
    aware_at
        Canonical moment at which the site learnt of it.
    """
    figure = protocol.serious_report
    if figure is None:
        return None
    return (moment_of(aware_at) + span_of(figure, "serious_report")).isoformat()


def report_late(until: str | None, on: date, now: datetime) -> bool:
    """Return whether the clock of a report had run out by a day; where that is today, by now.

    ``until`` is of ``report_until``; a clock that is not known does not run out.
    """
    if until is None:
        return False
    end = moment_of(until)
    return end < now if on == now.date() else end.date() < on


def remarks(
    protocol: Protocol, form: Form, values: Mapping[str, str], new: Collection[str]
) -> tuple[str, ...]:
    """Return sentences for the person who filled in a form.

    Parameters
    ----------
    protocol, form
        In force, and the form that was filled in.
    values
        Canonical text by item, those stated before among them.
    new
        Names of the items that are stated now.
    """
    serious = form.kind is FormKind.ADVERSE_EVENT and values.get("serious") == "yes"
    if not serious or "reported_at" in values or not {"serious", "aware_at"}.intersection(new):
        return ()
    if "aware_at" not in values:
        return ("Serious: state when the site learnt of it, for the reporting clock.",)
    until = report_until(protocol, values["aware_at"])
    if until is None:
        return ("Serious: report it to the sponsor; this protocol does not say within which time.",)
    figure = protocol.serious_report
    sure = "" if figure is None or figure.confirmed else ", which is not confirmed"
    return (f"Serious: report it to the sponsor by {until} ({figure} after aware_at{sure}).",)


def without_consent(protocol: Protocol, state: SubjectState, on: date) -> tuple[str, ...]:
    """Return sentences for who records of a subject that took back a required consent.

    It is recorded, for it took place; whether it may be used is not for whoever records it.
    """
    return tuple(
        f"Consent {one.name}, which is required, was withdrawn on {answer.observed[:10]}: "
        "this is recorded; tell the investigator."
        for one in protocol.consents
        if one.required
        and (answer := state.answer(one.name, on)) is not None
        and answer.value == Given.WITHDRAWN.value
    )


def other_tracer(
    protocol: Protocol, form: Form, event: str, values: Mapping[str, str], where: str
) -> tuple[Problem, ...]:
    """Return a problem where an injection or a scan is stated at the event of another tracer.

    Doses and windows are derived by event and tracer: there, nothing would ever find it.

    Parameters
    ----------
    protocol, form
        In force, and the form that is filled in.
    event
        At which it is filled in; one without a tracer takes any.
    values
        Canonical text by item, of the items that are stated now.
    where
        Subject, event and form.
    """
    planned, said = protocol.event(event), values.get("tracer")
    if planned is None or form.kind not in _OF_TRACER or said in {None, planned.tracer}:
        return ()
    if planned.tracer is None:
        return ()
    right = [e.name for e in protocol.events if e.tracer == said and form.name in e.forms]
    do = "correct the tracer"
    if right:
        do += f", or record it at the event of that tracer: {', '.join(right)}"
    return (Problem(where, "tracer", said, f"{planned.tracer}, the tracer of {event}", do),)


_OF_TRACER = frozenset({FormKind.ADMINISTRATION, FormKind.SERIES})


def batch_problems(
    stock: tuple[str, Sequence[TracerBatch]],
    form: Form,
    values: Mapping[str, str],
    new: Collection[str],
    where: str,
) -> tuple[Problem, ...]:
    """Return why the batch of an administration cannot be: unknown, not released, expired.

    Parameters
    ----------
    stock
        Site of the subject, and the batches that were received there.
    form
        The form that is filled in.
    values, new
        As of ``remarks``.
    where
        Subject, event and form.
    """
    name = values.get("batch")
    concerned = _BATCH.intersection(new)
    if form.kind is not FormKind.ADMINISTRATION or name is None or not concerned:
        return ()
    site, received = stock
    found = [batch for batch in received if batch.batch == name]
    if not found:
        return (
            Problem(
                where,
                "batch",
                name,
                f"a batch received at {site}",
                "register its receipt first: `petrial doses receive`",
            ),
        )
    return _unfit(found[-1], values, concerned, where)


_BATCH = frozenset({"batch", "tracer", "injected_at"})
"""What has to agree with a batch. A batch that was rejected after it was given stays stated: its
release counts where the batch itself is stated."""


def _unfit(
    batch: TracerBatch, values: Mapping[str, str], new: Collection[str], where: str
) -> tuple[Problem, ...]:
    faults: list[tuple[str, str, str]] = []
    if batch.status is not Batch.RELEASED and "batch" in new:
        faults.append((batch.status.value, "released", "release it first: `petrial doses release`"))
    tracer = values.get("tracer", batch.tracer)
    if tracer != batch.tracer:
        faults.append((batch.tracer, tracer, "correct the batch or the tracer"))
    injected = values.get("injected_at")
    if injected and moment_of(injected) > moment_of(batch.expires_at):
        faults.append(
            (f"expired {batch.expires_at}", f"valid at {injected}", "correct the moment or batch")
        )
    return tuple(
        Problem(where, f"batch {batch.batch}", got, wanted, do) for got, wanted, do in faults
    )
