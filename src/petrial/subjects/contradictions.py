"""What the values of one filled-in form cannot be together, by the form's kind."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final

from petrial.protocol.forms import FormKind
from petrial.subjects.state import moment_of, number_of
from petrial.vocabulary.errors import Problem

__all__ = ["contradictions"]

Values = Mapping[str, str]


def contradictions(kind: FormKind, values: Values, where: str) -> tuple[Problem, ...]:
    """Return what contradicts itself among the canonical values of a form, by item.

    Parameters
    ----------
    kind
        Of the form.
    values
        Canonical text by item; items without a value are left out.
    where
        Subject, event and form: the first part of each problem.

    Examples
    --------
    >>> wrong = {"activity_mbq": "37", "residual_mbq": "40"}
    >>> contradictions(FormKind.ADMINISTRATION, wrong, "S-001")[0].wanted
    'less than the 37 of activity_mbq'
    """
    check = _CHECKS.get(kind)
    return () if check is None else tuple(check(values, where))


def _ordered(values: Values, where: str, *names: str) -> list[Problem]:
    """Return a problem for each moment or day that lies before the one named before it."""
    found = [name for name in names if name in values]
    return [
        Problem(
            where,
            later,
            values[later],
            f"not before {earlier}, {values[earlier]}",
            "correct the one that is wrong, from the source document",
        )
        for earlier, later in pairwise(found)
        if moment_of(values[later]) < moment_of(values[earlier])
    ]


def _administration(values: Values, where: str) -> list[Problem]:
    problems = _ordered(values, where, "measured_at", "injected_at", "residual_at")
    full, left = values.get("activity_mbq"), values.get("residual_mbq")
    if full is not None and left is not None and number_of(left) >= number_of(full):
        problems.append(
            Problem(
                where,
                "residual_mbq",
                left,
                f"less than the {full} of activity_mbq",
                "read both off the dose sheet again; kBq and MBq are often mixed up",
            )
        )
    return problems


def _series(values: Values, where: str) -> list[Problem]:
    return _ordered(values, where, "scan_started_at", "scan_ended_at")


def _treatment(values: Values, where: str) -> list[Problem]:
    return _ordered(values, where, "started_on", "stopped_on")


def _adverse_event(values: Values, where: str) -> list[Problem]:
    course = _ordered(values, where, "started_on", "ended_on")
    return course + _ordered(values, where, "aware_at", "reported_at")


_CHECKS: Final[dict[FormKind, Callable[[Values, str], list[Problem]]]] = {
    FormKind.ADMINISTRATION: _administration,
    FormKind.SERIES: _series,
    FormKind.TREATMENT: _treatment,
    FormKind.ADVERSE_EVENT: _adverse_event,
}
