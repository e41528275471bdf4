"""Files made to hang a reader or to fill its memory are named, and cost next to nothing."""

import resource
import zlib
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from made_slices import pet_slices, write_slices
from petrial.adapters.dicom.scan import scan

META_LENGTH_AT = 140
ITEM = b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
SEQUENCE = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff"


def parts(path: Path) -> tuple[bytes, bytes]:
    """Return meta information and data set of a file."""
    content = path.read_bytes()
    end = 144 + int.from_bytes(content[META_LENGTH_AT : META_LENGTH_AT + 4], "little")
    return content[:end], content[end:]


def only_problem(folder: Path) -> str:
    """Return the problem of the one file that cannot be read; four others can."""
    found = scan(folder)
    assert [s.facts.instances for s in found.series] == [4]
    (problem,) = found.problems
    return str(problem)


def test_sequences_nested_without_end_are_malformed(tmp_path: Path) -> None:
    path = write_slices(pet_slices(), tmp_path)[4]
    meta, _ = parts(path)
    path.write_bytes(meta + (SEQUENCE + ITEM) * 200_000)
    assert "sequences nested more than 24 deep" in only_problem(tmp_path)


def test_a_sequence_that_never_ends_is_a_file_cut_short(tmp_path: Path) -> None:
    path = write_slices(pet_slices(), tmp_path)[4]
    meta, _ = parts(path)
    path.write_bytes(meta + SEQUENCE + b"\xfe\xff\x00\xe0\x00\x00\x00\x00" * 300_000)
    assert "ends inside an element" in only_problem(tmp_path)


def test_an_element_of_four_gigabytes_is_a_file_cut_short(tmp_path: Path) -> None:
    path = write_slices(pet_slices(), tmp_path)[4]
    meta, _ = parts(path)
    path.write_bytes(meta + b"\x08\x00\x05\x00UT\0\0\xf0\xff\xff\xff" + bytes(10_000))
    assert "ends inside an element" in only_problem(tmp_path)


def test_a_header_of_a_gigabyte_is_not_read(tmp_path: Path) -> None:
    """A sparse file: it takes no place on the disk and would take 1 GB of memory."""
    path = write_slices(pet_slices(), tmp_path)[4]
    meta, data = parts(path)
    path.write_bytes(meta + data[:18] + b"\x08\x00\x09\x00UT\0\0\0\0\0\x40")
    with path.open("r+b") as file:
        file.truncate(1_100_000_000)
    assert "a header of more than" in only_problem(tmp_path)


def test_deflated_zeros_without_end_are_refused(tmp_path: Path) -> None:
    path = write_slices(pet_slices(), tmp_path, DeflatedExplicitVRLittleEndian)[4]
    meta, _ = parts(path)
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    million = bytes(1 << 20)
    squeezed = b"".join(machine.compress(million) for _ in range(600)) + machine.flush()
    path.write_bytes(meta + squeezed)
    assert "more than 512 MiB" in only_problem(tmp_path)


@pytest.mark.parametrize("size", [60_000, 8192])
def test_pixels_that_are_only_claimed_are_never_allocated(tmp_path: Path, size: int) -> None:
    def change(_: int, ds: Dataset) -> None:
        ds.Rows = ds.Columns = size

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    write_slices(pet_slices(change=change), tmp_path, ExplicitVRLittleEndian)
    (series,) = scan(tmp_path).series
    assert series.facts.problems
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100_000  # kilobytes
