"""Cover orders: with every trade of the entry, a stop for what has traded. Of the v2 API only.

https://upstox.com/developer/api-documentation/place-order
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from upstox_emulator.exchange.blotter import Blotter
from upstox_emulator.exchange.checks import Terms
from upstox_emulator.exchange.floor import Floor
from upstox_emulator.exchange.orders import Order, opposite
from upstox_emulator.exchange.protection import AUTOMATIC
from upstox_emulator.exchange.request import Request

_WORKING: Final = frozenset({"trigger pending", "open"})


class Covers:
    """The stops of the day's cover orders, by the order id of their entries."""

    def __init__(self, floor: Floor, blotter: Blotter) -> None:
        self._floor = floor
        self._blotter = blotter
        self._stops: dict[str, str] = {}

    def stop_of(self, order: Order) -> Order | None:
        """The stop that a cancel of this order exits: that of an entry, or itself."""
        stop = order if order.parent_order_id else self._blotter.orders.get(self._stops.get(order.order_id, ""))
        return stop if stop is not None and self.works(stop) else None

    @staticmethod
    def works(order: Order) -> bool:
        """Whether this is a stop that the exchange has: it waits for its price, or, once that has come, to trade."""
        return order.product == "CO" and order.parent_order_id is not None and order.status in _WORKING

    def of(self, key: str, tag: str | None = None) -> list[Order]:
        """The entries and stops in an instrument, of all cover orders or of those with a tag; the oldest first."""
        return [
            order
            for order in self._blotter.orders.values()
            if order.product == "CO" and order.key == key and tag in {None, order.tag}
        ]

    def follow(self, order: Order, at: dt.datetime) -> None:
        """An order has changed: let the stop be as large as what its entry has traded."""
        if order.product != "CO" or order.parent_order_id is not None or not order.filled:
            return
        terms = Terms("SL-M", "DAY", order.filled, 0, order.trigger, 0, AUTOMATIC)
        stop = self._blotter.orders.get(self._stops.get(order.order_id, ""))
        if stop is None:
            self._stops[order.order_id] = ""  # the stop's own news come before its id is known
            request = Request(
                self._blotter.instrument(order), opposite(order.side), "CO", terms, order.placed_by,
                tag=order.tag, parent_order_id=order.order_id,
            )  # fmt: skip
            self._stops[order.order_id] = self._floor.place(request, at).order_id
        elif stop.quantity < order.filled and stop.status == "trigger pending":
            self._floor.modify(stop, terms, at)

    def roll(self) -> None:
        """A new day."""
        self._stops.clear()
