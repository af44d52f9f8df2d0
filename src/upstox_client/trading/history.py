"""Candles of any interval and any span: split into calls that are allowed, within the limits, and merged.

https://upstox.com/developer/api-documentation/historical-data
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from upstox_client.api.expired_instrument_api import ExpiredInstrumentOperations
from upstox_client.api.history_v3_api import HistoryV3Operations
from upstox_client.errors import RateLimitError
from upstox_client.instruments import Instrument, Name
from upstox_client.instruments.master import instrument_of
from upstox_client.models.history import ExpiredInterval, IntradayUnit
from upstox_client.trading.candle_cache import CandleCache
from upstox_client.trading.candles import Candles
from upstox_client.trading.colours import Flow, call, flow, pause, together, work
from upstox_client.trading.listing import InstrumentFlows, cache_folder
from upstox_client.trading.moments import Moment, as_moment
from upstox_client.trading.quotes import ByName
from upstox_client.trading.spans import Interval, Span, missing, windows

R = TypeVar("R")

_DAY: Final = dt.timedelta(days=1)
_NEXT_TRY: Final = 1.0  # seconds, where the server does not say
_LONGEST_WAIT: Final = 3600.0  # seconds; the longest documented window is half an hour

_EXPIRED_INTERVALS: Final[dict[str, ExpiredInterval]] = {
    "1m": "1minute", "3m": "3minute", "5m": "5minute", "15m": "15minute", "30m": "30minute", "1d": "day",
}  # fmt: skip


class _Wish:
    """What is asked for, made out."""

    def __init__(
        self,
        instrument: Instrument,
        interval: str,
        now: dt.datetime,
        days: float | None,
        start: Moment | None,
        end: Moment | None,
    ) -> None:
        if days is not None and start is not None:
            raise ValueError("days and start exclude each other")
        self.instrument = instrument
        self.interval = Interval.of(interval)
        if self.expired and str(self.interval) not in _EXPIRED_INTERVALS:
            raise ValueError(f"expired contracts have {', '.join(_EXPIRED_INTERVALS)}, got {interval!r}")
        self.now = now
        self.end = now if end is None else as_moment(end, "end", end=True)
        back = dt.timedelta(days=self.interval.usual_days if days is None else days)
        first = as_moment(self.end.date() - back) if start is None else as_moment(start, "start")
        if first > self.end:
            raise ValueError(f"there is nothing between start {first:%Y-%m-%d %H:%M} and end {self.end:%Y-%m-%d %H:%M}")
        self.start = max(as_moment(self.interval.begin(first.date())), as_moment(self.interval.since))
        if self.interval.within_a_day or self.interval.unit == "days":
            self.start = max(first, self.start)

    @property
    def expired(self) -> bool:
        """Whether the contract has ended."""
        return self.instrument.key.count("|") == 2

    def parts(self) -> tuple[list[Span], list[Span]]:
        """The days before today: what is final, and what may still change."""
        first = self.interval.begin(self.start.date())
        last = min(self.end.date(), self.now.date() - _DAY)
        final = min(last, self.interval.last_final(self.now))
        settled = [(first, final)] if first <= final else []
        loose = (max(first, final + _DAY), last)
        return settled, [loose] if loose[0] <= loose[1] else []

    @property
    def today(self) -> bool:
        """Whether the running day is part of it."""
        return self.end.date() >= self.now.date() and not self.expired


class HistoryFlows(InstrumentFlows):
    """Candles."""

    @flow
    def history(
        self,
        name: Name,
        interval: str = "1d",
        *,
        days: float | None = None,
        start: Moment | None = None,
        end: Moment | None = None,
        cache: Path | str | bool = False,
    ) -> Flow[Candles]:
        """Candles of an instrument, oldest first, the running day included.

        However long the span is: it is split into calls that are allowed, and waits where the rate limits want it.

        Parameters:
            name: a key, symbol, name or ISIN; also the key of an expired contract, `NSE_FO|54452|24-04-2025`.
            interval: `1m` to `300m`, `1h` to `5h`, `1d`, `1w`, `1mo`. Minutes and hours reach back to January 2022, the
                others to January 2000. Expired contracts have 1m, 3m, 5m, 15m, 30m and 1d.
            days: so many days back from the end. Default: 30 of minutes and hours, a year of days, five of weeks.
            start, end: days or moments in IST, both included; default: up to now.
            cache: a folder that keeps what is final, so that nothing is fetched twice, also by a program that was
                killed; True for the usual one.

        Raises:
            ValueError: the interval is none, or the span is empty.
            UnknownInstrumentError, AmbiguousInstrumentError: the name is none, or that of several.
            ApiException: a call failed.

        https://upstox.com/developer/api-documentation/v3/get-historical-candle-data
        """
        instrument = yield from self.instrument.flow(name)
        now = yield from InstrumentFlows.now.flow(self)
        wish = _Wish(instrument, interval, now, days, start, end)
        return (yield from self._history(wish, _folder(cache)))

    @flow
    def histories(
        self,
        names: Sequence[Name],
        interval: str = "1d",
        *,
        days: float | None = None,
        start: Moment | None = None,
        end: Moment | None = None,
        cache: Path | str | bool = False,
        at_once: int = 4,
    ) -> Flow[ByName[Candles]]:
        """Candles of several instruments, by name; see `history`. Several calls are under way at once."""
        asked: dict[str, Instrument] = {}
        for name in names:
            one = yield from self.instrument.flow(name)
            asked[one.key if isinstance(name, Instrument) else name] = one
        now = yield from InstrumentFlows.now.flow(self)
        unique = {one.key: one for one in asked.values()}
        wishes = [_Wish(one, interval, now, days, start, end) for one in unique.values()]
        found = yield from together((self._history(wish, _folder(cache)) for wish in wishes), at_once=at_once)
        return ByName(asked, dict(zip(unique, found, strict=True)))

    def _history(self, wish: _Wish, folder: Path | None) -> Flow[Candles]:
        symbol, text = wish.instrument.symbol, str(wish.interval)
        settled, loose = wish.parts()
        found = Candles.of(symbol, text, ())
        if folder is None:
            loose = [(settled[0][0], loose[0][1])] if settled and loose else [*settled, *loose]
        elif settled:
            found = yield from self._cached(wish, CandleCache(folder, wish.instrument.key, wish.interval), settled[0])
        for candles in (yield from self._fetched(wish, loose, None)):
            found = found.joined(candles)
        if wish.today:
            found = yield from self._with_today(wish, found)
        return found.between(wish.start, wish.end)

    def _cached(self, wish: _Wish, cache: CandleCache, span: Span) -> Flow[Candles]:
        """The candles of a span that is final: those of the files, and the missing ones, which are put into files."""
        yield from work(cache.sound, wish.instrument.symbol)
        yield from self._fetched(wish, missing(span, cache.covered()), cache.write)
        return (yield from work(cache.read, span, wish.instrument.symbol))

    def _fetched(
        self, wish: _Wish, spans: Sequence[Span], keep: Callable[[Span, Candles], None] | None
    ) -> Flow[list[Candles]]:
        progress = self.listing.progress
        months = wish.interval.months_a_call
        parts = [window for span in spans for window in windows(span, months)]
        done = 0

        def one(window: Span) -> Flow[Candles]:
            nonlocal done
            rows = yield from _patient(lambda: _asked(wish, window))
            candles = Candles.of(wish.instrument.symbol, str(wish.interval), rows)
            if keep is not None:
                yield from work(keep, window, candles)
            done += 1
            if progress and len(parts) > 1:
                progress(f"candles of {wish.instrument}, {wish.interval}", done, len(parts))
            return candles

        return (yield from together(map(one, parts)))

    def _with_today(self, wish: _Wish, found: Candles) -> Flow[Candles]:
        """The candles of the running day at the end; a week or a month takes it in."""
        interval, key = wish.interval, wish.instrument.key
        unit: IntradayUnit = (
            "minutes" if interval.unit == "minutes" else "hours" if interval.unit == "hours" else "days"
        )
        operation = HistoryV3Operations.get_intra_day_candle_data
        answer = yield from _patient(lambda: call(operation, key, unit, interval.size))
        rows = (answer.data.candles if answer.data else None) or ()
        today = Candles.of(wish.instrument.symbol, str(interval), rows)
        if interval.within_a_day or interval.unit == "days":
            return found.joined(today)
        begin = int(as_moment(interval.begin(wish.now.date())).timestamp())
        running = found.between(dt.datetime.fromtimestamp(begin, dt.UTC), wish.now)
        return found.joined(running.joined(today).folded(begin))

    # Expired contracts

    @flow
    def expired_expiries(self, underlying: Name) -> Flow[list[dt.date]]:
        """The days of the last six months on which contracts of an underlying ended. For Upstox Plus.

        https://upstox.com/developer/api-documentation/get-expiries
        """
        one = yield from self.instrument.flow(underlying)
        answer = yield from call(ExpiredInstrumentOperations.get_expiries, one.key)
        return [dt.date.fromisoformat(day) for day in answer.data or ()]

    @flow
    def expired_options(self, underlying: Name, expiry: str | dt.date) -> Flow[list[Instrument]]:
        """The options of an underlying that ended on a day; `history` takes them. For Upstox Plus.

        https://upstox.com/developer/api-documentation/get-expired-option-contracts
        """
        one = yield from self.instrument.flow(underlying)
        answer = yield from call(ExpiredInstrumentOperations.get_expired_option_contracts, one.key, expiry)
        found = [instrument_of(row.to_dict()) for row in answer.data or ()]
        return sorted(found, key=lambda option: (option.strike or 0.0, option.kind))

    @flow
    def expired_futures(self, underlying: Name, expiry: str | dt.date) -> Flow[list[Instrument]]:
        """The futures of an underlying that ended on a day; `history` takes them. For Upstox Plus.

        https://upstox.com/developer/api-documentation/get-expired-future-contracts
        """
        one = yield from self.instrument.flow(underlying)
        answer = yield from call(ExpiredInstrumentOperations.get_expired_future_contracts, one.key, expiry)
        return [instrument_of(row.to_dict()) for row in answer.data or ()]


def _patient(ask: Callable[[], Flow[R]]) -> Flow[R]:
    """Make a call; wait and make it again for as long as the rate limits have no room for it."""
    waited = 0.0
    while True:
        try:
            return (yield from ask())
        except RateLimitError as error:
            wait = error.retry_after or _NEXT_TRY
            waited += wait
            if waited > _LONGEST_WAIT:
                raise
        yield from pause(wait)


def _asked(wish: _Wish, window: Span) -> Flow[Sequence[Any]]:
    first, last = window
    key, interval = wish.instrument.key, wish.interval
    if wish.expired:
        of_expired = ExpiredInstrumentOperations.get_expired_historical_candle_data
        answer = yield from call(of_expired, key, _EXPIRED_INTERVALS[str(interval)], last, first)
    else:
        operation = HistoryV3Operations.get_historical_candle_data1
        answer = yield from call(operation, key, interval.unit, interval.size, last, first)
    return (answer.data.candles if answer.data else None) or ()


def _folder(cache: Path | str | bool) -> Path | None:
    if isinstance(cache, bool):
        return cache_folder() / "candles" if cache else None
    return Path(cache)
