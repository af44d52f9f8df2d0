"""Orders steered by rule and by magic tag."""

from __future__ import annotations

import datetime as dt

import pytest

from upstox_emulator.errors import Refusal
from upstox_emulator.exchange.checks import Change
from upstox_emulator.exchange.steering import Act, Rule, magic
from upstox_emulator.units import price

from .world import FUTURE, MARKET, OTHER, SHARE, World, stop_limit, wish

SECOND = dt.timedelta(seconds=1)
START = ["put order req received", "validation pending", "open pending"]


@pytest.fixture
def world():
    return World()


def steer(world, act, **fields):
    number = len(world.exchange.steering.rules) + 1
    world.exchange.steering.put(Rule(number=number, act=act, **fields))
    return world.exchange.steering.rules[number]


def test_a_rule_rejects(world):
    rule = steer(world, Act(deed="reject", text="RMS: no"), tag="x", times=1)
    order = world.order(world.place(tag="x"))
    assert world.path(order.order_id) == [*START[:2], "rejected"]
    assert (order.message, order.raw_message) == ("RMS: no", "RMS: no")
    assert world.order(world.place(tag="x")).status == "open"
    assert world.order(world.place(tag="y")).status == "open"
    assert rule.hits == 1


def test_a_rule_fills_a_part_and_then_the_rest(world):
    steer(world, Act(deed="partial", share=0.4, after=5))
    order = world.order(world.place(price=99, quantity=10))
    assert (order.filled, order.status) == (4, "open")
    assert order.average == price(99)
    world.go(4, to=98)  # whatever the market does
    assert order.filled == 4
    world.go(1)
    assert (order.filled, order.status) == (10, "complete")


def test_a_part_is_whole_lots_and_one_at_least(world):
    steer(world, Act(deed="partial", share=0.5), key=FUTURE)
    assert world.order(world.place(instrument_token=FUTURE, quantity=195, product="D")).filled == 65
    assert world.order(world.place(instrument_token=FUTURE, quantity=65, product="D")).status == "complete"


def test_a_part_of_an_immediate_order_is_all_of_it(world):
    steer(world, Act(deed="partial", share=0.4, after=5))
    order = world.order(world.place(validity="IOC"))
    assert (order.filled, order.status) == (4, "cancelled")
    world.go(10)
    assert order.filled == 4


def test_a_rule_stalls(world):
    steer(world, Act(deed="stall"), side="BUY")
    order = world.order(world.place(**MARKET))
    world.go(100, to=50)
    assert world.path(order.order_id) == START
    world.modify(order.order_id, order_type="LIMIT", price=99)
    assert world.path(order.order_id)[3:] == ["modify validation pending", "modify pending", "modified", "open pending"]
    world.cancel(order.order_id)
    assert order.status == "cancelled"


def test_a_rule_fills_at_a_price(world):
    steer(world, Act(deed="fill", price=101.5), key=SHARE)
    assert world.order(world.place(**MARKET)).average == price(101.5)


def test_without_a_price_it_is_the_limit_or_a_better_market(world):
    steer(world, Act(deed="fill"))
    assert world.order(world.place(price=99)).average == price(99)
    assert world.order(world.place(price=101)).average == price(100)
    assert world.order(world.place(price=101, transaction_type="SELL")).average == price(101)
    stop = world.order(world.place(**stop_limit(101, 102)))
    assert (stop.status, stop.average, stop.triggered) == ("complete", price(100), True)


def test_a_rule_delays(world):
    steer(world, Act(deed="delay", after=2.5))
    order = world.order(world.place(**MARKET))
    world.go(2)
    assert order.status == "open pending"
    world.go(1)
    assert order.status == "complete"


def test_no_interest_lies_beyond_the_moment_asked_for(world):
    steer(world, Act(deed="delay", after=0.0))
    world.place(price=99)
    assert world.exchange.next_interest(world.now, world.now) is None
    assert world.exchange.next_interest(world.now, world.now + SECOND) == world.now + SECOND


def test_a_delayed_order_may_be_changed_and_cancelled(world):
    steer(world, Act(deed="delay", after=2))
    changed, cancelled = world.order(world.place(price=99)), world.order(world.place(price=99))
    world.modify(changed.order_id, price=99.5)
    world.cancel(cancelled.order_id)
    world.go(3)
    assert (changed.status, changed.limit, cancelled.status) == ("open", price(99.5), "cancelled")


@pytest.mark.parametrize("after", [None, 0.0, 3.0])
def test_a_rule_cancels(world, after):
    steer(world, Act(deed="cancel", after=after))
    order = world.order(world.place(price=99))
    assert (order.status == "cancelled") == (not after)
    world.go(3)
    assert order.status == "cancelled"
    assert world.order(world.place(**MARKET)).status == "complete"  # too late


def test_a_cancel_loses_its_race(world):
    order = world.order(world.place(price=99, tag="em:race"))
    world.cancel(order.order_id)
    assert world.path(order.order_id)[4:] == ["cancel pending", "not cancelled", "open", "complete"]


def test_a_change_loses_its_race(world):
    order = world.order(world.place(price=99, tag="em:race"))
    world.modify(order.order_id, price=99.5)
    assert world.path(order.order_id)[4:] == [
        "modify validation pending", "modify pending", "not modified", "open", "complete",
    ]  # fmt: skip
    assert order.average == price(99)


def test_a_held_order_is_changed_in_its_terms_only(world):
    order = world.order(world.place(price=99, tag="em:partial:0.5"))
    world.modify(order.order_id, price=100.05)
    assert (order.status, order.filled) == ("open", 5)


@pytest.mark.parametrize("call", ["place", "modify", "cancel"])
def test_a_rule_refuses_a_request(world, call):
    order_id = world.place(price=99)
    rule = steer(world, Act(deed="refuse", text="internal"), call=call, times=1)
    asks = {
        "place": lambda: world.exchange.place(world.exchange.check(wish(), world.now), world.now),
        "modify": lambda: world.exchange.modify(
            Change(order_id=order_id, order_type="LIMIT", validity="DAY", price=98), world.now
        ),
        "cancel": lambda: world.exchange.cancel(order_id, world.now),
    }
    refused = asks[call]()
    assert isinstance(refused, Refusal)
    assert refused.status == 500
    assert rule.hits == 1
    assert not isinstance(asks[call](), Refusal)


def test_rules_are_told_apart(world):
    rule = Rule(number=1, act=Act(deed="stall"), tag="x", key=SHARE, side="BUY", times=2, hits=1)
    assert rule.fits("place", "x", SHARE, "BUY")
    assert not rule.fits("cancel", "x", SHARE, "BUY")
    assert not rule.fits("place", "y", SHARE, "BUY")
    assert not rule.fits("place", "x", OTHER, "BUY")
    assert not rule.fits("place", "x", SHARE, "SELL")
    rule.hits = 2
    assert not rule.fits("place", "x", SHARE, "BUY")


def test_a_rule_that_is_replaced_keeps_its_count_and_a_cleared_one_ends(world):
    first = steer(world, Act(deed="stall"))
    world.place()
    world.exchange.steering.put(Rule(number=1, act=Act(deed="reject")))
    assert first is not world.exchange.steering.rules[1]
    assert world.exchange.steering.rules[1].hits == 1
    world.exchange.steering.clear()
    assert world.order(world.place()).status == "open"


@pytest.mark.parametrize(
    ("tag", "act"),
    [
        ("em:reject", Act(deed="reject", text="The order was rejected by a rule of the emulator.")),
        ("em:reject:RMS: no", Act(deed="reject", text="RMS: no")),
        ("em:refuse", Act(deed="refuse", text="internal")),
        ("em:refuse:UDAPI1158", Act(deed="refuse", text="market_order")),
        ("em:partial:0.4", Act(deed="partial", share=0.4)),
        ("em:partial:0.4:5", Act(deed="partial", share=0.4, after=5.0)),
        ("em:stall", Act(deed="stall")),
        ("em:race", Act(deed="race")),
        ("em:fill", Act(deed="fill")),
        ("em:fill:101.5", Act(deed="fill", price=101.5)),
        ("em:delay:2", Act(deed="delay", after=2.0)),
        ("em:cancel", Act(deed="cancel", after=0.0)),
        ("em:cancel:5", Act(deed="cancel", after=5.0)),
    ],
)
def test_magic_tags(tag, act):
    assert magic(tag) == act


@pytest.mark.parametrize(
    "tag",
    [
        None, "", "x", "em:", "em:nothing", "em:partial", "em:partial:2", "em:partial:x", "em:partial:nan", "em:delay",
        "em:delay:-1", "em:fill:0", "em:fill:inf", "em:refuse:UDAPI0", "em:cancel:100000",
    ],
)  # fmt: skip
def test_tags_without_magic(tag):
    assert magic(tag) is None
