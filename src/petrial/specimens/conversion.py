"""Receptor conversion: what changed between primary, metastasis and biopsy on treatment.

Kept, gained or lost, on two levels (negative, positive) and on all ordered ones, and counts of it
for a cohort. Rates and intervals belong to ``petrial.statistics``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Final

from petrial.specimens.er import HormoneStatus
from petrial.specimens.her2 import Her2Level
from petrial.specimens.levels import Level
from petrial.vocabulary.errors import FieldError
from petrial.vocabulary.knowledge import Unknown, Verdict
from petrial.vocabulary.tables import column, schema_of

__all__ = [
    "CONVERSION_TABLE",
    "POSITIVE_FROM",
    "Change",
    "Conversion",
    "ConversionRow",
    "Reading",
    "Receptor",
    "Specimen",
    "change",
    "conversion_counts",
    "conversions",
]


class Receptor(StrEnum):
    """The receptors that are followed."""

    ER = "ER"
    PR = "PR"
    HER2 = "HER2"


class Specimen(StrEnum):
    """Tissues in the order in which they come; a change is told from the earlier to the later."""

    PRIMARY = "primary"
    METASTASIS = "metastasis"
    ON_TREATMENT = "on_treatment"


class Change(StrEnum):
    """What became of a receptor; unknown where either tissue is unknown."""

    KEPT = "kept"
    GAINED = "gained"
    LOST = "lost"
    UNKNOWN = "unknown"


POSITIVE_FROM: Final[dict[Receptor, Level]] = {
    Receptor.ER: HormoneStatus.LOW_POSITIVE,
    Receptor.PR: HormoneStatus.LOW_POSITIVE,
    Receptor.HER2: Her2Level.POSITIVE,
}
"""From which level on a receptor is positive, where only two levels are told apart."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Level of a receptor in one tissue, and the version of the guideline that gave it."""

    level: Verdict[Level]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What became of one receptor between two tissues of one subject.

    Attributes
    ----------
    binary
        Between negative and positive, see ``POSITIVE_FROM``.
    ordered
        Among all levels: from HER2-0 to HER2-low is gained here and kept there.
    """

    receptor: Receptor
    before: Specimen
    after: Specimen
    binary: Change
    ordered: Change
    positive_before: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionRow:
    """One row of the table of a cohort: a receptor, two tissues, a scale."""

    receptor: str = column("", "ER, PR or HER2")
    before: str = column("", "the earlier tissue")
    after: str = column("", "the later tissue")
    scale: str = column("", "binary (negative or positive) or ordered (all levels)")
    kept: int = column("", "subjects whose level is the same in both tissues")
    gained: int = column("", "subjects whose level is higher in the later tissue")
    lost: int = column("", "subjects whose level is lower in the later tissue")
    unknown: int = column("", "subjects with both tissues, of which one or both are unknown")
    positive_before: int = column(
        "", "subjects known in both tissues and positive in the earlier: what can be lost"
    )
    negative_before: int = column(
        "", "subjects known in both tissues and negative in the earlier: what can be gained"
    )


CONVERSION_TABLE: Final = schema_of(ConversionRow, key=("receptor", "before", "after", "scale"))
"""Columns of the table of conversions."""


def change(before: Verdict[Level], after: Verdict[Level]) -> Change:
    """Return what became of a receptor on its ordered levels.

    A higher level is gained, a lower one lost, the same one kept.

    Raises
    ------
    FieldError
        When the two levels are of different kinds, such as ER beside HER2.

    Examples
    --------
    >>> from petrial.vocabulary.knowledge import Known
    >>> change(Known(Her2Level.ZERO), Known(Her2Level.LOW)).value
    'gained'
    >>> change(Known(Her2Level.ZERO), Unknown(())).value
    'unknown'
    """
    if isinstance(before, Unknown) or isinstance(after, Unknown):
        return Change.UNKNOWN
    return _moved(before.value, after.value)


def conversions(
    readings: Mapping[Specimen, Mapping[Receptor, Reading]],
) -> tuple[Conversion, ...]:
    """Return what became of each receptor between each two tissues of one subject.

    Only tissues that are in ``readings`` are compared, and receptors that both have; one that was
    looked for and not found stands there as Unknown.

    Raises
    ------
    FieldError
        When the two tissues were judged by different versions of the guideline: what looks like a
        conversion may then be a change of the rule.

    Examples
    --------
    >>> from petrial.vocabulary.knowledge import Known
    >>> def her2(level):
    ...     return {Receptor.HER2: Reading(Known(level), "asco_cap_2018")}
    >>> readings = {
    ...     Specimen.PRIMARY: her2(Her2Level.LOW),
    ...     Specimen.METASTASIS: her2(Her2Level.ZERO),
    ... }
    >>> [(c.binary.value, c.ordered.value) for c in conversions(readings)]
    [('kept', 'lost')]
    """
    tissues = [specimen for specimen in Specimen if specimen in readings]
    return tuple(
        _conversion(receptor, (before, after), readings)
        for before, after in combinations(tissues, 2)
        for receptor in Receptor
        if receptor in readings[before] and receptor in readings[after]
    )


def conversion_counts(
    cohort: Iterable[Mapping[Specimen, Mapping[Receptor, Reading]]],
) -> tuple[ConversionRow, ...]:
    """Return the table of a cohort, one element of which is the readings of one subject.

    A row for each receptor, pair of tissues and scale; kept, gained, lost and unknown add up to
    the subjects with both tissues.

    Raises
    ------
    FieldError
        As ``conversions``.
    """
    found = [conversion for readings in cohort for conversion in conversions(readings)]
    return tuple(
        _counted([c for c in found if (c.receptor, c.before, c.after) == (receptor, *pair)], scale)
        for receptor in Receptor
        for pair in combinations(Specimen, 2)
        for scale in ("binary", "ordered")
        if any((c.receptor, c.before, c.after) == (receptor, *pair) for c in found)
    )


def _counted(found: list[Conversion], scale: str) -> ConversionRow:
    binary = scale == "binary"
    changes = Counter(c.binary if binary else c.ordered for c in found)
    positive = Counter(c.positive_before for c in found)
    return ConversionRow(
        receptor=found[0].receptor.value,
        before=found[0].before.value,
        after=found[0].after.value,
        scale=scale,
        kept=changes[Change.KEPT],
        gained=changes[Change.GAINED],
        lost=changes[Change.LOST],
        unknown=changes[Change.UNKNOWN],
        positive_before=positive[True],
        negative_before=positive[False],
    )


def _conversion(
    receptor: Receptor,
    pair: tuple[Specimen, Specimen],
    readings: Mapping[Specimen, Mapping[Receptor, Reading]],
) -> Conversion:
    before, after = (readings[specimen][receptor] for specimen in pair)
    if before.version != after.version:
        raise FieldError(
            where=f"{pair[0]} and {pair[1]}",
            field=f"guideline version of {receptor}",
            got=f"{before.version} and {after.version}",
            wanted="one version for both tissues",
            do="judge both tissues again by one version, from percentages, scores and counts",
        )
    binary, positive = _binary(before.level, after.level, POSITIVE_FROM[receptor])
    return Conversion(
        receptor=receptor,
        before=pair[0],
        after=pair[1],
        binary=binary,
        ordered=change(before.level, after.level),
        positive_before=positive,
    )


def _binary(
    before: Verdict[Level], after: Verdict[Level], positive_from: Level
) -> tuple[Change, bool | None]:
    """Return what became of it on two levels, and whether it was positive before."""
    if isinstance(before, Unknown) or isinstance(after, Unknown):
        return Change.UNKNOWN, None
    was, became = (_same_kind(v.value, positive_from) >= positive_from for v in (before, after))
    if was == became:
        return Change.KEPT, was
    return (Change.LOST if was else Change.GAINED), was


def _moved(before: Level, after: Level) -> Change:
    if _same_kind(after, before) == before:
        return Change.KEPT
    return Change.GAINED if after > before else Change.LOST


def _same_kind(level: Level, other: Level) -> Level:
    if type(level) is type(other):
        return level
    raise FieldError(
        where="receptor conversion",
        field="level",
        got=f"{level.value} beside {other.value}",
        wanted="levels of one receptor",
        do="compare ER with ER, PR with PR and HER2-0, low, positive with the same",
    )
