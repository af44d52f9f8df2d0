"""One instrument through one trading day: its minutes, its seconds, and what has come together by any second."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

import numpy as np

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.market.minutes import Bars
from upstox_emulator.market.noise import Floats, Ints
from upstox_emulator.market.sessions import Span
from upstox_emulator.market.view import Greeks

BLOCK: Final = 5
"""Minutes over which the terms of contracts stand still."""


class Flow(NamedTuple):
    """How a day's trading comes in.

    Attributes:
        done: what part of it is done when each minute begins, and at the end.
        within: for a minute, what part of the minute's trading is done with each of its seconds.
        lots: of the day. phase: between 0 and 1, when the first lot comes.
        before, after: open interest in lots, at the close of the day before and of this day.
    """

    done: Floats
    within: Callable[[int], Floats]
    lots: int
    phase: float
    before: int = 0
    after: int = 0

    def part(self, second: int) -> float:
        """What part of the day's trading is done with a second of the session."""
        minute, rest = divmod(second, 60)
        start, end = float(self.done[minute]), float(self.done[minute + 1])
        return end if rest == 59 else start + (end - start) * float(self.within(minute)[rest])


class Day:
    """A trading day.

    Parameters:
        instrument: what is traded.
        span: the session.
        previous: the close of the trading day before.
        limits: lowest and highest price of the day; zeros if there are none.
        bars: the minutes.
        seconds: the 60 prices of a minute.
        flow: volume and open interest.
        typical: a price for each block of minutes, for the average.
        year: highest and lowest price of the 52 weeks before.
        depends: the keys whose driving changes this day.
        replayed: units traded up to a second, where that is not as the flow has it.
        sensed: of an option: its Greeks at a second, given its price.
    """

    def __init__(
        self,
        instrument: Instrument,
        span: Span,
        previous: int,
        limits: tuple[int, int],
        bars: Bars,
        seconds: Callable[[int], Ints],
        flow: Flow,
        typical: Ints,
        year: tuple[int, int],
        depends: frozenset[str],
        replayed: Callable[[int], int] | None = None,
        sensed: Callable[[int, int], Greeks] | None = None,
    ) -> None:
        self.instrument, self.span, self.previous, self.bars = instrument, span, previous, bars
        self.lower, self.upper = limits
        self.flow, self.typical, self.year, self.depends = flow, typical, year, depends
        self._replayed = replayed
        self.sensed = sensed
        self.seconds = lru_cache(maxsize=8)(seconds)
        self._listed = lru_cache(maxsize=2)(self._list)

    # Prices

    def _list(self, minute: int) -> list[int]:
        prices: list[int] = self.seconds(minute).tolist()
        return prices

    def last(self, second: int) -> int:
        """The price at a second of the session."""
        minute, rest = divmod(second, 60)
        return self._listed(minute)[rest] if rest else int(self.bars.open[minute])

    @property
    def close(self) -> int:
        """The last price of the day."""
        return int(self.bars.close[-1])

    @cached_property
    def tops(self) -> Ints:
        """The highest price up to the end of each minute."""
        return np.maximum.accumulate(self.bars.high)

    @cached_property
    def bottoms(self) -> Ints:
        """The lowest price up to the end of each minute."""
        return np.minimum.accumulate(self.bars.low)

    def extremes(self, first: int, last: int) -> tuple[int, int]:
        """The lowest and the highest price of the seconds `first` to `last` of the session, both included."""
        (begin, skip), (end, rest) = divmod(first, 60), divmod(last, 60)
        if begin == end:
            part = self.seconds(begin)[skip : rest + 1]
            return int(part.min()), int(part.max())
        head, tail = self.seconds(begin)[skip:], self.seconds(end)[: rest + 1]
        low, high = min(int(head.min()), int(tail.min())), max(int(head.max()), int(tail.max()))
        if end - begin > 1:
            low = min(low, int(self.bars.low[begin + 1 : end].min()))
            high = max(high, int(self.bars.high[begin + 1 : end].max()))
        return low, high

    def so_far(self, second: int) -> tuple[int, int]:
        """The lowest and the highest price of the day up to a second."""
        minute, rest = divmod(second, 60)
        part = self.seconds(minute)[: rest + 1]
        low, high = int(part.min()), int(part.max())
        if minute:
            low, high = min(low, int(self.bottoms[minute - 1])), max(high, int(self.tops[minute - 1]))
        return low, high

    def greeks(self, second: int) -> Greeks | None:
        """Of an option; None of anything else."""
        return None if self.sensed is None else self.sensed(second, self.last(second))

    # Volume and open interest

    @property
    def is_replayed(self) -> bool:
        """Whether its volume is not as the flow has it."""
        return self._replayed is not None

    def volume(self, second: int) -> int:
        """Units traded from the open to the end of a second; a second before the open is -1."""
        if second < 0:
            return 0
        if self._replayed is not None:
            return self._replayed(second)
        return int(self.flow.lots * self.flow.part(second) + self.flow.phase) * self.instrument.lot

    @cached_property
    def volumes(self) -> Ints:
        """Units traded when each minute begins, and at the end."""
        if self._replayed is not None:
            return np.array([self.volume(60 * minute - 1) for minute in range(self.span.minutes + 1)])
        return (self.flow.lots * self.flow.done + self.flow.phase).astype(np.int64) * self.instrument.lot

    def interest(self, second: int) -> int:
        """Open interest in units at a second."""
        flow = self.flow
        return (flow.before + int((flow.after - flow.before) * flow.part(second))) * self.instrument.lot

    @cached_property
    def interests(self) -> Ints:
        """Open interest in units at the end of each minute."""
        flow = self.flow
        moved = ((flow.after - flow.before) * flow.done[1:]).astype(np.int64)
        return (flow.before + moved) * self.instrument.lot

    @cached_property
    def worth(self) -> Floats:
        """Price times units when each block begins."""
        ends = np.append(np.arange(0, self.span.minutes, BLOCK), self.span.minutes)
        return np.concatenate(([0.0], np.cumsum(np.diff(self.volumes[ends]) * self.typical.astype(np.float64))))

    def average(self, second: int) -> int:
        """The volume-weighted price of the day up to a second; 0 before anything was traded."""
        traded = self.volume(second)
        if traded == 0:
            return 0
        block = second // (60 * BLOCK)
        earlier = int(self.volumes[block * BLOCK])
        worth = float(self.worth[block]) + float(traded - earlier) * self.last(second)
        low, high = self.so_far(second)
        return min(max(int(worth / traded + 0.5), low), high)


def typical_of(bars: Bars) -> Ints:
    """A price for each block: the mean of its minutes' closes."""
    starts = np.arange(0, len(bars.close), BLOCK)
    counts = np.diff(np.append(starts, len(bars.close)))
    return np.add.reduceat(bars.close, starts) // counts
