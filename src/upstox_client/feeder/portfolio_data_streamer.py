"""The official `PortfolioDataStreamer`: https://upstox.com/developer/api-documentation/streamer-function"""

from __future__ import annotations

from typing import Any

from upstox_client.api_client import ApiClient
from upstox_client.feeder.official import Socket
from upstox_client.feeder.portfolio_data_feeder import PortfolioDataFeeder
from upstox_client.feeder.streamer import Streamer

__all__ = ["PortfolioDataStreamer"]


class PortfolioDataStreamer(Streamer[PortfolioDataFeeder]):
    """The account's changes as JSON texts, in the official way.

    Parameters:
        api_client: the client whose configuration is used; default: a new one.
        order_update, position_update, holding_update, gtt_update: what is wanted.
    """

    def __init__(
        self,
        api_client: ApiClient | None = None,
        order_update: bool = True,
        position_update: bool = False,
        holding_update: bool = False,
        gtt_update: bool = False,
    ) -> None:
        super().__init__(api_client)
        self.order_update = order_update
        self.position_update = position_update
        self.holding_update = holding_update
        self.gtt_update = gtt_update

    def make_feeder(self) -> PortfolioDataFeeder:
        return PortfolioDataFeeder(
            self.api_client,
            order_update=self.order_update,
            position_update=self.position_update,
            holding_update=self.holding_update,
            gtt_update=self.gtt_update,
        )

    def handle_message(self, ws: Socket, message: Any) -> None:  # noqa: ARG002 - the official signature
        """A frame came."""
        self.emit(self.Event["MESSAGE"], message)
