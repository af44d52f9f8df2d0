from __future__ import annotations

import pytest

import upstox_client
from support.shapes import assert_same_shape, sample

from . import information
from .information import NIFTY, told

reader, get = information.reader, information.get

TODAY = "2026-11-23"
EXPIRY = "2026-11-30"
FII = "NSE_FO|STOCK_FUTURES,NSE_FO|INDEX_OPTIONS"


@pytest.fixture(scope="module")
def chain(reader):
    expiry = reader.backend.venue.catalog.expiries(NIFTY, reader.clock.now().date())[1]
    return {"instrument_key": NIFTY, "expiry": str(expiry), "date": TODAY}


PATHS = {
    "oi": {},
    "change-oi": {"interval": 1},
    "pcr": {"bucket_interval": 30},
    "max-pain": {"bucket_interval": 30},
}


@pytest.mark.parametrize(("path", "more"), PATHS.items())
def test_the_shapes(get, chain, path, more):
    answer = get(f"/v2/market/{path}", **chain, **more)
    assert_same_shape(sample(f"market/{path.replace('-', '_')}"), answer.json())


@pytest.mark.parametrize(("path", "more"), PATHS.items())
@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("instrument_key", "NSE_INDEX|Nobody", "UDAPI100011"),
        ("instrument_key", "CUR|USDINR", "UDAPI100011"),
        ("expiry", "2026-11-22", "UDAPI1202"),
        ("expiry", "30-11-2026", "UDAPI1202"),
        ("expiry", "some_week", "UDAPI1202"),
        ("date", "2026-11-31", "UDAPI1203"),
        ("date", "2026-11-24", "UDAPI1203"),
        ("date", "2000-12-31", "UDAPI1203"),
        ("date", "0001-01-01", "UDAPI1203"),
    ],
)
def test_what_is_refused(get, chain, path, more, name, value, code):
    assert told(get(f"/v2/market/{path}", **(chain | more | {name: value}))) == (400, code, name, value)


@pytest.mark.parametrize(("path", "more"), PATHS.items())
@pytest.mark.parametrize(
    ("name", "code"), [("instrument_key", "UDAPI100011"), ("expiry", "UDAPI1202"), ("date", "UDAPI1203")]
)
def test_what_is_left_out(get, chain, path, more, name, code):
    query = {key: value for key, value in (chain | more).items() if key != name}
    assert told(get(f"/v2/market/{path}", **query)) == (400, code, name, None)


@pytest.mark.parametrize("value", [None, "0", "-1", "x", "1.5", "100000"])
@pytest.mark.parametrize(
    ("path", "name", "code"),
    [
        ("change-oi", "interval", "UDAPI1204"),
        ("pcr", "bucket_interval", "UDAPI1205"),
        ("max-pain", "bucket_interval", "UDAPI1205"),
    ],
)
def test_intervals_that_are_none(get, chain, path, name, code, value):
    query = chain if value is None else chain | {name: value}
    assert told(get(f"/v2/market/{path}", **query)) == (400, code, name, value)


def test_an_expiry_by_its_name(get, chain):
    named = get("/v2/market/oi", **(chain | {"expiry": "next_week"})).data
    assert named == get("/v2/market/oi", **chain).data


def test_a_share_has_a_chain_too(get, reader):
    share = "NSE_EQ|INE002A01018"
    expiry = reader.backend.venue.catalog.expiries(share, reader.clock.now().date())[0]
    data = get("/v2/market/oi", instrument_key=share, expiry=expiry, date="2026-11-20").data
    assert data["total_calls"] > 0


def test_of_the_first_day_there_is_no_day_before(get):
    query = {"instrument_key": NIFTY, "expiry": "far_month", "date": "2001-01-02"}
    data = get("/v2/market/change-oi", **query, interval=9).data
    assert data["total_call_change_oi"] == get("/v2/market/oi", **query).data["total_calls"] > 0


# Institutions


def test_the_shape_of_flows(get):
    answer = get("/v2/market/fii", data_type=FII, interval="1D")
    assert_same_shape(sample("market/fii"), answer.json())
    assert list(answer.data) == FII.split(",")
    domestic = get("/v2/market/dii", data_type="NSE_EQ|CASH", interval="1M").data
    assert list(domestic) == ["NSE_EQ|CASH"]
    assert len(domestic["NSE_EQ|CASH"]) == 8


def test_types_may_be_repeated(get):
    listed = get("/v2/market/fii", data_type=FII, interval="1D").data
    assert get("/v2/market/fii", data_type=FII.split(","), interval="1D").data == listed


def test_the_last_session_may_be_told(get):
    rows = get("/v2/market/fii", data_type="NSE_EQ|CASH", interval="1D", from_="2026-09-04").data["NSE_EQ|CASH"]
    assert rows[0]["time_stamp"] == 1788460200000  # 4 September 2026
    assert get("/v2/market/fii", data_type="NSE_EQ|CASH", interval="1D", from_="2026-03-31").data == {"NSE_EQ|CASH": []}


@pytest.mark.parametrize("path", ["fii", "dii"])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"data_type": None}, ("UDAPI1198", "data_type", None)),
        ({"data_type": "NSE_EQ|CASH,X"}, ("UDAPI1198", "data_type", "NSE_EQ|CASH,X")),
        ({"interval": None}, ("UDAPI1199", "interval", None)),
        ({"interval": "1W"}, ("UDAPI1199", "interval", "1W")),
        ({"from_": "yesterday"}, ("UDAPI1200", "from", "yesterday")),
    ],
)
def test_flows_that_are_none(get, path, query, expected):
    whole = {"data_type": "NSE_EQ|CASH", "interval": "1D"} | query
    answer = get(f"/v2/market/{path}", **{name: value for name, value in whole.items() if value is not None})
    assert told(answer) == (400, *expected)


def test_domestic_institutions_are_known_by_their_cash_alone(get):
    assert told(get("/v2/market/dii", data_type="NSE_FO|INDEX_FUTURES", interval="1D"))[1] == "UDAPI1198"


def test_our_client_reads_them(reader, chain):
    with upstox_client.ApiClient(reader.configuration()) as client:
        api = upstox_client.MarketApi(client)
        told = api.get_oi_data(NIFTY, chain["expiry"], TODAY).data
        assert told.total_calls == sum(row.call_oi for row in told.call_put_oi_data_list)
        assert api.get_pcr_data(NIFTY, chain["expiry"], TODAY, 60).data.insights[0].time == "09:15"
        assert len(api.get_fii_data(FII.split(","), "1D").data) == 2
