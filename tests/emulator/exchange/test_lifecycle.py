"""The life of an order, from the request to its end."""

from __future__ import annotations

import datetime as dt

import pytest

from upstox_emulator import IST
from upstox_emulator.errors import Refusal
from upstox_emulator.exchange import batch
from upstox_emulator.exchange.orders import ENDED
from upstox_emulator.market.view import Depth, Level
from upstox_emulator.units import price

from .world import FUTURE, MARKET, MCX, OTHER, SHARE, SUSPENDED, World, stop_limit, stop_market

START = ["put order req received", "validation pending", "open pending"]


@pytest.fixture
def world():
    return World()


@pytest.fixture
def night():
    """An exchange that keeps its hours, after the close."""
    return World("calendar", dt.datetime(2026, 11, 23, 20, 0, tzinfo=IST))


@pytest.fixture
def day():
    return World("calendar")


# Trading


def test_a_market_order_takes_the_depth_at_once(world):
    order = world.order(world.place(**MARKET, quantity=250))
    assert world.path(order.order_id) == [*START, "open", "complete"]
    assert [(trade.price, trade.quantity) for trade in world.exchange.blotter.trades] == [
        (price(100.05), 100), (price(100.10), 100), (price(100.15), 50),
    ]  # fmt: skip
    assert (order.filled, order.pending) == (250, 0)
    assert order.turnover == price(100.05) * 100 + price(100.10) * 100 + price(100.15) * 50
    assert not world.desk.blocked


def test_the_depth_of_a_second_is_taken_only_once(world):
    world.place(**MARKET, quantity=500)
    order = world.order(world.place(**MARKET, quantity=100))
    assert (order.filled, order.status) == (0, "open")  # rests at what protection allows: 100 + 2 %
    assert order.limit == price(102)
    world.go()
    assert (order.status, order.average) == ("complete", price(100.05))  # not at its limit: it takes what comes


def test_what_is_left_of_a_sweep_rests_once_the_market_has_gone(world):
    order = world.order(world.place(price=100.05, quantity=150))
    world.go(to=101)
    assert order.filled == 100
    world.go(to=99)
    assert [trade.price for trade in world.exchange.blotter.trades] == [price(100.05), price(99.05)]


def test_market_protection_ends_a_market_order_short(world):
    order = world.order(world.place(**MARKET, quantity=1000, market_protection=0.1, validity="IOC"))
    assert (order.limit, order.filled, order.status) == (price(100.10), 200, "cancelled")


def test_a_limit_order_rests_until_the_market_trades_through_it(world):
    order = world.order(world.place(price=99.9))
    assert world.path(order.order_id) == [*START, "open"]
    world.go(5, to=99.95)
    assert order.status == "open"
    world.go(to=99.85)
    assert order.status == "complete"
    assert order.average == price(99.9)


def test_a_limit_order_waits_for_its_turn_at_its_price(world):
    order = world.order(world.place(price=99.95, quantity=25))  # behind 100 at this price
    world.market.books[SHARE] = world.market.depth(SHARE, 0)
    world.go(to=99.95)
    assert order.filled == 0
    world.go(8)
    assert order.filled == 0
    world.go(1)
    world.go(1)
    assert (order.filled, order.status) == (10, "open")  # 110 traded, less 100 before it
    world.go(10)
    assert order.status == "complete"


def test_an_immediate_order_does_not_stay(world):
    order_id = world.place(price=99, validity="IOC")
    assert world.path(order_id) == [*START, "open", "cancelled"]
    assert not world.exchange.busy


def test_a_stop_order_waits_for_its_trigger(world):
    order = world.order(world.place(**stop_limit(101, 101.5)))
    assert world.path(order.order_id) == [*START, "trigger pending"]
    world.go(3, to=100.9)
    assert order.status == "trigger pending"
    world.go(to=101)
    assert world.path(order.order_id) == [*START, "trigger pending", "open", "complete"]
    assert order.average == price(101.05)


def test_a_stop_market_order_is_protected_from_its_trigger(world):
    order = world.order(world.place(**stop_market(99, transaction_type="SELL")))
    assert order.limit == price(97.05)  # 2 % below, to the next tick towards the trigger
    world.go(to=96)
    assert order.status == "open"  # the market is below what protection allows
    world.go(to=97.5)
    assert order.status == "complete"


def test_own_orders_never_trade_with_each_other(world):
    resting = world.order(world.place(price=100.05, transaction_type="SELL"))
    world.market.size = 0
    refused = world.order(world.place(price=101))
    assert world.path(refused.order_id) == [*START, "rejected"]
    assert "self trade" in refused.message
    assert resting.status == "open"
    assert not world.exchange.blotter.trades


def test_an_order_that_would_go_on_with_an_own_one_is_cut(world):
    world.place(price=100.10, transaction_type="SELL")
    order = world.order(world.place(price=101, quantity=150))
    assert (order.filled, order.status) == (150, "complete")  # 100 at 100.05, and 50 that were there before ours
    order = world.order(world.place(price=101, quantity=150))
    assert (order.filled, order.status) == (50, "cancelled")
    assert "self trade" in order.message


def test_both_sides_are_told_of_every_state(world):
    order_id = world.place(price=99.95)
    kinds = [kind for kind, _ in world.events]
    assert kinds == ["order"] * 4
    assert [message["status"] for _, message in world.events] == [*START, "open"]
    assert world.events[-1][1]["order_id"] == order_id
    assert world.events[0][1]["exchange_order_id"] == ""


# Rejections


@pytest.mark.parametrize(
    ("fields", "states", "words", "raw"),
    [
        ({"quantity": 1001}, [*START, "rejected"], "freeze quantity of 1000", "Check freeze quantity"),
        ({"price": 100.03}, [*START, "rejected"], "tick size 0.05", "RATE NOT MULTIPLE OF TICK [0.05000]"),
        ({"price": 121}, [*START, "rejected"], "within the circuit limits", "Check circuit limit"),
        ({"price": 79.95}, [*START, "rejected"], "within the circuit limits", "Check circuit limit"),
        ({"instrument_token": SUSPENDED}, [*START[:2], "rejected"], "suspended", "16387"),
        ({"instrument_token": FUTURE}, [*START[:2], "rejected"], "lot size 65", "not a multiple of lot size"),
        ({"instrument_token": OTHER}, [*START[:2], "rejected"], "Intraday orders are not allowed", "MIS not allowed"),
        (
            {"instrument_token": OTHER, "product": "MTF"},
            [*START[:2], "rejected"],
            "MTF is not allowed",
            "MTF not allowed",
        ),
    ],
)
def test_what_the_exchange_and_the_risk_management_reject(world, fields, states, words, raw):
    order = world.order(world.place(**fields))
    assert world.path(order.order_id) == states
    assert words in order.message
    assert raw in order.raw_message
    assert not world.desk.blocked


def test_the_desk_rejects(world):
    world.desk.refuses[SHARE] = "You need to add Rs. 1.00 in your account to place this trade."
    order = world.order(world.place())
    assert world.path(order.order_id) == [*START[:2], "rejected"]
    assert order.message.startswith("You need to add")
    assert order.raw_message.startswith("RMS:")


def test_the_kill_switch_rejects(world):
    world.exchange.stopped = lambda segment: segment == "NSE_EQ"
    assert "kill switch" in world.order(world.place()).message


# Changing


def test_a_change_goes_through_its_states(world):
    order = world.order(world.place(price=99.5))
    world.modify(order.order_id, price=99.6)
    assert world.path(order.order_id)[4:] == ["modify validation pending", "modify pending", "modified", "open"]
    assert (order.price, order.limit, order.request_id) == (price(99.6), price(99.6), "2")


def test_a_change_may_trade(world):
    order = world.order(world.place(price=99.5))
    world.modify(order.order_id, price=100.05)
    assert order.status == "complete"


def test_a_smaller_order_keeps_its_place_and_a_larger_one_loses_it(world):
    order = world.order(world.place(price=99.95, quantity=20))
    world.market.books[SHARE] = world.market.depth(SHARE, 0)
    world.go(5, to=99.95)
    for _ in range(5):
        world.go()
    world.modify(order.order_id, quantity=15)
    world.go()
    assert order.filled == 10
    world.modify(order.order_id, quantity=30)
    world.go()
    assert order.filled == 10


def test_a_change_that_is_refused_changes_nothing(world):
    order = world.order(world.place(price=99.5))
    world.modify(order.order_id, price=99.53)
    assert world.path(order.order_id)[4:] == ["modify validation pending", "not modified", "open"]
    assert (order.price, order.limit) == (price(99.5), price(99.5))
    assert "tick size" in order.history[-2]["status_message"]
    world.desk.refuses[SHARE] = "no"
    world.modify(order.order_id, quantity=20, price=99.4)
    assert (order.quantity, order.price, order.limit) == (10, price(99.5), price(99.5))


def test_a_quantity_that_has_traded_cannot_be_taken_back(world):
    order = world.order(world.place(price=100.05, quantity=150))
    assert order.filled == 100
    world.modify(order.order_id, quantity=100)
    assert (order.quantity, order.status) == (150, "open")


def test_types_change_into_each_other(world):
    order = world.order(world.place(price=99.5))
    world.modify(order.order_id, **stop_limit(101, 102))
    assert order.status == "trigger pending"
    world.modify(order.order_id, **stop_limit(101.5, 102))
    world.go(to=101.2)
    assert order.status == "trigger pending"
    world.modify(order.order_id, order_type="MARKET", price=0, trigger_price=0)
    assert order.status == "complete"


def test_a_change_to_immediate_ends_what_rests(world):
    order = world.order(world.place(price=99.5))
    world.modify(order.order_id, validity="IOC")
    assert order.status == "cancelled"


def test_a_cancel_goes_through_its_states(world):
    order = world.order(world.place(price=99.5))
    world.cancel(order.order_id)
    assert world.path(order.order_id)[4:] == ["cancel pending", "cancelled"]
    assert order.request_id == "2"
    assert not world.desk.blocked
    with pytest.raises(Refusal, match="UDAPI100040"):
        world.cancel(order.order_id)
    with pytest.raises(Refusal, match="UDAPI100041"):
        world.modify(order.order_id, price=99.4)
    with pytest.raises(Refusal, match="UDAPI100010"):
        world.cancel("261123000000000")


# The day


def test_outside_of_the_session_an_order_waits_for_the_next(night):
    order = night.order(night.place(**MARKET))
    assert night.path(order.order_id) == ["put order req received", "after market order req received"]
    assert order.is_amo
    assert order.variety == "AMO"
    night.modify(order.order_id, quantity=20)
    assert night.path(order.order_id)[2:] == [
        "modify after market order req received", "after market order req received",
    ]  # fmt: skip
    gone = night.place()
    night.cancel(gone)
    assert night.path(gone)[2:] == ["cancelled after market order"]
    night.now = dt.datetime(2026, 11, 24, 0, 0, tzinfo=IST)
    night.exchange.roll(night.now)
    assert list(night.exchange.blotter.orders) == [order.order_id]
    night.now = dt.datetime(2026, 11, 24, 9, 15, tzinfo=IST)
    night.exchange.on_open("BSE", night.now)
    assert order.status == "after market order req received"
    night.exchange.on_open("NSE", night.now)
    assert (order.status, order.filled) == ("complete", 20)


def test_an_after_market_order_for_a_contract_that_has_ended_is_rejected():
    world = World("calendar", dt.datetime(2026, 12, 31, 20, 0, tzinfo=IST))
    order = world.order(world.place(instrument_token=FUTURE, quantity=65))
    world.exchange.roll(dt.datetime(2027, 1, 1, tzinfo=IST))
    world.exchange.on_open("NFO", dt.datetime(2027, 1, 1, 9, 15, tzinfo=IST))
    assert order.status == "rejected"


def test_the_close_cancels_what_is_left(day):
    order = day.order(day.place(price=99.5, product="D"))
    day.now = dt.datetime(2026, 11, 23, 15, 30, tzinfo=IST)
    day.exchange.on_close("NFO", day.now)
    assert order.status == "open"
    day.exchange.on_close("NSE", day.now)
    assert order.status == "cancelled"
    day.exchange.roll(day.now)
    assert not day.exchange.blotter.orders


def test_intraday_positions_are_squared_off_before_the_close(day):
    day.place(**MARKET)
    day.place(**MARKET, product="D", quantity=7)
    waiting = day.order(day.place(price=99))
    kept = day.order(day.place(price=99, product="D"))
    day.now = dt.datetime(2026, 11, 23, 15, 15, tzinfo=IST)
    day.exchange.on_square_off("NSE", day.now)
    assert waiting.status == "cancelled"
    assert kept.status == "open"
    assert [(net.product, net.quantity) for net in day.desk.open_positions()] == [("D", 7)]
    late = day.order(day.place(**MARKET))
    assert late.status == "rejected"
    assert "Square Off" in late.raw_message
    assert day.order(day.place(**MARKET, product="D")).status == "complete"


def test_around_the_clock_intraday_orders_are_never_too_late():
    world = World(at=dt.datetime(2026, 11, 23, 23, 50, tzinfo=IST))
    assert world.order(world.place(**MARKET)).status == "complete"


def test_nothing_happens_while_the_market_is_closed(day):
    order = day.order(day.place(price=99.5))
    day.now = dt.datetime(2026, 11, 23, 15, 29, 59, tzinfo=IST)
    day.go(60, to=90)
    assert order.status == "open"


def test_interest_waits_for_the_open(day):
    early = World("calendar", dt.datetime(2026, 11, 23, 9, 0, tzinfo=IST))
    order = early.order(early.place(price=99.5))
    early.exchange.floor.open("NSE", early.exchange.find(early.now), dt.datetime(2026, 11, 23, 9, 15, tzinfo=IST))
    early.market.set(SHARE, dt.datetime(2026, 11, 23, 9, 16, tzinfo=IST), 99)
    early.market.set(SHARE, dt.datetime(2026, 11, 23, 9, 10, tzinfo=IST), 98)
    early.market.set(SHARE, dt.datetime(2026, 11, 23, 9, 14, tzinfo=IST), 100)
    found = early.exchange.next_interest(early.now, dt.datetime(2026, 11, 23, 9, 30, tzinfo=IST))
    assert found == dt.datetime(2026, 11, 23, 9, 16, tzinfo=IST)
    assert not order.ended


# Cover orders


def test_a_cover_order_has_a_stop_as_large_as_its_trades(world):
    entry = world.order(world.place(v2=True, product="CO", price=100.05, trigger_price=98, quantity=150))
    assert (entry.variety, entry.filled, entry.status) == ("CO", 100, "open")
    (stop,) = [order for order in world.exchange.blotter.orders.values() if order.parent_order_id]
    assert (stop.side, stop.quantity, stop.trigger, stop.status) == ("SELL", 100, price(98), "trigger pending")
    world.go(to=99.9)
    assert (entry.status, stop.quantity) == ("complete", 150)
    world.go(to=97.9)
    assert stop.status == "complete"
    assert not world.desk.open_positions()


def test_a_stop_that_is_set_off_ends_its_entry_first(world):
    entry = world.order(world.place(v2=True, product="CO", price=100.05, trigger_price=99, quantity=150))
    stop = next(order for order in world.exchange.blotter.orders.values() if order.parent_order_id)
    world.modify(stop.order_id, trigger_price=100.1)
    world.market.books[SHARE] = Depth((Level(price(99.95), 500, 1),), (Level(price(100.10), 500, 1),))
    world.go(to=100.1)
    assert entry.status == "cancelled"
    assert stop.filled == 100


@pytest.mark.parametrize("which", ["entry", "stop"])
def test_a_cover_order_is_left_by_cancelling_it(world, which):
    entry = world.order(world.place(v2=True, product="CO", **MARKET, trigger_price=98))
    stop = next(order for order in world.exchange.blotter.orders.values() if order.parent_order_id)
    world.cancel({"entry": entry, "stop": stop}[which].order_id)
    assert stop.status == "complete"
    assert not world.desk.open_positions()
    with pytest.raises(Refusal, match="UDAPI100040"):
        world.cancel(entry.order_id)


def test_an_unfilled_cover_order_is_just_cancelled(world):
    entry = world.order(world.place(v2=True, product="CO", price=99, trigger_price=98))
    world.cancel(entry.order_id)
    assert entry.status == "cancelled"
    assert len(world.exchange.blotter.orders) == 1


def test_cover_orders_are_squared_off(day):
    entry = day.order(day.place(v2=True, product="CO", **MARKET, trigger_price=98))
    day.now = dt.datetime(2026, 11, 23, 15, 15, tzinfo=IST)
    day.exchange.on_square_off("NSE", day.now)
    assert entry.status == "complete"
    assert not day.desk.open_positions()
    day.exchange.roll(day.now)
    assert not day.exchange.busy


def cover(world, quantity=10, **fields):
    """A cover order that has traded: its entry and its stop."""
    entry = world.order(
        world.place(v2=True, product="CO", **MARKET, quantity=quantity, **{"trigger_price": 98} | fields)
    )
    return entry, next(one for one in world.exchange.blotter.orders.values() if one.parent_order_id == entry.order_id)


def exit_all(world, tag=None):
    return batch.exit_all(world.exchange, None, tag, world.now).body["data"]["order_ids"]


def sold(world):
    return sum(trade.quantity for trade in world.exchange.blotter.trades if trade.side == "SELL")


ENDS = {
    "square-off": lambda world, entry, stop: world.exchange.on_square_off("NSE", world.now),
    "exit all": lambda world, entry, stop: exit_all(world),
    "cancel the entry": lambda world, entry, stop: world.cancel(entry.order_id),
    "cancel the stop": lambda world, entry, stop: world.cancel(stop.order_id),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_stop_whose_price_has_come_closes_the_position_all_the_same(day, end):
    entry, stop = cover(day)
    day.go(to=90)  # far below what the stop's protection allows
    assert (stop.status, stop.triggered, stop.filled) == ("open", True, 0)
    ENDS[end](day, entry, stop)
    assert (stop.status, stop.limit <= price(89.95)) == ("complete", True)
    assert not day.desk.open_positions()
    assert all(order.ended for order in day.exchange.blotter.orders.values())


def test_a_cover_order_is_not_sold_twice(world):
    _, stop = cover(world, 30)
    world.market.books[SHARE] = Depth((Level(price(99.95), 20, 1),), ())
    assert exit_all(world) == exit_all(world) == [stop.order_id]
    assert (stop.status, sold(world)) == ("open", 20)
    world.exchange.on_square_off("NSE", world.now)
    del world.market.books[SHARE]
    world.go(to=99)
    assert (stop.status, sold(world)) == ("complete", 30)
    assert not world.desk.open_positions()


def test_a_cover_order_that_has_lost_its_stop_is_closed(world):
    entry, stop = cover(world)
    world.exchange.floor.end(stop, "cancelled", world.now)
    (order_id,) = exit_all(world)
    assert (world.order(order_id).status, world.order(order_id).parent_order_id) == ("complete", entry.order_id)
    assert not world.desk.open_positions()
    assert len(world.exchange.blotter.orders) == 3, "what closes a cover order needs no stop"


def test_an_entry_ends_with_its_position(world):
    entry = world.order(world.place(v2=True, product="CO", price=100.05, trigger_price=98, quantity=150))
    stop = next(order for order in world.exchange.blotter.orders.values() if order.parent_order_id)
    world.exchange.floor.end(stop, "cancelled", world.now)
    exit_all(world)
    assert (entry.status, entry.filled, sold(world)) == ("cancelled", 100, 100)
    assert not world.desk.open_positions()


def test_cover_orders_of_both_sides_leave_nothing(world):
    _, long = cover(world, 30)
    _, short = cover(world, 10, transaction_type="SELL", trigger_price=102)
    exit_all(world)
    assert not world.desk.open_positions()
    assert {long.status, short.status} == {"cancelled"}, "neither would have closed what they make together"
    cover(world, 10)
    cover(world, 10, transaction_type="SELL", trigger_price=102)
    world.exchange.on_square_off("NSE", world.now)
    assert not world.desk.open_positions()
    assert all(order.ended for order in world.exchange.blotter.orders.values())


def test_a_tag_leaves_other_cover_orders_alone(world):
    _, lost = cover(world, 10, tag="a")
    _, other = cover(world, 20, tag="b")
    world.exchange.floor.end(lost, "cancelled", world.now)
    (order_id,) = exit_all(world, "a")
    assert (world.order(order_id).quantity, other.status) == (10, "trigger pending")
    with pytest.raises(Refusal, match="UDAPI1111"):
        exit_all(world, "a")
    assert exit_all(world, "b") == [other.order_id]
    assert (other.status, sold(world)) == ("complete", 30)


# MCX


def test_commodities_are_ordered_in_lots_where_they_are_ordered(world):
    with pytest.raises(Refusal, match="UDAPI1161"):
        world.place(instrument_token=MCX, quantity=3)
    world.exchange.settings = type(world.exchange.settings)(mcx_orders=True)
    assert world.order(world.place(instrument_token=MCX, **MARKET, quantity=3)).status == "complete"


def test_every_state_that_ends_is_left_by_nothing(world):
    from upstox_emulator.exchange.blotter import EDGES

    assert all(not EDGES[status] for status in ENDED)
    order = world.order(world.place(**MARKET))
    with pytest.raises(ValueError, match="cannot go from 'complete' to 'open'"):
        world.exchange.blotter.move(order, "open", world.now)
    with pytest.raises(ValueError, match="cannot trade 1"):
        world.exchange.blotter.fill(order, 1, 1, world.now)
