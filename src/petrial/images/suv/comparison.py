"""Record against header: each statement, and what believing the header instead would do."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from petrial.images.suv.case import Case
from petrial.images.suv.findings import Findings
from petrial.images.suv.ratios import mass_ratios
from petrial.images.suv.routes import Route
from petrial.images.suv.scaling import ALTOGETHER, NEGLIGIBLE_PERCENT, Difference
from petrial.images.suv.statements import AdministrationRecord
from petrial.vocabulary.knowledge import Known

__all__ = ["compare_with_header"]

Judge = Callable[[Case, Findings], Route | None]
SILENT: Final[dict[str, dict[str, None]]] = {
    "weight": {"weight_kilogram": None},
    "injection": {"injected_at": None},
    "injected activity": {
        "activity_becquerel": None,
        "activity_measured_at": None,
        "residual_becquerel": None,
        "residual_measured_at": None,
    },
}
"""By the name of the input: what a record no longer states when the header is believed in it."""


def compare_with_header(
    case: Case, route: Route, findings: Findings, judge: Judge
) -> tuple[tuple[Difference, ...], tuple[str, ...]]:
    """Return the differences of record and header with their effect, and remarks.

    Each effect is found by judging the series anew with that one statement taken from the header,
    the last one with all of them.
    """
    record = case.record
    if record is None:
        return (), ()
    differences = []
    for name, silence in SILENT.items():
        without = replace(record, **silence)  # type: ignore[arg-type]  # None suits each field
        if without != record:
            differences.extend(_difference(case, route, findings, (name, without, judge)))
    differences.extend(_lean_mass(case))
    aside = Findings()
    alone = judge(replace(case, record=None), aside)
    if alone is None or aside.problems:
        fields = "; ".join(problem.field for problem in aside.problems)
        remark = f"From the header alone this series would be refused for: {fields}."
        return tuple(differences), (remark,)
    effect = _effect(alone, route)
    if abs(effect) >= NEGLIGIBLE_PERCENT:
        texts = (f"{route.factors[0]:.6g}", f"{alone.factors[0]:.6g}")
        differences.append(Difference(ALTOGETHER, *texts, effect))
    return tuple(differences), ()


def _effect(other: Route, route: Route) -> float:
    return 100.0 * (other.factors[0] / route.factors[0] - 1.0)


def _difference(
    case: Case,
    route: Route,
    findings: Findings,
    change: tuple[str, AdministrationRecord, Judge],
) -> list[Difference]:
    name, record, judge = change
    aside = Findings()
    other = judge(replace(case, record=record), aside)
    stated, in_header = _said(findings, name), _said(aside, name)
    if other is None or aside.problems or stated in {in_header, ""} or not in_header:
        return []
    effect = _effect(other, route)
    if abs(effect) < NEGLIGIBLE_PERCENT and name != "injection":
        return []
    return [Difference(name, stated, in_header, effect)]


def _said(findings: Findings, name: str) -> str:
    """Return an input in words."""
    for entry in findings.inputs:
        if entry.name == name and entry.unit == "Bq" and isinstance(entry.value, float):
            return f"{entry.value / 1e6:.6g} MBq"
        if entry.name == name:
            value = f"{entry.value:.6g}" if isinstance(entry.value, float) else entry.value
            return f"{value} {entry.unit}".strip()
    return ""


def _lean_mass(case: Case) -> list[Difference]:
    """Return height and sex against the header, with the effect on SUL by Janmahasatian."""
    record = case.record
    if record is None or (record.height_metre is None and record.sex is None):
        return []
    stated = mass_ratios(case, Findings()).lean_janmahasatian
    silent = replace(record, height_metre=None, sex=None)
    in_header = mass_ratios(replace(case, record=silent), Findings()).lean_janmahasatian
    if not (isinstance(stated, Known) and isinstance(in_header, Known)):
        return []
    effect = 100.0 * (in_header.value / stated.value - 1.0)
    if abs(effect) < NEGLIGIBLE_PERCENT:
        return []
    texts = (f"{stated.value:.4g} of body weight", f"{in_header.value:.4g} of body weight")
    return [Difference("height and sex, effect on SUL (Janmahasatian)", *texts, effect)]
