"""Taking values in from a file: all of them or none, each bad one named by where it stands."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from petrial.conduct.cells import Cell, Slots
from petrial.conduct.desk import refuse
from petrial.conduct.filling import checked_reason
from petrial.conduct.ledger import Stamp, UnitOfWork
from petrial.protocol.forms import Item
from petrial.protocol.model import Protocol
from petrial.subjects.contradictions import contradictions
from petrial.subjects.facts import Absent, Draft, Fact, Place
from petrial.subjects.records import STATUS, Form, Subject
from petrial.subjects.state import SubjectState
from petrial.vocabulary.errors import Problem

__all__ = ["Cell", "Imported", "Order", "Setting", "import_cells", "judge_cells"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How to take in: whether values may take the place of others, why, and in earnest or not."""

    replace: bool = False
    reason: str = ""
    dry_run: bool = False


class Setting(NamedTuple):
    """What holds at a site: the protocol in force, and the stamp of the act."""

    protocol: Protocol
    stamp: Stamp


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
    """

    subjects: tuple[str, ...]
    cells: int
    new: int
    replaced: int
    unchanged: int
    dry_run: bool


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
        judged = _judge(group, states.get(subject), slots, order or Order())
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
        judged = _judge(group, state, slots, order)
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


def _withdrawn(cells: list[Cell]) -> list[Problem]:
    do = "leave this subject out: after withdrawal nothing is added"
    return _each_row(cells, f"{cells[0].subject}, withdrawn", "a subject who takes part", do)


def _judge(
    cells: list[Cell], state: SubjectState | None, slots: Slots, order: Order
) -> "_Judgement":
    """Judge the cells of one subject against what stands in the ledger and in the file."""
    judged = _Judgement(SubjectState("", "", {}) if state is None else state, slots, order)
    if state is None or state.status is None:
        judged.problems += [*_unknown(cells), *_judged_alone(cells, slots, order)]
        return judged
    if state.status is Subject.WITHDRAWN:
        judged.problems += _withdrawn(cells)
        return judged
    for cell in cells:
        judged.take(cell)
    judged.close()
    return judged


def _judged_alone(cells: list[Cell], slots: Slots, order: Order) -> list[Problem]:
    """Return what is wrong with the cells of a subject of whom nothing is stated."""
    judged = _Judgement(SubjectState("", "", {}), slots, order)
    for cell in cells:
        judged.take(cell)
    return judged.problems


class _Said(NamedTuple):
    """What a cell says: canonical text, why there is none, when observed, and where it stood."""

    text: str | None
    absent: str
    observed: str
    where: str


_REASONS: Final = tuple(reason.value for reason in Absent)


class _Judgement:
    """What comes of the cells of one subject."""

    def __init__(self, state: SubjectState, slots: Slots, order: Order) -> None:
        self._state = state
        self._slots = slots
        self._order = order
        self._said: dict[Place, _Said] = {}
        self.drafts: list[Draft] = []
        self.problems: list[Problem] = []
        self.new = 0
        self.replaced = 0
        self.unchanged = 0

    def take(self, cell: Cell) -> None:
        """Judge one cell."""
        slot = self._slots.slot(cell)
        if isinstance(slot, Problem):
            self.problems.append(slot)
            return
        text: str | None = None
        if not cell.absent:
            canonical = self._slots.text(slot, cell.text, cell.where)
            if isinstance(canonical, tuple):
                self.problems += canonical
                return
            text = canonical
        elif cell.absent not in _REASONS:
            wanted, do = "one of: " + ", ".join(_REASONS), "correct why there is no value"
            self.problems.append(Problem(cell.where, cell.item, cell.absent, wanted, do))
            return
        observed = cell.observed and self._slots.observed(cell.observed, cell.where)
        if isinstance(observed, tuple):
            self.problems += observed
            return
        self._place(Place(*cell[2:7]), _Said(text, cell.absent, observed, cell.where), slot.item)

    def _place(self, place: Place, said: _Said, item: Item) -> None:
        """Add a draft where the value is new, a problem where it differs and may not replace."""
        earlier = self._said.get(place)
        if earlier is not None:
            if earlier[:3] != said[:3]:
                self.problems.append(_twice(said, earlier, item))
            return
        self._said[place] = said
        before = self._state.facts.get(place)
        stated = None if before is None else self._state.text(before)
        if before is not None and before.sealed and stated is None:
            self.problems.append(_erased(said, item))
            return
        if _same(said, stated, before):
            self.unchanged += 1
            return
        if before is not None:
            if not self._order.replace:
                self.problems.append(_differs(said, before, item))
                return
            self.replaced += 1
        else:
            self.new += 1
        self.drafts.append(
            Draft(
                place=place,
                value=said.text,
                unit=item.unit if said.text is not None else "",
                absent=said.absent,
                observed=said.observed,
                reason="" if before is None else self._order.reason.strip(),
                replaces=None if before is None else before.seq,
                sealed=item.sealed and said.text is not None,
            )
        )

    def close(self) -> None:
        """Refuse locked forms and contradictions; take signatures away from forms that change."""
        touched: dict[_FormPlace, list[Draft]] = {}
        for draft in self.drafts:
            touched.setdefault(draft.place[:4], []).append(draft)
        if not touched:
            return
        texts: dict[_FormPlace, dict[str, str]] = {place: {} for place in touched}
        for place, fact in self._state.facts.items():
            values = texts.get(place[:4])
            if values is not None and (text := self._state.text(fact)) is not None:
                values[place.item] = text
        for form_place, drafts in touched.items():
            self._status(form_place, drafts)
            values = texts[form_place]
            for draft in drafts:
                values.pop(draft.place.item, None)
                if draft.value is not None:
                    values[draft.place.item] = draft.value
            where = self._said[drafts[0].place].where.partition(", column ")[0]
            self.problems += contradictions(self._slots.kind(form_place[2]), values, where)

    def _status(self, form_place: "_FormPlace", drafts: list[Draft]) -> None:
        status = self._state.form_status(*form_place)
        if status is Form.LOCKED:
            self.problems += [_locked(self._said[draft.place].where, draft) for draft in drafts]
        elif status is Form.SIGNED:
            signed = Place(*form_place, STATUS)
            before = self._state.facts[signed].seq
            self.drafts.append(Draft(place=signed, value=Form.OPEN.value, replaces=before))


_FormPlace = tuple[str, int, str, int]


def _same(said: _Said, stated: str | None, before: Fact | None) -> bool:
    """Return whether nothing new is said; that nothing is there where nothing is, is not new."""
    if before is None:
        return said.absent == Absent.REMOVED
    same = (stated, before.absent) == (said.text, said.absent)
    return same and said.observed in {"", before.observed}


def _shown(text: str | None, absent: str, observed: str, item: Item) -> str:
    """Return what a problem may show: of a sealed value nothing."""
    value = "a value" if item.sealed and text is not None else text or absent
    return f"{value}, observed {observed}" if observed else value


def _twice(said: _Said, earlier: _Said, item: Item) -> Problem:
    return Problem(
        said.where,
        item.name,
        _shown(*said[:3], item),
        f"what {earlier.where} says of the same place: {_shown(*earlier[:3], item)}",
        "correct one of them; two visits, samples or lesions need their repeat numbers",
    )


def _differs(said: _Said, before: Fact, item: Item) -> Problem:
    stated = _shown(before.value, before.absent, before.observed if said.observed else "", item)
    return Problem(
        said.where,
        item.name,
        _shown(*said[:3], item),
        f"{stated}, as is stated (fact {before.seq})",
        "correct the file; or replace what is stated, with the reason",
    )


def _erased(said: _Said, item: Item) -> Problem:
    do = "leave this cell out: erased is erased"
    wanted = "nothing, for what stood here was erased"
    return Problem(said.where, item.name, _shown(*said[:3], item), wanted, do)


def _locked(where: str, draft: Draft) -> Problem:
    return Problem(
        where,
        draft.place.item,
        f"a new value for {draft.place.form}, which is locked",
        "an open or signed form",
        "let a data manager unlock it, with the reason: `petrial forms unlock`",
    )
