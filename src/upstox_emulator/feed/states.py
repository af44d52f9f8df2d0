"""Instruments at a moment, as the market data feed has them: many at once, each ready for a frame.

https://upstox.com/developer/api-documentation/v3/get-market-data-feed
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np

from upstox_emulator.feed import columns
from upstox_emulator.feed.columns import Floats, Ints, Part
from upstox_emulator.feed.wire import LEVELS, MODES, Mode
from upstox_emulator.market.book import Sides
from upstox_emulator.market.view import Candle, Greeks, Tick
from upstox_emulator.units import PER_RUPEE, Price

_NUMBERS: Final = (
    "last",
    "last_quantity",
    "previous_close",
    "open",
    "high",
    "low",
    "average",
    "volume",
    "oi",
    "total_bid",
    "total_ask",
)
_GREEKS: Final = attrgetter("delta", "theta", "gamma", "vega", "rho", "iv")
_NO_GREEKS: Final = (0.0,) * 6


class Auction(NamedTuple):
    """What is told of an instrument while its price is found by an auction.

    Attributes:
        price: the indicative equilibrium price. reference: the price that the auction's limits are counted from.
        quantity: what would trade at it.
        imbalance, market_imbalance: units wanted beyond those offered: of all orders, and of market orders.
        cas_eligible: whether the instrument takes part in the closing auction.
    """

    price: Price
    reference: Price
    quantity: int
    imbalance: int
    market_imbalance: int
    cas_eligible: bool


_NO_AUCTION: Final = Auction(0, 0, 0, 0, 0, cas_eligible=False)


class Shown(NamedTuple):
    """What is told of one instrument beside its book.

    Attributes:
        tick: its state. day: when the day of that began, in epoch seconds.
        minute: its last whole minute, from `minute_of`; empty where there is none.
        option: the Greeks; None for what is no option.
        auction: what its auction has come to; None where there is none.
    """

    tick: Tick
    day: float = 0.0
    minute: bytes = b""
    option: Greeks | None = None
    auction: Auction | None = None


def minute_of(candle: Candle) -> bytes:
    """A minute, ready for the list of an instrument's candles."""
    prices = [np.array([price]) for price in (candle.open, candle.high, candle.low, candle.close)]
    return columns.encoded(_candle(b"I1", prices, np.array([candle.volume]), np.array([candle.at])))[0]


class States:
    """Instruments of one sort at a moment.

    Parameters:
        shown: what is told of each.
        sides: their books; None where no depth is told of.
        are_levels: whether they are indices, of which only level and candles are told.
    """

    def __init__(self, shown: Sequence[Shown], sides: Sides | None, *, are_levels: bool) -> None:
        self._shown = shown
        self._sides = sides
        self._are_levels = are_levels
        numbers = np.array([attrgetter(*_NUMBERS)(one.tick) for one in shown], np.int64)
        self._numbers: dict[str, Ints] = dict(zip(_NUMBERS, numbers.T, strict=True))
        self._auctions = [one.auction or _NO_AUCTION for one in shown] if any(one.auction for one in shown) else []
        self._all = np.ones(len(shown), np.bool_)

    def feeds(self, mode: Mode, *, books: bool = True) -> list[bytes]:
        """Each instrument in a mode.

        Parameters:
            books: whether with rows and Greeks, which the live frames of the full modes leave out if nothing in them
                has changed.
        """
        if mode == "ltpc":
            return columns.encoded(self._ltpc)
        number = columns.constant(bytes((0x20, MODES[mode])), self._all)
        if mode == "option_greeks":
            return columns.encoded(columns.message(3, *self._first_level()), number)
        full = (
            columns.message(2, *self._index()) if self._are_levels else columns.message(1, *self._market(mode, books))
        )
        return columns.encoded(columns.message(2, full), number)

    def books(self, mode: Mode) -> list[bytes]:
        """What `feeds` may leave out in a full mode, to be compared."""
        if self._are_levels:
            return [b""] * len(self._shown)
        return columns.encoded(self._rows(mode), self._greeks)

    # Messages

    def _index(self) -> list[Part]:
        return [self._ltpc, columns.message(2, *self._candles)]

    def _first_level(self) -> list[Part]:
        if self._are_levels:
            return [self._ltpc]
        return [
            self._ltpc,
            self._row(2, 1),
            self._greeks,
            columns.integers(4, self._numbers["volume"]),
            self._double(5, "oi"),
            columns.doubles(6, self._options[5]),
        ]

    def _market(self, mode: Mode, books: bool) -> list[Part]:
        return [
            self._ltpc,
            *((columns.message(2, self._rows(mode)), self._greeks) if books else ()),
            columns.message(4, *self._candles),
            _price(5, self._numbers["average"]),
            columns.integers(6, self._numbers["volume"]),
            self._double(7, "oi"),
            columns.doubles(8, self._options[5]),
            self._double(9, "total_bid"),
            self._double(10, "total_ask"),
            *self._auction(),
        ]

    def _auction(self) -> list[Part]:
        if not self._auctions:
            return []
        price, reference, quantity, imbalance, market_imbalance, eligible = np.array(self._auctions, np.int64).T
        return [
            _price(11, price),
            _price(12, reference),
            columns.integers(13, quantity),
            columns.integers(14, imbalance),
            columns.integers(15, market_imbalance),
            columns.constant(b"\x80\x01\x01", eligible != 0),
        ]

    # Pieces that several messages have

    @cached_property
    def _ltpc(self) -> Part:
        numbers, indicative = self._numbers, ()
        if self._auctions:
            prices = np.array([auction.price for auction in self._auctions])
            held = np.array([one.auction is not None for one in self._shown])
            indicative = (columns.message(5, _price(1, prices), where=held),)
        return columns.message(
            1,
            _price(1, numbers["last"]),
            columns.integers(2, _ms(np.array([one.tick.last_at for one in self._shown]))),
            columns.integers(3, numbers["last_quantity"]),
            _price(4, numbers["previous_close"]),
            *indicative,
        )

    @cached_property
    def _candles(self) -> tuple[Part, Part]:
        numbers = self._numbers
        prices = [numbers[name] for name in ("open", "high", "low", "last")]
        day = _candle(b"1d", prices, numbers["volume"], np.array([one.day for one in self._shown]))
        return day, columns.pieces([one.minute for one in self._shown])

    @cached_property
    def _options(self) -> Floats:
        rows = [_NO_GREEKS if one.option is None else _GREEKS(one.option) for one in self._shown]
        return np.array(rows, np.float64).T

    @cached_property
    def _greeks(self) -> Part:
        return columns.message(3, *(columns.doubles(field + 1, self._options[field]) for field in range(5)))

    def _rows(self, mode: Mode) -> Part:
        return columns.repeated(self._row(1, LEVELS[mode]), LEVELS[mode])

    def _row(self, field: int, levels: int) -> Part:
        if self._sides is None:
            raise ValueError("there is no depth to tell of")
        bids, bid_quantities, _, asks, ask_quantities, _ = (side[:, :levels].reshape(-1) for side in self._sides)
        return columns.message(
            field,
            columns.integers(1, bid_quantities),
            _price(2, np.where(bid_quantities > 0, bids, 0)),
            columns.integers(3, ask_quantities),
            _price(4, np.where(ask_quantities > 0, asks, 0)),
            where=(bid_quantities > 0) | (ask_quantities > 0),
        )

    def _double(self, field: int, name: str) -> Part:
        return columns.doubles(field, self._numbers[name].astype(np.float64))


def _candle(interval: bytes, prices: Sequence[Ints], volume: Ints, start: Floats) -> Part:
    """A candle, as an entry of a list: open, high, low and close, the volume, and its start in epoch seconds."""
    return columns.message(
        1,
        columns.constant(b"\x0a\x02" + interval, np.ones(len(volume), np.bool_)),
        *(_price(field, values) for field, values in enumerate(prices, 2)),
        columns.integers(6, volume),
        columns.integers(7, _ms(start)),
    )


def _price(field: int, values: Ints) -> Part:
    return columns.doubles(field, values / PER_RUPEE)


def _ms(seconds: Floats) -> Ints:
    return np.rint(seconds * 1000).astype(np.int64)
