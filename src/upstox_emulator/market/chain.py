"""The days of a source: closes that are chained both ways from an anchor, and each day's open, high, low and volume.

Nothing is stored: a day's step is drawn from the names of the factors and the day's number. Steps of days without a
session are nought, so that the price stands still over a holiday.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from upstox_emulator.market.noise import Flags, Floats, Ints, normal, stream, uniform
from upstox_emulator.market.sessions import Sessions
from upstox_emulator.market.sources import Source

ANCHORED: Final = dt.date(2026, 11, 20).toordinal()
"""The day whose close is the anchor price."""

FIRST: Final = dt.date(2000, 1, 3)
"""Where history begins."""

OVERNIGHT: Final = 0.2
"""The part of a day's variance that falls into its opening gap."""

KNOTS: Final = 16
"""Parts of a day that are known when only the day is looked at."""

PARTS: Final = np.arange(KNOTS + 1) / KNOTS

_BEGINNINGS: Final = (2025, 2013, FIRST.year)
"""The years from which on days are made: no more of them than are asked for. Before these, whole decades."""

_ANCHOR_YEAR: Final = 2026

_MEMORY: Final = 120
"""Days that the market's nervousness remembers."""

_FORGETS: Final = 0.965


class Days(NamedTuple):
    """The trading days of a source over some years, one row each.

    Attributes:
        numbers: ordinals of the dates.
        previous, open, high, low, close, lower, upper: prices; no limits are 0.
        volume: units.
        mood: what the day's volatility is multiplied by.
    """

    numbers: Ints
    previous: Ints
    open: Ints
    high: Ints
    low: Ints
    close: Ints
    lower: Ints
    upper: Ints
    volume: Ints
    mood: Floats

    def row(self, day: dt.date) -> int:
        """The row of a trading day.

        Raises:
            KeyError: it is none, or not among these years.
        """
        row = int(np.searchsorted(self.numbers, day.toordinal()))
        if row == len(self.numbers) or self.numbers[row] != day.toordinal():
            raise KeyError(f"{day} is no trading day")
        return row


class Chain:
    """All sources' days.

    Parameters:
        seed: of all chance.
        sessions: which days are traded.
    """

    def __init__(self, seed: int, sessions: Sessions) -> None:
        self._seed = seed
        self._sessions = sessions
        self._recent = lru_cache(maxsize=2048)(self._days)
        self._whole = lru_cache(maxsize=96)(self._days)
        self._mood = lru_cache(maxsize=16)(self._make_mood)
        self._shared = lru_cache(maxsize=128)(self._shocks)
        self._walks = lru_cache(maxsize=64)(self._shared_walks)

    def days(self, source: Source, first: dt.date, last: dt.date) -> Days:
        """At least the trading days of `[first, last]`; the same rows whatever is asked for."""
        begin = next((year for year in _BEGINNINGS if year <= first.year), max(first.year // 10 * 10, dt.MINYEAR))
        made = self._recent if begin == _BEGINNINGS[0] else self._whole
        return made(source, begin, max(last.year, _ANCHOR_YEAR))

    def close(self, source: Source, day: dt.date) -> int:
        """The close of the latest trading day up to `day`."""
        days = self.days(source, day - dt.timedelta(14), day)
        return int(days.close[np.searchsorted(days.numbers, day.toordinal(), side="right") - 1])

    def _shocks(self, name: str, first: int, last: int) -> tuple[Floats, Floats]:
        """A factor's overnight and intraday moves of all calendar days, together of variance 1."""
        numbers = np.arange(first, last + 1)
        gap = normal(stream(self._seed, name, "gap"), numbers)
        move = normal(stream(self._seed, name, "day"), numbers)
        jumps = np.where(uniform(stream(self._seed, name, "jump"), numbers) < 0.012, 2.6, 1.0)
        return gap * jumps * OVERNIGHT**0.5, move * jumps * (1 - OVERNIGHT) ** 0.5

    def _make_mood(self, first: int, last: int) -> Floats:
        """The logarithm of the market's nervousness: it rises when prices fall, and forgets."""
        begin = first - _MEMORY
        gap, move = self._shared("market", begin, last)
        own = normal(stream(self._seed, "market", "mood"), np.arange(begin, last + 1))
        weights = _FORGETS ** np.arange(_MEMORY)
        return np.convolve(0.025 * own - 0.035 * (gap + move), weights)[_MEMORY : last - begin + 1]

    def _days(self, source: Source, first_year: int, last_year: int) -> Days:
        first, last = dt.date(first_year, 1, 1).toordinal(), dt.date(last_year, 12, 31).toordinal()
        numbers = np.arange(first, last + 1)
        years = range(first_year, last_year + 1)
        trades = np.concatenate([self._sessions.trading(source.exchange, year) for year in years])
        mood = np.exp(source.mood * np.concatenate(([0.0], self._mood(first, last)[:-1])))
        if source.nervous:
            gap, step = self._nervous_steps(source, first, last, trades)
        else:
            gap, step = self._steps(source, first, last, mood)
        gap, step = np.where(trades, gap, 0.0), np.where(trades, step, 0.0)
        level = _chained(step, ANCHORED - first) + np.log(source.anchor)
        before = np.concatenate((level[:1] - step[:1], level[:-1]))
        traded = Steps(numbers[trades], before[trades], gap[trades], step[trades], mood[trades])
        walks = [
            knots(self._seed, name, traded.numbers)
            if name == source.loads[-1][0]
            else self._walks(name, source.exchange, first_year, last_year)
            for name, _ in source.loads
        ]
        return _rows(self._seed, source, traded, walks)

    def _shared_walks(self, name: str, exchange: str, first_year: int, last_year: int) -> Floats:
        """The walks of a factor that several sources load on."""
        trades = np.concatenate([self._sessions.trading(exchange, year) for year in range(first_year, last_year + 1)])
        return knots(self._seed, name, np.flatnonzero(trades) + dt.date(first_year, 1, 1).toordinal())

    def _steps(self, source: Source, first: int, last: int, mood: Floats) -> tuple[Floats, Floats]:
        overnight, intraday = np.zeros(last - first + 1), np.zeros(last - first + 1)
        for name, load in source.loads:
            shocks = self._shocks if name == source.loads[-1][0] else self._shared
            gap, move = shocks(name, first, last)
            overnight += load * gap
            intraday += load * move
        overnight *= mood
        step = source.growth + overnight + intraday * mood
        return np.clip(overnight, -0.6 * source.cap, 0.6 * source.cap), np.clip(step, -source.cap, source.cap)

    def _nervous_steps(self, source: Source, first: int, last: int, trades: Flags) -> tuple[Floats, Floats]:
        """Of the nervousness itself, from one trading day to the next."""
        before = self._sessions.previous(source.exchange, dt.date.fromordinal(first)).toordinal()
        level = self._mood(before, last)
        rows = np.flatnonzero(trades)
        step = np.zeros(len(trades))
        step[rows] = np.diff(level[np.concatenate(([0], rows + first - before))])
        own = normal(stream(self._seed, source.key, "gap"), np.arange(first, last + 1))
        return 0.35 * step + 0.008 * own, step


def _chained(step: Floats, anchor: int) -> Floats:
    """Sums of the steps that are nought at the anchor; the same to the bit over any range around it."""
    level = np.empty(len(step))
    level[anchor] = 0.0
    np.cumsum(step[anchor + 1 :], out=level[anchor + 1 :])
    level[:anchor] = -np.cumsum(step[anchor:0:-1])[::-1]
    return level


def knots(seed: int, name: str, numbers: Ints) -> Floats:
    """A factor's walk through days, told at `KNOTS` equal parts of their variance: a row a day, nought at both ends."""
    steps = normal(stream(seed, name, "knot"), numbers[:, None] * 64 + np.arange(KNOTS)) / KNOTS**0.5
    walk = np.cumsum(steps, axis=1)
    walk = np.concatenate((np.zeros((len(numbers), 1)), walk), axis=1)
    return walk - walk[:, -1:] * PARTS


class Steps(NamedTuple):
    """What a source's trading days are made from: logarithms of the close before, the gap, and the whole step."""

    numbers: Ints
    before: Floats
    gap: Floats
    step: Floats
    mood: Floats


def _rows(seed: int, source: Source, steps: Steps, walks: list[Floats]) -> Days:
    numbers, before, gap, step, mood = steps
    tick = source.tick
    previous, close = _price(before, source), _price(before + step, source)
    lower, upper = limits(previous, source.band, tick)
    opened = within(_price(before + gap, source), lower, upper)
    move = np.log(close / opened)
    scale = mood * (1 - OVERNIGHT) ** 0.5
    path = move[:, None] * PARTS
    for (_, load), walk in zip(source.loads, walks, strict=True):
        path = path + (load * scale)[:, None] * walk
    variance = (sum(load * load for _, load in source.loads) * scale * scale / KNOTS)[:, None]
    moves, counters = np.diff(path, axis=1), numbers[:, None] * 64 + np.arange(KNOTS)
    rise = (path[:, :-1] + furthest(moves, variance, uniform(stream(seed, source.key, "high"), counters))).max(axis=1)
    fall = (path[:, :-1] - furthest(-moves, variance, uniform(stream(seed, source.key, "low"), counters))).min(axis=1)
    high = np.maximum(within(to_tick(opened * np.exp(rise), tick), lower, upper), np.maximum(opened, close))
    low = within(to_tick(opened * np.exp(fall), tick), lower, upper)
    low = np.minimum(np.maximum(low, tick), np.minimum(opened, close))
    busy = 0.35 * normal(stream(seed, source.key, "volume"), numbers) + 6 * np.abs(step)
    volume = (source.turnover * np.exp(busy)).astype(np.int64)
    return Days(numbers, previous, opened, high, low, close, lower, upper, volume, mood)


def _price(level: Floats, source: Source) -> Ints:
    """Prices from logarithms; never so low that a tick would be a leap."""
    floor = min(100 * source.tick, max(source.anchor // (2 * source.tick), 1) * source.tick)
    return np.maximum(to_tick(np.exp(level), source.tick), floor)


def furthest(move: Floats, variance: Floats, chance: Floats) -> Floats:
    """How far a random walk gets upwards on its way to `move`: the maximum of a Brownian bridge."""
    return (move + np.sqrt(move * move - 2 * variance * np.log(chance))) / 2


def to_tick(value: Floats | Ints, tick: int | Ints) -> Ints:
    """The nearest price on the grid of ticks."""
    return (np.floor(value / tick + 0.5)).astype(np.int64) * tick


def limits(previous: Ints, band: float, tick: int) -> tuple[Ints, Ints]:
    """The lowest and highest price of a day, on ticks and at least one away; zeros if there are no limits."""
    if band == 0:
        return np.zeros_like(previous), np.zeros_like(previous)
    share = round(band * 10_000)
    lower = -(-(previous * (10_000 - share)) // (10_000 * tick)) * tick
    upper = previous * (10_000 + share) // (10_000 * tick) * tick
    return np.maximum(np.minimum(lower, previous - tick), tick), np.maximum(upper, previous + tick)


def within(price: Ints, lower: Ints, upper: Ints) -> Ints:
    """Prices held within limits, where there are any."""
    return np.where(upper > 0, np.clip(price, lower, np.maximum(upper, lower)), price)
