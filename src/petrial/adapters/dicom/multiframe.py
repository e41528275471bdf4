"""Frames of enhanced and legacy-converted objects, each as if it were a single-frame instance."""

from typing import Final

from petrial.adapters.dicom.elements import Elements, Malformed
from petrial.adapters.dicom.header import Instance
from petrial.adapters.dicom.kinds import ENHANCED
from petrial.adapters.dicom.statements import Statements
from petrial.adapters.dicom.tags import T

__all__ = ["frames_of"]

_FRAME_TYPES: Final = (0x00189751, 0x00189329)
_GROUPS: Final[tuple[int, ...]] = (
    T.PixelMeasuresSequence,
    T.PlanePositionSequence,
    T.PlaneOrientationSequence,
    T.PixelValueTransformationSequence,
    T.FrameContentSequence,
    T.PETFrameCorrectionFactorsSequence,
    *_FRAME_TYPES,
)
_CONVERTED: Final[tuple[int, ...]] = (
    T.UnassignedSharedConvertedAttributesSequence,
    T.UnassignedPerFrameConvertedAttributesSequence,
)
_KEPT_WHOLE: Final[tuple[int, ...]] = (T.RealWorldValueMappingSequence,)
_FUNCTIONAL: Final = (T.SharedFunctionalGroupsSequence, T.PerFrameFunctionalGroupsSequence)

_Raw = dict[int, tuple[bytes, bytes]]


def frames_of(instance: Instance, statements: Statements) -> list[Elements]:
    """Return one data set per frame, in the order of the frames.

    A frame's data set holds what stands at the top level, in the shared and in its own functional
    groups (PS3.3, C.7.6.16), the more particular statement over the more general one. A
    single-frame instance gives its own data set. Nothing is returned, and the problem said, where
    the groups do not fit the frames.
    """
    elements = instance.elements
    count = statements.whole(T.NumberOfFrames)
    enhanced = instance.text(T.SOPClassUID) in ENHANCED
    if not enhanced and count in {None, 0, 1}:
        return [elements]
    try:
        shared = _merged(elements.items(T.SharedFunctionalGroupsSequence))
        per_frame = elements.items(T.PerFrameFunctionalGroupsSequence)
        if len(per_frame) != (count or 1):
            statements.complain_of(
                T.NumberOfFrames,
                f"{count} frames, {len(per_frame)} functional groups",
                "one item of the per-frame functional groups for each frame",
            )
            return []
        converted, particular = shared
        top = {tag: found for tag, found in elements.raw.items() if tag not in _FUNCTIONAL}
        common = {**converted, **top, **particular}
        return [_frame(common, item, elements) for item in per_frame]
    except Malformed as error:
        statements.complain_of(
            T.PerFrameFunctionalGroupsSequence, str(error), "readable functional groups"
        )
        return []


def _frame(common: _Raw, item: Elements, whole: Elements) -> Elements:
    converted, particular = _merged([item])
    return Elements({**common, **converted, **particular}, whole.encoding)


def _merged(groups: list[Elements]) -> tuple[_Raw, _Raw]:
    """Return what converted attributes say, and what the functional groups say."""
    converted: _Raw = {}
    particular: _Raw = {}
    for group in groups[:1]:
        for tag in _CONVERTED:
            for item in group.items(tag)[:1]:
                converted.update(item.raw)
        for tag in _GROUPS:
            for item in group.items(tag)[:1]:
                particular.update(item.raw)
        for tag in _KEPT_WHOLE:
            if tag in group.raw:
                particular[tag] = group.raw[tag]
    return converted, particular
