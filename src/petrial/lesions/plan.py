"""From drawn regions, seeds and ordered methods to the regions of one image."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from petrial.images.volumes import SuvVolume
from petrial.lesions.combination import union, voted
from petrial.lesions.delineation import fixed_threshold, percist, percist_threshold
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
    """The regions found, what was refused, and sentences on methods that were forced."""

    regions: tuple[Region, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Made:
    """What one method made: regions, each with the number of the start it was made from."""

    order: MethodOrder
    regions: tuple[tuple[int, Region], ...]


def delineate(suv: SuvVolume, plan: Plan) -> Delineation:
    """Return the drawn regions and those of every method, one after the other.

    A method starts from each drawn region (and stays within it) and from each seed; where there
    is neither it searches the whole image, and what it finds are candidates. A combining method
    combines, for each start, what the other methods made of it. A method or start that is refused
    does not stop the others.
    """
    problems: list[Problem] = []
    made: list[_Made] = []
    refused: list[MethodOrder] = []
    own = [order for order in plan.methods if not FORMS[order.name].combines]
    if plan.seeds and not own:
        problems.append(_seeds_without_method(plan))
    for order in own:
        try:
            check_declared(order, plan.tracer, automatic=plan.automatic)
            made.append(_Made(order, tuple(_made_by(suv, plan, order, problems))))
        except PetrialError as error:
            refused.append(order)
            problems.append(_placed(error.problem, plan))
    combined = [
        region
        for order in plan.methods
        if FORMS[order.name].combines
        for region in _combined(order, plan, (made, refused), problems)
    ]
    found = (*plan.drawn, *(r for m in made for _, r in m.regions), *combined)
    return Delineation(found, tuple(problems), _forced(plan))


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
) -> Iterator[tuple[int, Region]]:
    """Return regions with the numbers of their starts: drawn regions first, then seeds."""
    if plan.automatic:
        yield from ((0, region) for region in _searched(suv, plan, order, problems))
        return
    starts = [partial(_within, suv, plan, order, region) for region in plan.drawn]
    starts += [partial(_from_seed, suv, plan, order, seed) for seed in plan.seeds]
    for number, make in enumerate(starts):
        yield from ((number, region) for region in _tried(make, plan, problems))


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
        found = "no liver reference"
        if plan.liver is not None:
            found = f"{plan.liver.problems[0].field} {plan.liver.problems[0].got}"
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
            threshold = percist_threshold(liver.suv_mean, liver.suv_sd)
            return (_over(suv, drawn, threshold, order.text),)
        case _:
            (region,) = _relative(suv, order, drawn, Extent.WITHIN)
            return (replace(region, method=f"{order.text} in {drawn.method}"),)


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


def _from_seed(suv: SuvVolume, plan: Plan, order: MethodOrder, seed: Point) -> tuple[Region, ...]:
    """Grow from a seed."""
    match order.name:
        case "grow" | "fixed":
            return (replace(grow(suv, seed, order.number), method=order.text),)
        case "percist":
            liver = _liver(plan)
            threshold = percist_threshold(liver.suv_mean, liver.suv_sd)
            return (replace(grow(suv, seed, threshold), method=f"percist:{threshold:.4g}"),)
        case "percent":
            return (grow_percent(suv, seed, order.number),)
        case _:
            half = grow_percent(suv, seed, 50.0)
            return (replace(a50(suv, half, Extent.FREE), method="a50"),)


def _combined(
    order: MethodOrder,
    plan: Plan,
    ran: tuple[list[_Made], list[MethodOrder]],
    problems: list[Problem],
) -> Iterator[Region]:
    """Combine, lesion by lesion, what the methods made; each has one vote, found or not."""
    made, refused = ran
    if refused or len(made) < 2:  # noqa: PLR2004  of one there is nothing to combine
        why = ", ".join(o.text for o in refused)
        problems.append(
            Problem(
                plan.where,
                f"methods for {order.name}",
                f"{why} refused" if why else f"{len(made)} other method",
                "at least two other methods, none of them refused",
                "name the methods to combine, each declared for the tracer",
            )
        )
        return
    for lesion in _lesions(plan, made):
        voters = [m for m in lesion if not (m.order.name == "grow" and _drawn(plan, m))]
        by_method = [_one([r for _, r in m.regions]) for m in voters if m.regions]
        needed = {"union": 1, "majority": len(voters) // 2 + 1, "intersection": len(voters)}
        if by_method:
            make = partial(_vote, by_method, needed[order.name], order, voters)
            yield from _tried(make, plan, problems)


def _drawn(plan: Plan, made: _Made) -> bool:
    """Whether these regions were to be made from a drawn region."""
    return any(number < len(plan.drawn) for number, _ in made.regions) or not plan.seeds


def _vote(
    regions: list[Region], needed: int, order: MethodOrder, voters: list[_Made]
) -> tuple[Region, ...]:
    methods = ", ".join(voter.order.text for voter in voters)
    if len(regions) < needed:
        raise MethodError(
            where=f"{order.name} of {methods} for {regions[0].label}",
            field="votes",
            got=f"{len(regions)} of {len(voters)} methods found a region",
            wanted=f"at least {needed}",
            do="look at the methods one by one",
        )
    region = voted(regions, needed, order.name)
    return (replace(region, method=f"{order.name} of {methods}"),)


def _one(regions: list[Region]) -> Region:
    """Return the regions that one method made of one lesion as one region."""
    return regions[0] if len(regions) == 1 else union(regions)


def _lesions(plan: Plan, made: list[_Made]) -> Iterator[list[_Made]]:
    """Return for each lesion what every method made of it: by start, or else by overlap."""
    if not plan.automatic:
        for number in range(len(plan.drawn) + len(plan.seeds)):
            yield [_Made(m.order, tuple((n, r) for n, r in m.regions if n == number)) for m in made]
        return
    for group in _overlapping([region for m in made for _, region in m.regions]):
        yield [
            _Made(m.order, tuple((n, r) for n, r in m.regions if any(r is g for g in group)))
            for m in made
        ]


def _overlapping(regions: list[Region]) -> list[list[Region]]:
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
