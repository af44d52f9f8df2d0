"""Trades of past years, profit and loss: https://upstox.com/developer/api-documentation/get-historical-trades

Prices, amounts and charges are in rupees.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from upstox_client.models._base import Beyond, Model
from upstox_client.models.user import Status

__all__ = [
    "GetProfitAndLossChargesResponse",
    "GetTradeWiseProfitAndLossDataResponse",
    "GetTradeWiseProfitAndLossMetaDataResponse",
    "ProfitAndLossChargesData",
    "ProfitAndLossChargesTaxes",
    "ProfitAndLossChargesWrapperData",
    "ProfitAndLossMetaData",
    "ProfitAndLossMetaDataWrapper",
    "ProfitAndLossOtherChargesTaxes",
    "TradeHistoryResponse",
    "TradeHistoryResponseMetaData",
    "TradeHistoryResponsePageData",
    "TradeHistoryResponseTradeData",
    "TradeWiseMetaData",
    "TradeWiseProfitAndLossData",
]

ReportSegment: TypeAlias = Literal["EQ", "FO", "COM", "CD"]
"""Equity, futures and options, commodities, currencies."""
HistorySegment: TypeAlias = Literal["EQ", "FO", "COM", "CD", "MF"]
"""Mutual funds, too."""


class TradeHistoryResponseTradeData(Model):
    """A trade. `trade_date` and `expiry` are `YYYY-MM-DD`; what does not apply is an empty text or `0.0`."""

    exchange: str | None = None
    segment: str | None = None
    option_type: str | None = None
    quantity: int | None = None
    amount: float | None = None
    trade_id: str | None = None
    trade_date: str | None = None
    transaction_type: str | None = None
    scrip_name: str | None = None
    strike_price: str | None = None
    expiry: str | None = None
    price: float | None = None
    isin: str | None = None
    symbol: str | None = None
    instrument_token: str | None = None


class TradeHistoryResponsePageData(Model):
    """Which page this is, counted from 1, and of how many."""

    page_number: int | None = None
    page_size: int | None = None
    total_records: int | None = None
    total_pages: int | None = None


class TradeHistoryResponseMetaData(Model):
    """Which page this is."""

    page: TradeHistoryResponsePageData | None = None


class TradeHistoryResponse(Model):
    """Trades, page by page.

    `meta_data` is filled in whichever spelling it comes; the official client looks for `metaData` alone, the server
    is documented to send `meta_data`.

    https://upstox.com/developer/api-documentation/get-historical-trades
    """

    status: Status | None = None
    data: list[TradeHistoryResponseTradeData] | None = None
    meta_data: TradeHistoryResponseMetaData | None = msgspec.field(default=None, name="metaData")
    meta_data_: Beyond[TradeHistoryResponseMetaData] = msgspec.field(default=None, name="meta_data")

    def __post_init__(self) -> None:
        if self.meta_data is None:
            self.meta_data = self.meta_data_


class TradeWiseMetaData(Model):
    """How many trades a report has, and how many go on a page at most."""

    trades_count: int | None = None
    page_size_limit: int | None = None


class GetTradeWiseProfitAndLossMetaDataResponse(Model):
    """https://upstox.com/developer/api-documentation/get-report-meta-data"""

    status: Status | None = None
    data: TradeWiseMetaData | None = None


class TradeWiseProfitAndLossData(Model):
    """A purchase and the sale it belongs to. Dates are `DD-MM-YYYY`; `trade_type` is EQ, FUT or OPT."""

    quantity: float | None = None
    isin: str | None = None
    scrip_name: str | None = None
    trade_type: str | None = None
    buy_date: str | None = None
    buy_average: float | None = None
    sell_date: str | None = None
    sell_average: float | None = None
    buy_amount: float | None = None
    sell_amount: float | None = None


class ProfitAndLossMetaData(Model):
    """Which page this is, counted from 1."""

    page_number: int | None = None
    page_size: int | None = None


class ProfitAndLossMetaDataWrapper(Model):
    """Which page this is."""

    page: ProfitAndLossMetaData | None = None


class GetTradeWiseProfitAndLossDataResponse(Model):
    """https://upstox.com/developer/api-documentation/get-profit-and-loss-report"""

    status: Status | None = None
    data: list[TradeWiseProfitAndLossData] | None = None
    metadata: ProfitAndLossMetaDataWrapper | None = None


class ProfitAndLossChargesTaxes(Model):
    """Goods and services tax, securities transaction tax, stamp duty."""

    gst: float | None = None
    stt: float | None = None
    stamp_duty: float | None = None


class ProfitAndLossOtherChargesTaxes(Model):
    """What the exchange, the clearing house, SEBI, the depository and the investor protection fund took."""

    transaction: float | None = None
    clearing: float | None = None
    others: float | None = None
    sebi_turnover: float | None = None
    demat_transaction: float | None = None
    ipft: Beyond[float] = None


class ProfitAndLossChargesData(Model):
    """What trading cost: `total` is brokerage, taxes and charges together."""

    total: float | None = None
    brokerage: float | None = None
    taxes: ProfitAndLossChargesTaxes | None = None
    charges: ProfitAndLossOtherChargesTaxes | None = None


class ProfitAndLossChargesWrapperData(Model):
    """What trading cost."""

    charges_breakdown: ProfitAndLossChargesData | None = None


class GetProfitAndLossChargesResponse(Model):
    """https://upstox.com/developer/api-documentation/get-trade-charges"""

    status: Status | None = None
    data: ProfitAndLossChargesWrapperData | None = None
