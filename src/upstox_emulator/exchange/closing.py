"""Closing positions: as the trader wishes, and before the market closes.

https://upstox.com/developer/api-documentation/exit-all-positions
"""

from __future__ import annotations

import datetime as dt

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.exchange.blotter import Blotter
from upstox_emulator.exchange.checks import Find, slices
from upstox_emulator.exchange.cover import Covers
from upstox_emulator.exchange.desk import Desk, Net
from upstox_emulator.exchange.floor import Floor
from upstox_emulator.exchange.orders import INTRADAY, Order, Side
from upstox_emulator.exchange.protection import LARGEST
from upstox_emulator.exchange.request import Request, market_terms
from upstox_emulator.exchange.rows import exchange_of
from upstox_emulator.exchange.steering import Act


class Closing:
    """What closes the account's positions.

    Parameters:
        covers: the stops that cover orders end with.
    """

    def __init__(self, floor: Floor, blotter: Blotter, desk: Desk, covers: Covers) -> None:
        self._floor = floor
        self._blotter = blotter
        self._desk = desk
        self._covers = covers

    def square_off(self, exchange: str, find: Find, user: str, at: dt.datetime) -> None:
        """Close every intraday position, and cancel the intraday orders."""
        found = [(net, find(net.key)) for net in self._desk.open_positions() if net.product in INTRADAY]
        nets = [(net, one) for net, one in found if one is not None and exchange_of(one) == exchange]
        covered = {net.key for net, _ in nets if net.product == "CO"}
        for order in self._floor.of_exchange(exchange):
            closes = order.parent_order_id is not None and order.key in covered
            if order.product in INTRADAY and not order.rests_as_amo and not order.ended and not closes:
                self._floor.end(order, "cancelled", at)
        for net, instrument in sorted(nets, key=lambda pair: pair[0].quantity > 0):
            self.exit(net, instrument, user, LARGEST, at, forced=True)

    def exit(
        self,
        net: Net,
        instrument: Instrument,
        user: str,
        protection: float,
        at: dt.datetime,
        *,
        tag: str | None = None,
        act: Act | None = None,
        forced: bool = False,
    ) -> list[Order]:
        """Close a position: by market orders, as many as its size takes; of cover orders, by their stops.

        Parameters:
            net: all of the position, or the part of it that orders with `tag` have opened.
            forced: whether it may be done after the square-off.
        """
        covers = self._covers.of(net.key, tag) if net.product == "CO" else []
        stops = self._stops_for(net, covers, at)
        left = abs(net.quantity) - sum(stop.pending for stop in stops)
        for stop in stops:
            self._floor.exit_cover(stop, at)
        side: Side = "SELL" if net.quantity > 0 else "BUY"
        entry = next((order.order_id for order in reversed(covers) if order.parent_order_id is None), None)
        return stops + [
            self._floor.place(
                Request(
                    instrument, side, net.product, market_terms(quantity, protection), user,
                    tag=tag if covers else None, parent_order_id=entry, act=act, forced=forced,
                ),
                at,
            )
            for quantity in slices(left, instrument)
        ]  # fmt: skip

    def _stops_for(self, net: Net, covers: list[Order], at: dt.datetime) -> list[Order]:
        """The stops that close a position between them; what else is left of its cover orders is cancelled.

        A stop whose price has come may still wait for somebody to trade with: it must neither be left nor done again.
        """
        left, stops = abs(net.quantity), list[Order]()
        for order in covers:
            if self._covers.works(order) and order.buys == (net.quantity < 0) and order.pending <= left:
                left -= order.pending
                stops.append(order)
            elif not order.ended and (order.parent_order_id is not None or order.filled):
                self._floor.end(order, "cancelled", at)
        return stops
