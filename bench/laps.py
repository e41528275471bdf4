"""A stopwatch for the steps of one way, and what the process has cost when the work is done."""

import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["Laps", "megabytes"]


def megabytes(peak: int) -> float:
    """Return the unit of ``ru_maxrss`` (kB, on macOS bytes) as MB of 10^6 bytes."""
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


@dataclass(slots=True)
class Laps:
    """Seconds of each step by name; ``done`` is when all work was done, on the shared clock.

    What comes after ``finish`` (checks of the numbers) does not count.

    Attributes
    ----------
    cpu
        Processor time of all threads and children until then, in seconds.
    peak_mb
        Largest resident memory until then.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    done: float = 0.0
    cpu: float = 0.0
    peak_mb: float = 0.0

    @contextmanager
    def lap(self, name: str) -> Iterator[None]:
        """Time a step; a name used twice adds up."""
        began = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began

    def finish(self) -> None:
        """Note that the work is done."""
        self.done = time.perf_counter()
        used = os.times()
        self.cpu = used.user + used.system + used.children_user + used.children_system
        self.peak_mb = megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
