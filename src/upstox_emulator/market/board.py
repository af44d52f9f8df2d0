"""Many instruments of one exchange through one trading day, second by second.

It shows the same as `Day` does for one instrument; what stands still for a minute, a block or the day is
worked out once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.market.book import Shelf, Sides, books, size_of, totals
from upstox_emulator.market.contracts import bounded
from upstox_emulator.market.day import BLOCK, Day
from upstox_emulator.market.days import Base, Days, exchange_of
from upstox_emulator.market.minutes import second_activity
from upstox_emulator.market.noise import Floats, Ints, streams_of
from upstox_emulator.market.sources import VIX
from upstox_emulator.market.view import Candle, Depth, Gist, Greeks, Tick
from upstox_emulator.market.view import rows as rows_of

_VolumeAt: TypeAlias = Callable[[int], Ints]
"""Units traded when a block begins."""

_FEW: Final = 8
"""Books and Greeks are worked out one by one for so many rows of a second, then for all of them."""

_AT_ONCE: Final = 200_000
"""Cells worked out at once; more would not fit into a processor's cache."""


class Columns(NamedTuple):
    """The state of all instruments at a second, a row each; as `Tick` has it."""

    last: Ints
    last_quantity: Ints
    open: Ints
    high: Ints
    low: Ints
    previous_close: Ints
    average: Ints
    volume: Ints
    oi: Ints
    oi_high: Ints
    oi_low: Ints
    previous_oi: Ints
    total_bid: Ints
    total_ask: Ints
    lower_circuit: Ints
    upper_circuit: Ints
    year_high: Ints
    year_low: Ints


class Board:
    """A trading day of many instruments.

    Parameters:
        days: of all instruments.
        instruments: of one exchange.
        date: the day.
    """

    def __init__(self, days: Days, instruments: Sequence[Instrument], date: dt.date) -> None:
        self.instruments = instruments
        self._days = days
        self.date = date
        self.span = days.sessions.of(exchange_of(instruments[0]), date)
        whole = [row for row, one in enumerate(instruments) if one.expiry is None or days.is_driven(one.key)]
        derived = [row for row, one in enumerate(instruments) if one.is_derivative]
        self._whole = _Whole([days.day(instruments[row], date) for row in whole], np.array(whole, dtype=np.int64))
        self._derived = _Derived(days, [instruments[row] for row in derived], date, derived) if derived else None
        self.depends = {key for day in self._whole.days for key in day.depends}
        if self._derived is not None:
            self.depends |= self._derived.depends
        self._parts = [part for part in (self._derived, self._whole) if part is not None and len(part.rows)]
        self._shown, self._asks = -1, 0
        self._still()
        self.last = lru_cache(maxsize=2)(self._last)
        self.columns = lru_cache(maxsize=2)(self._columns)
        self.ticks = lru_cache(maxsize=1)(self._ticks)
        self.depths = lru_cache(maxsize=2)(self._depths)
        self.greeks = lru_cache(maxsize=1)(self._greeks)
        self.minutes = lru_cache(maxsize=2)(self._minutes)

    def _still(self) -> None:
        """What stands still for the day."""
        instruments, seed = self.instruments, self._days.seed
        count = len(instruments)
        self._lot = np.array([one.lot for one in instruments], dtype=np.int64)
        keys = tuple(one.key for one in instruments)
        self._phase = streams_of(seed, keys, "phase") / 2**64
        names = [self._days.pulse_of(one) for one in instruments]
        pulses = {name: row for row, name in enumerate(dict.fromkeys(names))}
        self._pulse = np.array([pulses[name] for name in names], dtype=np.int64)
        minutes = self.span.minutes
        self._done = np.array([self._days.pulse(name, self.date.toordinal(), minutes) for name in pulses])
        self._pulses = streams_of(seed, tuple(pulses), "pulse")
        self._within = lru_cache(maxsize=2)(self._make_within)
        self._lots, self._before, self._after, self._previous, self._opened, lower, upper, top, bottom = (
            np.zeros(count, dtype=np.int64) for _ in range(9)
        )
        if self._derived is not None:
            rows, part = self._derived.rows, self._derived
            self._lots[rows], self._before[rows], self._after[rows] = part.lots, part.before, part.after
            self._previous[rows], lower[rows], upper[rows] = part.previous, part.lower, part.upper
            self._opened[rows], top[rows], bottom[rows] = part.opened, part.previous, part.previous
        for row, day in zip(self._whole.rows.tolist(), self._whole.days, strict=True):
            self._lots[row], self._before[row], self._after[row] = day.flow.lots, day.flow.before, day.flow.after
            self._previous[row], lower[row], upper[row] = day.previous, day.lower, day.upper
            self._opened[row], (top[row], bottom[row]) = day.bars.open[0], day.year
        self._limits, self._year = (lower, upper), (top, bottom)
        books_ = streams_of(seed, keys, "book")
        ticks = np.array([one.tick for one in instruments], dtype=np.int64)
        sizes = [size_of(lots) for lots in self._lots.tolist()]
        traded = np.array([one.is_tradable for one in instruments])
        self._shelf = Shelf(books_, ticks, self._lot, np.where(traded, sizes, 0), lower, upper)

    # At a second of the session

    def _make_within(self, minute: int) -> Floats:
        return second_activity(self._pulses, np.full(len(self._pulses), self.span.open + 60 * minute))

    def _part(self, second: int) -> Floats:
        """What part of the day's trading is done with a second, of each row."""
        minute, rest = divmod(second, 60)
        start, end = self._done[:, minute], self._done[:, minute + 1]
        done = end if rest == 59 else start + (end - start) * self._within(minute)[:, rest]
        return done[self._pulse]

    def interests(self, seconds: Ints) -> Ints:
        """Open interest in units at seconds of the session: a row an instrument, a column a second."""
        minutes, rest = seconds // 60, seconds % 60
        pulses, columns = len(self._pulses), np.arange(len(seconds))
        starts = np.tile(self.span.open + 60 * minutes, pulses)
        within = second_activity(np.repeat(self._pulses, len(seconds)), starts).reshape(pulses, len(seconds), 60)
        begun, end = self._done[:, minutes], self._done[:, minutes + 1]
        done = np.where(rest == 59, end, begun + (end - begun) * within[:, columns, rest])
        opened = ((self._after - self._before)[:, None] * done[self._pulse]).astype(np.int64)
        return (self._before[:, None] + opened) * self._lot[:, None]

    def _volume(self, part: Floats, second: int) -> Ints:
        """Units traded."""
        volume: Ints = (self._lots * part + self._phase).astype(np.int64) * self._lot
        for row, day in self._whole.replayed:
            volume[row] = day.volume(second)
        return volume

    def _columns(self, second: int) -> Columns:
        self._shown, self._asks = second, 0
        last, part = self.last(second), self._part(second)
        high, low = self._extremes(second)
        volume, oi = self._volume(part, second), self._interest(part)
        earlier = self._volume(self._part(second - 1), second - 1) if second else np.zeros_like(volume)
        before = self._before * self._lot
        wanted, offered = totals(self._shelf, last, self.span.open + second)
        return Columns(
            last,
            np.where(volume > 0, np.maximum(volume - earlier, self._lot), 0),
            self._opened,
            high,
            low,
            self._previous,
            self._average(second, last, volume),
            volume,
            oi,
            np.maximum(oi, before),
            np.minimum(oi, before),
            before,
            wanted,
            offered,
            *self._limits,
            np.maximum(high, self._year[0]),
            np.minimum(low, self._year[1]),
        )

    def gists(self, second: int, *, averages: bool) -> list[Gist]:
        """The gist of each row; `averages` says whether it has the average, which is dear, or 0."""
        last, part = self.last(second), self._part(second)
        volume = self._volume(part, second)
        average = self._average(second, last, volume) if averages else np.zeros_like(last)
        columns = (last, self._previous, volume, self._interest(part), average)
        return list(rows_of(Gist, (column.tolist() for column in columns)))

    def _interest(self, part: Floats) -> Ints:
        """Open interest in units, by the part of the day's trading that is done."""
        return (self._before + ((self._after - self._before) * part).astype(np.int64)) * self._lot

    def _average(self, second: int, last: Ints, volume: Ints) -> Ints:
        """The volume-weighted price of the day; 0 before anything was traded.

        Of contracts it is between their prices, for those at which their blocks are counted are; of others it is held
        there.
        """
        block = second // (60 * BLOCK)
        worth = np.zeros(len(last))
        if self._derived is not None:
            worth[self._derived.rows] = self._derived.worth(block, self._block_volume)
        if self._whole.days:
            worth[self._whole.rows] = self._whole.worth(block)
        worth = worth + (volume - self._block_volume(block)).astype(np.float64) * last
        average: Ints = (worth / np.maximum(volume, 1) + 0.5).astype(np.int64)
        if self._whole.days:
            rows, (high, low) = self._whole.rows, self._whole.extremes(second)
            average[rows] = np.clip(average[rows], low, high)
        return np.where(volume > 0, average, 0)

    def _block_volume(self, block: int) -> Ints:
        """Units traded when a block begins."""
        return self._volume(self._done[:, block * BLOCK][self._pulse], 60 * BLOCK * block - 1)

    def _last(self, second: int) -> Ints:
        last = np.zeros(len(self.instruments), dtype=np.int64)
        for part in self._parts:
            last[part.rows] = part.last(second)
        return last

    def _extremes(self, second: int) -> tuple[Ints, Ints]:
        """Highest and lowest price of the day so far."""
        high, low = (np.zeros(len(self.instruments), dtype=np.int64) for _ in range(2))
        for part in self._parts:
            high[part.rows], low[part.rows] = part.extremes(second)
        return high, low

    # As values

    def _ticks(self, second: int, at: float) -> list[Tick]:
        last, quantity, *others = (column.tolist() for column in self.columns(second))
        return list(map(Tick, repeat(at), last, quantity, repeat(float(self.span.open + second)), *others))

    def sides(self, second: int, levels: int) -> Sides:
        """The books."""
        return books(self._shelf, self.last(second), self.span.open + second, levels)

    def _depths(self, second: int, levels: int) -> list[Depth]:
        return self.sides(second, levels).rows()

    def _greeks(self, second: int) -> dict[int, Greeks]:
        """Of the options, by their rows."""
        part = self._derived
        if part is None:
            return {}
        rows: list[int] = part.rows.tolist()
        found = zip(rows, part.greeks(second, self.last(second)[part.rows]), strict=True)
        return {row: greeks for row, greeks in found if self.instruments[row].is_option}

    def _minutes(self, minute: int) -> list[Candle]:
        """The candles of a whole minute, in the order of the rows."""
        bars = [np.zeros(len(self.instruments), dtype=np.int64) for _ in range(4)]
        for part in self._parts:
            for column, values in zip(bars, part.bars(minute), strict=True):
                column[part.rows] = values
        done = self._done[:, minute + 1][self._pulse]
        traded = self._volume(done, 60 * minute + 59)
        traded -= self._volume(self._done[:, minute][self._pulse], 60 * minute - 1)
        oi = (self._before + ((self._after - self._before) * done).astype(np.int64)) * self._lot
        columns = (column.tolist() for column in (*bars, traded, oi))
        return list(rows_of(Candle, (repeat(float(self.span.open + 60 * minute)), *columns)))

    def is_asked(self, date: dt.date, second: int) -> bool:
        """Whether it pays to ask for all rows: many of a second are asked for, one after the other."""
        if date != self.date or second != self._shown:
            return False
        self._asks += 1
        return self._asks > _FEW


class _Whole:
    """Rows whose days are known whole: sources, and what was driven by hand."""

    def __init__(self, days: list[Day], rows: Ints) -> None:
        self.days, self.rows = days, rows
        self.replayed = [(row, day) for row, day in zip(rows.tolist(), days, strict=True) if day.is_replayed]
        self._minute = lru_cache(maxsize=1)(self._make_minute)
        self._worth = lru_cache(maxsize=1)(self._make_worth)

    def _make_minute(self, minute: int) -> tuple[Ints, Ints, Ints]:
        seconds = np.array([day.seconds(minute) for day in self.days])
        if minute == 0:
            return seconds, seconds[:, 0], seconds[:, 0]
        tops = np.array([day.tops[minute - 1] for day in self.days])
        return seconds, tops, np.array([day.bottoms[minute - 1] for day in self.days])

    def _make_worth(self, block: int) -> Floats:
        return np.array([day.worth[block] for day in self.days])

    def bars(self, minute: int) -> Ints:
        """Open, high, low and close of a minute."""
        return np.array([[column[minute] for column in day.bars] for day in self.days]).T

    def last(self, second: int) -> Ints:
        """Last prices."""
        minute, rest = divmod(second, 60)
        return self._minute(minute)[0][:, rest]

    def worth(self, block: int) -> Floats:
        """Price times volume up to the start of a block."""
        return self._worth(block)

    def extremes(self, second: int) -> tuple[Ints, Ints]:
        """Highest and lowest price of the day so far."""
        minute, rest = divmod(second, 60)
        seconds, tops, bottoms = self._minute(minute)
        part = seconds[:, : rest + 1]
        return np.maximum(tops, part.max(axis=1)), np.minimum(bottoms, part.min(axis=1))


class _Derived:
    """Rows that follow from others: contracts."""

    def __init__(self, days: Days, instruments: Sequence[Instrument], date: dt.date, rows: Sequence[int]) -> None:
        self.rows = np.array(rows, dtype=np.int64)
        exchange = exchange_of(instruments[0])
        self._span = days.sessions.of(exchange, date)
        underlyings = [days.underlying(one) for one in instruments]
        before = days.sessions.previous(exchange, date)
        before_span = days.sessions.of(exchange, before)
        self._terms = days.contracts(instruments, underlyings, date, self._span)
        earlier = days.contracts(instruments, underlyings, before, before_span)
        self.lots, self.before, self.after = self._terms.lots, earlier.open_lots, self._terms.open_lots
        self.previous = days.closes(instruments, underlyings, before, before_span, earlier)
        self.lower, self.upper = self._terms.limits(self.previous)
        unique = {one.key: one for one in underlyings}
        places = {key: row for row, key in enumerate(unique)}
        self._on = np.array([places[one.key] for one in underlyings], dtype=np.int64)
        self._bases = [Base(days, one, date) for one in unique.values()]
        self.depends = {one.key for one in instruments} | {key for base in self._bases for key in base.depends}
        if self._terms.options.any():
            self.depends.add(VIX)
        self._valued, self._worth = 0, np.zeros(len(rows))
        self._ranged, self._highest, self._lowest = 0, *self._no_range()
        self._lay()
        self._minute = lru_cache(maxsize=1)(self._make_minute)

    def _lay(self) -> None:
        """The underlyings' prices, minute by minute and block by block."""
        bars = [base.bars(self._span) for base in self._bases]
        self._opens, self._tops, self._bottoms, self._closes = np.array(bars).transpose(1, 0, 2)
        starts = np.arange(0, self._span.minutes, BLOCK)
        self._highs = np.maximum.reduceat(self._tops, starts, axis=1)
        self._lows = np.minimum.reduceat(self._bottoms, starts, axis=1)
        self._typical = np.array([base.typical(self._span) for base in self._bases])
        self.opened = self._priced(np.array([0]), np.array([one.open[0] for one in bars])[:, None])[:, 0]

    def _no_range(self) -> tuple[Ints, Ints]:
        count = len(self.rows)
        return np.zeros(count, dtype=np.int64), np.full(count, np.iinfo(np.int64).max)

    def _priced(self, blocks: Ints, spots: Ints) -> Ints:
        """Prices of contracts by those of the underlyings: a row a contract, a column a block."""
        return bounded(self._terms.prices(blocks, spots[self._on]), self.lower, self.upper)

    def worth(self, block: int, volume: _VolumeAt) -> Floats:
        """Price times volume up to the start of a block."""
        if block < self._valued:
            self._valued, self._worth = 0, np.zeros(len(self.rows))
        for blocks in self._steps(self._valued, block):
            prices = self._priced(blocks, self._typical[:, blocks]).astype(np.float64)
            for column, one in enumerate(blocks.tolist()):
                traded = (volume(one + 1) - volume(one))[self.rows]
                self._worth = self._worth + traded * prices[:, column]
        self._valued = block
        return self._worth

    def _range(self, block: int) -> tuple[Ints, Ints]:
        """The highest and the lowest price up to the start of a block."""
        if block < self._ranged:
            self._ranged, self._highest, self._lowest = 0, *self._no_range()
        for blocks in self._steps(self._ranged, block):
            ends = np.concatenate((self._highs[:, blocks], self._lows[:, blocks]), axis=1)
            prices = self._priced(np.tile(blocks, 2), ends)
            self._highest = np.maximum(self._highest, prices.max(axis=1))
            self._lowest = np.minimum(self._lowest, prices.min(axis=1))
        self._ranged = block
        return self._highest, self._lowest

    def _steps(self, begin: int, end: int) -> Iterator[Ints]:
        """The blocks from one to another, as many at a time as are quickly worked out."""
        step = max(_AT_ONCE // len(self.rows), 1)
        return (np.arange(start, min(start + step, end)) for start in range(begin, end, step))

    def _make_minute(self, minute: int) -> tuple[Ints, Ints, Ints]:
        """The underlyings' seconds, and their highest and lowest prices from the start of the block to the minute."""
        seconds = np.array([base.seconds(self._span, minute) for base in self._bases])
        begin = minute // BLOCK * BLOCK
        if minute == begin:
            return seconds, seconds[:, 0], seconds[:, 0]
        return seconds, self._tops[:, begin:minute].max(axis=1), self._bottoms[:, begin:minute].min(axis=1)

    def last(self, second: int) -> Ints:
        """Last prices."""
        minute, rest = divmod(second, 60)
        return self._priced(np.array([minute // BLOCK]), self._minute(minute)[0][:, rest, None])[:, 0]

    def extremes(self, second: int) -> tuple[Ints, Ints]:
        """Highest and lowest price of the day so far."""
        minute, rest = divmod(second, 60)
        seconds, tops, bottoms = self._minute(minute)
        part = seconds[:, : rest + 1]
        high, low = np.maximum(tops, part.max(axis=1)), np.minimum(bottoms, part.min(axis=1))
        ends = self._priced(np.array([minute // BLOCK]), np.column_stack((high, low)))
        highest, lowest = self._range(minute // BLOCK)
        return np.maximum(highest, ends.max(axis=1)), np.minimum(lowest, ends.min(axis=1))

    def bars(self, minute: int) -> tuple[Ints, Ints, Ints, Ints]:
        """Open, high, low and close of a minute."""
        spots = np.column_stack(
            [column[:, minute] for column in (self._opens, self._tops, self._bottoms, self._closes)]
        )
        found = self._priced(np.array([minute // BLOCK]), spots)
        return found[:, 0], found.max(axis=1), found.min(axis=1), found[:, 3]

    def greeks(self, second: int, prices: Ints) -> list[Greeks]:
        """Greeks at a second, given the prices."""
        minute, rest = divmod(second, 60)
        spots = self._minute(minute)[0][self._on, rest].astype(np.float64)[:, None]
        return self._terms.greeks(np.array([minute // BLOCK]), spots, prices[:, None])
