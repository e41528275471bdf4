"""Acts of review: queries, signatures, locks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from petrial.conduct.desk import Decision, Desk, Done, View, perform, refuse
from petrial.conduct.drafts import own
from petrial.conduct.filling import checked_reason, unseen
from petrial.conduct.permissions import FILLS, Act
from petrial.subjects.facts import Draft, Place, is_system, place_of
from petrial.subjects.records import (
    FORM_MOVES,
    OWN,
    QUERY,
    QUERY_MOVES,
    STATUS,
    Form,
    FormHappening,
    Query,
    QueryHappening,
    moved,
)
from petrial.subjects.state import SubjectState
from petrial.subjects.study import next_repeat
from petrial.subjects.values import missing_items
from petrial.vocabulary.errors import Problem, RefusedError

__all__ = [
    "FilledForm",
    "OpenQuery",
    "answer_query",
    "close_query",
    "filled_forms",
    "lock",
    "open_query",
    "queries",
    "reopen_query",
    "sign",
    "unlock",
]


@dataclass(frozen=True, slots=True)
class OpenQuery:
    """A query on a value of a subject, in whatever state."""

    number: int
    target: Place
    status: Query
    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class FilledForm:
    """One filled-in form of a subject."""

    event: str
    event_repeat: int
    form: str
    form_repeat: int

    def place(self, item: str) -> Place:
        """Return the place of an item in it."""
        return Place(self.event, self.event_repeat, self.form, self.form_repeat, item)


def filled_forms(state: SubjectState) -> tuple[FilledForm, ...]:
    """Return every filled-in form of a subject, ordered by its first statement."""
    first: dict[FilledForm, int] = {}
    for place, fact in state.facts.items():
        if not is_system(place.form):
            form = FilledForm(*place[:4])
            first[form] = min(first.get(form, fact.seq), fact.seq)
    return tuple(sorted(first, key=lambda form: first[form]))


def queries(state: SubjectState) -> tuple[OpenQuery, ...]:
    """Return all queries of a subject by number."""
    found: dict[int, dict[str, str]] = {}
    for place, fact in state.facts.items():
        if place.form == QUERY:
            found.setdefault(place.form_repeat, {})[place.item] = state.text(fact) or ""
    return tuple(
        OpenQuery(
            number,
            place_of(items["target"]),
            Query(items["status"]),
            items.get("text", ""),
            items.get("answer", ""),
        )
        for number, items in sorted(found.items())
    )


def open_query(
    desk: Desk, subject: str, target: Place, text: str, *, dry_run: bool = False
) -> Done:
    """Ask about a value, or about one that is not there.

    Raises
    ------
    RefusedError
        The protocol has no such item at that event, the role does not see it, or nothing is
        asked.
    """

    def decide(view: View) -> Decision:
        where = f"query on {subject}, {target}"
        event = view.protocol.event(target.event)
        known = event is not None and target.form in event.forms
        if not known or view.protocol.item(target.form, target.item) is None:
            raise RefusedError(
                where=where,
                field="place",
                got=str(target),
                wanted="an item of a form of an event",
                do="look at events and forms: `petrial protocol show`",
            )
        _seen(view, target, where)
        asked = checked_reason(text, where)
        number = next_repeat(view.state, QUERY)
        return Decision(
            drafts=(
                own(QUERY, "target", str(target), number),
                own(QUERY, "status", Query.OPEN.value, number),
                own(QUERY, "text", asked, number, sealed=True),
            ),
            notes=(f"Query {number} is open.",),
        )

    return perform(desk, Act.OPEN_QUERY, subject, decide, dry_run=dry_run)


def answer_query(
    desk: Desk, subject: str, number: int, answer: str, *, dry_run: bool = False
) -> Done:
    """Answer an open query.

    Raises
    ------
    RefusedError
        There is no such query, it is not open, the role does not see what it is about, or the
        answer says nothing.
    """
    return _move_query(desk, Act.ANSWER_QUERY, subject, number, answer, dry_run=dry_run)


def close_query(desk: Desk, subject: str, number: int, *, dry_run: bool = False) -> Done:
    """Close a query.

    Raises
    ------
    RefusedError
        There is no such query, or it is closed.
    """
    return _move_query(desk, Act.CLOSE_QUERY, subject, number, None, dry_run=dry_run)


def reopen_query(
    desk: Desk, subject: str, number: int, text: str, *, dry_run: bool = False
) -> Done:
    """Ask again where an answer does not do.

    Raises
    ------
    RefusedError
        There is no such query, it is open, or nothing is asked.
    """
    return _move_query(desk, Act.OPEN_QUERY, subject, number, text, dry_run=dry_run)


_QUERY_HAPPENING: Final = {
    Act.OPEN_QUERY: QueryHappening.REOPENED,
    Act.ANSWER_QUERY: QueryHappening.ANSWERED,
    Act.CLOSE_QUERY: QueryHappening.CLOSED,
}
_QUERY_ITEM: Final = {Act.OPEN_QUERY: "text", Act.ANSWER_QUERY: "answer"}


def _move_query(
    desk: Desk, act: Act, subject: str, number: int, text: str | None, *, dry_run: bool
) -> Done:
    def decide(view: View) -> Decision:
        where = f"query {number} of {subject}"
        query = next((q for q in queries(view.state) if q.number == number), None)
        if query is None:
            known = ", ".join(str(q.number) for q in queries(view.state))
            raise RefusedError(
                where=where,
                field="number",
                got=number,
                wanted=f"one of: {known}" if known else "no query: there is none",
                do="look at them: `petrial queries list`",
            )
        _seen(view, query.target, where)
        after = moved(QUERY_MOVES, query.status, _QUERY_HAPPENING[act], where)
        event = Place(OWN, 1, QUERY, number, "")
        drafts = [Draft(place=event._replace(item="status"), value=after.value)]
        if text is not None:
            said = checked_reason(text, where)
            place = event._replace(item=_QUERY_ITEM[act])
            drafts.append(Draft(place=place, value=said, sealed=True))
        return Decision(drafts=tuple(drafts))

    return perform(desk, act, subject, decide, dry_run=dry_run)


def _seen(view: View, target: Place, where: str) -> None:
    """Refuse a query about an item that the role does not see."""
    form, item = view.protocol.form(target.form), view.protocol.item(target.form, target.item)
    if form is not None and item is not None and (hidden := unseen(view, form, item, where)):
        refuse(hidden)


def sign(desk: Desk, subject: str, form: FilledForm, *, dry_run: bool = False) -> Done:
    """Sign a filled-in form: what stands in it is right and complete.

    Raises
    ------
    RefusedError
        A required item is missing (each is named), it is signed or locked, or the role does not
        answer for this form, or sees nothing of it.
    """

    def decide(view: View) -> Decision:
        _of(view, form)
        _answers_for(view, form)
        missing = missing_items(view.protocol, view.state, form.place(""), view.now.date())
        if missing:
            refuse(missing)
        return Decision(drafts=(_moved_form(view, form, FormHappening.SIGNED),))

    return perform(desk, Act.SIGN, subject, decide, dry_run=dry_run)


def _answers_for(view: View, form: FilledForm) -> None:
    """Refuse a role that does not fill in this form, or sees nothing of it.

    A form that the version in force does not have any more keeps its state.
    """
    where = f"sign {form.form} of {view.state.subject}"
    found = view.protocol.form(form.form)
    if found is None:
        raise RefusedError(
            where=where,
            field="form",
            got=form.form,
            wanted=f"a form of protocol {view.protocol.identity.version}, which is in force",
            do="lock it as it is: nothing says any more what it must hold",
        )
    hidden = [unseen(view, found, item, where) for item in found.items]
    if view.person.role not in FILLS[found.kind] or all(hidden):
        raise RefusedError(
            where=where,
            field="permission to sign",
            got=view.person.role.value,
            wanted="one of: " + ", ".join(FILLS[found.kind]),
            do="ask someone who answers for this form",
        )


def lock(
    desk: Desk, subject: str, form: FilledForm | None = None, *, dry_run: bool = False
) -> Done:
    """Lock a form, or all filled-in forms of a subject that are not locked yet.

    Unsigned and incomplete ones too; the notes say how many.

    Raises
    ------
    RefusedError
        A query on it is not closed, or there is nothing to lock.
    """

    def decide(view: View) -> Decision:
        chosen = (
            [form]
            if form is not None
            else [
                one
                for one in filled_forms(view.state)
                if view.state.form_status(*one.place("")[:4]) is not Form.LOCKED
            ]
        )
        for one in chosen:
            _of(view, one)
        pending = [
            Problem(
                f"lock {subject}",
                f"query {query.number}",
                f"{query.status.value}, on {query.target}",
                "closed queries only",
                "answer and close it first",
            )
            for query in queries(view.state)
            if query.status is not Query.CLOSED and FilledForm(*query.target[:4]) in chosen
        ]
        if pending:
            refuse(pending)
        if not chosen:
            raise RefusedError(
                where=f"lock {subject}",
                field="forms",
                got="none that is not locked",
                wanted="a filled-in form",
                do="nothing: there is nothing to lock",
            )
        drafts = tuple(_moved_form(view, one, FormHappening.LOCKED) for one in chosen)
        notes = _unfinished(view, chosen)
        if form is None:
            notes += ("Forms that are filled in later are not locked.",)
        return Decision(drafts=drafts, notes=notes)

    return perform(desk, Act.LOCK, subject, decide, dry_run=dry_run)


def _unfinished(view: View, chosen: Sequence[FilledForm]) -> tuple[str, ...]:
    """Return what to tell who locks forms that nobody signed, or that lack required items."""
    today = view.now.date()
    unsigned = [
        one for one in chosen if view.state.form_status(*one.place("")[:4]) is not Form.SIGNED
    ]
    lacking = [
        str(one.place("")).removesuffix(".")
        for one in chosen
        if missing_items(view.protocol, view.state, one.place(""), today)
    ]
    parts = []
    if unsigned:
        parts.append(f"{len(unsigned)} of the forms {_are(unsigned)} not signed")
    if lacking:
        verb = "lacks" if len(lacking) == 1 else "lack"
        parts.append(f"{len(lacking)} {verb} required items: {', '.join(lacking)}")
    return ("; ".join(parts) + ".",) if parts else ()


def _are(many: Sequence[object]) -> str:
    return "is" if len(many) == 1 else "are"


def unlock(
    desk: Desk, subject: str, form: FilledForm, reason: str, *, dry_run: bool = False
) -> Done:
    """Unlock a form, with the reason; it is open then, and its signature gone.

    Raises
    ------
    RefusedError
        It is not locked, or no reason is given.
    """

    def decide(view: View) -> Decision:
        _of(view, form)
        said = checked_reason(reason, f"unlock {form.form} of {subject}")
        draft = _moved_form(view, form, FormHappening.UNLOCKED)
        return Decision(drafts=(replace(draft, reason=said),))

    return perform(desk, Act.UNLOCK, subject, decide, dry_run=dry_run)


def _of(view: View, form: FilledForm) -> None:
    """Refuse a form that is not filled in."""
    if form not in filled_forms(view.state):
        raise RefusedError(
            where=f"{view.state.subject}, {form.event}",
            field="form",
            got=f"{form.form}, not filled in",
            wanted="a form in which something is stated",
            do="look at what is filled in: `petrial forms show`",
        )


def _moved_form(view: View, form: FilledForm, happening: FormHappening) -> Draft:
    state = view.state.form_status(form.event, form.event_repeat, form.form, form.form_repeat)
    where = f"{view.state.subject}, {form.event}, {form.form}"
    after = moved(FORM_MOVES, state, happening, where)
    return Draft(place=form.place(STATUS), value=after.value)
