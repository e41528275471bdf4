"""Runs the code of a page of the documents, block by block, as a reader would.

- ``bash``: a script; it must succeed. What it exports, later blocks have.
- ``console``: lines that begin with ``$ `` are commands, what follows is what they print (``...``
  stands for anything). A command that fails must be followed by ``$ echo $?``.
- ``python``: run in one namespace for the page; with ``>>>`` as a doctest.
- ``toml``, ``json``, ``yaml``: must parse; ``# name.toml`` (or ``.yaml``) as first line makes it
  that file for what follows.

All blocks of a page share one folder, in which the keys of its studies are kept too. Commands of
make run in the project and only say what they would do (``--dry-run``), for most of them run the
tests; ``make demo`` runs in earnest.

``petrial demo study`` alone in a block is run once; later pages get a copy of what it made.
"""

import contextlib
import doctest
import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import yaml
from markdown_it import MarkdownIt

__all__ = ["ROOT", "Block", "Page", "blocks", "pages"]

ROOT = Path(__file__).resolve().parents[1]
DEMO = "petrial demo study"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, its text, and the line of the page where it begins."""

    language: str
    text: str
    line: int


def pages() -> list[Path]:
    """Return every page of the documents."""
    top = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    return [*top, *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page in order."""
    return [
        Block(token.info.strip(), token.content, (token.map or [0])[0] + 1)
        for token in MarkdownIt().parse(page.read_text())
        if token.type in {"fence", "code_block"}
    ]


class Page:
    """A folder and a namespace in which the blocks of one page run.

    ``kept`` is a folder that pages share, for the study of the demonstration.
    """

    def __init__(self, folder: Path, kept: Path) -> None:
        self.folder = folder
        self.kept = kept
        self.names: dict[str, object] = {"__name__": "page"}
        self.status = 0
        self.exported: dict[str, str] = {}

    def run(self, block: Block) -> None:
        """Run one block.

        Raises
        ------
        AssertionError
            It fails, or prints other than the page says.
        """
        match block.language:
            case "bash" if block.text.strip() == DEMO and (self.kept / "study").exists():
                shutil.copytree(self.kept / "study", self.folder / "study")
            case "bash":
                status, output = self._shell(f"set -euo pipefail\n{block.text}")
                assert status == 0, f"exit code {status}:\n{output}"
                self.exported |= _exported(block.text)
                if block.text.strip() == DEMO:
                    shutil.copytree(self.folder / "study", self.kept / "study")
            case "console":
                self._console(block.text)
            case "python":
                self._python(block)
            case "toml" | "json" | "yaml":
                self._data(block)
            case "text":
                assert "$ " not in block.text, "a command in a text block would not be run"
            case other:
                message = f"no way is known to run a block of {other!r}"
                raise AssertionError(message)

    def _shell(self, script: str) -> tuple[int, str]:
        in_project = script.split("\n", 1)[-1].lstrip().startswith("make ")
        in_earnest = not in_project or "make demo" in script
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        here = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "TERM": "dumb",
            "DEMO": str(self.folder / "demo"),
            "PETRIAL_KEYS": str(self.folder / "keys"),
            "MAKEFLAGS": "" if in_earnest else "n",
        }
        run = subprocess.run(
            ["bash", "-c", script],
            cwd=ROOT if in_project else self.folder,
            env=kept | self.exported | here,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return run.returncode, run.stdout

    def _console(self, text: str) -> None:
        for command, wanted in _dialogue(text):
            asked = command.strip() == "echo $?"
            assert asked or self.status == 0, f"exit code {self.status} goes unsaid, at: {command}"
            before, self.status = self.status, 0
            self.status, output = self._shell(f"(exit {before})\n{command}")
            fits = doctest.OutputChecker().check_output(wanted, output, FLAGS)
            assert fits, f"$ {command}\nprinted:\n{output}\nthe page says:\n{wanted}"
        assert self.status == 0, f"exit code {self.status} goes unsaid at the end"

    def _python(self, block: Block) -> None:
        with contextlib.chdir(self.folder):
            if ">>>" not in block.text:
                exec(compile(block.text, f"line {block.line}", "exec"), self.names)  # noqa: S102  the page's own code is what is tested
                return
            examples = doctest.DocTestParser().get_doctest(
                block.text, self.names, "page", None, block.line
            )
            said: list[str] = []
            runner = doctest.DocTestRunner(optionflags=FLAGS)
            runner.run(examples, out=said.append, clear_globs=False)
            self.names = examples.globs
            assert runner.failures == 0, "".join(said)

    def _data(self, block: Block) -> None:
        first = block.text.partition("\n")[0]
        if block.language == "json":
            json.loads(block.text)
            return
        _ = yaml.safe_load(block.text) if block.language == "yaml" else tomllib.loads(block.text)
        if first.startswith("# ") and first.endswith((".toml", ".yaml")):
            (self.folder / first[2:]).write_text(block.text)


def _exported(text: str) -> dict[str, str]:
    """Return what the lines of a script that begin with ``export`` export."""
    words = [w for line in text.splitlines() if line.startswith("export ") for w in line.split()]
    return dict(word.split("=", 1) for word in words if "=" in word)


def _dialogue(text: str) -> list[tuple[str, str]]:
    """Return each command of a console block with what it is said to print."""
    parts: list[tuple[str, str]] = []
    for line in text.splitlines(keepends=True):
        if line.startswith("$ "):
            parts.append((line[2:], ""))
        elif parts and parts[-1][0].endswith("\\\n"):
            parts[-1] = (parts[-1][0] + line.removeprefix("> "), parts[-1][1])
        else:
            assert parts, "a console block begins with a command"
            parts[-1] = (parts[-1][0], parts[-1][1] + line)
    return parts
