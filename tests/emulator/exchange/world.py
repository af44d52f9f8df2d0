"""A small world for the exchange: a few instruments, a market that does as it is told, a desk that allows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from upstox_emulator import IST
from upstox_emulator.calendar import Calendar, Hours
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.exchange.checks import Change, Wish
from upstox_emulator.exchange.desk import Net, Rejection
from upstox_emulator.exchange.exchange import Exchange
from upstox_emulator.exchange.orders import Order, Trade
from upstox_emulator.market.view import Depth, Level, Tick
from upstox_emulator.units import Price, price

SHARE = "NSE_EQ|INE062A01020"
OTHER = "NSE_EQ|INE848E01016"
FUTURE = "NSE_FO|51059"
OPTION = "NSE_FO|62864"
MCX = "MCX_FO|436245"
INDEX = "NSE_INDEX|Nifty 50"
SUSPENDED = "NSE_EQ|INE000X01011"

MORNING = dt.datetime(2026, 11, 23, 10, 0, tzinfo=IST)  # a Monday


def share(key: str, symbol: str, **fields: Any) -> Instrument:
    wanted: dict[str, Any] = {"intraday_margin": 20.0, "mtf_bracket": 25.0} | fields
    return Instrument(
        key=key, segment="NSE_EQ", exchange="NSE", kind="EQ", name=symbol, symbol=symbol, compact=symbol, token="1",
        tick=500, freeze=1000, **wanted,
    )  # fmt: skip


def contract(key: str, segment: str, kind: str, **fields: Any) -> Instrument:
    wanted: dict[str, Any] = {"lot": 65, "freeze": 1800, "tick": 500, "expiry": dt.date(2026, 12, 31)} | fields
    return Instrument(
        key=key, segment=segment, exchange=segment[:3], kind=kind, name="NIFTY", symbol="NIFTY FUT 31 DEC 26",
        compact="NIFTY26DECFUT", token="2", **wanted,
    )  # fmt: skip


INSTRUMENTS = {
    one.key: one
    for one in (
        share(SHARE, "SBIN"),
        share(OTHER, "NHPC", intraday_margin=None, mtf_bracket=None),
        share(SUSPENDED, "GONE", suspended=True),
        contract(FUTURE, "NSE_FO", "FUT"),
        contract(OPTION, "NSE_FO", "CE", strike=price(23000)),
        contract(MCX, "MCX_FO", "FUT", lot=100, freeze=100, tick=10_000),
        Instrument(
            key=INDEX, segment="NSE_INDEX", exchange="NSE", kind="INDEX", name="Nifty 50", symbol="NIFTY",
            compact="Nifty 50", token="3",
        ),
    )
}  # fmt: skip


class Listed:
    """A catalogue of `INSTRUMENTS`; contracts end after their expiry."""

    def find(self, key: str, day: dt.date) -> Instrument | None:
        found = INSTRUMENTS.get(key)
        return None if found is None or (found.expiry is not None and day > found.expiry) else found


class ScriptedMarket:
    """Prices stay where they are until they are set; each second trades `volume`, unless told otherwise.

    The depth: five levels a side, `size` units each, a tick apart, from a tick beside the last price.
    """

    def __init__(self, start: float = 100.0) -> None:
        self.start = price(start)
        self.moves: dict[str, list[tuple[float, Price]]] = {}
        self.volume = 10
        self.volumes: dict[float, int] = {}
        self.size = 100
        self.books: dict[str, Depth] = {}
        self.asked = 0

    def set(self, key: str, at: dt.datetime, rupees: float) -> None:
        self.moves.setdefault(key, []).append((at.timestamp(), price(rupees)))
        self.moves[key].sort()

    def last(self, key: str, at: float) -> Price:
        found = self.start
        for moment, value in self.moves.get(key, ()):
            if moment <= at:
                found = value
        return found

    def extremes(self, key: str, after: float, until: float) -> tuple[Price, Price]:
        self.asked += 1
        seen = [self.last(key, int(after) + 1)]
        seen += [value for moment, value in self.moves.get(key, ()) if after < moment <= until]
        return min(seen), max(seen)

    def tick(self, key: str, at: float) -> Tick:
        last = self.last(key, at)
        traded = int(at) % 1_000_000 * self.volume + sum(v for moment, v in self.volumes.items() if moment <= at)
        return Tick(
            at=at, last=last, last_quantity=1, last_at=at, open=last, high=last, low=last, previous_close=self.start,
            average=last, volume=traded, lower_circuit=price(80), upper_circuit=price(120),
        )  # fmt: skip

    def depth(self, key: str, at: float, levels: int = 5) -> Depth:
        if key in self.books:
            return self.books[key]
        last = self.last(key, at)
        return Depth(
            tuple(Level(last - 500 * step, self.size, 1) for step in range(1, 6)),
            tuple(Level(last + 500 * step, self.size, 1) for step in range(1, 6)),
        )


class EasyDesk:
    """Allows everything but what `refuses`; keeps what it is told."""

    def __init__(self) -> None:
        self.refuses: dict[str, str] = {}
        self.blocked: dict[str, int] = {}
        self.booked: list[tuple[str, Trade]] = []
        self.nets: dict[tuple[str, Any], int] = {}

    def block(self, order: Order, at: dt.datetime) -> None:
        if order.key in self.refuses:
            raise Rejection(self.refuses[order.key], f"RMS:{self.refuses[order.key]}")
        assert order.limit > 0
        self.blocked[order.order_id] = order.pending

    def release(self, order: Order) -> None:
        self.blocked.pop(order.order_id, None)

    def book(self, order: Order, trade: Trade) -> None:
        self.booked.append((order.order_id, trade))
        signed = trade.quantity if trade.side == "BUY" else -trade.quantity
        slot = (trade.key, trade.product)
        self.nets[slot] = self.nets.get(slot, 0) + signed

    def open_positions(self) -> list[Net]:
        return [Net(key, product, quantity) for (key, product), quantity in sorted(self.nets.items()) if quantity]


class World:
    """An exchange in the small world, with its own time."""

    def __init__(self, hours: Hours = "always-open", at: dt.datetime = MORNING, seed: int = 7) -> None:
        self.now = at
        self.market = ScriptedMarket()
        self.desk = EasyDesk()
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.exchange = Exchange(
            seed, Listed(), self.market, Calendar(hours, at.date()), self.desk,
            lambda kind, message: self.events.append((kind, message)),
        )  # fmt: skip

    def place(self, v2: bool = False, **fields: Any) -> str:
        result = self.exchange.place(self.exchange.check(wish(**fields), self.now, v2=v2), self.now)
        assert isinstance(result, list), result
        return result[0]

    def modify(self, order_id: str, **fields: Any) -> None:
        order = self.order(order_id)
        wanted: dict[str, Any] = {
            "order_type": order.order_type, "validity": order.validity, "price": order.price / 10_000,
            "trigger_price": order.trigger / 10_000,
        }  # fmt: skip
        assert self.exchange.modify(Change(order_id=order_id, **(wanted | fields)), self.now) == order_id

    def cancel(self, order_id: str) -> None:
        assert self.exchange.cancel(order_id, self.now) == order_id

    def order(self, order_id: str) -> Order:
        return self.exchange.order(order_id)

    def path(self, order_id: str) -> list[str]:
        """The states an order has been through; the same one twice in a row is shown once."""
        states = [state["status"] for state in self.order(order_id).history]
        return [state for index, state in enumerate(states) if index == 0 or state != states[index - 1]]

    def go(self, seconds: int = 1, to: float | None = None, key: str = SHARE) -> None:
        """Let seconds pass; `to` is the price of the first of them."""
        if to is not None:
            self.market.set(key, self.now + dt.timedelta(seconds=1), to)
        until = self.now + dt.timedelta(seconds=seconds)
        while (due := self.exchange.next_interest(self.now, until)) is not None:
            assert self.now < due <= until
            self.exchange.step(due)
            self.now = due
        self.now = until


def wish(**fields: Any) -> Wish:
    """An order for a share at its limit; `fields` say what is different."""
    wanted: dict[str, Any] = {
        "quantity": 10, "product": "I", "validity": "DAY", "price": 100.0, "instrument_token": SHARE,
        "order_type": "LIMIT", "transaction_type": "BUY", "disclosed_quantity": 0, "trigger_price": 0, "is_amo": False,
    }  # fmt: skip
    return Wish(**(wanted | fields))


MARKET: dict[str, Any] = {"order_type": "MARKET", "price": 0}


def stop_limit(trigger: float, limit: float, **fields: Any) -> dict[str, Any]:
    return {"order_type": "SL", "price": limit, "trigger_price": trigger} | fields


def stop_market(trigger: float, **fields: Any) -> dict[str, Any]:
    return {"order_type": "SL-M", "price": 0, "trigger_price": trigger} | fields
