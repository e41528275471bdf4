"""What is kept from readers: they see no clinical data, so not what a plan or a list tells of it.

What is due and what deviates tells everyone else no result. To a reader it would tell that a
therapy began, or that a patient died.
"""

from petrial.protocol.model import Protocol, Role
from petrial.protocol.rules import split_path
from petrial.subjects.deviation import Deviation
from petrial.subjects.state import SubjectState
from petrial.subjects.visibility import sees, shown

__all__ = ["hidden_deviation", "hidden_event", "hidden_form"]


def hidden_event(role: Role, protocol: Protocol, event: str) -> bool:
    """Return whether a role must not know of an event: a reader who does not see its day."""
    planned = protocol.event(event)
    if role is not Role.READER or planned is None:
        return role is Role.READER
    form, item, _ = split_path(planned.happened)
    return not _visible(role, protocol, form, item)


def hidden_form(role: Role, protocol: Protocol, form: str) -> bool:
    """Return whether a role must not know of a form: a reader who sees none of its items."""
    return role is Role.READER and not _visible(role, protocol, form)


def hidden_deviation(
    role: Role, protocol: Protocol, state: SubjectState, deviation: Deviation
) -> bool:
    """Return whether a role must not know of a deviation: a reader who does not see its facts."""
    if role is not Role.READER:
        return False
    visible = {fact.seq for fact in shown(state, role, protocol)}
    unseen = any(source.seq not in visible for source in deviation.sources)
    return unseen or hidden_event(role, protocol, deviation.event)


def _visible(role: Role, protocol: Protocol, name: str, item: str = "") -> bool:
    """Return whether a role sees an item of a form, or any of them."""
    form = protocol.form(name)
    return form is not None and any(
        sees(role, form, one, protocol) for one in form.items if item in {"", one.name}
    )
