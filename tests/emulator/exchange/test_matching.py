"""The matching core, alone."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_emulator.exchange.matching import Book, Entry, Reach, Stop
from upstox_emulator.market.view import Depth, Level


def depth(bids=(), asks=()):
    return Depth(tuple(Level(*row, 1) for row in bids), tuple(Level(*row, 1) for row in asks))


MARKET = depth([(99, 50), (98, 70)], [(101, 50), (102, 70)])


def buy(order_id, limit, quantity, **fields):
    return Entry(order_id, True, limit, quantity, **fields)


def sell(order_id, limit, quantity, **fields):
    return Entry(order_id, False, limit, quantity, **fields)


def test_an_incoming_order_takes_the_best_first_and_no_more_than_is_offered():
    book = Book()
    assert book.enter(buy("a", 102, 60), MARKET, 1.0).fills == [("a", 101, 50), ("a", 102, 10)]
    assert book.enter(buy("b", 105, 100), MARKET, 1.0).fills == [("b", 102, 60)]
    assert book.enter(buy("c", 105, 10), MARKET, 1.0).fills == []
    assert book.enter(buy("d", 105, 10), MARKET, 2.0).fills == [("d", 101, 10)]
    assert book.enter(sell("e", 106, 10), MARKET, 2.0).fills == []


def test_better_prices_come_first_and_then_earlier_ones():
    book = Book()
    for name, limit in (("a", 99), ("b", 100), ("c", 100)):
        book.enter(buy(name, limit, 5), depth(), 1.0)
    assert [fill.order_id for fill in book.trade(99, 7, depth(), 2.0)] == ["b", "c", "a"]


def test_one_volume_serves_all_that_wait_at_a_price():
    book = Book()
    book.enter(buy("a", 99, 30), MARKET, 1.0)  # behind 50
    book.enter(buy("b", 99, 30), MARKET, 1.0)
    assert book.trade(99, 60, depth([(99, 50)]), 2.0) == [("a", 99, 10)]
    assert book.trade(99, 30, depth([(99, 50)]), 3.0) == [("a", 99, 20), ("b", 99, 10)]
    assert book.trade(99, 20, depth([(99, 50)]), 4.0) == [("b", 99, 20)]
    assert len(book) == 0


def test_an_order_that_shows_a_part_goes_to_the_end_with_the_next():
    book = Book()
    book.enter(sell("a", 101, 30, disclosed=10), MARKET, 1.0)
    shown = depth(asks=[(101, 50)])
    assert book.trade(101, 70, shown, 2.0) == [
        ("a", 101, 10)
    ]  # 50 before it, 10 shown, and 10 of the 50 that came since
    assert book.trade(101, 39, shown, 3.0) == []
    assert book.trade(101, 11, shown, 4.0) == [("a", 101, 10)]
    assert book.trade(102, 0, depth(), 5.0) == [("a", 101, 10)]


def test_the_depth_hides_what_is_beyond_it():
    book = Book()
    book.enter(buy("a", 90, 10), MARKET, 1.0)  # as many as at the last price shown: 70
    assert book.trade(90, 70, depth(), 2.0) == []
    assert book.trade(90, 4, depth(), 3.0) == [("a", 90, 4)]


def test_a_resting_order_takes_what_comes_within_its_limit():
    book = Book()
    book.enter(buy("a", 100, 60), MARKET, 1.0)
    assert book.trade(100, 0, depth(asks=[(100, 40)]), 2.0) == [("a", 100, 40)]


def test_what_does_not_stay_is_not_there():
    book = Book()
    assert book.enter(buy("a", 100, 60), MARKET, 1.0, immediate=True) == ([], False)
    assert len(book) == 0


def test_orders_shrink_and_leave():
    book = Book()
    book.enter(buy("a", 99, 30), MARKET, 1.0)
    assert book.shrink("a", 10)
    assert not book.shrink("a", 20)
    assert not book.shrink("a", 0)
    assert not book.shrink("b", 1)
    assert book.trade(98, 0, depth(), 2.0) == [("a", 99, 10)]
    book.withdraw("a")
    book.hold(Stop("s", True, 105))
    assert len(book) == 1
    book.withdraw("s")
    assert len(book) == 0


def test_own_orders_are_a_wall():
    book = Book()
    book.enter(sell("own", 102, 30), MARKET, 1.0)  # behind 70
    assert book.enter(buy("a", 103, 100), MARKET, 2.0) == ([("a", 101, 50), ("a", 102, 50)], False)
    assert book.enter(buy("b", 103, 100), MARKET, 3.0) == ([("b", 101, 50), ("b", 102, 50)], False)
    assert book.enter(buy("c", 103, 200), MARKET, 4.0) == ([("c", 101, 50), ("c", 102, 70)], True)
    assert book.enter(buy("d", 101, 60), MARKET, 5.0).stopped is False
    book.withdraw("own")
    assert book.enter(sell("e", 100, 60), MARKET, 6.0).stopped  # the rest of d is a bid at 101


def test_what_came_after_an_own_order_is_behind_the_wall():
    book = Book()
    book.enter(sell("own", 102, 30), MARKET, 1.0)  # behind 70
    assert book.trade(102, 40, depth(), 2.0) == []  # of which 30 are left, whatever stands there now
    assert book.enter(buy("a", 103, 100), MARKET, 3.0) == ([("a", 101, 50), ("a", 102, 30)], True)


def test_stops_are_set_off_in_their_order():
    book = Book()
    for name, buys, trigger in (("a", True, 105), ("b", False, 95), ("c", True, 103)):
        book.hold(Stop(name, buys, trigger))
    assert book.reach() == Reach(95, 103)
    assert book.triggered(104) == ["c"]
    assert book.triggered(110) == ["a"]
    assert book.triggered(95) == ["b"]
    assert book.reach() == Reach(None, None)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Reach(90, None), Reach(95, 105), Reach(95, 105)),
        (Reach(None, 110), Reach(None, 105), Reach(None, 105)),
        (Reach(None, None), Reach(None, None), Reach(None, None)),
    ],
)
def test_reaches_join(one, other, both):
    assert one.joined(other) == other.joined(one) == both


def test_a_reach_covers_what_touches_it():
    reach = Reach(95, 105)
    assert reach.covers(95, 96)
    assert reach.covers(104, 105)
    assert not reach.covers(96, 104)
    assert not Reach(None, None).covers(0, 10**9)


# Whatever happens

PRICES = st.integers(95, 105)
SIZES = st.integers(1, 40)


@st.composite
def depths(draw):
    middle = draw(PRICES)
    bids = [(middle - step, draw(SIZES)) for step in range(1, draw(st.integers(0, 4)) + 1)]
    asks = [(middle + step, draw(SIZES)) for step in range(draw(st.integers(0, 4)))]
    return depth(bids, asks)


ACTIONS = st.one_of(
    st.tuples(st.just("enter"), st.booleans(), PRICES, SIZES, st.integers(0, 10), st.booleans()),
    st.tuples(st.just("trade"), PRICES, st.integers(0, 200)),
    st.tuples(st.just("withdraw"), st.integers(0, 30)),
    st.tuples(st.just("shrink"), st.integers(0, 30), SIZES),
    st.tuples(st.just("depth"), depths()),
)


class Watched:
    """A book, with what must hold of it counted beside it."""

    def __init__(self):
        self.book, self.market, self.moment = Book(), MARKET, 1.0
        self.rest: dict[str, int] = {}
        self.entries: dict[str, Entry] = {}
        self.in_moment: Counter[tuple[bool, int]] = Counter()

    def enter(self, buys, limit, quantity, disclosed, immediate):
        name = str(len(self.rest))
        own = [entry for entry in self.working() if entry.buys != buys]
        entry = self.entries[name] = Entry(name, buys, limit, quantity, disclosed)
        self.rest[name] = quantity
        fills, stopped = self.book.enter(entry, self.market, self.moment, immediate=immediate)
        self.take(fills, {name})
        for fill in fills:
            assert fill.price <= limit if buys else fill.price >= limit
        assert not (stopped and not own)
        if stopped or immediate:
            self.rest[name] = 0

    def working(self):
        return [self.entries[name] for name, rest in self.rest.items() if rest]

    def take(self, fills, allowed=None):
        for fill in fills:
            assert fill.quantity > 0
            assert allowed is None or fill.order_id in allowed
            self.rest[fill.order_id] -= fill.quantity
            assert self.rest[fill.order_id] >= 0
            entry = self.entries[fill.order_id]
            if allowed is not None:
                self.in_moment[entry.buys, fill.price] += fill.quantity
                levels = self.market.asks if entry.buys else self.market.bids
                assert self.in_moment[entry.buys, fill.price] <= sum(q for p, q, _ in levels if p == fill.price)

    def trade(self, last, volume):
        self.moment += 1
        self.in_moment.clear()
        before = {entry.order_id: (entry.buys, entry.limit) for entry in self.working()}
        fills = self.book.trade(last, volume, self.market, self.moment)
        self.take(fills)
        for fill in fills:
            buys, limit = before[fill.order_id]
            assert fill.price <= limit if buys else fill.price >= limit

    def withdraw(self, index):
        self.book.withdraw(str(index))
        if str(index) in self.rest:
            self.rest[str(index)] = 0

    def shrink(self, index, rest):
        if self.book.shrink(str(index), rest):
            self.rest[str(index)] = rest

    def depth(self, market):
        self.market = market
        self.moment += 1
        self.in_moment.clear()


@given(st.lists(ACTIONS, max_size=40))
def test_no_fill_is_lost_doubled_or_negative(actions):
    watched = Watched()
    for action, *values in actions:
        getattr(watched, action)(*values)
        working = watched.working()
        assert len(watched.book) == len(working)
        assert all(entry.rest == watched.rest[entry.order_id] and entry.ahead >= 0 for entry in working)
        bids = [entry.limit for entry in working if entry.buys]
        asks = [entry.limit for entry in working if not entry.buys]
        assert not bids or not asks or max(bids) < min(asks)  # own orders never stand crossed
        assert watched.book.reach() == Reach(max(bids, default=None), min(asks, default=None))
