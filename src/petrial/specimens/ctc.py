"""Circulating tumour cells: definitions of a positive sample as data, judged over counts."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Final

from petrial.specimens.her2_guidelines import IhcScore
from petrial.vocabulary.errors import FieldError, MethodError, Problem
from petrial.vocabulary.knowledge import Known, Unknown, Verdict

__all__ = [
    "CTC_DEFINITIONS",
    "CtcDefinition",
    "CtcMeasure",
    "CtcSample",
    "ctc_definition",
    "ctc_positive",
]


class CtcMeasure(StrEnum):
    """What a definition looks at."""

    COUNT = "count"
    """Number of cells in a volume."""
    SHARE = "share"
    """Share of the cells, in percent."""
    H_SCORE = "h_score"
    """Sum of intensity times percent of cells, 0 to 300."""
    FISH_RATIO = "fish_ratio"
    """HER2 per CEP17 signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CtcDefinition:
    """When a sample is positive.

    Attributes
    ----------
    name
        The name that the record holds.
    volume_ml
        Blood that the number of cells is for.
    marker
        Stained or hybridised on the cells; empty where every CTC counts.
    measure, at_least
        Positive when the measure is at least this.
    intensity_from
        Faintest staining that counts as positive; None where every CTC counts.
    least_cells
        Fewest CTC with which a share, a score or a ratio can be judged.
    source
        Where it is from.
    """

    name: str
    volume_ml: float
    marker: str
    measure: CtcMeasure
    at_least: float
    intensity_from: IhcScore | None
    least_cells: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CtcSample:
    """What was counted in one sample.

    Attributes
    ----------
    volume_ml
        Blood that was examined; it may be less than was drawn.
    cells
        Number of CTC.
    marker
        Which marker was read; empty where none was.
    by_intensity
        Number of cells by intensity of the marker; empty where it was not read.
    fish_ratio
        HER2 per CEP17 signal over the cells; None where it was not done.
    """

    volume_ml: float
    cells: int
    marker: str = ""
    by_intensity: Mapping[IhcScore, int] = field(default_factory=dict)
    fish_ratio: Fraction | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be."""
        counted = sum(self.by_intensity.values())
        cannot = (
            ("volume examined", self.volume_ml, 0.0 < self.volume_ml < math.inf, "more than 0 mL"),
            ("CTC", self.cells, self.cells >= 0, "0 or more"),
            (
                "CTC by intensity",
                dict(self.by_intensity),
                not self.by_intensity
                or (counted == self.cells and min(self.by_intensity.values()) >= 0),
                f"counts, none negative, that add up to all {self.cells} CTC",
            ),
            (
                "FISH ratio",
                self.fish_ratio,
                self.fish_ratio is None or self.fish_ratio >= 0,
                "0 or more",
            ),
        )
        for name, got, fine, wanted in cannot:
            if not fine:
                do = "correct it after the report of the laboratory"
                raise FieldError(where="CTC", field=name, got=got, wanted=wanted, do=do)


_REVIEW: Final = "review of definitions in use [ignatiadis2011]"

CTC_DEFINITIONS: Final = {
    made.name: made
    for made in (
        CtcDefinition(
            name="ctc_5",
            volume_ml=7.5,
            marker="",
            measure=CtcMeasure.COUNT,
            at_least=5,
            intensity_from=None,
            least_cells=0,
            source="prognosis of metastatic disease [cristofanilli2004]",
        ),
        CtcDefinition(
            name="her2_strong_1",
            volume_ml=7.5,
            marker="HER2",
            measure=CtcMeasure.COUNT,
            at_least=1,
            intensity_from=IhcScore.THREE,
            least_cells=0,
            source=_REVIEW,
        ),
        CtcDefinition(
            name="her2_share_50",
            volume_ml=7.5,
            marker="HER2",
            measure=CtcMeasure.SHARE,
            at_least=50,
            intensity_from=IhcScore.ONE,
            least_cells=2,
            source=_REVIEW + "; staining there is absent or present, any present counts",
        ),
        CtcDefinition(
            name="her2_h_score_200",
            volume_ml=7.5,
            marker="HER2",
            measure=CtcMeasure.H_SCORE,
            at_least=200,
            intensity_from=None,
            least_cells=1,
            source=_REVIEW,
        ),
        CtcDefinition(
            name="her2_fish_2",
            volume_ml=7.5,
            marker="HER2",
            measure=CtcMeasure.FISH_RATIO,
            at_least=2,
            intensity_from=None,
            least_cells=1,
            source=_REVIEW,
        ),
    )
}
"""Definitions by name."""


def ctc_definition(name: str) -> CtcDefinition:
    """Return a definition.

    Raises
    ------
    MethodError
        When the name is not in ``CTC_DEFINITIONS``.
    """
    if name not in CTC_DEFINITIONS:
        raise MethodError(
            where="CTC",
            field="definition",
            got=name,
            wanted="one of " + ", ".join(CTC_DEFINITIONS),
            do="name the definition of the analysis plan",
        )
    return CTC_DEFINITIONS[name]


def ctc_positive(sample: CtcSample, definition: CtcDefinition) -> Verdict[bool]:
    """Return whether the sample is positive by the definition.

    A count is never scaled to another volume. Where less blood was examined than the definition
    asks, enough cells already are positive, and too few leave it unknown; where more was
    examined, too few cells are negative, and enough leave it unknown. Shares, H-scores and ratios
    do not depend on the volume but on how many CTC there are; without any they are unknown.
    H-score: sum of intensity (0 to 3) times percent of cells. Sources stand in ``CTC_DEFINITIONS``.

    Examples
    --------
    >>> five = ctc_definition("ctc_5")
    >>> ctc_positive(CtcSample(volume_ml=7.5, cells=5), five)
    Known(value=True)
    >>> ctc_positive(CtcSample(volume_ml=5.0, cells=4), five).reason
    'volume examined: found 5.0 mL with 4 cells, wanted 7.5 mL'
    """
    if definition.measure is CtcMeasure.FISH_RATIO:
        missing = _too_few(sample, definition)
        if missing is not None:
            return missing
        if sample.fish_ratio is None:
            return _unknown("FISH ratio", "", "HER2 per CEP17 signal", "enter the ratio")
        return Known(sample.fish_ratio >= definition.at_least)
    unread = _unread(sample, definition)
    if unread is not None:
        return unread
    if definition.measure is CtcMeasure.COUNT:
        return _enough(sample, definition)
    return _too_few(sample, definition) or Known(_measured(sample, definition))


def _unread(sample: CtcSample, definition: CtcDefinition) -> Unknown | None:
    """Return why the intensities that the definition needs are unknown."""
    if not definition.marker:
        return None
    if sample.marker == definition.marker and (sample.by_intensity or sample.cells == 0):
        return None
    wanted = f"cells by intensity of {definition.marker}"
    got = sample.marker if sample.marker != definition.marker else ""
    return _unknown("CTC by intensity", got, wanted, "enter the cells by intensity")


def _too_few(sample: CtcSample, definition: CtcDefinition) -> Unknown | None:
    if sample.cells >= definition.least_cells:
        return None
    wanted = f"at least {definition.least_cells}, or there is nothing to judge"
    return _unknown("CTC", str(sample.cells), wanted, "report the sample as not assessable")


def _counted(sample: CtcSample, definition: CtcDefinition) -> int:
    faintest = definition.intensity_from
    if faintest is None:
        return sample.cells
    return sum(n for score, n in sample.by_intensity.items() if score >= faintest)


def _enough(sample: CtcSample, definition: CtcDefinition) -> Verdict[bool]:
    cells = _counted(sample, definition)
    if cells >= definition.at_least and sample.volume_ml <= definition.volume_ml:
        return Known(value=True)
    if cells < definition.at_least and sample.volume_ml >= definition.volume_ml:
        return Known(value=False)
    got = f"{sample.volume_ml} mL with {cells} cells"
    do = "examine the volume of the definition; counts are not scaled"
    return _unknown("volume examined", got, f"{definition.volume_ml} mL", do)


def _measured(sample: CtcSample, definition: CtcDefinition) -> bool:
    """Return whether share or H-score is high enough, on whole numbers, so that 50 % is 50 %."""
    if definition.measure is CtcMeasure.SHARE:
        points = _counted(sample, definition)
    else:
        points = sum(score.rank * n for score, n in sample.by_intensity.items())
    return Fraction(100 * points, sample.cells) >= Fraction(definition.at_least)


def _unknown(name: str, got: str, wanted: str, do: str) -> Unknown:
    return Unknown((Problem("CTC", name, got, wanted, do),))
