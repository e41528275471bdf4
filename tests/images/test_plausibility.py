"""No image holds more activity than was injected; expected values are arithmetic by hand."""

import numpy as np
import pytest

from petrial.images.grid import Grid
from petrial.images.plausibility import impossible
from petrial.images.volumes import SuvVolume

LITRE = Grid.axial((10, 10, 10), (10.0, 10.0, 10.0), (0.0, 0.0, 0.0))


def filled(suv: float) -> SuvVolume:
    return SuvVolume(np.full(LITRE.shape, suv, np.float32), LITRE)


@pytest.mark.parametrize(
    ("suv", "weight_kg", "fits"),
    [
        (10.0, 70.0, True),  # 10 kg of 70
        (139.0, 70.0, True),  # just below twice 70 kg
        (141.0, 70.0, False),
        (141.0, 71.0, True),
        (1e20, 70.0, False),
        (699.0, None, True),  # twice 350 kg, where the weight is not known
        (701.0, None, False),
        (0.0, 70.0, False),
        (1e-30, 70.0, False),
        (0.01, 70.0, True),
    ],
)
def test_an_image_holds_at_most_what_was_injected_and_not_nothing(
    suv: float, weight_kg: float | None, *, fits: bool
) -> None:
    assert (impossible(filled(suv), weight_kg, "PET") is None) is fits


def test_the_refusal_says_by_how_much() -> None:
    """A litre at SUV 210 is 210 kg, three times 70 kg."""
    problem = impossible(filled(210.0), 70.0, "PET")
    assert problem is not None
    assert problem.got == "3 times what was injected"
