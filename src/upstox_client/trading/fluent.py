"""Flows that hand back the object they are of, in its colour: `order.wait(timeout=5).average_price`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from upstox_client.trading.colours import Async, AsyncFlow, BoundFlow, Flow, Flowing, Sync, SyncFlow

P = ParamSpec("P")
S = TypeVar("S", bound=Sync)
A = TypeVar("A", bound=Async)
F = TypeVar("F", bound=Flowing)


class fluent(Generic[P]):  # noqa: N801 - a decorator
    """Makes a call of a generator that returns nothing: of the colour of its object, and returning that object.

    `flow` cannot do it: what `Self` is, is lost on the way through a decorator.
    """

    def __init__(self, body: Callable[Concatenate[Any, P], Flow[None]]) -> None:
        def returning(owner: Flowing, /, *args: P.args, **kwargs: P.kwargs) -> Flow[Any]:
            yield from body(owner, *args, **kwargs)
            return owner

        returning.__name__, returning.__doc__ = body.__name__, body.__doc__
        returning.__wrapped__ = body  # type: ignore[attr-defined] # for `inspect.signature`
        self.body = returning
        self.__doc__ = body.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> fluent[P]: ...
    @overload
    def __get__(self, owner: S, kind: type) -> SyncFlow[P, S]: ...
    @overload
    def __get__(self, owner: A, kind: type) -> AsyncFlow[P, A]: ...
    @overload
    def __get__(self, owner: F, kind: type) -> BoundFlow[P, F]: ...
    def __get__(self, owner: Flowing | None, kind: type) -> Any:
        if owner is None:
            return self
        return (SyncFlow if isinstance(owner, Sync) else AsyncFlow)(self.body, owner)
