"""What the trading floor is asked for, whoever asks: the API, a GTT order, a cover order, the square-off."""

from __future__ import annotations

from typing import NamedTuple

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.exchange.checks import Terms
from upstox_emulator.exchange.orders import Order, Product, Side
from upstox_emulator.exchange.protection import AUTOMATIC
from upstox_emulator.exchange.steering import Act
from upstox_emulator.units import Price


class Request(NamedTuple):
    """A new order.

    Attributes:
        gtt_id: of the GTT that places it. parent_order_id: of the cover order's entry that this is the stop of.
        act: how it is steered.
        forced: placed by Upstox to square off; no rule of the day's end holds it up.
    """

    instrument: Instrument
    side: Side
    product: Product
    terms: Terms
    user: str
    tag: str | None = None
    gtt_id: str | None = None
    parent_order_id: str | None = None
    act: Act | None = None
    forced: bool = False

    def variety(self, *, closed: bool) -> str:
        """`variety` of the order; `closed`: the market is."""
        if closed:
            return "AMO"
        if self.product == "CO":
            return "CO"
        return "GTT" if self.gtt_id else "SIMPLE"


def market_terms(quantity: int, protection: float) -> Terms:
    """A market order."""
    return Terms("MARKET", "DAY", quantity, 0, 0, 0, protection)


def limit_terms(quantity: int, price: Price) -> Terms:
    """A limit order."""
    return Terms("LIMIT", "DAY", quantity, price, 0, 0, AUTOMATIC)


def terms_of(order: Order) -> Terms:
    """What an order is, as far as it can be changed."""
    return Terms(
        order.order_type, order.validity, order.quantity, order.price, order.trigger, order.disclosed, order.protection
    )


def set_terms(order: Order, terms: Terms) -> None:
    """Make an order what it shall be."""
    (
        order.order_type,
        order.validity,
        order.quantity,
        order.price,
        order.trigger,
        order.disclosed,
        order.protection,
    ) = terms
