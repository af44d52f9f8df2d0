"""What the market data feed shows: the state of every instrument that somebody wants, encoded once for all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final, TypeAlias

from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT, Instrument
from upstox_emulator.feed import status, wire
from upstox_emulator.feed.backend import FeedBackend
from upstox_emulator.feed.states import States, minutes_of
from upstox_emulator.feed.wire import Mode
from upstox_emulator.market.auction import Auction, auction
from upstox_emulator.market.book import Sides
from upstox_emulator.market.view import Candle, Tick

News: TypeAlias = dict[Mode, dict[str, bytes]]
"""By mode and key: an instrument's place in a frame."""

_AT_ONCE: Final = 1000  # instruments that are looked at before others may use the venue
_MINUTE: Final = dt.timedelta(minutes=1)
_FULL: Final[frozenset[Mode]] = frozenset({"full", "full_d30"})

_MINUTES_AT_ONCE: Final = 100
"""Minutes that are looked up in a second at most. They are dear; those of more instruments come in the next seconds."""

_Sort: TypeAlias = tuple[tuple[Mode, ...], bool, bool]
"""The modes that an instrument is wanted in, whether it is an index, and whether it is an option."""

_NOTHING: Final = Tick(
    at=0, last=0, last_quantity=0, last_at=0, open=0, high=0, low=0, previous_close=0, average=0, volume=0
)


class _Wanted:
    """An instrument that is wanted, and what was last shown of it.

    Attributes:
        listed: whether it can be traded on the day.
        name: its key, as its places in frames begin.
        users: how many want it in a mode. sort: what it is looked at together with.
        tick, auction: its state that was last shown.
        whole: by mode, its place in a snapshot.
        book: by mode, its rows and Greeks.
        minute: the start of the last whole minute that is known. candle: that, ready for a frame.
    """

    __slots__ = (
        "auction", "book", "candle", "has_new_candle", "instrument", "key", "listed", "minute", "name", "sort", "tick",
        "users", "whole",
    )  # fmt: skip

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.key = instrument.key
        self.name = wire.name(instrument.key)
        self.listed = True
        self.users: dict[Mode, int] = {}
        self.sort: _Sort = ((), False, False)
        self.tick = _NOTHING
        self.auction: Auction | None = None
        self.whole: dict[Mode, bytes] = {}
        self.book: dict[Mode, bytes] = {}
        self.minute = 0.0
        self.candle = b""
        self.has_new_candle = False

    def want(self, mode: Mode) -> None:
        """One more wants it in a mode."""
        self.users[mode] = self.users.get(mode, 0) + 1
        self._sort()

    def drop(self, mode: Mode) -> None:
        """One less wants it in a mode."""
        self.users[mode] -= 1
        if not self.users[mode]:
            del self.users[mode]
            self.whole.pop(mode, None)
            self.book.pop(mode, None)
            self._sort()

    def _sort(self) -> None:
        instrument = self.instrument
        is_level = instrument.kind == "INDEX" or instrument.segment.startswith("GLOBAL_")
        self.sort = tuple(mode for mode in wire.MODES if mode in self.users), is_level, instrument.is_option

    def stands(self, tick: Tick, auction: Auction | None) -> bool:
        """Whether all of this has been shown already, in every mode."""
        return (
            _equal(tick, self.tick)
            and auction == self.auction
            and not self.has_new_candle
            and len(self.whole) == len(self.users)
        )

    def show(self, mode: Mode, feed: bytes) -> bool:
        """Take a new state; whether it is one."""
        whole = wire.entry(self.name, feed)
        if self.whole.get(mode) == whole:
            return False
        self.whole[mode] = whole
        return True


class Board:
    """The wanted instruments at one second. Not thread-safe by itself; the venue is looked at under its lock."""

    def __init__(self, backend: FeedBackend, at: dt.datetime) -> None:
        self._backend = backend
        self._wanted: dict[str, _Wanted] = {}
        self._minutes_left = 0
        self._hours = _Hours(backend.venue.calendar, at)

    @property
    def at(self) -> dt.datetime:
        """The second that is shown."""
        return self._hours.at

    # Who wants what

    def find(self, key: str) -> Instrument | None:
        """The instrument of a key, if it is listed today."""
        wanted = self._wanted.get(key)
        if wanted is not None and wanted.listed:
            return wanted.instrument
        return self._backend.venue.catalog.find(key, self.at.date())

    def want(self, instruments: Iterable[Instrument], mode: Mode) -> None:
        """Show these in a mode, from now on, for one more."""
        for instrument in instruments:
            wanted = self._wanted.get(instrument.key)
            if wanted is None:
                wanted = self._wanted[instrument.key] = _Wanted(instrument)
            wanted.want(mode)

    def drop(self, keys: Iterable[str], mode: Mode) -> None:
        """One less wants these in a mode."""
        for key in keys:
            wanted = self._wanted[key]
            wanted.drop(mode)
            if not wanted.users:
                del self._wanted[key]

    def whole(self, keys: Iterable[str], mode: Mode) -> tuple[list[bytes], News]:
        """The whole state of these, as it was last shown, or as it is if it has not been yet.

        Returns:
            The places in a snapshot, and what has turned out to be news for those who want these in other modes.
        """
        keys = list(keys)
        news = self._update([key for key in keys if mode not in self._wanted[key].whole])
        news[mode] = {}
        return [entry for key in keys if (entry := self._wanted[key].whole.get(mode)) is not None], news

    # Time

    def refresh(self, at: dt.datetime) -> News:
        """Move on to another second; what has changed."""
        yesterday = self.at.date()
        self._hours = _Hours(self._backend.venue.calendar, at)
        if at.date() != yesterday:
            self._look_up(at.date())
        return self._update(self._wanted)

    def _look_up(self, day: dt.date) -> None:
        """Contracts end, and others take their place."""
        find = self._backend.venue.catalog.find
        for key, wanted in self._wanted.items():
            instrument = find(key, day)
            wanted.listed = instrument is not None
            if instrument is None:
                wanted.whole.clear()
            else:
                wanted.instrument = instrument

    def _update(self, keys: Iterable[str]) -> News:
        news: News = {mode: {} for mode in wire.MODES}
        groups: dict[_Sort, list[_Wanted]] = {}
        for key in keys:
            wanted = self._wanted[key]
            if wanted.listed:
                groups.setdefault(wanted.sort, []).append(wanted)
        self._minutes_left = _MINUTES_AT_ONCE
        for sort, group in groups.items():
            for start in range(0, len(group), _AT_ONCE):
                with self._backend.lock:
                    self._look(sort, group[start : start + _AT_ONCE], news)
        return news

    def _look(self, sort: _Sort, some: list[_Wanted], news: News) -> None:
        modes, is_level, is_option = sort
        market, at = self._backend.venue.market, self._hours.epoch
        keys = [wanted.key for wanted in some]
        if not _FULL.isdisjoint(modes):
            self._look_up_minutes(some)
        rows = [row for row, tick in enumerate(market.ticks(keys, at)) if self._take(some[row], tick)]
        if not rows:
            return
        changed = [some[row] for row in rows]
        options, sides = None, None
        levels = 0 if is_level else max(wire.LEVELS[mode] for mode in modes)
        if levels:
            sides = Sides(*(side[rows] for side in market.sides(keys, at, levels)))
        if levels and is_option:
            told = market.greeks_of(keys, at)
            options = [told[row] for row in rows]
        states = States(
            [wanted.tick for wanted in changed],
            [wanted.candle for wanted in changed],
            [wanted.auction for wanted in changed],
            [wanted.instrument.cas_eligible for wanted in changed],
            options=options,
            sides=sides,
            are_levels=is_level,
        )
        for mode in modes:
            _show(mode, changed, states, news[mode])

    def _take(self, wanted: _Wanted, tick: Tick) -> bool:
        """Note what is to be told of an instrument; whether it is anything new."""
        found = None
        if self._hours.auctions:
            venue = self._backend.venue
            found = auction(venue.market, venue.calendar, wanted.instrument, tick, self.at)
        if wanted.stands(tick, found):
            return False
        wanted.tick, wanted.auction, wanted.has_new_candle = tick, found, False
        return True

    def _look_up_minutes(self, some: list[_Wanted]) -> None:
        last_minute = self._hours.last_minute
        stale = [wanted for wanted in some if wanted.minute != last_minute(wanted.instrument.segment)]
        stale = stale[: self._minutes_left]
        self._minutes_left -= len(stale)
        found: list[tuple[_Wanted, Candle]] = []
        for wanted in stale:
            wanted.minute, wanted.candle = last_minute(wanted.instrument.segment), b""
            wanted.has_new_candle = True
            found += [(wanted, candle) for candle in self._candles(wanted.key, wanted.minute)]
        if found:
            for (wanted, _), ready in zip(found, minutes_of([candle for _, candle in found]), strict=True):
                wanted.candle = ready

    # The pieces

    def _candles(self, key: str, minute: float) -> list[Candle]:
        try:
            return self._backend.venue.market.candles(key, 60, minute, minute + 60)
        except KeyError:  # a contract of today has no minute of yesterday
            return []


def _show(mode: Mode, changed: list[_Wanted], states: States, news: dict[str, bytes]) -> None:
    """Show instruments in a mode."""
    feeds = states.feeds(mode)
    known = [wanted.whole.get(mode) for wanted in changed]
    new = [wanted.show(mode, feed) for wanted, feed in zip(changed, feeds, strict=True)]
    news |= {wanted.key: wanted.whole[mode] for wanted, is_new in zip(changed, new, strict=True) if is_new}
    if mode not in _FULL:
        return
    books = states.books(mode, feeds)
    still = [row for row, wanted in enumerate(changed) if new[row] and known[row] and wanted.book[mode] == books[row]]
    for wanted, book in zip(changed, books, strict=True):
        wanted.book[mode] = book
    if still and not states.are_levels:
        feeds = states.feeds(mode, books=False)
        news |= {changed[row].key: wire.entry(changed[row].name, feeds[row]) for row in still}


class _Hours:
    """Where the exchanges stand at a moment.

    Attributes:
        at, epoch: the moment, and in epoch seconds. auctions: whether any auction goes on.
    """

    def __init__(self, calendar: Calendar, at: dt.datetime) -> None:
        self.at = at
        self.epoch = at.timestamp()
        self._calendar = calendar
        self._minutes: dict[str, float] = {}
        self.auctions = status.is_auction(calendar, at)

    def last_minute(self, segment: str) -> float:
        """The start of the last whole minute of trading, in epoch seconds."""
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
