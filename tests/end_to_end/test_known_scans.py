"""Real scans and reference objects through the command line: what must come out, comes out."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import polars as pl
import pytest

from petrial import load_pet, measure
from petrial.adapters.files.json_schema import measurement_schema
from petrial.bootstrap import lesion_frame
from petrial.lesions.table import LESION_TABLE
from petrial.vocabulary.errors import FieldError

Unpack = Callable[[str], Path]
IBSI_OBJECTS = ("DRO_0_0", "DRO_1_0", "DRO_2_4", "DRO_3_1", "DRO_4_2")
SCHEMA_FILE = Path(__file__).resolve().parents[2] / "docs" / "look-up" / "measurement.schema.json"


def petrial(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    command = [sys.executable, "-c", "from petrial.entrypoints.cli import main; main()"]
    return subprocess.run(
        [*command, *map(str, words)], capture_output=True, text=True, check=False, timeout=300
    )


def test_sts_001_gives_its_known_values_on_the_command_line(unpacked: Unpack) -> None:
    """Values on which three independent programs agree (shared data, README)."""
    folder = unpacked("sts001-ge-bqml")
    ran = petrial(
        "images", "measure", folder / "image", "--contours", folder / "mask/1-1.dcm", "--json", "-"
    )
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    jsonschema.validate(document, measurement_schema())
    (series,) = document["series"]
    assert series["suv"]["factor_bw"] == pytest.approx(0.000242902977, rel=1e-9)
    assert series["suv_max"] == pytest.approx(66.52150, abs=5e-5)
    mass = next(lesion for lesion in series["lesions"] if lesion["label"] == "GTV_Mass")
    assert mass["suv_max"] == pytest.approx(7.91067, abs=1e-5)
    assert mass["suv_min"] == pytest.approx(0.16879, abs=1e-5)
    assert mass["suv_mean"] == pytest.approx(2.55518, abs=1e-5)
    assert mass["voxels"] == 5095
    assert mass["volume_ml"] == pytest.approx(366.079, abs=1e-3)
    assert mass["sul_james_max"] == pytest.approx(5.9959, abs=1e-4)
    assert mass["sul_janmahasatian_max"] == pytest.approx(5.8891, abs=1e-4)


@pytest.mark.parametrize("name", IBSI_OBJECTS)
@pytest.mark.parametrize("contours", ["mask/DRO_mask.nii.gz", "RS"])
def test_ibsi_objects_have_maximum_4_median_1_minimum_0_2(
    unpacked: Unpack, name: str, contours: str
) -> None:
    """Digital reference objects of the IBSI SUV initiative, 2026, whatever the header says."""
    folder = unpacked("ibsi-suv-dro") / name
    drawn = folder / contours
    drawn = next(drawn.iterdir()) if drawn.is_dir() else drawn
    (row,) = measure(folder / "PT", contours=drawn).rows
    found = (round(row.suv_max, 2), round(row.suv_median, 2), round(row.suv_min, 2))
    assert found == (4.00, 1.00, 0.20)


def test_ibsi_objects_of_sex_o_give_lean_mass_by_the_mean_of_both_formulas(
    unpacked: Unpack,
) -> None:
    """Sex O is refused for lean mass until somebody decides; the IBSI objects take the mean.

    By hand, 70 kg and 1.75 m, Janmahasatian: women 45.18, men 55.39, mean 50.29 kg.
    """
    folder = unpacked("ibsi-suv-dro") / "DRO_0_0"
    contours = folder / "mask/DRO_mask.nii.gz"
    (undecided,) = measure(folder / "PT", contours=contours).rows
    assert undecided.sul_janmahasatian_max is None
    (decided,) = measure(folder / "PT", contours=contours, assume=["sex=mean"]).rows
    bmi = 70.0 / 1.75**2
    mean = (9270 * 70 / (8780 + 244 * bmi) + 9270 * 70 / (6680 + 216 * bmi)) / 2
    assert decided.sul_janmahasatian_max == pytest.approx(decided.suv_max * mean / 70.0)


def test_sts_003_in_suv_already_is_measured_with_its_ct(unpacked: Unpack) -> None:
    """PET in GML: the factor is 1 and the CT gives the mean HU of soft tissue."""
    folder = unpacked("sts003-petct")
    answer = measure(folder, contours=folder / "PET/mask/RS.dcm")
    (row,) = answer.rows
    (pet,) = [s for s in answer.series if s.facts.modality == "PT"]
    assert pet.scaling is not None
    assert row.label == "GTV_Mass_PET"
    assert row.ct_mean_hu is not None
    assert 0.0 < row.ct_mean_hu < 100.0


def test_a_folder_of_everything_is_walked_and_each_series_judged_by_itself(
    unpacked: Unpack,
) -> None:
    """All five IBSI objects in one folder: five PET, five structure sets, nothing refused."""
    ran = petrial("images", "check", unpacked("ibsi-suv-dro"), "--json", "-")
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    jsonschema.validate(document, measurement_schema())
    kinds = sorted(series["kind"] for series in document["series"])
    assert kinds == ["PET"] * 5 + ["structure set"] * 5
    assert sum(series["quantifiable"] for series in document["series"]) == 5


def test_the_schema_in_the_documents_is_the_one_of_the_code() -> None:
    """``python -m petrial.adapters.files.json_schema`` writes it."""
    assert json.loads(SCHEMA_FILE.read_text(encoding="utf-8")) == measurement_schema()


def test_csv_and_parquet_hold_the_same_table(unpacked: Unpack, tmp_path: Path) -> None:
    """Both have the columns of the schema, and the values of the answer."""
    folder = unpacked("ibsi-suv-dro") / "DRO_0_0"
    ran = petrial(
        *("images", "measure", folder / "PT", "--contours", folder / "mask/DRO_mask.nii.gz"),
        *("--csv", tmp_path / "t.csv", "--parquet", tmp_path / "t.parquet"),
    )
    assert ran.returncode == 0, ran.stderr
    frame = pl.read_parquet(tmp_path / "t.parquet")
    assert tuple(frame.columns) == LESION_TABLE.names
    with (tmp_path / "t.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert float(row["suv_max"]) == frame["suv_max"][0]


def test_the_page_is_one_file_with_the_lesion_on_it(unpacked: Unpack, tmp_path: Path) -> None:
    folder = unpacked("ibsi-suv-dro") / "DRO_0_0"
    ran = petrial(
        *("images", "measure", folder / "PT", "--contours", folder / "mask/DRO_mask.nii.gz"),
        *("--out", tmp_path / "page"),
    )
    assert ran.returncode == 0, ran.stderr
    (page,) = (tmp_path / "page").iterdir()
    text = page.read_text(encoding="utf-8")
    assert "label 1" in text
    assert "<script" not in text


def test_five_lines_of_a_notebook_are_enough(unpacked: Unpack) -> None:
    """``load_pet`` gives the volume in SUV, ``measure`` the table."""
    folder = unpacked("ibsi-suv-dro") / "DRO_0_0"
    pet = load_pet(folder / "PT")
    table = lesion_frame(measure(folder / "PT", contours=folder / "mask/DRO_mask.nii.gz"))
    assert float(pet.suv.g_per_ml.max()) >= table["suv_max"][0]
    assert pet.scaling.factor_bw is not None


def test_wrong_usage_exits_with_2_and_says_what_was_wanted(unpacked: Unpack) -> None:
    folder = unpacked("ibsi-suv-dro") / "DRO_0_0/PT"
    for words, wanted in (
        (("--assume", "weight=70"), "weight_kg"),
        (("--method", "magic"), "fixed"),
        (("--seed", "1,2"), "three numbers"),
        (("--peak", "highest"), "sphere-1cm3"),
        (("--force", "fixed"), "--method"),
        (("--csv", "no/such/folder/x.csv"), "a folder that exists"),
        (("--json", "."), "a folder that exists"),
    ):
        ran = petrial("images", "measure", folder, *words)
        assert ran.returncode == 2, (words, ran.stderr)
        assert wanted in " ".join(ran.stderr.split())
    assert petrial("images", "measure", "no such place").returncode == 2
    for option in ("--record", "--contours"):
        assert petrial("images", "measure", folder, option, "no such file").returncode == 2


def test_a_refused_method_exits_with_3_and_the_rest_is_measured(unpacked: Unpack) -> None:
    """PERCIST without a liver is refused; the fixed threshold beside it is not."""
    folder = unpacked("ibsi-suv-dro") / "DRO_0_0/PT"
    ran = petrial(
        "images", "measure", folder, "--method", "percist", "--method", "fixed", "--json", "-"
    )
    assert ran.returncode == 3
    (series,) = json.loads(ran.stdout)["series"]
    assert series["lesions"]
    assert {lesion["method"] for lesion in series["lesions"]} == {"fixed:4.0"}
    (problem,) = series["refused"]
    assert "liver" in problem["field"]


def test_contours_of_another_scan_are_refused_by_their_frame_of_reference(
    unpacked: Unpack,
) -> None:
    drawn = unpacked("sts001-ge-bqml") / "mask/1-1.dcm"
    answer = measure(unpacked("sts003-petct") / "PET/image", contours=drawn)
    assert answer.refused
    assert [problem.field for problem in answer.problems] == ["frame of reference"]
    assert not answer.rows


def test_no_number_is_printed_for_a_series_that_is_refused(unpacked: Unpack) -> None:
    """With another half-life the decay factors of STS_001 testify against its times."""
    folder = unpacked("sts001-ge-bqml") / "image"
    ran = petrial(
        *("images", "measure", folder, "--method", "fixed", "--json", "-"),
        *("--assume", "half_life_s=282276"),
    )
    assert ran.returncode == 3
    (series,) = json.loads(ran.stdout)["series"]
    assert (series["suv"], series["suv_max"], series["lesions"]) == (None, None, [])
    assert any("DecayFactor" in problem["got"] for problem in series["problems"])
    with pytest.raises(FieldError, match="DecayFactor"):
        load_pet(folder, assume=["half_life_s=282276"])


def test_the_terminal_shows_known_values_whole_and_says_what_was_not_done(
    unpacked: Unpack,
) -> None:
    """Five decimals of STS_001 on the screen; a hint where no region was asked for."""
    folder = unpacked("sts001-ge-bqml")
    ran = petrial("images", "measure", folder, "--contours", folder / "mask/1-1.dcm")
    for number in ("5095", "366.079", "7.91067", "2.55518", "0.16879", "66.52150"):
        assert number in ran.stdout
    bare = petrial("images", "measure", folder)
    assert "RTstruct_PET" in bare.stdout.partition("note  A series without a region")[2]
    checked = petrial("images", "check", folder)
    assert "voxels were not looked at" in checked.stdout
    assert "series time (0008,0031)" in checked.stdout


def test_the_demonstration_and_the_doctor_run(tmp_path: Path) -> None:
    ran = petrial("demo", tmp_path / "demo")
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "demo/fdg/measurement.html").is_file()
    assert "fit as reference" in ran.stdout
    assert petrial("doctor").returncode == 0
    assert petrial("--version").stdout.startswith("petrial ")


def test_json_in_a_file_leaves_the_terminal_its_tables_and_refusals(
    unpacked: Unpack, tmp_path: Path
) -> None:
    folder = unpacked("ibsi-suv-dro") / "DRO_0_0/PT"
    ran = petrial(
        *("images", "measure", folder, "--method", "percist", "--method", "fixed"),
        *("--json", tmp_path / "answer.json"),
    )
    assert ran.returncode == 3
    assert "candidate 1" in ran.stdout
    assert "No SUL" in ran.stdout
    assert "liver" in ran.stderr
    document = json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, measurement_schema())
    assert "PatientSex" in document["series"][0]["suv"]["missing"][0]["field"]
    piped = petrial("images", "measure", folder, "--method", "percist", "--json", "-")
    assert "liver" in piped.stderr
    json.loads(piped.stdout)
