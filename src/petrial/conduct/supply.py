"""Acts on tracer batches: receipt, release, rejection."""

from dataclasses import dataclass

from petrial.conduct.desk import Decision, Desk, Done, View, perform, refuse
from petrial.conduct.drafts import own
from petrial.conduct.filling import checked_reason
from petrial.conduct.permissions import Act
from petrial.protocol.forms import Item, ItemType
from petrial.subjects.facts import STUDY
from petrial.subjects.records import BATCH, BATCH_MOVES, Batch, BatchHappening, moved
from petrial.subjects.state import moment_of, number_of
from petrial.subjects.study import TracerBatch, batches, next_repeat
from petrial.subjects.values import canonical_value
from petrial.vocabulary.errors import Problem, RefusedError
from petrial.vocabulary.knowledge import Known

__all__ = ["Receipt", "receive_batch", "reject_batch", "release_batch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A tracer batch as its delivery note says; texts as entered.

    Attributes
    ----------
    site, batch, tracer
        Where it arrived, its number, and what it is.
    activity_mbq
        Activity at ``calibrated_at``.
    calibrated_at, expires_at
        Moments with offset from UTC.
    """

    site: str
    batch: str
    tracer: str
    activity_mbq: str
    calibrated_at: str
    expires_at: str


_ITEMS = (
    Item(name="batch", title="number of the batch", type=ItemType.LABEL),
    Item(name="tracer", title="tracer", type=ItemType.LABEL),
    Item(name="site", title="site", type=ItemType.LABEL),
    Item(name="activity_mbq", title="activity", type=ItemType.NUMBER, unit="MBq"),
    Item(name="calibrated_at", title="moment of calibration", type=ItemType.MOMENT),
    Item(name="expires_at", title="moment of expiry", type=ItemType.MOMENT),
)


def receive_batch(desk: Desk, receipt: Receipt, *, dry_run: bool = False) -> Done:
    """State the receipt of a tracer batch; it cannot be given before its release.

    Raises
    ------
    RefusedError
        The site or the tracer is not one of the protocol, the batch was received before, an
        activity or a moment cannot be, or it expires before it is calibrated.
    """

    def decide(view: View) -> Decision:
        where = f"batch {receipt.batch} at {receipt.site}"
        values: dict[str, str] = {}
        problems: list[Problem] = []
        for item in _ITEMS:
            verdict = canonical_value(item, getattr(receipt, item.name), view.protocol, where)
            if isinstance(verdict, Known):
                values[item.name] = verdict.value
            else:
                problems += verdict.problems
        problems += _impossible(view, values, where)
        if problems:
            refuse(problems)
        repeat = next_repeat(view.study, BATCH)
        stated = [own(BATCH, name, value, repeat) for name, value in values.items()]
        stated.append(own(BATCH, "status", Batch.RECEIVED.value, repeat))
        return Decision(drafts=tuple(stated))

    site = receipt.site
    return perform(desk, Act.RECEIVE_BATCH, STUDY, decide, site=site, dry_run=dry_run)


def _impossible(view: View, values: dict[str, str], where: str) -> list[Problem]:
    problems = []
    known = {
        "tracer": [one.name for one in view.protocol.tracers],
        "site": [one.code for one in view.protocol.sites],
    }
    for name, possible in known.items():
        if name in values and values[name] not in possible:
            wanted = "one of: " + ", ".join(possible)
            problems.append(Problem(where, name, values[name], wanted, "correct the name"))
    if _found(view, values.get("site", ""), values.get("batch", "")) is not None:
        do = "a second delivery of the same batch needs a number of its own"
        problems.append(Problem(where, "batch", "received before", "a new batch", do))
    activity = values.get("activity_mbq")
    if activity is not None and number_of(activity) <= 0:
        do = "read it off the delivery note again"
        problems.append(Problem(where, "activity_mbq", activity, "more than 0 MBq", do))
    start, end = values.get("calibrated_at"), values.get("expires_at")
    if start and end and moment_of(end) <= moment_of(start):
        do = "read both off the delivery note again"
        problems.append(Problem(where, "expires_at", end, f"after {start}", do))
    return problems


def _found(view: View, site: str, batch: str) -> TracerBatch | None:
    return next((b for b in batches(view.study) if (b.site, b.batch) == (site, batch)), None)


def release_batch(desk: Desk, site: str, batch: str, *, dry_run: bool = False) -> Done:
    """Release a received batch for patients.

    Raises
    ------
    RefusedError
        No such batch at the site, or it is released or rejected.
    """
    return _move(desk, Act.RELEASE_BATCH, (site, batch), None, dry_run=dry_run)


def reject_batch(desk: Desk, site: str, batch: str, reason: str, *, dry_run: bool = False) -> Done:
    """Reject a batch, also one that was released.

    Raises
    ------
    RefusedError
        No such batch at the site, it is rejected, or no reason is given.
    """
    return _move(desk, Act.REJECT_BATCH, (site, batch), reason, dry_run=dry_run)


def _move(
    desk: Desk, act: Act, which: tuple[str, str], reason: str | None, *, dry_run: bool
) -> Done:
    site, batch = which
    happening = BatchHappening.RELEASED if reason is None else BatchHappening.REJECTED

    def decide(view: View) -> Decision:
        where = f"batch {batch} at {site}"
        found = _found(view, site, batch)
        if found is None:
            known = ", ".join(b.batch for b in batches(view.study) if b.site == site)
            raise RefusedError(
                where=where,
                field="batch",
                got=batch,
                wanted=f"one of: {known}" if known else "no batch: none was received",
                do="register its receipt first: `petrial doses receive`",
            )
        after = moved(BATCH_MOVES, found.status, happening, where)
        drafts = [own(BATCH, "status", after.value, found.repeat)]
        if reason is not None:
            said = checked_reason(reason, where)
            drafts.append(own(BATCH, "because", said, found.repeat, sealed=True))
        return Decision(drafts=tuple(drafts))

    return perform(desk, act, STUDY, decide, site=site, dry_run=dry_run)
