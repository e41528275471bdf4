"""Deviations of how an injection was prepared and given: glucose, fasting, antibody, the vein."""

import math
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from petrial.protocol.figures import Figure
from petrial.protocol.model import Antibody, Protocol
from petrial.protocol.rules import Rule
from petrial.subjects.deviation import Deviation, DeviationKind, sources_of
from petrial.subjects.doses import Administration, administrations
from petrial.subjects.facts import Fact
from petrial.subjects.judged import Judged, Outcome
from petrial.subjects.judging import judge_rule
from petrial.subjects.spans import span_of
from petrial.subjects.state import SubjectState, number_of

__all__ = ["preparation_deviations"]

_ROUNDING: Final = 1e-9
"""Relative error that arithmetic with tolerances may leave at a limit."""


def preparation_deviations(protocol: Protocol, state: SubjectState) -> Iterator[Deviation]:
    """Yield injections that were prepared or given otherwise than the protocol says.

    Glucose above the tracer's maximum, a shorter fast than asked, another mass of antibody than
    prescribed for this subject, activity that was left beside the vein. A limit itself is kept.
    What is not stated is no deviation, nor a mass where it is not known for whom it was.
    """
    for given in administrations(protocol, state):
        case = _Case(protocol, state, given)
        yield from case.glucose()
        yield from case.fasting()
        yield from case.antibody()
        yield from case.extravasation()


class _Stated(NamedTuple):
    number: float
    fact: Fact


class _Case(NamedTuple):
    """One injection."""

    protocol: Protocol
    state: SubjectState
    given: Administration

    @property
    def injected(self) -> Fact:
        return self.given.facts[0]

    def glucose(self) -> Iterator[Deviation]:
        maximum, stated = self.given.tracer.glucose_maximum, self._number("glucose")
        if maximum is not None and stated is not None and stated.number > maximum.value:
            yield self._deviation(
                DeviationKind.GLUCOSE,
                "glucose_maximum",
                (f"{stated.fact.value} {maximum.unit}", f"at most {maximum}"),
                (maximum,),
                (stated.fact,),
            )

    def fasting(self) -> Iterator[Deviation]:
        least, stated = self.given.tracer.fasting, self._number("fasted")
        if least is not None and stated is not None and stated.number < _hours(least):
            yield self._deviation(
                DeviationKind.FASTING,
                "fasting",
                (f"{stated.fact.value} h", f"at least {least}"),
                (least,),
                (stated.fact,),
            )

    def antibody(self) -> Iterator[Deviation]:
        stated = self._number("antibody_mass")
        if stated is None:
            return
        for number, antibody in enumerate(self.given.tracer.antibody, start=1):
            judged = self._judged(antibody.when)
            if judged.outcome is not Outcome.MET or _fits(antibody, stated.number):
                continue
            figures = (antibody.mass, *((antibody.tolerance,) if antibody.tolerance else ()))
            yield self._deviation(
                DeviationKind.ANTIBODY,
                f"antibody[{number}]",
                (f"{stated.fact.value} mg", f"{_masses(antibody)}, {antibody.text}"),
                figures,
                (stated.fact, *self._looked_at(judged)),
            )

    def extravasation(self) -> Iterator[Deviation]:
        rule = self.given.tracer.extravasated
        judged = Judged(Outcome.NOT_MET) if rule is None else self._judged(rule)
        if judged.outcome is Outcome.MET:
            yield self._deviation(
                DeviationKind.EXTRAVASATION,
                "extravasated",
                ("; ".join(f"{one.path} {one.value}" for one in judged.evidence), "none"),
                (),
                self._looked_at(judged),
            )

    def _judged(self, rule: Rule | None) -> Judged:
        if rule is None:
            return Judged(Outcome.MET)
        return judge_rule(rule, self.state, self.protocol, date.max, self.injected.place)

    def _looked_at(self, judged: Judged) -> tuple[Fact, ...]:
        return tuple(self.state.facts[one.place] for one in judged.evidence)

    def _number(self, item: str) -> _Stated | None:
        fact = self.state.facts.get(self.injected.place._replace(item=item))
        text = None if fact is None else self.state.text(fact)
        return None if fact is None or text is None else _Stated(number_of(text), fact)

    def _deviation(
        self,
        kind: DeviationKind,
        field: str,
        said: tuple[str, str],
        figures: tuple[Figure, ...],
        facts: tuple[Fact, ...],
    ) -> Deviation:
        event = self.protocol.event(self.injected.event)
        return Deviation(
            kind=kind,
            event=self.injected.event,
            repeat=self.injected.event_repeat,
            title=self.injected.event if event is None else event.title,
            rule=f"tracers.{self.given.tracer.name}.{field}",
            found=said[0],
            allowed=said[1],
            unconfirmed=not all(figure.confirmed for figure in figures),
            sources=sources_of((self.injected, *facts)),
        )


def _hours(figure: Figure) -> float:
    return span_of(figure, "fasting") / timedelta(hours=1)


def _margin(antibody: Antibody) -> float:
    """Return by how much the mass may differ: not at all where no tolerance is stated."""
    share = 0.0 if antibody.tolerance is None else antibody.tolerance.value / 100.0
    return antibody.mass.value * share


def _fits(antibody: Antibody, mass: float) -> bool:
    off = abs(mass - antibody.mass.value)
    return off <= _margin(antibody) or math.isclose(off, _margin(antibody), rel_tol=_ROUNDING)


def _masses(antibody: Antibody) -> str:
    margin, mass = _margin(antibody), antibody.mass
    if margin == 0.0:
        return str(mass)
    return f"{mass.value - margin:g} to {mass.value + margin:g} {mass.unit}"
