"""What the official feeders have in common: one connection, and functions that are told what happens on it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeAlias

from upstox_client.api_client import ApiClient
from upstox_client.feeder.calls import Calls
from upstox_client.feeder.lifeline import Patience
from upstox_client.feeder.line import Target
from upstox_client.feeder.official import ONE_TRY, Connection, RawMarket, RawPortfolio, Socket

__all__ = ["Feeder"]

Told: TypeAlias = Callable[..., object] | None


class Feeder(ABC):
    """A connection in the official way: `on_open(ws)`, `on_message(ws, message)`, `on_error(ws, error)` and
    `on_close(ws, code, reason)` are called on a thread of their own. It does not reconnect; the streamers do.

    Parameters:
        api_client: the client whose configuration is used; default: a new one.

    Attributes:
        daemon: whether the threads let the process end; on the class for all feeders, on an object for that one.
    """

    daemon = True

    def __init__(self, api_client: ApiClient | None = None) -> None:
        self.api_client = api_client or ApiClient()
        self.on_open: Told = None
        self.on_message: Told = None
        self.on_error: Told = None
        self.on_close: Told = None
        self.on_trying: Callable[[], object] | None = None
        self.on_gave_up: Callable[[], object] | None = None
        self.ws: Socket | None = None
        self.closingCode = -1
        self.patience = ONE_TRY
        self.connection: Connection | None = None

    @abstractmethod
    def make_protocol(self, patience: Patience) -> RawMarket | RawPortfolio:
        """What is spoken on the connection."""

    @abstractmethod
    async def find_target(self, calls: Calls) -> Target:
        """The address of the next connection."""

    def connect(self) -> None:
        """Begin to connect; returns at once, and does nothing where there is a connection already.

        Raises:
            ValueError: the configuration is for the sandbox, which has no feeds, or wants less TLS than it may.
        """
        if self.ws is not None and self.ws.keep_running:
            return
        protocol = self.make_protocol(self.patience)
        self.connection = Connection(self.api_client, protocol, self.find_target, self, daemon=self.daemon)
        self.ws = Socket(self.connection)
        self.connection.connect()

    def disconnect(self) -> None:
        """End the connection."""
        if self.connection is not None:
            self.connection.close()

    # Told by the connection

    def opened(self) -> None:
        """There is a connection."""
        _tell(self.on_open, self.ws)

    def message(self, payload: bytes | str) -> None:
        """A frame came."""
        _tell(self.on_message, self.ws, payload)

    def failed(self, error: Exception) -> None:
        """Something went wrong."""
        _tell(self.on_error, self.ws, error)

    def closed(self, code: int | None, reason: str | None) -> None:
        """A connection ended, or could not be made."""
        _tell(self.on_close, self.ws, code, reason)

    def trying(self) -> None:
        """A further try begins."""
        _tell(self.on_trying)

    def gave_up(self) -> None:
        """The tries are used up."""
        _tell(self.on_gave_up)


def _tell(function: Told, *args: Any) -> None:
    if function is not None:
        function(*args)
