"""From pixel data to numbers: two threads read, each frame straight to its place."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import groupby, pairwise
from typing import Final

import numpy as np

from petrial.adapters.dicom.compressed import read_compressed
from petrial.adapters.dicom.header import EXPLICIT_BIG
from petrial.adapters.dicom.layout import NATIVE, FramePlace, Layout, Stored
from petrial.adapters.dicom.tags import T, name_of
from petrial.vocabulary.errors import ReadError

__all__ = ["read_frames"]

_THREADS: Final = 2


def read_frames(
    places: Sequence[FramePlace], store: Callable[[Stored, int], None], where: str
) -> None:
    """Read every frame and hand it to ``store`` with its place along z.

    Two threads share the work; each hands over its own buffer, of shape (y, x) and in the type of
    the file, which is used again for the next frame.

    Parameters
    ----------
    places
        One place per slice, in the order of z.
    store
        Takes the stored numbers of one slice and its index along z.
    where
        The words that name the series.

    Raises
    ------
    ReadError
        A file is gone, cut short, or cannot be decoded.
    """
    native = [z for z, place in enumerate(places) if place.instance.syntax in NATIVE]
    packed = {z: place for z, place in enumerate(places) if place.instance.syntax not in NATIVE}
    try:
        if native:
            _in_threads(lambda part: _read_native(places, part, store), native)
        if packed:
            read_compressed(packed, store)
    except (OSError, ValueError, ArithmeticError) as error:
        raise ReadError(
            where=where,
            field=name_of(T.PixelData),
            got=str(error),
            wanted="pixel data that can be read",
            do="copy or export the series again",
        ) from error


def _in_threads(work: Callable[[Sequence[int]], None], indices: Sequence[int]) -> None:
    def guarded(part: Sequence[int]) -> None:
        with np.errstate(over="raise", invalid="raise"):
            work(part)

    count = len(indices)
    if count < 2 * _THREADS:
        guarded(indices)
        return
    edges = [count * i // _THREADS for i in range(_THREADS + 1)]
    parts = [indices[a:b] for a, b in pairwise(edges)]
    with ThreadPoolExecutor(_THREADS) as pool:
        for done in [pool.submit(guarded, part) for part in parts]:
            done.result()


def _read_native(
    places: Sequence[FramePlace], part: Sequence[int], store: Callable[[Stored, int], None]
) -> None:
    layout: Layout | None = None
    buffer: Stored = np.empty(0)
    for instance, indices in groupby(part, lambda z: places[z].instance):
        with closing(instance.open()) as opened:
            for z in indices:
                place = places[z]
                if place.layout is not layout:
                    layout = place.layout
                    big = instance.syntax == EXPLICIT_BIG and not instance.rewritten
                    buffer = np.empty((layout.rows, layout.columns), layout.dtype(big=big))
                offset = instance.pixels.offset if instance.pixels else 0
                view = memoryview(buffer.data).cast("B")
                found = opened.read_into(offset + place.frame * layout.frame_bytes, view)
                if found != layout.frame_bytes:
                    message = f"{instance.source.name} ends inside its pixel data"
                    raise ValueError(message)
                store(_usable(buffer, layout), z)


def _usable(frame: Stored, layout: Layout) -> Stored:
    """Return the numbers of a frame without what may stand in bits that are not used."""
    unused = layout.allocated - layout.stored
    if frame.dtype.kind == "f":
        if not np.isfinite(frame).all():
            message = "pixels that are no numbers (NaN or infinite)"
            raise ValueError(message)
    elif unused:
        np.left_shift(frame, unused, out=frame)
        np.right_shift(frame, unused, out=frame)
    return frame
