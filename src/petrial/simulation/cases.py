"""All cases of PET headers, right, sloppy and wrong, and for each what must come out.

A table for proving a reader of SUV: each case is what truly happened, how the files word it, and
whether the true SUV must come out, or a refusal that names a field. ``petrial.simulation.scanner``
makes the series of a case; nothing here knows how petrial itself decides.
"""

from itertools import chain

from petrial.simulation.case import SuvCase
from petrial.simulation.cases_clocks import clocks_cases, series_cases, shifts_cases, zones_cases
from petrial.simulation.cases_values import (
    bodies_cases,
    doses_cases,
    forms_cases,
    nuclides_cases,
    plain_cases,
    units_cases,
)

__all__ = ["suv_cases"]


def suv_cases() -> tuple[SuvCase, ...]:
    """Return all cases, each with a name of its own.

    >>> cases = suv_cases()
    >>> len({c.name for c in cases}) == len(cases) > 500
    True
    """
    groups = (
        plain_cases(),
        units_cases(),
        clocks_cases(),
        zones_cases(),
        shifts_cases(),
        doses_cases(),
        bodies_cases(),
        series_cases(),
        nuclides_cases(),
        forms_cases(),
    )
    return tuple(chain.from_iterable(groups))
