"""Quotes over HTTP: shapes, keys, limits, refusals, and that they tell what the market says."""

from __future__ import annotations

import datetime as dt
import urllib.parse
from typing import Any

import pytest

from support.shapes import assert_same_shape, differences, sample
from upstox_emulator import IST, Emulator
from upstox_emulator.units import rupees

from . import information
from .conftest import Caller
from .information import NIFTY, told

reader, get = information.reader, information.get

SHARE, OTHER = "NSE_EQ|INE002A01018", "BSE_EQ|INE467B01029"

V2 = ("/v2/market-quote/ltp", "/v2/market-quote/ohlc", "/v2/market-quote/quotes")
V3 = ("/v3/market-quote/ltp", "/v3/market-quote/ohlc", "/v3/market-quote/quotes", "/v3/market-quote/option-greek")
NAMES = ("ltp", "ohlc", "quotes", "ltp_v3", "ohlc_v3", "quotes_v3", "option_greek")


@pytest.fixture(scope="module")
def option(reader) -> Any:
    catalog, day = reader.backend.venue.catalog, reader.clock.now().date()
    chain = catalog.chain(NIFTY, catalog.expiries(NIFTY, day)[1], day)
    return chain[len(chain) // 2 // 2 * 2]


def more(path: str) -> dict[str, str]:
    return {"interval": "I1"} if path.endswith("ohlc") else {}


@pytest.mark.parametrize(("path", "name"), list(zip(V2 + V3, NAMES, strict=True)))
def test_the_shapes(get, option, path, name):
    answer = get(path, instrument_key=option.key, **more(path)).json()
    found = list(differences([sample(f"market/{name}")], answer))
    # the samples show an empty side, and an auction
    assert [text for text in found if ".sell[" not in text and "indicative" not in text] == [
        text for text in found if "reference_price" in text or "cas_eligible" in text
    ]


@pytest.mark.parametrize("path", V2 + V3[:3])
def test_keys_of_the_answer_and_values_are_the_markets(reader, get, option, path):
    market, at = reader.backend.venue.market, reader.clock.now().timestamp()
    keys = [SHARE, OTHER, NIFTY, option.key, "GLOBAL_INDEX|^HSI", SHARE]
    data = get(path, instrument_key=",".join(keys), **more(path)).data
    names = ["NSE_EQ:RELIANCE", "BSE_EQ:TCS", "NSE_INDEX:Nifty 50", f"NSE_FO:{option.compact}", "GLOBAL_INDEX:^HSI"]
    assert list(data) == names
    for key, quote in zip(keys, data.values(), strict=False):
        tick = market.tick(key, at)
        assert quote["instrument_token"] == key
        assert quote["last_price"] == rupees(tick.last)
        if "volume" in quote:
            assert quote["volume"] == tick.volume
        if "cp" in quote:
            assert (quote["cp"], quote["ltq"]) == (rupees(tick.previous_close), tick.last_quantity)


def test_a_whole_quote(reader, get, option):
    market, now = reader.backend.venue.market, reader.clock.now()
    tick, depth = market.tick(option.key, now.timestamp()), market.depth(option.key, now.timestamp())
    (quote,) = get("/v2/market-quote/quotes", instrument_key=option.key).data.values()
    assert quote["symbol"] == option.compact
    assert dt.datetime.fromisoformat(quote["timestamp"]) == now.replace(microsecond=now.microsecond // 1000 * 1000)
    assert quote["timestamp"].endswith("+05:30")
    assert quote["last_trade_time"] == str(int(now.timestamp()) * 1000)
    assert quote["ohlc"] == {
        "open": rupees(tick.open), "high": rupees(tick.high), "low": rupees(tick.low), "close": rupees(tick.last),
    }  # fmt: skip
    assert quote["net_change"] == pytest.approx(quote["last_price"] - rupees(tick.previous_close))
    for side, levels in (("buy", depth.bids), ("sell", depth.asks)):
        assert [(row["price"], row["quantity"], row["orders"]) for row in quote["depth"][side]] == [
            (rupees(level.price), level.quantity, level.orders) for level in levels
        ]
    assert (quote["oi"], quote["oi_day_high"], quote["oi_day_low"]) == (tick.oi, tick.oi_high, tick.oi_low)
    (third,) = get("/v3/market-quote/quotes", instrument_key=option.key).data.values()
    assert third["ohlc"].items() >= quote["ohlc"].items()
    assert third["ohlc"]["volume"] == quote["volume"]
    assert third["prev_close_price"] == rupees(tick.previous_close)
    assert third["previous_oi"] == tick.previous_oi
    assert third["year_low"] <= third["ohlc"]["low"]
    assert third["year_high"] >= third["ohlc"]["high"]
    assert third["cas_eligible"] is third["indicative_equilibrium_price"] is None


def test_an_index_has_an_empty_book_of_five_rows(get):
    (quote,) = get("/v2/market-quote/quotes", instrument_key=NIFTY).data.values()
    empty = [{"quantity": 0, "price": 0, "orders": 0}] * 5
    assert quote["depth"] == {"buy": empty, "sell": empty}
    assert quote["volume"] == quote["total_buy_quantity"] == quote["upper_circuit_limit"] == 0


def test_candles_of_the_moment(reader, get):
    market, now = reader.backend.venue.market, reader.clock.now().timestamp()
    for interval, minutes in (("I1", 1), ("I30", 30)):
        (quote,) = get("/v3/market-quote/ohlc", instrument_key=SHARE, interval=interval).data.values()
        before, live = market.candles(SHARE, 60 * minutes, now - 60 * minutes - 900, now + 0.5)[-2:]
        for told_, candle in ((quote["prev_ohlc"], before), (quote["live_ohlc"], live)):
            assert told_ == {
                "open": rupees(candle.open),
                "high": rupees(candle.high),
                "low": rupees(candle.low),
                "close": rupees(candle.close),
                "volume": candle.volume,
                "ts": int(candle.at * 1000),
            }
        (second,) = get("/v2/market-quote/ohlc", symbol=SHARE, interval=interval).data.values()
        assert second["ohlc"].items() <= quote["live_ohlc"].items()
    (quote,) = get("/v3/market-quote/ohlc", instrument_key=SHARE, interval="1d").data.values()
    assert quote["prev_ohlc"] is None
    assert quote["live_ohlc"]["ts"] == int(dt.datetime(2026, 11, 23, tzinfo=IST).timestamp() * 1000)
    assert quote["live_ohlc"]["volume"] == market.tick(SHARE, now).volume


def test_greeks(reader, get, option):
    greeks = reader.backend.venue.market.greeks(option.key, reader.clock.now().timestamp())
    (quote,) = get("/v3/market-quote/option-greek", instrument_key=option.key).data.values()
    assert quote["iv"] == greeks.iv
    for name in ("delta", "gamma", "theta", "vega"):
        assert quote[name] == round(getattr(greeks, name), 4)
    assert "rho" not in quote


# Refusals


@pytest.mark.parametrize("path", V2 + V3)
def test_keys_are_checked(get, path):
    alias = "symbol" if path in V2 else "instrument_key"
    unknown = "UDAPI1087" if path in V2 or path.endswith("greek") else "UDAPI100011"
    assert told(get(path, **more(path))) == (400, "UDAPI1009", "instrument_key", None)
    assert told(get(path, instrument_key="", **more(path))) == (400, "UDAPI1009", "instrument_key", "")
    for key in ("RELIANCE", "NSE_EQ:RELIANCE", "NSE|INE002A01018", "NSE_EQ|", f"{SHARE},", "NSE_EQ|INE-1"):
        status, code, name, _ = told(get(path, **{alias: key}, **more(path)))
        assert (status, code, name) == (400, "UDAPI1011", alias)
    for key in ("NSE_EQ|INE000000000", "CUR|USDINR", "NSE_FO|1"):
        if key.startswith("CUR"):
            assert told(get(path, instrument_key=key, **more(path)))[1] == "UDAPI1011"
        else:
            keys = f"{SHARE},{key}"
            assert told(get(path, instrument_key=keys, **more(path))) == (400, unknown, "instrument_key", key)


def test_the_alias_is_of_version_2_only(get):
    assert get("/v2/market-quote/ltp", symbol=SHARE).status == 200
    assert told(get("/v3/market-quote/ltp", symbol=SHARE))[1] == "UDAPI1009"


@pytest.mark.parametrize(
    ("path", "most", "code"),
    [
        *((path, 500, "UDAPI100042" if path.endswith("quotes") else "UDAPI100043") for path in V2 + V3[:3]),
        (V3[3], 50, "UDAPI100076"),
    ],
)
def test_keys_are_counted(reader, get, path, most, code):
    listed = reader.backend.venue.catalog.listed(reader.clock.now().date())
    keys = [one.key for one in listed if one.is_option][: most + 1]
    assert len(get(path, instrument_key=",".join(keys[:-1]), **more(path)).data) == most
    assert told(get(path, instrument_key=",".join(keys), **more(path))) == (
        400,
        code,
        "instrument_key",
        f"{most + 1} keys",
    )


@pytest.mark.parametrize("path", V2 + V3[:3])
def test_indicators_of_the_world_have_no_quotes(get, path):
    code = "UDAPI1087" if path in V2 else "UDAPI100095"
    key = "GLOBAL_INDICATOR|BZUSD"
    assert told(get(path, instrument_key=key, **more(path))) == (400, code, "instrument_key", key)


def test_only_options_have_greeks(get):
    for key in (SHARE, NIFTY):
        assert told(get(V3[3], instrument_key=key)) == (400, "UDAPI1087", "instrument_key", key)


@pytest.mark.parametrize("path", ["/v2/market-quote/ohlc", "/v3/market-quote/ohlc"])
def test_intervals_are_checked(get, path):
    assert told(get(path, instrument_key=SHARE)) == (400, "UDAPI1027", "interval", None)
    assert told(get(path, instrument_key=SHARE, interval="5d")) == (400, "UDAPI1028", "interval", "5d")


def test_suspended_instruments_have_no_quotes(reader, get):
    key = reader.backend.venue.catalog.suspended[0].key
    assert told(get(V3[0], instrument_key=key))[1] == "UDAPI100011"


def test_a_token_is_wanted(reader):
    assert Caller(reader.url)("GET", f"{V3[0]}?instrument_key=x").codes == ["UDAPI100050"]


# Through the day


def test_auctions_of_the_day():
    with Emulator(market="calendar", speed=0, start=dt.datetime(2026, 11, 25, 9, 2, tzinfo=IST)) as em:
        ask = Caller(em.url, em.access_token)

        def quote(key: str) -> dict[str, Any]:
            (found,) = ask("GET", f"/v3/market-quote/quotes?instrument_key={urllib.parse.quote(key)}").data.values()
            return found

        opening, index = quote(SHARE), quote(NIFTY)
        level = {name: index[name] for name in index if name.startswith(("indicative", "reference", "cas"))}
        em.clock.set(dt.datetime(2026, 11, 25, 9, 15))
        opened = quote(SHARE)
        assert opening["indicative_equilibrium_price"] == opened["ohlc"]["open"]
        assert opening["reference_price"] == opening["last_price"] == opened["prev_close_price"]
        assert opened["indicative_equilibrium_price"] is None
        assert level == {
            "indicative_equilibrium_price": quote(NIFTY)["ohlc"]["open"],
            **dict.fromkeys([name for name in level if name != "indicative_equilibrium_price"]),
        }
        em.clock.set(dt.datetime(2026, 11, 25, 15, 16))
        closing = quote(SHARE)
        assert closing["reference_price"] == closing["average_price"]
        assert closing["cas_eligible"] is True
        assert quote(NIFTY)["cas_eligible"] is None
        # the documented sample shows an auction
        answer = ask("GET", "/v3/market-quote/quotes?instrument_key=NSE_EQ%7CINE002A01018").json()
        found = [text for text in differences([sample("market/quotes_v3")], answer) if "].price" not in text]
        assert found == []
        em.clock.set(dt.datetime(2026, 11, 25, 15, 31))
        assert quote(SHARE)["cas_eligible"] is None


def test_the_first_minute_has_none_before_it():
    with Emulator(market="calendar", speed=0, start=dt.datetime(2026, 11, 25, 9, 15, 30, tzinfo=IST)) as em:
        path = "/v3/market-quote/ohlc?instrument_key=NSE_EQ%7CINE002A01018&interval=I1"
        (quote,) = Caller(em.url, em.access_token)("GET", path).data.values()
        assert quote["prev_ohlc"] is None
        assert quote["live_ohlc"]["ts"] == int(dt.datetime(2026, 11, 25, 9, 15, tzinfo=IST).timestamp() * 1000)


def test_a_driven_price_is_quoted():
    with Emulator(speed=0) as em:
        em.market.set_price("RELIANCE", 1600)
        ask = Caller(em.url, em.access_token)
        answer = ask("GET", "/v3/market-quote/ltp?instrument_key=NSE_EQ%7CINE002A01018")
        assert answer.data["NSE_EQ:RELIANCE"]["last_price"] == 1600.0
        assert_same_shape(sample("market/ltp_v3"), answer.json())
