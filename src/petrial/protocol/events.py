"""Events of a trial, when each is due, and what must not come too close to what."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from petrial.protocol.figures import Figure, Frozen, Name, Sentence
from petrial.protocol.rules import ItemPath, Rule

__all__ = ["Conflict", "Due", "Effect", "Ending", "Event", "Moments"]


class Effect(StrEnum):
    """What a broken rule of time does."""

    REFUSE = "refuse"
    WARN = "warn"


class Due(Frozen):
    """When an event is due: whole days from another event, with a window around them.

    ``offset`` 14 d, ``before`` 2 d, ``after`` 4 d: due on day 14, within the window from day 12 to
    day 18. ``every`` repeats it from the first time on.
    """

    anchor: Name
    offset: Figure
    before: Figure
    after: Figure
    every: Figure | None = None


class Event(Frozen):
    """Something that happens to a subject and is planned: a visit, a scan, an injection.

    Attributes
    ----------
    happened
        The item whose value is the day or moment at which it took place.
    forms
        Names of the forms that are filled in at it.
    due
        When; None for what comes when it comes.
    when
        Rule: for whom. None for everyone.
    required
        Whether its absence is a deviation.
    tracer
        Name of the tracer that is injected or scanned.
    day_one
        Whether its day is study day 1, from which snapshots count. Exactly one event has it.
    consents
        Consents that must stand before it takes place. All required consents must stand at
        ``day_one`` anyway, and those that ``when`` names at the event itself.
    """

    name: Name
    title: Sentence
    happened: ItemPath
    forms: tuple[Name, ...]
    due: Due | None = None
    when: Rule | None = None
    required: bool = True
    repeats: bool = False
    tracer: str | None = None
    day_one: bool = False
    consents: tuple[Name, ...] = ()
    source: Sentence
    note: str = ""


class Moments(Frozen):
    """The values of a date or moment item; only of forms where another item has that value."""

    item: ItemPath
    where: ItemPath | None = None
    values: tuple[str, ...] = ()


class Conflict(Frozen):
    """What must not come too close to what.

    A positive ``gap`` forbids the later to lie less than that after the earlier; before the earlier
    it is free, so that an FDG scan may precede 89Zr. With gap 0 the later must not precede the
    earlier. A negative gap forbids the later to lie less than that before the earlier.

    Attributes
    ----------
    earlier
        Moments from which the gap counts. Where ``since`` is given as well, a form that has a
        value for ``since`` and none for ``earlier`` (a drug that was started and not stopped)
        is in conflict too.
    later
        Moments to which it counts.
    gap
        The least time between them: ``d`` and ``wk`` count days of the calendar, ``h`` and ``min``
        time on the clock. 0 means only after.
    effect
        Whether a plan against it is refused, or warned of.
    """

    name: Name
    text: Sentence
    earlier: Moments
    since: Moments | None = None
    later: Moments
    gap: Annotated[Figure, Field()]
    effect: Effect


class Ending(Frozen):
    """What ends the course of a subject, such as death: nothing is due from that day on.

    Withdrawal, a failed screening and completion end it anyway; these are acts of petrial's own.

    Attributes
    ----------
    text
        What happened, as it is said with its day, such as ``died``.
    item
        The item whose value is the day.
    denied_by
        Days that cannot lie after it, such as one on which the subject was seen alive.
    """

    name: Name
    text: Sentence
    item: ItemPath
    denied_by: Moments | None = None
    source: Sentence
