"""Queues: what happens when a consumer is slow, and how it waits."""

from __future__ import annotations

import asyncio
import threading
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_client.feeder import AsyncListener, FeedClosedError, FeedOverflowError, Listener, Overflow
from upstox_client.feeder.hub import CallbackError, Hub
from upstox_client.feeder.listeners import Inbox


class Event:
    received = 1.0

    def __init__(self, key: str, number: int) -> None:
        self.key, self.number = key, number

    def __repr__(self) -> str:
        return f"{self.key}{self.number}"


def events(*names: str) -> list[Event]:
    return [Event(name[0], int(name[1:])) for name in names]


def drain(inbox: Inbox) -> list[str]:
    taken = []
    while (event := inbox.take()) is not None:
        taken.append(repr(event))
    inbox.wait(lambda: None)  # raises what it was ended with
    return taken


def test_dropping_the_oldest():
    inbox = Inbox(2, Overflow.DROP_OLDEST)
    assert inbox.put(events("a1", "a2", "a3"))
    assert inbox.counters.lag > 1_000_000_000  # since 1970, which is when these arrive
    assert drain(inbox) == ["a2", "a3"]
    counters = inbox.counters
    assert (counters.received, counters.delivered, counters.dropped, counters.waiting) == (3, 2, 1, 0)
    assert counters.lag == 0


def test_conflating():
    inbox = Inbox(9, Overflow.CONFLATE)
    inbox.put(events("a1", "b1", "a2"))
    inbox.put([object(), object()])  # without a key: each waits in line
    taken = drain(inbox)
    assert taken[:2] == ["a2", "b1"]
    assert len(taken) == 4
    assert inbox.counters.dropped == 1


def test_conflating_is_bounded_too():
    inbox = Inbox(2, Overflow.CONFLATE)
    inbox.put(events("a1", "b1", "c1"))
    assert drain(inbox) == ["b1", "c1"]
    assert inbox.counters.dropped == 1


def test_an_error():
    inbox = Inbox(2, Overflow.ERROR)
    inbox.put(events("a1", "a2", "a3", "a4"))
    inbox.put(events("a5"))
    assert repr(inbox.take()) == "a1"
    assert repr(inbox.take()) == "a2"
    assert inbox.counters.dropped == 2
    assert inbox.take() is None
    with pytest.raises(FeedOverflowError, match="2 events were waiting"):
        inbox.wait(lambda: None)


def test_blocking():
    room = []
    inbox = Inbox(4, Overflow.BLOCK, lambda: room.append(True))
    assert inbox.put(events("a1", "a2", "a3"))
    assert not inbox.put(events("a4", "a5"))  # what has come is taken in
    assert inbox.blocked
    for _ in range(2):
        inbox.take()
    assert not room
    inbox.take()  # half of it is free
    assert room
    assert not inbox.blocked
    assert drain(inbox) == ["a4", "a5"]
    assert inbox.counters.dropped == 0


def test_the_end_of_a_blocked_queue_lets_the_socket_go():
    room = []
    inbox = Inbox(1, Overflow.BLOCK, lambda: room.append(True))
    inbox.put(events("a1"))
    inbox.end(FeedClosedError())
    assert room
    assert inbox.put(events("a2"))  # into nowhere
    assert repr(inbox.take()) == "a1"
    with pytest.raises(FeedClosedError):
        inbox.wait(lambda: None)


def test_a_size_that_is_none():
    with pytest.raises(ValueError, match="at least 1, got 0"):
        Inbox(0, Overflow.BLOCK)


@given(st.lists(st.one_of(st.none(), st.integers(0, 4))), st.sampled_from(list(Overflow)), st.integers(1, 4))
def test_the_books_balance(steps, overflow, size):
    """Whatever comes and is taken in whatever order: received = delivered + dropped + waiting, and bounded."""
    inbox = Inbox(size, overflow)
    for number, step in enumerate(steps):
        if step is None:
            inbox.take()
        else:
            inbox.put([Event(str(step), number)])
        counters = inbox.counters
        assert counters.received == counters.delivered + counters.dropped + counters.waiting
        if overflow is not Overflow.BLOCK:
            assert counters.waiting <= size


# Waiting, in threads


def test_a_thread_waits():
    inbox = Inbox(4, Overflow.BLOCK)
    listener = Listener(inbox, lambda: None)
    taken = []

    def work():
        taken.extend(event.number for event in listener)

    thread = threading.Thread(target=work)
    thread.start()
    for number in range(100):
        inbox.put([Event("a", number)])
    inbox.end(FeedClosedError())
    thread.join(5)
    assert taken == list(range(100))
    assert listener.counters.delivered == 100


def test_nothing_within_the_time():
    listener = Listener(Inbox(1, Overflow.BLOCK), lambda: None)
    with pytest.raises(TimeoutError, match=r"nothing came within 0\.01 s"):
        listener.get(0.01)
    with pytest.raises(TimeoutError):
        listener.get(0)


def test_closing_ends_an_iteration():
    closed = []
    with Listener(Inbox(4, Overflow.BLOCK), lambda: closed.append(True)) as listener:
        listener._inbox.put(events("a1"))
        listener.close()
        assert list(listener) == []
    assert closed


def test_why_it_ended_is_raised():
    inbox = Inbox(4, Overflow.BLOCK)
    inbox.end(ValueError("why"))
    with pytest.raises(ValueError, match="why"):
        list(Listener(inbox, lambda: None))


# Waiting, in tasks


def test_a_task_waits():
    async def main():
        inbox = Inbox(4, Overflow.BLOCK)
        loop = asyncio.get_running_loop()
        async with AsyncListener(inbox, lambda: None) as listener:
            loop.call_later(0.005, lambda: inbox.put(events("a1", "a2")))
            assert repr(await listener.get()) == "a1"
            assert repr(await anext(listener)) == "a2"
            with pytest.raises(TimeoutError):
                await listener.get(0.005)
            inbox.end(FeedClosedError())
            assert [event async for event in listener] == []

    asyncio.run(main())


# The hub


def test_each_consumer_gets_what_it_wants():
    hub = Hub(type, lambda: None)
    all_of_them = hub.attach((Event,), 9, Overflow.BLOCK)
    some = hub.attach((Event,), 9, Overflow.BLOCK, keys=["b"], first=lambda: events("a0", "b0"))
    others = hub.attach((int,), 9, Overflow.BLOCK)
    assert hub.deliver([*events("a1", "b1"), 5])
    assert drain(all_of_them) == ["a1", "b1"]
    assert drain(some) == ["b0", "b1"]
    assert drain(others) == ["5"]
    hub.detach(some)
    hub.deliver(events("b2"))
    assert drain(some) == []
    hub.end(FeedClosedError())
    for inbox in (all_of_them, hub.attach((int,), 1, Overflow.BLOCK)):
        with pytest.raises(FeedClosedError):
            drain(inbox)


def test_a_batch_that_begins_and_ends_with_one_kind_may_have_another_between():
    hub = Hub(type, lambda: None)
    numbers = hub.attach((int,), 9, Overflow.BLOCK)
    texts = hub.attach((str,), 9, Overflow.BLOCK)
    assert hub.deliver([1, "between", 2])
    assert (drain(numbers), drain(texts)) == (["1", "2"], ["'between'"])


def test_a_slow_consumer_is_told_of():
    hub = Hub(type, lambda: None)
    slow = hub.attach((int,), 1, Overflow.BLOCK)
    quick = hub.attach((int,), 9, Overflow.DROP_OLDEST)
    assert not hub.deliver([1])
    assert not hub.has_room
    drain(slow)
    assert hub.has_room
    assert drain(quick) == ["1"]


def test_a_callback_error_names_the_callback():
    def mine(_):
        raise AssertionError

    error = CallbackError(mine, 5, ValueError("bad"))
    assert "mine raised ValueError: bad" in str(error)
    assert isinstance(error.__cause__, ValueError)
    assert (error.callback, error.event) == (mine, 5)


# Threads that meet


def test_what_comes_while_a_consumer_is_told_what_is_known_is_not_missed():
    hub, entered, threads = Hub(type, lambda: None), threading.Event(), []

    def known() -> list[Event]:
        def deliver() -> None:
            entered.set()
            hub.deliver(events("a2"))

        threads.append(threading.Thread(target=deliver))
        threads[0].start()
        assert entered.wait(5)
        return events("a1")

    inbox = hub.attach((Event,), 9, Overflow.CONFLATE, first=known)
    threads[0].join(5)
    assert drain(inbox) == ["a2"]


def test_a_queue_of_one_that_is_emptied_while_it_is_being_filled():
    room = []
    inbox: Inbox = Inbox(1, Overflow.BLOCK, lambda: room.append(1))

    class Raced(deque):
        def __len__(self) -> int:
            before = super().__len__()
            if before and not taken:
                taken.append(repr(self.popleft()))  # by the consumer, who sees no need to make room yet
            return before

    taken: list[str] = []
    inbox._queue = Raced()
    room_left = inbox.put(events("a1"))
    assert taken == ["a1"]
    assert room_left or room or not inbox.blocked  # else nobody would ever read again
    assert not inbox.blocked


def test_a_queue_that_is_closed_while_something_is_taken_from_it():
    inbox: Inbox = Inbox(9, Overflow.CONFLATE)

    class Cleared(dict):
        def __len__(self) -> int:
            return 1  # when it is looked at; then another thread clears it

    inbox._latest = Cleared()
    assert inbox.take() is None
