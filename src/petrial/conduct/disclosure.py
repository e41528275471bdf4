"""The act that shows an experimental result to those for whom the protocol opens it."""

from petrial.conduct.desk import Decision, Desk, Done, View, perform, refuse
from petrial.conduct.drafts import own
from petrial.conduct.ledger import Access
from petrial.conduct.permissions import Act
from petrial.conduct.review import filled_forms
from petrial.protocol.model import Role
from petrial.subjects.records import DISCLOSURE
from petrial.subjects.study import next_repeat
from petrial.subjects.values import missing_items
from petrial.subjects.visibility import may_disclose
from petrial.vocabulary.errors import Problem

__all__ = ["disclose"]


def disclose(desk: Desk, subject: str, group: str, to: Role, *, dry_run: bool = False) -> Done:
    """Open a group of items of a subject to a role, at the moment that the protocol names.

    Who knew what when is read from these facts and from the access chain.

    Raises
    ------
    RefusedError
        The protocol does not disclose this group to that role; something that must be stated
        before is not, or not in full, such as the therapy intended without it; or it was
        disclosed already.
    """

    def decide(view: View) -> Decision:
        problems = may_disclose(view.protocol, view.state, group, to)
        problems = problems or _incomplete(view, group, to)
        if problems:
            refuse(problems)
        repeat = next_repeat(view.state, DISCLOSURE)
        return Decision(
            drafts=(
                own(DISCLOSURE, "group", group, repeat),
                own(DISCLOSURE, "to", to.value, repeat),
            )
        )

    done = perform(desk, Act.DISCLOSE, subject, decide, dry_run=dry_run)
    if not dry_run:
        first = done.facts[0]
        desk.ledger.saw(
            Access(
                act="disclosed",
                author=first.author,
                role=first.role,
                subject=subject,
                what=group,
                why=f"to {to.value}, by the protocol",
            )
        )
    return done


def _incomplete(view: View, group: str, to: Role) -> tuple[Problem, ...]:
    """Return what the forms lack that must stand before; one that is whole is enough of each."""
    problems: tuple[Problem, ...] = ()
    for disclosure in view.protocol.disclosures:
        if disclosure.group != group or to not in disclosure.to:
            continue
        for name in disclosure.requires:
            lacking = [
                missing_items(view.protocol, view.state, one.place(""), view.now.date())
                for one in filled_forms(view.state)
                if one.form == name
            ]
            problems += () if () in lacking else lacking[0]
    return problems
