"""Chance that is no chance: numbers that follow from names, so that one seed always tells the same story."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Final, TypeAlias, TypeVar

T = TypeVar("T")

Name: TypeAlias = str | int
"""What a number is derived from: the seed, a key, a year, what it is for."""

_WHOLE: Final = 2**64

# A wave is three sines of these lengths, that never come back to the same place together.
_LENGTHS: Final = (1.0, 2.7, 7.3)


def number(*names: Name) -> int:
    """A whole number of 64 bits."""
    text = "\x1f".join(map(str, names)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def fraction(*names: Name) -> float:
    """From 0 up to, but not including, 1."""
    return number(*names) / _WHOLE


def between(low: float, high: float, *names: Name) -> float:
    """From `low` up to `high`."""
    return low + (high - low) * fraction(*names)


def whole(low: int, high: int, *names: Name) -> int:
    """From `low` to `high`, both included."""
    return low + number(*names) % (high - low + 1)


def pick(options: Sequence[T], *names: Name) -> T:
    """One of them."""
    return options[number(*names) % len(options)]


def wave(at: float, *names: Name) -> float:
    """From -1 to 1: something that drifts up and down with time.

    Parameters:
        at: the time, in the unit that its shortest swing takes.
    """
    swings = (math.sin(math.tau * (at / length + fraction(*names, place))) for place, length in enumerate(_LENGTHS))
    return sum(swings) / len(_LENGTHS)
