"""Protocols by name or path: read, checked, written for others, begun from a register."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from petrial.adapters.exchange.odm_metadata import metadata_xml
from petrial.adapters.files.protocol import (
    BUILT_IN,
    built_in_text,
    dump_protocol,
    parse_protocol,
    protocol_file_text,
)
from petrial.protocol.model import Protocol
from petrial.protocol.registry import draft_from_registry
from petrial.reports.protocol import protocol_markdown
from petrial.vocabulary.errors import Problem, ProtocolError, ReadError, UsageError

__all__ = [
    "Checked",
    "begun_from_registry",
    "checked_protocol",
    "exported_protocol",
    "protocol_text",
]

LARGEST_RECORD_BYTES: Final = 50_000_000
"""A record with all its results has some megabytes."""


def protocol_text(name: str) -> tuple[str, Protocol]:
    """Return the text of a protocol, and the protocol.

    Parameters
    ----------
    name
        A built-in name such as ``impact-mbc``, or the path of a protocol file.

    Raises
    ------
    UsageError
        It is neither.
    ProtocolError
        The file has a fault; ``others`` of the error holds the further ones.

    Examples
    --------
    >>> protocol_text("impact-mbc")[1].identity.registration
    'NCT01957332'
    """
    text, where = _text(name)
    return text, parse_protocol(text, where)


def _text(name: str) -> tuple[str, str]:
    """Return the text of a protocol, and how messages call it."""
    if name in BUILT_IN:
        return built_in_text(name), name
    path = Path(name)
    if not path.exists():
        raise UsageError(
            where="protocol",
            field="name or path",
            got=name,
            wanted="a protocol file, or one that petrial brings with it: " + ", ".join(BUILT_IN),
            do="check the path",
        )
    return protocol_file_text(path), path.name


@dataclass(frozen=True, slots=True)
class Checked:
    """A protocol file as it was found: the protocol, or everything that is wrong with the file."""

    protocol: Protocol | None
    problems: tuple[Problem, ...]


def checked_protocol(name: str) -> Checked:
    """Return what is wrong with a protocol, by name or path.

    Raises
    ------
    UsageError
        There is none of this name or at this path.

    Examples
    --------
    >>> checked_protocol("impact-mbc").problems
    ()
    """
    try:
        return Checked(protocol_text(name)[1], ())
    except ProtocolError as error:
        return Checked(None, (error.problem, *error.others))


_WRITERS: Final[dict[str, Callable[[str, Protocol], bytes]]] = {
    "md": lambda _, protocol: protocol_markdown(protocol).encode(),
    "odm": lambda _, protocol: metadata_xml(protocol),
    "yaml": lambda text, _: text.encode(),
}
"""In what forms a protocol is written, from the text of its file and what it holds."""


def exported_protocol(name: str, form: str) -> bytes:
    """Return a protocol, by name or path, written for others, in UTF-8.

    Parameters
    ----------
    name
        As of ``protocol_text``.
    form
        ``md`` for Markdown, for people; ``odm`` for ODM 1.3.2 metadata; ``yaml`` for the file.

    Raises
    ------
    UsageError
        There is no such form, or no such protocol.
    ProtocolError
        As of ``protocol_text``.
    """
    writer = _WRITERS.get(form)
    if writer is None:
        raise UsageError(
            where="--format",
            field="form",
            got=form,
            wanted="one of: " + ", ".join(_WRITERS),
            do="name one of these",
        )
    return writer(*protocol_text(name))


def begun_from_registry(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the protocol file that a record of ClinicalTrials.gov begins, and what to add to it.

    The file begins with what a person must add, as remarks.

    Parameters
    ----------
    path
        A JSON file with one study, version 2.

    Raises
    ------
    UsageError
        There is no such file, or it cannot be opened.
    ReadError
        It holds no such record.
    """
    draft = draft_from_registry(_record(path))
    remarks = [
        "# Begun from a record of ClinicalTrials.gov. It is not whole, and is refused until it is.",
        "# To add:",
        *(f"# - {' '.join(sentence.split())}" for sentence in draft.to_add),
    ]
    return "\n".join(remarks) + "\n" + dump_protocol(draft.protocol), draft.to_add


def _record(path: Path) -> dict[str, object]:
    """Return the object in a JSON file."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_RECORD_BYTES + 1)
    except OSError as error:
        raise UsageError(
            where=str(path),
            field="record",
            got=error.strerror or type(error).__name__,
            wanted="a file that can be read",
            do="check the path and its rights",
        ) from error
    try:
        if len(content) > LARGEST_RECORD_BYTES:
            raise _no_record(path, f"more than {LARGEST_RECORD_BYTES} bytes")
        record = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _no_record(path, str(error)) from error
    if not isinstance(record, dict):
        raise _no_record(path, f"a {type(record).__name__}")
    return record


def _no_record(path: Path, got: str) -> ReadError:
    return ReadError(
        where=path.name,
        field="JSON",
        got=got,
        wanted="one study of ClinicalTrials.gov, version 2, as JSON",
        do="save the record of the study as JSON from its page, or from /api/v2/studies/NCT...",
    )
