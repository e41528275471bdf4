"""The act of checking: what each series is, and whether SUV can be computed."""

from dataclasses import replace
from typing import Final

from petrial.conduct.orders import CheckOrders
from petrial.conduct.ports import Scan
from petrial.images.series import SeriesFacts, SeriesKind
from petrial.images.suv.case import effect_text
from petrial.images.suv.choice import choose_record
from petrial.images.suv.judge import judge, label_of
from petrial.images.suv.scaling import ALTOGETHER, SuvScaling
from petrial.lesions.measured import MeasuredSeries, Measurement
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.knowledge import Known, Unknown, Verdict
from petrial.vocabulary.provenance import Input, Source

__all__ = ["check_images", "judge_series", "nothing_found", "warnings_of"]

FAR_PERCENT: Final = 10.0
"""A record that moves SUV by more than this from the header is warned of: one of them errs."""


def check_images(path: str, scan: Scan, orders: CheckOrders) -> Measurement:
    """Return a verdict for every series of ``scan``; no voxel is read.

    Series that are recognised as never meant for SUV (without attenuation correction,
    projections, CT ...) have no verdict and stand in nobody's way.
    """
    series = tuple(_checked(found.facts, orders) for found in scan.series)
    problems = (*scan.problems, *nothing_found(path, scan))
    refused = bool(problems) or any(isinstance(s.scaling, Unknown) for s in series)
    return Measurement(path=path, series=series, problems=problems, methods=(), refused=refused)


def _checked(facts: SeriesFacts, orders: CheckOrders) -> MeasuredSeries:
    scaling = judge_series(facts, orders)
    warnings = warnings_of(scaling.value) if isinstance(scaling, Known) else ()
    return MeasuredSeries(facts=facts, scaling=scaling, warnings=warnings)


def warnings_of(scaling: SuvScaling) -> tuple[str, ...]:
    """Return what must be read with every number: assumptions, and a record far from the header.

    Examples are an assumed moment of injection, and a weight of 7.1 kg against 71 kg.
    """
    said = [
        f"Assumed by the user: {entry.name} {_value(entry)}."
        for entry in scaling.inputs
        if entry.source is Source.ASSUMPTION
    ]
    far = [d for d in scaling.differences if abs(d.effect_percent) > FAR_PERCENT]
    far = [d for d in far if d.field != ALTOGETHER] or far
    said.extend(
        f"The record is far from the header in {d.field}: {d.record} against {d.header}; "
        f"SUV by the header: {effect_text(d.effect_percent)}. Check the record first."
        for d in far
    )
    return tuple(said)


def _value(entry: Input) -> str:
    value = f"{entry.value:g}" if isinstance(entry.value, float) else entry.value
    return f"{value} {entry.unit}".strip()


def judge_series(facts: SeriesFacts, orders: CheckOrders) -> Verdict[SuvScaling] | None:
    """Return whether and how a series becomes SUV; None for what is no PET meant for it."""
    assumed_corrected = orders.assumed.attenuation_corrected is True
    if facts.kind is SeriesKind.PET_NOT_CORRECTED and assumed_corrected:
        if facts.pet is None:
            return Unknown((_unfit(facts),))
        facts = replace(facts, kind=SeriesKind.PET)
    if facts.kind is not SeriesKind.PET:
        return Unknown(facts.problems) if facts.problems and facts.modality == "PT" else None
    match choose_record(facts, orders.records):
        case Known(value=record):
            return judge(facts, record, orders.assumed)
        case Unknown() as unknown:
            return unknown


def _unfit(facts: SeriesFacts) -> Problem:
    """Return why a series that was assumed to be corrected cannot be judged all the same."""
    return Problem(
        label_of(facts),
        "series without attenuation correction",
        "; ".join(facts.remarks),
        "a complete series, when it is assumed to be corrected",
        "leave the assumption out, or send the series whole",
    )


def nothing_found(path: str, scan: Scan) -> tuple[Problem, ...]:
    """Return the problem of a place that holds no series at all."""
    if scan.series or scan.problems:
        return ()
    return (
        Problem(
            path,
            "DICOM files",
            f"none among {scan.ignored} files" if scan.ignored else "no file at all",
            "at least one DICOM series",
            "point at the folder, archive or file that holds the images",
        ),
    )
