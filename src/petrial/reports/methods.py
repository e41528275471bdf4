"""Methods text: sentences with citation keys in brackets become sentences with numbers."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

__all__ = ["numbered_methods"]

_BRACKET: Final = re.compile(r"\[([a-z][\w-]*(?:\s*[,;]\s*[a-z][\w-]*)*)\]")


def numbered_methods(
    sentences: Iterable[str], citations: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the sentences with numbers for keys, the references, and the keys without one.

    Parameters
    ----------
    sentences
        Sentences of methods; each citation is a key in brackets, or several with commas.
        A sentence that occurs twice is kept once.
    citations
        Key to reference.

    Returns
    -------
    tuple
        The sentences; the references in the order of first mention, the first being number 1;
        the keys that ``citations`` lacks, which stay as they are in the sentences.

    Examples
    --------
    >>> numbered_methods(["Peak [b].", "Lean mass [a, b] in [kg]."], {"a": "A. 1.", "b": "B. 2."})
    (('Peak [1].', 'Lean mass [2, 1] in [kg].'), ('B. 2.', 'A. 1.'), ('kg',))
    """
    order: dict[str, int] = {}
    missing: dict[str, None] = {}

    def number(key: str) -> str:
        if key not in citations:
            missing[key] = None
            return key
        return str(order.setdefault(key, len(order) + 1))

    def replaced(found: re.Match[str]) -> str:
        keys = re.split(r"\s*[,;]\s*", found.group(1))
        return "[" + ", ".join(number(key) for key in keys) + "]"

    lines = tuple(_BRACKET.sub(replaced, line) for line in dict.fromkeys(sentences))
    return lines, tuple(citations[key] for key in order), tuple(missing)
