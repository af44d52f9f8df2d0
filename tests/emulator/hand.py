"""A hand that trades on an emulator: market orders over HTTP, filled after two seconds."""

from __future__ import annotations

import datetime as dt
from typing import Any

from upstox_emulator import Emulator

from .conftest import Answer, Caller

RELIANCE, NIFTY = "NSE_EQ|INE002A01018", "NSE_INDEX|Nifty 50"


class Hand(Caller):
    def __init__(self, em: Emulator) -> None:
        super().__init__(em.url, em.access_token)
        self.em = em

    def trade(self, key: str, side: str, quantity: int, product: str = "D") -> None:
        body = {
            "quantity": quantity, "product": product, "validity": "DAY", "price": 0, "instrument_token": key,
            "order_type": "MARKET", "transaction_type": side, "disclosed_quantity": 0, "trigger_price": 0,
            "is_amo": False,
        }  # fmt: skip
        (order_id,) = self("POST", "/v3/order/place", body=body).data["order_ids"]
        self.em.clock.advance(2)
        order = self("GET", f"/v2/order/details?order_id={order_id}").data
        assert order["status"] == "complete", order["status_message"]

    def sleep(self, days: int = 1) -> None:
        """Go on to another day, and log in again."""
        self.em.clock.advance(dt.timedelta(days=days))
        self.token = self.em.issue_token()

    def refused(self, answer: Answer) -> list[tuple[str, Any]]:
        """The codes of a refusal, and where."""
        assert answer.status == 400, answer.json()
        return list(zip(answer.codes, (error["property_path"] for error in answer.json()["errors"]), strict=True))

    @property
    def future(self) -> Any:
        """The NIFTY future of the next month."""
        return self.em.venue.catalog.futures(NIFTY, self.em.clock.now().date())[1]
