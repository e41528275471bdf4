"""The act that shows an experimental result to those for whom the protocol opens it."""

from petrial.conduct.desk import Decision, Desk, Done, View, perform, refuse
from petrial.conduct.drafts import own
from petrial.conduct.ledger import Access
from petrial.conduct.permissions import Act
from petrial.protocol.model import Role
from petrial.subjects.records import DISCLOSURE
from petrial.subjects.study import next_repeat
from petrial.subjects.visibility import may_disclose

__all__ = ["disclose"]


def disclose(desk: Desk, subject: str, group: str, to: Role, *, dry_run: bool = False) -> Done:
    """Open a group of items of a subject to a role, at the moment that the protocol names.

    Who knew what when is read from these facts and from the access chain.

    Raises
    ------
    RefusedError
        The protocol does not disclose this group to that role; something that must be stated
        before is not, such as the therapy intended without it; or it was disclosed already.
    """

    def decide(view: View) -> Decision:
        problems = may_disclose(view.protocol, view.state, group, to)
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
