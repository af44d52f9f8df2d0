"""Candles: https://upstox.com/developer/api-documentation/historical-data"""

from __future__ import annotations

import datetime
from typing import Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, get
from upstox_client.models.history import (
    CandleUnit,
    GetHistoricalCandleResponse,
    GetIntraDayCandleResponse,
    IntradayUnit,
)


class HistoryV3Operations:
    """Candles. They need no access token.

    The interval is 1 to 300 for minutes, 1 to 5 for hours, and 1 for days, weeks and months. Minutes and hours reach
    back to January 2022, the others to January 2000.
    """

    @get("/v3/historical-candle/{instrument_key}/{unit}/{interval}/{to_date}", signed=False)
    def get_historical_candle_data(
        self,
        instrument_key: str,
        unit: CandleUnit,
        interval: int,
        to_date: str | datetime.date,
        **options: Unpack[RequestOptions],
    ) -> GetHistoricalCandleResponse:
        """Candles up to a day, latest first.

        As many as one call may span: a month of minutes up to 15, a quarter of longer minutes and hours (so
        documented), ten years of days, all weeks and months. The running day is not among them, and its daily candle
        comes the next morning at about 07:00.

        Parameters:
            instrument_key: one key such as `NSE_EQ|INE848E01016`.
            interval: how many units make a candle.
            to_date: the last day.

        Raises:
            InvalidRequestError: UDAPI1021 (key malformed), UDAPI100011 (no such key), UDAPI1146 (unit), UDAPI1147
                (interval), UDAPI1022 (to_date missing), UDAPI1015 (date).

        https://upstox.com/developer/api-documentation/v3/get-historical-candle-data
        """
        ...

    @get("/v3/historical-candle/{instrument_key}/{unit}/{interval}/{to_date}/{from_date}", signed=False)
    def get_historical_candle_data1(
        self,
        instrument_key: str,
        unit: CandleUnit,
        interval: int,
        to_date: str | datetime.date,
        from_date: str | datetime.date,
        **options: Unpack[RequestOptions],
    ) -> GetHistoricalCandleResponse:
        """Candles between two days, both included, latest first.

        Note the order: `to_date` comes before `from_date`. A call may span a month for minutes up to 15, a quarter
        for longer minutes and hours, ten years for days, and any time for weeks and months.

        Parameters:
            instrument_key: one key.
            interval: how many units make a candle.
            to_date: the last day.
            from_date: the first day.

        Raises:
            InvalidRequestError: UDAPI1148 (span too long), UDAPI1021 (key malformed), UDAPI100011 (no such key),
                UDAPI1146 (unit), UDAPI1147 (interval), UDAPI1022 (to_date missing), UDAPI1015 (bad date, or to_date
                before from_date).

        https://upstox.com/developer/api-documentation/v3/get-historical-candle-data
        """
        ...

    @get("/v3/historical-candle/intraday/{instrument_key}/{unit}/{interval}", signed=False)
    def get_intra_day_candle_data(
        self, instrument_key: str, unit: IntradayUnit, interval: int, **options: Unpack[RequestOptions]
    ) -> GetIntraDayCandleResponse:
        """Candles of the running day, latest first; the one that is forming is among them but for single minutes.

        A single minute comes some seconds after it ends. There are none on a day without trading.

        Raises:
            InvalidRequestError: UDAPI1021 (key malformed), UDAPI100011 (no such key), UDAPI1146 (unit), UDAPI1147
                (interval).

        https://upstox.com/developer/api-documentation/v3/get-intra-day-candle-data
        """
        ...


class HistoryV3Api(HistoryV3Operations, SyncApi):
    """Candles."""
