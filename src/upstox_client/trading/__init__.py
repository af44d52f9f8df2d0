"""What a trader does, in a trader's words: `Upstox` and `AsyncUpstox`, and what they hand out."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upstox_client.trading.account import Funds as Funds
    from upstox_client.trading.candles import Candle as Candle
    from upstox_client.trading.candles import Candles as Candles
    from upstox_client.trading.fills import Fill as Fill
    from upstox_client.trading.gtt_orders import AsyncGttOrder as AsyncGttOrder
    from upstox_client.trading.gtt_orders import GttOrder as GttOrder
    from upstox_client.trading.guards import GuardError as GuardError
    from upstox_client.trading.guards import Guards as Guards
    from upstox_client.trading.information import Fundamentals as Fundamentals
    from upstox_client.trading.information import Holiday as Holiday
    from upstox_client.trading.information import Hours as Hours
    from upstox_client.trading.information import MarketStatus as MarketStatus
    from upstox_client.trading.information import NewsItem as NewsItem
    from upstox_client.trading.live import AsyncOrder as AsyncOrder
    from upstox_client.trading.live import Order as Order
    from upstox_client.trading.options import Chain as Chain
    from upstox_client.trading.options import Option as Option
    from upstox_client.trading.options import Strike as Strike
    from upstox_client.trading.orders import Basket as Basket
    from upstox_client.trading.orders import OrderBook as OrderBook
    from upstox_client.trading.payoff import Leg as Leg
    from upstox_client.trading.payoff import Payoff as Payoff
    from upstox_client.trading.portfolio import Holding as Holding
    from upstox_client.trading.portfolio import Holdings as Holdings
    from upstox_client.trading.portfolio import Position as Position
    from upstox_client.trading.portfolio import Positions as Positions
    from upstox_client.trading.preview import Charges as Charges
    from upstox_client.trading.preview import Preview as Preview
    from upstox_client.trading.quotes import Bar as Bar
    from upstox_client.trading.quotes import ByName as ByName
    from upstox_client.trading.quotes import Depth as Depth
    from upstox_client.trading.quotes import Greeks as Greeks
    from upstox_client.trading.quotes import Level as Level
    from upstox_client.trading.quotes import Quote as Quote
    from upstox_client.trading.reports import Report as Report
    from upstox_client.trading.reports import Trade as Trade
    from upstox_client.trading.reports import Trades as Trades
    from upstox_client.trading.tables import Table as Table
    from upstox_client.trading.tickets import IllegalOrderError as IllegalOrderError
    from upstox_client.trading.tickets import Ticket as Ticket
    from upstox_client.trading.upstox import AsyncUpstox as AsyncUpstox
    from upstox_client.trading.upstox import Upstox as Upstox

_HOMES = {
    "account": ("Funds",),
    "candles": ("Candle", "Candles"),
    "fills": ("Fill",),
    "gtt_orders": ("AsyncGttOrder", "GttOrder"),
    "guards": ("GuardError", "Guards"),
    "information": ("Fundamentals", "Holiday", "Hours", "MarketStatus", "NewsItem"),
    "live": ("AsyncOrder", "Order"),
    "options": ("Chain", "Option", "Strike"),
    "orders": ("Basket", "OrderBook"),
    "payoff": ("Leg", "Payoff"),
    "portfolio": ("Holding", "Holdings", "Position", "Positions"),
    "preview": ("Charges", "Preview"),
    "quotes": ("Bar", "ByName", "Depth", "Greeks", "Level", "Quote"),
    "reports": ("Report", "Trade", "Trades"),
    "tables": ("Table",),
    "tickets": ("IllegalOrderError", "Ticket"),
    "upstox": ("AsyncUpstox", "Upstox"),
}

__all__ = [
    "AsyncGttOrder",
    "AsyncOrder",
    "AsyncUpstox",
    "Bar",
    "Basket",
    "ByName",
    "Candle",
    "Candles",
    "Chain",
    "Charges",
    "Depth",
    "Fill",
    "Fundamentals",
    "Funds",
    "Greeks",
    "GttOrder",
    "GuardError",
    "Guards",
    "Holding",
    "Holdings",
    "Holiday",
    "Hours",
    "IllegalOrderError",
    "Leg",
    "Level",
    "MarketStatus",
    "NewsItem",
    "Option",
    "Order",
    "OrderBook",
    "Payoff",
    "Position",
    "Positions",
    "Preview",
    "Quote",
    "Report",
    "Strike",
    "Table",
    "Ticket",
    "Trade",
    "Trades",
    "Upstox",
]


if not TYPE_CHECKING:  # a checker is to see the names above, and no others

    def __getattr__(name: str) -> Any:
        """Load a name when it is first touched."""
        home = next((home for home, names in _HOMES.items() if name in names), None)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(importlib.import_module(f"{__name__}.{home}"), name)
        return value

    def __dir__() -> list[str]:
        return __all__
