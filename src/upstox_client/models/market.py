"""The market as a whole: https://upstox.com/developer/api-documentation/market-information

Holidays, timings, status; open interest, put-call ratio, max pain; FII and DII activity; smartlists.
"""

from __future__ import annotations

import datetime
from typing import Any, ClassVar, Literal, TypeAlias

import msgspec

from upstox_client.models._base import Beyond, DataMap, MapResponse, Model, Record
from upstox_client.models._types import Dated, Day, Number
from upstox_client.models.user import Status

__all__ = [
    "AnalyticsResponse",
    "CasEligibleStatus",
    "ChangeOiData",
    "ChangeOiResponse",
    "ChangeOiStrike",
    "ExchangeTimingData",
    "GetExchangeTimingResponse",
    "GetHolidayResponse",
    "GetMarketStatusResponse",
    "HolidayData",
    "InstitutionalActivity",
    "InstitutionalActivityResponse",
    "MarketStatusData",
    "MaxPainData",
    "MaxPainInsight",
    "MaxPainResponse",
    "MtfSmartlistData",
    "MtfSmartlistEntry",
    "MtfSmartlistPrice",
    "MtfSmartlistResponse",
    "OiData",
    "OiResponse",
    "OiStrike",
    "PcrData",
    "PcrInsight",
    "PcrResponse",
    "SmartlistData",
    "SmartlistEntry",
    "SmartlistMetric",
    "SmartlistPrice",
    "SmartlistResponse",
]

Exchange: TypeAlias = Literal["NSE", "NFO", "CDS", "BSE", "BFO", "BCD", "MCX", "NSCOM"]
HolidayType: TypeAlias = Literal["ALL", "SETTLEMENT_HOLIDAY", "TRADING_HOLIDAY", "SPECIAL_TIMING"]
FiiDataType: TypeAlias = Literal[
    "NSE_FO|INDEX_FUTURES", "NSE_FO|STOCK_FUTURES", "NSE_FO|INDEX_OPTIONS", "NSE_FO|STOCK_OPTIONS", "NSE_EQ|CASH"
]
DiiDataType: TypeAlias = Literal["NSE_EQ|CASH"]
ActivityInterval: TypeAlias = Literal["1D", "1M"]
AssetType: TypeAlias = Literal["INDEX", "STOCK", "COMMODITY"]
FuturesCategory: TypeAlias = Literal[
    "TOP_TRADED",
    "MOST_ACTIVE",
    "OI_GAINERS",
    "OI_LOSERS",
    "PRICE_GAINERS",
    "PRICE_LOSERS",
    "PREMIUM",
    "DISCOUNT",
]
OptionsCategory: TypeAlias = Literal[
    "TOP_TRADED",
    "MOST_ACTIVE",
    "OI_GAINERS",
    "OI_LOSERS",
    "PRICE_GAINERS",
    "PRICE_LOSERS",
    "IV_GAINERS",
    "IV_LOSERS",
    "UNDER_5000",
    "UNDER_10000",
]


class ExchangeTimingData(Model):
    """When an exchange opens and closes, in epoch milliseconds."""

    exchange: str | None = None
    start_time: int | None = None
    end_time: int | None = None


class GetExchangeTimingResponse(Model):
    """One row an exchange; none on a full holiday.

    https://upstox.com/developer/api-documentation/get-market-timings
    """

    status: Status | None = None
    data: list[ExchangeTimingData] | None = None


class HolidayData(Dated):
    """A holiday, or a day with special timings. `_date` is the official name of the day; `date` reads it as well."""

    _days: ClassVar = ("_date",)

    _date: Day | None = msgspec.field(default=None, name="date")
    description: str | None = None
    holiday_type: HolidayType | None = None
    closed_exchanges: list[str] | None = None
    open_exchanges: list[ExchangeTimingData] | None = None

    @property
    def date(self) -> datetime.datetime | None:
        """The day, at midnight and without a zone."""
        return self._date


class GetHolidayResponse(Model):
    """https://upstox.com/developer/api-documentation/get-market-holidays"""

    status: Status | None = None
    data: list[HolidayData] | None = None


class CasEligibleStatus(Model):
    """The closing auction: `CTS_CLOSE`, `CAS_LM_START`, `CAS_M_STOP`, `CAS_STOP`; since when, in epoch milliseconds."""

    status: str | None = None
    last_updated: int | None = None


class MarketStatusData(Model):
    """`NORMAL_OPEN`, `NORMAL_CLOSE`, `PRE_OPEN_START`, ...; since when, in epoch milliseconds."""

    exchange: str | None = None
    status: str | None = None
    last_updated: int | None = None
    cas_eligible_status: Beyond[CasEligibleStatus] = None


class GetMarketStatusResponse(Model):
    """https://upstox.com/developer/api-documentation/get-market-status"""

    status: Status | None = None
    data: MarketStatusData | None = None


class AnalyticsResponse(MapResponse):
    """The official response of every call of `MarketApi`; each of ours is one of these with its `data` typed."""

    status: str | None = None
    data: Any = None


class OiStrike(Record):
    """Open interest of one strike."""

    strike_price: Number | None = None
    call_oi: Number | None = None
    put_oi: Number | None = None


class OiData(Record):
    """Open interest by strike; `expiry` is `YYYY-MM-DD`."""

    total_puts: Number | None = None
    total_calls: Number | None = None
    spot_closing_price: Number | None = None
    expiry: str | None = None
    call_put_oi_data_list: list[OiStrike] | None = None


class OiResponse(AnalyticsResponse):
    """https://upstox.com/developer/api-documentation/get-oi"""

    data: OiData | None = None


class ChangeOiStrike(Record):
    """Change of the open interest of one strike."""

    strike_price: Number | None = None
    call_change_oi: Number | None = None
    put_change_oi: Number | None = None


class ChangeOiData(Record):
    """Change of the open interest by strike; `expiry` is `YYYY-MM-DD`."""

    total_put_change_oi: Number | None = None
    total_call_change_oi: Number | None = None
    spot_closing_price: Number | None = None
    expiry: str | None = None
    call_put_oi_data_list: list[ChangeOiStrike] | None = None


class ChangeOiResponse(AnalyticsResponse):
    """https://upstox.com/developer/api-documentation/get-change-oi"""

    data: ChangeOiData | None = None


class PcrInsight(Record):
    """The ratio at a time of the day, `HH:MM` IST."""

    pcr: Number | None = None
    spot_price: Number | None = None
    time: str | None = None


class PcrData(Record):
    """The put-call ratio; `expiry_date` is `DD-MM-YYYY`."""

    instrument_key: str | None = None
    expiry_date: str | None = None
    pcr: Number | None = None
    spot_closing_price: Number | None = None
    insights: list[PcrInsight] | None = None


class PcrResponse(AnalyticsResponse):
    """https://upstox.com/developer/api-documentation/get-pcr"""

    data: PcrData | None = None


class MaxPainInsight(Record):
    """The strike at a time of the day, `HH:MM` IST."""

    max_pain: Number | None = None
    spot_price: Number | None = None
    time: str | None = None


class MaxPainData(Record):
    """The strike at which option buyers lose most; `expiry_date` is `DD-MM-YYYY`."""

    instrument_key: str | None = None
    expiry_date: str | None = None
    max_pain: Number | None = None
    spot_closing_price: Number | None = None
    insights: list[MaxPainInsight] | None = None


class MaxPainResponse(AnalyticsResponse):
    """https://upstox.com/developer/api-documentation/get-max-pain"""

    data: MaxPainData | None = None


class InstitutionalActivity(Record):
    """What foreign or domestic institutions did in one session; what does not apply is 0.

    `time_stamp` is 00:00 IST of the session in epoch milliseconds. The amounts look like crore rupees, although the
    documentation says rupees.
    """

    time_stamp: int | None = None
    buy_amount: Number | None = None
    sell_amount: Number | None = None
    buy_contracts: Number | None = None
    sell_contracts: Number | None = None
    oi_contracts: Number | None = None
    oi_amount: Number | None = None
    total_long_contracts: Number | None = None
    total_short_contracts: Number | None = None
    total_call_long_contracts: Number | None = None
    total_put_long_contracts: Number | None = None
    total_call_short_contracts: Number | None = None
    total_put_short_contracts: Number | None = None


class InstitutionalActivityResponse(AnalyticsResponse):
    """By data type (`NSE_EQ|CASH`), newest session first.

    https://upstox.com/developer/api-documentation/get-fii-data
    """

    data: DataMap[list[InstitutionalActivity]] | None = None


class SmartlistPrice(Record):
    """The price in rupees, and its change in rupees and percent."""

    current: Number | None = None
    close_price: Number | None = None
    change_abs: Number | None = None
    change_pct: Number | None = None


class SmartlistMetric(Record):
    """What the list is ordered by (`metric_key`), and its change in its own unit and percent."""

    current: Number | None = None
    previous: Number | None = None
    change_abs: Number | None = None
    change_pct: Number | None = None


class SmartlistEntry(Record):
    """One contract of a list."""

    instrument_key: str | None = None
    price: SmartlistPrice | None = None
    metric: SmartlistMetric | None = None


class SmartlistData(Record):
    """One page of a list of futures or options; `time_stamp` is in epoch milliseconds."""

    asset_type: str | None = None
    category: str | None = None
    time_stamp: int | None = None
    metric_key: str | None = None
    smartlist: list[SmartlistEntry] | None = None
    page_number: int | None = None
    page_size: int | None = None
    total_pages: int | None = None


class SmartlistResponse(AnalyticsResponse):
    """https://upstox.com/developer/api-documentation/get-futures-smartlist"""

    data: SmartlistData | None = None


class MtfSmartlistPrice(Record):
    """The price, what it takes with margin funding, and what that saves; in rupees."""

    actual_price: Number | None = None
    mtf_price: Number | None = None
    margin_saved: Number | None = None
    close_price: Number | None = None


class MtfSmartlistEntry(Record):
    """One share that can be bought with margin funding."""

    instrument_key: str | None = None
    price: MtfSmartlistPrice | None = None
    mtf_percent: Number | None = None


class MtfSmartlistData(Record):
    """One page of the shares that can be bought with margin funding; `time_stamp` is in epoch milliseconds."""

    asset_type: str | None = None
    category: str | None = None
    time_stamp: int | None = None
    metric_key: str | None = None
    smartlist: list[MtfSmartlistEntry] | None = None
    page_number: int | None = None
    page_size: int | None = None
    total_pages: int | None = None


class MtfSmartlistResponse(AnalyticsResponse):
    """https://upstox.com/developer/api-documentation/get-mtf-smartlist"""

    data: MtfSmartlistData | None = None
