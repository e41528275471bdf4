"""The administration record: what is read, and what is said of what cannot be."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from petrial.adapters.files.record import read_record
from petrial.images.suv.statements import Sex
from petrial.vocabulary.errors import RecordError

WHOLE = """
series_uid = "1.2.3"
[administration]
tracer = "89Zr-trastuzumab"
nuclide = "Zr-89"
activity_mbq = 37.9
activity_measured_at = 2024-05-21T09:12:00
residual_mbq = 0.4
residual_measured_at = "2024-05-21T11:02"
injected_at = 2024-05-21T10:42:00Z
[patient]
weight_kg = 68
height_cm = 165.5
sex = "F"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "record.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_is_read_in_its_unit(tmp_path: Path) -> None:
    record = read_record(written(tmp_path, WHOLE))
    assert record.origin == "record.toml"
    assert (record.series_uid, record.tracer, record.nuclide) == (
        "1.2.3",
        "89Zr-trastuzumab",
        "89Zr",
    )
    assert record.activity_becquerel == pytest.approx(37.9e6)
    assert record.activity_measured_at == datetime.fromisoformat("2024-05-21T09:12")
    assert record.residual_measured_at == datetime.fromisoformat("2024-05-21T11:02")
    assert record.injected_at == datetime(2024, 5, 21, 10, 42, tzinfo=UTC)
    assert record.height_metre == pytest.approx(1.655)
    assert (record.weight_kilogram, record.sex) == (68.0, Sex.FEMALE)


def test_an_empty_record_states_nothing(tmp_path: Path) -> None:
    record = read_record(written(tmp_path, ""))
    assert (record.tracer, record.weight_kilogram, record.injected_at) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[administration]\nactivity = 5", "administration.activity"),
        ("[administration]\nactivity_mbq = -5", "administration.activity_mbq"),
        ("[administration]\nactivity_mbq = nan", "administration.activity_mbq"),
        ('[administration]\nactivity_mbq = "370"', "administration.activity_mbq"),
        ("[administration]\ninjected_at = 2024-05-21", "administration.injected_at"),
        ('[administration]\ninjected_at = "10:42"', "administration.injected_at"),
        ('[administration]\nnuclide = "Xx-1"', "administration.nuclide"),
        ("[patient]\nweight_kg = 70000", "patient.weight_kg"),
        ("[patient]\nheight_cm = 1.7", "patient.height_cm"),
        ('[patient]\nsex = "X"', "patient.sex"),
        ("patient = 3", "patient"),
        ("[administration", "file"),
        ("\x00", "file"),
    ],
)
def test_a_fault_is_named_with_its_key(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(RecordError) as caught:
        read_record(written(tmp_path, text))
    problem = caught.value.problem
    assert problem.field == field
    assert problem.wanted
    assert problem.do


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[patient]\nweight = 71", "one of the keys weight_kg, height_cm, sex"),
        ("[administration]\ndose = 71", "activity_mbq"),
        ("tracer = 'FDG'", "series_uid, study_uid, administration, patient"),
        ('[patient]\nweight_kg = "71"', "a number, without quotes"),
        ("[patient]\nweight_kg = 70000", "at most 700"),
        ("[patient]\nsex = 'X'", "F, M or mean"),
        ("[administration]\ninjected_at = 2024-05-21", "date and time"),
        ("[administration]\ninjected_at = 1577955600", "date and time"),
    ],
)
def test_a_fault_says_what_would_have_been_right(tmp_path: Path, text: str, wanted: str) -> None:
    with pytest.raises(RecordError) as caught:
        read_record(written(tmp_path, text))
    assert wanted in caught.value.problem.wanted


@pytest.mark.parametrize(
    "text", ["[patient]\nweight_kg = 71,5", "[administration]\nx = 2024-05-14 09:40"]
)
def test_a_slip_of_writing_is_answered_with_how_to_write(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecordError, match="numbers have a point"):
        read_record(written(tmp_path, text))


def test_a_file_that_is_no_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="can be read"):
        read_record(tmp_path / "absent.toml")
    (tmp_path / "image.dcm").write_bytes(b"\xff" * 2_000_000)
    with pytest.raises(RecordError, match="a small TOML file"):
        read_record(tmp_path / "image.dcm")
