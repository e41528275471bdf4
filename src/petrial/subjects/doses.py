"""Injected activity, activity to order, and effective dose, by the decay of the nuclide."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from petrial.protocol.figures import Figure
from petrial.protocol.model import Protocol, StudyTracer, TracerUse
from petrial.protocol.rules import split_path
from petrial.subjects.facts import Fact, Place
from petrial.subjects.state import SubjectState, moment_of
from petrial.vocabulary.errors import FieldError, Problem, ProtocolError
from petrial.vocabulary.knowledge import Known, Unknown, Verdict
from petrial.vocabulary.nuclides import nuclide_of
from petrial.vocabulary.quantities import Activity, EffectiveDose, HalfLife

__all__ = [
    "Administration",
    "DosePart",
    "DoseSum",
    "administrations",
    "effective_dose",
    "effective_doses",
    "half_life_of",
    "injections_of",
    "net_injected",
    "order_activity",
    "scans_of",
]


def half_life_of(tracer: StudyTracer) -> Verdict[HalfLife]:
    """Return the half-life of a tracer's nuclide; unknown where the nuclide is not in the table."""
    nuclide = nuclide_of(tracer.nuclide)
    if nuclide is None:
        return Unknown(
            (
                Problem(
                    where=f"protocol, tracer {tracer.name}",
                    field="nuclide",
                    got=tracer.nuclide,
                    wanted="a nuclide whose half-life is known",
                    do="correct its activities for decay by hand",
                ),
            )
        )
    return Known(nuclide.half_life)


def net_injected(
    syringe: Activity, residual: Activity | None, injected_at: datetime, half_life: HalfLife
) -> Activity:
    """Return what was injected, at the moment of injection.

    Parameters
    ----------
    syringe
        Activity of the full syringe, at the moment of its measurement.
    residual
        Activity left in it, at the moment of its measurement; None where it was measured as 0.

    Notes
    -----
    Both are brought to the moment of injection by the decay of the nuclide, then subtracted.

    Raises
    ------
    FieldError
        The residual is not less than the syringe.

    Examples
    --------
    >>> noon = datetime(2024, 5, 21, 12, 0, 0)
    >>> full, left = Activity(210e6, noon), Activity(10e6, noon)
    >>> net_injected(full, left, noon, HalfLife.minutes(109.77)).megabecquerel
    200.0
    """
    given = syringe.decayed_to(injected_at, half_life)
    if residual is None:
        return given
    left = residual.decayed_to(injected_at, half_life)
    if left.becquerel >= given.becquerel:
        raise FieldError(
            where=f"injection of {injected_at.isoformat()}",
            field="residual activity",
            got=f"{left.megabecquerel:.4g} MBq at injection",
            wanted=f"less than the {given.megabecquerel:.4g} MBq of the syringe at that moment",
            do="check both activities and the moments at which they were measured",
        )
    return Activity(given.becquerel - left.becquerel, injected_at)


def order_activity(
    prescribed: Activity, calibration: datetime, half_life: HalfLife, residual_share: float = 0.0
) -> Activity:
    """Return the activity to order for a calibration moment.

    Parameters
    ----------
    prescribed
        Activity that is to be injected, at the moment of injection.
    calibration
        Moment for which the supplier states the activity, before the injection or after it.
    residual_share
        Share of the activity that stays behind in the syringe, from 0 to below 1.

    Raises
    ------
    FieldError
        The share is not in that range.

    Examples
    --------
    >>> monday, friday = datetime(2024, 5, 20, 12), datetime(2024, 5, 24, 12)
    >>> order = order_activity(Activity(37e6, friday), monday, HalfLife.hours(78.41))
    >>> round(order.megabecquerel, 2)
    86.45
    """
    if not 0.0 <= residual_share < 1.0:
        raise FieldError(
            where="activity to order",
            field="share that stays in the syringe",
            got=residual_share,
            wanted="a share from 0 to below 1",
            do="state it as a share, such as 0.05 for 5 %",
        )
    full = Activity(prescribed.becquerel / (1.0 - residual_share), prescribed.at)
    return full.decayed_to(calibration, half_life)


@dataclass(frozen=True, slots=True, kw_only=True)
class Administration:
    """One injection of a tracer, as stated.

    Attributes
    ----------
    tracer, use
        Which tracer, and which occasion of the protocol.
    repeat
        Repeat of the injection's event.
    net
        Injected activity at the moment of injection; unknown where a part of it is not stated. A
        residual that nobody stated is not taken as 0.
    facts
        What it derives from.
    """

    tracer: StudyTracer
    use: TracerUse
    repeat: int
    net: Verdict[Activity]
    facts: tuple[Fact, ...]


def injections_of(state: SubjectState, tracer: StudyTracer, use: TracerUse) -> tuple[Fact, ...]:
    """Return the facts that say when a tracer was injected at an occasion."""
    return _moments(state, tracer, use.injected, use.injection)


def scans_of(state: SubjectState, tracer: StudyTracer, use: TracerUse) -> tuple[Fact, ...]:
    """Return the facts that say when scans of a tracer started at an occasion."""
    return _moments(state, tracer, use.scanned, use.scan)


def _moments(state: SubjectState, tracer: StudyTracer, path: str, event: str) -> tuple[Fact, ...]:
    """Return the valued facts of an item at its event, none of forms of another tracer."""
    form, item, at = split_path(path)
    facts = state.valued(f"{form}.{item}@{at or event}")
    return tuple(f for f in facts if _value(state, f.place, "tracer") in {None, tracer.name})


def _value(state: SubjectState, place: Place, item: str) -> str | None:
    fact = state.facts.get(place._replace(item=item))
    return None if fact is None else state.text(fact)


def administrations(protocol: Protocol, state: SubjectState) -> tuple[Administration, ...]:
    """Return all injections that are stated, by tracer, occasion and repeat."""
    return tuple(
        _administration(state, tracer, use, fact)
        for tracer in protocol.tracers
        for use in tracer.uses
        for fact in injections_of(state, tracer, use)
    )


_STATED: Final = ("activity_mbq", "measured_at", "residual_mbq", "residual_at")


def _administration(
    state: SubjectState, tracer: StudyTracer, use: TracerUse, injected: Fact
) -> Administration:
    places = (injected.place._replace(item=item) for item in _STATED)
    found = (injected, *(state.facts[place] for place in places if place in state.facts))
    try:
        net = _net(state, tracer, injected)
    except FieldError as error:
        net = Unknown((error.problem,))
    return Administration(
        tracer=tracer, use=use, repeat=injected.event_repeat, net=net, facts=found
    )


def _net(state: SubjectState, tracer: StudyTracer, injected: Fact) -> Verdict[Activity]:
    half_life = half_life_of(tracer)
    if isinstance(half_life, Unknown):
        return half_life
    text = {item: _value(state, injected.place, item) for item in _STATED}
    without_residual = text["residual_mbq"] is not None and float(text["residual_mbq"]) == 0.0
    needed = _STATED[:3] if without_residual else _STATED
    missing = tuple(_unstated(injected, item) for item in needed if text[item] is None)
    if missing:
        return Unknown(missing)
    at = moment_of(str(state.text(injected)))
    syringe = _activity(text, "activity_mbq", "measured_at")
    residual = None if without_residual else _activity(text, "residual_mbq", "residual_at")
    return Known(net_injected(syringe, residual, at, half_life.value))


def _activity(text: dict[str, str | None], activity: str, at: str) -> Activity:
    return Activity.megabecquerels(float(str(text[activity])), moment_of(str(text[at])))


def _unstated(injected: Fact, item: str) -> Problem:
    place = injected.place._replace(item=item)
    return Problem(
        where=injected.subject,
        field=str(place),
        got="",
        wanted="a value: without it the injected activity is not known",
        do="enter it from the dose sheet; a residual that was measured as none is 0",
    )


def effective_dose(net: Activity, coefficient: Figure) -> EffectiveDose:
    """Return the effective dose of an injected activity.

    Parameters
    ----------
    net
        Injected activity at the moment of injection.
    coefficient
        In mSv/MBq, a figure of the protocol.

    Raises
    ------
    ProtocolError
        The coefficient has another unit.

    Examples
    --------
    >>> noon = datetime(2024, 5, 21, 12, 0, 0)
    >>> laforest = Figure(value=0.47, unit="mSv/MBq", source="laforest2016")
    >>> round(effective_dose(Activity(37e6, noon), laforest).millisievert, 2)
    17.39
    """
    if coefficient.unit != "mSv/MBq":
        raise ProtocolError(
            where="protocol",
            field="effective_dose",
            got=str(coefficient),
            wanted="a coefficient in mSv/MBq",
            do="convert the figure in the protocol file",
        )
    return EffectiveDose(coefficient.value * net.megabecquerel)


@dataclass(frozen=True, slots=True, kw_only=True)
class DosePart:
    """The effective dose of one administration, by which coefficient."""

    administration: Administration
    coefficient: Figure | None
    dose: Verdict[EffectiveDose]


@dataclass(frozen=True, slots=True)
class DoseSum:
    """The effective doses of a subject.

    ``total`` sums what is known; it is all of it only where ``problems`` is empty. CT is not in it.
    """

    parts: tuple[DosePart, ...]

    @property
    def total(self) -> EffectiveDose:
        """The sum of the known doses."""
        total = EffectiveDose(0.0)
        for part in self.parts:
            if isinstance(part.dose, Known):
                total = total + part.dose.value
        return total

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why doses are not in the sum."""
        unknown = (part.dose for part in self.parts if isinstance(part.dose, Unknown))
        return tuple(problem for dose in unknown for problem in dose.problems)

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """Tracers in the sum whose coefficient no source confirms, each once."""
        names = (
            part.administration.tracer.name
            for part in self.parts
            if part.coefficient is not None and not part.coefficient.confirmed
        )
        return tuple(dict.fromkeys(names))


def effective_doses(protocol: Protocol, state: SubjectState) -> DoseSum:
    """Return the effective dose of each administration of a subject, and their sum."""
    return DoseSum(tuple(_parts(protocol, state)))


def _parts(protocol: Protocol, state: SubjectState) -> Iterator[DosePart]:
    for given in administrations(protocol, state):
        coefficient = given.tracer.effective_dose
        dose: Verdict[EffectiveDose]
        if isinstance(given.net, Unknown):
            dose = given.net
        elif coefficient is None:
            dose = Unknown((_no_coefficient(given.tracer),))
        else:
            dose = Known(effective_dose(given.net.value, coefficient))
        yield DosePart(administration=given, coefficient=coefficient, dose=dose)


def _no_coefficient(tracer: StudyTracer) -> Problem:
    return Problem(
        where=f"protocol, tracer {tracer.name}",
        field="effective_dose",
        got="",
        wanted="mSv per MBq",
        do="give the tracer its coefficient in the protocol, with a source",
    )
