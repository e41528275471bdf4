"""The cohort that is taken in: subjects, sites, and the rows of an export with all they stated."""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from bench.ledger.calendar import Filled, filled_forms
from bench.ledger.values import value_of
from petrial.protocol.forms import FormKind, Item, ItemType
from petrial.protocol.model import Protocol

__all__ = ["DECADE", "MAP", "NOW", "Cohort", "Row", "write_export"]

NOW: Final = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
"""The moment of all acts; every day in the export lies before it."""

_FIRST: Final = date(2013, 9, 2)
_EMPTY: Final = 0.02
"""Share of items that are left out; as many have a reason instead of a value."""
_MISTAKEN: Final = 0.04
"""Share of numbers in forms of these kinds that are corrected later."""
_CORRECTED: Final = (FormKind.LABORATORY, FormKind.QUESTIONNAIRE, FormKind.RESOURCE)

MAP: Final = """\
format: 1
subject: {column: subject}
event: {column: event}
event_repeat: {column: event_repeat}
form_repeat: {column: form_repeat}
observed: {column: observed}
long: {key: [form, item], value: value, absent: absent}
same_names: true
"""
"""The map file: how the columns of the export become items."""


class Row(NamedTuple):
    """One row of the export: a value, where it belongs, and when it was observed."""

    subject: str
    event: str
    event_repeat: int
    form: str
    form_repeat: int
    item: str
    value: str
    absent: str
    observed: str


@dataclass(frozen=True, slots=True)
class Cohort:
    """How many subjects for how many years; the same seed gives the same rows.

    Two files come of it: all that was stated, and the values that were corrected later.
    """

    subjects: int
    years: float
    seed: int = 1

    @property
    def names(self) -> tuple[str, ...]:
        """Numbers of the subjects."""
        return tuple(f"MBC-{number:03}" for number in range(1, self.subjects + 1))

    def screened(self, number: int) -> date:
        """Return the day on which the subject of this number, from 0, was screened."""
        return _FIRST + timedelta(days=2 * number)

    def rows(self, protocol: Protocol) -> Iterator[tuple[Row, str]]:
        """Yield every row, and the text that is to take its place later, or nothing."""
        for number, subject in enumerate(self.names):
            rng = random.Random(f"{self.seed} {subject}")  # noqa: S311  no secret
            for filled in filled_forms(self.screened(number), self.years):
                form = protocol.form(filled.form)
                for item in () if form is None else form.items:
                    row = _stated(subject, filled, item, protocol, rng)
                    if row is None:
                        continue
                    wrong = (
                        form is not None and form.kind in _CORRECTED and _mistaken(row, item, rng)
                    )
                    later = value_of(item, filled.day, protocol, rng) if wrong else ""
                    yield row, "" if later == row.value else later


def _stated(
    subject: str, filled: Filled, item: Item, protocol: Protocol, rng: random.Random
) -> Row | None:
    """Return a row, or nothing where the item was left empty."""
    chance = rng.random()
    if chance < _EMPTY:
        return None
    absent = rng.choice(("not-done", "unknown")) if chance < 2 * _EMPTY else ""
    return Row(
        subject=subject,
        event=filled.event,
        event_repeat=filled.event_repeat,
        form=filled.form,
        form_repeat=filled.form_repeat,
        item=item.name,
        value="" if absent else _value(filled, item, protocol, rng),
        absent=absent,
        observed=filled.day.isoformat(),
    )


def _value(filled: Filled, item: Item, protocol: Protocol, rng: random.Random) -> str:
    """Return a value as people enter it; a tracer is that of its event."""
    event = protocol.event(filled.event)
    if item.name == "tracer" and event is not None and event.tracer is not None:
        return event.tracer
    return value_of(item, filled.day, protocol, rng)


def _mistaken(row: Row, item: Item, rng: random.Random) -> bool:
    counted = item.type in {ItemType.INTEGER, ItemType.NUMBER}
    return counted and not row.absent and rng.random() < _MISTAKEN


def write_export(cohort: Cohort, protocol: Protocol, values: Path, corrections: Path) -> int:
    """Write both files as CSV; return the number of values in the first."""
    count = 0
    with (
        values.open("w", encoding="utf-8", newline="") as one,
        corrections.open("w", encoding="utf-8", newline="") as other,
    ):
        writers = csv.writer(one), csv.writer(other)
        for writer in writers:
            writer.writerow(Row._fields)
        for row, later in cohort.rows(protocol):
            count += 1
            writers[0].writerow(row)
            if later:
                writers[1].writerow(row._replace(value=later))
    return count


DECADE: Final = Cohort(217, 10.0)
"""What was asked for: all subjects of the trial record, ten years, about a million values."""
