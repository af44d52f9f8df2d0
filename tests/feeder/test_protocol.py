"""Bytes in, events out."""

from __future__ import annotations

import datetime
import json

from hypothesis import given
from hypothesis import strategies as st

from feeder.frames import frames
from support.feed_server import frame, market_info
from upstox_client.feeder import MarketUpdate, Notice, SessionStatus, Tick, schema
from upstox_client.feeder.modes import Subscriptions
from upstox_client.feeder.protocol import MarketProtocol, PortfolioProtocol
from upstox_client.models import OrderUpdate, PositionUpdate


def market(**wishes: str) -> MarketProtocol:
    subscriptions = Subscriptions()
    for key, mode in wishes.items():
        subscriptions.add("me", key.replace("__", "|"), mode)
    return MarketProtocol(subscriptions, wall=lambda: 50.0)


def test_what_was_said_of_the_market_before_an_opening_is_not_believed_after_it():
    """Else a server that died overnight, behind a host that answers pings, would keep a feed quiet all day."""
    ist = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    clock = [0.0]

    def at(day: int, hour: int, minute: int) -> bool:
        clock[0] = datetime.datetime(2026, 11, day, hour, minute, tzinfo=ist).timestamp()
        return protocol.trading

    protocol = market()
    protocol._wall = lambda: clock[0]
    protocol.subscriptions.add("me", "NSE_EQ|A", "ltpc")
    assert not at(24, 10, 0)  # nothing has been said yet, nor is anything known of the segment
    assert not at(23, 18, 0)
    protocol.received(market_info(NSE_EQ=3), 1.0)
    assert not at(24, 9, 14)
    assert at(24, 9, 15)
    assert at(24, 20, 0)
    protocol.received(market_info(NSE_EQ=3), 1.0)  # asked anew: it is a holiday
    assert not at(25, 9, 14)
    clock[0] = datetime.datetime(2026, 11, 27, 9, 10, tzinfo=ist).timestamp()
    protocol.received(market_info(NSE_EQ=5), 1.0)
    assert at(27, 9, 16)
    protocol.received(market_info(NSE_EQ=3), 1.0)
    assert not at(28, 10, 0)  # Saturday
    assert not at(29, 10, 0)
    assert at(30, 9, 15)
    protocol.subscriptions.clear()
    protocol.subscriptions.add("me", "GLOBAL_INDEX|^HSI", "ltpc")
    assert not at(30, 9, 15)  # the server has never said anything of that segment


def test_what_is_wanted_is_asked_for_at_each_opening():
    protocol = market(NSE_EQ__A="full")
    for now in (1.0, 2.0):
        (request,) = protocol.opened(now)
        assert json.loads(request)["data"] == {"mode": "full", "instrumentKeys": ["NSE_EQ|A"]}
        assert protocol.lifeline.heard == now


def test_ticks():
    protocol = market()
    (tick,) = protocol.received(frame({"NSE_EQ|A": 5.0}, at=7), 3.0)
    assert isinstance(tick, Tick)
    assert (tick.key, tick.ltp, tick.sent, tick.received, tick.type) == ("NSE_EQ|A", 5.0, 7, 50.0, 1)
    assert protocol.lifeline.heard == 3.0
    assert protocol.board.latest("NSE_EQ|A") is tick


def test_the_state_of_the_market():
    message = schema.FeedResponse(type=2, currentTs=9)
    message.marketInfo.segmentStatus["NSE_EQ"] = 2
    message.marketInfo.segmentStatus["NSE_FO"] = 3
    message.marketInfo.segmentStatus["MCX_FO"] = 99  # of a newer server
    message.marketInfo.casMarketStatus["NSE_EQ"].status = "CAS_STOP"
    message.marketInfo.preOpenSessionStatus["NSE_EQ"].updatedTime = 4
    protocol = market(NSE_FO__1="ltpc")
    (update,) = protocol.received(message.SerializeToString(), 0.0)
    assert isinstance(update, MarketUpdate)
    assert protocol.market is update
    assert (update.is_open("NSE_EQ"), update.is_open("NSE_FO"), update.is_open("BSE_EQ")) == (True, False, None)
    assert update.is_open("MCX_FO") is False
    assert update.closing_auction == {"NSE_EQ": SessionStatus("CAS_STOP", 0)}
    assert update.pre_open == {"NSE_EQ": SessionStatus("", 4)}


def test_data_is_due_while_a_segment_is_open_that_is_subscribed_to():
    protocol = market(NSE_FO__1="ltpc")
    assert not protocol.trading
    protocol.received(market_info(NSE_FO=3, NSE_EQ=2), 0.0)
    assert not protocol.trading
    protocol.received(market_info(NSE_FO=2), 0.0)
    assert protocol.trading
    protocol.subscriptions.remove("me")
    assert not protocol.trading


def test_texts_and_garbage_are_told():
    protocol = market()
    (notice,) = protocol.received(b'{"status":"failed","error":"no","access_token":"eyJhbGciOi"}', 0.0, text=True)
    assert isinstance(notice, Notice)
    assert not notice.is_garbage
    assert "failed" in notice.text
    assert "eyJ" not in notice.text
    (garbage,) = protocol.received(b"\xff\xff\xff" * 9999, 0.0)
    assert garbage.is_garbage
    assert len(garbage.text) <= 500
    assert (protocol.counters.garbage, protocol.counters.frames, protocol.counters.events) == (1, 2, 2)


def test_a_frame_with_one_broken_instrument_is_garbage():
    envelope = schema.Envelope(type=1)
    envelope.feeds["NSE_EQ|A"] = b"\xff\xff"
    protocol = market()
    (notice,) = protocol.received(envelope.SerializeToString(), 0.0)
    assert isinstance(notice, Notice)
    assert protocol.board.latest("NSE_EQ|A") is None


@given(frames())
def test_any_frame(message):
    protocol = market()
    events = protocol.received(message.SerializeToString(), 0.0)
    ticks = {event.key: event.feed for event in events if isinstance(event, Tick)}
    assert {key: feed.SerializeToString() for key, feed in ticks.items()} == {
        key: feed.SerializeToString() for key, feed in message.feeds.items()
    }
    assert any(isinstance(event, MarketUpdate) for event in events) == message.HasField("marketInfo")


@given(st.binary(max_size=60), st.booleans())
def test_any_bytes(payload, text):
    for protocol in (market(), PortfolioProtocol()):
        for event in protocol.received(payload, 0.0, text=text):
            assert isinstance(event, (Tick, MarketUpdate, Notice))


# The portfolio


def test_updates_are_typed():
    protocol = PortfolioProtocol()
    assert protocol.opened(1.0) == []
    (order,) = protocol.received(b'{"update_type":"order","order_id":"1","quantity":3,"unknown":1}', 2.0)
    assert isinstance(order, OrderUpdate)
    assert (order.order_id, order.quantity) == ("1", 3)
    (position,) = protocol.received(b'{"update_type":"position","quantity":-3}', 2.0, text=False)
    assert isinstance(position, PositionUpdate)
    assert not protocol.trading


def test_what_is_no_update_is_told():
    protocol = PortfolioProtocol()
    for payload in (b'{"update_type":"weather"}', b"{}", b'{"status":"failed"}'):
        (notice,) = protocol.received(payload, 0.0)
        assert not notice.is_garbage
    for payload in (b"", b"[", b"[]", b"\xff", b'{"update_type":"order","order_id"'):
        (notice,) = protocol.received(payload, 0.0)
        assert notice.is_garbage
    assert protocol.counters.garbage == 5
