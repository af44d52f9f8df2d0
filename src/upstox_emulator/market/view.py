"""What the market shows of an instrument at a moment: the words that the exchange, the quotes and the feed share."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from upstox_emulator.units import Price


class Level(NamedTuple):
    """A row of the depth."""

    price: Price
    quantity: int
    orders: int


class Depth(NamedTuple):
    """Bids and asks, the best first; a side is shorter, or empty, where nobody offers (a locked circuit)."""

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


class Tick(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The state of an instrument at a moment.

    Attributes:
        at: the moment, in epoch seconds; prices change on whole seconds.
        last, last_quantity, last_at: the latest trade, `last_at` in epoch seconds.
        open, high, low: of the day so far.
        previous_close: of the trading day before.
        average: the volume-weighted price of the day.
        volume: units traded in the day.
        oi, oi_high, oi_low, previous_oi: open interest; 0 for shares and indices.
        total_bid, total_ask: units wanted and offered over the whole book.
        lower_circuit, upper_circuit: the day's price limits; 0 for indices.
        year_high, year_low: of the 52 weeks before, today included.
    """

    at: float
    last: Price
    last_quantity: int
    last_at: float
    open: Price
    high: Price
    low: Price
    previous_close: Price
    average: Price
    volume: int
    oi: int = 0
    oi_high: int = 0
    oi_low: int = 0
    previous_oi: int = 0
    total_bid: int = 0
    total_ask: int = 0
    lower_circuit: Price = 0
    upper_circuit: Price = 0
    year_high: Price = 0
    year_low: Price = 0


class Greeks(msgspec.Struct, frozen=True, gc=False):
    """Of an option. `iv` is a fraction; `theta` is rupees a day, `vega` and `rho` rupees a percentage point."""

    iv: float
    delta: float
    gamma: float
    theta: float
    vega: float
    rho: float
    pop: float
    """Probability of profit for a buyer, in percent."""
