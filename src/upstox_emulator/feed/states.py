"""Instruments at a moment, as the market data feed has them: many at once, each ready for a frame.

https://upstox.com/developer/api-documentation/v3/get-market-data-feed
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from operator import attrgetter
from typing import Final

import numpy as np

from upstox_emulator.clock import IST
from upstox_emulator.feed import columns
from upstox_emulator.feed.columns import Flags, Floats, Ints, Part
from upstox_emulator.feed.wire import LEVELS, MODES, Mode
from upstox_emulator.market.auction import Auction
from upstox_emulator.market.book import Sides
from upstox_emulator.market.view import Candle, Greeks, Tick
from upstox_emulator.units import PER_RUPEE

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
_INDIA: Final = IST.utcoffset(None).total_seconds()
_OF_TICK: Final = attrgetter(*_NUMBERS)
_OF_OPTION: Final = attrgetter("delta", "theta", "gamma", "vega", "rho", "iv")


_NO_AUCTION: Final = Auction(0, 0, 0, 0, 0)


def minutes_of(candles: Sequence[Candle]) -> list[bytes]:
    """Minutes, each ready for the list of an instrument's candles."""
    starts, first, high, low, last, volume, _ = zip(*candles, strict=True)
    prices = [np.array(column) for column in (first, high, low, last)]
    return columns.encoded(_candle(b"I1", prices, np.array(volume), np.array(starts)))


class States:
    """Instruments of one sort at a moment; all sequences have an item for each.

    Parameters:
        ticks: their states.
        minutes: their last whole minutes, from `minutes_of`; empty where there is none.
        auctions: what their auctions have come to; None where there is none.
        eligible: whether they take part in the closing auction.
        options: their Greeks; None if they are no options.
        sides: their books; None if no depth is told of.
        are_levels: whether they are indices, of which only level and candles are told.
    """

    def __init__(
        self,
        ticks: Sequence[Tick],
        minutes: Sequence[bytes],
        auctions: Sequence[Auction | None],
        eligible: Sequence[bool],
        *,
        options: Sequence[Greeks] | None = None,
        sides: Sides | None = None,
        are_levels: bool = False,
    ) -> None:
        self.are_levels = are_levels
        self._minutes = minutes
        self._auctions = auctions if any(auctions) else ()
        self._eligible = eligible
        self._sides = sides
        numbers = np.array([_OF_TICK(tick) for tick in ticks], np.int64)
        self._numbers: dict[str, Ints] = dict(zip(_NUMBERS, numbers.T, strict=True))
        self._traded_at = np.array([tick.last_at for tick in ticks])
        greeks = np.zeros((len(ticks), 6)) if options is None else np.array([_OF_OPTION(one) for one in options])
        self._greek_columns: Floats = greeks.T
        self._books: dict[Mode, tuple[Part, Part]] = {}
        self._all = np.ones(len(ticks), np.bool_)

    def feeds(self, mode: Mode, *, books: bool = True) -> list[bytes]:
        """Each instrument in a mode.

        Parameters:
            books: whether with rows and Greeks, which the live frames of the full modes leave out if nothing in them
                has changed.
        """
        if mode == "ltpc":
            return columns.encoded(self._ltpc)
        if mode == "option_greeks":
            return columns.encoded(columns.message(3, *self._first_level()), self._number(mode))
        if self.are_levels:
            full = columns.message(2, self._ltpc, columns.message(2, *self._candles))
        else:
            full = columns.message(1, self._ltpc, *(self._book(mode) if books else ()), *self._beside)
        return columns.encoded(columns.message(2, full), self._number(mode))

    def books(self, mode: Mode, feeds: Sequence[bytes]) -> list[bytes]:
        """What `feeds` has of rows and Greeks in a full mode, and may leave out: cut out of it, to be compared."""
        if self.are_levels:
            return [b""] * len(feeds)
        whole = np.array([len(feed) for feed in feeds])
        ends = whole - sum(part.size for part in (*self._beside, self._number(mode)))
        starts = ends - sum(part.size for part in self._book(mode))
        cuts = zip(feeds, starts.tolist(), ends.tolist(), strict=True)
        return [feed[start:end] for feed, start, end in cuts]

    # Messages

    def _number(self, mode: Mode) -> Part:
        return columns.constant(bytes((0x20, MODES[mode])), self._all)

    def _first_level(self) -> list[Part]:
        if self.are_levels:
            return [self._ltpc]
        return [
            self._ltpc,
            self._row(2, 1),
            self._greeks,
            columns.integers(4, self._numbers["volume"]),
            self._double(5, "oi"),
            columns.doubles(6, self._greek_columns[5]),
        ]

    def _book(self, mode: Mode) -> tuple[Part, Part]:
        known = self._books.get(mode)
        if known is None:
            rows = columns.repeated(self._row(1, LEVELS[mode]), LEVELS[mode])
            known = self._books[mode] = columns.message(2, rows), self._greeks
        return known

    @cached_property
    def _beside(self) -> list[Part]:
        """What a full mode has after the book."""
        return [
            columns.message(4, *self._candles),
            _price(5, self._numbers["average"]),
            columns.integers(6, self._numbers["volume"]),
            self._double(7, "oi"),
            columns.doubles(8, self._greek_columns[5]),
            self._double(9, "total_bid"),
            self._double(10, "total_ask"),
            *self._auction(),
        ]

    def _auction(self) -> list[Part]:
        if not self._auctions:
            return []
        told = [auction or _NO_AUCTION for auction in self._auctions]
        price, reference, quantity, imbalance, at_market = np.array(told, np.int64).T
        return [
            _price(11, price),
            _price(12, reference),
            columns.integers(13, quantity),
            columns.integers(14, imbalance),
            columns.integers(15, at_market),
            columns.constant(b"\x80\x01\x01", self._auctioned & np.array(self._eligible)),
        ]

    # Pieces that several messages have

    @cached_property
    def _auctioned(self) -> Flags:
        return np.array([auction is not None for auction in self._auctions])

    @cached_property
    def _ltpc(self) -> Part:
        numbers = self._numbers
        indicative: tuple[Part, ...] = ()
        if self._auctions:
            price = np.array([0 if auction is None else auction.price for auction in self._auctions])
            indicative = (columns.message(5, _price(1, price), where=self._auctioned),)
        return columns.message(
            1,
            _price(1, numbers["last"]),
            columns.integers(2, _ms(self._traded_at)),
            columns.integers(3, numbers["last_quantity"]),
            _price(4, numbers["previous_close"]),
            *indicative,
        )

    @cached_property
    def _candles(self) -> tuple[Part, Part]:
        numbers = self._numbers
        prices = [numbers[name] for name in ("open", "high", "low", "last")]
        day = _candle(b"1d", prices, numbers["volume"], _midnights(self._traded_at))
        return day, columns.pieces(self._minutes)

    @cached_property
    def _greeks(self) -> Part:
        return columns.message(3, *(columns.doubles(field + 1, self._greek_columns[field]) for field in range(5)))

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


def _midnights(seconds: Floats) -> Floats:
    """The starts of the Indian days of moments, in epoch seconds."""
    return (seconds + _INDIA) // 86400 * 86400 - _INDIA
