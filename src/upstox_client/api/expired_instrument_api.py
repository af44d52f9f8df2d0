"""Expired contracts: https://upstox.com/developer/api-documentation/expired-instruments"""

from __future__ import annotations

import datetime
from typing import Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, get
from upstox_client.models.expired import GetExpiredFuturesContractResponse, GetExpiriesResponse
from upstox_client.models.history import ExpiredInterval, GetHistoricalCandleResponse
from upstox_client.models.instruments import GetOptionContractResponse


class ExpiredInstrumentOperations:
    """Contracts of up to six months ago, and their candles. For the Upstox Plus plan only; not MCX."""

    @get("/v2/expired-instruments/expiries")
    def get_expiries(self, instrument_key: str, **options: Unpack[RequestOptions]) -> GetExpiriesResponse:
        """Past expiries of an underlying, up to six months back, as `YYYY-MM-DD`, oldest first.

        Parameters:
            instrument_key: the underlying's key, such as `NSE_INDEX|Nifty 50`.

        Raises:
            PermissionDeniedError: UDAPI1149, for the Plus plan only.
            InvalidRequestError: UDAPI100011, no such key.

        https://upstox.com/developer/api-documentation/get-expiries
        """
        ...

    @get("/v2/expired-instruments/option/contract")
    def get_expired_option_contracts(
        self, instrument_key: str, expiry_date: str | datetime.date, **options: Unpack[RequestOptions]
    ) -> GetOptionContractResponse:
        """The options of an underlying that expired on a day.

        Parameters:
            instrument_key: the underlying's key.

        Raises:
            PermissionDeniedError: UDAPI1149, for the Plus plan only.
            InvalidRequestError: UDAPI100011 (no such key), UDAPI1088 (date).

        https://upstox.com/developer/api-documentation/get-expired-option-contracts
        """
        ...

    @get("/v2/expired-instruments/future/contract")
    def get_expired_future_contracts(
        self, instrument_key: str, expiry_date: str | datetime.date, **options: Unpack[RequestOptions]
    ) -> GetExpiredFuturesContractResponse:
        """The futures of an underlying that expired on a day.

        Parameters:
            instrument_key: the underlying's key.

        Raises:
            PermissionDeniedError: UDAPI1149, for the Plus plan only.
            InvalidRequestError: UDAPI100011 (no such key), UDAPI1088 (date).

        https://upstox.com/developer/api-documentation/get-expired-future-contracts
        """
        ...

    @get("/v2/expired-instruments/historical-candle/{expired_instrument_key}/{interval}/{to_date}/{from_date}")
    def get_expired_historical_candle_data(
        self,
        expired_instrument_key: str,
        interval: ExpiredInterval,
        to_date: str | datetime.date,
        from_date: str | datetime.date,
        **options: Unpack[RequestOptions],
    ) -> GetHistoricalCandleResponse:
        """Candles of an expired contract between two days, both included.

        Note the order: `to_date` comes before `from_date`.

        Parameters:
            expired_instrument_key: a key that ends in the expiry, such as `NSE_FO|54452|24-04-2025`.

        Raises:
            PermissionDeniedError: UDAPI1149, for the Plus plan only.
            InvalidRequestError: UDAPI1021 (key malformed), UDAPI100011 (no such key), UDAPI1020 (interval), UDAPI1022,
                UDAPI1015 and UDAPI1088 (dates).

        https://upstox.com/developer/api-documentation/get-expired-historical-candle-data
        """
        ...


class ExpiredInstrumentApi(ExpiredInstrumentOperations, SyncApi):
    """Expired contracts and their candles."""
