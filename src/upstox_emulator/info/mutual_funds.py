"""The account's mutual funds: plans that buy regularly, their orders, and the units that have come of them.

https://upstox.com/developer/api-documentation/get-mutual-fund-holdings and the pages beside it. Nothing is kept: the
orders follow from the plans, the holdings from the orders, and the value of a unit from the Nifty 50 or from the days
that have passed.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal

import msgspec

from upstox_emulator.account.user import DEFAULT_USER
from upstox_emulator.calendar import Calendar
from upstox_emulator.clock import IST, ist_text
from upstox_emulator.info.chance import fraction, number, pick, whole
from upstox_emulator.info.periods import DAY, after_working_days, working_day

STATUSES: Final = (
    "ALL",
    "ARCHIVED",
    "NEW",
    "PENDING",
    "OPEN",
    "INPROCESS",
    "COMPLETED",
    "PLACED",
    "REJECTED",
    "CREATED",
    "PAYMENT_PENDING",
    "FAILED",
    "CANCELLED",
    "VERIFIED",
)
SIDES: Final = ("ALL", "BUY", "SELL")

_SHOWN: Final = 7 * DAY
_NEVER_ENDING: Final = 999  # instalments
_VALUED: Final = dt.date(2026, 3, 6)  # the day of the values below
_LEVEL: Final = 24_000  # of the Nifty 50, likewise

_PLACED_AT: Final = dt.time(9, 30)
_SENT_AT: Final = dt.time(15)
_ALLOTTED_AT: Final = dt.time(11)

_ENDS: Final = {
    "REJECTED": "Payment was not received before the cut-off time",
    "CANCELLED": "Cancelled by the account holder",
    "FAILED": "The registrar did not take the order",
}


class Fund(msgspec.Struct, frozen=True):
    """A fund: a unit's value at the beginning, growth in percent a year; or it goes with the shares."""

    isin: str
    name: str
    value: float
    growth: float | None = None


_SMALL: Final = Fund("INF200K01T51", "SBI SMALL CAP FUND - DIRECT PLAN - GROWTH", 175.43)
_ULTRA: Final = Fund("INF179KB15Q6", "HDFC Ultra S/T Fund Direct Growth", 16.12, 7.3)
_LIQUID: Final = Fund("INF109K01Q49", "ICICI Prudential Liquid Fund Direct Plan Growth", 401.55, 6.9)
_WEEKLY: Final = Fund("INF277K01YE6", "Tata Liquid Fund Direct Plan Growth", 4290.8, 6.8)
FUNDS: Final = (_SMALL, _ULTRA, _LIQUID, _WEEKLY)


class Plan(msgspec.Struct, frozen=True):
    """A plan to buy for an amount in rupees, every month or week from a day on; perhaps paused since another."""

    fund: Fund
    amount: float
    every: Literal["MONTHLY", "WEEKLY"]
    since: dt.date
    paused: dt.date | None = None

    def due(self, until: dt.date) -> list[dt.date]:
        """The days up to `until` on which it was to buy."""
        end = until if self.paused is None else min(until, self.paused)
        days: list[dt.date] = []
        day = self.since
        while day <= end:
            days.append(day)
            day = self.next(day)
        return days

    def next(self, day: dt.date) -> dt.date:
        """The due day after one."""
        if self.every == "WEEKLY":
            return day + 7 * DAY
        return (day.replace(day=1) + 32 * DAY).replace(day=day.day)


PLANS: Final = (
    Plan(_WEEKLY, 500.0, "WEEKLY", dt.date(2026, 1, 5)),
    Plan(_ULTRA, 300.0, "MONTHLY", dt.date(2025, 3, 11)),
    Plan(_SMALL, 2000.0, "MONTHLY", dt.date(2024, 8, 5)),
    Plan(_LIQUID, 1000.0, "MONTHLY", dt.date(2025, 1, 20), paused=dt.date(2025, 7, 1)),
)


class _Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order; `ends` is how one ends that buys nothing."""

    fund: Fund
    side: str
    amount: float
    placed: dt.datetime
    variety: str
    fresh: bool
    ends: str | None = None


class MutualFunds:
    """The account's funds.

    Parameters:
        seed: what ids and numbers follow from.
        level: the close of the Nifty 50 on a trading day that is over.
    """

    def __init__(self, seed: int, calendar: Calendar, level: Callable[[dt.date], float]) -> None:
        self._seed = seed
        self._calendar = calendar
        self._level = level

    def holdings(self, at: dt.datetime) -> list[dict[str, Any]]:
        """The units that are held."""
        valued = self._valued(at)
        rows: list[dict[str, Any]] = []
        for plan in PLANS:
            bought = [order for order in self._instalments(plan, at) if self._allotted(order) <= at]
            if not bought:
                continue
            quantity = round(sum(self._units(order) for order in bought), 3)
            average = round(sum(order.amount for order in bought) / quantity, 4)
            last = self.value(plan.fund, valued)
            rows.append(
                {
                    "instrument_key": plan.fund.isin,
                    "folio": self._folio(plan.fund),
                    "fund": plan.fund.name,
                    "pnl": round((last - average) * quantity, 2),
                    "quantity": quantity,
                    "average_price": average,
                    "last_price": last,
                    "last_price_date": str(valued),
                    "pledged_quantity": 0,
                }
            )
        return rows

    def orders(self, at: dt.datetime, status: str = "ALL", side: str = "ALL") -> list[dict[str, Any]]:
        """The orders of the last seven days, newest first."""
        rows = [self._row(order, at) for order in self._recent(at)]
        rows = [row for row in rows if status in {"ALL", row["status"]} and side in {"ALL", row["transaction_type"]}]
        return sorted(rows, key=lambda row: (row["order_timestamp"], row["order_id"]), reverse=True)

    def order(self, order_id: str, at: dt.datetime) -> dict[str, Any] | None:
        """One of all orders there have been; None if there is none of this id."""
        plans = (order for plan in PLANS for order in self._instalments(plan, at))
        found = (order for order in (*self._recent(at), *plans) if self._id(order) == order_id)
        return next((self._row(order, at) for order in found), None)

    def sips(self, at: dt.datetime) -> list[dict[str, Any]]:
        """The plans."""
        return [self._plan_row(plan, at) for plan in PLANS if plan.since <= at.date()]

    def value(self, fund: Fund, day: dt.date) -> float:
        """The value of a unit on a trading day, in rupees."""
        if fund.growth is None:
            return round(fund.value * math.pow(self._level(day) / _LEVEL, 1.1), 4)
        return round(fund.value * math.pow(1 + fund.growth / 100, (day - _VALUED).days / 365), 4)

    # Orders

    def _instalments(self, plan: Plan, at: dt.datetime) -> list[_Order]:
        """What a plan has bought, oldest first."""
        days = (working_day(self._calendar, day) for day in plan.due(at.date()))
        moments = [dt.datetime.combine(day, _PLACED_AT, IST) for day in days]
        return [
            _Order(fund=plan.fund, side="BUY", amount=plan.amount, placed=moment, variety="SIP", fresh=place == 0)
            for place, moment in enumerate(moments)
            if moment <= at
        ]

    def _recent(self, at: dt.datetime) -> list[_Order]:
        orders = [order for plan in PLANS for order in self._instalments(plan, at)]
        orders += self._others(at)
        return [order for order in orders if order.placed > at - _SHOWN]

    def _others(self, at: dt.datetime) -> Iterator[_Order]:
        """Orders beside the plans; none of them comes to anything."""
        for back in range(8):
            day = at.date() - back * DAY
            names = (self._seed, "fund order", day.toordinal())
            moment = dt.datetime.combine(day, dt.time(10, whole(0, 59, *names, "minute")), IST)
            if fraction(*names) < 0.5 and working_day(self._calendar, day) == day and moment <= at:
                yield _Order(
                    fund=pick(FUNDS, *names, "fund"),
                    side=pick(("BUY", "SELL"), *names, "side"),
                    amount=500.0 * whole(1, 10, *names, "amount"),
                    placed=moment,
                    variety="REGULAR",
                    fresh=True,
                    ends=pick(tuple(_ENDS), *names, "end"),
                )

    def _allotted(self, order: _Order) -> dt.datetime:
        return dt.datetime.combine(after_working_days(self._calendar, order.placed.date(), 1), _ALLOTTED_AT, IST)

    def _units(self, order: _Order) -> float:
        return round(order.amount / self._price(order), 3)

    def _price(self, order: _Order) -> float:
        return self.value(order.fund, order.placed.date())

    def _status(self, order: _Order, at: dt.datetime) -> str:
        if at >= self._allotted(order):
            return order.ends or "COMPLETED"
        return "PLACED" if at < dt.datetime.combine(order.placed.date(), _SENT_AT, IST) else "INPROCESS"

    def _row(self, order: _Order, at: dt.datetime) -> dict[str, Any]:
        status = self._status(order, at)
        done = status == "COMPLETED"
        price = self._price(order) if done else 0.0
        count = str(whole(200_000_000, 299_999_999, self._seed, self._id(order), "exchange"))
        return {
            "instrument_key": order.fund.isin,
            "status": status,
            "status_message": _ENDS.get(status, ""),
            "folio": self._folio(order.fund) if done else "",
            "fund": order.fund.name,
            "amount": order.amount,
            "quantity": self._units(order) if done else 0.0,
            "price": price,
            "order_id": self._id(order),
            "exchange_order_id": count,
            "order_timestamp": ist_text(order.placed),
            "exchange_timestamp": ist_text(self._allotted(order)) if done else None,
            "transaction_type": order.side,
            "last_price": price,
            "average_price": price,
            "settlement_id": count,
            "variety": order.variety,
            "purchase_type": "FRESH" if order.fresh else "ADDITIONAL",
            "last_price_date": str(self._valued(at)),
        }

    # Names and numbers

    def _valued(self, at: dt.datetime) -> dt.date:
        """The day of the latest values; they are told in the night."""
        return self._calendar.previous("NSE", at.date())

    def _id(self, order: _Order) -> str:
        names = (self._seed, order.fund.isin, order.variety, int(order.placed.timestamp()))
        text = f"{number(*names):016x}{number(*names, 'more'):016x}"
        return "-".join((DEFAULT_USER.user_id, text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def _folio(self, fund: Fund) -> str:
        return str(whole(1_000_000_000, 9_999_999_999, self._seed, fund.isin, "folio"))

    def _plan_row(self, plan: Plan, at: dt.datetime) -> dict[str, Any]:
        bought = len(self._instalments(plan, at))
        due = plan.due(at.date())
        return {
            "instrument_key": plan.fund.isin,
            "fund": plan.fund.name,
            "dividend_type": "Growth",
            "status": "ACTIVE" if plan.paused is None or at.date() <= plan.paused else "PAUSED",
            "created": _day_text(plan.since),
            "frequency": plan.every,
            "instalments": _NEVER_ENDING,
            "sip_id": str(whole(130_000_000, 139_999_999, self._seed, plan.fund.isin, "sip")),
            "transaction_type": "BUY",
            "next_instalment": _day_text(plan.next(due[-1])),
            "instalment_amount": plan.amount,
            "last_instalment": _day_text(due[-1]),
            "pending_instalments": _NEVER_ENDING - bought,
            "instalment_day": plan.since.day if plan.every == "MONTHLY" else plan.since.isoweekday(),
            "trigger_price": 0.0,
            "sip_type": "Auto",
            "completed_instalments": bought,
        }


def _day_text(day: dt.date) -> str:
    return f"{day} 00:00:00.0"
