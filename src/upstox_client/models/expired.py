"""Expired contracts: https://upstox.com/developer/api-documentation/expired-instruments"""

from __future__ import annotations

from upstox_client.models._base import Model
from upstox_client.models._types import PartialStatus

__all__ = [
    "ExpiredFutureData",
    "GetExpiredFuturesContractResponse",
    "GetExpiriesResponse",
]


class ExpiredFutureData(Model):
    """An expired future. `expiry` is `YYYY-MM-DD`; the key ends in the expiry: `NSE_FO|54452|24-04-2025`."""

    name: str | None = None
    segment: str | None = None
    exchange: str | None = None
    expiry: str | None = None
    instrument_key: str | None = None
    exchange_token: str | None = None
    trading_symbol: str | None = None
    tick_size: float | None = None
    lot_size: int | None = None
    instrument_type: str | None = None
    freeze_quantity: float | None = None
    underlying_key: str | None = None
    underlying_type: str | None = None
    underlying_symbol: str | None = None
    minimum_lot: int | None = None


class GetExpiredFuturesContractResponse(Model):
    """https://upstox.com/developer/api-documentation/get-expired-future-contracts"""

    status: PartialStatus | None = None
    data: list[ExpiredFutureData] | None = None


class GetExpiriesResponse(Model):
    """Dates as `YYYY-MM-DD`, oldest first. https://upstox.com/developer/api-documentation/get-expiries"""

    status: PartialStatus | None = None
    data: list[str] | None = None
