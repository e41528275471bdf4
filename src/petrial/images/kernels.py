"""Hot loops: functions that are compiled to machine code the first time they are called."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Generic, ParamSpec, TypeVar

__all__ = ["Compiled", "compiled", "start_kernels"]

P = ParamSpec("P")
R = TypeVar("R")


class Compiled(Generic[P, R]):
    """A function that Numba compiles on its first call and keeps on disk, if it can, for later.

    Numba is imported only then, for its import takes most of a second and many commands never
    measure anything. A compiled function calls no other compiled function.
    """

    def __init__(self, function: Callable[P, R]) -> None:
        self.plain = function
        self._machine: Callable[P, R] | None = None
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the machine code with the arguments of the plain function."""
        if self._machine is None:
            from numba import njit  # noqa: PLC0415  only when needed, see the class

            try:
                self._machine = njit(cache=True, nogil=True)(self.plain)
            except RuntimeError:  # no place on disk for the machine code: keep it in memory
                self._machine = njit(nogil=True)(self.plain)
        return self._machine(*args, **kwargs)


def compiled(function: Callable[P, R]) -> Compiled[P, R]:
    """Return ``function``, compiled when first called; it must be plain loops over arrays.

    >>> @compiled
    ... def double(number: float) -> float:
    ...     return 2.0 * number
    >>> double.plain(21.0)
    42.0
    """
    return Compiled(function)


@compiled
def _nothing(number: float) -> float:
    return number


def start_kernels() -> None:
    """Import Numba and load a first function, which takes half a second once per process.

    For a thread beside the reading of files; the first real loop then starts at once.

    >>> start_kernels()
    """
    _nothing(0.0)
