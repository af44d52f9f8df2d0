"""The minutes of a source's day, and the seconds of a minute.

From the day come the minutes: a random walk of the source's factors goes through the knots from which the day's high
and low were told, and is made to touch them. From a minute's open, high, low and close come its seconds: a path through
the four. So all intervals agree without any of them being stored.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from upstox_emulator.market.chain import OVERNIGHT, PARTS, Days, furthest, knots, to_tick
from upstox_emulator.market.noise import Bits, Floats, Ints, bits, normal, stream, uniform
from upstox_emulator.market.sources import Source

SECONDS: Final = np.arange(60)

_START: Final = 1_000_003
"""Keeps counters of different days apart."""


class Bars(NamedTuple):
    """Open, high, low and close of the minutes of a day."""

    open: Ints
    high: Ints
    low: Ints
    close: Ints


@lru_cache(maxsize=64)
def bustle(minutes: int) -> Floats:
    """How busy the minutes of a session are: busiest at its ends. They sum up to 1."""
    x = (np.arange(minutes) + 0.5) / minutes
    weights = 1 + 1.7 * np.exp(-x / 0.05) + 1.3 * np.exp((x - 1) / 0.05)
    share: Floats = weights / weights.sum()
    return share


@lru_cache(maxsize=2048)
def _walk(seed: int, name: str, number: int, minutes: int) -> Floats:
    """A factor's walk through the minutes of a day, from knot to knot; nought at both ends."""
    counters = number * _START + np.arange(minutes)
    steps = normal(stream(seed, name, "minute"), counters)
    steps *= np.where(uniform(stream(seed, name, "leap"), counters) < 0.004, 4.0, 1.0)
    share = bustle(minutes)
    time = np.concatenate(([0.0], np.cumsum(share)))
    walk = np.concatenate(([0.0], np.cumsum(steps * np.sqrt(share))))
    at_knots: Floats = knots(seed, name, np.array([number]))[0] - np.interp(PARTS, time, walk)
    return walk[1:] + np.interp(time[1:], PARTS, at_knots)


def minute_bars(seed: int, source: Source, days: Days, row: int, minutes: int) -> Bars:
    """The minutes of a day of a source."""
    number, mood = int(days.numbers[row]), float(days.mood[row])
    opened, high, low, close = (int(column[row]) for column in (days.open, days.high, days.low, days.close))
    scale = mood * (1 - OVERNIGHT) ** 0.5
    share = bustle(minutes)
    time = np.cumsum(share)
    path = np.log(close / opened) * time
    for name, load in source.loads:
        path += (load * scale) * _walk(seed, name, number, minutes)
    prices = _stretched(opened * np.exp(path), time, high, low)
    closes = np.clip(to_tick(prices, source.tick), low, high)
    closes[-1] = close
    counters = number * _START + np.arange(minutes)
    jitter = (bits(stream(seed, source.key, "open"), counters) >> np.uint64(62)).astype(np.int64) - 1
    opens = np.clip(np.concatenate(([opened], closes[:-1])) + np.where(jitter > 1, 0, jitter) * source.tick, low, high)
    opens[0] = opened
    move = np.log(closes / opens)
    variance = share * sum(load * load for _, load in source.loads) * scale * scale
    rise = furthest(move, variance, uniform(stream(seed, source.key, "rise"), counters))
    fall = furthest(-move, variance, uniform(stream(seed, source.key, "fall"), counters))
    top, bottom = np.maximum(opens, closes), np.minimum(opens, closes)
    highs = np.clip(to_tick(opens * np.exp(rise), source.tick), top, high)
    lows = np.clip(to_tick(opens * np.exp(-fall), source.tick), low, bottom)
    highs[np.argmax(top)] = high
    lows[np.argmin(bottom)] = low
    return Bars(opens, highs, lows, closes)


def _stretched(prices: Floats, time: Floats, high: int, low: int) -> Floats:
    """A path whose excursions beyond all its knots reach about as far as high and low."""
    at_knots = np.interp(PARTS, time, prices)
    top, bottom = float(at_knots.max()), float(at_knots.min())
    above, below = float(prices.max()) - top, bottom - float(prices.min())
    if above > 0:
        reach = min(max(high - top, 0.0) / above, 2.0)
        prices = np.where(prices > top, top + (prices - top) * reach, prices)
    if below > 0:
        reach = min(max(bottom - low, 0.0) / below, 2.0)
        prices = np.where(prices < bottom, bottom - (bottom - prices) * reach, prices)
    return prices


def second_prices(streams: int | Bits, starts: Ints, bars: Bars, ticks: Ints) -> Ints:
    """The 60 prices of one minute of each of many sources: from open to close, through low and high.

    Parameters:
        streams: of each row. starts: epoch second the minute begins at, of each row.
        bars: of the rows, arrays of one length. ticks: of the rows.
    """
    opened, high, low, close = (column[:, None].astype(np.float64) for column in bars)
    turns = bits(streams, starts)[:, None]
    first = (turns % np.uint64(28)).astype(np.int64) + 1
    second = ((turns >> np.uint64(32)) % np.uint64(29)).astype(np.int64) + 30
    rising = close >= opened
    one, two = np.where(rising, low, high), np.where(rising, high, low)
    path = np.where(
        first >= SECONDS,
        opened + (one - opened) * (SECONDS / first),
        np.where(
            second >= SECONDS,
            one + (two - one) * ((SECONDS - first) / (second - first)),
            two + (close - two) * ((SECONDS - second) / (59 - second)),
        ),
    )
    wobble = uniform(np.atleast_1d(np.asarray(streams, dtype=np.uint64))[:, None], starts[:, None] + SECONDS) - 0.5
    pinned = np.isin(SECONDS, (0, 59)) | (first == SECONDS) | (second == SECONDS)
    path += np.where(pinned, 0.0, wobble * 0.5 * (high - low))
    columns = bars.low[:, None], bars.high[:, None]
    return np.clip(to_tick(path, ticks[:, None]), *columns)


def activity(seed: int, name: str, number: int, minutes: int) -> Floats:
    """What part of a day's trading is done when a minute begins: from 0 to 1, one more than there are minutes."""
    noise = normal(stream(seed, name, "activity"), number * _START + np.arange(minutes))
    done = np.cumsum(bustle(minutes) * np.exp(0.4 * noise))
    return np.concatenate(([0.0], done[:-1] / done[-1], [1.0]))


def second_activity(streams: int | Bits, starts: Ints) -> Floats:
    """What part of a minute's trading is done with each of its seconds, of each of many sources; the last is 1."""
    rows = np.atleast_1d(np.asarray(streams, dtype=np.uint64))[:, None]
    weights = (bits(rows, starts[:, None] + SECONDS + (1 << 40)) >> np.uint64(56)).astype(np.float64) + 1
    done = np.cumsum(weights, axis=1)
    return done / done[:, -1:]
