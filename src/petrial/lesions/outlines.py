"""Projections of SUV with the shadows of the regions on them."""

from collections.abc import Sequence

from petrial.images.projections import View, layout_of, project_mask, project_maximum
from petrial.images.volumes import SuvVolume
from petrial.lesions.measured import Projection
from petrial.lesions.region import Region

__all__ = ["projections_of"]


def projections_of(suv: SuvVolume, regions: Sequence[Region]) -> tuple[Projection, ...]:
    """Return the anterior and the left lateral projection, regions numbered from 1 in their order.

    The regions lie on the grid of ``suv``.
    """
    images = project_maximum(suv.g_per_ml, suv.grid, tuple(View))
    return tuple(
        Projection(
            name=view.value,
            suv=image,
            pixel_mm=layout_of(suv.grid, view).pixel_mm,
            outlines=tuple(
                (number, project_mask(region.mask, region.start, suv.grid, view))
                for number, region in enumerate(regions, start=1)
            ),
        )
        for view, image in zip(View, images, strict=True)
    )
