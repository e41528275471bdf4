"""The study that is measured: a large PET with hot balls in it and a CT, as DICOM files."""

import json
import os
import shutil
import tempfile
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from petrial.adapters.dicom.write import Identity
from petrial.adapters.dicom.write_ct import write_ct
from petrial.adapters.dicom.write_pet import write_pet
from petrial.images.grid import Grid
from petrial.images.volumes import CtVolume
from petrial.simulation.phantom import hot_spheres
from petrial.simulation.scanner import state_pet
from petrial.simulation.series import Beds, PetSeriesSpec, Vendor, Wording

__all__ = ["FULL", "PET_SUV", "Size", "made", "place"]

FORM: Final = 4
"""Number of the way in which studies are made; an older one is made anew."""
INJECTED: Final = datetime.fromisoformat("2024-05-14T10:02:00")
PET_SUV: Final = PetSeriesSpec(
    injected_at=INJECTED,
    scan_started=INJECTED + timedelta(minutes=60),
    beds=Beds(6, timedelta(minutes=2)),
    wording=Wording(vendor=Vendor.SIEMENS),
)
"""BQML, decay corrected to the start, six beds, a slope for each slice."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a study is.

    Attributes
    ----------
    pet, ct
        Voxels (z, y, x).
    lesions
        Number of hot balls.
    field_mm
        Extent of the PET along (z, y, x); that of the CT is the same.
    """

    pet: tuple[int, int, int]
    ct: tuple[int, int, int]
    lesions: int
    field_mm: tuple[float, float, float]

    @property
    def name(self) -> str:
        """A name for the folder of the study."""
        return "-".join("x".join(str(n) for n in shape) for shape in (self.pet, self.ct))

    @property
    def pet_grid(self) -> Grid:
        """The grid of the PET."""
        return _grid(self.pet, self.field_mm)

    @property
    def ct_grid(self) -> Grid:
        """The grid of the CT."""
        return _grid(self.ct, self.field_mm)


FULL: Final = Size((600, 400, 400), (600, 512, 512), 40, (990.0, 660.0, 660.0))
"""A PET of 1.65 mm voxels over a metre, as long scanners make it, and its CT."""


def _grid(shape: tuple[int, int, int], field_mm: tuple[float, float, float]) -> Grid:
    z, y, x = (extent / n for extent, n in zip(field_mm, shape, strict=True))
    corner = ((x - field_mm[2]) / 2.0, (y - field_mm[1]) / 2.0, (z - field_mm[0]) / 2.0)
    return Grid.axial(shape, (z, y, x), corner)


def place() -> Path:
    """Return the folder in which studies are kept from run to run."""
    return Path(tempfile.gettempdir()) / "petrial-bench"


def made(size: Size, folder: Path) -> Path:
    """Return the folder of a study of ``size`` below ``folder``, written if it is not yet there.

    It holds ``PET`` and ``CT``. Studies that differ only in the number of lesions share the files
    of the CT by links.
    """
    study = folder / f"{size.name}-{size.lesions}"
    stamp = study / "study.json"
    words = json.dumps({"form": FORM, **asdict(size)})
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == words:
        return study
    shutil.rmtree(study, ignore_errors=True)
    identity = Identity(seed=f"bench {size.name}", series_number=2)
    volume, _ = hot_spheres(size.pet_grid, size.lesions, np.random.default_rng(size.lesions))
    suv = np.divide(volume, 1000.0, dtype=np.float32)
    write_pet(state_pet(PET_SUV, suv, size.pet_grid), study / "PET", identity)
    del volume, suv
    (study / "CT").mkdir()
    for path in _ct(size, folder, replace(identity, series_number=1)).iterdir():
        os.link(path, study / "CT" / path.name)
    stamp.write_text(words, encoding="utf-8")
    return study


def _ct(size: Size, folder: Path, identity: Identity) -> Path:
    """Return the folder of the CT that all studies of one size share."""
    common = folder / f"{size.name}-CT-{FORM}"
    if not common.is_dir():
        unfinished = common.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        started = PET_SUV.scan_started - timedelta(minutes=2)
        write_ct(CtVolume(_hounsfield(size), size.ct_grid), unfinished, identity, started)
        unfinished.rename(common)
    return common


def _hounsfield(size: Size) -> NDArray[np.int16]:
    """Return air around a cylinder of soft tissue with noise of 15 HU."""
    grid = size.ct_grid
    y, x = (
        (np.arange(n) - (n - 1) / 2.0) * step
        for n, step in zip(grid.shape[1:], grid.spacing[1:], strict=True)
    )
    inside = y[:, np.newaxis] ** 2 + x**2 <= (0.45 * min(size.field_mm[1:])) ** 2
    rng = np.random.default_rng(1)
    grain = rng.normal(40.0, 15.0, (8, *inside.shape)).astype(np.int16)
    ct = np.full(grid.shape, -1000, np.int16)
    for z in range(grid.shape[0]):
        ct[z][inside] = np.roll(grain[z % 8], 7 * z, axis=1)[inside]
    return ct
