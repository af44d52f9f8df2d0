"""Instruments encoded together are, each by itself, byte for byte what the protobuf library makes of them."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstox_client.feeder import schema
from upstox_emulator.feed import columns, wire
from upstox_emulator.feed.states import States, minutes_of
from upstox_emulator.market.auction import Auction
from upstox_emulator.market.book import Sides
from upstox_emulator.market.view import Candle, Greeks, Level, Tick

DEEPEST = 30

prices = st.integers(0, 10**10) | st.sampled_from([0, 1, 500, 10_000])
quantities = st.integers(0, 2**40) | st.sampled_from([0, 1, 127, 128, 16_383, 16_384])
signed = st.integers(-(2**40), 2**40)
moments = st.integers(2**18, 2**33).map(lambda number: number / 2)
floats = st.floats(allow_nan=False).filter(lambda number: str(number) != "-0.0") | st.just(0.0)

ticks = st.builds(
    Tick,
    at=moments, last=prices, last_quantity=quantities, last_at=moments, open=prices, high=prices, low=prices,
    previous_close=prices, average=prices, volume=quantities, oi=quantities, total_bid=quantities,
    total_ask=quantities,
)  # fmt: skip
auctions = st.none() | st.builds(Auction, prices, prices, quantities, signed, signed)
sides = st.lists(st.builds(Level, st.integers(1, 10**10), st.integers(1, 2**40), st.just(1)), max_size=6)
options = st.builds(Greeks, floats, floats, floats, floats, floats, floats, floats)
minutes = st.none() | st.builds(Candle, moments, prices, prices, prices, prices, quantities, quantities)


@dataclasses.dataclass
class Case:
    """An instrument at a moment, in the emulator's words and in the schema's."""

    tick: Tick
    auction: Auction | None
    bids: list[Level]
    asks: list[Level]
    option: Greeks | None
    minute: Candle | None
    eligible: bool

    def ltpc(self) -> Any:
        tick = self.tick
        ltpc = schema.LTPC(
            ltp=tick.last / 1e4, ltt=round(tick.last_at * 1000), ltq=tick.last_quantity, cp=tick.previous_close / 1e4
        )
        if self.auction is not None:
            ltpc.iep.value = self.auction.price / 1e4
        return ltpc

    def quotes(self, levels: int) -> list[Any]:
        bids, asks = self.bids[:levels], self.asks[:levels]
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
        tick, minute = self.tick, self.minute
        candles = [
            schema.OHLC(
                interval="1d", open=tick.open / 1e4, high=tick.high / 1e4, low=tick.low / 1e4, close=tick.last / 1e4,
                vol=tick.volume, ts=(round(tick.last_at * 1000) + 19_800_000) // 86_400_000 * 86_400_000 - 19_800_000,
            )
        ]  # fmt: skip
        if minute is not None:
            first, high, low, last = (price / 1e4 for price in minute[1:5])
            candles.append(
                schema.OHLC(
                    interval="I1", open=first, high=high, low=low, close=last, vol=minute.volume,
                    ts=round(minute.at * 1000),
                )
            )  # fmt: skip
        return schema.MarketOHLC(ohlc=candles)

    def first_level(self) -> Any:
        first = schema.FirstLevelWithGreeks(
            ltpc=self.ltpc(), optionGreeks=self.greeks(), vtt=self.tick.volume, oi=self.tick.oi
        )
        if self.option is not None:
            first.iv = self.option.iv
        if self.quotes(1):
            first.firstDepth.CopyFrom(self.quotes(1)[0])
        return first

    def market(self, levels: int, *, books: bool) -> Any:
        tick, auction = self.tick, self.auction
        full = schema.MarketFullFeed(
            ltpc=self.ltpc(), marketOHLC=self.ohlc(), atp=tick.average / 1e4, vtt=tick.volume, oi=tick.oi,
            tbq=tick.total_bid, tsq=tick.total_ask,
        )  # fmt: skip
        if self.option is not None:
            full.iv = self.option.iv
        if books:
            full.marketLevel.CopyFrom(schema.MarketLevel(bidAskQuote=self.quotes(levels)))
            full.optionGreeks.CopyFrom(self.greeks())
        if auction is not None:
            full.iep, full.rp = auction.price / 1e4, auction.reference / 1e4
            full.ieq, full.iiqTotal, full.iiqM = auction.quantity, auction.imbalance, auction.at_market
            full.casEligible = self.eligible
        return full

    def message(self, mode: wire.Mode, *, books: bool, is_level: bool) -> Any:
        number = wire.MODES[mode]
        if mode == "ltpc":
            return schema.Feed(ltpc=self.ltpc())
        if mode == "option_greeks":
            first = schema.FirstLevelWithGreeks(ltpc=self.ltpc()) if is_level else self.first_level()
            return schema.Feed(firstLevelWithGreeks=first, requestMode=number)
        if is_level:
            full = schema.FullFeed(indexFF=schema.IndexFullFeed(ltpc=self.ltpc(), marketOHLC=self.ohlc()))
        else:
            full = schema.FullFeed(marketFF=self.market(wire.LEVELS[mode], books=books))
        return schema.Feed(fullFeed=full, requestMode=number)


def cases_of(some: st.SearchStrategy[Greeks | None]) -> st.SearchStrategy[list[Case]]:
    return st.lists(
        st.builds(Case, ticks, auctions, sides, sides, some, minutes, st.booleans()), min_size=1, max_size=4
    )


cases = cases_of(options) | cases_of(st.none())


def sides_of(some: list[Case]) -> Sides:
    """The books as the market has them: nothing where nobody offers, but a price all the same."""
    found = np.full((6, len(some), DEEPEST), 77, np.int64)
    found[1::3] = 0
    for row, case in enumerate(some):
        for first, side in ((0, case.bids), (3, case.asks)):
            for column, level in enumerate(side):
                found[first : first + 3, row, column] = level
    return Sides(*found)


def states_of(some: list[Case], *, is_level: bool) -> States:
    return States(
        [case.tick for case in some],
        [b"" if case.minute is None else minutes_of([case.minute])[0] for case in some],
        [case.auction for case in some],
        [case.eligible for case in some],
        options=[case.option for case in some if case.option is not None] or None,
        sides=None if is_level else sides_of(some),
        are_levels=is_level,
    )


@given(some=cases, mode=st.sampled_from(list(wire.MODES)), is_level=st.booleans(), books=st.booleans())
def test_instruments_in_every_mode(some, mode, is_level, books):
    told = states_of(some, is_level=is_level).feeds(mode, books=books)
    expected = [case.message(mode, books=books, is_level=is_level) for case in some]
    assert told == [feed.SerializeToString(deterministic=True) for feed in expected]


@given(some=cases, mode=st.sampled_from(["full", "full_d30"]))
def test_what_is_left_out_where_it_has_not_changed(some, mode):
    states = states_of(some, is_level=False)
    told = states.books(mode, states.feeds(mode))
    for case, book in zip(some, told, strict=True):
        rows = schema.MarketLevel(bidAskQuote=case.quotes(wire.LEVELS[mode]))
        assert book == schema.MarketFullFeed(marketLevel=rows, optionGreeks=case.greeks()).SerializeToString()
    indices = states_of(some, is_level=True)
    assert indices.books(mode, indices.feeds(mode)) == [b""] * len(some)


def test_without_books_there_is_no_depth():
    tick = Tick(at=1, last=1, last_quantity=1, last_at=1, open=1, high=1, low=1, previous_close=1, average=1, volume=1)
    with pytest.raises(ValueError, match="no depth"):
        States([tick], [b""], [None], [False]).feeds("full")


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_integers(values):
    told = columns.encoded(columns.integers(2, np.array(values, np.int64)))
    assert told == [schema.LTPC(ltt=value).SerializeToString() for value in values]


@given(st.lists(st.floats(), min_size=1))
def test_doubles(values):
    told = columns.encoded(columns.doubles(1, np.array(values, np.float64)))
    for value, one in zip(values, told, strict=True):
        assert one == (schema.LTPC(ltp=value).SerializeToString() if value else b"")


def test_no_message_is_no_trouble():
    assert columns.encoded(columns.integers(1, np.array([], np.int64)), columns.pieces([])) == []
