"""The portfolio feed, typed, in both colours: orders, GTT orders, positions and holdings as they change.

::

    with PortfolioFeed(client, positions=True) as feed:
        for event in feed:
            print(event.update, "(recovered)" if event.recovered else "")

https://upstox.com/developer/api-documentation/get-portfolio-stream-feed
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Sequence
from typing import Any, Final, TypeVar

from upstox_client.errors import (
    ApiException,
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
)
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
from upstox_client.redact import redact_text

__all__ = ["AsyncPortfolioFeed", "PortfolioFeed"]

K = TypeVar("K")
U = TypeVar("U", bound=PortfolioUpdate)

logger = logging.getLogger("upstox_client")

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
        self._forgotten: set[str] = set()  # GTT orders that the server knows no more
        super().__init__(PortfolioProtocol(patience), Calls(source), hook, _kind_of, self._deliver)

    async def find_target(self) -> Target:
        if not self._has_baseline:
            self.ledger.baseline([row for read in self._books().values() for row in await read()])
            self._has_baseline = True
        target = await self.calls.portfolio_target(direct=self._direct, **self._kinds)
        self.ledger.hold()
        return target

    async def on_open(self, number: int) -> None:  # noqa: ARG002 - the first one is like all others
        """Read the books, and tell what the stream has not; one that cannot be read now is told when it can."""
        reading = [asyncio.ensure_future(self._read_at_last(name, read)) for name, read in self._books().items()]
        first, *others = reading  # the orders, if they are wanted: theirs is the order of events that is to be kept
        try:
            await asyncio.wait((first,), timeout=_LONGEST_HOLD)
            if first.done():
                self._tell(self.ledger.compare(first.result(), time.time()))
            else:
                self._tell(self.ledger.release())
                others.append(first)
            for rows in asyncio.as_completed(others):
                self._tell(self.ledger.compare(await rows, time.time()))
        finally:
            self._tell(self.ledger.release())
            for each in reading:
                each.cancel()
            await asyncio.gather(*reading, return_exceptions=True)

    async def _read_at_last(self, name: str, read: Callable[[], Awaitable[Sequence[Row]]]) -> Sequence[Row]:
        """A book, however often it takes."""
        lifeline = Lifeline(self.protocol.lifeline.patience)
        while True:
            try:
                return await read()
            except (AuthenticationError, PermissionDeniedError):
                raise  # this ends the connection, and whoever makes the next one has to see to the token
            except ApiException as error:
                what = redact_text(f"({error.status}) {error.reason}")
                logger.warning("feed: the %s cannot be read, so what was missed of them is told later: %s", name, what)
                await asyncio.sleep(lifeline.lost(0.0) or lifeline.patience.cap)

    def _books(self) -> dict[str, Callable[[], Awaitable[Sequence[Row]]]]:
        """What is wanted, the orders first."""
        books: dict[str, tuple[str, Callable[[], Awaitable[Sequence[Row]]]]] = {
            "order": ("orders", self.calls.orders),
            "gtt": ("GTT orders", self._gtt_orders),
            "position": ("positions", self.calls.positions),
            "holding": ("holdings", self.calls.holdings),
        }
        return dict(book for kind, book in books.items() if self._kinds[kind])

    async def _gtt_orders(self) -> Sequence[Row]:
        """The GTT orders that wait, and those that waited when they were last told of."""
        waiting = await self.calls.gtt_orders()
        ended = set(self.ledger.open_gtt_orders()) - {order.gtt_order_id for order in waiting} - self._forgotten
        return [*waiting, *[row for gtt_order_id in sorted(ended) for row in await self._gtt_order(gtt_order_id)]]

    async def _gtt_order(self, gtt_order_id: str) -> Sequence[Row]:
        """A GTT order that is not among those that wait, if the server still knows it."""
        try:
            rows = await self.calls.gtt_orders(gtt_order_id)
        except (InvalidRequestError, NotFoundError):
            rows = []
        if not rows:
            self._forgotten.add(gtt_order_id)
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

    def _open(
        self, kinds: Collection[type], size: int, overflow: Overflow
    ) -> tuple[Inbox[Any], Callable[[], None], Callable[[], None]]:
        """A queue for a consumer, what to do when it wants no more, and what when nobody is left who could say so."""
        core = self._core
        inbox = core.hub.attach(kinds, size, overflow)
        return inbox, lambda: core.hub.detach(inbox), lambda: core.abandoned(inbox)


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
