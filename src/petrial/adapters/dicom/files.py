"""Where bytes come from: files of a folder, members of a zip archive, or bytes made from them."""

import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, Protocol

from petrial.vocabulary.errors import Problem, ReadError

__all__ = ["BytesAt", "FileSource", "Opened", "Source", "ZipSource", "inflated", "sources_in"]

LARGEST_MEMBER: Final = 1 << 31
"""A zip member that expands to more bytes than this is refused."""
LARGEST_INFLATED: Final = 1 << 29
"""A deflated DICOM file that expands to more bytes than this is refused."""


class Opened(Protocol):
    """Bytes that can be read at any place."""

    def read_into(self, offset: int, buffer: memoryview) -> int:
        """Fill ``buffer`` from ``offset``; return how many bytes there were."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class Source(Protocol):
    """One file or member: its name for people, its size, and its bytes."""

    @property
    def name(self) -> str:
        """The path below the place that was scanned."""
        ...

    def head(self, count: int) -> tuple[bytes, int]:
        """Return the first ``count`` bytes, and the size of the whole."""
        ...

    def open(self) -> Opened:
        """Return its bytes for reading in any order."""
        ...


class BytesAt:
    """Bytes in memory, readable at any place."""

    __slots__ = ("_content",)

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)

    def read_into(self, offset: int, buffer: memoryview) -> int:
        """Fill ``buffer`` from ``offset``; return how many bytes there were."""
        part = self._content[offset : offset + len(buffer)]
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        """Do nothing: the bytes go with their last user."""


class _OpenFile:
    __slots__ = ("_handle",)

    def __init__(self, path: str) -> None:
        self._handle = os.open(path, os.O_RDONLY | _NOT_WAITING)

    def read_into(self, offset: int, buffer: memoryview) -> int:
        done = 0
        while done < len(buffer):
            count = os.preadv(self._handle, [buffer[done:]], offset + done)
            if count == 0:
                break
            done += count
        return done

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


_NOT_WAITING: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class FileSource:
    """A file on disk."""

    __slots__ = ("name", "path")

    def __init__(self, path: str, name: str) -> None:
        self.path = path
        self.name = name

    def head(self, count: int) -> tuple[bytes, int]:
        """Return the first ``count`` bytes, and the size of the whole."""
        handle = os.open(self.path, os.O_RDONLY | _NOT_WAITING)
        try:
            size = os.fstat(handle).st_size
            return os.pread(handle, min(count, size), 0), size
        finally:
            os.close(handle)

    def open(self) -> Opened:
        """Return its bytes for reading in any order."""
        return _OpenFile(self.path)


class ZipSource:
    """A member of a zip archive, read straight from it: nothing is unpacked to disk."""

    __slots__ = ("_archive", "_info", "name")

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> None:
        self._archive = archive
        self._info = info
        self.name = name

    def head(self, count: int) -> tuple[bytes, int]:
        """Return the first ``count`` bytes, and the size of the whole."""
        return self._read(count), self._info.file_size

    def open(self) -> Opened:
        """Return its bytes, expanded in memory."""
        return BytesAt(self._read(-1))

    def _read(self, count: int) -> bytes:
        try:
            with self._archive.open(self._info) as member:
                return member.read(count)
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError) as error:
            raise OSError(0, f"a damaged zip member ({error})") from error
        except (RuntimeError, NotImplementedError) as error:
            raise OSError(0, f"a zip member that cannot be opened ({error})") from error

    @property
    def too_large(self) -> bool:
        """Whether the member expands beyond what is read."""
        return self._info.file_size > LARGEST_MEMBER


def inflated(content: bytes) -> bytes:
    """Return deflated bytes (RFC 1951) expanded.

    Raises
    ------
    ValueError
        They are no deflated bytes, end too early, or expand beyond ``LARGEST_INFLATED``.
    """
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        plain = machine.decompress(content, LARGEST_INFLATED)
    except zlib.error as error:
        message = "bytes that are not deflated"
        raise ValueError(message) from error
    if not machine.eof:
        message = "deflated bytes cut short, or more than 512 MiB"
        raise ValueError(message)
    return plain


def sources_in(path: Path, problems: list[Problem]) -> Iterator[Source]:
    """Give every regular file at ``path``: of a folder and all below it, or of a zip archive.

    Names are walked in sorted order; a folder or file that is met twice (by links) is given once;
    archives inside a folder are opened too, archives inside archives are not.

    Parameters
    ----------
    path
        A folder, a zip archive or a file.
    problems
        Takes what could not be opened.

    Raises
    ------
    ReadError
        ``path`` does not exist or cannot be read.
    """
    try:
        if path.is_dir():
            with os.scandir(path):
                pass
        else:
            with path.open("rb"):
                pass
    except OSError as error:
        raise ReadError(
            where=_plain(str(path)),
            field="path",
            got=error.strerror,
            wanted="a folder, a zip archive or a file that can be read",
            do="check the path and the permissions",
        ) from error
    if path.is_dir():
        yield from _walk(str(path), problems)
    elif stat.S_ISREG(path.stat().st_mode):
        yield from _file(str(path), path.name, problems, as_archive=True)


def _walk(top: str, problems: list[Problem]) -> Iterator[Source]:
    waiting = [(top, "")]
    seen: set[tuple[int, int]] = set()
    while waiting:
        folder, below = waiting.pop()
        try:
            status = os.stat(folder)  # noqa: PTH116  strings are walked, for speed
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            problems.append(_unreadable(below or folder, error))
            continue
        folders = []
        for entry in entries:
            name = f"{below}{entry.name}"
            try:
                status = entry.stat()
            except OSError as error:
                problems.append(_unreadable(name, error))
                continue
            if stat.S_ISDIR(status.st_mode):
                folders.append((entry.path, f"{name}/"))
            elif stat.S_ISREG(status.st_mode) and (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                as_archive = entry.name.lower().endswith(".zip")
                yield from _file(entry.path, name, problems, as_archive=as_archive)
        waiting.extend(reversed(folders))


def _file(path: str, name: str, problems: list[Problem], *, as_archive: bool) -> Iterator[Source]:
    if not as_archive or not _is_zip(path):
        yield FileSource(path, _plain(name))
        return
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        problems.append(_unreadable(name, error))
        return
    for info in sorted(archive.infolist(), key=lambda member: member.filename):
        if info.is_dir():
            continue
        member = ZipSource(archive, info, _plain(f"{name}/{info.filename}"))
        if member.too_large:
            problems.append(
                Problem(
                    where=member.name,
                    field="size of the zip member",
                    got=f"{info.file_size} bytes when expanded",
                    wanted=f"at most {LARGEST_MEMBER} bytes",
                    do="unpack the archive if it can be trusted, and give the folder",
                )
            )
        else:
            yield member


def _is_zip(path: str) -> bool:
    try:
        with closing(_OpenFile(path)) as opened:
            start = bytearray(4)
            opened.read_into(0, memoryview(start))
    except OSError:
        return False
    return bytes(start) in {b"PK\3\4", b"PK\5\6"}


def _unreadable(name: str, error: Exception) -> Problem:
    text = error.strerror if isinstance(error, OSError) else str(error)
    return Problem(
        where=_plain(name),
        field="file",
        got=text or type(error).__name__,
        wanted="a file or folder that can be read",
        do="check the permissions, or copy it again",
    )


def _plain(name: str) -> str:
    return name.encode("utf-8", "replace").decode("utf-8")
