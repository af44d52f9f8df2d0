"""The market side's models where they do more than hold fields."""

from __future__ import annotations

import copy
import datetime
import pickle

import msgspec
import pytest

from upstox_client import UnexpectedTypeWarning
from upstox_client.core.codec import decode
from upstox_client.models import (
    AnalyticsResponse,
    Candle,
    CompetitorsResponse,
    GetFullMarketQuoteResponse,
    GetHistoricalCandleResponse,
    GetHolidayResponse,
    GetNewsResponse,
    GetOptionChainResponse,
    HolidayData,
    InstitutionalActivityResponse,
    InstrumentData,
    IpoOrderDetailResponse,
    IpoOrderResponse,
    MarketStatusData,
    MtfSmartlistResponse,
    OiResponse,
    OptionStrikeData,
    SearchInstrumentResponse,
)

ROW = ["2026-09-04T09:15:00+05:30", 53.1, 53.95, 51, 52.05, 235519861, 0]


def candles(*rows: object) -> list[Candle]:
    body = msgspec.json.encode({"status": "success", "data": {"candles": rows}})
    data = decode(body, GetHistoricalCandleResponse).data
    assert data is not None
    assert data.candles is not None
    return data.candles


def test_a_candle_has_names_and_places() -> None:
    (candle,) = candles(ROW)

    assert (candle.timestamp, candle.open, candle.high, candle.low, candle.close) == tuple(ROW[:5])
    assert (candle.volume, candle.open_interest) == (235519861, 0)
    assert [candle[place] for place in range(7)] == ROW
    assert str(candle.low) == "51"  # whole numbers stay whole, as in the official client's lists
    assert msgspec.json.decode(msgspec.json.encode(candle)) == ROW
    assert pickle.loads(pickle.dumps(candle)) == candle == copy.deepcopy(candle)


def test_a_candle_equals_the_official_list() -> None:
    (candle,) = candles(ROW)

    assert candle == ROW
    assert ROW == candle  # noqa: SIM300 - the other way round is another method
    assert candle == tuple(ROW)
    assert not candle != ROW  # noqa: SIM202 - the other operator is another method
    assert not ROW != candle  # noqa: SIM202, SIM300
    assert [candle] == [ROW]
    assert candle != [*ROW[:6], 1]
    assert candle != ROW[:6]
    assert candle != "x"
    assert hash(candle) == hash(tuple(ROW))


def test_a_candle_without_open_interest_has_none_of_it() -> None:
    assert candles(ROW[:6]) == [[*ROW[:6], 0]]


@pytest.mark.parametrize("odd", [[*ROW, 7], ROW[:5], [None, *ROW[1:]]])
def test_a_row_of_another_shape_is_kept_as_it_came(odd: list[object]) -> None:
    with pytest.warns(UnexpectedTypeWarning, match="candles"):
        rows = candles(odd, ROW)

    assert rows[0] == odd
    assert type(rows[0]) is list
    assert rows[1].close == 52.05


def test_a_date_is_midnight_as_in_the_official_client() -> None:
    strike = decode(b'{"expiry":"2025-02-13"}', OptionStrikeData)
    assert strike.expiry == datetime.datetime(2025, 2, 13)
    assert strike.to_dict()["expiry"] == datetime.datetime(2025, 2, 13)
    assert OptionStrikeData(expiry=datetime.datetime(2025, 2, 13)) == strike


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        ('"2025-02-13T23:59:59+05:30"', datetime.datetime.fromisoformat("2025-02-13T23:59:59+05:30")),
        ("1706207399000", datetime.datetime.fromisoformat("2024-01-25T23:59:59+05:30")),
        ('"soon"', "soon"),
        ("99999999999999999999", 99999999999999999999),
        ("-99999999999999999", -99999999999999999),
        ('""', None),
        ("null", None),
    ],
)
def test_a_date_of_any_form_is_read_or_kept(came: str, expected: object) -> None:
    instrument = decode(f'{{"expiry":{came}}}'.encode(), InstrumentData)
    assert instrument.expiry == expected


@pytest.mark.parametrize("odd", ["[1]", "true", "1.5", "{}"])
def test_a_date_that_is_none_at_all_is_kept_with_a_warning(odd: str) -> None:
    with pytest.warns(UnexpectedTypeWarning, match="InstrumentData.expiry"):
        instrument = decode(f'{{"expiry":{odd},"lot_size":75}}'.encode(), InstrumentData)
    assert instrument.expiry == msgspec.json.decode(odd)
    assert instrument.lot_size == 75


def test_the_official_words_for_dates() -> None:
    assert InstrumentData.swagger_types["expiry"] == "datetime"
    assert InstrumentData.swagger_types["last_trading_date"] == "datetime"
    assert InstrumentData.swagger_types["name"] == "str"
    assert HolidayData.attribute_map["_date"] == "date"
    assert HolidayData.swagger_types["_date"] == "datetime"


def test_a_holiday_has_its_date_under_both_names() -> None:
    response = decode(b'{"data":[{"date":"2026-01-26","closed_exchanges":["NSE"]}]}', GetHolidayResponse)
    assert response.data is not None
    (holiday,) = response.data
    assert holiday.date == holiday._date == datetime.datetime(2026, 1, 26)
    assert HolidayData(_date=holiday.date).date == holiday.date


def test_quotes_are_reached_by_key() -> None:
    body = b'{"data":{"NSE_EQ:NHPC":{"last_price":52.05,"depth":{"buy":[{"price":1}]}}}}'
    data = decode(body, GetFullMarketQuoteResponse).data
    assert data is not None
    quote = data["NSE_EQ:NHPC"]
    assert quote.depth is not None
    assert quote.depth.buy is not None
    assert quote.depth.buy[0].price == 1


def test_what_is_a_dict_in_the_official_client_can_be_read_as_one() -> None:
    found = decode(
        b'{"data":[{"name":"R","lot_size":1}],"meta_data":{"page":{"records":20}}}', SearchInstrumentResponse
    )
    assert found.data is not None
    assert found.data[0]["name"] == found.data[0].name == "R"
    assert found.data[0].to_dict().keys() >= {"name", "lot_size"}
    assert "isin" not in found.data[0].to_dict()
    assert found.meta_data is not None
    assert found.meta_data.page is not None
    assert found.meta_data.page.records == 20

    oi = decode(b'{"data":{"total_puts":12500000,"call_put_oi_data_list":[{"call_oi":1.5}]}}', OiResponse)
    assert isinstance(oi, AnalyticsResponse)
    assert oi.data is not None
    assert str(oi.data["total_puts"]) == "12500000"
    assert oi.data["call_put_oi_data_list"][0]["call_oi"] == 1.5

    fii = decode(b'{"data":{"NSE_EQ|CASH":[{"buy_amount":8523456789.0}]}}', InstitutionalActivityResponse)
    assert fii.data is not None
    assert fii.data["NSE_EQ|CASH"][0]["buy_amount"] == 8523456789.0

    mtf = decode(b'{"data":{"smartlist":[{"price":{"margin_saved":200.10}}]}}', MtfSmartlistResponse)
    assert mtf.data is not None
    assert mtf.data["smartlist"][0]["price"]["margin_saved"] == 200.1

    news = decode(b'{"data":{"a":[{"heading":"x"}]}}', GetNewsResponse)
    assert news.data is not None
    assert news.data["a"][0]["heading"] == "x"

    rivals = decode(b'{"data":[{"sector_market_cap_inr":{"value":1.5}}]}', CompetitorsResponse)
    assert rivals.data is not None
    assert rivals.data[0]["sector_market_cap_inr"]["value"] == 1.5

    order = b'{"order_id":"U1","bids":[{"amount":7700}]}'
    book = decode(b'{"data":[' + order + b"]}", IpoOrderResponse)
    one = decode(b'{"data":' + order + b"}", IpoOrderDetailResponse)
    assert book.data is not None
    assert one.data == book.data[0]
    assert book.data[0]["bids"][0]["amount"] == 7700


def test_the_bare_response_takes_what_comes() -> None:
    response = decode(b'{"status":"success","data":{"a":[1]}}', AnalyticsResponse)
    assert response.data.a == [1]
    assert decode(b'{"status":"success","data":[]}', AnalyticsResponse).data == []


def test_what_the_official_model_lacks_is_shown_only_when_it_came() -> None:
    assert "cas_eligible_status" not in MarketStatusData(exchange="MCX").to_dict()
    status = decode(b'{"exchange":"NSE","cas_eligible_status":{"status":"CTS_CLOSE"}}', MarketStatusData)
    assert status.to_dict()["cas_eligible_status"] == {"status": "CTS_CLOSE", "last_updated": None}


def test_a_chain_of_a_strike_without_a_put() -> None:
    chain = decode(
        b'{"data":[{"strike_price":21100,"call_options":{"market_data":{"ltp":1}}}]}', GetOptionChainResponse
    )
    assert chain.data is not None
    assert chain.data[0].put_options is None
    assert chain.data[0].strike_price == 21100
