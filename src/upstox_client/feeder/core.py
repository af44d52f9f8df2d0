"""What all feeds have in common: one body that runs on an event loop, and a shell for each colour."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import inspect
import logging
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from upstox_client.feeder.calls import Calls
from upstox_client.feeder.engine import Engine, OnTokenExpired
from upstox_client.feeder.hub import CallbackError, Hub
from upstox_client.feeder.line import Target
from upstox_client.feeder.listeners import AsyncListener, FeedOverflowError, Inbox, Listener
from upstox_client.feeder.protocol import FeedProtocol
from upstox_client.feeder.states import Counters, FeedClosedError, FeedState, StateChange

__all__ = ["AsyncFeed", "Core", "SyncFeed"]

E = TypeVar("E")
K = TypeVar("K")

logger = logging.getLogger("upstox_client")

_JOIN_PATIENCE = 5.0  # seconds for what the program does on a thread of the feed to come back when that is closed


class Core(Generic[E]):
    """The body of a feed. Its methods are called on the feed's event loop, or while there is none."""

    def __init__(
        self,
        protocol: FeedProtocol[E],
        calls: Calls,
        on_token_expired: OnTokenExpired | None,
        kind_of: Callable[[Any], type] = type,
        deliver: Callable[[Sequence[E]], bool] | None = None,
    ) -> None:
        self.protocol = protocol
        self.calls = calls
        self.hub = Hub(kind_of, self._has_room)
        self.engine: Engine[E] = Engine(
            protocol,
            calls.configuration,
            self.find_target,
            deliver or self.hub.deliver,
            self._announce,
            self.on_open,
            on_token_expired,
        )
        self.loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._waiting: list[concurrent.futures.Future[None]] = []
        self._abandoned: deque[Inbox[Any]] = deque()
        self._stopped: BaseException | None = None

    async def find_target(self) -> Target:
        """Where to connect next."""
        raise NotImplementedError

    async def on_open(self, number: int) -> None:
        """What to do beside a new connection."""

    async def run(self) -> None:
        """Keep the feed going until it is cancelled or must stop."""
        self.loop = asyncio.get_running_loop()
        self._reap()
        stopped: BaseException = FeedClosedError()
        try:
            stopped = await self.engine.run()
        except asyncio.CancelledError:
            self.engine.closed()
            raise
        except Exception as error:  # noqa: BLE001 - whoever listens is told
            stopped = error
            self.engine.failed(error)
        finally:
            self.loop = None
            self.end(stopped)
            await self.calls.close()

    def end(self, stopped: BaseException) -> None:
        """Tell everybody that there will be nothing more, and why."""
        self._stopped = self._stopped or stopped
        self._settle()
        self.hub.end(stopped)

    def end_unbegun(self) -> None:
        """It is closed before it has begun."""
        if self._stopped is None:
            self.engine.closed()
            self.end(FeedClosedError())

    @property
    def has_ended(self) -> bool:
        """Whether there will be nothing more."""
        return self._stopped is not None

    def abandoned(self, inbox: Inbox[Any]) -> None:
        """Nobody is left who could take from a queue. Said by whatever thread happens to find out, which may hold any
        lock at that moment, so the rest is done on the loop.
        """
        self._abandoned.append(inbox)
        self._soon(self._reap)

    def _reap(self) -> None:
        while self._abandoned:
            self.hub.detach(self._abandoned.popleft())

    def when_open(self) -> concurrent.futures.Future[None]:
        """What is done when there is a connection, or fails when there will be none; from any thread."""
        future: concurrent.futures.Future[None] = concurrent.futures.Future()
        with self._lock:
            self._waiting.append(future)
        self._settle()
        return future

    def _announce(self, change: StateChange) -> None:
        if change.state is FeedState.OPEN:
            self._settle()
        self.hub.deliver([change])

    def _settle(self) -> None:
        """Tell those who wait for a connection."""
        stopped = self._stopped
        if stopped is None and not self.engine.is_open:
            return
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.set_running_or_notify_cancel():
                continue
            if stopped is None:
                future.set_result(None)
            else:
                future.set_exception(stopped)

    def _has_room(self) -> None:
        """A consumer has room again; called from its own thread."""
        self._soon(self._resume)

    def _soon(self, work: Callable[[], None]) -> None:
        loop = self.loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop may have closed meanwhile
                loop.call_soon_threadsafe(work)

    def _resume(self) -> None:
        if self.hub.has_room:
            self.engine.resume()


C = TypeVar("C", bound=Core[Any])


class _Feed(Generic[C]):
    """What both colours of all feeds have."""

    _core: C

    @property
    def state(self) -> StateChange:
        """Where the feed stands, and why."""
        return self._core.engine.state

    @property
    def counters(self) -> Counters:
        """How much has gone through."""
        return self._core.protocol.counters

    def _report(self, callback: Callable[..., object], event: object, error: Exception) -> None:
        """A callback raised: that is the program's own error, and the feed goes on."""
        mine = CallbackError(callback, event, error)
        logger.error("%s", mine, exc_info=error)
        if not isinstance(event, CallbackError):
            self._core.hub.deliver([mine])


class AsyncFeed(_Feed[C]):
    """A feed on the running event loop."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._callbacks: set[asyncio.Task[None]] = set()
        self._closing: set[asyncio.Task[Any] | None] = set()

    async def start(self) -> Self:
        """Begin to connect; returns at once. `async with` does it. What has been closed does not begin again."""
        if self._task is None and not self._core.has_ended:
            self._task = asyncio.create_task(self._core.run(), name="upstox-feed")
            self._task.add_done_callback(_retrieve)
        return self

    async def wait_open(self, timeout: float | None = None) -> None:
        """Wait until there is a connection.

        Raises:
            TimeoutError: there was none within `timeout` seconds.
            AuthenticationError, PermissionDeniedError, ...: there will be none.
        """
        await self.start()
        async with asyncio.timeout(timeout):
            await asyncio.wrap_future(self._core.when_open())

    async def close(self) -> None:
        """End the feed and its callbacks; iterations end when what waits has been taken."""
        feed, current = self._task, asyncio.current_task()
        if feed is not None:
            feed.cancel()
            if feed is current:
                return
            await asyncio.wait((feed,))
        if not self._core.has_ended:  # nor has it ever begun
            self._core.end_unbegun()
            await self._core.calls.close()
        self._closing.add(current)  # callbacks that close the feed do not wait for each other
        try:
            callbacks = self._callbacks - self._closing
            if callbacks:
                await asyncio.wait(callbacks)
        finally:
            self._closing.discard(current)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def _call_back(self, listener: AsyncListener[K], callback: Callable[[K], Awaitable[object] | object]) -> None:
        async def hear() -> None:
            async for event in listener:
                try:
                    result = callback(event)
                    if inspect.isawaitable(result):
                        await result
                except Exception as error:  # noqa: BLE001 - whatever it is, it is the program's
                    self._report(callback, event, error)

        async def work() -> None:
            async with listener:
                with contextlib.suppress(Exception):  # that the feed has stopped is told to those who wait for it
                    try:
                        await hear()
                    except FeedOverflowError as error:
                        self._report(callback, None, error)

        task = asyncio.create_task(work(), name="upstox-feed-callback")
        self._callbacks.add(task)
        task.add_done_callback(self._callbacks.discard)


def _retrieve(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()


class SyncFeed(_Feed[C]):
    """A feed on a thread of its own.

    Attributes:
        daemon: whether its threads let the process end; the default.
    """

    def __init__(self, *, daemon: bool = True) -> None:
        self.daemon = daemon
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._callbacks: list[threading.Thread] = []
        self._closing: set[threading.Thread] = set()

    def start(self) -> Self:
        """Begin to connect; returns at once. `with` does it. What has been closed does not begin again."""
        with self._lock:
            if self._thread is None and not self._core.has_ended:
                self._loop = asyncio.new_event_loop()
                self._task = self._loop.create_task(self._core.run(), name="upstox-feed")
                self._task.add_done_callback(_retrieve)
                self._thread = threading.Thread(target=self._run, name="upstox-feed", daemon=self.daemon)
                self._thread.start()
        return self

    def _run(self) -> None:
        loop, task = self._loop, self._task
        if loop is None or task is None:
            return
        try:
            with contextlib.suppress(asyncio.CancelledError):
                loop.run_until_complete(task)
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()

    def wait_open(self, timeout: float | None = None) -> None:
        """Wait until there is a connection.

        Raises:
            TimeoutError: there was none within `timeout` seconds.
            AuthenticationError, PermissionDeniedError, ...: there will be none.
        """
        self.start()
        future = self._core.when_open()
        try:
            future.result(timeout)
        except concurrent.futures.TimeoutError:
            if not future.cancel():
                raise  # it has been told so itself
            raise TimeoutError(f"no connection within {timeout} s") from None

    def _soon(self, work: Callable[[], object]) -> None:
        """Have `work` done on the feed's loop, if it runs."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # closed
                loop.call_soon_threadsafe(work)

    def close(self) -> None:
        """End the feed, its callbacks and their threads; iterations end when what waits has been taken."""
        current = threading.current_thread()
        with self._lock:
            thread, task = self._thread, self._task
            self._closing.add(current)  # callbacks that close the feed do not wait for each other
            others = [other for other in (thread, *self._callbacks) if other and other not in self._closing]
        if task is not None:
            self._soon(task.cancel)
        else:
            self._core.end_unbegun()
        try:
            for other in others:
                other.join(_JOIN_PATIENCE)
                if other is thread and other.is_alive():  # it waits for the program to supply a token
                    self._core.end(FeedClosedError())
        finally:
            self._closing.discard(current)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _call_back(self, listener: Listener[K], callback: Callable[[K], object]) -> None:
        def hear() -> None:
            for event in listener:
                try:
                    callback(event)
                except Exception as error:  # noqa: BLE001 - whatever it is, it is the program's
                    self._report(callback, event, error)

        def work() -> None:
            with listener, contextlib.suppress(Exception):  # that the feed has stopped is told to those who wait for it
                try:
                    hear()
                except FeedOverflowError as error:
                    self._report(callback, None, error)

        self._in_thread(work)

    def _in_thread(self, work: Callable[[], None]) -> None:
        """Do `work` on a thread that ends when the feed is closed."""
        thread = threading.Thread(target=work, name="upstox-feed-callback", daemon=self.daemon)
        with self._lock:
            self._callbacks = [other for other in self._callbacks if other.is_alive()]
            self._callbacks.append(thread)
            thread.start()
