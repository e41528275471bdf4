"""From drawn regions, seeds and ordered methods to the regions of one image."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from petrial.images.volumes import SuvVolume
from petrial.lesions.combination import union, voted
from petrial.lesions.delineation import fixed_threshold, percist
from petrial.lesions.growing import grow, grow_percent
from petrial.lesions.measured import ReferenceMeasurement
from petrial.lesions.orders import FORMS, MethodOrder, check_declared, is_declared
from petrial.lesions.region import Region
from petrial.lesions.relative import Extent, a50, percent_of_maximum
from petrial.protocol.tracers import Tracer
from petrial.vocabulary.errors import MethodError, PetrialError, Problem

__all__ = ["Delineation", "Plan", "delineate"]

Point = tuple[float, float, float]
SEARCH_SUV: Final = 4.0
"""Where relative methods search the whole image, they start from candidates at this SUV."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be delineated on one image.

    Attributes
    ----------
    where
        The series, for messages.
    drawn
        Drawn regions, already on the grid of the image.
    seeds
        Points (x, y, z) in patient mm.
    methods
        Methods in the order in which they were asked for.
    tracer
        The tracer, None when unknown.
    minimum_ml
        Candidates below this volume are left out.
    liver
        The liver reference, for PERCIST.
    """

    where: str
    drawn: tuple[Region, ...] = ()
    seeds: tuple[Point, ...] = ()
    methods: tuple[MethodOrder, ...] = ()
    tracer: Tracer | None = None
    minimum_ml: float = 0.0
    liver: ReferenceMeasurement | None = None

    @property
    def automatic(self) -> bool:
        """Whether methods have nothing drawn or seeded to start from."""
        return not (self.drawn or self.seeds)


@dataclass(frozen=True, slots=True)
class Delineation:
    """The regions found, which of them (by position) are candidates, what was refused, and how.

    ``warnings`` are sentences on methods that were forced and candidates that were left out.
    """

    regions: tuple[Region, ...]
    candidates: frozenset[int]
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...] = ()


def delineate(suv: SuvVolume, plan: Plan) -> Delineation:
    """Return the drawn regions and those of every method, one after the other.

    A method starts from each drawn region (and stays within it) and from each seed; where there
    is neither it searches the whole image, and what it finds are candidates. A combining method
    combines, for each start, what the other methods made of it. A method or start that is refused
    does not stop the others.
    """
    problems: list[Problem] = []
    made: list[list[Region]] = []
    if plan.seeds and not any(not FORMS[order.name].combines for order in plan.methods):
        problems.append(_seeds_without_method(plan))
    for order in plan.methods:
        if FORMS[order.name].combines:
            continue
        try:
            check_declared(order, plan.tracer, automatic=plan.automatic)
            made.append(list(_made_by(suv, plan, order, problems)))
        except PetrialError as error:
            problems.append(_placed(error.problem, plan))
    for order in plan.methods:
        if FORMS[order.name].combines:
            made.append(list(_combined(order, plan, made, problems)))
    found = [*plan.drawn, *(region for regions in made for region in regions)]
    first = len(plan.drawn)
    candidates = frozenset(range(first, len(found))) if plan.automatic else frozenset[int]()
    return Delineation(tuple(found), candidates, tuple(problems), _forced(plan))


def _forced(plan: Plan) -> tuple[str, ...]:
    """Return a sentence for each method that ran although the tracer does not declare it."""
    name = plan.tracer.name if plan.tracer else "a tracer without rules of its own"
    reason = plan.tracer.reason if plan.tracer else "its rules are those of FDG"
    by_hand = not (plan.tracer and plan.tracer.automatic)
    return tuple(
        f"Method {order.text} was forced: it is not declared for {name}, because {reason}."
        for order in plan.methods
        if order.forced and (not is_declared(order, plan.tracer) or (plan.automatic and by_hand))
    )


def _placed(problem: Problem, plan: Plan) -> Problem:
    return replace(problem, where=f"{plan.where}, {problem.where}")


def _seeds_without_method(plan: Plan) -> Problem:
    return Problem(
        plan.where,
        "method for the seeds",
        "none",
        "how regions are to grow from the seeds",
        "add --method grow:SUV, percent:50 or a50",
    )


def _made_by(
    suv: SuvVolume, plan: Plan, order: MethodOrder, problems: list[Problem]
) -> Iterator[Region]:
    if plan.automatic:
        yield from _searched(suv, plan, order, problems)
        return
    for region in plan.drawn:
        yield from _tried(partial(_within, suv, plan, order, region), plan, problems)
    for seed in plan.seeds:
        yield from _tried(partial(_from_seed, suv, order, seed), plan, problems)


def _tried(
    make: Callable[[], Iterable[Region]], plan: Plan, problems: list[Problem]
) -> Iterable[Region]:
    """Return what ``make`` gives; nothing, and the problem noted, where it refuses."""
    try:
        return make()
    except PetrialError as error:
        problems.append(_placed(error.problem, plan))
        return ()


def _searched(
    suv: SuvVolume, plan: Plan, order: MethodOrder, problems: list[Problem]
) -> Iterator[Region]:
    """Search the whole image."""
    match order.name:
        case "fixed":
            yield from fixed_threshold(suv, order.number, plan.minimum_ml)
        case "percist":
            liver = _liver(plan)
            yield from percist(suv, liver.suv_mean, liver.suv_sd, plan.minimum_ml)
        case "grow":
            raise MethodError(
                where=f"--method {order.text}",
                field="seed",
                got=None,
                wanted="at least one seed",
                do="give --seed X,Y,Z",
            )
        case _:
            yield from _from_candidates(suv, plan, order, problems)


def _from_candidates(
    suv: SuvVolume, plan: Plan, order: MethodOrder, problems: list[Problem]
) -> Iterator[Region]:
    """Refine the candidates at a fixed SUV; what cannot be refined is left out and counted."""
    starts = fixed_threshold(suv, SEARCH_SUV, plan.minimum_ml)
    aside: list[Problem] = []
    for start in starts:
        make = partial(_relative, suv, order, start, Extent.FREE)
        for region in _tried(make, plan, aside):
            place = ", ".join(f"{p:.0f}" for p in _middle(start))
            yield replace(region, label=start.label, source=f"{start.source} at ({place}) mm")
    if aside:
        reasons = Counter(problem.field for problem in aside)
        said = ", ".join(f"{count} for {field}" for field, count in reasons.items())
        problems.append(
            Problem(
                plan.where,
                f"--method {order.text} from candidates at SUV {SEARCH_SUV:g}",
                f"{len(aside)} of {len(starts)} candidates could not be delineated: {said}",
                "regions that end at the edge of their lesion",
                "draw or seed these lesions; the candidates themselves come with --method fixed",
            )
        )


def _middle(region: Region) -> tuple[float, ...]:
    """Return the middle of a region's box, patient (x, y, z) in mm."""
    centre = [[s + (n - 1) / 2 for s, n in zip(region.start, region.mask.shape, strict=True)]]
    return tuple(region.grid.to_patient(np.asarray(centre))[0].tolist())


def _liver(plan: Plan) -> ReferenceMeasurement:
    if plan.liver is None or plan.liver.problems:
        found = "no liver reference" if plan.liver is None else plan.liver.problems[0].got
        raise MethodError(
            where="--method percist",
            field="liver reference",
            got=found,
            wanted="a liver reference region that is fit for use",
            do="give --liver X,Y,Z in the right lobe, away from its edge and from lesions",
        )
    return plan.liver


def _relative(
    suv: SuvVolume, order: MethodOrder, start: Region, extent: Extent
) -> tuple[Region, ...]:
    if order.name == "a50":
        return (a50(suv, start, extent),)
    return (percent_of_maximum(suv, start, order.number, extent),)


def _within(suv: SuvVolume, plan: Plan, order: MethodOrder, drawn: Region) -> tuple[Region, ...]:
    """Delineate within a drawn region."""
    match order.name:
        case "grow":
            return ()
        case "fixed":
            return (_over(suv, drawn, order.number, order.text),)
        case "percist":
            liver = _liver(plan)
            threshold = 1.5 * liver.suv_mean + 2.0 * liver.suv_sd
            return (_over(suv, drawn, threshold, order.text),)
        case _:
            return _relative(suv, order, drawn, Extent.WITHIN)


def _over(suv: SuvVolume, drawn: Region, threshold: float, method: str) -> Region:
    """Return the voxels of a drawn region at or over a threshold."""
    mask = drawn.mask & (suv.g_per_ml[drawn.box] >= np.float32(threshold))
    if not mask.any():
        raise MethodError(
            where=f"{method} in {drawn.label}",
            field="voxels",
            got=f"none at or over SUV {threshold:.3f}",
            wanted="at least one",
            do="lower the threshold, or measure the region as it was drawn",
        )
    return Region.from_crop(
        drawn.grid,
        drawn.start,
        mask,
        label=drawn.label,
        source=drawn.source,
        method=f"{method} in {drawn.method}",
    )


def _from_seed(suv: SuvVolume, order: MethodOrder, seed: Point) -> tuple[Region, ...]:
    """Grow from a seed."""
    match order.name:
        case "grow" | "fixed":
            return (grow(suv, seed, order.number),)
        case "percent":
            return (grow_percent(suv, seed, order.number),)
        case "a50":
            half = grow_percent(suv, seed, 50.0)
            return (replace(a50(suv, half, Extent.FREE), method="a50"),)
        case _:
            raise MethodError(
                where=f"--method {order.text}",
                field="seed",
                got="a seed",
                wanted="a method that grows from one: grow, percent or a50",
                do="leave the seeds out, or choose such a method",
            )


def _combined(
    order: MethodOrder, plan: Plan, made: list[list[Region]], problems: list[Problem]
) -> Iterator[Region]:
    """Combine what the methods made, lesion by lesion: regions that overlap are one lesion's."""
    methods = [regions for regions in made if regions]
    if len(methods) < 2:  # noqa: PLR2004  of one there is nothing to combine
        problems.append(
            Problem(
                plan.where,
                f"--method {order.name}",
                f"{len(methods)} method with regions",
                "at least two methods whose regions are combined",
                "name the methods to combine before it",
            )
        )
        return
    needed = {"union": 1, "majority": len(methods) // 2 + 1, "intersection": len(methods)}
    for group in _lesions([region for regions in methods for region in regions]):
        by_method = [
            _one(own) for regions in methods if (own := [r for r in group if _has(regions, r)])
        ]
        make = partial(_vote, by_method, needed[order.name], order.name)
        yield from _tried(make, plan, problems)


def _vote(regions: list[Region], needed: int, name: str) -> tuple[Region, ...]:
    return (voted(regions, needed, name),)


def _has(regions: list[Region], region: Region) -> bool:
    return any(region is other for other in regions)


def _one(regions: list[Region]) -> Region:
    """Return the regions that one method made of one lesion as one region."""
    return regions[0] if len(regions) == 1 else union(regions)


def _lesions(regions: list[Region]) -> list[list[Region]]:
    """Group regions that overlap, directly or through others, in the order of the first of each."""
    groups: list[list[Region]] = []
    for region in regions:
        touching = [g for g in groups if any(_overlap(region, other) for other in g)]
        if not touching:
            groups.append([region])
            continue
        touching[0].extend(r for g in touching[1:] for r in g)
        touching[0].append(region)
        groups = [g for g in groups if g is touching[0] or not any(g is t for t in touching)]
    return groups


def _overlap(one: Region, other: Region) -> bool:
    low = [max(a, b) for a, b in zip(one.start, other.start, strict=True)]
    high = [
        min(a + n, b + m)
        for a, n, b, m in zip(one.start, one.mask.shape, other.start, other.mask.shape, strict=True)
    ]
    if any(a >= b for a, b in zip(low, high, strict=True)):
        return False
    parts = [
        region.mask[
            tuple(slice(a - s, b - s) for a, b, s in zip(low, high, region.start, strict=True))
        ]
        for region in (one, other)
    ]
    return bool((parts[0] & parts[1]).any())
