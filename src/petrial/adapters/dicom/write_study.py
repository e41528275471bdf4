"""Writes the demonstration: FDG PET/CT and 89Zr-trastuzumab PET of the digital woman."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from petrial.adapters.dicom.write import Identity
from petrial.adapters.dicom.write_contours import write_structure_set
from petrial.adapters.dicom.write_ct import write_ct
from petrial.adapters.dicom.write_pet import write_pet
from petrial.images.grid import Grid
from petrial.simulation.outlines import Outline, outline_sphere
from petrial.simulation.phantom import CT_GRID, PET_GRID, Metastasis, Phantom, TracerName, woman
from petrial.simulation.scanner import state_pet
from petrial.simulation.series import Beds, PetSeriesSpec, Vendor, Wording

__all__ = ["DemoSeries", "DoseSheet", "write_study"]

INJECTED: Final = datetime.fromisoformat("2024-05-14T10:02:00")
"""When the FDG of the demonstration is injected; a day in May, no one's."""
DRAWN: Final = ("liver, segment 5", "iliac bone, right")
"""The metastases that are delivered as drawn contours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseSheet:
    """What the technologist wrote down: activities in MBq with their moments, the patient."""

    tracer: str
    nuclide: str
    activity_mbq: float
    activity_measured_at: datetime
    residual_mbq: float
    residual_measured_at: datetime
    injected_at: datetime
    weight_kg: float = 68.0
    height_cm: float = 165.0
    sex: str = "F"

    def net_mbq(self, half_life_second: float) -> float:
        """Return what went into the patient, at the moment of injection."""

        def at_injection(mbq: float, measured: datetime) -> float:
            elapsed = (self.injected_at - measured).total_seconds()
            return float(mbq * 2.0 ** (-elapsed / half_life_second))

        return at_injection(self.activity_mbq, self.activity_measured_at) - at_injection(
            self.residual_mbq, self.residual_measured_at
        )

    def toml(self) -> str:
        """Return the administration record as TOML."""
        return (
            "# The dose sheet and the scale: petrial images measure --record THIS-FILE\n"
            "[administration]\n"
            f'tracer = "{self.tracer}"\n'
            f'nuclide = "{self.nuclide}"\n'
            f"activity_mbq = {self.activity_mbq}\n"
            f"activity_measured_at = {self.activity_measured_at.isoformat()}\n"
            f"residual_mbq = {self.residual_mbq}\n"
            f"residual_measured_at = {self.residual_measured_at.isoformat()}\n"
            f"injected_at = {self.injected_at.isoformat()}\n\n"
            "[patient]\n"
            f"weight_kg = {self.weight_kg}\n"
            f"height_cm = {self.height_cm}\n"
            f'sex = "{self.sex}"\n'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSeries:
    """One scan of the demonstration: where it lies, and the truth about it.

    Attributes
    ----------
    folder
        Holds ``PET``, ``CT`` (FDG only) and ``RTSTRUCT``.
    record
        The administration record, TOML.
    contours
        The structure set with two drawn metastases.
    phantom
        The truth.
    """

    folder: Path
    record: Path
    contours: Path
    phantom: Phantom


def write_study(
    folder: Path, *, seed: int = 1, pet_grid: Grid = PET_GRID, ct_grid: Grid = CT_GRID
) -> tuple[DemoSeries, DemoSeries]:
    """Write the demonstration into ``folder``: ``fdg`` (PET, CT) and ``trastuzumab`` (PET, day 4).

    Both scans belong to one patient. The same seed writes the same files.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    fdg_sheet = DoseSheet(
        tracer="18F-FDG",
        nuclide="18F",
        activity_mbq=262.0,
        activity_measured_at=INJECTED - timedelta(minutes=22),
        residual_mbq=6.1,
        residual_measured_at=INJECTED + timedelta(minutes=5),
        injected_at=INJECTED,
    )
    week_later = INJECTED + timedelta(days=7, minutes=40)
    trastuzumab_sheet = DoseSheet(
        tracer="89Zr-trastuzumab",
        nuclide="89Zr",
        activity_mbq=37.9,
        activity_measured_at=week_later - timedelta(minutes=90),
        residual_mbq=0.4,
        residual_measured_at=week_later + timedelta(minutes=20),
        injected_at=week_later,
    )
    grids = (pet_grid, ct_grid)
    return (
        _write_scan(folder / "fdg", fdg_sheet, timedelta(minutes=60), grids, seed),
        _write_scan(folder / "trastuzumab", trastuzumab_sheet, timedelta(days=4), grids, seed),
    )


def _write_scan(
    folder: Path, sheet: DoseSheet, uptake: timedelta, grids: tuple[Grid, Grid], seed: int
) -> DemoSeries:
    tracer = TracerName(sheet.tracer)
    phantom = woman(
        np.random.default_rng([seed, *sheet.tracer.encode()]),
        tracer=tracer,
        pet_grid=grids[0],
        ct_grid=grids[1],
    )
    spec = PetSeriesSpec(
        injected_at=sheet.injected_at,
        scan_started=sheet.injected_at + uptake,
        nuclide=sheet.nuclide,
        tracer="Fluorodeoxyglucose" if tracer is TracerName.FDG else tracer.value,
        weight_kg=sheet.weight_kg,
        height_m=sheet.height_cm / 100.0,
        sex=sheet.sex,
        beds=Beds(7, timedelta(minutes=3 if tracer is TracerName.FDG else 5)),
        description=f"{tracer.value} PET AC",
        wording=Wording(vendor=Vendor.SIEMENS),
    )
    spec = replace(spec, activity_mbq=round(sheet.net_mbq(spec.half_life_second), 3))
    folder.mkdir(parents=True, exist_ok=True)
    pet = Identity(seed=f"demo {seed} {tracer.value}", series_number=2)
    write_pet(state_pet(spec, phantom.pet.g_per_ml, phantom.pet.grid), folder / "PET", pet)
    if tracer is TracerName.FDG:
        started = spec.scan_started - timedelta(minutes=2)
        write_ct(phantom.ct, folder / "CT", replace(pet, series_number=1), started)
    outlines = [_drawn(m, phantom.pet.grid) for m in phantom.metastases if m.name in DRAWN]
    drawn_at = spec.scan_started + timedelta(hours=3)
    contours = write_structure_set(
        outlines, folder / "RTSTRUCT", replace(pet, series_number=3), pet, drawn_at
    )
    record = folder / "record.toml"
    record.write_text(sheet.toml(), encoding="utf-8")
    return DemoSeries(folder=folder, record=record, contours=contours, phantom=phantom)


def _drawn(metastasis: Metastasis, grid: Grid) -> Outline:
    return outline_sphere(metastasis.name, metastasis.centre, metastasis.diameter + 4.0, grid)
