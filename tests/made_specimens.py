"""Tables of receptors, circulating cells and questionnaires, for the pages made from the code."""

from petrial.specimens.ctc import CTC_DEFINITIONS
from petrial.specimens.er import HORMONE_RULES, HormoneRule
from petrial.specimens.her2_guidelines import HER2_GUIDELINES, IhcScore
from petrial.specimens.laboratory import ANALYTES
from petrial.subjects.eq5d import DIMENSIONS, EQ5D_VALUE_SETS
from petrial.subjects.qlq import QLQ_BR23, QLQ_C30, Scale

__all__ = ["SPECIMEN_TABLES"]

Head = tuple[str, ...]
Rows = list[tuple[object, ...]]


def hormone_rules() -> tuple[Head, Rows]:
    rows: Rows = [
        (rule.receptor, f"`{rule.version}`", _steps(rule), rule.source)
        for rule in HORMONE_RULES.values()
    ]
    return ("receptor", "version", "percentage of nuclei", "source"), rows


def _steps(rule: HormoneRule) -> str:
    parts = [f"negative below {rule.steps[0].percent:g} %"]
    for step in rule.steps:
        sign = "from" if step.included else "above"
        parts.append(f"{step.status.value.replace('_', ' ')} {sign} {step.percent:g} %")
    return ", ".join(parts)


def her2_ihc() -> tuple[Head, Rows]:
    rows: Rows = [
        (
            f"`{g.version}`",
            *(ending.value for ending in g.ihc.values()),
            "unconfirmed" if g.least_cells is None else g.least_cells,
            g.source,
        )
        for g in HER2_GUIDELINES.values()
    ]
    return ("version", *_scores(), "fewest cells of ISH", "source"), rows


def her2_ish() -> tuple[Head, Rows]:
    rows: Rows = []
    for g in HER2_GUIDELINES.values():
        if g.version == "asco_cap_2023":
            continue
        for probes, table in (("two", g.dual), ("one", g.single or ())):
            rows += [
                (
                    f"`{g.version}`",
                    probes,
                    row.name,
                    str(row.ratio) if probes == "two" else "",
                    str(row.copies),
                    row.alone.value,
                    *(ending.value for ending in row.beside.values()),
                )
                for row in table
            ]
    return ("version", "probes", "row", "ratio", "copies per cell", "alone", *_scores()), rows


def _scores() -> Head:
    return tuple(f"IHC {score.value}" for score in IhcScore)


def ctc() -> tuple[Head, Rows]:
    rows: Rows = [
        (
            f"`{d.name}`",
            d.marker or "any",
            d.measure.value.replace("_", " "),
            f"{d.at_least:g}",
            d.intensity_from.value if d.intensity_from else "",
            f"{d.volume_ml:g}" if d.measure.value == "count" else "any",
            d.least_cells,
            d.source,
        )
        for d in CTC_DEFINITIONS.values()
    ]
    head = ("definition", "marker", "measure", "at least", "staining from", "volume, mL")
    return (*head, "fewest CTC", "source"), rows


def analytes() -> tuple[Head, Rows]:
    rows: Rows = [
        (a.title, f"`{a.unit}`", f"`{unit}`", f"{factor:.6g}", a.source)
        for a in ANALYTES.values()
        for unit, factor in a.factors.items()
    ]
    return ("analyte", "compared in", "unit", "one of it is", "source"), rows


def qlq_c30() -> tuple[Head, Rows]:
    return _scales(QLQ_C30)


def qlq_br23() -> tuple[Head, Rows]:
    return _scales(QLQ_BR23)


def _scales(scales: tuple[Scale, ...]) -> tuple[Head, Rows]:
    rows: Rows = [
        (
            s.code,
            s.title,
            ", ".join(map(str, s.items)),
            f"1 to {s.highest}",
            s.direction.value,
            f"item {s.only.item} above 1" if s.only else "all",
        )
        for s in scales
    ]
    return ("code", "scale", "items", "answers", "formula", "for whom"), rows


def eq5d() -> tuple[Head, Rows]:
    rows: Rows = []
    for values in EQ5D_VALUE_SETS.values():
        name = f"`{values.name}`"
        rows += [
            (name, f"{code}, {title}", *_thousandths(values.losses[code]), values.source)
            for code, title in DIMENSIONS.items()
        ]
        for what, loss in (("any problem", values.any_problem), ("any worst", values.any_worst)):
            rows.append((name, what, f"{loss / 1000:.3f}", "", "", "", "", values.source))
    levels = tuple(f"level {level}" for level in range(1, 6))
    return ("value set", "dimension", *levels, "source"), rows


def _thousandths(losses: tuple[int, ...]) -> list[str]:
    texts = [f"{loss / 1000:.3f}" for loss in losses]
    return texts + [""] * (5 - len(texts))


SPECIMEN_TABLES = {
    "hormone-rules": hormone_rules,
    "her-ihc": her2_ihc,
    "her-ish": her2_ish,
    "ctc": ctc,
    "analytes": analytes,
    "qlq-core": qlq_c30,
    "qlq-breast": qlq_br23,
    "eq-values": eq5d,
}
"""Head and rows of a table, by the name that its page holds."""
