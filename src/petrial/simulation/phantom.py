"""The digital woman as a PET and a CT would see her, and hot spheres for measuring speed.

No file and no clock: everything random comes from the generator that is given.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from petrial.images.grid import Grid
from petrial.images.volumes import CtVolume, SuvVolume
from petrial.simulation.anatomy import AORTA, LIVER, draw_woman
from petrial.simulation.shapes import Ellipsoid, Point, coverage
from petrial.simulation.tissues import TISSUES, Tissue

__all__ = [
    "CT_GRID",
    "METASTASES",
    "PET_GRID",
    "Metastasis",
    "Phantom",
    "ScannerBlur",
    "TracerName",
    "hot_spheres",
    "woman",
]

PET_GRID: Final = Grid.axial((250, 144, 144), (4.0, 4.0, 4.0), (-286.0, -286.0, -518.0))
"""The PET of the demonstration: 4 mm voxels, crown to thighs."""
CT_GRID: Final = Grid.axial((330, 250, 250), (3.0, 2.0, 2.0), (-249.0, -249.0, -514.0))
"""The CT of the demonstration: 2 x 2 mm pixels, slices of 3 mm, a narrower field than the PET."""


class TracerName(StrEnum):
    """The tracers that the woman can be imaged with."""

    FDG = "18F-FDG"
    TRASTUZUMAB = "89Zr-trastuzumab"


@dataclass(frozen=True, slots=True)
class Metastasis:
    """A ball of tumour: the truth, before any blurring.

    Attributes
    ----------
    name
        Site in words.
    centre
        Patient (x, y, z) in mm.
    diameter
        In mm.
    fdg, trastuzumab
        Body-weight SUV in g/mL for each tracer.
    hounsfield
        CT number.
    """

    name: str
    centre: Point
    diameter: float
    fdg: float
    trastuzumab: float
    hounsfield: float = 45.0

    def suv(self, tracer: TracerName) -> float:
        """Return the true SUV in g/mL for ``tracer``."""
        return self.fdg if tracer is TracerName.FDG else self.trastuzumab


METASTASES: Final = (
    Metastasis("liver, segment 7", (-92.0, 38.0, -18.0), 24.0, 9.0, 14.0, 40.0),
    Metastasis("liver, segment 5", (-66.0, -44.0, -108.0), 32.0, 11.0, 4.5, 38.0),
    Metastasis("axillary node, left", (126.0, -12.0, 116.0), 20.0, 8.5, 10.0),
    Metastasis("axillary node, left, small", (118.0, -26.0, 84.0), 12.0, 6.0, 8.0),
    Metastasis("mediastinal node", (-26.0, 16.0, 92.0), 16.0, 7.0, 9.0),
    Metastasis("lung, right upper lobe", (-80.0, -10.0, 104.0), 18.0, 7.5, 2.0, 20.0),
    Metastasis("vertebra T9", (4.0, 62.0, 2.0), 22.0, 9.5, 12.0, 420.0),
    Metastasis("vertebra L3", (-4.0, 40.0, -170.0), 26.0, 10.0, 11.0, 380.0),
    Metastasis("iliac bone, right", (-96.0, 22.0, -262.0), 28.0, 12.0, 15.0, 350.0),
    Metastasis("femur, left", (116.0, 14.0, -380.0), 24.0, 8.0, 9.0, 450.0),
    Metastasis("rib, left sixth", (122.0, 20.0, 34.0), 14.0, 7.0, 3.0, 400.0),
    Metastasis("breast, left, primary", (86.0, -108.0, 46.0), 26.0, 8.0, 9.0, 50.0),
)
"""The metastases of the demonstration. Made up: they belong to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerBlur:
    """What the scanner does to the truth.

    Attributes
    ----------
    resolution
        Full width at half maximum of its point response, in mm.
    noise
        Coefficient of variation that a region of the uptake of ``noise_at`` shows; the variance
        of a voxel goes with its uptake, as counts do.
    noise_at
        In g/mL.
    texture
        Relative spread of uptake inside organs, smooth over a centimetre or two.
    """

    resolution: float = 6.0
    noise: float = 0.10
    noise_at: float = 2.0
    texture: float = 0.06


@dataclass(frozen=True, slots=True)
class Phantom:
    """A patient with known truth: PET, CT, metastases, places for reference regions."""

    pet: SuvVolume
    ct: CtVolume
    tracer: TracerName
    metastases: tuple[Metastasis, ...]
    liver: Point = LIVER
    aorta: Point = AORTA


def woman(
    rng: np.random.Generator,
    *,
    tracer: TracerName = TracerName.FDG,
    pet_grid: Grid = PET_GRID,
    ct_grid: Grid = CT_GRID,
    metastases: tuple[Metastasis, ...] = METASTASES,
    blur: ScannerBlur | None = None,
) -> Phantom:
    """Return the digital woman with ``metastases``, imaged on two transverse grids.

    Parameters
    ----------
    rng
        Where noise and texture come from.
    tracer
        Which column of uptake is used.
    pet_grid, ct_grid
        Transverse grids in patient mm; she reaches from z = 460 mm to her thighs.
    metastases
        Balls that are set into her.
    blur
        The scanner; 6 mm and 10 % noise unless given.

    Raises
    ------
    GeometryError
        A grid is oblique.

    Examples
    --------
    >>> coarse = Grid.axial((60, 36, 36), (16.0, 16.0, 16.0), (-280.0, -280.0, -480.0))
    >>> found = woman(np.random.default_rng(1), pet_grid=coarse, ct_grid=coarse)
    >>> found.pet.g_per_ml.shape, found.ct.hounsfield.min() >= -1024
    ((60, 36, 36), np.True_)
    """
    scanner = ScannerBlur() if blur is None else blur
    column = "fdg" if tracer is TracerName.FDG else "trastuzumab"
    uptake = _look_up({t: getattr(a, column) for t, a in TISSUES.items()})
    truth = uptake[draw_woman(pet_grid, couch=False)]
    if scanner.texture:
        truth *= 1.0 + scanner.texture * _smooth_field(rng, pet_grid, 14.0)
    for lesion in metastases:
        _set_ball(truth, pet_grid, lesion, lesion.suv(tracer))
    pet = _scanned(truth, pet_grid, scanner, rng)
    density = _look_up({t: a.hounsfield for t, a in TISSUES.items()})[draw_woman(ct_grid)]
    for lesion in metastases:
        _set_ball(density, ct_grid, lesion, lesion.hounsfield)
    ndimage.gaussian_filter(density, 0.5, output=density)
    density += rng.normal(0.0, 12.0, density.shape).astype(np.float32)
    hounsfield = np.clip(np.rint(density), -1024, 3071).astype(np.int16)
    return Phantom(SuvVolume(pet, pet_grid), CtVolume(hounsfield, ct_grid), tracer, metastases)


def _look_up(values: dict[Tissue, float]) -> NDArray[np.float32]:
    return np.asarray([values[tissue] for tissue in Tissue], dtype=np.float32)


def _smooth_field(rng: np.random.Generator, grid: Grid, width: float) -> NDArray[np.float32]:
    """Return a random field of mean 0 and spread 1, smooth over ``width`` mm (FWHM)."""
    coarse = tuple(
        max(2, int(n * s / 8.0) + 2) for n, s in zip(grid.shape, grid.spacing, strict=True)
    )
    field = ndimage.gaussian_filter(
        rng.standard_normal(coarse, dtype=np.float32), width / 8.0 / 2.355
    )
    field /= field.std()
    zoom = tuple(n / c for n, c in zip(grid.shape, coarse, strict=True))
    return np.asarray(ndimage.zoom(field, zoom, order=1), dtype=np.float32)


def _set_ball(truth: NDArray[np.float32], grid: Grid, lesion: Metastasis, value: float) -> None:
    """Mix ``value`` into the voxels that the ball touches, by the share that it fills."""
    half = lesion.diameter / 2.0
    found = coverage(grid, Ellipsoid(lesion.centre, (half, half, half)), 8)
    if found is not None:
        box, share = found
        truth[box] += share * (value - truth[box])


def _scanned(
    truth: NDArray[np.float32], grid: Grid, scanner: ScannerBlur, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return the truth blurred and with noise, never below zero."""
    sigma = [scanner.resolution / 2.3548 / s for s in grid.spacing]
    seen = np.asarray(ndimage.gaussian_filter(truth, sigma), dtype=np.float32)
    if scanner.noise:
        noise = rng.standard_normal(grid.shape, dtype=np.float32)
        noise = np.asarray(ndimage.gaussian_filter(noise, [0.7 * s for s in sigma]))
        noise /= noise.std()
        seen += scanner.noise * np.sqrt(scanner.noise_at * (seen + 0.02)) * noise
    return np.maximum(seen, 0.0, out=seen)


def hot_spheres(
    grid: Grid, count: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint16], tuple[Metastasis, ...]]:
    """Return a big body with hot balls in it, in thousandths of SUV, and the balls.

    Made for measuring speed and memory: uint16, shape (z, y, x), a slice at a time; the background
    is a cylinder of SUV 0.7 with noise of 5 %, half as wide as the image, so that a patient of
    70 kg could hold it; the balls (10 to 40 mm, SUV 6 to 15) do not touch.

    Raises
    ------
    ValueError
        The grid has no room for so many balls.

    Examples
    --------
    >>> grid = Grid.axial((60, 64, 64), (4.0, 4.0, 4.0), (-126.0, -126.0, 0.0))
    >>> volume, balls = hot_spheres(grid, 5, np.random.default_rng(1))
    >>> volume.dtype, len(balls), int(volume.max()) > 5500
    (dtype('uint16'), 5, True)
    """
    size = np.asarray(grid.shape) * np.asarray(grid.spacing)
    middle = grid.to_patient((np.asarray(grid.shape)[np.newaxis] - 1) / 2.0)[0]
    radius = 0.25 * float(min(size[1], size[2]))
    balls = _place(middle, radius - 25.0, float(size[0]) / 2.0 - 25.0, count, rng)
    y = (grid.origin[1] + grid.spacing[1] * np.arange(grid.shape[1]) - middle[1])[:, np.newaxis]
    x = (grid.origin[0] + grid.spacing[0] * np.arange(grid.shape[2]) - middle[0])[np.newaxis]
    body = (x**2 + y**2 <= radius**2).astype(np.float32) * 700.0
    grain = 1.0 + 0.05 * rng.standard_normal((8, *body.shape), dtype=np.float32)
    volume = np.empty(grid.shape, dtype=np.uint16)
    for z in range(grid.shape[0]):
        volume[z] = np.roll(grain[z % 8], 7 * z, axis=1) * body
    for ball in balls:
        half = ball.diameter / 2.0
        found = coverage(grid, Ellipsoid(ball.centre, (half, half, half)), 2)
        if found is not None:
            box, share = found
            block = volume[box].astype(np.float32)
            volume[box] = np.rint(block + share * (1000.0 * ball.fdg - block))
    return volume, balls


def _place(
    middle: NDArray[np.float64],
    radius: float,
    half_length: float,
    count: int,
    rng: np.random.Generator,
) -> tuple[Metastasis, ...]:
    placed: list[Metastasis] = []
    for _ in range(1000 * count):
        if len(placed) == count:
            break
        across, angle = radius * np.sqrt(rng.random()), 2.0 * np.pi * rng.random()
        centre = (
            float(middle[0] + across * np.cos(angle)),
            float(middle[1] + across * np.sin(angle)),
            float(middle[2] + half_length * (2.0 * rng.random() - 1.0)),
        )
        diameter = float(10.0 + 30.0 * rng.random())
        if all(
            np.linalg.norm(np.subtract(centre, other.centre))
            > (diameter + other.diameter) / 2.0 + 12.0
            for other in placed
        ):
            suv = float(6.0 + 9.0 * rng.random())
            placed.append(Metastasis(f"ball {len(placed) + 1}", centre, diameter, suv, suv))
    if len(placed) < count:
        message = f"no room for {count} balls in {2 * half_length:.0f} mm"
        raise ValueError(message)
    return tuple(placed)
