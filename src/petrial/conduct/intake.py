"""Taking values in from a file: all of them or none, each bad one named by where it stands."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from petrial.conduct.cells import Cell, Slots
from petrial.conduct.desk import refuse
from petrial.conduct.filling import checked_reason
from petrial.conduct.judgement import Beside, Judgement, Order
from petrial.conduct.ledger import Stamp, UnitOfWork
from petrial.protocol.model import Protocol, Role
from petrial.subjects.facts import Draft, Fact
from petrial.subjects.records import SUBJECT
from petrial.subjects.state import SubjectState
from petrial.vocabulary.errors import Problem

__all__ = ["Cell", "Imported", "Order", "Setting", "import_cells", "judge_cells"]


class Setting(NamedTuple):
    """What holds at a site: the protocol in force, the stamp of the act, and what goes beside.

    Without ``beside`` nothing is known of batches and of hospital numbers.
    """

    protocol: Protocol
    stamp: Stamp
    beside: Beside | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import stated, or with ``dry_run`` would have.

    Attributes
    ----------
    subjects
        Whose chains got something new.
    cells
        How many values the file states.
    new, replaced
        Values that were not there, and those that took the place of others.
    unchanged
        Values that were stated already.
    dry_run
        Whether nothing was written.
    registered
        Subjects that the study did not know, and who were registered.
    """

    subjects: tuple[str, ...]
    cells: int
    new: int
    replaced: int
    unchanged: int
    dry_run: bool
    registered: tuple[str, ...] = ()


def judge_cells(
    cells: Iterable[Cell | Problem],
    protocol: Protocol,
    states: Mapping[str, SubjectState],
    order: Order | None = None,
    latest: date | None = None,
) -> tuple[dict[str, tuple[Draft, ...]], tuple[Problem, ...]]:
    """Return the drafts by subject, and every problem; with a problem nothing may be written.

    Parameters
    ----------
    cells
        Values of a file; problems that reading it met go through.
    protocol
        In force.
    states
        Of the subjects that the study knows.
    order
        Whether values may be replaced, and why.
    latest
        Last day that a value may have, such as today.
    """
    groups, problems = _grouped(cells)
    slots = Slots(protocol, latest)
    drafts: dict[str, tuple[Draft, ...]] = {}
    for subject, group in groups.items():
        judged = _judge(group, states.get(subject), slots, order or Order(), Beside())
        problems += judged.problems
        if judged.drafts:
            drafts[subject] = tuple(judged.drafts)
    return drafts, tuple(problems)


def import_cells(
    unit: UnitOfWork,
    cells: Iterable[Cell | Problem],
    sites: Mapping[str, str],
    setting: Callable[[str], Setting],
    order: Order,
) -> Imported:
    """Append what a file states to the chains of its subjects, in a unit of work that has begun.

    The unit is not committed here: the caller does, after this came back without a refusal.

    Parameters
    ----------
    unit
        The transaction.
    cells
        Values of a file, and problems that reading it met.
    sites
        Site of each subject of the study, by subject.
    setting
        Gives protocol and stamp for a site; raises RefusedError where the person may not act.
    order
        Whether values may be replaced, and why; ``dry_run`` appends nothing.

    Raises
    ------
    RefusedError
        Any value cannot be taken in. The first problem is its text, all others are its notes.
    """
    if order.replace:
        checked_reason(order.reason, "import")
    groups, problems = _grouped(cells)
    settings: dict[str, tuple[Setting, Slots]] = {}
    total = new = replaced = unchanged = 0
    changed: list[str] = []
    strangers: list[list[Cell]] = []
    for subject in sorted(groups):  # in one order, so that two imports do not wait for each other
        group = groups.pop(subject)
        total += len(group)
        if subject not in sites:
            strangers.append(group)
            continue
        site = sites[subject]
        if site not in settings:
            here = setting(site)
            settings[site] = here, Slots(here.protocol, here.stamp.recorded.date())
        here, slots = settings[site]
        facts = unit.current(subject)
        state = SubjectState.of(subject, facts, _opened(unit, facts))
        beside = here.beside or Beside(role=Role(here.stamp.role))
        judged = _judge(group, state, slots, order, beside)
        problems += judged.problems
        new, replaced = new + judged.new, replaced + judged.replaced
        unchanged += judged.unchanged
        if judged.drafts:
            changed.append(subject)
            if not problems and not order.dry_run:
                unit.append(subject, judged.drafts, here.stamp)
    at_hand = [slots for _, slots in settings.values()][:1]  # judges what strangers state too
    for group in strangers:
        problems += _unknown(group)
        problems += [p for slots in at_hand for p in _judged_alone(group, slots, order)]
    if problems:
        refuse(problems)
    return Imported(
        subjects=tuple(changed),
        cells=total,
        new=new,
        replaced=replaced,
        unchanged=unchanged,
        dry_run=order.dry_run,
    )


def _opened(unit: UnitOfWork, facts: Iterable[Fact]) -> Mapping[str, str]:
    sealed = [fact for fact in facts if fact.sealed]
    return unit.opened(sealed) if sealed else {}


def _grouped(cells: Iterable[Cell | Problem]) -> tuple[dict[str, list[Cell]], list[Problem]]:
    groups: dict[str, list[Cell]] = {}
    problems: list[Problem] = []
    for cell in cells:
        if isinstance(cell, Problem):
            problems.append(cell)
        else:
            groups.setdefault(cell.subject, []).append(cell)
    return groups, problems


def _each_row(cells: list[Cell], got: str, wanted: str, do: str) -> list[Problem]:
    rows = dict.fromkeys(cell.row for cell in cells)
    return [Problem(row, "subject", got, wanted, do) for row in rows]


def _unknown(cells: list[Cell]) -> list[Problem]:
    do = "check the number, or register the subject first: `petrial subjects register`"
    return _each_row(cells, cells[0].subject, "a subject of this study", do)


def _erased(cells: list[Cell]) -> list[Problem]:
    do = "leave this subject out: the person asked to be forgotten"
    wanted = "a subject whose texts were not erased"
    return _each_row(cells, f"{cells[0].subject}, erased", wanted, do)


def _judge(
    cells: list[Cell], state: SubjectState | None, slots: Slots, order: Order, beside: Beside
) -> Judgement:
    """Judge the cells of one subject against what stands in the ledger and in the file."""
    judged = Judgement(SubjectState("", "", {}) if state is None else state, slots, order, beside)
    if state is None or state.status is None:
        judged.problems += [*_unknown(cells), *_judged_alone(cells, slots, order)]
        return judged
    if state.own(SUBJECT, "erased") is not None:
        judged.problems += _erased(cells)
        return judged
    for cell in cells:
        judged.take(cell)
    judged.close()
    return judged


def _judged_alone(cells: list[Cell], slots: Slots, order: Order) -> list[Problem]:
    """Return what is wrong with the cells of a subject of whom nothing is stated."""
    judged = Judgement(SubjectState("", "", {}), slots, order, Beside())
    for cell in cells:
        judged.take(cell)
    return judged.problems
