"""PET to SUV by petrial."""

from pathlib import Path
from typing import Any

from bench.digest import digest
from bench.laps import Laps
from petrial import load_pet


def run(folder: Path, laps: Laps) -> dict[str, Any]:
    """Load the PET of the study in ``folder``."""
    with laps.lap("PET to SUV"):
        pet = load_pet(folder / "PET")
    laps.finish()
    return digest(pet.suv.g_per_ml)
