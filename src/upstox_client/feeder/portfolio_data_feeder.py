"""The official `PortfolioDataFeeder`: https://upstox.com/developer/api-documentation/get-portfolio-stream-feed"""

from __future__ import annotations

from upstox_client.api_client import ApiClient
from upstox_client.feeder.calls import Calls
from upstox_client.feeder.feeder import Feeder, Told
from upstox_client.feeder.lifeline import Patience
from upstox_client.feeder.line import Target, websocket_url
from upstox_client.feeder.official import RawPortfolio

__all__ = ["PortfolioDataFeeder"]


class PortfolioDataFeeder(Feeder):
    """One connection to the portfolio stream; messages are the frames as text.

    Parameters:
        api_client: the client whose configuration is used; default: a new one.
        on_open, on_message, on_error, on_close: told what happens.
        order_update, position_update, holding_update, gtt_update: what is wanted.
    """

    def __init__(
        self,
        api_client: ApiClient | None = None,
        on_open: Told = None,
        on_message: Told = None,
        on_error: Told = None,
        on_close: Told = None,
        order_update: bool = True,
        position_update: bool = False,
        holding_update: bool = False,
        gtt_update: bool = False,
    ) -> None:
        super().__init__(api_client)
        self.on_open, self.on_message, self.on_error, self.on_close = on_open, on_message, on_error, on_close
        self.order_update = order_update
        self.position_update = position_update
        self.holding_update = holding_update
        self.gtt_update = gtt_update

    def make_protocol(self, patience: Patience) -> RawPortfolio:
        return RawPortfolio(patience)

    async def find_target(self, calls: Calls) -> Target:
        return await calls.portfolio_target(
            direct=False,
            order=self.order_update,
            position=self.position_update,
            holding=self.holding_update,
            gtt=self.gtt_update,
        )

    def get_websocket_url(self) -> str:
        """The address that would be connected to without asking for one first."""
        wanted = {
            "order": self.order_update,
            "holding": self.holding_update,
            "position": self.position_update,
            "gtt_order": self.gtt_update,
        }
        kinds = "%2C".join(kind for kind, is_wanted in wanted.items() if is_wanted)
        path = "/v2/feed/portfolio-stream-feed"
        return websocket_url(self.api_client.configuration.host, f"{path}?update_types={kinds}" if kinds else path)
