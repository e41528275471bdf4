"""Fixtures shared by all tests: where the reference data lie."""

import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

DATA = Path(os.environ.get("PETRIAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def petrial_data() -> Path:
    """Return the folder of reference data, or skip with the reason."""
    if not DATA.is_dir():
        pytest.skip(f"no reference data: {DATA} is absent; set PETRIAL_DATA to its folder")
    return DATA


@pytest.fixture(scope="session")
def unpacked(petrial_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that unpacks ``pet/<name>.tar.xz`` once and gives its folder."""
    done: dict[str, Path] = {}

    def unpack(name: str) -> Path:
        if name not in done:
            target = tmp_path_factory.mktemp(name)
            with tarfile.open(petrial_data / "pet" / f"{name}.tar.xz") as archive:
                archive.extractall(target, filter="data")
            done[name] = target / name
        return done[name]

    return unpack
