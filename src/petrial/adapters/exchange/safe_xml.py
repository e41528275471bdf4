"""Reads XML that others wrote, as a stream, without entities of its own and without its network.

A document type declaration is refused where it begins: without one a file can define no entity,
so none can name another file or grow into gigabytes.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import IO, Final, NoReturn
from xml.parsers import expat

from petrial.vocabulary.errors import ReadError

__all__ = ["parse"]

_BLOCK: Final = 1 << 16

Started = Callable[[str, Mapping[str, str]], None]
Ended = Callable[[str], None]
Said = Callable[[str], None]


def parse(file: IO[bytes], name: str, started: Started, ended: Ended, said: Said) -> Iterator[None]:
    """Read a file block by block and tell what comes by; yields after each block.

    Parameters
    ----------
    file
        Open, in bytes.
    name
        Of the file, for the messages.
    started, ended
        Called with the name of each element, ``namespace name`` where it has a namespace, and its
        attributes.
    said
        Called with pieces of text.

    Raises
    ------
    ReadError
        It is no XML, or has a document type declaration.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_declared: object) -> NoReturn:
        raise ReadError(
            where=name,
            field="document type declaration",
            got="<!DOCTYPE",
            wanted="XML without one",
            do="take the line out if you trust the file; such a line can name or make other files",
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = said
    try:
        while block := file.read(_BLOCK):
            parser.Parse(block, False)  # noqa: FBT003  positional in expat
            yield
        parser.Parse(b"", True)  # noqa: FBT003  positional in expat
    except expat.ExpatError as error:
        raise ReadError(
            where=name,
            field="XML",
            got=str(error),
            wanted="well-formed XML",
            do="export the file again; it was cut or changed",
        ) from error
    yield
