"""The criteria of a protocol judged over a subject, and what a screening comes to."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from petrial.protocol.model import Criterion, CriterionKind, Protocol
from petrial.protocol.rules import ItemPath
from petrial.subjects.judged import Evidence, Gap, Judged, Outcome
from petrial.subjects.judging import judge_rule
from petrial.subjects.state import SubjectState

__all__ = [
    "Evidence",
    "Gap",
    "Informed",
    "Judged",
    "Judgement",
    "Outcome",
    "Screening",
    "Standing",
    "judge",
    "judge_rule",
    "screening_of",
]


class Standing(StrEnum):
    """Whether a subject may take part, by the criteria."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Informed:
    """A rule that is shown beside a verdict and never overrules it."""

    text: str
    judged: Judged


@dataclass(frozen=True, slots=True)
class Judgement:
    """One criterion, what it came to, and what is shown beside it."""

    criterion: Criterion
    judged: Judged
    informed_by: tuple[Informed, ...] = ()

    @property
    def number(self) -> str:
        """Number of the criterion."""
        return self.criterion.number

    @property
    def text(self) -> str:
        """Sentence of the criterion."""
        return self.criterion.text

    @property
    def outcome(self) -> Outcome:
        """Whether the criterion is met; an exclusion criterion that is met keeps out."""
        return self.judged.outcome

    @property
    def standing(self) -> Standing:
        """What the criterion alone says of the subject."""
        lets_in = Outcome.MET
        if self.criterion.kind is CriterionKind.EXCLUSION:
            lets_in = Outcome.NOT_MET
        if self.outcome is Outcome.UNKNOWN:
            return Standing.UNDECIDED
        return Standing.ELIGIBLE if self.outcome is lets_in else Standing.INELIGIBLE

    @property
    def blocks(self) -> bool:
        """Whether the subject cannot be enrolled as this criterion stands."""
        return self.standing is not Standing.ELIGIBLE

    @property
    def why(self) -> str:
        """What is missing where it is unknown, else the facts that led there; one line."""
        reasons: tuple[object, ...] = self.judged.gaps or self.judged.evidence
        return "; ".join(str(reason) for reason in reasons)


@dataclass(frozen=True, slots=True)
class Screening:
    """All criteria of the protocol, judged on one day."""

    on: date
    judgements: tuple[Judgement, ...]

    @property
    def standing(self) -> Standing:
        """Ineligible by any criterion; else undecided by any; else eligible."""
        found = {judgement.standing for judgement in self.judgements}
        for standing in (Standing.INELIGIBLE, Standing.UNDECIDED):
            if standing in found:
                return standing
        return Standing.ELIGIBLE

    @property
    def missing(self) -> tuple[ItemPath, ...]:
        """Paths of the facts that are missing for criteria that are unknown, each once."""
        paths = (path for one in self.judgements for path in one.judged.missing)
        return tuple(dict.fromkeys(paths))


def judge(criterion: Criterion, state: SubjectState, protocol: Protocol, on: date) -> Judgement:
    """Judge one criterion, and the rules that inform it.

    What informs (such as a rise of liver enzymes beside the investigator's verdict on rapid
    progression) is judged for the reader; the outcome is that of the criterion's own rule.
    """
    return Judgement(
        criterion,
        judge_rule(criterion.rule, state, protocol, on),
        tuple(
            Informed(one.text, judge_rule(one.rule, state, protocol, on))
            for one in criterion.informed_by
        ),
    )


def screening_of(protocol: Protocol, state: SubjectState, on: date) -> Screening:
    """Judge all criteria of the protocol, in its order.

    Parameters
    ----------
    protocol
        The version in force.
    state
        The subject.
    on
        Day of judgement: ages are counted to it, and what is dated later does not count.
    """
    return Screening(on, tuple(judge(one, state, protocol, on) for one in protocol.criteria))
