"""The tutorial of a whole patient: its very commands run in order, and print what it shows.

In one process, for each command alone costs a second to start; what a shell adds (``export``,
line ends with a backslash) is done here. Commands of other programs go to a shell.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from pages import ROOT, Block, blocks
from petrial.entrypoints.cli import main

PAGE = ROOT / "docs" / "learn" / "first-patient.md"
REFUSED = 3


def plain(line: str) -> str:
    """Return a line without rulers, boxes and the width of columns."""
    return " ".join(re.sub(r"[│┃|]", " ", line).split())


def shown_in(line: str, printed: str) -> bool:
    """Tell whether a printed line is the one that the page shows; ``...`` stands for anything."""
    parts = [plain(part) for part in line.split("...")]
    return re.search(".*".join(map(re.escape, filter(None, parts))), printed) is not None


def lost(text: str, printed: str) -> list[str]:
    """Return those lines of a text block that were not printed, in this order."""
    left = [plain(line) for line in printed.splitlines()]
    missing = []
    for line in filter(plain, text.splitlines()):
        at = next((n for n, one in enumerate(left) if shown_in(line, one)), None)
        if at is None:
            missing.append(line)
        else:
            left = left[at + 1 :]
    return missing


class Walk:
    """One folder and one environment, in which the blocks of the page run."""

    def __init__(
        self, folder: Path, patch: pytest.MonkeyPatch, said: pytest.CaptureFixture[str]
    ) -> None:
        self.folder, self.patch, self.said = folder, patch, said

    def run(self, block: Block, *, refused: bool) -> str:
        """Run the commands of a block; only its last may be refused, and must where it is said."""
        printed = ""
        commands = block.text.replace("\\\n", " ").splitlines()
        for command in commands:
            status, output = self._one(command)
            printed += output
            wanted = REFUSED if refused and command == commands[-1] else 0
            assert status == wanted, f"line {block.line}, exit code {status}: {command}\n{output}"
        return printed

    def _one(self, command: str) -> tuple[int, str]:
        words = shlex.split(command)
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            self.patch.setenv(name, value)
            return 0, ""
        if words[0] != "petrial":
            done = subprocess.run(
                ["bash", "-c", command], capture_output=True, text=True, check=False
            )
            return done.returncode, done.stdout + done.stderr
        self.patch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as end:
            main()
        heard = self.said.readouterr()
        return int(end.value.code or 0), heard.out + heard.err


def test_the_patient_of_the_tutorial_goes_through_the_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each line of its text blocks is printed by the commands before it, in this order."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PETRIAL_KEYS", str(tmp_path / "keys"))
    monkeypatch.delenv("PETRIAL_USER", raising=False)
    walk = Walk(tmp_path, monkeypatch, capsys)
    found = blocks(PAGE)
    for block, after in zip(found, [*found[1:], None], strict=True):
        shown = after.text if after is not None and after.language == "text" else ""
        if block.language == "toml":
            name, _, text = block.text.partition("\n")
            (tmp_path / name.removeprefix("# ")).write_text(text)
        elif block.language == "bash":
            refused = re.search("^refused ", shown, re.MULTILINE) is not None
            printed = walk.run(block, refused=refused)
            missing = lost(shown, printed)
            assert missing == [], f"line {block.line} printed:\n{printed}"
    assert {block.language for block in found} == {"bash", "text", "toml"}


def test_the_page_shows_what_must_be_learnt_there() -> None:
    """An unknown and which fact, FES on a Friday, day 4 on a Tuesday, both weights, the ledger."""
    shown = "".join(block.text for block in blocks(PAGE) if block.language == "text")
    for line in (
        "I8 unknown: eligibility.who_performance_status is not stated",
        "Fri 2024-05-24 | Injection of 89Zr-trastuzumab",
        "Tue 2024-05-28 | HER2-PET",
        "uptake time: FES-PET | scan 81 min after injection",
        "72.4 kg | 27.4 kg | digits swapped",
        "Whole.",
    ):
        assert line in shown


def test_a_line_that_was_not_printed_or_in_another_order_is_found() -> None:
    printed = "│ I8 │ unknown │\nnote  I8 unknown\n"
    assert lost("| I8 | unknown |\nnote ... unknown", printed) == []
    assert lost("| I8 | met |", printed) == ["| I8 | met |"]
    assert lost("note I8 unknown\n| I8 | unknown |", printed) == ["| I8 | unknown |"]
