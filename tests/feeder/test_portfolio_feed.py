"""The portfolio feed on real sockets: what is told, and what is found in the books after an outage."""

from __future__ import annotations

import json
import random
import threading

import pytest

from support.feed_server import PORTFOLIO
from upstox_client.errors import AuthenticationError
from upstox_client.feeder import CallbackError, FeedState, Notice, Overflow, PortfolioFeed, StateChange
from upstox_client.models import GttOrderUpdate, HoldingUpdate, OrderUpdate, PositionUpdate

BOOK = "/v2/order/retrieve-all"


def order(status: str, filled: int = 0, at: int = 0, order_id: str = "1") -> dict:
    return {
        "order_id": order_id, "status": status, "filled_quantity": filled, "pending_quantity": 10 - filled,
        "quantity": 10, "order_timestamp": f"2026-11-24 10:{at // 60:02}:{at % 60:02}", "instrument_token": "NSE_EQ|A",
    }  # fmt: skip


def text(status: str, filled: int = 0, at: int = 0, order_id: str = "1") -> str:
    return json.dumps({"update_type": "order", **order(status, filled, at, order_id)})


def told(event) -> tuple[str, int, bool]:
    return event.update.status, event.update.filled_quantity, event.recovered


def wait_for(condition) -> None:
    for _ in range(2000):
        if condition():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it did not happen")


def settled(server, reads: int) -> None:
    """The books have been read so often."""
    wait_for(lambda: server.counts[BOOK] >= reads)


def test_updates_of_every_kind(face, server):
    feed = face.portfolio(gtt=True, positions=True, holdings=True)
    events, notices = face.do(feed.events), face.do(feed.listen, Notice)
    positions = face.do(feed.updates, PositionUpdate)
    face.open(feed)
    assert f"{PORTFOLIO}/authorize?update_types=order%2Cholding%2Cposition%2Cgtt_order" in [
        p for p, _ in server.requests
    ]
    server.send(text("open"))
    server.send('{"update_type":"gtt_order","gtt_order_id":"GTT-1","rules":[]}')
    server.send('{"update_type":"position","instrument_token":"NSE_EQ|A","quantity":2}')
    server.send('{"update_type":"holding","isin":"INE1","quantity":3}')
    server.send('{"hello":1}')
    models = [type(face.get(events).update) for _ in range(4)]
    assert models == [OrderUpdate, GttOrderUpdate, PositionUpdate, HoldingUpdate]
    assert face.get(positions).update.quantity == 2
    assert "hello" in face.get(notices).text
    assert feed.order("1").status == "open"
    assert feed.order("2") is None
    assert [holding.quantity for holding in feed.latest(HoldingUpdate)] == [3]


def test_a_fill_while_the_line_was_dead(face, server):
    server.answers[BOOK] = [order("open", order_id="old")]
    feed = face.portfolio()
    events = face.do(feed.events)
    face.open(feed)
    settled(server, 2)
    server.send(text("open"))
    assert told(face.get(events)) == ("open", 0, False)
    server.answers[BOOK] = [order("open", order_id="old"), order("complete", 10, 5)]
    server.abort()
    assert told(face.get(events)) == ("complete", 10, True)
    server.client(), server.client()
    server.send(text("complete", 10, 5))  # late, and told already
    server.send(text("open", at=9, order_id="2"))
    assert face.get(events).key == "2"
    assert feed.order("old").status == "open"


def test_what_happens_before_the_first_connection_is_not_missed(face, server):
    """Between the first look at the books and the first connection."""
    books = [[], [order("complete", 10, 3)]]
    server.answers[BOOK] = lambda query: books.pop(0) if len(books) > 1 else books[0]
    feed = face.portfolio()
    events = face.do(feed.events)
    face.open(feed)
    assert told(face.get(events)) == ("complete", 10, True)


def test_books_that_cannot_be_read_at_first(face, server):
    feed = face.portfolio()
    events = face.do(feed.events)
    face.open(feed)
    settled(server, 2)
    answers = [503, 500, [order("complete", 10, 5)]]
    server.answers[BOOK] = lambda query: answers.pop(0) if len(answers) > 1 else answers[0]
    server.abort()
    assert told(face.get(events)) == ("complete", 10, True)


def test_books_that_may_no_longer_be_read_end_the_connection(face, server):
    feed = face.portfolio()
    states = face.do(feed.listen, StateChange)
    face.open(feed)
    settled(server, 2)
    server.answers[BOOK] = 401
    server.abort()
    stopped = face.until(states, lambda change: change.state is FeedState.STOPPED)
    assert "401" in stopped.reason
    with pytest.raises(AuthenticationError):
        face.get(states)


def test_books_that_take_long_do_not_hold_the_stream_for_ever(face, server, monkeypatch):
    monkeypatch.setattr("upstox_client.feeder.portfolio._LONGEST_HOLD", 0.05)
    feed = face.portfolio()
    events = face.do(feed.events)
    face.open(feed)
    settled(server, 2)
    server.answers[BOOK] = 503
    server.client()
    server.abort()
    server.client()
    server.send(text("open", 1, 1))
    assert told(face.get(events)) == ("open", 1, False)
    server.answers[BOOK] = [order("open", 4, 2)]
    assert told(face.get(events)) == ("open", 4, True)


def test_a_gtt_order_that_ended_meanwhile(face, server):
    waiting = {"gtt_order_id": "GTT-1", "quantity": 1, "rules": [{"strategy": "ENTRY", "status": "SCHEDULED"}]}
    ended = {"gtt_order_id": "GTT-1", "quantity": 1, "rules": [{"strategy": "ENTRY", "status": "COMPLETED"}]}
    server.answers["/v3/order/gtt"] = [waiting]
    feed = face.portfolio(orders=False, gtt=True)
    events = face.do(feed.events)
    face.open(feed)
    wait_for(lambda: server.counts["/v3/order/gtt"] >= 2)
    server.answers["/v3/order/gtt"] = lambda query: [ended] if "gtt_order_id" in query else []
    server.abort()
    event = face.get(events)
    assert (event.recovered, event.update.rules[0].status) == (True, "COMPLETED")


def test_a_gtt_order_that_the_server_no_longer_knows_keeps_nothing_from_being_recovered(face, server):
    server.answers["/v3/order/gtt"] = [
        {"gtt_order_id": "GTT-1", "quantity": 1, "rules": [{"strategy": "ENTRY", "status": "SCHEDULED"}]}
    ]
    feed = face.portfolio(gtt=True)
    events = face.do(feed.events)
    face.open(feed)
    settled(server, 2)
    wait_for(lambda: server.counts["/v3/order/gtt"] >= 2)
    server.answers["/v3/order/gtt"] = lambda query: 400 if "gtt_order_id" in query else []
    server.answers[BOOK] = [order("complete", 10, 5)]
    server.abort()
    assert told(face.get(events)) == ("complete", 10, True)
    asked = lambda: [path for path, _ in server.requests if "gtt_order_id" in path]  # noqa: E731
    wait_for(lambda: feed._core._forgotten)
    reads = server.counts["/v3/order/gtt"]
    server.abort()
    wait_for(lambda: server.counts["/v3/order/gtt"] > reads)
    face.do(feed.close)
    assert len(asked()) == 1  # what is gone is not asked for again


def test_a_book_that_cannot_be_read_does_not_keep_the_others_from_being_told(face, server, caplog):
    feed = face.portfolio(positions=True, holdings=True)
    events = face.do(feed.events)
    face.open(feed)
    books = (BOOK, "/v2/portfolio/short-term-positions", "/v2/portfolio/long-term-holdings")
    wait_for(lambda: all(server.counts[book] >= 2 for book in books))
    server.answers["/v2/portfolio/long-term-holdings"] = 503
    server.answers["/v2/portfolio/short-term-positions"] = [{"instrument_token": "NSE_EQ|A", "quantity": 5}]
    server.answers[BOOK] = [order("complete", 10, 5)]
    server.abort()
    assert told(face.get(events)) == ("complete", 10, True)
    assert face.get(events).update.quantity == 5
    wait_for(lambda: "holdings cannot be read" in caplog.text)
    server.answers["/v2/portfolio/long-term-holdings"] = [{"isin": "INE1", "quantity": 7}]
    assert face.get(events).key == "INE1"


def test_positions_and_holdings_are_recovered(face, server):
    feed = face.portfolio(orders=False, positions=True, holdings=True)
    events = face.do(feed.events)
    face.open(feed)
    books = ("/v2/portfolio/short-term-positions", "/v2/portfolio/long-term-holdings")
    wait_for(lambda: all(server.counts[book] >= 2 for book in books))
    server.answers["/v2/portfolio/short-term-positions"] = [{"instrument_token": "NSE_EQ|A", "quantity": 5}]
    server.answers["/v2/portfolio/long-term-holdings"] = [{"isin": "INE1", "quantity": 7}]
    server.abort()
    found = {type(event.update): event.update.quantity for event in (face.get(events), face.get(events))}
    assert found == {PositionUpdate: 5, HoldingUpdate: 7}
    assert server.counts[BOOK] == 0


def test_callbacks(face, server):
    feed = face.portfolio()
    seen, errors, done = [], [], threading.Event()

    def remember(event):
        seen.append(event.update.status)
        if len(seen) == 2:
            raise LookupError("mine")

    def failed(error):
        errors.append(error)
        done.set()

    face.do(feed.on_update, OrderUpdate, remember)
    face.do(feed.on, CallbackError, failed)
    face.open(feed)
    server.send(text("open"), text("complete", 10, 1))
    assert done.wait(5)
    assert seen == ["open", "complete"]
    assert "mine" in str(errors[0])


def test_the_direct_path(face, server):
    feed = face.portfolio(direct=True, positions=True)
    face.open(feed)
    paths = [path for path, _ in server.requests]
    assert f"{PORTFOLIO}?update_types=order%2Cposition" in paths


def test_nothing_wanted(configuration):
    with pytest.raises(ValueError, match="nothing is wanted"):
        PortfolioFeed(configuration, orders=False)


def test_iterating(server, configuration):
    with PortfolioFeed(configuration) as feed:
        feed.wait_open(5)
        listener = iter(feed)
        server.send(text("open"))
        assert told(next(listener)) == ("open", 0, False)
        assert feed.superseded == 0
        assert listener.counters.dropped == 0
        error = feed.updates(OrderUpdate, size=1, overflow=Overflow.ERROR)
        server.send(text("open", 1, 1), text("open", 2, 2))
        next(listener), next(listener)
        assert error.counters.dropped == 1


def test_chaos(face, server):
    """Two hundred orders fill while a hundred faults strike, of a fixed seed.

    At the end the client knows what the server knows, and each state that was told was told once and in its order.
    """
    chance = random.Random(20261124)
    feed = face.portfolio()
    events = face.do(feed.events)
    book: dict[str, dict] = {}
    server.answers[BOOK] = lambda query: list(book.values())
    face.open(feed)
    life = [("put order req received", 0), ("open", 0), ("open", 4), ("open", 7), ("complete", 10)]
    at = 0
    running = {str(n): 0 for n in range(200)}
    while running:
        order_id = chance.choice(list(running)[:20])
        at += 1
        book[order_id] = order(*life[running[order_id]], at, order_id)
        fault = chance.random()
        payload = json.dumps({"update_type": "order", **book[order_id]})
        server.send_if_there(*[payload] * (2 if fault < 0.05 else 1))
        running[order_id] += 1
        if running[order_id] == len(life):
            del running[order_id]
        if fault > 0.9:
            while not server.joined.empty():
                server.joined.get()
            if fault < 0.95:
                server.abort()
            else:
                server.close(chance.choice([1000, 1001, 1011]))
            if chance.random() < 0.6:  # else more happens while nobody listens
                server.client()
    server.abort()
    wait_for(lambda: {o.order_id: o.status for o in feed.latest(OrderUpdate)} == dict.fromkeys(book, "complete"))
    face.do(feed.close)
    seen: dict[str, list[tuple[str, int]]] = {}
    while (event := face.do(_next, events)) is not None:
        seen.setdefault(event.key, []).append((event.update.status, event.update.filled_quantity))
    for order_id in book:
        places = [life.index(state) for state in seen[order_id]]
        assert places == sorted(set(places))
        assert places[-1] == len(life) - 1
    assert feed.counters.reconnects > 30


def _next(listener):
    from upstox_client.feeder import FeedClosedError, Listener

    if isinstance(listener, Listener):
        return next(listener, None)

    async def get():
        try:
            return await listener.get()
        except FeedClosedError:
            return None

    return get()
