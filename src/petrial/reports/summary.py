"""The few facts about a measured series that a physician looks for first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from petrial.images.suv.scaling import ALTOGETHER, SuvScaling
from petrial.lesions.measured import MeasuredSeries
from petrial.lesions.table import LesionRow
from petrial.protocol.tracers import tracer_of
from petrial.reports.formats import (
    activity_text,
    counted,
    decimals_for,
    moment_text,
    uptake_text,
)
from petrial.reports.lesions import overlapping, words_for
from petrial.reports.tree import (
    Absent,
    Align,
    Cell,
    Fact,
    Header,
    KeyValues,
    Number,
    Table,
    Text,
)
from petrial.vocabulary.moments import elapsed_second
from petrial.vocabulary.provenance import Source

__all__ = ["Quantified", "burden_table", "overview_table", "series_facts", "uptake_second"]

_FAR_PERCENT: Final = 10.0
"""Where believing the header changes SUV by more, the header's value stands beside the record's."""


@dataclass(frozen=True, slots=True, eq=False)
class Quantified:
    """A series that can be quantified, its scaling, and its number and name on the page."""

    measured: MeasuredSeries
    scaling: SuvScaling
    number: int

    @property
    def name(self) -> str:
        """What the series is called on the page."""
        return self.measured.facts.description or f"PET series {self.number}"

    @property
    def key(self) -> str:
        """The key of its section."""
        return f"series-{self.number}"

    @property
    def fdg(self) -> bool:
        """Whether the tracer is FDG, by the table of tracers."""
        tracer = tracer_of(self.scaling.tracer or "", nuclide=self.scaling.nuclide)
        return tracer is not None and tracer.name == "18F-FDG"


def uptake_second(measured: MeasuredSeries, scaling: SuvScaling) -> float | None:
    """Return seconds from injection to the earliest acquisition of a slice; None if not stated.

    None too where only one of the two moments has an offset from UTC, or where the scan would
    begin before the injection: then no time is said.
    """
    pet = measured.facts.pet
    injected = scaling.injected_at
    if pet is None or injected is None:
        return None
    stated = [entry.acquired.moment() for entry in pet.slices]
    moments = [m for m in stated if m is not None and _comparable(m, injected)]
    if not moments:
        return None
    second = elapsed_second(injected, min(moments))
    return second if second >= 0.0 else None


def _comparable(one: datetime, two: datetime) -> bool:
    return (one.tzinfo is None) == (two.tzinfo is None)


def series_facts(series: Quantified) -> KeyValues:
    """Return tracer, dose, uptake time, weight, largest SUV, and what was found."""
    measured, scaling = series.measured, series.scaling
    uptake = uptake_second(measured, scaling)
    doubts = _doubts(scaling)
    facts = [
        Fact("Tracer", scaling.tracer or "not stated", remark=_nuclide_remark(scaling)),
        Fact(
            "Injected activity",
            "not used"
            if scaling.activity_becquerel is None
            else activity_text(scaling.activity_becquerel),
            "" if scaling.activity_becquerel is None else "MBq",
            "" if scaling.injected_at is None else f"at {moment_text(scaling.injected_at)}",
            _joined(doubts, "injected activity", "injection"),
        ),
        Fact(
            "Uptake time",
            "not stated" if uptake is None else uptake_text(uptake),
            remark="injection to start of acquisition",
        ),
        Fact(
            "Body weight",
            "not used" if scaling.weight_kilogram is None else f"{scaling.weight_kilogram:.1f}",
            "" if scaling.weight_kilogram is None else "kg",
            doubt=_joined(doubts, "weight"),
        ),
        Fact(
            "Largest SUVbw",
            "not measured" if measured.suv_max is None else f"{measured.suv_max:.2f}",
            "" if measured.suv_max is None else "g/mL",
            "whole series, normal uptake included",
        ),
    ]
    return KeyValues((*facts, *_burden_facts(series)))


def _doubts(scaling: SuvScaling) -> dict[str, list[str]]:
    """Return, by input, that it was assumed, or what the header says where it lies far away.

    It does where SUV altogether differs by more than 10 %, or by that input alone.
    """
    doubts: dict[str, list[str]] = {}
    for entry in scaling.inputs:
        if entry.source is Source.ASSUMPTION:
            doubts.setdefault(entry.name, []).append(f"{entry.name} assumed by the user")
    effects = {d.field: abs(d.effect_percent) for d in scaling.differences}
    whole = effects.get(ALTOGETHER, 0.0) > _FAR_PERCENT
    for d in scaling.differences:
        if whole or effects[d.field] > _FAR_PERCENT:
            doubts.setdefault(d.field, []).append(f"header: {_for_people(d.header)}")
    return doubts


def _joined(doubts: dict[str, list[str]], *names: str) -> str:
    return ", ".join(doubt for name in names for doubt in doubts.get(name, ()))


def _for_people(stated: str) -> str:
    """Return an activity in MBq, and whatever else as it is.

    >>> _for_people("2.21722e+08 Bq"), _for_people("68 kg")
    ('222 MBq', '68 kg')
    """
    number, _, unit = stated.partition(" ")
    return f"{activity_text(float(number))} MBq" if unit == "Bq" else stated


def _nuclide_remark(scaling: SuvScaling) -> str:
    """Return the nuclide, unless the tracer's name says it."""
    nuclide = scaling.nuclide or "nuclide not stated"
    return "" if nuclide in (scaling.tracer or "") else nuclide


def _burden_facts(series: Quantified) -> tuple[Fact, ...]:
    """Return number and volume of lesions, and of candidates, each with TLG for FDG."""
    rows = series.measured.rows
    judged = tuple(row for row in rows if not row.candidate)
    candidates = tuple(row for row in rows if row.candidate)
    if not rows:
        nothing = "no contour, seed or method gave a lesion"
        if series.measured.refused:
            nothing = "what was asked for was refused: see below"
        return (Fact("Lesions", "not measured", remark=nothing),)
    facts: list[Fact] = []
    if judged:
        facts.append(_count("Lesions", judged, "given by a person"))
    if candidates:
        facts.append(_count("Candidates", candidates, "by threshold, not judged"))
    if candidates and not judged:
        remark = "normal uptake may be among candidates"
        facts.append(Fact("Total volume", "not added", remark=remark))
    if not judged:
        return tuple(facts)
    if _overlap(series, judged):
        facts.append(Fact("Total volume", "not added", remark="lesions overlap"))
        return tuple(facts)
    facts.append(_total("Total volume", [row.volume_ml for row in judged], "mL", "of lesions"))
    if series.fdg:
        facts.append(_total("Total TLG", [row.tlg for row in judged], "g", "of lesions"))
    return tuple(facts)


def _count(name: str, rows: tuple[LesionRow, ...], remark: str) -> Fact:
    """Return the number of rows; where several methods measured, a row is not yet a lesion."""
    methods = len({row.method for row in rows})
    if methods > 1:
        delineations = f"Delineations of {name.lower()}"
        return Fact(delineations, str(len(rows)), remark=f"by {methods} methods: see the totals")
    return Fact(name, str(len(rows)), remark=remark)


def _total(name: str, values: list[float], unit: str, remark: str) -> Fact:
    total = sum(values)
    return Fact(name, f"{total:.{decimals_for([total])}f}", unit, remark)


def _overlap(series: Quantified, rows: tuple[LesionRow, ...]) -> bool:
    """Tell whether the regions of ``rows`` share voxels."""
    numbers = {row.id for row in rows}
    pairs = zip(series.measured.rows, series.measured.regions, strict=True)
    return overlapping([region for row, region in pairs if row.id in numbers])


def burden_table(series: Quantified) -> Table | None:
    """Return number, volume and TLG by delineation and standing; None for a single kind."""
    kinds: dict[tuple[str, bool], list[LesionRow]] = {}
    for row in series.measured.rows:
        kinds.setdefault((row.method, row.candidate), []).append(row)
    if len(kinds) < 2:  # noqa: PLR2004  one kind is summed in the facts already
        return None
    groups = tuple(kinds.values())
    volume = decimals_for(sum(r.volume_ml for r in group) for group in groups)
    return Table(
        caption="Totals by delineation",
        headers=(
            Header("Delineation"),
            Header("Standing"),
            Header("Number", align=Align.RIGHT),
            Header("Volume", "mL", Align.RIGHT),
            Header("Largest SUVbw", "g/mL", Align.RIGHT),
            *((Header("TLG", "g", Align.RIGHT),) if series.fdg else ()),
        ),
        rows=tuple(_burden_row(series, tuple(group), volume) for group in groups),
    )


def _burden_row(
    series: Quantified, group: tuple[LesionRow, ...], decimals: int
) -> tuple[Cell, ...]:
    """Return the cells of one kind of region; what overlaps is not added up."""
    apart = not _overlap(series, group)
    unsummed = Absent("they overlap, so they are not added up")
    tlg = Number(sum(row.tlg for row in group), 1) if apart else unsummed
    return (
        Text(group[0].method),
        Text("candidates" if group[0].candidate else "lesions, given by a person"),
        Number(len(group), 0),
        Number(sum(row.volume_ml for row in group), decimals) if apart else unsummed,
        Number(max(row.suv_max for row in group), 2),
        *((tlg,) if series.fdg else ()),
    )


def overview_table(measured: tuple[Quantified, ...]) -> Table:
    """Return one row for each quantified series, to compare them at one glance."""
    return Table(
        caption="Measured series",
        headers=(
            Header("Series"),
            Header("Tracer"),
            Header("Injected", "MBq", Align.RIGHT),
            Header("Uptake time"),
            Header("Largest SUVbw", "g/mL", Align.RIGHT),
            Header("Found"),
        ),
        rows=tuple(_overview_row(series) for series in measured),
    )


def _overview_row(series: Quantified) -> tuple[Cell, ...]:
    scaling, rows = series.scaling, series.measured.rows
    uptake = uptake_second(series.measured, scaling)
    activity, largest = scaling.activity_becquerel, series.measured.suv_max
    kinds = (tuple(r for r in rows if not r.candidate), tuple(r for r in rows if r.candidate))
    found = [_found(kind) for kind in kinds if kind]
    return (
        Text(series.name),
        Text(scaling.tracer or "not stated", note=_nuclide_remark(scaling)),
        Absent("not used") if activity is None else Text(activity_text(activity)),
        Absent("not stated") if uptake is None else Text(uptake_text(uptake)),
        Absent("not measured") if largest is None else Number(largest, 2),
        Text(", ".join(found) or "not measured"),
    )


def _found(rows: tuple[LesionRow, ...]) -> str:
    """Return the number of lesions or candidates, or of delineations where methods are several."""
    one, many = words_for(rows)
    if len({row.method for row in rows}) > 1:
        return f"{len(rows)} delineations of {many}"
    return counted(len(rows), one)
