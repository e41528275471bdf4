"""Lesions the usual way: SciPy labels, a mask of the whole image for each lesion, a filtered peak.

``cropped`` is the careful form of the same: all work on the box of the lesion.
"""

from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk  # noqa: N813  the name by which everybody knows it
from numpy.typing import NDArray
from scipy import ndimage

from bench.laps import Laps
from bench.task import MINIMUM_ML, THRESHOLD
from bench.ways.pydicom_pet import header_factor
from bench.ways.simpleitk_pet import read

__all__ = ["measured"]

RADIUS_MM = 10.0 * (3.0 / (4.0 * np.pi)) ** (1.0 / 3.0)
NEIGHBOURS = np.ones((3, 3, 3), np.int8)

Values = NDArray[np.float32]


def measured(folder: Path, laps: Laps, *, cropped: bool) -> list[dict[str, Any]]:
    """Return a row for each lesion of the study in ``folder``, from files to table."""
    import pydicom  # noqa: PLC0415  part of the first step

    with laps.lap("PET to SUV"):
        first = next((folder / "PET").iterdir())
        pet = read(folder / "PET")
        scale = header_factor(pydicom.dcmread(first, stop_before_pixels=True))
        suv = sitk.GetArrayFromImage(pet) * np.float32(scale)
    with laps.lap("CT"):
        ct = read(folder / "CT")
    with laps.lap("CT to PET grid"):
        resampled = sitk.Resample(ct, pet, sitk.Transform(), sitk.sitkLinear, -1024.0)
        hounsfield = sitk.GetArrayFromImage(resampled)
    spacing = tuple(reversed(pet.GetSpacing()))
    with laps.lap("components"):
        labels, count = ndimage.label(suv >= np.float32(THRESHOLD), NEIGHBOURS)
        sizes = np.bincount(labels.ravel(), minlength=count + 1)
        kept = [n for n in range(1, count + 1) if sizes[n] * np.prod(spacing) >= 1e3 * MINIMUM_ML]
    kernel = _ball(spacing)
    rows = (_by_crop if cropped else _by_mask)((suv, hounsfield), labels, kept, kernel, laps)
    laps.finish()
    return rows


def _ball(spacing: tuple[float, ...]) -> Values:
    """Return the mean over all voxels whose centre is within 1 cm3 around, as a kernel."""
    reach = [int(RADIUS_MM // s) for s in spacing]
    z, y, x = np.ogrid[tuple(slice(-n, n + 1) for n in reach)]
    far = (z * spacing[0]) ** 2 + (y * spacing[1]) ** 2 + (x * spacing[2]) ** 2
    inside = (far <= RADIUS_MM**2).astype(np.float32)
    return np.asarray(inside / inside.sum(), np.float32)


def _by_mask(
    images: tuple[Values, Values],
    labels: NDArray[np.int32],
    kept: list[int],
    kernel: Values,
    laps: Laps,
) -> list[dict[str, Any]]:
    suv, hounsfield = images
    rows = []
    for number in kept:
        with laps.lap("statistics"):
            mask = labels == number
            row = _row(suv[mask], np.argwhere(mask))
        with laps.lap("CT number"):
            row["ct_mean_hu"] = float(hounsfield[mask].mean(dtype=np.float64))
        rows.append(row)
    with laps.lap("peak"):
        smooth = ndimage.convolve(suv, kernel)
        for row, number in zip(rows, kept, strict=True):
            row["suv_peak"] = float(smooth[labels == number].max())
    return rows


def _by_crop(
    images: tuple[Values, Values],
    labels: NDArray[np.int32],
    kept: list[int],
    kernel: Values,
    laps: Laps,
) -> list[dict[str, Any]]:
    suv, hounsfield = images
    rows = []
    with laps.lap("statistics"):
        boxes = ndimage.find_objects(labels)
    margin = [n // 2 for n in kernel.shape]
    for number in kept:
        box = boxes[number - 1]
        with laps.lap("statistics"):
            mask = labels[box] == number
            row = _row(suv[box][mask], np.argwhere(mask) + [part.start for part in box])
        with laps.lap("CT number"):
            row["ct_mean_hu"] = float(hounsfield[box][mask].mean(dtype=np.float64))
        with laps.lap("peak"):
            wide = tuple(
                slice(max(p.start - n, 0), p.stop + n) for p, n in zip(box, margin, strict=True)
            )
            smooth = ndimage.convolve(suv[wide], kernel)
            row["suv_peak"] = float(smooth[labels[wide] == number].max())
        rows.append(row)
    return rows


def _row(values: Values, places: NDArray[np.int64]) -> dict[str, Any]:
    return {
        "voxels": int(values.size),
        "suv_max": float(values.max()),
        "suv_mean": float(values.mean(dtype=np.float64)),
        "suv_median": float(np.median(values)),
        "suv_min": float(values.min()),
        "suv_sd": float(values.std(dtype=np.float64)),
        "centroid": places.mean(axis=0).tolist(),
    }
