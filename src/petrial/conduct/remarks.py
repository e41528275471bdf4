"""What to tell a person beside what they state: clocks that start, batches that do not fit."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from petrial.conduct.desk import View
from petrial.protocol.forms import Form, FormKind
from petrial.protocol.model import Protocol
from petrial.subjects.records import Batch
from petrial.subjects.state import moment_of
from petrial.subjects.study import TracerBatch, batches
from petrial.vocabulary.errors import Problem

__all__ = ["batch_problems", "remarks", "report_until"]

_SECONDS: Final = {"h": 3600, "d": 86400}


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
    until = moment_of(aware_at) + timedelta(seconds=figure.value * _SECONDS[figure.unit])
    return until.isoformat()


def remarks(view: View, form: Form, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return sentences for the person who filled in a form."""
    if form.kind is FormKind.ADVERSE_EVENT and values.get("serious") == "yes":
        until = report_until(view.protocol, values["aware_at"]) if "aware_at" in values else None
        if until is None:
            return ("Serious: state when the site learnt of it, for the reporting clock.",)
        figure = view.protocol.serious_report
        return (f"Serious: report it to the sponsor by {until} ({figure} after aware_at).",)
    return ()


def batch_problems(
    view: View, form: Form, values: Mapping[str, str], where: str
) -> tuple[Problem, ...]:
    """Return why the batch of an administration cannot be: unknown, not released, expired."""
    name = values.get("batch")
    if form.kind is not FormKind.ADMINISTRATION or name is None:
        return ()
    found = [b for b in batches(view.study) if (b.batch, b.site) == (name, view.state.site)]
    if not found:
        return (
            Problem(
                where,
                "batch",
                name,
                f"a batch received at {view.state.site}",
                "register its receipt first: `petrial doses receive`",
            ),
        )
    return _unfit(found[-1], values, where)


def _unfit(batch: TracerBatch, values: Mapping[str, str], where: str) -> tuple[Problem, ...]:
    faults: list[tuple[str, str, str]] = []
    if batch.status is not Batch.RELEASED:
        faults.append((batch.status.value, "released", "release it first: `petrial doses release`"))
    tracer = values.get("tracer", batch.tracer)
    if tracer != batch.tracer:
        faults.append((batch.tracer, tracer, "correct the batch or the tracer"))
    injected = values.get("injected_at")
    if injected and batch.expires_at and moment_of(injected) > moment_of(batch.expires_at):
        faults.append(
            (f"expired {batch.expires_at}", f"valid at {injected}", "correct the moment or batch")
        )
    return tuple(
        Problem(where, f"batch {batch.batch}", got, wanted, do) for got, wanted, do in faults
    )
