"""Quotes: last price, OHLC, depth, Greeks: https://upstox.com/developer/api-documentation/market-quote

Prices are in rupees. The `data` maps are keyed by segment and trading symbol with a colon (`NSE_EQ:NHPC`,
`NSE_INDEX:Nifty 50`); `instrument_token` has the instrument key that was asked for.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from upstox_client.models._base import DataMap, MapResponse, Model
from upstox_client.models._types import PartialStatus
from upstox_client.models.user import Status

__all__ = [
    "Depth",
    "DepthMap",
    "GetFullMarketQuoteResponse",
    "GetFullMarketQuoteResponseV3",
    "GetMarketQuoteLastTradedPriceResponse",
    "GetMarketQuoteLastTradedPriceResponseV3",
    "GetMarketQuoteOHLCResponse",
    "GetMarketQuoteOHLCResponseV3",
    "GetMarketQuoteOptionGreekResponseV3",
    "MarketQuoteOHLC",
    "MarketQuoteOHLCV3",
    "MarketQuoteOptionGreekV3",
    "MarketQuoteSymbol",
    "MarketQuoteSymbolLtp",
    "MarketQuoteSymbolLtpV3",
    "MarketQuoteSymbolV3",
    "Ohlc",
    "OhlcV3",
]

QuoteInterval: TypeAlias = Literal["1d", "I1", "I30"]
"""The day, one minute, or thirty minutes."""


class Ohlc(Model):
    """The day's prices. `close` is the latest one, not that of the day before."""

    open: float | None = None
    high: float | None = None
    low: float | None = None
    close: float | None = None


class OhlcV3(Model):
    """The prices and the volume of one interval; `ts` is its start in epoch milliseconds."""

    open: float | None = None
    high: float | None = None
    low: float | None = None
    close: float | None = None
    volume: int | None = None
    ts: int | None = None


class Depth(Model):
    """One level of the order book; all zero where there is none."""

    quantity: int | None = None
    price: float | None = None
    orders: int | None = None


class DepthMap(Model):
    """The order book: five levels a side, best first."""

    buy: list[Depth] | None = None
    sell: list[Depth] | None = None


class MarketQuoteSymbol(Model):
    """A full quote.

    `timestamp` is when the answer was made, as ISO text in IST; `last_trade_time` is epoch milliseconds as text. The
    previous close is `last_price - net_change`.
    """

    ohlc: Ohlc | None = None
    depth: DepthMap | None = None
    timestamp: str | None = None
    instrument_token: str | None = None
    symbol: str | None = None
    last_price: float | None = None
    volume: int | None = None
    average_price: float | None = None
    oi: float | None = None
    net_change: float | None = None
    total_buy_quantity: float | None = None
    total_sell_quantity: float | None = None
    lower_circuit_limit: float | None = None
    upper_circuit_limit: float | None = None
    last_trade_time: str | None = None
    oi_day_high: float | None = None
    oi_day_low: float | None = None


class MarketQuoteSymbolV3(Model):
    """A full quote; times as in `MarketQuoteSymbol`.

    The indicative fields and `reference_price` belong to the pre-open and the closing auction and are None outside of
    them; `cas_eligible` tells whether the instrument takes part in the closing auction.
    """

    ohlc: OhlcV3 | None = None
    depth: DepthMap | None = None
    timestamp: str | None = None
    instrument_token: str | None = None
    symbol: str | None = None
    last_price: float | None = None
    volume: int | None = None
    average_price: float | None = None
    oi: float | None = None
    net_change: float | None = None
    total_buy_quantity: float | None = None
    total_sell_quantity: float | None = None
    lower_circuit_limit: float | None = None
    upper_circuit_limit: float | None = None
    last_trade_time: str | None = None
    oi_day_high: float | None = None
    oi_day_low: float | None = None
    prev_close_price: float | None = None
    year_high: float | None = None
    year_low: float | None = None
    previous_oi: float | None = None
    indicative_equilibrium_price: float | None = None
    reference_price: float | None = None
    indicative_equilibrium_quantity: int | None = None
    indicative_imbalance_quantity_total: int | None = None
    indicative_imbalance_quantity_market: int | None = None
    cas_eligible: bool | None = None


class MarketQuoteOHLC(Model):
    """The last price and the interval's prices."""

    ohlc: Ohlc | None = None
    last_price: float | None = None
    instrument_token: str | None = None


class MarketQuoteOHLCV3(Model):
    """The running interval and the one before it; for the day, `prev_ohlc` is None."""

    last_price: float | None = None
    instrument_token: str | None = None
    prev_ohlc: OhlcV3 | None = None
    live_ohlc: OhlcV3 | None = None


class MarketQuoteSymbolLtp(Model):
    """The last price."""

    last_price: float | None = None
    instrument_token: str | None = None


class MarketQuoteSymbolLtpV3(Model):
    """The last price, the last traded quantity, the day's volume and the previous day's close (`cp`)."""

    last_price: float | None = None
    instrument_token: str | None = None
    ltq: int | None = None
    volume: int | None = None
    cp: float | None = None


class MarketQuoteOptionGreekV3(Model):
    """Greeks of an option. `iv` is a fraction (0.336) here, while the option chain has percent; `cp` as in the LTP."""

    last_price: float | None = None
    instrument_token: str | None = None
    ltq: int | None = None
    volume: int | None = None
    cp: float | None = None
    iv: float | None = None
    vega: float | None = None
    gamma: float | None = None
    theta: float | None = None
    delta: float | None = None
    oi: float | None = None


class GetFullMarketQuoteResponse(MapResponse):
    """https://upstox.com/developer/api-documentation/get-full-market-quote"""

    status: Status | None = None
    data: DataMap[MarketQuoteSymbol] | None = None


class GetMarketQuoteOHLCResponse(MapResponse):
    """https://upstox.com/developer/api-documentation/get-market-quote-ohlc"""

    status: Status | None = None
    data: DataMap[MarketQuoteOHLC] | None = None


class GetMarketQuoteLastTradedPriceResponse(MapResponse):
    """https://upstox.com/developer/api-documentation/ltp"""

    status: Status | None = None
    data: DataMap[MarketQuoteSymbolLtp] | None = None


class GetFullMarketQuoteResponseV3(MapResponse):
    """https://upstox.com/developer/api-documentation/get-full-market-quote-v3"""

    status: PartialStatus | None = None
    data: DataMap[MarketQuoteSymbolV3] | None = None


class GetMarketQuoteLastTradedPriceResponseV3(MapResponse):
    """https://upstox.com/developer/api-documentation/ltp-v3"""

    status: PartialStatus | None = None
    data: DataMap[MarketQuoteSymbolLtpV3] | None = None


class GetMarketQuoteOHLCResponseV3(MapResponse):
    """https://upstox.com/developer/api-documentation/get-market-quote-ohlc-v3"""

    status: PartialStatus | None = None
    data: DataMap[MarketQuoteOHLCV3] | None = None


class GetMarketQuoteOptionGreekResponseV3(MapResponse):
    """https://upstox.com/developer/api-documentation/option-greek"""

    status: PartialStatus | None = None
    data: DataMap[MarketQuoteOptionGreekV3] | None = None
