"""What is told of deviations while a form is filled in: the state as it will be, judged at once."""

from collections.abc import Iterable

from petrial.conduct.desk import View
from petrial.subjects.deviation import Deviation
from petrial.subjects.deviations import at_once
from petrial.subjects.facts import Draft, Fact
from petrial.subjects.state import SubjectState
from petrial.subjects.visibility import shown

__all__ = ["deviation_notes", "foreseen"]


def foreseen(state: SubjectState, drafts: Iterable[Draft]) -> SubjectState:
    """Return the state as it would be with drafts, numbered on; nothing of it is stored."""
    facts = dict(state.facts)
    last = max((fact.seq for fact in facts.values()), default=0)
    for seq, draft in enumerate(drafts, start=last + 1):
        facts[draft.place] = _fact(state, draft, seq)
    return SubjectState(state.subject, state.site, facts, state.opened)


def _fact(state: SubjectState, draft: Draft, seq: int) -> Fact:
    return Fact(
        study="",
        site=state.site,
        subject=state.subject,
        seq=seq,
        act="",
        act_seq=seq,
        **draft.place._asdict(),
        value=draft.value,
        unit=draft.unit,
        absent=draft.absent,
        observed=draft.observed,
        recorded="",
        author="",
        role="",
        reason="",
        replaces=draft.replaces,
        protocol="",
        previous="",
        hash="",
    )


def deviation_notes(view: View, drafts: Iterable[Draft]) -> tuple[str, ...]:
    """Return a sentence for each deviation from the protocol that drafts would bring about.

    It is recorded all the same, for it took place. Nothing is said of a deviation that rests on
    a fact that the person does not see.

    Raises
    ------
    ProtocolError
        A figure of the protocol has a unit that does not fit its use.
    """
    said = tuple(drafts)
    places = {draft.place for draft in said}
    state = foreseen(view.state, said)
    seen = {fact.place for fact in shown(state, view.person.role, view.protocol)}
    return tuple(
        _sentence(one)
        for one in at_once(view.protocol, state)
        if places.intersection(source.place for source in one.sources)
        and seen.issuperset(source.place for source in one.sources)
    )


def _sentence(one: Deviation) -> str:
    sure = ", which is not confirmed" if one.unconfirmed else ""
    return (
        f"Deviation, {one.kind.value}, {one.title}: {one.found}; the protocol has {one.allowed} "
        f"({one.rule}{sure}). It is recorded as stated."
    )
