"""The sandbox: orders are checked and get an id, and nothing else happens to them. They cannot be read.

https://upstox.com/developer/api-documentation/sandbox
"""

from __future__ import annotations

import datetime as dt

from upstox_emulator.errors import refuse
from upstox_emulator.exchange.ids import Ids


class Sandbox:
    """The ids that the sandbox has given, and whether they have been cancelled."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._cancelled: dict[str, bool] = {}

    def place(self, at: dt.datetime) -> str:
        """A new order's id."""
        order_id = self._ids.order(at)
        self._cancelled[order_id] = False
        return order_id

    def modify(self, order_id: str) -> None:
        """Change an order.

        Raises:
            Refusal: there is none of this id, or it has been cancelled.
        """
        self._check(order_id, "order_ended_modify")

    def cancel(self, order_id: str) -> None:
        """Cancel an order.

        Raises:
            Refusal: there is none of this id, or it has been cancelled.
        """
        self._check(order_id, "order_ended_cancel")
        self._cancelled[order_id] = True

    def roll(self) -> None:
        """A new day."""
        self._cancelled.clear()

    def _check(self, order_id: str, ended: str) -> None:
        cancelled = self._cancelled.get(order_id)
        if cancelled is None:
            raise refuse("order_unknown", path="order_id", value=order_id)
        if cancelled:
            raise refuse(ended, path="order_id", value=order_id)
