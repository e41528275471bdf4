"""Petrial's own forms, and the moves of what has a state: subjects, forms, queries, batches.

A pair of state and happening that is not listed is refused.
"""

from enum import StrEnum
from typing import Final, TypeVar

from petrial.vocabulary.errors import RefusedError

__all__ = [
    "BATCH",
    "BATCH_MOVES",
    "CONSENT",
    "DISCLOSURE",
    "FORM_MOVES",
    "GRANT",
    "OWN",
    "PLAN",
    "PLAN_MOVES",
    "PROTOCOL",
    "QUERY",
    "QUERY_MOVES",
    "SCREENING",
    "SNAPSHOT",
    "STATED_ONCE",
    "STATUS",
    "SUBJECT",
    "SUBJECT_MOVES",
    "UNBLINDING",
    "Batch",
    "BatchHappening",
    "Form",
    "FormHappening",
    "Given",
    "Plan",
    "PlanHappening",
    "Query",
    "QueryHappening",
    "Subject",
    "SubjectHappening",
    "moved",
]

OWN: Final = "@own"
"""Event of facts that belong to no event of the protocol."""

SUBJECT: Final = "@subject"
"""Form: ``status``, ``pseudonym`` (sealed: the hospital's number), ``date_shift`` (sealed)."""

STATED_ONCE: Final = frozenset({(SUBJECT, "date_shift")})
"""Form and item of what a chain states once, at no other repeat either, and never corrects. Each
registration states the date shift, so this also lets no subject be registered twice."""

CONSENT: Final = "@consent"
"""Form, one repeat for each moment of asking: an item for each consent, and ``version``."""

SCREENING: Final = "@screening"
"""Form, one repeat for each screening: an item for each criterion, and ``verdict``."""

QUERY: Final = "@query"
"""Form, one repeat for each query, at the event it is about: ``target`` (a place as text),
``status``, ``text`` and ``answer`` (both sealed)."""

DISCLOSURE: Final = "@disclosure"
"""Form, one repeat for each disclosure: ``group`` (of items) and ``to`` (the role that sees it
from then on)."""

STATUS: Final = "@status"
"""Item of a form of the protocol: open, signed or locked."""

PROTOCOL: Final = "@protocol"
"""Form of the study's chain, one repeat for each adoption: ``version``, ``hash``, ``site`` (empty
for all), ``in_force_from`` and ``consent_again`` (names of consents, with spaces between)."""

GRANT: Final = "@grant"
"""Form of the study's chain, one repeat for each grant: ``user``, ``role``, ``site`` (``*`` for
all) and ``status`` (granted or ended)."""

BATCH: Final = "@batch"
"""Form of the study's chain, one repeat for each tracer batch: ``batch``, ``tracer``, ``site``,
``activity_mbq``, ``calibrated_at``, ``expires_at`` and ``status``."""

PLAN: Final = "@analysis_plan"
"""Form of the study's chain, one repeat for each version of the analysis plan: ``version``,
``hash`` of the document, ``status``."""

UNBLINDING: Final = "@unblinding"
"""Form of the study's chain: ``plan``, the version of the analysis plan that was locked then."""

SNAPSHOT: Final = "@snapshot"
"""Form of the study's chain, one repeat for each snapshot: ``id``, ``manifest`` (its hash)."""


class Subject(StrEnum):
    """Where a subject stands in the trial."""

    REGISTERED = "registered"
    ELIGIBLE = "eligible"
    SCREEN_FAILED = "screen-failed"
    ENROLLED = "enrolled"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"


class SubjectHappening(StrEnum):
    """What moves a subject."""

    FOUND_ELIGIBLE = "found eligible"
    FOUND_INELIGIBLE = "found ineligible"
    FOUND_UNDECIDED = "found undecided"
    ENROLLED = "enrolled"
    WITHDREW = "withdrew"
    COMPLETED = "completed"


SUBJECT_MOVES: Final = {
    (Subject.REGISTERED, SubjectHappening.FOUND_ELIGIBLE): Subject.ELIGIBLE,
    (Subject.REGISTERED, SubjectHappening.FOUND_INELIGIBLE): Subject.SCREEN_FAILED,
    (Subject.REGISTERED, SubjectHappening.FOUND_UNDECIDED): Subject.REGISTERED,
    (Subject.ELIGIBLE, SubjectHappening.FOUND_ELIGIBLE): Subject.ELIGIBLE,
    (Subject.ELIGIBLE, SubjectHappening.FOUND_INELIGIBLE): Subject.SCREEN_FAILED,
    (Subject.ELIGIBLE, SubjectHappening.FOUND_UNDECIDED): Subject.REGISTERED,
    (Subject.SCREEN_FAILED, SubjectHappening.FOUND_ELIGIBLE): Subject.ELIGIBLE,
    (Subject.SCREEN_FAILED, SubjectHappening.FOUND_INELIGIBLE): Subject.SCREEN_FAILED,
    (Subject.SCREEN_FAILED, SubjectHappening.FOUND_UNDECIDED): Subject.REGISTERED,
    (Subject.ELIGIBLE, SubjectHappening.ENROLLED): Subject.ENROLLED,
    (Subject.REGISTERED, SubjectHappening.WITHDREW): Subject.WITHDRAWN,
    (Subject.ELIGIBLE, SubjectHappening.WITHDREW): Subject.WITHDRAWN,
    (Subject.ENROLLED, SubjectHappening.WITHDREW): Subject.WITHDRAWN,
    (Subject.ENROLLED, SubjectHappening.COMPLETED): Subject.COMPLETED,
}


class Given(StrEnum):
    """What a subject said to a consent."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Form(StrEnum):
    """State of a filled-in form."""

    OPEN = "open"
    SIGNED = "signed"
    LOCKED = "locked"


class FormHappening(StrEnum):
    """What moves a form. A correction takes a signature away: it covered what stood there."""

    SIGNED = "signed"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    CHANGED = "changed"


FORM_MOVES: Final = {
    (Form.OPEN, FormHappening.CHANGED): Form.OPEN,
    (Form.OPEN, FormHappening.SIGNED): Form.SIGNED,
    (Form.OPEN, FormHappening.LOCKED): Form.LOCKED,
    (Form.SIGNED, FormHappening.CHANGED): Form.OPEN,
    (Form.SIGNED, FormHappening.LOCKED): Form.LOCKED,
    (Form.LOCKED, FormHappening.UNLOCKED): Form.OPEN,
}


class Query(StrEnum):
    """State of a query."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class QueryHappening(StrEnum):
    """What moves a query."""

    ANSWERED = "answered"
    CLOSED = "closed"
    REOPENED = "reopened"


QUERY_MOVES: Final = {
    (Query.OPEN, QueryHappening.ANSWERED): Query.ANSWERED,
    (Query.OPEN, QueryHappening.CLOSED): Query.CLOSED,
    (Query.ANSWERED, QueryHappening.CLOSED): Query.CLOSED,
    (Query.ANSWERED, QueryHappening.REOPENED): Query.OPEN,
    (Query.CLOSED, QueryHappening.REOPENED): Query.OPEN,
}


class Batch(StrEnum):
    """State of a tracer batch."""

    RECEIVED = "received"
    RELEASED = "released"
    REJECTED = "rejected"


class BatchHappening(StrEnum):
    """What moves a tracer batch."""

    RELEASED = "released"
    REJECTED = "rejected"


BATCH_MOVES: Final = {
    (Batch.RECEIVED, BatchHappening.RELEASED): Batch.RELEASED,
    (Batch.RECEIVED, BatchHappening.REJECTED): Batch.REJECTED,
    (Batch.RELEASED, BatchHappening.REJECTED): Batch.REJECTED,
}


class Plan(StrEnum):
    """State of a version of the analysis plan."""

    DRAFT = "draft"
    LOCKED = "locked"


class PlanHappening(StrEnum):
    """What moves an analysis plan."""

    LOCKED = "locked"


PLAN_MOVES: Final = {(Plan.DRAFT, PlanHappening.LOCKED): Plan.LOCKED}

S = TypeVar("S", bound=StrEnum)
H = TypeVar("H", bound=StrEnum)


def moved(moves: dict[tuple[S, H], S], state: S, happening: H, where: str) -> S:
    """Return the state after ``happening``.

    Raises
    ------
    RefusedError
        The pair is not listed.

    Examples
    --------
    >>> moved(FORM_MOVES, Form.OPEN, FormHappening.SIGNED, "S-001").value
    'signed'
    """
    after = moves.get((state, happening))
    if after is None:
        possible = sorted(h.value for s, h in moves if s is state)
        raise RefusedError(
            where=where,
            field=f"state of the {type(state).__name__.lower()}",
            got=f"{state.value}, to be {happening.value}",
            wanted="one of: " + ", ".join(possible) if possible else "nothing more: this is final",
            do="look at its history with `petrial audit show`",
        )
    return after
