"""Measures speed and memory beside other programs: ``python -m bench`` writes the page."""

import sys
import time
from pathlib import Path

from bench.figures import Figures, Plan, measure
from bench.ledger.cohort import DECADE
from bench.ledger.page import ledger_targets
from bench.machine import hold_to_two_cores, load, machine, versions
from bench.page import page, targets
from bench.study import FULL, place

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
QUIET = 0.7


def _say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')}  {text}\n")


def _about(figures: Figures, cores: int, seconds: float) -> list[tuple[str, str]]:
    known = [f"{name} {version or 'not installed'}" for name, version in versions().items()]
    before, after = figures.load
    return [
        ("machine", f"{machine()}; {cores} cores used"),
        ("load before and after", f"{before:.1f} and {after:.1f} (in the last minute)"),
        ("versions", ", ".join(known)),
        ("date", time.strftime("%Y-%m-%d", time.gmtime())),
        ("command", "`make bench`"),
        ("duration", f"{seconds / 60.0:.1f} min, with making the study where it was not there"),
    ]


def main() -> int:
    """Measure, write the page, and return 1 where numbers do not agree, else 0."""
    cores = hold_to_two_cores()
    if load() > QUIET:
        _say(f"the machine is busy (load {load():.1f}): seconds will be too large")
    began = time.perf_counter()
    figures = measure(Plan(FULL, cohort=DECADE), place(), _say)
    text = page(figures, _about(figures, cores, time.perf_counter() - began))
    PAGE.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    missed = [one.what for one in targets(figures) if not one.met]
    if figures.ledger is not None:
        missed += [one.what for one in ledger_targets(figures.ledger) if not one.met]
    wrong = [one.what for one in figures.agreement if not one.holds]
    _say("over the limit: " + ("; ".join(missed) or "nothing"))
    _say("not in agreement: " + ("; ".join(wrong) or "nothing"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
