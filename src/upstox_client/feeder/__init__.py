"""The feeds: market data, and the account's orders, positions and holdings, over websockets that do not die.

`MarketFeed` and `PortfolioFeed` (and `AsyncMarketFeed`, `AsyncPortfolioFeed`) are typed; `MarketDataStreamerV3` and
`PortfolioDataStreamer` are the official face. docs/feeds.md has both.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upstox_client.feeder.hub import CallbackError
    from upstox_client.feeder.lifeline import Patience
    from upstox_client.feeder.listeners import (
        AsyncListener,
        FeedOverflowError,
        Listener,
        ListenerCounters,
        Overflow,
    )
    from upstox_client.feeder.market import AsyncMarketFeed, MarketFeed
    from upstox_client.feeder.market_data_feeder_v3 import MarketDataFeederV3
    from upstox_client.feeder.market_data_streamer_v3 import MarketDataStreamerV3
    from upstox_client.feeder.modes import FeedLimitError, Mode
    from upstox_client.feeder.portfolio import AsyncPortfolioFeed, PortfolioFeed
    from upstox_client.feeder.portfolio_data_feeder import PortfolioDataFeeder
    from upstox_client.feeder.portfolio_data_streamer import PortfolioDataStreamer
    from upstox_client.feeder.recovery import PortfolioEvent
    from upstox_client.feeder.states import Cause, Counters, FeedClosedError, FeedState, Notice, StateChange
    from upstox_client.feeder.ticks import Candle, Greeks, Level, MarketUpdate, SessionStatus, Tick

_HOMES = {
    "hub": ("CallbackError",),
    "lifeline": ("Patience",),
    "listeners": ("AsyncListener", "FeedOverflowError", "Listener", "ListenerCounters", "Overflow"),
    "market": ("AsyncMarketFeed", "MarketFeed"),
    "market_data_feeder_v3": ("MarketDataFeederV3",),
    "market_data_streamer_v3": ("MarketDataStreamerV3",),
    "modes": ("FeedLimitError", "Mode"),
    "portfolio": ("AsyncPortfolioFeed", "PortfolioFeed"),
    "portfolio_data_feeder": ("PortfolioDataFeeder",),
    "portfolio_data_streamer": ("PortfolioDataStreamer",),
    "recovery": ("PortfolioEvent",),
    "states": ("Cause", "Counters", "FeedClosedError", "FeedState", "Notice", "StateChange"),
    "ticks": ("Candle", "Greeks", "Level", "MarketUpdate", "SessionStatus", "Tick"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "AsyncListener",
    "AsyncMarketFeed",
    "AsyncPortfolioFeed",
    "CallbackError",
    "Candle",
    "Cause",
    "Counters",
    "FeedClosedError",
    "FeedLimitError",
    "FeedOverflowError",
    "FeedState",
    "Greeks",
    "Level",
    "Listener",
    "ListenerCounters",
    "MarketDataFeederV3",
    "MarketDataStreamerV3",
    "MarketFeed",
    "MarketUpdate",
    "Mode",
    "Notice",
    "Overflow",
    "Patience",
    "PortfolioDataFeeder",
    "PortfolioDataStreamer",
    "PortfolioEvent",
    "PortfolioFeed",
    "SessionStatus",
    "StateChange",
    "Tick",
]

if not TYPE_CHECKING:  # a checker is to see the names above, and no others

    def __getattr__(name: str) -> Any:
        if name not in _HOME_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
        globals()[name] = value
        return value
