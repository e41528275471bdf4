"""Nuclides: codes as in the DICOM dictionary, half-lives as anyone can check them."""

import pytest
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from petrial.vocabulary.nuclides import NUCLIDES, nuclide_of

GROUP = {
    code.value: code.meaning
    for code in (getattr(codes.cid4020, name) for name in dir(codes.cid4020))
    if isinstance(code, Code)
}
"""DICOM context group 4020, PET radionuclides, as pydicom holds it."""


@pytest.mark.parametrize("symbol", [n.symbol for n in NUCLIDES.values() if n.codes])
def test_the_first_code_names_the_nuclide_in_the_dicom_dictionary(symbol: str) -> None:
    nuclide = NUCLIDES[symbol]
    meaning = GROUP[nuclide.codes[0]]
    assert nuclide_of(meaning) is nuclide


@pytest.mark.parametrize(
    ("symbol", "hours"),
    [("18F", 1.8295), ("68Ga", 1.1285), ("64Cu", 12.701), ("89Zr", 78.41), ("124I", 100.22)],
)
def test_half_lives_are_those_of_the_evaluated_data(symbol: str, hours: float) -> None:
    """NuDat 3, in hours; 109.77 and 67.71 minutes for 18F and 68Ga."""
    assert NUCLIDES[symbol].half_life.second / 3600.0 == pytest.approx(hours, rel=1e-4)


@pytest.mark.parametrize(
    ("symbol", "long_lived"),
    [("18F", False), ("61Cu", False), ("64Cu", True), ("89Zr", True), ("111In", True)],
)
def test_over_eleven_and_a_half_hours_a_clock_time_is_not_enough(
    symbol: str, *, long_lived: bool
) -> None:
    assert NUCLIDES[symbol].long_lived is long_lived


def test_every_spelling_leads_to_one_nuclide_and_nonsense_to_none() -> None:
    for text in ("Zr-89", "89Zr", "^89^Zirconium", "zirconium 89", "C-168A4", "63360001"):
        assert nuclide_of(text) is NUCLIDES["89Zr"]
    for text in ("", "8", "89", "Zr", "FDG", "18FDG"):
        assert nuclide_of(text) is None
