"""Holidays, timings and status: https://upstox.com/developer/api-documentation/market-information"""

from __future__ import annotations

import datetime
from typing import Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, get
from upstox_client.models.market import (
    Exchange,
    GetExchangeTimingResponse,
    GetHolidayResponse,
    GetMarketStatusResponse,
)


class MarketHolidaysAndTimingsOperations:
    """When the exchanges are open. Holidays and timings need no access token; the status does."""

    @get("/v2/market/timings/{_date}", signed=False)
    def get_exchange_timings(
        self, _date: str | datetime.date, **options: Unpack[RequestOptions]
    ) -> GetExchangeTimingResponse:
        """When each exchange opens and closes on a day; no rows on a full holiday.

        Raises:
            InvalidRequestError: UDAPI1088, the date is malformed.

        https://upstox.com/developer/api-documentation/get-market-timings
        """
        ...

    @get("/v2/market/holidays/{_date}", signed=False)
    def get_holiday(self, _date: str | datetime.date, **options: Unpack[RequestOptions]) -> GetHolidayResponse:
        """The holiday on a day, if it is one.

        Raises:
            InvalidRequestError: UDAPI1088, the date is malformed.

        https://upstox.com/developer/api-documentation/get-market-holidays
        """
        ...

    @get("/v2/market/holidays", signed=False)
    def get_holidays(self, **options: Unpack[RequestOptions]) -> GetHolidayResponse:
        """The holidays of the running year, days with special timings included.

        https://upstox.com/developer/api-documentation/get-market-holidays
        """
        ...

    @get("/v2/market/status/{exchange}")
    def get_market_status(self, exchange: Exchange, **options: Unpack[RequestOptions]) -> GetMarketStatusResponse:
        """Whether an exchange is open, and how far it is through its day.

        Raises:
            InvalidRequestError: UDAPI1089, no such exchange.

        https://upstox.com/developer/api-documentation/get-market-status
        """
        ...


class MarketHolidaysAndTimingsApi(MarketHolidaysAndTimingsOperations, SyncApi):
    """When the exchanges are open."""
