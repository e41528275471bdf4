"""Where a study of the benchmark lies; known to its processes by a note in a folder."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from bench.ledger.cohort import Cohort

__all__ = ["Place"]

_MOST_ASKED: Final = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Where a study of the benchmark lies.

    Attributes
    ----------
    address
        Of its database.
    cohort
        Who takes part.
    folder
        For keys, snapshots, and the file of the database.
    files
        Folder of the export, which several studies may share.
    """

    address: str
    cohort: Cohort
    folder: Path
    files: Path

    @property
    def asked(self) -> tuple[str, ...]:
        """Subjects whose state is asked for: some from every part of the cohort."""
        names = self.cohort.names
        return names[:: max(1, len(names) // _MOST_ASKED)]

    @property
    def values(self) -> Path:
        """The export with all that was stated."""
        return self.files / "values.csv"

    @property
    def corrections(self) -> Path:
        """The export with what was corrected later."""
        return self.files / "corrections.csv"

    @property
    def map(self) -> Path:
        """The map file of both."""
        return self.files / "map.yaml"

    def note(self) -> None:
        """Write into the folder what other processes need to know."""
        self.folder.mkdir(parents=True, exist_ok=True)
        words = {
            "address": self.address,
            "cohort": asdict(self.cohort),
            "files": str(self.files),
        }
        (self.folder / "place.json").write_text(json.dumps(words), encoding="utf-8")

    @classmethod
    def of(cls, folder: Path) -> "Place":
        """Return what was noted in a folder."""
        words = json.loads((folder / "place.json").read_text(encoding="utf-8"))
        cohort = Cohort(**words["cohort"])
        return cls(words["address"], cohort, folder, Path(words["files"]))
