"""What all orders of one `Upstox` share: what is known of each, the stream that tells of changes, the guards.

What the stream tells and what is read from the order book come together in one `Ledger`, so that a late answer never
puts an order back.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from upstox_client.feeder.recovery import Ledger, PortfolioEvent
from upstox_client.feeder.states import FeedState
from upstox_client.models.orders import OrderBookData
from upstox_client.models.websocket import OrderUpdate, PositionUpdate
from upstox_client.trading.colours import Async, Flow, Step, Sync, do

if TYPE_CHECKING:
    from upstox_client.feeder.portfolio import AsyncPortfolioFeed, PortfolioFeed
    from upstox_client.trading.guards import Guards

logger = logging.getLogger("upstox_client")

_OPENING: Final = 10.0  # seconds for the stream to open
_OVER: Final = frozenset({FeedState.STOPPED, FeedState.CLOSED})

Heard: TypeAlias = Callable[[OrderUpdate], object]


class HearsPositions(Protocol):
    """Positions that keep themselves current."""

    def hear(self, update: PositionUpdate) -> None:
        """One has changed."""
        ...


class Desk:
    """The orders of one `Upstox`.

    Parameters:
        guards: what orders are held to.

    Attributes:
        halted: why no orders are taken; None if they are.
        sent: how many orders have been sent.
        version: counts changes.
        feed: the stream, if it has been turned on.
        position_feed: the stream that tells of positions, too.
    """

    def __init__(self, guards: Guards | None = None) -> None:
        self.guards = guards
        self.halted: str | None = None
        self.sent = 0
        self.version = 0
        self.feed: PortfolioFeed | AsyncPortfolioFeed | None = None
        self.position_feed: PortfolioFeed | AsyncPortfolioFeed | None = None
        self._lock = threading.RLock()
        self._ledger = Ledger()
        self._rows: dict[str, OrderUpdate] = {}
        self._ours: dict[str, Any] = {}
        self._tags: set[str] = set()
        self._callbacks: dict[str, list[Heard]] = {}
        self._followers: weakref.WeakSet[HearsPositions] = weakref.WeakSet()
        self._watchers: set[Callable[[], object]] = set()

    # Orders

    def take(self, orders: int, most: int | None) -> bool:
        """Count orders as sent, unless they would be more than allowed; whether they were counted."""
        with self._lock:
            if most is not None and self.sent + orders > most:
                return False
            self.sent += orders
            return True

    def is_first(self, tag: str) -> bool:
        """Whether no order with this tag has been sent; from now on one has."""
        with self._lock:
            first = tag not in self._tags
            self._tags.add(tag)
            return first

    def row(self, order_id: str) -> OrderUpdate | None:
        """The last known state of an order."""
        return self._rows.get(order_id)

    def adopt(self, order: Any, ids: Iterable[str]) -> None:
        """These ids are those of an order object."""
        with self._lock:
            self._ours.update(dict.fromkeys(ids, order))

    def owner(self, order_id: str) -> Any:
        """The order object of an id, if there is one."""
        return self._ours.get(order_id)

    def on_update(self, order_id: str, callback: Heard) -> None:
        """Call `callback` with each new state of an order."""
        with self._lock:
            self._callbacks.setdefault(order_id, []).append(callback)

    def read(self, rows: Iterable[OrderBookData]) -> None:
        """The order book says so."""
        self._take(lambda: self._ledger.compare(list(rows), time.time()))

    def hear(self, update: OrderUpdate) -> None:
        """The stream says so."""
        self._take(lambda: self._ledger.live(update, time.time()))

    def _take(self, look: Callable[[], list[PortfolioEvent[Any]]]) -> None:
        """Note what is new, and tell it. Stream and book may come from several threads, so it is noted in one go."""
        with self._lock:
            updates: list[OrderUpdate] = [event.update for event in look()]
            if not updates:
                return
            self._rows.update({update.order_id or "": update for update in updates})
            self.version += 1
            watchers = tuple(self._watchers)
            calls = [(call, update) for update in updates for call in self._callbacks.get(update.order_id or "", ())]
        for wake in watchers:
            wake()
        for call, update in calls:
            _call(call, update)

    # Positions

    def follow(self, positions: HearsPositions) -> None:
        """Tell it of each change of a position, as long as somebody has it."""
        self._followers.add(positions)

    def hear_position(self, update: PositionUpdate) -> None:
        """The stream says so."""
        for positions in tuple(self._followers):
            _call(positions.hear, update)

    # The stream

    @property
    def is_live(self) -> bool:
        """Whether the stream is on and connected."""
        return self.feed is not None and self.feed.state.state is FeedState.OPEN

    @contextlib.contextmanager
    def watching(self, wake: Callable[[], object]) -> Generator[None]:
        """`wake` is called at each change meanwhile, from any thread."""
        with self._lock:
            self._watchers.add(wake)
        try:
            yield
        finally:
            with self._lock:
                self._watchers.discard(wake)


def _call(callback: Callable[[Any], object], update: object) -> None:
    """A callback of the program; what it raises must not keep the others from being told."""
    try:
        callback(update)
    except Exception:
        logger.exception("your callback %s raised", getattr(callback, "__qualname__", repr(callback)))


class _Changed(Step[bool]):
    def __init__(self, desk: Desk, version: int, seconds: float) -> None:
        self._desk = desk
        self._version = version
        self._seconds = seconds

    def run(self, _: Sync, /) -> bool:
        event = threading.Event()
        with self._desk.watching(event.set):
            return self._desk.version != self._version or event.wait(self._seconds)

    async def run_async(self, _: Async, /) -> bool:
        import asyncio  # heavy, and of no use to a sync program

        loop, event = asyncio.get_running_loop(), asyncio.Event()
        with self._desk.watching(lambda: loop.call_soon_threadsafe(event.set)):
            if self._desk.version != self._version:
                return True
            try:
                async with asyncio.timeout(self._seconds):
                    return await event.wait()
            except TimeoutError:
                return False


def changed(desk: Desk, version: int, seconds: float) -> Flow[bool]:
    """Wait until something has changed since a version of the desk, so many seconds at most; whether it has."""
    return do(_Changed(desk, version, seconds))


class _GoLive(Step[None]):
    def __init__(self, desk: Desk, timeout: float, *, positions: bool) -> None:
        self._desk = desk
        self._timeout = timeout
        self._positions = positions

    def run(self, owner: Sync, /) -> None:
        from upstox_client.feeder.portfolio import PortfolioFeed

        if not self._is_needed():
            return
        former: Any = self._desk.feed
        feed = PortfolioFeed(owner.client, positions=self._positions)
        self._begin(feed)
        try:
            feed.wait_open(self._timeout)
        except BaseException:
            former = self._give_up(feed, former)
            feed.close()
            raise
        finally:
            if former is not None:
                former.close()

    async def run_async(self, owner: Async, /) -> None:
        from upstox_client.feeder.portfolio import AsyncPortfolioFeed

        if not self._is_needed():
            return
        former: Any = self._desk.feed
        feed = AsyncPortfolioFeed(owner.client, positions=self._positions)
        self._begin(feed)
        try:
            await feed.wait_open(self._timeout)
        except BaseException:
            former = self._give_up(feed, former)
            await feed.close()
            raise
        finally:
            if former is not None:
                await former.close()

    def _is_needed(self) -> bool:
        """Whether there is no stream, or one that has ended or does not tell of positions that are wanted."""
        desk = self._desk
        if desk.feed is None or desk.feed.state.state in _OVER:
            return True
        return self._positions and desk.feed is not desk.position_feed

    def _begin(self, feed: PortfolioFeed | AsyncPortfolioFeed) -> None:
        """Listen to a new stream; an older one is heard until this one is open, so that nothing is missed."""
        desk = self._desk
        feed.on_update(OrderUpdate, lambda event: desk.hear(event.update))
        if self._positions:
            feed.on_update(PositionUpdate, lambda event: desk.hear_position(event.update))
            desk.position_feed = feed
        desk.feed = feed

    def _give_up(self, feed: PortfolioFeed | AsyncPortfolioFeed, former: Any) -> Any:
        """The new stream has not opened: the older one stays. Returns what is to be closed, had both to go."""
        if self._desk.feed is not feed:
            return former
        self._desk.feed = former
        return None


class _GoQuiet(Step[None]):
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def run(self, _: Sync, /) -> None:
        feed: Any = self._desk.feed
        self._desk.feed = self._desk.position_feed = None
        if feed is not None:
            feed.close()

    async def run_async(self, _: Async, /) -> None:
        feed: Any = self._desk.feed
        self._desk.feed = self._desk.position_feed = None
        if feed is not None:
            await feed.close()


def go_live(desk: Desk, *, positions: bool, timeout: float = _OPENING) -> Flow[None]:
    """Turn the portfolio stream on."""
    return do(_GoLive(desk, timeout, positions=positions))


def go_quiet(desk: Desk) -> Flow[None]:
    """Turn it off."""
    return do(_GoQuiet(desk))
