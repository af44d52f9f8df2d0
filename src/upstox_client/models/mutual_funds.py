"""Mutual funds: https://upstox.com/developer/api-documentation/mutual-fund

Amounts and prices are in rupees; `instrument_key` is the fund's ISIN; times are `YYYY-MM-DD HH:MM:SS` IST.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from upstox_client.models._base import Model, Record
from upstox_client.models._types import Number
from upstox_client.models.paging import MutualFundMetaData

__all__ = [
    "GetMutualFundHoldingsResponse",
    "GetMutualFundOrderDetailsResponse",
    "GetMutualFundOrdersResponse",
    "GetMutualFundSipsResponse",
    "MutualFundHoldingData",
    "MutualFundOrderData",
    "MutualFundSipData",
]

MutualFundOrderStatus: TypeAlias = Literal[
    "ALL",
    "ARCHIVED",
    "NEW",
    "PENDING",
    "OPEN",
    "INPROCESS",
    "COMPLETED",
    "PLACED",
    "REJECTED",
    "CREATED",
    "PAYMENT_PENDING",
    "FAILED",
    "CANCELLED",
    "VERIFIED",
]
MutualFundTransaction: TypeAlias = Literal["ALL", "BUY", "SELL"]


class MutualFundHoldingData(Record):
    """Units of a fund that are held, and what they have gained."""

    folio: str | None = None
    fund: str | None = None
    pnl: Number | None = None
    quantity: Number | None = None
    instrument_key: str | None = None
    average_price: Number | None = None
    last_price: Number | None = None
    last_price_date: str | None = None
    pledged_quantity: Number | None = None


class GetMutualFundHoldingsResponse(Model):
    """https://upstox.com/developer/api-documentation/get-mutual-fund-holdings"""

    status: str | None = None
    data: list[MutualFundHoldingData] | None = None


class MutualFundOrderData(Record):
    """An order for a fund: of an `amount` to buy, or of a `quantity` of units."""

    status: str | None = None
    folio: str | None = None
    fund: str | None = None
    amount: Number | None = None
    variety: str | None = None
    quantity: Number | None = None
    price: Number | None = None
    order_id: str | None = None
    exchange_order_id: str | None = None
    instrument_key: str | None = None
    status_message: str | None = None
    order_timestamp: str | None = None
    exchange_timestamp: str | None = None
    settlement_id: str | None = None
    transaction_type: str | None = None
    purchase_type: str | None = None
    last_price: Number | None = None
    average_price: Number | None = None
    last_price_date: str | None = None


class GetMutualFundOrdersResponse(Model):
    """https://upstox.com/developer/api-documentation/get-mutual-fund-orders"""

    status: str | None = None
    data: list[MutualFundOrderData] | None = None
    meta_data: MutualFundMetaData | None = None


class GetMutualFundOrderDetailsResponse(Model):
    """https://upstox.com/developer/api-documentation/get-mutual-fund-order-by-id"""

    status: str | None = None
    data: MutualFundOrderData | None = None


class MutualFundSipData(Record):
    """A plan of regular purchases: `ACTIVE`, `PAUSED` or `CANCELLED`."""

    fund: str | None = None
    status: str | None = None
    created: str | None = None
    frequency: str | None = None
    instalments: int | None = None
    sip_id: str | None = None
    sip_reg_number: str | None = None
    instrument_key: str | None = None
    dividend_type: str | None = None
    transaction_type: str | None = None
    next_instalment: str | None = None
    instalment_amount: Number | None = None
    last_instalment: str | None = None
    pending_instalments: int | None = None
    instalment_day: int | None = None
    completed_instalments: int | None = None
    trigger_price: Number | None = None
    sip_type: str | None = None


class GetMutualFundSipsResponse(Model):
    """https://upstox.com/developer/api-documentation/get-mutual-fund-sips"""

    status: str | None = None
    data: list[MutualFundSipData] | None = None
    meta_data: MutualFundMetaData | None = None
