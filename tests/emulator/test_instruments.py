"""Searching instruments, listing contracts, and the files of the assets host."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import gzip
import http.client
import io
import json
import urllib.parse
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

import upstox_client
from support.shapes import assert_same_shape, sample
from upstox_client.models import InstrumentData
from upstox_emulator import IST, Emulator

from .conftest import Caller

NIFTY, RELIANCE = "NSE_INDEX|Nifty 50", "NSE_EQ|INE002A01018"
FOLDER = "/market-quote/instruments/exchange"
SAMPLED = dt.datetime(2025, 4, 20, 10, 0, tzinfo=IST)


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulator]:
    """One emulator for everything that only reads."""
    with Emulator(speed=0, rate_limit=False) as emulator:
        yield emulator


@pytest.fixture
def ask(shared) -> Any:
    call = Caller(shared.url, shared.access_token)
    return lambda path, **query: call("GET", f"{path}?{urllib.parse.urlencode(query)}")


@pytest.fixture
def search(ask) -> Any:
    return lambda query, **more: ask("/v2/instruments/search", query=query, **more)


def symbols(answer: Any) -> list[str]:
    return [row["trading_symbol"] for row in answer.data]


# Search


def test_a_share(search) -> None:
    answer = search("reliance", segments="EQ", records=20)
    assert_same_shape(sample("market/search"), answer.json())
    assert [row["instrument_key"] for row in answer.data] == [RELIANCE, "BSE_EQ|INE002A01018"]
    assert answer.json()["meta_data"] == {
        "page": {"page_number": 1, "total_pages": 1, "records": 20, "total_records": 2}
    }


@pytest.mark.parametrize(
    ("query", "more", "expected"),
    [
        ("INE002A01018", {}, ["RELIANCE", "RELIANCE"]),
        ("Reliance Indus", {"exchanges": "BSE"}, ["RELIANCE"]),
        ("nifty", {"segments": "INDEX", "records": "2"}, ["NIFTY", "NIFTYNXT50"]),
        ("NIFTY FUT", {"records": "3"}, ["NIFTY FUT 23 NOV 26", "NIFTY FUT 29 DEC 26", "NIFTY FUT 25 JAN 27"]),
        ("nifty", {"segments": "FUT", "expiry": "next_month", "records": "1"}, ["NIFTY FUT 29 DEC 26"]),
        ("usdinr", {"segments": "CURR", "instrument_types": "FUT", "exchanges": "NSE", "expiry": "2026-12-29"},
         ["USDINR FUT 29 DEC 26"]),
        ("crudeoil", {"segments": "COMM", "exchanges": "MCX", "instrument_types": "FUT", "expiry": "current_month"},
         ["CRUDEOIL FUT 18 DEC 26"]),
        ("goldbees", {"exchanges": "NSE,BSE"}, ["GOLDBEES", "GOLDBEES"]),
        ("RELIANCE", {"instrument_types": "A"}, ["RELIANCE"]),
        ("hang seng", {}, ["HANG SENG"]),
        ("nothing like it", {}, []),
        ("RELIANCE", {"expiry": "current_week"}, []),
        ("RELIANCE", {"expiry": "2026-11-25"}, []),
    ],
)  # fmt: skip
def test_search(search, query: str, more: dict[str, str], expected: list[str]) -> None:
    assert symbols(search(query, **more)) == [
        "NIFTY FUT 24 NOV 26" if name == "NIFTY FUT 23 NOV 26" else name.replace("25 JAN", "26 JAN")
        for name in expected
    ]  # around the clock, holidays move nothing


def test_expiries_of_several_words(search) -> None:
    answer = search("NIFTY", instrument_types="CE", expiry="this_week,next_week", exchanges="NSE", atm_offset="0")
    assert {row["expiry"] for row in answer.data if row["underlying_symbol"] == "NIFTY"} == {"2026-11-24", "2026-12-01"}


@pytest.mark.parametrize("offset", [-3, 0, 2])
def test_strikes_at_the_money(shared, search, offset: int) -> None:
    answer = search("NIFTY", atm_offset=str(offset), exchanges="NSE", instrument_types="CE,PE")
    rows = [row for row in answer.data if row["underlying_symbol"] == "NIFTY"]
    assert [row["instrument_type"] for row in rows] == ["CE", "PE"]
    assert {row["expiry"] for row in rows} == {"2026-11-24"}
    venue = shared.backend.venue
    spot = venue.market.last(NIFTY, shared.clock.now().timestamp()) / 10_000
    chain = venue.catalog.chain(NIFTY, dt.date(2026, 11, 24), dt.date(2026, 11, 23))
    strikes = sorted({one.strike / 10_000 for one in chain})
    nearest = min(range(len(strikes)), key=lambda place: abs(strikes[place] - spot))
    assert {row["strike_price"] for row in rows} == {strikes[nearest + offset]}


def test_a_strike_beyond_the_last_one(search) -> None:
    assert symbols(search("NIFTY", atm_offset="9999")) == []


def test_pages(search) -> None:
    pages = [search("bank", records="7", page_number=str(number)) for number in (1, 2, 3)]
    page = pages[0].json()["meta_data"]["page"]
    assert page["records"] == 7
    assert page["total_pages"] == -(-page["total_records"] // 7)
    keys = [row["instrument_key"] for answer in pages for row in answer.data]
    assert len(set(keys)) == 21
    assert symbols(search("bank", page_number="100000")) == []
    assert len(symbols(search("bank"))) == 10
    assert len(symbols(search("bank", records="30"))) == 30


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, "UDAPI1169"), ({"query": ""}, "UDAPI1169"), ({"query": "  "}, "UDAPI1169"),
        ({"query": "x" * 51}, "UDAPI1170"), ({"exchanges": "MOON"}, "UDAPI1171"),
        ({"exchanges": "NSE,nse"}, "UDAPI1171"),
        ({"segments": "CASH"}, "UDAPI1172"), ({"records": "31"}, "UDAPI1173"), ({"records": "0"}, "UDAPI1196"),
        ({"records": "many"}, "UDAPI1196"), ({"page_number": "0"}, "UDAPI1174"), ({"page_number": "-1"}, "UDAPI1174"),
        ({"expiry": "someday"}, "UDAPI1175"), ({"expiry": "2026-13-01"}, "UDAPI1175"),
        ({"expiry": "current_week,2026-02-30"}, "UDAPI1175"), ({"atm_offset": "1.5"}, "UDAPI100036"),
    ],
)  # fmt: skip
def test_what_a_search_refuses(ask, query: dict[str, str], code: str) -> None:
    answer = ask("/v2/instruments/search", **({"query": "NIFTY"} | query if query else {}))
    assert answer.status == 400
    assert answer.codes == [code]


def test_a_query_of_fifty_characters(search) -> None:
    assert search("x" * 50).status == 200


# Contracts


def test_option_contracts(ask) -> None:
    answer = ask("/v2/option/contract", instrument_key=NIFTY)
    assert_same_shape(sample("market/option_contracts"), answer.json())
    assert len({row["expiry"] for row in answer.data}) == 9
    assert answer.data[0]["lot_size"] == 65
    of_a_day = ask("/v2/option/contract", instrument_key=NIFTY, expiry_date="2026-12-01")
    assert {row["expiry"] for row in of_a_day.data} == {"2026-12-01"}
    assert {row["weekly"] for row in of_a_day.data} == {True}
    assert [row["strike_price"] for row in of_a_day.data] == sorted(row["strike_price"] for row in of_a_day.data)
    by_word = ask("/v2/option/contract", instrument_key=NIFTY, expiry_date="next_week")
    assert by_word.data == of_a_day.data


def test_contracts_on_a_future(shared, ask) -> None:
    future = shared.backend.venue.catalog.futures("COM|CRUDEOIL", dt.date(2026, 11, 23))[0]
    rows = ask("/v2/option/contract", instrument_key=future.key).data
    assert {row["underlying_key"] for row in rows} == {future.key}
    assert {row["underlying_type"] for row in rows} == {"COM"}


@pytest.mark.parametrize(
    "query",
    [
        {"instrument_key": "NSE_EQ|INE814H01029"}, {"instrument_key": NIFTY, "expiry_date": "2026-12-02"},
        {"instrument_key": RELIANCE, "expiry_date": "next_week"}, {"instrument_key": "BSE_EQ|INE002A01018"},
    ],
)  # fmt: skip
def test_no_contracts(ask, query: dict[str, str]) -> None:
    assert ask("/v2/option/contract", **query).data == []


CONTRACTS = "/v2/option/contract"
EXPIRIES = "/v2/expired-instruments/expiries"
OPTIONS = "/v2/expired-instruments/option/contract"
FUTURES = "/v2/expired-instruments/future/contract"


@pytest.mark.parametrize("path", [CONTRACTS, EXPIRIES, OPTIONS, FUTURES])
@pytest.mark.parametrize(
    ("key", "code"),
    [
        (None, "UDAPI1009"), ("", "UDAPI1009"), ("nonsense", "UDAPI100011"), ("NSE_INDEX|Nifty 51", "UDAPI100011"),
        ("CUR|USDINR", "UDAPI100011"),
    ],
)  # fmt: skip
def test_what_is_no_underlying(ask, path: str, key: str | None, code: str) -> None:
    answer = ask(path, **({} if key is None else {"instrument_key": key}))
    assert answer.status == 400
    assert answer.codes == [code]


@pytest.mark.parametrize("path", [CONTRACTS, OPTIONS, FUTURES])
@pytest.mark.parametrize("day", ["tomorrow", "2026-2-1", "2026-02-30", "01-02-2026", ""])
def test_what_is_no_day(ask, path: str, day: str) -> None:
    answer = ask(path, instrument_key=NIFTY, expiry_date=day)
    assert answer.status == 400
    assert answer.codes == ["UDAPI1088"]


def test_expired_contracts_want_a_day(ask) -> None:
    assert ask(OPTIONS, instrument_key=NIFTY).codes == ["UDAPI1088"]


def test_commodities_have_no_past(shared, ask) -> None:
    key = shared.backend.venue.catalog.futures("COM|CRUDEOIL", dt.date(2026, 11, 23))[0].key
    assert ask(EXPIRIES, instrument_key=key).codes == ["UDAPI100011"]


@pytest.fixture
def sampled() -> Iterator[Any]:
    """The day on which the documentation looked."""
    with Emulator(speed=0, start=SAMPLED, market="calendar") as em:
        call = Caller(em.url, em.access_token)
        yield lambda path, **query: call("GET", f"{path}?{urllib.parse.urlencode(query)}")


def test_the_documented_past(sampled) -> None:
    assert sampled(EXPIRIES, instrument_key=NIFTY).json() == sample("market/expiries")
    options = sampled(OPTIONS, instrument_key=NIFTY, expiry_date="2025-04-17")
    assert_same_shape(sample("market/expired_options"), options.json())
    assert options.data[0]["instrument_key"] == f"NSE_FO|{options.data[0]['exchange_token']}|17-04-2025"
    assert options.data[0]["lot_size"] == 75
    futures = sampled(FUTURES, instrument_key=NIFTY, expiry_date="2025-03-27")
    assert_same_shape(sample("market/expired_futures"), futures.json())
    assert [row["trading_symbol"] for row in futures.data] == ["NIFTY FUT 27 MAR 25"]
    assert sampled(FUTURES, instrument_key=NIFTY, expiry_date="2025-04-24").data == []  # it has not ended
    assert sampled(OPTIONS, instrument_key=NIFTY, expiry_date="2025-04-16").data == []
    assert sampled(EXPIRIES, instrument_key=RELIANCE).data == [
        "2024-10-31", "2024-11-28", "2024-12-26", "2025-01-30", "2025-02-27", "2025-03-27",
    ]  # fmt: skip


def test_our_own_client(shared) -> None:
    client = upstox_client.ApiClient(shared.configuration())
    contracts = upstox_client.OptionsApi(client).get_option_contracts(NIFTY, expiry_date="2026-12-01").data
    assert contracts
    assert contracts[0].expiry == dt.datetime(2026, 12, 1)
    found = upstox_client.InstrumentsApi(client).search_instrument("RELIANCE").data
    assert found
    assert found[0].instrument_key == RELIANCE
    past = upstox_client.ExpiredInstrumentApi(client)
    expiries = past.get_expiries(NIFTY).data
    assert expiries
    assert past.get_expired_option_contracts(NIFTY, f"{expiries[-1]}"[:10]).data


# Files


def fetch(em: Emulator, name: str, headers: dict[str, str] | None = None, method: str = "GET") -> Any:
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(em.url).netloc, timeout=10)
    try:
        connection.request(method, f"{FOLDER}/{name}", headers=headers or {})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


@functools.cache
def rows_of(em: Emulator, name: str) -> list[dict[str, Any]]:
    response, body = fetch(em, name)
    assert response.status == 200
    return json.loads(gzip.decompress(body))


def test_the_complete_file(shared) -> None:
    rows = rows_of(shared, "complete.json.gz")
    listed = shared.backend.venue.catalog.listed(dt.date(2026, 11, 23))
    assert {row["instrument_key"] for row in rows} == {one.key for one in listed}
    parts = [row for name in ("NSE", "BSE", "MCX", "global") for row in rows_of(shared, f"{name}.json.gz")]
    assert sorted(parts, key=lambda row: row["instrument_key"]) == sorted(rows, key=lambda row: row["instrument_key"])
    assert len(msgspec.convert(rows, list[InstrumentData], strict=False)) == len(rows)


@pytest.mark.parametrize(
    ("name", "fits", "documented"),
    [
        ("complete", {"trading_symbol": "JOCIL", "segment": "NSE_EQ"}, "instrument_equity"),
        ("complete", {"trading_symbol": "NIFTY FUT 24 NOV 26"}, "instrument_future"),
        ("complete", {"underlying_symbol": "IDEA", "instrument_type": "CE"}, "instrument_call"),
        ("complete", {"segment": "BSE_INDEX", "trading_symbol": "AUTO"}, "instrument_index"),
        ("complete", {"segment": "MCX_FO", "instrument_type": "CE"}, "instrument_mcx_option"),
        ("complete", {"segment": "NCD_FO", "instrument_type": "CE"}, "instrument_currency_option"),
        ("global", {"name": "GIFT NIFTY"}, "instrument_global"),
        ("MTF", {"trading_symbol": "RELIANCE"}, "instrument_mtf"),
        ("NSE_MIS", {"trading_symbol": "RELIANCE"}, "instrument_mis"),
        ("suspended-instrument", {"segment": "NSE_EQ"}, "instrument_suspended"),
    ],
)  # fmt: skip
def test_rows_have_what_the_documented_ones_have(shared, name: str, fits: dict[str, str], documented: str) -> None:
    row = next(row for row in rows_of(shared, f"{name}.json.gz") if fits.items() <= row.items())
    known = sample(f"market/{documented}")
    assert known.keys() <= row.keys()
    for field, value in known.items():
        whole = isinstance(value, int) and not isinstance(value, bool)
        assert isinstance(row[field], (int, float) if whole else type(value)), field
    order = [field for field in row if field in known]
    assert order == list(known)


def test_units_of_the_file(shared) -> None:
    rows = {row["trading_symbol"]: row for row in rows_of(shared, "complete.json.gz") if row["exchange"] != "BSE"}
    future = rows["NIFTY FUT 29 DEC 26"]
    assert future["tick_size"] == 10.0
    assert future["expiry"] == int(dt.datetime(2026, 12, 29, 23, 59, 59, tzinfo=IST).timestamp() * 1000)
    assert future["strike_price"] == 0.0
    assert future["underlying_key"] == future["asset_key"] == NIFTY
    usdinr = rows["USDINR FUT 29 DEC 26"]
    assert usdinr["qty_multiplier"] == 1000.0
    assert usdinr["tick_size"] == 0.25
    assert "underlying_key" not in usdinr
    crude = rows["CRUDEOIL FUT 18 DEC 26"]
    assert crude["last_trading_date"] == crude["expiry"]
    assert crude["price_quote_unit"] == "BBL"
    assert rows["RELIANCE"]["mtf_bracket"] == 26.5
    assert rows["RELIANCE"]["cas_eligible"] is True
    assert "cas_eligible" not in rows["JOCIL"]


def test_lists_beside_the_exchanges(shared) -> None:
    assert all(row["mtf_enabled"] for row in rows_of(shared, "MTF.json.gz"))
    nse, bse = rows_of(shared, "NSE_MIS.json.gz"), rows_of(shared, "BSE_MIS.json.gz")
    assert {row["segment"] for row in nse} == {"NSE_EQ"}
    assert {row["segment"] for row in bse} == {"BSE_EQ"}
    assert nse[0]["intraday_leverage"] == 5.0
    suspended = rows_of(shared, "suspended-instrument.json.gz")
    assert {len(row) for row in suspended} == {12}
    known = {row["instrument_key"] for row in rows_of(shared, "complete.json.gz")}
    assert not known & {row["instrument_key"] for row in suspended}
    fund = next(row for row in rows_of(shared, "mf-instruments.json.gz") if row["instrument_key"] == "INF846K016M6")
    assert fund["minimum_purchase_amount"] == 200000.0
    assert fund["redemption_allowed"] is False
    assert fund["last_price_date"] == "2026-11-20"


@pytest.mark.parametrize("name", ["complete", "NSE", "BSE", "MCX"])
def test_csv(shared, name: str) -> None:
    response, body = fetch(shared, f"{name}.csv.gz")
    assert response.status == 200
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(body).decode())))
    json_rows = [row for row in rows_of(shared, f"{name}.json.gz") if row["exchange"] != "GLOBAL"]
    assert [row["instrument_key"] for row in rows] == [row["instrument_key"] for row in json_rows]
    assert ",".join(rows[0]) == (
        "instrument_key,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,"
        "option_type,exchange"
    )
    by_name = {(row["exchange"], row["tradingsymbol"]): row for row in rows}
    if name in {"complete", "NSE"}:
        share, call = by_name["NSE_EQ", "RELIANCE"], by_name["NSE_FO", "RELIANCE26DEC1540CE"]
        assert (share["tick_size"], share["instrument_type"], share["expiry"]) == ("0.1", "EQUITY", "")
        assert float(share["last_price"]) > 0
        assert (call["expiry"], call["strike"], call["instrument_type"]) == ("2026-12-29", "1540.0", "OPTSTK")
        assert (call["option_type"], call["tick_size"], call["lot_size"]) == ("CE", "0.05", "500")
        assert by_name["NSE_FO", "NIFTY26DECFUT"]["instrument_type"] == "FUTIDX"
        assert by_name["NSE_INDEX", "Nifty 50"]["instrument_type"] == "INDEX"
        assert by_name["NCD_FO", "USDINR26DECFUT"]["instrument_type"] == "FUTCUR"
    if name == "MCX":
        kinds = {row["instrument_type"] for row in rows}
        assert kinds == {"FUTCOM", "OPTFUT", "INDEX"}


def test_a_file_that_is_known_is_not_sent_again(shared) -> None:
    response, body = fetch(shared, "MTF.json.gz")
    tag, modified = response.headers["ETag"], response.headers["Last-Modified"]
    assert modified == "Mon, 23 Nov 2026 00:30:00 GMT"  # 06:00 IST
    assert response.headers["Content-Type"] == "application/gzip"
    assert "Content-Encoding" not in response.headers
    for headers, status in (
        ({"If-None-Match": tag}, 304),
        ({"If-None-Match": f'"other", W/{tag}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-None-Match": '"other"', "If-Modified-Since": modified}, 200),
        ({"If-Modified-Since": modified}, 304),
        ({"If-Modified-Since": "Sun, 22 Nov 2026 00:30:00 GMT"}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Modified-Since": "Mon, 23 Nov 2026 00:30:00 -0000"}, 200),
    ):
        response, again = fetch(shared, "MTF.json.gz", headers)
        assert response.status == status, headers
        assert again == (b"" if status == 304 else body)
        assert response.headers["ETag"] == tag
    response, nothing = fetch(shared, "MTF.json.gz", method="HEAD")
    assert response.status == 200
    assert nothing == b""


@pytest.mark.parametrize("name", ["moon.json.gz", "complete.json", "MTF.csv.gz", "complete"])
def test_a_file_that_does_not_exist(shared, name: str) -> None:
    response, body = fetch(shared, name)
    assert response.status == 404
    assert json.loads(body)["errors"][0]["errorCode"] == "UDAPI100060"


def test_files_are_renewed_at_six() -> None:
    with Emulator(speed=0, start=dt.datetime(2026, 11, 24, 10, 0, tzinfo=IST)) as em:
        em.clock.set(dt.datetime(2026, 11, 25, 5, 59, tzinfo=IST))
        before, old = fetch(em, "NSE.json.gz")
        em.clock.set(dt.datetime(2026, 11, 25, 6, 0, tzinfo=IST))
        after, new = fetch(em, "NSE.json.gz")
        assert (before.headers["Last-Modified"], after.headers["Last-Modified"]) == (
            "Tue, 24 Nov 2026 00:30:00 GMT", "Wed, 25 Nov 2026 00:30:00 GMT",
        )  # fmt: skip
        assert before.headers["ETag"] != after.headers["ETag"]
        ended = {"NIFTY FUT 24 NOV 26"}
        assert ended <= {row["trading_symbol"] for row in json.loads(gzip.decompress(old))}
        assert not ended & {row["trading_symbol"] for row in json.loads(gzip.decompress(new))}
