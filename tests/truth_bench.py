"""Writes a case of the simulator as DICOM files and lets petrial judge them."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from petrial.adapters.dicom.scan import scan
from petrial.adapters.dicom.write import Identity, WriteOptions
from petrial.adapters.dicom.write_multiframe import write_legacy_converted, write_multiframe_pet
from petrial.adapters.dicom.write_pet import write_pet
from petrial.images.suv.judge import judge
from petrial.images.suv.scaling import SuvScaling
from petrial.images.suv.statements import AdministrationRecord, Assumptions
from petrial.simulation.case import Form, SuvCase, case_suv
from petrial.simulation.scanner import PetStatement, cropped, state_pet
from petrial.vocabulary.knowledge import Known, Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """What petrial said of a case, and how far its SUV is from the truth, if it gave one."""

    verdict: Verdict[SuvScaling]
    suv: NDArray[np.float32] | None
    truth: NDArray[np.float64]

    @property
    def error(self) -> float:
        """The largest relative error of any voxel; infinite without SUV."""
        return np.inf if self.suv is None else float(np.abs(self.suv / self.truth - 1.0).max())


def statement_of(case: SuvCase) -> tuple[PetStatement, NDArray[np.float64]]:
    statement = state_pet(case.spec, case_suv(case.grid), case.grid)
    truth = case_suv(case.grid)
    if case.kept is not None:
        statement = cropped(statement, *case.kept, recounted=case.recounted)
        truth = truth[slice(*case.kept)]
    return statement, truth


def write_case(case: SuvCase, folder: Path, options: WriteOptions) -> NDArray[np.float64]:
    statement, truth = statement_of(case)
    identity = Identity(seed=case.name)
    match case.form:
        case Form.SINGLE_FRAME:
            write_pet(statement, folder, identity, options)
        case Form.ENHANCED:
            write_multiframe_pet(statement, folder, identity, options)
        case Form.LEGACY_CONVERTED:
            files = write_pet(statement, folder.with_name("single"), identity, options)
            write_legacy_converted(files, folder, replace(identity, series_number=2))
    return truth


def attempt(
    case: SuvCase,
    folder: Path,
    record: AdministrationRecord | None = None,
    options: WriteOptions | None = None,
) -> Outcome:
    """Write ``case`` into ``folder``, read it, judge it and compute its SUV."""
    truth = write_case(case, folder / "case", options or WriteOptions())
    return judged(folder / "case", case, truth, record)


def judged(
    folder: Path,
    case: SuvCase,
    truth: NDArray[np.float64],
    record: AdministrationRecord | None = None,
) -> Outcome:
    """Read what lies in ``folder``, judge it and compute its SUV."""
    found = scan(folder)
    assert len(found.series) == 1
    series = found.series[0]
    verdict = judge(series.facts, record, Assumptions.parse(case.assumed))
    suv = None
    if isinstance(verdict, Known):
        suv = series.values(np.asarray(verdict.value.factors_bw))
    return Outcome(verdict, suv, truth)
