"""Good-till-triggered orders: https://upstox.com/developer/api-documentation/place-gtt-order

Prices are in rupees; `created_at` and `expires_at` are epoch microseconds.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from upstox_client.models._base import REQUIRED, Model, RequestModel
from upstox_client.models._types import PartialStatus
from upstox_client.models.orders import OrderMetadata, Product, TransactionType

__all__ = [
    "GetGttOrderResponse",
    "GttCancelOrderRequest",
    "GttModifyOrderRequest",
    "GttOrderData",
    "GttOrderDetails",
    "GttPlaceOrderRequest",
    "GttRule",
    "GttTriggerOrderResponse",
    "Rule",
]

GttType: TypeAlias = Literal["SINGLE", "MULTIPLE"]
"""With one rule, or with two or three."""
GttStrategy: TypeAlias = Literal["ENTRY", "STOPLOSS", "TARGET"]
TriggerType: TypeAlias = Literal["ABOVE", "BELOW", "IMMEDIATE"]
GttRuleStatus: TypeAlias = Literal[
    "SCHEDULED", "TRIGGERED", "EXPIRED", "OPEN", "COMPLETED", "CANCELLED", "PENDING", "FAILED", "INACTIVE"
]


class GttRule(RequestModel):
    """When one leg is to be placed.

    ENTRY is in every order; STOPLOSS and TARGET trade the other way and take only IMMEDIATE. `trailing_gap`, in rupees,
    makes a stop loss follow the price, at a tenth of the distance between price and stop at least. `market_protection`
    is -1 (the server chooses) or a percentage up to 25.
    """

    strategy: GttStrategy = REQUIRED
    trigger_type: TriggerType = REQUIRED
    trigger_price: float = REQUIRED
    trailing_gap: float | None = None
    market_protection: float | None = None


class GttPlaceOrderRequest(RequestModel):
    """An order that waits. `transaction_type` is the side of ENTRY."""

    type: GttType = REQUIRED
    quantity: int = REQUIRED
    product: Product = REQUIRED
    rules: list[GttRule] = REQUIRED
    instrument_token: str = REQUIRED
    transaction_type: TransactionType = REQUIRED


class GttModifyOrderRequest(RequestModel):
    """What a waiting order shall be. Once it is open, the quantity stays and ENTRY takes only IMMEDIATE."""

    type: GttType = REQUIRED
    quantity: int = REQUIRED
    rules: list[GttRule] = REQUIRED
    gtt_order_id: str = REQUIRED


class GttCancelOrderRequest(RequestModel):
    """The order to cancel, with all its legs."""

    gtt_order_id: str = REQUIRED


class GttOrderData(Model):
    """The ids of the orders, `GTT-...`."""

    gtt_order_ids: list[str] | None = None


class GttTriggerOrderResponse(Model):
    """An order that was placed, changed or cancelled."""

    status: PartialStatus | None = None
    data: GttOrderData | None = None
    metadata: OrderMetadata | None = None


class Rule(Model):
    """One leg as it stands. `order_id` is that of the order it placed; `message` says why that failed."""

    strategy: GttStrategy | None = None
    status: GttRuleStatus | None = None
    message: str | None = None
    trigger_type: TriggerType | None = None
    trigger_price: float | None = None
    transaction_type: TransactionType | None = None
    order_id: str | None = None
    trailing_gap: float | None = None


class GttOrderDetails(Model):
    """An order as it stands. `exchange` is the segment, such as `NSE_EQ`."""

    type: GttType | None = None
    exchange: str | None = None
    quantity: int | None = None
    product: Product | None = None
    rules: list[Rule] | None = None
    trading_symbol: str | None = None
    instrument_token: str | None = None
    gtt_order_id: str | None = None
    expires_at: int | None = None
    created_at: int | None = None


class GetGttOrderResponse(Model):
    """https://upstox.com/developer/api-documentation/get-gtt-order-details"""

    status: PartialStatus | None = None
    data: list[GttOrderDetails] | None = None
    metadata: OrderMetadata | None = None
