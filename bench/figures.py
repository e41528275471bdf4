"""Runs every way, in rounds, and keeps what each run took."""

import json
import multiprocessing
import statistics
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.agreement import Agreement, of_lesions, of_volume
from bench.ledger.cohort import Cohort
from bench.ledger.figures import LedgerFigures, measure_ledger
from bench.machine import drop_caches, load
from bench.processes import Missing, Run, command, way
from bench.study import Size, made
from bench.task import PEAK, THRESHOLD

__all__ = ["PETS", "STUDIES", "Figures", "Plan", "measure"]

PETS: Final = {
    "petrial": "petrial_pet",
    "dicomsdl": "dicomsdl_pet",
    "pydicom, only the elements needed": "pydicom_tags_pet",
    "pydicom, plain loop": "pydicom_pet",
    "SimpleITK, series reader": "simpleitk_pet",
    "pySUV": "pysuv_pet",
}
"""Ways from PET files to a volume of SUV."""
STUDIES: Final = {
    "the usual way with care: crops": "cropped_study",
    "the usual way": "usual_study",
}
"""Ways from files to table."""

Runs = list[Run | Missing]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    Attributes
    ----------
    rounds, careful, slow, cold
        Runs of petrial and the readers; of the careful usual way; of what takes half a minute;
        with cold files.
    counts
        Numbers of lesions for the slope, beside that of the size.
    cohort
        Who is taken into a ledger; None for no ledger.
    """

    size: Size
    rounds: int = 5
    careful: int = 3
    slow: int = 1
    cold: int = 5
    counts: tuple[int, ...] = (10, 20, 80)
    cohort: Cohort | None = None


@dataclass(slots=True)
class Figures:
    """All that was measured."""

    plan: Plan
    load: tuple[float, float] = (0.0, 0.0)
    whole: list[Run] = field(default_factory=list)
    cold: list[Run] = field(default_factory=list)
    uncompiled: list[Run] = field(default_factory=list)
    how_cold: str = ""
    pets: dict[str, Runs] = field(default_factory=dict)
    studies: dict[str, Runs] = field(default_factory=dict)
    steps: Runs = field(default_factory=list)
    parts: Runs = field(default_factory=list)
    radiomics: Runs = field(default_factory=list)
    counts: dict[int, list[Run]] = field(default_factory=dict)
    agreement: list[Agreement] = field(default_factory=list)
    ledger: LedgerFigures | None = None

    @property
    def slope_ms(self) -> float:
        """Milliseconds that one more lesion costs: a straight line through the medians."""
        counts = sorted(self.counts)
        walls = [statistics.median(run.wall for run in self.counts[n]) for n in counts]
        return float(np.polyfit(counts, walls, 1)[0]) * 1000.0

    @property
    def edits(self) -> list[float]:
        """Seconds of each measurement again after an edit."""
        return [t for run in self.steps if isinstance(run, Run) for t in run.answer["edits"]]


def measure(plan: Plan, folder: Path, say: Callable[[str], None]) -> Figures:
    """Make the studies below ``folder``, run every way on them, and compare the numbers."""
    found = Figures(plan)
    say("making the studies, if they are not there yet")
    studies = {n: _made(replace(plan.size, lesions=n), folder) for n in plan.counts}
    study = studies[plan.size.lesions] = _made(plan.size, folder)
    with tempfile.TemporaryDirectory() as scratch:
        table = Path(scratch) / "lesions.json"
        rows, peaks = _rows(study, table, "sphere-1cm3"), _rows(study, table, PEAK)
        began = load()
        for number in range(plan.rounds):
            say(f"round {number + 1} of {plan.rounds}, load {load():.1f}")
            _round(found, studies, table)
        _slow(found, study, say)
        say("cold")
        _cold(found, study, table, Path(scratch))
        found.load = (began, load())
    found.whole = found.counts[plan.size.lesions]
    found.agreement = _compared(found, rows, peaks, plan.size)
    if plan.cohort is not None:
        found.ledger = measure_ledger(plan.cohort, say)
        found.agreement += found.ledger.agreement
    return found


def _made(size: Size, folder: Path) -> Path:
    """Make the study in another process, for its memory would be counted with the next."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(made, size, folder).result()


def _petrial(study: Path, table: Path, peak: str = "sphere-1cm3") -> list[str]:
    program = Path(sys.executable).with_name("petrial")
    method = ["--method", f"fixed:{THRESHOLD}", "--peak", peak]
    return [str(program), "images", "measure", str(study), *method, "--json", str(table)]


def _rows(study: Path, table: Path, peak: str) -> list[dict[str, Any]]:
    command(_petrial(study, table, peak))
    answer = json.loads(table.read_text(encoding="utf-8"))
    return [row for series in answer["series"] for row in series["lesions"]]


def _round(found: Figures, studies: dict[int, Path], table: Path) -> None:
    for count, study in studies.items():
        found.counts.setdefault(count, []).append(command(_petrial(study, table)))
    study = studies[found.plan.size.lesions]
    for label, name in PETS.items():
        _again(found.pets.setdefault(label, []), name, study)
    _again(found.steps, "petrial_steps", study)


def _again(runs: Runs, name: str, study: Path) -> None:
    """Run a way once more, unless it is known to be missing."""
    if not (runs and isinstance(runs[0], Missing)):
        runs.append(way(name, study))


def _slow(found: Figures, study: Path, say: Callable[[str], None]) -> None:
    for label, name in STUDIES.items():
        runs = found.studies.setdefault(label, [])
        for _ in range(found.plan.careful if name == "cropped_study" else found.plan.slow):
            say(label)
            _again(runs, name, study)
    say("single steps")
    for _ in range(found.plan.slow):
        _again(found.parts, "scipy_parts", study)
        _again(found.radiomics, "pyradiomics_lesion", study)


def _cold(found: Figures, study: Path, table: Path, scratch: Path) -> None:
    for number in range(found.plan.cold):
        found.how_cold = drop_caches(study)
        found.cold.append(command(_petrial(study, table)))
        if number == 0:
            found.how_cold = drop_caches(study)
            empty = {"NUMBA_CACHE_DIR": str(scratch / "numba")}
            found.uncompiled.append(command(_petrial(study, table), empty))


def _compared(
    found: Figures, rows: list[dict[str, Any]], peaks: list[dict[str, Any]], size: Size
) -> list[Agreement]:
    first = {label: runs[0] for label, runs in (*found.pets.items(), *found.studies.items())}
    ours = first["petrial"]
    if not isinstance(ours, Run):
        raise RuntimeError(ours.reason)  # noqa: TRY004  it is no question of types
    agreement = [
        of_volume(label, ours.answer, run.answer)
        for label in PETS
        if label != "petrial" and isinstance(run := first[label], Run)
    ]
    mine = [
        {
            **row,
            "suv_peak": peak["suv_peak"],
            "centroid": [row[f"centroid_{axis}_mm"] for axis in "xyz"],
        }
        for row, peak in zip(rows, peaks, strict=True)
    ]
    for label in STUDIES:
        run = first[label]
        if isinstance(run, Run):
            agreement += of_lesions(label, mine, [_placed(row, size) for row in run.answer])
    return agreement


def _placed(row: dict[str, Any], size: Size) -> dict[str, Any]:
    """Return a row with its centroid in mm instead of voxels."""
    centroid = size.pet_grid.to_patient(np.asarray([row["centroid"]]))[0].tolist()
    return {**row, "centroid": centroid}
