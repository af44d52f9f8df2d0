"""The market data feed's frames, byte for byte as protocol buffers have them.

https://upstox.com/developer/api-documentation/v3/get-market-data-feed. Made without the client's schema, so that
each of the two proves the other. A map entry is a field of its own: the bytes of an instrument (see `states`) are made
once and put into the frames of all who want them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

Mode: TypeAlias = Literal["ltpc", "full", "option_greeks", "full_d30"]

MODES: Final[dict[Mode, int]] = {"ltpc": 0, "full": 1, "option_greeks": 2, "full_d30": 3}
"""The modes as subscriptions name them, with their number in the schema."""

LEVELS: Final[dict[Mode, int]] = {"ltpc": 0, "option_greeks": 1, "full": 5, "full_d30": 30}
"""How many rows of the depth a mode shows."""

SNAPSHOT: Final = b""  # the type 0, which is left out
LIVE: Final = b"\x08\x01"
_MARKET_INFO: Final = b"\x08\x02"

STATUSES: Final = {
    name: number
    for number, name in enumerate(
        ("PRE_OPEN_START", "PRE_OPEN_END", "NORMAL_OPEN", "NORMAL_CLOSE", "CLOSING_START", "CLOSING_END")
    )
}
"""The states of a segment, with their number in the schema."""


def varint(value: int) -> bytes:
    """An integer from 0 up."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


_SIZES: Final = [varint(size) for size in range(2048)]


def _message(field: int, body: bytes) -> bytes:
    size = len(body)
    return bytes((field << 3 | 2,)) + (_SIZES[size] if size < 2048 else varint(size)) + body


def _text(field: int, value: str) -> bytes:
    return _message(field, value.encode())


def name(key: str) -> bytes:
    """An instrument's key, as its places in frames begin."""
    return _text(1, key)


def entry(name: bytes, feed: bytes) -> bytes:
    """An instrument's place in a frame, ready to be put in line with others."""
    return _message(2, name + _message(2, feed))


def frame(kind: bytes, entries: Iterable[bytes], at_ms: int) -> bytes:
    """A frame: `SNAPSHOT` or `LIVE`, the instruments, and the server's time in epoch milliseconds."""
    return b"".join((kind, *entries, b"\x18", varint(at_ms)))


def market_info(segments: Mapping[str, str], closing: Mapping[str, bytes], opening: Mapping[str, bytes]) -> bytes:
    """The body of `marketInfo`: the state of each segment, and what is told of auctions (see `status`)."""
    entries = [_message(1, _text(1, name) + b"\x10" + varint(STATUSES[status])) for name, status in segments.items()]
    entries += [_message(2, _text(1, name) + _message(2, body)) for name, body in closing.items()]
    entries += [_message(3, _text(1, name) + _message(2, body)) for name, body in opening.items()]
    return b"".join(entries)


def status(name: str, since_ms: int) -> bytes:
    """A state of an auction, and since when."""
    return _text(1, name) + b"\x10" + varint(since_ms)


def market_info_frame(body: bytes, at_ms: int) -> bytes:
    """A frame of the kind `market_info`."""
    return _MARKET_INFO + b"\x18" + varint(at_ms) + _message(4, body)
