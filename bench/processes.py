"""Starts a way or a command as a new process, and says what it took."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.laps import megabytes

__all__ = ["Missing", "Run", "command", "way"]

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took.

    Attributes
    ----------
    wall
        Seconds from its start until its work was done, imports included.
    cpu
        Seconds of processor time, of all threads.
    peak_mb
        Largest resident memory, MB.
    laps
        Seconds of its steps.
    answer
        What it found, to be compared.
    """

    wall: float
    cpu: float
    peak_mb: float
    laps: dict[str, float] = field(default_factory=dict)
    answer: Any = None


@dataclass(frozen=True, slots=True)
class Missing:
    """A way that could not run, and why."""

    reason: str


def way(name: str, folder: Path) -> Run | Missing:
    """Run a way on ``folder`` in a new process: a module of ``bench.ways``, or of ``bench``."""
    arguments = [sys.executable, "-m", "bench.child", name, str(folder)]
    began = time.perf_counter()
    made = subprocess.run(  # noqa: S603  our own module
        arguments, cwd=ROOT, env=_quiet(), capture_output=True, text=True, check=False
    )
    if made.returncode:
        last = made.stderr.strip().splitlines() or ["no message"]
        return Missing(f"failed: {last[-1]}")
    found = json.loads(made.stdout.splitlines()[-1])
    if "missing" in found:
        return Missing(f"{found['missing']} is not installed")
    wall = found["done"] - began
    return Run(wall, found["cpu"], found["peak_mb"], found["laps"], found["answer"])


def command(arguments: list[str], extra: dict[str, str] | None = None) -> Run:
    """Run a command as a person would, from its start until it has ended.

    Raises
    ------
    RuntimeError
        It did not end well.
    """
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603  our own command
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_quiet(extra)
    )
    message = process.stderr.read() if process.stderr else b""
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.stderr:
        process.stderr.close()
    if process.returncode:
        text = f"{Path(arguments[0]).name} ended with {process.returncode}: {message.decode()}"
        raise RuntimeError(text)
    return Run(wall, used.ru_utime + used.ru_stime, megabytes(used.ru_maxrss))


def _quiet(extra: dict[str, str] | None = None) -> dict[str, str]:
    """Return the environment without what would disturb the measurement."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("COV_", "NUMBA_"))}
    return {**kept, **(extra or {})}
