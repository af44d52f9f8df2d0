"""Candles over HTTP: spans, limits and refusals of every version, and that they are the market's."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from support.shapes import assert_same_shape, sample
from upstox_emulator import IST, Emulator
from upstox_emulator.http.history import _months_before
from upstox_emulator.units import rupees

from . import information
from .conftest import Caller
from .information import NIFTY, told

reader, get = information.reader, information.get

SHARE = "NSE_EQ|INE002A01018"
TODAY = dt.date(2026, 11, 23)
V3, V2 = "/v3/historical-candle", "/v2/historical-candle"
EXPIRED = "/v2/expired-instruments/historical-candle"


@pytest.fixture
def candles(get) -> Any:
    def ask(path: str) -> list[list[Any]]:
        data = get(path).data
        assert list(data) == ["candles"]
        return data["candles"]

    return ask


def days(rows: list[list[Any]]) -> list[str]:
    return [row[0][:10] for row in rows]


# Version 3


def test_the_shapes(get):
    for path, name in (
        (f"{V3}/{SHARE}/months/1/2025-02-01/2025-01-01", "candles_v3"),
        (f"{V3}/intraday/{SHARE}/minutes/30", "intraday_candles_v3"),
        (f"{V2}/{SHARE}/month/2023-10-31/2023-09-01", "candles"),
        (f"{V2}/intraday/{SHARE}/30minute", "intraday_candles_v3"),
    ):
        assert_same_shape(sample(f"market/{name}"), get(path).json())


def test_candles_are_the_markets_the_newest_first(reader, candles):
    market = reader.backend.venue.market
    start = dt.datetime(2026, 11, 20, tzinfo=IST).timestamp()
    for unit, count, minutes in (("minutes", 1, 1), ("minutes", 7, 7), ("minutes", 300, 300), ("hours", 2, 120)):
        rows = candles(f"{V3}/{SHARE}/{unit}/{count}/2026-11-20/2026-11-20")
        expected = market.candles(SHARE, 60 * minutes, start, start + 86_400)
        assert [row[1:] for row in reversed(rows)] == [
            [*(rupees(price) for price in candle[1:5]), candle.volume, 0] for candle in expected
        ]
        assert rows[-1][0] == "2026-11-20T09:15:00+05:30"
        assert rows == sorted(rows, reverse=True)
    assert len(candles(f"{V3}/{SHARE}/minutes/1/2026-11-20/2026-11-20")) == 375
    assert len(candles(f"{V3}/{SHARE}/minutes/30/2026-11-20/2026-11-20")) == 13
    assert [row[0][11:16] for row in candles(f"{V3}/{SHARE}/hours/1/2026-11-20/2026-11-20")] == [
        "15:15", "14:15", "13:15", "12:15", "11:15", "10:15", "09:15",
    ]  # fmt: skip


def test_weeks_and_months_are_their_days(candles):
    every = candles(f"{V3}/{SHARE}/days/1/2026-11-22/2024-11-25")
    for unit, begin in (
        ("weeks", lambda day: day - dt.timedelta(day.weekday())),
        ("months", lambda day: day.replace(day=1)),
    ):
        rows = candles(f"{V3}/{SHARE}/{unit}/1/2026-11-22/2024-11-25")
        for row in rows[1:-1:7]:
            part = [day for day in every if str(begin(dt.date.fromisoformat(day[0][:10]))) == row[0][:10]]
            assert row[1:] == [
                part[-1][1],
                max(day[2] for day in part),
                min(day[3] for day in part),
                part[0][4],
                sum(day[5] for day in part),
                0,
            ]
    assert rows[0][0] == "2026-11-01T00:00:00+05:30"


def test_without_a_first_day_the_longest_span_is_told(candles):
    assert days(candles(f"{V3}/{SHARE}/days/1/2026-11-23"))[-1] == "2016-11-23"
    assert days(candles(f"{V3}/{SHARE}/minutes/1/2026-11-20"))[-1] == "2026-10-21"  # the day before is a holiday
    assert days(candles(f"{V3}/{SHARE}/minutes/60/2026-11-20"))[-1] == "2026-08-20"
    assert days(candles(f"{V3}/{SHARE}/weeks/1/2026-11-20"))[-1] == "2000-01-03"
    assert days(candles(f"{V3}/{SHARE}/months/1/2026-11-20"))[-1] == "2000-01-01"


def test_today_is_not_of_the_past(reader, candles):
    assert days(candles(f"{V3}/{SHARE}/days/1/2026-12-31/2026-11-17")) == [
        "2026-11-20", "2026-11-19", "2026-11-18", "2026-11-17",
    ]  # fmt: skip
    assert candles(f"{V3}/{SHARE}/minutes/1/2026-11-23/2026-11-23") == []
    assert candles(f"{V3}/{SHARE}/minutes/1/2021-12-31/2021-12-01") == []
    assert candles(f"{V3}/{SHARE}/days/1/1999-12-31/1999-12-01") == []
    (day,) = candles(f"{V3}/intraday/{SHARE}/days/1")
    tick = reader.backend.venue.market.tick(SHARE, reader.clock.now().timestamp())
    assert day == [
        "2026-11-23T00:00:00+05:30",
        *(rupees(price) for price in (tick.open, tick.high, tick.low, tick.last)),
        tick.volume,
        0,
    ]


@pytest.mark.parametrize(
    ("path", "code", "name", "value"),
    [
        ("RELIANCE/days/1/2026-11-20", "UDAPI1021", "instrument_key", "RELIANCE"),
        ("NSE_EQ|INE000000000/days/1/2026-11-20", "UDAPI100011", "instrument_key", "NSE_EQ|INE000000000"),
        (f"{SHARE}/years/1/2026-11-20", "UDAPI1146", "unit", "years"),
        (f"{SHARE}/days/2/2026-11-20", "UDAPI1147", "interval", "2"),
        (f"{SHARE}/minutes/301/2026-11-20", "UDAPI1147", "interval", "301"),
        (f"{SHARE}/minutes/0/2026-11-20", "UDAPI1147", "interval", "0"),
        (f"{SHARE}/hours/6/2026-11-20", "UDAPI1147", "interval", "6"),
        (f"{SHARE}/hours/x/2026-11-20", "UDAPI1147", "interval", "x"),
        (f"{SHARE}/days/1/20-11-2026", "UDAPI1015", "to_date", "20-11-2026"),
        (f"{SHARE}/days/1/2026-02-30", "UDAPI1015", "to_date", "2026-02-30"),
        (f"{SHARE}/days/1/2026-11-20/yesterday", "UDAPI1015", "from_date", "yesterday"),
        (f"{SHARE}/days/1/2026-11-19/2026-11-20", "UDAPI1015", "to_date", "2026-11-19"),
        (f"{SHARE}/days/1/2026-11-20/2016-11-19", "UDAPI1148", None, None),
        (f"{SHARE}/minutes/15/2026-11-20/2026-10-19", "UDAPI1148", None, None),
        (f"{SHARE}/minutes/16/2026-11-20/2026-08-19", "UDAPI1148", None, None),
        (f"{SHARE}/hours/1/2026-11-20/2026-08-19", "UDAPI1148", None, None),
    ],
)
def test_what_version_3_refuses(get, path, code, name, value):
    assert told(get(f"{V3}/{path}")) == (400, code, name, value)


def test_the_longest_spans_are_taken(get):
    for path in ("days/1/2026-11-20/2016-11-20", "minutes/15/2026-11-20/2026-10-20", "hours/1/2026-11-20/2026-08-20"):
        assert get(f"{V3}/{SHARE}/{path}").status == 200
    assert len(get(f"{V3}/{SHARE}/weeks/1/2026-11-20/2000-01-01").data["candles"]) > 1300


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("RELIANCE/minutes/1", "UDAPI1021"),
        ("NSE_EQ|INE000000000/minutes/1", "UDAPI100011"),
        (f"{SHARE}/weeks/1", "UDAPI1146"),
        (f"{SHARE}/days/2", "UDAPI1147"),
    ],
)
def test_what_the_candles_of_today_refuse(get, path, code):
    assert told(get(f"{V3}/intraday/{path}"))[:2] == (400, code)


def test_months_before() -> None:
    assert _months_before(dt.date(2026, 3, 31), 1) == dt.date(2026, 2, 28)
    assert _months_before(dt.date(2026, 1, 15), 1) == dt.date(2025, 12, 15)
    assert _months_before(dt.date(2024, 2, 29), 120) == dt.date(2014, 2, 28)
    assert _months_before(dt.date(1, 2, 1), 1) == dt.date(1, 1, 1)
    assert _months_before(dt.date(1, 1, 31), 1) == dt.date(1, 1, 1)  # before the first day of all


@pytest.mark.parametrize("last", ["0001-01-01", "0005-06-30", "1999-12-31", "2000-01-02"])
def test_before_2000_there_are_no_candles(candles, last):
    for path in ("minutes/1", "minutes/30", "hours/1", "days/1", "weeks/1", "months/1"):
        assert candles(f"{V3}/{SHARE}/{path}/{last}") == []
        assert candles(f"{V3}/{SHARE}/{path}/{last}/{last}") == []
    for interval in ("1minute", "30minute", "day", "week", "month"):
        assert candles(f"{V2}/{SHARE}/{interval}/{last}") == []
        assert candles(f"{V2}/{SHARE}/{interval}/{last}/{last}") == []


# Version 2


@pytest.mark.parametrize(
    ("interval", "first"),
    [
        ("1minute", "2026-10-21"), ("30minute", "2026-05-25"), ("day", "2025-11-20"), ("week", "2016-11-14"),
        ("month", "2016-11-01"),
    ],
)  # fmt: skip
def test_how_far_version_2_reaches(candles, interval, first):
    assert days(candles(f"{V2}/{SHARE}/{interval}/2026-11-20"))[-1] == first
    assert days(candles(f"{V2}/{SHARE}/{interval}/2026-11-20/2010-01-01"))[-1] == first


def test_version_2_tells_the_same_as_version_3(candles):
    for two, three in (("day", "days/1"), ("30minute", "minutes/30"), ("week", "weeks/1")):
        span = "2026-11-20/2026-11-10"
        assert candles(f"{V2}/{SHARE}/{two}/{span}") == candles(f"{V3}/{SHARE}/{three}/{span}")
    assert candles(f"{V2}/intraday/{SHARE}/1minute") == candles(f"{V3}/intraday/{SHARE}/minutes/1")


@pytest.mark.parametrize(
    ("path", "code", "name"),
    [
        (f"{V2}/RELIANCE/day/2026-11-20", "UDAPI1021", "instrument_key"),
        (f"{V2}/NSE_EQ|INE000000000/day/2026-11-20", "UDAPI100011", "instrument_key"),
        (f"{V2}/{SHARE}/2minute/2026-11-20", "UDAPI1020", "interval"),
        (f"{V2}/{SHARE}/day/20-11-2026", "UDAPI1015", "to_date"),
        (f"{V2}/{SHARE}/day/2026-11-20/2026-11-21", "UDAPI1015", "to_date"),
        (f"{V2}/intraday/{SHARE}/day", "UDAPI1076", "interval"),
        (f"{V2}/intraday/RELIANCE/1minute", "UDAPI1021", "instrument_key"),
    ],
)
def test_what_version_2_refuses(get, path, code, name):
    assert told(get(path))[:3] == (400, code, name)


# Contracts


def test_a_contract_has_candles_from_its_listing_on(reader, candles):
    catalog = reader.backend.venue.catalog
    future = catalog.futures(NIFTY, TODAY)[1]
    rows = candles(f"{V3}/{future.key}/days/1/2026-11-20")
    assert 20 < len(rows) < 70
    assert rows[0][6] > 0
    assert candles(f"{V3}/{future.key}/days/1/2020-11-20/2020-01-01") == []
    tick = reader.backend.venue.market.tick(future.key, reader.clock.now().timestamp())
    assert (rows[0][4], rows[0][6]) == (rupees(tick.previous_close), tick.previous_oi)


@pytest.fixture(scope="module")
def ended(reader) -> str:
    catalog = reader.backend.venue.catalog
    expiry = dt.date(2026, 11, 17)
    options = [one for one in catalog.expired(NIFTY, expiry) if one.is_option]
    return f"{options[len(options) // 2].key}|{expiry:%d-%m-%Y}"


def test_contracts_that_have_ended(get, candles, ended):
    path = f"{EXPIRED}/{ended}"
    assert_same_shape(sample("market/expired_candles"), get(f"{path}/day/2026-11-17/2026-11-10").json())
    minutes = candles(f"{path}/1minute/2026-11-17/2026-11-17")
    for count in (3, 5, 15, 30):
        rows = candles(f"{path}/{count}minute/2026-11-17/2026-11-17")
        assert len(rows) == -(-len(minutes) // count)
        assert rows[0][4:] == [minutes[0][4], rows[0][5], minutes[0][6]]
        assert sum(row[5] for row in rows) == sum(row[5] for row in minutes)
    (day,) = candles(f"{path}/day/2026-11-17/2026-11-17")
    assert day[2:5] == [max(row[2] for row in minutes), min(row[3] for row in minutes), minutes[0][4]]
    assert candles(f"{path}/day/2026-11-22/2026-11-18") == []
    assert days(candles(f"{path}/day/2026-11-22/2026-11-16")) == ["2026-11-17", "2026-11-16"]


def test_what_is_refused_of_them(reader, get, ended):
    live = reader.backend.venue.catalog.futures(NIFTY, TODAY)[1]
    span = "2026-11-17/2026-11-10"
    for key, code in (
        ("NSE_FO|47983", "UDAPI1021"),
        ("NSE_FO|1|17-11-2026", "UDAPI100011"),
        (f"{live.key}|{live.expiry:%d-%m-%Y}", "UDAPI100011"),
    ):
        assert told(get(f"{EXPIRED}/{key}/day/{span}")) == (400, code, "expired_instrument_key", key)
    assert told(get(f"{EXPIRED}/{ended}/2minute/{span}"))[:3] == (400, "UDAPI1020", "interval")
    assert told(get(f"{EXPIRED}/{ended}/day/x/2026-11-10"))[:3] == (400, "UDAPI1015", "to_date")
    assert told(get(f"{EXPIRED}/{ended}/day/2026-11-10/2026-11-17"))[:3] == (400, "UDAPI1015", "to_date")


# Doors and hours


def test_history_wants_no_token(reader, ended):
    anybody = Caller(reader.url)
    for path in (f"{V3}/{SHARE}/days/1/2026-11-20/2026-11-19", f"{V2}/intraday/{SHARE}/1minute"):
        assert anybody("GET", path.replace("|", "%7C")).status == 200
    answer = anybody("GET", f"{EXPIRED}/{ended}/day/2026-11-17/2026-11-10".replace("|", "%7C"))
    assert answer.codes == ["UDAPI100050"]


def test_the_day_of_the_candles_of_today() -> None:
    path = "/v3/historical-candle/intraday/NSE_EQ%7CINE002A01018"
    with Emulator(market="calendar", speed=0, start=dt.datetime(2026, 11, 25, 8, tzinfo=IST), rate_limit=False) as em:
        ask = Caller(em.url)

        def rows(unit: str) -> list[list[Any]]:
            return ask("GET", f"{path}/{unit}").data["candles"]

        assert rows("minutes/1") == rows("days/1") == []  # before the open
        em.clock.set(dt.datetime(2026, 11, 25, 9, 15, 30))
        assert rows("minutes/1") == []  # the minute is not over
        assert len(rows("minutes/5")) == len(rows("days/1")) == 1
        em.clock.set(dt.datetime(2026, 11, 25, 9, 16))
        assert [row[0][11:] for row in rows("minutes/1")] == ["09:15:00+05:30"]
        em.clock.set(dt.datetime(2026, 11, 25, 18))
        assert len(rows("minutes/1")) == 375
        em.clock.set(dt.datetime(2026, 11, 28, 12))
        assert rows("minutes/1") == rows("days/1") == []  # a Saturday


def test_what_ends_tomorrow_is_not_looked_for_today() -> None:
    """Its strikes follow from a price that may yet be driven; a question must not settle them."""
    closes: list[object] = []
    for asked in (False, True):
        with Emulator(market="calendar", speed=0, rate_limit=False) as em:
            catalog, today = em.venue.catalog, em.clock.now().date()
            share = em.market.key("RELIANCE")
            later = catalog.futures(share, today)[2].expiry
            assert later is not None
            if asked:
                path = f"{EXPIRED}/NSE_FO%7C47983%7C{later:%d-%m-%Y}/day/2026-11-20/2026-11-19"
                assert Caller(em.url, em.access_token)("GET", path).codes == ["UDAPI100011"]
            closes.append(sorted(catalog._found))
    assert closes[0] == closes[1]
