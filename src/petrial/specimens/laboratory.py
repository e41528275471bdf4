"""Laboratory values: the units that each analyte of the trial may have, and how they convert."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from petrial.vocabulary.errors import FieldError

__all__ = ["ANALYTES", "Analyte", "converted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyte:
    """One analyte.

    Attributes
    ----------
    name, title
        As in code and for people.
    unit
        UCUM unit in which it is compared.
    factors
        By UCUM unit: how many of ``unit`` one of it is.
    source
        Where the factors are from.
    """

    name: str
    title: str
    unit: str
    factors: Mapping[str, float]
    source: str


_OESTRADIOL: Final = 18 * 12.011 + 24 * 1.008 + 2 * 15.999
_GLUCOSE: Final = 6 * 12.011 + 12 * 1.008 + 6 * 15.999
_ATOMS: Final = "IUPAC standard atomic weights, conventional values"
_KATAL: Final = "1 katal is 1 mol/s, 1 U is 1 umol/min"
_ENZYME: Final = {"U/L": 1.0, "ukat/L": 60.0}

ANALYTES: Final = {
    made.name: made
    for made in (
        Analyte(
            name="oestradiol",
            title="oestradiol",
            unit="pmol/L",
            factors={
                "pmol/L": 1.0,
                "nmol/L": 1000.0,
                "pg/mL": 1000.0 / _OESTRADIOL,
                "ng/L": 1000.0 / _OESTRADIOL,
            },
            source=f"C18H24O2, {_OESTRADIOL:.3f} g/mol; {_ATOMS}",
        ),
        Analyte(
            name="shbg",
            title="sex hormone binding globulin",
            unit="nmol/L",
            factors={"nmol/L": 1.0},
            source="one unit, for mass units differ with the calibrator",
        ),
        Analyte(name="asat", title="ASAT", unit="U/L", factors=_ENZYME, source=_KATAL),
        Analyte(name="alat", title="ALAT", unit="U/L", factors=_ENZYME, source=_KATAL),
        Analyte(
            name="glucose",
            title="glucose",
            unit="mmol/L",
            factors={"mmol/L": 1.0, "mg/dL": 10.0 / _GLUCOSE},
            source=f"C6H12O6, {_GLUCOSE:.3f} g/mol; {_ATOMS}",
        ),
    )
}
"""Analytes by name."""


def converted(value: float, analyte: str, unit: str, to: str) -> float:
    """Return a laboratory value in another unit.

    The unit is never taken from the size of the number. Sources stand in ``ANALYTES``.

    Raises
    ------
    FieldError
        When the analyte or a unit is not known, or the value is negative or no number.

    Examples
    --------
    >>> round(converted(100.0, "oestradiol", "pmol/L", "pg/mL"), 2)
    27.24
    """
    known = ANALYTES.get(analyte)
    if known is None:
        _refuse("analyte", analyte, ANALYTES, "add the analyte and its units to the table")
    for name in (unit, to):
        if name not in known.factors:
            do = "enter the unit of the report, as UCUM writes it"
            _refuse(f"unit of {known.title}", name, known.factors, do)
    if not (math.isfinite(value) and value >= 0.0):
        raise FieldError(
            where="laboratory",
            field=known.title,
            got=value,
            wanted=f"0 {unit} or more",
            do="correct it after the report of the laboratory",
        )
    if unit == to:
        return value
    return value * known.factors[unit] / known.factors[to]


def _refuse(field: str, got: str, known: Mapping[str, object], do: str) -> NoReturn:
    wanted = "one of " + ", ".join(known)
    raise FieldError(where="laboratory", field=field, got=got, wanted=wanted, do=do)
