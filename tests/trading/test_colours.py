"""Flows: what they yield is done, in both colours."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from typing import Any

import pytest

from support.colours import Colour, FakeTransport, local, ok, refused
from trading.typed_flows import AsyncTrader, Trader, async_program, sync_program
from upstox_client import AuthenticationError
from upstox_client.api.user_api import UserOperations
from upstox_client.trading.colours import (
    Async,
    AsyncClosing,
    Closing,
    Flow,
    Flowing,
    Step,
    Sync,
    call,
    do,
    flow,
    flow_property,
    pause,
    together,
    work,
)

PROFILE = ok(b'{"status":"success","data":{"user_name":"A"}}')


class Seen(Step[str]):
    """A step of one's own."""

    def run(self, owner: Sync) -> str:
        return f"sync {type(owner).__name__}"

    async def run_async(self, owner: Async) -> str:
        await asyncio.sleep(0)
        return f"async {type(owner).__name__}"


class Desk(Flowing):
    @flow
    def name(self) -> Flow[str | None]:
        answer = yield from call(UserOperations.get_profile)
        return answer.data.user_name if answer.data else None

    @flow
    def careful(self) -> Flow[str]:
        """Catches."""
        try:
            yield from self.name.flow()
        except AuthenticationError as error:
            return f"caught {error.status}"
        return "fine"

    @flow_property
    def seen(self) -> Flow[str]:
        """Seen."""
        return (yield from do(Seen()))

    @flow
    def failing(self) -> Flow[None]:
        yield from work(int, "x")

    @flow
    def long(self, seconds: float) -> Flow[None]:
        yield from pause(seconds)

    @flow
    def many(self, *, at_once: int = 4, fail: int = -1) -> Flow[list[int]]:
        def one(number: int) -> Flow[int]:
            yield from pause(0)
            if number == fail:
                raise ValueError(f"{number} fails")
            return (yield from work(abs, -number))

        return (yield from together((one(number) for number in range(5)), at_once=at_once))


class SyncDesk(Desk, Closing):
    pass


class AsyncDesk(Desk, AsyncClosing):
    pass


def desk(colour: Colour, *answers: Any) -> Any:
    client = colour.client(local(), FakeTransport(answers))
    return (AsyncDesk if colour.is_async else SyncDesk)(client)


def wait(colour: Colour, read: Any) -> Any:
    return colour.run(read)


def test_a_call_is_made_in_its_colour(colour: Colour) -> None:
    assert colour.run(desk(colour, PROFILE).name) == "A"


def test_an_exception_is_raised_where_the_flow_stands(colour: Colour) -> None:
    assert colour.run(desk(colour, refused(401)).careful) == "caught 401"
    assert colour.run(desk(colour, PROFILE).careful) == "fine"


def test_an_exception_that_the_flow_leaves_is_the_callers(colour: Colour) -> None:
    with pytest.raises(AuthenticationError):
        colour.run(desk(colour, refused(401)).name)
    with pytest.raises(ValueError, match="invalid literal"):
        colour.run(desk(colour).failing)


def test_a_property_is_read_or_awaited(colour: Colour) -> None:
    trader = desk(colour)
    assert colour.run(lambda: trader.seen) == f"{colour} {type(trader).__name__}"


def test_nothing_happens_until_a_property_is_awaited() -> None:
    fake = FakeTransport([PROFILE])
    colour = Colour("async")
    trader = AsyncDesk(colour.client(local(), fake))
    assert not inspect.iscoroutine(trader.seen)  # nor is there a warning that it was never awaited
    colour.close()


def test_a_pause_waits(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def later(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", later)
    monkeypatch.setattr(time, "sleep", waited.append)
    colour.run(desk(colour).long, 3.5)
    colour.run(desk(colour).long, 0)
    colour.run(desk(colour).long, -1)
    assert waited == [3.5]


@pytest.mark.parametrize("at_once", [1, 4])
def test_several_flows_run_together(colour: Colour, at_once: int) -> None:
    assert colour.run(desk(colour).many, at_once=at_once) == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="2 fails"):
        colour.run(desk(colour).many, at_once=at_once, fail=2)


def test_sync_flows_meet_in_threads() -> None:
    meeting = threading.Barrier(2, timeout=5)

    def one() -> Flow[int]:
        return (yield from work(meeting.wait))

    def both() -> Flow[list[int]]:
        return (yield from together([one(), one()]))

    class Meeting(Sync):
        both = flow(lambda self: both())

    assert sorted(Meeting(None).both()) == [0, 1]  # type: ignore[arg-type]


def test_async_work_does_not_stop_the_loop() -> None:
    ticked = threading.Event()

    class Working(Async):
        wait = flow(lambda self: work(ticked.wait, 5))

    async def program() -> bool:
        asyncio.get_running_loop().call_later(0.001, ticked.set)
        return await Working(None).wait()  # type: ignore[arg-type]

    assert asyncio.run(program())


def test_declared_and_bound_flows_say_what_they_are(colour: Colour) -> None:
    trader = desk(colour)
    assert repr(trader.careful) == f"<{type(trader).__name__}.careful>"
    assert trader.careful.__doc__ == Desk.careful.__doc__ == "Catches."
    assert Desk.seen.__doc__ == "Seen."
    assert list(inspect.signature(trader.many).parameters) == ["at_once", "fail"]
    assert trader.many.__name__ == "many"


def test_objects_are_closed(colour: Colour) -> None:
    fake = FakeTransport()

    if colour.is_async:

        async def program() -> None:
            async with AsyncDesk(colour.client(local(), fake)):
                assert not fake.closed

        colour.run(program)
    else:
        with SyncDesk(colour.client(local(), fake)):
            assert not fake.closed
    assert fake.closed


def test_a_step_without_a_colour_says_so() -> None:
    with pytest.raises(NotImplementedError):
        Step().run(None)  # type: ignore[arg-type]
    with pytest.raises(NotImplementedError):
        asyncio.run(Step().run_async(None))  # type: ignore[arg-type]


def test_the_typed_programs_run_alike(colour: Colour) -> None:
    if colour.is_async:
        results = colour.run(async_program, AsyncTrader(colour.client(local())))
    else:
        results = sync_program(Trader(colour.client(local())))
    assert results == [17, ["a17a17a17", "bbb"], ["a1", "b1"], 2]
