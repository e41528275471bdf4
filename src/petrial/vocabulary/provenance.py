"""Where a number came from."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Input", "Source"]


class Source(StrEnum):
    """The kinds of origin that an input of a calculation can have."""

    RECORD = "record"
    HEADER = "header"
    TABLE = "table"
    ASSUMPTION = "assumption"
    INFERENCE = "inference"


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a calculation: its name, value, unit, origin, and a sentence on that origin."""

    name: str
    value: float | str
    unit: str
    source: Source
    detail: str
