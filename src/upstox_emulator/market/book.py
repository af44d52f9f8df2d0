"""The depth: what is wanted and offered around the last price, of many instruments at once.

What lies at a price stays there for a while, so that an order can queue behind it; the best prices move with the
market.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from upstox_emulator.market.noise import Bits, Flags, Ints, bits, uniform
from upstox_emulator.market.view import Depth, Level, rows

DEEPEST: Final = 30
"""Levels on a side."""

_STAYS: Final = 16
"""Seconds for which a level's quantity stands."""

_BIDS: Final = np.uint64(0x1B1D)
_ASKS: Final = np.uint64(0x2A5C)
_TOTAL: Final = np.uint64(0x7077)


class Shelf(NamedTuple):
    """What a book is made from; arrays of one length.

    Attributes:
        streams: of chance.
        ticks, lots: tick and lot sizes. sizes: lots that usually lie at a price; 0 where nothing is traded.
        lower, upper: the day's limits.
    """

    streams: Bits
    ticks: Ints
    lots: Ints
    sizes: Ints
    lower: Ints
    upper: Ints


def size_of(lots_a_day: int) -> int:
    """Lots that usually lie at a price."""
    return min(max(lots_a_day // 20_000, 3), 3_000)


class Sides(NamedTuple):
    """Both sides of books: a row an instrument, a column a level; what is not there has the quantity 0."""

    bids: Ints
    bid_quantities: Ints
    bid_orders: Ints
    asks: Ints
    ask_quantities: Ints
    ask_orders: Ints

    def rows(self) -> list[Depth]:
        """The books as values."""
        columns = [column.tolist() for column in self]
        return [Depth(_levels(b, q, o), _levels(a, r, s)) for b, q, o, a, r, s in zip(*columns, strict=True)]


def _levels(prices: list[int], quantities: list[int], orders: list[int]) -> tuple[Level, ...]:
    count = len(quantities) - quantities.count(0)
    return tuple(rows(Level, (prices[:count], quantities, orders)))


def books(shelf: Shelf, last: Ints, second: int, levels: int) -> Sides:
    """The books at a second.

    Parameters:
        last: the last prices. second: epoch. levels: rows a side.
    """
    best_bid, best_ask, unit = _best(shelf, last, second)
    steps = np.arange(levels) * unit[:, None]
    bids, asks = best_bid[:, None] - steps, best_ask[:, None] + steps
    traded = (shelf.sizes > 0)[:, None]
    lowest = np.maximum(shelf.lower, shelf.ticks)[:, None]
    wanted = traded & (bids >= lowest) & (last != shelf.lower)[:, None]
    offered = traded & ((shelf.upper[:, None] == 0) | (asks <= shelf.upper[:, None]))
    return Sides(bids, *_lying(shelf, _BIDS, bids, second, wanted), asks, *_lying(shelf, _ASKS, asks, second, offered))


def _best(shelf: Shelf, last: Ints, second: int) -> tuple[Ints, Ints, Ints]:
    """The best bid and ask, one of which is the last price, and the distance of the levels."""
    turn = bits(shelf.streams, np.array([second]))
    usual = np.maximum(last // (shelf.ticks * 40_000), 1)
    spread = (1 + ((turn >> np.uint64(8)) % usual.astype(np.uint64)).astype(np.int64)) * shelf.ticks
    at_bid = (((turn & np.uint64(1)) == 0) & (last != shelf.lower)) | (last == shelf.upper)
    return (
        np.where(at_bid, last, last - spread),
        np.where(at_bid, last + spread, last),
        ((usual + 1) // 2) * shelf.ticks,
    )


def _lying(shelf: Shelf, side: np.uint64, prices: Ints, second: int, there: Flags) -> tuple[Ints, Ints]:
    """Quantities and orders at prices."""
    places = prices // shelf.ticks[:, None]
    streams = (shelf.streams ^ side)[:, None]
    drawn = bits(streams, places + ((second + places % _STAYS) // _STAYS << 20))
    part = (drawn >> np.uint64(40)).astype(np.float64) / 2**24
    lots = 1 + (4 * shelf.sizes[:, None] * part**3).astype(np.int64)
    share = (drawn & np.uint64(0xFFFF)).astype(np.float64) / 2**16
    orders = 1 + (lots**0.6 * share).astype(np.int64)
    return np.where(there, lots * shelf.lots[:, None], 0), np.where(there, orders, 0)


def totals(shelf: Shelf, last: Ints, second: int) -> tuple[Ints, Ints]:
    """Units wanted and offered over the whole books: more than their levels hold."""
    minute = np.array([second // 60])
    held = DEEPEST * (4 * shelf.sizes + 1)
    sums = [
        (held * (1.2 + 2 * uniform(shelf.streams ^ _TOTAL ^ side, minute))).astype(np.int64) * shelf.lots
        for side in (_BIDS, _ASKS)
    ]
    best_bid, best_ask, _ = _best(shelf, last, second)
    traded = shelf.sizes > 0
    wanted = traded & (best_bid >= np.maximum(shelf.lower, shelf.ticks)) & (last != shelf.lower)
    offered = traded & ((shelf.upper == 0) | (best_ask <= shelf.upper))
    return np.where(wanted, sums[0], 0), np.where(offered, sums[1], 0)
