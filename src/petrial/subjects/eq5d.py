"""Values of EQ-5D states by Dutch value sets; titles of dimensions only, no licensed texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from petrial.vocabulary.errors import FieldError, MethodError, Problem
from petrial.vocabulary.knowledge import Known, Unknown, Verdict

__all__ = ["DIMENSIONS", "EQ5D_VALUE_SETS", "Utility", "ValueSet", "eq5d_value"]

DIMENSIONS: Final = {
    "MO": "mobility",
    "SC": "self-care",
    "UA": "usual activities",
    "PD": "pain and discomfort",
    "AD": "anxiety and depression",
}
"""Code and short title of each dimension, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSet:
    """What a state loses from 1, in thousandths, so that sums are exact.

    Attributes
    ----------
    name
        The name that is kept with each value.
    any_problem
        For any level above 1.
    any_worst
        For any dimension on the worst level.
    losses
        By dimension: for level 1, 2 and so on.
    source
        Where it is from.
    """

    name: str
    any_problem: int
    any_worst: int
    losses: Mapping[str, tuple[int, ...]]
    source: str

    @property
    def levels(self) -> int:
        """Number of levels of each dimension."""
        return len(self.losses["MO"])


@dataclass(frozen=True, slots=True)
class Utility:
    """Value of a state, 1 for full health, and the value set that gave it."""

    value: float
    value_set: str


EQ5D_VALUE_SETS: Final = {
    made.name: made
    for made in (
        ValueSet(
            name="eq5d5l_nl_2016",
            any_problem=47,
            any_worst=0,
            losses={
                "MO": (0, 35, 57, 166, 203),
                "SC": (0, 38, 61, 168, 168),
                "UA": (0, 39, 87, 192, 192),
                "PD": (0, 66, 92, 360, 415),
                "AD": (0, 70, 145, 356, 421),
            },
            source="EQ-5D-5L, Dutch tariff [versteegh2016]",
        ),
        ValueSet(
            name="eq5d3l_nl_2006",
            any_problem=71,
            any_worst=234,
            losses={
                "MO": (0, 36, 161),
                "SC": (0, 82, 152),
                "UA": (0, 32, 57),
                "PD": (0, 86, 329),
                "AD": (0, 124, 325),
            },
            source="EQ-5D-3L, Dutch tariff [lamers2006]",
        ),
    )
}
"""Value sets by name."""


def eq5d_value(state: Mapping[str, int | None], value_set: str) -> Verdict[Utility]:
    """Return the value of a state: 1 less what its levels lose.

    Sources stand in ``EQ5D_VALUE_SETS``. A state with a dimension that was not answered has no
    value, and the problem names the dimension.

    Parameters
    ----------
    state
        Level by code of dimension, from 1 (best); missing or None where not answered.
    value_set
        Name of a value set; it must be for the questionnaire that was answered.

    Raises
    ------
    FieldError
        When a level is out of range, or a dimension does not exist.
    MethodError
        When the value set is not known.

    Examples
    --------
    >>> state = {"MO": 2, "SC": 1, "UA": 1, "PD": 1, "AD": 1}
    >>> eq5d_value(state, "eq5d5l_nl_2016")
    Known(value=Utility(value=0.918, value_set='eq5d5l_nl_2016'))
    >>> eq5d_value(state | {"PD": None}, "eq5d5l_nl_2016").reason
    'PD, pain and discomfort: found nothing, wanted a level from 1 to 5'
    """
    values = EQ5D_VALUE_SETS.get(value_set)
    if values is None:
        raise MethodError(
            where="EQ-5D",
            field="value set",
            got=value_set,
            wanted="one of " + ", ".join(EQ5D_VALUE_SETS),
            do="name the value set of the questionnaire that was answered",
        )
    for code in state:
        if code not in DIMENSIONS:
            raise FieldError(
                where="EQ-5D",
                field="dimension",
                got=code,
                wanted="one of " + ", ".join(DIMENSIONS),
                do="name the dimensions by these codes",
            )
    levels = {code: _level(state.get(code), code, values) for code in DIMENSIONS}
    missing = [code for code, level in levels.items() if level is None]
    if missing:
        return Unknown(tuple(_missing(code, values) for code in missing))
    given = {code: level for code, level in levels.items() if level is not None}
    lost = sum(values.losses[code][level - 1] for code, level in given.items())
    if max(given.values()) > 1:
        lost += values.any_problem
    if max(given.values()) == values.levels:
        lost += values.any_worst
    return Known(Utility((1000 - lost) / 1000, value_set))


def _level(level: int | None, code: str, values: ValueSet) -> int | None:
    whole = isinstance(level, int) and not isinstance(level, bool)
    if level is not None and not (whole and 1 <= level <= values.levels):
        raise FieldError(
            where="EQ-5D",
            field=f"{code}, {DIMENSIONS[code]}",
            got=level,
            wanted=f"a level from 1 to {values.levels}",
            do="correct it after the form, and see that the value set fits the questionnaire",
        )
    return level


def _missing(code: str, values: ValueSet) -> Problem:
    wanted = f"a level from 1 to {values.levels}"
    do = "leave the value empty where the patient did not answer"
    return Problem("EQ-5D", f"{code}, {DIMENSIONS[code]}", "", wanted, do)
