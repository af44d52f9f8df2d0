"""Positions and holdings: https://upstox.com/developer/api-documentation/get-positions

Prices, values, profits and losses are in rupees.
"""

from __future__ import annotations

from upstox_client.models._base import REQUIRED, Beyond, Model, RequestModel
from upstox_client.models.orders import AnyProduct, OrderMetadata, TransactionType
from upstox_client.models.user import Status

__all__ = [
    "ConvertPositionData",
    "ConvertPositionRequest",
    "ConvertPositionResponse",
    "GetHoldingsResponse",
    "GetPositionResponse",
    "HoldingsData",
    "PositionData",
]


class PositionData(Model):
    """A position of the day.

    `quantity` is the open one, negative where it was sold first. `pnl` is `sell_value - buy_value + quantity *
    last_price * multiplier`. `average_price` is None where the server has none.
    """

    exchange: str | None = None
    multiplier: float | None = None
    value: float | None = None
    pnl: float | None = None
    product: AnyProduct | None = None
    instrument_token: str | None = None
    average_price: float | None = None
    buy_value: float | None = None
    overnight_quantity: int | None = None
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
    quantity: int | None = None
    last_price: float | None = None
    unrealised: float | None = None
    realised: float | None = None
    sell_value: float | None = None
    tradingsymbol: str | None = None
    trading_symbol: str | None = None
    close_price: float | None = None
    buy_price: float | None = None
    sell_price: float | None = None


class GetPositionResponse(Model):
    """https://upstox.com/developer/api-documentation/get-positions"""

    status: Status | None = None
    data: list[PositionData] | None = None
    metadata: Beyond[OrderMetadata] = None


class ConvertPositionRequest(RequestModel):
    """How many units of a position to move from one product to another."""

    instrument_token: str = REQUIRED
    new_product: AnyProduct = REQUIRED
    old_product: AnyProduct = REQUIRED
    transaction_type: TransactionType = REQUIRED
    quantity: int = REQUIRED


class ConvertPositionData(Model):
    """`complete` once it is done."""

    status: str | None = None


class ConvertPositionResponse(Model):
    """https://upstox.com/developer/api-documentation/convert-positions"""

    status: Status | None = None
    data: ConvertPositionData | None = None


class HoldingsData(Model):
    """Shares in the demat account.

    `haircut` is the fraction that does not count when they are pledged. `t1_quantity` is bought and not delivered yet,
    `cnc_used_quantity` is blocked by orders, `collateral_quantity` is pledged. `pnl` is `(last_price - average_price) *
    quantity`.
    """

    isin: str | None = None
    cnc_used_quantity: int | None = None
    collateral_type: str | None = None
    company_name: str | None = None
    haircut: float | None = None
    product: AnyProduct | None = None
    quantity: int | None = None
    tradingsymbol: str | None = None
    trading_symbol: str | None = None
    last_price: float | None = None
    close_price: float | None = None
    pnl: float | None = None
    day_change: float | None = None
    day_change_percentage: float | None = None
    instrument_token: str | None = None
    average_price: float | None = None
    collateral_quantity: int | None = None
    collateral_update_quantity: int | None = None
    t1_quantity: int | None = None
    exchange: str | None = None


class GetHoldingsResponse(Model):
    """https://upstox.com/developer/api-documentation/get-holdings"""

    status: Status | None = None
    data: list[HoldingsData] | None = None
