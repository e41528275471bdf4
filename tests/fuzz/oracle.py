"""Judges what petrial said: refused in five parts, or a number that is right."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

import petrial
from fuzz.bases import true_suv
from fuzz.cases import Case, Order
from fuzz.expected import expected_suv
from petrial import bootstrap
from petrial.lesions.measured import MeasuredSeries, Measurement
from petrial.reports.document import measurement_document
from petrial.vocabulary.errors import PetrialError, Problem
from petrial.vocabulary.knowledge import Known, Unknown

__all__ = ["OUTCOMES", "Verdict", "judged"]

OUTCOMES = (
    "refused",
    "the true SUV, and something refused",
    "the true SUV",
    "the SUV of the values that the file now states",
    "wrong",
)
REFUSED, PARTLY, TRUE, STATED, WRONG = OUTCOMES
Volume = NDArray[np.floating]


class Verdict:
    """What came of a case, and every way in which that was wrong."""

    def __init__(self) -> None:
        self.outcome = REFUSED
        self.faults: list[str] = []
        self.said: list[str] = []

    def fault(self, text: str) -> None:
        """Note that petrial did what it must not do."""
        self.faults.append(text)


def judged(case: Case, order: Order) -> Verdict:
    """Ask petrial to check and to measure, and return what came of it.

    Any exception but a PetrialError passes through: the caller reports it as a fault.
    """
    verdict = Verdict()
    checked = _asked(verdict, lambda: bootstrap.check(order.path, **_stated(order)))
    measured = _asked(
        verdict,
        lambda: bootstrap.measure(
            order.path, contours=order.contours, methods=order.methods, **_stated(order)
        ),
    )
    for answer in (checked, measured):
        if answer is not None:
            _check_answer(answer, verdict)
    if checked is not None and measured is not None:
        _check_agreement(checked, measured, verdict)
    numbers = [s for s in measured.series if s.suv_max is not None] if measured else []
    if measured is not None and not numbers and not measured.refused:
        verdict.fault("no number, and nothing refused")
    kinds = [_check_series(case, order, series, verdict) for series in numbers]
    if kinds and measured is not None:
        verdict.outcome = STATED if STATED in kinds else PARTLY if measured.refused else TRUE
    if verdict.faults:
        verdict.outcome = WRONG
    return verdict


class Stated(TypedDict):
    """What is said beside the images, as arguments by name."""

    record: tuple[Path, ...]
    assume: tuple[str, ...]


def _stated(order: Order) -> Stated:
    return Stated(record=order.record, assume=order.assume)


def _asked(verdict: Verdict, ask: Callable[[], Measurement]) -> Measurement | None:
    try:
        return ask()
    except PetrialError as error:
        _check_problem(error.problem, verdict)
        return None


def _check_problem(problem: Problem, verdict: Verdict) -> None:
    parts = {f.name: getattr(problem, f.name) for f in fields(problem)}
    silent = [name for name, text in parts.items() if not text.strip() and name != "got"]
    if silent:
        verdict.fault(f"a refusal without {', '.join(silent)}: {problem}")
    for name, text in parts.items():
        if len(text) > 2000:
            verdict.fault(f"{len(text)} characters in {name} of a refusal")
    verdict.said.append(str(problem)[:300])


def _problems(answer: Measurement) -> Iterator[Problem]:
    yield from answer.problems
    for series in answer.series:
        yield from series.facts.problems
        yield from series.refused
        if isinstance(series.scaling, Unknown):
            yield from series.scaling.problems
        for reference in series.references:
            yield from reference.problems


def _check_answer(answer: Measurement, verdict: Verdict) -> None:
    for problem in _problems(answer):
        _check_problem(problem, verdict)
    for series in answer.series:
        if isinstance(series.scaling, Unknown) and (series.suv_max is not None or series.rows):
            verdict.fault("a number for a series that is refused")
        if isinstance(series.scaling, Unknown) and not series.scaling.problems:
            verdict.fault("a refusal without a reason")
        if isinstance(series.scaling, Known):
            bad = [f for f in series.scaling.value.factors_bw if not 0.0 < f < math.inf]
            if bad:
                verdict.fault(f"a factor of {bad[0]}")
    document = asdict(measurement_document(answer, petrial.__version__))
    try:
        json.dumps(document, allow_nan=False, ensure_ascii=False).encode()
    except ValueError as error:
        verdict.fault(f"a document that is no JSON: {error}")


def _check_agreement(checked: Measurement, measured: Measurement, verdict: Verdict) -> None:
    if len(checked.series) != len(measured.series):
        verdict.fault("check and measure see other series")
        return
    for one, other in zip(checked.series, measured.series, strict=True):
        if isinstance(one.scaling, Unknown) and isinstance(other.scaling, Known):
            verdict.fault("measure quantifies what check refuses")


def _check_series(case: Case, order: Order, series: MeasuredSeries, verdict: Verdict) -> str:
    """Compare the voxels and rows of a quantified series with the truth; return the outcome."""
    uid = series.facts.series_uid
    image = petrial.load_pet(order.path, series_uid=uid, **_stated(order))
    volume = image.suv.g_per_ml
    if not np.isfinite(volume).all():
        verdict.fault("SUV that is not finite")
    if series.suv_max != float(volume.max()):
        verdict.fault(f"SUVmax {series.suv_max}, in the volume {float(volume.max())}")
    _check_rows(series, volume, verdict)
    if _within(volume, true_suv() * order.scale, verdict):
        return TRUE if order.scale == 1.0 else STATED
    stated = expected_suv(case, order, uid)
    if stated is not None and _within(volume, stated, verdict):
        return STATED
    peak = float(volume.max())
    verdict.fault(
        f"SUVmax {peak:.6g} of shape {volume.shape} where 10.8 is true; {_inputs(series)}"
    )
    return WRONG


def _inputs(series: MeasuredSeries) -> str:
    if not isinstance(series.scaling, Known):
        return ""
    return "; ".join(f"{i.name} {i.value} ({i.source})" for i in series.scaling.value.inputs)


def _within(volume: Volume, truth: Volume, verdict: Verdict) -> bool:
    """Tell whether the slices of ``volume`` are, in order, all or part of those of ``truth``."""
    if volume.shape[1:] != truth.shape[1:] or len(volume) > len(truth):
        return False
    for start in range(len(truth) - len(volume) + 1):
        part = truth[start : start + len(volume)]
        for way in (part, part[::-1]):
            if np.allclose(volume, way, rtol=1e-3, atol=2e-3):
                if len(volume) < len(truth) and not verdict.said:
                    verdict.fault(f"{len(truth) - len(volume)} slices are gone, and nobody says so")
                return True
    return False


def _check_rows(series: MeasuredSeries, volume: Volume, verdict: Verdict) -> None:
    for row, region in zip(series.rows, series.regions, strict=True):
        numbers = {k: v for k, v in asdict(row).items() if isinstance(v, float)}
        bad = [f"{k} {v}" for k, v in numbers.items() if not math.isfinite(v)]
        bad += [
            f"{k} {v}" for k, v in numbers.items() if v < 0.0 and not k.endswith(("_mm", "_hu"))
        ]
        if bad:
            verdict.fault(f"row {row.id}: {', '.join(bad)}")
        inside = volume[region.box][region.mask].astype(np.float64)
        if not math.isclose(row.suv_mean, float(inside.mean()), rel_tol=1e-4):
            verdict.fault(f"row {row.id}: mean {row.suv_mean}, of its voxels {inside.mean()}")
        if row.suv_max != float(inside.max()):
            verdict.fault(f"row {row.id}: maximum {row.suv_max}, of its voxels {inside.max()}")
