"""The sound studies that are damaged: small, whole, and their true SUV known by construction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from petrial.adapters.dicom.write import Identity, Packing, WriteOptions
from petrial.adapters.dicom.write_contours import write_structure_set
from petrial.adapters.dicom.write_ct import write_ct
from petrial.adapters.dicom.write_multiframe import write_legacy_converted, write_multiframe_pet
from petrial.adapters.dicom.write_pet import write_pet
from petrial.images.grid import Grid
from petrial.images.volumes import CtVolume
from petrial.simulation.case import plain_spec
from petrial.simulation.outlines import outline_sphere
from petrial.simulation.scanner import state_pet
from petrial.simulation.series import Vendor, Wording

__all__ = ["BASES", "DRAWN", "GRID", "RECORD", "Base", "base_at", "true_suv", "write_bases"]

GRID: Final = Grid.axial((9, 32, 32), (4.0, 4.0, 4.0), (-62.0, -62.0, -100.0))
"""The smallest rows and columns that the JPEG 2000 encoder takes."""
DRAWN: Final = (2.0, 2.0, -80.0)
"""Centre of the drawn ball, patient (x, y, z) in mm: inside the block of high uptake."""
OUTSIDE: Final = "drawn.dcm"
RECORD: Final = """[administration]
tracer = "18F-FDG"
nuclide = "18F"
activity_mbq = 250.0
activity_measured_at = 2024-05-14T09:30:00
injected_at = 2024-05-14T09:30:00

[patient]
weight_kg = 68.0
height_cm = 165.0
sex = "F"
"""
"""Says what the headers of the 18F bases say."""


def true_suv() -> NDArray[np.float64]:
    """Shape (z, y, x): 2 outside, 10 + z / 10 in a block, so that each slice can be told."""
    suv = np.full(GRID.shape, 2.0)
    suv[:, 14:20, 14:20] = 10.0 + 0.1 * np.arange(GRID.shape[0])[:, np.newaxis, np.newaxis]
    return suv


@dataclass(frozen=True, slots=True)
class Base:
    """A sound study: its name, how its PET is worded and packed, and what lies beside it."""

    name: str
    wording: Wording
    nuclide: str = "18F"
    packing: Packing = Packing.PLAIN
    form: str = "single"
    ct: bool = False

    @property
    def searched(self) -> bool:
        """Whether its tracer may be searched for uptake above SUV 4."""
        return self.nuclide == "18F"

    @property
    def packed(self) -> bool:
        """Whether its pixels are compressed."""
        return self.packing in {Packing.RLE, Packing.JPEG_LS, Packing.JPEG_2000}


PLAIN: Final = Wording()
ONE: Final = Wording(vendor=Vendor.SYNTHETIC)
BASES: Final[tuple[Base, ...]] = (
    Base("siemens", PLAIN, ct=True),
    Base("ge", Wording(vendor=Vendor.GE)),
    Base("united", Wording(vendor=Vendor.UNITED)),
    Base("philips", Wording(vendor=Vendor.PHILIPS, units="CNTS")),
    Base("gml", Wording(units="GML", suv_type="BW")),
    Base("gml-james", Wording(units="GML", suv_type="LBMJAMES128")),
    Base("cm2ml", Wording(units="CM2ML", suv_type="BSA")),
    Base("cps", Wording(units="CPS")),
    Base("admin", Wording(decay_correction="ADMIN")),
    Base("none", Wording(decay_correction="NONE")),
    Base("zirconium", PLAIN, nuclide="89Zr"),
    Base("zoned", Wording(utc_offset=timedelta(hours=2))),
    Base("implicit", PLAIN, packing=Packing.IMPLICIT),
    Base("big-endian", PLAIN, packing=Packing.BIG_ENDIAN),
    Base("enhanced", ONE, form="enhanced"),
    Base("legacy", PLAIN, form="legacy"),
    Base("rle", PLAIN, packing=Packing.RLE),
    Base("jpeg-ls", PLAIN, packing=Packing.JPEG_LS),
    Base("jpeg-2000", PLAIN, packing=Packing.JPEG_2000),
)
WRITERS: Final[dict[str, Callable[..., object]]] = {
    "single": write_pet,
    "enhanced": write_multiframe_pet,
}


def base_at(name: str) -> Base:
    """Return the base of that name."""
    return next(base for base in BASES if base.name == name)


def write_bases(folder: Path) -> None:
    """Write each base into a folder of its name, with the drawn ball beside the folder."""
    for base in BASES:
        _write(base, folder)
    (folder / "record.toml").write_text(RECORD)


def _write(base: Base, top: Path) -> None:
    spec = plain_spec(base.nuclide, base.wording)
    statement = state_pet(spec, true_suv(), GRID)
    identity = Identity(seed=f"fuzz {base.name}", series_number=2)
    options = WriteOptions(packing=base.packing)
    folder = top / base.name
    if base.form == "legacy":
        files = write_pet(statement, top / "single", identity, options)
        identity = replace(identity, series_number=3)
        write_legacy_converted(files, folder, identity)
    else:
        WRITERS[base.form](statement, folder, identity, options)
    if base.ct:
        ct = CtVolume(np.full(GRID.shape, 40, np.int16), GRID)
        write_ct(ct, folder, replace(identity, series_number=1), spec.scan_started)
    ball = outline_sphere("ball", DRAWN, 14.0, GRID)
    drawn = write_structure_set(
        [ball], top / "drawn", replace(identity, series_number=9), identity, spec.scan_started
    )
    drawn.rename(top / f"{base.name}-{OUTSIDE}")
