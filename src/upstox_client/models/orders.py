"""Orders and trades: https://upstox.com/developer/api-documentation/orders

Prices are in rupees. Quantities are in units; of commodities, in lots. Times are `YYYY-MM-DD HH:MM:SS` IST.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from upstox_client.models._base import REQUIRED, Model, RequestModel
from upstox_client.models._types import PartialStatus
from upstox_client.models.user import Status

__all__ = [
    "BatchExecutionSummary",
    "CancelOrExitMultiOrderData",
    "CancelOrExitMultiOrderResponse",
    "CancelOrExitOrderErrorData",
    "CancelOrderData",
    "CancelOrderResponse",
    "CancelOrderV3Response",
    "GetOrderBookResponse",
    "GetOrderDetailsResponse",
    "GetOrderResponse",
    "GetTradeResponse",
    "ModifyOrderData",
    "ModifyOrderRequest",
    "ModifyOrderResponse",
    "ModifyOrderV3Response",
    "MultiOrderData",
    "MultiOrderError",
    "MultiOrderRequest",
    "MultiOrderResponse",
    "MultiOrderSummary",
    "MultiOrderV3Data",
    "OrderBookData",
    "OrderData",
    "OrderMetadata",
    "PlaceOrderData",
    "PlaceOrderRequest",
    "PlaceOrderResponse",
    "PlaceOrderV3Request",
    "PlaceOrderV3Response",
    "TradeData",
]

Product: TypeAlias = Literal["I", "D", "MTF"]
"""Intraday, delivery (of derivatives: carried forward), margin trading facility."""
AnyProduct: TypeAlias = Literal["I", "D", "CO", "OCO", "MTF"]
"""Cover and one-cancels-other orders, too, which are no longer taken."""
Validity: TypeAlias = Literal["DAY", "IOC"]
AnyValidity: TypeAlias = Literal["DAY", "IOC", "EOS"]
"""Until the end of the session, too, which the server may report but does not take."""
OrderType: TypeAlias = Literal["MARKET", "LIMIT", "SL", "SL-M"]
TransactionType: TypeAlias = Literal["BUY", "SELL"]
OrderSegment: TypeAlias = Literal["NSE_EQ", "BSE_EQ", "NSE_FO", "BSE_FO", "MCX_FO", "NCD_FO", "BCD_FO", "NSE_COM"]
OrderStatus: TypeAlias = Literal[
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
"""Final are `complete`, `rejected`, `cancelled` and `cancelled after market order`.

https://upstox.com/developer/api-documentation/appendix/order-status
"""


class OrderMetadata(Model):
    """How long the server took, in milliseconds."""

    latency: int | None = None


# What is sent


class PlaceOrderRequest(RequestModel):
    """An order of the older call, as `PlaceOrderV3Request` but never sliced."""

    quantity: int = REQUIRED
    product: AnyProduct = REQUIRED
    validity: Validity = REQUIRED
    price: float = REQUIRED
    tag: str | None = None
    instrument_token: str = REQUIRED
    order_type: OrderType = REQUIRED
    transaction_type: TransactionType = REQUIRED
    disclosed_quantity: int = REQUIRED
    trigger_price: float = REQUIRED
    is_amo: bool = REQUIRED


class PlaceOrderV3Request(RequestModel):
    """An order.

    `price` is 0 with MARKET and SL-M, `trigger_price` is 0 with MARKET and LIMIT. `disclosed_quantity` is 0 or at least
    a tenth of `quantity`. `tag` has at most 40 characters. `is_amo` is ignored: the server goes by the market's hours.
    With `slice`, a quantity above the freeze quantity becomes several orders. `market_protection` is for MARKET and
    SL-M: -1 lets the server choose, above 0 to 25 is a percentage, 0 (none) is refused with MARKET.
    """

    quantity: int = REQUIRED
    product: Product = REQUIRED
    validity: Validity = REQUIRED
    price: float = REQUIRED
    tag: str | None = None
    slice: bool | None = None
    instrument_token: str = REQUIRED
    order_type: OrderType = REQUIRED
    transaction_type: TransactionType = REQUIRED
    disclosed_quantity: int = REQUIRED
    trigger_price: float = REQUIRED
    is_amo: bool = REQUIRED
    market_protection: float | None = None


class MultiOrderRequest(RequestModel):
    """One line of a batch: as `PlaceOrderV3Request`; `correlation_id`, 1 to 20 characters, is unique in the batch."""

    quantity: int = REQUIRED
    product: Product = REQUIRED
    validity: Validity = REQUIRED
    price: float = REQUIRED
    tag: str | None = None
    slice: bool = REQUIRED
    instrument_token: str = REQUIRED
    order_type: OrderType = REQUIRED
    transaction_type: TransactionType = REQUIRED
    disclosed_quantity: int = REQUIRED
    trigger_price: float = REQUIRED
    is_amo: bool = REQUIRED
    correlation_id: str = REQUIRED
    market_protection: float | None = None


class ModifyOrderRequest(RequestModel):
    """What an open order shall be. `quantity` and `disclosed_quantity` stay as they are if left out."""

    quantity: int | None = None
    validity: Validity = REQUIRED
    price: float = REQUIRED
    order_id: str = REQUIRED
    order_type: OrderType = REQUIRED
    disclosed_quantity: int | None = None
    trigger_price: float = REQUIRED
    market_protection: float | None = None


# What comes back from single orders


class PlaceOrderData(Model):
    """The order's id."""

    order_id: str | None = None


class PlaceOrderResponse(Model):
    """https://upstox.com/developer/api-documentation/place-order"""

    status: Status | None = None
    data: PlaceOrderData | None = None


class MultiOrderV3Data(Model):
    """The ids of the orders: one, or one for each slice."""

    order_ids: list[str] | None = None


class PlaceOrderV3Response(Model):
    """https://upstox.com/developer/api-documentation/v3/place-order"""

    status: PartialStatus | None = None
    data: MultiOrderV3Data | None = None
    metadata: OrderMetadata | None = None


class ModifyOrderData(Model):
    """The order's id, which stays the same."""

    order_id: str | None = None


class ModifyOrderResponse(Model):
    """https://upstox.com/developer/api-documentation/modify-order"""

    status: Status | None = None
    data: ModifyOrderData | None = None


class ModifyOrderV3Response(Model):
    """https://upstox.com/developer/api-documentation/v3/modify-order"""

    status: PartialStatus | None = None
    data: ModifyOrderData | None = None
    metadata: OrderMetadata | None = None


class CancelOrderData(Model):
    """The order's id."""

    order_id: str | None = None


class CancelOrderResponse(Model):
    """https://upstox.com/developer/api-documentation/cancel-order"""

    status: Status | None = None
    data: CancelOrderData | None = None


class CancelOrderV3Response(Model):
    """https://upstox.com/developer/api-documentation/v3/cancel-order"""

    status: PartialStatus | None = None
    data: CancelOrderData | None = None
    metadata: OrderMetadata | None = None


# What comes back from batches


class MultiOrderData(Model):
    """A line that was placed. A sliced line comes as several, `<correlation_id>_1` and so on."""

    correlation_id: str | None = None
    order_id: str | None = None


class MultiOrderError(Model):
    """A line that was not placed."""

    message: str | None = None
    error_code: str | None = None
    property_path: str | None = None
    invalid_value: object = None
    correlation_id: str | None = None


class MultiOrderSummary(Model):
    """How many orders there were, failed before they were tried (`payload_error`), succeeded and failed."""

    total: int | None = None
    success: int | None = None
    error: int | None = None
    payload_error: int | None = None


class MultiOrderResponse(Model):
    """With `partial_success`, both `data` and `errors` are filled.

    https://upstox.com/developer/api-documentation/place-multi-order
    """

    status: PartialStatus | None = None
    data: list[MultiOrderData] | None = None
    errors: list[MultiOrderError] | None = None
    summary: MultiOrderSummary | None = None


class CancelOrExitMultiOrderData(Model):
    """The ids of the orders that were cancelled, or placed to close positions."""

    order_ids: list[str] | None = None


class CancelOrExitOrderErrorData(Model):
    """An order that was not cancelled, or a position that was not closed."""

    message: str | None = None
    error_code: str | None = None
    property_path: str | None = None
    invalid_value: object = None
    instrument_key: str | None = None
    order_id: str | None = None


class BatchExecutionSummary(Model):
    """How many there were, succeeded and failed."""

    total: int | None = None
    success: int | None = None
    error: int | None = None


class CancelOrExitMultiOrderResponse(Model):
    """With `partial_success`, both `data` and `errors` are filled.

    https://upstox.com/developer/api-documentation/cancel-multi-order
    https://upstox.com/developer/api-documentation/exit-all-positions
    """

    status: PartialStatus | None = None
    data: CancelOrExitMultiOrderData | None = None
    errors: list[CancelOrExitOrderErrorData] | None = None
    summary: BatchExecutionSummary | None = None


# What is read


class OrderBookData(Model):
    """An order as it stands.

    `average_price` is that of `filled_quantity`. `status_message` says why it was rejected, `status_message_raw` in the
    words of risk management. `exchange_order_id` is empty or None until the exchange has it. `order_ref_id` is the GTT
    order's id if one placed it.
    """

    exchange: str | None = None
    product: AnyProduct | None = None
    price: float | None = None
    quantity: int | None = None
    status: OrderStatus | None = None
    guid: str | None = None
    tag: str | None = None
    instrument_token: str | None = None
    placed_by: str | None = None
    tradingsymbol: str | None = None
    trading_symbol: str | None = None
    order_type: OrderType | None = None
    validity: AnyValidity | None = None
    trigger_price: float | None = None
    disclosed_quantity: int | None = None
    transaction_type: TransactionType | None = None
    average_price: float | None = None
    filled_quantity: int | None = None
    pending_quantity: int | None = None
    status_message: str | None = None
    status_message_raw: str | None = None
    exchange_order_id: str | None = None
    parent_order_id: str | None = None
    order_id: str | None = None
    variety: str | None = None
    order_timestamp: str | None = None
    exchange_timestamp: str | None = None
    is_amo: bool | None = None
    order_request_id: str | None = None
    order_ref_id: str | None = None


class GetOrderBookResponse(Model):
    """https://upstox.com/developer/api-documentation/get-order-book"""

    status: Status | None = None
    data: list[OrderBookData] | None = None


class GetOrderDetailsResponse(Model):
    """https://upstox.com/developer/api-documentation/get-order-details"""

    status: PartialStatus | None = None
    data: OrderBookData | None = None


class OrderData(Model):
    """A state that an order went through. `parent_order_id` is `NA` where there is none."""

    exchange: str | None = None
    price: float | None = None
    product: AnyProduct | None = None
    quantity: int | None = None
    status: OrderStatus | None = None
    tag: str | None = None
    validity: AnyValidity | None = None
    average_price: float | None = None
    disclosed_quantity: int | None = None
    exchange_order_id: str | None = None
    exchange_timestamp: str | None = None
    instrument_token: str | None = None
    is_amo: bool | None = None
    status_message: str | None = None
    order_id: str | None = None
    order_request_id: str | None = None
    order_type: OrderType | None = None
    parent_order_id: str | None = None
    tradingsymbol: str | None = None
    trading_symbol: str | None = None
    order_timestamp: str | None = None
    filled_quantity: int | None = None
    transaction_type: TransactionType | None = None
    trigger_price: float | None = None
    placed_by: str | None = None
    variety: str | None = None


class GetOrderResponse(Model):
    """https://upstox.com/developer/api-documentation/get-order-history"""

    status: Status | None = None
    data: list[OrderData] | None = None


class TradeData(Model):
    """An execution. The documentation shows its times as `DD-Mon-YYYY HH:MM:SS`."""

    exchange: str | None = None
    product: AnyProduct | None = None
    tradingsymbol: str | None = None
    trading_symbol: str | None = None
    instrument_token: str | None = None
    order_type: OrderType | None = None
    transaction_type: TransactionType | None = None
    quantity: int | None = None
    exchange_order_id: str | None = None
    order_id: str | None = None
    exchange_timestamp: str | None = None
    average_price: float | None = None
    trade_id: str | None = None
    order_ref_id: str | None = None
    order_timestamp: str | None = None


class GetTradeResponse(Model):
    """https://upstox.com/developer/api-documentation/get-trade-history"""

    status: Status | None = None
    data: list[TradeData] | None = None
