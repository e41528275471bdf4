"""A sentence that cites names a reference that exists, and each reference is cited somewhere."""

import ast
from pathlib import Path

import pytest

from petrial.vocabulary.citations import CITATIONS, cited_keys

ROOT = Path(__file__).resolve().parents[2]
SOURCE = [path for path in (ROOT / "src").rglob("*.py") if path.stem != "citations"]


def texts(path: Path) -> list[str]:
    """Return the texts of a module, without docstrings; of an f-string its fixed parts."""
    tree = ast.parse(path.read_text())
    bodies = [node.body for node in ast.walk(tree) if hasattr(node, "body")]
    statements = [s for body in bodies if isinstance(body, list) for s in body]
    lone = {id(s.value) for s in statements if isinstance(s, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in lone
    ]


CITED = {path: cited_keys(texts(path)) for path in SOURCE}


def test_something_is_cited() -> None:
    assert len({key for keys in CITED.values() for key in keys}) > 3


@pytest.mark.parametrize(
    "path", [p for p, keys in CITED.items() if keys], ids=lambda p: str(p.relative_to(ROOT))
)
def test_a_cited_key_has_a_reference(path: Path) -> None:
    assert [key for key in CITED[path] if key not in CITATIONS] == []


@pytest.mark.parametrize("key", CITATIONS)
def test_a_reference_is_cited(key: str) -> None:
    assert key in {cited for keys in CITED.values() for cited in keys}
