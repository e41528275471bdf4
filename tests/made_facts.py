"""Chained facts and states of subjects, made from short statements.

made_state(
    ("screening/laboratory.asat", "70", "2024-05-21"),
    ("screening/laboratory[2].asat", None, "2024-05-22", "not-done"),
    Said("screening/demographics.born_on", "1960-05-21", sealed=True),
    ("@own/@consent.participation", "given"),
)
"""

import hashlib
import re
from typing import NamedTuple

from petrial.subjects.chain import Head, chained, commitment
from petrial.subjects.facts import Fact, Place
from petrial.subjects.state import SubjectState

_WHERE = re.compile(r"(@?\w+)(?:\[(\d+)\])?/(@?\w+)(?:\[(\d+)\])?\.(@?\w+)")


class Said(NamedTuple):
    """One statement. ``where`` is ``event[repeat]/form[repeat].item``, a repeat of 1 left out."""

    where: str
    value: str | None
    observed: str = ""
    absent: str = ""
    unit: str = ""
    sealed: bool = False


Statement = (
    Said | tuple[str, str | None] | tuple[str, str | None, str] | tuple[str, str | None, str, str]
)


def place_of(where: str) -> Place:
    """Return the place that ``event[repeat]/form[repeat].item`` names."""
    found = _WHERE.fullmatch(where)
    assert found is not None, f"{where}: wanted event/form.item"
    event, event_repeat, form, form_repeat, item = found.groups()
    return Place(event, int(event_repeat or 1), form, int(form_repeat or 1), item)


def salt_of(text: str) -> bytes:
    """Return a salt that is the same in each run; real ones are random."""
    return hashlib.sha256(text.encode()).digest()


def sealed_text(text: str) -> str:
    """Return what stands in the chain for a sealed text of these facts."""
    return commitment(salt_of(text), text)


def made_facts(
    *statements: Statement, subject: str = "S-001", site: str = "groningen", author: str = "nurse"
) -> tuple[Fact, ...]:
    """Return the chain of the statements, one act each, a minute apart from noon UTC on.

    A later statement at a place replaces the earlier one.
    """
    facts: list[Fact] = []
    newest: dict[Place, int] = {}
    head = Head(subject)
    for number, statement in enumerate((Said(*s) for s in statements), start=1):
        place = place_of(statement.where)
        value = statement.value
        if statement.sealed and value is not None:
            value = sealed_text(value)
        minutes = 12 * 60 + number
        recorded = f"2024-06-{1 + minutes // 1440:02}T{minutes // 60 % 24:02}:{minutes % 60:02}"
        values = (
            *("study", site, subject, number, "record_form", number),
            *place,
            *(value, statement.unit, statement.absent, statement.observed),
            *(f"{recorded}:00.000000Z", author, "site-nurse", "", newest.get(place), "1.0"),
        )
        fact = chained(values, head)
        head = Head(subject, number, fact.hash)
        newest[place] = number
        facts.append(fact)
    return tuple(facts)


def made_state(
    *statements: Statement,
    subject: str = "S-001",
    site: str = "groningen",
    opened: dict[str, str] | None = None,
) -> SubjectState:
    """Return the state after the statements; sealed texts can be read unless ``opened`` is given.

    ``opened`` is what the vault still holds, by commitment: ``{}`` after an erasure.
    """
    texts = {
        sealed_text(said.value): said.value
        for said in (Said(*s) for s in statements)
        if said.sealed and said.value is not None
    }
    facts = made_facts(*statements, subject=subject, site=site)
    return SubjectState.of(subject, facts, texts if opened is None else opened)
