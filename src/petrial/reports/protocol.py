"""A protocol as Markdown for people: complete, with the source of every figure."""

from collections.abc import Iterator

from petrial.protocol.check import unconfirmed, unconfirmed_parts
from petrial.protocol.events import Event
from petrial.protocol.figures import Figure
from petrial.protocol.model import Criterion, Protocol, Reading, StudyTracer
from petrial.protocol.words import (
    due_words,
    figure_words,
    gap_words,
    item_words,
    moments_words,
    rule_words,
    window_words,
)
from petrial.reports.markdown import bullets, code, heading, markdown_text, table
from petrial.reports.protocol_forms import code_list_parts, form_parts, sight_parts, sourced

__all__ = ["protocol_markdown"]


def protocol_markdown(protocol: Protocol) -> str:
    """Return the whole protocol as Markdown: every part, figure, rule and source of it.

    Sources stand in brackets behind what they are for. The last section lists what nobody has
    confirmed.
    """
    parts = (
        *_identity(protocol),
        *_sites(protocol),
        *_tracers(protocol),
        *_schedule(protocol),
        *_conflicts(protocol),
        *_consents(protocol),
        *_criteria(protocol),
        *form_parts(protocol),
        *code_list_parts(protocol),
        *sight_parts(protocol),
        *_readings(protocol),
        *_response(protocol),
        *_outcomes(protocol),
        *_parameters(protocol),
        *_sources(protocol),
        *_unconfirmed(protocol),
    )
    return "\n\n".join(parts) + "\n"


def _figure(figure: Figure | None, absent: str = "not stated") -> str:
    if figure is None:
        return absent
    return sourced(figure_words(figure), figure.source, figure.note)


def _identity(protocol: Protocol) -> Iterator[str]:
    one = protocol.identity
    yield heading(1, f"{markdown_text(one.acronym)}: {markdown_text(one.title)}")
    rows = [
        ("name", code(one.name)),
        ("registration", markdown_text(one.registration)),
        ("version of the protocol", f"{one.version} of {one.dated.isoformat()}"),
        ("sponsor", markdown_text(one.sponsor)),
        ("condition", markdown_text(one.condition)),
        ("purpose", markdown_text(one.purpose)),
        ("arms", str(one.arms)),
        ("masking", markdown_text(one.masking)),
        ("enrolment", f"{_figure(one.enrolment)}, {one.enrolment_kind}"),
        ("started on", "not stated" if one.started_on is None else one.started_on.isoformat()),
        ("completion", markdown_text(one.completion) or "not stated"),
        ("data monitoring committee", "yes" if one.dmc else "no"),
        ("serious adverse events are reported within", _figure(protocol.serious_report)),
        ("source", markdown_text(one.source)),
    ]
    yield table(("what", "stated"), rows)


def _sites(protocol: Protocol) -> Iterator[str]:
    yield heading(2, "Sites")
    rows = [
        (code(site.code), *map(markdown_text, (site.name, site.city, site.country)))
        for site in protocol.sites
    ]
    yield table(("site", "hospital", "city", "country"), rows)


def _tracers(protocol: Protocol) -> Iterator[str]:
    yield heading(2, "Tracers")
    for tracer in protocol.tracers:
        yield heading(3, markdown_text(tracer.name))
        yield table(("what", "stated"), _tracer_rows(tracer, protocol))
        if tracer.note:
            yield markdown_text(tracer.note)


def _tracer_rows(tracer: StudyTracer, protocol: Protocol) -> Iterator[tuple[str, str]]:
    yield "nuclide", markdown_text(tracer.nuclide)
    yield "target", markdown_text(tracer.target)
    yield "activity", _figure(tracer.activity, "by the rule of each site")
    yield "tolerance", _figure(tracer.tolerance)
    yield "uptake time", _figure(tracer.uptake.target)
    yield "uptake, earlier by at most", _figure(tracer.uptake.before)
    yield "uptake, later by at most", _figure(tracer.uptake.after)
    yield "effective dose", _figure(tracer.effective_dose)
    yield "lowest molar activity", _figure(tracer.molar_activity_minimum)
    yield "highest glucose", _figure(tracer.glucose_maximum)
    yield "fasting", _figure(tracer.fasting)
    yield "extravasation", markdown_text(tracer.extravasation) or "not stated"
    if tracer.extravasated is not None:
        yield "extravasated when", markdown_text(rule_words(tracer.extravasated, protocol))
    for antibody in tracer.antibody:
        whom = "for everyone"
        if antibody.when is not None:
            whom = f"when {markdown_text(rule_words(antibody.when, protocol))}"
        words = f"{_figure(antibody.mass)}, {whom}: {markdown_text(antibody.text)}"
        if antibody.tolerance is not None:
            words += f"; tolerance {_figure(antibody.tolerance)}"
        yield "antibody", words
    for use in tracer.uses:
        yield "injected at", _at(protocol, use.injection, use.injected)
        yield "scanned at", _at(protocol, use.scan, use.scanned)


def _at(protocol: Protocol, event_name: str, item_path: str) -> str:
    event = protocol.event(event_name)
    title = event_name if event is None else event.title
    return f"{markdown_text(title)}: {markdown_text(item_words(item_path, protocol))}"


def _schedule(protocol: Protocol) -> Iterator[str]:
    yield heading(2, "Schedule")
    head = ("event", "due", "window", "figures", "for whom", "forms", "needed")
    yield table(head, [_event_row(event, protocol) for event in protocol.events])
    rows = [
        (code(event.name), markdown_text(item_words(event.happened, protocol)), *_more(event))
        for event in protocol.events
    ]
    yield table(("event", "took place on", "tracer", "consents before it", "source", "note"), rows)


def _event_row(event: Event, protocol: Protocol) -> tuple[str, ...]:
    due, window, sources = "when it comes", "", ""
    if event.due is not None:
        due = markdown_text(due_words(event.due, protocol))
        window = markdown_text(window_words(event.due))
        parts = (event.due.offset, event.due.before, event.due.after, event.due.every)
        sources = "; ".join(_figure(figure) for figure in parts if figure is not None)
    marks = ["yes" if event.required else "no"]
    marks += ["repeats"] if event.repeats else []
    marks += ["study day 1"] if event.day_one else []
    whom = "everyone" if event.when is None else rule_words(event.when, protocol)
    return (
        f"{markdown_text(event.title)} ({code(event.name)})",
        due,
        window,
        sources,
        markdown_text(whom),
        ", ".join(code(name) for name in event.forms),
        ", ".join(marks),
    )


def _more(event: Event) -> tuple[str, ...]:
    return (
        markdown_text(event.tracer or ""),
        ", ".join(code(name) for name in event.consents),
        markdown_text(event.source),
        markdown_text(event.note),
    )


def _conflicts(protocol: Protocol) -> Iterator[str]:
    yield heading(2, "What must not come too close")
    rows = []
    for conflict in protocol.conflicts:
        earlier = moments_words(conflict.earlier, protocol)
        if conflict.since is not None:
            since = moments_words(conflict.since, protocol)
            earlier += f"; as long as it is not stated, since {since}"
        rows.append(
            (
                f"{markdown_text(conflict.text)} ({code(conflict.name)})",
                markdown_text(earlier),
                markdown_text(moments_words(conflict.later, protocol)),
                gap_words(conflict.gap),
                _figure(conflict.gap),
                conflict.effect.value,
            )
        )
    yield table(("why", "what came before", "what comes", "must lie", "figure", "else"), rows)
    if protocol.ends:
        yield bullets(
            f"{markdown_text(item_words(ending.item, protocol))}: "
            f"{sourced(ending.text, ending.source)}, and nothing is due from that day on."
            for ending in protocol.ends
        )


def _consents(protocol: Protocol) -> Iterator[str]:
    yield heading(2, "Consents")
    rows = [
        (
            code(consent.name),
            markdown_text(consent.text),
            "needed" if consent.required else "optional",
            markdown_text(consent.source),
        )
        for consent in protocol.consents
    ]
    yield table(("consent", "to what", "needed", "source"), rows)


def _criteria(protocol: Protocol) -> Iterator[str]:
    yield heading(2, "Criteria")
    yield "Each is judged met, not met or unknown; a missing fact is not a failed one."
    rows = [_criterion_row(criterion, protocol) for criterion in protocol.criteria]
    yield table(("number", "criterion", "met when", "shown beside, never overruling"), rows)


def _criterion_row(criterion: Criterion, protocol: Protocol) -> tuple[str, ...]:
    beside = "; ".join(
        f"{sourced(one.text, one.source)}: {markdown_text(rule_words(one.rule, protocol))}"
        for one in criterion.informed_by
    )
    return (
        f"{criterion.number} ({criterion.kind.value})",
        sourced(criterion.text, criterion.source),
        markdown_text(rule_words(criterion.rule, protocol)),
        beside,
    )


def _readings(protocol: Protocol) -> Iterator[str]:
    yield heading(2, "Reading")
    for reading in protocol.readings:
        yield heading(3, f"{markdown_text(reading.tracer)}, for each {reading.level}")
        yield from _reading(reading)


def _reading(reading: Reading) -> Iterator[str]:
    words = f"Readers: {_figure(reading.readers)}. Source: {markdown_text(reading.source)}."
    yield f"{words} {markdown_text(reading.note)}".strip()
    scale = [(code(step.code), markdown_text(step.title), step.verdict) for step in reading.scale]
    yield table(("class", "what is seen", "counts as"), scale)
    if reading.thresholds:
        rows = [
            (
                code(one.name) + (", the default" if one.default else ""),
                markdown_text(one.measure),
                _figure(one.figure),
                markdown_text(one.population),
                markdown_text(", ".join(one.excluded_organs)) or "none",
            )
            for one in reading.thresholds
        ]
        yield table(("threshold", "of", "figure", "found in", "not for organs"), rows)


def _response(protocol: Protocol) -> Iterator[str]:
    yield heading(2, "Response")
    for criteria in protocol.response:
        yield heading(3, f"{markdown_text(criteria.title)} ({code(criteria.name)})")
        note = f" {markdown_text(criteria.note)}" if criteria.note else ""
        yield f"For each {criteria.level}. Source: {markdown_text(criteria.source)}.{note}"
        rows = [(code(name), _figure(figure)) for name, figure in criteria.figures.items()]
        yield table(("figure", "value"), rows)


def _outcomes(protocol: Protocol) -> Iterator[str]:
    yield heading(2, "Outcomes")
    rows = [
        (
            f"{markdown_text(outcome.title)} ({code(outcome.name)})",
            outcome.kind.value,
            markdown_text(outcome.time_frame),
            sourced(outcome.text, outcome.source),
        )
        for outcome in protocol.outcomes
    ]
    yield table(("outcome", "rank", "time frame", "what it is"), rows)


def _parameters(protocol: Protocol) -> Iterator[str]:
    yield heading(2, "Other figures")
    rows = [(code(name), _figure(figure)) for name, figure in protocol.parameters.items()]
    yield table(("name", "figure"), rows)


def _sources(protocol: Protocol) -> Iterator[str]:
    yield heading(2, "Sources")
    rows = [(code(key), markdown_text(text)) for key, text in protocol.sources.items()]
    yield table(("key", "source"), rows)


def _unconfirmed(protocol: Protocol) -> Iterator[str]:
    yield heading(2, "Not confirmed")
    yield "No source stands behind these. Check each before it is relied on."
    rows = [
        (code(path), markdown_text(figure_words(figure)), markdown_text(figure.note))
        for path, figure in unconfirmed(protocol)
    ]
    yield table(("figure", "value", "note"), rows)
    parts = unconfirmed_parts(protocol)
    if parts:
        yield "Nor behind these parts:"
        yield bullets(code(path) for path in parts)
    assumed = [form for form in protocol.forms if form.assumed]
    if assumed:
        yield "The trial record does not ask for these forms:"
        yield bullets(f"{markdown_text(form.title)} ({code(form.name)})" for form in assumed)
