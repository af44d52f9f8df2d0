"""Quotes: https://upstox.com/developer/api-documentation/market-quote"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import RequestOptions, get
from upstox_client.models.quotes import (
    GetFullMarketQuoteResponseV3,
    GetMarketQuoteLastTradedPriceResponseV3,
    GetMarketQuoteOHLCResponseV3,
    GetMarketQuoteOptionGreekResponseV3,
    QuoteInterval,
)


class MarketQuoteV3Operations:
    """Quotes.

    The server wants `instrument_key`, although it may be left out here as in the official client. One bad key fails
    the whole call.
    """

    @get("/v3/market-quote/quotes")
    def get_full_market_quote_v3(
        self, instrument_key: str | Sequence[str] | None = None, **options: Unpack[RequestOptions]
    ) -> GetFullMarketQuoteResponseV3:
        """Full quotes: last price, depth of five levels, volume, open interest, limits, the year's range, auction.

        Parameters:
            instrument_key: keys such as `NSE_EQ|INE848E01016`, at most 500.

        Raises:
            InvalidRequestError: UDAPI1009 (key missing), UDAPI1011 (malformed), UDAPI100011 or UDAPI100095 (no such
                key here), UDAPI100042 (more than 500).

        https://upstox.com/developer/api-documentation/get-full-market-quote-v3
        """
        ...

    @get("/v3/market-quote/ltp")
    def get_ltp(
        self, instrument_key: str | Sequence[str] | None = None, **options: Unpack[RequestOptions]
    ) -> GetMarketQuoteLastTradedPriceResponseV3:
        """Last prices, with the last traded quantity, the day's volume and the previous close.

        Parameters:
            instrument_key: keys, at most 500.

        Raises:
            InvalidRequestError: UDAPI1009 (key missing), UDAPI1011 (malformed), UDAPI1087, UDAPI100011 or UDAPI100095
                (no such key), UDAPI100043 (more than 500).

        https://upstox.com/developer/api-documentation/ltp-v3
        """
        ...

    @get("/v3/market-quote/ohlc")
    def get_market_quote_ohlc(
        self,
        interval: QuoteInterval,
        instrument_key: str | Sequence[str] | None = None,
        **options: Unpack[RequestOptions],
    ) -> GetMarketQuoteOHLCResponseV3:
        """Open, high, low, close and volume of the running interval and of the one before it.

        For `1d` there is no interval before: `prev_ohlc` is None.

        Parameters:
            interval: `1d`, `I1` (a minute) or `I30` (thirty minutes).
            instrument_key: keys, at most 500.

        Raises:
            InvalidRequestError: UDAPI1009 (key missing), UDAPI1011 (malformed), UDAPI1087 (no such key), UDAPI1027 and
                UDAPI1028 (interval), UDAPI100043 (more than 500).

        https://upstox.com/developer/api-documentation/get-market-quote-ohlc-v3
        """
        ...

    @get("/v3/market-quote/option-greek")
    def get_market_quote_option_greek(
        self, instrument_key: str | Sequence[str] | None = None, **options: Unpack[RequestOptions]
    ) -> GetMarketQuoteOptionGreekResponseV3:
        """Greeks, implied volatility (a fraction), price and open interest of options.

        Parameters:
            instrument_key: keys of options, at most 50 by the documentation (the interface description says 500).

        Raises:
            InvalidRequestError: UDAPI1009 (key missing), UDAPI1011 (malformed), UDAPI1087 (no such key), UDAPI100076
                (too many).

        https://upstox.com/developer/api-documentation/option-greek
        """
        ...


class MarketQuoteV3Api(MarketQuoteV3Operations, SyncApi):
    """Quotes."""
