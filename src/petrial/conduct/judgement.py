"""What comes of the cells of one subject, by the rules that hold for other acts too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from petrial.conduct.cells import Cell, Slots
from petrial.conduct.filling import no_longer_blind
from petrial.conduct.identity import HOSPITAL_NUMBER, same_person
from petrial.conduct.permissions import AFTER_WITHDRAWAL, IMPORTS
from petrial.conduct.remarks import batch_problems, other_tracer
from petrial.protocol.forms import Form as Sheet
from petrial.protocol.forms import FormKind, Item
from petrial.protocol.model import Role
from petrial.subjects.contradictions import contradictions
from petrial.subjects.facts import Absent, Draft, Fact, Place
from petrial.subjects.records import STATUS, Form, Subject
from petrial.subjects.state import SubjectState
from petrial.subjects.study import TracerBatch
from petrial.subjects.visibility import disclosed_groups, not_yet_disclosed
from petrial.vocabulary.errors import Problem

__all__ = ["Beside", "Judgement", "Order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How to take in: whether values may take the place of others, why, and in earnest or not."""

    replace: bool = False
    reason: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What goes beside the chain of a subject.

    Attributes
    ----------
    role
        Who takes in; None for someone who sees everything.
    received
        Tracer batches of the site.
    numbers
        Hospital numbers of the site, as ``identity.numbers_of`` gives them; those of the file
        are added.
    """

    role: Role | None = None
    received: Sequence[TracerBatch] = ()
    numbers: dict[str, str] = field(default_factory=dict)


class _Said(NamedTuple):
    """What a cell says: canonical text, why there is none, when observed, and where it stood."""

    text: str | None
    absent: str
    observed: str
    where: str


_REASONS: Final = tuple(reason.value for reason in Absent)


class Judgement:
    """What comes of the cells of one subject: ``take`` each, then ``close``.

    Parameters
    ----------
    state
        The subject.
    slots
        Of the protocol in force at its site.
    order
        Whether values may be replaced, and why.
    beside
        Who takes in, and what is known beside the subject.
    """

    def __init__(self, state: SubjectState, slots: Slots, order: Order, beside: Beside) -> None:
        self._state = state
        self._slots = slots
        self._order = order
        self._beside = beside
        role = beside.role
        disclosed = frozenset() if role is None else disclosed_groups(state, role)
        self._hidden = frozenset() if role is None else slots.hidden(role, disclosed)
        self._stands = {place[:4] for place in state.facts}
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
        barred = self._barred(place, said, before, item)
        if barred is not None:
            self.problems.append(barred)
            return
        if _same(said, stated, before):
            self.unchanged += 1
            return
        late = self._too_late(place, said, before)
        if late:
            self.problems += late
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

    def _barred(self, place: Place, said: _Said, before: Fact | None, item: Item) -> Problem | None:
        """Return why nothing may be said of a place where something stands, not even the same."""
        if before is None:
            return None
        if place[2::2] in self._hidden:
            return _unseen(said, item)
        erased = before.sealed and self._state.text(before) is None
        return _erased(said, item) if erased else None

    def _too_late(self, place: Place, said: _Said, before: Fact | None) -> tuple[Problem, ...]:
        """Return why nothing new may be said of a form any more, or of the subject."""
        form = self._slots.form(place.form)
        early = not_yet_disclosed(self._slots.protocol, self._state, form.name, said.where)
        if before is None and early:
            return early
        if form.kind not in IMPORTS:
            where = said.where
            blind = no_longer_blind(self._slots.protocol, self._state, form, where)
            if blind or place[:4] in self._stands:
                return blind or (_whole(said, place, form.kind),)
        gone = self._state.status is Subject.WITHDRAWN
        if gone and before is None and form.kind not in AFTER_WITHDRAWAL:
            return (_withdrawn(said, self._state.subject),)
        return ()

    def close(self) -> None:
        """Judge what is new as whole forms; take signatures away from forms that change."""
        touched: dict[_FormPlace, list[Draft]] = {}
        for draft in self.drafts:
            touched.setdefault(draft.place[:4], []).append(draft)
        if not touched:
            return
        self._follow(touched)
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
            new = {draft.place.item for draft in drafts if draft.value is not None}
            form = self._slots.form(form_place[2])
            stated = {name: values[name] for name in new}
            protocol = self._slots.protocol
            self.problems += other_tracer(protocol, form, form_place[0], stated, where)
            self._together(form, values, new, where)

    def _follow(self, touched: Mapping["_FormPlace", list[Draft]]) -> None:
        """Refuse a repeat of a form that does not follow on those of ledger and file."""
        last: dict[tuple[str, int, str], int] = {}
        for place in self._stands:
            last[place[:3]] = max(place[3], last.get(place[:3], 0))
        for place in sorted({one[:4] for one in self._said} - self._stands):
            free = last.get(place[:3], 0) + 1
            if place[3] <= free:
                last[place[:3]] = max(place[3], free - 1)
            elif place in touched:
                where = self._said[touched[place][0].place].where
                self.problems.append(_gap(where, place[3], free))

    def _together(self, form: Sheet, values: dict[str, str], new: set[str], where: str) -> None:
        """Refuse what the values of a form contradict, in each other and beside the form."""
        wrong = contradictions(form.kind, values, where)
        if any((form.name, name) in self._hidden for name in values.keys() - new):
            wrong = tuple(_veiled(one) for one in wrong)
        self.problems += wrong
        if not self._history(values):
            site, received = self._state.site, self._beside.received
            self.problems += batch_problems((site, received), form, values, new, where)
        if HOSPITAL_NUMBER in new:
            numbers, subject = self._beside.numbers, self._state.subject
            self.problems += same_person(numbers, subject, values[HOSPITAL_NUMBER], where)

    def _history(self, values: Mapping[str, str]) -> bool:
        """Return whether a batch is of before the study kept batches of this tracer here."""
        received, tracer = self._beside.received, values.get("tracer")
        return not any(
            values.get("batch") == one.batch or tracer in {None, one.tracer} for one in received
        )

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


def _unseen(said: _Said, item: Item) -> Problem:
    return Problem(
        said.where,
        item.name,
        "a value for a place where something stands that your role does not see",
        "a place that has no value yet",
        "leave this cell out, or ask someone who sees it",
    )


def _whole(said: _Said, place: Place, kind: FormKind) -> Problem:
    what = "a reading" if kind is FormKind.READ else "an intention"
    return Problem(
        said.where,
        place.item,
        f"something new for {what} that stands",
        f"{what} of which nothing is stated yet",
        "whoever made it corrects it, with the reason: `petrial forms correct`",
    )


def _withdrawn(said: _Said, subject: str) -> Problem:
    return Problem(
        said.where,
        "subject",
        f"{subject}, withdrawn",
        "adverse events, or another value in the place of one that stands",
        "leave it out: after withdrawal nothing else is added",
    )


def _gap(where: str, got: int, free: int) -> Problem:
    do = "number the repeats without gaps, from those that are stated already"
    wanted = "1" if free == 1 else f"1 to {free}"
    return Problem(where, "repeat of the form", str(got), wanted, do)


def _veiled(problem: Problem) -> Problem:
    """Return a problem without the values, for some of them are not for this role."""
    wanted = "a value that fits what stands in this form, and is not for your role to see"
    return replace(problem, got="another value", wanted=wanted)
