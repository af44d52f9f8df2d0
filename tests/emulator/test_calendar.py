"""When the exchanges trade."""

from __future__ import annotations

import datetime as dt

import pytest

import upstox_client
from support.shapes import assert_same_shape, sample
from upstox_emulator import IST, Emulator
from upstox_emulator.calendar import Calendar

from .conftest import Caller

RULES = Calendar("calendar", dt.date(2026, 11, 23))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=IST)


def hours(exchange: str, day: str, calendar: Calendar = RULES) -> str | None:
    session = calendar.session(exchange, dt.date.fromisoformat(day))
    return None if session is None else f"{session.open:%H:%M}-{session.close:%H:%M}"


@pytest.mark.parametrize(
    ("exchange", "day", "expected"),
    [
        ("NSE", "2026-11-23", "09:15-15:30"),
        ("NFO", "2026-11-23", "09:15-15:40"),  # since the closing auction
        ("NFO", "2026-07-31", "09:15-15:30"),
        ("CDS", "2026-11-23", "09:00-17:00"),
        ("MCX", "2026-11-23", "09:00-23:55"),  # New York is back on winter time
        ("MCX", "2026-10-30", "09:00-23:30"),
        ("NSE", "2026-11-24", None),  # Guru Nanak Jayanti
        ("MCX", "2026-11-24", "17:00-23:55"),  # the evening session of a holiday
        ("MCX", "2026-12-25", None),
        ("NSE", "2026-11-22", None),  # a Sunday
        ("NSE", "2026-11-08", "18:00-19:00"),  # Muhurat, on a Sunday
        ("NSE", "2024-11-01", "18:00-19:00"),
    ],
)
def test_sessions(exchange: str, day: str, expected: str | None) -> None:
    assert hours(exchange, day) == expected


@pytest.mark.parametrize(
    ("exchange", "moment", "name", "since"),
    [
        ("NSE", "2026-11-23T08:59", "CLOSING_END", "2026-11-20T16:00"),
        ("NSE", "2026-11-23T09:00", "PRE_OPEN_START", "2026-11-23T09:00"),
        ("NSE", "2026-11-23T09:05", "PRE_OPEN_M_END", "2026-11-23T09:05"),
        ("NSE", "2026-11-23T09:08", "PRE_OPEN_END", "2026-11-23T09:08"),
        ("NSE", "2026-11-23T12:00", "NORMAL_OPEN", "2026-11-23T09:15"),
        ("NSE", "2026-11-23T15:30", "NORMAL_CLOSE", "2026-11-23T15:30"),
        ("NSE", "2026-11-23T15:45", "CLOSING_START", "2026-11-23T15:40"),
        ("NSE", "2026-11-22T12:00", "CLOSING_END", "2026-11-20T16:00"),
        ("MCX", "2026-11-23T19:33", "NORMAL_OPEN", "2026-11-23T09:00"),
        ("MCX", "2026-11-23T08:50", "CLOSING_END", "2026-11-21T00:25"),
    ],
)
def test_phases(exchange: str, moment: str, name: str, since: str) -> None:
    assert RULES.phase(exchange, at(moment)) == (name, at(since))


def test_the_closing_auction() -> None:
    steps = {
        minute: phase and phase.name
        for minute in ("15:14", "15:15", "15:20", "15:25", "15:29", "15:30", "16:30")
        for phase in [RULES.auction_phase("NSE", at(f"2026-11-23T{minute}"))]
    }
    assert list(steps.values()) == [
        None, "CTS_CLOSE", "CAS_LM_START", "CAS_M_STOP", "CAS_STOP", "NORMAL_CLOSE", "CLOSING_END",
    ]  # fmt: skip
    assert RULES.auction_phase("NFO", at("2026-11-23T15:25")) is None
    assert RULES.auction_phase("NSE", at("2026-07-31T15:25")) is None


def test_always_open_is_open_from_its_first_day_on() -> None:
    calendar = Calendar("always-open", dt.date(2026, 11, 22))
    assert hours("NSE", "2026-11-22", calendar) == "00:00-00:00"
    assert calendar.phase("NSE", at("2026-11-22T03:00")) == ("NORMAL_OPEN", at("2026-11-22T00:00"))
    assert calendar.phase("NSE", at("2026-11-21T03:00")) == ("CLOSING_END", at("2026-11-20T16:00"))
    assert hours("NSE", "2026-11-20", calendar) == "09:15-15:30"
    assert calendar.auction_phase("NSE", at("2026-11-23T15:25")) is None


# The endpoints


def test_the_holidays_of_the_year(call: Caller) -> None:
    rows = call("GET", "/v2/market/holidays").data
    by_date = {row["date"]: row for row in rows}
    assert list(by_date) == sorted(by_date)
    assert {row["holiday_type"] for row in rows} == {"TRADING_HOLIDAY", "SETTLEMENT_HOLIDAY", "SPECIAL_TIMING"}
    holiday = by_date["2026-11-24"]
    assert holiday["description"] == "Guru Nanak Jayanti"
    assert holiday["closed_exchanges"] == ["NSE", "NFO", "CDS", "BSE", "BCD", "BFO"]
    assert [row["exchange"] for row in holiday["open_exchanges"]] == ["MCX"]
    assert by_date["2026-04-01"]["closed_exchanges"] == []
    assert len(by_date["2026-11-08"]["open_exchanges"]) == 7


def test_the_shapes(call: Caller) -> None:
    assert_same_shape(sample("market/holidays"), call("GET", "/v2/market/holidays").json())
    assert_same_shape(sample("market/timings"), call("GET", "/v2/market/timings/2026-11-20").json())
    assert_same_shape(sample("market/status"), call("GET", "/v2/market/status/NSE").json())


@pytest.mark.parametrize("exchange", ["NSE", "NFO", "CDS", "BSE", "BFO", "BCD", "MCX", "NSCOM"])
def test_every_exchange_has_a_state(call: Caller, exchange: str) -> None:
    data = call("GET", f"/v2/market/status/{exchange}").data
    assert data["exchange"] == exchange
    assert data["status"] == "NORMAL_OPEN"
    assert ("cas_eligible_status" in data) == (exchange in {"NSE", "BSE"})


def test_one_day(call: Caller) -> None:
    assert [row["description"] for row in call("GET", "/v2/market/holidays/2026-12-25").data] == ["Christmas Day"]
    assert call("GET", "/v2/market/holidays/2026-11-23").data == []
    timings = call("GET", "/v2/market/timings/2024-01-02").data
    assert [row["exchange"] for row in timings] == ["MCX", "NSE", "NFO", "CDS", "BSE", "BCD", "BFO"]
    assert timings[1] == {
        "exchange": "NSE",
        "start_time": int(at("2024-01-02T09:15").timestamp() * 1000),
        "end_time": int(at("2024-01-02T15:30").timestamp() * 1000),
    }
    assert call("GET", "/v2/market/timings/2023-12-25").data == []


@pytest.mark.parametrize("path", ["/v2/market/holidays/", "/v2/market/timings/"])
@pytest.mark.parametrize("date", ["2026-02-30", "20261123", "tomorrow"])
def test_a_date_that_is_none(call: Caller, path: str, date: str) -> None:
    assert call("GET", path + date).codes == ["UDAPI1088"]


def test_the_state_of_the_market() -> None:
    with Emulator(market="calendar", speed=0, start=at("2026-11-23T15:26")) as em:
        call = Caller(em.url, em.access_token)
        assert call("GET", "/v2/market/status/NSE").data == {
            "exchange": "NSE",
            "status": "NORMAL_OPEN",
            "last_updated": int(at("2026-11-23T09:15").timestamp() * 1000),
            "cas_eligible_status": {
                "status": "CAS_M_STOP",
                "last_updated": int(at("2026-11-23T15:25").timestamp() * 1000),
            },
        }
        assert "cas_eligible_status" not in call("GET", "/v2/market/status/MCX").data
        assert call("GET", "/v2/market/status/NYSE").codes == ["UDAPI1089"]
        assert_same_shape(sample("market/status"), call("GET", "/v2/market/status/BSE").json())
        assert Caller(em.url)("GET", "/v2/market/status/NSE").status == 401


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        ("2026-11-22T12:00", "CLOSING_END"),
        ("2026-11-23T09:01", "PRE_OPEN_START"),
        ("2026-11-23T12:00", "NORMAL_OPEN"),
        ("2026-11-23T15:31", "NORMAL_CLOSE"),
    ],
)
def test_outside_of_the_auction_its_shares_go_with_the_market(moment: str, name: str) -> None:
    with Emulator(market="calendar", speed=0, start=at(moment)) as em:
        data = Caller(em.url, em.access_token)("GET", "/v2/market/status/BSE").data
        assert data["status"] == data["cas_eligible_status"]["status"] == name


def test_there_was_no_auction_before_august_2026() -> None:
    with Emulator(market="calendar", speed=0, start=at("2026-07-31T15:26")) as em:
        assert "cas_eligible_status" not in Caller(em.url, em.access_token)("GET", "/v2/market/status/NSE").data


def test_our_client_reads_it(em: Emulator) -> None:
    with upstox_client.ApiClient(em.configuration()) as client:
        api = upstox_client.MarketHolidaysAndTimingsApi(client)
        assert api.get_market_status("NSE").data.status == "NORMAL_OPEN"
        assert api.get_exchange_timings("2026-11-20").data[1].exchange == "NSE"
        assert api.get_holiday("2026-12-25").data[0].holiday_type == "TRADING_HOLIDAY"
        assert len(api.get_holidays().data) > 15


def test_years_of_which_no_feasts_are_known_have_no_muhurat() -> None:
    assert hours("NSE", "2040-12-25") is None
    assert hours("NSE", "2040-12-26") == "09:15-15:30"
    assert not any(row["holiday_type"] == "SPECIAL_TIMING" for row in RULES.holidays(2000))
