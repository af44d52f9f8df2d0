"""Protocol buffers for many messages at once.

A part holds the same piece of all messages, a row each: the bytes that it may have, and which of them are there. So
what one message costs in Python, thousands cost in numpy. Zeros are left out, as in every proto3 message.

https://protobuf.dev/programming-guides/encoding
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Bytes: TypeAlias = npt.NDArray[np.uint8]
Flags: TypeAlias = npt.NDArray[np.bool_]
Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]


class Part(NamedTuple):
    """A piece of many messages; both arrays have a row a message and a column a byte."""

    cells: Bytes
    there: Flags


def integers(field: int, values: Ints) -> Part:
    """A field of integers; negative ones in two's complement of 64 bits."""
    body = _varints(values)
    return _masked(_joined(_tag(field << 3, len(values)), body), values != 0)


def doubles(field: int, values: Floats) -> Part:
    """A field of floating-point numbers."""
    count = len(values)
    bits = np.ascontiguousarray(values, dtype="<f8").view(np.uint8).reshape(count, 8)
    there = np.broadcast_to((values != 0)[:, None], (count, 9))
    return Part(np.concatenate((_tag(field << 3 | 1, count).cells, bits), axis=1), there)


def message(field: int, *parts: Part, where: Flags | None = None) -> Part:
    """A field that is a message of these fields; it is there although it is empty, but for `where`."""
    body = _joined(*parts)
    size = body.there.sum(axis=1)
    whole = _joined(_tag(field << 3 | 2, len(size)), _varints(size), body)
    return whole if where is None else _masked(whole, where)


def constant(piece: bytes, where: Flags) -> Part:
    """The same bytes, where they are there."""
    cells = np.broadcast_to(np.frombuffer(piece, np.uint8), (len(where), len(piece)))
    return Part(cells, np.broadcast_to(where[:, None], cells.shape))


def pieces(ready: Sequence[bytes]) -> Part:
    """Bytes that are ready, one piece for each message."""
    sizes = np.array([len(piece) for piece in ready])
    width = int(sizes.max(initial=0))
    cells = np.frombuffer(b"".join(piece.ljust(width, b"\0") for piece in ready), np.uint8).reshape(len(ready), width)
    return Part(cells, np.arange(width) < sizes[:, None])


def repeated(part: Part, count: int) -> Part:
    """A field that comes `count` times in each message, from a part with so many rows for each."""
    return Part(part.cells.reshape(len(part.cells) // count, -1), part.there.reshape(len(part.there) // count, -1))


def encoded(*parts: Part) -> list[bytes]:
    """The messages, one by one."""
    whole = _joined(*parts)
    flat = whole.cells[whole.there].tobytes()
    ends: list[int] = np.cumsum(whole.there.sum(axis=1)).tolist()
    return [flat[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _tag(tag: int, count: int) -> Part:
    return Part(np.full((count, 1), tag, np.uint8), np.ones((count, 1), np.bool_))


def _varints(values: Ints) -> Part:
    bits = values.astype(np.int64).view(np.uint64)
    width = max((int(bits.max(initial=0)).bit_length() + 6) // 7, 1)
    groups = bits[:, None] >> np.arange(0, 7 * width, 7, dtype=np.uint64)
    there = groups > 0
    there[:, 0] = True
    cells = (groups & np.uint64(0x7F)).astype(np.uint8)
    cells[:, :-1] |= there[:, 1:].astype(np.uint8) << 7
    return Part(cells, there)


def _joined(*parts: Part) -> Part:
    return Part(
        np.concatenate([part.cells for part in parts], axis=1), np.concatenate([part.there for part in parts], axis=1)
    )


def _masked(part: Part, where: Flags) -> Part:
    return Part(part.cells, part.there & where[:, None])
