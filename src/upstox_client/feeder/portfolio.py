"""The portfolio feed, typed, in both colours: orders, GTT orders, positions and holdings as they change.

::

    with PortfolioFeed(client, positions=True) as feed:
        for event in feed:
            print(event.update, "(recovered)" if event.recovered else "")

https://upstox.com/developer/api-documentation/get-portfolio-stream-feed
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Sequence
from typing import Any, Final, TypeVar

from upstox_client.errors import ApiException, AuthenticationError, PermissionDeniedError
from upstox_client.feeder.calls import Calls, Source
from upstox_client.feeder.core import AsyncFeed, Core, SyncFeed
from upstox_client.feeder.engine import OnTokenExpired
from upstox_client.feeder.lifeline import Lifeline, Patience
from upstox_client.feeder.line import Target
from upstox_client.feeder.listeners import AsyncListener, Inbox, Listener, Overflow
from upstox_client.feeder.protocol import PortfolioProtocol
from upstox_client.feeder.recovery import Ledger, PortfolioEvent, Row
from upstox_client.feeder.states import Notice
from upstox_client.models.websocket import UPDATES, OrderUpdate, PortfolioUpdate

__all__ = ["AsyncPortfolioFeed", "PortfolioFeed"]

K = TypeVar("K")
U = TypeVar("U", bound=PortfolioUpdate)

SIZE: Final = 10_000
"""Events that may wait for a consumer, unless it says otherwise."""

_LONGEST_HOLD: Final = 5.0
"""Seconds for which the stream is held back at most, while the books are read."""


def _kind_of(event: Any) -> type:
    """The model of an update, the type of anything else."""
    kind: type = event.update.__class__ if event.__class__ is PortfolioEvent else event.__class__
    return kind


class _PortfolioCore(Core[Any]):
    def __init__(
        self,
        source: Source,
        *,
        orders: bool,
        gtt: bool,
        positions: bool,
        holdings: bool,
        direct: bool,
        patience: Patience | None,
        hook: OnTokenExpired | None,
    ) -> None:
        if not (orders or gtt or positions or holdings):
            raise ValueError("nothing is wanted: one of orders, gtt, positions and holdings must be True")
        self.ledger = Ledger()
        self._kinds = {"order": orders, "gtt": gtt, "position": positions, "holding": holdings}
        self._direct = direct
        self._has_baseline = False
        super().__init__(PortfolioProtocol(patience), Calls(source), hook, _kind_of, self._deliver)

    async def find_target(self) -> Target:
        if not self._has_baseline:
            self.ledger.baseline(await self._read_books())
            self._has_baseline = True
        target = await self.calls.portfolio_target(direct=self._direct, **self._kinds)
        self.ledger.hold()
        return target

    async def on_open(self, number: int) -> None:  # noqa: ARG002 - the first one is like all others
        """Read the books, and tell what the stream has not."""
        reading = asyncio.ensure_future(self._read_books_at_last())
        try:
            await asyncio.wait((reading,), timeout=_LONGEST_HOLD)
            if not reading.done():
                self._tell(self.ledger.release())
            self._tell(self.ledger.compare(await reading, time.time()))
        finally:
            self._tell(self.ledger.release())
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read_books_at_last(self) -> list[Row]:
        """The books, however often it takes."""
        lifeline = Lifeline(self.protocol.lifeline.patience)
        while True:
            try:
                return await self._read_books()
            except (AuthenticationError, PermissionDeniedError):
                raise  # this ends the connection, and whoever makes the next one has to see to the token
            except ApiException:
                await asyncio.sleep(lifeline.lost(0.0) or lifeline.patience.cap)

    async def _read_books(self) -> list[Row]:
        rows: list[Row] = []
        if self._kinds["order"]:
            rows += await self.calls.orders()
        if self._kinds["gtt"]:
            waiting = await self.calls.gtt_orders()
            rows += waiting
            listed = {order.gtt_order_id for order in waiting}
            for gtt_order_id in self.ledger.open_gtt_orders():
                if gtt_order_id not in listed:  # what has ended is not among those that wait
                    rows += await self.calls.gtt_orders(gtt_order_id)
        if self._kinds["position"]:
            rows += await self.calls.positions()
        if self._kinds["holding"]:
            rows += await self.calls.holdings()
        return rows

    def _deliver(self, events: Sequence[Any]) -> bool:
        """Hand out what came, unless it is held back or has been told."""
        room = True
        for event in events:
            if isinstance(event, Notice):
                room = self.hub.deliver([event]) and room
            else:
                room = self._tell(self.ledger.live(event, time.time())) and room
        return room

    def _tell(self, events: Sequence[PortfolioEvent[Any]]) -> bool:
        return self.hub.deliver(events) if events else True


class _PortfolioFace:
    """What is the same in both colours."""

    _core: _PortfolioCore

    def latest(self, model: type[U]) -> list[U]:
        """The last known state of everything of a kind, such as `latest(OrderUpdate)`."""
        return self._core.ledger.latest(model)

    def order(self, order_id: str) -> OrderUpdate | None:
        """The last known state of an order; None if nothing is known of it."""
        return next((order for order in self.latest(OrderUpdate) if order.order_id == order_id), None)

    @property
    def superseded(self) -> int:
        """Updates that came after a later state of the same order had been told, and so were not told."""
        return self._core.ledger.superseded

    def _open(self, kinds: Collection[type], size: int, overflow: Overflow) -> tuple[Inbox[Any], Callable[[], None]]:
        """A queue for a consumer, and what to do when it wants no more."""
        hub = self._core.hub
        inbox = hub.attach(kinds, size, overflow)
        return inbox, lambda: hub.detach(inbox)


class PortfolioFeed(_PortfolioFace, SyncFeed[_PortfolioCore]):
    """The account's changes, on a thread of its own. Nothing is started before `start()`, `with` or `wait_open()`.

    Before it connects, and after each connection, the order book (and the positions, holdings and GTT orders, if they
    are wanted) are read. Where they show what the stream has not told, an event is made of it, with `recovered=True`.

    Parameters:
        client: an `ApiClient`, or the configuration for one; default: the default configuration.
        orders, gtt, positions, holdings: what is wanted.
        direct: connect to the API host itself, which sends the connection on, instead of asking it for an address.
        patience: how long to wait for what.
        on_token_expired: called with the error when the token is not accepted; returns a new token, or None to stop.
        daemon: whether the threads of the feed let the process end.

    Raises:
        ValueError: nothing is wanted; the configuration is for the sandbox, which has no feeds, or wants less TLS than
            it may.

    Iterating over the feed gives a `PortfolioEvent` for each change; nothing is ever dropped unless so wanted.

    https://upstox.com/developer/api-documentation/get-portfolio-stream-feed
    """

    def __init__(
        self,
        client: Source = None,
        *,
        orders: bool = True,
        gtt: bool = False,
        positions: bool = False,
        holdings: bool = False,
        direct: bool = False,
        patience: Patience | None = None,
        on_token_expired: OnTokenExpired | None = None,
        daemon: bool = True,
    ) -> None:
        super().__init__(daemon=daemon)
        self._core = _PortfolioCore(
            client,
            orders=orders,
            gtt=gtt,
            positions=positions,
            holdings=holdings,
            direct=direct,
            patience=patience,
            hook=on_token_expired,
        )

    def events(self, *, size: int = SIZE, overflow: Overflow = Overflow.BLOCK) -> Listener[PortfolioEvent[Any]]:
        """A consumer of all changes, with a queue of its own.

        Parameters:
            size: changes that may wait.
            overflow: what happens when there are more; by default the socket is not read until there is room.
        """
        return Listener(*self._open(UPDATES.values(), size, overflow))

    def updates(
        self, model: type[U], *, size: int = SIZE, overflow: Overflow = Overflow.BLOCK
    ) -> Listener[PortfolioEvent[U]]:
        """A consumer of the changes of one kind, such as `OrderUpdate`; see `events`."""
        return Listener(*self._open((model,), size, overflow))

    def listen(self, kind: type[K], *, size: int = SIZE, overflow: Overflow = Overflow.DROP_OLDEST) -> Listener[K]:
        """A consumer of other events: `StateChange`, `Notice` or `CallbackError`."""
        return Listener(*self._open((kind,), size, overflow))

    def on_update(
        self,
        model: type[U],
        callback: Callable[[PortfolioEvent[U]], object],
        *,
        size: int = SIZE,
        overflow: Overflow = Overflow.BLOCK,
    ) -> Listener[PortfolioEvent[U]]:
        """Call `callback` for each change of one kind, on a thread of its own.

        What it raises is logged and comes as a `CallbackError`; the feed goes on. `close()` what is returned to end it.
        """
        listener = self.updates(model, size=size, overflow=overflow)
        self._call_back(listener, callback)
        return listener

    def on(
        self,
        kind: type[K],
        callback: Callable[[K], object],
        *,
        size: int = SIZE,
        overflow: Overflow = Overflow.DROP_OLDEST,
    ) -> Listener[K]:
        """Call `callback` for each event of another kind; see `listen`."""
        listener = self.listen(kind, size=size, overflow=overflow)
        self._call_back(listener, callback)
        return listener

    def __iter__(self) -> Iterator[PortfolioEvent[Any]]:
        return self.events()


class AsyncPortfolioFeed(_PortfolioFace, AsyncFeed[_PortfolioCore]):
    """The account's changes on the running event loop: `PortfolioFeed` with `await` where it waits."""

    def __init__(
        self,
        client: Source = None,
        *,
        orders: bool = True,
        gtt: bool = False,
        positions: bool = False,
        holdings: bool = False,
        direct: bool = False,
        patience: Patience | None = None,
        on_token_expired: OnTokenExpired | None = None,
    ) -> None:
        super().__init__()
        self._core = _PortfolioCore(
            client,
            orders=orders,
            gtt=gtt,
            positions=positions,
            holdings=holdings,
            direct=direct,
            patience=patience,
            hook=on_token_expired,
        )

    def events(self, *, size: int = SIZE, overflow: Overflow = Overflow.BLOCK) -> AsyncListener[PortfolioEvent[Any]]:
        """A consumer of all changes, with a queue of its own; see `PortfolioFeed.events`."""
        return AsyncListener(*self._open(UPDATES.values(), size, overflow))

    def updates(
        self, model: type[U], *, size: int = SIZE, overflow: Overflow = Overflow.BLOCK
    ) -> AsyncListener[PortfolioEvent[U]]:
        """A consumer of the changes of one kind, such as `OrderUpdate`."""
        return AsyncListener(*self._open((model,), size, overflow))

    def listen(self, kind: type[K], *, size: int = SIZE, overflow: Overflow = Overflow.DROP_OLDEST) -> AsyncListener[K]:
        """A consumer of other events: `StateChange`, `Notice` or `CallbackError`."""
        return AsyncListener(*self._open((kind,), size, overflow))

    def on_update(
        self,
        model: type[U],
        callback: Callable[[PortfolioEvent[U]], Awaitable[object] | object],
        *,
        size: int = SIZE,
        overflow: Overflow = Overflow.BLOCK,
    ) -> AsyncListener[PortfolioEvent[U]]:
        """Call `callback`, a function or a coroutine function, for each change of one kind."""
        listener = self.updates(model, size=size, overflow=overflow)
        self._call_back(listener, callback)
        return listener

    def on(
        self,
        kind: type[K],
        callback: Callable[[K], Awaitable[object] | object],
        *,
        size: int = SIZE,
        overflow: Overflow = Overflow.DROP_OLDEST,
    ) -> AsyncListener[K]:
        """Call `callback` for each event of another kind; see `listen`."""
        listener = self.listen(kind, size=size, overflow=overflow)
        self._call_back(listener, callback)
        return listener

    def __aiter__(self) -> AsyncIterator[PortfolioEvent[Any]]:
        return self.events()
