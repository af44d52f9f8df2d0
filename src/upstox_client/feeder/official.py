"""What the official streamers and feeders stand on: one feed whose frames and states are told in the official way."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

from upstox_client.api_client import ApiClient
from upstox_client.errors import ApiException, NetworkError
from upstox_client.feeder import schema
from upstox_client.feeder.calls import Calls
from upstox_client.feeder.core import Core, SyncFeed
from upstox_client.feeder.lifeline import Lifeline, Patience
from upstox_client.feeder.line import Target
from upstox_client.feeder.listeners import Listener, Overflow
from upstox_client.feeder.modes import Subscriptions
from upstox_client.feeder.protocol import MarketProtocol
from upstox_client.feeder.schema import Type
from upstox_client.feeder.states import Counters, FeedClosedError, FeedState, Notice, StateChange
from upstox_client.feeder.ticks import MarketUpdate

__all__ = ["Connection", "Handlers", "RawMarket", "RawPortfolio", "Socket"]

ONE_TRY: Final = Patience(tries=0)
"""No reconnecting."""

_GOODBYE: Final = 1000

_WAITING: Final = 10_000  # frames; after that the socket is not read until the listeners have caught up


class Frame:
    """A message as it came."""

    __slots__ = ("payload",)

    def __init__(self, payload: bytes | str) -> None:
        self.payload = payload


class RawMarket(MarketProtocol):
    """The market data feed with its frames left as they are; `requests` are sent once there is a connection."""

    def __init__(self, patience: Patience, subscriptions: Subscriptions | None = None) -> None:
        super().__init__(subscriptions or Subscriptions(), patience)
        self.requests: list[bytes] = []

    def opened(self, now: float) -> list[bytes]:
        requests, self.requests = self.requests, []
        return [*super().opened(now), *requests]

    def _events(self, payload: bytes, now: float, wall: float) -> list[Any]:
        frame = schema.Envelope.FromString(payload)
        if len(frame.feeds):
            self.lifeline.data(now, live=frame.type == Type.live_feed)
        if frame.HasField("marketInfo"):
            self.market = MarketUpdate.of(frame.marketInfo, frame.currentTs, wall)
        return [Frame(payload)]


class RawPortfolio:
    """The portfolio stream with its frames left as they are."""

    def __init__(self, patience: Patience) -> None:
        self.lifeline = Lifeline(patience)
        self.counters = Counters()

    @property
    def trading(self) -> bool:
        """False: nothing need ever come."""
        return False

    def opened(self, now: float) -> list[bytes]:
        """There is a connection: nothing is to be asked for."""
        self.lifeline.opened(now)
        return []

    def received(self, payload: bytes, now: float, *, text: bool = True) -> list[Frame]:
        """The frame; a text one as text."""
        self.lifeline.heard = now
        self.counters.frames += 1
        self.counters.events += 1
        self.counters.bytes += len(payload)
        return [Frame(payload.decode("utf-8", "replace") if text else payload)]


class Handlers(Protocol):
    """Who is told, on a thread that is not the socket's."""

    def opened(self) -> None:
        """There is a connection."""
        ...

    def message(self, payload: bytes | str) -> None:
        """A frame came."""
        ...

    def failed(self, error: Exception) -> None:
        """Something went wrong."""
        ...

    def closed(self, code: int | None, reason: str | None) -> None:
        """A connection ended, or could not be made."""
        ...

    def trying(self) -> None:
        """A further try begins."""
        ...

    def gave_up(self) -> None:
        """The tries are used up."""
        ...


class _RawCore(Core[Any]):
    def __init__(self, protocol: Any, calls: Calls, find: Callable[[Calls], Any]) -> None:
        super().__init__(protocol, calls, None)
        self._find = find

    async def find_target(self) -> Target:
        target: Target = await self._find(self.calls)
        return target


class Connection(SyncFeed[_RawCore]):
    """A feed that tells `handlers` what happens, in order.

    Parameters:
        api_client: whose configuration and headers are used.
        find: asks for the address to connect to.
    """

    def __init__(
        self,
        api_client: ApiClient,
        protocol: RawMarket | RawPortfolio,
        find: Callable[[Calls], Any],
        handlers: Handlers,
        *,
        daemon: bool,
    ) -> None:
        super().__init__(daemon=daemon)
        self._core = _RawCore(protocol, Calls(api_client), find)
        self._handlers = handlers
        self._was_open = False

    def connect(self) -> None:
        """Begin; returns at once."""
        hub = self._core.hub
        inbox = hub.attach((Frame, Notice, StateChange), _WAITING, Overflow.BLOCK)
        listener = Listener[Frame | Notice | StateChange](inbox, lambda: hub.detach(inbox))
        self._in_thread(lambda: self._dispatch(listener))
        self.start()

    def _dispatch(self, listener: Listener[Frame | Notice | StateChange]) -> None:
        """Tell the handlers, one event after the other, until the feed is over."""
        while True:
            try:
                event = listener.get()
            except BaseException as end:  # noqa: BLE001 - it is told
                self._guarded(self._ended, end)
                return
            self._guarded(self._tell, event)

    def _guarded(self, tell: Callable[[Any], None], event: Any) -> None:
        try:
            tell(event)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the program's
            self._report(tell, event, error)
            with contextlib.suppress(Exception):
                self._handlers.failed(error)

    def say(self, requests: Callable[[], Iterable[bytes]]) -> None:
        """Send what `requests` gives, if there is a connection."""

        def flush() -> None:
            if self.is_open:
                self._core.engine.flush(tuple(requests()))

        self._soon(flush)

    def be_patient(self, patience: Patience) -> None:
        """Reconnect in this way from now on."""
        self._core.protocol.lifeline.patience = patience

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return self._core.engine.is_open

    def _tell(self, event: Frame | Notice | StateChange) -> None:
        if isinstance(event, Frame):
            self._handlers.message(event.payload)
        elif isinstance(event, Notice):
            what = "a frame that could not be read" if event.is_garbage else "the server says"
            self._handlers.failed(ValueError(f"{what}: {event.text}"))
        else:
            self._changed(event)

    def _changed(self, change: StateChange) -> None:
        match change.state:
            case FeedState.CONNECTING if change.attempt:
                self._handlers.trying()
            case FeedState.OPEN if not self._was_open:
                self._was_open = True
                self._handlers.opened()
            case FeedState.WAITING:
                self._lost(change)
            case _:
                pass

    def _lost(self, change: StateChange, error: Exception | None = None) -> None:
        self._was_open = False
        if change.close_code != _GOODBYE:
            self._handlers.failed(error or NetworkError(0, change.reason))
        self._handlers.closed(change.close_code, None if change.close_code is None else change.close_reason)

    def _ended(self, error: BaseException) -> None:
        """The feed is over."""
        change = self.state
        if isinstance(error, FeedClosedError):
            self._handlers.closed(_GOODBYE if self._was_open else None, None)
        elif isinstance(error, Exception):
            self._lost(change, error)
            if isinstance(error, ApiException) and self._core.protocol.lifeline.is_used_up:
                self._handlers.gave_up()


class Socket:
    """What the official handlers get as `ws`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def sock(self) -> object | None:
        """Something, while there is a connection."""
        return self if self._connection.is_open else None

    @property
    def keep_running(self) -> bool:
        """Whether the feed has neither been closed nor given up."""
        return self._connection.state.state not in {FeedState.CLOSED, FeedState.STOPPED}

    def send(self, data: bytes | str, opcode: int = 2) -> None:  # noqa: ARG002 - the feed takes binary frames only
        """Send a binary frame, if there is a connection."""
        payload = data.encode() if isinstance(data, str) else data
        self._connection.say(lambda: (payload,))

    def close(self, **_: object) -> None:
        """End the feed."""
        self._connection.close()
