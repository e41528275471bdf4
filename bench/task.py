"""What every way is asked to do."""

from typing import Final

__all__ = ["MINIMUM_ML", "PEAK", "THRESHOLD"]

THRESHOLD: Final = 4.0
"""Regions are the connected voxels at or over this SUV (26 neighbours) ..."""
MINIMUM_ML: Final = 0.5
"""... of at least this volume in mL."""
PEAK: Final = "ibsi-global"
"""The definition of the peak that the usual way computes, for comparing numbers."""
