"""Instruments: contracts and the search: https://upstox.com/developer/api-documentation/instruments

`tick_size` is in paise, `strike_price` in rupees, `mtf_bracket` in percent of margin.
"""

from __future__ import annotations

from typing import ClassVar

from upstox_client.models._base import Beyond, Model, Record
from upstox_client.models._types import Dated, Day, Number
from upstox_client.models.paging import SearchMetaData
from upstox_client.models.user import Status

__all__ = [
    "GetOptionContractResponse",
    "InstrumentData",
    "SearchInstrumentData",
    "SearchInstrumentResponse",
]


class InstrumentData(Dated):
    """An instrument. What does not apply to it is None.

    `expiry` and `last_trading_date` are midnight without a zone when a date came, and in IST when the epoch
    milliseconds of the instrument files came.
    """

    _days: ClassVar = ("expiry", "last_trading_date")

    name: str | None = None
    segment: str | None = None
    exchange: str | None = None
    isin: str | None = None
    expiry: Day | None = None
    country: str | None = None
    latency: str | None = None
    description: str | None = None
    currency: str | None = None
    weekly: bool | None = None
    instrument_key: str | None = None
    exchange_token: str | None = None
    trading_symbol: str | None = None
    short_name: str | None = None
    tick_size: float | None = None
    lot_size: int | None = None
    instrument_type: str | None = None
    freeze_quantity: float | None = None
    underlying_key: str | None = None
    underlying_type: str | None = None
    underlying_symbol: str | None = None
    last_trading_date: Day | None = None
    strike_price: float | None = None
    price_quote_unit: str | None = None
    qty_multiplier: int | None = None
    minimum_lot: int | None = None
    start_time: str | None = None
    end_time: str | None = None
    week_days: str | None = None
    general_denominator: float | None = None
    general_numerator: float | None = None
    price_numerator: float | None = None
    price_denominator: float | None = None
    mtf_enabled: bool | None = None
    mtf_bracket: float | None = None
    security_type: str | None = None
    asset_symbol: Beyond[str] = None
    asset_key: Beyond[str] = None
    asset_type: Beyond[str] = None
    cas_eligible: Beyond[bool] = None
    intraday_margin: Beyond[float] = None
    intraday_leverage: Beyond[float] = None


class GetOptionContractResponse(Model):
    """https://upstox.com/developer/api-documentation/get-option-contracts"""

    status: Status | None = None
    data: list[InstrumentData] | None = None


class SearchInstrumentData(Record):
    """An instrument that the search found; `expiry` is the text `YYYY-MM-DD`. What does not apply to it is None."""

    name: str | None = None
    segment: str | None = None
    exchange: str | None = None
    isin: Beyond[str] = None
    expiry: Beyond[str] = None
    weekly: Beyond[bool] = None
    instrument_key: str | None = None
    exchange_token: str | None = None
    trading_symbol: str | None = None
    short_name: Beyond[str] = None
    tick_size: Beyond[Number] = None
    lot_size: Beyond[int] = None
    instrument_type: str | None = None
    freeze_quantity: Beyond[Number] = None
    qty_multiplier: Beyond[Number] = None
    minimum_lot: Beyond[int] = None
    strike_price: Beyond[Number] = None
    underlying_key: Beyond[str] = None
    underlying_type: Beyond[str] = None
    underlying_symbol: Beyond[str] = None
    asset_symbol: Beyond[str] = None
    asset_key: Beyond[str] = None
    asset_type: Beyond[str] = None
    last_trading_date: Beyond[str] = None
    price_quote_unit: Beyond[str] = None
    security_type: Beyond[str] = None
    cas_eligible: Beyond[bool] = None
    mtf_enabled: Beyond[bool] = None
    mtf_bracket: Beyond[Number] = None
    country: Beyond[str] = None
    latency: Beyond[str] = None
    description: Beyond[str] = None
    currency: Beyond[str] = None
    start_time: Beyond[str] = None
    end_time: Beyond[str] = None
    week_days: Beyond[str] = None
    general_numerator: Beyond[Number] = None
    general_denominator: Beyond[Number] = None
    price_numerator: Beyond[Number] = None
    price_denominator: Beyond[Number] = None


class SearchInstrumentResponse(Model):
    """https://upstox.com/developer/api-documentation/instrument-search"""

    status: str | None = None
    data: list[SearchInstrumentData] | None = None
    meta_data: SearchMetaData | None = None
