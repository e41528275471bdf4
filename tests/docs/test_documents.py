"""The documents are true: their code runs, their links lead somewhere, their tables are in step."""

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from made_tables import MADE, in_step
from pages import ROOT, Block, Page, blocks, pages

LINK = re.compile(r"https?:|mailto:|#")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


WALKED = ROOT / "docs/learn/first-patient.md"
"""Runs in test_first_patient.py: more commands than can each begin a process."""
WITH_CODE = [page for page in pages() if blocks(page) and page != WALKED]


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that pages share."""
    return tmp_path_factory.mktemp("kept")


@pytest.mark.parametrize("path", WITH_CODE, ids=name)
def test_the_code_of_a_page_runs(path: Path, tmp_path: Path, kept: Path) -> None:
    page = Page(tmp_path, kept)
    for block in blocks(path):
        try:
            page.run(block)
        except AssertionError as failure:
            pytest.fail(f"{name(path)}, line {block.line}: {failure}")


@pytest.mark.parametrize("path", pages(), ids=name)
def test_a_link_within_the_project_leads_to_a_file(path: Path) -> None:
    targets = [
        str(child.attrs.get("href") or child.attrs.get("src"))
        for token in MarkdownIt().parse(path.read_text())
        for child in token.children or []
        if child.type in {"link_open", "image"}
    ]
    local = [target.partition("#")[0] for target in targets if not LINK.match(target)]
    assert [target for target in local if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("page", MADE)
def test_a_table_made_from_the_code_is_in_step_with_it(page: str) -> None:
    """`make pages` writes them anew."""
    assert in_step(ROOT / "docs" / page)


def test_every_field_of_the_json_answer_is_explained() -> None:
    text = (ROOT / "docs/look-up/json.md").read_text()
    assert "| `quantifiable` | true or false | whether there is SUV |" in text
    assert [line for line in text.splitlines() if line.endswith("|  |")] == []


def test_every_link_within_a_page_leads_to_a_heading() -> None:
    """Headings are linked as GitHub does it: in lower case, with hyphens for blanks."""
    lost = []
    for page in pages():
        for target, place in re.findall(r"\]\(([^)#:\s]*)#([^)\s]+)\)", page.read_text()):
            text = (page.parent / target if target else page).resolve().read_text()
            titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", t).lower().replace(" ", "-") for t in titles}
            lost += [] if place in anchors else [f"{name(page)}: {target}#{place}"]
    assert lost == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        for token in MarkdownIt().parse(page.read_text()):
            for child in token.children or []:
                target = str(child.attrs.get("href", "")).partition("#")[0]
                if child.type == "link_open" and target and not LINK.match(target):
                    waiting.append((page.parent / target).resolve())
    assert [name(page) for page in pages() if page not in seen] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("bash", "false"),
        ("bash", "false | cat"),
        ("console", "$ echo one\ntwo\n"),
        ("console", "$ false\n"),
        ("console", "$ false\n$ echo on\non\n"),
        ("python", "assert 1 == 2"),
        ("python", ">>> 1 + 1\n3\n"),
        ("text", "$ petrial doctor"),
        ("fortran", "END"),
    ],
)
def test_a_page_that_says_what_is_not_so_fails(language: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        Page(tmp_path, tmp_path).run(Block(language, text, 1))


def test_blocks_of_a_page_share_a_folder_a_namespace_and_the_last_exit_code(tmp_path: Path) -> None:
    page = Page(tmp_path, tmp_path)
    page.run(Block("toml", "# a.toml\nx = 1\n", 1))
    page.run(Block("python", "from pathlib import Path\nx = Path('a.toml').read_text()", 1))
    page.run(Block("python", ">>> x\n'# a.toml...'\n", 1))
    page.run(Block("bash", "export WHERE=a.toml WHO=anna\ncat $WHERE", 1))
    page.run(Block("console", "$ echo $WHO\nanna\n", 1))
    page.run(Block("console", "$ (exit 3)\n$ echo $?\n3\n$ cat a.toml\n# a.toml\n...\n", 1))
    assert page.status == 0
