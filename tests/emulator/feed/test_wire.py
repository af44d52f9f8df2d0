"""Frames made by hand are byte for byte those that the protobuf library makes of the same values."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_client.feeder import schema
from upstox_emulator.feed import wire
from upstox_emulator.market.view import Depth, Greeks, Level, Tick

prices = st.integers(0, 10**10) | st.sampled_from([0, 1, 500, 10_000])
quantities = st.integers(0, 2**40) | st.sampled_from([0, 1, 127, 128, 16_383, 16_384])
signed = st.integers(-(2**40), 2**40)
moments = st.integers(1, 2**33).map(lambda number: number / 2)
floats = st.floats(allow_nan=False) | st.just(0.0)

ticks = st.builds(
    Tick,
    at=moments, last=prices, last_quantity=quantities, last_at=moments, open=prices, high=prices, low=prices,
    previous_close=prices, average=prices, volume=quantities, oi=quantities, total_bid=quantities,
    total_ask=quantities,
)  # fmt: skip
auctions = st.none() | st.builds(wire.Auction, prices, quantities, prices, signed, signed, st.booleans())
sides = st.lists(st.builds(Level, prices, quantities, st.just(1)), max_size=6).map(tuple)
depths = st.builds(Depth, sides, sides)
options = st.none() | st.builds(Greeks, floats, floats, floats, floats, floats, floats, floats)


@dataclasses.dataclass
class Case:
    """An instrument at a moment, in the emulator's words and in the schema's."""

    tick: Tick
    auction: wire.Auction | None
    depth: Depth
    option: Greeks | None
    is_level: bool

    def bytes(self, mode: wire.Mode, *, depth: bool) -> bytes:
        tick = self.tick
        candles = wire.ohlc("1d", (tick.open, tick.high, tick.low, tick.last), tick.volume, 86_400.0)
        greeks = wire.greeks(self.option)
        ltpc = wire.ltpc(tick, self.auction)
        state = wire.State(tick, self.auction, ltpc, greeks, candles, self.option, self.is_level)
        levels = wire.LEVELS[mode]
        rows = wire.levels(Depth(self.depth.bids[:levels], self.depth.asks[:levels])) if depth else None
        return wire.feed(mode, state, rows)

    def ltpc(self) -> Any:
        tick = self.tick
        ltpc = schema.LTPC(
            ltp=tick.last / 1e4, ltt=round(tick.last_at * 1000), ltq=tick.last_quantity, cp=tick.previous_close / 1e4
        )
        if self.auction is not None:
            ltpc.iep.value = self.auction.price / 1e4
        return ltpc

    def quotes(self, levels: int) -> list[Any]:
        bids, asks = self.depth.bids[:levels], self.depth.asks[:levels]
        quotes = [schema.Quote() for _ in range(max(len(bids), len(asks)))]
        for quote, bid in zip(quotes, bids, strict=False):
            quote.bidQ, quote.bidP = bid.quantity, bid.price / 1e4
        for quote, ask in zip(quotes, asks, strict=False):
            quote.askQ, quote.askP = ask.quantity, ask.price / 1e4
        return quotes

    def greeks(self) -> Any:
        if self.option is None:
            return schema.OptionGreeks()
        option = self.option
        return schema.OptionGreeks(
            delta=option.delta, theta=option.theta, gamma=option.gamma, vega=option.vega, rho=option.rho
        )

    def ohlc(self) -> Any:
        tick = self.tick
        one = schema.OHLC(
            interval="1d", open=tick.open / 1e4, high=tick.high / 1e4, low=tick.low / 1e4, close=tick.last / 1e4,
            vol=tick.volume, ts=86_400_000,
        )  # fmt: skip
        return schema.MarketOHLC(ohlc=[one])

    def first_level(self, *, depth: bool) -> Any:
        if self.is_level:
            return schema.Feed(firstLevelWithGreeks=schema.FirstLevelWithGreeks(ltpc=self.ltpc()), requestMode=2)
        first = schema.FirstLevelWithGreeks(
            ltpc=self.ltpc(), optionGreeks=self.greeks(), vtt=self.tick.volume, oi=self.tick.oi
        )
        if self.option is not None:
            first.iv = self.option.iv
        if depth and self.quotes(1):
            first.firstDepth.CopyFrom(self.quotes(1)[0])
        return schema.Feed(firstLevelWithGreeks=first, requestMode=2)

    def full(self, levels: int, *, depth: bool) -> Any:
        number = {5: 1, 30: 3}[levels]
        if self.is_level:
            index = schema.IndexFullFeed(ltpc=self.ltpc(), marketOHLC=self.ohlc())
            return schema.Feed(fullFeed=schema.FullFeed(indexFF=index), requestMode=number)
        tick, auction = self.tick, self.auction
        full = schema.MarketFullFeed(
            ltpc=self.ltpc(), marketOHLC=self.ohlc(), atp=tick.average / 1e4, vtt=tick.volume, oi=tick.oi,
            tbq=tick.total_bid, tsq=tick.total_ask,
        )  # fmt: skip
        if self.option is not None:
            full.iv = self.option.iv
        if depth:
            full.marketLevel.CopyFrom(schema.MarketLevel(bidAskQuote=self.quotes(levels)))
            full.optionGreeks.CopyFrom(self.greeks())
        if auction is not None:
            full.iep, full.rp = auction.price / 1e4, auction.reference / 1e4
            full.ieq, full.iiqTotal, full.iiqM = auction.quantity, auction.imbalance, auction.market_imbalance
            full.casEligible = auction.cas_eligible
        return schema.Feed(fullFeed=schema.FullFeed(marketFF=full), requestMode=number)

    def message(self, mode: wire.Mode, *, depth: bool) -> Any:
        if mode == "ltpc":
            return schema.Feed(ltpc=self.ltpc())
        if mode == "option_greeks":
            return self.first_level(depth=depth)
        return self.full(wire.LEVELS[mode], depth=depth)


cases = st.builds(Case, ticks, auctions, depths, options, st.booleans())


@given(case=cases, mode=st.sampled_from(list(wire.MODES)), depth=st.booleans())
def test_an_instrument_in_every_mode(case, mode, depth):
    assert case.bytes(mode, depth=depth) == case.message(mode, depth=depth).SerializeToString(deterministic=True)


@given(
    case=cases,
    kind=st.sampled_from([(wire.SNAPSHOT, 0), (wire.LIVE, 1)]),
    key=st.text(max_size=200),
    at=st.integers(1, 2**42),
)
def test_a_frame(case, kind, key, at):
    frame = wire.frame(kind[0], [wire.entry(key, case.bytes("full", depth=True))], at)
    expected = schema.FeedResponse(type=kind[1], currentTs=at)
    expected.feeds[key].CopyFrom(case.message("full", depth=True))
    assert frame == expected.SerializeToString(deterministic=True)


def test_several_instruments_stand_in_line():
    case = Case(Tick(at=1, last=1, last_quantity=1, last_at=1, open=1, high=1, low=1, previous_close=1, average=1,
                     volume=1), None, Depth((), ()), None, is_level=False)  # fmt: skip
    entries = [wire.entry(key, case.bytes("ltpc", depth=False)) for key in ("A", "B", "C")]
    read = schema.FeedResponse.FromString(wire.frame(wire.LIVE, entries, 5))
    assert sorted(read.feeds) == ["A", "B", "C"]
    assert all(feed == case.message("ltpc", depth=False) for feed in read.feeds.values())


@given(
    segments=st.dictionaries(st.text(max_size=9), st.sampled_from(list(wire.STATUSES)), max_size=1),
    closing=st.dictionaries(
        st.text(max_size=9), st.tuples(st.text(min_size=1, max_size=9), st.integers(0, 2**42)), max_size=1
    ),
    opening=st.dictionaries(
        st.text(max_size=9), st.tuples(st.text(min_size=1, max_size=9), st.integers(0, 2**42)), max_size=1
    ),
)
def test_the_state_of_the_market(segments, closing, opening):
    body = wire.market_info(
        segments,
        {name: wire.status(*told) for name, told in closing.items()},
        {name: wire.status(*told) for name, told in opening.items()},
    )
    expected = schema.FeedResponse(type=2, currentTs=7)
    expected.marketInfo.SetInParent()
    for name, status in segments.items():
        expected.marketInfo.segmentStatus[name] = wire.STATUSES[status]
    for told, field in ((closing, "casMarketStatus"), (opening, "preOpenSessionStatus")):
        for name, (status, since) in told.items():
            getattr(expected.marketInfo, field)[name].CopyFrom(schema.StatusInfo(status=status, updatedTime=since))
    assert wire.market_info_frame(body, 7) == expected.SerializeToString(deterministic=True)


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**63 - 1, -1, -(2**63)])
def test_integers_are_as_the_library_has_them(number):
    if number:
        assert b"\x10" + wire.varint(number) == schema.LTPC(ltt=number).SerializeToString()
    else:
        assert wire.varint(number) == b"\x00"


def test_remembered_fields_are_bounded(monkeypatch):
    monkeypatch.setattr(wire, "_REMEMBERED", 3)
    fields = wire._integers(3)
    for number in range(1, 100):
        assert fields[number] == schema.LTPC(ltq=number).SerializeToString()
        assert len(fields) <= 3


def test_numbers_are_those_of_the_schema():
    assert {mode: schema.RequestMode[name] for mode, name in
            {"ltpc": "ltpc", "full": "full_d5", "option_greeks": "option_greeks", "full_d30": "full_d30"}.items()
            } == wire.MODES  # fmt: skip
    assert {status.name: status.value for status in schema.MarketStatus} == wire.STATUSES
