"""The machinery of the benchmark, on a study of a few hundred kilobytes. No time is asserted."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench.agreement import of_lesions, of_volume
from bench.digest import digest
from bench.figures import PETS, STUDIES, Figures, Plan, measure
from bench.ledger.cohort import Cohort
from bench.ledger.figures import PEERS, Loaded
from bench.ledger.page import ledger_targets
from bench.page import page, targets
from bench.processes import Missing, Run, way
from bench.study import PET_SUV, Size, made
from bench.suv import factor

from petrial import load_pet

TINY = Size((60, 64, 64), (60, 80, 80), 3, (240.0, 256.0, 256.0))


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    plan = Plan(TINY, rounds=1, careful=1, slow=1, cold=0, counts=(2,), cohort=Cohort(5, years=0.2))
    return measure(plan, tmp_path_factory.mktemp("bench"), lambda _: None)


def test_every_way_that_is_installed_finds_the_same_numbers_as_petrial(figures: Figures) -> None:
    assert len(figures.agreement) > 15
    assert [one for one in figures.agreement if not one.holds] == []


def test_each_way_says_what_it_took_or_why_it_is_missing(figures: Figures) -> None:
    ways = {**figures.pets, **figures.studies, "steps": figures.steps, "parts": figures.parts}
    assert ways.keys() == {*PETS, *STUDIES, "steps", "parts"}
    for name, runs in ways.items():
        for run in runs:
            if isinstance(run, Missing):
                assert name in {"pySUV", "dicomsdl"}
                assert run.reason.endswith("is not installed")
            else:
                assert run.wall > 0.0
                assert run.cpu > 0.0
                assert run.peak_mb > 20.0
                assert run.laps


def test_the_page_has_a_row_for_each_requirement_and_each_way(figures: Figures) -> None:
    text = page(figures, [("machine", "a machine")])
    assert figures.ledger is not None
    asked = [one.what for one in targets(figures)]
    asked += [one.what for one in ledger_targets(figures.ledger)]
    for row in (*asked, *PETS, *STUDIES, *PEERS, "petrial, SQLite", "a machine"):
        assert f"| {row} |" in text
    assert text.count("ratio") > 1


def test_a_small_cohort_is_taken_in_asked_corrected_verified_and_cut(figures: Figures) -> None:
    """5 subjects; a chain for each and one for the study; both files were taken in whole."""
    assert figures.ledger is not None
    found = figures.ledger.loaded["SQLite"]
    assert isinstance(found, Loaded)
    assert found.verifying.answer["chains"] == 6
    assert len(found.states_ms) == 5
    assert 0 < len(found.corrections_ms) <= 5
    assert found.importing.answer["stated"] == figures.ledger.values > 5000
    assert found.importing.answer["corrected"] > 0
    assert found.cutting.answer["rows"]["subjects"] == 5


def test_a_page_names_no_place_on_this_machine(figures: Figures) -> None:
    assert "/" not in page(figures, []).replace("dicomsdl/", "")


def test_the_study_holds_what_is_said_and_is_made_once(tmp_path: Path) -> None:
    study = made(TINY, tmp_path)
    assert json.loads((study / "study.json").read_text())["lesions"] == 3
    before = {path: path.stat().st_mtime_ns for path in study.rglob("*")}
    assert made(TINY, tmp_path) == study
    assert {path: path.stat().st_mtime_ns for path in study.rglob("*")} == before
    (study / "study.json").write_text("{}")
    made(TINY, tmp_path)
    assert (study / "study.json").stat().st_mtime_ns != before[study / "study.json"]


def test_the_suv_of_the_study_is_that_of_the_phantom(tmp_path: Path) -> None:
    """The phantom has SUV 0.7 with 5 % noise in its body and balls of 6 to 15."""
    study = made(TINY, tmp_path)
    pet = load_pet(study / "PET").suv
    middle = pet.g_per_ml[:, 24:40, 24:40]
    assert float(np.median(middle)) == pytest.approx(0.7, abs=0.01)
    assert 6.0 < float(pet.g_per_ml.max()) < 15.5


def test_suv_by_a_script_is_that_of_the_injected_activity_left_after_an_hour() -> None:
    """68 kg, 250 MBq of 18F an hour before: 68000 g / (250e6 Bq x 2^(-3600 / 6586.2))."""
    found = factor(68.0, 250e6, PET_SUV.half_life_second, "20240514100200.0", "20240514110200.0")
    assert found == pytest.approx(68000.0 / (250e6 * 2.0 ** (-3600.0 / 6586.2)), rel=1e-9)


def test_a_library_that_is_not_installed_is_a_row_and_no_failure(tmp_path: Path) -> None:
    found = way("pyradiomics_lesion", tmp_path)
    if isinstance(found, Run) or not found.reason.endswith("is not installed"):
        pytest.skip("PyRadiomics is installed here")
    assert found == Missing("radiomics is not installed")


def test_a_way_that_fails_says_with_what(tmp_path: Path) -> None:
    shutil.rmtree(tmp_path)
    found = way("pydicom_pet", tmp_path)
    assert isinstance(found, Missing)
    assert "No such file" in found.reason


def test_a_wrong_volume_does_not_agree() -> None:
    image = np.random.default_rng(3).random((8, 8, 8)).astype(np.float32)
    assert of_volume("same", digest(image), digest(image.copy())).holds
    assert not of_volume("wrong", digest(image), digest(image * np.float32(1.0001))).holds
    assert not of_volume("cut", digest(image), digest(image[1:])).holds


def test_a_wrong_lesion_does_not_agree() -> None:
    names = ("suv_max", "suv_mean", "suv_median", "suv_min", "suv_sd", "suv_peak", "ct_mean_hu")
    row: dict[str, Any] = {"voxels": 12, "centroid": [1.0, 2.0, 3.0], **dict.fromkeys(names, 5.0)}
    assert all(one.holds for one in of_lesions("same", [row], [dict(row)]))
    assert not all(one.holds for one in of_lesions("none", [row], []))
    for name in ("voxels", *names):
        other = {**row, name: row[name] + 1}
        wrong = [one.what for one in of_lesions("wrong", [row], [other]) if not one.holds]
        assert wrong == [f"{name} of each lesion, wrong"]
    unknown = {**row, "suv_max": float("nan")}
    assert not all(one.holds for one in of_lesions("no number", [row], [unknown]))
