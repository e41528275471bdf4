"""Regions from a DICOM Segmentation (PS3.3 C.8.20), read by highdicom.

Binary, fractional and label-map objects. A fractional voxel belongs to a segment from half of the
maximum fractional value on. Slices without a frame are empty, as the standard has it.
"""

import logging
import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from petrial.adapters.dicom.sop_class import sop_class_of
from petrial.images.grid import Grid
from petrial.lesions.labelmap import LabelMap, labelled_regions
from petrial.lesions.region import Region
from petrial.vocabulary.errors import ContourError, GeometryError, Problem, ReadError

if TYPE_CHECKING:
    from highdicom.seg import Segmentation

__all__ = ["is_segmentation", "read_segmentation"]

SEGMENTATION_CLASSES: Final = frozenset(
    {"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"}  # Segmentation, Label Map
)
LABEL_MAP: Final = "LABELMAP"
FRACTIONAL: Final = "FRACTIONAL"
MOST_SLICES: Final = 10_000  # no scan has more; a damaged position can make billions
_QUIET: Final = logging.NullHandler()  # its remarks go where the application says, or nowhere
GAP: Final = 1.5  # slice distances: stored slices all farther apart contradict the distance


@dataclass(frozen=True, slots=True)
class _Frame:
    """One stored frame: its number from 1, its slice on the grid, its segment (0: all)."""

    number: int
    slice_index: int
    segment: int


def is_segmentation(path: Path) -> bool:
    """Tell whether the file says that it is a DICOM Segmentation; reads its first few bytes."""
    return sop_class_of(path) in SEGMENTATION_CLASSES


def read_segmentation(path: Path) -> LabelMap:
    """Read every segment of a DICOM Segmentation on the grid of the file.

    Raises
    ------
    ReadError
        The file is damaged, is no segmentation, or its frames do not say where they lie.
    """
    try:
        from highdicom.seg import segread  # noqa: PLC0415  takes a second, needed for SEG only

        logging.getLogger("highdicom").addHandler(_QUIET)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _label_map(segread(path), path.name)
    except ReadError:
        raise
    except Exception as error:  # damaged bytes make the parser raise whatever it meets
        raise _unreadable(path.name, f"{type(error).__name__}: {error}") from error


def _unreadable(source: str, got: str) -> ReadError:
    return ReadError(
        where=source,
        field="Segmentation",
        got=got,
        wanted="a complete DICOM Segmentation of a volume",
        do="export the segmentation again, or give the right file",
    )


def _label_map(seg: "Segmentation", source: str) -> LabelMap:
    grid, frames = _geometry(seg, source)
    names = _names(seg)
    frame_uid = str(seg.get("FrameOfReferenceUID") or "") or None
    if str(seg.SegmentationType) == LABEL_MAP:
        labels = _label_volume(seg, grid, frames)
        regions = labelled_regions(labels, grid, names, source)
        if int(seg.get("PixelPaddingValue") or 0) != 0:
            raise _unreadable(source, f"background value {seg.PixelPaddingValue}, not 0")
        if any(region.label not in names.values() for region in regions):
            raise _unreadable(source, "label values without a segment")
        problems = [
            _empty(source, name)
            for number, name in names.items()
            if number != 0 and name not in {region.label for region in regions}
        ]
        return LabelMap(source, frame_uid, regions, tuple(problems))
    return _segments(seg, source, grid, (frames, names, frame_uid))


def _segments(
    seg: "Segmentation",
    source: str,
    grid: Grid,
    parts: tuple[list[_Frame], dict[int, str], str | None],
) -> LabelMap:
    """Return the regions of a binary or fractional object, frame by frame."""
    frames, names, frame_uid = parts
    least = 1.0
    if str(seg.SegmentationType) == FRACTIONAL:
        least = float(seg.MaximumFractionalValue) / 2.0
    by_segment: dict[int, list[_Frame]] = defaultdict(list)
    for frame in frames:
        by_segment[frame.segment].append(frame)
    strangers = sorted(set(by_segment) - set(names))
    if strangers:
        raise _unreadable(source, f"frames of segments {strangers} that are not described")
    regions: list[Region] = []
    problems: list[Problem] = []
    for number, name in names.items():
        try:
            regions.append(_segment(seg, grid, by_segment[number], (name, source, least)))
        except ContourError as error:
            problems.append(error.problem)
    return LabelMap(source, frame_uid, tuple(regions), tuple(problems))


def _segment(
    seg: "Segmentation", grid: Grid, frames: list[_Frame], what: tuple[str, str, float]
) -> Region:
    name, source, least = what
    places = [frame.slice_index for frame in frames]
    if not places:
        raise ContourError.of(_empty(source, name))
    if len(set(places)) < len(places):
        raise ContourError(
            where=f"{source}, region {name}",
            field="frames",
            got="two frames at one place",
            wanted="one frame for each slice of a segment",
            do="export the segmentation again",
        )
    first = min(places)
    mask = np.zeros((max(places) + 1 - first, *grid.shape[1:]), dtype=np.bool_)
    for frame in frames:
        mask[frame.slice_index - first] = seg.get_stored_frame(frame.number) >= least
    if not mask.any():
        raise ContourError.of(_empty(source, name))
    return Region.from_crop(grid, (first, 0, 0), mask, label=name, source=source, method="drawn")


def _empty(source: str, name: str) -> Problem:
    return Problem(
        where=f"{source}, region {name}",
        field="voxels",
        got="none",
        wanted="at least one voxel in the segment",
        do="draw the region or leave its segment out of the file",
    )


def _names(seg: "Segmentation") -> dict[int, str]:
    """Return the label of each segment by its number, each name once."""
    given = {
        int(item.SegmentNumber): str(item.get("SegmentLabel") or "").strip()
        for item in seg.SegmentSequence
    }
    often = Counter(given.values())
    return {
        number: name if name and often[name] == 1 else f"{name} (segment {number})".strip()
        for number, name in sorted(given.items())
    }


def _geometry(seg: "Segmentation", source: str) -> tuple[Grid, list[_Frame]]:
    """Return the grid of the file, and where on it each frame lies."""
    volume = seg.get_volume_geometry()
    if volume is None:
        raise _unreadable(source, "frames that form no regular stack of slices in a patient")
    if volume.spatial_shape[0] > MOST_SLICES:
        raise _unreadable(source, f"frames that span {volume.spatial_shape[0]} slices")
    _check_distance(seg, source, float(volume.spacing[0]))
    grid = _grid(volume.affine, volume.spatial_shape, source)
    frames = []
    for number, item in enumerate(_frame_items(seg), start=1):
        position = np.asarray(_macro(seg, item, "PlanePositionSequence").ImagePositionPatient)
        index = grid.to_index(position.astype(np.float64)[np.newaxis])[0, 0]
        segment = 0
        if str(seg.SegmentationType) != LABEL_MAP:
            identity = _macro(seg, item, "SegmentIdentificationSequence")
            segment = int(identity.ReferencedSegmentNumber)
        frames.append(_Frame(number, round(float(index)), segment))
    return grid, frames


def _frame_items(seg: "Segmentation") -> list[Any]:
    items = list(seg.PerFrameFunctionalGroupsSequence)
    if len(items) != int(seg.NumberOfFrames):
        message = f"{len(items)} descriptions of {seg.NumberOfFrames} frames"
        raise ValueError(message)
    return items


def _macro(seg: "Segmentation", item: Any, keyword: str) -> Any:  # noqa: ANN401  pydicom items are untyped
    """Return the functional group of one frame, its own or the shared one."""
    if keyword in item:
        return item[keyword].value[0]
    return seg.SharedFunctionalGroupsSequence[0][keyword].value[0]


def _check_distance(seg: "Segmentation", source: str, distance: float) -> None:
    """Refuse a slice distance that the file does not state and its frames cannot prove."""
    items = _frame_items(seg)
    measures = _macro(seg, items[0], "PixelMeasuresSequence")
    orientation = _macro(seg, items[0], "PlaneOrientationSequence").ImageOrientationPatient
    turned = np.asarray(orientation, dtype=np.float64)
    normal = np.cross(turned[:3], turned[3:])
    positions = [_macro(seg, i, "PlanePositionSequence").ImagePositionPatient for i in items]
    heights = np.unique(np.round(np.asarray(positions, dtype=np.float64) @ normal, 3))
    gap = float(np.diff(heights).min()) if heights.size > 1 else None
    stated = measures.get("SpacingBetweenSlices")
    thickness = measures.get("SliceThickness")
    if stated is None:
        proven = gap is not None and (thickness is None or gap <= GAP * float(thickness))
    else:
        proven = heights.size < 3 or (gap is not None and gap <= GAP * distance)  # noqa: PLR2004  few slices may be sparse
    if not proven:
        raise ReadError(
            where=source,
            field="Spacing Between Slices (0018,0088)",
            got=f"{'' if stated is None else stated} with stored slices "
            f"{'at one place only' if gap is None else f'{gap:.2f} mm apart at least'}",
            wanted="the distance of the slices on which it was drawn",
            do="export the segmentation with all slices, or with their distance",
        )


def _grid(affine: NDArray[np.float64], shape: tuple[int, ...], source: str) -> Grid:
    """Return the grid of an affine whose columns are steps along slice, row, column, in LPS mm."""
    steps = np.asarray(affine, dtype=np.float64)[:3, :3]
    lengths = np.linalg.norm(steps, axis=0)
    axes = (steps / lengths).T.tolist()
    try:
        return Grid(
            (int(shape[0]), int(shape[1]), int(shape[2])),
            (float(lengths[0]), float(lengths[1]), float(lengths[2])),
            (float(affine[0, 3]), float(affine[1, 3]), float(affine[2, 3])),
            (tuple(axes[0]), tuple(axes[1]), tuple(axes[2])),
        )
    except GeometryError as error:
        raise _unreadable(source, error.problem.got) from error


def _label_volume(seg: "Segmentation", grid: Grid, frames: list[_Frame]) -> NDArray[np.int32]:
    """Return the labels, shape (z, y, x) of ``grid``."""
    labels = np.zeros(grid.shape, dtype=np.int32)
    if len({frame.slice_index for frame in frames}) < len(frames):
        message = "two frames at one place"
        raise ValueError(message)
    for frame in frames:
        labels[frame.slice_index] = seg.get_stored_frame(frame.number)
    return labels
