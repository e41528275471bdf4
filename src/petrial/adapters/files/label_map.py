"""Regions from label maps in NIfTI and NRRD files, read by SimpleITK.

SimpleITK forgives what must be refused here: it fills truncated files with zeros, replaces a
sheared or senseless orientation by another one, and puts a file that states no orientation at the
origin. So the header is judged first, and the geometry that SimpleITK found is compared with it.
"""

import itertools
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from petrial.adapters.files.nifti_header import NiftiHeader, nifti_header, unreadable
from petrial.images.grid import Grid
from petrial.lesions.labelmap import LabelMap, labelled_regions
from petrial.vocabulary.errors import PetrialError

__all__ = ["is_label_map", "read_label_map"]

NIFTI: Final = (".nii", ".nii.gz")
NRRD: Final = (".nrrd",)
DIMENSIONS: Final = 3
AGREES_MM: Final = 0.1
SAME_FORM_MM: Final = 0.5
TO_LPS: Final = np.array([[-1.0], [-1.0], [1.0]])


def is_label_map(path: Path) -> bool:
    """Tell whether the file's name ends as those of NIfTI and NRRD do.

    >>> is_label_map(Path("Lesions.NII.GZ")), is_label_map(Path("lesions.dcm"))
    (True, False)
    """
    return path.name.lower().endswith(NIFTI + NRRD)


def read_label_map(path: Path) -> LabelMap:
    """Read each label other than 0 of a label map as a region named ``label 3``, and so on.

    Positions are turned from NIfTI's RAS into patient LPS. There is no frame of reference. Floats
    are taken where all are whole; the NIfTI library reads those that are no number as 0, nothing.

    Raises
    ------
    ReadError
        The file is damaged, is no three-dimensional map of whole numbers, or does not say, or says
        in two ways, where it lies in the patient.
    ContourError
        Its values are not labels.
    """
    try:
        nifti = path.name.lower().endswith(NIFTI)
        header = nifti_header(path) if nifti else None
        image = _image(path)
        grid = _grid(image)
        if header is not None:
            _check_position(header, grid, path.name)
        regions = labelled_regions(_labels(image, path.name), grid, {}, path.name)
        return LabelMap(path.name, None, regions, ())
    except PetrialError:
        raise
    except Exception as error:  # damaged bytes make a parser raise whatever it meets
        lines = str(error).strip().splitlines()
        got = f"{type(error).__name__}: {lines[-1] if lines else ''}"
        raise unreadable(path.name, "label map", got, "a complete file") from error


def _simpleitk() -> Any:  # noqa: ANN401  its Python layer is not typed
    import SimpleITK  # noqa: PLC0415  needed for label maps only

    return SimpleITK


def _image(path: Path) -> Any:  # noqa: ANN401  as above
    """Return the image, with one volume of a four-dimensional file taken out."""
    sitk = _simpleitk()
    warn = sitk.ProcessObject.GetGlobalWarningDisplay()
    sitk.ProcessObject.GlobalWarningDisplayOff()
    try:
        image = sitk.ReadImage(str(path))
    finally:
        sitk.ProcessObject.SetGlobalWarningDisplay(warn)
    if path.name.lower().endswith(NRRD) and not image.HasMetaDataKey("NRRD_space"):
        raise unreadable(path.name, "space", "", "a space such as left-posterior-superior")
    size = image.GetSize()
    if image.GetNumberOfComponentsPerPixel() > 1 or len(size) < DIMENSIONS:
        got = f"{len(size)} dimensions, {image.GetNumberOfComponentsPerPixel()} values per voxel"
        raise unreadable(path.name, "dimensions", got, "one volume of three dimensions")
    if len(size) > DIMENSIONS:
        if max(size[DIMENSIONS:]) > 1:
            got = " x ".join(map(str, size))
            raise unreadable(path.name, "dimensions", got, "one volume of three dimensions")
        image = image[(slice(None),) * DIMENSIONS + (0,) * (len(size) - DIMENSIONS)]
    return image


def _grid(image: Any) -> Grid:  # noqa: ANN401  as above
    """Return the grid of an image whose axes are (x, y, z) and whose positions are LPS in mm."""
    nx, ny, nz = image.GetSize()
    sx, sy, sz = image.GetSpacing()
    x, y, z = image.GetOrigin()
    a, b, c, d, e, f, g, h, i = image.GetDirection()  # by rows; its columns are x, y, z
    return Grid((nz, ny, nx), (sz, sy, sx), (x, y, z), ((c, f, i), (b, e, h), (a, d, g)))


def _check_position(header: NiftiHeader, grid: Grid, source: str) -> None:
    """Refuse a file whose two statements of its place differ, or that is sheared."""
    corners = np.array(list(itertools.product(*((0, n - 1) for n in grid.shape))), dtype=np.float64)
    index = np.column_stack([corners[:, ::-1], np.ones(len(corners))])
    stated = [(TO_LPS * (form @ index.T)).T for form in header.forms]
    apart = max(float(np.abs(place - stated[0]).max()) for place in stated)
    if apart > SAME_FORM_MM:
        raise unreadable(
            source,
            "sform and qform",
            f"two places in the patient that differ by {apart:.1f} mm",
            "one place",
        )
    off = float(np.abs(grid.to_patient(corners) - stated[0]).max())
    if not off <= AGREES_MM:
        raise unreadable(
            source,
            "sform and qform",
            f"axes that are not at right angles or not as long as pixdim says ({off:.1f} mm)",
            "a grid of boxes",
        )


def _labels(image: Any, source: str) -> NDArray[np.integer]:  # noqa: ANN401  as above
    """Return the values, shape (z, y, x), as whole numbers."""
    values: NDArray[Any] = _simpleitk().GetArrayViewFromImage(image)
    if values.dtype.kind in "iu":
        return np.asarray(values)
    if values.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            whole = values.astype(np.int32)
            if (whole == values).all():
                return whole
    raise unreadable(source, "values", "fractions", "whole numbers, one for each region")
