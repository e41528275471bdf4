"""Finds the series at a place and says what each one is; voxels are read when asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from petrial.adapters.dicom.files import Source, sources_in
from petrial.adapters.dicom.header import Broken, Instance, read_instance
from petrial.adapters.dicom.kinds import kind_of
from petrial.adapters.dicom.layout import Stored
from petrial.adapters.dicom.pixels import read_frames
from petrial.adapters.dicom.series import Plan, examined
from petrial.adapters.dicom.statements import shown
from petrial.adapters.dicom.tags import T, name_of
from petrial.images.series import SeriesFacts, SeriesKind
from petrial.images.volumes import CtVolume
from petrial.vocabulary.errors import Problem, ReadError

__all__ = ["FoundSeries", "Scan", "scan"]

_Groups = dict[tuple[str, SeriesKind], list[Instance]]


@dataclass(frozen=True, slots=True, eq=False)
class FoundSeries:
    """A series on disk: its facts at once, its voxels when asked for.

    Attributes
    ----------
    facts
        What the series is.
    sources
        Its files, in the order of their names.
    """

    facts: SeriesFacts
    sources: tuple[Source, ...]
    _plan: Plan | None

    def values(self, factors: NDArray[np.float64] | None = None) -> NDArray[np.float32]:
        """Return stored value x RescaleSlope of the slice x ``factors`` of the slice.

        Parameters
        ----------
        factors
            One factor per slice along z; all one when None.

        Returns
        -------
        numpy.ndarray
            float32, shape (z, y, x) of the grid of the facts.

        Raises
        ------
        ReadError
            The series forms no volume, or its pixel data cannot be decoded.
        """
        plan = self._volume()
        scales = plan.slopes if factors is None else plan.slopes * factors
        out = np.empty(plan.shape, np.float32)

        def store(frame: Stored, z: int) -> None:
            np.multiply(frame, scales[z], out=out[z], casting="same_kind")
            if plan.intercepts[z]:
                out[z] += plan.intercepts[z] * (1.0 if factors is None else factors[z])

        read_frames(plan.places, store, self._where)
        return out

    def hounsfield(self) -> CtVolume:
        """Return the CT numbers, int16 where every one is a whole number that fits, else float32.

        Raises
        ------
        ReadError
            The series is no CT, forms no volume, or its pixel data cannot be decoded.
        """
        plan = self._volume()
        grid = self.facts.grid
        if self.facts.kind is not SeriesKind.CT or grid is None:
            raise self._no_volume(self._kind, "a CT series")
        whole = not (np.any(plan.slopes % 1.0) or np.any(plan.intercepts % 1.0))
        if whole:
            numbers = self._whole_numbers(plan)
            if numbers is not None:
                return CtVolume(numbers, grid)
        return CtVolume(self.values(), grid)

    def _whole_numbers(self, plan: Plan) -> NDArray[np.int16] | None:
        out = np.empty(plan.shape, np.int16)
        limits = np.iinfo(np.int16)
        beyond: list[int] = []

        def store(frame: Stored, z: int) -> None:
            if frame.dtype.kind == "f":
                beyond.append(z)
                return
            slope, intercept = int(plan.slopes[z]), int(plan.intercepts[z])
            ends = [int(frame.min()) * slope + intercept, int(frame.max()) * slope + intercept]
            if min(*ends, slope, intercept) < limits.min or max(*ends, slope) > limits.max:
                beyond.append(z)
                return
            np.multiply(frame, np.int16(slope), out=out[z], casting="unsafe")
            if intercept:
                out[z] += np.int16(intercept)

        read_frames(plan.places, store, self._where)
        return None if beyond else out

    def _volume(self) -> Plan:
        if self._plan is None:
            told = "; ".join(f"{p.field}: {p.got or 'nothing'}" for p in self.facts.problems)
            kind = ". ".join((self._kind, *self.facts.remarks))
            raise self._no_volume(told or kind, "a volume")
        return self._plan

    @property
    def _kind(self) -> str:
        return f"a series of kind {self.facts.kind.value}"

    @property
    def _where(self) -> str:
        return f"series {self.facts.series_uid}"

    def _no_volume(self, got: str, wanted: str) -> ReadError:
        return ReadError(
            where=self._where,
            field="volume",
            got=got,
            wanted=wanted,
            do="see the problems of the series",
        )


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """What a folder, archive or file holds.

    Attributes
    ----------
    series
        The series, by study, number and UID.
    problems
        Files that claim to be DICOM and cannot be read, or belong to no series.
    ignored
        The number of files that are no DICOM (a DICOMDIR is none either).
    """

    series: tuple[FoundSeries, ...]
    problems: tuple[Problem, ...]
    ignored: int


def scan(path: Path) -> Scan:
    """Return the series at ``path``: a folder with all below it, a zip archive, or one file.

    Nothing but headers is read. A file or series that cannot be used is reported and never stops
    the rest.

    Raises
    ------
    ReadError
        ``path`` does not exist or cannot be opened.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "note.txt").write_text("no DICOM")
    ...     found = scan(Path(folder))
    >>> found.series, found.ignored
    ((), 1)
    """
    problems: list[Problem] = []
    ignored = 0
    groups: _Groups = {}
    broken: dict[str, list[tuple[str, Problem]]] = {}
    for source in sources_in(Path(path), problems):
        try:
            instance = read_instance(source)
        except (Broken, OSError) as error:
            problem = _unreadable(source, error)
            problems.append(problem)
            if isinstance(error, Broken) and error.series:
                broken.setdefault(error.series, []).append((error.uid, problem))
            continue
        if instance is None:
            ignored += 1
            continue
        uid = instance.text(T.SeriesInstanceUID)
        if uid:
            groups.setdefault((uid, kind_of(instance.elements)), []).append(instance)
        else:
            problems.append(_homeless(source))
    problems.extend(_without_cut_copies(groups))
    found = [
        _found(kind, members, _of_no_other(broken.get(uid, ()), groups, uid))
        for (uid, kind), members in groups.items()
        if members
    ]
    return Scan(_sorted(found), tuple(problems), ignored)


def _without_cut_copies(groups: _Groups) -> Iterator[Problem]:
    """Take out files that end early while a whole file of the same instance is there; name them.

    A file that is cut before the words which tell its kind may stand in a group of its own.
    """
    same: dict[tuple[str, str], list[tuple[list[Instance], Instance]]] = {}
    for (series, _), members in groups.items():
        for one in members:
            same.setdefault((series, one.text(T.SOPInstanceUID)), []).append((members, one))
    for (_, uid), copies in same.items():
        if len(copies) == 1 or not uid:
            continue
        cut = [(members, one) for members, one in copies if not one.is_whole()]
        if len(cut) < len(copies):
            taken = {id(one) for _, one in cut}
            whole = min(one.source.name for _, one in copies if id(one) not in taken)
            for members, one in cut:
                members.remove(one)
                yield _cut_copy(one, whole)


def _cut_copy(instance: Instance, whole: str) -> Problem:
    place = instance.pixels
    if place is None:
        got = "no pixel data"
    elif place.length is None:
        got = f"{place.available} bytes without an end"
    else:
        got = f"{place.available} bytes of the {place.length} declared"
    return Problem(
        where=instance.source.name,
        field=name_of(T.PixelData if place is None else place.tag),
        got=got,
        wanted="a complete DICOM file",
        do=f"remove it: {whole} is the same image, complete, and was taken",
    )


def _of_no_other(
    broken: Sequence[tuple[str, Problem]], groups: _Groups, series: str
) -> list[Problem]:
    """Return the problems of files of which the series holds no copy that can be read."""
    if not broken:
        return []
    there = {
        one.text(T.SOPInstanceUID)
        for (uid, _), members in groups.items()
        if uid == series
        for one in members
    } - {""}
    return [problem for uid, problem in broken if uid not in there]


def _found(
    kind: SeriesKind, members: list[Instance], broken: Sequence[Problem]
) -> tuple[int, FoundSeries]:
    members.sort(key=lambda one: (one.text(T.SOPInstanceUID), one.source.name))
    number, facts, plan = examined(kind, members, broken)
    sources = sorted((one.source for one in members), key=lambda source: source.name)
    return number, FoundSeries(facts, tuple(sources), plan)


def _sorted(found: list[tuple[int, FoundSeries]]) -> tuple[FoundSeries, ...]:
    def place(one: tuple[int, FoundSeries]) -> tuple[str, int, str, str]:
        number, series = one
        return series.facts.study_uid, number, series.facts.series_uid, series.facts.kind.value

    return tuple(series for _, series in sorted(found, key=place))


def _unreadable(source: Source, error: Exception) -> Problem:
    text = error.strerror if isinstance(error, OSError) else str(error)
    return Problem(
        where=source.name,
        field="file",
        got=shown(text or type(error).__name__),
        wanted="a complete DICOM file",
        do="copy or export it again",
    )


def _homeless(source: Source) -> Problem:
    return Problem(
        where=source.name,
        field="SeriesInstanceUID (0020,000E)",
        got="",
        wanted="the UID of the series",
        do="export the file again",
    )
