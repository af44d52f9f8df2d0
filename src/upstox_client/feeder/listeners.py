"""Where events wait for whoever takes them: one bounded queue for each, so that nobody waits for a slow neighbour."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from enum import Enum
from types import TracebackType
from typing import Generic, Self, TypeVar

import msgspec

from upstox_client.feeder.states import FeedClosedError

__all__ = ["AsyncListener", "FeedOverflowError", "Listener", "ListenerCounters", "Overflow"]

E = TypeVar("E")


class Overflow(Enum):
    """What happens when a consumer is too slow and its queue is full."""

    BLOCK = "block"
    """The socket is no longer read until there is room again: nothing is lost, and everybody waits."""
    DROP_OLDEST = "drop_oldest"
    """The oldest event makes room."""
    CONFLATE = "conflate"
    """Of each instrument only the latest tick waits, at the place of the first; all else waits in line."""
    ERROR = "error"
    """The consumer gets `FeedOverflowError`, and nothing more."""


class FeedOverflowError(RuntimeError):
    """A consumer was too slow, and had asked to be told so."""


class ListenerCounters(msgspec.Struct, frozen=True):
    """How a consumer is doing.

    Attributes:
        received: events that came for it.
        delivered: events that it took.
        dropped: events that it will never see.
        waiting: events in its queue now.
        lag: seconds since the arrival of the event that has waited longest; 0 if none waits.
    """

    received: int
    delivered: int
    dropped: int
    waiting: int
    lag: float


class Inbox(Generic[E]):
    """A bounded queue between the feed and one consumer.

    Parameters:
        size: events that may wait.
        overflow: what happens when there are more.
        on_room: called, from the consumer's thread, when a full queue of policy `BLOCK` has room again.
    """

    def __init__(self, size: int, overflow: Overflow, on_room: Callable[[], None] = lambda: None) -> None:
        if size < 1:
            raise ValueError(f"size must be at least 1, got {size}")
        self.size, self.overflow = size, overflow
        self._on_room = on_room
        self._conflates, self._blocks = overflow is Overflow.CONFLATE, overflow is Overflow.BLOCK
        self._lock = threading.Lock()
        self._queue: deque[E] = deque()
        self._latest: dict[object, E] = {}
        self._wake: Callable[[], None] | None = None
        self._end: BaseException | None = None
        self._blocked = False
        self._received = self._delivered = self._dropped = 0

    def put(self, events: Sequence[E]) -> bool:
        """Let events wait. Returns whether there is room for more; only `BLOCK` ever has none."""
        with self._lock:
            if self._end is not None:
                return True
            self._received += len(events)
            if self._conflates:
                for event in events:
                    self._conflate(event)
            else:
                self._queue.extend(events)
            if len(self._queue) >= self.size:
                self._fill()
            wake, self._wake, room = self._wake, None, not self._blocked
        if wake is not None:
            wake()
        return room

    def _fill(self) -> None:
        """The queue is full."""
        if self._blocks:
            self._blocked = True  # from here on the consumer makes room as it takes; what it took before is looked at
            self._blocked = len(self._queue) > self.size // 2
        elif self.overflow is Overflow.DROP_OLDEST:
            self._drop(self._queue.popleft)
        elif self._drop(self._queue.pop):
            self._end = FeedOverflowError(
                f"the consumer is too slow: {self.size} events were waiting. Use a larger size, or another policy"
            )

    def _drop(self, one: Callable[[], E]) -> bool:
        """Make the queue fit; the consumer may be taking from it at the same time."""
        before = self._dropped
        with contextlib.suppress(IndexError):
            while len(self._queue) > self.size:
                one()
                self._dropped += 1
        return self._dropped > before

    def _conflate(self, event: E) -> None:
        key = getattr(event, "key", None) or object()
        if key in self._latest:
            self._dropped += 1
        elif len(self._latest) >= self.size:
            del self._latest[next(iter(self._latest))]
            self._dropped += 1
        self._latest[key] = event

    def take(self) -> E | None:
        """The next event; None if there is none now. One consumer at a time."""
        event: E | None
        try:
            event = self._queue.popleft()
        except IndexError:
            event = self._take_latest() if self._latest else None
            if event is None:
                return None
        self._delivered += 1
        if self._blocked:
            self._make_room()
        return event

    def _take_latest(self) -> E | None:
        with self._lock:
            oldest = next(iter(self._latest), None)
            return None if oldest is None else self._latest.pop(oldest)

    def _make_room(self) -> None:
        with self._lock:
            has_room = self._blocked and len(self._queue) <= self.size // 2
            self._blocked = self._blocked and not has_room
        if has_room:
            self._on_room()

    def wait(self, wake: Callable[[], None]) -> bool:
        """Have `wake` called once there is something; False if there is something already.

        Raises:
            BaseException: what the queue was ended with, if nothing is left in it.
        """
        with self._lock:
            if self._queue or self._latest:
                return False
            if self._end is not None:
                raise self._end
            self._wake = wake
            return True

    def no_longer_wake(self) -> None:
        """Whoever was waiting waits no more."""
        with self._lock:
            self._wake = None

    def end(self, error: BaseException, *, discard: bool = False) -> None:
        """Let nothing more in. What waits may still be taken, unless it is discarded; then `error` is raised."""
        with self._lock:
            self._end = self._end or error
            if discard:
                self._queue.clear()
                self._latest.clear()
            was_blocked, self._blocked = self._blocked, False
            wake, self._wake = self._wake, None
        if was_blocked:
            self._on_room()
        if wake is not None:
            wake()

    @property
    def blocked(self) -> bool:
        """Whether the socket must not be read, since there is no room."""
        return self._blocked

    def _oldest(self) -> E | None:
        with contextlib.suppress(IndexError):
            return self._queue[0]
        return next(iter(self._latest.values()), None)

    @property
    def counters(self) -> ListenerCounters:
        """How the consumer is doing."""
        with self._lock:
            waiting = len(self._queue) + len(self._latest)
            received: float | None = getattr(self._oldest(), "received", None)
            lag = 0.0 if received is None else max(0.0, time.time() - received)
            return ListenerCounters(self._received, self._delivered, self._dropped, waiting, lag)


class _Listener(Generic[E]):
    """What both colours have in common."""

    def __init__(
        self, inbox: Inbox[E], on_close: Callable[[], None], on_abandon: Callable[[], None] = lambda: None
    ) -> None:
        self._inbox = inbox
        self._on_close = on_close
        self._on_abandon: Callable[[], None] | None = on_abandon

    def __del__(self) -> None:
        """Nobody can take from the queue any more: nobody is to wait until there is room in it."""
        if self._on_abandon is not None:
            self._on_abandon()

    @property
    def counters(self) -> ListenerCounters:
        """Received, delivered, dropped, waiting, lag."""
        return self._inbox.counters

    def close(self) -> None:
        """Want nothing more; what waits is dropped, and an iteration ends."""
        self._on_abandon = None
        self._on_close()
        self._inbox.end(FeedClosedError("the listener is closed"), discard=True)


class Listener(_Listener[E], Iterator[E]):
    """A consumer's end of its queue: iterate over it, or `get()`. One thread at a time."""

    def get(self, timeout: float | None = None) -> E:
        """The next event.

        Parameters:
            timeout: seconds to wait for one; None: until there is one.

        Raises:
            TimeoutError: none came in time.
            FeedClosedError: none will come any more.
            AuthenticationError, PermissionDeniedError, ...: why the feed has stopped.
            FeedOverflowError: with the policy `ERROR`.
        """
        event = self._inbox.take()
        return self._wait(timeout) if event is None else event

    def _wait(self, timeout: float | None) -> E:
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            there_is_something = threading.Lock()
            there_is_something.acquire()
            if self._inbox.wait(there_is_something.release):
                left = -1 if deadline is None else max(0.0, deadline - time.monotonic())
                if not there_is_something.acquire(timeout=left):
                    self._inbox.no_longer_wake()
                    raise TimeoutError(f"nothing came within {timeout:g} s")
            event = self._inbox.take()
            if event is not None:
                return event

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> E:
        event = self._inbox.take()
        try:
            return self._wait(None) if event is None else event
        except FeedClosedError:
            raise StopIteration from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncListener(_Listener[E], AsyncIterator[E]):
    """A consumer's end of its queue: iterate over it, or `await get()`. One task at a time."""

    async def get(self, timeout: float | None = None) -> E:
        """The next event; see `Listener.get`."""
        event = self._inbox.take()
        if event is not None:
            return event
        async with asyncio.timeout(timeout):
            return await self._wait()

    async def _wait(self) -> E:
        loop = asyncio.get_running_loop()
        while True:
            there_is_something: asyncio.Future[None] = loop.create_future()
            if self._inbox.wait(functools.partial(_settle, there_is_something)):
                try:
                    await there_is_something
                finally:
                    self._inbox.no_longer_wake()
            event = self._inbox.take()
            if event is not None:
                return event

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E:
        event = self._inbox.take()
        try:
            return await self._wait() if event is None else event
        except FeedClosedError:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
