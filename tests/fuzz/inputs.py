"""Damages what comes beside the images: contours, records, statements, archives."""

import io
import struct
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pydicom
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag
from pydicom.uid import ImplicitVRLittleEndian

from fuzz.bases import GRID, RECORD, true_suv

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "ARCHIVES",
    "CONTOURS",
    "RECORDS",
    "STATEMENTS",
    "archive",
    "changed_contours",
    "changed_record",
    "label_map",
]

Dice = np.random.Generator
Files = dict[str, bytes]

CONTOURS: Final = (
    "ContourData nan",
    "ContourData infinite",
    "ContourData 1e30",
    "ContourData words",
    "ContourData not in threes",
    "ContourData empty",
    "ContourData two points",
    "ContourData one point many times",
    "ContourData far away",
    "ContourData between slices",
    "ContourData oblique",
    "ContourData crossing itself",
    "ContourData of 100000 points",
    "ContourGeometricType POINT",
    "ContourGeometricType NONSENSE",
    "ContourGeometricType missing",
    "NumberOfContourPoints wrong",
    "ContourSequence empty",
    "ContourSequence missing",
    "ROIContourSequence missing",
    "StructureSetROISequence missing",
    "StructureSetROISequence doubled",
    "ROINumber words",
    "ReferencedROINumber of nothing",
    "ROIName long",
    "ROIName control characters",
    "ROIName missing",
    "FrameOfReferenceUID other",
    "FrameOfReferenceUID missing",
    "one slice missing",
    "one slice twice",
    "not a structure set",
)
VALUES: Final[dict[str, list[str]]] = {
    "ContourData nan": ["nan"] * 9,
    "ContourData infinite": ["inf", "0", "-80", "4", "0", "-80", "0", "4", "-80"],
    "ContourData 1e30": ["1e30", "0", "-80", "4", "1e30", "-80", "0", "4", "-80"],
    "ContourData words": ["a", "b", "c"] * 3,
    "ContourData not in threes": ["0", "0", "-80", "4"],
    "ContourData empty": [],
    "ContourData two points": ["0", "0", "-80", "4", "0", "-80"],
    "ContourData one point many times": ["0", "0", "-80"] * 9,
    "ContourData far away": ["900", "900", "900", "950", "900", "900", "900", "950", "900"],
    "ContourData between slices": ["-8", "-8", "-81.9", "8", "-8", "-81.9", "0", "8", "-81.9"],
    "ContourData oblique": ["-8", "-8", "-80", "8", "-8", "-76", "0", "8", "-72"],
    "ContourData crossing itself": [
        "-9",
        "-9",
        "-80",
        "9",
        "9",
        "-80",
        "9",
        "-9",
        "-80",
        "-9",
        "9",
        "-80",
    ],
    "ContourData of 100000 points": ["0", "0", "-80", "9", "0", "-80", "0", "9", "-80"] * 33334,
}
RECORDS: Final[dict[str, tuple[str, ...]]] = {
    "activity_mbq": ("0", "-250", "nan", "inf", "1e30", "1e-30", '"250"', "true", "[]", "1e-3"),
    "weight_kg": ("0", "-68", "nan", "inf", "1e30", "1e-30", '"68"', "68000", "true", "0.1"),
    "height_cm": ("0", "-1", "nan", "inf", "1e30", "1.65", '"165"', "true"),
    "sex": ('"X"', '""', "1", '"MEAN"', "nan"),
    "nuclide": ('"99Xy"', '""', "18", '"89Zr"', "nan"),
    "tracer": ('""', "1", '"\\u0000\\u001b[31m"', '"' + "A" * 10240 + '"'),
    "injected_at": (
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59",
        "2024-05-14",
        "09:30:00",
        '"nonsense"',
        "0",
        "2020-05-14T09:30:00",
        "2024-05-15T09:30:00",
        "2024-05-14T09:30:00+23:59",
        "0001-01-01T00:00:00+14:00",
        "2124-05-14T09:30:00",
    ),
    "activity_measured_at": (
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59",
        "2024-05-14",
        '"nonsense"',
        "2020-05-14T09:30:00",
        "2124-05-14T09:30:00",
        "9999-12-31T23:59:59-12:00",
        "2024-05-14T09:30:00Z",
    ),
}
STATEMENTS: Final = (
    "weight_kg=nan",
    "weight_kg=inf",
    "weight_kg=-68",
    "weight_kg=0",
    "weight_kg=1e30",
    "weight_kg=1e-30",
    "weight_kg=",
    "weight_kg",
    "=68",
    "",
    "weight_kg=68 kg",
    "weight_kg=6_8",
    "weight_kg=٦٨",
    "activity_mbq=nan",
    "activity_mbq=1e30",
    "activity_mbq=1e-30",
    "activity_mbq=1e308",
    "half_life_s=nan",
    "half_life_s=1e-30",
    "half_life_s=1e30",
    "half_life_s=inf",
    "height_cm=1e30",
    "height_cm=1e-30",
    "injected_at=nonsense",
    "injected_at=0001-01-01T00:00:00",
    "injected_at=9999-12-31T23:59:59",
    "injected_at=0001-01-01T00:00:00+14:00",
    "injected_at=2020-05-14T09:30:00",
    "injected_at=2124-05-14T09:30:00",
    "reference_moment=0001-01-01T00:00:00",
    "reference_moment=9999-12-31T23:59:59",
    "reference_moment=2020-05-14T10:32:00",
    "reference_moment=2124-05-14T10:32:00",
    "reference_moment=2024-05-14",
    "utc_offset=nonsense",
    "utc_offset=+99:00",
    "utc_offset=+23:59",
    "units=NONSENSE",
    "suv_type=NONSENSE",
    "nuclide=99Xy",
    "sex=X",
    "decay_correction=LATER",
    "attenuation_corrected=perhaps",
    "nonsense=1",
    "weight_kg=68\x00",
    "weight_kg=" + "9" * 10_000,
)
ARCHIVES: Final = (
    "sound",
    "cut",
    "cut in the middle",
    "bytes flipped",
    "names with ..",
    "absolute names",
    "names of a drive",
    "names of 5000 characters",
    "names with control characters",
    "names of no character set",
    "a slice twice",
    "a folder as a file",
    "stored, not deflated",
    "compressed by bzip2",
    "compressed by lzma",
    "an archive in an archive",
    "encrypted",
    "a bomb of zeros",
    "a bomb that begins as DICOM",
    "a bomb that lies about its size",
    "members of no bytes",
    "a comment of 60 kB",
    "bytes before the archive",
    "10000 members",
    "an unknown compression",
    "a wrong checksum",
    "a central directory of nothing",
)
BOMB_BYTES: Final = 200_000_000
EMPTY_DIRECTORY: Final = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0, 0, 0, 0, 0)
PATCHES: Final = {
    "encrypted": (8, 1),
    "an unknown compression": (10, 77),
    "a wrong checksum": (16, 0),
    "a bomb that lies about its size": (24, 10),
}
"""Place in an entry of the central directory, and the two bytes that are put there."""


def changed_contours(content: bytes, what: str) -> bytes:
    """Return a structure set with one thing in it turned to nonsense."""
    dataset = pydicom.dcmread(io.BytesIO(content))
    drawn = dataset.ROIContourSequence[0]
    named = dataset.StructureSetROISequence[0]
    first = drawn.ContourSequence[0]
    acts: dict[str, Callable[[], object]] = {
        "ContourGeometricType POINT": lambda: _set(first, "ContourGeometricType", "POINT"),
        "ContourGeometricType NONSENSE": lambda: _set(first, "ContourGeometricType", "NONSENSE"),
        "ContourGeometricType missing": lambda: delattr(first, "ContourGeometricType"),
        "NumberOfContourPoints wrong": lambda: _set(first, "NumberOfContourPoints", "3"),
        "ContourSequence empty": lambda: _set(drawn, "ContourSequence", []),
        "ContourSequence missing": lambda: delattr(drawn, "ContourSequence"),
        "ROIContourSequence missing": lambda: delattr(dataset, "ROIContourSequence"),
        "StructureSetROISequence missing": lambda: delattr(dataset, "StructureSetROISequence"),
        "StructureSetROISequence doubled": lambda: dataset.StructureSetROISequence.append(named),
        "ROINumber words": lambda: _raw(named, 0x30060022, "IS", b"one"),
        "ReferencedROINumber of nothing": lambda: _set(drawn, "ReferencedROINumber", "77"),
        "ROIName long": lambda: _raw(named, 0x30060026, "LO", b"A" * 10_240),
        "ROIName control characters": lambda: _raw(named, 0x30060026, "LO", b"\x1b[31m\x00\x07[/]"),
        "ROIName missing": lambda: delattr(named, "ROIName"),
        "FrameOfReferenceUID other": lambda: _reframe(dataset, "1.2.3"),
        "FrameOfReferenceUID missing": lambda: _reframe(dataset, None),
        "one slice missing": lambda: drawn.ContourSequence.pop(1),
        "one slice twice": lambda: drawn.ContourSequence.append(first),
        "not a structure set": lambda: _set(dataset, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.2"),
    }
    if what in VALUES:
        text = "\\".join(VALUES[what]).encode()
        _raw(first, 0x30060050, "DS", text + b" " * (len(text) % 2))
    else:
        acts[what]()
    if what == "ContourData of 100000 points":  # more than explicit elements can hold
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    buffer = io.BytesIO()
    implicit = dataset.file_meta.TransferSyntaxUID.is_implicit_VR
    dataset.save_as(buffer, implicit_vr=implicit)
    return buffer.getvalue()


def _set(holder: pydicom.Dataset, keyword: str, value: object) -> None:
    setattr(holder, keyword, value)


def _raw(holder: pydicom.Dataset, tag: int, vr: str, value: bytes) -> None:
    raw = RawDataElement(Tag(tag), vr, len(value), value, 0, False, True)  # noqa: FBT003  no keywords
    holder[raw.tag] = raw


def _reframe(dataset: pydicom.Dataset, uid: str | None) -> None:
    holders = [
        dataset,
        dataset.ReferencedFrameOfReferenceSequence[0],
        *dataset.StructureSetROISequence,
    ]
    for holder in holders:
        for keyword in ("FrameOfReferenceUID", "ReferencedFrameOfReferenceUID"):
            if keyword in holder:
                if uid is None:
                    delattr(holder, keyword)
                else:
                    setattr(holder, keyword, uid)


def changed_record(key: str, value: str) -> str:
    """Return the record with another value for one key."""
    lines = [
        f"{key} = {value}" if line.startswith(f"{key} =") else line for line in RECORD.splitlines()
    ]
    return "\n".join(lines) + "\n"


def label_map() -> bytes:
    """Return a NIfTI file of the block of high uptake (NIfTI-1: RAS, so x and y turn round)."""
    labels = (true_suv() > 4.0).astype(np.uint8)
    head = bytearray(352)
    shape, step = GRID.shape, GRID.spacing
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, 3, shape[2], shape[1], shape[0], 1, 1, 1, 1)
    struct.pack_into("<2h", head, 70, 2, 8)
    struct.pack_into("<8f", head, 76, 1.0, step[2], step[1], step[0], 1.0, 1.0, 1.0, 1.0)
    struct.pack_into("<3f", head, 108, 352.0, 1.0, 0.0)
    struct.pack_into("<2h", head, 252, 0, 1)
    x, y, z = GRID.origin
    rows = ((-step[2], 0.0, 0.0, -x), (0.0, -step[1], 0.0, -y), (0.0, 0.0, step[0], z))
    for number, row in enumerate(rows):
        struct.pack_into("<4f", head, 280 + 16 * number, *row)
    head[344:348] = b"n+1\0"
    return bytes(head) + labels.tobytes()


def archive(files: Files, what: str, path: Path, dice: Dice) -> None:
    """Write a zip archive of ``files`` with something odd about it."""
    kinds = {
        "stored, not deflated": zipfile.ZIP_STORED,
        "compressed by bzip2": zipfile.ZIP_BZIP2,
        "compressed by lzma": zipfile.ZIP_LZMA,
    }
    with zipfile.ZipFile(path, "w", kinds.get(what, zipfile.ZIP_DEFLATED)) as made:
        for number, (name, content) in enumerate(files.items()):
            made.writestr(_member_name(what, name, number), content)
        _add_members(made, files, what)
    content = path.read_bytes()
    path.write_bytes(_odd_bytes(content, what, dice))


def _member_name(what: str, name: str, number: int) -> str:
    return {
        "names with ..": f"../../../../{name}",
        "absolute names": f"/etc/{name}",
        "names of a drive": f"C:\\windows\\{name}",
        "names of 5000 characters": "a" * 5000 + name,
        "names with control characters": f"\x1b[31m\n{number}\x07[/bold]{name}",
        "names of no character set": f"\udcff{number}".encode("utf-8", "replace").decode() + name,
    }.get(what, name)


def _add_members(made: zipfile.ZipFile, files: Files, what: str) -> None:
    first, content = next(iter(files.items()))
    if what == "a slice twice":
        twin = zipfile.ZipInfo(f"{first}.")
        made.writestr(twin, content)
    elif what == "a folder as a file":
        made.writestr("folder/", b"")
    elif what == "an archive in an archive":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as inner:
            inner.writestr(first, content)
        made.writestr("inner.zip", buffer.getvalue())
    elif what.startswith("a bomb"):
        start = content if what == "a bomb that begins as DICOM" else b""
        made.writestr("bomb.dcm", start + bytes(BOMB_BYTES))
    elif what == "members of no bytes":
        made.writestr("nothing.dcm", b"")
    elif what == "a comment of 60 kB":
        made.comment = b"A" * 60_000
    elif what == "10000 members":
        for number in range(10_000):
            made.writestr(f"{number}.txt", b"")


def _odd_bytes(content: bytes, what: str, dice: Dice) -> bytes:
    if what in PATCHES:
        return _patched(content, *PATCHES[what])
    middle = len(content) // 2
    acts: dict[str, Callable[[], bytes]] = {
        "cut": lambda: content[: int(dice.integers(4, len(content)))],
        "cut in the middle": lambda: content[:middle] + content[middle + 100 :],
        "bytes flipped": lambda: _flipped(content, dice),
        "bytes before the archive": lambda: b"PK\3\4" + bytes(100) + content,
        "a central directory of nothing": lambda: content[:-22] + EMPTY_DIRECTORY,
    }
    return acts.get(what, lambda: content)()


def _flipped(content: bytes, dice: Dice) -> bytes:
    made = bytearray(content)
    for at in dice.integers(len(made), size=20):
        made[at] ^= 1 << int(dice.integers(8))
    return bytes(made)


def _patched(content: bytes, offset: int, value: int) -> bytes:
    """Set two bytes of every entry of the central directory, and of the local ones."""
    made = bytearray(content)
    for signature, shift in ((b"PK\1\2", 0), (b"PK\3\4", -2)):
        at = content.find(signature)
        while at >= 0:
            struct.pack_into("<H", made, at + offset + shift, value)
            at = content.find(signature, at + 4)
    return bytes(made)
