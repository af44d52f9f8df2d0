"""A small world for the account: a few instruments, prices that stand where they are put, trades at will."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from upstox_emulator.account.account import Account
from upstox_emulator.account.funds import Funds
from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.clock import IST
from upstox_emulator.exchange.orders import Order, Trade
from upstox_emulator.market.view import Greeks, Tick
from upstox_emulator.units import Price, price

SHARE, SHARE_BSE, OTHER = "NSE_EQ|INE000A01010", "BSE_EQ|INE000A01010", "NSE_EQ|INE000B01018"
INDEX, DOLLAR, OIL = "NSE_INDEX|Index", "CUR|USDINR", "COM|CRUDEOIL"
FUTURE, LATER, CALL, HIGH, PUT = (f"NSE_FO|{token}" for token in range(1, 6))
DOLLAR_FUTURE, OIL_FUTURE, OIL_CALL = "NCD_FO|6", "MCX_FO|7", "MCX_FO|8"

MONDAY = dt.date(2026, 11, 30)
EXPIRY = dt.date(2026, 12, 2)


def _share(key: str, symbol: str, isin: str, **more: Any) -> Instrument:
    segment = key.partition("|")[0]
    return Instrument(
        key=key, segment=segment, exchange=segment[:3], kind="EQ", name=f"{symbol} LTD.", symbol=symbol,
        compact=symbol, token=key[-3:], isin=isin, **more,
    )  # fmt: skip


def _contract(key: str, kind: str, symbol: str, underlying: str, type_: str, **more: Any) -> Instrument:
    segment = key.partition("|")[0]
    settings: dict[str, Any] = {"expiry": EXPIRY, **more}
    return Instrument(
        key=key, segment=segment, exchange=segment[:3], kind=kind, name=symbol, symbol=f"{symbol} {kind}",
        compact=symbol, token=key[-1], underlying=underlying, underlying_symbol=symbol, underlying_type=type_,
        **settings,
    )  # fmt: skip


INSTRUMENTS = {
    one.key: one
    for one in (
        _share(SHARE, "ACME", "INE000A01010", mtf_bracket=25.0, intraday_margin=20.0),
        _share(SHARE_BSE, "ACME", "INE000A01010"),
        _share(OTHER, "BELL", "INE000B01018"),
        _contract(FUTURE, "FUT", "INDEX", INDEX, "INDEX", lot=50),
        _contract(LATER, "FUT", "INDEX", INDEX, "INDEX", lot=50, expiry=dt.date(2026, 12, 30)),
        _contract(CALL, "CE", "INDEX", INDEX, "INDEX", lot=50, strike=price(20_000)),
        _contract(HIGH, "CE", "INDEX", INDEX, "INDEX", lot=50, strike=price(20_500)),
        _contract(PUT, "PE", "INDEX", INDEX, "INDEX", lot=50, strike=price(20_000)),
        _contract(DOLLAR_FUTURE, "FUT", "USDINR", DOLLAR, "CUR", multiplier=1000),
        _contract(OIL_FUTURE, "FUT", "CRUDEOIL", OIL, "COM", lot=100),
        _contract(OIL_CALL, "CE", "CRUDEOIL", OIL_FUTURE, "COM", lot=100, strike=price(6_000)),
    )
}

PRICES = {
    SHARE: 100, SHARE_BSE: 100, OTHER: 250, INDEX: 20_000, FUTURE: 20_050, LATER: 20_150, CALL: 150, HIGH: 20,
    PUT: 140, DOLLAR: 83.6, DOLLAR_FUTURE: 83.6, OIL: 6_000, OIL_FUTURE: 6_000, OIL_CALL: 200,
}  # fmt: skip


class Listed:
    def find(self, key: str, day: dt.date) -> Instrument | None:
        found = INSTRUMENTS.get(key)
        return found if found is not None and (found.expiry is None or found.expiry >= day) else None


class StillMarket:
    """Prices stand where they are put; the close of a day is the price of the moment."""

    def __init__(self) -> None:
        self.prices: dict[str, Price] = {key: price(value) for key, value in PRICES.items()}

    def last(self, key: str, at: float) -> Price:
        return self.prices[key]

    def close(self, key: str, day: dt.date) -> Price:
        return self.prices[key]

    def tick(self, key: str, at: float) -> Tick:
        last = self.prices[key]
        return Tick(
            at=at, last=last, last_quantity=1, last_at=at, open=last, high=last, low=last,
            previous_close=price(PRICES[key]), average=last, volume=1,
        )  # fmt: skip

    def ticks(self, keys: Sequence[str], at: float) -> list[Tick]:
        return [self.tick(key, at) for key in keys]

    def greeks(self, key: str, at: float) -> Greeks:
        return Greeks(iv=0.15, delta=0.5, gamma=0.0, theta=0.0, vega=0.0, rho=0.0, pop=50.0)


class World:
    def __init__(self, cash: float = 1_000_000, pledged: float = 0) -> None:
        from decimal import Decimal

        self.market: Any = StillMarket()
        self.funds = Funds()
        self.funds.opening, self.funds.added = Decimal(str(cash)), Decimal(0)
        self.funds.pledged = Decimal(str(pledged))
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.calendar = Calendar("calendar", MONDAY)
        self.account = Account(
            Listed(), self.market, self.calendar, self.funds, lambda kind, message: self.told.append((kind, message))
        )
        self.at = dt.datetime.combine(MONDAY, dt.time(10), IST)
        self._made = 0

    # Orders

    def order(self, key: str, side: Any, quantity: int, rupees: float | None = None, product: Any = "I", **more: Any):
        self._made += 1
        at_price = self.market.prices[key] if rupees is None else price(rupees)
        settings: dict[str, Any] = {
            "order_id": str(self._made), "key": key, "side": side, "order_type": "LIMIT", "product": product,
            "validity": "DAY", "quantity": quantity, "price": at_price, "trigger": 0, "disclosed": 0,
            "protection": -1, "placed_at": self.at, "changed_at": self.at, "placed_by": "EM1234", "status": "open",
        }  # fmt: skip
        return Order(**(settings | more))

    def fill(self, order: Order, quantity: int | None = None, rupees: float | None = None) -> None:
        quantity = order.pending if quantity is None else quantity
        at_price = order.price if rupees is None else price(rupees)
        order.filled += quantity
        order.turnover += quantity * at_price
        if order.filled == order.quantity:
            order.status = "complete"
        self._made += 1
        trade = Trade(
            trade_id=f"T{self._made}", order_id=order.order_id, exchange_order_id="X", key=order.key, side=order.side,
            product=order.product, order_type="LIMIT", quantity=quantity, price=at_price, at=self.at,
        )  # fmt: skip
        self.account.book(order, trade)

    def trade(self, key: str, side: Any, quantity: int, rupees: float | None = None, product: Any = "I") -> Order:
        order = self.order(key, side, quantity, rupees, product)
        self.account.block(order, self.at)
        self.fill(order)
        self.account.release(order)
        return order

    # Time

    def close(self, exchange: str) -> None:
        session = self.calendar.session(exchange, self.at.date())
        if session is not None:
            self.account.on_close(exchange, session.close)

    def night(self, *, days: int = 1) -> None:
        """Close everything and go on to ten o'clock of another day."""
        for _ in range(days):
            for exchange in ("NSE", "BSE", "NFO", "CDS", "MCX"):
                self.close(exchange)
            self.at = dt.datetime.combine(self.at.date() + dt.timedelta(1), dt.time(), IST)
            self.account.roll(self.at)
        self.at += dt.timedelta(hours=10)

    # What there is

    @property
    def cash(self) -> float:
        return float(self.funds.cash(self.account.usage(self.at)))

    @property
    def usage(self) -> Any:
        return self.account.usage(self.at)

    def row(self, key: str, product: Any = "I") -> dict[str, Any]:
        rows = self.account.position_rows(self.at, mtf=product == "MTF")
        return next(row for row in rows if row["instrument_token"] == key and row["product"] == product)

    def messages(self, kind: str) -> list[dict[str, Any]]:
        return [message for told, message in self.told if told == kind]
