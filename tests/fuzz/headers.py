"""Puts nonsense, or another plausible value, into one element of a study."""

import io
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pydicom
from pydicom import config
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from fuzz.nonsense import SENSELESS_VR, nonsense_for

__all__ = ["DISGUISED", "PLAUSIBLE", "Change", "Plausible", "changed", "changes", "with_values"]

Files = dict[str, bytes]
DOSE: Final = "RadiopharmaceuticalInformationSequence"
NUCLIDE: Final = "RadionuclideCodeSequence"
FOR_SUV: Final = [
    "Units",
    "SUVType",
    "DecayCorrection",
    "CorrectedImage",
    "AttenuationCorrectionMethod",
    "DecayFactor",
    "FrameReferenceTime",
    "ActualFrameDuration",
    "SeriesDate",
    "SeriesTime",
    "AcquisitionDate",
    "AcquisitionTime",
    "AcquisitionDateTime",
    "TimezoneOffsetFromUTC",
    "PatientWeight",
    "PatientSize",
    "PatientSex",
    "Manufacturer",
    "SeriesType",
    "NumberOfSlices",
    "NumberOfTimeSlices",
    "ImageIndex",
    "DoseCalibrationFactor",
    "ImageType",
    "DecayCorrectionDateTime",
    "FrameReferenceDateTime",
    "DecayCorrected",
    "AttenuationCorrected",
]
OF_DOSE: Final = [
    "RadionuclideTotalDose",
    "RadionuclideHalfLife",
    "RadiopharmaceuticalStartTime",
    "RadiopharmaceuticalStartDateTime",
    "Radiopharmaceutical",
]
OF_PLACE: Final = [
    "Rows",
    "Columns",
    "NumberOfFrames",
    "PixelSpacing",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "SliceThickness",
    "SpacingBetweenSlices",
    "FrameOfReferenceUID",
]
OF_PIXELS: Final = [
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "RescaleSlope",
    "RescaleIntercept",
    "LossyImageCompression",
    "ModalityLUTSequence",
    "TransferSyntaxUID",
    "PixelData",
]
OF_IDENTITY: Final = [
    "SOPClassUID",
    "Modality",
    "SeriesInstanceUID",
    "StudyInstanceUID",
    "SOPInstanceUID",
    "SpecificCharacterSet",
    "SeriesDescription",
    "PatientName",
    "SeriesNumber",
]
MANY: Final = {"PixelSpacing": 2, "ImagePositionPatient": 3, "ImageOrientationPatient": 6}
PRIVATE: Final = {
    "GE scan date and time (0009,100D)": (0x0009100D, "DT"),
    "Siemens decay correction (0071,1022)": (0x00711022, "DT"),
    "Philips SUV factor (7053,1000)": (0x70531000, "DS"),
    "Philips activity factor (7053,1009)": (0x70531009, "DS"),
}
SEQUENCES: Final = (DOSE, NUCLIDE)
SENSELESS_SEQUENCES: Final = (
    "missing",
    "empty",
    "an empty item",
    "the item twice",
    "two items that differ",
    "nested 50 deep",
    "nested 50 deep, of undefined length",
    "garbage",
    "an item that is longer than the sequence",
    "text",
)
SYNTAXES: Final = {
    "none of DICOM": b"1.2.840.10008.1.2.7.7",
    "JPEG": b"1.2.840.10008.1.2.4.50",
    "JPEG lossless": b"1.2.840.10008.1.2.4.70",
    "JPEG-LS": b"1.2.840.10008.1.2.4.80",
    "JPEG 2000": b"1.2.840.10008.1.2.4.90",
    "MPEG": b"1.2.840.10008.1.2.4.100",
    "RLE": b"1.2.840.10008.1.2.5",
    "deflated": b"1.2.840.10008.1.2.1.99",
    "explicit": b"1.2.840.10008.1.2.1",
    "implicit": b"1.2.840.10008.1.2",
    "big endian": b"1.2.840.10008.1.2.2",
    "empty": b"",
    "words": b"unknown",
    "10 kB of letters": b"A" * 10_240,
    "bytes of no character set": b"\xff\xfe\xfd\x80",
    "control characters": b"1.2\x00\x07\x1b[31m",
}
GROUPS: Final = {
    "SUV": FOR_SUV,
    "dose": [*OF_DOSE, *SEQUENCES, "CodeValue", "CodingSchemeDesignator", *PRIVATE],
    "place": OF_PLACE,
    "pixels": OF_PIXELS,
    "identity": OF_IDENTITY,
}


@dataclass(frozen=True, slots=True)
class Change:
    """Which element, and what of it is changed."""

    group: str
    element: str
    what: str


@dataclass(frozen=True, slots=True)
class Plausible:
    """Another value that is none the worse: by what it multiplies SUV, by decay from injection."""

    values: tuple[tuple[str, bytes], ...]
    scale: float


PLAUSIBLE: Final[dict[str, Plausible]] = {
    "weight 71": Plausible((("PatientWeight", b"71"),), 71.0 / 68.0),
    "weight in grams": Plausible((("PatientWeight", b"68000"),), 1.0),
    "dose 300 MBq": Plausible((("RadionuclideTotalDose", b"300000000"),), 250.0 / 300.0),
    "dose as MBq": Plausible((("RadionuclideTotalDose", b"250"),), 1.0),
    "dose with exponent": Plausible((("RadionuclideTotalDose", b"2.5E+8"),), 1.0),
    "height 1.80": Plausible((("PatientSize", b"1.80"),), 1.0),
    "injected 10 minutes earlier": Plausible(
        (
            ("RadiopharmaceuticalStartTime", b"092000"),
            ("RadiopharmaceuticalStartDateTime", b"20240514092000"),
        ),
        2.0 ** (600.0 / 6586.2),
    ),
    "without a clock time of injection": Plausible((("RadiopharmaceuticalStartTime", b""),), 1.0),
    "sex M": Plausible((("PatientSex", b"M"),), 1.0),
}


DISGUISED: Final = {
    ("PatientWeight", "65535"),  # grams
    ("RadionuclideTotalDose", "1000000000"),  # Bq, far from usual, and possible
    ("RadiopharmaceuticalStartDateTime", "a day after"),  # of a tracer that is seen after days
    ("ActualFrameDuration", "65535"),  # ms
    ("RescaleSlope", "1e-30"),  # of one slice, which then is empty
    *(("SUVType", what) for what in ("missing", "empty", "blanks")),  # means body weight
}
"""Nonsense that another patient could have: its SUV is that of the formulas."""


def changes() -> list[Change]:
    """Return every change of one element to nonsense that is tried."""
    found = []
    for group, elements in GROUPS.items():
        for element in elements:
            if element in SEQUENCES:
                words: Sequence[str] = SENSELESS_SEQUENCES
            elif element == "TransferSyntaxUID":
                words = ("missing", *SYNTAXES)
            elif element == "PixelData":
                words = ("missing", "empty", "two bytes less", "half", "two bytes more", "twice")
            else:
                _, vr, count = _known(element)
                words = ("missing", *nonsense_for(vr, count))
                if element == "SpecificCharacterSet":  # pydicom needs it as text, to write
                    words = [word for word in words if word != "control characters"]
                else:
                    words = (*words, *(f"VR {v}" for v in SENSELESS_VR))
            found += [Change(group, element, word) for word in words]
    return found


def _known(element: str) -> tuple[BaseTag, str, int]:
    if element in PRIVATE:
        number, vr = PRIVATE[element]
        return Tag(number), vr, 1
    tag = tag_for_keyword(element)
    assert tag is not None
    vr = dictionary_VR(tag)
    return Tag(tag), vr.split()[0], MANY.get(element, 1)


def with_values(content: bytes, values: Sequence[tuple[str, bytes]]) -> bytes:
    """Return the file with elements set to raw bytes, wherever in it they stand."""
    dataset = pydicom.dcmread(io.BytesIO(content), force=True)
    for keyword, value in values:
        tag, vr, _ = _known(keyword)
        for holder in _holders(dataset, tag) or [dataset]:
            _put(holder, tag, vr, value)
    return _written(dataset)


def changed(content: bytes, change: Change) -> bytes:
    """Return the file with the change made, wherever in it the element stands."""
    if change.element == "TransferSyntaxUID":
        return _with_syntax(content, change.what)
    dataset = pydicom.dcmread(io.BytesIO(content), force=True)
    if change.element in SEQUENCES:
        _change_sequence(dataset, change)
    elif change.element == "PixelData":
        _change_pixels(dataset, change.what)
    else:
        tag, vr, count = _known(change.element)
        for holder in _holders(dataset, tag) or [dataset]:
            _change_value(holder, tag, vr, (change.what, count))
    return _written(dataset)


def _holders(dataset: Dataset, tag: BaseTag) -> list[Dataset]:
    """Return the data sets, from the outermost in, that hold an element."""
    found = [dataset] if tag in dataset else []
    for element in dataset:
        if element.VR == "SQ" and element.value:
            for item in element.value:
                found += _holders(item, tag)
    return found


def _put(holder: Dataset, tag: BaseTag, vr: str, value: bytes) -> None:
    """Set an element to bytes that are written as they are, whatever they mean."""
    raw = RawDataElement(tag, vr, len(value), value, 0, False, True)  # noqa: FBT003  no keywords
    holder._dict[tag] = raw  # noqa: SLF001  else pydicom would judge the value


def _change_value(holder: Dataset, tag: BaseTag, vr: str, how: tuple[str, int]) -> None:
    what, count = how
    if what == "missing":
        if tag in holder:
            del holder[tag]
    elif what.startswith("VR "):
        value = holder[tag].value if tag in holder else ""
        parts = value if isinstance(value, (list, tuple)) else [value]
        text = "\\".join(str(part) for part in parts).encode("utf-8", "replace")
        _put(holder, tag, what.removeprefix("VR "), text)
    else:
        _put(holder, tag, vr, nonsense_for(vr, count)[what])


def _with_syntax(content: bytes, what: str) -> bytes:
    """Return the file with another TransferSyntaxUID; nothing else is written anew."""
    head = b"\x02\x00\x10\x00UI"
    at = content.index(head)
    length = struct.unpack_from("<H", content, at + 6)[0]
    before, after = content[:at], content[at + 8 + length :]
    if what == "missing":
        return before + after
    value = SYNTAXES[what]
    return before + head + struct.pack("<H", len(value)) + value + after


def _change_pixels(dataset: Dataset, what: str) -> None:
    if "PixelData" not in dataset:
        return
    pixels = dataset.PixelData
    made = {
        "missing": None,
        "empty": b"",
        "two bytes less": pixels[:-2],
        "half": pixels[: len(pixels) // 2],
        "two bytes more": pixels + b"\7\7",
        "twice": pixels * 2,
    }[what]
    if made is None:
        del dataset.PixelData
    else:
        dataset["PixelData"].value = made


def _change_sequence(dataset: Dataset, change: Change) -> None:
    tag = Tag(change.element)
    for holder in _holders(dataset, tag):
        items = list(holder[tag].value)
        if change.what == "missing":
            del holder[tag]
        elif change.what == "empty":
            holder[tag].value = []
        elif change.what == "an empty item":
            holder[tag].value = [Dataset()]
        elif change.what in {"the item twice", "two items that differ"}:
            other = pydicom.Dataset(items[0])
            if change.what != "the item twice":
                _differ(other)
            holder[tag].value = [items[0], other]
        else:
            vr = "LO" if change.what == "text" else "SQ"
            _put(holder, tag, vr, SENSELESS_ITEMS[change.what](int(tag)))


def _differ(item: Dataset) -> None:
    if "RadionuclideTotalDose" in item:
        item.RadionuclideTotalDose = "100000000"
    else:
        item.CodeValue = "C-128A2"


def _nested(tag: int, depth: int = 50) -> bytes:
    made = b""
    for _ in range(depth):
        item = struct.pack("<HHI", 0xFFFE, 0xE000, len(made)) + made
        head = struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, b"SQ", 0, len(item))
        made = head + item
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(made)) + made


def _nested_open(tag: int, depth: int = 50) -> bytes:
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    head = struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, b"SQ", 0, 0xFFFFFFFF)
    return (item + head) * depth


SENSELESS_ITEMS: Final[dict[str, Callable[[int], bytes]]] = {
    "nested 50 deep": _nested,
    "nested 50 deep, of undefined length": _nested_open,
    "garbage": lambda tag: np.random.default_rng(tag).bytes(64),
    "an item that is longer than the sequence": lambda _: (
        struct.pack("<HHI", 0xFFFE, 0xE000, 9999) + bytes(16)
    ),
    "text": lambda _: b"Fluorodeoxyglucose",
}


def _written(dataset: Dataset) -> bytes:
    buffer = io.BytesIO()
    before = config.settings.writing_validation_mode
    config.settings.writing_validation_mode = config.IGNORE
    try:
        dataset.save_as(buffer, enforce_file_format=False)
    finally:
        config.settings.writing_validation_mode = before
    return buffer.getvalue()
