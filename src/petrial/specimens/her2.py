"""HER2 status of a tissue from IHC and ISH, by the version of the guideline that is asked for."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from petrial.specimens.her2_guidelines import (
    CELLS,
    HER2_GUIDELINES,
    SINGLE,
    Ending,
    Her2Guideline,
    IhcScore,
    IshRow,
)
from petrial.specimens.ish import DualProbe, SingleProbe
from petrial.specimens.levels import Level
from petrial.vocabulary.errors import MethodError, Problem
from petrial.vocabulary.knowledge import Known, Unknown, Verdict

__all__ = [
    "Her2Level",
    "Her2Outcome",
    "Her2Result",
    "Her2Tissue",
    "IshGroup",
    "her2_outcome",
    "ish_group",
]


class Her2Result(Level):
    """Final result of the tests. From 2018 on nothing ends equivocal."""

    NEGATIVE = "negative"
    EQUIVOCAL = "equivocal"
    POSITIVE = "positive"


class Her2Level(Level):
    """HER2-0, low, positive.

    Low is IHC 1+, or 2+ with ISH that is not amplified [wolff2023]; 0 is IHC 0.
    """

    ZERO = "her2_0"
    LOW = "her2_low"
    POSITIVE = "her2_positive"


class IshGroup(Enum):
    """Groups of dual-probe ISH of the version of 2018."""

    GROUP_1 = 1
    GROUP_2 = 2
    GROUP_3 = 3
    GROUP_4 = 4
    GROUP_5 = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Her2Tissue:
    """What was measured on one tissue; None is not known or not done.

    Attributes
    ----------
    ihc
        Score, given by the version by which the tissue is judged.
    dual, single
        ISH with two probes, or with one. Where both are known, the two probes decide.
    recount
        ISH counted once more by an observer blinded to the first count.
    """

    ihc: IhcScore | None = None
    dual: DualProbe | None = None
    single: SingleProbe | None = None
    recount: DualProbe | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Her2Outcome:
    """The result, with all that led to it, so that another version can judge it again.

    Attributes
    ----------
    result
        Negative, equivocal or positive.
    level
        HER2-0, low or positive.
    ish
        Name of the row of the ISH table; empty without ISH.
    version
        Of the guideline.
    tissue
        The raw counts and scores.
    """

    result: Verdict[Her2Result]
    level: Verdict[Her2Level]
    ish: str
    version: str
    tissue: Her2Tissue


_PLAIN: Final = {
    Ending.NEGATIVE: Her2Result.NEGATIVE,
    Ending.EQUIVOCAL: Her2Result.EQUIVOCAL,
    Ending.POSITIVE: Her2Result.POSITIVE,
}
_RECOUNTED: Final = {
    Ending.NEGATIVE_IF_RECOUNTED: Her2Result.NEGATIVE,
    Ending.POSITIVE_IF_RECOUNTED: Her2Result.POSITIVE,
}
_MISSING: Final = {
    Ending.IHC_NEEDED: ("HER2 IHC", "a score on the same tissue", "enter the IHC score"),
    Ending.ISH_NEEDED: ("HER2 ISH", "ISH, for IHC is 2+", "enter the counts of ISH"),
    Ending.DUAL_PROBE_NEEDED: (
        "dual-probe ISH",
        "ISH with two probes, for one probe and IHC 2+ leave it open",
        "enter the counts of dual-probe ISH",
    ),
}


def her2_outcome(tissue: Her2Tissue, guideline: Her2Guideline) -> Her2Outcome:
    """Return the HER2 result and level of a tissue by one version of the guideline.

    Sources stand in ``HER2_GUIDELINES``. A test that is missing makes the result unknown, and the
    problem names the test. Group 5 beside IHC 3+ is unknown too: the guideline's rule for IHC
    and its rule for ISH contradict each other there.

    Raises
    ------
    MethodError
        When the version needs a figure that is unconfirmed and that nobody stated.

    Examples
    --------
    >>> from petrial.specimens.her2_guidelines import her2_guideline
    >>> probe = DualProbe.counted(her2_signals=60, cep17_signals=40, cells=20)
    >>> tissue = Her2Tissue(ihc=IhcScore.TWO, dual=probe)
    >>> her2_outcome(tissue, her2_guideline("asco_cap_2018")).level
    Known(value=<Her2Level.LOW: 'her2_low'>)
    """
    row = _ish_row(tissue, guideline)
    result: Verdict[Her2Result]
    if isinstance(row, Unknown):
        result, name = row, ""
    else:
        result = _ended(_ending(tissue, row.value, guideline), tissue, row.value, guideline)
        name = row.value.name if row.value else ""
    return Her2Outcome(
        result=result,
        level=_level(result, tissue.ihc),
        ish=name,
        version=guideline.version,
        tissue=tissue,
    )


def ish_group(probe: DualProbe) -> Verdict[IshGroup]:
    """Return the group of dual-probe ISH by the version of 2018, whatever the number of cells.

    Source: ASCO/CAP 2018, ``HER2_GUIDELINES``.

    Examples
    --------
    >>> ish_group(DualProbe.stated(ratio="2.0", copies="3.9", cells=20))
    Known(value=<IshGroup.GROUP_2: 2>)
    >>> ish_group(DualProbe.stated(ratio="2.0", copies=None, cells=20)).reason
    'HER2 copies per cell: found nothing, wanted the average number of HER2 signals'
    """
    row = _row_of(probe, HER2_GUIDELINES["asco_cap_2018"].dual)
    if isinstance(row, Unknown):
        return row
    return Known(IshGroup(int(row.value.name.removeprefix("group "))))


def _ish_row(tissue: Her2Tissue, guideline: Her2Guideline) -> Verdict[IshRow | None]:
    probe = tissue.dual or tissue.single
    if probe is None:
        return Known(None)
    few = _too_few(probe, "cells counted", guideline)
    if few is not None:
        return few
    table = guideline.dual if isinstance(probe, DualProbe) else guideline.single
    if table is None:
        raise _unstated(SINGLE, guideline)
    return _row_of(probe, table)


def _row_of(probe: DualProbe | SingleProbe, table: tuple[IshRow, ...]) -> Verdict[IshRow]:
    """Return the row in whose bands the numbers lie; the rows of a table cover every number."""
    fitting = [
        row for row in table if isinstance(probe, SingleProbe) or row.ratio.holds(probe.ratio)
    ]
    for row in fitting:
        if row.copies.unbounded or (probe.copies is not None and row.copies.holds(probe.copies)):
            return Known(row)
    return _unknown(
        "HER2 copies per cell",
        "",
        "the average number of HER2 signals",
        "enter the copies per cell, or the counts",
    )


def _too_few(
    probe: DualProbe | SingleProbe, field: str, guideline: Her2Guideline
) -> Unknown | None:
    least = guideline.least_cells
    if least is None:
        raise _unstated(CELLS, guideline)
    if probe.cells is not None and probe.cells >= least:
        return None
    got = "" if probe.cells is None else str(probe.cells)
    return _unknown(field, got, f"at least {least} cells", "count more cells, or enter how many")


def _ending(tissue: Her2Tissue, row: IshRow | None, guideline: Her2Guideline) -> Ending:
    if tissue.ihc is None:
        return Ending.IHC_NEEDED if row is None else row.alone
    return guideline.ihc[tissue.ihc] if row is None else row.beside[tissue.ihc]


def _ended(
    ending: Ending, tissue: Her2Tissue, row: IshRow | None, guideline: Her2Guideline
) -> Verdict[Her2Result]:
    if ending in _PLAIN:
        return Known(_PLAIN[ending])
    if ending in _MISSING:
        field, wanted, do = _MISSING[ending]
        return _unknown(field, "", wanted, do)
    name = row.name if row else ""
    if ending is Ending.AT_ODDS:
        score = tissue.ihc.value if tissue.ihc else ""
        return _unknown(
            "HER2 IHC and ISH",
            f"IHC {score}, ISH {name}",
            "tests that do not contradict each other",
            "ask the pathologist for the final result",
        )
    same = _recounted(tissue.recount, name, guideline)
    return same if same is not None else Known(_RECOUNTED[ending])


def _recounted(recount: DualProbe | None, name: str, guideline: Her2Guideline) -> Unknown | None:
    """Return why the recount does not confirm the row of that name; None where it does."""
    wanted = f"a second count, blinded to the first, that gives {name} again"
    if recount is None:
        do = "enter the counts of the blinded recount"
        return _unknown("blinded recount of ISH", "", wanted, do)
    few = _too_few(recount, "cells of the recount", guideline)
    if few is not None:
        return few
    row = _row_of(recount, guideline.dual)
    if isinstance(row, Unknown):
        return row
    if row.value.name == name:
        return None
    do = "ask the pathologist for the final result"
    return _unknown("blinded recount of ISH", row.value.name, wanted, do)


def _level(result: Verdict[Her2Result], ihc: IhcScore | None) -> Verdict[Her2Level]:
    if isinstance(result, Unknown):
        return result
    if result.value is Her2Result.POSITIVE:
        return Known(Her2Level.POSITIVE)
    if result.value is Her2Result.EQUIVOCAL:
        wanted = "negative or positive, for equivocal is neither low nor positive"
        return _unknown("HER2 result", "equivocal", wanted, "enter the other test")
    if ihc is None:
        wanted = "a score, for it parts HER2-0 from HER2-low"
        return _unknown("HER2 IHC", "", wanted, "enter the IHC score")
    return Known(Her2Level.ZERO if ihc is IhcScore.ZERO else Her2Level.LOW)


def _unknown(field: str, got: str, wanted: str, do: str) -> Unknown:
    return Unknown((Problem("pathology", field, got, wanted, do),))


def _unstated(field: str, guideline: Her2Guideline) -> MethodError:
    return MethodError(
        where=guideline.version,
        field=field,
        got=None,
        wanted="a figure from the laboratory's own copy of the guideline, for it is unconfirmed",
        do="state it with Her2Guideline.stating",
    )
