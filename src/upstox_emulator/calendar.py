"""When the exchanges trade: holidays, sessions and their phases.

https://upstox.com/developer/api-documentation/get-market-timings and the pages beside it. The holidays are those that
the `holidays` library knows of the National Stock Exchange; the rules of the sessions stand here.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from typing import Any, Final, Literal, NamedTuple, TypeAlias, cast

from upstox_emulator.clock import IST

Hours: TypeAlias = Literal["always-open", "calendar"]
"""Around the clock, or as the rules have it."""

EXCHANGES: Final = ("MCX", "NSE", "NFO", "CDS", "BSE", "BCD", "BFO")
"""Those that timings and holidays list, in the order of the documentation."""

_COMMODITIES: Final = frozenset({"MCX", "NSCOM"})
_CURRENCIES: Final = frozenset({"CDS", "BCD"})
_FUTURES_AND_OPTIONS: Final = frozenset({"NFO", "BFO"})
_AUCTIONED: Final = frozenset({"NSE", "BSE"})

# On these the commodity exchange is closed in the evening, too.
_CLOSED_ALL_DAY: Final = frozenset(
    {"Republic Day", "Good Friday", "Independence Day", "Gandhi Jayanti", "Christmas Day"}
)
# Trading goes on, but money and shares do not move: month and day, and why.
_SETTLEMENT: Final = {(2, 19): "Chhatrapati Shivaji Maharaj Jayanti", (4, 1): "Annual Bank Closing"}

# From here on the closing auction moved the end of the derivatives' session.
_AUCTION_SINCE: Final = dt.date(2026, 8, 3)

# Of other years no feasts are known that go by the moon.
_KNOWN: Final = range(2001, 2036)

# The phases of a day, in minutes after the session's open or close.
_BEFORE: Final = ((-15, "PRE_OPEN_START"), (-10, "PRE_OPEN_M_END"), (-7, "PRE_OPEN_END"))
_AFTER: Final = ((0, "NORMAL_CLOSE"), (10, "CLOSING_START"), (30, "CLOSING_END"))
_AUCTION: Final = ((-15, "CTS_CLOSE"), (-10, "CAS_LM_START"), (-5, "CAS_M_STOP"), (-1, "CAS_STOP"))


class Session(NamedTuple):
    """A day's continuous trading."""

    open: dt.datetime
    close: dt.datetime


class Phase(NamedTuple):
    """A state of the market, and since when."""

    name: str
    since: dt.datetime


class Calendar:
    """The sessions of all exchanges.

    Parameters:
        hours: `calendar` keeps the rules; `always-open` trades around the clock from `since` on.
        since: the first day that is open around the clock.
    """

    def __init__(self, hours: Hours, since: dt.date) -> None:
        self._since = since if hours == "always-open" else dt.date.max

    def session(self, exchange: str, day: dt.date) -> Session | None:
        """The continuous session of a day; None if there is none."""
        if day >= self._since:
            return Session(_at(day, dt.time()), _at(day + dt.timedelta(1), dt.time()))
        return _session(exchange, day)

    def previous(self, exchange: str, day: dt.date) -> dt.date:
        """The trading day before `day`."""
        day -= dt.timedelta(1)
        while self.session(exchange, day) is None:
            day -= dt.timedelta(1)
        return day

    def phase(self, exchange: str, at: dt.datetime) -> Phase:
        """The state of the market."""
        day = at.astimezone(IST).date()
        phases = [*self._phases(exchange, self.previous(exchange, day)), *self._phases(exchange, day)]
        return next(phase for phase in reversed(phases) if phase.since <= at)

    @staticmethod
    def has_auction(exchange: str, day: dt.date) -> bool:
        """Whether some of an exchange's shares close in an auction; outside of it they go with the market."""
        return exchange in _AUCTIONED and day >= _AUCTION_SINCE

    def auction_phase(self, exchange: str, at: dt.datetime) -> Phase | None:
        """The state of the closing auction; None where there is none, or before it has begun for the day."""
        day = at.astimezone(IST).date()
        session = self.session(exchange, day)
        if session is None or day >= self._since or not self.has_auction(exchange, day):
            return None
        phases = [*_steps(session.close, _AUCTION), *_steps(session.close, _AFTER)]
        return next((phase for phase in reversed(phases) if phase.since <= at), None)

    def _phases(self, exchange: str, day: dt.date) -> list[Phase]:
        session = self.session(exchange, day)
        if session is None:
            return []
        opened = Phase("NORMAL_OPEN", session.open)
        if day >= self._since:  # it never closes
            return [opened]
        before = _BEFORE if exchange in _AUCTIONED else ()
        return [*_steps(session.open, before), opened, *_steps(session.close, _AFTER)]

    # As the API tells it

    def timings(self, day: dt.date) -> list[dict[str, Any]]:
        """The sessions of a day; none on a full holiday."""
        return _rows([(exchange, self.session(exchange, day)) for exchange in EXCHANGES])

    def holidays(self, year: int) -> list[dict[str, Any]]:
        """The days of a year that are not like others, in order."""
        special = {dt.date(year, *day): ("SETTLEMENT_HOLIDAY", why) for day, why in _SETTLEMENT.items()}
        special |= {day: ("TRADING_HOLIDAY", why) for day, why in _holidays(year).items()}
        if (muhurat := _muhurat(year)) is not None:
            special[muhurat] = ("SPECIAL_TIMING", "Diwali Laxmi Pujan")
        return [_holiday(day, *special[day]) for day in sorted(special)]


def _holiday(day: dt.date, kind: str, why: str) -> dict[str, Any]:
    sessions = [(exchange, _session(exchange, day)) for exchange in EXCHANGES]
    return {
        "date": day.isoformat(),
        "description": why,
        "holiday_type": kind,
        "closed_exchanges": [exchange for exchange, session in sessions if session is None],
        "open_exchanges": _rows(sessions),
    }


def _rows(sessions: list[tuple[str, Session | None]]) -> list[dict[str, Any]]:
    return [
        {
            "exchange": exchange,
            "start_time": int(session.open.timestamp() * 1000),
            "end_time": int(session.close.timestamp() * 1000),
        }
        for exchange, session in sessions
        if session is not None
    ]


# The rules


def _steps(moment: dt.datetime, steps: Iterable[tuple[int, str]]) -> list[Phase]:
    return [Phase(name, moment + dt.timedelta(minutes=minutes)) for minutes, name in steps]


def _at(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, IST)


@functools.lru_cache(maxsize=4096)
def _session(exchange: str, day: dt.date) -> Session | None:
    if day == _muhurat(day.year):
        return Session(_at(day, dt.time(18)), _at(day, dt.time(19)))
    if day.weekday() >= 5:
        return None
    holiday = _holidays(day.year).get(day)
    if holiday is not None and (exchange not in _COMMODITIES or holiday in _CLOSED_ALL_DAY):
        return None
    begin, end = dt.time(9, 15), dt.time(15, 30)
    if exchange in _COMMODITIES:
        begin = dt.time(17) if holiday is not None else dt.time(9)
        end = dt.time(23, 30) if _american_summer(day) else dt.time(23, 55)
    elif exchange in _CURRENCIES:
        begin, end = dt.time(9), dt.time(17)
    elif exchange in _FUTURES_AND_OPTIONS and day >= _AUCTION_SINCE:
        end = dt.time(15, 40)
    return Session(_at(day, begin), _at(day, end))


def _american_summer(day: dt.date) -> bool:
    """Whether New York keeps summer time: commodity trading follows it."""

    def sunday(month: int, number: int) -> dt.date:
        first = dt.date(day.year, month, 1)
        return first + dt.timedelta((6 - first.weekday()) % 7 + 7 * (number - 1))

    return sunday(3, 2) <= day < sunday(11, 1)


@functools.cache
def _holidays(year: int) -> dict[dt.date, str]:
    import holidays  # large; only who asks pays

    return dict(cast("Any", holidays.financial_holidays("XNSE", years=year)).items())


@functools.cache
def _muhurat(year: int) -> dt.date | None:
    """The day of the hour of Muhurat trading: Lakshmi Puja, also when that is a Sunday."""
    import holidays

    if year not in _KNOWN:
        return None
    known = {name: day for day, name in _holidays(year).items()}
    festivals: Any = holidays.country_holidays("IN", years=year)
    diwali = (day for day, name in sorted(festivals.items()) if name.startswith("Diwali"))
    return known.get("Diwali Lakshmi Puja") or next(diwali, None)
