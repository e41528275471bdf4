"""Numbers with a unit, each a type of its own."""

import math
from dataclasses import dataclass
from datetime import datetime

from petrial.vocabulary.errors import FieldError

__all__ = ["Activity", "BodyHeight", "BodyWeight", "EffectiveDose", "HalfLife"]


def _positive(value: float, field: str, unit: str) -> None:
    if not (math.isfinite(value) and value > 0.0):
        raise FieldError(
            where="quantity",
            field=field,
            got=value,
            wanted=f"a positive, finite number of {unit}",
            do="correct the value at its source",
        )


@dataclass(frozen=True, slots=True)
class HalfLife:
    """Time in which half of the nuclei decay, held in seconds.

    >>> HalfLife.hours(78.41).second
    282276.0
    """

    second: float

    def __post_init__(self) -> None:
        _positive(self.second, "half-life", "seconds")

    @classmethod
    def hours(cls, hour: float) -> "HalfLife":
        """Return the half-life of so many hours."""
        return cls(hour * 3600.0)

    @classmethod
    def minutes(cls, minute: float) -> "HalfLife":
        """Return the half-life of so many minutes."""
        return cls(minute * 60.0)

    @property
    def decay_constant(self) -> float:
        """The decay constant in 1/s, ln 2 over the half-life."""
        return math.log(2.0) / self.second

    def remaining(self, elapsed_second: float) -> float:
        """Return the share that is left after ``elapsed_second`` (over 1 for times before).

        Held within the range of a float, so that a nonsensical span of years gives 0 or a very
        large number and no overflow.

        >>> round(HalfLife.hours(78.41).remaining(4 * 86400.0), 4)
        0.428
        """
        return math.exp2(min(max(-elapsed_second / self.second, -1000.0), 1000.0))


@dataclass(frozen=True, slots=True)
class Activity:
    """Radioactivity at one stated moment, held in becquerel.

    >>> noon = datetime(2020, 1, 1, 12, 0, 0)
    >>> later = datetime(2020, 1, 1, 14, 0, 0)
    >>> Activity(370e6, noon).decayed_to(later, HalfLife.hours(2.0)).becquerel
    185000000.0
    """

    becquerel: float
    at: datetime

    def __post_init__(self) -> None:
        _positive(self.becquerel, "activity", "becquerel")

    @classmethod
    def megabecquerels(cls, megabecquerel: float, at: datetime) -> "Activity":
        """Return the activity of so many MBq at ``at``."""
        return cls(megabecquerel * 1e6, at)

    @property
    def megabecquerel(self) -> float:
        """The activity in MBq."""
        return self.becquerel / 1e6

    def decayed_to(self, moment: datetime, half_life: HalfLife) -> "Activity":
        """Return the same source at ``moment``; a moment before ``at`` gives more."""
        elapsed = (moment - self.at).total_seconds()
        return Activity(self.becquerel * half_life.remaining(elapsed), moment)


@dataclass(frozen=True, slots=True)
class BodyWeight:
    """Body weight, held in kilograms.

    >>> BodyWeight(71.0).gram
    71000.0
    """

    kilogram: float

    def __post_init__(self) -> None:
        _positive(self.kilogram, "body weight", "kilograms")

    @property
    def gram(self) -> float:
        """The weight in grams."""
        return self.kilogram * 1000.0


@dataclass(frozen=True, slots=True)
class BodyHeight:
    """Body height, held in metres.

    >>> BodyHeight(1.63).centimetre
    163.0
    """

    metre: float

    def __post_init__(self) -> None:
        _positive(self.metre, "body height", "metres")

    @property
    def centimetre(self) -> float:
        """The height in centimetres."""
        return self.metre * 100.0


@dataclass(frozen=True, slots=True)
class EffectiveDose:
    """Effective dose of radiation, held in millisievert; 0 is none.

    >>> EffectiveDose(4.5) + EffectiveDose(17.5)
    EffectiveDose(millisievert=22.0)
    """

    millisievert: float

    def __post_init__(self) -> None:
        if self.millisievert != 0.0:
            _positive(self.millisievert, "effective dose", "millisievert")

    def __add__(self, other: "EffectiveDose") -> "EffectiveDose":
        return EffectiveDose(self.millisievert + other.millisievert)
