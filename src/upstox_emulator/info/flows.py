"""What foreign and domestic institutions bought, sold and hold.

https://upstox.com/developer/api-documentation/get-fii-data. What is held drifts; what is bought and sold in a session
is its change, on top of a turnover of both sides. Amounts are in crore rupees, and go with the Nifty 50.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

import msgspec

from upstox_emulator.calendar import Calendar
from upstox_emulator.clock import IST
from upstox_emulator.info.chance import between, wave
from upstox_emulator.info.periods import DAY

CASH: Final = "NSE_EQ|CASH"
FII_TYPES: Final = (
    "NSE_FO|INDEX_FUTURES",
    "NSE_FO|STOCK_FUTURES",
    "NSE_FO|INDEX_OPTIONS",
    "NSE_FO|STOCK_OPTIONS",
    CASH,
)
DII_TYPES: Final = (CASH,)

SINCE: Final = dt.date(2026, 4, 1)
"""Nothing is known of the sessions before."""

_SESSIONS: Final = 30
_MONTHS: Final = 12
_LEVEL: Final = 24_000  # of the Nifty 50, at which the figures below hold


class _Market(msgspec.Struct, frozen=True):
    """The derivatives of a type: contracts held on each side, contracts bought in a session, crore rupees of one."""

    held: float
    turnover: float
    worth: float
    sides: tuple[str, ...]


_FUTURES: Final = ("total_long_contracts", "total_short_contracts")
_OPTIONS: Final = (
    "total_call_long_contracts",
    "total_put_long_contracts",
    "total_call_short_contracts",
    "total_put_short_contracts",
)
_MARKETS: Final = {
    "NSE_FO|INDEX_FUTURES": _Market(130_000, 38_000, 0.18, _FUTURES),
    "NSE_FO|STOCK_FUTURES": _Market(3_600_000, 340_000, 0.063, _FUTURES),
    "NSE_FO|INDEX_OPTIONS": _Market(500_000, 5_000_000, 0.157, _OPTIONS),
    "NSE_FO|STOCK_OPTIONS": _Market(160_000, 420_000, 0.066, _OPTIONS),
}


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A session, or a month, as the endpoint shows it; what does not apply is 0."""

    time_stamp: int
    buy_amount: float
    sell_amount: float
    buy_contracts: int = 0
    sell_contracts: int = 0
    oi_contracts: int = 0
    oi_amount: float = 0.0
    total_long_contracts: int = 0
    total_short_contracts: int = 0
    total_call_long_contracts: int = 0
    total_put_long_contracts: int = 0
    total_call_short_contracts: int = 0
    total_put_short_contracts: int = 0


class Flows:
    """The flows of both kinds of institutions.

    Parameters:
        seed: what they follow from.
        level: the close of the Nifty 50 on a trading day that is over.
    """

    def __init__(self, seed: int, calendar: Calendar, level: Callable[[dt.date], float]) -> None:
        self._seed = seed
        self._calendar = calendar
        self._level = level

    def daily(self, who: str, kind: str, until: dt.date | None, today: dt.date) -> list[dict[str, Any]]:
        """The latest thirty sessions up to a day, newest first; today's is told tomorrow.

        Parameters:
            who: `fii` or `dii`. kind: the data type.
            until: the last day wanted; None for the latest.
        """
        last = today - DAY if until is None else min(until, today - DAY)
        days = self._sessions(last, _SESSIONS)
        return [msgspec.to_builtins(self._session(who, kind, day)) for day in days]

    def monthly(self, who: str, kind: str, until: dt.date | None, today: dt.date) -> list[dict[str, Any]]:
        """The latest twelve months, newest first, each as far as its sessions are over."""
        last = today - DAY if until is None else min(until, today - DAY)
        months: dict[dt.date, list[dt.date]] = {}
        for day in self._sessions(last, 31 * _MONTHS):
            months.setdefault(day.replace(day=1), []).append(day)
        told = list(months.items())[:_MONTHS]
        return [msgspec.to_builtins(self._month(who, kind, month, days)) for month, days in told]

    def _sessions(self, last: dt.date, count: int) -> list[dt.date]:
        days: list[dt.date] = []
        while last >= SINCE and len(days) < count:
            if self._calendar.session("NSE", last) is not None:
                days.append(last)
            last -= DAY
        return days

    def _month(self, who: str, kind: str, month: dt.date, days: list[dt.date]) -> Flow:
        flows = [self._session(who, kind, day) for day in days]
        return msgspec.structs.replace(
            flows[0],  # what is held is what was held last
            time_stamp=_midnight(month),
            buy_amount=round(sum(flow.buy_amount for flow in flows), 2),
            sell_amount=round(sum(flow.sell_amount for flow in flows), 2),
            buy_contracts=sum(flow.buy_contracts for flow in flows),
            sell_contracts=sum(flow.sell_contracts for flow in flows),
        )

    def _session(self, who: str, kind: str, day: dt.date) -> Flow:
        return self._cash(who, day) if kind == CASH else self._derivatives(kind, day)

    def _cash(self, who: str, day: dt.date) -> Flow:
        """Foreigners follow the market, and others take the other side of a part of it."""
        before = self._calendar.previous("NSE", day)
        move = self._level(day) / self._level(before) - 1
        scale = self._level(day) / _LEVEL
        foreign = 150_000 * move + 1_800 * wave(day.toordinal(), self._seed, "foreign cash") - 400
        net = foreign if who == "fii" else -0.8 * foreign + 900 * wave(day.toordinal(), self._seed, "domestic cash")
        turnover = between(11_000, 16_000, self._seed, who, "cash", day.toordinal()) + abs(net)
        return Flow(
            time_stamp=_midnight(day),
            buy_amount=round((turnover + net / 2) * scale, 2),
            sell_amount=round((turnover - net / 2) * scale, 2),
        )

    def _derivatives(self, kind: str, day: dt.date) -> Flow:
        market, scale = _MARKETS[kind], self._level(day) / _LEVEL
        held = self._held(kind, day)
        before = self._held(kind, self._calendar.previous("NSE", day))
        change = sum(_net(side) * (held[side] - before[side]) for side in market.sides)
        turnover = round(market.turnover * between(0.75, 1.3, self._seed, kind, day.toordinal()))
        bought = turnover + max(change, 0)
        sold = bought - change
        worth = market.worth * scale
        return Flow(
            time_stamp=_midnight(day),
            buy_amount=round(bought * worth, 2),
            sell_amount=round(sold * worth, 2),
            buy_contracts=bought,
            sell_contracts=sold,
            oi_contracts=sum(held.values()),
            oi_amount=round(sum(held.values()) * worth, 2),
            **held,
        )

    def _held(self, kind: str, day: dt.date) -> dict[str, int]:
        market = _MARKETS[kind]
        return {
            side: round(
                market.held
                * between(0.7, 1.3, self._seed, kind, side)
                * (1 + 0.25 * wave(day.toordinal() / 6, self._seed, kind, side, "held"))
            )
            for side in market.sides
        }


def _net(side: str) -> int:
    return 1 if "long" in side else -1


def _midnight(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(), IST).timestamp() * 1000)
