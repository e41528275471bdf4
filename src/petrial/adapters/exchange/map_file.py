"""Map files: YAML in which every value is a text, until the model says what it is."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from petrial.conduct.mapping import TODO, Mapping
from petrial.vocabulary.errors import Problem, ReadError

__all__ = ["parse_mapping", "read_mapping"]

LARGEST_BYTES: Final = 1_000_000
"""A map file is written by people; a larger file is something else."""


class _Loader(yaml.SafeLoader):
    """Takes ``yes``, ``1`` and ``2024-05-21`` as texts; no aliases; no key twice."""

    yaml_implicit_resolvers: Any = {}  # noqa: RUF012  the library's own way to say it

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs lack it
            message = "an alias, which a map does not need"
            raise yaml.composer.ComposerError(None, None, message, event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002  as the library has it
        keys = [str(key.value) for key, _ in node.value]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            message = f"{twice[0]} stands there twice"
            raise yaml.constructor.ConstructorError(None, None, message, node.start_mark)
        return super().construct_mapping(node, deep=deep)


def read_mapping(path: Path) -> Mapping:
    """Return the map in a file.

    Raises
    ------
    ReadError
        It cannot be read, is no YAML, or does not say what a map must; every fault is named, the
        first as the text and the others as notes.
    """
    try:
        content = path.read_bytes()
        if len(content) > LARGEST_BYTES:
            raise ReadError(
                where=path.name,
                field="size",
                got=f"{len(content)} bytes",
                wanted=f"at most {LARGEST_BYTES} bytes",
                do="check that this is the map file",
            )
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        got = error.strerror if isinstance(error, OSError) else str(error)
        raise ReadError(
            where=str(path),
            field="map file",
            got=got,
            wanted="a YAML file in UTF-8",
            do="check the path; a map can be drafted from the header of the file",
        ) from error
    return parse_mapping(text, path.name)


def parse_mapping(text: str, where: str) -> Mapping:
    """Return the map in a YAML text; ``where`` names it in messages.

    Raises
    ------
    ReadError
        As ``read_mapping``.

    Examples
    --------
    >>> made = parse_mapping("{format: 1, subject: {column: id}, ignore: yes}", "m.yaml")
    >>> made.ignore
    ('yes',)
    """
    try:
        data = _Loader(text).get_single_data()
    except yaml.YAMLError as error:
        raise ReadError(
            where=where,
            field="YAML",
            got=" ".join(str(error).split()),
            wanted="a map in YAML",
            do="correct the line; keys stand there once, texts with : or # in quotes",
        ) from error
    problems = [
        Problem(
            where,
            place or "map",
            TODO,
            "what a person decided",
            "replace TODO; choose where it goes, or move the column to `ignore`",
        )
        for place in _undecided(data, "")
    ]
    if not problems:
        try:
            return Mapping.model_validate(data)
        except ValidationError as error:
            problems = [
                Problem(
                    where,
                    ".".join(str(part) for part in fault["loc"]) or "map",
                    str(fault["input"]),
                    fault["msg"].removeprefix("Value error, "),
                    "correct the map",
                )
                for fault in error.errors(include_url=False)
            ]
    first = ReadError.of(problems[0])
    for other in problems[1:]:
        first.add_note(str(other))
    raise first


def _undecided(data: object, place: str) -> list[str]:
    """Return the places of a map that still hold TODO."""
    if isinstance(data, dict):
        pairs = [(f"{place}.{key}".lstrip("."), value) for key, value in data.items()]
    elif isinstance(data, list):
        pairs = [(place, value) for value in data]
    else:
        return [place] if isinstance(data, str) and data.startswith(TODO) else []
    return [found for name, value in pairs for found in _undecided(value, name)]
