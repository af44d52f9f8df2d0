"""Addresses of the feeds, and what the portfolio stream and the webhook say.

https://upstox.com/developer/api-documentation/get-portfolio-stream-feed
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from upstox_client.models._base import Beyond, Model
from upstox_client.models.gtt import GttOrderDetails
from upstox_client.models.orders import AnyProduct, OrderBookData
from upstox_client.models.user import Status

__all__ = [
    "GttOrderUpdate",
    "HoldingUpdate",
    "OrderUpdate",
    "PositionUpdate",
    "WebsocketAuthRedirectResponse",
    "WebsocketAuthRedirectResponseData",
]


class WebsocketAuthRedirectResponseData(Model):
    """Where to connect, once, without a header. The server sends the address in two spellings; either will do."""

    authorized_redirect_uri: str | None = msgspec.field(default=None, name="authorizedRedirectUri")
    authorized_redirect_uri_: Beyond[str] = msgspec.field(default=None, name="authorized_redirect_uri")

    def __post_init__(self) -> None:
        if self.authorized_redirect_uri is None:
            self.authorized_redirect_uri = self.authorized_redirect_uri_


class WebsocketAuthRedirectResponse(Model):
    """Where to connect to a feed."""

    status: Status | None = None
    data: WebsocketAuthRedirectResponseData | None = None


class OrderUpdate(OrderBookData):
    """An order's new state. `trading_symbol` has the series (`NHPC-EQ`), unlike in the order book."""

    update_type: Literal["order"] | None = None
    user_id: str | None = None
    instrument_key: str | None = None


class GttOrderUpdate(GttOrderDetails):
    """A GTT order's new state; the webhook leaves `trailing_gap` out."""

    update_type: Literal["gtt_order"] | None = None


class PositionUpdate(Model):
    """A position's new state, without last price and profit. `exchange` is the segment, such as `NSE_EQ`."""

    update_type: Literal["position"] | None = None
    instrument_token: str | None = None
    instrument_key: str | None = None
    average_price: float | None = None
    buy_value: float | None = None
    overnight_quantity: int | None = None
    exchange: str | None = None
    day_buy_value: float | None = None
    day_buy_price: float | None = None
    overnight_buy_amount: float | None = None
    overnight_buy_quantity: int | None = None
    day_buy_quantity: int | None = None
    day_sell_value: float | None = None
    day_sell_price: float | None = None
    overnight_sell_amount: float | None = None
    overnight_sell_quantity: int | None = None
    day_sell_quantity: int | None = None
    multiplier: float | None = None
    quantity: int | None = None
    product: AnyProduct | None = None
    sell_value: float | None = None
    buy_price: float | None = None
    sell_price: float | None = None


class HoldingUpdate(Model):
    """A holding's new state, without prices of the day."""

    update_type: Literal["holding"] | None = None
    instrument_token: str | None = None
    instrument_key: str | None = None
    average_price: float | None = None
    isin: str | None = None
    cnc_used_quantity: int | None = None
    collateral_quantity: int | None = None
    collateral_type: str | None = None
    collateral_update_quantity: int | None = None
    company_name: str | None = None
    haircut: float | None = None
    product: AnyProduct | None = None
    quantity: int | None = None
    t1_quantity: int | None = None
    exchange: str | None = None


PortfolioUpdate: TypeAlias = OrderUpdate | GttOrderUpdate | PositionUpdate | HoldingUpdate

UPDATES: Final[Mapping[str, type[PortfolioUpdate]]] = {
    "order": OrderUpdate,
    "gtt_order": GttOrderUpdate,
    "position": PositionUpdate,
    "holding": HoldingUpdate,
}
"""`update_type` of a message -> its model."""
