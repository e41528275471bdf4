"""Laws of SUV: what must not change it, on files, with made-up scans of any kind."""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import gdcm  # type: ignore[import-untyped]  # gdcm has no stubs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from petrial.adapters.dicom.scan import scan
from petrial.adapters.dicom.write import Packing, WriteOptions
from petrial.images.grid import Grid
from petrial.simulation.case import Form, case_suv, plain_spec, right
from petrial.simulation.series import Beds, PetSeriesSpec, Vendor, Wording
from petrial.vocabulary.knowledge import Known
from truth_bench import attempt, judged, write_case

TOLERANCE = 1e-3

vendors = st.sampled_from(list(Vendor))
nuclides = st.sampled_from(["18F", "68Ga", "64Cu", "89Zr"])
decays = st.sampled_from(["START", "ADMIN", "NONE"])


@st.composite
def scans(draw: st.DrawFn) -> PetSeriesSpec:
    """Any properly worded scan: dated injection, any vendor, nuclide, beds and moments."""
    nuclide = draw(nuclides)
    wording = Wording(vendor=draw(vendors), decay_correction=draw(decays))
    spec = plain_spec(nuclide, wording)
    longest = 4.0 * spec.half_life_second
    uptake = draw(st.floats(60.0, longest))
    moved = draw(st.integers(-20 * 365 * 86400, 20 * 365 * 86400))
    injected = spec.injected_at + timedelta(seconds=moved)
    return replace(
        spec,
        injected_at=injected,
        scan_started=injected + timedelta(seconds=round(uptake)),
        weight_kg=draw(st.floats(35.0, 180.0)),
        beds=Beds(
            draw(st.integers(1, 6)),
            timedelta(seconds=draw(st.integers(30, 600))),
            timedelta(seconds=draw(st.integers(0, 8))),
        ),
    )


@settings(deadline=None, max_examples=60)
@given(spec=scans())
def test_suv_is_right_for_any_scan_whatever_the_clock_says(spec: PetSeriesSpec) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outcome = attempt(right("any scan", spec), Path(folder))
    assert isinstance(outcome.verdict, Known), outcome.verdict.reason
    assert outcome.error < TOLERANCE


@settings(deadline=None, max_examples=25)
@given(spec=scans(), seconds=st.integers(-(10**9), 10**9), form=st.sampled_from([*Form]))
def test_suv_does_not_change_when_the_whole_clock_is_moved(
    spec: PetSeriesSpec, seconds: int, form: Form
) -> None:
    later = replace(
        spec,
        injected_at=spec.injected_at + timedelta(seconds=seconds),
        scan_started=spec.scan_started + timedelta(seconds=seconds),
    )
    with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory() as there:
        first = attempt(replace(right("clock", spec), form=form), Path(here))
        second = attempt(replace(right("clock", later), form=form), Path(there))
    assert isinstance(first.verdict, Known) is isinstance(second.verdict, Known)
    if first.suv is not None and second.suv is not None:
        np.testing.assert_allclose(first.suv, second.suv, rtol=2e-4)


@settings(deadline=None, max_examples=25)
@given(spec=scans(), ends=st.lists(st.integers(0, 12), min_size=2, max_size=2, unique=True))
def test_a_cropped_series_gives_the_same_suv_or_is_refused_by_name(
    spec: PetSeriesSpec, ends: list[int]
) -> None:
    start, stop = sorted(ends)
    with tempfile.TemporaryDirectory() as folder:
        outcome = attempt(replace(right("crop", spec), kept=(start, stop)), Path(folder))
    if isinstance(outcome.verdict, Known):
        assert outcome.error < TOLERANCE
    else:
        assert all(problem.field for problem in outcome.verdict.problems)


WIDE = Grid.axial((4, 32, 32), (4.0, 4.0, 4.0), (-62.0, -62.0, 0.0))
"""JPEG 2000 needs more than a few pixels."""
PLAIN = replace(right("packed", plain_spec("18F")), grid=WIDE)


@pytest.mark.parametrize("packing", Packing)
@pytest.mark.parametrize("vendor", [Vendor.GE, Vendor.SIEMENS], ids=["signed", "unsigned"])
def test_suv_is_the_same_to_the_bit_when_pixel_data_are_recompressed(
    packing: Packing, vendor: Vendor, tmp_path: Path
) -> None:
    case = replace(PLAIN, spec=plain_spec("18F", Wording(vendor=vendor)))
    plain = attempt(case, tmp_path / "plain")
    packed = attempt(case, tmp_path / "packed", options=WriteOptions(packing=packing))
    assert plain.error < TOLERANCE
    np.testing.assert_array_equal(plain.suv, packed.suv)


@pytest.mark.parametrize("packing", [Packing.PLAIN, Packing.RLE])
def test_an_enhanced_object_gives_the_same_suv_when_recompressed(
    packing: Packing, tmp_path: Path
) -> None:
    case = replace(PLAIN, form=Form.ENHANCED)
    plain = attempt(case, tmp_path / "plain")
    packed = attempt(case, tmp_path / "packed", options=WriteOptions(packing=packing))
    assert plain.error < TOLERANCE
    np.testing.assert_array_equal(plain.suv, packed.suv)


def test_suv_is_the_same_to_the_bit_after_jpeg_lossless_by_gdcm(tmp_path: Path) -> None:
    truth = write_case(PLAIN, tmp_path / "plain", WriteOptions())
    (tmp_path / "jpeg").mkdir()
    for path in (tmp_path / "plain").iterdir():
        to_jpeg_lossless(path, tmp_path / "jpeg" / path.name)
    plain = judged(tmp_path / "plain", PLAIN, truth)
    packed = judged(tmp_path / "jpeg", PLAIN, truth)
    assert plain.error < TOLERANCE
    np.testing.assert_array_equal(plain.suv, packed.suv)


def to_jpeg_lossless(source: Path, target: Path) -> None:
    reader = gdcm.ImageReader()
    reader.SetFileName(str(source))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    writer.SetFileName(str(target))
    assert writer.Write()


@pytest.mark.parametrize("nuclide", ["18F", "89Zr"])
def test_suv_is_the_same_to_the_bit_when_slices_are_shuffled(nuclide: str, tmp_path: Path) -> None:
    case = right("shuffled", plain_spec(nuclide))
    plain = attempt(case, tmp_path / "plain")
    shuffled = attempt(case, tmp_path / "shuffled", options=WriteOptions(shuffled=True))
    names = sorted(path.name for path in (tmp_path / "shuffled" / "case").iterdir())
    assert not any(name.endswith(".dcm") for name in names)
    np.testing.assert_array_equal(plain.suv, shuffled.suv)


def test_an_oblique_series_gives_the_same_suv_on_its_own_grid(tmp_path: Path) -> None:
    up, down, across = (0.0, -0.6, 0.8), (0.0, 0.8, 0.6), (1.0, 0.0, 0.0)
    oblique = Grid(WIDE.shape, WIDE.spacing, WIDE.origin, (up, down, across))
    case = replace(PLAIN, grid=oblique)
    write_case(case, tmp_path / "case", WriteOptions())
    found = scan(tmp_path / "case").series[0]
    assert found.facts.grid is not None
    assert found.facts.grid.coincides_with(oblique)
    assert judged(tmp_path / "case", case, case_suv(oblique)).error < TOLERANCE
