"""Values with an order: negative before low positive before positive."""

from enum import Enum
from typing import Self

__all__ = ["Level"]


class Level(Enum):
    """A value among ordered ones, in the order in which its class names them.

    Only values of one class can be compared; a comparison with any other is a TypeError.

    >>> class Grade(Level):
    ...     LOW = "low"
    ...     HIGH = "high"
    >>> Grade.LOW < Grade.HIGH, max(Grade.HIGH, Grade.LOW).value
    (True, 'high')
    """

    @property
    def rank(self) -> int:
        """Place in the order, from 0."""
        return list(type(self)).index(self)

    def __lt__(self, other: Self) -> bool:
        return self.rank < other.rank if type(other) is type(self) else NotImplemented

    def __le__(self, other: Self) -> bool:
        return self.rank <= other.rank if type(other) is type(self) else NotImplemented

    def __gt__(self, other: Self) -> bool:
        return self.rank > other.rank if type(other) is type(self) else NotImplemented

    def __ge__(self, other: Self) -> bool:
        return self.rank >= other.rank if type(other) is type(self) else NotImplemented
