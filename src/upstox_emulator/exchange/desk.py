"""What the exchange asks of the account behind the orders."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple, Protocol

from upstox_emulator.exchange.orders import Order, Product, Trade


class Rejection(Exception):  # noqa: N818 - a word of the trade
    """The risk management's no.

    Attributes:
        message: for the trader. raw: as the risk management system says it.
    """

    def __init__(self, message: str, raw: str) -> None:
        super().__init__(message)
        self.message = message
        self.raw = raw


class Net(NamedTuple):
    """An open position: so many units (lots for commodities), below 0 if sold."""

    key: str
    product: Product
    quantity: int


class Desk(Protocol):
    """The account, as far as the exchange needs it."""

    def block(self, order: Order, at: dt.datetime) -> None:
        """Block the margin that the pending part of an order needs; called again when the order has been modified.

        Raises:
            Rejection: the money or the holding is not there; nothing has changed.
        """

    def release(self, order: Order) -> None:
        """Give back what is still blocked for an order that has ended."""

    def book(self, order: Order, trade: Trade) -> None:
        """Take a trade into positions, holdings and cash; the order's blocked margin shrinks with its pending part.

        `order` is as it stands after the trade.
        """

    def open_positions(self) -> list[Net]:
        """The positions that are not flat, in an order that does not change from run to run."""
        ...
