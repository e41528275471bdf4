"""Places in a protocol, named as people write them: ``events.her2_scan.due.anchor``."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import BaseModel

from petrial.protocol.figures import Figure

__all__ = ["figures_of", "key_of", "named", "places"]

_KEYS: Final = {
    "Site": ("code",),
    "Code": ("code",),
    "ReadingClass": ("code",),
    "Criterion": ("number",),
    "Reading": ("tracer", "level"),
    "Disclosure": ("group", "at"),
    "TracerUse": ("scan",),
}
"""Fields that name a part of a list, by its type; of other types it is ``name``."""


def key_of(part: object) -> str:
    """Return what names a part of a list among the others, empty where nothing does.

    >>> from petrial.protocol.forms import Code
    >>> key_of(Code(code="pos", title="positive")), key_of("a text")
    ('pos', '')
    """
    if not isinstance(part, BaseModel):
        return ""
    fields = _KEYS.get(type(part).__name__, ("name",))
    words = [str(getattr(part, field)) for field in fields if field in type(part).model_fields]
    return " ".join(words)


def named(parts: tuple[object, ...]) -> tuple[tuple[str, object], ...]:
    """Return the parts of a list with the step that leads to each.

    The step is ``.KEY``; ``.KEY[2]`` where the key stands there a second time; ``[1]`` and so on
    where the parts have no key.

    >>> named(("a", "b"))
    (('[1]', 'a'), ('[2]', 'b'))
    """
    seen: Counter[str] = Counter()
    steps = []
    for number, part in enumerate(parts, start=1):
        key = key_of(part)
        seen[key] += 1
        again = f"[{seen[key]}]" if seen[key] > 1 else ""
        steps.append((f".{key}{again}" if key else f"[{number}]", part))
    return tuple(steps)


def places(part: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield every value within a part of a protocol with its path, the part itself first.

    >>> one = Figure(value=1, unit="d", source="record")
    >>> [path for path, _ in places(one, "gap")]
    ['gap', 'gap.value', 'gap.unit', 'gap.source', 'gap.note']
    """
    yield path, part
    for step, inner in _steps(part):
        yield from places(inner, (path + step).removeprefix("."))


def _steps(part: object) -> Iterator[tuple[str, object]]:
    if isinstance(part, BaseModel):
        for field in type(part).model_fields:
            yield f".{field}", getattr(part, field)
    elif isinstance(part, Mapping):
        for key, inner in part.items():
            yield f".{key}", inner
    elif isinstance(part, tuple):
        yield from named(part)


def figures_of(part: object, path: str = "") -> Iterator[tuple[str, Figure]]:
    """Yield every figure within a part of a protocol with its path."""
    for place, value in places(part, path):
        if isinstance(value, Figure):
            yield place, value
