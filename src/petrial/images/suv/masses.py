"""What SUV can be normalised to: body weight, lean mass by name, ideal weight, body surface.

Weights in kg, heights in cm, as in the papers; the border functions take typed quantities.
"""

from collections.abc import Callable
from typing import Final

from petrial.images.suv.statements import Sex
from petrial.vocabulary.quantities import BodyHeight, BodyWeight

__all__ = [
    "MASS_BY_SUV_TYPE",
    "body_surface_cm2",
    "ideal_weight_kg",
    "lean_mass_james_kg",
    "lean_mass_janmahasatian_kg",
    "lean_mass_morgan_kg",
]

Formula = Callable[[BodyWeight, BodyHeight, Sex], float]


def _by_sex(sex: Sex, female: float, male: float) -> float:
    match sex:
        case Sex.FEMALE:
            return female
        case Sex.MALE:
            return male
        case Sex.MEAN:
            return (female + male) / 2.0


def lean_mass_janmahasatian_kg(weight: BodyWeight, height: BodyHeight, sex: Sex) -> float:
    """Return lean mass in kg; Janmahasatian 2005.

    9270 W / (8780 + 244 BMI) for women, 9270 W / (6680 + 216 BMI) for men.

    >>> round(lean_mass_janmahasatian_kg(BodyWeight(71.0), BodyHeight(1.63), Sex.MALE), 3)
    52.856
    """
    bmi = weight.kilogram / height.metre**2
    return _by_sex(
        sex,
        female=9270.0 * weight.kilogram / (8780.0 + 244.0 * bmi),
        male=9270.0 * weight.kilogram / (6680.0 + 216.0 * bmi),
    )


def _quadratic(
    weight: BodyWeight, height: BodyHeight, sex: Sex, *, men: tuple[float, float]
) -> float:
    share = (weight.kilogram / height.centimetre) ** 2
    return _by_sex(
        sex,
        female=1.07 * weight.kilogram - 148.0 * share,
        male=men[0] * weight.kilogram - men[1] * share,
    )


def lean_mass_james_kg(weight: BodyWeight, height: BodyHeight, sex: Sex) -> float:
    """Return lean mass in kg; James 1976, in DICOM ``LBMJAMES128``.

    1.07 W - 148 (W/H)^2 for women, 1.10 W - 128 (W/H)^2 for men.

    >>> round(lean_mass_james_kg(BodyWeight(71.0), BodyHeight(1.63), Sex.MALE), 3)
    53.814
    """
    return _quadratic(weight, height, sex, men=(1.10, 128.0))


def lean_mass_morgan_kg(weight: BodyWeight, height: BodyHeight, sex: Sex) -> float:
    """Return lean mass in kg as in DICOM ``LBM``: James with 120 instead of 128 for men.

    Source: Morgan and Bray 1994, quoted in DICOM PS3.3 C.8.9.1.

    >>> round(lean_mass_morgan_kg(BodyWeight(71.0), BodyHeight(1.63), Sex.MALE), 3)
    55.332
    """
    return _quadratic(weight, height, sex, men=(1.10, 120.0))


def ideal_weight_kg(weight: BodyWeight, height: BodyHeight, sex: Sex) -> float:
    """Return ideal body weight in kg, which does not depend on ``weight``; DICOM ``IBW``.

    45.5 + 0.91 (H - 152) for women, 48.0 + 1.06 (H - 152) for men.

    >>> round(ideal_weight_kg(BodyWeight(71.0), BodyHeight(1.62), Sex.FEMALE), 3)
    54.6
    """
    del weight
    over = height.centimetre - 152.0
    return _by_sex(sex, female=45.5 + 0.91 * over, male=48.0 + 1.06 * over)


def body_surface_cm2(weight: BodyWeight, height: BodyHeight) -> float:
    """Return the body surface in cm2; Du Bois 1916, W^0.425 H^0.725 71.84.

    >>> round(body_surface_cm2(BodyWeight(70.0), BodyHeight(1.75)))
    18481
    """
    return float(weight.kilogram**0.425 * height.centimetre**0.725 * 71.84)


def _body_weight_kg(weight: BodyWeight, height: BodyHeight, sex: Sex) -> float:
    del height, sex
    return weight.kilogram


MASS_BY_SUV_TYPE: Final[dict[str, Formula]] = {
    "BW": _body_weight_kg,
    "LBM": lean_mass_morgan_kg,
    "LBMJAMES128": lean_mass_james_kg,
    "LBMJANMA": lean_mass_janmahasatian_kg,
    "IBW": ideal_weight_kg,
}
"""The mass in kg by which a stored SUV of each SUVType (0054,1006) was normalised."""
