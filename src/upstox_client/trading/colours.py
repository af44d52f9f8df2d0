"""What a trader does, written once and typed in both colours.

::

    class Market(Flowing):
        @flow
        def last_price(self, name: str) -> Flow[float]:
            answer = yield from call(MarketQuoteV3Operations.get_ltp, name)
            ...
            return price

    class Upstox(Market, Sync): ...            # up.last_price("...")        -> float
    class AsyncUpstox(Market, Async): ...      # await up.last_price("...")  -> float

A flow is a generator: it yields the steps that it wants done, is sent back what came of each, and has the exception
raised where it stands if a step fails. So it may `try`, loop and wait, and knows nothing of its colour. A flow runs
another one with `yield from self.last_price.flow("...")`, a property's with `yield from Market.profile.flow(self)`.

A step is all that differs between the colours: `Step` has one method for each. Those of every day are made by `call`
(an operation of the API), `pause`, `work` (something slow, such as a large file), `together` (several flows) and `each`
(every one of several, whatever becomes of the others).

What a flow hands out may have flows, too: a class that declares them without a colour, and one for each colour. The
class that hands it out is generic in it, and says once per colour which one it is::

    class Orders(Flowing, Generic[O]):                        # O = TypeVar("O", bound=OrderFlows)
        order_type: Callable[[Any], O]
        @flow
        def buy(self, name: str, quantity: int) -> Flow[O]: ...

    class Upstox(Orders[Order], Sync):
        order_type = Order
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine, Generator, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Self, TypeAlias, TypeVar, cast, overload

from upstox_client.core.api import AsyncApi, SyncApi
from upstox_client.core.operation import Operation
from upstox_client.errors import ApiException

if TYPE_CHECKING:
    from upstox_client.aio.api_client import ApiClient as AsyncApiClient
    from upstox_client.api_client import ApiClient

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Flowing:
    """What has flows. `Sync` and `Async` are its colours; the classes that declare flows have none yet."""

    client: Any

    def __init__(self, client: Any) -> None:
        self.client = client


class Sync(Flowing):
    """An object whose flows return their results."""

    client: ApiClient

    def __init__(self, client: ApiClient) -> None:
        super().__init__(client)


class Async(Flowing):
    """An object whose flows are awaited."""

    client: AsyncApiClient

    def __init__(self, client: AsyncApiClient) -> None:
        super().__init__(client)


class Step(Generic[R_co]):
    """One thing that a flow wants done, in both colours."""

    def run(self, owner: Sync, /) -> R_co:
        """Do it."""
        raise NotImplementedError

    async def run_async(self, owner: Async, /) -> R_co:
        """Do it, awaiting."""
        raise NotImplementedError


Flow: TypeAlias = Generator[Step[Any], Any, R]


# Running a flow


def run(flow: Flow[R], owner: Sync) -> R:
    """Run a flow to its end."""
    answer: Any = None
    error: Exception | None = None
    while True:
        try:
            step = flow.send(answer) if error is None else flow.throw(error)
        except StopIteration as done:
            return cast("R", done.value)
        answer = error = None
        try:
            answer = step.run(owner)
        except Exception as raised:  # noqa: BLE001 - it is the flow's
            error = raised


async def run_async(flow: Flow[R], owner: Async) -> R:
    """Run a flow to its end, awaiting."""
    answer: Any = None
    error: Exception | None = None
    while True:
        try:
            step = flow.send(answer) if error is None else flow.throw(error)
        except StopIteration as done:
            return cast("R", done.value)
        answer = error = None
        try:
            answer = await step.run_async(owner)
        except Exception as raised:  # noqa: BLE001 - it is the flow's
            error = raised


# Declaring one


class BoundFlow(Generic[P, R]):
    """A flow on an object, of a colour or not."""

    def __init__(self, body: Callable[Concatenate[Any, P], Flow[R]], owner: Flowing) -> None:
        self.__name__ = body.__name__
        self.__doc__ = body.__doc__
        self._body = body
        self._owner: Any = owner

    @property
    def __wrapped__(self) -> Callable[..., object]:
        bound: Callable[..., object] = self._body.__get__(self._owner)
        return bound

    def flow(self, *args: P.args, **kwargs: P.kwargs) -> Flow[R]:
        """The flow itself, for other flows: `yield from self.quote.flow("RELIANCE")`."""
        return self._body(self._owner, *args, **kwargs)

    def __repr__(self) -> str:
        return f"<{type(self._owner).__name__}.{self.__name__}>"


class SyncFlow(BoundFlow[P, R]):
    """A call that returns its result."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run it."""
        return run(self.flow(*args, **kwargs), self._owner)


class AsyncFlow(BoundFlow[P, R]):
    """A call whose result is awaited."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R]:
        """Run it."""
        return run_async(self.flow(*args, **kwargs), self._owner)


class flow(Generic[P, R]):  # noqa: N801 - a decorator
    """Makes a method of a generator: a call of the colour of its object."""

    def __init__(self, body: Callable[Concatenate[Any, P], Flow[R]]) -> None:
        self.body = body
        self.__doc__ = body.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> flow[P, R]: ...
    @overload
    def __get__(self, owner: Sync, kind: type) -> SyncFlow[P, R]: ...
    @overload
    def __get__(self, owner: Async, kind: type) -> AsyncFlow[P, R]: ...
    @overload
    def __get__(self, owner: Flowing, kind: type) -> BoundFlow[P, R]: ...
    def __get__(self, owner: Flowing | None, kind: type) -> Any:
        if owner is None:
            return self
        return (SyncFlow if isinstance(owner, Sync) else AsyncFlow)(self.body, owner)


class Awaited(Generic[R_co]):
    """The value of a property, to be awaited. Nothing happens before that."""

    def __init__(self, start: Callable[[], Coroutine[Any, Any, R_co]]) -> None:
        self._start = start

    def __await__(self) -> Generator[Any, Any, R_co]:
        return self._start().__await__()


class flow_property(Generic[R]):  # noqa: N801 - a decorator
    """Makes a property of a generator: `up.profile`, and `await up.profile` on an async object."""

    def __init__(self, body: Callable[[Any], Flow[R]]) -> None:
        self.body = body
        self.__doc__ = body.__doc__

    def flow(self, owner: Flowing) -> Flow[R]:
        """The flow itself, for other flows: `yield from Account.profile.flow(self)`."""
        return self.body(owner)

    @overload
    def __get__(self, owner: None, kind: type) -> Self: ...
    @overload
    def __get__(self, owner: Sync, kind: type) -> R: ...
    @overload
    def __get__(self, owner: Async, kind: type) -> Awaited[R]: ...
    def __get__(self, owner: Any, kind: type) -> Any:
        if owner is None:
            return self
        if isinstance(owner, Sync):
            return run(self.body(owner), owner)
        return Awaited(lambda: run_async(self.body(owner), owner))


# Steps


def do(step: Step[R]) -> Flow[R]:
    """Have a step done."""
    result: R = yield step
    return result


class _Call(Step[R_co]):
    def __init__(self, operation: Operation[..., R_co], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._operation = operation
        self._args = args
        self._kwargs = kwargs

    def run(self, owner: Sync, /) -> R_co:
        api = SyncApi(owner.client)
        return self._operation.__get__(api, SyncApi)(*self._args, **self._kwargs)

    async def run_async(self, owner: Async, /) -> R_co:
        api = AsyncApi(owner.client)
        return await self._operation.__get__(api, AsyncApi)(*self._args, **self._kwargs)


def call(operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> Flow[R]:
    """Call an operation of the API: `yield from call(UserOperations.get_profile)`.

    Raises:
        ApiException: the call failed.
    """
    return do(_Call(operation, args, kwargs))


class _Pause(Step[None]):
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def run(self, _: Sync, /) -> None:
        import time

        time.sleep(self._seconds)

    async def run_async(self, _: Async, /) -> None:
        import asyncio

        await asyncio.sleep(self._seconds)


def pause(seconds: float) -> Flow[None]:
    """Wait so many seconds; not at all if there are none."""
    if seconds > 0:
        yield _Pause(seconds)


class _Work(Step[R_co]):
    def __init__(self, function: Callable[[], R_co]) -> None:
        self._function = function

    def run(self, _: Sync, /) -> R_co:
        return self._function()

    async def run_async(self, _: Async, /) -> R_co:
        import asyncio

        return await asyncio.to_thread(self._function)


def work(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Flow[R]:
    """Call something slow, such as reading a large file; an async program goes on meanwhile."""
    return do(_Work(functools.partial(function, *args, **kwargs)))


class _Together(Step[list[R]]):
    def __init__(self, flows: list[Flow[R]], at_once: int) -> None:
        self._flows = flows
        self._at_once = at_once

    def run(self, owner: Sync, /) -> list[R]:
        if len(self._flows) < 2 or self._at_once < 2:
            return [run(flow, owner) for flow in self._flows]
        from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

        with ThreadPoolExecutor(min(self._at_once, len(self._flows)), "upstox-together") as threads:
            running = [threads.submit(run, flow, owner) for flow in self._flows]
            try:
                wait(running, return_when=FIRST_EXCEPTION)
            finally:
                for one in running:
                    one.cancel()
        return [one.result() for one in running if not one.cancelled()]

    async def run_async(self, owner: Async, /) -> list[R]:
        import asyncio

        places = asyncio.Semaphore(self._at_once)
        failed: list[Exception] = []

        async def one(flow: Flow[R]) -> R:
            async with places:
                if failed:
                    raise failed[0]
                try:
                    return await run_async(flow, owner)
                except Exception as error:
                    failed.append(error)
                    raise

        results = await asyncio.gather(*map(one, self._flows), return_exceptions=True)
        if failed:
            raise failed[0]
        return cast("list[R]", results)


def together(flows: Iterable[Flow[R]], *, at_once: int = 4) -> Flow[list[R]]:
    """Run several flows at once, and have all their results in their order.

    If one fails, those that have not begun are left, those under way are waited for, and then its exception is raised:
    what has been paid for is not thrown away. A sync program runs them in threads.
    """
    return do(_Together(list(flows), at_once))


def each(flows: Iterable[Flow[object]], *, at_once: int = 1) -> Flow[None]:
    """Run every one of several flows, whatever becomes of the others; then raise what went wrong with the first.

    Raises:
        ApiException: a call of one of them failed.
    """
    for failure in (yield from together(map(_tried, flows), at_once=at_once)):
        if failure is not None:
            raise failure


def _tried(flow: Flow[object]) -> Flow[ApiException | None]:
    """Run a flow, and have what went wrong handed over."""
    try:
        yield from flow
    except ApiException as error:
        return error
    return None


# A coloured object that is to be closed


class Closing(Sync):
    """With `with`."""

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncClosing(Async):
    """With `async with`."""

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
