"""Live orders in both colours: placed, waited for, changed, cancelled, and never sent twice."""

from __future__ import annotations

import datetime as dt
import json
import threading
from typing import Any

import msgspec
import pytest

from support.colours import FakeTransport, local, ok, refused
from trading.floor import RELIANCE, Floor, cache_folder, floor, running
from trading.test_tickets import made
from upstox_client import InvalidRequestError, NotFoundError, OrderOutcomeUnknown
from upstox_client.feeder.states import FeedState
from upstox_client.instruments import IllegalPriceError, IllegalQuantityError
from upstox_client.models.orders import OrderBookData
from upstox_client.trading import AsyncOrder, IllegalOrderError, Order, OrderBook
from upstox_client.trading.colours import Flow, pause
from upstox_client.trading.desk import Desk
from upstox_client.trading.fills import trade_time
from upstox_client.trading.moments import IST

__all__ = ["cache_folder", "floor", "running"]

PLACE, MODIFY, CANCEL, BOOK = "/v3/order/place", "/v3/order/modify", "/v3/order/cancel", "/v2/order/retrieve-all"


def test_from_the_napkin(floor: Floor) -> None:
    order = floor.do(floor.up.buy, "RELIANCE", 10, limit=1510)
    assert type(order) is (AsyncOrder if floor.colour.is_async else Order)
    assert (order.status, order.filled, order.pending, order.average_price) == ("put order req received", 0, 10, None)
    assert not order.is_done
    assert floor.do(order.wait, timeout=5).average_price == 1500.1
    assert (order.status, order.filled, order.pending, order.is_complete) == ("complete", 10, 0, True)
    assert (order.instrument.symbol, order.side, order.product, order.order_type) == ("RELIANCE", "BUY", "D", "LIMIT")
    assert (order.limit, order.stop, order.quantity, order.message) == (1510.0, None, 10, "")
    assert order.time == dt.datetime(2026, 11, 23, 10, 0, tzinfo=IST)
    (fill,) = floor.read(order, "fills")
    assert (fill.order_id, fill.quantity, fill.price, fill.time) == (order.id, 10, 1500.1, order.time)
    assert repr(order).endswith("BUY 10 RELIANCE at 1510, delivery; complete, filled 10 at 1500.1>")
    (sent,) = floor.emulator.journal.assert_called("POST", PLACE, 1, instrument_token=RELIANCE)
    assert sent.body["tag"] == order.tag


def test_parts_and_time(floor: Floor) -> None:
    floor.emulator.orders.on(tag="x").partial(0.4).then_fill(after=5)
    order = floor.do(floor.up.sell, "RELIANCE", 10, limit=1500, product="intraday", tag="x")
    with pytest.raises(TimeoutError, match=r"SELL 10 RELIANCE .* still 'open' after 0 s, 4 of 10 filled"):
        floor.do(order.wait, timeout=0)
    assert (order.filled, order.pending) == (4, 6)
    heard: list[Any] = []
    order.on_update(heard.append)
    threading.Timer(0.15, floor.emulator.clock.advance, (6,)).start()
    floor.do(order.wait, timeout=20)
    assert (order.filled, order.status) == (10, "complete")
    assert [update.filled_quantity for update in heard] == [10]
    assert sum(fill.quantity for fill in floor.read(order, "fills")) == 10
    assert floor.do(order.wait).is_done  # at once


def test_a_rejection_says_why(floor: Floor) -> None:
    order = floor.do(floor.up.buy, "RELIANCE", 10_000)
    floor.do(order.wait, timeout=5)
    assert (order.status, order.is_done, order.is_complete) == ("rejected", True, False)
    assert order.message.startswith("You need to add Rs.")
    assert "rejected, filled 0: You need to add" in repr(order)
    with pytest.raises(IllegalOrderError, match="it is rejected and cannot be changed any more"):
        floor.do(order.modify, limit=1)
    assert floor.do(order.cancel).status == "rejected"
    assert floor.writes(CANCEL) == 0


def test_changing_and_cancelling(floor: Floor) -> None:
    order = floor.do(floor.up.buy, "RELIANCE", 10, limit=1400, validity="day")
    assert floor.do(order.modify, limit=1410, quantity=20) is order
    assert (order.limit, order.quantity, order.status) == (1410.0, 20, "open")
    with pytest.raises(IllegalPriceError, match=r"try 1410 or 1410\.1"):
        floor.do(order.modify, limit=1410.05)
    with pytest.raises(IllegalQuantityError):
        floor.do(order.modify, quantity=0)
    with pytest.raises(IllegalOrderError, match="exclude each other"):
        floor.do(order.modify, limit=1400, market=True)
    with pytest.raises(IllegalOrderError, match="and not both"):
        floor.do(order.modify, quantity=1, lots=1)
    assert floor.writes(MODIFY) == 1
    floor.do(order.modify, stop=1600, limit=1610)
    assert (order.order_type, order.stop, order.limit, order.status) == ("SL", 1600.0, 1610.0, "trigger pending")
    floor.do(order.modify, market=True)
    assert (order.order_type, order.stop, order.limit) == ("SL-M", 1600.0, None)
    assert floor.do(order.cancel).status == "cancelled"
    assert floor.do(order.wait, timeout=1).pending == 0
    assert floor.writes(CANCEL) == 1
    other = floor.do(floor.up.buy, "RELIANCE", 1, limit=1400)
    floor.do(other.modify, market=True, market_protection=3)
    assert floor.do(other.wait, timeout=5).average_price == 1500.1


def test_what_is_left_out_of_a_change_stays(floor: Floor) -> None:
    order = floor.do(floor.up.buy, "RELIANCE", 1, stop=1600, market_protection=3)
    floor.do(order.modify, stop=1610)
    floor.do(order.modify, market_protection=4)
    floor.do(order.modify, limit=1620)
    sent = [
        (call.body["order_type"], call.body.get("market_protection"))
        for call in floor.emulator.journal.calls("PUT", MODIFY)
    ]
    assert sent == [("SL-M", 3.0), ("SL-M", 4.0), ("SL", None)]


def test_the_price_of_the_market_protection_is_no_limit(floor: Floor) -> None:
    desk = Desk()
    order = Order(floor.up.client, desk, made(stop=1500), ["1"])
    desk.read([row("trigger pending", 0, order_type="SL-M", price=1545.0, trigger_price=1500.0)])
    assert (order.limit, order.stop) == (None, 1500.0)


def test_what_is_executed_is_not_taken_away(floor: Floor) -> None:
    floor.emulator.orders.on(tag="x").partial(0.4)
    order = floor.do(floor.up.buy, "RELIANCE", 10, limit=1510, tag="x")
    floor.do(order.refresh)
    with pytest.raises(IllegalOrderError, match="4 are executed already"):
        floor.do(order.modify, lots=4)
    floor.do(order.cancel)
    assert (order.status, order.filled, order.average_price) == ("cancelled", 4, 1500.0)


def test_a_cancel_that_comes_too_late(floor: Floor) -> None:
    floor.emulator.orders.on(tag="x").race()
    order = floor.do(floor.up.buy, "RELIANCE", 10, limit=1400, tag="x")
    floor.do(order.cancel)
    assert (order.status, order.filled) == ("complete", 10)


def test_a_cancel_that_is_refused(floor: Floor) -> None:
    floor.emulator.orders.on(tag="x", call="cancel", times=1).refuse("UDAPI100049")
    order = floor.do(floor.up.buy, "RELIANCE", 10, limit=1400, tag="x")
    with pytest.raises(InvalidRequestError):
        floor.do(order.cancel)
    assert order.status == "open"


# Answers that are lost


def test_a_lost_answer_is_found_by_its_tag_and_never_sent_again(floor: Floor) -> None:
    floor.emulator.faults.reset_after(path=PLACE)
    order = floor.do(floor.up.buy, "RELIANCE", 10, limit=1510)
    assert (order.status, order.is_unknown, order.is_done, order.ids, order.id) == ("unknown", True, False, (), "")
    assert order.message == "the answer was lost"
    assert "Order ? BUY 10" in repr(order)
    heard: list[Any] = []
    order.on_update(heard.append)
    floor.do(order.wait, timeout=5)
    assert (order.status, order.is_unknown, order.unknown) == ("complete", False, None)
    assert order.verdict.carried_out
    assert "under its tag" in order.verdict.why
    assert heard[-1].status == "complete"
    floor.do(order.reconcile)  # nothing is asked
    assert floor.writes(PLACE) == 1


def test_what_never_arrived_was_not_placed(floor: Floor) -> None:
    order = order_of_a_lost_call(floor, [])
    floor.do(order.reconcile, 0)
    assert (order.status, order.is_done, order.is_unknown) == ("not placed", True, False)
    assert order.message == "nothing like it is in the order book"
    assert floor.do(order.wait).filled == 0
    assert floor.do(order.cancel).status == "not placed"
    assert floor.read(order, "fills") == []


def test_an_order_of_ours_is_not_taken_for_another(floor: Floor) -> None:
    first = floor.do(floor.up.buy, "RELIANCE", 10, limit=1510, tag="shared")
    floor.emulator.faults.reset_after(path=PLACE)
    second = floor.do(floor.up.buy, "RELIANCE", 10, limit=1510, tag="shared")
    floor.do(second.wait, timeout=5)
    assert set(second.ids).isdisjoint(first.ids)
    assert floor.writes(PLACE) == 2


def test_one_that_the_book_has_shown_meanwhile_is_found_all_the_same(floor: Floor) -> None:
    floor.emulator.faults.reset_after(path=PLACE)
    order = floor.do(floor.up.buy, "RELIANCE", 10, limit=1510)
    (shown,) = floor.do(floor.up.orders)
    assert floor.do(order.wait, timeout=5).is_complete
    assert order.ids == shown.ids


def test_a_ticket_that_is_sent_again_is_another_order(floor: Floor) -> None:
    ticket = floor.ticket("buy", "RELIANCE", 1, limit=1400)
    first = floor.do(floor.up.place, ticket)
    floor.emulator.faults.reset_before(path=PLACE)
    second = floor.do(floor.up.place, ticket)
    assert (first.tag, second.ticket.quantity) == (ticket.tag, 1)
    assert floor.do(second.reconcile, 0).status == "not placed"  # the first one is not taken for it
    basket = floor.do(floor.up.basket, ticket, ticket)
    assert len({ticket.tag, second.tag, *(order.tag for order in basket.orders)}) == 4


def order_of_a_lost_call(floor: Floor, *books: Any, status: int = 200, ticket: Any = None) -> Any:
    """An order whose answer was lost, on a server that has these order books, one after the other."""
    answers = [ok(json.dumps({"status": "success", "data": book}).encode()) for book in books]
    client = floor.colour.client(local(), FakeTransport(answers if status == 200 else [refused(status)]))
    ticket = ticket or made(limit=1500)
    cause = InvalidRequestError(0, "gone")
    payload = msgspec.to_builtins(ticket.request())
    unknown = OrderOutcomeUnknown(cause, method="POST", path=PLACE, payload=payload, sent_at=1.0)
    unknown.client = client
    kind = AsyncOrder if floor.colour.is_async else Order
    return kind(client, Desk(), ticket, (), unknown)


def test_what_cannot_be_told_stays_unknown(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    order = order_of_a_lost_call(floor, [], status=400)
    floor.do(order.reconcile, 0)
    assert order.is_unknown
    assert not order.verdict.carried_out
    monkeypatch.setattr("upstox_client.trading.live._PATIENCE", 0.0)
    with pytest.raises(OrderOutcomeUnknown) as unknown:
        floor.do(order.cancel)
    assert any("It was not sent again" in note for note in unknown.value.__notes__)
    with pytest.raises(OrderOutcomeUnknown):
        floor.do(order.refresh)


@pytest.mark.parametrize("deed", ["cancel", "modify"])
def test_a_change_whose_answer_is_lost_is_looked_for(floor: Floor, deed: str) -> None:
    order = floor.do(floor.up.buy, "RELIANCE", 10, limit=1400)
    floor.emulator.faults.reset_after(path=f"/v3/order/{deed}")
    if deed == "cancel":
        assert floor.do(order.cancel).status == "cancelled"
    else:
        assert floor.do(order.modify, limit=1410).limit == 1410
    assert floor.writes(f"/v3/order/{deed}") == 1


@pytest.mark.parametrize("deed", ["cancel", "modify"])
def test_a_change_that_was_lost_on_the_way_is_told(floor: Floor, deed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("upstox_client.trading.live._PATIENCE", 0.0)
    order = floor.do(floor.up.buy, "RELIANCE", 10, limit=1400)
    floor.emulator.faults.reset_before(path=f"/v3/order/{deed}")
    with pytest.raises(OrderOutcomeUnknown) as unknown:
        floor.do(order.cancel) if deed == "cancel" else floor.do(order.modify, limit=1410)
    assert any("It was not sent again" in note for note in unknown.value.__notes__)
    assert floor.do(order.refresh).limit == 1400
    assert not order.is_done


# With the stream


def test_the_stream_tells_and_nobody_asks(floor: Floor) -> None:
    assert not floor.up.is_live
    floor.do(floor.up.live)
    floor.do(floor.up.live)  # once is enough
    assert floor.up.is_live
    floor.emulator.orders.on(tag="x").partial(0.4).then_fill(after=5)
    order = floor.do(floor.up.buy, "RELIANCE", 10, limit=1510, tag="x")
    heard: list[tuple[str, int]] = []
    order.on_update(lambda update: heard.append((update.status, update.filled_quantity)))
    with pytest.raises(TimeoutError):
        floor.do(order.wait, timeout=0.3)
    assert order.filled == 4
    threading.Timer(0.1, floor.emulator.clock.advance, (6,)).start()
    floor.do(order.wait, timeout=20)
    assert heard[-1] == ("complete", 10)
    assert floor.writes("/v2/order/details") == 1  # before the first wait was given up
    floor.do(floor.up.quiet)
    assert not floor.up.is_live


def test_positions_are_added_to_a_stream_without_them(floor: Floor) -> None:
    floor.do(floor.up.live, positions=False)
    without = floor.up.desk.feed
    heard: list[Any] = []
    positions = floor.read(floor.up, "positions")
    positions.on_update(heard.append)
    floor.emulator.faults.status(503, path="/v2/feed/portfolio-stream-feed/authorize", times=1000)
    with pytest.raises(TimeoutError):
        floor.do(floor.up.live, timeout=0.2)
    assert (floor.up.is_live, floor.up.desk.feed) == (True, without), "one that does not open takes no other away"
    floor.emulator.faults.clear()
    floor.do(floor.up.live)
    assert floor.up.is_live
    assert without.state.state is FeedState.CLOSED
    both = floor.up.desk.feed
    floor.do(floor.up.live, positions=False)
    assert floor.up.desk.feed is both, "what is told of is not taken away"
    order = floor.do(floor.up.buy, "RELIANCE", 10, limit=1510)
    floor.do(order.wait, timeout=5)
    floor.until(lambda: bool(heard))
    assert [(row.symbol, row.quantity) for row in heard][-1] == ("RELIANCE", 10)


def test_a_stream_that_has_ended_is_opened_anew(floor: Floor) -> None:
    floor.do(floor.up.live)
    ended = floor.up.desk.feed
    floor.do(ended.close)
    assert not floor.up.is_live
    floor.do(floor.up.live)
    assert floor.up.is_live
    assert floor.up.desk.feed is not ended


def test_a_stream_that_never_opens(floor: Floor) -> None:
    floor.emulator.faults.status(503, path="/v2/feed/portfolio-stream-feed/authorize", times=1000)
    with pytest.raises(TimeoutError):
        floor.do(floor.up.live, timeout=0.3)
    assert not floor.up.is_live
    floor.emulator.faults.clear()


def test_what_the_stream_does_not_tell_is_asked_for(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("upstox_client.trading.live._WHILE_LIVE", 0.05)
    floor.do(floor.up.live)
    monkeypatch.setattr(floor.up.desk, "hear", lambda update: None)
    order = floor.do(floor.up.buy, "RELIANCE", 10, limit=1510)
    assert floor.do(order.wait, timeout=10).is_complete


def test_news_of_others_is_no_news(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    def noisy(desk: Desk, version: int, seconds: float) -> Flow[bool]:
        yield from pause(0.01)
        return True

    monkeypatch.setattr("upstox_client.trading.live.changed", noisy)
    monkeypatch.setattr("upstox_client.trading.live._WHILE_LIVE", 0.05)
    floor.do(floor.up.live)
    monkeypatch.setattr(floor.up.desk, "hear", lambda update: None)
    order = floor.do(floor.up.buy, "RELIANCE", 10, limit=1510)
    assert floor.do(order.wait, timeout=3).is_complete


def test_a_callback_that_raises_hurts_nobody(floor: Floor, caplog: pytest.LogCaptureFixture) -> None:
    order = floor.do(floor.up.buy, "RELIANCE", 10, limit=1510)
    heard: list[Any] = []

    def broken(_: Any) -> None:
        raise RuntimeError("mine")

    order.on_update(broken)
    order.on_update(heard.append)
    floor.do(order.wait, timeout=5)
    assert [update.status for update in heard] == ["complete"]
    assert "broken raised" in caplog.text


# The book


def test_the_book_of_the_day(floor: Floor) -> None:
    up = floor.up
    mine = floor.do(up.buy, "RELIANCE", 10, limit=1400, tag="a")
    done = floor.do(up.buy, "INFY", 5, tag="b")
    floor.do(done.wait, timeout=5)
    book = floor.do(up.orders)
    assert [order.id for order in book] == [mine.id, done.id]
    assert book[0] is mine
    assert [order.id for order in book.open] == [mine.id]
    assert isinstance(book[:1], OrderBook)
    assert repr(book) == "<2 orders, 1 open>"
    row = book.to_dicts()[0]
    assert (row["symbol"], row["side"], row["type"], row["quantity"], row["limit"]) == (
        "RELIANCE",
        "BUY",
        "LIMIT",
        10,
        1400,
    )
    assert (row["limit"], row["status"], row["filled"], row["average_price"]) == (1400, "open", 0, None)
    assert book.to_csv().splitlines()[0].startswith("time,id,symbol,side,type,product,quantity,filled")
    assert [order.id for order in floor.do(up.orders, "INFY")] == [done.id]
    assert [order.id for order in floor.do(up.orders, tag="a")] == [mine.id]

    other = floor.upstox()  # another program
    found = floor.do(other.order, mine.id)
    assert (str(found.ticket), found.status, found.tag) == ("BUY 10 RELIANCE at 1400, delivery", "open", "a")
    assert floor.do(other.order, mine.id) is found
    floor.do(found.modify, limit=1401)
    assert floor.do(mine.refresh).limit == 1401
    with pytest.raises(NotFoundError):
        floor.do(other.order, "240101000000001")


def test_cancelling_all(floor: Floor) -> None:
    up = floor.up
    for name, price in (("RELIANCE", 1400), ("RELIANCE", 1401), ("INFY", 1400)):
        floor.do(up.buy, name, 1, limit=price, tag=name)
    assert len(floor.do(up.cancel_all, "INFY")) == 1
    assert [order.status for order in floor.do(up.cancel_all, tag="RELIANCE")] == ["cancelled", "cancelled"]
    assert len(floor.do(up.cancel_all)) == 0
    floor.emulator.orders.on(call="cancel", times=1).refuse("UDAPI100049")
    for _ in range(2):
        floor.do(up.buy, "RELIANCE", 1, limit=1400)
    with pytest.raises(InvalidRequestError):
        floor.do(up.cancel_all)
    assert len(floor.do(up.orders).open) == 1  # the other one has been


# What is known of an order, whatever comes in whatever order


def row(
    status: Any, filled: int, stamp: str = "2026-11-23 10:00:01", order_id: str = "1", **more: Any
) -> OrderBookData:
    return OrderBookData(
        order_id=order_id, status=status, filled_quantity=filled, quantity=10, order_timestamp=stamp, **more
    )


def test_a_late_answer_puts_nothing_back(floor: Floor) -> None:
    desk = Desk()
    kind = AsyncOrder if floor.colour.is_async else Order
    order = kind(floor.up.client, desk, made(), ["1"])
    desk.read([row("open", 4, average_price=1500.0)])
    assert (order.status, order.filled, order.pending) == ("open", 4, 6)
    version = desk.version
    desk.read([row("open pending", 0)])
    desk.read([row("open", 4, average_price=1500.0)])
    assert (order.status, order.filled, desk.version) == ("open", 4, version)
    desk.read([row("complete", 10, average_price=1501.0)])
    desk.read([row("open", 6, "2026-11-23 10:00:02")])
    assert (order.status, order.filled, order.average_price) == ("complete", 10, 1501.0)


def test_times_of_trades() -> None:
    wanted = dt.datetime(2026, 11, 23, 10, 0, 1, tzinfo=IST)
    assert trade_time("23-Nov-2026 10:00:01") == wanted
    assert trade_time("2026-11-23 10:00:01") == wanted
    assert trade_time("soon") is None
    assert trade_time(None) is None
