"""Open interest of an option chain: by strike, its change, the put-call ratio and the strike of the least pay-out.

https://upstox.com/developer/api-documentation/get-oi and the pages that follow it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np

from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.catalog import Catalog
from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT, Instrument
from upstox_emulator.market.view import MarketView
from upstox_emulator.units import Price, rupees

SINCE: Final = dt.date(2001, 1, 1)
"""Nothing is known of the days before."""

_SECOND: Final = dt.timedelta(seconds=1)


class Strike(NamedTuple):
    """A strike; a side that is not listed has nothing open."""

    price: Price
    calls: int
    puts: int


class OpenInterest:
    """What the market says of the chains."""

    def __init__(self, catalog: Catalog, market: MarketView, calendar: Calendar) -> None:
        self._catalog = catalog
        self._market = market
        self._calendar = calendar

    def is_chain(self, underlying: str, expiry: dt.date, day: dt.date) -> bool:
        """Whether options on the underlying that end at `expiry` are listed on a day."""
        return bool(self._catalog.chain(underlying, expiry, day))

    def by_strike(self, underlying: str, expiry: dt.date, day: dt.date, now: dt.datetime) -> dict[str, Any]:
        """Open interest of each strike at the end of a day, or as it stands."""
        moment = self._end(self._exchange(underlying, expiry, day), day, now)
        strikes = self._strikes(underlying, expiry, moment)
        return {
            "total_puts": sum(strike.puts for strike in strikes),
            "total_calls": sum(strike.calls for strike in strikes),
            "spot_closing_price": self._spot(underlying, moment),
            "expiry": str(expiry),
            "call_put_oi_data_list": [
                {"call_oi": strike.calls, "put_oi": strike.puts, "strike_price": rupees(strike.price)}
                for strike in strikes
            ],
        }

    def change(self, underlying: str, expiry: dt.date, day: dt.date, sessions: int, now: dt.datetime) -> dict[str, Any]:
        """How the open interest of each strike has changed over some sessions."""
        exchange = self._exchange(underlying, expiry, day)
        moment = self._end(exchange, day, now)
        strikes = self._strikes(underlying, expiry, moment)
        first = moment.date()
        for _ in range(sessions):
            first = self._calendar.previous(exchange, first)
        before = [] if first < SINCE else self._strikes(underlying, expiry, self._close(exchange, first))
        earlier = {strike.price: strike for strike in before}
        changed = [
            Strike(it.price, it.calls - then.calls, it.puts - then.puts)
            for it in strikes
            for then in [earlier.get(it.price, Strike(it.price, 0, 0))]
        ]
        return {
            "total_put_change_oi": sum(strike.puts for strike in changed),
            "total_call_change_oi": sum(strike.calls for strike in changed),
            "spot_closing_price": self._spot(underlying, moment),
            "expiry": str(expiry),
            "call_put_oi_data_list": [
                {
                    "strike_price": rupees(strike.price),
                    "call_change_oi": strike.calls,
                    "put_change_oi": strike.puts,
                }
                for strike in changed
            ],
        }

    def put_call_ratio(
        self, underlying: str, expiry: dt.date, day: dt.date, minutes: int, now: dt.datetime
    ) -> dict[str, Any]:
        """Open puts to open calls, at the end and through the day."""
        return self._through(underlying, expiry, day, minutes, now, "pcr", _ratio)

    def max_pain(
        self, underlying: str, expiry: dt.date, day: dt.date, minutes: int, now: dt.datetime
    ) -> dict[str, Any]:
        """The strike at which the options would pay least, at the end and through the day."""
        return self._through(underlying, expiry, day, minutes, now, "max_pain", _least_pay_out)

    def _through(
        self, underlying: str, expiry: dt.date, day: dt.date, minutes: int, now: dt.datetime, name: str, figure: Any
    ) -> dict[str, Any]:
        exchange = self._exchange(underlying, expiry, day)
        end = self._end(exchange, day, now)
        return {
            "instrument_key": underlying,
            "expiry_date": f"{expiry:%d-%m-%Y}",
            name: figure(self._strikes(underlying, expiry, end)),
            "spot_closing_price": self._spot(underlying, end),
            "insights": [
                {
                    name: figure(self._strikes(underlying, expiry, moment)),
                    "spot_price": self._spot(underlying, moment),
                    "time": f"{moment:%H:%M}",
                }
                for moment in self._moments(exchange, end, minutes)
            ],
        }

    def _moments(self, exchange: str, end: dt.datetime, minutes: int) -> Iterator[dt.datetime]:
        """From the opening of the session on, while it lasts and is not in the future."""
        session = self._calendar.session(exchange, end.date())
        moment = end if session is None else session.open
        while moment <= end:
            yield moment
            moment += dt.timedelta(minutes=minutes)

    def _strikes(self, underlying: str, expiry: dt.date, moment: dt.datetime) -> list[Strike]:
        chain = self._catalog.chain(underlying, expiry, moment.date())
        ticks = self._market.ticks([option.key for option in chain], moment.timestamp())
        strikes: dict[Price, Strike] = {}
        for option, tick in zip(chain, ticks, strict=True):
            strike = strikes.get(option.strike, Strike(option.strike, 0, 0))
            side = {"calls": tick.oi} if option.kind == "CE" else {"puts": tick.oi}
            strikes[option.strike] = strike._replace(**side)
        return [strikes[price] for price in sorted(strikes)]

    def _spot(self, underlying: str, moment: dt.datetime) -> float:
        return rupees(self._market.last(underlying, moment.timestamp()))

    def _exchange(self, underlying: str, expiry: dt.date, day: dt.date) -> str:
        option: Instrument = self._catalog.chain(underlying, expiry, day)[0]
        return EXCHANGE_OF_SEGMENT[option.segment]

    def _end(self, exchange: str, day: dt.date, now: dt.datetime) -> dt.datetime:
        """The last moment of the latest session up to a day, that is not in the future."""
        if self._calendar.session(exchange, day) is None:
            day = self._calendar.previous(exchange, day)
        return min(self._close(exchange, day), now)

    def _close(self, exchange: str, day: dt.date) -> dt.datetime:
        session = self._calendar.session(exchange, day)
        if session is None:
            raise ValueError(f"{exchange} has no session on {day}")
        return session.close - _SECOND  # a session around the clock ends with its day


def _ratio(strikes: list[Strike]) -> float:
    calls = sum(strike.calls for strike in strikes)
    return sum(strike.puts for strike in strikes) / calls if calls else 0.0


def _least_pay_out(strikes: list[Strike]) -> float:
    prices = np.array([strike.price for strike in strikes], dtype=np.float64)
    calls = np.array([strike.calls for strike in strikes], dtype=np.float64)
    puts = np.array([strike.puts for strike in strikes], dtype=np.float64)
    above = np.maximum(prices[:, None] - prices[None, :], 0.0)  # how far each settlement is above each strike
    pay_out = above @ calls + above.T @ puts
    return rupees(int(prices[int(np.argmin(pay_out))]))
