"""Candles: https://upstox.com/developer/api-documentation/historical-data"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from upstox_client.models._base import Model
from upstox_client.models._types import Number
from upstox_client.models.user import Status

__all__ = [
    "Candle",
    "GetHistoricalCandleResponse",
    "GetIntraDayCandleResponse",
    "HistoricalCandleData",
    "IntraDayCandleData",
]

CandleUnit: TypeAlias = Literal["minutes", "hours", "days", "weeks", "months"]
IntradayUnit: TypeAlias = Literal["minutes", "hours", "days"]
CandleInterval: TypeAlias = Literal["1minute", "30minute", "day", "week", "month"]
"""The candles of the older calls."""
IntradayInterval: TypeAlias = Literal["1minute", "30minute"]
ExpiredInterval: TypeAlias = Literal["1minute", "3minute", "5minute", "15minute", "30minute", "day"]


class Candle(NamedTuple):
    """One candle: `candle.close` or `candle[4]`; equal to the list of its values, which the official client has.

    `timestamp` is the start as ISO text in IST; prices are in rupees; `open_interest` is 0 where there is none. A row
    of another length is kept as the list that came, with a warning.
    """

    timestamp: str
    open: Number
    high: Number
    low: Number
    close: Number
    volume: int
    open_interest: Number = 0

    def __eq__(self, other: object) -> bool:
        return list(self) == other if isinstance(other, list) else tuple(self) == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(tuple(self))


class HistoricalCandleData(Model):
    """The candles, latest first."""

    candles: list[Candle] | None = None


class IntraDayCandleData(Model):
    """The candles of the running day, latest first; none on a day without trading."""

    candles: list[Candle] | None = None


class GetHistoricalCandleResponse(Model):
    """https://upstox.com/developer/api-documentation/v3/get-historical-candle-data"""

    status: Status | None = None
    data: HistoricalCandleData | None = None


class GetIntraDayCandleResponse(Model):
    """https://upstox.com/developer/api-documentation/v3/get-intra-day-candle-data"""

    status: Status | None = None
    data: IntraDayCandleData | None = None
