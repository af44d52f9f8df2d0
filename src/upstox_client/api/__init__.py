"""The official API classes, one module each, loaded when it is first touched."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from upstox_client.models._deep import module_name

if TYPE_CHECKING:
    from upstox_client.api.charge_api import ChargeApi
    from upstox_client.api.expired_instrument_api import ExpiredInstrumentApi
    from upstox_client.api.fundamentals_api import FundamentalsApi
    from upstox_client.api.history_api import HistoryApi
    from upstox_client.api.history_v3_api import HistoryV3Api
    from upstox_client.api.instruments_api import InstrumentsApi
    from upstox_client.api.ipo_api import IpoApi
    from upstox_client.api.login_api import LoginApi
    from upstox_client.api.market_api import MarketApi
    from upstox_client.api.market_holidays_and_timings_api import MarketHolidaysAndTimingsApi
    from upstox_client.api.market_quote_api import MarketQuoteApi
    from upstox_client.api.market_quote_v3_api import MarketQuoteV3Api
    from upstox_client.api.mutual_fund_api import MutualFundApi
    from upstox_client.api.news_api import NewsApi
    from upstox_client.api.options_api import OptionsApi
    from upstox_client.api.order_api import OrderApi
    from upstox_client.api.order_controller_v_3_api import OrderApiV3
    from upstox_client.api.portfolio_api import PortfolioApi
    from upstox_client.api.post_trade_api import PostTradeApi
    from upstox_client.api.trade_profit_and_loss_api import TradeProfitAndLossApi
    from upstox_client.api.user_api import UserApi
    from upstox_client.api.websocket_api import WebsocketApi

__all__ = [
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

# The one module whose name does not follow from its class's.
_ODD = {"OrderApiV3": "order_controller_v_3_api"}

if not TYPE_CHECKING:  # a checker is to see the names above, and no others
    _HOMES = {name: _ODD.get(name, module_name(name)) for name in __all__}

    def __getattr__(name: str) -> Any:
        if name in _HOMES:
            value = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
            return value
        if name in _HOMES.values():  # reached as attributes after `import upstox_client.api` alone, as officially
            return importlib.import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted(__all__)
