"""The option chain over HTTP."""

from __future__ import annotations

import pytest

from support.shapes import differences, sample
from upstox_emulator.units import rupees

from . import information
from .information import NIFTY, told

reader, get = information.reader, information.get

PATH = "/v2/option/chain"
SHARE = "NSE_EQ|INE002A01018"


@pytest.fixture(scope="module")
def expiry(reader):
    return reader.backend.venue.catalog.expiries(NIFTY, reader.clock.now().date())[1]


def test_the_shape(get, expiry):
    answer = get(PATH, instrument_key=NIFTY, expiry_date=expiry).json()
    found = list(differences([sample("market/option_chain")], answer))
    # the sample has rounded the put's gamma to a whole number
    assert [text for text in found if "put_options.option_greeks.gamma" not in text] == []


@pytest.mark.parametrize("underlying", [NIFTY, SHARE])
def test_a_chain_is_what_the_market_says(reader, get, underlying):
    catalog, market, now = reader.backend.venue.catalog, reader.backend.venue.market, reader.clock.now()
    expiry = catalog.expiries(underlying, now.date())[1]
    rows = get(PATH, instrument_key=underlying, expiry_date=expiry).data
    chain = catalog.chain(underlying, expiry, now.date())
    assert [row["strike_price"] for row in rows] == sorted({rupees(one.strike) for one in chain})
    by_key = {one.key: one for one in chain}
    at = now.timestamp()
    for row in rows[:: max(len(rows) // 7, 1)]:
        assert row["expiry"] == str(expiry)
        assert row["underlying_key"] == underlying
        assert row["underlying_spot_price"] == rupees(market.last(underlying, at))
        for name, kind in (("call_options", "CE"), ("put_options", "PE")):
            told_, one = row[name], by_key[row[name]["instrument_key"]]
            tick, greeks, depth = market.tick(one.key, at), market.greeks(one.key, at), market.depth(one.key, at)
            assert (one.kind, rupees(one.strike)) == (kind, row["strike_price"])
            data = told_["market_data"]
            assert (data["ltp"], data["close_price"]) == (rupees(tick.last), rupees(tick.previous_close))
            assert (data["volume"], data["oi"], data["prev_oi"]) == (tick.volume, tick.oi, tick.previous_oi)
            if depth.bids:
                assert (data["bid_price"], data["bid_qty"]) == (rupees(depth.bids[0].price), depth.bids[0].quantity)
            else:
                assert data["bid_price"] == data["bid_qty"] == 0
            assert (data["ask_price"], data["ask_qty"]) == (rupees(depth.asks[0].price), depth.asks[0].quantity)
            assert told_["option_greeks"]["iv"] == round(greeks.iv * 100, 2)
            assert told_["option_greeks"]["delta"] == round(greeks.delta, 4)
            assert told_["option_greeks"]["pop"] == round(greeks.pop, 2)
        call, put = row["call_options"]["market_data"]["oi"], row["put_options"]["market_data"]["oi"]
        assert row["pcr"] == (round(put / call, 4) if call else 0)


def test_words_for_expiries(reader, get):
    catalog, day = reader.backend.venue.catalog, reader.clock.now().date()
    for word in ("current_week", "next_week", "current_month", "next_month", "far_month"):
        rows = get(PATH, instrument_key=NIFTY, expiry_date=word).data
        assert {row["expiry"] for row in rows} == {str(catalog.named_expiry(NIFTY, word, day))}
    assert get(PATH, instrument_key=SHARE, expiry_date="current_week").data == []
    assert get(PATH, instrument_key=NIFTY, expiry_date="2026-11-28").data == []
    assert get(PATH, instrument_key="NSE_INDEX|India VIX", expiry_date="current_month").data == []


def test_what_is_refused(get, expiry):
    assert told(get(PATH, expiry_date=expiry)) == (400, "UDAPI1009", "instrument_key", None)
    for key in ("NSE_INDEX|Nobody", "RELIANCE", "CUR|USDINR", "COM|CRUDEOIL", "MCX_INDEX|MCXBULLDEX"):
        assert told(get(PATH, instrument_key=key, expiry_date=expiry)) == (400, "UDAPI100011", "instrument_key", key)
    for text in ("tomorrow", "24-11-2026", "2026-11-31", ""):
        assert told(get(PATH, instrument_key=NIFTY, expiry_date=text)) == (400, "UDAPI1088", "expiry_date", text)
    assert told(get(PATH, instrument_key=NIFTY)) == (400, "UDAPI1088", "expiry_date", None)
