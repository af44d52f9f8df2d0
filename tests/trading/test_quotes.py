"""Quotes by what was asked, in batches."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from support import masters
from support.colours import refused
from trading.conftest import IST, NOW, World
from upstox_client import InvalidRequestError
from upstox_client.instruments import UnknownInstrumentError
from upstox_client.trading.quotes import Level

QUOTES = "/v3/market-quote/quotes?instrument_key="


def test_a_quote_is_found_by_what_was_asked(world: World) -> None:
    world.server.prices["NSE_EQ|INE002A01018"] = 1540.2
    found = world("quote", "reliance", "NIFTY 50")
    assert list(found) == ["reliance", "NIFTY 50"]
    assert len(found) == 2
    quote = found["reliance"]
    assert (quote.symbol, quote.last_price, quote.previous_close) == ("RELIANCE", 1540.2, 1536.2)
    assert (quote.change, quote.change_percent, quote.oi, quote.previous_oi) == (4.0, 0.26, 50, 40)
    assert (quote.bid, quote.ask, quote.depth.spread) == (1540.15, 1540.25, 0.1)
    assert quote.depth.buy == (Level(1540.15, 5, 2),)
    assert quote.time == NOW
    assert quote.last_trade_time == dt.datetime(2026, 11, 23, 10, 0, 30, tzinfo=IST)
    assert found["NIFTY 50"].last_price == 26012.35
    assert found["NSE_EQ|INE002A01018"] is quote
    assert found[world("instrument", "RELIANCE")] is quote
    assert found.instrument("reliance").key == "NSE_EQ|INE002A01018"
    with pytest.raises(KeyError):
        found["HDFCBANK"]
    assert repr(found).startswith("{'reliance': Quote(symbol='RELIANCE', last_price=1540.2,")


def test_names_of_one_thing_are_asked_once(world: World) -> None:
    one = world("instrument", "RELIANCE")
    found = world("quote", "RELIANCE", "INE002A01018", one)
    assert list(found) == ["RELIANCE", "INE002A01018", "NSE_EQ|INE002A01018"]
    assert found["RELIANCE"] is found[one]
    assert world.server.asked(QUOTES)[-1] == "NSE_EQ|INE002A01018"


def test_many_are_asked_for_in_batches(world: World) -> None:
    names = [f"NSE_EQ|INE{number:06d}A10" for number in range(1001)]
    found = world("ltp", *names)
    assert len(found) == 1001
    assert sorted(len(asked.split(",")) for asked in world.server.asked("/v3/market-quote/ltp?instrument_key=")) == [
        1,
        500,
        500,
    ]
    assert found[names[-1]] == 100.0
    assert repr(found).endswith(", ...}")


def test_greeks_are_asked_for_in_smaller_batches(world: World) -> None:
    row = {"last_price": 412.2, "ltq": 75, "volume": 3609600, "iv": 0.33599853515625, "oi": 2476650}
    row |= {"vega": 3.4, "gamma": 0.0005, "theta": -51.8, "delta": -0.81}
    world.server.routes["/v3/market-quote/option-greek"] = lambda _, query: {
        key: row | {"instrument_token": key} for key in query["instrument_key"].split(",")
    }
    chain = world("search", underlying="NIFTY", kind=["CE", "PE"], limit=60)
    found = world("greeks", *chain)
    assert len(world.server.asked("/v3/market-quote/option-greek")) == 2
    assert found[chain[0]].iv == 33.5999
    assert found[chain[0]].oi == 2476650


def test_ohlc_of_the_running_interval(world: World) -> None:
    bar = {"open": 1.0, "high": 3.0, "low": 0.5, "close": 2.0, "volume": 7, "ts": 1795408200000}
    world.server.routes["/v3/market-quote/ohlc"] = lambda *_: {
        "NSE_EQ:RELIANCE": {
            "last_price": 2.0,
            "instrument_token": "NSE_EQ|INE002A01018",
            "prev_ohlc": None,
            "live_ohlc": bar,
        }
    }
    found = world("ohlc", "RELIANCE", interval="1m")["RELIANCE"]
    assert (found.open, found.close, found.volume, found.previous) == (1.0, 2.0, 7, None)
    assert found.time == dt.datetime(2026, 11, 23, 10, 0, tzinfo=IST)
    assert "interval=I1" in world.server.requests[-1].path
    with pytest.raises(ValueError, match="one of 1d, 1m, 30m, got '5m'"):
        world("ohlc", "RELIANCE", interval="5m")


def test_the_order_book(world: World) -> None:
    book = world("depth", "RELIANCE")
    assert (book.symbol, book.bid, book.ask, book.total_sell_quantity) == ("RELIANCE", 99.95, 100.05, 7)
    assert book.to_dicts() == [
        {"side": "buy", "price": 99.95, "quantity": 5, "orders": 2},
        {"side": "sell", "price": 100.05, "quantity": 7, "orders": 3},
    ]


def test_an_empty_order_book(world: World) -> None:
    world.server.routes["/v3/market-quote/quotes"] = lambda *_: {
        "x": {"instrument_token": "NSE_EQ|INE002A01018", "last_price": 5.0, "net_change": 1.0, "timestamp": "never"}
    }
    quote = world("quote", "RELIANCE")["RELIANCE"]
    assert (quote.depth.bid, quote.depth.ask, quote.depth.spread) == (None, None, None)
    assert (quote.previous_close, quote.change, quote.change_percent, quote.time, quote.oi) == (
        4.0,
        1.0,
        25.0,
        None,
        None,
    )
    world.server.routes["/v3/market-quote/quotes"] = lambda *_: {"x": {"instrument_token": "NSE_EQ|INE002A01018"}}
    quote = world("quote", "RELIANCE")["RELIANCE"]
    assert (quote.last_price, quote.change, quote.change_percent) == (0.0, None, None)


def test_what_goes_wrong_is_told(world: World) -> None:
    with pytest.raises(ValueError, match="name at least one"):
        world("quote")
    with pytest.raises(UnknownInstrumentError, match="'RELIANCE'"):
        world("quote", "RELIENCE", "NIFTY")
    world.server.routes["/v3/market-quote/ltp"] = lambda *_: refused(400, "UDAPI100011")
    with pytest.raises(InvalidRequestError):
        world("ltp", "RELIANCE")
    world.server.routes["/v3/market-quote/ltp"] = lambda *_: {}
    with pytest.raises(LookupError, match=r"no quote of RELIANCE \(NSE_EQ\|INE002A01018\)"):
        world("ltp", "RELIANCE")


def test_quotes_are_a_table(world: World) -> None:
    columns = world("quote", "RELIANCE", "NIFTY").columns()
    assert columns["symbol"] == ["RELIANCE", "NIFTY"]
    assert columns["last_price"] == [100.0, 26012.35]
    assert "depth" not in columns
    assert world("ltp", "RELIANCE").to_dicts() == [{"symbol": "RELIANCE", "value": 100.0}]


def test_chains_of_the_small_list_have_prices(world: World) -> None:
    assert masters.small()
    rows: Any = world("ltp", "NIFTY FUT", "CRUDEOIL FUT")
    assert dict(rows) == {"NIFTY FUT": 100.0, "CRUDEOIL FUT": 100.0}
