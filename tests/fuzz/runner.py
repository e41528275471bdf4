"""Runs cases in processes of their own, and starts a new one where one dies."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fuzz.bases import write_bases

__all__ = ["Answer", "Run", "fuzz"]

TESTS: Final = Path(__file__).resolve().parents[1]
PROCESSES: Final = 2
Answer = dict[str, Any]
"""What the process said of a case: case, family, base, what, outcome, faults, said, command."""


@dataclass(frozen=True, slots=True)
class Run:
    """The answers of all cases in their order, and what is wrong with the sound studies."""

    answers: tuple[Answer, ...]
    unsound: tuple[Answer, ...]

    @property
    def faults(self) -> list[str]:
        """Everything that petrial did and must not do, with the damage that led to it."""
        found = [f"sound {one['sound']}: {one['faults']}" for one in self.unsound]
        for one in self.answers:
            found += [f"{one['case']} {one['base']}, {one['what']}: {f}" for f in one["faults"]]
        return found


def fuzz(folder: Path, seed: int, total: int, stride: int) -> Run:
    """Damage sound studies in ``total`` ways below ``folder``, and ask petrial about each.

    Every ``stride``-th case is asked at the command line too.
    """
    bases, work = folder / "bases", folder / "work"
    bases.mkdir()
    work.mkdir()
    write_bases(bases)
    answers: dict[int, Answer] = {}
    unsound: list[Answer] = []

    def share(start: int) -> None:
        first = start
        while first < total:
            words = [str(bases), str(work), *map(str, (seed, total, first, PROCESSES, stride))]
            first = _run(words, answers, unsound)

    with ThreadPoolExecutor(PROCESSES) as pool:
        for done in [pool.submit(share, start) for start in range(PROCESSES)]:
            done.result()
    return Run(tuple(answers[number] for number in sorted(answers)), tuple(unsound))


def _run(words: list[str], answers: dict[int, Answer], unsound: list[Answer]) -> int:
    """Run one process to its end; return the number of the case with which to go on."""
    total, first, step = int(words[3]), int(words[4]), int(words[5])
    log = Path(words[1]) / f"from-{first}.txt"
    begun = None
    with log.open("w") as errors:
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "fuzz.worker", *words],
            env=os.environ | {"PYTHONPATH": str(TESTS)},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process:
            for line in process.stdout or ():
                told = json.loads(line)
                if "begun" in told:
                    begun = told["begun"]
                elif "sound" in told:
                    unsound.append(told)
                else:
                    answers[told["case"]] = told
                    begun = None
        code = process.returncode
    if code == 0 and begun is None:
        return total
    last = log.read_text()[-2000:]
    if begun is None:
        unsound.append({"sound": "process", "faults": [f"exit code {code}: {last}"]})
        return total
    answers[begun] = {
        "case": begun,
        "family": "",
        "base": "",
        "what": "",
        "outcome": "the process died",
        "faults": [f"exit code {code}, by crash, hang or memory: {last}"],
        "said": [],
        "second": 0.0,
        "peak_kb": 0,
        "command": False,
    }
    return int(begun) + step
