"""Compressed pixel data: frames are decoded in processes of their own, two at a time."""

import atexit
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import IO, Any, Final

import numpy as np

from petrial.adapters.dicom.layout import FramePlace, Stored
from petrial.adapters.dicom.messages import receive, send

__all__ = ["read_compressed"]

_PROCESSES: Final = 2
_LONGEST_SECOND: Final = 60.0
"""A codec that takes longer than this for one frame is stopped."""
_Task = tuple[FramePlace, dict[int, int]]


def read_compressed(places: Mapping[int, FramePlace], store: Callable[[Stored, int], None]) -> None:
    """Decode every frame and hand it to ``store`` with its place along z, the key of ``places``.

    Raises
    ------
    ValueError
        A file is gone, cut short, or cannot be decoded.
    OSError
        A file cannot be read, or no process can be started.
    """
    tasks = _tasks(places)
    waiting: SimpleQueue[_Task] = SimpleQueue()
    for task in tasks:
        waiting.put(task)

    def work() -> None:
        with _borrowed() as decoder, np.errstate(over="raise", invalid="raise"):
            while True:
                try:
                    place, wanted = waiting.get_nowait()
                except Empty:
                    return
                try:
                    decoder.decode(place, wanted, store)
                except BaseException:
                    _drain(waiting)
                    raise

    count = min(_PROCESSES, len(tasks))
    with ThreadPoolExecutor(max(count, 1)) as pool:
        for done in [pool.submit(work) for _ in range(count)]:
            done.result()


def _drain(waiting: SimpleQueue[_Task]) -> None:
    with suppress(Empty):
        while True:
            waiting.get_nowait()


def _tasks(places: Mapping[int, FramePlace]) -> list[_Task]:
    """Return the work in pieces: a file each, and a file of many frames in two halves."""
    by_file: dict[int, tuple[FramePlace, dict[int, int]]] = {}
    for z, place in places.items():
        by_file.setdefault(id(place.instance), (place, {}))[1][place.frame] = z
    tasks: list[_Task] = []
    for place, wanted in by_file.values():
        frames = sorted(wanted)
        share = len(frames) if len(by_file) >= _PROCESSES else -(-len(frames) // _PROCESSES)
        parts = [frames[start : start + share] for start in range(0, len(frames), share)]
        tasks.extend((place, {frame: wanted[frame] for frame in part}) for part in parts)
    return tasks


class _Decoder:
    """A process that decodes; whatever happens to it becomes a ValueError here."""

    def __init__(self) -> None:
        self.free = True
        """Whether nothing is asked of it that it has not answered."""
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "petrial.adapters.dicom.decoder"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def close(self) -> None:
        """End the process."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                _close(stream)
        self._process.kill()
        self._process.wait()

    def decode(
        self, place: FramePlace, wanted: dict[int, int], store: Callable[[Stored, int], None]
    ) -> None:
        """Decode the frames ``wanted`` of one file, given with their places along z."""
        name = place.instance.source.name
        requests, answers = self._process.stdin, self._process.stdout
        if requests is None or answers is None:
            return
        indices = list(wanted)
        request = {
            "syntax": place.instance.syntax,
            "indices": indices,
            "options": _options(place),
        }
        self.free = False
        try:
            send(requests, request, _encoded(place))
        except BrokenPipeError as error:
            message = f"{name} cannot be decoded: the decoder could not be started"
            raise ValueError(message) from error
        for frame in indices:
            answer = self._answer(answers)
            if answer is None:
                message = f"{name} cannot be decoded: the decoder broke down over it"
                raise ValueError(message)
            told, content = answer
            if "error" in told:
                self.free = True
                message = f"{name} cannot be decoded ({told['error']})"
                raise ValueError(message)
            shape = (place.layout.rows, place.layout.columns)
            store(np.frombuffer(content, np.dtype(told["dtype"])).reshape(shape), wanted[frame])
        self.free = True

    def _answer(self, answers: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
        watch = threading.Timer(_LONGEST_SECOND, self._process.kill)
        watch.start()
        try:
            return receive(answers)
        finally:
            watch.cancel()


_idle: list[tuple[int, _Decoder]] = []
"""Decoders that wait for work, each with the process that began it: starting one takes a second."""


@contextmanager
def _borrowed() -> Iterator[_Decoder]:
    """Give a decoder that waits or a new one; keep it afterwards, unless something went wrong."""
    decoder = None
    while decoder is None and _idle:
        try:
            owner, waiting = _idle.pop()
        except IndexError:
            break
        decoder = waiting if owner == os.getpid() else None
    decoder = decoder or _Decoder()
    try:
        yield decoder
    finally:
        if decoder.free:
            _idle.append((os.getpid(), decoder))
        else:
            decoder.close()


@atexit.register
def _end_all() -> None:
    while _idle:
        owner, decoder = _idle.pop()
        if owner == os.getpid():
            decoder.close()


def _close(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except OSError:
        return


def _encoded(place: FramePlace) -> memoryview:
    """Return the value of PixelData, with whatever follows it in the file."""
    pixels = place.instance.pixels
    if pixels is None:
        return memoryview(b"")
    content = memoryview(bytearray(pixels.available))
    with closing(place.instance.open()) as opened:
        found = opened.read_into(pixels.offset, content)
    return content[:found]


def _options(place: FramePlace) -> dict[str, Any]:
    layout = place.layout
    return {
        "rows": layout.rows,
        "columns": layout.columns,
        "bits_allocated": layout.allocated,
        "bits_stored": layout.stored,
        "pixel_representation": int(layout.signed),
        "samples_per_pixel": 1,
        "photometric_interpretation": layout.photometric,
        "number_of_frames": place.frames,
        "pixel_keyword": "PixelData",
    }
