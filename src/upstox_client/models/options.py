"""The option chain: https://upstox.com/developer/api-documentation/option-chain"""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from upstox_client.models._base import Model
from upstox_client.models._types import Dated, Day
from upstox_client.models.user import Status

__all__ = [
    "AnalyticsData",
    "GetOptionChainResponse",
    "MarketData",
    "OptionStrikeData",
    "PutCallOptionChainData",
]

ExpiryWord: TypeAlias = Literal["current_week", "next_week", "far_week", "current_month", "next_month", "far_month"]
"""An expiry in words, where a date is taken as well."""


class MarketData(Model):
    """Price in rupees, volume, open interest and the best bid and ask of an option."""

    ltp: float | None = None
    volume: int | None = None
    oi: float | None = None
    close_price: float | None = None
    bid_price: float | None = None
    bid_qty: int | None = None
    ask_price: float | None = None
    ask_qty: int | None = None
    prev_oi: float | None = None


class AnalyticsData(Model):
    """Greeks; `iv` (implied volatility) and `pop` (probability of profit) in percent."""

    vega: float | None = None
    theta: float | None = None
    gamma: float | None = None
    delta: float | None = None
    iv: float | None = None
    pop: float | None = None


class PutCallOptionChainData(Model):
    """One side of a strike."""

    instrument_key: str | None = None
    market_data: MarketData | None = None
    option_greeks: AnalyticsData | None = None


class OptionStrikeData(Dated):
    """One strike: its call and its put. `pcr` is the put's open interest over the call's."""

    _days: ClassVar = ("expiry",)

    expiry: Day | None = None
    pcr: float | None = None
    strike_price: float | None = None
    underlying_key: str | None = None
    underlying_spot_price: float | None = None
    call_options: PutCallOptionChainData | None = None
    put_options: PutCallOptionChainData | None = None


class GetOptionChainResponse(Model):
    """https://upstox.com/developer/api-documentation/get-pc-option-chain"""

    status: Status | None = None
    data: list[OptionStrikeData] | None = None
