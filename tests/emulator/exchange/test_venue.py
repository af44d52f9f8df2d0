"""The exchange in the whole venue: the real market, the real account, days that pass."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from upstox_emulator import IST
from upstox_emulator.errors import Refusal
from upstox_emulator.exchange.checks import Change, Wish
from upstox_emulator.exchange.commands import CancelOrder, ExitAll, ModifyOrder, PlaceGtt, PlaceOrders
from upstox_emulator.exchange.gtt_checks import GttWish
from upstox_emulator.market.commands import Replay, SetPrice
from upstox_emulator.venue import Venue

START = dt.datetime(2026, 11, 23, 9, 0, tzinfo=IST)
NIFTY = "NSE_INDEX|Nifty 50"


def keys_of(venue):
    """Shares, the options around the money that end tomorrow, and a future."""
    day = START.date()
    shares = [share.key for share in venue.catalog.shares if share.segment == "NSE_EQ"][:6]
    expiry = venue.catalog.expiries(NIFTY, day)[0]
    chain = venue.catalog.chain(NIFTY, expiry, day)
    middle = len(chain) // 2
    return [*shares, *(one.key for one in chain[middle - 2 : middle + 2]), venue.catalog.futures(NIFTY, day)[0].key]


def trade(hours, *, patient=False, orders=60, days=3):
    """Seeded orders over some days; `patient` lets time pass second by second around them."""
    venue, rng = Venue(7, START, hours), random.Random(7)
    keys, now = keys_of(venue), START
    for _ in range(orders):
        then = now + dt.timedelta(seconds=rng.uniform(0, 2 * 86_400 * days / orders))
        if patient:
            for step in range(1, 30):
                venue.advance(now + dt.timedelta(seconds=step))
            venue.advance(now + (then - now) / 2)
        now = then
        venue.advance(now)
        try:
            ask(venue, rng, rng.choice(keys), now)
        except Refusal:
            continue
    venue.advance(START + dt.timedelta(days=days + 1))
    return venue


def ask(venue, rng, key, now):
    instrument = venue.catalog.find(key, now.date())
    kind, side, roll = rng.choice(["MARKET", "LIMIT", "SL", "SL-M"]), rng.choice(["BUY", "SELL"]), rng.random()
    if instrument is None:
        return
    tick, up = instrument.tick, 1 if side == "BUY" else -1
    last = venue.market.last(key, float(int(now.timestamp()))) // tick * tick

    def beside(ticks):
        return max(tick, last + ticks * tick) / 10_000

    if roll < 0.1:
        venue.execute(ExitAll(now))
    elif roll < 0.2 and venue.exchange.blotter.orders:
        venue.execute(CancelOrder(now, rng.choice(list(venue.exchange.blotter.orders))))
    elif roll < 0.3 and venue.exchange.blotter.orders:
        change = Change(
            order_id=rng.choice(list(venue.exchange.blotter.orders)), order_type="LIMIT", validity="DAY",
            price=beside(up), trigger_price=0,
        )  # fmt: skip
        venue.execute(ModifyOrder(now, change))
    elif roll < 0.5:
        rules = [
            {"strategy": "ENTRY", "trigger_type": rng.choice(["ABOVE", "IMMEDIATE"]), "trigger_price": beside(up)},
            {"strategy": "TARGET", "trigger_type": "IMMEDIATE", "trigger_price": beside(20 * up)},
            {"strategy": "STOPLOSS", "trigger_type": "IMMEDIATE", "trigger_price": beside(-20 * up)},
        ]
        gtt = GttWish(
            type="MULTIPLE", quantity=instrument.lot, product=rng.choice("ID"), rules=rules, instrument_token=key,
            transaction_type=side,
        )  # fmt: skip
        venue.execute(PlaceGtt(now, gtt))
    else:
        wish = Wish(
            quantity=instrument.lot * rng.choice([1, 3]), product=rng.choice("ID"), validity="DAY", order_type=kind,
            price={"LIMIT": beside(rng.choice([-3, 3])), "SL": beside(9 * up)}.get(kind, 0), instrument_token=key,
            trigger_price=beside(4 * up) if kind.startswith("SL") else 0, transaction_type=side,
        )  # fmt: skip
        venue.execute(PlaceOrders(now, wish))


@pytest.mark.parametrize("hours", ["calendar", "always-open"])
def test_days_of_trading_are_the_same_however_time_passes(hours):
    first, second = trade(hours), trade(hours, patient=True)
    assert len(first.outbox) > 100
    assert first.outbox == second.outbox
    done = {event.message["status"] for event in first.outbox if event.kind == "order"}
    assert {"open", "trigger pending", "complete"} <= done
    assert ("after market order req received" in done) == (hours == "calendar")


def test_another_seed_is_another_day():
    venue = Venue(8, START, "always-open")
    other = Venue(9, START, "always-open")
    wish = Wish(
        quantity=1, product="D", validity="DAY", price=0, instrument_token=venue.catalog.shares[0].key,
        order_type="MARKET", transaction_type="BUY", trigger_price=0,
    )  # fmt: skip
    assert venue.execute(PlaceOrders(START, wish)) != other.execute(PlaceOrders(START, wish))


def waiting(quantity=100_000):
    """A venue in which a large order has stood below the market for a minute."""
    venue = Venue(7, START, "always-open")
    key, now = keys_of(venue)[0], START + dt.timedelta(hours=2)
    venue.funds.added += 10**10
    venue.advance(now)
    instrument = venue.catalog.find(key, now.date())
    assert instrument is not None
    limit = venue.market.last(key, now.timestamp()) // instrument.tick * instrument.tick - 200 * instrument.tick
    wish = Wish(
        quantity=quantity, product="D", validity="DAY", price=limit / 10_000, instrument_token=key, order_type="LIMIT",
        transaction_type="BUY", trigger_price=0,
    )  # fmt: skip
    (order_id,) = venue.execute(PlaceOrders(now, wish))
    assert venue.exchange.order(order_id).status == "open"
    return venue, key, limit, venue.exchange.order(order_id), now + dt.timedelta(minutes=1)


def asked_at(venue, key, limit, now):
    """What the depth offers at a price."""
    return sum(level.quantity for level in venue.market.depth(key, now.timestamp()).asks if level.price == limit)


def test_a_price_set_again_and_again_in_a_second_trades_what_the_second_trades_once():
    venue, key, limit, order, now = waiting()
    venue.execute(SetPrice(now, key, limit))
    offered = order.filled
    assert offered == asked_at(venue, key, limit, now)  # what had traded in the second had traded before
    for _ in range(50):
        venue.execute(SetPrice(now, key, limit))
    assert order.filled == offered
    traded = []
    for second in range(1, 300):
        at = now + dt.timedelta(seconds=second)
        venue.advance(at)
        traded.append(order.filled)
        venue.execute(SetPrice(at, key, limit))
        venue.execute(SetPrice(at, key, limit))
        assert order.filled == traded[-1]
    other, key, limit, again, now = waiting()
    other.execute(SetPrice(now, key, limit))
    for filled in traded:
        other.advance(other.now + dt.timedelta(seconds=1))
        assert again.filled == filled
    assert 0 < order.filled < order.quantity


def test_of_a_replay_the_second_that_it_begins_in_counts_once():
    venue, key, limit, order, now = waiting()
    second = now.timestamp()
    book = venue.exchange.floor._book(key)
    (entry,) = book._bids
    ahead = entry.ahead
    own = venue.market.tick(key, second).volume - venue.market.tick(key, second - 1).volume
    venue.execute(Replay(now, key, [(second, limit, ahead + own + 7)]))
    assert order.filled == 7 + asked_at(venue, key, limit, now)
    assert venue.market.tick(key, second).volume - venue.market.tick(key, second - 1).volume == ahead + own + 7


def test_who_has_asked_for_a_margin_does_not_change_it():
    """A price may be set in the very second that margins are counted by; a reader must not leave the old one behind."""
    margins: list[float] = []
    for asked in (False, True):
        venue, now = Venue(7, START, "always-open"), START.replace(hour=11)
        venue.advance(now)
        future = venue.catalog.futures(NIFTY, now.date())[0]
        last = venue.market.last(future.key, now.timestamp())
        if asked:
            venue.desk.scanner.margin([(future, future.lot)], now)
        venue.execute(SetPrice(now, future.key, last + 2000 * future.tick))
        margins.append(venue.desk.scanner.margin([(future, future.lot)], now).total)
    assert margins[0] == margins[1] > 0


def test_an_order_in_a_contract_ends_with_it():
    """Around the clock a session ends at midnight, when the contract is listed no more."""
    venue = Venue(7, START, "always-open")
    key = keys_of(venue)[7]
    now = START + dt.timedelta(days=1)
    venue.advance(now)
    instrument = venue.catalog.find(key, now.date())
    assert instrument is not None
    wish = Wish(
        quantity=instrument.lot, product="D", validity="DAY", price=0.05, instrument_token=key, order_type="LIMIT",
        transaction_type="BUY", trigger_price=0,
    )  # fmt: skip
    (order_id,) = venue.execute(PlaceOrders(now, wish))
    order = venue.exchange.order(order_id)
    venue.advance(now + dt.timedelta(days=1))
    assert order.ended
    assert not venue.exchange.busy
