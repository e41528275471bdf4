"""The methods by name: what each does, in the sentence that the report prints."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from petrial.lesions.peak import PeakDefinition

__all__ = ["MEASURES_SENTENCE", "METHODS", "PEAKS", "Method", "methods_text"]


@dataclass(frozen=True, slots=True)
class Method:
    """A way to delineate.

    Attributes
    ----------
    name
        As it stands before the colon in the method of a region, such as ``fixed`` in ``fixed:4.0``.
    sentence
        What it does, with citation keys in brackets.
    candidate
        Whether it finds regions by itself, which a person has yet to judge.
    """

    name: str
    sentence: str
    candidate: bool = False


def _table(*methods: Method) -> dict[str, Method]:
    return {method.name: method for method in methods}


METHODS: Final = _table(
    Method("drawn", "Regions were taken from contours as drawn or imported."),
    Method(
        "fixed",
        "Regions are the connected voxels (26 neighbours) at or over a fixed SUV "
        "[boellaard2015eanm].",
        candidate=True,
    ),
    Method(
        "percist",
        "Regions are the connected voxels (26 neighbours) at or over 1.5 times the mean plus "
        "2 standard deviations of the liver region [wahl2009percist].",
        candidate=True,
    ),
    Method(
        "percent",
        "A region is what is connected (26 neighbours) to its largest voxel at or over a "
        "percentage of that voxel [boellaard2015eanm].",
    ),
    Method(
        "a50",
        "A region is what is connected (26 neighbours) to its largest voxel at or over half the "
        "sum of that voxel and the local background [boellaard2004] [frings2010] [makris2014]; "
        "the background is the mean of the two layers of voxels around the given region that are "
        "under half of the largest voxel.",
    ),
    Method(
        "grow",
        "A region is what is connected (26 neighbours) to a seed point at or over a fixed SUV.",
    ),
    Method("union", "A region holds each voxel of any of several regions."),
    Method("intersection", "A region holds each voxel that several regions share."),
    Method("majority", "A region holds each voxel of more than half of several regions."),
    Method("sphere", "Reference regions are the voxel centres within a sphere."),
    Method("cylinder", "Reference regions are the voxel centres within a cylinder."),
)
"""By name. Whatever is not listed counts as drawn."""

PEAKS: Final[dict[PeakDefinition, str]] = {
    PeakDefinition.SPHERE_1CM3: (
        "SUVpeak is the largest mean of a sphere of exactly 1 cm3, voxels counted by the share "
        "inside it, with its centre on a voxel of the region [wahl2009percist]."
    ),
    PeakDefinition.SPHERE_1CM3_INSIDE: (
        "SUVpeak is the largest mean of a sphere of exactly 1 cm3, voxels counted by the share "
        "inside it, that lies wholly in the region [wahl2009percist]."
    ),
    PeakDefinition.IBSI_LOCAL: (
        "SUVpeak is the local intensity peak: the mean of the voxels whose centre is within 6.2 mm "
        "of the largest voxel [zwanenburg2020ibsi]."
    ),
    PeakDefinition.IBSI_GLOBAL: (
        "SUVpeak is the global intensity peak: the largest mean of the voxels whose centre is "
        "within 6.2 mm of a voxel of the region [zwanenburg2020ibsi]."
    ),
    PeakDefinition.SPHERE_12MM: (
        "SUVpeak is the largest mean of a sphere of 12 mm diameter, voxels counted by the share "
        "inside it, with its centre on a voxel of the region [makris2014]."
    ),
}
"""The methods sentence of each definition of the peak."""

MEASURES_SENTENCE: Final = (
    "Volume counts voxels; diameters and sphericity are those of the marching-cubes mesh of the "
    "region; mean, median, minimum, maximum and standard deviation (denominator n) are over its "
    "voxels [zwanenburg2020ibsi]."
)
"""What holds for every row of the lesion table."""


def _names(method: str) -> tuple[str, ...]:
    """Return the names in the method of a region, such as ``majority of fixed:4.0, a50``."""
    words = re.findall(r"[a-z]+\d*", method)
    return tuple(dict.fromkeys(word for word in words if word in METHODS)) or ("drawn",)


def methods_text(methods: Iterable[str], peak: PeakDefinition) -> tuple[str, ...]:
    """Return the sentences on delineation, peak and measures for the ``methods`` that ran.

    >>> len(methods_text(["fixed:4.0", "fixed:2.5", "drawn"], PeakDefinition.IBSI_LOCAL))
    4
    """
    used = dict.fromkeys(name for method in methods for name in _names(method))
    return (*(METHODS[name].sentence for name in used), PEAKS[peak], MEASURES_SENTENCE)
