"""A notebook in which a judgement collects inputs, remarks and problems."""

from dataclasses import dataclass, field
from typing import TypeVar

from petrial.images.suv.case import Settled
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.knowledge import Known, Unknown, Verdict
from petrial.vocabulary.provenance import Input

__all__ = ["Findings"]

T = TypeVar("T")


@dataclass(slots=True)
class Findings:
    """What came up while one series was judged. Local to one call: nothing is shared."""

    inputs: list[Input] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def take(self, verdict: Verdict[Settled[T]]) -> T | None:
        """Return the settled value and note its origin; note the problems if there is none."""
        match verdict:
            case Known(value=settled):
                self.inputs.append(settled.input)
                self.notes.extend(settled.notes)
                return settled.value
            case Unknown(problems=problems):
                self.problems.extend(p for p in problems if p not in self.problems)
                return None

    def take_all(self, other: "Findings") -> None:
        """Note everything that another notebook holds."""
        self.inputs.extend(other.inputs)
        self.notes.extend(other.notes)
        self.problems.extend(p for p in other.problems if p not in self.problems)
