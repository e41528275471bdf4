"""Known and Unknown: a value that may be missing says so in its type."""

from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from petrial.vocabulary.errors import Problem

__all__ = ["Known", "Unknown", "Verdict"]

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Known(Generic[T_co]):
    """A value that is known."""

    value: T_co


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not known, and each reason why, with its remedy.

    >>> weight = Problem("series 1.2", "PatientWeight (0010,1030)", "", "kg", "weigh the patient")
    >>> Unknown((weight,)).reason
    'PatientWeight (0010,1030): found nothing, wanted kg'
    """

    problems: tuple[Problem, ...]

    @property
    def reason(self) -> str:
        """The problems in one line."""
        return "; ".join(
            f"{p.field}: found {p.got or 'nothing'}, wanted {p.wanted}" for p in self.problems
        )


Verdict: TypeAlias = Known[T_co] | Unknown
