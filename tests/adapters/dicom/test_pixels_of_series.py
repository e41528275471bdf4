"""Pixels: the numbers that were stored come out, whatever packed them; damage is named."""

import shutil
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_rescale
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from made_slices import ROWS_COLUMNS, as_ct, pet_slices, stored_numbers, write_slices
from petrial.adapters.dicom.decoder import serve
from petrial.adapters.dicom.messages import receive, send
from petrial.adapters.dicom.scan import FoundSeries, scan
from petrial.vocabulary.errors import ReadError


def only(path: Path) -> FoundSeries:
    (series,) = scan(path).series
    return series


def complaints(series: FoundSeries) -> str:
    return "\n".join(str(problem) for problem in series.facts.problems)


def expected(count: int = 5, *, signed: bool = False) -> np.ndarray:
    """Return stored numbers x slope, both by hand."""
    planes = [stored_numbers(z, signed=signed) * (0.5 + 0.25 * z) for z in range(count)]
    return np.stack(planes).astype(np.float32)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
def test_compression_by_pydicom_changes_nothing(
    tmp_path: Path,
    syntax: UID,
    signed: bool,  # noqa: FBT001  parametrised
) -> None:
    write_slices(pet_slices(signed=signed), tmp_path, syntax)
    found = only(tmp_path)
    assert not found.facts.problems
    np.testing.assert_array_equal(found.values(), expected(signed=signed))


@pytest.mark.parametrize(
    "command",
    [
        ["dcmcrle"],
        ["dcmcjpls"],
        ["dcmcjpeg", "+e1"],
        ["dcmcjpeg", "+el", "+sv", "6"],
        ["dcmconv", "+te"],
        ["dcmconv", "+tb"],
        ["dcmconv", "+td"],
    ],
)
def test_transcoding_by_dcmtk_changes_nothing(tmp_path: Path, command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} of dcmtk is not installed")
    (tmp_path / "packed").mkdir()
    for path in write_slices(pet_slices(), tmp_path / "plain"):
        subprocess.run([*command, str(path), str(tmp_path / "packed" / path.name)], check=True)
    found = only(tmp_path / "packed")
    assert not found.facts.problems
    np.testing.assert_array_equal(found.values(), expected())


def test_a_series_may_mix_packed_and_plain_files(tmp_path: Path) -> None:
    write_slices(pet_slices()[:3], tmp_path / "a", RLELossless)
    write_slices(pet_slices()[3:], tmp_path / "b", ExplicitVRBigEndian)
    np.testing.assert_array_equal(only(tmp_path).values(), expected())


def test_rle_whose_runs_do_not_fit_is_left_to_the_careful_decoder(tmp_path: Path) -> None:
    """A run too many at the end of a segment: PS3.5 G.3 lets segments be padded."""
    paths = write_slices(pet_slices(), tmp_path, RLELossless)
    ds = pydicom.dcmread(paths[0])
    frame = next(pydicom.encaps.generate_frames(ds.PixelData, number_of_frames=1))
    ds.PixelData = pydicom.encaps.encapsulate([frame + b"\xff\x00" * 3])
    ds["PixelData"].VR = "OB"
    ds.save_as(paths[0])
    np.testing.assert_array_equal(only(tmp_path).values(), expected())


@pytest.mark.parametrize("stored", [10, 12, 16])
@pytest.mark.parametrize("signed", [False, True])
def test_bits_that_are_not_used_are_not_read(tmp_path: Path, stored: int, signed: bool) -> None:  # noqa: FBT001  parametrised
    """Overlays once lay in the upper bits; pydicom is the other reader."""

    def change(z: int, ds: Dataset) -> None:
        ds.BitsStored, ds.HighBit = stored, stored - 1
        ds.PixelData = np.random.default_rng(z).bytes(2 * ROWS_COLUMNS[0] * ROWS_COLUMNS[1])
        ds.PixelRepresentation = int(signed)

    paths = write_slices(pet_slices(change=change), tmp_path)
    planes = [pydicom.dcmread(path).pixel_array * (0.5 + 0.25 * z) for z, path in enumerate(paths)]
    np.testing.assert_array_equal(only(tmp_path).values(), np.stack(planes).astype(np.float32))


@pytest.mark.parametrize(("allocated", "kind"), [(8, "u1"), (32, "<i4")])
def test_other_widths_are_read(tmp_path: Path, allocated: int, kind: str) -> None:
    def change(z: int, ds: Dataset) -> None:
        ds.BitsAllocated = ds.BitsStored = allocated
        ds.HighBit, ds.PixelRepresentation = allocated - 1, int(kind == "<i4")
        ds.RescaleSlope = "1"
        ds.PixelData = np.full(ROWS_COLUMNS, 100 + z, kind).tobytes()

    write_slices(pet_slices(change=change), tmp_path)
    assert only(tmp_path).values()[:, 0, 0].tolist() == [100, 101, 102, 103, 104]


def test_float_pixels_are_read_and_nan_is_refused(tmp_path: Path) -> None:
    def change(z: int, ds: Dataset) -> None:
        del ds.PixelData
        del ds.BitsStored, ds.HighBit, ds.PixelRepresentation
        ds.BitsAllocated = 32
        ds.FloatPixelData = np.full(ROWS_COLUMNS, z + 0.25, "<f4").tobytes()

    slices = pet_slices(change=change)
    write_slices(slices, tmp_path)
    assert only(tmp_path).values()[2, 3, 4] == 2.25
    slices[1].FloatPixelData = np.full(ROWS_COLUMNS, np.nan, "<f4").tobytes()
    write_slices(slices, tmp_path)
    with pytest.raises(ReadError, match="NaN"):
        only(tmp_path).values()


def test_hounsfield_units_are_whole_numbers(tmp_path: Path) -> None:
    write_slices(pet_slices(change=as_ct), tmp_path)
    found = only(tmp_path).hounsfield()
    by_hand = np.stack([stored_numbers(z).astype(np.int32) % 4096 - 1024 for z in range(5)])
    assert found.hounsfield.dtype == np.int16
    np.testing.assert_array_equal(found.hounsfield, by_hand)


@pytest.mark.parametrize(("slope", "intercept"), [("1.5", "-1024"), ("1", "-0.5"), ("16", "30000")])
def test_hounsfield_units_that_fit_no_short_are_floats(
    tmp_path: Path, slope: str, intercept: str
) -> None:
    def change(z: int, ds: Dataset) -> None:
        as_ct(z, ds)
        ds.RescaleSlope, ds.RescaleIntercept = slope, intercept

    write_slices(pet_slices(change=change), tmp_path)
    found = only(tmp_path).hounsfield()
    assert found.hounsfield.dtype == np.float32
    by_hand = stored_numbers(2) % 4096 * float(slope) + float(intercept)
    np.testing.assert_allclose(found.hounsfield[2], by_hand, rtol=1e-6)


@pytest.mark.parametrize(
    ("keyword", "value", "words"),
    [
        ("RescaleIntercept", "-5", "RescaleIntercept (0028,1052): found -5, wanted 0 for PET"),
        ("RescaleSlope", "", "RescaleSlope (0028,1053): found nothing"),
        ("RescaleSlope", "0", "wanted a number above 0"),
        ("RescaleSlope", "-1", "wanted a number above 0"),
        ("SamplesPerPixel", 3, "SamplesPerPixel (0028,0002): found 3, wanted 1"),
        ("PhotometricInterpretation", "RGB", "wanted MONOCHROME2"),
        ("BitsAllocated", 12, "wanted 8 or 16 or 32"),
        ("BitsStored", 17, "a number from 1 to 16"),
        ("HighBit", 11, "HighBit (0028,0102): found 11, wanted 15"),
        ("PixelRepresentation", 2, "wanted 0 or 1"),
        ("LossyImageCompression", "01", "lossy compression in 001.dcm"),
        ("PixelData", b"\0\0", "found 2 bytes, wanted 2448 bytes for 1 x 36 x 34 pixels"),
        ("PixelData", bytes(4896), "found 4896 bytes, wanted 2448 bytes"),
        ("NumberOfFrames", "2", "found 2 frames, 0 functional groups"),
    ],
)
def test_what_would_give_wrong_numbers_is_refused_by_name(
    tmp_path: Path, keyword: str, value: object, words: str
) -> None:
    def change(z: int, ds: Dataset) -> None:
        if z == 1:
            setattr(ds, keyword, value)

    write_slices(pet_slices(change=change), tmp_path)
    assert words in complaints(only(tmp_path))


def test_a_bit_depth_beyond_all_reason_takes_no_memory(tmp_path: Path) -> None:
    """A double where a short belongs: 1e300 bits, as a search by mutation found."""
    for path in write_slices(pet_slices(), tmp_path):
        ds = pydicom.dcmread(path)
        ds["BitsAllocated"] = pydicom.DataElement("BitsAllocated", "FD", 1e300)
        ds.save_as(path)
    assert "BitsAllocated (0028,0100): found 1e+300, wanted a whole number" in complaints(
        only(tmp_path)
    )


def test_a_lossy_transfer_syntax_is_refused_for_pet_and_remarked_for_ct(tmp_path: Path) -> None:
    def ct(z: int, ds: Dataset) -> None:
        as_ct(z, ds)
        ds.SeriesInstanceUID, ds.LossyImageCompression = "1.2.3.77", "01"

    def pet(z: int, ds: Dataset) -> None:
        del ds.PixelData
        ds.LossyImageCompression = "01"
        ds.PixelData = stored_numbers(z).tobytes()

    write_slices(pet_slices(change=pet), tmp_path / "pet")
    write_slices(pet_slices(change=ct), tmp_path / "ct")
    assert "never compressed with loss" in complaints(only(tmp_path / "pet"))
    facts = only(tmp_path / "ct").facts
    assert not facts.problems
    assert "CT numbers were changed" in facts.remarks[0]


def test_an_unknown_transfer_syntax_is_named(tmp_path: Path) -> None:
    for path in write_slices(pet_slices(), tmp_path, RLELossless):
        content = path.read_bytes()
        path.write_bytes(content.replace(b"1.2.840.10008.1.2.5\0", b"1.2.840.10008.9.9.9\0"))
    assert "TransferSyntaxUID (0002,0010): found 1.2.840.10008.9.9.9" in complaints(only(tmp_path))


@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEG2000Lossless])
def test_damaged_compressed_pixels_are_refused_and_the_next_series_is_read(
    tmp_path: Path, syntax: UID
) -> None:
    path = write_slices(pet_slices(), tmp_path / "bad", syntax)[2]
    content = bytearray(path.read_bytes())
    at = content.rindex(b"\xe0\x7f\x10\x00") + 40
    content[at + 20 : at + 400] = bytes(reversed(content[at + 20 : at + 400]))
    path.write_bytes(content)
    with pytest.raises(ReadError, match=r"002\.dcm"):
        only(tmp_path / "bad").values()
    write_slices(pet_slices(), tmp_path / "good", syntax)
    np.testing.assert_array_equal(only(tmp_path / "good").values(), expected())


def test_rle_with_a_segment_too_few_is_refused(tmp_path: Path) -> None:
    path = write_slices(pet_slices(), tmp_path, RLELossless)[2]
    content = path.read_bytes()
    header = b"\2\0\0\0\x40\0\0\0"
    assert content.count(header) == 1
    path.write_bytes(content.replace(header, b"\1\0\0\0\x40\0\0\0"))
    with pytest.raises(ReadError, match=r"002\.dcm cannot be decoded"):
        only(tmp_path).values()


def test_compressed_frames_that_claim_another_size_are_refused(tmp_path: Path) -> None:
    """36 rows in the header, 40 in the stream: a decoder would make what the stream says."""

    def change(_: int, ds: Dataset) -> None:
        ds.Rows = 40
        ds.PixelData = bytes(2 * 40 * 34)

    slices = pet_slices(change=change)
    paths = write_slices(slices, tmp_path, JPEG2000Lossless)
    for path in paths:
        ds = pydicom.dcmread(path)
        ds.Rows = 36
        ds.save_as(path)
    with pytest.raises(ReadError, match="40 rows and 34 columns"):
        only(tmp_path).values()


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    paths = write_slices(pet_slices(), tmp_path)
    found = only(tmp_path)
    paths[3].unlink()
    with pytest.raises(ReadError, match="No such file"):
        found.values()


def test_a_slope_beyond_all_floats_gives_no_infinity(tmp_path: Path) -> None:
    write_slices(pet_slices(change=lambda _, ds: setattr(ds, "RescaleSlope", "1e300")), tmp_path)
    with pytest.raises(ReadError, match="overflow"):
        only(tmp_path).values()


def test_a_decoder_tells_errors_and_goes_on() -> None:
    requests, answers = BytesIO(), BytesIO()
    options = {"rows": 2, "columns": 2, "bits_allocated": 16, "number_of_frames": 1}
    for _ in range(2):
        request = {"syntax": RLELossless, "indices": [0], "options": options}
        send(requests, request, b"\xfe\xff\x00\xe0\xff\xff\xff\x7f")
    requests.seek(0)
    serve(requests, answers)
    answers.seek(0)
    told = [receive(answers), receive(answers)]
    assert all(answer and "end too early" in answer[0]["error"] for answer in told)
    assert receive(answers) is None


def test_the_real_scan_agrees_with_pydicom(unpacked: Callable[[str], Path]) -> None:
    """STS_001 through pydicom's apply_rescale, slice by slice, sorted by height."""
    folder = unpacked("sts001-ge-bqml") / "image"
    read = [pydicom.dcmread(path) for path in folder.glob("*.dcm")]
    read.sort(key=lambda ds: float(ds.ImagePositionPatient[2]))
    planes = np.stack([apply_rescale(ds.pixel_array, ds) for ds in read])
    np.testing.assert_array_equal(only(folder).values(), planes.astype(np.float32))


def test_plain_reading_needs_no_pydicom(tmp_path: Path) -> None:
    """pydicom takes half a second to import; a plain series does without."""
    write_slices(pet_slices(), tmp_path, ExplicitVRLittleEndian)
    code = (
        "import sys; from pathlib import Path; from petrial.adapters.dicom.scan import scan;"
        f"scan(Path({str(tmp_path)!r})).series[0].values(); sys.exit('pydicom' in sys.modules)"
    )
    import sys  # noqa: PLC0415  only here

    assert subprocess.run([sys.executable, "-P", "-c", code], check=False).returncode == 0
