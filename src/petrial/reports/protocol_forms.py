"""Forms, code lists and who sees what, of a protocol as Markdown for people."""

from collections.abc import Iterator

from petrial.protocol.forms import CodeList, Form, Item
from petrial.protocol.model import Protocol
from petrial.protocol.words import figure_words, rule_words
from petrial.reports.markdown import bullets, code, heading, markdown_text, table

__all__ = ["code_list_parts", "form_parts", "sight_parts", "sourced"]


def sourced(text: str, source: str, note: str = "") -> str:
    r"""Return a text with its source, and the note where there is one.

    >>> print(sourced("200 MBq", "record", "about"))
    200 MBq \[record\]: about
    """
    said = f"{markdown_text(text)} \\[{markdown_text(source)}\\]" if source else markdown_text(text)
    return f"{said}: {markdown_text(note)}" if note else said


def form_parts(protocol: Protocol) -> Iterator[str]:
    """Yield the section on forms, part by part."""
    yield heading(2, "Forms")
    for form in protocol.forms:
        yield heading(3, f"{markdown_text(form.title)} ({code(form.name)})")
        yield _form_words(form, protocol)
        rows = [_item_row(item, protocol) for item in form.items]
        yield table(("item", "asked", "type", "range", "needed", "seen by"), rows)


def _form_words(form: Form, protocol: Protocol) -> str:
    events = [event for event in protocol.events if form.name in event.forms]
    at = ", ".join(markdown_text(event.title) for event in events) or "no event"
    words = [
        (
            f"Kind: {form.kind.value.replace('_', ' ')}. Filled in at: {at}. "
            f"Seen by: {code(form.group)}. Source: {markdown_text(form.source)}."
        )
    ]
    if form.repeats:
        words.append("It may be filled in several times at one event.")
    if form.assumed:
        words.append("**An assumption**: the trial record does not ask for it.")
    if form.note:
        words.append(markdown_text(form.note))
    return " ".join(words)


def _item_row(item: Item, protocol: Protocol) -> tuple[str, ...]:
    title = markdown_text(item.title)
    if item.note:
        title += f" ({markdown_text(item.note)})"
    kind = item.type.value
    if item.codes is not None:
        kind += f" {code(item.codes)}"
    if item.unit:
        kind += f", {markdown_text(item.unit)}"
    if item.sealed:
        kind += ", personal and sealed" if item.personal else ", sealed"
    needed = item.required
    words = needed if isinstance(needed, str) else f"when {rule_words(needed, protocol)}"
    return (
        code(item.name),
        title,
        kind,
        _range_words(item),
        markdown_text(words),
        code(item.group) if item.group is not None else "",
    )


def _range_words(item: Item) -> str:
    ends = [
        f"{word} {sourced(figure_words(limit), limit.source, limit.note)}"
        for word, limit in (("from", item.minimum), ("to", item.maximum))
        if limit is not None
    ]
    return " ".join(ends)


def code_list_parts(protocol: Protocol) -> Iterator[str]:
    """Yield the section on code lists, part by part."""
    yield heading(2, "Code lists")
    for codes in protocol.code_lists:
        yield heading(3, f"{markdown_text(codes.title)} ({code(codes.name)})")
        yield _codes_words(codes)


def _codes_words(codes: CodeList) -> str:
    order = "In this order. " if codes.ordered else ""
    rows = [(code(one.code), markdown_text(one.title)) for one in codes.codes]
    return f"{order}Source: {markdown_text(codes.source)}.\n\n" + table(("code", "meaning"), rows)


def sight_parts(protocol: Protocol) -> Iterator[str]:
    """Yield the section on who sees what, part by part."""
    yield heading(2, "Who sees what")
    rows = [
        (code(group), ", ".join(role.value for role in roles))
        for group, roles in protocol.visibility.items()
    ]
    yield table(("group", "roles that see it always"), rows)
    said = []
    for disclosure in protocol.disclosures:
        event = protocol.event(disclosure.at)
        at = markdown_text(disclosure.at if event is None else event.title)
        roles = ", ".join(role.value for role in disclosure.to)
        words = f"{code(disclosure.group)} is shown to {roles} at {at}"
        if disclosure.requires:
            forms = ", ".join(code(name) for name in disclosure.requires)
            words += f", once {forms} is filled in"
        if disclosure.then:
            forms = ", ".join(code(name) for name in disclosure.then)
            words += f"; {forms} is filled in only after that"
        said.append(f"{words} \\[{markdown_text(disclosure.source)}\\].")
    if said:
        yield bullets(said)
