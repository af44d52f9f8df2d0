"""Prices driven by hand: what was decided for an instrument, second by second, laid over its own process.

A timeline is a list of stretches. In a stretch the price is held, or the process is followed at a ratio: 1 before
anything was driven, and after a release what makes it go on from where it was.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

import numpy as np

from upstox_emulator.market.chain import to_tick, within
from upstox_emulator.market.day import Day, typical_of
from upstox_emulator.market.minutes import SECONDS, Bars
from upstox_emulator.market.noise import Ints


class Stretch(NamedTuple):
    """From a second on.

    Attributes:
        start: epoch second.
        price: what is held; 0 where the process is followed.
        ratio: of the price to the process, where it is followed.
        volume: units traded in its first second, and none after it; None for the process's own volume.
        forced: whether the day's limits are not kept.
    """

    start: int
    price: int = 0
    ratio: float = 1.0
    volume: int | None = None
    forced: bool = False


class Timeline:
    """What was decided for one instrument.

    Attributes:
        stretches: in the order of their starts.
        closes: closes of days that are known already, by the ordinal of the date.
    """

    def __init__(self) -> None:
        self.stretches: list[Stretch] = []
        self.closes: dict[int, int] = {}

    @property
    def begin(self) -> int:
        """The second from which on prices are not the process's own."""
        return self.stretches[0].start

    def decide(self, at: int, stretches: list[Stretch]) -> None:
        """Let stretches follow; what had been decided for later than `at` is forgotten."""
        del self.stretches[bisect_right(self.stretches, at, key=_start) :]
        del self.stretches[bisect_left(self.stretches, stretches[0].start, key=_start) :]
        self.stretches += stretches
        self.closes.clear()

    def at(self, second: int) -> Stretch:
        """The stretch that a second lies in."""
        row = bisect_right(self.stretches, second, key=_start) - 1
        return self.stretches[row] if row >= 0 else Stretch(0)

    def within(self, start: int, end: int) -> list[Stretch]:
        """The stretches of `[start, end)`: the one that stands at its start, and those that begin in it."""
        first, last = (bisect_left(self.stretches, second, key=_start) for second in (start + 1, end))
        return [self.at(start), *self.stretches[first:last]]


def _start(stretch: Stretch) -> int:
    return stretch.start


def driven(base: Day, timeline: Timeline, previous: int, limits: tuple[int, int]) -> Day:
    """A day as it was driven.

    Parameters:
        base: the day of the process. previous, limits: the close of the day before, and what follows from it.
    """
    stretches = timeline.within(base.span.open, base.span.close)
    bounds = (0, 0) if any(one.forced for one in stretches) else limits
    laid = _Laid(base, stretches, bounds)
    bars = laid.bars()
    return Day(
        base.instrument,
        base.span,
        previous,
        limits,
        bars,
        laid.seconds,
        base.flow,
        typical_of(bars),
        (max(base.year[0], previous), min(base.year[1], previous)),
        base.depends,
        _Traded(base, stretches) if any(one.volume is not None for one in stretches) else None,
        base.sensed,
    )


class _Laid:
    """Stretches laid over a day of the process."""

    def __init__(self, base: Day, stretches: list[Stretch], limits: tuple[int, int]) -> None:
        self._base = base
        self._limits = np.array(limits[0]), np.array(limits[1])
        self._starts = np.array([one.start for one in stretches])
        self._starts[0] = 0
        self._prices = np.array([one.price for one in stretches])
        self._ratios = np.array([one.ratio for one in stretches])

    def _prices_of(self, rows: Ints, process: Ints) -> Ints:
        """Prices by the stretch and by what the process has."""
        tick = self._base.instrument.tick
        scaled = np.maximum(to_tick(process * self._ratios[rows], tick), tick)
        return np.where(self._prices[rows] > 0, self._prices[rows], within(scaled, *self._limits))

    def seconds(self, minute: int) -> Ints:
        """The prices of a minute."""
        moments = self._base.span.open + 60 * minute + SECONDS
        rows = np.searchsorted(self._starts, moments, side="right") - 1
        return self._prices_of(rows, self._base.seconds(minute))

    def bars(self) -> Bars:
        """The minutes; those in which a stretch begins are made from their seconds."""
        span = self._base.span
        starts = np.arange(span.open, span.close, 60)
        rows = np.searchsorted(self._starts, starts, side="right") - 1
        bars = Bars(*(self._prices_of(rows, column) for column in self._base.bars))
        for minute in np.unique((self._starts[1:] - span.open) // 60).tolist():
            prices = self.seconds(minute)
            bars.open[minute], bars.close[minute] = prices[0], prices[-1]
            bars.high[minute], bars.low[minute] = prices.max(), prices.min()
        return bars


class _Traded:
    """Volume that was replayed, in the place of the process's own."""

    def __init__(self, base: Day, stretches: list[Stretch]) -> None:
        opened, end = base.span.open, base.span.close - base.span.open
        self._base = base
        self._starts: list[int] = []
        self._sums: list[int] = [0]
        self._own: list[tuple[int, int]] = []
        begun: int | None = None
        for one in stretches:
            second = max(one.start - opened, 0)
            if one.volume is not None:
                begun = second if begun is None else begun
                if one.start >= opened:
                    self._starts.append(second)
                    self._sums.append(self._sums[-1] + one.volume)
            elif begun is not None:
                self._own.append((begun, second))
                begun = None
        if begun is not None:
            self._own.append((begun, end))

    def __call__(self, second: int) -> int:
        """Units traded up to a second."""
        own = self._base.volume
        instead = sum(own(min(second, end - 1)) - own(begin - 1) for begin, end in self._own if begin <= second)
        return own(second) + self._sums[bisect_right(self._starts, second)] - instead
