"""A fact: what someone stated, when, and where it stands in the chain of its subject."""

import re
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final, NamedTuple

from petrial.vocabulary.errors import UsageError

__all__ = [
    "SEALED",
    "STUDY",
    "SYSTEM",
    "Absent",
    "Draft",
    "Fact",
    "Place",
    "is_system",
    "place_of",
]

STUDY: Final = "@study"
"""The chain of what belongs to no subject: protocol versions, roles, batches, snapshots."""

SYSTEM: Final = "@"
"""Forms and items whose name begins so are petrial's own; a protocol cannot define such names."""

SEALED: Final = "sealed:sha256:"
"""Before the commitment that stands in the chain instead of a value that must be erasable."""


class Absent(StrEnum):
    """Why an item has no value; a reason is a statement, an empty cell is none."""

    NOT_DONE = "not-done"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"
    REMOVED = "removed"


class Place(NamedTuple):
    """Where a value belongs within one subject: which item of which form at which event.

    ``event_repeat`` and ``form_repeat`` count from 1.
    """

    event: str
    event_repeat: int
    form: str
    form_repeat: int
    item: str

    def __str__(self) -> str:
        """Return it as people write it, repeats only where they are not the first.

        >>> str(Place("follow_up", 2, "laboratory", 1, "asat"))
        'follow_up[2]/laboratory.asat'
        """
        event = self.event + (f"[{self.event_repeat}]" if self.event_repeat != 1 else "")
        form = self.form + (f"[{self.form_repeat}]" if self.form_repeat != 1 else "")
        return f"{event}/{form}.{self.item}"


_PLACE: Final = re.compile(
    r"(?P<event>[@a-z][a-z0-9_]*)(\[(?P<event_repeat>[1-9][0-9]*)\])?"
    r"/(?P<form>[@a-z][a-z0-9_]*)(\[(?P<form_repeat>[1-9][0-9]*)\])?"
    r"\.(?P<item>[@a-z][A-Za-z0-9_]*)"
)


def place_of(text: str) -> Place:
    """Return the place that a text such as ``follow_up[2]/laboratory.asat`` names.

    Raises
    ------
    UsageError
        It is not written so.

    Examples
    --------
    >>> place_of("follow_up[2]/laboratory.asat")
    Place(event='follow_up', event_repeat=2, form='laboratory', form_repeat=1, item='asat')
    """
    found = _PLACE.fullmatch(text)
    if found is None:
        raise UsageError(
            where="place",
            field="EVENT/FORM.ITEM",
            got=text,
            wanted="event, slash, form, point, item; repeats in brackets",
            do="write it as follow_up[2]/laboratory.asat; the first repeat needs no brackets",
        )
    return Place(
        found["event"],
        int(found["event_repeat"] or 1),
        found["form"],
        int(found["form_repeat"] or 1),
        found["item"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A statement that is not yet in the ledger.

    Attributes
    ----------
    place
        Where it belongs.
    value
        Canonical text of the value; None where ``absent`` says why there is none.
    unit
        UCUM unit of the value, empty where there is none.
    absent
        Why there is no value; empty where there is one.
    observed
        Day (``2024-05-21``) or moment with offset (``2024-05-21T10:42:00+02:00``) at which it was
        seen or measured; empty where it is not stated.
    reason
        Why it changes what was stated before; sealed.
    replaces
        Number in the chain of the fact that it replaces.
    sealed
        Whether the value is to live outside the chain.
    """

    place: Place
    value: str | None
    unit: str = ""
    absent: str = ""
    observed: str = ""
    reason: str = ""
    replaces: int | None = None
    sealed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One row of the ledger, never changed.

    Attributes
    ----------
    study, site, subject
        Where; ``subject`` names the chain, ``@study`` for the study's own.
    seq
        Number in the chain, from 1.
    act, act_seq
        Which act stated it, and the number of that act's first fact in this chain.
    event, event_repeat, form, form_repeat, item
        The place.
    value, unit, absent, observed
        As in ``Draft``; a sealed value is ``sealed:sha256:`` and its commitment.
    recorded
        Moment of recording, UTC, ``2024-05-21T08:42:00.000000Z``.
    author, role
        Who, and in which role.
    reason
        Commitment to the reason for change; empty where there is none.
    replaces
        Number of the fact that it replaces.
    protocol
        Version of the protocol that was in force.
    previous, hash
        Hash of the fact before it in the chain, and its own; SHA-256, hexadecimal.
    """

    study: str
    site: str
    subject: str
    seq: int
    act: str
    act_seq: int
    event: str
    event_repeat: int
    form: str
    form_repeat: int
    item: str
    value: str | None
    unit: str
    absent: str
    observed: str
    recorded: str
    author: str
    role: str
    reason: str
    replaces: int | None
    protocol: str
    previous: str
    hash: str

    @property
    def place(self) -> Place:
        """Where the value belongs within its subject."""
        return Place(self.event, self.event_repeat, self.form, self.form_repeat, self.item)

    @property
    def sealed(self) -> bool:
        """Whether the value lives outside the chain."""
        return self.value is not None and self.value.startswith(SEALED)


FACT_FIELDS: Final = tuple(field.name for field in fields(Fact))
"""Names of the columns of the ledger, in the order of the canonical bytes."""


def is_system(name: str) -> bool:
    """Return whether a form or item is petrial's own.

    >>> is_system("@consent"), is_system("laboratory")
    (True, False)
    """
    return name.startswith(SYSTEM)
