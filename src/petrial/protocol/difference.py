"""What differs between two protocols, part by part, and what that means for an amendment."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, get_args

from pydantic import BaseModel

from petrial.protocol.figures import Figure
from petrial.protocol.model import Protocol
from petrial.protocol.places import key_of, named
from petrial.protocol.rules import Rule
from petrial.protocol.words import figure_words, rule_words

__all__ = ["Difference", "differences", "headlines"]

_RULES: Final = get_args(get_args(Rule)[0])
"""The kinds of rule."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same: its path, and what stands there; empty for nothing."""

    path: str
    before: str
    after: str


def differences(before: Protocol, after: Protocol) -> tuple[Difference, ...]:
    """Return what differs between two protocols, in the order of the first.

    Parts of a list are matched by name, number or code, so that another order is no difference
    (except of the codes of an ordered list). A part that only one of them has is one difference.
    """
    return tuple(_compared("", before, after, (before, after)))


Both = tuple[Protocol, Protocol]


def _compared(path: str, before: object, after: object, both: Both) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, _RULES) or isinstance(after, _RULES):
        yield from _rules(path, before, after, both)
    elif isinstance(before, Figure) and isinstance(after, Figure):
        yield from _figures(path, before, after)
    elif isinstance(before, BaseModel) and isinstance(after, type(before)):
        for field in type(before).model_fields:
            place = f"{path}.{field}".removeprefix(".")
            yield from _compared(place, getattr(before, field), getattr(after, field), both)
        yield from _order(path, before, after)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        steps = ({f".{k}": v for k, v in before.items()}, {f".{k}": v for k, v in after.items()})
        yield from _parts(path, *steps, both)
    elif isinstance(before, tuple) and isinstance(after, tuple):
        yield from _lists(path, before, after, both)
    else:
        yield Difference(path, part_words(before, both[0]), part_words(after, both[1]))


def _rules(path: str, before: object, after: object, both: Both) -> Iterator[Difference]:
    """Yield a rule that is another one; the order of its parts does not make it so."""
    if _canonical(before) == _canonical(after):
        return
    said = part_words(before, both[0]), part_words(after, both[1])
    if said[0] == said[1]:  # other items of the same title
        said = (f"{said[0]} {_canonical(before)}", f"{said[1]} {_canonical(after)}")
    yield Difference(path, *said)


def _canonical(part: object) -> str:
    """Return a rule as text that is the same for any order of what it joins."""

    def sorted_parts(data: object) -> object:
        if isinstance(data, dict):
            return {key: sorted_parts(value) for key, value in data.items()}
        if isinstance(data, list):
            return sorted((sorted_parts(value) for value in data), key=json.dumps)
        return data

    data = part.model_dump(mode="json") if isinstance(part, BaseModel) else part
    return json.dumps(sorted_parts(data), sort_keys=True)


def _figures(path: str, before: Figure, after: Figure) -> Iterator[Difference]:
    if (before.value, before.unit) != (after.value, after.unit):
        yield Difference(path, figure_words(before), figure_words(after))
    if before.source != after.source:
        yield Difference(f"{path}.source", before.source, after.source)
    if before.note != after.note:
        yield Difference(f"{path}.note", before.note, after.note)


def _order(path: str, before: BaseModel, after: BaseModel) -> Iterator[Difference]:
    """Yield the order of the codes of an ordered list, where it is another one."""
    lists = []
    for part in (before, after):
        if not getattr(part, "ordered", False):
            return
        lists.append([code.code for code in getattr(part, "codes", ())])
    shared = [[code for code in codes if code in lists[0] and code in lists[1]] for codes in lists]
    if shared[0] != shared[1]:
        yield Difference(f"{path}.order", ", ".join(lists[0]), ", ".join(lists[1]))


def _lists(
    path: str, before: tuple[object, ...], after: tuple[object, ...], both: Both
) -> Iterator[Difference]:
    parts = (*before, *after)
    if all(key_of(part) for part in parts):
        yield from _parts(path, dict(named(before)), dict(named(after)), both)
    elif any(isinstance(part, BaseModel) for part in parts):
        yield from _without_keys(path, before, after, both)
    elif sorted(map(str, before)) != sorted(map(str, after)):
        yield Difference(path, part_words(before, both[0]), part_words(after, both[1]))


def _without_keys(
    path: str, before: tuple[object, ...], after: tuple[object, ...], both: Both
) -> Iterator[Difference]:
    """Yield the differences of parts that nothing names: those that both have are left out."""
    was = [(step, part) for step, part in named(before) if part not in after]
    now = [(step, part) for step, part in named(after) if part not in before]
    for old, new in zip_longest(was, now):
        step = (old or new)[0]
        yield from _compared(
            path + step, None if old is None else old[1], None if new is None else new[1], both
        )


def _parts(
    path: str, before: dict[str, object], after: dict[str, object], both: Both
) -> Iterator[Difference]:
    """Yield the differences of parts that are matched by the step that leads to them."""
    for step in (*before, *(step for step in after if step not in before)):
        place = (path + step).removeprefix(".")
        if step in before and step in after:
            yield from _compared(place, before[step], after[step], both)
        else:
            was = part_words(before[step], both[0]) if step in before else ""
            yield Difference(place, was, part_words(after[step], both[1]) if step in after else "")


def part_words(part: object, protocol: Protocol) -> str:
    """Return a part of a protocol on one line; what holds nothing is left out."""
    if isinstance(part, bool):
        return "yes" if part else "no"
    match part:
        case None:
            words = ""
        case Figure():
            words = f"{figure_words(part)} (source: {part.source})"
        case BaseModel() if isinstance(part, _RULES):
            words = rule_words(part, protocol)
        case BaseModel():
            fields = {field: getattr(part, field) for field in type(part).model_fields}
            words = _words_of_fields(fields, protocol)
        case Mapping():
            words = _words_of_fields({str(key): one for key, one in part.items()}, protocol)
        case tuple():
            words = ", ".join(key_of(one) or part_words(one, protocol) for one in part)
        case _:
            words = str(part)
    return words


def _words_of_fields(fields: Mapping[str, object], protocol: Protocol) -> str:
    said = []
    for field, value in fields.items():
        words = "" if value is False else part_words(value, protocol)
        nested = isinstance(value, BaseModel | Mapping) and not isinstance(value, (Figure, *_RULES))
        if words:
            said.append(f"{field}: ({words})" if nested else f"{field}: {words}")
    return "; ".join(said)


_HEADLINES: Final = (
    (r"consents\.([^.]+).*", "Consents change", "decide who must consent again"),
    (r"criteria\.([^.]+).*", "Criteria change", "later screenings are judged by the new ones"),
    (r"events\.([^.]+)", "Events come or go", "subjects under way are affected"),
    (
        r"(?:events\.([^.]+)\.due|(?:tracers|conflicts)\.([^.]+)\.(?:uptake|gap)).*",
        "Windows change",
        "what is due, overdue or a deviation is judged anew",
    ),
    (
        r"tracers\.([^.]+)(?:\.(?:activity|antibody|effective_dose|further|tolerance).*)?",
        "What is injected changes",
        "the radiation dose that subjects were told of may change",
    ),
    (r"forms\.([^.]+).*", "Forms change", "what is entered from then on changes"),
    (r"(?:visibility|disclosures)\.([^.]+).*", "Who sees what changes", "check the blinding"),
    (r"outcomes\.([^.]+).*", "Outcomes change", "the analysis plan must follow"),
)
"""Paths, what they mean, and what follows from it."""


def headlines(before: Protocol, after: Protocol) -> tuple[str, ...]:
    """Return what the differences mean for an amendment, in sentences; none where none matters."""
    found = differences(before, after)
    sentences = []
    for pattern, head, meaning in _HEADLINES:
        matches = [re.fullmatch(pattern, one.path) for one in found]
        names = dict.fromkeys(next(filter(None, m.groups())) for m in matches if m is not None)
        if names:
            sentences.append(f"{head} ({', '.join(names)}): {meaning}.")
    one, other = before.identity, after.identity
    if one.name != other.name:
        sentences.append(f"These are two trials: {one.name} and {other.name}.")
    elif found and one.version == other.version:
        sentences.append(
            f"Both are version {one.version}: give the changed one a higher version before it is "
            "adopted."
        )
    return tuple(sentences)
