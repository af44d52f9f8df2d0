"""Where the days of instruments come from: a source's own process, or a contract's terms over its underlying's day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from upstox_emulator.catalog.catalog import Catalog
from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT, Instrument
from upstox_emulator.market.chain import Chain, limits, within
from upstox_emulator.market.contracts import Contracts, Ground, bounded
from upstox_emulator.market.day import BLOCK, Day, Flow, typical_of
from upstox_emulator.market.driving import Stretch, Timeline, driven
from upstox_emulator.market.minutes import Bars, activity, minute_bars, second_activity, second_prices
from upstox_emulator.market.noise import Floats, Ints, stream
from upstox_emulator.market.sessions import Sessions, Span, date_of, midnight
from upstox_emulator.market.sources import VIX, Source, source_of
from upstox_emulator.market.view import Candle, Greeks, rows
from upstox_emulator.units import PER_RUPEE

_INDEX_VOLATILITY: Final = 0.1306
"""Of the Nifty 50, on which India VIX looks."""

_KEPT: Final = 1024
"""Days held in memory."""


class Days:
    """The days of all instruments, made when they are asked for.

    Parameters:
        seed: of all chance.
        catalog: of the instruments.
        sessions: when they are traded.
    """

    def __init__(self, seed: int, catalog: Catalog, sessions: Sessions) -> None:
        self.seed = seed
        self._catalog = catalog
        self.sessions = sessions
        self._chain = Chain(seed, sessions)
        self._sources: dict[str, Source] = {}
        self._underlyings: dict[tuple[str, dt.date], Instrument] = {}
        self._kept: dict[tuple[str, int], Day] = {}
        self._timelines: dict[str, Timeline] = {}
        self.pulse = lru_cache(maxsize=1024)(self._pulse)
        self.nerves = lru_cache(maxsize=64)(self._nerves)

    # Names

    def instrument(self, key: str, day: dt.date) -> Instrument:
        """An instrument.

        Raises:
            KeyError: it is not listed on the day.
        """
        instrument = self._catalog.find(key, day)
        if instrument is None or instrument.suspended:
            raise KeyError(f"{key!r} is not listed on {day}")
        return instrument

    def source(self, instrument: Instrument) -> Source:
        """How the price behind an instrument moves."""
        while instrument.expiry is not None:
            instrument = self.underlying(instrument)
        source = self._sources.get(instrument.key)
        if source is None:
            source = self._sources[instrument.key] = source_of(instrument)
        return source

    def underlying(self, contract: Instrument) -> Instrument:
        """What a contract is on."""
        name = contract.underlying or "", last_day(contract)
        known = self._underlyings.get(name)
        if known is None:
            known = self._underlyings[name] = self.instrument(*name)
        return known

    # Days

    def day(self, instrument: Instrument, date: dt.date) -> Day:
        """A trading day of an instrument.

        Raises:
            KeyError: its exchange has no session on the date.
        """
        known = self._kept.get((instrument.key, date.toordinal()))
        if known is None:
            known = self._driven(self.process(instrument, date))
            if len(self._kept) >= _KEPT:
                for key in list(self._kept)[: _KEPT // 4]:
                    del self._kept[key]
            self._kept[instrument.key, date.toordinal()] = known
        return known

    def process(self, instrument: Instrument, date: dt.date) -> Day:
        """A trading day as it would be if the instrument itself had not been driven."""
        span = self.sessions.of(exchange_of(instrument), date)
        make = self._source_day if instrument.expiry is None else self._contract_day
        return make(instrument, date, span)

    def previous(self, instrument: Instrument, date: dt.date) -> int:
        """The close of the trading day before a date."""
        return self.close(instrument, self.sessions.previous(exchange_of(instrument), date))

    def close(self, instrument: Instrument, date: dt.date) -> int:
        """The close of the latest trading day up to a date."""
        exchange = exchange_of(instrument)
        timeline = self._timelines.get(instrument.key)
        if timeline is not None:
            span = self.sessions.span(exchange, date)
            if span is None:
                return self.previous(instrument, date)
            if timeline.begin < span.close:
                return self._driven_close(instrument, date, timeline)
        if instrument.expiry is None:
            return self._chain.close(self.source(instrument), date)
        span = self.sessions.span(exchange, date)
        if span is None:
            return self.previous(instrument, date)
        return int(self.closes([instrument], [self.underlying(instrument)], date, span)[0])

    # Driven by hand

    def drive(self, key: str, at: int, stretches: list[Stretch]) -> None:
        """Decide an instrument's price from the start of the first stretch on, anew for all that is later than `at`."""
        self._timelines.setdefault(key, Timeline()).decide(at, stretches)
        for timeline in self._timelines.values():
            timeline.closes.clear()
        self._kept = {name: day for name, day in self._kept.items() if key not in day.depends}
        if key == VIX:
            self.nerves.cache_clear()

    def is_driven(self, key: str) -> bool:
        """Whether an instrument was ever driven."""
        return key in self._timelines

    def _driven(self, base: Day) -> Day:
        timeline = self._timelines.get(base.instrument.key)
        if timeline is None or timeline.begin >= base.span.close:
            return base
        date = date_of(base.span.open)
        previous = self.previous(base.instrument, date)
        return driven(base, timeline, previous, self._limits(base.instrument, date, previous))

    def _driven_close(self, instrument: Instrument, date: dt.date, timeline: Timeline) -> int:
        """Day by day from the first that was driven, for each day's limits follow from the close before."""
        exchange = exchange_of(instrument)
        missing: list[dt.date] = []
        while date.toordinal() not in timeline.closes and self.sessions.of(exchange, date).close > timeline.begin:
            missing.append(date)
            date = self.sessions.previous(exchange, date)
        for day in reversed(missing):
            timeline.closes[day.toordinal()] = self.day(instrument, day).close
            date = day
        return timeline.closes[date.toordinal()]

    def _limits(self, instrument: Instrument, date: dt.date, previous: int) -> tuple[int, int]:
        """The limits of a day by the close of the day before."""
        if instrument.expiry is None:
            source = self.source(instrument)
            lower, upper = limits(np.array([previous]), source.band, source.tick)
        else:
            span = self.sessions.of(exchange_of(instrument), date)
            contract = self.contracts([instrument], [self.underlying(instrument)], date, span)
            lower, upper = contract.limits(np.array([previous]))
        return int(lower[0]), int(upper[0])

    def settlement(self, contract: Instrument) -> int:
        """What a contract is settled at on its last day: the underlying's close, or what an option pays."""
        close = self.close(self.underlying(contract), last_day(contract))
        if not contract.is_option:
            return close
        return max(close - contract.strike if contract.kind == "CE" else contract.strike - close, 0)

    def stands(self, instrument: Instrument, today: dt.date) -> dt.date:
        """The day from which on days are not just the process's own: today, or the first that was driven."""
        timeline = self._timelines.get(instrument.key)
        return today if timeline is None else min(today, date_of(timeline.begin))

    def candles(self, instrument: Instrument, first: dt.date, last: dt.date) -> list[Candle]:
        """The days of a source that are over and were not driven."""
        if first > last:
            return []
        days = self._chain.days(self.source(instrument), first, last)
        begin, end = np.searchsorted(days.numbers, (first.toordinal(), last.toordinal() + 1))
        numbers = days.numbers[begin:end]
        volume = days.volume // max(instrument.lot, 1) * instrument.lot
        prices = (column[begin:end].tolist() for column in (days.open, days.high, days.low, days.close, volume))
        starts = (numbers * 86_400 + float(midnight(dt.date(1, 1, 1)) - 86_400)).tolist()
        return list(rows(Candle, (starts, *prices, [0] * len(numbers))))

    # Sources

    def _source_day(self, instrument: Instrument, date: dt.date, span: Span) -> Day:
        source = self.source(instrument)
        rows = self._chain.days(source, date - dt.timedelta(370), date)
        row = rows.row(date)
        bars = minute_bars(self.seed, source, rows, row, span.minutes)
        number = stream(self.seed, source.key, "path")
        ticks = np.array([instrument.tick], dtype=np.int64)

        def seconds(minute: int) -> Ints:
            one = Bars(*(column[minute : minute + 1] for column in bars))
            prices: Ints = second_prices(number, np.array([span.open + 60 * minute]), one, ticks)[0]
            return prices

        begin = int(np.searchsorted(rows.numbers, date.toordinal() - 365))
        year = (int(rows.high[begin:row].max()), int(rows.low[begin:row].min()))
        lots = int(rows.volume[row]) // max(instrument.lot, 1)
        return Day(
            instrument,
            span,
            int(rows.previous[row]),
            (int(rows.lower[row]), int(rows.upper[row])),
            bars,
            seconds,
            self.flow(instrument, date, span, lots),
            typical_of(bars),
            year,
            frozenset((instrument.key,)),
        )

    def flow(
        self, instrument: Instrument, date: dt.date, span: Span, lots: int, before: int = 0, after: int = 0
    ) -> Flow:
        """How the trading of a day comes in."""
        name = self.pulse_of(instrument)
        number = stream(self.seed, name, "pulse")

        def within(minute: int) -> Floats:
            parts: Floats = second_activity(number, np.array([span.open + 60 * minute]))[0]
            return parts

        phase = stream(self.seed, instrument.key, "phase") / 2**64
        done = self.pulse(name, date.toordinal(), span.minutes)
        return Flow(done, lru_cache(maxsize=4)(within), lots, phase, before, after)

    def pulse_of(self, instrument: Instrument) -> str:
        """The name of what an instrument's trading comes in with: its source's, on its exchange."""
        return f"{self.source(instrument).name} {exchange_of(instrument)}"

    def _pulse(self, name: str, number: int, minutes: int) -> Floats:
        return activity(self.seed, name, number, minutes)

    # Contracts

    def contracts(
        self, instruments: Sequence[Instrument], underlyings: Sequence[Instrument], date: dt.date, span: Span
    ) -> Contracts:
        """The terms of contracts of one exchange on a day, given what each is on."""
        exchange = exchange_of(instruments[0])
        grounds = {key: self._ground(one, date) for key, one in {one.key: one for one in underlyings}.items()}
        ends = {expiry: self._end(exchange, expiry) for one in instruments if (expiry := one.expiry) is not None}
        return Contracts(
            self.seed,
            instruments,
            [grounds[one.key] for one in underlyings],
            date,
            span,
            [ends[one.expiry] for one in instruments if one.expiry is not None],
            self.nerves(date, span),
        )

    def closes(
        self,
        instruments: Sequence[Instrument],
        underlyings: Sequence[Instrument],
        date: dt.date,
        span: Span,
        terms: Contracts | None = None,
    ) -> Ints:
        """The last prices that contracts of one exchange have on a trading day; `terms` if they are known."""
        terms = self.contracts(instruments, underlyings, date, span) if terms is None else terms
        prices = self._raw_closes(terms, underlyings, date, span)
        if not any(one.key in self._timelines for one in underlyings):
            return prices
        exchange = exchange_of(instruments[0])
        before = self.sessions.previous(exchange, date)
        before_span = self.sessions.of(exchange, before)
        earlier = self.contracts(instruments, underlyings, before, before_span)
        return within(prices, *terms.limits(self._raw_closes(earlier, underlyings, before, before_span)))

    def _raw_closes(self, terms: Contracts, underlyings: Sequence[Instrument], date: dt.date, span: Span) -> Ints:
        """As if there were no limits."""
        spots = {key: self.close(one, date) for key, one in {one.key: one for one in underlyings}.items()}
        last = np.array([(span.minutes - 1) // BLOCK])
        column = np.array([spots[one.key] for one in underlyings], dtype=np.int64)[:, None]
        return terms.prices(last, column)[:, 0]

    def _ground(self, underlying: Instrument, date: dt.date) -> Ground:
        source = self.source(underlying)
        calm = source.volatility
        if source.turnover == 0 and source.mood > 0:
            calm *= self.instrument(VIX, date).anchor / (100 * PER_RUPEE) / _INDEX_VOLATILITY
        before = self.previous(underlying, date)
        return Ground(source, before, on_future=underlying.expiry is not None, calm=calm)

    def _end(self, exchange: str, expiry: dt.date) -> int:
        span = self.sessions.span(exchange, expiry)
        if span is None:
            span = self.sessions.of(exchange, self.sessions.previous(exchange, expiry))
        return span.close

    def _nerves(self, date: dt.date, span: Span) -> Floats:
        """India VIX when each block of a session begins, as a ratio to its anchor."""
        starts = np.arange(span.open, span.close, 60 * BLOCK)
        vix = self.instrument(VIX, date)
        own = self.sessions.span(exchange_of(vix), date)
        if own is None:
            return np.full(len(starts), self.close(vix, date) / vix.anchor)
        day = self.day(vix, date)
        levels = np.concatenate(([day.previous], day.bars.close))
        return levels[np.clip((starts - own.open) // 60, 0, own.minutes)] / vix.anchor

    def _contract_day(self, instrument: Instrument, date: dt.date, span: Span) -> Day:
        underlying = self.underlying(instrument)
        terms = self.contracts([instrument], [underlying], date, span)
        exchange = exchange_of(instrument)
        before = self.sessions.previous(exchange, date)
        before_span = self.sessions.of(exchange, before)
        earlier = self.contracts([instrument], [underlying], before, before_span)
        previous = int(self.closes([instrument], [underlying], before, before_span, earlier)[0])
        lower, upper = terms.limits(np.array([previous]))
        base = Base(self, underlying, date)

        def priced(blocks: Ints, spots: Ints | Floats) -> Ints:
            prices: Ints = bounded(terms.prices(blocks, spots[None, :]), lower, upper)[0]
            return prices

        blocks, spots = np.arange(span.minutes) // BLOCK, base.bars(span)
        middle = typical_of(spots)
        prices = priced(np.concatenate((np.tile(blocks, 4), np.arange(len(middle)))), np.concatenate((*spots, middle)))
        *columns, typical = np.split(prices, span.minutes * np.arange(1, 5))
        opened, high, low, close = columns
        bars = Bars(opened, low, high, close) if instrument.kind == "PE" else Bars(opened, high, low, close)

        def seconds(minute: int) -> Ints:
            return priced(np.full(60, minute // BLOCK), base.seconds(span, minute))

        def sensed(second: int, price: int) -> Greeks:
            minute, rest = divmod(second, 60)
            spot = np.array([[float(base.seconds(span, minute)[rest])]])
            return terms.greeks(np.array([minute // BLOCK]), spot, np.array([[price]]))[0]

        flow = self.flow(instrument, date, span, int(terms.lots[0]), int(earlier.open_lots[0]), int(terms.open_lots[0]))
        depends = base.depends | {instrument.key}
        if instrument.is_option:
            depends |= {VIX}
        return Day(
            instrument,
            span,
            previous,
            (int(lower[0]), int(upper[0])),
            bars,
            seconds,
            flow,
            typical,
            (previous, previous),
            depends,
            sensed=sensed if instrument.is_option else None,
        )


class Base:
    """The day of an underlying, laid under the session of what is on it: held before its open and after its close."""

    def __init__(self, days: Days, underlying: Instrument, date: dt.date) -> None:
        exchange = exchange_of(underlying)
        self._day = days.day(underlying, date) if days.sessions.span(exchange, date) is not None else None
        self.before = days.previous(underlying, date)
        self.depends = frozenset((underlying.key,)) if self._day is None else self._day.depends

    def bars(self, span: Span) -> Bars:
        """Its minutes."""
        day = self._day
        if day is None:
            return Bars(*(np.full(span.minutes, self.before) for _ in range(4)))
        rows = (np.arange(span.open, span.close, 60) - day.span.open) // 60
        early, late, rows = rows < 0, rows >= day.span.minutes, np.clip(rows, 0, day.span.minutes - 1)
        columns = (np.where(late, day.close, np.where(early, self.before, column[rows])) for column in day.bars)
        return Bars(*columns)

    def seconds(self, span: Span, minute: int) -> Ints:
        """The prices of the seconds of a minute of the other session."""
        day = self._day
        if day is None:
            return np.full(60, self.before)
        row = (span.open + 60 * minute - day.span.open) // 60
        if row < 0:
            return np.full(60, self.before)
        return day.seconds(row) if row < day.span.minutes else np.full(60, day.close)

    def typical(self, span: Span) -> Ints:
        """A price for each block of the other session."""
        return typical_of(self.bars(span))


def exchange_of(instrument: Instrument) -> str:
    """The exchange whose sessions an instrument follows."""
    return EXCHANGE_OF_SEGMENT[instrument.segment]


def last_day(contract: Instrument) -> dt.date:
    """The day on which a contract ends.

    Raises:
        KeyError: it is none.
    """
    if contract.expiry is None:
        raise KeyError(f"{contract.key!r} is no contract")
    return contract.expiry
