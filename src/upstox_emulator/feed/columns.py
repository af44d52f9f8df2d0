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
    """A piece of many messages, in blocks that stand side by side.

    Attributes:
        blocks: bytes, and which of them are there; both have a row a message and a column a byte.
        size: how many are there, by message.
    """

    blocks: tuple[tuple[Bytes, Flags], ...]
    size: Ints


def integers(field: int, values: Ints) -> Part:
    """A field of integers; negative ones in two's complement of 64 bits."""
    return _masked(_joined(_tag(field << 3, len(values)), _varints(values)), values != 0)


def doubles(field: int, values: Floats) -> Part:
    """A field of floating-point numbers."""
    cells = np.empty((len(values), 9), np.uint8)
    cells[:, 0] = field << 3 | 1
    cells[:, 1:] = np.ascontiguousarray(values, dtype="<f8").view(np.uint8).reshape(-1, 8)
    return _block(cells, values != 0)


def message(field: int, *parts: Part, where: Flags | None = None) -> Part:
    """A field that is a message of these fields; it is there although it is empty, but for `where`."""
    body = _joined(*parts)
    whole = _joined(_tag(field << 3 | 2, len(body.size)), _varints(body.size), body)
    return whole if where is None else _masked(whole, where)


def constant(piece: bytes, where: Flags) -> Part:
    """The same bytes, where they are there."""
    return _block(np.broadcast_to(np.frombuffer(piece, np.uint8), (len(where), len(piece))), where)


def pieces(ready: Sequence[bytes]) -> Part:
    """Bytes that are ready, one piece for each message."""
    sizes = np.array([len(piece) for piece in ready], np.int64)
    width = int(sizes.max(initial=0))
    cells = np.frombuffer(b"".join(piece.ljust(width, b"\0") for piece in ready), np.uint8).reshape(len(ready), width)
    return Part(((cells, np.arange(width) < sizes[:, None]),), sizes)


def repeated(part: Part, count: int) -> Part:
    """A field that comes `count` times in each message, from a part with so many rows for each."""
    cells, there = _whole(part)
    shape = len(cells) // count, count * cells.shape[1]
    return Part(((cells.reshape(shape), there.reshape(shape)),), part.size.reshape(-1, count).sum(axis=1))


def encoded(*parts: Part) -> list[bytes]:
    """The messages, one by one."""
    joined = _joined(*parts)
    cells, there = _whole(joined)
    flat = cells[there].tobytes()
    ends: list[int] = np.cumsum(joined.size).tolist()
    return [flat[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _block(cells: Bytes, where: Flags) -> Part:
    return Part(((cells, np.broadcast_to(where[:, None], cells.shape)),), where * np.int64(cells.shape[1]))


def _tag(tag: int, count: int) -> Part:
    return _block(np.full((count, 1), tag, np.uint8), np.ones(count, np.bool_))


def _varints(values: Ints) -> Part:
    bits = values.astype(np.int64).view(np.uint64)
    width = max((int(bits.max(initial=0)).bit_length() + 6) // 7, 1)
    groups = bits[:, None] >> np.arange(0, 7 * width, 7, dtype=np.uint64)
    there = groups > 0
    there[:, 0] = True
    cells = (groups & np.uint64(0x7F)).astype(np.uint8)
    cells[:, :-1] |= there[:, 1:].astype(np.uint8) << 7
    return Part(((cells, there),), there.sum(axis=1))


def _joined(*parts: Part) -> Part:
    return Part(tuple(block for part in parts for block in part.blocks), np.sum([part.size for part in parts], axis=0))


def _masked(part: Part, where: Flags) -> Part:
    blocks = tuple((cells, there & where[:, None]) for cells, there in part.blocks)
    return Part(blocks, part.size * where)


def _whole(part: Part) -> tuple[Bytes, Flags]:
    return (
        np.concatenate([cells for cells, _ in part.blocks], axis=1),
        np.concatenate([there for _, there in part.blocks], axis=1),
    )
