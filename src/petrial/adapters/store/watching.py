"""One chain on its way through verification: what is gathered while its hashes are compared."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from petrial.adapters.store.appending import BACK
from petrial.adapters.store.rows import Row
from petrial.subjects.facts import FACT_FIELDS, SEALED, STUDY
from petrial.subjects.records import PROTOCOL, SUBJECT

__all__ = ["Pin", "Watched"]

_STUDY, _SUBJECT, _SEQ, _EVENT, _FORM, _ITEM, _VALUE, _RECORDED, _REASON = (
    FACT_FIELDS.index(name)
    for name in (
        *("study", "subject", "seq", "event", "form", "item", "value", "recorded"),
        "reason",
    )
)


@dataclass(frozen=True, slots=True)
class Pin:
    """What a checkpoint says of a chain: its fact ``seq`` has this hash."""

    hash: str
    told_by: str


class Watched:
    """Passes the rows of a chain on, and remembers what else has to fit.

    ``erased_at`` is the number of the fact that states that the subject's texts were erased.
    """

    def __init__(self, study: str, pins: Mapping[int, Pin]) -> None:
        self.places: dict[Row, int] = {}
        self.sealed: dict[str, int] = {}
        self.adopted: dict[str, int] = {}
        self.erased_at = 0
        self.last: Row | None = None
        self.fault: tuple[int, str, str, str] | None = None
        self._study = study
        self._pins = pins
        self._latest = ""
        self.number = 0

    def watched(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows, and remember what else has to fit."""
        places, sealed, pins, study = self.places, self.sealed, self._pins, self._study
        for row in rows:
            yield row  # judged before it is taken up
            seq = row[_SEQ]
            places[row[_EVENT : _EVENT + 5]] = seq
            value = row[_VALUE]
            if value is not None and value.startswith(SEALED):
                sealed[value] = seq
            elif row[_FORM] == PROTOCOL and row[_ITEM] == "hash" and row[_SUBJECT] == STUDY:
                self.adopted.setdefault(str(value), seq)
            elif row[_FORM] == SUBJECT and row[_ITEM] == "erased":
                self.erased_at = seq
            if row[_REASON]:
                sealed[row[_REASON]] = seq
            if row[_RECORDED] < self._latest:
                self._back(seq, row[_RECORDED])
            else:
                self._latest = row[_RECORDED]
            if row[_STUDY] != study and self.fault is None:
                self.fault = (seq, "study", str(row[_STUDY]), study)
            if seq in pins and self.fault is None and pins[seq].hash != row[-1]:
                wanted = f"{pins[seq].hash[:12]}, as {pins[seq].told_by} says"
                self.fault = (seq, "hash", row[-1][:12], wanted)
            self.last = row
            self.number = seq

    def _back(self, seq: int, recorded: str) -> None:
        """Note where the chain goes back by more than clocks may differ."""
        if self.fault is not None:
            return
        try:
            back = datetime.fromisoformat(self._latest) - datetime.fromisoformat(recorded)
        except (ValueError, TypeError):
            back = 2 * BACK
        if back > BACK:
            wanted = f"at most 5 minutes before {self._latest}, which stands before it"
            self.fault = (seq, "recorded", recorded, wanted)

    def cut(self) -> Pin | None:
        """Return what tells of facts beyond the end, if anything does."""
        beyond = [seq for seq in self._pins if seq > self.number]
        return self._pins[min(beyond)] if beyond else None
