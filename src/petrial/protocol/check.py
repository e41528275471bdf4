"""What a protocol can still have wrong once its types are right, and what nobody has confirmed."""

from collections.abc import Iterator

from petrial.protocol.check_events import event_faults, tracer_faults
from petrial.protocol.check_forms import form_faults
from petrial.protocol.check_rules import rule_faults
from petrial.protocol.figures import UNCONFIRMED, Figure
from petrial.protocol.model import CriterionKind, OutcomeKind, Protocol, Reading
from petrial.protocol.places import figures_of, places
from petrial.protocol.problems import TO_ADD, fault, lost, span_faults, twice
from petrial.vocabulary.errors import Problem

__all__ = ["problems_of", "unconfirmed", "unconfirmed_parts"]


def problems_of(protocol: Protocol) -> tuple[Problem, ...]:
    """Return everything that a loaded protocol still has wrong; nothing where it is whole.

    Names that lead nowhere, names that stand twice, tests that do not fit their item, windows in
    units that are no time, forms that lack what the program reads from them, and what a person
    must still add. ``field`` of each is the path, such as ``events.her2_scan.due.anchor``.

    Parameters
    ----------
    protocol
        The protocol, as its types allow it.
    """
    return tuple(
        problem
        for judge in (
            _to_add,
            _sources,
            _study,
            event_faults,
            tracer_faults,
            _criteria,
            form_faults,
            _reading,
            _outcomes,
        )
        for problem in judge(protocol)
    )


def unconfirmed(protocol: Protocol) -> tuple[tuple[str, Figure], ...]:
    """Return every figure that nobody has confirmed, with its path."""
    return tuple((path, figure) for path, figure in figures_of(protocol) if not figure.confirmed)


def unconfirmed_parts(protocol: Protocol) -> tuple[str, ...]:
    """Return the paths of the parts other than figures whose source is ``unconfirmed``."""
    figures = {path for path, _ in figures_of(protocol)}
    return tuple(
        part
        for path, value in places(protocol)
        if value == UNCONFIRMED
        and path.endswith(".source")
        and (part := path.removesuffix(".source")) not in figures
    )


def _to_add(protocol: Protocol) -> Iterator[Problem]:
    """Yield a fault for each text that only holds the place of another."""
    for path, value in places(protocol):
        if isinstance(value, str) and value.startswith(TO_ADD):
            do = "write it, with its source"
            yield fault(path, value, "what the trial itself says", do)


def _sources(protocol: Protocol) -> Iterator[Problem]:
    for path, value in places(protocol):
        if not path.endswith(".source") or path == "sources.source" or not isinstance(value, str):
            continue
        if value != UNCONFIRMED and value not in protocol.sources:
            yield fault(
                path,
                value,
                "a key of sources, or unconfirmed: " + ", ".join(protocol.sources),
                f"add {value} to sources, or name another",
            )
    if UNCONFIRMED in protocol.sources:
        yield fault(
            f"sources.{UNCONFIRMED}",
            UNCONFIRMED,
            "another key, for this word says that there is no source",
            "rename the source",
        )


def _study(protocol: Protocol) -> Iterator[Problem]:
    """Yield what is wrong with identity, sites, consents and visibility."""
    yield from twice("sites", (site.code for site in protocol.sites), "site")
    yield from twice("consents", (consent.name for consent in protocol.consents), "consent")
    if not protocol.sites:
        yield fault("sites", None, "at least one site", "add the hospitals that take part")
    if not any(consent.required for consent in protocol.consents):
        yield fault(
            "consents",
            "no consent with required: true",
            "at least the consent to take part",
            "add it; nobody takes part without",
        )
    for group, roles in protocol.visibility.items():
        if not roles:
            do = "name who sees it always; add others by a disclosure"
            yield fault(f"visibility.{group}", None, "at least one role", do)
    if protocol.identity.arms < 1:
        yield fault("identity.arms", protocol.identity.arms, "at least 1", "correct the number")
    yield from _count("identity.enrolment", protocol.identity.enrolment)
    yield from span_faults("serious_report", protocol.serious_report, least=0.0)


def _count(path: str, figure: Figure) -> Iterator[Problem]:
    """Yield a fault where a figure does not count people: a whole number from 1."""
    if figure.unit != "1" or figure.value < 1.0 or not figure.value.is_integer():
        do = "write a whole number with unit '1'"
        yield fault(path, figure, "a whole number from 1, without a unit", do)


def _criteria(protocol: Protocol) -> Iterator[Problem]:
    if not protocol.criteria:
        yield fault("criteria", None, "at least one criterion", "add the criteria of the trial")
    yield from twice("criteria", (c.number for c in protocol.criteria), "criterion")
    for criterion in protocol.criteria:
        path = f"criteria.{criterion.number}"
        kind = criterion.kind
        letter = "I" if kind is CriterionKind.INCLUSION else "E"
        if not criterion.number.startswith(letter):
            yield fault(
                f"{path}.number",
                criterion.number,
                f"a number that begins with {letter}, for it is an {kind.value} criterion",
                "correct the number or the kind",
            )
        yield from rule_faults(protocol, f"{path}.rule", criterion.rule)
        for number, informing in enumerate(criterion.informed_by, start=1):
            place = f"{path}.informed_by[{number}].rule"
            yield from rule_faults(protocol, place, informing.rule)


def _reading(protocol: Protocol) -> Iterator[Problem]:
    given = [f"{reading.tracer} {reading.level}" for reading in protocol.readings]
    yield from twice("readings", given, "tracer and level")
    for reading in protocol.readings:
        yield from _one_reading(protocol, reading)
    yield from twice("response", (r.name for r in protocol.response), "set of response criteria")


def _one_reading(protocol: Protocol, reading: Reading) -> Iterator[Problem]:
    path = f"readings.{reading.tracer} {reading.level}"
    if protocol.tracer(reading.tracer) is None:
        known = (tracer.name for tracer in protocol.tracers)
        yield lost(f"{path}.tracer", reading.tracer, "tracer", known)
    yield from twice(f"{path}.scale", (step.code for step in reading.scale), "class")
    yield from twice(f"{path}.thresholds", (t.name for t in reading.thresholds), "threshold")
    if not reading.scale:
        yield fault(f"{path}.scale", None, "at least one class", "add the classes of the scale")
    chosen = [threshold.name for threshold in reading.thresholds if threshold.default]
    for name in chosen[1:]:
        yield fault(
            f"{path}.thresholds.{name}.default",
            "true",
            f"one default for each reading; {chosen[0]} is one already",
            "keep one of them",
        )
    yield from _count(f"{path}.readers", reading.readers)


def _outcomes(protocol: Protocol) -> Iterator[Problem]:
    yield from twice("outcomes", (outcome.name for outcome in protocol.outcomes), "outcome")
    primary = [o.name for o in protocol.outcomes if o.kind is OutcomeKind.PRIMARY]
    if len(primary) != 1:
        yield fault(
            "outcomes",
            f"{len(primary)} primary outcomes" + "".join(f", {name}" for name in primary),
            "exactly one primary outcome",
            "mark the one that the sample size rests on as primary, the others as secondary",
        )
