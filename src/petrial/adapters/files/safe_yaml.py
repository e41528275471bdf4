"""YAML of people's files, read without what YAML can do beyond plain data.

No tags, no key twice, no alias of what holds it, no aliases that explode, no nesting without end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import yaml

from petrial.vocabulary.errors import ProtocolError

__all__ = ["Document", "load_yaml"]

MOST_VALUES: Final = 500_000
"""Values of a file with its aliases written out: ten levels of ten aliases are 10^10."""

DEEPEST: Final = 64
"""Levels of nesting. A protocol needs fewer than twenty; the C parser ends itself at thousands."""

_SafeLoader: Final[type[yaml.SafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOOLEAN: Final = "tag:yaml.org,2002:bool"


class _Loader(_SafeLoader):  # type: ignore[misc, valid-type]  # a class chosen at import
    """The safe loader, with ``true`` and ``false`` as the only booleans, as in YAML 1.2.

    So ``yes`` and ``no``, the values of a boolean item, need no quotes.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012  # the library's own way to say it
        first: [pair for pair in pairs if pair[0] != _BOOLEAN or first in "tTfF"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file, and where its parts stand.

    Attributes
    ----------
    where
        Name of the file.
    content
        Mappings, lists, texts, numbers, booleans, dates; None where the file is empty.
    root
        The tree of the same, with lines.
    """

    where: str
    content: object
    root: yaml.Node | None

    def line_of(self, keys: Sequence[int | str]) -> int:
        r"""Return the line, from 1, of the part that keys and places in lists lead to.

        Where it cannot be followed to its end (through a merge), the line of what it is in.

        >>> load_yaml("sites:\n- code: a\n- code: b", "f.yaml").line_of(("sites", 1, "code"))
        3
        """
        node = self.root
        for key in keys:
            child = _child(node, key)
            if child is None:
                break
            node = child
        return 1 if node is None else int(node.start_mark.line) + 1


def _child(node: yaml.Node | None, key: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int):
        return node.value[key] if key < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == str(key)), None)
    return None


def load_yaml(text: str, where: str) -> Document:
    """Return the content of a YAML text.

    Raises
    ------
    ProtocolError
        It is no YAML, or holds more than plain data.
    """
    try:
        _check_depth(text, where)
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            if root is None:
                return Document(where, None, None)
            _check_nodes(root, where)
            return Document(where, loader.construct_document(root), root)
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError) as error:
        raise _refusal(
            where,
            _line(getattr(error, "problem_mark", None)),
            getattr(error, "problem", None) or str(error),
            "YAML of plain texts, numbers, lists and mappings",
            "correct the file there; a list item begins with `- `, a key ends with a colon",
        ) from error


def _refusal(where: str, field: str, got: object, wanted: str, do: str) -> ProtocolError:
    return ProtocolError(where=where, field=field, got=got, wanted=wanted, do=do)


def _line(mark: object) -> str:
    """Return the place of a mark; the C library and the Python one have marks of their own."""
    line, column = getattr(mark, "line", None), getattr(mark, "column", None)
    if line is None or column is None:
        return "file"
    return f"line {line + 1}, column {column + 1}"


def _check_depth(text: str, where: str) -> None:
    """Refuse deep nesting, before the C library builds a tree by recursion."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise _refusal(
                where,
                _line(event.start_mark),
                f"more than {DEEPEST} levels of nesting",
                "the structure of a protocol",
                "check the brackets and the indentation before this line",
            )


def _check_nodes(root: yaml.Node, where: str) -> None:
    """Refuse keys that stand twice, aliases of what holds them, and aliases that explode."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()

    def size(node: yaml.Node) -> int:
        if isinstance(node, yaml.ScalarNode):
            return 1
        if id(node) in open_nodes:
            raise _refusal(
                where,
                _line(node.start_mark),
                "an alias of what it stands in",
                "aliases of something complete",
                "write the value out",
            )
        if id(node) not in sizes:
            open_nodes.add(id(node))
            if isinstance(node, yaml.MappingNode):
                _check_keys(node, where)
                children = [child for pair in node.value for child in pair]
            else:
                children = node.value
            sizes[id(node)] = 1 + sum(size(child) for child in children)
            open_nodes.discard(id(node))
        return sizes[id(node)]

    if size(root) > MOST_VALUES:
        raise _refusal(
            where,
            "aliases",
            f"more than {MOST_VALUES} values once they are written out",
            f"at most {MOST_VALUES} values",
            "write the values out instead of naming them by aliases",
        )


def _check_keys(node: yaml.MappingNode, where: str) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _refusal(
                where,
                _line(key.start_mark),
                "a list or mapping as a key",
                "a word as a key",
                "write a word before the colon; put braces in a text into quotes",
            )
        if key.value in seen:
            raise _refusal(
                where,
                f"{key.value}, {_line(key.start_mark)}",
                "the same key a second time",
                "each key once in a mapping",
                "delete or rename one of the two",
            )
        seen.add(key.value)
