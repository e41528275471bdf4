"""Acts on the analysis plan: drafted, locked before results are opened, opened."""

import hashlib
import re
from typing import Final

from petrial.conduct.desk import Decision, Desk, Done, View, perform
from petrial.conduct.drafts import own
from petrial.conduct.permissions import Act
from petrial.subjects.facts import STUDY
from petrial.subjects.records import (
    PLAN,
    PLAN_MOVES,
    UNBLINDING,
    Plan,
    PlanHappening,
    moved,
)
from petrial.subjects.study import next_repeat, plan_locked, unblinded
from petrial.vocabulary.errors import RefusedError

__all__ = ["draft_plan", "lock_plan", "unblind"]

_VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


def draft_plan(desk: Desk, version: str, document: bytes, *, dry_run: bool = False) -> Done:
    """State a version of the analysis plan by the hash of its document.

    Raises
    ------
    RefusedError
        The version exists.
    """

    def decide(view: View) -> Decision:
        if _VERSION.fullmatch(version) is None:
            raise RefusedError(
                where="analysis plan",
                field="version",
                got=ascii(version),
                wanted="letters, digits, points and hyphens, 32 at most",
                do="write it as 1.0",
            )
        if _plan_repeat(view, version) is not None:
            raise RefusedError(
                where="analysis plan",
                field="version",
                got=version,
                wanted="a version that does not exist yet",
                do="give the changed plan a new version",
            )
        repeat = next_repeat(view.study, PLAN)
        digest = hashlib.sha256(document).hexdigest()
        return Decision(
            drafts=(
                own(PLAN, "version", version, repeat),
                own(PLAN, "hash", digest, repeat),
                own(PLAN, "status", Plan.DRAFT.value, repeat),
            )
        )

    return perform(desk, Act.DRAFT_PLAN, STUDY, decide, dry_run=dry_run)


def lock_plan(desk: Desk, version: str, document: bytes, *, dry_run: bool = False) -> Done:
    """Lock a version of the analysis plan; its document must be the one that was drafted.

    Raises
    ------
    RefusedError
        No such version; another document; locked already; or the results are open already.
    """

    def decide(view: View) -> Decision:
        repeat = _plan_repeat(view, version)
        digest = hashlib.sha256(document).hexdigest()
        known = None if repeat is None else view.study.own(PLAN, "hash", repeat)
        if repeat is None or known != digest:
            raise RefusedError(
                where=f"analysis plan {version}",
                field="document",
                got="another document" if repeat else "no such version",
                wanted=f"the drafted one, SHA-256 {known}" if repeat else "a drafted version",
                do="draft this document under a version of its own first",
            )
        if unblinded(view.study):
            raise RefusedError(
                where=f"analysis plan {version}",
                field="unblinding",
                got="results that are open",
                wanted="a plan that is locked before",
                do="report analyses by this plan as made after unblinding",
            )
        state = Plan(view.study.own(PLAN, "status", repeat) or "")
        after = moved(PLAN_MOVES, state, PlanHappening.LOCKED, f"analysis plan {version}")
        return Decision(drafts=(own(PLAN, "status", after.value, repeat),))

    return perform(desk, Act.LOCK_PLAN, STUDY, decide, dry_run=dry_run)


def _plan_repeat(view: View, version: str) -> int | None:
    repeats = view.study.repeats_of(PLAN)
    return next((r for r in repeats if view.study.own(PLAN, "version", r) == version), None)


def unblind(desk: Desk, *, dry_run: bool = False) -> Done:
    """Open all results to the statistician; only with a locked analysis plan.

    Raises
    ------
    RefusedError
        No plan is locked, or the results are open already.
    """

    def decide(view: View) -> Decision:
        version = plan_locked(view.study)
        if version is None or unblinded(view.study):
            raise RefusedError(
                where="unblinding",
                field="analysis plan",
                got="results that are open already" if version else "no locked version",
                wanted="a locked plan, and results that are not open yet",
                do="nothing" if version else "lock the plan first: `petrial study lock-plan`",
            )
        return Decision(drafts=(own(UNBLINDING, "plan", version),))

    return perform(desk, Act.UNBLIND, STUDY, decide, dry_run=dry_run)
