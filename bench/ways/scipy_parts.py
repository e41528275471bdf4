"""Other ways for single steps: what SciPy and connected-components-3d offer on labels."""

from pathlib import Path
from typing import Any

import cc3d
import numpy as np
from scipy import ndimage

from bench.laps import Laps
from bench.task import THRESHOLD
from petrial.adapters.dicom.scan import scan
from petrial.images.grid import Grid
from petrial.images.series import SeriesKind


def run(folder: Path, laps: Laps) -> dict[str, Any]:
    """Time the single steps on the study in ``folder``, its files read by petrial."""
    found = {one.facts.kind: one for one in scan(folder).series}
    values = found[SeriesKind.PET].values()
    values *= np.float32(15.0 / values.max())
    ct = found[SeriesKind.CT].hounsfield()
    grid = found[SeriesKind.PET].facts.grid
    with laps.lap("components, connected-components-3d"):
        cc3d.connected_components(values >= THRESHOLD, connectivity=26)
    labels, count = ndimage.label(values >= THRESHOLD, np.ones((3, 3, 3)))
    with laps.lap("statistics, SciPy on labels (maximum only)"):
        ndimage.maximum(values, labels, np.arange(1, count + 1))
    with laps.lap("CT to PET grid, SciPy"):
        _resampled(ct.hounsfield.astype(np.float32), ct.grid, grid or ct.grid)
    laps.finish()
    return {"lesions": count}


def _resampled(values: np.ndarray[Any, Any], grid: Grid, target: Grid) -> None:
    step = np.divide(target.spacing, grid.spacing)
    offset = grid.to_index([list(target.origin)])[0]
    ndimage.affine_transform(values, step, offset, target.shape, order=1, cval=-1024.0)
