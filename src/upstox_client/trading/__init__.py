"""What a trader does, in a trader's words: `Upstox` and `AsyncUpstox`, and what they hand out."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upstox_client.trading.account import Funds as Funds
    from upstox_client.trading.candles import Candle as Candle
    from upstox_client.trading.candles import Candles as Candles
    from upstox_client.trading.information import Fundamentals as Fundamentals
    from upstox_client.trading.information import Holiday as Holiday
    from upstox_client.trading.information import Hours as Hours
    from upstox_client.trading.information import MarketStatus as MarketStatus
    from upstox_client.trading.information import NewsItem as NewsItem
    from upstox_client.trading.options import Chain as Chain
    from upstox_client.trading.options import Option as Option
    from upstox_client.trading.options import Strike as Strike
    from upstox_client.trading.payoff import Leg as Leg
    from upstox_client.trading.payoff import Payoff as Payoff
    from upstox_client.trading.quotes import Bar as Bar
    from upstox_client.trading.quotes import ByName as ByName
    from upstox_client.trading.quotes import Depth as Depth
    from upstox_client.trading.quotes import Greeks as Greeks
    from upstox_client.trading.quotes import Level as Level
    from upstox_client.trading.quotes import Quote as Quote
    from upstox_client.trading.tables import Table as Table
    from upstox_client.trading.upstox import AsyncUpstox as AsyncUpstox
    from upstox_client.trading.upstox import Upstox as Upstox

_HOMES = {
    "account": ("Funds",),
    "candles": ("Candle", "Candles"),
    "information": ("Fundamentals", "Holiday", "Hours", "MarketStatus", "NewsItem"),
    "options": ("Chain", "Option", "Strike"),
    "payoff": ("Leg", "Payoff"),
    "quotes": ("Bar", "ByName", "Depth", "Greeks", "Level", "Quote"),
    "tables": ("Table",),
    "upstox": ("AsyncUpstox", "Upstox"),
}

__all__ = [
    "AsyncUpstox",
    "Bar",
    "ByName",
    "Candle",
    "Candles",
    "Chain",
    "Depth",
    "Fundamentals",
    "Funds",
    "Greeks",
    "Holiday",
    "Hours",
    "Leg",
    "Level",
    "MarketStatus",
    "NewsItem",
    "Option",
    "Payoff",
    "Quote",
    "Strike",
    "Table",
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
