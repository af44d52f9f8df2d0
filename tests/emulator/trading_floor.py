"""An emulator whose exchange stands in the small world: prices as they are set, a desk that allows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from upstox_emulator import Emulator
from upstox_emulator.exchange.exchange import Exchange

from .conftest import Answer, Caller
from .exchange.world import SHARE, EasyDesk, Listed, ScriptedMarket


class Floor(Caller):
    """Calls an emulator with the exchange of the small world."""

    def __init__(self, em: Emulator) -> None:
        super().__init__(em.url, em.access_token)
        self.em = em
        self.market = ScriptedMarket()
        self.desk = EasyDesk()
        venue = em.venue
        self.exchange = venue.exchange = Exchange(7, Listed(), self.market, venue.calendar, self.desk, venue.emit)

    def place(self, **fields: Any) -> Answer:
        return self("POST", "/v3/order/place", body=order(**fields))

    def placed(self, **fields: Any) -> str:
        order_id: str = self.place(**fields).data["order_ids"][0]
        return order_id

    def details(self, order_id: str) -> dict[str, Any]:
        row: dict[str, Any] = self("GET", f"/v2/order/details?order_id={order_id}").data
        return row

    def go(self, seconds: int = 1, to: float | None = None) -> None:
        """Let virtual seconds pass; `to` is the price of the first of them."""
        if to is not None:
            self.market.set(SHARE, self.em.clock.now() + dt.timedelta(seconds=1), to)
        self.em.clock.advance(seconds)


def order(**fields: Any) -> dict[str, Any]:
    """A limit order for a share; `fields` say what is different, `...` leaves one out."""
    wanted = {
        "quantity": 10, "product": "I", "validity": "DAY", "price": 99.5, "tag": None, "instrument_token": SHARE,
        "order_type": "LIMIT", "transaction_type": "BUY", "disclosed_quantity": 0, "trigger_price": 0, "is_amo": False,
    }  # fmt: skip
    return {name: value for name, value in (wanted | fields).items() if value is not ...}
