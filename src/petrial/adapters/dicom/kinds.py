"""What an instance is, from its SOP class and a few words of its header."""

from typing import Final

from petrial.adapters.dicom.elements import Elements
from petrial.adapters.dicom.statements import shown
from petrial.adapters.dicom.tags import T, name_of
from petrial.images.series import SeriesKind

__all__ = ["ENHANCED", "MEASURABLE", "kind_of", "reason_of"]

_STORAGE: Final = "1.2.840.10008.5.1.4.1.1."
_PET: Final = frozenset(_STORAGE + end for end in ("128", "128.1", "130"))
_CT: Final = frozenset(_STORAGE + end for end in ("2", "2.1", "2.2"))
_OTHERS: Final = {
    _STORAGE + "481.3": SeriesKind.STRUCTURE_SET,
    _STORAGE + "66.4": SeriesKind.SEGMENTATION,
    _STORAGE + "66.7": SeriesKind.SEGMENTATION,
    _STORAGE + "7": SeriesKind.SECONDARY_CAPTURE,
    _STORAGE + "7.1": SeriesKind.SECONDARY_CAPTURE,
    _STORAGE + "7.2": SeriesKind.SECONDARY_CAPTURE,
    _STORAGE + "7.3": SeriesKind.SECONDARY_CAPTURE,
    _STORAGE + "7.4": SeriesKind.SECONDARY_CAPTURE,
}
ENHANCED: Final = frozenset(_STORAGE + end for end in ("128.1", "130", "2.1", "2.2"))
"""SOP classes that hold many frames, each with functional groups."""
MEASURABLE: Final = frozenset((SeriesKind.PET, SeriesKind.PET_NOT_CORRECTED, SeriesKind.CT))
"""Kinds of which grid and pixels are looked at."""

_PROJECTED: Final = frozenset(
    (
        "MIP",
        "MAX_IP",
        "MAXIP",
        "MIN_IP",
        "MINIP",
        "MNIP",
        "PROJECTION",
        "PROJECTION IMAGE",
        "REPROJECTION",
        "MPR",
        "CURVED MPR",
        "CSAMPR",
        "CSAMIP",
        "REFORMATTED",
        "VOLUME_RENDER",
        "VOLUME RENDER",
        "3D",
        "SCREEN SAVE",
    )
)
_SHOWN_ONLY: Final = _PROJECTED - {"MPR", "REFORMATTED", "CSAMPR"}
"""Of these, what leaves no CT numbers."""
_MEANING: Final = {
    SeriesKind.PET_NOT_CORRECTED: "never quantified",
    SeriesKind.PET_PROJECTION: "a projection or reformat, never quantified",
    SeriesKind.CT_LOCALIZER: "a planning image, no CT numbers",
    SeriesKind.STRUCTURE_SET: "contours, no image",
    SeriesKind.SEGMENTATION: "contours, no image",
    SeriesKind.SECONDARY_CAPTURE: "never quantified",
    SeriesKind.OTHER: "no PET and no CT",
}


def kind_of(elements: Elements) -> SeriesKind:
    """Return what an instance is; an unknown class is ``OTHER``."""
    sop_class = "".join(_words(elements, T.SOPClassUID))
    if sop_class in _PET:
        return _pet_kind(elements)
    if sop_class in _CT:
        image_type = _words(elements, T.ImageType)
        if "LOCALIZER" in image_type:
            return SeriesKind.CT_LOCALIZER
        return SeriesKind.OTHER if _SHOWN_ONLY.intersection(image_type) else SeriesKind.CT
    return _OTHERS.get(sop_class, SeriesKind.OTHER)


def reason_of(kind: SeriesKind, elements: Elements) -> str:
    """Return why a series of this kind is never judged by itself, empty for PET and CT.

    Parameters
    ----------
    kind
        What ``kind_of`` made of the instance.
    elements
        The header of an instance of the series.
    """
    if kind in {SeriesKind.PET, SeriesKind.CT}:
        return ""
    sop_class = "".join(_words(elements, T.SOPClassUID))
    if kind is SeriesKind.PET_NOT_CORRECTED:
        listed = _words(elements, T.CorrectedImage)
        fact = name_of(T.CorrectedImage if listed else T.AttenuationCorrected)
        fact += " lacks ATTN" if listed else " is NO"
    elif kind is SeriesKind.PET_PROJECTION:
        fact = _holds(elements, (T.ImageType, T.SeriesType), _PROJECTED)
    elif kind is SeriesKind.CT_LOCALIZER:
        fact = _holds(elements, (T.ImageType,), frozenset(("LOCALIZER",)))
    elif sop_class in _CT:
        return _holds(elements, (T.ImageType,), _SHOWN_ONLY) + ": a projection, no CT numbers"
    elif kind is SeriesKind.OTHER:
        fact = f"{name_of(T.SOPClassUID)} is {shown(sop_class) or 'empty'}"
    else:
        fact = f"{name_of(T.SOPClassUID)} is that of a {kind.value}"
    return f"{fact}: {_MEANING[kind]}"


def _holds(elements: Elements, tags: tuple[T, ...], sought: frozenset[str]) -> str:
    """Return which element holds one of the words sought, and which of them."""
    found = ((tag, word) for tag in tags for word in _words(elements, tag) if word in sought)
    tag, word = next(found, (tags[0], "nothing"))
    return f"{name_of(tag)} holds {word}"


def _pet_kind(elements: Elements) -> SeriesKind:
    words = (*_words(elements, T.ImageType), *_words(elements, T.SeriesType))
    if _PROJECTED.intersection(words):
        return SeriesKind.PET_PROJECTION
    corrected = _words(elements, T.CorrectedImage)
    flag = _words(elements, T.AttenuationCorrected)
    if (corrected and "ATTN" not in corrected) or (not corrected and flag == ("NO",)):
        return SeriesKind.PET_NOT_CORRECTED
    return SeriesKind.PET


def _words(elements: Elements, tag: int) -> tuple[str, ...]:
    found = elements.raw.get(tag)
    if found is None:
        return ()
    text = found[1].decode("latin-1").strip(" \0")
    return tuple(word.strip(" \0").upper() for word in text.split("\\")) if text else ()
