"""Rules of the house that no tool knows, read off the syntax trees of the source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = sorted((ROOT / "src").rglob("*.py"))
PURE = ("vocabulary", "protocol", "images", "lesions", "simulation", "reports")
BELOW_ALL_FILES = {"open", "print", "input", "exec", "eval"}
FILE_METHODS = {"read_text", "write_text", "read_bytes", "write_bytes", "mkdir", "unlink"}


def pure_files() -> list[Path]:
    return [f for f in SOURCE if f.relative_to(ROOT / "src" / "petrial").parts[0] in PURE]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def seconds_of(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "seconds":
            yield node.lineno


def reaches_out(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=called) if called in BELOW_ALL_FILES:
                yield node.lineno
            case ast.Attribute(attr=called) if called in FILE_METHODS | {"open"}:
                yield node.lineno


def test_there_is_source_to_judge() -> None:
    assert len(SOURCE) > 20
    assert len(pure_files()) > 10


@pytest.mark.parametrize("path", SOURCE, ids=name)
def test_nobody_asks_a_timedelta_for_its_seconds_which_forget_the_days(path: Path) -> None:
    assert list(seconds_of(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize("path", pure_files(), ids=name)
def test_pure_rooms_touch_no_file_and_print_nothing(path: Path) -> None:
    assert list(reaches_out(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (seconds_of, "elapsed = (scan - injection).seconds"),
        (reaches_out, "print('hello')"),
        (reaches_out, "text = path.open().read()"),
        (reaches_out, "path.write_text('x')"),
    ],
)
def test_the_rules_catch_what_they_are_for(rule: object, text: str) -> None:
    assert callable(rule)
    assert list(rule(ast.parse(text))) == [1]


@pytest.mark.parametrize("path", [*SOURCE, *sorted((ROOT / "tests").rglob("*.py"))], ids=name)
def test_a_file_has_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize("path", SOURCE, ids=name)
def test_a_page_of_the_documents_that_the_source_names_exists(path: Path) -> None:
    named = re.findall(r"docs/[\w/-]+\.(?:md|schema\.json)", path.read_text())
    assert [page for page in named if not (ROOT / page).exists()] == []
