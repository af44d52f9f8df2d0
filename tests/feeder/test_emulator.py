"""Our feeds on the emulator: every mode, orders as they fill, and what an outage must not hide."""

from __future__ import annotations

import random

import pytest

import upstox_client
from feeder.test_portfolio_feed import wait_for
from upstox_client.feeder import MarketFeed, MarketUpdate, Mode, Patience, PortfolioFeed
from upstox_client.models import OrderUpdate, PlaceOrderV3Request, PositionUpdate
from upstox_emulator import Emulator

SHARE = "NSE_EQ|INE002A01018"
INDEX = "NSE_INDEX|Nifty 50"
QUICK = Patience(base=0.01, cap=0.05)


@pytest.fixture(scope="module")
def emulator():
    with Emulator(seed=7, rate_limit=False) as emulator:
        yield emulator


@pytest.fixture
def client(emulator):
    configuration = emulator.configuration()
    configuration.rate_limit = False
    with upstox_client.ApiClient(configuration) as client:
        yield client


def buy(client, quantity=1) -> str:
    order = PlaceOrderV3Request(
        quantity=quantity, product="D", validity="DAY", price=0, instrument_token=SHARE, order_type="MARKET",
        transaction_type="BUY", disclosed_quantity=0, trigger_price=0, is_amo=False,
    )  # fmt: skip
    return upstox_client.OrderApiV3(client).place_order(order).data.order_ids[0]


def test_every_mode(client):
    with MarketFeed(client, plus=True) as feed:
        updates = feed.listen(MarketUpdate)
        for mode in Mode:
            with feed.ticks([SHARE, INDEX], mode) as ticks:
                seen = {}
                while len(seen) < 2:
                    tick = ticks.get(10)
                    if tick.mode is mode or (tick.key == INDEX and tick.mode is Mode.FULL and mode is Mode.FULL_D30):
                        seen[tick.key] = tick
                assert seen[SHARE].ltp > 0
                assert seen[INDEX].cp > 0
        assert updates.get(10).is_open("NSE_EQ")
        assert len(feed.market.segments) == 11


def test_orders_and_positions(client):
    with PortfolioFeed(client, positions=True) as feed:
        feed.wait_open(10)
        orders, positions = feed.updates(OrderUpdate), feed.updates(PositionUpdate)
        order_id = buy(client)
        states = []
        while not states or states[-1] != "complete":
            event = orders.get(10)
            if event.update.order_id == order_id:
                states.append(event.update.status)
        assert states[0] == "put order req received"
        assert positions.get(10).update.instrument_token == SHARE


def test_chaos(emulator, client):
    """Orders fill while connections are closed and broken; then everybody agrees."""
    chance = random.Random(7)
    with PortfolioFeed(client, patience=QUICK) as feed:
        feed.wait_open(10)
        events = feed.events()
        placed = []
        for _ in range(30):
            placed.append(buy(client))
            if chance.random() < 0.4:
                emulator.feed.kick(chance.choice([1000, 1006, 1011]), feed="portfolio")
                if chance.random() < 0.7:  # else more happens while nobody listens
                    seen = feed.counters.reconnects
                    wait_for(lambda seen=seen: feed.counters.reconnects > seen)
        wait_for(lambda: {getattr(feed.order(order_id), "status", None) for order_id in placed} == {"complete"})
        book = {order.order_id: order.filled_quantity for order in upstox_client.OrderApi(client).get_order_book().data}
        assert {order_id: feed.order(order_id).filled_quantity for order_id in placed} == {
            order_id: book[order_id] for order_id in placed
        }
        feed.close()
        told: dict[str, list[tuple[str, int]]] = {}
        for event in events:
            told.setdefault(event.update.order_id, []).append((event.update.status, event.update.filled_quantity))
        assert all(len(set(states)) == len(states) for states in told.values())
        assert all(told[order_id][-1][0] == "complete" for order_id in placed)
        assert feed.counters.reconnects >= 5
