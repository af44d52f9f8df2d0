"""Ticks, lots, freeze quantities; and the file's units."""

from __future__ import annotations

import datetime as dt
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import masters
from upstox_client.instruments import IllegalPriceError, IllegalQuantityError, Instrument, InstrumentFileError, master
from upstox_client.instruments.master import instrument_of

NIFTY = Instrument(key="NSE_FO|1", symbol="NIFTY FUT", segment="NSE_FO", kind="FUT", lot=65, tick=0.05, freeze=1800)
YEN = Instrument(key="NCD_FO|1", symbol="JPYINR FUT", segment="NCD_FO", kind="FUT", tick=0.0025)
INDEX = Instrument(key="NSE_INDEX|Nifty 50", symbol="NIFTY", segment="NSE_INDEX", kind="INDEX")


def test_it_says_what_it_is() -> None:
    assert str(NIFTY) == "NIFTY FUT"
    assert NIFTY.is_future
    assert not NIFTY.is_option
    assert Instrument(key="x", symbol="x", kind="PE").is_option
    assert NIFTY.is_tradable
    assert not INDEX.is_tradable
    assert repr(INDEX) == "Instrument(key='NSE_INDEX|Nifty 50', symbol='NIFTY', segment='NSE_INDEX', kind='INDEX')"


@pytest.mark.parametrize("price", [0.05, 100.1, 24512.35, 0.15, 1e6])
def test_prices_on_a_tick_are_taken(price: float) -> None:
    NIFTY.check_price(price)
    YEN.check_price(0.5025)
    INDEX.check_price(1.234567)


def test_prices_between_ticks_are_refused_with_the_nearest() -> None:
    with pytest.raises(
        IllegalPriceError, match=r"NIFTY FUT: 100\.02 is between two ticks of ₹0\.05; the nearest is 100"
    ):
        NIFTY.check_price(100.02)
    with pytest.raises(IllegalPriceError, match="above 0, got 0"):
        NIFTY.check_price(0)
    with pytest.raises(IllegalPriceError, match="above 0, got nan"):
        NIFTY.check_price(float("nan"))


@given(st.floats(0.01, 1e6), st.sampled_from([0.0025, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0]))
def test_what_is_rounded_is_on_a_tick_and_near(price: float, tick: float) -> None:
    one = Instrument(key="x", symbol="x", tick=tick)
    rounded = one.rounded(price)
    assert abs(rounded - price) <= tick / 2 + 1e-9
    if rounded > 0:
        one.check_price(rounded)
    assert INDEX.rounded(price) == price


@given(st.integers(1, 10_000), st.integers(1, 2000), st.integers(1, 5000) | st.none())
def test_slices_are_legal_orders_and_add_up(lots: int, lot: int, freeze: int | None) -> None:
    one = Instrument(key="x", symbol="x", lot=lot, freeze=freeze)
    slices = list(one.slices(lots * lot)) if lots * lot / (one.largest_order or lots * lot) < 2000 else []
    for quantity in slices:
        one.check_quantity(quantity)
        assert freeze is None or quantity <= max(freeze, lot)
    assert not slices or sum(slices) == lots * lot


def test_quantities_outside_lots_are_refused() -> None:
    assert NIFTY.largest_order == 1755
    assert list(NIFTY.slices(3575)) == [1755, 1755, 65]
    with pytest.raises(IllegalQuantityError, match="not a multiple of the lot of 65; try 65 or 130"):
        NIFTY.check_quantity(100)
    with pytest.raises(IllegalQuantityError, match=r"try 65$"):
        NIFTY.check_quantity(1)
    with pytest.raises(IllegalQuantityError, match="above 0"):
        NIFTY.check_quantity(0)


def test_orders_for_commodities_count_lots() -> None:
    crude = Instrument(key="MCX_FO|435849", symbol="CRUDEOIL FUT 18 DEC 26", segment="MCX_FO", lot=100, freeze=100)
    assert (crude.counts_lots, crude.step, crude.largest_order) == (True, 1, 100)
    assert list(crude.slices(230)) == [100, 100, 30]
    assert (NIFTY.counts_lots, NIFTY.step) == (False, 65)


# The files


def by_key(data: bytes) -> dict[str, Instrument]:
    return {one.key: one for one in master.read(data)}


def test_ticks_of_the_json_file_are_paise() -> None:
    found = by_key(masters.packed(masters.small()))
    assert found["NSE_EQ|INE002A01018"].tick == 0.1
    assert found["BSE_EQ|INE002A01018"].tick == 0.05
    assert found["NCD_FO|14294"].tick == 0.0025
    assert found["MCX_FO|430106"].tick == 1.0
    assert found["NSE_INDEX|Nifty 50"].tick == 0.0


def test_every_field_of_the_json_file_is_read() -> None:
    found = by_key(json.dumps(masters.small()).encode())
    crude = found["MCX_FO|435849"]
    assert (crude.underlying, crude.underlying_key, crude.underlying_kind) == ("CRUDEOIL", "MCX_FO|430106", "COM")
    assert (crude.strike, crude.expiry, crude.quote_unit) == (5750.0, dt.date(2026, 12, 16), "BBL")
    future = found["MCX_FO|430106"]
    assert (future.strike, future.kind) == (None, "FUT")
    assert found["NCD_FO|14295"].freeze is None
    assert found["NCD_FO|14294"].multiplier == 1000
    assert found["NSE_EQ|INE036A01016"].mtf_bracket == 26.5
    assert found["NSE_EQ|INE040A01034"].cas_eligible
    assert found["NSE_EQ|INE002A01018"].mtf_bracket is None
    strange = found["GLOBAL_INDEX|SGX NIFTY"]
    assert (strange.lot, strange.isin, strange.expiry, strange.underlying_key) == (1, None, None, None)


def test_ticks_of_the_csv_file_are_rupees() -> None:
    header = (
        "instrument_key,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,"
        "instrument_type,option_type,exchange"
    )
    rows = [
        "NSE_FO|164693,164693,RELIANCE24JAN1840CE,RELIANCE,424.8,2024-01-25,1840.0,0.05,250,OPTSTK,CE,NSE_FO",
        "NSE_FO|2,2,NIFTY24JANFUT,,1,2024-01-25,0.0,0.05,50,FUTIDX,FF,NSE_FO",
        "NCD_FO|3,3,USDINR24JANFUT,,1,2024-01-25,0.0,0.0025,1,FUTCUR,XX,NCD_FO",
        "NSE_EQ|INE002A01018,2885,RELIANCE,RELIANCE INDUSTRIES LTD,1,,,0.05,1,EQUITY,,NSE_EQ",
        "NSE_EQ|BROKEN,1,BROKEN,,1,soon,,0.05,1,EQUITY,,NSE_EQ",
    ]
    found = by_key(gzip.compress("\n".join([header, *rows]).encode()))
    assert list(found) == ["NSE_FO|164693", "NSE_FO|2", "NCD_FO|3", "NSE_EQ|INE002A01018"]
    option = found["NSE_FO|164693"]
    assert (option.tick, option.kind, option.strike, option.lot, option.exchange) == (0.05, "CE", 1840.0, 250, "NSE")
    assert (found["NSE_FO|2"].kind, found["NSE_FO|2"].strike) == ("FUT", None)
    assert (found["NCD_FO|3"].exchange, found["NCD_FO|3"].tick) == ("NSE", 0.0025)
    assert found["NSE_EQ|INE002A01018"].kind == "EQ"


def test_a_row_that_cannot_be_read_is_left_out() -> None:
    rows = [{"instrument_key": "NSE_EQ|A"}, {"no": "key"}, 5, {"instrument_key": "NSE_EQ|B", "expiry": "never"}]
    found = list(master.read(json.dumps(rows).encode()))
    assert [(one.key, one.symbol, one.segment) for one in found] == [("NSE_EQ|A", "A", "NSE_EQ")]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "neither a JSON list nor a CSV"),
        (b"<html>", "neither a JSON list nor a CSV"),
        (b"[{]", "is no JSON"),
        (b"\x1f\x8b\x08broken", "damaged"),
        (gzip.compress(b"[]", mtime=0)[:-6] + b"\x00\x00\x00\x00\x00\x00", "damaged"),
        (gzip.compress(b"[]", mtime=0)[:-4] + b"\xff\xff\xff\xff", "claims to hold"),
    ],
)
def test_a_damaged_file_is_told(data: bytes, why: str) -> None:
    with pytest.raises(InstrumentFileError, match=why):
        list(master.read(data))


def test_a_row_of_the_api_is_an_instrument() -> None:
    row = masters.contract("NIFTY", "NIFTY", "CE", dt.date(2026, 11, 24), 7, "NSE_INDEX|Nifty 50", 26000)
    one = instrument_of(row | {"expiry": dt.datetime(2026, 11, 24)})
    assert (one.expiry, one.strike, one.tick) == (dt.date(2026, 11, 24), 26000, 0.05)
    with pytest.raises(InstrumentFileError, match="no instrument"):
        instrument_of({"name": "x"})
