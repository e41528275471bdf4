"""Radionuclides of PET: half-life, DICOM codes, and the names under which headers state them."""

import re
from dataclasses import dataclass
from typing import Final

from petrial.vocabulary.quantities import HalfLife

__all__ = ["LONG_LIVED_FROM", "NUCLIDES", "Nuclide", "nuclide_of"]


@dataclass(frozen=True, slots=True)
class Nuclide:
    """One radionuclide.

    Attributes
    ----------
    symbol
        Mass number and element, such as ``89Zr``.
    element
        English name of the element.
    half_life
        Physical half-life.
    codes
        Code values of DICOM context group 4020: SNOMED CT and the older SRT (or DCM); none for
        nuclides that the group does not hold.
    source
        Where the half-life comes from.
    """

    symbol: str
    element: str
    half_life: HalfLife
    codes: tuple[str, ...]
    source: str

    @property
    def long_lived(self) -> bool:
        """Whether a clock time without a date leaves the day of injection open."""
        return self.half_life.second > LONG_LIVED_FROM.second


LONG_LIVED_FROM: Final = HalfLife.hours(11.5)
"""Above this half-life a clock time of injection without its date is not enough."""

_NUDAT: Final = "NuDat 3, National Nuclear Data Center"


def _table(*rows: Nuclide) -> dict[str, Nuclide]:
    return {row.symbol: row for row in rows}


NUCLIDES: Final = _table(
    Nuclide("11C", "carbon", HalfLife.minutes(20.364), ("40565003", "C-105A1"), _NUDAT),
    Nuclide("13N", "nitrogen", HalfLife.minutes(9.965), ("21576001", "C-107A1"), _NUDAT),
    Nuclide("15O", "oxygen", HalfLife(122.24), ("129504001", "C-B1038"), _NUDAT),
    Nuclide("18F", "fluorine", HalfLife.minutes(109.77), ("77004003", "C-111A1"), _NUDAT),
    Nuclide("44Sc", "scandium", HalfLife.hours(4.042), ("126600",), _NUDAT),
    Nuclide("61Cu", "copper", HalfLife.hours(3.339), ("71425003", "C-127A1"), _NUDAT),
    Nuclide("64Cu", "copper", HalfLife.hours(12.701), ("3932008", "C-127A2"), _NUDAT),
    Nuclide("68Ga", "gallium", HalfLife.minutes(67.71), ("35337001", "C-131A3"), _NUDAT),
    Nuclide("82Rb", "rubidium", HalfLife(75.45), ("79197006", "C-159A2"), _NUDAT),
    Nuclide("86Y", "yttrium", HalfLife.hours(14.74), ("10738001", "C-162A3"), _NUDAT),
    Nuclide("89Zr", "zirconium", HalfLife.hours(78.41), ("63360001", "C-168A4"), _NUDAT),
    Nuclide("90Y", "yttrium", HalfLife.hours(64.05), ("14691008", "C-162A7"), _NUDAT),
    Nuclide("111In", "indium", HalfLife.hours(67.3128), (), _NUDAT),
    Nuclide("124I", "iodine", HalfLife.hours(100.224), ("40937006", "C-114A5"), _NUDAT),
    Nuclide("177Lu", "lutetium", HalfLife.hours(159.53), (), _NUDAT),
)
"""Half-lives in one place; codes checked against the DICOM dictionary in the tests."""


def _spellings(nuclide: Nuclide) -> set[str]:
    mass, letters = re.fullmatch(r"(\d+)([A-Za-z]+)", nuclide.symbol).groups()  # type: ignore[union-attr]  # every symbol in the table has this form
    parts = (letters.lower(), nuclide.element)
    return {f"{mass}{part}" for part in parts} | {f"{part}{mass}" for part in parts}


_BY_CODE: Final = {code: n for n in NUCLIDES.values() for code in n.codes}
_BY_NAME: Final = {name: n for n in NUCLIDES.values() for name in _spellings(n)}


def nuclide_of(*statements: str) -> Nuclide | None:
    """Return the nuclide that one of the statements (a code, a symbol or a name) names.

    The first statement that is understood decides; None when none is. Only whole statements count:
    a tracer's name that merely contains a nuclide is not taken apart here.

    >>> nuclide_of("C-111A1").symbol, nuclide_of("", "^89^Zirconium").symbol
    ('18F', '89Zr')
    >>> nuclide_of("Zr-89").symbol, nuclide_of("something else") is None
    ('89Zr', True)
    """
    for statement in statements:
        if statement.strip() in _BY_CODE:
            return _BY_CODE[statement.strip()]
        plain = re.sub(r"[^0-9a-z]", "", statement.lower())
        if plain in _BY_NAME:
            return _BY_NAME[plain]
    return None
