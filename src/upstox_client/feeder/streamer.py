"""What the official streamers have in common: events with listeners, and reconnecting."""

from __future__ import annotations

import logging
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from upstox_client.api_client import ApiClient
from upstox_client.feeder.feeder import Feeder
from upstox_client.feeder.hub import CallbackError
from upstox_client.feeder.lifeline import Patience
from upstox_client.feeder.official import ONE_TRY, Socket

__all__ = ["Streamer"]

F = TypeVar("F", bound=Feeder)

logger = logging.getLogger("upstox_client")


class Streamer(ABC, Generic[F]):
    """A feed in the official way: listeners for events, called one after the other on a thread of their own.

    It reconnects for ever, with growing pauses, unless `auto_reconnect` says otherwise.

    Parameters:
        api_client: the client whose configuration is used; default: a new one.

    Attributes:
        daemon: whether the threads let the process end, the default; `False` on the class or on an object is for a
            program that does nothing after `connect()`.
    """

    Event: Final = {
        "OPEN": "open",
        "CLOSE": "close",
        "MESSAGE": "message",
        "ERROR": "error",
        "RECONNECTING": "reconnecting",
        "AUTO_RECONNECT_STOPPED": "autoReconnectStopped",
    }

    daemon = True

    def __init__(self, api_client: ApiClient | None = None) -> None:
        self.api_client = api_client or ApiClient()
        self.feeder: F | None = None
        self.listeners: dict[str, list[Callable[..., object]]] = {event: [] for event in self.Event.values()}
        self.disconnect_valid = False
        self.reconnect_in_progress = False
        self.enable_auto_reconnect = True
        self.interval: float | None = None
        self.retry_count: float = math.inf
        self.reconnect_attempts = 0

    def on(self, event: str, listener: Callable[..., object]) -> None:
        """Have `listener` called for an event.

        Parameters:
            event: `open` (), `close` (code, reason), `message` (dict or text), `error` (exception or text),
                `reconnecting` (text) or `autoReconnectStopped` (text).

        Raises:
            ValueError: there is no such event.
        """
        if event not in self.listeners:
            raise ValueError(f"Unknown event: {event}")
        self.listeners[event].append(listener)

    def emit(self, event: str, *args: Any) -> None:
        """Call the listeners of an event. What one of them raises is told to those of `error`, as a `CallbackError`."""
        if event not in self.listeners:
            raise ValueError(f"Unknown event: {event}")
        for listener in tuple(self.listeners[event]):
            try:
                listener(*args)
            except Exception as error:
                mine = CallbackError(listener, args, error)
                logger.exception("%s", mine)  # whatever it is, it is the program's
                if event != self.Event["ERROR"]:
                    self.emit(self.Event["ERROR"], mine)

    @abstractmethod
    def make_feeder(self) -> F:
        """The connection."""

    def connect(self) -> None:
        """Begin to connect; returns at once, and does nothing where that has been done already.

        Raises:
            ValueError: the configuration is for the sandbox, which has no feeds, or wants less TLS than it may.
        """
        if self.feeder is not None and self.feeder.ws is not None and self.feeder.ws.keep_running:
            return
        self.disconnect_valid = False
        feeder = self.make_feeder()
        feeder.on_open, feeder.on_message = self.handle_open, self.handle_message
        feeder.on_error, feeder.on_close = self.handle_error, self.handle_close
        feeder.on_trying, feeder.on_gave_up = self._trying, self._gave_up
        feeder.patience, feeder.daemon = self._patience(), self.daemon
        self.feeder = feeder
        feeder.connect()

    def disconnect(self) -> None:
        """End the feed.

        Raises:
            NotImplementedError: there is none, since `connect` was not called.
        """
        if self.feeder is None:
            raise NotImplementedError("Feeder instance not set.")
        self.disconnect_valid = True
        self.feeder.disconnect()

    def auto_reconnect(self, enable: bool, interval: float = 1, retry_count: float = 5) -> None:
        """Whether and how to reconnect, from the next loss on.

        Parameters:
            interval: seconds between two tries.
            retry_count: tries that may fail in a row, after which `autoReconnectStopped` is told.
        """
        self.enable_auto_reconnect = enable
        self.interval = interval
        self.retry_count = retry_count
        if self.feeder is not None and self.feeder.connection is not None:
            self.feeder.connection.be_patient(self._patience())
        if not enable:
            self.emit(self.Event["AUTO_RECONNECT_STOPPED"], "Disabled by client.")

    def launch_auto_reconnect(self) -> None:
        """Begin a further try, if there is no connection and none is being made."""
        if self.enable_auto_reconnect:
            self._trying()
            self.connect()

    def _patience(self) -> Patience:
        if not self.enable_auto_reconnect:
            return ONE_TRY
        if self.interval is None:
            return Patience()
        tries = None if math.isinf(self.retry_count) else int(self.retry_count)
        return Patience(base=self.interval, cap=self.interval, spread=0, steady=0, tries=tries)

    # Told by the feeder, on the thread of the listeners

    def handle_open(self, ws: Socket) -> None:  # noqa: ARG002 - the official signature
        """There is a connection."""
        self.disconnect_valid = False
        self.reconnect_in_progress = False
        self.reconnect_attempts = 0
        self.emit(self.Event["OPEN"])

    @abstractmethod
    def handle_message(self, ws: Socket, message: Any) -> None:
        """A frame came."""

    def handle_error(self, ws: Socket, error: object) -> None:  # noqa: ARG002
        """Something went wrong."""
        self.emit(self.Event["ERROR"], error)

    def handle_close(self, ws: Socket, close_status_code: int | None, close_msg: str | None) -> None:  # noqa: ARG002
        """The connection ended, or the first one could not be made."""
        if not self.reconnect_in_progress:
            self.emit(self.Event["CLOSE"], close_status_code, close_msg)

    def _trying(self) -> None:
        self.reconnect_in_progress = True
        self.reconnect_attempts += 1
        self.emit(self.Event["RECONNECTING"], f"Auto reconnect attempt {self.reconnect_attempts}/{self.retry_count}")

    def _gave_up(self) -> None:
        if self.enable_auto_reconnect:
            self.emit(self.Event["AUTO_RECONNECT_STOPPED"], f"retryCount of {self.retry_count} exhausted.")
