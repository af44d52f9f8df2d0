"""The calendar as the prices need it: whole years of trading days at once, and moments as seconds of a session."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from upstox_emulator.calendar import Calendar
from upstox_emulator.clock import IST
from upstox_emulator.market.noise import Flags

_DAY: Final = 86_400


class Span(NamedTuple):
    """A session in epoch seconds: `[open, close)`."""

    open: int
    close: int

    @property
    def minutes(self) -> int:
        return (self.close - self.open) // 60


class Moment(NamedTuple):
    """Where a moment falls: the trading day that has begun last, its session, and the second of it that stands."""

    day: dt.date
    span: Span
    second: int


class Sessions:
    """The sessions of all exchanges.

    Parameters:
        calendar: what knows them.
    """

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self.trading = lru_cache(maxsize=512)(self._trading)
        self.span = lru_cache(maxsize=4096)(self._span)
        self._latest: dict[str, tuple[int, int, dt.date, Span]] = {}

    def _span(self, exchange: str, day: dt.date) -> Span | None:
        session = self._calendar.session(exchange, day)
        return None if session is None else Span(int(session.open.timestamp()), int(session.close.timestamp()))

    def of(self, exchange: str, day: dt.date) -> Span:
        """The session of a trading day.

        Raises:
            KeyError: it is none.
        """
        span = self.span(exchange, day)
        if span is None:
            raise KeyError(f"{exchange} has no session on {day}")
        return span

    def _trading(self, exchange: str, year: int) -> Flags:
        """Which days of a year have a session, from January 1st on."""
        first = dt.date(year, 1, 1).toordinal()
        days = range(first, dt.date(year, 12, 31).toordinal() + 1)
        session = self._calendar.session
        return np.array([session(exchange, dt.date.fromordinal(day)) is not None for day in days])

    def previous(self, exchange: str, day: dt.date) -> dt.date:
        """The trading day before `day`."""
        day -= dt.timedelta(1)
        while self.span(exchange, day) is None:
            day -= dt.timedelta(1)
        return day

    def at(self, exchange: str, at: float) -> Moment:
        """The trading day that has begun last, and the second that stands then; outside a session, its last one."""
        known = self._latest.get(exchange)
        if known is None or not known[0] <= at < known[1]:
            known = self._latest[exchange] = self._find(exchange, at)
        _, _, day, span = known
        return Moment(day, span, min(int(at), span.close - 1) - span.open)

    def _find(self, exchange: str, at: float) -> tuple[int, int, dt.date, Span]:
        day = date_of(at)
        span, ends = self.span(exchange, day), midnight(day) + _DAY
        if span is None or at < span.open:
            ends = ends if span is None else span.open
            day = self.previous(exchange, day)
            span = self.of(exchange, day)
        return span.open, ends, day, span


def midnight(day: dt.date) -> int:
    """The epoch second at which a day begins in India."""
    return (day.toordinal() - 719_163) * _DAY - 19_800


def date_of(at: float) -> dt.date:
    """The Indian date of a moment."""
    return dt.datetime.fromtimestamp(at, IST).date()
