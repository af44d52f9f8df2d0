"""Flows of both colours, and the types of what comes of them. Read by type checkers in strict mode, and run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, assert_type

from upstox_client.trading.colours import (
    Async,
    Flow,
    Flowing,
    Sync,
    flow,
    flow_property,
    pause,
    together,
    work,
)


class OrderFlows(Flowing):
    @flow
    def cancel(self, why: str = "") -> Flow[int]:
        yield from pause(0)
        return len(why)


class Order(OrderFlows, Sync):
    pass


class AsyncOrder(OrderFlows, Async):
    pass


O = TypeVar("O", bound=OrderFlows)  # noqa: E741


class Account(Flowing):
    @flow_property
    def number(self) -> Flow[int]:
        """A number."""
        return (yield from work(int, "17"))

    @flow
    def repeated(self, text: str, *more: str, times: int = 2) -> Flow[list[str]]:
        """Texts, repeated."""
        number = yield from Account.number.flow(self)
        one = yield from self.lengthened.flow(text, by=number)
        return [one * times, *(part * times for part in more)]

    @flow
    def lengthened(self, text: str, *, by: int) -> Flow[str]:
        yield from pause(0)
        return f"{text}{by}"

    @flow
    def all_of(self, *texts: str) -> Flow[list[str]]:
        return (yield from together([self.lengthened.flow(text, by=1) for text in texts]))


class Orders(Flowing, Generic[O]):
    order_type: Callable[[Any], O]

    @flow
    def buy(self, quantity: int) -> Flow[O]:
        yield from pause(0)
        return self.order_type(self.client)

    @flow
    def book(self) -> Flow[dict[str, O]]:
        return {"1": (yield from self.buy.flow(1))}


class Trader(Account, Orders[Order], Sync):
    order_type = Order


class AsyncTrader(Account, Orders[AsyncOrder], Async):
    order_type = AsyncOrder


def sync_program(up: Trader) -> list[object]:
    assert_type(up.number, int)
    assert_type(up.repeated("a", "b", times=3), list[str])
    assert_type(up.all_of("a", "b"), list[str])
    assert_type(up.buy(1), Order)
    assert_type(up.book(), dict[str, Order])
    assert_type(up.book()["1"].cancel("no"), int)
    return [up.number, up.repeated("a", "b", times=3), up.all_of("a", "b"), up.buy(1).cancel("no")]


async def async_program(up: AsyncTrader) -> list[object]:
    assert_type(await up.number, int)
    assert_type(await up.repeated("a", "b", times=3), list[str])
    assert_type(await up.all_of("a", "b"), list[str])
    assert_type(await up.buy(1), AsyncOrder)
    assert_type(await up.book(), dict[str, AsyncOrder])
    assert_type(await (await up.book())["1"].cancel("no"), int)
    return [
        await up.number,
        await up.repeated("a", "b", times=3),
        await up.all_of("a", "b"),
        await (await up.buy(1)).cancel("no"),
    ]


def wrong(up: Trader, waiting: AsyncTrader, neither: Account) -> None:
    """Never run. A checker must refuse these lines: what basedpyright calls it, and mypy."""
    up.repeated()  # reportCallIssue, call-arg
    up.repeated(1)  # reportArgumentType, arg-type
    up.repeated("a", times="3")  # reportArgumentType, arg-type
    up.repeated("a", time=3)  # reportCallIssue, call-arg
    up.number.upper()  # reportAttributeAccessIssue, attr-defined
    up.buy(1).cancelled()  # reportAttributeAccessIssue, attr-defined
    len(waiting.all_of("a"))  # reportArgumentType, arg-type
    neither.repeated("a")  # reportCallIssue, operator
