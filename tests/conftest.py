"""Shared by all tests: where the reference data lie, and that CI skips nothing it can install."""

import os
import tarfile
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from needs import ABSENT_DATA, IN_CI

DATA = Path(os.environ.get("PETRIAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure in CI, unless it is the reference data that are absent.

    Those are other people's files under their own licences, which CI cannot fetch.
    """
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr)
        if ABSENT_DATA not in reason:
            report.outcome = "failed"
            report.longrepr = f"skipped in CI, where it must run: {reason}"
    return report


@pytest.fixture(scope="session")
def petrial_data() -> Path:
    """Return the folder of reference data, or skip with the reason."""
    if not DATA.is_dir():
        pytest.skip(f"{ABSENT_DATA}: {DATA} is absent; set PETRIAL_DATA to its folder")
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
