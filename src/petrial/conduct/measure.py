"""The act of measuring: every PET series that can be quantified, its regions, one table."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from petrial.conduct.check import judge_series, nothing_found, warnings_of
from petrial.conduct.orders import MeasureOrders, ReferenceOrder
from petrial.conduct.ports import FoundSeries, Scan
from petrial.images.plausibility import impossible
from petrial.images.series import SeriesFacts, SeriesKind
from petrial.images.suv.judge import label_of
from petrial.images.suv.scaling import SuvScaling
from petrial.images.volumes import CtVolume, SuvVolume
from petrial.lesions.measured import MeasuredSeries, Measurement, ReferenceMeasurement
from petrial.lesions.measures import MeasureContext, measure_all
from petrial.lesions.methods import methods_text
from petrial.lesions.plan import Plan, delineate
from petrial.lesions.projected import project
from petrial.lesions.reference import (
    BLOOD_POOL,
    BLOOD_POOL_DIAMETER_MM,
    LIVER,
    LIVER_DIAMETER_MM,
    measure_reference,
    sphere,
)
from petrial.lesions.region import Region
from petrial.protocol.tracers import TRACERS
from petrial.vocabulary.errors import ContourError, PetrialError, Problem
from petrial.vocabulary.knowledge import Known, Unknown, Verdict

__all__ = ["measure_images"]

Judged = tuple[FoundSeries, Verdict[SuvScaling] | None]


def measure_images(path: str, scan: Scan, orders: MeasureOrders) -> Measurement:
    """Return what was measured on every series of ``scan``, and why anything was refused.

    A series, contour or method that is refused does not stop the others.
    """
    judged = [(found, judge_series(found.facts, orders.stated)) for found in scan.series]
    quantified = [found for found, scaling in judged if isinstance(scaling, Known)]
    frames = {found.facts.frame_of_reference_uid for found in quantified}
    everywhere = {found.facts.frame_of_reference_uid for found, scaling in judged if scaling}
    unplaced = _unplaced(path, frames, everywhere, orders)
    usable = _without_unplaced(frames, orders)
    series = tuple(_measure_series(one, judged, usable) for one in judged)
    problems = (
        *scan.problems,
        *orders.unreadable,
        *nothing_found(path, scan),
        *_no_pet(path, judged),
        *unplaced,
    )
    refused = bool(problems) or any(isinstance(s.scaling, Unknown) or s.refused for s in series)
    ran = tuple(dict.fromkeys(row.method for s in series for row in s.rows))
    return Measurement(
        path=path,
        series=series,
        problems=problems,
        methods=methods_text(ran, orders.peak) if ran else (),
        refused=refused,
    )


def _no_pet(path: str, judged: list[Judged]) -> tuple[Problem, ...]:
    """Return the problem of series none of which is a PET to be quantified."""
    if not judged or any(scaling is not None for _, scaling in judged):
        return ()
    kinds = ", ".join(sorted({found.facts.kind.value for found, _ in judged}))
    wanted = "a PET series with attenuation correction"
    return (
        Problem(path, "PET series", kinds, wanted, "add the PET series that is to be measured"),
    )


def _unplaced(
    path: str, frames: set[str | None], everywhere: set[str | None], orders: MeasureOrders
) -> tuple[Problem, ...]:
    """Return a problem for each contour file and point that belongs to no series here.

    ``frames`` are those of the series that can be quantified, ``everywhere`` those of all PET:
    contours of a PET that was refused go without a word of their own.
    """
    problems = [
        Problem(
            contour.source,
            "frame of reference",
            contour.frame_of_reference_uid,
            "that of a PET series which can be quantified: "
            + (", ".join(sorted(f or "none stated" for f in frames)) or "there is none"),
            "give the contours that were drawn on this scan",
        )
        for contour in orders.contours
        if contour.frame_of_reference_uid is not None
        and contour.frame_of_reference_uid not in everywhere
    ]
    if len(frames) > 1 and _has_points(orders):
        problems.append(
            Problem(
                path,
                "seeds, reference points and label maps",
                f"PET series in {len(frames)} frames of reference",
                "one frame of reference, for a point in mm means another place in each",
                "measure one scan at a time",
            )
        )
    return tuple(problems)


def _has_points(orders: MeasureOrders) -> bool:
    """Whether anything was ordered by mere coordinates."""
    references = [r for r in (orders.liver, orders.blood_pool) if r is not None]
    return bool(orders.seeds or references) or any(
        c.frame_of_reference_uid is None for c in orders.contours
    )


def _without_unplaced(frames: set[str | None], orders: MeasureOrders) -> MeasureOrders:
    """Return the orders less what ``_unplaced`` refused for all series."""
    if len(frames) <= 1:
        return orders
    kept = tuple(c for c in orders.contours if c.frame_of_reference_uid is not None)
    return replace(orders, contours=kept, seeds=(), liver=None, blood_pool=None)


def _measure_series(one: Judged, judged: list[Judged], orders: MeasureOrders) -> MeasuredSeries:
    found, scaling = one
    facts = found.facts
    if not isinstance(scaling, Known) or facts.grid is None:
        return MeasuredSeries(facts=facts, scaling=scaling)
    with ThreadPoolExecutor(max_workers=1) as beside:
        ct = _ct_of(facts, judged) if orders.contours or orders.seeds or orders.methods else None
        coming = beside.submit(ct.hounsfield) if ct is not None else None
        try:
            values = found.values(np.asarray(scaling.value.factors_bw))
        except PetrialError as error:
            return MeasuredSeries(facts=facts, scaling=Unknown((error.problem,)))
        suv = SuvVolume(values, facts.grid)
        problem = impossible(suv, scaling.value.weight_kilogram, label_of(facts))
        if problem is not None:
            return MeasuredSeries(
                facts=facts,
                scaling=Unknown((problem,)),
                warnings=warnings_of(scaling.value),
            )
        return _measured(facts, scaling.value, suv, orders, coming)


def _ct_of(facts: SeriesFacts, judged: list[Judged]) -> FoundSeries | None:
    """Return the CT in the frame of reference of ``facts`` with the most slices, if any."""
    if facts.frame_of_reference_uid is None:
        return None
    scans = [
        found
        for found, _ in judged
        if found.facts.kind is SeriesKind.CT
        and found.facts.grid is not None
        and found.facts.frame_of_reference_uid == facts.frame_of_reference_uid
    ]
    return max(scans, key=lambda found: found.facts.instances, default=None)


def _measured(
    facts: SeriesFacts,
    scaling: SuvScaling,
    suv: SuvVolume,
    orders: MeasureOrders,
    coming: "Future[CtVolume] | None",
) -> MeasuredSeries:
    refused: list[Problem] = []
    drawn = _placed(facts, suv, orders, refused)
    liver = _reference(suv, orders.liver, (LIVER, LIVER_DIAMETER_MM), refused)
    blood_pool = _reference(suv, orders.blood_pool, (BLOOD_POOL, BLOOD_POOL_DIAMETER_MM), refused)
    plan = Plan(
        where=label_of(facts),
        drawn=drawn,
        seeds=orders.seeds,
        methods=orders.methods,
        tracer=TRACERS.get(scaling.tracer or ""),
        minimum_ml=orders.minimum_ml,
        liver=liver,
    )
    found = delineate(suv, plan)
    refused.extend(found.problems)
    context = MeasureContext(
        series_uid=facts.series_uid,
        ratios=scaling.ratios,
        weight_gram=None if scaling.weight_kilogram is None else scaling.weight_kilogram * 1000.0,
        peak=orders.peak,
        liver_mean=_fit_mean(liver),
        blood_pool_mean=_fit_mean(blood_pool),
        ct=_arrived(coming, refused) if found.regions else None,
    )
    return MeasuredSeries(
        facts=facts,
        scaling=Known(scaling),
        suv_max=float(suv.g_per_ml.max()),
        grid=suv.grid,
        regions=found.regions,
        rows=measure_all(suv, found.regions, context),
        references=tuple(r for r in (liver, blood_pool) if r is not None),
        projections=project(suv, found.regions) if orders.projections else (),
        refused=tuple(refused),
        warnings=(*warnings_of(scaling), *found.warnings),
    )


def _placed(
    facts: SeriesFacts, suv: SuvVolume, orders: MeasureOrders, refused: list[Problem]
) -> tuple[Region, ...]:
    """Return the drawn regions that lie on this series; note those that cannot be placed."""
    regions: list[Region] = []
    for contour in orders.contours:
        if contour.frame_of_reference_uid not in {None, facts.frame_of_reference_uid}:
            continue
        try:
            placed = contour.on(suv.grid)
        except ContourError as error:
            refused.append(error.problem)
            continue
        regions.extend(placed.regions)
        refused.extend(placed.problems)
    return tuple(regions)


def _reference(
    suv: SuvVolume,
    order: ReferenceOrder | None,
    kind: tuple[str, float],
    refused: list[Problem],
) -> ReferenceMeasurement | None:
    """Return the reference region as measured; None where none was ordered or it is refused."""
    if order is None:
        return None
    organ, diameter_mm = kind
    try:
        if order.drawn is not None:
            placed = order.drawn.on(suv.grid)
            refused.extend(placed.problems)
            if len(placed.regions) != 1:
                raise ContourError(
                    where=order.drawn.source,
                    field=f"{organ} reference",
                    got=f"{len(placed.regions)} regions",
                    wanted="one region",
                    do=f"keep only the {organ} in this file",
                )
            return measure_reference(suv, placed.regions[0], organ)
        if order.centre_mm is None:
            return None
        region = sphere(suv.grid, order.centre_mm, diameter_mm)
        return measure_reference(suv, region, organ)
    except PetrialError as error:
        refused.append(error.problem)
        return None


def _fit_mean(reference: ReferenceMeasurement | None) -> float | None:
    """Return the mean of a reference that is fit to be one."""
    return reference.suv_mean if reference is not None and not reference.problems else None


def _arrived(coming: "Future[CtVolume] | None", refused: list[Problem]) -> CtVolume | None:
    if coming is None:
        return None
    try:
        return coming.result()
    except PetrialError as error:
        refused.append(error.problem)
        return None
