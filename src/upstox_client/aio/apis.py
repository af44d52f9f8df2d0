"""The API classes, awaitable: the same declarations on the async base."""

from __future__ import annotations

from upstox_client.api.charge_api import ChargeOperations
from upstox_client.api.expired_instrument_api import ExpiredInstrumentOperations
from upstox_client.api.fundamentals_api import FundamentalsOperations
from upstox_client.api.history_api import HistoryOperations
from upstox_client.api.history_v3_api import HistoryV3Operations
from upstox_client.api.instruments_api import InstrumentsOperations
from upstox_client.api.ipo_api import IpoOperations
from upstox_client.api.login_api import LoginOperations
from upstox_client.api.market_api import MarketOperations
from upstox_client.api.market_holidays_and_timings_api import MarketHolidaysAndTimingsOperations
from upstox_client.api.market_quote_api import MarketQuoteOperations
from upstox_client.api.market_quote_v3_api import MarketQuoteV3Operations
from upstox_client.api.mutual_fund_api import MutualFundOperations
from upstox_client.api.news_api import NewsOperations
from upstox_client.api.options_api import OptionsOperations
from upstox_client.api.order_api import OrderOperations
from upstox_client.api.order_controller_v_3_api import OrderV3Operations
from upstox_client.api.portfolio_api import PortfolioOperations
from upstox_client.api.post_trade_api import PostTradeOperations
from upstox_client.api.trade_profit_and_loss_api import TradeProfitAndLossOperations
from upstox_client.api.user_api import UserOperations
from upstox_client.api.websocket_api import WebsocketOperations
from upstox_client.core.api import AsyncApi


class LoginApi(LoginOperations, AsyncApi):
    """Login and tokens."""


class UserApi(UserOperations, AsyncApi):
    """The account: profile, funds, kill switch, static IP, payments."""


class MarketQuoteApi(MarketQuoteOperations, AsyncApi):
    """Quotes, the older calls."""


class MarketQuoteV3Api(MarketQuoteV3Operations, AsyncApi):
    """Quotes."""


class HistoryApi(HistoryOperations, AsyncApi):
    """Candles, the older calls."""


class HistoryV3Api(HistoryV3Operations, AsyncApi):
    """Candles."""


class OptionsApi(OptionsOperations, AsyncApi):
    """Option contracts and the chain of an underlying."""


class InstrumentsApi(InstrumentsOperations, AsyncApi):
    """The instrument search."""


class ExpiredInstrumentApi(ExpiredInstrumentOperations, AsyncApi):
    """Expired contracts and their candles."""


class MarketApi(MarketOperations, AsyncApi):
    """Open interest, put-call ratio, max pain; what institutions do; smartlists."""


class MarketHolidaysAndTimingsApi(MarketHolidaysAndTimingsOperations, AsyncApi):
    """When the exchanges are open."""


class FundamentalsApi(FundamentalsOperations, AsyncApi):
    """Companies, by ISIN."""


class NewsApi(NewsOperations, AsyncApi):
    """News of instruments."""


class IpoApi(IpoOperations, AsyncApi):
    """IPOs, and applications for them."""


class MutualFundApi(MutualFundOperations, AsyncApi):
    """The account's mutual funds, to read."""


class ChargeApi(ChargeOperations, AsyncApi):
    """Brokerage and margins, before ordering."""


class OrderApi(OrderOperations, AsyncApi):
    """Orders, the older calls; the order book, trades, batches."""


class OrderApiV3(OrderV3Operations, AsyncApi):
    """Orders and good-till-triggered orders."""


class PortfolioApi(PortfolioOperations, AsyncApi):
    """Positions and holdings."""


class PostTradeApi(PostTradeOperations, AsyncApi):
    """Trades of past years."""


class TradeProfitAndLossApi(TradeProfitAndLossOperations, AsyncApi):
    """Profit and loss of a financial year."""


class WebsocketApi(WebsocketOperations, AsyncApi):
    """Where to connect to the feeds."""
