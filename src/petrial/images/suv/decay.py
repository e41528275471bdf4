"""Decay within a frame."""

import math

from petrial.vocabulary.quantities import HalfLife

__all__ = ["mean_activity_second"]


def mean_activity_second(duration_second: float, half_life: HalfLife) -> float:
    """Return seconds from the start of a frame to the moment of its mean activity.

    (1 / l) ln(l T / (1 - exp(-l T))), the moment at which the decaying activity equals its mean
    over the frame; half the duration when the frame is short against the half-life.

    >>> round(mean_activity_second(300.0, HalfLife.minutes(109.77)), 2)
    149.61
    """
    passed = half_life.decay_constant * duration_second
    if passed < 1e-6:  # noqa: PLR2004  below this the series 1/2 - x/24 is exact to a float
        return duration_second * (0.5 - passed / 24.0)
    return math.log(passed / -math.expm1(-passed)) / half_life.decay_constant
