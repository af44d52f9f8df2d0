"""The same names, awaitable.

::

    from upstox_client.aio import ApiClient, UserApi

    async with ApiClient(configuration) as client:
        profile = await UserApi(client).get_profile()
"""

from __future__ import annotations

from upstox_client.aio.api_client import ApiClient
from upstox_client.aio.apis import (
    ChargeApi,
    ExpiredInstrumentApi,
    FundamentalsApi,
    HistoryApi,
    HistoryV3Api,
    InstrumentsApi,
    IpoApi,
    LoginApi,
    MarketApi,
    MarketHolidaysAndTimingsApi,
    MarketQuoteApi,
    MarketQuoteV3Api,
    MutualFundApi,
    NewsApi,
    OptionsApi,
    OrderApi,
    OrderApiV3,
    PortfolioApi,
    PostTradeApi,
    TradeProfitAndLossApi,
    UserApi,
    WebsocketApi,
)

__all__ = [
    "ApiClient",
    "ChargeApi",
    "ExpiredInstrumentApi",
    "FundamentalsApi",
    "HistoryApi",
    "HistoryV3Api",
    "InstrumentsApi",
    "IpoApi",
    "LoginApi",
    "MarketApi",
    "MarketHolidaysAndTimingsApi",
    "MarketQuoteApi",
    "MarketQuoteV3Api",
    "MutualFundApi",
    "NewsApi",
    "OptionsApi",
    "OrderApi",
    "OrderApiV3",
    "PortfolioApi",
    "PostTradeApi",
    "TradeProfitAndLossApi",
    "UserApi",
    "WebsocketApi",
]
