"""Oestrogen and progesterone receptor: from the percentage of stained nuclei to a status."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from petrial.specimens.levels import Level
from petrial.vocabulary.errors import FieldError, MethodError, Problem
from petrial.vocabulary.knowledge import Known, Unknown, Verdict

__all__ = [
    "HORMONE_RULES",
    "HormoneReceptor",
    "HormoneResult",
    "HormoneRule",
    "HormoneStatus",
    "Step",
    "er_status",
    "hormone_rule",
    "pr_status",
]


ALL: Final = 100.0
"""Every nucleus, in percent."""


class HormoneReceptor(StrEnum):
    """The two hormone receptors."""

    ER = "ER"
    PR = "PR"


class HormoneStatus(Level):
    """Status of a hormone receptor, in its order."""

    NEGATIVE = "negative"
    LOW_POSITIVE = "low_positive"
    POSITIVE = "positive"


@dataclass(frozen=True, slots=True)
class Step:
    """Where a status begins: at ``percent`` of nuclei, that number itself counted or not."""

    status: HormoneStatus
    percent: float
    included: bool

    def reached(self, percent: float) -> bool:
        """Return whether the percentage lies on this step or above it."""
        return percent > self.percent or (self.included and percent == self.percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class HormoneRule:
    """How one version of a guideline reads a percentage; below the first step it is negative.

    Attributes
    ----------
    receptor, version
        What it is for, and the name that the record holds.
    steps
        Rising.
    controls_up_to
        Up to this percentage the report must say how the control tissue stained; None where the
        version does not ask.
    source
        Where it is from.
    """

    receptor: HormoneReceptor
    version: str
    steps: tuple[Step, ...]
    controls_up_to: float | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HormoneResult:
    """A status, and the percentage and version behind it, so that it can be judged again.

    Attributes
    ----------
    comment_needed
        Whether the version asks for a comment beside the status: low positive.
    controls_needed
        Whether the version asks for the status of the controls.
    """

    receptor: HormoneReceptor
    status: HormoneStatus
    percent: float
    version: str
    comment_needed: bool
    controls_needed: bool


_FROM_1 = (Step(HormoneStatus.POSITIVE, 1.0, included=True),)
_FROM_10 = (Step(HormoneStatus.POSITIVE, 10.0, included=True),)
_WITH_LOW = (
    Step(HormoneStatus.LOW_POSITIVE, 1.0, included=True),
    Step(HormoneStatus.POSITIVE, 10.0, included=False),
)
_HAMMOND = "ASCO/CAP 2010 [hammond2010]"
_ALLISON = "ASCO/CAP 2020 [allison2020]"
_NABON = "Dutch guideline [nabon2012]"


def _rules(receptor: HormoneReceptor, steps_2020: tuple[Step, ...]) -> tuple[HormoneRule, ...]:
    made = (
        ("asco_cap_2010", _FROM_1, None, _HAMMOND),
        ("asco_cap_2020", steps_2020, 10.0, _ALLISON),
        ("national_10", _FROM_10, None, _NABON),
    )
    return tuple(
        HormoneRule(receptor=receptor, version=v, steps=s, controls_up_to=c, source=source)
        for v, s, c, source in made
    )


HORMONE_RULES: Final = {
    (rule.receptor, rule.version): rule
    for rule in (*_rules(HormoneReceptor.ER, _WITH_LOW), *_rules(HormoneReceptor.PR, _FROM_1))
}
"""Rules by receptor and version. Low positive exists for ER only, from 2020 on."""


def hormone_rule(receptor: HormoneReceptor, version: str) -> HormoneRule:
    """Return the rule of a version.

    Raises
    ------
    MethodError
        When the version is not in ``HORMONE_RULES``.
    """
    rule = HORMONE_RULES.get((receptor, version))
    if rule is None:
        raise MethodError(
            where=receptor.value,
            field="guideline version",
            got=version,
            wanted="one of " + ", ".join(v for r, v in HORMONE_RULES if r is receptor),
            do="state the version by which the laboratory reported",
        )
    return rule


def er_status(percent: float | None, version: str) -> Verdict[HormoneResult]:
    """Return the ER status of a percentage of stained tumour nuclei by a version's rule.

    There is no default version: 10 % is low positive by one and positive by another. Sources
    stand in ``HORMONE_RULES``.

    Parameters
    ----------
    percent
        0 to 100; None where it is not known.
    version
        Such as ``asco_cap_2020``.

    Raises
    ------
    FieldError
        When the percentage is no number from 0 to 100.
    MethodError
        When the version is not known.

    Examples
    --------
    >>> er_status(10.0, "asco_cap_2020").value.status.value
    'low_positive'
    >>> er_status(10.0, "national_10").value.status.value
    'positive'
    >>> er_status(None, "asco_cap_2020").reason
    'ER, percent of nuclei: found nothing, wanted a number from 0 to 100'
    """
    return _status(HormoneReceptor.ER, percent, version)


def pr_status(percent: float | None, version: str) -> Verdict[HormoneResult]:
    """Return the PR status of a percentage of stained tumour nuclei by a version's rule.

    As ``er_status``; PR has no low positive.

    Raises
    ------
    FieldError
        When the percentage is no number from 0 to 100.
    MethodError
        When the version is not known.

    Examples
    --------
    >>> pr_status(5.0, "asco_cap_2020").value.status.value
    'positive'
    """
    return _status(HormoneReceptor.PR, percent, version)


def _status(
    receptor: HormoneReceptor, percent: float | None, version: str
) -> Verdict[HormoneResult]:
    rule = hormone_rule(receptor, version)
    field, wanted = f"{receptor}, percent of nuclei", "a number from 0 to 100"
    if percent is None:
        do = "enter the percentage of the pathology report"
        return Unknown((Problem("pathology", field, "", wanted, do),))
    if not (math.isfinite(percent) and 0.0 <= percent <= ALL):
        raise FieldError(
            where="pathology",
            field=field,
            got=percent,
            wanted=wanted,
            do="correct it after the pathology report",
        )
    reached = [step.status for step in rule.steps if step.reached(percent)]
    status = reached[-1] if reached else HormoneStatus.NEGATIVE
    return Known(
        HormoneResult(
            receptor=receptor,
            status=status,
            percent=percent,
            version=version,
            comment_needed=status is HormoneStatus.LOW_POSITIVE,
            controls_needed=rule.controls_up_to is not None and percent <= rule.controls_up_to,
        )
    )
