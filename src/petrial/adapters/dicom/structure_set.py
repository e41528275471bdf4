"""Contours from a DICOM RT Structure Set (PS3.3 C.8.8.5 and C.8.8.6)."""

import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import RTStructureSetStorage

from petrial.adapters.dicom.sop_class import sop_class_of
from petrial.images.grid import Grid
from petrial.lesions.contours import Outlines, Vector, plane_distance
from petrial.lesions.rasterise import rasterise
from petrial.lesions.region import Placed, Region
from petrial.vocabulary.errors import ContourError, Problem, ReadError

__all__ = ["StructureSet", "is_structure_set", "read_structure_set"]

RT_STRUCTURE_SET: Final = str(RTStructureSetStorage)
CLOSED: Final = frozenset({"CLOSED_PLANAR", "CLOSEDPLANAR_XOR"})
CONTOUR_DATA: Final = 0x30060050


@dataclass(frozen=True, slots=True, eq=False)
class StructureSet:
    """The regions of one structure set, not yet placed on an image.

    Attributes
    ----------
    source
        The file's name.
    frame_of_reference_uid
        The frame of reference of all outlines; None where the file names none.
    outlines
        The regions that can be placed, in the order of the file.
    problems
        The regions that cannot be placed on any image, and why.
    """

    source: str
    frame_of_reference_uid: str | None
    outlines: tuple[Outlines, ...]
    problems: tuple[Problem, ...]

    def on(self, grid: Grid) -> Placed:
        """Return the regions on ``grid``: the voxels whose centre lies inside the outlines.

        The rules are those of ``petrial.lesions.rasterise``. A region that cannot be placed is
        among the problems, by name, and stops no other.
        """
        regions: list[Region] = []
        problems = list(self.problems)
        for outlines in self.outlines:
            try:
                regions.append(rasterise(outlines, grid))
            except ContourError as error:
                problems.append(error.problem)
        return Placed(tuple(regions), tuple(problems))


def is_structure_set(path: Path) -> bool:
    """Tell whether the file says that it is an RT Structure Set; reads its first few bytes."""
    return sop_class_of(path) == RT_STRUCTURE_SET


def read_structure_set(path: Path) -> StructureSet:
    """Read the outlines of all regions of a structure set, patient positions (x, y, z) in mm.

    A region whose entry is malformed becomes a problem with its name; the others are kept.

    Raises
    ------
    ReadError
        The file is damaged, is no structure set, or holds no region.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _structure_set(dcmread(path), path.name)
    except ReadError:
        raise
    except Exception as error:  # damaged bytes make the parser raise whatever it meets
        raise _unreadable(path.name, f"{type(error).__name__}: {error}") from error


def _unreadable(source: str, got: str) -> ReadError:
    return ReadError(
        where=source,
        field="RT Structure Set",
        got=got,
        wanted="a complete DICOM structure set with regions",
        do="export the contours again, or give the right file",
    )


def _structure_set(dataset: Dataset, source: str) -> StructureSet:
    if dataset.get("SOPClassUID") != RT_STRUCTURE_SET:
        raise _unreadable(source, f"SOP class {dataset.get('SOPClassUID', '')}")
    named = list(dataset.get("StructureSetROISequence") or ())
    drawn = list(dataset.get("ROIContourSequence") or ())
    if not named and not drawn:
        raise _unreadable(source, "no region")
    problems: list[Problem] = []
    sets: list[Outlines] = []
    frame, foreign = _frames(dataset, named)
    for label, roi, items in _paired(named, drawn):
        if roi is None or items is None or len(items) > 1:
            problems.append(_mismatch(source, label, roi is not None, items or []))
            continue
        if id(roi) in foreign:
            problems.append(_elsewhere(source, label, roi, frame))
            continue
        try:
            sets.append(_outlines(source, label, items[0]))
        except ContourError as error:
            problems.append(error.problem)
        except Exception as error:  # noqa: BLE001  damaged bytes: whatever the parser meets
            problems.append(_damaged(source, label, error))
    return StructureSet(source, frame, _with_distance(sets), tuple(problems))


def _frames(dataset: Dataset, named: list[Dataset]) -> tuple[str | None, set[int]]:
    """Return the frame of reference, and the id of each ROI item that is in another one."""
    listed = [
        item.get("FrameOfReferenceUID")
        for item in dataset.get("ReferencedFrameOfReferenceSequence") or ()
    ]
    common = {str(uid) for uid in listed if uid} or {
        str(uid) for uid in [dataset.get("FrameOfReferenceUID")] if uid
    }
    fallback = next(iter(common)) if len(common) == 1 else None
    frames = [str(roi.get("ReferencedFrameOfReferenceUID") or fallback or "") for roi in named]
    known = Counter(frame for frame in frames if frame)
    if not known:
        return fallback, set()
    main = known.most_common(1)[0][0]
    return main, {id(roi) for roi, frame in zip(named, frames, strict=True) if frame != main}


def _paired(
    named: list[Dataset], drawn: list[Dataset]
) -> Iterable[tuple[str, Dataset | None, list[Dataset] | None]]:
    """Yield a label, the entry with the name and the entries with contours of each number."""
    numbers = [str(roi.get("ROINumber", "")) for roi in named]
    contours: dict[str, list[Dataset]] = {}
    for item in drawn:
        contours.setdefault(str(item.get("ReferencedROINumber", "")), []).append(item)
    names = [str(roi.get("ROIName") or "").strip() for roi in named]
    often = Counter(names)
    for roi, number, name in zip(named, numbers, names, strict=True):
        label = name if name and often[name] == 1 else f"{name} (ROI {number})".strip()
        yield label, roi, None if numbers.count(number) > 1 else contours.get(number)
    for number, items in contours.items():
        if number not in numbers:
            yield f"(ROI {number})", None, items


def _refused(source: str, label: str, field: str, got: str, wanted: str) -> ContourError:
    return ContourError(
        where=f"{source}, region {label}",
        field=field,
        got=got,
        wanted=wanted,
        do="correct or delete the region in the program that drew it, and export again",
    )


def _mismatch(source: str, label: str, named: bool, items: list[Dataset]) -> Problem:  # noqa: FBT001  private
    got = f"{len(items)} sets of contours" if named else "contours without a name"
    return _refused(
        source,
        label,
        "ROI Number (3006,0022) and Referenced ROI Number (3006,0084)",
        got,
        "one name and one set of contours for each number",
    ).problem


def _elsewhere(source: str, label: str, roi: Dataset, frame: str | None) -> Problem:
    return _refused(
        source,
        label,
        "Referenced Frame of Reference UID (3006,0024)",
        str(roi.get("ReferencedFrameOfReferenceUID", "")),
        f"{frame}, as the other regions of the file",
    ).problem


def _damaged(source: str, label: str, error: Exception) -> Problem:
    got = f"{type(error).__name__}: {error}"
    return _refused(source, label, "contours", got, "a readable entry").problem


def _outlines(source: str, label: str, item: Dataset) -> Outlines:
    contours = list(item.get("ContourSequence") or ())
    if not contours:
        raise _refused(source, label, "Contour Sequence (3006,0040)", "", "at least one contour")
    kinds = {str(contour.get("ContourGeometricType") or "none") for contour in contours}
    if kinds - CLOSED:
        raise _refused(
            source,
            label,
            "Contour Geometric Type (3006,0042)",
            ", ".join(sorted(kinds - CLOSED)),
            "CLOSED_PLANAR, for only closed outlines enclose voxels",
        )
    polygons = tuple(
        _polygon(source, label, number, contour) for number, contour in enumerate(contours, start=1)
    )
    outlines = Outlines(label, source, polygons)
    outlines.check()
    return outlines


def _polygon(source: str, label: str, number: int, contour: Dataset) -> Vector:
    """Return the points of one contour, shape (n, 3), straight from the text of the element."""
    field = f"Contour Data (3006,0050) of contour {number}"
    element = contour.get_item(CONTOUR_DATA)
    raw: object = getattr(element, "value", None)
    if not isinstance(raw, bytes):
        raw = "\\".join(map(str, contour.get("ContourData") or ())).encode()
    try:
        values = np.array(raw.strip(b" \0").split(b"\\")).astype(np.float64)
    except ValueError as error:
        raise _refused(source, label, field, str(error), "numbers") from error
    claimed = contour.get("NumberOfContourPoints")
    if values.size % 3 or (claimed is not None and int(claimed) * 3 != values.size):
        got = f"{values.size} numbers for {'?' if claimed is None else claimed} points"
        raise _refused(source, label, field, got, "three numbers (x, y, z) for each point")
    return values.reshape(-1, 3)


def _with_distance(sets: list[Outlines]) -> tuple[Outlines, ...]:
    """Return the outlines, each knowing the smallest distance of planes in the file."""
    distances = [plane_distance(outlines.polygons) for outlines in sets]
    known = [distance for distance in distances if distance is not None]
    return tuple(replace(o, drawn_distance_mm=min(known)) if known else o for o in sets)
