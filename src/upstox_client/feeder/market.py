"""The market data feed, typed, in both colours.

::

    with MarketFeed(client) as feed:
        feed.subscribe(["NSE_INDEX|Nifty 50"], mode="full")
        for tick in feed:
            print(tick.key, tick.ltp)

https://upstox.com/developer/api-documentation/v3/get-market-data-feed
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from upstox_client.feeder.calls import Calls, Source
from upstox_client.feeder.core import AsyncFeed, Core, SyncFeed
from upstox_client.feeder.engine import OnTokenExpired
from upstox_client.feeder.lifeline import Patience
from upstox_client.feeder.line import Target
from upstox_client.feeder.listeners import AsyncListener, Inbox, Listener, Overflow
from upstox_client.feeder.modes import ModeLike, Subscriptions, checked_keys
from upstox_client.feeder.protocol import MarketProtocol
from upstox_client.feeder.ticks import MarketUpdate, Tick

__all__ = ["AsyncMarketFeed", "MarketFeed"]

K = TypeVar("K")

SIZE: Final = 10_000
"""Events that may wait for a consumer, unless it says otherwise."""


class _MarketCore(Core[Any]):
    def __init__(
        self, source: Source, *, plus: bool, direct: bool, patience: Patience | None, hook: OnTokenExpired | None
    ) -> None:
        self.subscriptions = Subscriptions(plus=plus)
        self.market = MarketProtocol(self.subscriptions, patience)
        self.direct = direct
        super().__init__(self.market, Calls(source), hook)

    async def find_target(self) -> Target:
        return await self.calls.market_target(direct=self.direct)

    def flush(self) -> None:
        """Tell the server what has become wanted, and forget what is not."""
        if self.engine.is_open:
            self.engine.flush(self.subscriptions.requests())
        self.market.board.keep_only(self.subscriptions.wanted())


class _MarketFace:
    """What is the same in both colours."""

    _core: _MarketCore

    def _flush(self) -> None:
        raise NotImplementedError

    def subscribe(self, keys: str | Iterable[str], mode: ModeLike = "ltpc") -> None:
        """Want these instruments; at any time, also before there is a connection, and again after each reconnect.

        Parameters:
            keys: instrument keys, or a single one.
            mode: `ltpc`, `option_greeks`, `full`, or `full_d30` for Plus accounts. For an instrument that is
                subscribed to it becomes the new mode.

        Raises:
            FeedLimitError: that is more than one connection may carry. Nothing has changed.
            ValueError: a key or the mode is none.
        """
        self._core.subscriptions.add(self, keys, mode)
        self._flush()

    def change_mode(self, keys: str | Iterable[str], mode: ModeLike) -> None:
        """Want these instruments in another mode; the same as `subscribe`."""
        self.subscribe(keys, mode)

    def unsubscribe(self, keys: str | Iterable[str]) -> None:
        """No longer want these instruments. A listener of its own mode keeps what it wants."""
        self._core.subscriptions.remove(self, keys)
        self._flush()

    @property
    def subscriptions(self) -> dict[str, str]:
        """What is subscribed to: each instrument with its mode."""
        return {key: mode.value for key, mode in self._core.subscriptions.wanted().items()}

    @property
    def market(self) -> MarketUpdate | None:
        """The state of the segments; None until the server has told."""
        return self._core.market.market

    def latest(self, key: str) -> Tick | None:
        """The last tick of an instrument, as it came; None if there is none."""
        return self._core.market.board.latest(key)

    def snapshot(self, key: str) -> Tick | None:
        """The last state of an instrument, always whole: depth and Greeks as they last were; None if there is none."""
        return self._core.market.board.snapshot(key)

    def _open(
        self,
        kind: type,
        size: int,
        overflow: Overflow,
        keys: str | Iterable[str] | None = None,
        mode: ModeLike | None = None,
    ) -> tuple[Inbox[Any], Callable[[], None], Callable[[], None]]:
        """A queue for a consumer, what to do when it wants no more, and what when nobody is left who could say so."""
        core, owner = self._core, object()
        chosen = None if keys is None else checked_keys(keys)
        if mode is not None and chosen is None:
            raise ValueError(f"mode={mode!r} is said of instruments: name them with keys=[...]")
        inbox = core.hub.attach((kind,), size, overflow, chosen, lambda: self._known(kind))
        if mode is not None and chosen is not None:
            try:
                core.subscriptions.add(owner, chosen, mode)
            except ValueError:
                core.hub.detach(inbox)
                raise

        def close() -> None:
            core.hub.detach(inbox)
            core.subscriptions.remove(owner)
            self._flush()

        self._flush()
        return inbox, close, lambda: core.abandoned(inbox)

    def _known(self, kind: type) -> Sequence[object]:
        """What a new consumer ought to know."""
        if kind is Tick:
            return self._core.market.board.whole()
        return [self.market] if kind is MarketUpdate and self.market is not None else ()


class MarketFeed(_MarketFace, SyncFeed[_MarketCore]):
    """Market data, on a thread of its own. Nothing is started before `start()`, `with` or `wait_open()`.

    Parameters:
        client: an `ApiClient`, or the configuration for one; default: the default configuration.
        plus: whether the account has the Plus plan, which `full_d30` needs.
        direct: connect to the API host itself, which sends the connection on, instead of asking it for an address.
        patience: how long to wait for what.
        on_token_expired: called with the error when the token is not accepted; returns a new token, or None to stop.
        daemon: whether the threads of the feed let the process end.

    Raises:
        ValueError: the configuration is for the sandbox, which has no feeds, or wants less TLS than it may.

    Iterating over the feed gives ticks, to each iteration all of them, of each instrument the latest if the program
    is slower than the feed; it ends when the feed is closed, and raises when the feed has had to stop. `ticks` and
    `on_tick` say it more exactly.

    https://upstox.com/developer/api-documentation/v3/get-market-data-feed
    """

    def __init__(
        self,
        client: Source = None,
        *,
        plus: bool = False,
        direct: bool = False,
        patience: Patience | None = None,
        on_token_expired: OnTokenExpired | None = None,
        daemon: bool = True,
    ) -> None:
        super().__init__(daemon=daemon)
        self._core = _MarketCore(client, plus=plus, direct=direct, patience=patience, hook=on_token_expired)

    def _flush(self) -> None:
        self._soon(self._core.flush)

    def ticks(
        self,
        keys: str | Iterable[str] | None = None,
        mode: ModeLike | None = None,
        *,
        size: int = SIZE,
        overflow: Overflow = Overflow.CONFLATE,
    ) -> Listener[Tick]:
        """A consumer of ticks with a queue of its own. What is known already comes first, and may come again.

        Parameters:
            keys: these instruments only; default: all that come.
            mode: want the instruments in this mode for as long as the consumer is not closed. If somebody else wants
                more of one, its ticks have more.
            size: ticks that may wait.
            overflow: what happens when there are more; by default of each instrument only the latest waits, however
                few they are.

        Raises:
            FeedLimitError, ValueError: see `subscribe`.
        """
        return Listener(*self._open(Tick, size, overflow, keys, mode))

    def listen(self, kind: type[K], *, size: int = SIZE, overflow: Overflow = Overflow.DROP_OLDEST) -> Listener[K]:
        """A consumer of other events: `StateChange`, `MarketUpdate`, `Notice` or `CallbackError`."""
        return Listener(*self._open(kind, size, overflow))

    def on_tick(
        self,
        callback: Callable[[Tick], object],
        keys: str | Iterable[str] | None = None,
        mode: ModeLike | None = None,
        *,
        size: int = SIZE,
        overflow: Overflow = Overflow.CONFLATE,
    ) -> Listener[Tick]:
        """Call `callback` for each tick, on a thread of its own: however slow it is, the feed does not wait for it.

        What it raises is logged and comes as a `CallbackError`; the feed goes on. See `ticks` for the parameters;
        `close()` what is returned to end it.
        """
        listener = self.ticks(keys, mode, size=size, overflow=overflow)
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
        """Call `callback` for each event of another kind; see `listen` and `on_tick`."""
        listener = self.listen(kind, size=size, overflow=overflow)
        self._call_back(listener, callback)
        return listener

    def __iter__(self) -> Iterator[Tick]:
        return self.ticks()


class AsyncMarketFeed(_MarketFace, AsyncFeed[Any]):
    """Market data on the running event loop: `MarketFeed` with `await` where it waits.

    Callbacks are functions or coroutine functions, each with a task of its own; a function that blocks holds up the
    event loop, as any other does.
    """

    def __init__(
        self,
        client: Source = None,
        *,
        plus: bool = False,
        direct: bool = False,
        patience: Patience | None = None,
        on_token_expired: OnTokenExpired | None = None,
    ) -> None:
        super().__init__()
        self._core = _MarketCore(client, plus=plus, direct=direct, patience=patience, hook=on_token_expired)

    def _flush(self) -> None:
        self._core.flush()

    def ticks(
        self,
        keys: str | Iterable[str] | None = None,
        mode: ModeLike | None = None,
        *,
        size: int = SIZE,
        overflow: Overflow = Overflow.CONFLATE,
    ) -> AsyncListener[Tick]:
        """A consumer of ticks with a queue of its own; see `MarketFeed.ticks`."""
        return AsyncListener(*self._open(Tick, size, overflow, keys, mode))

    def listen(self, kind: type[K], *, size: int = SIZE, overflow: Overflow = Overflow.DROP_OLDEST) -> AsyncListener[K]:
        """A consumer of other events: `StateChange`, `MarketUpdate`, `Notice` or `CallbackError`."""
        return AsyncListener(*self._open(kind, size, overflow))

    def on_tick(
        self,
        callback: Callable[[Tick], Awaitable[object] | object],
        keys: str | Iterable[str] | None = None,
        mode: ModeLike | None = None,
        *,
        size: int = SIZE,
        overflow: Overflow = Overflow.CONFLATE,
    ) -> AsyncListener[Tick]:
        """Call `callback`, a function or a coroutine function, for each tick; see `MarketFeed.on_tick`."""
        listener = self.ticks(keys, mode, size=size, overflow=overflow)
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
        """Call `callback` for each event of another kind; see `listen` and `on_tick`."""
        listener = self.listen(kind, size=size, overflow=overflow)
        self._call_back(listener, callback)
        return listener

    def __aiter__(self) -> AsyncIterator[Tick]:
        return self.ticks()
