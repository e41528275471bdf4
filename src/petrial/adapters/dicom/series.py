"""From the instances of one series to its facts, its problems, and the plan to read its voxels."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from petrial.adapters.dicom.agreement import agreed, condensed
from petrial.adapters.dicom.geometry import SEND_MISSING, Stack, here_of_stated, stack_of
from petrial.adapters.dicom.header import Instance
from petrial.adapters.dicom.kinds import MEASURABLE, reason_of
from petrial.adapters.dicom.layout import (
    ALWAYS_LOSSY,
    PERHAPS_LOSSY,
    FramePlace,
    Layout,
    layout_of,
)
from petrial.adapters.dicom.multiframe import frames_of
from petrial.adapters.dicom.pet import pet_header
from petrial.adapters.dicom.statements import Statements
from petrial.adapters.dicom.tags import T, name_of
from petrial.images.series import PetHeader, SeriesFacts, SeriesKind
from petrial.vocabulary.errors import Problem

__all__ = ["Plan", "examined"]

_FEWEST: Final = 3
_LAYOUT_TAGS: Final = (
    T.Rows,
    T.Columns,
    T.SamplesPerPixel,
    T.PhotometricInterpretation,
    T.BitsAllocated,
    T.BitsStored,
    T.HighBit,
    T.PixelRepresentation,
)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How the voxels of a series are read: one place, slope and intercept per slice along z."""

    places: tuple[FramePlace, ...]
    slopes: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    shape: tuple[int, int, int]


@dataclass(slots=True)
class _Slices:
    """One data set per slice, and where its pixels are; None where that could not be told."""

    said: list[Statements]
    places: list[FramePlace | None]

    def sorted_by(self, order: Sequence[int]) -> "_Slices":
        return _Slices([self.said[i] for i in order], [self.places[i] for i in order])


def examined(
    kind: SeriesKind, members: Sequence[Instance], broken: Sequence[Problem]
) -> tuple[int, SeriesFacts, Plan | None]:
    """Return number, facts and reading plan of a series.

    Parameters
    ----------
    kind
        What its instances are.
    members
        Its instances, in an order that does not depend on where they were found.
    broken
        Problems of files that belong to it and could not be read.
    """
    first = members[0]
    where = _label(first)
    words = Statements(first.elements, where, [])
    reason = reason_of(kind, first.elements)
    number = words.whole(T.SeriesNumber) if not words.numbers(T.SeriesNumber, 2) else None
    facts = SeriesFacts(
        series_uid=first.text(T.SeriesInstanceUID),
        study_uid=first.text(T.StudyInstanceUID),
        description=words.words(T.SeriesDescription),
        modality=first.text(T.Modality),
        kind=kind,
        instances=len(members),
        frame_of_reference_uid=first.text(T.FrameOfReferenceUID) or None,
        grid=None,
        pet=None,
        remarks=(reason,) if reason else (),
    )
    if kind not in MEASURABLE:
        return number or 0, facts, None
    problems = list(broken)
    remarks = list(facts.remarks)
    pet, plan, stack = _measured(kind, members, (problems, remarks))
    facts = replace(
        facts, pet=pet, grid=None if stack is None else stack.grid, remarks=tuple(remarks)
    )
    told = condensed(problems, where, len(members) + len(broken))
    if kind is SeriesKind.PET_NOT_CORRECTED and told:
        # Nobody is to judge it without these problems, which are none as long as nobody does.
        remarks.append("Not usable otherwise: " + "; ".join(_short(problem) for problem in told))
        return number or 0, replace(facts, pet=None, remarks=tuple(remarks)), None
    return number or 0, replace(facts, problems=told), plan


def _label(first: Instance) -> str:
    """Return the words that name a series in a problem."""
    return f"series {first.text(T.SeriesInstanceUID)}"


def _short(problem: Problem) -> str:
    return f"{problem.field}: {problem.got or 'nothing'}"


def _measured(
    kind: SeriesKind, members: Sequence[Instance], notes: tuple[list[Problem], list[str]]
) -> tuple[PetHeader | None, Plan | None, Stack | None]:
    problems, remarks = notes
    slices = _slices(members, problems)
    is_pet = kind is not SeriesKind.CT
    if not slices.said:
        return None, None, None
    said = slices.said
    _one_study(said)
    doubled = _copies(members, problems)
    dynamic = is_pet and _dynamic(said)
    stack = None if doubled else stack_of(said, dynamic=dynamic)
    _lossy(members, said[0].of_series(), remarks, is_pet=is_pet)
    slopes = _rescale(said, is_pet=is_pet)
    if is_pet and stack is not None:
        _complete(said, stack)
    ordered = slices.sorted_by(stack.order) if stack else slices
    pet = pet_header(ordered.said) if is_pet else None
    if stack is None or slopes is None or None in slices.places:
        return pet, None, stack
    order = list(stack.order)
    places = tuple(place for place in ordered.places if place is not None)
    return pet, Plan(places, slopes[0][order], slopes[1][order], stack.grid.shape), stack


def _slices(members: Sequence[Instance], problems: list[Problem]) -> _Slices:
    """Return every slice of every instance, and check that its pixels are there."""
    made = _Slices([], [])
    where = _label(members[0])
    known: dict[tuple[object, ...], Layout] = {}
    for instance in members:
        name = instance.source.name
        whole = Statements(instance.elements, name, problems, where)
        frames = frames_of(instance, whole)
        layout = _layout(instance, whole, len(frames), known)
        for number, elements in enumerate(frames):
            made.said.append(Statements(elements, name, problems, where))
            made.places.append(
                None if layout is None else FramePlace(instance, number, len(frames), layout)
            )
    return made


def _layout(
    instance: Instance, whole: Statements, frames: int, known: dict[tuple[object, ...], Layout]
) -> Layout | None:
    """Return the layout of an instance; headers with the same bytes are looked at once."""
    raw = instance.elements.raw
    pixels = instance.pixels
    if pixels is None or pixels.length is None or pixels.length > pixels.available:
        return layout_of(whole, instance, frames)
    same = (frames, instance.syntax, pixels.tag, pixels.length, *map(raw.get, _LAYOUT_TAGS))
    if same not in known:
        layout = layout_of(whole, instance, frames)
        if layout is None:
            return None
        known[same] = layout
    return known[same]


def _one_study(said: Sequence[Statements]) -> None:
    for tag, words in (
        (T.StudyInstanceUID, "mixed studies"),
        (T.FrameOfReferenceUID, "mixed frames of reference"),
    ):
        agreed(said, (tag,), lambda one, tag=tag: one.text(tag), words=words)  # type: ignore[misc]  # mypy cannot type a lambda with a default


def _copies(members: Sequence[Instance], problems: list[Problem]) -> bool:
    """Name instances that are there twice; tell whether there are any."""
    counts = Counter(one.text(T.SOPInstanceUID) for one in members)
    twice = sorted(uid for uid, count in counts.items() if uid and count > 1)
    if twice:
        files = [one.source.name for one in members if one.text(T.SOPInstanceUID) == twice[0]]
        problems.append(
            Problem(
                where=_label(members[0]),
                field=name_of(T.SOPInstanceUID),
                got=f"doubled slices: {len(twice)} of them, the first in {' and '.join(files[:3])}",
                wanted="each slice once",
                do="remove the copies",
            )
        )
    return bool(twice)


def _dynamic(said: Sequence[Statements]) -> bool:
    """Tell whether the series has, or may have, several frames of time; say so if it is certain."""
    types = {word.upper() for one in said for word in one.texts(T.SeriesType)[:1]}
    indices = {one.number(T.TemporalPositionIndex) for one in said}
    indices |= {one.number(T.TemporalPositionIdentifier) for one in said}
    times = {one.number(T.NumberOfTimeSlices) for one in said}
    stated = types & {"DYNAMIC", "GATED"}
    if (stated and not (stated == {"DYNAMIC"} and times == {1.0})) or len(indices - {None}) > 1:
        said[0].of_series().complain(
            name_of(T.SeriesType),
            "a dynamic or gated series: " + (", ".join(sorted(stated)) or "several frames of time"),
            "a static series",
            "measure a static or summed series; this version does not take dynamic ones",
        )
        return True
    return len({one.number(T.FrameReferenceTime) for one in said}) > 1 and "STATIC" not in types


def _lossy(
    members: Sequence[Instance], teller: Statements, remarks: list[str], *, is_pet: bool
) -> None:
    """Refuse PET whose numbers a lossy compression has changed; remark it for CT."""
    for instance in members:
        stated = instance.text(T.LossyImageCompression)
        if (
            stated == "01"
            or instance.syntax in ALWAYS_LOSSY
            or (instance.syntax in PERHAPS_LOSSY and stated != "00")
        ):
            what = f"lossy compression in {instance.source.name}"
            if is_pet:
                teller.complain(
                    name_of(T.LossyImageCompression),
                    what,
                    "pixel data that were never compressed with loss",
                    "export the original series",
                )
            else:
                remarks.append(f"CT numbers were changed by {what}.")
            return


def _rescale(
    said: Sequence[Statements], *, is_pet: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return slope and intercept of each slice; None, and a problem, where one is missing."""
    slopes, intercepts = np.ones(len(said)), np.zeros(len(said))
    good = True
    for i, one in enumerate(said):
        slope, intercept = one.number(T.RescaleSlope), one.number(T.RescaleIntercept)
        if slope is None or slope == 0.0 or (is_pet and slope < 0.0):
            good = False
            if slope is not None or not one.stated(T.RescaleSlope):
                one.complain_of(
                    T.RescaleSlope, "" if slope is None else f"{slope:g}", "a number above 0"
                )
        if T.ModalityLUTSequence in one.elements.raw and T.RescaleSlope not in one.elements.raw:
            one.complain_of(T.ModalityLUTSequence, "a lookup table", "slope and intercept")
        if is_pet and intercept:
            one.complain_of(T.RescaleIntercept, f"{intercept:g}", "0 for PET")
            good = False
        if not is_pet and intercept is None:
            good = False
            if not one.stated(T.RescaleIntercept):
                one.complain_of(T.RescaleIntercept, "", "a number")
        slopes[i], intercepts[i] = slope or 1.0, intercept or 0.0
    return (slopes, intercepts) if good else None


def _complete(said: Sequence[Statements], stack: Stack) -> None:
    """Refuse a PET series that itself says that it had more slices."""
    counted = here_of_stated(said)
    if counted:
        field, got = T.NumberOfSlices, counted
    else:
        indices = [said[i].whole(T.ImageIndex) for i in stack.order]
        known = [index for index in indices if index is not None]
        if not len(known) == len(indices) == len(set(known)) >= _FEWEST:
            return
        steps = set(np.abs(np.diff(known)).tolist())
        if len(steps) > 1 or steps == {1}:
            return
        field, got = T.ImageIndex, f"only every {steps.pop()}. slice is here"
    said[0].of_series().complain(
        name_of(field), f"missing slices: {got}", "all slices of the series", SEND_MISSING
    )
