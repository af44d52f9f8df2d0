"""The API calls that the feeds make: where to connect, and what happened meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import urlencode

from upstox_client.aio.api_client import ApiClient as AsyncApiClient
from upstox_client.aio.apis import OrderApi, OrderApiV3, PortfolioApi, WebsocketApi
from upstox_client.configuration import Configuration
from upstox_client.core.client import BaseClient
from upstox_client.core.transport import refuse_unsafe
from upstox_client.errors import ResponseDecodeError
from upstox_client.feeder.line import Target, websocket_url

if TYPE_CHECKING:
    from upstox_client.models.gtt import GttOrderDetails
    from upstox_client.models.orders import OrderBookData
    from upstox_client.models.portfolio import HoldingsData, PositionData
    from upstox_client.models.websocket import WebsocketAuthRedirectResponse

__all__ = ["Calls", "Source"]

Source: TypeAlias = BaseClient | Configuration | None
"""Who calls: a client of either colour, or the configuration for one; None for the default configuration."""

_MARKET: Final = "/v3/feed/market-data-feed"
_PORTFOLIO: Final = "/v2/feed/portfolio-stream-feed"
_KINDS: Final = {"order": "order", "gtt": "gtt_order", "position": "position", "holding": "holding"}


class Calls:
    """Calls on the event loop of the feed.

    Parameters:
        source: who calls. A sync client's configuration and headers are used, but not its connections.

    Raises:
        ValueError: it is a sandbox, which has no feeds; or TLS is to be weaker than it may be.
    """

    def __init__(self, source: Source) -> None:
        self._is_ours = not isinstance(source, AsyncApiClient)
        if isinstance(source, AsyncApiClient):
            self.client = source
        else:
            given = source if isinstance(source, BaseClient) else None
            self.client = AsyncApiClient(source.configuration if isinstance(source, BaseClient) else source)
            if given is not None:
                self.client.default_headers = dict(given.default_headers)
                self.client.cookie = given.cookie
        if self.configuration.sandbox:
            raise ValueError("the sandbox has no feeds; use a live configuration, or the emulator, which has both")
        refuse_unsafe(self.configuration)

    @property
    def configuration(self) -> Configuration:
        """Where and how the calls go."""
        return self.client.configuration

    async def market_target(self, *, direct: bool) -> Target:
        """Where to connect to the market data feed."""
        if direct:
            return self._direct(_MARKET)
        return _target(await WebsocketApi(self.client).get_market_data_feed_authorize_v3())

    async def portfolio_target(self, *, direct: bool, order: bool, gtt: bool, position: bool, holding: bool) -> Target:
        """Where to connect to the portfolio stream."""
        if direct:
            chosen = {"order": order, "gtt": gtt, "position": position, "holding": holding}
            kinds = ",".join(kind for name, kind in _KINDS.items() if chosen[name])
            return self._direct(f"{_PORTFOLIO}?{urlencode({'update_types': kinds})}")
        answer = await WebsocketApi(self.client).get_portfolio_stream_feed_authorize(
            order_update=order, position_update=position, holding_update=holding, gtt_order_update=gtt
        )
        return _target(answer)

    def _direct(self, path: str) -> Target:
        signature = self.configuration.auth_settings()["OAUTH2"]
        headers = {**self.client.default_headers, signature["key"]: signature["value"], "Accept": "*/*"}
        return Target(websocket_url(self.configuration.host, path), headers)

    async def orders(self) -> list[OrderBookData]:
        """The order book."""
        return (await OrderApi(self.client).get_order_book()).data or []

    async def positions(self) -> list[PositionData]:
        """The day's positions."""
        return (await PortfolioApi(self.client).get_positions()).data or []

    async def holdings(self) -> list[HoldingsData]:
        """The holdings."""
        return (await PortfolioApi(self.client).get_holdings()).data or []

    async def gtt_orders(self, gtt_order_id: str | None = None) -> list[GttOrderDetails]:
        """The GTT orders that wait, or this one in whatever state."""
        return (await OrderApiV3(self.client).get_gtt_order_details(gtt_order_id=gtt_order_id)).data or []

    async def close(self) -> None:
        """Close the connections, unless they are somebody else's."""
        if self._is_ours:
            await self.client.close()


def _target(answer: WebsocketAuthRedirectResponse) -> Target:
    url = answer.data.authorized_redirect_uri if answer.data else None
    if not url:
        raise ResponseDecodeError(0, "the server allows the connection, but does not say where to")
    return Target(url)
