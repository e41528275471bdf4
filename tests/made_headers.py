"""PET headers for tests: one nominal series, changed as a test needs it."""

from dataclasses import replace
from datetime import date, time

import pytest

from petrial.images.series import Code, PetHeader, SeriesFacts, SeriesKind, SliceTiming
from petrial.images.suv.judge import judge
from petrial.images.suv.scaling import SuvScaling
from petrial.images.suv.statements import AdministrationRecord, Assumptions
from petrial.vocabulary.knowledge import Known, Unknown
from petrial.vocabulary.moments import ClockReading

__all__ = ["DAY", "F18", "ZR89", "facts", "header", "problems", "record", "scaled", "timing"]

DAY = date(2024, 5, 14)
F18 = Code("77004003", "SCT", "^18^Fluorine")
ZR89 = Code("63360001", "SCT", "^89^Zirconium")
NOON = ClockReading(DAY, time(12, 0))


def timing(began: ClockReading = NOON, factor: float | None = None) -> SliceTiming:
    """Return a slice of a 120 s bed, frame start as reference time (so T_ave stays unused)."""
    return SliceTiming(began, 0.0, 120.0, factor)


def header(**changes: object) -> PetHeader:
    """Return 18F-FDG, 370 MBq at 11:00, scan corrected to 12:00, 70 kg, 1.75 m, a woman."""
    nominal = PetHeader(
        slices=(timing(), timing()),
        units="BQML",
        decay_correction="START",
        corrected_image=frozenset({"ATTN", "DECY"}),
        series_started=NOON,
        injected=ClockReading(DAY, time(11, 0)),
        total_dose=370e6,
        half_life_second=6586.2,
        nuclide=F18,
        radiopharmaceutical="FDG",
        patient_weight=70.0,
        patient_size=1.75,
        patient_sex="F",
    )
    return replace(nominal, **changes)  # type: ignore[arg-type]  # a test names its own fields


def facts(stated: PetHeader, kind: SeriesKind = SeriesKind.PET) -> SeriesFacts:
    """Return the series that has this header."""
    return SeriesFacts(
        series_uid="1.2.3",
        study_uid="1.2",
        description="PET",
        modality="PT",
        kind=kind,
        instances=len(stated.slices),
        frame_of_reference_uid="1.2.9",
        grid=None,
        pet=stated,
    )


def record(**statements: object) -> AdministrationRecord:
    """Return an administration record with these statements."""
    return AdministrationRecord(origin="sheet.toml", **statements)  # type: ignore[arg-type]  # as above


def scaled(
    stated: PetHeader, sheet: AdministrationRecord | None = None, *assumptions: str
) -> SuvScaling:
    """Return the scaling; fail with the reasons where there is none."""
    verdict = judge(facts(stated), sheet, Assumptions.parse(assumptions))
    if isinstance(verdict, Unknown):
        pytest.fail(verdict.reason)
    return verdict.value


def problems(
    stated: PetHeader, sheet: AdministrationRecord | None = None, *assumptions: str
) -> str:
    """Return the fields and findings of a refusal; fail where there is none."""
    verdict = judge(facts(stated), sheet, Assumptions.parse(assumptions))
    if isinstance(verdict, Known):
        pytest.fail(f"was not refused: {verdict.value.factor_bw}")
    return "\n".join(map(str, verdict.problems))
