"""The market data feed's frames, byte for byte as protocol buffers have them.

https://upstox.com/developer/api-documentation/v3/get-market-data-feed. Written by hand, not with the client's schema:
each of the two proves the other, and a tick costs a third of what the library takes. A map entry is a field of its
own, so the bytes of an instrument are made once and put into the frames of all who want them.

Zeros are left out, as in every proto3 message.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from upstox_emulator.market.view import Depth, Greeks, Tick
from upstox_emulator.units import PER_RUPEE, Price

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

_REMEMBERED: Final = 1 << 17

_LENGTH: Final = [bytes((size,)) for size in range(128)]

_tagged: Final = struct.Struct("<Bd").pack


class _Fields(dict[int, bytes]):
    """A field's bytes by its value: prices and quantities come again and again."""

    def __init__(self, encode: Callable[[int], bytes]) -> None:
        super().__init__()
        self._encode = encode

    def __missing__(self, value: int) -> bytes:
        if len(self) >= _REMEMBERED:
            self.clear()
        encoded = self[value] = self._encode(value)
        return encoded


def varint(value: int) -> bytes:
    """An integer; a negative one in two's complement of 64 bits."""
    value &= 0xFFFF_FFFF_FFFF_FFFF
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _integers(field: int) -> _Fields:
    tag = bytes((field << 3,))
    return _Fields(lambda value: tag + varint(value) if value else b"")


def _prices(field: int) -> _Fields:
    tag = field << 3 | 1
    return _Fields(lambda value: _tagged(tag, value / PER_RUPEE) if value else b"")


def _number(field: int, value: float) -> bytes:
    return _tagged(field << 3 | 1, value) if value else b""


def _message(field: int, body: bytes) -> bytes:
    size = len(body)
    return bytes((field << 3 | 2, size)) + body if size < 128 else bytes((field << 3 | 2,)) + varint(size) + body


def _text(field: int, value: str) -> bytes:
    return _message(field, value.encode())


_PRICE: Final = {field: _prices(field) for field in range(1, 13)}
_INTEGER: Final = {field: _integers(field) for field in range(1, 16)}

# What stands in the rows of the depth, most often looked up of all.
_BID_QUANTITY, _BID_PRICE, _ASK_QUANTITY, _ASK_PRICE = _INTEGER[1], _PRICE[2], _INTEGER[3], _PRICE[4]


class Auction(NamedTuple):
    """What is told of an instrument while its price is found by an auction.

    Attributes:
        price: the indicative equilibrium price. quantity: what would trade at it.
        reference: the price that the auction's limits are counted from.
        imbalance, market_imbalance: units wanted beyond those offered: of all orders, and of market orders.
        cas_eligible: whether the instrument takes part in the closing auction.
    """

    price: Price
    quantity: int
    reference: Price
    imbalance: int
    market_imbalance: int
    cas_eligible: bool


def ltpc(tick: Tick, auction: Auction | None) -> bytes:
    """The latest trade and the close before."""
    body = (
        _PRICE[1][tick.last]
        + b"\x10"
        + varint(round(tick.last_at * 1000))
        + _INTEGER[3][tick.last_quantity]
        + _PRICE[4][tick.previous_close]
    )
    return body if auction is None else body + _message(5, _PRICE[1][auction.price])


def levels(depth: Depth) -> bytes:
    """Rows of the depth; where one side is shorter, the row has the other side only."""
    rows: list[bytes] = []
    bids, asks = depth
    for bid, ask in zip(bids, asks, strict=False):
        row = _BID_QUANTITY[bid[1]] + _BID_PRICE[bid[0]] + _ASK_QUANTITY[ask[1]] + _ASK_PRICE[ask[0]]
        rows += (b"\x0a", _LENGTH[len(row)], row)
    both = min(len(bids), len(asks))
    rows += (_message(1, _BID_QUANTITY[bid.quantity] + _BID_PRICE[bid.price]) for bid in bids[both:])
    rows += (_message(1, _ASK_QUANTITY[ask.quantity] + _ASK_PRICE[ask.price]) for ask in asks[both:])
    return b"".join(rows)


def greeks(values: Greeks | None) -> bytes:
    """The Greeks of an option; empty for everything else."""
    if values is None:
        return b""
    return (
        _number(1, values.delta)
        + _number(2, values.theta)
        + _number(3, values.gamma)
        + _number(4, values.vega)
        + _number(5, values.rho)
    )


def ohlc(interval: str, prices: tuple[Price, Price, Price, Price], volume: int, start: float) -> bytes:
    """A candle: open, high, low and close, the volume, and its start in epoch seconds. It is a field of its list."""
    first, high, low, last = prices
    body = (
        _text(1, interval)
        + _PRICE[2][first]
        + _PRICE[3][high]
        + _PRICE[4][low]
        + _PRICE[5][last]
        + _INTEGER[6][volume]
        + b"\x38"
        + varint(round(start * 1000))
    )
    return _message(1, body)


class State(NamedTuple):
    """An instrument at a moment, in pieces that are ready for a frame.

    Attributes:
        tick, auction: what it is made of.
        ltpc, greeks, candles: the pieces.
        option: the Greeks, for their volatility.
        is_level: whether it is an index, of which only level and candles are told.
    """

    tick: Tick
    auction: Auction | None
    ltpc: bytes
    greeks: bytes
    candles: bytes
    option: Greeks | None
    is_level: bool


def feed(mode: Mode, state: State, depth: bytes | None) -> bytes:
    """An instrument in a mode.

    Parameters:
        depth: its rows; None leaves them and the Greeks out, as live frames do where they have not changed.
    """
    if mode == "ltpc":
        return _message(1, state.ltpc)
    if mode == "option_greeks":
        return _message(3, _first_level(state, depth)) + b"\x20\x02"
    full = _message(2, _index(state)) if state.is_level else _message(1, _market(state, depth))
    return _message(2, full) + b"\x20" + _LENGTH[MODES[mode]]


def _index(state: State) -> bytes:
    return _message(1, state.ltpc) + _message(2, state.candles)


def _first_level(state: State, depth: bytes | None) -> bytes:
    if state.is_level:
        return _message(1, state.ltpc)
    tick, option = state.tick, state.option
    return (
        _message(1, state.ltpc)
        + (b"" if not depth else b"\x12" + depth[1:])  # the one row, as a field of another number
        + _message(3, state.greeks)
        + _INTEGER[4][tick.volume]
        + _number(5, tick.oi)
        + (b"" if option is None else _number(6, option.iv))
    )


def _market(state: State, depth: bytes | None) -> bytes:
    tick, option = state.tick, state.option
    body = (
        _message(1, state.ltpc)
        + (b"" if depth is None else _message(2, depth) + _message(3, state.greeks))
        + _message(4, state.candles)
        + _PRICE[5][tick.average]
        + _INTEGER[6][tick.volume]
        + _number(7, tick.oi)
        + (b"" if option is None else _number(8, option.iv))
        + _number(9, tick.total_bid)
        + _number(10, tick.total_ask)
    )
    return body if state.auction is None else body + _auction(state.auction)


def _auction(auction: Auction) -> bytes:
    return (
        _PRICE[11][auction.price]
        + _PRICE[12][auction.reference]
        + _INTEGER[13][auction.quantity]
        + _INTEGER[14][auction.imbalance]
        + _INTEGER[15][auction.market_imbalance]
        + (b"\x80\x01\x01" if auction.cas_eligible else b"")
    )


def entry(key: str, feed: bytes) -> bytes:
    """An instrument's place in a frame, ready to be put in line with others."""
    return _message(2, _text(1, key) + _message(2, feed))


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
    return _text(1, name) + _INTEGER[2][since_ms]


def market_info_frame(body: bytes, at_ms: int) -> bytes:
    """A frame of the kind `market_info`."""
    return _MARKET_INFO + b"\x18" + varint(at_ms) + _message(4, body)
