"""Candles, the older calls: https://upstox.com/developer/api-documentation/historical-data"""

from __future__ import annotations

import datetime
from typing import Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, get
from upstox_client.models.history import (
    CandleInterval,
    GetHistoricalCandleResponse,
    GetIntraDayCandleResponse,
    IntradayInterval,
)


class HistoryOperations:
    """Candles, the older calls; `HistoryV3Api` has the newer ones. They need no access token."""

    @get("/v2/historical-candle/{instrument_key}/{interval}/{to_date}", signed=False)
    def get_historical_candle_data(
        self,
        instrument_key: str,
        interval: CandleInterval,
        to_date: str | datetime.date,
        api_version: str = "2.0",
        **options: Unpack[RequestOptions],
    ) -> GetHistoricalCandleResponse:
        """Candles up to a day, latest first. Deprecated by Upstox for `HistoryV3Api`.

        They reach back one month for `1minute`, a year for `30minute` and `day`, ten years for `week` and `month`;
        `1minute` and `30minute` exist for the last six months only. The running day is not among them.

        Parameters:
            instrument_key: one key such as `NSE_EQ|INE848E01016`.
            to_date: the last day.

        Raises:
            InvalidRequestError: UDAPI1021 (key malformed), UDAPI100011 (no such key), UDAPI1020 (interval), UDAPI1022
                (to_date missing), UDAPI1015 (date).

        https://upstox.com/developer/api-documentation/get-historical-candle-data
        """
        ...

    @get("/v2/historical-candle/{instrument_key}/{interval}/{to_date}/{from_date}", signed=False)
    def get_historical_candle_data1(
        self,
        instrument_key: str,
        interval: CandleInterval,
        to_date: str | datetime.date,
        from_date: str | datetime.date,
        api_version: str = "2.0",
        **options: Unpack[RequestOptions],
    ) -> GetHistoricalCandleResponse:
        """Candles between two days, both included, latest first. Deprecated by Upstox for `HistoryV3Api`.

        Note the order: `to_date` comes before `from_date`. How far back there are candles: see
        `get_historical_candle_data`.

        Parameters:
            instrument_key: one key.
            to_date: the last day.
            from_date: the first day.

        Raises:
            InvalidRequestError: UDAPI1021 (key malformed), UDAPI100011 (no such key), UDAPI1020 (interval), UDAPI1022
                (to_date missing), UDAPI1015 (bad date, or to_date before from_date).

        https://upstox.com/developer/api-documentation/get-historical-candle-data
        """
        ...

    @get("/v2/historical-candle/intraday/{instrument_key}/{interval}", signed=False)
    def get_intra_day_candle_data(
        self,
        instrument_key: str,
        interval: IntradayInterval,
        api_version: str = "2.0",
        **options: Unpack[RequestOptions],
    ) -> GetIntraDayCandleResponse:
        """Candles of the running day, latest first. Deprecated by Upstox for `HistoryV3Api`.

        Raises:
            InvalidRequestError: UDAPI1021 (key malformed), UDAPI100011 (no such key), UDAPI1076 or UDAPI1020
                (interval).

        https://upstox.com/developer/api-documentation/get-intra-day-candle-data
        """
        ...


class HistoryApi(HistoryOperations, SyncApi):
    """Candles, the older calls."""
