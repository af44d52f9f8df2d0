"""Quotes, the older calls: https://upstox.com/developer/api-documentation/market-quote"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, get
from upstox_client.models.quotes import (
    GetFullMarketQuoteResponse,
    GetMarketQuoteLastTradedPriceResponse,
    GetMarketQuoteOHLCResponse,
    QuoteInterval,
)


class MarketQuoteOperations:
    """Quotes, the older calls; `MarketQuoteV3Api` has the newer ones.

    Up to 500 instrument keys a call. One bad key fails the whole call.
    """

    @get("/v2/market-quote/quotes")
    def get_full_market_quote(
        self, symbol: str | Sequence[str], api_version: str = "2.0", **options: Unpack[RequestOptions]
    ) -> GetFullMarketQuoteResponse:
        """Full quotes: last price, depth of five levels, volume, open interest, circuit limits.

        Parameters:
            symbol: instrument keys such as `NSE_EQ|INE848E01016`, at most 500.

        Raises:
            InvalidRequestError: UDAPI1087 or UDAPI100011 (no such key), UDAPI1009 and UDAPI1011 (key missing or
                malformed), UDAPI100042 (more than 500).

        https://upstox.com/developer/api-documentation/get-full-market-quote
        """
        ...

    @get("/v2/market-quote/ohlc")
    def get_market_quote_ohlc(
        self,
        symbol: str | Sequence[str],
        interval: QuoteInterval,
        api_version: str = "2.0",
        **options: Unpack[RequestOptions],
    ) -> GetMarketQuoteOHLCResponse:
        """Open, high, low, close and the last price. Deprecated by Upstox for `MarketQuoteV3Api`.

        Parameters:
            symbol: instrument keys, at most 500.
            interval: `1d`, `I1` (a minute) or `I30` (thirty minutes).

        Raises:
            InvalidRequestError: UDAPI1087 or UDAPI100011 (no such key), UDAPI1009 and UDAPI1011 (key missing or
                malformed), UDAPI1027 and UDAPI1028 (interval), UDAPI100043 (more than 500).

        https://upstox.com/developer/api-documentation/get-market-quote-ohlc
        """
        ...

    @get("/v2/market-quote/ltp")
    def ltp(
        self, symbol: str | Sequence[str], api_version: str = "2.0", **options: Unpack[RequestOptions]
    ) -> GetMarketQuoteLastTradedPriceResponse:
        """Last prices. Deprecated by Upstox for `MarketQuoteV3Api`.

        Parameters:
            symbol: instrument keys, at most 500.

        Raises:
            InvalidRequestError: UDAPI1087 or UDAPI100011 (no such key), UDAPI1009 and UDAPI1011 (key missing or
                malformed), UDAPI100043 (more than 500).

        https://upstox.com/developer/api-documentation/ltp
        """
        ...


class MarketQuoteApi(MarketQuoteOperations, SyncApi):
    """Quotes, the older calls."""
