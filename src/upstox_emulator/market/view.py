"""What the market shows of an instrument at a moment: the words that the exchange, the quotes and the feed share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar, cast

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


class Tick(msgspec.Struct, frozen=True, gc=False):
    """The state of an instrument at a moment. Thousands are made every second, so they may be made by position.

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


class Gist(NamedTuple):
    """What lists of contracts need to know of a `Tick`; `average` is 0 where it was not asked for."""

    last: Price
    previous_close: Price
    volume: int
    oi: int
    average: Price


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


class Candle(NamedTuple):
    """A candle; `at` is its start, in epoch seconds."""

    at: float
    open: Price
    high: Price
    low: Price
    close: Price
    volume: int
    oi: int


_Row = TypeVar("_Row", bound=tuple[Any, ...])


def rows(kind: type[_Row], columns: Iterable[Iterable[Any]]) -> Iterable[_Row]:
    """Levels or candles of their columns; several times as quick as their constructors."""
    return map(partial(cast("Any", tuple).__new__, kind), zip(*columns, strict=False))


class MarketView(Protocol):
    """What the rest of the venue asks of the market. Moments are epoch seconds; prices change on whole seconds.

    Every method raises `KeyError` for a key that is not listed on the day.
    """

    def last(self, key: str, at: float) -> Price:
        """The latest traded price, or the level of an index."""
        ...

    def tick(self, key: str, at: float) -> Tick:
        """The whole state of one instrument."""
        ...

    def ticks(self, keys: Sequence[str], at: float) -> list[Tick]:
        """The states of many, in their order; far cheaper than one by one."""
        ...

    def depth(self, key: str, at: float, levels: int = 5) -> Depth:
        """The book: up to `levels` rows a side."""
        ...

    def greeks(self, key: str, at: float) -> Greeks:
        """Of an option, coherent with its price and its underlying's."""
        ...

    def extremes(self, key: str, after: float, until: float) -> tuple[Price, Price]:
        """The lowest and the highest traded price on the whole seconds of `(after, until]`; cheap over long spans."""
        ...

    def close(self, key: str, day: dt.date) -> Price:
        """The closing price of a trading day that is over; of a contract on its last day: what it is settled at."""
        ...

    def candles(self, key: str, seconds: int, start: float, end: float) -> list[Candle]:
        """Candles of `seconds` (a multiple of 60, within a session) that begin in `[start, end)`, oldest first.

        One that is not complete at `end` is as it stands then, `end` included.
        """
        ...

    def days(self, key: str, first: dt.date, last: dt.date, now: float) -> list[Candle]:
        """Day candles, oldest first; today's as it stands at `now`."""
        ...
