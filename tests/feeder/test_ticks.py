"""Ticks: everything that a frame says, typed; and the board that keeps it whole."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from google.protobuf.json_format import ParseDict
from hypothesis import given

from feeder.frames import feeds
from upstox_client.feeder import Candle, Greeks, Level, Mode, Tick, schema
from upstox_client.feeder.board import Board

SAMPLES = Path(__file__).parents[1] / "samples" / "feed"


def ticks(sample: str) -> list[Tick]:
    frame = ParseDict(json.loads((SAMPLES / f"{sample}.json").read_text()), schema.FeedResponse())
    return [Tick(key, frame.feeds[key], schema.Type(frame.type), frame.currentTs, 1.0) for key in frame.feeds]


def tick(sample: str) -> Tick:
    (only,) = ticks(sample)
    return only


def test_full():
    it = tick("live_full")
    assert (it.key, it.type, it.mode) == ("NSE_FO|45450", schema.Type.live_feed, Mode.FULL)
    assert (it.ltp, it.ltt, it.ltq, it.cp) == (213.75, 1_740_727_891_235, 150, 494.05)
    assert it.change == 213.75 - 494.05
    assert it.change_percent == pytest.approx(-56.735, abs=1e-3)
    assert it.time == dt.datetime(2025, 2, 28, 13, 1, 31, 235000, dt.timezone(dt.timedelta(hours=5.5)))
    assert (it.bid, it.ask) == (Level(213.45, 75), Level(213.9, 525))
    assert [level.quantity for level in it.bids] == [75, 225, 150, 150, 225]
    assert it.asks[4] == Level(214.1, 75)
    assert it.greeks == Greeks(0.4952, -8.4067, 0.0007, 16.769, 3.8673)
    assert it.ohlc() == Candle("1d", 400, 400, 208.7, 213.75, 779400, 1_740_681_000_000)
    assert it.ohlc("I1").volume == 8475
    assert it.ohlc("I30") is None
    assert (it.atp, it.vtt, it.oi, it.iv) == (272.9, 779625, 210000, 0.131378173828125)
    assert (it.tbq, it.tsq) == (46050, 41850)
    assert "ltp=213.75" in repr(it)


def test_thirty_levels():
    it = tick("live_full_d30")
    assert it.mode is Mode.FULL_D30
    assert len(it.bids) == len(it.asks) == 30


def test_ltpc_has_no_more_than_that():
    it = tick("live_ltpc")
    assert (it.mode, it.ltp, it.ltq) == (Mode.LTPC, 219.3, 75)
    assert it.bids == it.asks == it.candles == ()
    nothing = "bid", "ask", "greeks", "vtt", "oi", "iv", "atp", "tbq", "tsq", "iep", "ieq", "rp", "market"
    assert {getattr(it, name) for name in (*nothing, "iiq_total", "iiq_market", "cas_eligible")} == {None}


def test_option_greeks():
    it = tick("live_option_greeks")
    assert (it.bids, it.asks) == ((Level(225.4, 75),), (Level(225.7, 150),))
    assert it.greeks.delta == 0.5078
    assert (it.vtt, it.oi, it.iv) == (919725, 256800, 0.1334381103515625)
    assert (it.atp, it.candles) == (None, ())


def test_an_index():
    it = tick("live_full_index")
    assert (it.ltp, it.ltq, it.vtt, it.bid, it.greeks) == (22907.6, 0, None, None, None)
    assert it.ohlc().high == 22940.7


def test_zeros_are_there():
    feed = schema.Feed()
    feed.fullFeed.marketFF.SetInParent()
    it = Tick("NSE_EQ|A", feed, schema.Type.live_feed, 0, 0.0)
    assert (it.ltp, it.ltq, it.oi, it.vtt, it.iiq_total, it.cas_eligible) == (0.0, 0, 0.0, 0, 0, False)
    assert it.change_percent is None
    assert it.greeks is None


def test_auction():
    feed = schema.Feed()
    market = feed.fullFeed.marketFF
    market.ltpc.iep.value = 76.65
    market.ieq, market.iiqTotal, market.iiqM, market.rp, market.casEligible = 9800, -2500, -500, 75.8, True
    it = Tick("NSE_EQ|A", feed, schema.Type.live_feed, 0, 0.0)
    assert (it.iep, it.ieq, it.iiq_total, it.iiq_market, it.rp, it.cas_eligible) == (
        76.65, 9800, -2500, -500, 75.8, True,
    )  # fmt: skip
    market.iep = 80.0
    assert it.iep == 80.0


@given(feeds())
def test_any_feed_can_be_read(feed):
    it = Tick("NSE_EQ|A", feed, schema.Type.live_feed, 0, 0.0)
    for name in (n for n in dir(Tick) if not n.startswith("_") and n not in {"time", "ohlc"}):
        getattr(it, name)
    assert it.mode in Mode
    assert repr(it)


# The board


def full(ltp: float, depth: float | None = None, delta: float | None = None) -> Tick:
    feed = schema.Feed(requestMode=1)
    feed.fullFeed.marketFF.ltpc.ltp = ltp
    if depth is not None:
        feed.fullFeed.marketFF.marketLevel.bidAskQuote.add(bidP=depth, bidQ=1)
    if delta is not None:
        feed.fullFeed.marketFF.optionGreeks.delta = delta
    return Tick("NSE_FO|1", feed, schema.Type.live_feed, 0, 0.0)


def test_a_snapshot_is_whole():
    board = Board()
    board.note(full(1, depth=10, delta=0.5))
    board.note(full(2))
    assert board.latest("NSE_FO|1").bids == ()
    whole = board.snapshot("NSE_FO|1")
    assert (whole.ltp, whole.bid.price, whole.greeks.delta) == (2, 10, 0.5)
    board.note(full(3, depth=11))
    whole = board.snapshot("NSE_FO|1")
    assert (whole.ltp, whole.bid.price, whole.greeks.delta) == (3, 11, 0.5)
    board.note(full(4, depth=12, delta=0.6))
    assert board.snapshot("NSE_FO|1") is board.latest("NSE_FO|1")


def test_documented_frames_one_after_the_other():
    board = Board()
    for sample in ("snapshot_full", "live_full_without_depth"):
        board.note(tick(sample))
    whole = board.snapshot("NSE_EQ|INE090A01021")
    assert (whole.ltq, whole.vtt, len(whole.bids)) == (234, 7_791_920, 5)


def test_depth_is_forgotten_with_the_mode():
    board = Board()
    board.note(full(1, depth=10))
    feed = schema.Feed()
    feed.ltpc.ltp = 5
    board.note(Tick("NSE_FO|1", feed, schema.Type.live_feed, 0, 0.0))
    assert board.snapshot("NSE_FO|1").bids == ()
    board.note(full(2))
    assert board.snapshot("NSE_FO|1").bids == ()


def test_what_is_not_known_and_what_is_no_longer_wanted():
    board = Board()
    assert board.latest("NSE_FO|1") is board.snapshot("NSE_FO|1") is None
    board.note(full(1))
    assert [it.key for it in board.whole()] == ["NSE_FO|1"]
    board.keep_only([])
    assert board.whole() == []
