"""Each command and each of its options explains itself and stands in the documents."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup, TyperOption

from petrial.entrypoints.cli import app

ROOT = Path(__file__).resolve().parents[2]
LOOK_UP = ROOT / "docs" / "look-up" / "commands.md"


def acts() -> Iterator[tuple[str, TyperCommand]]:
    """Yield each command that acts, by the words that call it."""

    def walk(words: str, command: object) -> Iterator[tuple[str, TyperCommand]]:
        if isinstance(command, TyperGroup):
            for word, inner in sorted(command.commands.items()):
                yield from walk(f"{words} {word}", inner)
        elif isinstance(command, TyperCommand):
            yield words, command

    yield from walk("petrial", typer.main.get_command(app))


ACTS = dict(acts())


def test_the_commands_of_the_house_are_there() -> None:
    assert {"petrial demo", "petrial doctor", "petrial images check", "petrial images measure"} <= (
        ACTS.keys()
    )


@pytest.mark.parametrize("words", ACTS)
def test_a_command_and_its_options_say_what_they_do(words: str) -> None:
    command = ACTS[words]
    assert command.help
    silent = [
        parameter.name
        for parameter in command.params
        if not getattr(parameter, "help", None) and parameter.name != "help"
    ]
    assert silent == []


@pytest.mark.parametrize("words", ACTS)
def test_a_command_shows_an_example_of_itself(words: str) -> None:
    assert words in (ACTS[words].help or "")


@pytest.mark.parametrize("words", ACTS)
def test_a_command_and_its_options_stand_in_the_documents(words: str) -> None:
    sections = LOOK_UP.read_text().split("\n## ")
    section = next((s for s in sections if s.startswith(f"`{words}`")), "")
    assert section, f"{LOOK_UP.name} has no section on {words}"
    options = [
        max(parameter.opts, key=len)
        for parameter in ACTS[words].params
        if isinstance(parameter, TyperOption)
    ]
    assert [option for option in options if option not in section] == []


def _names_a_command(words: list[str]) -> bool:
    """Tell whether words begin a command, or are a noun of some."""
    said = ["petrial", *words]
    return any(
        " ".join(said[:n]) in ACTS or (n == len(said) and _noun(said))
        for n in range(len(said), 1, -1)
    )


def _noun(said: list[str]) -> bool:
    return any(words.startswith(" ".join(said) + " ") for words in ACTS)


@pytest.mark.parametrize("folder", ["src", "docs"])
def test_a_command_that_a_message_or_a_page_names_is_there(folder: str) -> None:
    """A remedy that cannot be followed is none."""
    pages = [*(ROOT / folder).rglob("*.py"), *(ROOT / folder).rglob("*.md")]
    lost = [
        f"{path.relative_to(ROOT)}: {named}"
        for path in sorted(pages)
        for named in re.findall(r"`petrial ([a-z][a-z -]*[a-z])", path.read_text())
        if not _names_a_command(named.split()[:2])
    ]
    assert lost == []
