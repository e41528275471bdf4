"""The whole study the usual way, done with care: masks and filters of the boxes of the lesions."""

from pathlib import Path
from typing import Any

from bench.laps import Laps
from bench.usual import measured


def run(folder: Path, laps: Laps) -> list[dict[str, Any]]:
    """Measure the study in ``folder``."""
    return measured(folder, laps, cropped=True)
