"""What tissues show in PET and CT: one table, each number published or named an assumption."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

__all__ = ["TISSUES", "Appearance", "Tissue"]


class Tissue(IntEnum):
    """What a voxel is made of."""

    AIR = 0
    FAT = 1
    MUSCLE = 2
    LUNG = 3
    LIVER = 4
    SPLEEN = 5
    KIDNEY = 6
    URINE = 7
    HEART = 8
    BLOOD = 9
    BRAIN = 10
    WHITE_MATTER = 11
    MARROW = 12
    CORTEX = 13
    BOWEL = 14
    GLAND = 15
    FLUID = 16
    BREAST = 17
    COUCH = 18


@dataclass(frozen=True, slots=True)
class Appearance:
    """What a tissue shows.

    Attributes
    ----------
    fdg
        Body-weight SUV in g/mL, 60 minutes after 18F-FDG.
    trastuzumab
        Body-weight SUV in g/mL, four days after 89Zr-trastuzumab.
    hounsfield
        CT number.
    fdg_published, trastuzumab_published
        Whether the SUV is taken from the literature; else it is an assumption: change it.
    source
        Where published values come from.
    """

    fdg: float
    trastuzumab: float
    hounsfield: float
    fdg_published: bool = False
    trastuzumab_published: bool = False
    source: str = "assumption"


_DIJKERS: Final = "89Zr: Dijkers 2010, doi 10.1038/clpt.2010.12"
_BOTH: Final = f"FDG: normal mean of published series, 1.85 to 1.9; {_DIJKERS}"
_BENSCH: Final = "89Zr: a third of the dose in 5 L of blood, Bensch 2018, doi 10.7150/thno.26370"


def _row(
    fdg: float, trastuzumab: float, hounsfield: float, published: str = "", source: str = "assumed"
) -> Appearance:
    """Return one row; ``published`` names the columns, F and Z, that are no assumption."""
    return Appearance(fdg, trastuzumab, hounsfield, "F" in published, "Z" in published, source)


TISSUES: Final[dict[Tissue, Appearance]] = {
    Tissue.AIR: _row(0.0, 0.0, -1000.0),
    Tissue.FAT: _row(0.3, 0.2, -100.0),
    Tissue.MUSCLE: _row(0.6, 0.5, 50.0),
    Tissue.LUNG: _row(0.45, 0.8, -800.0),
    Tissue.LIVER: _row(1.9, 5.9, 58.0, "FZ", _BOTH),
    Tissue.SPLEEN: _row(1.6, 2.8, 48.0, "Z", _DIJKERS),
    Tissue.KIDNEY: _row(2.4, 4.0, 34.0, "Z", _DIJKERS),
    Tissue.URINE: _row(14.0, 1.5, 8.0),
    Tissue.HEART: _row(3.2, 3.6, 45.0),
    Tissue.BLOOD: _row(1.6, 4.6, 42.0, "Z", _BENSCH),
    Tissue.BRAIN: _row(8.0, 0.2, 37.0, "FZ", f"FDG: mean of the cerebellum, 8.0; {_DIJKERS}"),
    Tissue.WHITE_MATTER: _row(3.0, 0.2, 29.0),
    Tissue.MARROW: _row(1.0, 1.7, 240.0),
    Tissue.CORTEX: _row(0.5, 0.6, 850.0),
    Tissue.BOWEL: _row(1.1, 3.0, 28.0),
    Tissue.GLAND: _row(1.5, 1.2, 60.0),
    Tissue.FLUID: _row(0.4, 0.2, 5.0),
    Tissue.BREAST: _row(0.5, 0.4, -30.0),
    Tissue.COUCH: _row(0.0, 0.0, -350.0),
}
"""One row for each tissue, FDG, 89Zr-trastuzumab, HU; the only place where these stand."""
