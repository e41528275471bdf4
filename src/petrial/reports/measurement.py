"""The report of one measurement: what was measured, how, what was refused, and what to doubt."""

from datetime import datetime
from typing import Final

from petrial.images.series import SeriesKind
from petrial.images.suv.scaling import SuvScaling
from petrial.lesions.measured import MeasuredSeries, Measurement
from petrial.reports.doubts import banners, decisions, warnings_section
from petrial.reports.formats import counted, moment_text
from petrial.reports.lesions import lesion_blocks, reference_blocks
from petrial.reports.methods import numbered_methods
from petrial.reports.projections import projection_figure
from petrial.reports.provenance import provenance_blocks, provenance_lead, suv_sentences
from petrial.reports.summary import Quantified, burden_table, overview_table, series_facts
from petrial.reports.tree import (
    Alert,
    Align,
    Block,
    Fact,
    Header,
    Level,
    Number,
    Paragraph,
    References,
    Report,
    Section,
    Table,
    Text,
)
from petrial.vocabulary.citations import CITATIONS
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.knowledge import Known, Unknown

__all__ = ["measurement_report"]

_REASONS: Final = {
    SeriesKind.PET: "not asked for",
    SeriesKind.PET_NOT_CORRECTED: "without attenuation correction, so never quantified",
    SeriesKind.PET_PROJECTION: "a projection or reformat, so never quantified",
    SeriesKind.CT: "serves for CT numbers where it fits a PET series",
    SeriesKind.CT_LOCALIZER: "a planning image",
    SeriesKind.STRUCTURE_SET: "contours",
    SeriesKind.SEGMENTATION: "contours",
    SeriesKind.SECONDARY_CAPTURE: "a screen capture, so never quantified",
    SeriesKind.OTHER: "no PET",
}


def measurement_report(measurement: Measurement, *, version: str, when: datetime | str) -> Report:
    """Return the report of ``measurement`` as a tree.

    A series whose scaling is unknown appears with its problems only: none of its numbers is
    read, so none can be printed. A citation key in a methods sentence that has no reference
    stays as it is and is warned of.

    Parameters
    ----------
    measurement
        What measuring gave.
    version
        Version of petrial.
    when
        The moment of the report; the clock is not read here.
    """
    quantified, refused, others = _sorted(measurement)
    moment = when if isinstance(when, str) else moment_text(when)
    said = [line for series in quantified for line in suv_sentences(series.name, series.scaling)]
    ran = (*said, *measurement.methods)
    sentences, references, unresolved = numbered_methods(ran, CITATIONS)
    decided = tuple(line for series in quantified for line in decisions(series))
    sections = [_glance(measurement, quantified, refused, others)]
    if refused:
        sections.append(_refused(refused))
    for series in quantified:
        sections.extend(_series(series, alone=len(quantified) == 1))
    if others:
        sections.append(_others(others))
    sections.extend(
        (
            _about(measurement, version, moment),
            _methods(sentences, decided, references),
            warnings_section(measurement, quantified, refused, unresolved),
        )
    )
    return Report(
        title="PET measurement",
        subtitle=measurement.path,
        facts=(Fact("Made", moment), Fact("With", f"petrial {version}")),
        sections=tuple(sections),
    )


def _sorted(
    measurement: Measurement,
) -> tuple[tuple[Quantified, ...], tuple[MeasuredSeries, ...], tuple[MeasuredSeries, ...]]:
    """Return the quantified series, the refused ones, and those never meant for SUV."""
    quantified: list[Quantified] = []
    refused: list[MeasuredSeries] = []
    others: list[MeasuredSeries] = []
    for measured in measurement.series:
        match measured.scaling:
            case Known(value=scaling):
                quantified.append(Quantified(measured, scaling, len(quantified) + 1))
            case Unknown():
                refused.append(measured)
            case None:
                others.append(measured)
    return tuple(quantified), tuple(refused), tuple(others)


def _glance(
    measurement: Measurement,
    quantified: tuple[Quantified, ...],
    refused: tuple[MeasuredSeries, ...],
    others: tuple[MeasuredSeries, ...],
) -> Section:
    """Return the sentence and the few facts that stand first, with what to read beside them."""
    said = [f"{len(quantified) or 'No'} PET series measured"]
    if refused:
        said.append(f"{len(refused)} refused")
    if others:
        said.append(f"{len(others)} of other kinds")
    blocks: list[Block] = [
        Alert(
            Level.REFUSAL,
            f"{_name(measured)}: refused, and no number of it is given. What is missing, and what"
            " to do, stands below.",
        )
        for measured in refused
    ]
    if len(quantified) == 1:
        blocks.append(series_facts(quantified[0]))
    elif quantified:
        blocks.append(overview_table(quantified))
    blocks.extend(banners(measurement, quantified))
    return Section("glance", "At a glance", ", ".join(said) + ".", tuple(blocks))


def _name(measured: MeasuredSeries) -> str:
    return measured.facts.description or f"Series {measured.facts.series_uid}"


def _series(series: Quantified, *, alone: bool) -> tuple[Section, Section]:
    """Return the section with images and lesions, and the one with the origin of the SUV.

    The facts of a series that is ``alone`` stand at the top of the page already.
    """
    measured, scaling = series.measured, series.scaling
    blocks: list[Block] = [] if alone else [series_facts(series)]
    figure = projection_figure(measured, fdg=series.fdg)
    if figure is not None:
        blocks.append(figure)
    blocks.extend(lesion_blocks(measured, scaling.ratios, fdg=series.fdg))
    totals = burden_table(series)
    if totals is not None:
        blocks.append(totals)
    blocks.extend(reference_blocks(measured.references))
    return (
        Section(series.key, series.name, _series_lead(series), tuple(blocks)),
        Section(
            f"{series.key}-suv",
            f"Where the SUV comes from: {series.name}",
            provenance_lead(scaling),
            provenance_blocks(measured.facts, scaling),
        ),
    )


def _series_lead(series: Quantified) -> str:
    """Return what the series is, in a sentence or two."""
    facts, grid = series.measured.facts, series.measured.grid or series.measured.facts.grid
    tracer = " ".join(_tracer_words(series.scaling)) or "PET, tracer not stated"
    parts = [f"{tracer}; {counted(facts.instances, 'file')}"]
    if grid is not None:
        z, y, x = grid.shape
        dz, dy, dx = grid.spacing
        parts.append(f"; {z} slices of {y} x {x} voxels, {dz:.2f} x {dy:.2f} x {dx:.2f} mm")
    if facts.pet is not None and facts.pet.manufacturer:
        parts.append(f"; {facts.pet.manufacturer}")
    if not series.measured.rows:
        parts.append(". No lesion was measured: give contours, seeds or a method")
    return "".join(parts) + "."


def _tracer_words(scaling: SuvScaling) -> tuple[str, ...]:
    """Return nuclide and tracer, the nuclide once."""
    tracer, nuclide = scaling.tracer or "", scaling.nuclide or ""
    return tuple(word for word in (("" if nuclide in tracer else nuclide), tracer) if word)


def _refused(refused: tuple[MeasuredSeries, ...]) -> Section:
    """Return the refused series, each problem in its five parts."""
    blocks = tuple(
        Alert(Level.REFUSAL, _name(measured), problem)
        for measured in refused
        for problem in _problems(measured)
    )
    return Section(
        "refused",
        "Refused",
        "For these PET series no SUV can be defended. Each entry says what was found, what is"
        " needed, and what to do; the rest was measured all the same.",
        blocks,
    )


def _problems(measured: MeasuredSeries) -> tuple[Problem, ...]:
    """Return the problems of a series that is not quantified, each once."""
    own = measured.scaling.problems if isinstance(measured.scaling, Unknown) else ()
    return tuple(dict.fromkeys((*own, *measured.facts.problems, *measured.refused)))


def _others(others: tuple[MeasuredSeries, ...]) -> Section:
    """Return the series that are not meant for SUV."""
    table = Table(
        caption="Series not measured for SUV",
        headers=(
            Header("Series"),
            Header("Modality"),
            Header("Kind"),
            Header("Files", align=Align.RIGHT),
            Header("Remark"),
        ),
        rows=tuple(
            (
                Text(_name(measured)),
                Text(measured.facts.modality),
                Text(str(measured.facts.kind)),
                Number(measured.facts.instances, 0),
                Text(_REASONS[measured.facts.kind]),
            )
            for measured in others
        ),
    )
    alerts = tuple(
        Alert(Level.WARNING, _name(measured), problem)
        for measured in others
        for problem in _problems(measured)
    )
    return Section("others", "Other series", "Recognised and set aside.", (table, *alerts))


def _about(measurement: Measurement, version: str, moment: str) -> Section:
    """Return what made this page, and of what."""
    return Section(
        "about",
        "About",
        f"Made by petrial {version} on {moment} from {measurement.path}.",
        (
            Paragraph(
                "petrial refuses rather than guesses: a value that is missing, ambiguous or"
                " contradictory gives no number. Every number can be derived again from the"
                " inputs, sources and methods named here. It is software for research and no"
                " medical device; findings are for a physician to judge."
            ),
            Table(
                caption="Identity of the series",
                headers=(Header("Series"), Header("SeriesInstanceUID"), Header("StudyInstanceUID")),
                rows=tuple(
                    (
                        Text(_name(measured)),
                        Text(measured.facts.series_uid),
                        Text(measured.facts.study_uid),
                    )
                    for measured in measurement.series
                ),
                foldable=True,
                open=False,
            ),
        ),
    )


def _methods(
    sentences: tuple[str, ...], decided: tuple[str, ...], references: tuple[str, ...]
) -> Section:
    """Return the sentences on what really ran, what the user decided, and the references."""
    blocks: list[Block] = [Paragraph(" ".join(sentences))] if sentences else []
    if decided:
        blocks.append(Paragraph(" ".join(decided)))
    if references:
        blocks.append(References(references))
    lead = "Only what really ran is described." if sentences else "Nothing was measured."
    return Section("methods", "Methods", lead, tuple(blocks))
