"""Units of laboratory values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrial.specimens.laboratory import ANALYTES, converted
from petrial.vocabulary.errors import FieldError

PAIRS = [(a.name, one, two) for a in ANALYTES.values() for one in a.factors for two in a.factors]


@pytest.mark.parametrize(
    ("value", "analyte", "unit", "to", "expected"),
    [
        (1.0, "oestradiol", "pg/mL", "pmol/L", 3.671),
        (100.0, "oestradiol", "pmol/L", "ng/L", 27.24),
        (0.1, "oestradiol", "nmol/L", "pmol/L", 100.0),
        (1.0, "glucose", "mmol/L", "mg/dL", 18.016),
        (11.0, "glucose", "mmol/L", "mg/dL", 198.2),
        (1.0, "asat", "ukat/L", "U/L", 60.0),
        (60.0, "alat", "U/L", "ukat/L", 1.0),
        (45.0, "shbg", "nmol/L", "nmol/L", 45.0),
    ],
)
def test_factors_are_those_of_the_molar_masses(
    value: float, analyte: str, unit: str, to: str, expected: float
) -> None:
    """3.671 as laboratories print it; 272.4 and 180.16 g/mol; 1 ukat = 60 umol/min = 60 U."""
    assert converted(value, analyte, unit, to) == pytest.approx(expected, rel=2e-4)


@pytest.mark.parametrize(
    ("analyte", "unit", "to", "field"),
    [
        ("oestradiol", "pmol/l", "pg/mL", "unit of oestradiol"),
        ("oestradiol", "pmol/L", "mg/dL", "unit of oestradiol"),
        ("shbg", "ug/mL", "nmol/L", "unit of sex hormone binding globulin"),
        ("asat", "", "U/L", "unit of ASAT"),
        ("cortisol", "nmol/L", "nmol/L", "analyte"),
    ],
)
def test_an_unknown_unit_or_analyte_is_refused(
    analyte: str, unit: str, to: str, field: str
) -> None:
    with pytest.raises(FieldError) as caught:
        converted(1.0, analyte, unit, to)
    assert caught.value.problem.field == field
    assert caught.value.problem.wanted.startswith("one of ")


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_a_value_that_cannot_be_is_refused(value: float) -> None:
    with pytest.raises(FieldError, match="wanted 0 mmol/L or more"):
        converted(value, "glucose", "mmol/L", "mg/dL")


@given(st.sampled_from(PAIRS), st.floats(1e-3, 1e6))
def test_there_and_back_is_the_same_value(pair: tuple[str, str, str], value: float) -> None:
    analyte, one, two = pair
    back = converted(converted(value, analyte, one, two), analyte, two, one)
    assert back == pytest.approx(value, rel=1e-12)


def test_each_analyte_is_compared_in_one_of_its_units_whose_factor_is_1() -> None:
    assert all(a.factors[a.unit] == 1.0 for a in ANALYTES.values())
