"""An order and its trades, as the exchange and the account see them."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, TypeAlias

import msgspec

from upstox_emulator.units import Price

Side: TypeAlias = Literal["BUY", "SELL"]
OrderType: TypeAlias = Literal["MARKET", "LIMIT", "SL", "SL-M"]
Product: TypeAlias = Literal["I", "D", "CO", "MTF"]
Validity: TypeAlias = Literal["DAY", "IOC"]

Status: TypeAlias = Literal[
    "put order req received",
    "validation pending",
    "open pending",
    "open",
    "trigger pending",
    "complete",
    "rejected",
    "cancelled",
    "modify validation pending",
    "modify pending",
    "modified",
    "not modified",
    "cancel pending",
    "not cancelled",
    "after market order req received",
    "modify after market order req received",
    "cancelled after market order",
]
"""https://upstox.com/developer/api-documentation/appendix/order-status"""

ENDED: frozenset[Status] = frozenset({"complete", "rejected", "cancelled", "cancelled after market order"})
"""States that an order never leaves."""


class Order(msgspec.Struct, kw_only=True):
    """An order. What was asked for, and what has become of it.

    Attributes:
        order_id: the API's id. exchange_order_id: the exchange's, once it is there.
        key: the instrument key.
        quantity: units (lots for commodities), as asked. disclosed: units shown, 0 for all.
        price: the limit; 0 for MARKET and SL-M. trigger: 0 without one.
        protection: the market protection asked for, in percent; -1 automatic, 0 none.
        limit: the price it may trade at by now: `price`, or what market protection has made of a market order.
        filled: units traded. turnover: sum of price x quantity of its trades, in price units.
        parent_order_id: of the entry of a cover order, if this is its stop.
        placed_at, changed_at: moments in Indian time.
        message, raw_message: for the trader, and as the risk management says it; of a refusal.
        variety: `SIMPLE`, `AMO`, `CO`, `GTT`.
        placed_by: the user id. tag: the trader's. request_id: one for each request made of it.
        ref_id: `order_ref_id` of the wire. gtt_id: of the GTT that placed it.
        triggered: whether a stop order's trigger price has been reached.
        history: every state it has been in, the present one last, each as the wire shows it.
    """

    order_id: str
    key: str
    side: Side
    order_type: OrderType
    product: Product
    validity: Validity
    quantity: int
    price: Price
    trigger: Price
    disclosed: int
    protection: float
    placed_at: dt.datetime
    changed_at: dt.datetime
    placed_by: str
    status: Status = "put order req received"
    limit: Price = 0
    filled: int = 0
    turnover: int = 0
    tag: str | None = None
    is_amo: bool = False
    variety: str = "SIMPLE"
    exchange_order_id: str | None = None
    exchange_at: dt.datetime | None = None
    parent_order_id: str | None = None
    message: str | None = None
    raw_message: str | None = None
    request_id: str = "1"
    gtt_id: str | None = None
    triggered: bool = False
    ref_id: str = ""
    history: list[dict[str, Any]] = msgspec.field(default_factory=list[dict[str, Any]])

    @property
    def pending(self) -> int:
        """Units that may still trade; 0 once it has ended."""
        return 0 if self.status in ENDED else self.quantity - self.filled

    @property
    def buys(self) -> bool:
        """Its side."""
        return self.side == "BUY"

    @property
    def ended(self) -> bool:
        """Whether it will never trade again."""
        return self.status in ENDED

    @property
    def rests_as_amo(self) -> bool:
        """Whether it waits for the market to open."""
        return self.status == "after market order req received"

    @property
    def is_stop(self) -> bool:
        """Whether it still waits for its trigger price, or will."""
        return self.order_type in {"SL", "SL-M"} and not self.triggered

    @property
    def is_market(self) -> bool:
        """Whether it has no price of its own."""
        return self.order_type in {"MARKET", "SL-M"}

    @property
    def average(self) -> float:
        """The average price of its trades, in price units; 0 without any."""
        return self.turnover / self.filled if self.filled else 0.0


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """One execution of an order."""

    trade_id: str
    order_id: str
    exchange_order_id: str
    key: str
    side: Side
    product: Product
    order_type: OrderType
    quantity: int
    price: Price
    at: dt.datetime


INTRADAY: frozenset[Product] = frozenset({"I", "CO"})
"""The products that are squared off before the close."""


def opposite(side: Side) -> Side:
    """The other side."""
    return "SELL" if side == "BUY" else "BUY"
