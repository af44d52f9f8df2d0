"""What the market data feed shows: the state of every instrument that somebody wants, encoded once for all of them."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT, Instrument
from upstox_emulator.clock import IST
from upstox_emulator.feed import status, wire
from upstox_emulator.feed.backend import FeedBackend
from upstox_emulator.feed.wire import Auction, Mode
from upstox_emulator.market.view import Depth, Greeks, Tick

News: TypeAlias = dict[Mode, dict[str, bytes]]
"""By mode and key: an instrument's place in a frame."""

_AT_ONCE: Final = 200  # instruments that are looked at before others may use the venue
_MINUTE: Final = dt.timedelta(minutes=1)
_FULL: Final[frozenset[Mode]] = frozenset({"full", "full_d30"})
_CLOSING: Final = frozenset({"CAS_LM_START", "CAS_M_STOP", "CAS_STOP"})
_NO_DEPTH: Final = Depth((), ())


class _Shown:
    """An instrument that is wanted, and what was last shown of it.

    Attributes:
        listed: whether it can be traded on the day.
        users: how many want it in a mode.
        whole: by mode, its place in a snapshot.
        book: by mode, the rows and Greeks that were last shown.
        candle: its last whole minute, ready for a frame; minute: the start of that.
    """

    __slots__ = ("auction", "book", "candle", "instrument", "listed", "minute", "tick", "users", "whole")

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.listed = True
        self.users: dict[Mode, int] = {}
        self.whole: dict[Mode, bytes] = {}
        self.book: dict[Mode, tuple[bytes, bytes]] = {}
        self.tick: Tick | None = None
        self.auction: Auction | None = None
        self.minute = 0.0
        self.candle = b""


class Board:
    """The wanted instruments at one second. Not thread-safe by itself; the venue is looked at under its lock."""

    def __init__(self, backend: FeedBackend, at: dt.datetime) -> None:
        self._backend = backend
        self._shown: dict[str, _Shown] = {}
        self._hours = _Hours(backend.venue.calendar, at)

    @property
    def at(self) -> dt.datetime:
        """The second that is shown."""
        return self._hours.at

    # Who wants what

    def find(self, key: str) -> Instrument | None:
        """The instrument of a key, if it is listed today."""
        shown = self._shown.get(key)
        if shown is not None and shown.listed:
            return shown.instrument
        return self._backend.venue.catalog.find(key, self.at.date())

    def want(self, instruments: Iterable[Instrument], mode: Mode) -> None:
        """Show these in a mode, from now on, for one more."""
        for instrument in instruments:
            shown = self._shown.get(instrument.key)
            if shown is None:
                shown = self._shown[instrument.key] = _Shown(instrument)
            shown.users[mode] = shown.users.get(mode, 0) + 1

    def drop(self, keys: Iterable[str], mode: Mode) -> None:
        """One less wants these in a mode."""
        for key in keys:
            shown = self._shown[key]
            shown.users[mode] -= 1
            if not shown.users[mode]:
                del shown.users[mode]
                shown.whole.pop(mode, None)
                shown.book.pop(mode, None)
            if not shown.users:
                del self._shown[key]

    def whole(self, keys: Iterable[str], mode: Mode) -> tuple[list[bytes], News]:
        """The whole state of these, as it was last shown, or as it is if it has not been yet.

        Returns:
            The places in a snapshot, and what has turned out to be news for those who want these in other modes.
        """
        keys = list(keys)
        news = self._update([key for key in keys if mode not in self._shown[key].whole])
        news[mode] = {}
        return [entry for key in keys if (entry := self._shown[key].whole.get(mode)) is not None], news

    # Time

    def refresh(self, at: dt.datetime) -> News:
        """Move on to another second; what has changed."""
        yesterday = self.at.date()
        self._hours = _Hours(self._backend.venue.calendar, at)
        if at.date() != yesterday:
            self._look_up(at.date())
        return self._update(self._shown)

    def _look_up(self, day: dt.date) -> None:
        """Contracts end, and others take their place."""
        find = self._backend.venue.catalog.find
        for key, shown in self._shown.items():
            instrument = find(key, day)
            shown.listed = instrument is not None
            if instrument is None:
                shown.whole.clear()
            else:
                shown.instrument = instrument

    def _update(self, keys: Iterable[str]) -> News:
        news: News = {mode: {} for mode in wire.MODES}
        keys = [key for key in keys if self._shown[key].listed]
        for some in _batched(keys):
            with self._backend.lock:
                ticks = self._backend.venue.market.ticks(some, self.at.timestamp())
                for key, tick in zip(some, ticks, strict=True):
                    self._show(key, self._shown[key], tick, news)
        return news

    def _show(self, key: str, shown: _Shown, tick: Tick, news: News) -> None:
        auction, minute = self._auction(shown.instrument, tick), self._hours.last_minute(shown.instrument)
        known = shown.tick
        if (
            known is not None
            and _equal(tick, known)
            and auction == shown.auction
            and minute == shown.minute
            and len(shown.whole) == len(shown.users)
        ):
            return
        if minute != shown.minute:
            shown.minute, shown.candle = minute, self._candle(key, minute)
        shown.tick, shown.auction = tick, auction
        state = self._state(key, shown, tick)
        depth = self._depth(key, shown, index=state.is_level)
        for mode in shown.users:
            self._show_in(mode, key, shown, state, depth, news)

    def _show_in(self, mode: Mode, key: str, shown: _Shown, state: wire.State, depth: Depth, news: News) -> None:
        levels = wire.LEVELS[mode]
        rows = wire.levels(Depth(depth.bids[:levels], depth.asks[:levels]))
        whole = wire.entry(key, wire.feed(mode, state, rows))
        known = shown.whole.get(mode)
        if whole == known:
            return
        book = rows, state.greeks
        if known is not None and mode in _FULL and book == shown.book[mode] and not state.is_level:
            news[mode][key] = wire.entry(key, wire.feed(mode, state, None))
        else:
            news[mode][key] = whole
        shown.whole[mode], shown.book[mode] = whole, book

    # The pieces

    def _state(self, key: str, shown: _Shown, tick: Tick) -> wire.State:
        instrument, at = shown.instrument, self.at.timestamp()
        option: Greeks | None = None
        if instrument.is_option and shown.users.keys() != {"ltpc"}:
            option = self._backend.venue.market.greeks(key, at)
        candles = b""
        if not _FULL.isdisjoint(shown.users):
            today = wire.ohlc("1d", (tick.open, tick.high, tick.low, tick.last), tick.volume, _midnight(tick.last_at))
            candles = today + shown.candle
        ltpc = wire.ltpc(tick, shown.auction)
        return wire.State(tick, shown.auction, ltpc, wire.greeks(option), candles, option, _is_level(instrument))

    def _depth(self, key: str, shown: _Shown, *, index: bool) -> Depth:
        levels = max(wire.LEVELS[mode] for mode in shown.users)
        if index or not levels:
            return _NO_DEPTH
        return self._backend.venue.market.depth(key, self.at.timestamp(), levels)

    def _candle(self, key: str, minute: float) -> bytes:
        with contextlib.suppress(KeyError):  # a contract of today has no minute of yesterday
            for candle in self._backend.venue.market.candles(key, 60, minute, minute + 60):
                prices = candle.open, candle.high, candle.low, candle.close
                return wire.ohlc("I1", prices, candle.volume, candle.at)
        return b""

    def _auction(self, instrument: Instrument, tick: Tick) -> Auction | None:
        opening = self._hours.opening.get(instrument.segment)
        if opening is not None:
            price, reference = self._backend.venue.market.last(instrument.key, opening), tick.previous_close
        elif instrument.cas_eligible and instrument.segment in self._hours.closing:
            price, reference = tick.last, tick.average
        else:
            return None
        imbalance = tick.total_bid - tick.total_ask
        quantity = min(tick.total_bid, tick.total_ask)
        return Auction(price, quantity, reference, imbalance, imbalance // 5, instrument.cas_eligible)


class _Hours:
    """Where the exchanges stand at a moment.

    Attributes:
        opening: the segments in their opening auction, with the moment of the open in epoch seconds.
        closing: the segments in their closing auction.
    """

    def __init__(self, calendar: Calendar, at: dt.datetime) -> None:
        self.at = at
        self._calendar = calendar
        self._minutes: dict[str, float] = {}
        self.opening: dict[str, float] = {}
        self.closing: set[str] = set()
        for segment in status.AUCTIONED:
            exchange = EXCHANGE_OF_SEGMENT[segment]
            session = calendar.session(exchange, at.date())
            closing = calendar.auction_phase(exchange, at)
            if session is not None and status.is_pre_open(calendar.phase(exchange, at)):
                self.opening[segment] = session.open.timestamp()
            elif closing is not None and closing.name in _CLOSING:
                self.closing.add(segment)

    def last_minute(self, instrument: Instrument) -> float:
        """The start of the last whole minute of trading, in epoch seconds."""
        segment = instrument.segment
        known = self._minutes.get(segment)
        if known is None:
            known = self._minutes[segment] = self._last_minute(EXCHANGE_OF_SEGMENT.get(segment, "NSE")).timestamp()
        return known

    def _last_minute(self, exchange: str) -> dt.datetime:
        day = self.at.date()
        session = self._calendar.session(exchange, day)
        while session is None or self.at < session.open + _MINUTE:
            day = self._calendar.previous(exchange, day)
            session = self._calendar.session(exchange, day)
        now = min(self.at, session.close)
        return now.replace(second=0, microsecond=0) - _MINUTE


def _is_level(instrument: Instrument) -> bool:
    """Whether it is nothing that can be bought, but a level."""
    return instrument.kind == "INDEX" or instrument.segment.startswith("GLOBAL_")


def _equal(one: Tick, other: Tick) -> bool:
    """Whether two moments show the same."""
    return (
        one.volume == other.volume
        and one.last_at == other.last_at
        and one.last == other.last
        and one.total_bid == other.total_bid
        and one.total_ask == other.total_ask
        and one.oi == other.oi
        and one.previous_close == other.previous_close
        and one.high == other.high
        and one.low == other.low
    )


def _midnight(at: float) -> float:
    """The start of the Indian day of a moment, in epoch seconds."""
    offset = IST.utcoffset(None).total_seconds()
    return (at + offset) // 86400 * 86400 - offset


def _batched(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
