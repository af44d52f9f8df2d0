"""The trading floor: what becomes of an order between its arrival and its end.

Everything an order goes through happens at once, at the moment of the request or of the second that sets it off; what
takes time is a timer. Each instrument has a book (`matching.Book`); the account's desk is asked before an order goes
out, and told of every trade.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from upstox_emulator.calendar import Calendar
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.exchange.blotter import Blotter
from upstox_emulator.exchange.checks import Terms, lot_of
from upstox_emulator.exchange.desk import Desk, Rejection
from upstox_emulator.exchange.matching import Book, Entry, Fill, Reach, Stop
from upstox_emulator.exchange.orders import Order, Status
from upstox_emulator.exchange.protection import LARGEST, protected
from upstox_emulator.exchange.request import Request, set_terms, terms_of
from upstox_emulator.exchange.rms import SELF_TRADE, check_exchange, check_risk
from upstox_emulator.exchange.rows import exchange_of
from upstox_emulator.exchange.steering import Act
from upstox_emulator.exchange.timers import Errand, Timers
from upstox_emulator.market.view import MarketView, Tick
from upstox_emulator.units import Price, price

LEVELS: Final = 30
"""The rows of the depth that orders trade against."""

_BEFORE_CLOSE: Final = dt.timedelta(minutes=15)
_DAY: Final = dt.timedelta(days=1)
_HELD: Final = frozenset({"partial", "fill", "stall"})  # deeds that keep an order out of the market

Follower: TypeAlias = Callable[[Order, dt.datetime], None]
"""What hears of every change of an order."""


class Floor:
    """The working orders, their books and their timers.

    Parameters:
        market: its prices and depth.
        stopped: whether the kill switch of a segment is on.
        followers: what hears of every change of an order, in this order.
    """

    def __init__(
        self, market: MarketView, calendar: Calendar, desk: Desk, blotter: Blotter, stopped: Callable[[str], bool]
    ) -> None:
        self._market = market
        self._calendar = calendar
        self._desk = desk
        self._blotter = blotter
        self._stopped = stopped
        self.followers: list[Follower] = []
        self._books: dict[str, Book] = {}
        self._acts: dict[str, Act] = {}
        self._forced: set[str] = set()
        self.timers = Timers()

    # Placing

    def place(self, request: Request, at: dt.datetime) -> Order:
        """Take an order in, and send it to the exchange, or let it wait for the market to open."""
        instrument, terms = request.instrument, request.terms
        order_id = self._blotter.ids.order(at)
        closed = not self.is_open(instrument, at)
        order = Order(
            order_id=order_id,
            key=instrument.key,
            side=request.side,
            order_type=terms.order_type,
            product=request.product,
            validity=terms.validity,
            quantity=terms.quantity,
            price=terms.price,
            trigger=terms.trigger,
            disclosed=terms.disclosed,
            protection=terms.protection,
            placed_at=at,
            changed_at=at,
            placed_by=request.user,
            tag=request.tag,
            is_amo=closed,
            variety=request.variety(closed=closed),
            parent_order_id=request.parent_order_id,
            gtt_id=request.gtt_id,
            ref_id=request.gtt_id or self._blotter.ids.reference(at),
        )
        if request.act is not None:
            self._acts[order_id] = request.act
        if request.forced:
            self._forced.add(order_id)
        self._blotter.receive(order, instrument)
        if closed:
            self._move(order, "after market order req received", at)
        else:
            self._validate(order, at)
        return order

    def _validate(self, order: Order, at: dt.datetime) -> None:
        self._move(order, "validation pending", at)
        act = self._acts.get(order.order_id)
        if act is not None and act.deed == "reject":
            self._move(order, "rejected", at, act.text)
            return
        try:
            self._check_risk(order, at)
            order.limit = self._limit(order, self._tick(order, at))
            self._desk.block(order, at)
        except Rejection as no:
            self._move(order, "rejected", at, no.message, no.raw)
            return
        self._move(order, "open pending", at)
        if act is None or act.deed not in {"stall", "delay"}:
            self._arrive(order, at)
        elif act.deed == "delay":
            self._wait(order, at, act.after or 0.0, "arrive")

    def _arrive(self, order: Order, at: dt.datetime) -> None:
        """The order is at the exchange."""
        instrument = self._blotter.instrument(order)
        try:
            check_exchange(order, instrument, self._tick(order, at))
        except Rejection as no:
            self.end(order, "rejected", at, no.message, no.raw)
            return
        order.exchange_order_id = self._blotter.ids.exchange_order(exchange_of(instrument), order.order_id)
        order.exchange_at = at
        act = self._acts.get(order.order_id)
        if act is not None and act.deed in {"partial", "fill"}:
            self._fill_by_rule(order, act, at)
            return
        self._work(order, at)
        if act is not None and act.deed == "cancel" and not order.ended:
            if act.after:
                self._wait(order, at, act.after, "cancel")
            else:
                self.end(order, "cancelled", at)

    def _work(self, order: Order, at: dt.datetime) -> None:
        """Let the order wait for its trigger price, or trade."""
        if order.is_stop:
            self._book(order.key).hold(Stop(order.order_id, order.buys, order.trigger))
            self._move(order, "trigger pending", at)
        else:
            self._match(order, at)

    def _match(self, order: Order, at: dt.datetime) -> None:
        second = _second(at)
        entry = Entry(order.order_id, order.buys, order.limit, order.pending, order.disclosed)
        depth = self._market.depth(order.key, second, LEVELS)
        immediate = order.validity == "IOC"
        fills, stopped = self._book(order.key).enter(entry, depth, second, immediate=immediate)
        if stopped and not fills and order.status == "open pending":
            self.end(order, "rejected", at, SELF_TRADE)
            return
        if order.status != "open":
            self._move(order, "open", at)
        self._apply(fills, at)
        if not order.ended and (stopped or immediate):
            self.end(order, "cancelled", at, SELF_TRADE if stopped else None)

    # Changing and cancelling

    def modify(self, order: Order, terms: Terms, at: dt.datetime) -> None:
        """Change an order that has not ended."""
        order.request_id = str(int(order.request_id) + 1)
        if order.rests_as_amo:
            set_terms(order, terms)
            self._move(order, "modify after market order req received", at)
            self._move(order, "after market order req received", at)
            return
        before, was, limit = terms_of(order), order.status, order.limit
        self._move(order, "modify validation pending", at)
        if self._loses_race(order, "modify pending", "not modified", at):
            return
        set_terms(order, terms)
        try:
            self._check_change(order, at)
        except Rejection as no:
            set_terms(order, before)
            order.limit = limit
            self._move(order, "not modified", at, no.message, no.raw)
            self._move(order, was, at)
            return
        self._move(order, "modify pending", at)
        self._move(order, "modified", at)
        if self._is_held(order):
            self._move(order, was, at)
        elif was == "open" and order.limit == limit and self._keeps_place(order, before):
            self._move(order, "open", at)
        elif was == "open pending":
            self._move(order, was, at)
        else:
            self._book(order.key).withdraw(order.order_id)
            self._work(order, at)

    def _check_change(self, order: Order, at: dt.datetime) -> None:
        if order.quantity <= order.filled:
            raise Rejection(
                f"The quantity cannot be less than what has traded: {order.filled}.",
                f"RMS:Rule: Modified quantity {order.quantity} is not above the traded quantity {order.filled}",
            )
        self._check_risk(order, at)
        tick = self._tick(order, at)
        check_exchange(order, self._blotter.instrument(order), tick)
        order.limit = self._limit(order, tick)
        self._desk.block(order, at)

    def _keeps_place(self, order: Order, before: Terms) -> bool:
        """A smaller order keeps its place in the queue; every other change costs it."""
        return (
            not order.is_stop
            and order.validity == "DAY"
            and order.disclosed == before.disclosed
            and self._book(order.key).shrink(order.order_id, order.pending)
        )

    def cancel(self, order: Order, at: dt.datetime) -> None:
        """Cancel an order that has not ended, as the trader wishes."""
        order.request_id = str(int(order.request_id) + 1)
        if order.rests_as_amo:
            self._move(order, "cancelled after market order", at)
            return
        self._move(order, "cancel pending", at)
        if not self._loses_race(order, None, "not cancelled", at):
            self.end(order, "cancelled", at)

    def exit_cover(self, stop: Order, at: dt.datetime) -> None:
        """Leave a cover order: its stop trades at the market's price."""
        last = self._market.last(stop.key, _second(at))
        stop.limit = protected(self._blotter.instrument(stop), stop.side, last, LARGEST)
        self.trigger(stop, at)

    def trigger(self, order: Order, at: dt.datetime) -> None:
        """A stop order's price has come."""
        parent = self._blotter.orders.get(order.parent_order_id or "")
        if parent is not None and not parent.ended:  # it must not trade with the stop that ends it
            self.end(parent, "cancelled", at)
        self._book(order.key).withdraw(order.order_id)
        order.triggered = True
        self._match(order, at)

    def end(
        self, order: Order, status: Status, at: dt.datetime, message: str | None = None, raw: str | None = None
    ) -> None:
        """End an order here and now; `message` is for the trader, `raw` what the risk management says."""
        self._book(order.key).withdraw(order.order_id)
        self._desk.release(order)
        self._move(order, status, at, message, raw)

    def _loses_race(self, order: Order, pending: Status | None, failed: Status, at: dt.datetime) -> bool:
        """Whether the order is steered to trade while it is being changed."""
        act = self._acts.get(order.order_id)
        if act is None or act.deed != "race":
            return False
        if pending is not None:
            self._move(order, pending, at)
        self._move(order, failed, at, "The order has traded meanwhile.")
        self._move(order, "open", at)
        self._fill_rest(order, at)
        return True

    # Time

    def run_timers(self, at: dt.datetime) -> None:
        """Do what is due."""
        for timer in self.timers.due(at):
            order = self._blotter.orders.get(timer.order_id)
            if order is None or order.ended:
                continue
            if timer.errand == "arrive":
                self._arrive(order, at)
            elif timer.errand == "fill":
                self._fill_rest(order, at)
            else:
                self.end(order, "cancelled", at)

    def trade(self, key: str, last: Price, at: dt.datetime, counted: int | None = None) -> None:
        """The market has traded at `last` in this second.

        Parameters:
            counted: units of the day that have been taken into account; without it, those up to the second before.
        """
        book = self._books.get(key)
        if book is None or not book.reach().covers(last, last):
            return
        second = _second(at)
        volume = self._volume(key, second, counted) if book.stands_at(last) else 0
        self._apply(book.trade(last, volume, self._market.depth(key, second, LEVELS), second), at)
        for order_id in book.triggered(last):
            self.trigger(self._blotter.orders[order_id], at)

    def counted(self, at: dt.datetime) -> dict[str, int]:
        """The units that have traded in the day so far, of the instruments with working orders."""
        return {key: self._market.tick(key, _second(at)).volume for key, book in self._books.items() if len(book)}

    def reaches(self) -> Iterable[tuple[str, Reach]]:
        """The instruments with working orders, and the prices that touch them."""
        return [(key, book.reach()) for key, book in self._books.items() if len(book)]

    @property
    def busy(self) -> bool:
        """Whether anything is working or due."""
        return self.timers.next() is not None or any(len(book) for book in self._books.values())

    def open(self, exchange: str, find: Callable[[str], Instrument | None], at: dt.datetime) -> None:
        """The session begins: orders that waited for it go out."""
        for order in self.of_exchange(exchange):
            if order.rests_as_amo:
                instrument = find(order.key)
                if instrument is None:
                    self._move(order, "validation pending", at)
                    self._move(order, "rejected", at, "The contract is not traded any more.")
                else:
                    self._blotter.instruments[order.key] = instrument
                    self._validate(order, at)

    def close(self, exchange: str, at: dt.datetime) -> None:
        """The session ends, and with it every order of the day."""
        for order in self.of_exchange(exchange):
            if not order.rests_as_amo:
                self.end(order, "cancelled", at)

    def of_exchange(self, exchange: str) -> list[Order]:
        """The orders of an exchange that have not ended."""
        return [
            order
            for order in self._blotter.orders.values()
            if not order.ended and exchange_of(self._blotter.instrument(order)) == exchange
        ]

    def roll(self) -> None:
        """A new day: yesterday's orders are gone."""
        kept = self._blotter.orders
        self._acts = {order_id: act for order_id, act in self._acts.items() if order_id in kept}
        self._forced.clear()
        self.timers.clear()
        self._books = {}

    def is_open(self, instrument: Instrument, at: dt.datetime) -> bool:
        """Whether the exchange trades it at this moment."""
        session = self._calendar.session(exchange_of(instrument), at.date())
        return session is not None and session.open <= at < session.close

    # Inside

    def _fill_by_rule(self, order: Order, act: Act, at: dt.datetime) -> None:
        order.triggered = order.is_stop
        self._move(order, "open", at)
        lot = lot_of(self._blotter.instrument(order))
        part = max(lot, int(order.quantity * act.share) // lot * lot)
        self._fill(order, self._rule_price(order, at), min(part, order.quantity), at)
        if not order.ended and order.validity == "IOC":
            self.end(order, "cancelled", at)
        elif not order.ended and act.after is not None:
            self._wait(order, at, act.after, "fill")

    def _fill_rest(self, order: Order, at: dt.datetime) -> None:
        self._book(order.key).withdraw(order.order_id)
        self._fill(order, self._rule_price(order, at), order.pending, at)

    def _rule_price(self, order: Order, at: dt.datetime) -> Price:
        act = self._acts[order.order_id]
        if act.price is not None:
            return price(act.price)
        last = self._market.last(order.key, _second(at))
        return min(last, order.limit) if order.buys else max(last, order.limit)

    def _apply(self, fills: list[Fill], at: dt.datetime) -> None:
        for order_id, at_price, quantity in fills:
            self._fill(self._blotter.orders[order_id], at_price, quantity, at)

    def _fill(self, order: Order, at_price: Price, quantity: int, at: dt.datetime) -> None:
        trade = self._blotter.fill(order, at_price, quantity, at)
        self._desk.book(order, trade)
        if order.filled == order.quantity:
            self._move(order, "complete", at)
            self._desk.release(order)
        else:
            self._follow(order, at)

    def _move(
        self, order: Order, status: Status, at: dt.datetime, message: str | None = None, raw: str | None = None
    ) -> None:
        self._blotter.move(order, status, at, message, raw)
        self._follow(order, at)

    def _follow(self, order: Order, at: dt.datetime) -> None:
        for follower in self.followers:
            follower(order, at)

    def _check_risk(self, order: Order, at: dt.datetime) -> None:
        instrument = self._blotter.instrument(order)
        squared_off = order.order_id not in self._forced and self._is_squared_off(instrument, at)
        check_risk(order, instrument, stopped=self._stopped(instrument.segment), squared_off=squared_off)

    def _is_squared_off(self, instrument: Instrument, at: dt.datetime) -> bool:
        """Whether it is too late for intraday orders; where it never closes, it never is."""
        session = self._calendar.session(exchange_of(instrument), at.date())
        return session is not None and session.close - session.open < _DAY and at >= session.close - _BEFORE_CLOSE

    def _limit(self, order: Order, tick: Tick) -> Price:
        if not order.is_market:
            return order.price
        base = order.trigger if order.order_type == "SL-M" else tick.last
        band = (tick.lower_circuit, tick.upper_circuit)
        return protected(self._blotter.instrument(order), order.side, base, order.protection, band)

    def _volume(self, key: str, second: float, counted: int | None) -> int:
        """What has traded in a second, or what of it has not been counted; a day begins anew."""
        before = self._market.tick(key, second - 1).volume if counted is None else counted
        return max(0, self._market.tick(key, second).volume - before)

    def _tick(self, order: Order, at: dt.datetime) -> Tick:
        return self._market.tick(order.key, _second(at))

    def _is_held(self, order: Order) -> bool:
        act = self._acts.get(order.order_id)
        return act is not None and act.deed in _HELD

    def _book(self, key: str) -> Book:
        return self._books.setdefault(key, Book())

    def _wait(self, order: Order, at: dt.datetime, seconds: float, errand: Errand) -> None:
        self.timers.set(at + dt.timedelta(seconds=seconds), order.order_id, errand)


def _second(at: dt.datetime) -> float:
    """The whole second that a moment's prices are of."""
    return float(int(at.timestamp()))
