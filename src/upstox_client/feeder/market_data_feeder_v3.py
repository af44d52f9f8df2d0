"""The official `MarketDataFeederV3`: https://upstox.com/developer/api-documentation/v3/get-market-data-feed"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast

from upstox_client.api_client import ApiClient
from upstox_client.feeder.calls import Calls
from upstox_client.feeder.feeder import Feeder, Told
from upstox_client.feeder.lifeline import Patience
from upstox_client.feeder.line import Target
from upstox_client.feeder.modes import Method, Subscriptions, encode_request
from upstox_client.feeder.official import RawMarket

__all__ = ["MarketDataFeederV3"]


class MarketDataFeederV3(Feeder):
    """One connection to the market data feed; messages are the frames as bytes.

    Parameters:
        api_client: the client whose configuration is used; default: a new one.
        instrumentKeys, mode: kept, as in the official class, which does not use them.
        on_open, on_message, on_error, on_close: told what happens.
    """

    Mode: Final = {"LTPC": "ltpc", "FULL": "full", "OPTION": "option_greeks", "D30": "full_d30"}
    Method: Final[dict[str, Method]] = {"SUBSCRIBE": "sub", "CHANGE_METHOD": "change_mode", "UNSUBSCRIBE": "unsub"}

    def __init__(
        self,
        api_client: ApiClient | None = None,
        instrumentKeys: Iterable[str] = (),
        mode: str = "full",
        on_open: Told = None,
        on_message: Told = None,
        on_error: Told = None,
        on_close: Told = None,
    ) -> None:
        super().__init__(api_client)
        self.instrumentKeys = list(instrumentKeys)
        self.mode = mode
        self.on_open, self.on_message, self.on_error, self.on_close = on_open, on_message, on_error, on_close
        self._protocol: RawMarket | None = None
        self._wishes: Subscriptions | None = None

    def follow(self, wishes: Subscriptions) -> None:
        """Ask for what these wishes say, at each connection."""
        self._wishes = wishes

    def make_protocol(self, patience: Patience) -> RawMarket:
        self._protocol = RawMarket(patience, self._wishes)
        return self._protocol

    async def find_target(self, calls: Calls) -> Target:
        return await calls.market_target(direct=False)

    def flush(self) -> None:
        """Ask for what has become wanted."""
        if self.connection is not None and self._wishes is not None:
            self.connection.say(self._wishes.requests)

    def subscribe(self, instrumentKeys: Iterable[str], mode: str | None = None) -> None:
        """Ask for instruments; at once, or as soon as there is a connection.

        Raises:
            Exception: `connect` has not been called.
        """
        self._say(self.build_request(instrumentKeys, self.Method["SUBSCRIBE"], mode))

    def unsubscribe(self, instrumentKeys: Iterable[str]) -> None:
        """Ask for instruments no more; see `subscribe`."""
        self._say(self.build_request(instrumentKeys, self.Method["UNSUBSCRIBE"]))

    def change_mode(self, instrumentKeys: Iterable[str], newMode: str) -> None:
        """Ask for instruments in another mode; see `subscribe`."""
        self._say(self.build_request(instrumentKeys, self.Method["CHANGE_METHOD"], newMode))

    def build_request(self, instrumentKeys: Iterable[str], method: str, mode: str | None = None) -> bytes:
        """A request as the server wants it."""
        return encode_request(cast("Method", method), list(instrumentKeys), mode)

    def _say(self, request: bytes) -> None:
        if self.connection is None or self._protocol is None:
            raise Exception("WebSocket is not open.")  # noqa: TRY002 - the official one
        waiting = self._protocol.requests
        waiting.append(request)

        def take() -> list[bytes]:
            taken = waiting[:]
            waiting.clear()
            return taken

        self.connection.say(take)
