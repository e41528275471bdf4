"""What fuzzing has found, each as small as it can be. A header comes from the standard's forms."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian

from made_slices import pet_slices, stored_numbers, write_slices
from petrial import bootstrap
from petrial.adapters.dicom.scan import scan
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.knowledge import Unknown

Change = Callable[[int, Dataset], None]


def problems(folder: Path, change: Change) -> tuple[Problem, ...]:
    """Return what petrial refuses of a PET series that is changed, slice by slice."""
    write_slices(pet_slices(change=change), folder)
    (series,) = bootstrap.check(folder).series
    assert isinstance(series.scaling, Unknown)
    return series.scaling.problems


def test_each_refusal_says_what_is_wanted_where_bits_allocated_is_missing(tmp_path: Path) -> None:
    def change(_: int, ds: Dataset) -> None:
        del ds.BitsAllocated

    found = problems(tmp_path, change)
    assert any("BitsAllocated" in problem.field for problem in found)
    assert [problem for problem in found if not problem.wanted] == []


def test_two_moments_past_the_ends_of_the_calendar_are_told_apart(tmp_path: Path) -> None:
    """The last hour of the year 9999 at UTC-12 lies in a year that no calendar here has."""

    def change(z: int, ds: Dataset) -> None:
        ds.Manufacturer = "SIEMENS"
        block = ds.private_block(0x0071, "SIEMENS MED PT", create=True)
        block.add_new(0x22, "DT", "99991231235959-1200" if z else "20240131110000+0100")

    assert any("(0071,1022)" in problem.field for problem in problems(tmp_path, change))


def test_a_refusal_is_short_though_the_header_is_not(tmp_path: Path) -> None:
    def change(_: int, ds: Dataset) -> None:
        ds.Units = "BQML" * 4  # as long as the standard lets it be
        ds["Units"]._value = "A" * 10_000  # noqa: SLF001  longer than pydicom lets it be

    assert [p for p in problems(tmp_path, change) if len(str(p)) > 2000] == []


def test_a_header_sends_no_control_characters_to_the_terminal(tmp_path: Path) -> None:
    """ESC [ 31 m would turn the terminal red, and other sequences do worse."""

    def change(_: int, ds: Dataset) -> None:
        ds.SeriesDescription = "PET\x1b[31m AC"
        ds["Units"]._value = "BQ\x1b[2JML"  # noqa: SLF001  pydicom would refuse it

    write_slices(pet_slices(change=change), tmp_path)
    command = "import sys; from petrial.entrypoints.cli import main; main()"
    run = subprocess.run(
        [sys.executable, "-c", command, "images", "check", str(tmp_path)],
        capture_output=True,
        check=False,
    )
    assert run.returncode == 3
    assert b"PET" in run.stdout
    assert b"\x1b" not in run.stdout + run.stderr


@pytest.mark.parametrize("syntax", [ExplicitVRBigEndian, ExplicitVRLittleEndian])
def test_pixels_keep_their_byte_order_where_pydicom_has_to_put_a_file_in_order(
    syntax: UID, tmp_path: Path
) -> None:
    """Two elements that stand in the wrong order say nothing of the pixels."""
    for path in write_slices(pet_slices(), tmp_path, syntax):
        content = path.read_bytes()
        first, second = (content.index(word) - 8 for word in (b"ISO_IR 100", b"ORIGINAL"))
        end = second + 8 + len(b"ORIGINAL\\PRIMARY")
        path.write_bytes(
            content[:first] + content[second:end] + content[first:second] + content[end:]
        )
    (series,) = scan(tmp_path).series
    slopes = [0.5 + 0.25 * z for z in range(5)]
    written = np.stack([stored_numbers(z) * slope for z, slope in enumerate(slopes)])
    np.testing.assert_allclose(series.values(), written, rtol=1e-6)


def test_bytes_that_stand_in_big_endian_words_are_refused(tmp_path: Path) -> None:
    """Two pixels share a word, and which comes first depends on the writer (PS3.5, annex D)."""

    def change(z: int, ds: Dataset) -> None:
        ds.BitsAllocated = ds.BitsStored = 8
        ds.HighBit = 7
        ds.PixelData = stored_numbers(z).astype(np.uint8).tobytes()

    write_slices(pet_slices(change=change), tmp_path, ExplicitVRBigEndian)
    (series,) = scan(tmp_path).series
    assert {problem.field for problem in series.facts.problems} == {"BitsAllocated (0028,0100)"}
