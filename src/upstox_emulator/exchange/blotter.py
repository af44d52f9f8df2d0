"""The day's orders and trades: every change of an order's state is checked, written down and told.

https://upstox.com/developer/api-documentation/appendix/order-status
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from upstox_emulator.catalog.instrument import Instrument
from upstox_emulator.events import Kind
from upstox_emulator.exchange.ids import Ids
from upstox_emulator.exchange.orders import ENDED, Order, Status, Trade
from upstox_emulator.exchange.rows import history_row, stream_message
from upstox_emulator.units import Price

_REQUESTS: Final[tuple[Status, ...]] = ("cancel pending", "modify validation pending")

EDGES: Final[dict[Status, frozenset[Status]]] = {
    "put order req received": frozenset({"validation pending", "after market order req received"}),
    "validation pending": frozenset({"open pending", "rejected"}),
    "open pending": frozenset({*_REQUESTS, "open", "trigger pending", "rejected", "cancelled"}),
    "open": frozenset({*_REQUESTS, "open", "complete", "cancelled"}),
    "trigger pending": frozenset({*_REQUESTS, "open", "cancelled"}),
    "modify validation pending": frozenset({"modify pending", "not modified"}),
    "modify pending": frozenset({"modified", "not modified"}),
    "modified": frozenset({"open", "trigger pending", "open pending"}),
    "not modified": frozenset({"open", "trigger pending", "open pending"}),
    "cancel pending": frozenset({"cancelled", "not cancelled"}),
    "not cancelled": frozenset({"open"}),
    "after market order req received": frozenset(
        {"validation pending", "modify after market order req received", "cancelled after market order"}
    ),
    "modify after market order req received": frozenset({"after market order req received"}),
    **{status: frozenset() for status in ENDED},
}
"""Which state may follow which."""


class Blotter:
    """The orders and trades of the day.

    Parameters:
        emit: what hears of every change, as the message of the portfolio stream.
    """

    def __init__(self, ids: Ids, emit: Callable[[Kind, dict[str, Any]], None]) -> None:
        self.ids = ids
        self.orders: dict[str, Order] = {}
        self.trades: list[Trade] = []
        self.instruments: dict[str, Instrument] = {}
        self._emit = emit

    def receive(self, order: Order, instrument: Instrument) -> None:
        """Write a new order down."""
        self.orders[order.order_id] = order
        self.instruments[order.key] = instrument
        self._tell(order)

    def instrument(self, order: Order) -> Instrument:
        """What an order of the day is for."""
        return self.instruments[order.key]

    def move(
        self, order: Order, status: Status, at: dt.datetime, message: str | None = None, raw: str | None = None
    ) -> None:
        """Bring an order into its next state.

        Raises:
            ValueError: that state cannot follow the present one.
        """
        if status not in EDGES[order.status]:
            raise ValueError(f"order {order.order_id} cannot go from {order.status!r} to {status!r}")
        order.status, order.changed_at = status, at
        order.message, order.raw_message = message, raw or message
        self._tell(order)

    def fill(self, order: Order, price: Price, quantity: int, at: dt.datetime) -> Trade:
        """Write a trade down; the order is still open."""
        if not 0 < quantity <= order.quantity - order.filled:
            raise ValueError(f"order {order.order_id} cannot trade {quantity}: {order.filled} of {order.quantity} have")
        order.filled += quantity
        order.turnover += price * quantity
        order.exchange_at = at
        trade = Trade(
            trade_id=self.ids.trade(at),
            order_id=order.order_id,
            exchange_order_id=order.exchange_order_id or "",
            key=order.key,
            side=order.side,
            product=order.product,
            order_type=order.order_type,
            quantity=quantity,
            price=price,
            at=at,
        )
        self.trades.append(trade)
        self.move(order, "open", at)
        return trade

    def roll(self) -> None:
        """A new day: only what waits for the market to open stays."""
        self.orders = {order_id: order for order_id, order in self.orders.items() if order.rests_as_amo}
        kept = {order.key for order in self.orders.values()}
        self.instruments = {key: known for key, known in self.instruments.items() if key in kept}
        self.trades = []

    def _tell(self, order: Order) -> None:
        instrument = self.instruments[order.key]
        order.history.append(history_row(order, instrument))
        self._emit("order", stream_message(order, instrument))
