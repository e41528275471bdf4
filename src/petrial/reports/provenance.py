"""Where the SUV of a series comes from: every input, every reading of a moment, every doubt."""

from typing import Final

from petrial.images.series import SeriesFacts
from petrial.images.suv.scaling import MassRatios, SuvScaling
from petrial.reports.formats import moment_text, significant, unit_text
from petrial.reports.tree import (
    Absent,
    Alert,
    Align,
    Badge,
    Block,
    Cell,
    Header,
    Level,
    Number,
    Table,
    Text,
    Tone,
)
from petrial.vocabulary.knowledge import Known, Unknown, Verdict
from petrial.vocabulary.provenance import Input, Source

__all__ = ["provenance_blocks", "provenance_lead", "suv_sentences", "value_text"]

_COARSE_PERCENT: Final = 10.0
_FINE_PERCENT: Final = 0.01

_TONES: Final = {
    Source.RECORD: Tone.GOOD,
    Source.HEADER: Tone.NEUTRAL,
    Source.TABLE: Tone.NEUTRAL,
    Source.ASSUMPTION: Tone.CAUTION,
    Source.INFERENCE: Tone.CAUTION,
}


def provenance_lead(scaling: SuvScaling) -> str:
    """Return the sentences that say how stored values became SUV."""
    method = f"Route: {scaling.method}."
    if scaling.factor_bw is not None:
        factor = significant(scaling.factor_bw, 9)
        return f"{method} SUVbw = stored value after rescale slope x {factor}, for all slices."
    low, high = min(scaling.factors_bw), max(scaling.factors_bw)
    return (
        f"{method} SUVbw = stored value after rescale slope x a factor of the slice, from"
        f" {significant(low, 9)} to {significant(high, 9)}."
    )


def provenance_blocks(facts: SeriesFacts, scaling: SuvScaling) -> tuple[Block, ...]:
    """Return the tables of inputs, candidates, differences and other masses, and flaws.

    The notes of the scaling stand among the warnings of the page.
    """
    blocks: list[Block] = [_inputs(scaling.inputs)]
    if scaling.differences:
        blocks.append(_differences(scaling))
    if scaling.candidates:
        blocks.append(_candidates(scaling))
    blocks.append(_masses(scaling.ratios))
    blocks.extend(
        Alert(Level.WARNING, "The series has a flaw", problem) for problem in facts.problems
    )
    return tuple(blocks)


def suv_sentences(name: str, scaling: SuvScaling) -> tuple[str, ...]:
    """Return the methods sentences on the SUV of the series ``name``."""
    made = f"Body-weight SUV of {name}: {scaling.method}; its inputs stand above."
    if not isinstance(scaling.ratios.lean_janmahasatian, Known):
        return (made,)
    lean = (
        "SUL is body-weight SUV times lean body mass over body weight, with the lean mass of"
        " Janmahasatian [janmahasatian2005] or, where named, of James."
    )
    return made, lean


def value_text(entry: Input) -> str:
    """Return the value of an input with its unit.

    >>> value_text(Input("weight", 70.0, "kg", Source.ASSUMPTION, ""))
    '70 kg'
    """
    return f"{_bare(entry)} {entry.unit}".strip()


def _bare(entry: Input) -> str:
    return significant(entry.value) if isinstance(entry.value, float) else str(entry.value)


def _inputs(inputs: tuple[Input, ...]) -> Table:
    return Table(
        caption="Inputs of the SUV",
        headers=(
            Header("Input"),
            Header("Value", align=Align.RIGHT),
            Header("Unit"),
            Header("Source"),
            Header("Where exactly"),
        ),
        rows=tuple(
            (
                Text(entry.name),
                Text(_bare(entry)),
                Text(entry.unit),
                Badge(str(entry.source), _TONES[entry.source]),
                Text(entry.detail),
            )
            for entry in inputs
        ),
        note=(
            "Record: the administration record. Header: an element of the files. Table: a constant"
            " of the software. Assumption: stated on the command line. Inference: taken because"
            " every other reading is physically impossible."
        ),
    )


def _differences(scaling: SuvScaling) -> Table:
    return Table(
        caption="Record against header",
        headers=(
            Header("Field"),
            Header("Record (used)"),
            Header("Header"),
            Header("Change of SUV with the header", "%", Align.RIGHT),
        ),
        rows=tuple(
            (Text(d.field), Text(d.record), Text(d.header), _effect(d.effect_percent))
            for d in scaling.differences
        ),
        note="The record is the authority; each difference should be explained by the site.",
    )


def _candidates(scaling: SuvScaling) -> Table:
    return Table(
        caption="Readings of the moment to which decay was corrected",
        headers=(
            Header("Reading"),
            Header("Moment"),
            Header("Change of SUV with it", "%", Align.RIGHT),
            Header("Verdict"),
        ),
        rows=tuple(
            (
                Text(c.name),
                Text(moment_text(c.moment)),
                _effect(c.effect_percent),
                Badge("accepted", Tone.GOOD) if c.accepted else Badge("not used"),
            )
            for c in scaling.candidates
        ),
        note=(
            "A reading is accepted where an independent one agrees within 0.2 % of SUV, or where"
            " it is the only one."
        ),
    )


def _effect(percent: float) -> Cell:
    """Return an effect in percent: one decimal from 10 % on, four below 0.01 %, else two."""
    if abs(percent) >= _COARSE_PERCENT:
        return Number(percent, 1, signed=True)
    fine = round(abs(percent), 4) > 0.0 and abs(percent) < _FINE_PERCENT
    return Number(percent, 4 if fine else 2, signed=True)


def _masses(ratios: MassRatios) -> Table:
    verdicts: tuple[tuple[str, str, str, Verdict[float]], ...] = (
        ("SUL, lean mass of Janmahasatian", "g/mL", "", ratios.lean_janmahasatian),
        ("SUL, lean mass of James", "g/mL", "", ratios.lean_james),
        ("SUVbsa, body surface of Du Bois", "cm2/mL", "cm2/g", ratios.body_surface),
        (
            "%ID/kg, injected dose per kg tissue",
            "%/kg",
            "%/kg per g/mL",
            ratios.injected_percent_per_kg,
        ),
    )
    return Table(
        caption="From body-weight SUV to other normalisations",
        headers=(
            Header("Quantity"),
            Header("Unit"),
            Header("SUVbw times", align=Align.RIGHT),
        ),
        rows=tuple(
            (Text(name), Text(unit_text(unit)), _mass(verdict, factor_unit))
            for name, unit, factor_unit, verdict in verdicts
        ),
        note=" ".join(
            f"No {name}: {verdict.reason}."
            for name, _, _, verdict in verdicts
            if isinstance(verdict, Unknown)
        ),
        foldable=True,
    )


def _mass(verdict: Verdict[float], unit: str) -> Cell:
    """Return the factor with its unit, or that there is none."""
    match verdict:
        case Known(value=value):
            return Text(unit_text(f"{significant(value)} {unit}".strip()))
        case Unknown(problems=_):
            return Absent(verdict.reason)
