"""The market: every price, at any moment, from the seed and from what was driven by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.catalog import Catalog
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.market.board import Board
from upstox_emulator.market.book import Shelf, Sides, books, size_of, totals
from upstox_emulator.market.day import Day
from upstox_emulator.market.days import Days, exchange_of
from upstox_emulator.market.driving import Stretch
from upstox_emulator.market.noise import Ints, streams_of
from upstox_emulator.market.sessions import Sessions, date_of, midnight
from upstox_emulator.market.view import Candle, Depth, Gist, Greeks, Tick, rows
from upstox_emulator.units import Price, rupees

_FEW: Final = 4
"""Fewer instruments are shown one by one."""

_BOARDS: Final = 64
"""Boards that are kept."""

_DEPTHS: Final = 1024
"""Books that were asked for one by one, and are kept."""

_ASKED: Final = 200_000
"""Instruments whose places on boards are known."""


class Market:
    """All prices. A pure function of the seed, the key and the moment, but for what was driven by hand.

    Parameters:
        seed: of all chance.
        catalog: of the instruments; its `spot` is set.
        calendar: when they are traded.
    """

    def __init__(self, seed: int, catalog: Catalog, calendar: Calendar) -> None:
        self._seed = seed
        self._catalog = catalog
        self._sessions = Sessions(calendar)
        self._days = Days(seed, catalog, self._sessions)
        self._groups: dict[tuple[tuple[str, ...], dt.date], dict[str, tuple[list[Instrument], list[int]]]] = {}
        self._kept: dict[tuple[tuple[str, ...], str, dt.date], Board] = {}
        self._depths: dict[tuple[str, int, int], Depth] = {}
        self._asked: dict[str, tuple[Board, int]] = {}
        catalog.spot = self.daily_spot

    def daily_spot(self, key: str, day: dt.date) -> Price:
        """The price of a share, index, currency or commodity at the start of a day: its close of the day before."""
        return self._days.previous(self._days.instrument(key, day), day)

    # At a moment

    def last(self, key: str, at: float) -> Price:
        """The latest traded price, or the level of an index."""
        day, second = self._at(key, at)
        return day.last(second)

    def tick(self, key: str, at: float) -> Tick:
        """The whole state of one instrument."""
        day, second = self._at(key, at)
        low, high = day.so_far(second)
        last, volume, oi = day.last(second), day.volume(second), day.interest(second)
        before = day.flow.before * day.instrument.lot
        shelf, prices = self._shelf(day), np.array([last])
        bid, ask = totals(shelf, prices, day.span.open + second)
        return Tick(
            at=at,
            last=last,
            last_quantity=max(volume - day.volume(second - 1), day.instrument.lot) if volume else 0,
            last_at=float(day.span.open + second),
            open=int(day.bars.open[0]),
            high=high,
            low=low,
            previous_close=day.previous,
            average=day.average(second),
            volume=volume,
            oi=oi,
            oi_high=max(oi, before),
            oi_low=min(oi, before),
            previous_oi=before,
            total_bid=int(bid[0]),
            total_ask=int(ask[0]),
            lower_circuit=day.lower,
            upper_circuit=day.upper,
            year_high=max(high, day.year[0]),
            year_low=min(low, day.year[1]),
        )

    def ticks(self, keys: Sequence[str], at: float) -> list[Tick]:
        """The states of many, in their order; far cheaper than one by one."""
        if len(keys) < _FEW:
            return [self.tick(key, at) for key in keys]
        shown = [(places, board.ticks(second, at)) for board, second, places in self._boards(keys, at)]
        if len(shown) == 1:
            return list(shown[0][1])
        found: list[Tick] = [shown[0][1][0]] * len(keys)
        for places, ticks in shown:
            for place, tick in zip(places, ticks, strict=True):
                found[place] = tick
        return found

    def gists(self, keys: Sequence[str], at: float, *, averages: bool) -> list[Gist]:
        """The gists of many, in their order, with their averages or without; several times cheaper than ticks."""
        found: dict[int, Gist] = {}
        for board, second, places in self._boards(keys, at):
            found.update(zip(places, board.gists(second, averages=averages), strict=True))
        return [found[place] for place in range(len(keys))]

    def interests(self, keys: Sequence[str], moments: Sequence[float]) -> Ints:
        """Open interest of many through a session: a row a key, a column a moment. Far cheaper than all ticks.

        Parameters:
            moments: of one trading day, as it stands from its open to the next midnight.
        """
        found = np.zeros((len(keys), len(moments)), dtype=np.int64)
        for board, _, places in self._boards(keys, moments[0]):
            seconds = np.array([min(int(at), board.span.close - 1) - board.span.open for at in moments])
            found[places] = board.interests(seconds)
        return found

    def depth(self, key: str, at: float, levels: int = 5) -> Depth:
        """The book: up to `levels` rows a side."""
        place = self._place(key, at)
        if place is not None:
            board, second, row = place
            return board.depths(second, levels)[row]
        day, second = self._at(key, at)
        name = key, day.span.open + second, levels
        found = self._depths.get(name)
        if found is None:
            found = books(self._shelf(day), np.array([day.last(second)]), day.span.open + second, levels).rows()[0]
            self._depths[name] = found
            _shorten(self._depths, _DEPTHS)
        return found

    def depths(self, keys: Sequence[str], at: float, levels: int = 5) -> list[Depth]:
        """The books of many, in their order; cheap for those whose ticks were asked for."""
        return [self.depth(key, at, levels) for key in keys]

    def sides(self, keys: Sequence[str], at: float, levels: int = 5) -> Sides:
        """The books of many as columns, a row each in their order; cheap for those whose ticks were asked for."""
        found = [np.zeros((len(keys), levels), np.int64) for _ in Sides._fields]
        for board, second, places in self._boards(keys, at):
            for whole, part in zip(found, board.sides(second, levels), strict=True):
                whole[places] = part
        return Sides(*found)

    def greeks(self, key: str, at: float) -> Greeks:
        """Of an option, coherent with its price and its underlying's."""
        return self.greeks_of([key], at)[0]

    def greeks_of(self, keys: Sequence[str], at: float) -> list[Greeks]:
        """Of many options, in their order; cheap for those whose ticks were asked for."""
        if (tuple(keys), date_of(at)) not in self._groups:
            return [self._greeks(key, at) for key in keys]
        found: dict[int, Greeks] = {}
        for board, second, places in self._boards(keys, at):
            told = board.greeks(second)
            found.update((places[row], greeks) for row, greeks in told.items())
        for place, key in enumerate(keys):
            if place not in found:
                raise KeyError(f"{key!r} is not an option")
        return [found[place] for place in range(len(keys))]

    def _greeks(self, key: str, at: float) -> Greeks:
        place = self._place(key, at)
        if place is not None:
            board, second, row = place
            found = board.greeks(second).get(row)
        else:
            day, second = self._at(key, at)
            found = day.greeks(second)
        if found is None:
            raise KeyError(f"{key!r} is not an option")
        return found

    def extremes(self, key: str, after: float, until: float) -> tuple[Price, Price]:
        """The lowest and the highest traded price on the whole seconds of `(after, until]`; cheap over long spans.

        Where nothing is traded in them, the price that stands.
        """
        instrument = self._days.instrument(key, date_of(until))
        first, last = int(after) + 1, int(until)
        found = [
            day.extremes(max(first - day.span.open, 0), min(last, day.span.close - 1) - day.span.open)
            for day in self._traded(instrument, first, last + 1)
        ]
        if not found:
            price = self.last(key, until)
            return price, price
        return min(low for low, _ in found), max(high for _, high in found)

    # History

    def close(self, key: str, day: dt.date) -> Price:
        """The official closing price of a trading day that is over; of a contract on its last day: its settlement.

        Raises:
            KeyError: it is not listed, or not traded on the day.
        """
        instrument = self._days.instrument(key, day)
        if instrument.expiry == day:
            return self._days.settlement(instrument)
        return self._days.day(instrument, day).close

    def candles(self, key: str, seconds: int, start: float, end: float) -> list[Candle]:
        """Candles of `seconds` (a multiple of 60, within a session) that begin in `[start, end)`, oldest first.

        One that is not complete at `end` is as it stands then, `end` included.
        """
        if seconds == end - start == 60 and (minute := self._whole_minute(key, start)) is not None:
            return [minute]
        instrument = self._lasting(key, date_of(end), date_of(start))
        found: list[Candle] = []
        for day in self._traded(instrument, max(start, self._begin(instrument, date_of(start))), end):
            found += _candles(day, seconds // 60, start, end)
        return found

    def days(self, key: str, first: dt.date, last: dt.date, now: float) -> list[Candle]:
        """Day candles, oldest first; today's as it stands at `now`."""
        instrument = self._lasting(key, date_of(now), last)
        start, end = midnight(first), min(midnight(last) + 86_400, now)
        if instrument.expiry is not None:
            return [_whole(day, now) for day in self._traded(instrument, self._begin(instrument, first), end)]
        stands = self._days.stands(instrument, date_of(now))
        found = self._days.candles(instrument, first, min(last, stands - dt.timedelta(1)))
        return found + [_whole(day, now) for day in self._traded(instrument, max(start, midnight(stands)), end)]

    # Driven by hand

    def play(self, key: str, moves: Sequence[tuple[float, Price]], at: float, *, force: bool = False) -> None:
        """Decide a price for moments to come: seconds from `at`, and what is held from then on.

        Raises:
            KeyError: the key is not listed.
            ValueError: there are no moves, one is earlier than `at`, or a price is not on a tick, or beyond the day's
                limits and not forced.
        """
        day, _ = self._at(key, at)
        if not moves:
            raise ValueError(f"{key!r}: there are no moves")
        decided: dict[int, Stretch] = {}
        for seconds, price in moves:
            if seconds < 0:
                raise ValueError(f"{key!r}: a move {seconds:g} seconds from now lies in the past")
            _check(day, price, force=force)
            decided[int(at + seconds)] = Stretch(int(at + seconds), price, forced=force)
        self._drive(key, int(at), [decided[second] for second in sorted(decided)])

    def replay(self, key: str, ticks: Sequence[tuple[float, Price, int]], at: float) -> None:
        """Decide a price by ticks to come: epoch seconds, price, units traded. The day's limits are not kept.

        Prices are rounded to ticks; of several in one second the last one counts.

        Raises:
            KeyError: the key is not listed.
            ValueError: there are no ticks, or one is earlier than `at`.
        """
        day, _ = self._at(key, at)
        if not ticks:
            raise ValueError(f"{key!r}: there are no ticks")
        tick, decided = day.instrument.tick, dict[int, Stretch]()
        for moment, price, volume in sorted(ticks):
            second = int(moment)
            if second < int(at):
                raise ValueError(f"{key!r}: a tick of {at - moment:g} seconds ago lies in the past")
            before = decided[second].volume or 0 if second in decided else 0
            held = max((price + tick // 2) // tick, 1) * tick
            decided[second] = Stretch(second, held, volume=before + volume, forced=True)
        last = max(decided)
        decided[last + 1] = decided[last]._replace(start=last + 1, volume=None)
        self._drive(key, int(at), list(decided.values()))

    def release(self, key: str, at: float) -> None:
        """Let a price go its own way again, from where it is.

        Raises:
            KeyError: the key is not listed.
        """
        day, second = self._at(key, at)
        if self._days.is_driven(key):
            process = self._days.process(day.instrument, date_of(day.span.open))
            ratio = day.last(second) / process.last(second)
            self._drive(key, int(at), [Stretch(int(at), ratio=ratio)])

    def _drive(self, key: str, at: int, stretches: list[Stretch]) -> None:
        self._days.drive(key, at, stretches)
        self._kept = {name: board for name, board in self._kept.items() if key not in board.depends}
        self._asked.clear()
        self._depths.clear()

    # Within

    def _at(self, key: str, at: float) -> tuple[Day, int]:
        instrument = self._days.instrument(key, date_of(at))
        moment = self._sessions.at(exchange_of(instrument), at)
        return self._days.day(instrument, moment.day), moment.second

    def _boards(self, keys: Sequence[str], at: float) -> list[tuple[Board, int, list[int]]]:
        """What shows all keys at a moment: boards, the second of their session, and the place of each of their rows."""
        name = tuple(keys), date_of(at)
        groups = self._groups.get(name)
        if groups is None:
            groups = self._groups[name] = {}
            for place, key in enumerate(keys):
                one = self._days.instrument(key, name[1])
                ones, places = groups.setdefault(exchange_of(one), ([], []))
                ones.append(one)
                places.append(place)
            _shorten(self._groups, _BOARDS)
        found: list[tuple[Board, int, list[int]]] = []
        for exchange, (ones, places) in groups.items():
            day, _, second = self._sessions.at(exchange, at)
            known = self._kept.get((name[0], exchange, day))
            if known is None:
                known = self._kept[name[0], exchange, day] = Board(self._days, ones, day)
                _shorten(self._kept, _BOARDS)
                self._asked.update((one.key, (known, row)) for row, one in enumerate(ones))
                _shorten(self._asked, _ASKED)
            found.append((known, second, places))
        return found

    def _place(self, key: str, at: float) -> tuple[Board, int, int] | None:
        """Where a key stands among those that were asked for together; None if it is not worth to look there."""
        board, row = self._asked.get(key, (None, 0))
        if board is None:
            return None
        exchange = exchange_of(board.instruments[row])
        day, _, second = self._sessions.at(exchange, at)
        return (board, second, row) if board.is_asked(day, second) else None

    def _whole_minute(self, key: str, start: float) -> Candle | None:
        """The candle of a minute of what was asked for together, for the feed asks for all of them every minute."""
        board, row = self._asked.get(key, (None, 0))
        if board is None or not board.span.open <= start < board.span.close or (start - board.span.open) % 60:
            return None
        return board.minutes(int(start - board.span.open) // 60)[row]

    def _lasting(self, key: str, *days: dt.date) -> Instrument:
        """The instrument with a key on one of the days, or the contract that ended, `NSE_FO|47983|17-04-2025`."""
        for day in days:
            instrument = self._catalog.find(key, day)
            if instrument is not None and not instrument.suspended:
                return instrument
        instrument = self._catalog.find_expired(key)
        if instrument is None:
            raise KeyError(f"{key!r} is not listed on {days[0]}")
        return instrument

    def _begin(self, instrument: Instrument, first: dt.date) -> float:
        """The moment from which on an instrument is listed, at the earliest the start of a day."""
        if instrument.expiry is None or self._catalog.find(instrument.key, first) == instrument:
            return midnight(first)
        early, late = first, instrument.expiry
        while late - early > dt.timedelta(1):
            middle = early + (late - early) // 2
            if self._catalog.find(instrument.key, middle) == instrument:
                late = middle
            else:
                early = middle
        return midnight(late)

    def _traded(self, instrument: Instrument, start: float, end: float) -> Iterator[Day]:
        """The days whose sessions overlap `[start, end)`, oldest first."""
        date, until = date_of(start), date_of(end)
        exchange = exchange_of(instrument)
        while date <= until:
            span = self._sessions.span(exchange, date)
            if span is not None and span.open < end and span.close > start:
                yield self._days.day(instrument, date)
            date += dt.timedelta(1)

    def _shelf(self, day: Day) -> Shelf:
        one = day.instrument
        return Shelf(
            streams_of(self._seed, (one.key,), "book"),
            np.array([one.tick]),
            np.array([one.lot]),
            np.array([size_of(day.flow.lots) if one.is_tradable else 0]),
            np.array([day.lower]),
            np.array([day.upper]),
        )


def _check(day: Day, price: Price, *, force: bool) -> None:
    """Whether a price may be set."""
    one = day.instrument
    if price <= 0 or price % one.tick:
        below = max(price // one.tick, 1) * one.tick
        raise ValueError(
            f"{one.key!r}: {rupees(price):g} is not a multiple of the tick {rupees(one.tick):g}; "
            f"{rupees(below):g} and {rupees(below + one.tick):g} are"
        )
    if day.upper and not force and not day.lower <= price <= day.upper:
        raise ValueError(
            f"{one.key!r}: {rupees(price):g} is beyond the limits of the day, {rupees(day.lower):g} to "
            f"{rupees(day.upper):g}; force=True sets it nevertheless"
        )


def _candles(day: Day, minutes: int, start: float, end: float) -> list[Candle]:
    """The candles of a day that begin in `[start, end)`."""
    count = day.span.minutes
    edges = np.arange(0, count, minutes)
    begins = day.span.open + 60 * edges
    wanted = np.flatnonzero((begins >= start) & (begins < end))
    if not len(wanted):
        return []
    ends = np.append(edges[1:], count)[wanted]
    bars, volumes = day.bars, day.volumes
    columns = (
        begins[wanted].astype(np.float64),
        bars.open[edges[wanted]],
        np.maximum.reduceat(bars.high, edges)[wanted],
        np.minimum.reduceat(bars.low, edges)[wanted],
        bars.close[ends - 1],
        volumes[ends] - volumes[edges[wanted]],
        day.interests[ends - 1],
    )
    found = list(rows(Candle, (column.tolist() for column in columns)))
    stands = int(end) - day.span.open
    if stands < 60 * ends[-1] - 1:
        found[-1] = _forming(day, int(edges[wanted[-1]]), stands)
    return found


def _forming(day: Day, minute: int, second: int) -> Candle:
    """A candle that begins with a minute, as it stands at a second."""
    first = 60 * minute
    low, high = day.extremes(first, second)
    volume = day.volume(second) - day.volume(first - 1)
    opened = int(day.bars.open[minute])
    return Candle(float(day.span.open + first), opened, high, low, day.last(second), volume, day.interest(second))


def _whole(day: Day, now: float) -> Candle:
    """The candle of a day, as it stands."""
    second = min(int(now), day.span.close - 1) - day.span.open
    return _forming(day, 0, second)._replace(at=float(midnight(date_of(day.span.open))))


def _shorten(kept: dict[Any, Any], most: int) -> None:
    """Let the oldest go."""
    while len(kept) > most:
        del kept[next(iter(kept))]
