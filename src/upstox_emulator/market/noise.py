"""Chance without state: numbers that depend on a name and a counter alone.

A counter-based generator (SplitMix64): any number of any stream can be asked for in any order, whole arrays at a time,
and is the same each time.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bits: TypeAlias = npt.NDArray[np.uint64]
Flags: TypeAlias = npt.NDArray[np.bool_]

_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11, _S32 = (np.uint64(shift) for shift in (30, 27, 31, 11, 32))
_LOW: Final = np.uint64(0xFFFFFFFF)
_TO_UNIT: Final = 2.0**-53
_TO_HALF: Final = 2.0**-32
_BETWEEN: Final = "\x1f"


def stream(*names: object) -> int:
    """The number of a stream, from what names it."""
    return int.from_bytes(_digest(_BETWEEN.join(map(str, names))), "little")


def _digest(text: str) -> bytes:
    """Eight bytes, the lowest first."""
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def streams(numbers: list[int]) -> Bits:
    """Numbers of streams, as `bits` takes them."""
    return np.array(numbers, dtype=np.uint64)


@lru_cache(maxsize=256)
def streams_of(seed: int, keys: tuple[str, ...], name: str) -> Bits:
    """The streams `stream(seed, key, name)` of many keys; those of the same keys are asked for again and again."""
    start, end = f"{seed}{_BETWEEN}", f"{_BETWEEN}{name}"
    digests = b"".join(_digest(f"{start}{key}{end}") for key in keys)
    found: Bits = np.frombuffer(digests, dtype="<u8").astype(np.uint64)
    found.setflags(write=False)
    return found


def bits(streams: int | Bits, counters: Ints) -> Bits:
    """64 random bits for each pair of stream and counter; arrays are broadcast."""
    start = np.array(streams, dtype=np.uint64, ndmin=1)
    z = start + counters.astype(np.uint64) * _STEP
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    found: Bits = z ^ (z >> _S31)
    return found


def uniform(streams: int | Bits, counters: Ints) -> Floats:
    """Numbers between 0 and 1, neither of them included."""
    return (bits(streams, counters) >> _S11).astype(np.float64) * _TO_UNIT + _TO_UNIT / 2


def normal(streams: int | Bits, counters: Ints) -> Floats:
    """Standard normal numbers (Box and Muller)."""
    z = bits(streams, counters)
    radius = np.sqrt(-2.0 * np.log(((z >> _S32).astype(np.float64) + 0.5) * _TO_HALF))
    return radius * np.cos((z & _LOW).astype(np.float64) * (2 * np.pi * _TO_HALF))
