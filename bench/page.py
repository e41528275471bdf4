"""The page of the documents that holds the figures: what was measured, and what to make of it."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.figures import PETS, STUDIES, Figures, Runs
from bench.ledger.page import sections
from bench.processes import Missing, Run

__all__ = ["Target", "page", "targets"]


@dataclass(frozen=True, slots=True)
class Target:
    """One requirement: what, the limit and what was measured, in the unit."""

    what: str
    limit: float
    measured: Sequence[float]
    unit: str

    @property
    def met(self) -> bool:
        """Whether the median is under the limit."""
        return statistics.median(self.measured) < self.limit


STEPS = ("headers", "PET to SUV", "CT", "components", "statistics", "CT number", "peak", "shape")


def targets(figures: Figures) -> list[Target]:
    """Return what was asked for, beside what was measured."""
    ours = [run for run in figures.pets["petrial"] if isinstance(run, Run)]
    peaks = [run.peak_mb / 1000.0 for run in (*figures.whole, *figures.cold)]
    found = [Target("files of PET and CT to table, warm", 3.0, _walls(figures.whole), "s")]
    if figures.cold:
        found.append(Target("the same, files cold", 5.0, _walls(figures.cold), "s"))
    return [
        *found,
        Target("the same, largest memory", 2.0, peaks, "GB"),
        Target("PET to SUV, new process", 0.7, _walls(ours), "s"),
        Target("a lesion measured again after an edit", 0.3, figures.edits, "s"),
        Target("one more lesion", 20.0, [figures.slope_ms], "ms"),
    ]


def page(figures: Figures, about: Sequence[tuple[str, str]]) -> str:
    """Return the page as Markdown; ``about`` are name and value of machine, versions and so on."""
    parts = [
        _introduction(figures),
        _section("What was asked for", _target_rows(figures)),
        _MIDDLE,
        _uncompiled(figures),
        _section("The whole study, from files to table", _study_rows(figures)),
        _USUAL,
        _section("PET to SUV, each in a new process", _pet_rows(figures)),
        _section("Single steps, in a process that has everything loaded", _step_rows(figures)),
        _STEPS,
        _section("Cost by number of lesions", _count_rows(figures)),
        *_ledger(figures),
        _section("Do the numbers agree?", _agreement_rows(figures)),
        _AGREE,
        _READING,
        _section("About", [["", ""], *([name, value] for name, value in about)]),
    ]
    return "\n".join(part for part in parts if part)


def _introduction(figures: Figures) -> str:
    pet, ct = (" x ".join(map(str, n)) for n in (figures.plan.size.pet, figures.plan.size.ct))
    return (
        "# Speed and memory\n\n"
        "Written by `make bench`; do not edit.\n\n"
        f"One study of a digital patient: PET {pet}, CT {ct}, {figures.plan.size.lesions} lesions, "
        "uncompressed files of one slice each. Every way works on the same files, in a process of "
        "its own, on two cores. Warm means: a new process, imports included, compiled code on "
        f"disk, files in memory. Cold means: {figures.how_cold or 'not measured'}.\n"
    )


_MIDDLE = """\
Middle of the runs, then the least and the most. A small lesion is measured again in less
time than a large one; the middle is that of all lesions and runs.
"""
_USUAL = """\
Ratios are to petrial. The usual way is SimpleITK to read and resample, SciPy to label, a
mask of the whole image for each lesion and a filter of the whole image for the peak; with care, the
same on the box of each lesion. It asks no questions about SUV, and measures no shape. petrial is
timed as a command until it has ended, the others until their table is there.
"""
_STEPS = """\
Seconds for all lesions together. PyRadiomics measures first order and shape of one. The usual
way brings the whole CT to the grid of the PET before it takes the mean of a lesion; petrial
interpolates at the voxels of the lesions only.
"""
_AGREE = """\
Largest difference over all lesions or voxels: relative for SUV, in voxels, in HU; of ledgers in
facts and rows. The peak is compared in the definition `ibsi-global`, which is what the usual way
computes.
"""
_READING = """## How to read it

- **What good looks like:** every row of the first table and of that of the ledger says met, with
  the most not far above the middle; the last table but one says yes throughout.
- **A wide span from least to most** means that the machine had other work to do. Look at the load
  under About (below 1 before it began is quiet), and run `make bench` again.
- **Seconds differ from machine to machine, ratios much less.** Compare ratios.
- **A way that is not installed** says so; it is never guessed. petrial needs none of them.
- **A number that does not agree** makes the command fail: a quick wrong answer is worth nothing.
- **The first measurement after installation** compiles the hot loops once and keeps them on disk.
"""


def _ledger(figures: Figures) -> list[str]:
    if figures.ledger is None:
        return []
    told = sections(figures.ledger)
    return [part for title, rows, text in told for part in (_section(title, rows), text)]


def _uncompiled(figures: Figures) -> str:
    if not figures.uncompiled:
        return ""
    wall = statistics.median(_walls(figures.uncompiled))
    return (
        "The very first measurement after installation, files cold and nothing compiled, took "
        f"{wall:.1f} s.\n"
    )


def _walls(runs: Iterable[Run]) -> list[float]:
    return [run.wall for run in runs]


def _section(title: str, rows: list[list[str]]) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return f"## {title}\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _span(values: Sequence[float], digits: int = 2) -> list[str]:
    middle, low, high = statistics.median(values), min(values), max(values)
    return [f"{middle:.{digits}f}", f"{low:.{digits}f} to {high:.{digits}f}"]


def _target_rows(figures: Figures) -> list[list[str]]:
    rows = [["", "under", "middle", "least to most", "runs", ""]]
    for one in targets(figures):
        digits = 4 if "edit" in one.what else 2
        middle, span = _span(one.measured, digits)
        runs = "fit" if one.unit == "ms" else str(len(one.measured))
        limit, met = f"{one.limit:g} {one.unit}", "met" if one.met else "**not met**"
        rows.append([one.what, limit, f"{middle} {one.unit}", span, runs, met])
    return rows


def _row(label: str, runs: Runs, ours: Sequence[Run]) -> list[str]:
    """Return seconds, ratio, processor time and memory of one way."""
    went = [run for run in runs if isinstance(run, Run)]
    if not went:
        why = next((run.reason for run in runs if isinstance(run, Missing)), "not run")
        return [label, why, "", "", "", "", ""]
    middle, span = _span(_walls(went))
    ratio = statistics.median(_walls(went)) / statistics.median(_walls(ours))
    cpu = statistics.median(run.cpu for run in went)
    memory = max(run.peak_mb for run in went) / 1000.0
    return [label, middle, span, f"{ratio:.1f}", f"{cpu:.2f}", f"{memory:.2f}", str(len(went))]


_HEAD = ["", "s", "least to most", "ratio", "processor s", "memory GB", "runs"]


def _study_rows(figures: Figures) -> list[list[str]]:
    ours = figures.whole
    rows = [_HEAD, _row("petrial", list(ours), ours)]
    return rows + [_row(label, figures.studies.get(label, []), ours) for label in STUDIES]


def _pet_rows(figures: Figures) -> list[list[str]]:
    ours = [run for run in figures.pets["petrial"] if isinstance(run, Run)]
    return [_HEAD, *(_row(label, figures.pets[label], ours) for label in PETS)]


def _step_rows(figures: Figures) -> list[list[str]]:
    """Return seconds of each step: petrial, the usual way with care, the usual way, others."""
    ours = figures.steps
    careful, usual = (figures.studies.get(label, []) for label in STUDIES)
    rows = [["step, all lesions", "petrial", "with care", "usual", "ratio", "others"]]
    for step in STEPS:
        mine, theirs = _lap(ours, step), _lap(usual, step)
        tried = _others(figures, step)
        ratio = f"{theirs / mine:.1f}" if mine and theirs else ""
        cells = [_seconds(mine), _seconds(_lap(careful, step)), _seconds(theirs), ratio, tried]
        rows.append([step, *cells])
    grid = [_seconds(_lap(runs, "CT to PET grid")) for runs in (careful, usual)]
    rows.append(["CT to PET grid", "not needed", *grid, "", _others(figures, "CT to PET grid")])
    rows.append(["load compiled code", _seconds(_lap(ours, "compiled code")), "", "", "", ""])
    return rows


def _lap(runs: Runs, step: str) -> float | None:
    found = [r.laps[step] for r in runs if isinstance(r, Run) and step in r.laps]
    return statistics.median(found) if found else None


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _others(figures: Figures, step: str) -> str:
    """Return what other programs took for a step."""
    if step == "shape":
        taken = _lap(figures.radiomics, "one lesion")
        missing = [run.reason for run in figures.radiomics if isinstance(run, Missing)]
        if taken is not None:
            return f"PyRadiomics {taken:.2f} for one lesion"
        return f"PyRadiomics: {missing[0]}" if missing else ""
    names = {name for run in figures.parts if isinstance(run, Run) for name in run.laps}
    mine = sorted(name for name in names if name.startswith(step + ", "))
    return "; ".join(f"{n.partition(', ')[2]} {_seconds(_lap(figures.parts, n))}" for n in mine)


def _count_rows(figures: Figures) -> list[list[str]]:
    rows = [["lesions", "s", "least to most", "processor s", "runs"]]
    for count in sorted(figures.counts):
        walls = _walls(figures.counts[count])
        cpu = statistics.median(run.cpu for run in figures.counts[count])
        rows.append([str(count), *_span(walls), f"{cpu:.2f}", str(len(walls))])
    return [
        *rows,
        ["one more", f"{figures.slope_ms / 1000.0:.4f}", "straight line through these", "", ""],
    ]


def _agreement_rows(figures: Figures) -> list[list[str]]:
    return [
        ["", "largest difference", "allowed", ""],
        *(
            [a.what, f"{a.difference:.2g}", f"{a.tolerance:g}", "yes" if a.holds else "**no**"]
            for a in figures.agreement
        ),
    ]
