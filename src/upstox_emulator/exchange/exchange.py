"""The exchange: orders and GTT orders, from the request to the trade.

Its state follows from the commands and the market alone: it reads no clock, and everything happens at the moments it is
given. Market orders trade within the request; what rests trades on whole seconds, in `step`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from upstox_emulator.account.user import DEFAULT_USER
from upstox_emulator.calendar import Calendar, Session
from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.clock import IST
from upstox_emulator.errors import Refusal, refuse
from upstox_emulator.events import Kind
from upstox_emulator.exchange.blotter import Blotter
from upstox_emulator.exchange.checks import (
    Change,
    Find,
    Settings,
    Ticket,
    Wish,
    check_change,
    check_order_id,
    check_place,
)
from upstox_emulator.exchange.closing import Closing
from upstox_emulator.exchange.cover import Covers
from upstox_emulator.exchange.desk import Desk
from upstox_emulator.exchange.floor import Floor
from upstox_emulator.exchange.gtt import Gtts
from upstox_emulator.exchange.gtt_checks import GttWish, check_gtt, check_gtt_change, check_gtt_id
from upstox_emulator.exchange.ids import Ids
from upstox_emulator.exchange.interest import first_reached
from upstox_emulator.exchange.matching import Reach
from upstox_emulator.exchange.orders import Order
from upstox_emulator.exchange.request import Request
from upstox_emulator.exchange.rows import exchange_of
from upstox_emulator.exchange.sandbox import Sandbox
from upstox_emulator.exchange.steering import Call, Steering, refusal
from upstox_emulator.market.view import MarketView


class Listing(Protocol):
    """What the exchange asks of the catalogue."""

    def find(self, key: str, day: dt.date) -> Instrument | None:
        """The instrument of a key, if it is listed on the day."""
        ...


class Exchange:
    """One account's side of all exchanges.

    Parameters:
        seed: what ids are derived from.
        catalog: the instruments. market: their prices and depth. calendar: their sessions.
        desk: the account behind the orders.
        emit: what hears of every change of an order and of a GTT order.

    Attributes:
        owner: the user id that orders are placed by.
        settings: what Upstox has switched on and off.
        stopped: whether the kill switch of a segment is on.
        steering: the rules that steer orders.
    """

    def __init__(
        self,
        seed: int,
        catalog: Listing,
        market: MarketView,
        calendar: Calendar,
        desk: Desk,
        emit: Callable[[Kind, dict[str, Any]], None],
    ) -> None:
        self.owner: str = DEFAULT_USER.user_id
        self.settings = Settings()
        self.stopped: Callable[[str], bool] = _never
        self.steering = Steering()
        self.desk = desk
        self.calendar = calendar
        self._catalog = catalog
        self._market = market
        self.blotter = Blotter(Ids(seed), emit)
        self.sandbox = Sandbox(self.blotter.ids)
        self.floor = Floor(market, calendar, desk, self.blotter, self._is_stopped)
        self.gtts = Gtts(self.floor, self.blotter, market, self.steering, emit)
        self._covers = Covers(self.floor, self.blotter)
        self.closing = Closing(self.floor, self.blotter, desk, self._covers)
        self.floor.followers += [self._covers.follow, self.gtts.follow]

    # Requests

    def find(self, at: dt.datetime) -> Find:
        """What finds the instruments of a day."""
        day = at.date()
        return lambda key: self._catalog.find(key, day)

    def check(self, wish: Wish, at: dt.datetime, *, v2: bool = False) -> Ticket:
        """A new order, checked.

        Raises:
            Refusal: with everything that is wrong.
        """
        return check_place(wish, self.find(at), self.settings, v2=v2)

    def place(self, ticket: Ticket, at: dt.datetime) -> list[str] | Refusal:
        """Place an order, in as many slices as it takes.

        Returns:
            The ids; or the error that a rule steers the request into, which has then been counted.
        """
        act = self.steering.act("place", ticket.tag, ticket.instrument.key, ticket.side)
        refused = refusal(act)
        if refused is not None:
            return refused
        requests = [
            Request(
                ticket.instrument, ticket.side, ticket.product, ticket.terms._replace(quantity=quantity), self.owner,
                tag=ticket.tag, act=act,
            )
            for quantity in ticket.quantities
        ]  # fmt: skip
        return [self.floor.place(request, at).order_id for request in requests]

    def modify(self, change: Change, at: dt.datetime) -> str | Refusal:
        """Change an order.

        Returns:
            Its id; or the error that a rule steers the request into.

        Raises:
            Refusal: it is unknown or has ended, or with everything that is wrong with the request.
        """
        order = self.order(check_order_id(change.order_id, "order_id_missing"))
        if order.ended:
            raise refuse("order_ended_modify", path="order_id", value=order.order_id)
        terms = check_change(change, order)
        refused = self.steered("modify", order)
        if refused is not None:
            return refused
        self.floor.modify(order, terms, at)
        return order.order_id

    def cancel(self, order_id: str, at: dt.datetime) -> str | Refusal:
        """Cancel an order; of a cover order that has been entered, leave it.

        Returns:
            Its id; or the error that a rule steers the request into.

        Raises:
            Refusal: it is unknown, or has ended.
        """
        order = self.order(order_id)
        stop = self._covers.stop_of(order) if order.ended or order.parent_order_id else None
        if order.ended and stop is None:
            raise refuse("order_ended_cancel", path="order_id", value=order_id)
        refused = self.steered("cancel", order)
        if refused is not None:
            return refused
        if stop is not None:
            self.floor.exit_cover(stop, at)
        else:
            self.floor.cancel(order, at)
        return order_id

    def steered(self, call: Call, order: Order) -> Refusal | None:
        """The error that a rule steers a request for an order into, counted."""
        return refusal(self.steering.act(call, order.tag, order.key, order.side))

    # GTT requests

    def place_gtt(self, wish: GttWish, at: dt.datetime) -> str:
        """Place a GTT order; its id.

        Raises:
            Refusal: with everything that is wrong.
        """
        second = float(int(at.timestamp()))
        ticket = check_gtt(wish, self.find(at), self.settings, lambda key: self._market.last(key, second))
        return self.gtts.place(ticket, self.owner, at)

    def modify_gtt(self, wish: GttWish, at: dt.datetime) -> str:
        """Change a GTT order; its id.

        Raises:
            Refusal: it is unknown or over, or with everything that is wrong.
        """
        gtt = self.gtts.live(check_gtt_id(wish.gtt_order_id))
        last = self._market.last(gtt.instrument.key, float(int(at.timestamp())))
        placed = gtt.entry.order_id is not None
        self.gtts.modify(gtt, check_gtt_change(wish, last, placed=placed, quantity=gtt.quantity), at)
        return gtt.gtt_id

    def cancel_gtt(self, gtt_id: Any, at: dt.datetime) -> str:
        """Cancel a GTT order; its id.

        Raises:
            Refusal: it is unknown or over.
        """
        gtt = self.gtts.live(check_gtt_id(gtt_id))
        self.gtts.cancel(gtt, at)
        return gtt.gtt_id

    # Reads

    def order(self, order_id: str) -> Order:
        """An order of the day.

        Raises:
            Refusal: there is none of this id.
        """
        order = self.blotter.orders.get(order_id)
        if order is None:
            raise refuse("order_unknown", path="order_id", value=order_id)
        return order

    # Time

    @property
    def busy(self) -> bool:
        """Whether anything works or waits."""
        return self.floor.busy or self.gtts.busy

    def step(self, at: dt.datetime) -> None:
        """Let a whole second happen: what is due, and what its prices set off."""
        self.floor.run_timers(at)
        self._trade(at, {})

    def counted(self, at: dt.datetime) -> dict[str, int]:
        """What has been taken into account of a second that has happened: by key, the units of the day."""
        return self.floor.counted(at)

    def look_again(self, at: dt.datetime, counted: Mapping[str, int]) -> None:
        """A price was changed in a second that has happened: let the new one set off what it does.

        Parameters:
            counted: what had been taken into account before.
        """
        self._trade(at, counted)

    def _trade(self, at: dt.datetime, counted: Mapping[str, int]) -> None:
        second = at.timestamp()
        for key in self._reaches():
            if self._trades(key, at):
                last = self._market.last(key, second)
                self.floor.trade(key, last, at, counted.get(key))
                self.gtts.watch(key, last, at)

    def next_interest(self, after: dt.datetime, until: dt.datetime) -> dt.datetime | None:
        """The first whole second in `(after, until]` at which `step` could do anything; None if there is none.

        The two must be of one day's session, or both outside of it.
        """
        end = int(until.timestamp())
        found: int | None = None
        due = self.floor.timers.next()
        if due is not None and (moment := max(int(after.timestamp()) + 1, math.ceil(due.timestamp()))) <= end:
            found = end = moment
        for key, reach in self._reaches().items():
            session = self._session(key, after)
            if session is None:
                continue
            begin = max(int(after.timestamp()), int(session.open.timestamp()) - 1)
            second = first_reached(self._market, key, reach, begin, min(end, int(session.close.timestamp()) - 1))
            if second is not None:
                found = end = second
        return None if found is None else dt.datetime.fromtimestamp(found, IST)

    def on_open(self, exchange: str, at: dt.datetime) -> None:
        """A session begins: after-market orders go out."""
        self.floor.open(exchange, self.find(at), at)

    def on_close(self, exchange: str, at: dt.datetime) -> None:
        """A session ends: the day's orders are cancelled."""
        self.floor.close(exchange, at)

    def on_square_off(self, exchange: str, at: dt.datetime) -> None:
        """Intraday orders are cancelled and intraday positions closed."""
        self.closing.square_off(exchange, self.find(at), self.owner, at)

    def roll(self, at: dt.datetime) -> None:
        """A new day: yesterday's order book is gone; after-market and GTT orders stay."""
        self.gtts.roll(self.find(at), at)
        self.blotter.roll()
        self.floor.roll()
        self._covers.roll()
        self.sandbox.roll()

    def _is_stopped(self, segment: str) -> bool:
        return self.stopped(segment)

    def _reaches(self) -> dict[str, Reach]:
        reaches: dict[str, Reach] = {}
        for key, reach in [*self.floor.reaches(), *self.gtts.reaches()]:
            known = reaches.get(key)
            reaches[key] = reach if known is None else known.joined(reach)
        return reaches

    def _trades(self, key: str, at: dt.datetime) -> bool:
        instrument = self._catalog.find(key, at.date())
        return instrument is not None and self.floor.is_open(instrument, at)

    def _session(self, key: str, at: dt.datetime) -> Session | None:
        """The day's session of an instrument."""
        instrument = self._catalog.find(key, at.date())
        return None if instrument is None else self.calendar.session(exchange_of(instrument), at.date())


def _never(_: str) -> bool:
    return False
