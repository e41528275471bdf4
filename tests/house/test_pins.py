"""The pins name versions and hashes, and no place to get them from."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PINS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"(?P<name>[a-z0-9-]+(\[[a-z]+\])?)==(?P<version>[0-9][\w.]*)( ; [^\\]+)? \\")
HASH = re.compile(r" {4}--hash=sha256:[0-9a-f]{64}( \\)?")


def declared(*groups: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    lines = project["dependencies"] + [line for group in groups for line in extras[group]]
    return {re.split(r"[\[<>=~! ;]", line)[0] for line in lines}


def pinned(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if not line.startswith(" ")]
    return {line.partition("==")[0]: line.partition("==")[2] for line in lines}


def test_all_files_of_pins_exist() -> None:
    assert [path.name for path in PINS] == ["bench.txt", "develop.txt", "run.txt"]


@pytest.mark.parametrize("path", PINS, ids=lambda path: path.name)
def test_each_line_is_an_exact_version_or_a_hash_and_never_an_address(path: Path) -> None:
    odd = [
        line
        for line in path.read_text().splitlines()
        if not (PIN.fullmatch(line) or HASH.fullmatch(line))
    ]
    assert odd == []


def test_every_declared_dependency_is_pinned() -> None:
    run, develop = (pinned(ROOT / "requirements" / name) for name in ("run.txt", "develop.txt"))
    assert declared("build") <= run.keys()
    assert declared("build", "develop") <= develop.keys()
    bench = pinned(ROOT / "requirements" / "bench.txt")
    assert declared("bench") <= declared() | bench.keys()


def test_what_runs_is_the_same_under_test() -> None:
    run = (ROOT / "requirements" / "run.txt").read_text().split("\n")
    develop = set((ROOT / "requirements" / "develop.txt").read_text().split("\n"))
    versions = [line for line in run if "==" in line]
    assert versions
    assert [line for line in versions if line not in develop] == []


def test_compiled_parts_have_wheels_for_several_platforms() -> None:
    """NumPy ships well over twenty files a version; one of few would bind us to one platform."""
    text = (ROOT / "requirements" / "run.txt").read_text()
    block = text.split("\nnumpy==")[1].split("\nnumpy==")[0]
    assert block.count("--hash") > 20
