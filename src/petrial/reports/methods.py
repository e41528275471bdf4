"""Methods text: sentences with citation keys in brackets become sentences with numbers."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

__all__ = ["numbered_methods"]

_BRACKET: Final = re.compile(r"\[([a-z]+\d{4}\w*(?:\s*[,;]\s*[a-z]+\d{4}\w*)*)\]")


def numbered_methods(
    sentences: Iterable[str], citations: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the sentences with numbers for keys, the references, and the keys without one.

    Parameters
    ----------
    sentences
        Sentences of methods; each citation is a key (letters and a year) in brackets, or several
        with commas.
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
    >>> table = {"a2005": "A. 2005.", "b2009": "B. 2009."}
    >>> numbered_methods(["Peak [b2009].", "Mass [a2005, b2009] in [kg] [c2001]."], table)
    (('Peak [1].', 'Mass [2, 1] in [kg] [c2001].'), ('B. 2009.', 'A. 2005.'), ('c2001',))
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
