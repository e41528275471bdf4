"""Damages bytes without knowing what they mean."""

from collections.abc import Callable
from typing import Final

import numpy as np

__all__ = ["WAYS", "damaged"]

Dice = np.random.Generator


def _flipped(content: bytes, dice: Dice) -> bytes:
    made = bytearray(content)
    for at in _places(content, dice, int(dice.integers(1, 9))):
        made[at] ^= 1 << int(dice.integers(8))
    return bytes(made)


def _digit(content: bytes, dice: Dice) -> bytes:
    """Change one digit of the text of the header."""
    digits = [i for i, byte in enumerate(content[:4096]) if 0x30 <= byte <= 0x39]
    made = bytearray(content)
    if digits:
        made[digits[int(dice.integers(len(digits)))]] = 0x30 + int(dice.integers(10))
    return bytes(made)


def _replaced(content: bytes, dice: Dice) -> bytes:
    made = bytearray(content)
    for at in _places(content, dice, int(dice.integers(1, 9))):
        made[at] = int(dice.choice([0, 1, 0x20, 0x5C, 0x7F, 0x80, 0xFE, 0xFF]))
    return bytes(made)


def _inserted(content: bytes, dice: Dice) -> bytes:
    at = _places(content, dice, 1)[0]
    return content[:at] + dice.bytes(int(dice.integers(1, 33))) + content[at:]


def _deleted(content: bytes, dice: Dice) -> bytes:
    at = _places(content, dice, 1)[0]
    return content[:at] + content[at + int(dice.integers(1, 65)) :]


def _cut(content: bytes, dice: Dice) -> bytes:
    return content[: int(dice.integers(len(content)))]


def _cut_in_header(content: bytes, dice: Dice) -> bytes:
    return content[: int(dice.integers(min(len(content), 3000)))]


def _zeroed(content: bytes, dice: Dice) -> bytes:
    at, length = _places(content, dice, 1)[0], int(dice.integers(1, 257))
    gone = len(content[at : at + length])
    return content[:at] + bytes(gone) + content[at + length :]


def _swapped(content: bytes, dice: Dice) -> bytes:
    first, second = sorted(_places(content, dice, 2))
    length = int(dice.integers(1, 129))
    length = min(length, second - first, len(content) - second)
    a, b = content[first : first + length], content[second : second + length]
    between = content[first + length : second]
    return content[:first] + b + between + a + content[second + length :]


def _doubled(content: bytes, dice: Dice) -> bytes:
    at, length = _places(content, dice, 1)[0], int(dice.integers(1, 257))
    return content[: at + length] + content[at:]


def _longer(content: bytes, dice: Dice) -> bytes:
    return content + dice.bytes(int(dice.integers(1, 5000)))


WAYS: Final[dict[str, Callable[[bytes, Dice], bytes]]] = {
    "bits flipped": _flipped,
    "a digit changed": _digit,
    "bytes replaced": _replaced,
    "bytes inserted": _inserted,
    "bytes deleted": _deleted,
    "cut": _cut,
    "cut in the header": _cut_in_header,
    "a range zeroed": _zeroed,
    "chunks swapped": _swapped,
    "a range doubled": _doubled,
    "bytes behind the end": _longer,
}


def damaged(content: bytes, way: str, dice: Dice) -> bytes:
    """Return bytes damaged in one of the ``WAYS``, at places that ``dice`` choose."""
    return WAYS[way](content, dice)


def _places(content: bytes, dice: Dice, count: int) -> list[int]:
    """Return places, most of them in the first bytes, where the header is."""
    end = len(content) if dice.random() < 0.2 else min(len(content), 4096)
    return [int(at) for at in dice.integers(end, size=count)]
