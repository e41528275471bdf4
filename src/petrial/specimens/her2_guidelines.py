"""Versions of the ASCO/CAP guideline on HER2 testing, as data.

Each row of an ISH table says what the numbers mean alone, and beside each IHC score.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from typing import Final

from petrial.specimens.ish import Band
from petrial.specimens.levels import Level
from petrial.vocabulary.errors import MethodError

__all__ = [
    "CELLS",
    "HER2_GUIDELINES",
    "SINGLE",
    "Ending",
    "Her2Guideline",
    "IhcScore",
    "IshRow",
    "her2_guideline",
]

CELLS: Final = "least number of cells"
SINGLE: Final = "single-probe limits"
"""Figures of a version that may be unconfirmed."""


class IhcScore(Level):
    """Score of HER2 staining, as the pathologist gives it by the version in force."""

    ZERO = "0"
    ONE = "1+"
    TWO = "2+"
    THREE = "3+"


class Ending(Enum):
    """What a version says of one combination of tests."""

    NEGATIVE = "negative"
    EQUIVOCAL = "equivocal"
    POSITIVE = "positive"
    NEGATIVE_IF_RECOUNTED = "negative, if a blinded recount gives the same group"
    POSITIVE_IF_RECOUNTED = "positive, if a blinded recount gives the same group"
    IHC_NEEDED = "IHC is needed"
    ISH_NEEDED = "ISH is needed"
    DUAL_PROBE_NEEDED = "dual-probe ISH is needed"
    AT_ODDS = "unknown, the tests contradict each other"


@dataclass(frozen=True, slots=True, kw_only=True)
class IshRow:
    """One row of an ISH table: bands of ratio and copies per cell, and what they mean.

    Attributes
    ----------
    name
        Such as ``group 1``.
    ratio, copies
        HER2 signals per CEP17 signal (any, for one probe), and HER2 signals per cell.
    alone
        What it means without IHC.
    beside
        What it means beside each IHC score.
    """

    name: str
    ratio: Band
    copies: Band
    alone: Ending
    beside: Mapping[IhcScore, Ending]


@dataclass(frozen=True, slots=True, kw_only=True)
class Her2Guideline:
    """One version.

    Attributes
    ----------
    version
        The name that the record holds.
    ihc
        What IHC means alone.
    dual, single
        ISH tables; ``single`` is None where its figures are unconfirmed.
    least_cells
        Fewest cells to count; None where it is unconfirmed.
    source
        Where it is from.
    """

    version: str
    ihc: Mapping[IhcScore, Ending]
    dual: tuple[IshRow, ...]
    single: tuple[IshRow, ...] | None
    least_cells: int | None
    source: str

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """What no public source confirmed, so that whoever judges must state it."""
        figures = {CELLS: self.least_cells, SINGLE: self.single}
        return tuple(name for name, figure in figures.items() if figure is None)

    def stating(
        self, *, least_cells: int | None = None, single_equivocal: Band | None = None
    ) -> "Her2Guideline":
        """Return the version with figures that the caller states for unconfirmed ones.

        Parameters
        ----------
        least_cells
            Fewest cells to count.
        single_equivocal
            Copies per cell that one probe leaves equivocal; below is negative, above positive.

        Raises
        ------
        MethodError
            When a figure is confirmed already: it is not to be replaced.

        Examples
        --------
        >>> her2_guideline("asco_cap_2007").stating(least_cells=20).unconfirmed
        ()
        """
        asked = ((CELLS, least_cells), (SINGLE, single_equivocal))
        for field, figure in asked:
            if figure is not None and field not in self.unconfirmed:
                raise MethodError(
                    where=self.version,
                    field=field,
                    got=figure,
                    wanted="nothing, for its source confirms the figure",
                    do="leave it out",
                )
        single = self.single if single_equivocal is None else _one_probe(single_equivocal)
        return replace(
            self,
            least_cells=self.least_cells if least_cells is None else least_cells,
            single=single,
        )


_SCORES: Final = tuple(IhcScore)


def _beside(*endings: Ending) -> Mapping[IhcScore, Ending]:
    return dict(zip(_SCORES, endings, strict=True))


_N, _E, _P, _ODD = Ending.NEGATIVE, Ending.EQUIVOCAL, Ending.POSITIVE, Ending.AT_ODDS
_N_AGAIN, _P_AGAIN = Ending.NEGATIVE_IF_RECOUNTED, Ending.POSITIVE_IF_RECOUNTED

# Until 2013 each test was reported by itself. An equivocal one is settled by the other; two clear
# ones that contradict each other are not settled here.
_AGREEING: Final = {
    _N: _beside(_N, _N, _N, _ODD),
    _E: _beside(_N, _N, _E, _P),
    _P: _beside(_ODD, _ODD, _P, _P),
}


def _row(name: str, ratio: Band, copies: Band, alone: Ending) -> IshRow:
    return IshRow(name=name, ratio=ratio, copies=copies, alone=alone, beside=_AGREEING[alone])


def _one_probe(equivocal: Band) -> tuple[IshRow, ...]:
    below = Band(high=equivocal.low, high_in=not equivocal.low_in)
    above = Band(low=equivocal.high, low_in=not equivocal.high_in)
    return (
        _row("amplified", Band(), above, _P),
        _row("equivocal", Band(), equivocal, _E),
        _row("not amplified", Band(), below, _N),
    )


_2, _4, _6 = Fraction(2), Fraction(4), Fraction(6)
_LOW, _HIGH = Fraction("1.8"), Fraction("2.2")
_UNDER_2, _FROM_2 = Band(high=_2), Band(low=_2)
_UNDER_4, _4_TO_6, _FROM_6 = Band(high=_4), Band(low=_4, high=_6), Band(low=_6)

_DUAL_2007: Final = (
    _row("amplified", Band(low=_HIGH, low_in=False), Band(), _P),
    _row("equivocal", Band(low=_LOW, high=_HIGH, high_in=True), Band(), _E),
    _row("not amplified", Band(high=_LOW), Band(), _N),
)
_DUAL_2013: Final = (
    _row("amplified by ratio", _FROM_2, Band(), _P),
    _row("amplified by copies", _UNDER_2, _FROM_6, _P),
    _row("equivocal", _UNDER_2, _4_TO_6, _E),
    _row("not amplified", _UNDER_2, _UNDER_4, _N),
)
_DUAL_2018: Final = (
    IshRow(
        name="group 1",
        ratio=_FROM_2,
        copies=Band(low=_4),
        alone=_P,
        beside=_beside(_P, _P, _P, _P),
    ),
    IshRow(
        name="group 2",
        ratio=_FROM_2,
        copies=_UNDER_4,
        alone=Ending.IHC_NEEDED,
        beside=_beside(_N, _N, _N_AGAIN, _P),
    ),
    IshRow(
        name="group 3",
        ratio=_UNDER_2,
        copies=_FROM_6,
        alone=Ending.IHC_NEEDED,
        beside=_beside(_N, _N, _P_AGAIN, _P),
    ),
    IshRow(
        name="group 4",
        ratio=_UNDER_2,
        copies=_4_TO_6,
        alone=Ending.IHC_NEEDED,
        beside=_beside(_N, _N, _N_AGAIN, _P),
    ),
    IshRow(
        name="group 5",
        ratio=_UNDER_2,
        copies=_UNDER_4,
        alone=_N,
        beside=_beside(_N, _N, _N, _ODD),
    ),
)
_SINGLE_2018: Final = (
    IshRow(
        name="amplified",
        ratio=Band(),
        copies=_FROM_6,
        alone=_P,
        beside=_beside(_P, _P, _P, _P),
    ),
    IshRow(
        name="between",
        ratio=Band(),
        copies=_4_TO_6,
        alone=Ending.IHC_NEEDED,
        beside=_beside(_N, _N, Ending.DUAL_PROBE_NEEDED, _P),
    ),
    IshRow(
        name="not amplified",
        ratio=Band(),
        copies=_UNDER_4,
        alone=_N,
        beside=_beside(_N, _N, _N, _ODD),
    ),
)
_V2018: Final = Her2Guideline(
    version="asco_cap_2018",
    ihc=_beside(_N, _N, Ending.ISH_NEEDED, _P),
    dual=_DUAL_2018,
    single=_SINGLE_2018,
    least_cells=20,
    source="ASCO/CAP 2018 [wolff2018]",
)

HER2_GUIDELINES: Final = {
    guideline.version: guideline
    for guideline in (
        Her2Guideline(
            version="asco_cap_2007",
            ihc=_beside(_N, _N, _E, _P),
            dual=_DUAL_2007,
            single=_one_probe(Band(low=_4, high=_6, high_in=True)),
            least_cells=None,
            source="ASCO/CAP 2007 [wolff2007]; least number of cells unconfirmed",
        ),
        Her2Guideline(
            version="asco_cap_2013",
            ihc=_beside(_N, _N, _E, _P),
            dual=_DUAL_2013,
            single=None,
            least_cells=20,
            source="ASCO/CAP 2013 [wolff2013]; single-probe limits unconfirmed",
        ),
        _V2018,
        replace(
            _V2018,
            version="asco_cap_2023",
            source="ASCO/CAP 2023, which affirms 2018 [wolff2023]",
        ),
    )
}
"""Guidelines by version. What is unconfirmed is None; ``stating`` takes it from the caller."""


def her2_guideline(version: str) -> Her2Guideline:
    """Return a version of the guideline.

    Raises
    ------
    MethodError
        When the version is not in ``HER2_GUIDELINES``.

    Examples
    --------
    >>> her2_guideline("asco_cap_2013").unconfirmed
    ('single-probe limits',)
    """
    guideline = HER2_GUIDELINES.get(version)
    if guideline is None:
        raise MethodError(
            where="HER2",
            field="guideline version",
            got=version,
            wanted="one of " + ", ".join(HER2_GUIDELINES),
            do="state the version by which the laboratory reported",
        )
    return guideline
