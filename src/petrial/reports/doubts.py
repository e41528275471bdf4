"""What must be read with the numbers: above them in full, and at the end of the page again."""

from typing import Final

from petrial.images.suv.scaling import SuvScaling
from petrial.lesions.measured import MeasuredSeries, Measurement
from petrial.reports.formats import counted
from petrial.reports.provenance import value_text
from petrial.reports.summary import Quantified
from petrial.reports.tree import Alert, Block, Header, Level, Paragraph, Section, Table, Text
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.provenance import Source

__all__ = ["banners", "decisions", "warnings_section"]

_ORDERS: Final = "contours, seeds or methods"
_MANY_PROBLEMS: Final = 6
"""More problems of files than this stand in a table, for boxes would fill pages."""
_OF_ASSUMPTIONS: Final = "Assumed by the user:"
"""How warnings of assumptions begin, which ``decisions`` say in its own words."""


def banners(measurement: Measurement, quantified: tuple[Quantified, ...]) -> tuple[Block, ...]:
    """Return what stands directly under the facts, before any number is used.

    Warnings stand in full. Remarks, and refusals of contours, methods, references and files, are
    counted, with a link to where they stand.
    """
    blocks: list[Block] = []
    for series in quantified:
        warnings = series.measured.warnings
        if warnings:
            of = f" of {series.name}" if len(quantified) > 1 else ""
            title = f"Read before any number{of} is used"
            blocks.append(Alert(Level.WARNING, title, sentences=warnings))
    blocks.extend(
        Paragraph(f"{said}.", target=series.key)
        for series in quantified
        if (said := _refusals(series))
    )
    files = len(measurement.problems)
    if files:
        blocks.append(
            Paragraph(
                f"{counted(files, 'input')} could not be used: see Warnings.", target="warnings"
            )
        )
    remarks = sum(len(_remarks(series)) for series in quantified)
    if remarks:
        blocks.append(
            Paragraph(f"{counted(remarks, 'remark')} on the SUV: see Warnings.", target="warnings")
        )
    return tuple(blocks)


def _refusals(series: Quantified) -> str:
    """Return in words how many orders on the series were refused, and references not fit."""
    measured = series.measured
    unfit = sum(bool(reference.problems) for reference in measured.references)
    parts: list[str] = []
    if measured.refused:
        orders = counted(len(measured.refused), "contour, seed or method", _ORDERS)
        parts.append(f"{orders} refused")
    parts += [f"{counted(unfit, 'reference region')} not fit"] if unfit else []
    return f"{series.name}: {', '.join(parts)}" if parts else ""


def _remarks(series: Quantified) -> tuple[str, ...]:
    """Return the notes on the SUV that are no warning already, each once."""
    notes = dict.fromkeys(series.scaling.notes)
    return tuple(note for note in notes if note not in series.measured.warnings)


def decisions(series: Quantified) -> tuple[str, ...]:
    """Return, for the methods text, what the user decided, assumed or forced on a series.

    An empty tuple says that nothing was.
    """
    assumed = _assumed(series.scaling)
    others = tuple(w for w in series.measured.warnings if not w.startswith(_OF_ASSUMPTIONS))
    return (f"Decided by the user for {series.name}: {assumed}.", *others) if assumed else others


def _assumed(scaling: SuvScaling) -> str:
    """Return the inputs that the user decided, in words."""
    return "; ".join(
        f"{entry.name} {value_text(entry)}"
        for entry in scaling.inputs
        if entry.source is Source.ASSUMPTION
    )


def warnings_section(
    measurement: Measurement,
    quantified: tuple[Quantified, ...],
    refused: tuple[MeasuredSeries, ...],
    unresolved: tuple[str, ...],
) -> Section:
    """Return every warning and remark, each problem of a file, and where the refusals stand.

    A refusal stands once, in its five parts, where it belongs; here is only the way to it.
    """
    blocks: list[Block] = []
    if refused:
        said = f"{counted(len(refused), 'PET series', 'PET series')} refused: see Refused, above."
        blocks.append(Paragraph(said, target="refused"))
    blocks.extend(
        Paragraph(f"{said}: see there, above.", target=series.key)
        for series in quantified
        if (said := _refusals(series))
    )
    for series in quantified:
        blocks.extend(
            Alert(level, f"{series.name}: {what}", sentences=sentences)
            for level, what, sentences in (
                (Level.WARNING, "read before any number is used", series.measured.warnings),
                (Level.NOTE, "remarks on the SUV", _remarks(series)),
            )
            if sentences
        )
    blocks.extend(_inputs(measurement.problems))
    if unresolved:
        missing = tuple(f"The citation {key!r} has no reference." for key in unresolved)
        blocks.append(Alert(Level.WARNING, "Methods", sentences=missing))
    lead = "" if blocks else "None: nothing was refused or doubted."
    return Section("warnings", "Warnings", lead, tuple(blocks))


def _inputs(problems: tuple[Problem, ...]) -> tuple[Block, ...]:
    """Return the problems of no single series: boxes where they are few, else a table."""
    if len(problems) <= _MANY_PROBLEMS:
        return tuple(Alert(Level.WARNING, "An input could not be used", p) for p in problems)
    titles = ("Where", "Field", "Found", "Wanted", "What to do")
    return (
        Table(
            caption="Inputs that could not be used",
            headers=tuple(Header(title) for title in titles),
            rows=tuple(
                tuple(Text(part) for part in (p.where, p.field, p.got or "nothing", p.wanted, p.do))
                for p in problems
            ),
        ),
    )
