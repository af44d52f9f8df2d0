"""Whatever is asked of it, in whatever order: the exchange loses no fill, doubles none, and keeps to its states."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from upstox_emulator.errors import Refusal
from upstox_emulator.exchange.blotter import EDGES
from upstox_emulator.exchange.checks import Change
from upstox_emulator.exchange.gtt_checks import GttWish

from .world import FUTURE, SHARE, World

SECOND = dt.timedelta(seconds=1)
PRICES = st.sampled_from([98, 99.9, 99.95, 100, 100.05, 100.1, 101, 103])
TYPES = st.sampled_from(["MARKET", "LIMIT", "LIMIT", "SL", "SL-M"])
TAGS = st.sampled_from(
    [None, None, None, "em:partial:0.4:3", "em:stall", "em:delay:2", "em:cancel:3", "em:race", "em:fill"]
)
SIDES = st.sampled_from(["BUY", "SELL"])
INDEX = st.integers(0, 12)

PLACES = st.tuples(
    st.just("place"), TYPES, SIDES, PRICES, PRICES, st.integers(1, 400), st.sampled_from(["DAY", "DAY", "IOC"]), TAGS,
    st.sampled_from([0, 0, 50]), st.sampled_from(["I", "D", "CO"]),
)  # fmt: skip
MODIFIES = st.tuples(st.just("modify"), INDEX, TYPES, PRICES, PRICES, st.integers(1, 400))
ACTIONS = st.one_of(
    PLACES,
    PLACES,
    MODIFIES,
    st.tuples(st.just("cancel"), INDEX),
    st.tuples(st.just("go"), st.integers(1, 5), PRICES),
    st.tuples(st.just("go"), st.integers(1, 5), PRICES),
    st.tuples(st.just("gtt"), SIDES, PRICES, PRICES, PRICES, st.integers(1, 200)),
)


class Trader:
    """Does what it is told, with prices where the order type wants them; a refusal is fine."""

    def __init__(self, seed: int = 7) -> None:
        self.world = World(seed=seed)

    def do(self, action, *values):
        with contextlib.suppress(Refusal):
            getattr(self, action)(*values)

    def place(self, kind, side, price, trigger, quantity, validity, tag, disclosed, product):
        cover = product == "CO"
        shown = {
            "price": 0 if kind in {"MARKET", "SL-M"} else price,
            "trigger_price": trigger if cover or kind in {"SL", "SL-M"} else 0,
        }
        self.world.place(
            v2=cover, order_type=kind, transaction_type=side, quantity=quantity, validity=validity, tag=tag,
            disclosed_quantity=disclosed, product=product, **shown,
        )  # fmt: skip

    def _order_id(self, index):
        orders = list(self.world.exchange.blotter.orders)
        return orders[index % len(orders)] if orders else "none"

    def modify(self, index, kind, price, trigger, quantity):
        self.world.exchange.modify(
            Change(
                order_id=self._order_id(index), order_type=kind, validity="DAY", quantity=quantity,
                price=0 if kind in {"MARKET", "SL-M"} else price,
                trigger_price=trigger if kind in {"SL", "SL-M"} else 0,
            ),
            self.world.now,
        )  # fmt: skip

    def cancel(self, index):
        self.world.exchange.cancel(self._order_id(index), self.world.now)

    def go(self, seconds, price):
        self.world.go(seconds, to=price)

    def gtt(self, side, entry, target, stop, quantity):
        rules = [
            {"strategy": "ENTRY", "trigger_type": "IMMEDIATE", "trigger_price": entry},
            {"strategy": "TARGET", "trigger_type": "IMMEDIATE", "trigger_price": target},
            {"strategy": "STOPLOSS", "trigger_type": "IMMEDIATE", "trigger_price": stop},
        ]
        self.world.exchange.place_gtt(
            GttWish(
                type="MULTIPLE", quantity=quantity, product="D", rules=rules, instrument_token=SHARE,
                transaction_type=side,
            ),
            self.world.now,
        )  # fmt: skip

    def check(self):
        exchange = self.world.exchange
        trades = defaultdict(list)
        for trade in exchange.blotter.trades:
            trades[trade.order_id].append(trade)
        assert len({trade.trade_id for trade in exchange.blotter.trades}) == len(exchange.blotter.trades)
        for order in exchange.blotter.orders.values():
            own = trades[order.order_id]
            assert order.filled == sum(trade.quantity for trade in own) <= order.quantity
            assert order.turnover == sum(trade.quantity * trade.price for trade in own)
            assert (order.status == "complete") == (order.filled == order.quantity)
            assert order.ended or order.order_id in self.world.desk.blocked
            assert not order.ended or order.order_id not in self.world.desk.blocked
            states = [state["status"] for state in order.history]
            assert states[-1] == order.status
            assert all(after in EDGES[before] for before, after in itertools.pairwise(states))
            fills = [state["filled_quantity"] for state in order.history]
            assert fills == sorted(fills)
        assert [trade for _, trade in self.world.desk.booked] == exchange.blotter.trades
        for gtt in exchange.gtts._all.values():
            entry, leg = gtt.entry, sum(self._filled(leg) for leg in gtt.exits)
            assert 0 <= leg <= max(self._filled(entry), gtt.holds)

    def _filled(self, leg):
        order = self.world.exchange.blotter.orders.get(leg.order_id or "")
        return order.filled if order else 0


@settings(max_examples=150)
@given(st.lists(ACTIONS, max_size=25))
def test_no_fill_is_lost_or_doubled_and_states_follow_each_other(actions):
    trader = Trader()
    for action in actions:
        trader.do(*action)
        trader.check()
    trader.world.exchange.on_square_off("NSE", trader.world.now)
    trader.check()
    trader.world.exchange.on_close("NSE", trader.world.now)
    trader.check()
    assert all(order.ended for order in trader.world.exchange.blotter.orders.values())
    assert not trader.world.desk.blocked


@settings(max_examples=30)
@given(st.lists(ACTIONS, max_size=25))
def test_the_same_requests_give_the_same_ids_fills_and_messages(actions):
    first, second, other = Trader(), Trader(), Trader(seed=8)
    for action in actions:
        for trader in (first, second, other):
            trader.do(*action)
    assert first.world.events == second.world.events
    assert first.world.exchange.blotter.trades == second.world.exchange.blotter.trades
    if first.world.events:
        assert first.world.events != other.world.events


@settings(max_examples=30)
@given(st.lists(ACTIONS, max_size=15))
def test_it_makes_no_difference_in_how_many_steps_time_goes_on(actions):
    """Each second stepped, and only those that are of interest."""
    quick, slow = Trader(), Trader()

    def patient(seconds=1, to=None, key=SHARE):
        world = slow.world
        if to is not None:
            world.market.set(key, world.now.replace() + SECOND, to)
        for _ in range(seconds):
            world.now += SECOND
            world.exchange.step(world.now)

    slow.world.go = patient
    for action in actions:
        quick.do(*action)
        slow.do(*action)
    assert quick.world.events == slow.world.events


def test_a_contract_of_another_exchange_is_not_touched_by_a_close():
    world = World()
    order = world.order(world.place(instrument_token=FUTURE, quantity=65, price=99))
    world.exchange.on_close("NSE", world.now)
    assert not order.ended
