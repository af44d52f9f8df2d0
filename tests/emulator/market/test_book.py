"""The depth around the last price, and many instruments at once."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstox_emulator.market.view import Depth

from .world import DAY, NIFTY, RELIANCE, VIX, World, at

KINDS = World().every_kind()


@settings(max_examples=80)
@given(instrument=st.sampled_from(KINDS), second=st.integers(0, 86_399), levels=st.sampled_from([1, 5, 30]))
def test_a_book_is_around_the_last_price(world, instrument, second, levels) -> None:
    moment = at("00:00") + second
    tick = world.market.tick(instrument.key, moment)
    book = world.market.depth(instrument.key, moment, levels)
    if not instrument.is_tradable:
        assert book == Depth((), ())
        assert tick.total_bid == tick.total_ask == 0
        return
    bids, asks = [row.price for row in book.bids], [row.price for row in book.asks]
    assert len(bids) <= levels >= len(asks)
    assert bids == sorted(set(bids), reverse=True)
    assert asks == sorted(set(asks))
    assert tick.last in {*bids[:1], *asks[:1]}
    for row in (*book.bids, *book.asks):
        assert row.price % instrument.tick == 0
        assert row.price >= instrument.tick
        assert row.quantity % instrument.lot == 0
        assert 1 <= row.orders <= row.quantity // instrument.lot
        assert tick.lower_circuit <= row.price <= tick.upper_circuit
    if bids and asks:
        assert bids[0] < asks[0]
    whole = world.market.depth(instrument.key, moment, 30)
    assert book.bids == whole.bids[:levels]
    assert book.asks == whole.asks[:levels]
    assert tick.total_bid >= sum(row.quantity for row in whole.bids)
    assert tick.total_ask >= sum(row.quantity for row in whole.asks)
    assert (tick.total_bid == 0) == (not book.bids)
    assert (tick.total_ask == 0) == (not book.asks)


def test_books_move_and_what_lies_in_them_stays_a_while(world) -> None:
    books = [world.market.depth(RELIANCE, at("11:00") + second, 30) for second in range(60)]
    assert len({book.bids[0] for book in books}) > 10
    same = changed = 0
    for before, after in pairwise(books):
        lying = {row.price: row.quantity for row in before.bids}
        for row in after.bids:
            same += lying.get(row.price) == row.quantity
            changed += row.price in lying and lying[row.price] != row.quantity
    assert same > 5 * changed > 0


def keys_of(world: World, count: int) -> list[str]:
    listed = [one.key for one in world.catalog.listed(DAY)]
    return random.Random(4).sample(listed, count)


@pytest.mark.parametrize("hours", ["calendar", "always-open"])
def test_many_at_once_are_what_each_is_alone(hours) -> None:
    together, alone = World(hours), World(hours)
    keys = [*keys_of(together, 60), *(one.key for one in KINDS if one.is_on_the_wire)]
    keys = list(dict.fromkeys(keys))
    options = [key for key in keys if together.catalog.find(key, DAY).is_option]
    for moment in (at("09:15"), at("12:00:59"), at("12:01"), at("15:35:07"), at("10:10:10"), at("08:00")):
        shown = together.market.ticks(keys, moment)
        assert shown == [alone.market.tick(key, moment) for key in keys]
        assert together.market.depths(keys, moment, 3) == [alone.market.depth(key, moment, 3) for key in keys]
        minute = moment // 60 * 60
        for start in (minute - 60, minute - 7200, at("09:15")):
            found = [together.market.candles(key, 60, start, start + 60) for key in keys]
            assert found == [alone.market.candles(key, 60, start, start + 60) for key in keys]
        assert together.market.greeks_of(options, moment) == [alone.market.greeks(key, moment) for key in options]


@pytest.mark.parametrize("hours", ["calendar", "always-open"])
def test_the_gist_of_many_is_what_their_ticks_say(hours) -> None:
    own = World(hours)
    share, option, future = RELIANCE, own.option(NIFTY, "CE", 2).key, own.catalog.futures(NIFTY, DAY)[0].key
    for key in (share, option):
        last = own.market.last(key, at("11:00"))
        own.market.play(key, [(0, last + 2_000), (1800, last + 4_000)], at("11:00"), force=True)
    own.market.replay(future, [(at("11:00") + 60 * n, 250_000_000 + 10_000 * n, 65) for n in range(90)], at("11:00"))
    keys = list(dict.fromkeys([*keys_of(own, 60), share, option, future]))
    fresh = [key for key in keys if key not in {share, option, future}]
    for moment in (at("12:00:59"), at("09:15"), at("15:35:07"), at("08:00"), at("14:59:59")):
        # the order of the questions makes no difference
        told = own.market.gists(keys, moment, averages=True)
        brief = own.market.gists(keys, moment, averages=False)
        for key, gist, less in zip(keys, told, brief, strict=True):
            tick = own.market.tick(key, moment)
            assert gist == (tick.last, tick.previous_close, tick.volume, tick.oi, tick.average)
            assert less == gist._replace(average=0)
        assert own.market.ticks(fresh, moment) == [own.market.tick(key, moment) for key in fresh]


def test_books_of_many_come_as_columns_too(world) -> None:
    keys = keys_of(world, 30)
    sides = world.market.sides(keys, at("11:00"), 4)
    assert sides.rows() == world.market.depths(keys, at("11:00"), 4)


def test_greeks_of_what_was_asked_for_together(world) -> None:
    keys = [RELIANCE, NIFTY, world.option(NIFTY, "CE").key, world.option(NIFTY, "PE").key, VIX]
    world.market.ticks(keys, at("11:00"))
    with pytest.raises(KeyError, match="not an option"):
        world.market.greeks_of(keys, at("11:00"))


def test_few_are_shown_one_by_one(world) -> None:
    assert world.market.ticks([], at("10:00")) == []
    assert world.market.ticks([RELIANCE, NIFTY], at("10:00")) == [
        world.market.tick(RELIANCE, at("10:00")),
        world.market.tick(NIFTY, at("10:00")),
    ]
    with pytest.raises(KeyError, match="not an option"):
        world.market.greeks_of([RELIANCE], at("10:00"))


def test_a_share_among_many_has_no_greeks() -> None:
    market = World().market
    keys = ["NSE_EQ|INE002A01018", *(one.key for one in KINDS if one.segment == "BSE_EQ"), "BSE_EQ|INE002A01018"]
    market.ticks(keys, at("10:00"))
    market.depths(keys * 4, at("10:00"))
    with pytest.raises(KeyError, match="not an option"):
        market.greeks("BSE_EQ|INE002A01018", at("10:00"))


def test_memory_is_bounded() -> None:
    market = World().market
    for second in range(70):
        market.ticks(
            [RELIANCE, NIFTY, f"NSE_INDEX|{'Nifty Bank'}", "BSE_INDEX|SENSEX", *[RELIANCE] * second], at("10:00")
        )
    assert len(market._kept) <= 64
    assert len(market._groups) <= 64
    for second in range(1100):
        market.depth(RELIANCE, at("10:00") + second)
    assert len(market._depths) <= 1024


def test_a_step_of_many_costs_little() -> None:
    """A generous bound, so that it only fails when steps are worked out anew instead of being continued."""
    world = World()
    keys = keys_of(world, 500)
    world.market.ticks(keys, at("11:00"))
    began = time.process_time()
    for second in range(1, 21):
        world.market.ticks(keys, at("11:00") + second)
    assert (time.process_time() - began) / 20 < 0.06
