"""Ways to read the tree of a report, for its tests."""

import dataclasses
from collections.abc import Iterator

from made_measurements import WHEN, measurement
from petrial.lesions.measured import MeasuredSeries
from petrial.reports.measurement import measurement_report
from petrial.reports.tree import KeyValues, Number, Report, Section, Table
from petrial.vocabulary.errors import Problem

__all__ = ["column", "fact", "nodes", "report_of", "section", "table", "words"]


def report_of(*series: MeasuredSeries, problems: tuple[Problem, ...] = ()) -> Report:
    return measurement_report(measurement(*series, problems=problems), version="9.8.7", when=WHEN)


def nodes(node: object) -> Iterator[object]:
    """Yield every node of the tree."""
    yield node
    if dataclasses.is_dataclass(node):
        for field in dataclasses.fields(node):
            yield from nodes(getattr(node, field.name))
    elif isinstance(node, tuple):
        for part in node:
            yield from nodes(part)


def words(node: object) -> list[str]:
    """Return every text of the tree, numbers as they are printed."""
    said = (n.text if isinstance(n, Number) else n for n in nodes(node))
    return [text for text in said if isinstance(text, str) and text]


def section(report: Report, key: str) -> Section:
    return next(s for s in report.sections if s.key == key)


def table(node: object, caption: str) -> Table:
    return next(n for n in nodes(node) if isinstance(n, Table) and n.caption == caption)


def column(of: Table, title: str, group: str = "") -> list[str]:
    place = next(i for i, h in enumerate(of.headers) if (h.title, h.group) == (title, group))
    return [" ".join(words(row[place])) for row in of.rows]


def fact(report: Report, name: str) -> tuple[str, str, str]:
    shown = next(n for n in nodes(report) if isinstance(n, KeyValues)).facts
    return next((f.value, f.unit, f.remark) for f in shown if f.name == name)
