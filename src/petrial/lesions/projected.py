"""Projections of an image with its regions, for pages."""

from petrial.images.projections import View, layout_of, project_mask, project_maximum
from petrial.images.volumes import SuvVolume
from petrial.lesions.measured import Projection
from petrial.lesions.region import Region

__all__ = ["project"]


def project(suv: SuvVolume, regions: tuple[Region, ...]) -> tuple[Projection, ...]:
    """Return the maximum intensity projections from the front and from the left.

    Regions are numbered from 1 in their order, as the rows of the lesion table are.
    """
    views = tuple(View)
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
        for view, image in zip(views, project_maximum(suv.g_per_ml, suv.grid, views), strict=True)
    )
