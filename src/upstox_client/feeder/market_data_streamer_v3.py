"""The official `MarketDataStreamerV3`: https://upstox.com/developer/api-documentation/streamer-function"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from upstox_client.api_client import ApiClient
from upstox_client.feeder import schema
from upstox_client.feeder.market_data_feeder_v3 import MarketDataFeederV3
from upstox_client.feeder.modes import Mode, Subscriptions
from upstox_client.feeder.official import Socket
from upstox_client.feeder.payload import to_payload
from upstox_client.feeder.proto import MarketDataFeedV3_pb2
from upstox_client.feeder.streamer import Streamer

__all__ = ["MarketDataStreamerV3"]


class MarketDataStreamerV3(Streamer[MarketDataFeederV3]):
    """Market data as dicts, in the official way.

    Parameters:
        api_client: the client whose configuration is used; default: a new one.
        instrumentKeys: what to subscribe to.
        mode: `ltpc`, `option_greeks`, `full` or `full_d30`.

    Raises:
        Exception: there is no such mode.
        FeedLimitError: that is more than one connection may carry.
        ValueError: a key is none.
    """

    Mode: Final = {"LTPC": "ltpc", "FULL": "full", "OPTION": "option_greeks", "D30": "full_d30"}

    def __init__(
        self, api_client: ApiClient | None = None, instrumentKeys: Iterable[str] = (), mode: str = "ltpc"
    ) -> None:
        super().__init__(api_client)
        self.protobufRoot = MarketDataFeedV3_pb2
        if mode not in self.Mode.values():
            raise Exception(f"Invalid mode provided {mode}")  # noqa: TRY002 - the official one
        self.instrumentKeys = list(instrumentKeys)
        self.mode = mode
        self._wishes = Subscriptions(plus=True)  # whether the account has that plan, the official class cannot know
        self._want(self.instrumentKeys, mode)

    def make_feeder(self) -> MarketDataFeederV3:
        feeder = MarketDataFeederV3(self.api_client, self.instrumentKeys, self.mode)
        feeder.follow(self._wishes)
        return feeder

    def subscribe_to_initial_keys(self) -> None:
        """Ask for what is wanted and has not been asked for on this connection; that is done anyway."""
        self._flush()

    @property
    def subscriptions(self) -> dict[str, set[str]]:
        """What is wanted in each mode."""
        return {mode: self._wishes.of(mode) for mode in self.Mode.values()}

    def subscribe(self, instrumentKeys: Iterable[str], mode: str) -> None:
        """Want instruments; at any time, also before there is a connection. In several modes, the richest comes.

        A mode that is none is told to the listeners of `error`.

        Raises:
            FeedLimitError: that is more than one connection may carry. Nothing has changed.
            ValueError: a key is none.
        """
        if not self.is_invalid_mode(mode):
            self._want(list(instrumentKeys), mode)
            self._flush()

    def unsubscribe(self, instrumentKeys: Iterable[str]) -> None:
        """Want instruments no more, in whatever mode."""
        keys = list(instrumentKeys)
        for mode in self.Mode.values():
            self._wishes.remove(mode, keys)
        self._flush()

    def change_mode(self, instrumentKeys: Iterable[str], newMode: str) -> None:
        """Want instruments in this mode and in no other; see `subscribe`."""
        if self.is_invalid_mode(newMode):
            return
        self._wishes.add(newMode, list(instrumentKeys), Mode(newMode), alone=True)
        self.mode = newMode
        self._flush()

    def clear_subscriptions(self) -> None:
        """Want nothing after the next reconnect; until then what is streamed goes on."""
        self._wishes.clear()

    def is_invalid_mode(self, mode: str) -> bool:
        """Whether there is no such mode; that is told to the listeners of `error`."""
        if mode in self.Mode.values():
            return False
        self.emit(self.Event["ERROR"], f"Invalid mode provided {mode}")
        return True

    def _want(self, keys: list[str], mode: str) -> None:
        self._wishes.add(mode, keys, Mode(mode))

    def _flush(self) -> None:
        if self.feeder is not None:
            self.feeder.flush()

    def decode_protobuf(self, buffer: bytes) -> schema.FeedResponse:
        """A frame as a message."""
        return schema.FeedResponse.FromString(buffer)

    def handle_message(self, ws: Socket, message: Any) -> None:  # noqa: ARG002 - the official signature
        """A frame came."""
        self.emit(self.Event["MESSAGE"], to_payload(self.decode_protobuf(message)))
