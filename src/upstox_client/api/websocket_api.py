"""Where to connect to the feeds: https://upstox.com/developer/api-documentation/streamer-function"""

from __future__ import annotations

from typing import Final, Unpack

from upstox_client.core.api import SyncApi
from upstox_client.core.operation import Flags, RequestOptions, get
from upstox_client.models.websocket import WebsocketAuthRedirectResponse

_ANY: Final = "*/*"

# In the order in which the official client lists them.
_UPDATES: Final[Flags] = {
    "order_update": ("update_types", "order"),
    "holding_update": ("update_types", "holding"),
    "position_update": ("update_types", "position"),
    "gtt_order_update": ("update_types", "gtt_order"),
}


class WebsocketOperations:
    """Where to connect to the feeds.

    The `..._authorize` calls give an address for one connection: ask again for each. The others ask the address that a
    websocket would connect to whether it could, and are of little use by themselves: they return None when the server
    sends on to a feed, and the address is the `Location` header of `..._with_http_info`.
    """

    @get("/v2/feed/market-data-feed", accept=_ANY, redirects=True)
    def get_market_data_feed(self, api_version: str = "2.0", **options: Unpack[RequestOptions]) -> None:
        """Whether a connection to the older market data feed could be made; it was switched off in August 2025.

        Raises:
            AuthenticationError: UDAPI100050, no live token.

        https://upstox.com/developer/api-documentation/get-market-data-feed
        """
        ...

    @get("/v2/feed/market-data-feed/authorize")
    def get_market_data_feed_authorize(
        self, api_version: str = "2.0", **options: Unpack[RequestOptions]
    ) -> WebsocketAuthRedirectResponse:
        """The address for one connection to the older market data feed; it was switched off in August 2025.

        Raises:
            AuthenticationError: UDAPI100050, no live token.

        https://upstox.com/developer/api-documentation/get-market-data-feed-authorize
        """
        ...

    @get("/v3/feed/market-data-feed", accept=_ANY, redirects=True)
    def get_market_data_feed_v3(self, **options: Unpack[RequestOptions]) -> None:
        """Whether a connection to the market data feed could be made.

        Raises:
            AuthenticationError: UDAPI100050, no live token.

        https://upstox.com/developer/api-documentation/v3/get-market-data-feed
        """
        ...

    @get("/v3/feed/market-data-feed/authorize")
    def get_market_data_feed_authorize_v3(self, **options: Unpack[RequestOptions]) -> WebsocketAuthRedirectResponse:
        """The address for one connection to the market data feed.

        Raises:
            AuthenticationError: UDAPI100050, no live token.

        https://upstox.com/developer/api-documentation/get-market-data-feed-authorize-v3
        """
        ...

    @get("/v2/feed/portfolio-stream-feed", accept=_ANY, redirects=True)
    def get_portfolio_stream_feed(self, api_version: str = "2.0", **options: Unpack[RequestOptions]) -> None:
        """Whether a connection to the portfolio stream could be made.

        Raises:
            AuthenticationError: UDAPI100050, no live token.

        https://upstox.com/developer/api-documentation/get-portfolio-stream-feed
        """
        ...

    @get("/v2/feed/portfolio-stream-feed/authorize", flags=_UPDATES)
    def get_portfolio_stream_feed_authorize(
        self,
        api_version: str = "2.0",
        order_update: bool | None = True,
        position_update: bool | None = False,
        holding_update: bool | None = False,
        gtt_order_update: bool | None = False,
        **options: Unpack[RequestOptions],
    ) -> WebsocketAuthRedirectResponse:
        """The address for one connection to the portfolio stream, and what will come through it.

        Parameters:
            api_version: `2.0`; the server no longer looks at it.
            order_update: orders; they come as well if nothing is chosen.
            position_update: positions.
            holding_update: holdings.
            gtt_order_update: good-till-triggered orders; the official call cannot ask for them.

        Raises:
            AuthenticationError: UDAPI100050, no live token.

        https://upstox.com/developer/api-documentation/get-portfolio-stream-feed-authorize
        """
        ...


# Two official names are out of line with the others.
for _official, _regular in {
    "get_market_data_feed_with_http_info_v3": "get_market_data_feed_v3_with_http_info",
    "get_market_data_feed_authorize_with_http_info_v3": "get_market_data_feed_authorize_v3_with_http_info",
}.items():
    setattr(WebsocketOperations, _official, vars(WebsocketOperations)[_regular])


class WebsocketApi(WebsocketOperations, SyncApi):
    """Where to connect to the feeds."""
