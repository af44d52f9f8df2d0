"""Futures and options: what they are worth by the price that they are on, and how they are traded.

Within a block of minutes a contract's terms (time to its end, carry, volatility) stand still, so that its price is a
rising or falling function of the underlying's alone. That is why the minutes, the day and the live price of a contract
agree: its highest price belongs to the underlying's highest or lowest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import numpy as np

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.market.chain import to_tick, within
from upstox_emulator.market.day import BLOCK
from upstox_emulator.market.noise import Floats, Ints, normal, streams_of
from upstox_emulator.market.pricing import Lean, Terms, greeks, implied, lean, worth_of
from upstox_emulator.market.sessions import Span
from upstox_emulator.market.sources import Source
from upstox_emulator.market.view import Greeks
from upstox_emulator.units import PER_RUPEE

_CARRY: Final = {"CUR": 0.018, "COM": 0.045}
_SHARES_CARRY: Final = 0.053

_YEAR: Final = 365 * 86_400

_BUSY: Final = {
    "NIFTY": 1_500_000, "SENSEX": 900_000, "BANKNIFTY": 250_000, "FINNIFTY": 15_000, "MIDCPNIFTY": 30_000,
    "BANKEX": 6_000, "USDINR": 90_000, "CRUDEOIL": 60_000, "NATURALGAS": 60_000, "GOLD": 4_000, "SILVER": 4_000,
}  # fmt: skip
"""Lots a day of the options around the money that end next."""

_USUALLY: Final = 3_000


_FEW: Final = 2_000
"""Contracts times blocks whose terms are kept for the whole day."""


class Ground:
    """What contracts on one underlying stand on, on one day.

    Attributes:
        source: how the underlying moves.
        before: its close of the day before.
        on_future: whether it is a future: its price is a forward price already.
        calm: the volatility of its options at the money, of a year, while the market is calm.
        follows: the power at which that follows the market's nervousness.
    """

    def __init__(self, source: Source, before: int, *, on_future: bool, calm: float) -> None:
        self.source, self.before, self.on_future, self.calm = source, before, on_future, calm
        self.follows = 1.0 if source.turnover == 0 and source.mood > 0 else 0.6 if source.mood > 0 else 0.15


class Contracts:
    """Contracts on one day, one row each.

    Parameters:
        seed: of all chance.
        instruments: futures and options of one exchange.
        grounds: what each stands on.
        day, span: the day and its session.
        ends: epoch seconds at which each ends.
        nerves: the market's nervousness at each block, as a ratio to the calm one.
    """

    def __init__(
        self,
        seed: int,
        instruments: Sequence[Instrument],
        grounds: Sequence[Ground],
        day: dt.date,
        span: Span,
        ends: Sequence[int],
        nerves: Floats,
    ) -> None:
        self._span = span
        self._prepared: tuple[int, Floats, Lean] | None = None
        self._nerves = nerves
        sign = [1.0 if one.kind == "CE" else -1.0 if one.kind == "PE" else 0.0 for one in instruments]
        self.sign = np.array(sign)
        self.options = self.sign != 0
        self.ticks = np.array([one.tick for one in instruments], dtype=np.int64)
        self.strike = np.array([one.strike or 1 for one in instruments], dtype=np.float64)
        self.before = np.array([ground.before for ground in grounds], dtype=np.int64)
        self._ends = np.array(ends, dtype=np.float64)
        carry = [0.0 if ground.on_future else _carry(one) for one, ground in zip(instruments, grounds, strict=True)]
        self.carry = np.array(carry)
        self._follows = np.array([ground.follows for ground in grounds])
        self._streams = streams_of(seed, tuple(one.key for one in instruments), "contract")
        self._number = day.toordinal()
        years = np.maximum(self._ends - span.open, 0) / _YEAR
        self._shape(np.array([ground.calm for ground in grounds]), years)
        self._trade(instruments, years)

    def _shape(self, calm: Floats, years: Floats) -> None:
        """The smile and the term structure, which stand still for a day."""
        width = calm * np.sqrt(np.maximum(years, 5 / 365))
        forward = self.before * np.exp(self.carry * years)
        self._far = np.clip(np.log(self.strike / forward) / width, -4, 4) * self.options
        smile = 1 - 0.05 * self._far * (self._follows > 0.2) + 0.022 * self._far**2
        self._calm = calm * smile * (1 + 0.08 * np.exp(-years * 18))

    def _trade(self, instruments: Sequence[Instrument], years: Floats) -> None:
        """Lots traded on the day, and open at its close."""
        base = np.array([_BUSY.get(one.underlying_symbol or "", _USUALLY) for one in instruments], dtype=np.float64)
        side = np.array(
            [1.0 if one.segment in {"NSE_FO", "BSE_FO", "NCD_FO", "MCX_FO"} else 0.04 for one in instruments]
        )
        days = years * 365
        round_ = np.where(self.strike % (self.ticks * 10_000) == 0, 1.5, 1.0)
        counter = np.full(1, self._number)
        busy, held = (
            np.exp(0.4 * normal(self._streams, counter)),
            np.exp(0.15 * normal(self._streams + np.uint64(1), counter)),
        )
        near = np.exp(-((self._far / 1.1) ** 2) / 2)
        traded = np.where(self.options, near * np.exp(-days / 12) * round_, 0.12 * np.exp(-days / 25))
        opened = np.where(
            self.options, np.exp(-np.abs(self._far) / 1.4) * round_ * np.exp(-days / 30), 0.25 * np.exp(-days / 30)
        )
        self.lots = (base * side * traded * busy).astype(np.int64)
        self.open_lots = (base * side * 0.12 * opened * held).astype(np.int64) + 2

    # Prices

    def years(self, blocks: Ints) -> Floats:
        """Years from the end of blocks to the contracts' ends: a row a contract, a column a block."""
        closes = np.minimum(self._span.open + (blocks + 1) * (60 * BLOCK), self._span.close)
        return np.maximum(self._ends[:, None] - closes, 0) / _YEAR

    def terms(self, blocks: Ints) -> Terms:
        """The terms of options in blocks."""
        volatility = self._calm[:, None] * self._nerves[blocks] ** self._follows[:, None]
        return Terms(self.sign[:, None], self.strike[:, None], np.clip(volatility, 0.02, 4.0), self.years(blocks))

    def _growth(self, blocks: Ints) -> Floats:
        """Forward prices by prices of the underlyings; those of futures stray a little."""
        years = self.years(blocks)
        growth = self.carry[:, None] * years
        future = ~self.options
        chance = normal(self._streams[future, None], self._number * 1000 + blocks)
        growth[future] += chance * 1e-4 * np.minimum(years[future] * 40, 1)
        return np.exp(growth)

    def _prepare(self, blocks: Ints) -> tuple[Floats, Lean]:
        """What does not depend on the underlyings' prices. Of few contracts the whole day is kept, else one block."""
        if len(self.sign) * len(self._nerves) <= _FEW:
            if self._prepared is None:
                whole = np.arange(len(self._nerves))
                self._prepared = 0, self._growth(whole), lean(self.terms(whole))
            growth, (sign, strike, spread, discount) = self._prepared[1:]
            return growth[:, blocks], Lean(sign, strike, spread[:, blocks], discount[:, blocks])
        if len(blocks) > 1:
            return self._growth(blocks), lean(self.terms(blocks))
        if self._prepared is None or self._prepared[0] != blocks[0]:
            self._prepared = int(blocks[0]), self._growth(blocks), lean(self.terms(blocks))
        return self._prepared[1:]

    def prices(self, blocks: Ints, spots: Ints | Floats) -> Ints:
        """Prices by those of the underlyings.

        Parameters:
            blocks: the block of each column, or one for all.
            spots: a row a contract, a column a block.
        """
        growth, prepared = self._prepare(blocks)
        worth = spots * growth
        if self.options.any():
            worth = np.where(self.options[:, None], worth_of(prepared, worth), worth)
        return np.maximum(to_tick(worth, self.ticks[:, None]), self.ticks[:, None])

    def greeks(self, block: Ints, spots: Floats, prices: Ints) -> list[Greeks]:
        """Greeks of options in a block, at their underlyings' prices; where a price is not ours, its own volatility."""
        terms = self.terms(block)
        carry, years = self.carry[:, None], terms.years
        strange = np.flatnonzero(self.prices(block, spots)[:, 0] != prices[:, 0])
        forward = spots * np.exp(carry * years)
        if len(strange):
            given = (terms.sign, terms.strike, years, forward, prices.astype(np.float64))
            terms.volatility[strange, 0] = implied(*(column[strange, 0] for column in given))
        found = greeks(terms, spots, carry, prices.astype(np.float64))
        columns = (
            terms.volatility,
            found.delta,
            found.gamma * PER_RUPEE,
            found.theta / PER_RUPEE,
            found.vega / PER_RUPEE,
            found.rho / PER_RUPEE,
            found.chance,
        )
        return [Greeks(*row) for row in zip(*(column[:, 0].tolist() for column in columns), strict=True)]

    def limits(self, previous: Ints) -> tuple[Ints, Ints]:
        """The lowest and highest prices of the day by the closes of the day before.

        A future stays within a tenth of it; an option as far from it as a fifth of its underlying.
        """
        room = np.where(self.options, self.before // 5, previous // 10)
        lower = np.maximum(-((room - previous) // self.ticks) * self.ticks, self.ticks)
        return lower, (previous + room) // self.ticks * self.ticks


def _carry(instrument: Instrument) -> float:
    return _CARRY.get(instrument.underlying_type or "", _SHARES_CARRY)


def bounded(prices: Ints, lower: Ints, upper: Ints) -> Ints:
    """Rows of prices within the limits of each."""
    return within(prices, lower[:, None], upper[:, None])
