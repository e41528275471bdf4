"""Compiled functions: same result as the plain loops, with a place on disk or without."""

import numpy as np
from numpy.typing import NDArray

from petrial.images.kernels import compiled


@compiled
def total(values: NDArray[np.float64]) -> float:
    found = 0.0
    for value in values:
        found += value
    return found


def test_the_machine_code_gives_what_the_plain_function_gives() -> None:
    values = np.random.default_rng(0).normal(size=1000)
    assert total(values) == total.plain(values)


def test_a_function_that_cannot_be_kept_on_disk_is_compiled_all_the_same() -> None:
    """Code that comes from no file has no place for its machine code, as in a read-only image."""
    made: dict[str, object] = {}
    exec("def twice(x):\n    return 2.0 * x", made)  # noqa: S102  the only way to have no file
    twice = made["twice"]
    assert callable(twice)
    assert compiled(twice)(21.0) == 42.0
