"""The whole study the usual way: masks and a filter of the whole image."""

from pathlib import Path
from typing import Any

from bench.laps import Laps
from bench.usual import measured


def run(folder: Path, laps: Laps) -> list[dict[str, Any]]:
    """Measure the study in ``folder``."""
    return measured(folder, laps, cropped=False)
