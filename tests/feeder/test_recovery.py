"""No update lost, none doubled, all in order: whatever the stream missed is found in the books."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_client.feeder.recovery import Ledger, as_update
from upstox_client.models import (
    GttOrderDetails,
    GttOrderUpdate,
    HoldingsData,
    HoldingUpdate,
    OrderBookData,
    OrderUpdate,
    PositionData,
    PositionUpdate,
)
from upstox_client.models.gtt import Rule


def row(status: str, filled: int = 0, at: int = 0, order_id: str = "1", **more) -> OrderBookData:
    return OrderBookData(
        order_id=order_id, status=status, filled_quantity=filled, pending_quantity=10 - filled, quantity=10,
        order_timestamp=f"2026-11-24 10:00:{at:02}", instrument_token="NSE_EQ|A", trading_symbol="A", **more,
    )  # fmt: skip


def update(*args, **more) -> OrderUpdate:
    return msgspec.structs.replace(as_update(row(*args, **more)), trading_symbol="A-EQ", user_id="me")


def told(events) -> list[tuple[str, int, bool]]:
    return [(event.update.status, event.update.filled_quantity, event.recovered) for event in events]


def test_the_stream_alone():
    ledger = Ledger()
    seen = [ledger.live(u, 1.0) for u in (update("open"), update("open", 4, 1), update("complete", 10, 2))]
    assert [told(events) for events in seen] == [[("open", 0, False)], [("open", 4, False)], [("complete", 10, False)]]
    assert seen[0][0].key == "1"


def test_the_same_frame_twice_is_one_event():
    ledger = Ledger()
    assert told(ledger.live(update("open"), 1.0)) == [("open", 0, False)]
    assert ledger.live(update("open"), 1.0) == []


def test_a_frame_that_was_overtaken_is_not_told():
    ledger = Ledger()
    ledger.live(update("open", 4, 2), 1.0)
    assert ledger.live(update("open", 2, 1), 1.0) == []
    assert ledger.superseded == 1
    ledger.live(update("cancelled", 4, 3), 1.0)
    assert ledger.live(update("open", 4, 3), 1.0) == []  # what has ended does not begin again


def test_what_was_there_before_is_no_news():
    ledger = Ledger()
    ledger.baseline([row("open")])
    assert ledger.compare([row("open")], 1.0) == []
    assert ledger.live(update("open"), 1.0) == []
    assert [order.status for order in ledger.latest(OrderUpdate)] == ["open"]


def test_a_fill_during_the_outage_is_recovered():
    ledger = Ledger()
    ledger.live(update("open"), 1.0)
    ledger.hold()
    (event,) = ledger.compare([row("complete", 10, 5)], 2.0)
    assert told([event]) == [("complete", 10, True)]
    assert event.received == 2.0
    assert isinstance(event.update, OrderUpdate)
    assert (event.update.update_type, event.update.instrument_key) == ("order", "NSE_EQ|A")
    assert ledger.compare([row("complete", 10, 5)], 3.0) == []


def test_what_the_stream_says_meanwhile_is_told_in_its_place():
    ledger = Ledger()
    ledger.live(update("open"), 1.0)
    ledger.hold()
    assert ledger.live(update("open", 7, 6), 2.0) == []  # after the book was made
    assert told(ledger.compare([row("open", 4, 5)], 3.0)) == [("open", 4, True), ("open", 7, False)]
    ledger.hold()
    ledger.live(update("open", 8, 7), 4.0)  # before the book was made
    assert told(ledger.compare([row("complete", 10, 8)], 5.0)) == [("open", 8, False), ("complete", 10, True)]
    assert ledger.live(update("complete", 10, 8), 6.0) == []  # the frame of it, late


def test_what_the_stream_says_itself_is_not_recovered():
    ledger = Ledger()
    ledger.hold()
    ledger.live(update("complete", 10, 5), 1.0)
    assert told(ledger.compare([row("complete", 10, 5)], 2.0)) == [("complete", 10, False)]


def test_new_orders_come_in_the_order_of_their_times():
    ledger = Ledger()
    events = ledger.compare([row("open", at=5, order_id="2"), row("open", at=3, order_id="1")], 1.0)
    assert [event.key for event in events] == ["1", "2"]


def test_a_book_that_is_older_than_the_stream_says_nothing():
    ledger = Ledger()
    ledger.hold()
    assert ledger.release() == []
    ledger.live(update("complete", 10, 5), 1.0)
    assert ledger.compare([row("open", 4, 4)], 2.0) == []


@pytest.mark.parametrize("pair", [("put order req received", "validation pending"), ("open pending", "open")])
def test_the_first_steps_of_an_order_have_an_order(pair):
    ledger = Ledger()
    ledger.live(update(pair[1]), 1.0)
    assert ledger.live(update(pair[0]), 1.0) == []


@pytest.mark.parametrize(
    ("stream", "book"), [(100.085, 100.09), (100.0849, 100.085), (92.925, 92.92), (0.1 + 0.2, 0.3)]
)
def test_an_average_that_is_rounded_elsewhere_is_no_change(stream, book):
    ledger = Ledger()
    ledger.live(update("complete", 10, 5, average_price=stream), 1.0)
    assert ledger.compare([row("complete", 10, 5, average_price=book)], 2.0) == []


def test_the_price_of_a_currency_has_four_places():
    ledger = Ledger()
    ledger.live(update("open", price=83.1025), 1.0)
    (event,) = ledger.compare([row("open", price=83.105)], 2.0)
    assert event.update.price == 83.105
    assert ledger.compare([row("open", price=83.1050000001)], 3.0) == []


def test_an_update_without_its_time_is_not_taken_for_an_old_one():
    ledger = Ledger()
    ledger.live(update("open", at=5), 1.0)
    timeless = msgspec.structs.replace(update("modified"), order_timestamp=None)
    assert told(ledger.live(timeless, 2.0)) == [("modified", 0, False)]
    assert told(ledger.live(update("open", 0, 7), 2.0)) == [("open", 0, False)]


def test_what_the_server_mistypes_is_told_all_the_same():
    ledger = Ledger()
    ledger.live(update("open", at=5), 1.0)
    odd = msgspec.structs.replace(update("open", at=6), filled_quantity="some", order_timestamp=7, average_price="?")
    assert len(ledger.live(odd, 2.0)) == 1
    assert len(ledger.compare([row("complete", 10, 8)], 3.0)) == 1


def test_positions():
    ledger = Ledger()
    first = PositionUpdate(instrument_token="NSE_EQ|A", product="D", quantity=2, day_buy_quantity=2, exchange="NSE_EQ")
    (event,) = ledger.live(first, 1.0)
    assert event.key == ("NSE_EQ|A", "D")
    book = PositionData(instrument_token="NSE_EQ|A", product="D", quantity=2, day_buy_quantity=2, exchange="NSE")
    ledger.hold()
    assert ledger.compare([book], 2.0) == []
    sold = msgspec.structs.replace(book, quantity=0, day_sell_quantity=2)
    ledger.hold()
    (event,) = ledger.compare([sold], 3.0)
    assert (event.recovered, event.update.quantity, event.update.update_type) == (True, 0, "position")
    ledger.hold()
    ledger.live(msgspec.structs.replace(first, quantity=5), 4.0)
    (event,) = ledger.compare([sold], 5.0)  # the stream knows better
    assert (event.recovered, event.update.quantity) == (False, 5)


def test_holdings():
    ledger = Ledger()
    (event,) = ledger.compare([HoldingsData(isin="INE1", quantity=3, company_name="A")], 1.0)
    assert isinstance(event.update, HoldingUpdate)
    assert (event.key, event.update.quantity, event.update.company_name) == ("INE1", 3, "A")


def test_gtt_orders():
    def gtt(status):
        return GttOrderDetails(gtt_order_id="GTT-1", quantity=1, rules=[Rule(strategy="ENTRY", status=status)])

    ledger = Ledger()
    (event,) = ledger.compare([gtt("SCHEDULED")], 1.0)
    assert (event.key, event.update.update_type) == ("GTT-1", "gtt_order")
    assert ledger.open_gtt_orders() == ["GTT-1"]
    assert ledger.compare([gtt("SCHEDULED")], 1.0) == []
    (event,) = ledger.compare([gtt("COMPLETED")], 1.0)
    assert event.recovered
    assert ledger.open_gtt_orders() == []
    assert [order.gtt_order_id for order in ledger.latest(GttOrderUpdate)] == ["GTT-1"]


# Chaos

_LIFE = [("put order req received", 0), ("open", 0), ("open", 3), ("open", 5), ("open", 9), ("complete", 10)]


class World:
    """Three orders, their book, and a client whose connection comes and goes."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.events: list = []
        self.book: dict[str, OrderBookData] = {}
        self.states = dict.fromkeys("123", 0)
        self.connected, self.at = True, 0
        self.reading: list[OrderBookData] | None = None

    def do(self, step: str) -> None:
        self.at = min(59, self.at + 1)
        if step in self.states:
            self._advance(step)
        else:
            getattr(self, step)()

    def _advance(self, order_id: str) -> None:
        if self.states[order_id] < len(_LIFE) - 1:
            self.states[order_id] += 1
            status, filled = _LIFE[self.states[order_id]]
            self.book[order_id] = row(status, filled, self.at, order_id)
            if self.connected:
                self.events += self.ledger.live(as_update(self.book[order_id]), 1.0)

    def lose(self) -> None:
        """The connection breaks, whatever was being read."""
        self.connected, self.reading = False, None
        self.events += self.ledger.release()

    def connect(self) -> None:
        """There is a connection again, and the server makes the book that will arrive."""
        if not self.connected:
            self.connected = True
            self.ledger.hold()
            self.reading = list(self.book.values())

    def arrive(self) -> None:
        """The book has come."""
        if self.reading is not None:
            self.events += self.ledger.compare(self.reading, 1.0)
            self.reading = None

    def release(self) -> None:
        """The book takes too long."""
        self.events += self.ledger.release()

    def duplicate(self) -> None:
        """The server says the last thing twice."""
        if self.connected and self.book:
            last = max(self.book.values(), key=lambda order: order.order_timestamp)
            self.events += self.ledger.live(as_update(last), 1.0)


@given(st.lists(st.sampled_from([*"123", "lose", "connect", "arrive", "release", "duplicate"]), max_size=80))
def test_chaos(steps):
    """Every state of an order is told at most once and in its order; at the end everybody agrees."""
    world = World()
    for step in [*steps, "lose", "connect", "arrive"]:
        world.do(step)
    known = {order.order_id: order for order in world.ledger.latest(OrderUpdate)}
    assert {key: order.status for key, order in known.items()} == {k: o.status for k, o in world.book.items()}
    for order_id in world.states:
        told_of_it = [event.update for event in world.events if event.update.order_id == order_id]
        places = [_LIFE.index((update.status, update.filled_quantity)) for update in told_of_it]
        assert places == sorted(set(places))
        assert not world.book.get(order_id) or places[-1] == world.states[order_id]
