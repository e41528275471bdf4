"""What events, their windows, conflicts, tracers and disclosures can have wrong."""

from collections.abc import Iterator
from typing import Final

from petrial.protocol.check_forms import group_fault
from petrial.protocol.check_rules import (
    WHEN,
    item_faults,
    rule_faults,
    sealed_fault,
    value_faults,
    wrong_type,
)
from petrial.protocol.events import Conflict, Due, Event, Moments
from petrial.protocol.figures import Figure
from petrial.protocol.forms import ItemType
from petrial.protocol.model import Disclosure, Protocol, StudyTracer, TracerUse
from petrial.protocol.problems import fault, lost, span_faults, twice
from petrial.protocol.rules import split_path
from petrial.vocabulary.errors import Problem

__all__ = ["event_faults", "tracer_faults"]

_MOMENT: Final = (ItemType.MOMENT,)


def event_faults(protocol: Protocol) -> Iterator[Problem]:
    """Yield everything that is wrong with the events, conflicts and disclosures."""
    yield from twice("events", (event.name for event in protocol.events), "event")
    for event in protocol.events:
        yield from _event(protocol, event)
    yield from _cycles(protocol)
    yield from _day_one(protocol)
    yield from twice("conflicts", (conflict.name for conflict in protocol.conflicts), "conflict")
    for conflict in protocol.conflicts:
        yield from _conflict(protocol, conflict)
    yield from twice("ends", (ending.name for ending in protocol.ends), "end")
    for ending in protocol.ends:
        yield from _read_at(protocol, f"ends.{ending.name}.item", ending.item, None)
        if ending.denied_by is not None:
            yield from _moments(protocol, f"ends.{ending.name}.denied_by", ending.denied_by)
    given = [f"{disclosure.group} {disclosure.at}" for disclosure in protocol.disclosures]
    yield from twice("disclosures", given, "group and event")
    for disclosure in protocol.disclosures:
        yield from _disclosure(protocol, disclosure)


def _event(protocol: Protocol, event: Event) -> Iterator[Problem]:
    path = f"events.{event.name}"
    yield from _read_at(protocol, f"{path}.happened", event.happened, event)
    yield from twice(f"{path}.forms", event.forms, "form")
    for number, name in enumerate(event.forms, start=1):
        if protocol.form(name) is None:
            known = (form.name for form in protocol.forms)
            yield lost(f"{path}.forms[{number}]", name, "form", known)
    for number, name in enumerate(event.consents, start=1):
        if protocol.consent(name) is None:
            known = (consent.name for consent in protocol.consents)
            yield lost(f"{path}.consents[{number}]", name, "consent", known)
    if event.tracer is not None and protocol.tracer(event.tracer) is None:
        known = (tracer.name for tracer in protocol.tracers)
        yield lost(f"{path}.tracer", event.tracer, "tracer", known)
    if event.when is not None:
        yield from rule_faults(protocol, f"{path}.when", event.when)
    if event.due is not None:
        yield from _due(protocol, f"{path}.due", event, event.due)


def _read_at(
    protocol: Protocol,
    path: str,
    item_path: str,
    event: Event | None,
    types: tuple[ItemType, ...] = WHEN,
) -> Iterator[Problem]:
    """Yield what is wrong with an item that says when something took place at an event."""
    yield from item_faults(protocol, path, item_path)
    form, name, at = split_path(item_path)
    item = protocol.item(form, name)
    if item is not None:
        yield from wrong_type(path, "the time of what took place", item, types)
        yield from sealed_fault(path, item)
    if event is None:
        return
    if at not in {None, event.name}:
        do = f"remove @{at}, or write @{event.name}"
        yield fault(path, item_path, f"what is stated at {event.name} itself", do)
    elif protocol.form(form) is not None and form not in event.forms:
        yield fault(
            path,
            item_path,
            f"an item of a form that is filled in at {event.name}",
            f"add {form} to events.{event.name}.forms, or name another item",
        )


def _due(protocol: Protocol, path: str, event: Event, due: Due) -> Iterator[Problem]:
    if protocol.event(due.anchor) is None:
        known = (other.name for other in protocol.events if other.name != event.name)
        yield lost(f"{path}.anchor", due.anchor, "event", known)
    yield from span_faults(f"{path}.offset", due.offset, whole_days=True)
    yield from span_faults(f"{path}.before", due.before, whole_days=True, least=0.0)
    yield from span_faults(f"{path}.after", due.after, whole_days=True, least=0.0)
    if due.every is None:
        return
    yield from span_faults(f"{path}.every", due.every, whole_days=True, least=0.0)
    if due.every.value == 0.0:
        yield fault(f"{path}.every.value", due.every, "more than 0", "correct the figure")
    if not event.repeats:
        yield fault(
            f"{path}.every",
            due.every,
            "an event that repeats",
            f"write repeats: true in events.{event.name}, or remove every",
        )


def _cycles(protocol: Protocol) -> Iterator[Problem]:
    """Yield one fault for each ring of anchors, at its first event in the protocol."""
    anchors = {e.name: e.due.anchor for e in protocol.events if e.due is not None}
    judged: set[str] = set()
    for start in anchors:
        way: list[str] = []
        name = start
        while name in anchors and name not in judged and name not in way:
            way.append(name)
            name = anchors[name]
        if name in way:
            ring = [*way[way.index(name) :], name]
            first = next(event for event in anchors if event in ring)
            yield fault(
                f"events.{first}.due.anchor",
                anchors[first],
                f"an anchor that does not lead back to itself: {' -> '.join(ring)}",
                "count one of these events from another, or leave its due out",
            )
        judged.update(way)


def _day_one(protocol: Protocol) -> Iterator[Problem]:
    marked = [event for event in protocol.events if event.day_one]
    if not marked:
        yield fault(
            "events",
            "no event with day_one",
            "exactly one event with day_one: true",
            "mark the event whose day is study day 1",
        )
    for event in marked[1:]:
        yield fault(
            f"events.{event.name}.day_one",
            f"a second one, after {marked[0].name}",
            "exactly one event with day_one: true",
            "keep the mark at one event",
        )
    if marked and marked[0].repeats:
        yield fault(
            f"events.{marked[0].name}.repeats",
            "true",
            "false, for study day 1 comes once",
            "mark an event that happens once as day_one",
        )


def _conflict(protocol: Protocol, conflict: Conflict) -> Iterator[Problem]:
    path = f"conflicts.{conflict.name}"
    yield from _moments(protocol, f"{path}.earlier", conflict.earlier)
    if conflict.since is not None:
        yield from _moments(protocol, f"{path}.since", conflict.since)
        forms = {split_path(m.item)[0] for m in (conflict.earlier, conflict.since)}
        if len(forms) > 1:
            yield fault(
                f"{path}.since.item",
                conflict.since.item,
                f"an item of the form of {conflict.earlier.item}",
                "take first and last day from one form",
            )
    yield from _moments(protocol, f"{path}.later", conflict.later)
    yield from span_faults(f"{path}.gap", conflict.gap)


def _moments(protocol: Protocol, path: str, moments: Moments) -> Iterator[Problem]:
    yield from _read_at(protocol, f"{path}.item", moments.item, None)
    if moments.where is None:
        if moments.values:
            do = "name the item that has these values under where, or remove them"
            yield fault(f"{path}.values", ", ".join(moments.values), "none without where", do)
        return
    yield from item_faults(protocol, f"{path}.where", moments.where)
    form, name, _ = split_path(moments.where)
    if form != split_path(moments.item)[0]:
        yield fault(
            f"{path}.where",
            moments.where,
            f"an item of the same form as {moments.item}",
            "name an item of that form",
        )
    item = protocol.item(form, name)
    if item is not None:
        yield from sealed_fault(f"{path}.where", item)
        yield from value_faults(protocol, f"{path}.values", moments.values, item)
    if not moments.values:
        yield fault(f"{path}.values", None, "at least one value", "add a value, or remove where")


def _disclosure(protocol: Protocol, disclosure: Disclosure) -> Iterator[Problem]:
    path = f"disclosures.{disclosure.group} {disclosure.at}"
    yield from group_fault(protocol, f"{path}.group", disclosure.group)
    if protocol.event(disclosure.at) is None:
        yield lost(f"{path}.at", disclosure.at, "event", (e.name for e in protocol.events))
    if not disclosure.to:
        yield fault(f"{path}.to", None, "at least one role", "say to whom it is shown")
    for field, names in (("requires", disclosure.requires), ("then", disclosure.then)):
        for number, name in enumerate(names, start=1):
            if protocol.form(name) is None:
                known = (form.name for form in protocol.forms)
                yield lost(f"{path}.{field}[{number}]", name, "form", known)
    for number, name in enumerate(disclosure.then, start=1):
        if name in disclosure.requires:
            yield fault(
                f"{path}.then[{number}]",
                name,
                "a form that is not to be filled in before as well",
                "name it under requires or under then",
            )


def tracer_faults(protocol: Protocol) -> Iterator[Problem]:
    """Yield everything that is wrong with the tracers."""
    yield from twice("tracers", (tracer.name for tracer in protocol.tracers), "tracer")
    for tracer in protocol.tracers:
        path = f"tracers.{tracer.name}"
        yield from _use(protocol, path, tracer, tracer.uses[0])
        for use in tracer.further:
            yield from _use(protocol, f"{path}.further.{use.scan}", tracer, use)
        yield from span_faults(f"{path}.uptake.target", tracer.uptake.target, least=0.0)
        yield from span_faults(f"{path}.uptake.before", tracer.uptake.before, least=0.0)
        yield from span_faults(f"{path}.uptake.after", tracer.uptake.after, least=0.0)
        yield from span_faults(f"{path}.fasting", tracer.fasting, least=0.0)
        yield from _tracer_units(path, tracer)
        if tracer.extravasated is not None:
            yield from rule_faults(protocol, f"{path}.extravasated", tracer.extravasated)
        for number, antibody in enumerate(tracer.antibody, start=1):
            place = f"{path}.antibody[{number}]"
            yield from _unit(f"{place}.mass", antibody.mass, "mg")
            yield from _unit(f"{place}.tolerance", antibody.tolerance, "%")
            if antibody.when is not None:
                yield from rule_faults(protocol, f"{place}.when", antibody.when)


def _use(protocol: Protocol, path: str, tracer: StudyTracer, use: TracerUse) -> Iterator[Problem]:
    for field, name, item_path in (
        ("injection", use.injection, use.injected),
        ("scan", use.scan, use.scanned),
    ):
        event = protocol.event(name)
        if event is None:
            yield lost(f"{path}.{field}", name, "event", (e.name for e in protocol.events))
        elif event.tracer not in {None, tracer.name}:
            yield fault(
                f"events.{name}.tracer",
                event.tracer,
                f"{tracer.name}, whose {field} this is",
                "correct the tracer of the event, or the event of the tracer",
            )
        part = "injected" if field == "injection" else "scanned"
        yield from _read_at(protocol, f"{path}.{part}", item_path, event, _MOMENT)


def _tracer_units(path: str, tracer: StudyTracer) -> Iterator[Problem]:
    for field, figure, unit in (
        ("activity", tracer.activity, "MBq"),
        ("tolerance", tracer.tolerance, "%"),
        ("effective_dose", tracer.effective_dose, "mSv/MBq"),
        ("glucose_maximum", tracer.glucose_maximum, "mmol/L"),
    ):
        yield from _unit(f"{path}.{field}", figure, unit)
    if tracer.tolerance is not None and tracer.activity is None:
        yield fault(
            f"{path}.tolerance",
            tracer.tolerance,
            "no tolerance without a prescribed activity",
            "add the activity, or remove the tolerance",
        )


def _unit(path: str, figure: Figure | None, unit: str) -> Iterator[Problem]:
    if figure is None:
        return
    if figure.unit != unit:
        yield fault(f"{path}.unit", figure.unit, unit, f"write the figure in {unit}")
    if figure.value <= 0.0:
        yield fault(f"{path}.value", figure, "more than 0", "correct the figure")
