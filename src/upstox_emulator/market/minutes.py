"""The minutes of a source's day, and the seconds of a minute.

From the day's open, high, low and close come the minutes: a random walk of the source's factors is pinned to open and
close, and stretched until it touches high and low. From a minute's open, high, low and close come its seconds: a path
through the four. So all intervals agree without any of them being stored.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from upstox_emulator.market.chain import OVERNIGHT, Days, furthest, to_tick
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
    return weights / weights.sum()


@lru_cache(maxsize=2048)
def _bridge(seed: int, name: str, number: int, minutes: int) -> Floats:
    """A factor's walk through the minutes of a day, pinned to nought at both ends; of variance 1 without the pin."""
    counters = number * _START + np.arange(minutes)
    steps = normal(stream(seed, name, "minute"), counters)
    steps *= np.where(uniform(stream(seed, name, "leap"), counters) < 0.004, 4.0, 1.0)
    share = bustle(minutes)
    walk = np.cumsum(steps * np.sqrt(share))
    return walk - walk[-1] * np.cumsum(share)


def minute_bars(seed: int, source: Source, days: Days, row: int, minutes: int) -> Bars:
    """The minutes of a day of a source."""
    number, mood = int(days.numbers[row]), float(days.mood[row])
    opened, high, low, close = (int(column[row]) for column in (days.open, days.high, days.low, days.close))
    scale = mood * (1 - OVERNIGHT) ** 0.5
    walk = np.zeros(minutes)
    for name, load in source.loads:
        walk += (load * scale) * _bridge(seed, name, number, minutes)
    share = bustle(minutes)
    path = opened * np.exp(walk + np.log(close / opened) * np.cumsum(share))
    closes = np.clip(to_tick(_stretched(path, opened, high, low, close), source.tick), low, high)
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


def _stretched(path: Floats, opened: int, high: int, low: int, close: int) -> Floats:
    """A path whose excursions above and below open and close reach as far as high and low."""
    top, bottom = max(opened, close), min(opened, close)
    above, below = path.max() - top, bottom - path.min()
    if above > 0:
        path = np.where(path > top, top + (path - top) * min((high - top) / above, 3.0), path)
    if below > 0:
        path = np.where(path < bottom, bottom - (bottom - path) * min((bottom - low) / below, 3.0), path)
    return path


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
