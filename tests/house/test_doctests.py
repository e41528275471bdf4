"""Doctests are counted, so that they cannot vanish unseen."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from _pytest.doctest import DoctestItem

ROOT = Path(__file__).resolve().parents[2]
FLOOR = 90  # docstrings with an example; raise it as they grow, never lower it without a reason


def documented(path: Path) -> list[str]:
    """Return the qualified names of what has a docstring with an example in ``path``."""
    found: list[str] = []

    def look(node: ast.AST, names: tuple[str, ...]) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef | ast.FunctionDef):
                inner = (*names, child.name)
                if ">>>" in (ast.get_docstring(child) or ""):
                    found.append(".".join(inner))
                if isinstance(child, ast.ClassDef):
                    look(child, inner)

    tree = ast.parse(path.read_text())
    relative = path.relative_to(ROOT / "src").with_suffix("").parts
    module = tuple(part for part in relative if part != "__init__")
    if ">>>" in (ast.get_docstring(tree) or ""):
        found.append(".".join(module))
    look(tree, module)
    return found


def collected(session: pytest.Session) -> list[str]:
    """Return the doctests over ``src`` that a bare ``pytest`` collects, as ``make test`` runs it.

    Taken from this session where it is such a run; else from one that only collects.
    """
    config = session.config
    bare = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if bare and not config.option.keyword:
        items = (item for item in session.items if isinstance(item, DoctestItem))
        return [item.name for item in items if (ROOT / "src") in item.path.parents]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,  # a file of tests that cannot be imported fails by itself, not here
    )
    lines = [line for line in run.stdout.splitlines() if line.startswith("src/")]
    return [line.rpartition("::")[2] for line in lines]


def test_every_example_in_a_docstring_of_src_is_run(request: pytest.FixtureRequest) -> None:
    written = sorted(n for f in (ROOT / "src").rglob("*.py") for n in documented(f))
    assert sorted(collected(request.session)) == written
    assert len(written) >= FLOOR


def test_no_example_is_skipped() -> None:
    pages = [*(ROOT / "src").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    assert [str(page) for page in pages if "doctest: +SKIP" in page.read_text()] == []
