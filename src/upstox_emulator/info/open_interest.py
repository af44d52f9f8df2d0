"""Open interest of an option chain: by strike, its change, the put-call ratio and the strike of the least pay-out.

https://upstox.com/developer/api-documentation/get-oi and the pages that follow it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.catalog import Catalog
from upstox_emulator.catalog.instrument import EXCHANGE_OF_SEGMENT, Instrument
from upstox_emulator.market.market import Market
from upstox_emulator.market.noise import Ints
from upstox_emulator.units import Price, rupees

SINCE: Final = dt.date(2001, 1, 1)
"""Nothing is known of the days before."""

_SECOND: Final = dt.timedelta(seconds=1)


class Table(NamedTuple):
    """Open interest of a chain, a row a moment and a column a strike; a side that is not listed has nothing open."""

    prices: Ints
    calls: Ints
    puts: Ints

    def lists(self) -> tuple[list[Price], list[int], list[int]]:
        """The strikes, and what is open of calls and puts at the first moment."""
        return self.prices.tolist(), self.calls[0].tolist(), self.puts[0].tolist()


Figures: TypeAlias = Callable[[Table], list[float]]
"""Something that follows from a chain at each moment."""


class OpenInterest:
    """What the market says of the chains."""

    def __init__(self, catalog: Catalog, market: Market, calendar: Calendar) -> None:
        self._catalog = catalog
        self._market = market
        self._calendar = calendar

    def is_chain(self, underlying: str, expiry: dt.date, day: dt.date) -> bool:
        """Whether options on the underlying that end at `expiry` are listed on a day."""
        return bool(self._catalog.chain(underlying, expiry, day))

    def by_strike(self, underlying: str, expiry: dt.date, day: dt.date, now: dt.datetime) -> dict[str, Any]:
        """Open interest of each strike at the end of a day, or as it stands."""
        moment = self._end(self._exchange(underlying, expiry, day), day, now)
        prices, calls, puts = self._table(underlying, expiry, [moment]).lists()
        return {
            "total_puts": sum(puts),
            "total_calls": sum(calls),
            "spot_closing_price": self._spot(underlying, moment),
            "expiry": str(expiry),
            "call_put_oi_data_list": [
                {"call_oi": call, "put_oi": put, "strike_price": rupees(price)}
                for price, call, put in zip(prices, calls, puts, strict=True)
            ],
        }

    def change(self, underlying: str, expiry: dt.date, day: dt.date, sessions: int, now: dt.datetime) -> dict[str, Any]:
        """How the open interest of each strike has changed over some sessions."""
        exchange = self._exchange(underlying, expiry, day)
        moment = self._end(exchange, day, now)
        first = moment.date()
        for _ in range(sessions):
            first = self._calendar.previous(exchange, first)
        earlier: dict[Price, tuple[int, int]] = {}
        if first >= SINCE:
            prices, calls, puts = self._table(underlying, expiry, [self._close(exchange, first)]).lists()
            earlier = dict(zip(prices, zip(calls, puts, strict=True), strict=True))
        changed = [
            (price, call - earlier.get(price, (0, 0))[0], put - earlier.get(price, (0, 0))[1])
            for price, call, put in zip(*self._table(underlying, expiry, [moment]).lists(), strict=True)
        ]
        return {
            "total_put_change_oi": sum(put for _, _, put in changed),
            "total_call_change_oi": sum(call for _, call, _ in changed),
            "spot_closing_price": self._spot(underlying, moment),
            "expiry": str(expiry),
            "call_put_oi_data_list": [
                {"strike_price": rupees(price), "call_change_oi": call, "put_change_oi": put}
                for price, call, put in changed
            ],
        }

    def put_call_ratio(
        self, underlying: str, expiry: dt.date, day: dt.date, minutes: int, now: dt.datetime
    ) -> dict[str, Any]:
        """Open puts to open calls, at the end and through the day."""
        return self._through(underlying, expiry, day, minutes, now, "pcr", ratios)

    def max_pain(
        self, underlying: str, expiry: dt.date, day: dt.date, minutes: int, now: dt.datetime
    ) -> dict[str, Any]:
        """The strike at which the options would pay least, at the end and through the day."""
        return self._through(underlying, expiry, day, minutes, now, "max_pain", least_pay_outs)

    def _through(
        self,
        underlying: str,
        expiry: dt.date,
        day: dt.date,
        minutes: int,
        now: dt.datetime,
        name: str,
        figures: Figures,
    ) -> dict[str, Any]:
        exchange = self._exchange(underlying, expiry, day)
        end = self._end(exchange, day, now)
        moments = [*self._moments(exchange, end, minutes), end]
        *through, last = figures(self._table(underlying, expiry, moments))
        return {
            "instrument_key": underlying,
            "expiry_date": f"{expiry:%d-%m-%Y}",
            name: last,
            "spot_closing_price": self._spot(underlying, end),
            "insights": [
                {name: figure, "spot_price": self._spot(underlying, moment), "time": f"{moment:%H:%M}"}
                for figure, moment in zip(through, moments[:-1], strict=True)
            ],
        }

    def _moments(self, exchange: str, end: dt.datetime, minutes: int) -> Iterator[dt.datetime]:
        """From the opening of the session on, while it lasts and is not in the future."""
        session = self._calendar.session(exchange, end.date())
        moment = end if session is None else session.open
        while moment <= end:
            yield moment
            moment += dt.timedelta(minutes=minutes)

    def _table(self, underlying: str, expiry: dt.date, moments: Sequence[dt.datetime]) -> Table:
        """The chain at moments of one day."""
        chain = self._catalog.chain(underlying, expiry, moments[0].date())
        open_ = self._market.interests([option.key for option in chain], [moment.timestamp() for moment in moments]).T
        prices, columns = np.unique([option.strike for option in chain], return_inverse=True)
        are_calls = np.array([option.kind == "CE" for option in chain], dtype=np.bool_)
        table = Table(prices, *(np.zeros((len(moments), len(prices)), dtype=np.int64) for _ in range(2)))
        table.calls[:, columns[are_calls]] = open_[:, are_calls]
        table.puts[:, columns[~are_calls]] = open_[:, ~are_calls]
        return table

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


def ratios(table: Table) -> list[float]:
    """Open puts to open calls at each moment."""
    calls, puts = table.calls.sum(axis=1).tolist(), table.puts.sum(axis=1).tolist()
    return [put / call if call else 0.0 for call, put in zip(calls, puts, strict=True)]


def least_pay_outs(table: Table) -> list[float]:
    """The strike at which the options would pay least, at each moment; the lowest of several."""
    prices, calls, puts = table
    below, above = calls.cumsum(axis=1), puts.sum(axis=1)[:, None] - puts.cumsum(axis=1)
    worth_below = (prices * calls).cumsum(axis=1)
    worth_above = (prices * puts).sum(axis=1)[:, None] - (prices * puts).cumsum(axis=1)
    pay_out = (prices * below - worth_below) + (worth_above - prices * above)
    return [rupees(price) for price in prices[pay_out.argmin(axis=1)].tolist()]
