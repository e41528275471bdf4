"""What is wrong, in five named parts, and the exceptions that carry it."""

from dataclasses import dataclass, fields
from typing import Final

__all__ = [
    "ContourError",
    "FieldError",
    "GeometryError",
    "LedgerError",
    "MethodError",
    "PetrialError",
    "Problem",
    "ProtocolError",
    "ReadError",
    "RecordError",
    "RefusedError",
    "UsageError",
]

LONGEST_PART: Final = 400
"""A part with more characters, such as a value of 10 kB from a damaged header, is cut."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, which field, what was found, what was wanted, what to do.

    Each part is cut where it is too long to be read.

    >>> print(Problem("series 1.2", "PatientWeight (0010,1030)", "", "a weight in kg", "weigh"))
    series 1.2: PatientWeight (0010,1030): found nothing, wanted a weight in kg. Do: weigh
    """

    where: str
    field: str
    got: str
    wanted: str
    do: str

    def __post_init__(self) -> None:
        for part in fields(self):
            text = getattr(self, part.name)
            if len(text) > LONGEST_PART:
                object.__setattr__(self, part.name, text[: LONGEST_PART - 3] + "...")

    def __str__(self) -> str:
        """Return the five parts as one line."""
        found = self.got or "nothing"
        return f"{self.where}: {self.field}: found {found}, wanted {self.wanted}. Do: {self.do}"


class PetrialError(Exception):
    """A refusal. Its five parts are in ``problem``; a room raises one of the subclasses.

    A plain class on purpose: a frozen dataclass that is an exception cannot take the traceback
    that a context manager sets on it.
    """

    def __init__(self, *, where: str, field: str, got: object, wanted: str, do: str) -> None:
        found = "" if got is None else str(got)
        self.problem = Problem(where=where, field=field, got=found, wanted=wanted, do=do)
        super().__init__(str(self.problem))

    @classmethod
    def of(cls, problem: Problem) -> "PetrialError":
        """Return the exception that carries ``problem``."""
        return cls(
            where=problem.where,
            field=problem.field,
            got=problem.got,
            wanted=problem.wanted,
            do=problem.do,
        )


class FieldError(PetrialError):
    """A value is missing, ambiguous, contradictory or impossible."""


class ReadError(PetrialError):
    """A file cannot be read as what it claims to be."""


class GeometryError(PetrialError):
    """Slices or grids do not form what is needed."""


class RecordError(PetrialError):
    """An administration record or an assumption cannot be used."""


class ContourError(PetrialError):
    """A contour or label map cannot be placed on the image."""


class MethodError(PetrialError):
    """A method is unknown, lacks an input, or is not declared for the tracer."""


class UsageError(PetrialError):
    """A command asks for what cannot be, such as a file in a folder that does not exist."""


class ProtocolError(PetrialError):
    """A protocol file contradicts itself, or is not what it claims to be.

    ``others`` holds what else is wrong with the same file.
    """

    others: tuple[Problem, ...] = ()


class RefusedError(PetrialError):
    """An act that a permission, a rule of the protocol or the state of the record forbids.

    ``field`` names the rule.
    """


class LedgerError(PetrialError):
    """The ledger cannot be opened, is not whole, or does not hold what is asked for."""
